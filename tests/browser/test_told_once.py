"""What was done is told once: the address forgets it when scripts run."""

from playwright.sync_api import expect

from app.core.actor import Role
from tests.browser.conftest import Opener


def test_a_page_that_is_loaded_again_does_not_say_again_what_was_done(visit: Opener) -> None:
    page = visit(Role.supervisor)
    page.goto("/board?box=silent&done=handed_over")
    said = page.locator(".banner--done")
    expect(said).to_be_visible()
    page.wait_for_url("**/board?box=silent")
    page.reload()
    expect(page.locator("h1")).to_be_visible()
    expect(said).to_have_count(0)
