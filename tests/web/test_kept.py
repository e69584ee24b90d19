"""A form that is sent after its session locked comes back when it is unlocked, with what was written in it."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from fastapi import FastAPI

from app.auth import kept_forms, sessions
from app.auth.models import KeptForm, UserSession
from app.auth.session_queries import USE_NOTED_EVERY
from app.core.actor import Role
from app.core.db import WriteSession
from app.core.settings import settings
from app.referrals import service as referral_service
from app.referrals.models import Referral, ReferralMessage
from app.referrals.schemas import Withdrawal
from app.referrals.states import WithdrawalReason
from tests.factories import referrals
from tests.factories.accounts import PASSWORD, account
from tests.factories.files import PDF
from tests.factories.world import World
from tests.support.pages import Browser, Page

IDLE = timedelta(minutes=settings().page_idle_minutes) + USE_NOTED_EVERY
WRITTEN = "Mme Exemple préfère qu’on l’appelle le soir."


@pytest.fixture
def clock(world: World) -> Iterator[time_machine.Traveller]:
    """A clock that stands still until it is moved."""
    with time_machine.travel(datetime.now(UTC) + timedelta(hours=1), tick=False) as traveller:
        yield traveller


@pytest.fixture
def referral(db: WriteSession, world: World, clock: time_machine.Traveller) -> Referral:
    sent = referrals.ready(db, world).sent()
    db.commit()
    return sent


@pytest.fixture
def somebody(app: FastAPI, db: WriteSession, world: World, referral: Referral) -> Browser:
    """A worker of the window who has just signed in with a password."""
    account(db, role=Role.social_worker, window_ids=[world.here])
    page = Browser(app).open("/sign-in")
    return page.send("/sign-in", username="souad@test.example", password=PASSWORD).browser


@pytest.fixture
def refused(somebody: Browser, referral: Referral, clock: time_machine.Traveller) -> Page:
    """The lock, which stands before a message that was written for too long."""
    page = somebody.open(f"/referrals/{referral.id}")
    clock.shift(IDLE)
    return page.send(f"/referrals/{referral.id}/messages", text=WRITTEN)


def written(db: WriteSession) -> int:
    db.expire_all()
    return db.query(ReferralMessage).count()


def kept(db: WriteSession) -> int:
    db.expire_all()
    return db.query(KeptForm).count()


def test_what_was_written_stands_in_its_form_again_and_can_be_sent(
    db: WriteSession, referral: Referral, refused: Page
) -> None:
    assert (refused.path, written(db)) == ("/locked", 0)
    page = refused.send("/locked", password=PASSWORD)
    assert page.status == 200
    assert page.find("//textarea[@name='text']")[0].text_content().strip() == WRITTEN
    assert "لم يحفظ" in page.find("//*[@role='alert']")[0].text_content()
    assert page.find("//body/@data-page") == [f"/referrals/{referral.id}"]
    sent = page.send(f"/referrals/{referral.id}/messages")
    assert (sent.path, written(db), kept(db)) == (f"/referrals/{referral.id}", 1, 0)


def test_the_lock_shows_nothing_of_it_and_no_address_or_cookie_holds_it(refused: Page) -> None:
    assert "ما كتبته" in refused.find("//main//*[@role='status']")[0].text_content()
    assert WRITTEN not in refused.response.text
    said = [str(answer.url) + str(answer.headers) for answer in (*refused.response.history, refused.response)]
    assert not [one for one in said if "Exemple" in one]


def test_a_wrong_password_does_not_lose_it(refused: Page) -> None:
    wrong = refused.send("/locked", password="not this sentence")
    assert wrong.status == 401
    page = wrong.send("/locked", password=PASSWORD)
    assert page.find("//textarea[@name='text']")[0].text_content().strip() == WRITTEN


def test_it_is_given_back_until_it_is_sent(db: WriteSession, refused: Page, referral: Referral) -> None:
    """A page that is loaded again, or an answer that was lost on the line, shows it again."""
    refused.send("/locked", password=PASSWORD)
    at = f"/referrals/{referral.id}"
    again = refused.browser.open(f"/kept?next={at}&kept={at}/messages")
    assert WRITTEN in again.text
    again.send(f"{at}/messages")
    assert kept(db) == 0
    later = refused.browser.open(f"/kept?next={at}&kept={at}/messages")
    assert later.path == at
    assert not (later.find("//textarea[@name='text']")[0].text_content() or "").strip()


def test_after_an_hour_it_is_gone(refused: Page, referral: Referral, clock: time_machine.Traveller) -> None:
    clock.shift(kept_forms.KEPT_FOR + timedelta(seconds=1))
    page = refused.send("/locked", password=PASSWORD)
    assert page.path == f"/referrals/{referral.id}"
    assert WRITTEN not in page.text


def test_the_worker_drops_what_nobody_came_back_for(
    db: WriteSession, refused: Page, clock: time_machine.Traveller
) -> None:
    kept_forms.forget_old(db)
    assert kept(db) == 1
    clock.shift(kept_forms.KEPT_FOR + timedelta(seconds=1))
    kept_forms.forget_old(db)
    assert kept(db) == 0


def test_signing_out_drops_it(db: WriteSession, refused: Page) -> None:
    refused.send("/sign-out")
    assert kept(db) == 0


def test_a_session_that_is_ended_elsewhere_drops_it(db: WriteSession, refused: Page) -> None:
    (form,) = db.query(KeptForm).all()
    owner = db.get_one(UserSession, form.session_id).user_id
    sessions.end_all(db, owner, "disabled", but=form.session_id)
    assert kept(db) == 1
    sessions.end_all(db, owner, "disabled")
    assert kept(db) == 0


def test_where_the_form_stands_no_more_the_words_are_given_back(
    db: WriteSession, world: World, referral: Referral, refused: Page
) -> None:
    gone = Withdrawal(reason=WithdrawalReason.error, note=None)
    referral_service.withdraw(db, world.worker, referral, gone)
    db.commit()
    page = refused.send("/locked", password=PASSWORD)
    assert not page.find("//textarea[@name='text']")
    assert WRITTEN in page.find("//*[@id='kept']")[0].text_content()


def test_of_two_forms_to_one_address_the_last_is_kept(
    db: WriteSession, somebody: Browser, referral: Referral, clock: time_machine.Traveller
) -> None:
    page = somebody.open(f"/referrals/{referral.id}")
    clock.shift(IDLE)
    for text in ("the first", WRITTEN):
        lock = page.send(f"/referrals/{referral.id}/messages", text=text)
    assert kept(db) == 1
    page = lock.send("/locked", password=PASSWORD)
    assert page.find("//textarea[@name='text']")[0].text_content().strip() == WRITTEN


def test_passwords_files_and_bare_buttons_are_not_kept(
    db: WriteSession, somebody: Browser, referral: Referral, clock: time_machine.Traveller
) -> None:
    account_page, page = somebody.open("/account"), somebody.open(f"/referrals/{referral.id}")
    clock.shift(IDLE)
    account_page.send("/account/password", current_password=PASSWORD, password="another harbour at dusk")
    page.attach(f"/referrals/{referral.id}/attachments", "attestation.pdf", PDF)
    account_page.send("/lock")
    assert kept(db) == 0


def test_no_proof_is_kept(db: WriteSession, refused: Page) -> None:
    (form,) = db.query(KeptForm).all()
    assert {name for name, _ in form.fields} >= {"text", "_page", "_once"}
    assert "_proof" not in {name for name, _ in form.fields}


def test_what_only_asks_is_not_kept(
    db: WriteSession, somebody: Browser, clock: time_machine.Traveller
) -> None:
    page = somebody.open("/search")
    clock.shift(IDLE)
    lock = page.send("/search", name="Exemple")
    assert (lock.path, lock.find("//input[@name='kept']"), kept(db)) == ("/locked", [], 0)


def test_what_a_script_saves_by_itself_leads_to_no_page_and_is_not_kept(
    db: WriteSession, somebody: Browser, referral: Referral, clock: time_machine.Traveller
) -> None:
    somebody.client.headers["Sec-Fetch-Mode"] = "cors"
    page = somebody.open(f"/referrals/{referral.id}")
    clock.shift(IDLE)
    page.send(f"/referrals/{referral.id}/messages", text=WRITTEN)
    assert kept(db) == 0


def test_a_forged_form_is_not_kept(
    db: WriteSession, somebody: Browser, referral: Referral, clock: time_machine.Traveller
) -> None:
    clock.shift(IDLE)
    fields = {"_page": f"/referrals/{referral.id}", "text": WRITTEN, "_proof": "00" * 64}
    assert somebody.post(f"/referrals/{referral.id}/messages", fields).status == 403
    assert kept(db) == 0


def test_nobody_else_is_given_it(
    db: WriteSession, refused: Page, worker: Browser, referral: Referral
) -> None:
    at = f"/referrals/{referral.id}"
    page = worker.open(f"/kept?next={at}&kept={at}/messages")
    assert WRITTEN not in page.text
    assert kept(db) == 1
