"""The partner's face: one referral, every answer to it, the agreement, the figures."""

from datetime import timedelta

import pytest
from fastapi import FastAPI
from sqlalchemy import select

from app.audit.models import AuditEntry
from app.consents import service as consents
from app.core.clock import now, today
from app.core.db import WriteSession
from app.core.settings import LANGUAGES
from app.files import service as files
from app.files.models import SubjectType
from app.referrals import answering
from app.referrals.models import Referral, ReferralMessage
from app.referrals.partner_schemas import Acceptance
from app.referrals.schemas import AppointmentIn
from app.referrals.states import ReferralStatus
from tests.factories import referrals
from tests.factories.files import PDF
from tests.factories.referrals import Ready
from tests.factories.world import World
from tests.support.pages import Browser, Page
from tests.web.sending import accepted_by, sent_by

TOMORROW = timedelta(days=1)


@pytest.fixture
def ready(db: WriteSession, world: World) -> Ready:
    return referrals.ready(db, world, quota=5, quota_period="month")


def _status(db: WriteSession, referral: Referral) -> ReferralStatus:
    db.refresh(referral)
    return referral.status


def _family(page: Page, ready: Ready) -> bool:
    """Whether the person's name stands on a page."""
    return bool(ready.person.family_name_latin) and str(ready.person.family_name_latin) in page.text


# --- one referral ---------------------------------------------------------------------------------------------


def test_looking_changes_nothing_and_is_recorded(agent: Browser, db: WriteSession, sent: Referral) -> None:
    agent.open(f"/inbox/{sent.id}")
    assert _status(db, sent) is ReferralStatus.sent
    read = select(AuditEntry.action).where(AuditEntry.subject_id == sent.id)
    assert "referral:read" in set(db.scalars(read))


def test_the_page_shows_what_is_shared_and_nothing_else(agent: Browser, ready: Ready, sent: Referral) -> None:
    page = agent.open(f"/inbox/{sent.id}")
    assert _family(page, ready)
    assert "تبحث عن سكن (مثال)" in page.text
    assert "1990" not in page.text  # the birth was not agreed to
    assert ready.case.number not in page.text


def test_a_withdrawn_consent_empties_the_page(agent: Browser, ready: Ready, sent: Referral) -> None:
    assert ready.consent is not None
    agent.open(f"/inbox/{sent.id}").send(f"/inbox/{sent.id}/messages", text="سؤال مثال")
    consents.withdraw(ready.db, ready.world.worker, ready.consent, "She changed her mind.")
    ready.db.commit()
    page = agent.open(f"/inbox/{sent.id}")
    assert "لا يتم تقاسم معطيات هذا الشخص" in page.text
    assert not _family(page, ready)
    assert "تبحث عن سكن" not in page.text
    assert "سؤال مثال" not in page.text


def test_anothers_referral_is_not_there(app: FastAPI, db: WriteSession, world: World, sent: Referral) -> None:
    other = Browser(app).sign_in_as(db, world.other_agent)
    for path in (f"/inbox/{sent.id}", f"/inbox/{sent.id}/accept"):
        other.open(path, status=404)
    assert "خدمة مثال" not in other.open("/inbox").text


@pytest.mark.parametrize("path", ["/inbox", "/our-agreement", "/our-figures"])
def test_only_partners_have_this_face(worker: Browser, auditor: Browser, path: str) -> None:
    worker.open(path, status=403)
    auditor.open(path, status=403)


def test_a_shared_document_can_be_saved_and_only_from_its_referral(
    agent: Browser, db: WriteSession, world: World
) -> None:
    ready = referrals.ready(db, world, with_consent=False)
    referrals.consent(db, world.worker, ready.person, categories=["identity", "needs", "documents"])
    referral, other = ready.sent(), ready.sent()
    config = agent.client.app.state.settings  # type: ignore[attr-defined]
    received = files.examine("note.pdf", PDF, limit=config.attachment_limit_bytes)
    kept = files.attach(db, world.worker, config, SubjectType.referral, referral.id, received)
    db.commit()
    link = agent.open(f"/inbox/{referral.id}").link("note.pdf")
    assert agent.client.get(link).content == PDF
    assert agent.client.get(f"/inbox/{other.id}/documents/{kept.id}").status_code == 404


# --- answers --------------------------------------------------------------------------------------------------


def test_accepting_takes_two_pages_from_the_link(agent: Browser, db: WriteSession, sent: Referral) -> None:
    form = agent.open(f"/inbox/{sent.id}").follow("قبول")
    name = form.find("//input[@name='contact_name']")[0].get("value")
    assert name  # whoever answers is proposed
    page = form.send(f"/inbox/{sent.id}/accept")
    assert "قبول التوجيه" in page.text
    assert (_status(db, sent), sent.contact_name) == (ReferralStatus.accepted, name)


