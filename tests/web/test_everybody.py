"""The way in and out, the language, the lock."""

import pytest
from fastapi import FastAPI
from sqlalchemy import select

from app.audit.models import AuditEntry
from app.auth import credentials, page_sessions
from app.auth.models import User
from app.core.db import WriteSession
from app.web import cookies
from tests.factories.world import World
from tests.support.pages import ORIGIN, Browser


@pytest.mark.parametrize("language", ["ar", "fr", "en", "fa"])
def test_the_page_to_sign_in_speaks_the_browsers_language(app: FastAPI, language: str) -> None:
    page = Browser(app, language).open("/sign-in")
    assert page.document.get("lang") == language


def test_who_is_not_signed_in_is_led_to_the_door_and_then_on(browser: Browser) -> None:
    response = browser.client.get("/account", follow_redirects=False)
    assert (response.status_code, response.headers["location"]) == (303, "/sign-in?next=/account")


def test_a_wrong_password_shows_the_form_again_and_says_so(browser: Browser, world: World) -> None:
    page = browser.open("/sign-in").send(
        "/sign-in", username="nobody@test.example", password="wrong one here"
    )
    assert page.status == 401
    assert page.find("//*[@role='alert']")
    assert page.find("//input[@name='username']")[0].get("value") == "nobody@test.example"
    assert not page.find("//input[@name='password']")[0].get("value")


def test_ones_account_speaks_the_language_that_was_chosen(worker: Browser) -> None:
    page = worker.open("/account").send("/language", language="fr")
    assert page.document.get("lang") == "fr"
    assert worker.open("/account").document.get("lang") == "fr"


def test_a_locked_browser_shows_nothing_but_the_way_back_in(worker: Browser) -> None:
    page = worker.open("/account").send("/lock")
    assert page.path == "/locked"
    for path in ("/account", "/notices"):
        response = worker.client.get(path, follow_redirects=False)
        assert (response.status_code, response.headers["location"]) == (303, f"/locked?next={path}")


def test_signing_out_ends_the_session_at_once(worker: Browser) -> None:
    key = worker.client.cookies[cookies.SESSION]
    page = worker.open("/account").send("/sign-out")
    assert page.path == "/sign-in"
    worker.client.cookies.set(cookies.SESSION, key, domain="testserver.local", path="/")
    assert worker.client.get("/account", follow_redirects=False).status_code == 303


@pytest.mark.parametrize("proof", ["", "00" * 64, "no hex"])
def test_a_form_without_the_proof_of_this_browser_does_nothing(worker: Browser, proof: str) -> None:
    response = worker.client.post("/lock", data={"_proof": proof}, headers={"Origin": ORIGIN})
    assert response.status_code == 403
    worker.open("/account")


def test_a_form_from_another_site_does_nothing_whatever_it_proves(worker: Browser) -> None:
    page = worker.open("/account")
    proof = page.find("//form[@action='/lock']//input[@name='_proof']")[0].get("value")
    response = worker.client.post("/lock", data={"_proof": proof}, headers={"Origin": "https://evil.example"})
    assert response.status_code == 403


def test_anothers_proof_is_none(app: FastAPI, db: WriteSession, world: World) -> None:
    mine = Browser(app).sign_in_as(db, world.worker)
    theirs = Browser(app).sign_in_as(db, world.colleague)
    proof = theirs.open("/account").find("//input[@name='_proof']")[0].get("value")
    assert mine.client.post("/lock", data={"_proof": proof}, headers={"Origin": ORIGIN}).status_code == 403


def test_the_api_knows_no_cookie_and_the_pages_no_token(worker: Browser, world: World) -> None:
    from tests.factories.world import headers

    assert worker.client.get("/api/v1/auth/me").status_code == 401
    worker.client.cookies.clear()
    response = worker.client.get("/account", headers=headers(world.worker), follow_redirects=False)
    assert response.headers["location"] == "/sign-in?next=/account"


@pytest.fixture
def elsewhere(app: FastAPI, db: WriteSession, world: World) -> Browser:
    """The same worker at another computer."""
    user = db.get_one(User, world.worker.user)
    proof = credentials.Proof(user.email, "elsewhere", user.id, user.password_hash, "Firefox, Windows")
    key = page_sessions.sign_in_to_pages(db, proof)
    db.commit()
    browser = Browser(app)
    browser.client.cookies.set(cookies.SESSION, key, domain="testserver.local", path="/")
    assert browser.open("/account").path == "/account"
    return browser


