"""What scripts hand over when a page goes blank comes back in the tab that it was typed in; other tabs have their own."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from fastapi import FastAPI

from app.auth import kept_forms
from app.auth.models import KeptForm, UserSession
from app.cases.models import Case
from app.core.actor import Role
from app.core.db import WriteSession
from app.core.ids import SessionId
from app.core.settings import LANGUAGES
from app.web import cookies
from tests.factories import referrals
from tests.factories.accounts import PASSWORD, account
from tests.factories.world import World
from tests.support.pages import ORIGIN, Browser, Page

WRITTEN, REASON = "Une chambre à elle avant l’hiver (exemple).", "Elle part chez sa sœur (exemple)."


@pytest.fixture
def somebody(app: FastAPI, db: WriteSession, world: World, case: Case) -> Browser:
    """A worker of the window who has just signed in with a password."""
    account(db, role=Role.social_worker, window_ids=[world.here])
    page = Browser(app).open("/sign-in")
    return page.send("/sign-in", username="souad@test.example", password=PASSWORD).browser


@pytest.fixture
def plan(case: Case) -> str:
    return f"/cases/{case.id}/plan"


def handed_over(page: Page, address: str, **typed: str) -> Any:
    """Send what a script sends of a form: its hidden fields, what was typed, its address."""
    (form,) = page.find(f"//form[@action='{address}']")
    fields = {**dict(form.form_values()), "_sent_to": address, **typed}
    return page.browser.client.post("/kept", data=fields, headers={"Origin": ORIGIN}, follow_redirects=False)


def unlocked(browser: Browser, next: str, *kept: str) -> Page:
    asked = "&".join([f"next={next}", *(f"kept={address}" for address in kept)])
    return browser.open(f"/locked?{asked}").send("/locked", password=PASSWORD)


def kept(db: WriteSession) -> list[str]:
    db.expire_all()
    return sorted(form.sent_to for form in db.query(KeptForm))


def test_what_was_typed_comes_back_when_the_page_is_unlocked(
    db: WriteSession, somebody: Browser, case: Case, plan: str
) -> None:
    page, goals = somebody.open(plan), f"/cases/{case.id}/goals"
    answer = handed_over(page, goals, words=WRITTEN)
    assert (answer.status_code, answer.content, kept(db)) == (201, b"", [goals])
    page.send("/lock")
    back = unlocked(somebody, plan, goals)
    assert back.find("//input[@name='words']/@value") == [WRITTEN]
    assert "ما كتبته لم يحفظ بعد" in back.find("//*[@role='alert']")[0].text_content()
    assert back.find("//body/@data-page") == [plan]
    assert back.find("//form[.//input[@data-typed]]/@action") == [goals]  # locked again, it is kept again
    assert kept(db) == [goals]  # a page that is loaded again shows it again
    assert back.send(goals).find("//*[@role='status']")
    assert kept(db) == []


def test_it_may_come_after_the_lock_that_it_comes_with(
    db: WriteSession, somebody: Browser, case: Case, plan: str
) -> None:
    page, goals = somebody.open(plan), f"/cases/{case.id}/goals"
    somebody.open("/account").send("/lock")
    assert handed_over(page, goals, words=WRITTEN).status_code == 201
    assert unlocked(somebody, plan, goals).find("//input[@name='words']/@value") == [WRITTEN]


def test_every_form_of_a_page_comes_back_in_its_place(
    db: WriteSession, somebody: Browser, world: World, case: Case
) -> None:
    at = f"/referrals/{referrals.ready(db, world).sent().id}"
    db.commit()
    page, two = somebody.open(at), (f"{at}/messages", f"{at}/withdraw")
    handed_over(page, two[0], text=WRITTEN)
    handed_over(page, two[1], note=REASON)
    page.send("/lock")
    back = unlocked(somebody, at, *two)
    for address, words in zip(two, (WRITTEN, REASON), strict=True):
        (form,) = back.find("//form[@action = $to]", to=address)
        assert words in {value.strip() for _, value in form.form_values()}
    assert not back.find("//*[@id='kept']")


def test_of_several_the_words_of_those_that_stand_no_more_are_given_back(
    db: WriteSession, somebody: Browser, world: World, case: Case, plan: str
) -> None:
    page, goals, closing = somebody.open(plan), f"/cases/{case.id}/goals", f"/cases/{case.id}/suspend"
    handed_over(page, goals, words=WRITTEN)
    handed_over(page, goals, words=REASON, _sent_to=closing)
    page.send("/lock")
    back = unlocked(somebody, plan, goals, closing)
    assert back.find("//input[@name='words']/@value") == [WRITTEN]
    assert REASON in back.find("//*[@id='kept']")[0].text_content()


def test_each_tab_has_its_own_back(db: WriteSession, somebody: Browser, case: Case, plan: str) -> None:
    goals, closing = f"/cases/{case.id}/goals", f"/cases/{case.id}/suspend"
    tabs = [somebody.open(plan), somebody.open(closing)]
    somebody.open("/account").send("/lock")
    locks = [tabs[0].send(goals, words=WRITTEN), tabs[1].send(closing, note=REASON)]
    second = locks[1].send("/locked", password=PASSWORD)
    assert REASON in second.document.text_content()
    assert WRITTEN not in second.document.text_content()
    first = somebody.open(str(locks[0].response.request.url).removeprefix(ORIGIN))  # the lock is open by now
    assert first.find("//input[@name='words']/@value") == [WRITTEN]
    assert REASON not in first.document.text_content()
    assert sorted(kept(db)) == [goals, closing]


def test_a_session_keeps_the_latest_ten(db: WriteSession, somebody: Browser, plan: str) -> None:
    session = db.query(UserSession).filter(UserSession.page_key_hash.is_not(None)).all()[-1]
    with time_machine.travel(datetime.now(UTC), tick=False) as clock:
        for number in range(kept_forms.MOST + 3):
            clock.shift(timedelta(seconds=1))
            typed = kept_forms.Typed(f"/{number:02}", [("text", WRITTEN)])
            kept_forms.keep(db, SessionId(session.id), typed)
    assert kept(db) == [f"/{number:02}" for number in range(3, kept_forms.MOST + 3)]


@pytest.mark.parametrize("address", ["/search", "/nowhere", "/desk", "//evil.example/a", "", "/" + "a" * 600])
def test_only_what_a_form_of_ours_saves_is_kept(
    db: WriteSession, somebody: Browser, case: Case, plan: str, address: str
) -> None:
    page = somebody.open(plan)
    assert handed_over(page, f"/cases/{case.id}/goals", words=WRITTEN, _sent_to=address).status_code == 204
    assert kept(db) == []


def test_neither_passwords_nor_blanks_are_kept(
    db: WriteSession, somebody: Browser, case: Case, plan: str
) -> None:
    secret = {"current_password": PASSWORD, "password": "another harbour at dusk"}
    assert handed_over(somebody.open("/account"), "/account/password", **secret).status_code == 204
    assert handed_over(somebody.open(plan), f"/cases/{case.id}/goals", words="  ").status_code == 204
    assert kept(db) == []


def test_what_another_site_sends_is_not_kept(
    db: WriteSession, somebody: Browser, case: Case, plan: str
) -> None:
    page, goals = somebody.open(plan), f"/cases/{case.id}/goals"
    assert handed_over(page, goals, words=WRITTEN, _proof="00" * 64).status_code == 403
    somebody.client.headers["Sec-Fetch-Site"] = "cross-site"
    assert handed_over(page, goals, words=WRITTEN).status_code == 403
    assert kept(db) == []


def test_of_a_session_that_is_over_nothing_is_kept(
    db: WriteSession, somebody: Browser, case: Case, plan: str
) -> None:
    page, goals = somebody.open(plan), f"/cases/{case.id}/goals"
    assert handed_over(page, goals, words=WRITTEN).status_code == 201
    page.browser.open("/account").send("/sign-out")
    assert kept(db) == []
    assert handed_over(page, goals, words=WRITTEN).status_code in {303, 403}
    assert kept(db) == []


def test_handing_over_is_no_use_of_the_session(
    db: WriteSession, somebody: Browser, case: Case, plan: str
) -> None:
    page = somebody.open(plan)
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=8), tick=False) as clock:
        handed_over(page, f"/cases/{case.id}/goals", words=WRITTEN)
        clock.shift(timedelta(minutes=4))
        assert somebody.open("/desk").path == "/locked"


@pytest.mark.parametrize("language", LANGUAGES)
def test_whoever_passes_a_locked_screen_changes_its_language_alone(
    db: WriteSession, somebody: Browser, language: str
) -> None:
    lock = somebody.open("/account").send("/lock")
    page = lock.send("/language", language=language)
    assert (page.path, page.document.get("lang")) == ("/locked", language)
    wrong = page.send("/locked", password="not this sentence")
    assert (wrong.status, wrong.document.get("lang")) == (401, language)
    back = wrong.send("/locked", password=PASSWORD)
    assert (back.path, back.document.get("lang")) == ("/account", "ar")
    assert somebody.client.cookies.get(cookies.LOCKED_LANGUAGE) is None
    assert back.send("/lock").document.get("lang") == "ar"
