"""The auditor's pages: ids, codes, who and when, and the state of the chain."""

import ast
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from fastapi import FastAPI
from sqlalchemy import update

import app as application
from app.audit import service as audit
from app.audit.models import AuditSeal
from app.auth import service as auth
from app.auth.models import User
from app.cases.models import Case
from app.core.actor import Role
from app.core.db import WriteSession
from app.followups.states import FollowUpAction
from app.partners.states import AgreementAction
from app.people.models import Person
from app.referrals.states import ReferralAction
from app.web.actions import ACTIONS
from tests.audit.test_tampering import unprotect
from tests.factories import accounts, cases
from tests.factories.world import World, headers
from tests.support.pages import Browser


@pytest.fixture
def person(db: WriteSession, world: World) -> Person:
    cases.define_terms(db)
    person = cases.person(db, world.worker)
    db.commit()
    return person


def test_who_saw_a_persons_file_is_found_by_its_id(
    app: FastAPI, world: World, person: Person, db: WriteSession, auditor: Browser
) -> None:
    seen = Browser(app).client.get(f"/api/v1/people/{person.id}", headers=headers(world.colleague))
    assert seen.status_code == 200
    page = auditor.open("/trail").send("/trail", file=person.id)
    assert page.path == "/trail"
    told = [row.text_content() for row in page.find("//tbody/tr/td[3]")]
    assert " ".join(told[0].split()) == "المستفيد(ة) · اطلاع"
    assert len(told) == 2  # seen and registered


def test_the_trail_tells_nothing_of_what_a_file_says(person: Person, auditor: Browser) -> None:
    page = auditor.open(f"/trail?person_id={person.id}")
    assert "فاطمة" not in page.response.text
    assert not page.find("//a[starts-with(@href, '/people') or starts-with(@href, '/cases')]")


def test_what_is_no_id_is_told_beside_its_field(auditor: Browser) -> None:
    page = auditor.open("/trail").send("/trail", file="Fatima")
    assert page.status == 422
    assert page.find("//*[@id='f-file-error']")
    assert page.find("//input[@name='file']")[0].get("value") == "Fatima"


def test_what_somebody_did_is_found_by_their_name(
    db: WriteSession, world: World, auditor: Browser, case: Case
) -> None:
    db.get_one(User, world.worker.user).name = "أسماء الإدريسي (مثال)"
    db.commit()
    page = auditor.open("/trail").send("/trail", actor="اسماء ادريسي")
    assert page.response.request.url.query.decode() == f"actor_id={world.worker.user}"
    assert page.find("//tbody/tr")
    assert "أسماء الإدريسي (مثال)" in page.find("//section[@aria-labelledby='entries']/p")[0].text_content()
    assert page.send("/trail").response.request.url.query.decode() == f"actor_id={world.worker.user}"


def test_of_several_who_are_called_so_one_is_chosen(world: World, auditor: Browser, case: Case) -> None:
    page = auditor.open("/trail").send("/trail", actor="social_worker")
    assert (page.status, bool(page.find("//*[@id='f-actor-error']"))) == (422, True)
    offered = page.find("//select[@name='actor']/option/@value")
    assert {str(world.worker.user), str(world.colleague.user)} < set(offered)
    page = page.send("/trail", actor=world.worker.user)
    assert page.response.request.url.query.decode() == f"actor_id={world.worker.user}"


@pytest.mark.parametrize("said", ["Nobody", "  ", "a@b.example"])
def test_whom_no_account_is_called_is_told_beside_the_field(auditor: Browser, said: str) -> None:
    page = auditor.open("/trail").send("/trail", actor=said)
    is_blank = not said.strip()
    assert (page.status, bool(page.find("//input[@id='f-actor'][@aria-invalid]"))) == (
        (200, False) if is_blank else (422, True)
    )


def test_an_account_beyond_the_first_thousand_is_found_and_the_page_lists_none(
    db: WriteSession, world: World, auditor: Browser
) -> None:
    db.add_all(
        User(email=f"{n}@many.example", name=f"Many {n:04} (example)", role=Role.social_worker, language="fr")
        for n in range(1100)
    )
    db.commit()
    page = auditor.open("/trail")
    assert "Many" not in page.response.text
    found = page.send("/trail", actor="1099@many.example")
    assert found.find("//input[@name='actor']/@value") == ["1099@many.example"]
    vague = page.send("/trail", actor="many")
    assert (vague.status, vague.find("//select[@name='actor']")) == (422, [])
    assert vague.find("//*[@id='f-actor-error']")


def test_an_id_of_nobody_stands_for_itself(auditor: Browser) -> None:
    nobody = uuid4()
    page = auditor.open(f"/trail?actor_id={nobody}")
    assert page.find("//input[@name='actor']/@value") == [str(nobody)]
    assert page.send("/trail").response.request.url.query.decode() == f"actor_id={nobody}"


