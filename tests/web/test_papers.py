"""The sheets of paper: what stands on them, what may not, and the trail that reading them leaves."""

from datetime import UTC, datetime

import pytest
from fastapi import FastAPI
from sqlalchemy import select

from app.audit.models import AuditEntry
from app.auth.models import User
from app.cases import closure, plan
from app.cases.schemas import CaseClose
from app.cases.states import ClosingReason, GoalStatus
from app.consents import service as consents
from app.consents.models import ConsentPurpose
from app.core.db import WriteSession
from app.core.settings import LANGUAGES
from app.intake.models import Interview
from app.web.wording import t
from app.windows.models import Window
from tests.factories import cases, intake, referrals
from tests.factories.referrals import Ready
from tests.factories.world import World
from tests.support.pages import Browser

LONG = "كانت تعيش مع أسرتها في بيت صغير (مثال). " * 200


@pytest.fixture
def ready(db: WriteSession, world: World) -> Ready:
    made = referrals.ready(db, world)
    intake.define_terms(db)
    db.commit()
    return made


@pytest.fixture
def interview(db: WriteSession, ready: Ready) -> Interview:
    held = intake.completed(db, ready.world.worker, ready.world.here)
    db.commit()
    return held


def _trail(db: WriteSession, subject: object) -> set[str]:
    return set(db.scalars(select(AuditEntry.action).where(AuditEntry.subject_id == subject)))


def test_the_blank_form_names_nobody(worker: Browser, ready: Ready) -> None:
    page = worker.open("/paper/intake")
    assert "استمارة الاستقبال والاستماع" in page.text
    assert not page.find("//*[contains(@class, 'tick--on')]")


def test_the_intake_sheet_shows_what_was_said(
    worker: Browser, db: WriteSession, interview: Interview
) -> None:
    page = worker.open(f"/interviews/{interview.id}/print")
    assert "تبحث عن سكن (مثال)." in page.text
    chosen = {tick.text_content().split(" (")[0] for tick in page.find("//*[contains(@class, 'tick--on')]")}
    assert {"أنثى", "عادية", "حضور مباشر", "فتح ملف"} <= chosen
    assert "interview:read" in _trail(db, interview.id)


@pytest.mark.parametrize(
    "typed",
    [
        {"given_name_ar": "مثالية", "sex": "female", "birth": {"precision": "year", "year": 1990}},
        {"birth": {"precision": "year"}, "phones": ["x", {"number": "06 00 00 00 00"}], "sex": "x"},
        {"identifiers": [{"kind": "cin", "value": "ZZ 1"}, {"kind": "x"}, "x"]},
        None,
    ],
)
def test_a_draft_is_printed_as_far_as_it_was_typed(
    worker: Browser, db: WriteSession, ready: Ready, typed: dict[str, object] | None
) -> None:
    draft = intake.draft(db, ready.world.worker, ready.world.here)
    draft.new_person = typed
    db.commit()
    worker.open(f"/interviews/{draft.id}/print")


def test_a_text_that_has_no_room_says_that_more_stands_elsewhere(
    worker: Browser, db: WriteSession, interview: Interview
) -> None:
    interview.narrative = LONG
    db.commit()
    page = worker.open(f"/interviews/{interview.id}/print")
    assert len(page.text) < len(LONG)
    assert "والباقي في «شباك»" in page.text


def test_the_consent_sheet_is_read_aloud_and_signed(worker: Browser, db: WriteSession, ready: Ready) -> None:
    page = worker.open(f"/people/{ready.person.id}/consent-sheet")
    for told in ("يقرأ بصوت مسموع", "البصمة", "اسم الشاهد(ة)", "المعطيات الصحية"):
        assert told in page.text
    assert "person:read" in _trail(db, ready.person.id)


