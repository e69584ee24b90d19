"""Answers about sharing for tests, recorded through the service."""

from typing import Any

from app.consents import service
from app.consents.models import Consent, ConsentPurpose
from app.consents.schemas import ConsentCreate
from app.core.actor import Actor
from app.core.db import WriteSession
from app.people.models import Person


def told(**values: Any) -> dict[str, Any]:
    """An answer as JSON: given to any partner for a referral, unless told otherwise."""
    purpose = ConsentPurpose(values.get("purpose", ConsentPurpose.referral))
    shared = ["identity", "contact"] if purpose.is_shared else []
    given = {"decision": "given", "categories": shared, "form": "signature"}
    return {
        **given,
        **{
            name: value if value is None else str(value) if name.endswith("_id") else value
            for name, value in values.items()
        },
    }


def consent(db: WriteSession, actor: Actor, person: Person, **values: Any) -> Consent:
    """An answer of a person."""
    return service.record(db, actor, person, ConsentCreate.model_validate(told(**values)))


def refusal(db: WriteSession, actor: Actor, person: Person, **values: Any) -> Consent:
    """A refusal, of everything unless told otherwise."""
    return consent(db, actor, person, **{"decision": "refused", "categories": [], **values})
