"""What somebody has typed when the screen locks is there again when it is unlocked, and nowhere in between."""

import pytest
from playwright.sync_api import Page, Request, Route, expect

from app.core.actor import Role
from app.core.ids import InterviewId
from tests.browser.acts import LOCKED, held_back, press_shift, unlock
from tests.browser.conftest import Opener, Watch
from tests.support.served import Served

WRITTEN = "Nous manquons de place jusqu’au printemps (exemple)."
HIDDEN = "[document.title, document.documentElement.innerHTML]"
KEPT_BY_THE_BROWSER = (
    "JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie, location.href])"
)


@pytest.fixture
def invitation(visit: Opener) -> Page:
    """An administrator has half written an invitation."""
    page = visit(Role.administrator, "fr")
    page.goto("/house/users/new")
    page.locator("#f-email").fill("nadia.exemple@test.example")
    page.locator("#f-name").fill("Nadia Exemple")
    page.locator("[name=role]").select_option("auditor")
    return page


def is_there(page: Page) -> None:
    expect(page.locator("#f-email")).to_have_value("nadia.exemple@test.example")
    expect(page.locator("#f-name")).to_have_value("Nadia Exemple")
    expect(page.locator("[name=role]")).to_have_value("auditor")


def test_a_form_is_there_again_after_the_lock(invitation: Page, served: Served) -> None:
    press_shift(invitation)
    invitation.wait_for_url(LOCKED)
    assert "exemple" not in invitation.evaluate(KEPT_BY_THE_BROWSER).casefold()
    assert "exemple" not in invitation.content().casefold()
    expect(invitation.locator("main [role=status]")).to_contain_text("votre saisie")
    unlock(invitation, served, Role.administrator)
    is_there(invitation)
    expect(invitation.locator("#refusal")).to_contain_text("Votre saisie n’est pas encore enregistrée")
    assert invitation.url.endswith("/house/users/new")
    invitation.reload()  # it was given back once
    expect(invitation.locator("#f-email")).to_have_value("")


def test_locked_again_it_is_there_again(invitation: Page, served: Served) -> None:
    for _ in range(2):
        invitation.locator("#lock button").click()
        unlock(invitation, served, Role.administrator)
        is_there(invitation)


def test_a_form_is_there_again_when_nobody_touched_the_screen(visit: Opener, served: Served) -> None:
    page = visit(Role.administrator, "fr")
    page.clock.install()
    page.goto("/house/users/new")
    page.locator("#f-name").fill("Nadia Exemple")
    with page.expect_response("**/lock"):
        page.clock.run_for(10 * 60_000 + 6_000)  # no longer: that also ends the waiting for an answer
    unlock(page, served, Role.administrator)
    expect(page.locator("#f-name")).to_have_value("Nadia Exemple")


def decline(served: Served) -> str:
    """The page on which a partner declines: one whose kinds of answers have been walked."""
    answers = [at for _, at in served.screens("/inbox/{referral_id}/{action}", Role.partner_agent)]
    return next(f"{at.rpartition('/')[0]}/decline" for at in answers if at.endswith(("/accept", "/decline")))


def test_every_tab_has_its_own_back(visit: Opener, served: Served) -> None:
    first = visit(Role.partner_agent, "fr")
    declining = decline(served)
    referral = declining.removesuffix("/decline")
    first.goto(declining)
    first.locator("#f-note").fill(WRITTEN)
    second = first.context.new_page()
    second.goto(referral)
    second.locator("[name=text]").fill("Un message (exemple).")
    second.locator("#lock button").click()
    unlock(first, served, Role.partner_agent)
    expect(first.locator("#f-note")).to_have_value(WRITTEN)
    second.wait_for_url(LOCKED)
    second.reload()  # the lock is open by now
    expect(second.locator("[name=text]")).to_have_value("Un message (exemple).")


def test_a_tab_that_hears_late_keeps_what_was_typed_and_locks_nobody(invitation: Page) -> None:
    asked: list[str] = []
    invitation.on("request", lambda request: asked.append(request.url.rpartition("/")[2]))
    invitation.evaluate("""() => {
        const newValue = String(Date.now() - 60_000);
        dispatchEvent(new StorageEvent("storage", {key: "shubbak.locked", newValue}));
    }""")
    expect(invitation.locator("#refusal")).to_be_visible()
    is_there(invitation)
    assert "lock" not in asked


def test_the_screen_does_not_wait_for_the_keeping(invitation: Page) -> None:
    held: list[Route] = []
    invitation.route("**/kept", lambda route: held.append(route))
    with invitation.expect_request("**/kept"):
        press_shift(invitation)
    assert invitation.evaluate(HIDDEN) == ["", ""]
    held_back(invitation, held).continue_()
    invitation.wait_for_url(LOCKED)


def test_where_it_cannot_be_kept_the_page_locks_all_the_same(
    invitation: Page, served: Served, watch: Watch
) -> None:
    invitation.route("**/kept", lambda route: route.abort())
    press_shift(invitation)
    invitation.wait_for_url(LOCKED)
    assert invitation.locator("main [role=status]").count() == 0
    unlock(invitation, served, Role.administrator)
    expect(invitation.locator("#f-email")).to_have_value("")


def test_what_is_longer_than_what_outlives_a_page_is_kept_too(visit: Opener, served: Served) -> None:
    page = visit(Role.partner_agent, "fr")
    declining = decline(served)
    page.goto(declining)
    page.locator("#f-note").fill(WRITTEN * 1500)
    page.locator("#lock button").click()
    unlock(page, served, Role.partner_agent)
    expect(page.locator("#f-note")).to_have_value(WRITTEN * 1500)


def test_passwords_searches_and_untouched_forms_are_not_sent(visit: Opener, served: Served) -> None:
    page = visit(Role.social_worker, "fr")
    sent: list[Request] = []
    page.on("request", lambda request: sent.append(request) if request.url.endswith("/kept") else None)
    page.goto("/account")
    page.locator("#top-q").fill("Exemple")
    page.locator("form[action='/account/password'] [name=current_password]").fill("this sentence is mine")
    page.locator("#lock button").click()
    page.wait_for_url(LOCKED)
    assert "kept=" not in page.url
    assert [one for one in sent if "sentence" in (one.post_data or "")] == []


def test_a_draft_is_saved_before_the_lock(visit: Opener, served: Served, called: InterviewId) -> None:
    page = visit(Role.social_worker, "fr")
    page.goto(f"/interviews/{called}")
    page.locator("[name=narrative]").fill(WRITTEN)
    press_shift(page)
    unlock(page, served, Role.social_worker)
    expect(page.locator("[name=narrative]")).to_have_value(WRITTEN)


def test_what_was_typed_in_a_form_that_was_folded_away_is_seen(
    visit: Opener, served: Served, called: InterviewId
) -> None:
    page = visit(Role.social_worker, "fr")
    page.goto(f"/interviews/{called}/check")
    page.locator("details.more-ways summary").click()
    reason = page.locator("details.more-ways [name=reason]")
    reason.fill(WRITTEN)
    press_shift(page)
    unlock(page, served, Role.social_worker)
    expect(reason).to_be_visible()
    expect(reason).to_have_value(WRITTEN)
