"""A case, a partner's service under an agreement, a consent: everything that a referral needs."""

from dataclasses import dataclass
from typing import Any

from app.cases.models import Case
from app.consents import service as consents
from app.consents.models import Consent
from app.consents.schemas import ConsentCreate
from app.core.actor import SYSTEM, Actor
from app.core.db import WriteSession
from app.partners.models import Agreement, Service
from app.people.models import Person
from app.referrals import service
from app.referrals.models import Referral
from app.referrals.schemas import ReferralCreate, ReferralSend
from app.vocabularies import service as vocabularies
from tests.factories import cases, partners, people
from tests.factories.vocabularies import term
from tests.factories.world import World


@dataclass
class Ready:
    """What a referral of the worker's case to the institution `ours` is made of."""

    db: WriteSession
    world: World
    person: Person
    case: Case
    service: Service
    agreement: Agreement
    consent: Consent | None

    def draft(self, **values: Any) -> Referral:
        data = {"service_id": self.service.id, "needs": ["housing"], **values}
        return service.draft(self.db, self.world.worker, self.case, ReferralCreate.model_validate(data))

    def sent(self, **values: Any) -> Referral:
        referral = self.draft(**values)
        data = ReferralSend.model_validate({"acknowledged": ["already_referred", "needed_data"]})
        return service.send(self.db, self.world.worker, referral, data)


def consent(db: WriteSession, actor: Actor, person: Person, **values: Any) -> Consent:
    """Given, for housing, with a signature."""
    data = {
        "decision": "given",
        "need_code": "housing",
        "categories": ["identity", "contact", "needs", "situation"],
        "form": "signature",
        **values,
    }
    return consents.record(db, actor, person, ConsentCreate.model_validate(data))


def ready(
    db: WriteSession,
    world: World,
    *,
    with_consent: bool = True,
    service_values: dict[str, Any] | None = None,
    **terms: Any,
) -> Ready:
    """Everything in place; `terms` go into the agreement."""
    people.define_terms(db)
    cases.define_terms(db)
    partners.define_terms(db)
    vocabularies.define(db, "attendance_reason", [term("transport"), term("forgot")])
    person = people.person(
        db, world.worker, world.here, sex="female", birth={"precision": "year", "year": 1990}, language="ar"
    )
    case = cases.case(db, world.worker, whose=person)
    offered = partners.offered(db, SYSTEM, world.ours, **(service_values or {}))
    agreement = partners.agreement(db, SYSTEM, offered, **terms)
    given = consent(db, world.worker, person) if with_consent else None
    db.flush()
    return Ready(db, world, person, case, offered, agreement, given)