def test_accepting_with_an_appointment(agent: Browser, db: WriteSession, sent: Referral) -> None:
    at = f"{(now() + timedelta(days=3)).date().isoformat()}T09:30"
    agent.open(f"/inbox/{sent.id}/accept").send(
        f"/inbox/{sent.id}/accept",
        contact_name="مينة (مثال)",
        appointment__at=at,
        appointment__place="المكتب 3",
    )
    assert _status(db, sent) is ReferralStatus.accepted
    assert (sent.appointment_local, sent.appointment_place) == (at, "المكتب 3")


def test_a_telephone_that_can_be_none_is_refused_beside_its_field(
    agent: Browser, db: WriteSession, sent: Referral
) -> None:
    page = agent.open(f"/inbox/{sent.id}/accept").send(
        f"/inbox/{sent.id}/accept", contact_name="مينة (مثال)", contact_phone="abc"
    )
    assert page.status == 422
    assert page.find("//*[@id='f-contact_phone-error']")
    assert _status(db, sent) is ReferralStatus.sent


def test_a_refused_form_keeps_what_was_typed(agent: Browser, db: WriteSession, sent: Referral) -> None:
    page = agent.open(f"/inbox/{sent.id}/accept").send(
        f"/inbox/{sent.id}/accept",
        contact_name="",
        contact_phone="0536000000",
        appointment__at="2020-01-01T09:00",
    )
    assert page.status == 422
    assert page.find("//input[@name='contact_phone']")[0].get("value") == "0536000000"
    assert page.find("//*[@id='f-contact_name-error']")
    assert _status(db, sent) is ReferralStatus.sent


def test_a_place_without_a_time_is_no_appointment(agent: Browser, sent: Referral) -> None:
    page = agent.open(f"/inbox/{sent.id}/accept").send(
        f"/inbox/{sent.id}/accept", contact_name="مينة (مثال)", appointment__place="المكتب 3"
    )
    (told,) = page.find("//*[@id='f-appointment-at-error']")
    assert told.text_content() == "أضف اليوم والساعة، أو امح المكان"
    assert "هذه الخانة ضرورية" not in page.text


def test_asking_stops_the_clock(agent: Browser, db: WriteSession, sent: Referral) -> None:
    page = agent.open(f"/inbox/{sent.id}/ask").send(f"/inbox/{sent.id}/ask", question="كم عدد أطفالها؟")
    assert _status(db, sent) is ReferralStatus.info_requested
    assert "كم عدد أطفالها؟" in page.text
    assert "الأجل متوقف" in page.text
    assert not page.find(f"//a[@href='/inbox/{sent.id}/accept']")


def test_declining_for_another_reason_needs_words(agent: Browser, db: WriteSession, sent: Referral) -> None:
    form = agent.open(f"/inbox/{sent.id}/decline")
    page = form.send(f"/inbox/{sent.id}/decline", reason="other")
    assert page.find("//*[@id='f-note-error']")
    page = form.send(f"/inbox/{sent.id}/decline", reason="no_place", next_step="جمعية أخرى")
    assert (_status(db, sent), sent.next_step) == (ReferralStatus.declined, "جمعية أخرى")
    assert "انتهى هذا التوجيه" in page.text


def test_a_place_may_be_expected(agent: Browser, db: WriteSession, sent: Referral) -> None:
    form = agent.open(f"/inbox/{sent.id}/waitlist")
    page = form.send(f"/inbox/{sent.id}/waitlist", expected_on=(today() - TOMORROW).isoformat())
    assert page.find("//*[@id='f-expected_on-error']")
    form.send(f"/inbox/{sent.id}/waitlist", expected_on=(today() + TOMORROW).isoformat())
    assert _status(db, sent) is ReferralStatus.waitlisted


def test_the_whole_way_to_an_outcome(agent: Browser, db: WriteSession, sent: Referral) -> None:
    base = f"/inbox/{sent.id}"
    accepted_by(agent, sent)
    at = f"{(now() + timedelta(days=2)).date().isoformat()}T10:00"
    agent.open(f"{base}/schedule").send(f"{base}/schedule", at=at)
    agent.open(f"{base}/hold").send(f"{base}/hold", reason="person_absent")
    assert _status(db, sent) is ReferralStatus.on_hold
    agent.open(base).send(f"{base}/resume")
    assert _status(db, sent) is ReferralStatus.accepted
    agent.open(f"{base}/start").send(f"{base}/start")  # today is proposed
    assert _status(db, sent) is ReferralStatus.in_service
    page = agent.open(f"{base}/complete").send(f"{base}/complete", note="تم الإيواء (مثال)")
    assert page.find("//*[@id='f-outcomes']//*[@class='field__error']")
    page = agent.open(f"{base}/complete").send(
        f"{base}/complete", **{"outcomes__need-0": "met"}, note="تم الإيواء (مثال)"
    )
    assert (_status(db, sent), sent.outcomes) == (ReferralStatus.completed, {"housing": "met"})
    assert "تمت تلبيتها" in page.text