def test_the_letter_says_what_the_partner_may_see_now(
    worker: Browser, db: WriteSession, ready: Ready
) -> None:
    referral = ready.sent(situation="تبحث عن سكن (مثال)")
    db.commit()
    text = worker.open(f"/referrals/{referral.id}/letter").text
    assert "تبحث عن سكن (مثال)" in text
    assert str(ready.person.family_name_latin) in text
    assert "1990" not in text
    assert ready.consent is not None
    consents.withdraw(db, ready.world.worker, ready.consent, "She changed her mind.")
    db.commit()
    text = worker.open(f"/referrals/{referral.id}/letter").text
    assert "تبحث عن سكن (مثال)" not in text
    assert str(ready.person.family_name_latin) not in text
    assert "لا يتم تقاسم معطيات الشخص" in text


def test_the_letter_names_whom_to_ask_at_the_window_and_the_telephone(
    worker: Browser, db: WriteSession, ready: Ready
) -> None:
    referral = ready.sent()
    db.get_one(Window, ready.world.here).phone = "05 36 00 00 00"
    db.commit()
    page = worker.open(f"/referrals/{referral.id}/letter")
    cells = {cell.xpath("string(./dt)"): cell.xpath("string(./dd)") for cell in page.find("//dl/div")}
    assert cells["المخاطب(ة) في الشباك"] == db.get_one(User, ready.world.worker.user).name
    assert cells["هاتف الشباك"] == "05 36 00 00 00"


def test_a_draft_has_no_letter(worker: Browser, db: WriteSession, ready: Ready) -> None:
    referral = ready.draft()
    db.commit()
    response = worker.client.get(f"/referrals/{referral.id}/letter", follow_redirects=False)
    assert (response.status_code, response.headers["location"]) == (303, f"/referrals/{referral.id}")


def test_the_case_summary_shows_plan_and_referrals(worker: Browser, db: WriteSession, ready: Ready) -> None:
    goal = cases.goal(db, ready.world.worker, ready.case)
    cases.action(db, ready.world.worker, ready.case, goal)
    for _ in range(6):
        cases.goal(db, ready.world.worker, ready.case)
    ready.sent()
    db.commit()
    text = worker.open(f"/cases/{ready.case.id}/print").text
    for told in (ready.case.number, "أريد غرفة (مثال)", "زيارة (مثال)", "خدمة مثال", "والباقي في «شباك»"):
        assert told in text
    assert "case:read" in _trail(db, ready.case.id)


def test_the_summary_of_a_closed_case_shows_what_its_goals_came_to(
    worker: Browser, db: WriteSession, ready: Ready
) -> None:
    goal = cases.goal(db, ready.world.worker, ready.case)
    plan.settle(db, ready.world.worker, goal, GoalStatus.met, "سكنت غرفة (مثال)")
    closure.close(db, ready.world.worker, ready.case, CaseClose(reason=ClosingReason.goals_met))
    db.commit()
    text = worker.open(f"/cases/{ready.case.id}/print").text
    for told in ("أريد غرفة (مثال)", "تحقق", "سكنت غرفة (مثال)"):
        assert told in text
    assert "لا هدف مسجل" not in text


def test_a_day_in_brackets_is_never_parted_from_them(worker: Browser, db: WriteSession, ready: Ready) -> None:
    """A day is a box of its own: without care a line may end between it and its bracket."""
    told = {"precision": "about", "about_age": 40, "stated_on": "2026-03-02"}
    known = cases.person(db, ready.world.worker, birth=told)
    case = cases.case(db, ready.world.worker, whose=known)
    db.commit()
    bracketed = worker.open(f"/cases/{case.id}/print").find("//span[contains(@class, 'nowrap')][time]")
    assert [whole.text_content() for whole in bracketed] == ["(2 مارس 2026)"]
    assert "2\u00a0مارس\u00a02026" in worker.open(f"/people/{known.id}").response.text


PURPOSES = {purpose: f"enum.ConsentPurpose.{purpose}" for purpose in ConsentPurpose}