def test_what_befell_an_account_is_found_by_its_user(
    app: FastAPI, db: WriteSession, world: World, auditor: Browser
) -> None:
    user = db.get_one(User, world.worker.user)
    auth.set_password(db, user, accounts.PASSWORD)
    email = user.email
    db.commit()
    door = Browser(app)
    door.open("/sign-in").send("/sign-in", username=email, password="not the password at all")
    door.open("/sign-in").send("/sign-in", username=email, password=accounts.PASSWORD)
    page = auditor.open(f"/trail?actor_id={world.worker.user}")
    told = ["|".join(c.text_content().strip() for c in row.xpath("./td")) for row in page.find("//tbody/tr")]
    (began,) = [row for row in told if "الدخول إلى النظام · بدء" in row]
    assert user.name in began.split("|")[1]
    (refused,) = [row for row in told if "رفض الدخول" in row]
    assert "النظام" in refused.split("|")[1]
    assert [row for row in told if "تفعيل" in row and user.name in row.split("|")[1]]
    page = auditor.open(f"/trail?actor_id={world.worker.user}&action=session:refused")
    assert len(page.find("//tbody/tr")) == 1


def test_days_that_run_backwards_are_refused(auditor: Browser) -> None:
    page = auditor.open("/trail").send("/trail", since="2026-03-02", until="2026-03-01")
    assert page.status == 422
    assert page.find("//*[@id='f-until-error']")


def test_a_search_that_is_refused_shows_no_entries_and_speaks_of_a_search(auditor: Browser) -> None:
    page = auditor.open("/trail").send("/trail", file="Fatima")
    assert not page.find("//tbody/tr")
    told = page.find("//*[@role='alert']")[0].text_content()
    assert "لم يتم البحث" in told
    assert "حفظ" not in told


def test_an_address_that_cannot_be_asked_shows_the_form_with_what_is_wrong(auditor: Browser) -> None:
    page = auditor.open("/trail?subject_id=abc&since=99&until=2026-03-01", status=422)
    assert page.find("//*[@id='f-file-error']")
    assert page.find("//*[@id='f-since-error']")
    assert page.find("//input[@name='file']")[0].get("value") == "abc"
    assert page.find("//input[@name='until']")[0].get("value") == "2026-03-01"
    assert not page.find("//tbody/tr")
    assert "حفظ" not in page.find("//*[@role='alert']")[0].text_content()


def test_a_page_that_cannot_be_shown_does_not_speak_of_saving(administrator: Browser) -> None:
    page = administrator.open("/house/holidays?year=26", status=422)
    assert "حفظ" not in page.text


def test_a_day_to_come_has_no_entries(auditor: Browser) -> None:
    assert auditor.open("/trail?since=2199-01-01").find("//*[@class='empty']")


def test_the_trail_goes_on_page_by_page(auditor: Browser) -> None:
    for _ in range(3):
        auditor.open("/trail")
    page = auditor.open("/trail?limit=2&action=audit:read")
    first = page.find("//tbody/tr")
    assert len(first) == 2
    following = page.follow("عرض المزيد")
    assert following.find("//tbody/tr")


def test_the_chain_is_walked_on_demand_and_holds(person: Person, auditor: Browser) -> None:
    page = auditor.open("/trail/chain")
    assert not page.find("//*[@role='status' or @role='alert']")
    assert page.send("/trail/chain").find("//*[@role='status']")


def test_a_broken_chain_is_told(db: WriteSession, person: Person, auditor: Browser) -> None:

    audit.seal_pending(db)
    unprotect(db)
    db.execute(update(AuditSeal).where(AuditSeal.seq == 1).values(hash="0" * 64))
    db.commit()
    page = auditor.open("/trail/chain").send("/trail/chain")
    assert page.find("//*[@role='alert']")
    assert "1" in page.find("//*[@role='alert']")[0].text_content()


@pytest.mark.parametrize("path", ["/trail", "/trail/chain"])
def test_only_the_auditor_sees_the_trail(
    worker: Browser, supervisor: Browser, administrator: Browser, path: str
) -> None:
    for browser in (worker, supervisor, administrator):
        browser.open(path, status=403)


@pytest.mark.parametrize("language", ["ar", "fr", "en", "fa"])
def test_the_trail_speaks_every_language(
    app: FastAPI, db: WriteSession, world: World, case: Case, language: str
) -> None:
    browser = Browser(app).sign_in_as(db, world.auditor, language)
    found = (f"/trail?subject_id={case.id}", f"/trail?person_id={case.person_id}")
    for path in ("/trail", *found, "/trail/chain"):
        assert browser.open(path).document.get("lang") == language


def recorded() -> Iterator[str]:
    """Every action that the code writes into the trail."""
    for file in Path(application.__file__).parent.rglob("*.py"):
        for call in ast.walk(ast.parse(file.read_text())):
            if isinstance(call, ast.Call) and getattr(call.func, "attr", "") in {
                "record",
                "note_down",
                "_record",
            }:
                for argument in call.args:
                    if isinstance(argument, ast.Constant) and ":" in str(argument.value):
                        yield str(argument.value)


def test_every_action_of_the_trail_can_be_looked_for() -> None:
    known = {f"{thing}:{act}" for thing, acts in ACTIONS.items() for act in acts}
    written = set(recorded()) | {f"referral:{action}" for action in ReferralAction}
    written |= {f"agreement:{action}" for action in AgreementAction}
    written |= {f"follow_up:{action}" for action in FollowUpAction}
    assert len(set(recorded())) > 50
    assert written - known == set()
