"""Several cases of one referent go to a colleague together, or none of them."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

import pytest

from app.auth.models import UserWindow
from app.cases.models import Assignment, Case
from app.core.db import WriteSession
from app.core.ids import UserId
from tests.factories import cases
from tests.factories.world import World
from tests.support.pages import Browser, Page

TO = "/board/hand-over"
WHY = "عطلة طويلة (مثال)"


@pytest.fixture
def three(db: WriteSession, world: World) -> list[Case]:
    cases.define_terms(db)
    opened = [cases.case(db, world.worker) for _ in range(3)]
    db.commit()
    return opened


@pytest.fixture
def at_form(supervisor: Browser, world: World) -> Callable[[], Page]:
    """The way to it: the caseloads of the board."""

    def opened() -> Page:
        board = supervisor.open("/board")
        (way,) = board.find(f"//a[starts-with(@href, '{TO}?referent_id={world.worker.user}')]/@href")
        return supervisor.open(way)

    return opened


def referents(db: WriteSession, held: Iterable[Case]) -> list[UserId]:
    db.expire_all()
    return [db.get_one(Case, case.id).referent_id for case in held]


def test_what_is_ticked_goes_to_the_colleague_and_the_rest_stays(
    db: WriteSession, world: World, three: list[Case], at_form: Callable[[], Page]
) -> None:
    page = at_form()
    assert len(page.find("//input[@name='cases[]'][@checked]")) == 3
    offered = page.find("//select[@name='user_id']/option/@value")
    assert str(world.colleague.user) in offered
    assert not {str(world.worker.user), str(world.stranger.user)} & set(offered)
    wanted = [str(case.id) for case in three[:2]]
    page = page.send(TO, user_id=world.colleague.user, reason=WHY, cases=wanted)
    assert (page.status, page.path) == (200, "/board")
    assert referents(db, three) == [world.colleague.user, world.colleague.user, world.worker.user]
    kept = db.query(Assignment).where(Assignment.until.is_(None), Assignment.reason == WHY).all()
    assert {one.case_id for one in kept} == {case.id for case in three[:2]}


@pytest.mark.parametrize("wrong", ["nothing ticked", "not serving there", "no reason", "of another window"])
def test_where_one_thing_is_wrong_nothing_is_handed_over(
    db: WriteSession, world: World, three: list[Case], at_form: Callable[[], Page], wrong: str
) -> None:
    page = at_form()
    foreign = cases.case(db, world.stranger)
    db.commit()
    ids = [str(case.id) for case in three]
    amiss: dict[str, dict[str, Any]] = {
        "nothing ticked": {"cases": []},
        "not serving there": {"user_id": world.stranger.user},
        "no reason": {"reason": ""},
        "of another window": {"cases": [*ids, str(foreign.id)]},
    }
    page = page.send(TO, **({"user_id": world.colleague.user, "reason": WHY, "cases": ids} | amiss[wrong]))
    assert page.status == (404 if wrong == "of another window" else 422)
    assert referents(db, [*three, foreign]) == [world.worker.user] * 3 + [world.stranger.user]


def test_what_was_unticked_stays_so_when_the_form_is_refused(
    world: World, three: list[Case], at_form: Callable[[], Page]
) -> None:
    page = at_form().send(TO, user_id=world.colleague.user, reason="", cases=[str(three[0].id)])
    assert page.find("//input[@name='cases[]'][@checked]/@value") == [str(three[0].id)]
    assert page.find("//*[@role='alert']")


def test_what_another_hand_gave_away_meanwhile_stays_there_and_that_is_told(
    db: WriteSession, world: World, three: list[Case], at_form: Callable[[], Page], supervisor: Browser
) -> None:
    page, elsewhere = at_form(), f"/board/cases/{three[0].id}/assign"
    assert supervisor.open("/board?box=new").send(elsewhere, user_id=world.supervisor.user).status == 200
    page = page.send(TO, user_id=world.colleague.user, reason=WHY)
    assert referents(db, three) == [world.supervisor.user] + [world.colleague.user] * 2
    (told,) = page.find("//p[contains(@class, 'banner--info')]")
    assert "ملفان" in told.text_content()
    assert "ملف واحد" in told.text_content()
    assert page.find(
        "//p[contains(@class, 'banner--info')]//a[contains(@href, $to)]", to=str(world.colleague.user)
    )


def test_from_an_old_board_nobody_takes_back_what_another_hand_gave(
    db: WriteSession, world: World, three: list[Case], supervisor: Browser
) -> None:
    to = f"/board/cases/{three[0].id}/assign"
    old, newer = supervisor.open("/board?box=new"), supervisor.open("/board?box=new")
    assert newer.send(to, user_id=world.colleague.user).status == 200
    assert old.send(to, user_id=world.supervisor.user).status == 409
    assert referents(db, three[:1]) == [world.colleague.user]


def test_all_can_be_left_unticked_to_hand_over_a_few(three: list[Case], at_form: Callable[[], Page]) -> None:
    page = at_form().follow("إزالة العلامة عن كل الملفات")
    assert not page.find("//input[@name='cases[]'][@checked]")
    assert len(page.follow("وضع العلامة على كل الملفات").find("//input[@name='cases[]'][@checked]")) == 3


def test_of_several_windows_one_is_chosen_first(
    db: WriteSession, world: World, three: list[Case], at_form: Callable[[], Page], supervisor: Browser
) -> None:
    """Only who serves at all the windows of the cases could have them all."""
    for one in (world.supervisor, world.worker):
        db.add(UserWindow(user_id=one.user, window_id=world.elsewhere))
    there = cases.case(db, replace(world.worker, window_ids=frozenset({world.elsewhere})))
    db.commit()
    page, offered = at_form(), "//select[@name='user_id']/option/@value"
    assert str(world.colleague.user) not in page.find(offered)
    (one,) = page.find("//main//a[contains(@href, $window)]/@href", window=str(world.here))
    listed = supervisor.open(one)
    assert str(world.colleague.user) in listed.find(offered)
    assert there.number not in listed.text


def test_of_whom_has_no_case_the_way_leads_back(supervisor: Browser, world: World) -> None:
    assert supervisor.open(f"{TO}?referent_id={world.colleague.user}").path == "/board"


def test_a_worker_hands_nothing_over(
    worker: Browser, db: WriteSession, world: World, three: list[Case]
) -> None:
    assert worker.open(f"{TO}?referent_id={world.worker.user}", status=403).status == 403
    proof = worker.open("/desk").find("//input[@name='_proof']")[0].get("value")
    sent = {
        "_proof": [proof],
        "cases[]": [str(three[0].id)],
        "former_id:held": [str(world.worker.user)],
        "user_id": [str(world.colleague.user)],
        "reason": [WHY],
    }
    assert worker.post(TO, sent).status == 403
    assert referents(db, three[:1]) == [world.worker.user]
