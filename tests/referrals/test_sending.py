"""What sending requires, each thing alone and explained."""

from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from app.cases.models import CaseDue
from app.cases.states import CaseStatus, Priority, Stage
from app.consents import service as consents
from app.core.actor import SYSTEM
from app.core.db import WriteSession
from app.core.errors import Forbidden, IllegalMove, InvalidInput, NotFound
from app.core.ids import ServiceId, uuid7
from app.partners import service as partners_service
from app.people.models import ContactPreference
from app.referrals import answering, history, service
from app.referrals.models import Referral
from app.referrals.partner_schemas import Acceptance
from app.referrals.readiness import readiness
from app.referrals.schemas import ReferralCreate, ReferralSend, ReferralUpdate
from app.referrals.states import ReferralStatus
from app.web.wording import day_of
from tests.factories import referrals
from tests.factories.referrals import Ready
from tests.factories.world import World


def send(ready: Ready, referral: Referral, **data: Any) -> Referral:
    return service.send(ready.db, ready.world.worker, referral, ReferralSend.model_validate(data))


def refusal(ready: Ready, referral: Referral, **data: Any) -> dict[str, Any]:
    with pytest.raises(service.ReferralNotReady) as refused:
        send(ready, referral, **data)
    assert referral.status is ReferralStatus.draft
    return refused.value.details


def test_sending_fixes_agreement_consent_categories_and_clocks(ready: Ready) -> None:
    referral = send(ready, ready.draft())
    assert referral.status is ReferralStatus.sent
    assert referral.agreement_id == ready.agreement.id
    assert ready.consent is not None
    assert referral.consent_ids == [str(ready.consent.id)]
    assert referral.categories == ["contact", "identity", "needs", "situation"]
    assert referral.sent_at is not None
    assert referral.decide_by is not None
    assert referral.remind_at is not None
    assert referral.expires_at is not None
    assert referral.sent_at < referral.remind_at < referral.decide_by < referral.expires_at
    assert ready.case.stage is Stage.referral
    assert ready.case.status is CaseStatus.active
    assert ready.db.get_one(CaseDue, (ready.case.id, "referral")).due_on == day_of(referral.decide_by)


def test_what_is_shared_is_what_person_agreement_and_worker_all_want(db: WriteSession, world: World) -> None:
    ready = referrals.ready(db, world, data_categories=["identity", "needs", "health"])
    assert send(ready, ready.draft()).categories == ["identity", "needs"]


@pytest.mark.parametrize(
    ("chosen", "blockers"),
    [
        (["identity", "health"], ["not_permitted:health"]),
        (["identity", "birth", "health"], ["not_agreed:birth", "not_permitted:health"]),
    ],
)
def test_what_is_chosen_and_may_not_be_shared_is_refused_by_name(
    db: WriteSession, world: World, chosen: list[str], blockers: list[str]
) -> None:
    """A worker must not believe that something was shared which was kept back."""
    ready = referrals.ready(db, world, data_categories=["identity", "needs", "health"])
    assert refusal(ready, ready.draft(), categories=chosen)["blockers"] == blockers


def test_a_refusal_is_told_as_one_and_nobody_is_asked_again(db: WriteSession, world: World) -> None:
    ready = referrals.ready(db, world, with_consent=False)
    referrals.consent(db, world.worker, ready.person, decision="refused", categories=[])
    told = refusal(ready, ready.draft())
    assert told == {"blockers": ["consent_refused"], "unacknowledged": []}, (
        "nor is anybody told to share more"
    )


def test_nothing_chosen_is_nothing_and_never_everything(ready: Ready) -> None:
    with pytest.raises(InvalidInput) as refused:
        send(ready, ready.draft(), categories=[])
    assert refused.value.details["errors"] == [{"pointer": "/categories", "code": "none_ticked"}]


def test_without_the_identity_nothing_is_sent_and_the_refusal_says_why(ready: Ready) -> None:
    told = refusal(ready, ready.draft(), categories=["needs", "contact"])
    assert told["blockers"] == ["identity_not_chosen"]


def test_what_the_service_needs_is_shared_or_its_lack_acknowledged(ready: Ready) -> None:
    """Whoever keeps it back has read that the partner may have to ask for it."""
    told = refusal(ready, ready.draft(), categories=["identity", "needs"])
    assert told == {"blockers": [], "unacknowledged": ["needed_data"]}
    chosen = ["identity", "needs"]
    sent = send(ready, ready.draft(), categories=chosen, acknowledged=["needed_data"])
    assert (sent.categories, sent.acknowledged) == (chosen, ["needed_data"])


