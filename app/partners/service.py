"""Keeping the network: who is in it, what each one offers, and what was signed."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import delete, select

from app.audit import service as audit
from app.core import changes, clock
from app.core.actor import Actor
from app.core.db import ReadSession, WriteSession
from app.core.errors import DomainError, InvalidInput
from app.core.ids import InstitutionId, ServiceId
from app.core.moves import begin, move
from app.partners import agreements, queries
from app.partners.models import (
    Agreement,
    AgreementService,
    AgreementTransition,
    Contact,
    Institution,
    Service,
)
from app.partners.schemas import (
    AgreementCreate,
    AgreementUpdate,
    ContactIn,
    InstitutionCreate,
    InstitutionUpdate,
    ServiceCreate,
    ServiceUpdate,
)
from app.partners.states import AGREEMENT_LIFECYCLE, AgreementAction, AgreementStatus
from app.vocabularies import service as vocabularies


class AgreementNotDraft(DomainError):
    """What was signed is not rewritten: end this agreement and draft the next one."""

    code = "agreement_not_draft"


class AgreementNotReady(DomainError):
    """The agreement cannot come into force as it stands; `blockers` names each reason."""

    code = "agreement_not_ready"


class ReferenceTaken(DomainError):
    """Another agreement carries this reference."""

    code = "reference_taken"


# --- institutions ---------------------------------------------------------------------------------------------


def add_institution(db: WriteSession, actor: Actor, data: InstitutionCreate) -> Institution:
    """Add a partner to the network, with whom to reach there."""
    _check_institution(db, data.changes())
    institution = Institution(**data.model_dump(exclude={"contacts"}))
    db.add(institution)
    db.flush()
    _list_contacts(db, institution.id, data.contacts)
    audit.record(db, actor, "institution:add", "institution", institution.id, kind=data.kind)
    return institution


def change_institution(
    db: WriteSession, actor: Actor, institution: Institution, data: InstitutionUpdate
) -> None:
    """Change what is known of a partner; one that is no longer active receives no new referral."""
    sent = data.changes()
    _check_institution(db, sent)
    changed = changes.apply(institution, sent)
    audit.record(db, actor, "institution:change", "institution", institution.id, fields=changed)


def _check_institution(db: ReadSession, sent: Mapping[str, Any]) -> None:
    if "kind" in sent:
        vocabularies.check(db, "/kind", "institution_kind", [sent["kind"]])
    if "territory_code" in sent:
        _check_territories(db, "/territory_code", [sent["territory_code"]])


def _check_territories(db: ReadSession, pointer: str, codes: Iterable[str]) -> None:
    if queries.unknown_territories(db, codes):
        raise InvalidInput(pointer, "unknown")


def replace_contacts(
    db: WriteSession, actor: Actor, institution: Institution, contacts: list[ContactIn]
) -> None:
    """Put an ordered list in the place of the one before: the order is the order of telling and of escalation."""
    db.execute(delete(Contact).where(Contact.institution_id == institution.id))
    _list_contacts(db, institution.id, contacts)
    institution.updated_at = clock.now()  # the list is part of the institution's version
    audit.record(db, actor, "institution:contacts", "institution", institution.id, count=len(contacts))


def _list_contacts(db: WriteSession, institution_id: InstitutionId, contacts: list[ContactIn]) -> None:
    db.add_all(
        [
            Contact(institution_id=institution_id, position=position, **contact.model_dump())
            for position, contact in enumerate(contacts)
        ]
    )
    db.flush()


# --- services -------------------------------------------------------------------------------------------------


def add_service(db: WriteSession, actor: Actor, institution: Institution, data: ServiceCreate) -> Service:
    """Add a service to the directory; nobody can be referred to it before an agreement covers it."""
    _check_service(db, data.model_dump())
    service = Service(institution_id=institution.id, **data.model_dump())
    db.add(service)
    db.flush()
    audit.record(db, actor, "service:add", "service", service.id, institution_id=institution.id)
    return service


def change_service(db: WriteSession, actor: Actor, service: Service, data: ServiceUpdate) -> None:
    """Change a service; one that is no longer active leaves the directory and receives no new referral."""
    sent = data.changes()
    _check_service(db, {"min_age": service.min_age, "max_age": service.max_age, **sent})
    changed = changes.apply(service, sent)
    audit.record(db, actor, "service:change", "service", service.id, fields=changed)


def _check_service(db: ReadSession, terms: Mapping[str, Any]) -> None:
    youngest, oldest = terms["min_age"], terms["max_age"]
    if youngest is not None and oldest is not None and youngest > oldest:
        raise InvalidInput("/max_age", "ages_in_order")
    if "need_code" in terms:
        vocabularies.check(db, "/need_code", "need", [terms["need_code"]])
    vocabularies.check(db, "/targets", "service_target", terms.get("targets", ()))
    vocabularies.check(db, "/languages", "language", terms.get("languages", ()))
    _check_territories(db, "/territory_codes", terms.get("territory_codes", ()))


# --- agreements -----------------------------------------------------------------------------------------------


def draft_agreement(
    db: WriteSession, actor: Actor, institution: Institution, data: AgreementCreate
) -> Agreement:
    """Write down the terms of an agreement; it counts once it is signed. Raises `ReferenceTaken`."""
    terms = data.model_dump()
    service_ids = terms.pop("service_ids")
    _check_terms(db, terms)
    if agreements.is_reference_taken(db, data.reference):
        raise ReferenceTaken()
    agreement = Agreement(institution_id=institution.id, **terms)
    db.add(agreement)
    db.flush()
    begin(db, actor, agreement, "draft", _step(agreement))
    _cover(db, agreement, service_ids)
    audit.record(db, actor, "agreement:draft", "agreement", agreement.id, institution_id=institution.id)
    return agreement


def change_agreement(db: WriteSession, actor: Actor, agreement: Agreement, data: AgreementUpdate) -> None:
    """Change a draft. Raises `AgreementNotDraft` for what was signed, `ReferenceTaken`."""
    check_draft(agreement)
    sent = data.changes()
    service_ids = sent.pop("service_ids", None)
    _check_terms(db, {**_dated(agreement), **sent})
    if "reference" in sent and agreements.is_reference_taken(db, sent["reference"], agreement.id):
        raise ReferenceTaken()
    changed = changes.apply(agreement, sent)
    if service_ids is not None:
        if _cover(db, agreement, service_ids):
            changed.append("service_ids")
        agreement.updated_at = clock.now()  # what it covers is part of its version
    audit.record(db, actor, "agreement:change", "agreement", agreement.id, fields=changed)


def check_draft(agreement: Agreement) -> None:
    """Raise `AgreementNotDraft` when the terms were signed: they change no more."""
    if agreement.status is not AgreementStatus.draft:
        raise AgreementNotDraft(current=agreement.status)


def _dated(agreement: Agreement) -> dict[str, Any]:
    names = ("territory_code", "starts_on", "ends_on", "quota", "quota_period")
    return {name: getattr(agreement, name) for name in names}


def _check_terms(db: ReadSession, terms: Mapping[str, Any]) -> None:
    if terms["ends_on"] is not None and terms["ends_on"] < terms["starts_on"]:
        raise InvalidInput("/ends_on", "dates_in_order")
    if (terms["quota"] is None) != (terms["quota_period"] is None):
        raise InvalidInput("/quota_period", "quota_and_period")
    _check_territories(db, "/territory_code", [terms["territory_code"]])


def _cover(db: WriteSession, agreement: Agreement, service_ids: list[ServiceId]) -> bool:
    """Let the agreement cover these services and no others; return whether that is another choice than before."""
    if len(agreements.services_of(db, agreement.institution_id, service_ids)) != len(service_ids):
        raise InvalidInput("/service_ids", "unknown")
    of_this = AgreementService.agreement_id == agreement.id
    before = set(db.scalars(select(AgreementService.service_id).where(of_this)))
    db.execute(delete(AgreementService).where(of_this))
    db.add_all(
        [AgreementService(agreement_id=agreement.id, service_id=service_id) for service_id in service_ids]
    )
    db.flush()
    return before != set(service_ids)


def _step(agreement: Agreement) -> Any:
    return lambda **row: AgreementTransition(agreement_id=agreement.id, **row)


def sign(db: WriteSession, actor: Actor, agreement: Agreement) -> None:
    """Bring a draft into force from its first day on. Raises `AgreementNotReady`, `IllegalMove`."""
    AGREEMENT_LIFECYCLE.move(agreement.status, AgreementAction.sign, actor.role)
    blockers = list(_unsigned_for(db, agreement))
    if blockers:
        raise AgreementNotReady(blockers=blockers)
    _move(db, actor, agreement, AgreementAction.sign)


def _unsigned_for(db: ReadSession, agreement: Agreement) -> Iterable[str]:
    if not queries.institution(db, agreement.institution_id).is_active:
        yield "institution_inactive"
    if not agreements.covered_services(db, agreement.id):
        yield "no_service"
    if agreement.ends_on is not None and agreement.ends_on < clock.today():
        yield "already_over"


def suspend(db: WriteSession, actor: Actor, agreement: Agreement, reason: str) -> None:
    """Stop new referrals under an agreement for a while; those under way go on."""
    _move(db, actor, agreement, AgreementAction.suspend, reason)


def resume(db: WriteSession, actor: Actor, agreement: Agreement) -> None:
    """Let a suspended agreement count again."""
    _move(db, actor, agreement, AgreementAction.resume)


def end(db: WriteSession, actor: Actor, agreement: Agreement, reason: str) -> None:
    """End an agreement for good; referrals under way go on to their outcome."""
    _move(db, actor, agreement, AgreementAction.end, reason)


def _move(
    db: WriteSession, actor: Actor, agreement: Agreement, action: AgreementAction, reason: str | None = None
) -> None:
    move(db, actor, agreement, AGREEMENT_LIFECYCLE, action, _step(agreement), note=reason)
    audit.record(db, actor, f"agreement:{action}", "agreement", agreement.id)