def test_one_of_several_sessions_can_be_ended(worker: Browser, elsewhere: Browser) -> None:
    page = worker.open("/account")
    (ending,) = page.find("//form[contains(@action, '/end') and not(contains(@action, 'others'))]/@action")
    beside = page.find("//li[.//form[@action=$to]]//bdi[@dir='ltr']", to=ending)
    assert [one.text_content() for one in beside] == ["Firefox, Windows"]
    assert page.send(ending).path == "/account"
    assert elsewhere.open("/account").path == "/sign-in"
    assert worker.open("/account").path == "/account"


def test_all_the_others_can_be_ended_at_once(worker: Browser, elsewhere: Browser, db: WriteSession) -> None:
    assert worker.open("/account").send("/account/sessions/end-others").path == "/account"
    assert elsewhere.open("/account").path == "/sign-in"
    assert worker.open("/account").path == "/account"
    told = [
        entry.details for entry in db.scalars(select(AuditEntry).where(AuditEntry.action == "session:end"))
    ]
    assert told == [{"reason": "others_signed_out"}]


def test_an_address_that_leads_elsewhere_is_not_followed(browser: Browser, world: World) -> None:
    page = browser.open("/sign-in?next=//evil.example")
    assert page.status == 200


def test_a_page_that_there_is_not_says_so_in_the_language(browser: Browser) -> None:
    page = browser.open("/no-such-page", status=404)
    assert page.document.get("lang") == "ar"


def test_the_page_for_no_connection_names_nobody_and_speaks_every_language(worker: Browser) -> None:
    page = worker.open("/offline")
    assert [section.get("lang") for section in page.find("//section")] == ["ar", "fr", "en", "fa"]
    assert page.find("//form | //nav") == []
    assert "worker" not in page.response.text


def test_a_mistake_of_ours_is_a_page_too(
    app: FastAPI, worker: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("somebody's name")

    monkeypatch.setattr("app.auth.queries.read_own", fail)
    page = worker.open("/account", status=500)
    assert page.document.get("lang") == "ar"
    assert "somebody" not in page.text


def test_a_refused_form_does_not_say_again_what_the_one_before_has_done(worker: Browser) -> None:
    page = worker.open("/account?done=session_ended")
    assert page.find("//*[@role='status']")
    refused = page.send("/account/password", current_password="not mine at all", password="short")
    assert refused.find("//*[@role='alert']")
    assert not refused.find("//*[@role='status']")


def test_a_form_sent_after_the_session_ended_elsewhere_leads_back_to_its_page(
    worker: Browser, world: World
) -> None:
    """What is wrong is that nobody is signed in, not the form."""
    page = worker.open("/account")
    proof = page.find("//input[@name='_proof']/@value")[0]
    key = str(worker.client.cookies.get(cookies.SESSION))
    page.send("/sign-out")
    worker.client.cookies.set(cookies.SESSION, key, domain="testserver.local", path="/")
    fields = {"_proof": proof, "_page": "/account", "current_password": "x", "password": "y"}
    door = worker.post("/account/password", fields)
    assert (door.path, door.find("//input[@name='next']/@value")) == ("/sign-in", ["/account"])
    assert "انتهت جلستك" in door.text
    assert "انتهت صلاحية الصفحة" not in door.text


def test_who_was_never_signed_in_is_not_told_that_a_session_ended(browser: Browser) -> None:
    assert "انتهت جلستك" not in browser.open("/sign-in?next=/account").text


def test_an_ended_session_is_told_also_to_who_only_opens_a_page(worker: Browser) -> None:
    key = str(worker.client.cookies.get(cookies.SESSION))
    worker.open("/account").send("/sign-out")
    worker.client.cookies.set(cookies.SESSION, key, domain="testserver.local", path="/")
    response = worker.client.get("/account", follow_redirects=False)
    assert response.headers["location"] == "/sign-in?next=/account&over=1"


def test_a_session_says_when_it_was_last_used(worker: Browser) -> None:
    assert "آخر استعمال" in worker.open("/account").text


def test_another_language_keeps_where_one_wanted_to_go(worker: Browser) -> None:
    worker.open("/account").send("/lock")
    page = worker.open("/locked?next=/notices").send("/language", language="fr")
    assert page.find("//input[@name='next']/@value") == ["/notices"]