def test_one_outcome_for_all_where_the_needs_are_not_shared(
    agent: Browser, db: WriteSession, world: World
) -> None:
    ready = referrals.ready(db, world, with_consent=False)
    referrals.consent(db, world.worker, ready.person, categories=["identity"])
    sent = sent_by(ready)
    accepted_by(agent, sent)
    agent.open(f"/inbox/{sent.id}/complete").send(
        f"/inbox/{sent.id}/complete", outcomes__overall="partly_met", note="جزئيا (مثال)"
    )
    assert (_status(db, sent), sent.outcomes) == (ReferralStatus.completed, {"housing": "partly_met"})


def test_a_service_may_come_to_nothing(agent: Browser, db: WriteSession, sent: Referral) -> None:
    accepted_by(agent, sent)
    agent.open(f"/inbox/{sent.id}/fail").send(f"/inbox/{sent.id}/fail", reason="no_show")
    assert _status(db, sent) is ReferralStatus.not_completed


def test_what_cannot_be_done_any_more_leads_back(agent: Browser, sent: Referral) -> None:
    page = agent.open(f"/inbox/{sent.id}/complete")
    assert page.path == f"/inbox/{sent.id}"


def test_a_message_sent_twice_is_one(agent: Browser, db: WriteSession, sent: Referral) -> None:
    page = agent.open(f"/inbox/{sent.id}")
    form = next(f for f in page.find("//form") if f.get("action", "").endswith("/messages"))
    fields = {name: [value] for name, value in form.form_values()} | {"text": ["هل من جديد؟"]}
    for _ in range(2):
        told = agent.post(f"/inbox/{sent.id}/messages", fields)
        assert "هل من جديد؟" in told.text
    written = select(ReferralMessage.text).where(ReferralMessage.referral_id == sent.id)
    assert list(db.scalars(written)) == ["هل من جديد؟"]


# --- the house ------------------------------------------------------------------------------------------------


def test_the_agreement_tells_what_is_left(agent: Browser, ready: Ready, sent: Referral) -> None:
    page = agent.open("/our-agreement")
    assert ready.agreement.reference in page.text
    assert ready.service.name_ar in page.text
    assert "المستعمل 1 من 5" in page.text


def test_anothers_agreement_is_not_shown(
    app: FastAPI, db: WriteSession, world: World, sent: Referral, ready: Ready
) -> None:
    page = Browser(app).sign_in_as(db, world.other_agent).open("/our-agreement")
    assert ready.agreement.reference not in page.text
    assert "لا اتفاقية موقعة" in page.text


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_speaks_every_language(
    app: FastAPI, db: WriteSession, world: World, ready: Ready, language: str
) -> None:
    waiting, served = sent_by(ready), sent_by(ready)
    agent = Browser(app).sign_in_as(db, world.agent, language)
    accepted_by(agent, served)
    steps = {
        waiting: ("accept", "ask", "decline", "waitlist"),
        served: ("schedule", "start", "hold", "complete", "fail"),
    }
    for referral, actions in steps.items():
        assert agent.open(f"/inbox/{referral.id}").document.get("lang") == language
        for action in actions:
            page = agent.open(f"/inbox/{referral.id}/{action}")
            assert page.path.endswith(action)
    for path in ("/inbox", "/inbox?box=in_progress", "/inbox?box=ended", "/our-agreement", "/our-figures"):
        agent.open(path)


def test_an_appointment_that_is_set_is_changed(agent: Browser, ready: Ready, sent: Referral) -> None:
    at = {"at": (now() + TOMORROW).strftime("%Y-%m-%dT09:30"), "zone": "Africa/Casablanca"}
    answering.accept(ready.db, ready.world.agent, sent, Acceptance(contact_name="مينة (مثال)"))
    ready.db.commit()
    assert "لم يحدد بعد" in agent.open("/inbox?box=in_progress").text
    assert "تحديد الموعد" in agent.open(f"/inbox/{sent.id}").text
    answering.schedule(ready.db, ready.world.agent, sent, AppointmentIn.model_validate(at))
    ready.db.commit()
    assert agent.open(f"/inbox/{sent.id}").follow("تغيير الموعد").find("//h1")[0].text == "تغيير الموعد"
    assert "09:30" in agent.open("/inbox?box=in_progress").text


def test_a_long_message_is_folded_without_scripts(agent: Browser, sent: Referral) -> None:
    page = agent.open(f"/inbox/{sent.id}").send(f"/inbox/{sent.id}/messages", text="كلام (مثال) " * 100)
    assert page.find("//*[@id='messages']//details/summary")