@pytest.mark.parametrize(
    ("asked", "needs", "needed"),
    [
        ({}, ["housing"], {"identity": "whom", "contact": "reach"}),
        ({"max_age": 30}, ["housing"], {"identity": "whom", "birth": "age", "contact": "reach"}),
        ({"territory_codes": ["02.411"]}, ["housing"], {"identity": "whom", "contact": "residence"}),
        (
            {"min_age": 18},
            ["housing.rent"],
            {"identity": "whom", "birth": "age", "contact": "reach", "needs": "request"},
        ),
    ],
)
def test_what_a_service_needs_follows_from_whom_it_is_for(
    db: WriteSession, world: World, asked: dict[str, Any], needs: list[str], needed: dict[str, str]
) -> None:
    agreed = ["identity", "birth", "contact", "needs"]
    ready = referrals.ready(db, world, service_values=asked, data_categories=agreed)
    assert readiness(db, ready.draft(needs=needs)).needed == needed


def test_who_does_not_want_to_be_contacted_is_not_to_be_reached(ready: Ready) -> None:
    ready.person.contact_preference = ContactPreference.do_not_contact
    ready.db.flush()
    assert readiness(ready.db, ready.draft()).needed == {"identity": "whom"}


def test_only_what_the_agreement_allows_can_be_needed(db: WriteSession, world: World) -> None:
    ready = referrals.ready(db, world, data_categories=["identity", "needs"])
    assert readiness(db, ready.draft()).needed == {"identity": "whom"}


@pytest.mark.parametrize(
    ("priority", "urgency"),
    [("urgent", "emergency"), ("high", "urgent"), ("medium", "normal"), ("low", "normal")],
)
def test_a_draft_presses_as_its_case_does_until_somebody_says_otherwise(
    ready: Ready, priority: str, urgency: str
) -> None:
    ready.case.priority = Priority(priority)
    assert ready.draft().urgency == urgency
    assert ready.draft(urgency="normal").urgency == "normal"


def test_without_consent_nothing_is_sent(db: WriteSession, world: World) -> None:
    ready = referrals.ready(db, world, with_consent=False)
    assert refusal(ready, ready.draft())["blockers"] == ["no_consent"]


def test_a_withdrawn_consent_sends_nothing(ready: Ready) -> None:
    assert ready.consent is not None
    consents.withdraw(ready.db, ready.world.worker, ready.consent, "The person changed her mind.")
    ready.db.flush()
    assert refusal(ready, ready.draft())["blockers"] == ["no_consent"]


def test_a_legal_basis_needs_no_consent_and_is_kept_with_its_reason(db: WriteSession, world: World) -> None:
    ready = referrals.ready(db, world, with_consent=False)
    grounds = {"basis": "vital_interest", "reason": "The person is unconscious."}
    with pytest.raises(InvalidInput):  # what is really needed is named
        send(ready, ready.draft(), legal_grounds=grounds)
    with pytest.raises(ValidationError):  # and why, in a sentence
        send(ready, ready.draft(), legal_grounds={**grounds, "reason": "Urgent."}, categories=["identity"])
    named = ["contact", "health", "identity"]
    referral = send(ready, ready.draft(), legal_grounds=grounds, categories=named)
    assert (referral.legal_basis, referral.consent_ids) == ("vital_interest", [])
    assert referral.categories == named
    assert history.steps(db, referral.id)[-1]["reason_code"] == "vital_interest"


@pytest.mark.parametrize(
    "terms",
    [
        {"territory_code": "02.113"},
        {"starts_on": date(2100, 1, 1)},
    ],
)
def test_an_agreement_that_does_not_hold_here_and_now_sends_nothing(
    db: WriteSession, world: World, terms: dict[str, Any]
) -> None:
    ready = referrals.ready(db, world, **terms)
    assert refusal(ready, ready.draft())["blockers"] == ["no_agreement"]


def test_an_agreement_that_ran_out_sends_nothing(ready: Ready) -> None:
    ready.agreement.ends_on = date(2021, 1, 1)
    ready.db.flush()
    assert refusal(ready, ready.draft())["blockers"] == ["no_agreement"]


def test_a_suspended_agreement_sends_nothing(ready: Ready) -> None:
    partners_service.suspend(ready.db, SYSTEM, ready.agreement, "Being talked over.")
    assert refusal(ready, ready.draft())["blockers"] == ["no_agreement"]


def test_a_service_that_stopped_sends_nothing(ready: Ready) -> None:
    referral = ready.draft()
    ready.service.is_active = False
    ready.db.flush()
    assert "service_inactive" in refusal(ready, referral)["blockers"]


@pytest.mark.parametrize(
    ("values", "warning"),
    [
        ({"sex": "male"}, "sex"),
        ({"min_age": 60}, "age"),
        ({"max_age": 12}, "age"),
        ({"languages": ["fr"]}, "language"),
        ({"territory_codes": ["02.113"]}, "territory"),
    ],
)
def test_a_service_for_others_must_be_acknowledged(
    db: WriteSession, world: World, values: dict[str, Any], warning: str
) -> None:
    ready = referrals.ready(db, world, service_values=values)
    referrals.consent(db, world.worker, ready.person, categories=["birth"])
    referral = ready.draft()
    assert readiness(db, referral).warnings == (warning,)
    assert refusal(ready, referral)["unacknowledged"] == [warning]
    assert send(ready, referral, acknowledged=[warning]).acknowledged == [warning]


