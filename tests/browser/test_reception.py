"""What hands do at the reception, and what a second press does there."""

from typing import Any

import pytest
from playwright.sync_api import expect

from app.core.actor import Role
from app.core.clock import now
from app.core.ids import ArrivalId
from app.core.settings import Settings
from app.intake import arrivals
from app.intake.schemas import ArrivalCreate
from seeds.load import stage_of
from seeds.stage import actor_of
from tests.browser.conftest import Opener
from tests.support.served import EMAILS, Served

_WIDE, _NARROW = {"width": 1280, "height": 800}, {"width": 390, "height": 800}


@pytest.fixture
def came(served: Served) -> ArrivalId:
    with stage_of(served.database, Settings()).at(now()) as db:
        actor = actor_of(db, EMAILS[Role.social_worker])
        told = ArrivalCreate(first_name="ياسمينة", reason="new_request")
        return arrivals.arrive(db, actor, min(actor.window_ids), told).id


@pytest.mark.parametrize("size", [_WIDE, _NARROW], ids=["wide", "narrow"])
def test_a_second_press_on_the_menu_of_somebody_who_waits_calls_nobody(
    visit: Opener, came: ArrivalId, size: dict[str, int]
) -> None:
    """Opening the menu moves no button under the hand."""
    page = visit(Role.social_worker, viewport=size)
    page.goto("/reception")
    row = page.locator(f"li:has(form[action='/arrivals/{came}/call'])")
    call, menu = row.get_by_role("button").first, row.locator("> details > summary")
    menu.scroll_into_view_if_needed()

    def places() -> list[Any]:
        return [call.bounding_box(), menu.bounding_box()]

    before = places()
    menu.click()
    expect(row.locator(f"form[action='/arrivals/{came}/leave']")).to_be_visible()
    assert places() == before
    menu.dblclick()
    assert "/reception/" in page.url
    expect(row).to_be_visible()