@pytest.fixture
def answered(db: WriteSession, ready: Ready) -> Interview:
    """An interview in which the person answered to each purpose, by word of mouth."""
    said = {"decision": "refused", "form": "oral_with_witness", "witness": "شاهدة مثالية", "language": "ar"}
    given = [{**said, "purpose": purpose.value} for purpose in ConsentPurpose]
    held = intake.completed(db, ready.world.worker, ready.world.here, consents=given)
    db.commit()
    return held


@pytest.mark.parametrize("sheet", ["", "/print"])
def test_an_interview_tells_every_answer_about_sharing_and_how_it_was_given(
    worker: Browser, answered: Interview, sheet: str
) -> None:
    text = worker.open(f"/interviews/{answered.id}{sheet}").text
    for key in (*PURPOSES.values(), "enum.ConsentForm.oral_with_witness"):
        assert str(t(key)) in text
    assert text.count("شاهدة مثالية") == len(PURPOSES)


def test_an_interview_that_is_over_is_printed_from_its_page(worker: Browser, answered: Interview) -> None:
    assert worker.open(f"/interviews/{answered.id}").follow("طباعة").path.endswith("/print")


def test_strangers_and_partners_print_nothing(
    app: FastAPI, db: WriteSession, ready: Ready, interview: Interview, agent: Browser
) -> None:
    referral = ready.sent()
    db.commit()
    stranger = Browser(app).sign_in_as(db, ready.world.stranger)
    paths = (
        f"/interviews/{interview.id}/print",
        f"/people/{ready.person.id}/consent-sheet",
        f"/referrals/{referral.id}/letter",
        f"/cases/{ready.case.id}/print",
    )
    for path in paths:
        stranger.open(path, status=404)
        agent.open(path, status=403)
    agent.open("/paper/intake", status=403)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sheet_speaks_every_language(
    app: FastAPI, db: WriteSession, ready: Ready, interview: Interview, language: str
) -> None:
    referral = ready.sent()
    db.commit()
    worker = Browser(app).sign_in_as(db, ready.world.worker, language)
    for path in (
        "/paper/intake",
        f"/interviews/{interview.id}/print",
        f"/people/{ready.person.id}/consent-sheet",
        f"/referrals/{referral.id}/letter",
        f"/cases/{ready.case.id}/print",
    ):
        page = worker.open(path)
        assert page.document.get("lang") == language
        assert page.find("//article[contains(@class, 'sheet')]//h1")


def test_what_is_typed_from_paper_says_when_it_was_held(
    worker: Browser, db: WriteSession, ready: Ready
) -> None:
    draft = intake.draft(db, ready.world.worker, ready.world.here)
    db.commit()
    address = f"/interviews/{draft.id}"
    worker.open(address).send(address, held_at="2026-01-05T09:30")
    db.expire_all()
    assert draft.held_at == datetime(2026, 1, 5, 8, 30, tzinfo=UTC)  # the window's clock is an hour ahead
    worker.open(address).send(address, narrative="تبحث عن سكن (مثال).")
    db.expire_all()
    assert draft.held_at == datetime(2026, 1, 5, 8, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "said",
    [
        "2999-01-05T09:30",
        "yesterday",
        "2026-W02-1",
        "2026-01-05",
        "2026-01-05T09:30+05:00",  # a field for a minute of the window's clock holds no other clock
    ],
)
def test_an_interview_cannot_have_been_held_at_no_time(
    worker: Browser, db: WriteSession, ready: Ready, said: str
) -> None:
    draft = intake.draft(db, ready.world.worker, ready.world.here)
    db.commit()
    page = worker.open(f"/interviews/{draft.id}").send(f"/interviews/{draft.id}", held_at=said)
    assert page.status == 422
    assert page.find("//details[@open]//*[@id='f-held_at-error']")
    assert page.find("//input[@name='held_at']")[0].get("value") == said