def test_an_unknown_age_is_acknowledged_too(db: WriteSession, world: World) -> None:
    ready = referrals.ready(db, world, service_values={"min_age": 1, "max_age": 99})
    referrals.consent(db, world.worker, ready.person, categories=["birth"])
    assert readiness(db, ready.draft()).warnings == ()
    ready.person.birth_precision, ready.person.birth_year = (
        ready.person.birth_precision.__class__("unknown"),
        None,
    )
    db.flush()
    assert readiness(db, ready.draft()).warnings == ("age",)


def test_who_lives_in_the_services_territory_is_not_warned_of(db: WriteSession, world: World) -> None:
    ready = referrals.ready(db, world, service_values={"territory_codes": ["02.411"]})
    ready.person.commune_code = "02.411.01.23"
    db.flush()
    assert readiness(db, ready.draft()).warnings == ()


def test_a_full_service_and_a_used_quota_must_be_acknowledged(db: WriteSession, world: World) -> None:
    ready = referrals.ready(db, world, service_values={"capacity": 1}, quota=1, quota_period="month")
    first = send(ready, ready.draft())
    answering.accept(db, world.agent, first, Acceptance(contact_name="مينة المثالية"))
    assert refusal(ready, ready.draft())["unacknowledged"] == ["capacity", "quota", "already_referred"]


def test_a_closed_case_drafts_nothing(ready: Ready) -> None:
    from app.cases import closure
    from app.cases.schemas import CaseClose
    from app.cases.states import ClosingReason

    closure.close(ready.db, ready.world.worker, ready.case, CaseClose(reason=ClosingReason.moved_away))
    with pytest.raises(service.CaseNotOpen):
        ready.draft()


def test_a_draft_of_a_case_that_closed_meanwhile_is_not_sent(ready: Ready) -> None:
    referral = ready.draft()
    assert ready.case.id is not None
    from sqlalchemy import text

    ready.db.execute(
        text("UPDATE cases SET status = 'closed', closed_at = created_at"),
    )
    ready.db.expire_all()
    assert "case_closed" in refusal(ready, referral)["blockers"]


def test_a_draft_names_known_needs_and_takes_the_services_need_by_default(ready: Ready) -> None:
    assert ready.draft(needs=[]).needs == ["housing"]
    with pytest.raises(InvalidInput):
        ready.draft(needs=["no.such"])
    data = ReferralCreate(service_id=ServiceId(uuid7()))
    with pytest.raises(NotFound):
        service.draft(ready.db, ready.world.worker, ready.case, data)


def test_only_a_draft_is_edited(ready: Ready) -> None:
    referral = ready.draft()
    service.edit(ready.db, ready.world.worker, referral, ReferralUpdate(needs=["income"], situation="…"))
    assert (referral.needs, referral.situation) == (["income"], "…")
    service.edit(ready.db, ready.world.worker, referral, ReferralUpdate(needs=["housing"]))
    assert referral.situation == "…"
    send(ready, referral)
    with pytest.raises(service.ReferralNotDraft):
        service.edit(ready.db, ready.world.worker, referral, ReferralUpdate(needs=["income"]))


def test_sending_twice_names_what_is_allowed_and_a_partner_never_sends(ready: Ready) -> None:
    referral = send(ready, ready.draft())
    with pytest.raises(IllegalMove):
        send(ready, referral)
    with pytest.raises(Forbidden):
        service.send(ready.db, ready.world.agent, referral, ReferralSend())


def test_a_need_that_the_service_does_not_answer_is_not_smuggled_in(ready: Ready) -> None:
    assert refusal(ready, ready.draft(needs=["housing", "income"]))["blockers"] == [
        "need_not_served",
        "no_consent",
    ]


def test_a_second_referral_to_the_same_service_must_be_acknowledged(ready: Ready) -> None:
    send(ready, ready.draft())
    assert refusal(ready, ready.draft())["unacknowledged"] == ["already_referred"]


@pytest.mark.parametrize(
    ("targets", "fits"),
    [(["women"], True), (["youth"], False), (["everyone"], True), (["youth", "women"], True)],
)
def test_a_group_that_a_file_can_tell_is_looked_at(
    db: WriteSession, world: World, targets: list[str], fits: bool
) -> None:
    ready = referrals.ready(db, world, service_values={"targets": targets})
    assert ("target" not in readiness(db, ready.draft()).warnings) == fits
    ready.person.sex = ready.person.sex.__class__("male")
    db.flush()
    assert ("target" in readiness(db, ready.draft()).warnings) == ("everyone" not in targets)
