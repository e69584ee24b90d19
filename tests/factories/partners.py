"""Partners that tests send people to: built through the services, in force unless told otherwise."""

from datetime import date
from typing import Any

from app.core.actor import Actor
from app.core.db import WriteSession
from app.core.ids import InstitutionId
from app.core.sharing import DataCategory
from app.partners import queries, service
from app.partners.models import Agreement, Institution, Service
from app.partners.schemas import AgreementCreate, InstitutionCreate, ServiceCreate
from app.vocabularies import service as vocabularies
from tests.factories.vocabularies import define_needs, term

_count = 0


def define_terms(db: WriteSession) -> None:
    """The terms that institutions and services are described with."""
    define_needs(db)
    vocabularies.define(db, "institution_kind", [term("charity"), term("chamber")])
    vocabularies.define(db, "service_target", [term("everyone"), term("women"), term("youth")])
    vocabularies.define(db, "language", [term("ar"), term("fr")])


def institution(db: WriteSession, actor: Actor, **values: Any) -> Institution:
    """A charity at Oujda."""
    given = {
        "kind": "charity",
        "name_ar": "جمعية المثال",
        "name_fr": "Association Exemple",
        "territory_code": "02.411",
        **values,
    }
    return service.add_institution(db, actor, InstitutionCreate.model_validate(given))


def offered(db: WriteSession, actor: Actor, institution_id: InstitutionId, **values: Any) -> Service:
    """A service for housing, open to all."""
    given = {"name_ar": "خدمة مثال", "name_fr": "Service exemple", "need_code": "housing", **values}
    return service.add_service(
        db, actor, queries.institution(db, institution_id), ServiceCreate.model_validate(given)
    )


def agreement(db: WriteSession, actor: Actor, *services: Service, **values: Any) -> Agreement:
    """A signed agreement of the services' institution over Oujda, from the first day of 2020, allowing all data."""
    drafted = draft(db, actor, *services, **values)
    service.sign(db, actor, drafted)
    return drafted


def draft(db: WriteSession, actor: Actor, *services: Service, **values: Any) -> Agreement:
    """The same, not yet signed."""
    global _count
    _count += 1
    given = {
        "reference": f"CONV-{_count}",
        "title": "Convention exemple",
        "parties": ["Réseau", "Partenaire"],
        "territory_code": "02.411",
        "starts_on": date(2020, 1, 1),
        "data_categories": list(DataCategory),
        "service_ids": [offer.id for offer in services],
        **values,
    }
    of = queries.institution(db, services[0].institution_id)
    return service.draft_agreement(db, actor, of, AgreementCreate.model_validate(given))
