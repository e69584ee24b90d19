"""Two people write one interview: whoever comes second keeps what they wrote, and erases nothing that they did not see."""

from typing import Any

import pytest

from app.core.db import WriteSession
from app.intake import service
from app.intake.models import Interview
from app.intake.schemas import InterviewUpdate
from app.intake.states import InterviewStatus
from app.people.models import Person
from tests.factories import people
from tests.factories.world import World
from tests.support.interviews import autosaves, fresh
from tests.support.pages import Browser, Page

NEW = {
    "given_name_ar": "الجديدة",
    "birth": {"precision": "year", "year": 1990},
    "phones": [{"number": "0600000000"}],
}


@pytest.fixture
def known(db: WriteSession, world: World) -> Person:
    person = people.person(db, world.worker, world.here)
    db.commit()
    return person


def colleague_saves(db: WriteSession, world: World, draft: Interview, **changes: Any) -> None:
    """Somebody else saves a draft on a page of theirs."""
    service.save(db, world.colleague, fresh(db, draft), InterviewUpdate(**changes))
    db.commit()


def kept(mine: Page, db: WriteSession, draft: Interview, **typed: str) -> Any:
    """What "keep mine" sends: what was typed, upon the version that somebody else has made."""
    assert autosaves(mine, **typed).status_code == 412
    return autosaves(mine, _version=str(fresh(db, draft).version), **typed)


def test_a_question_of_the_guided_way_that_is_no_longer_asked_takes_no_other_away(
    worker: Browser, db: WriteSession, world: World, draft: Interview, known: Person
) -> None:
    mine = worker.open(f"/interviews/{draft.id}/guided/sex")
    colleague_saves(db, world, draft, person_id=known.id, urgency="urgent")
    told = autosaves(mine, **{"new_person.sex": "female"})
    assert told.status_code == 412
    assert "data-keep" not in told.text
    assert f'href="/interviews/{draft.id}"' in told.text
    kept(mine, db, draft, **{"new_person.sex": "female"})
    now = fresh(db, draft)
    assert (now.urgency, now.person_id, now.new_person) == ("urgent", known.id, None)


def test_what_was_typed_into_it_is_shown_beside_the_whole_form(
    worker: Browser, db: WriteSession, world: World, draft: Interview, known: Person
) -> None:
    mine = worker.open(f"/interviews/{draft.id}/guided/phone")
    colleague_saves(db, world, draft, person_id=known.id, urgency="urgent", narrative="الزميلة (مثال)")
    page = mine.send(mine.path, phone="0600000099")
    assert page.status == 412
    assert "0600000099" in page.text
    assert page.find("//input[@name='urgency'][@value='urgent'][@checked]")
    assert "الزميلة (مثال)" in page.find("//textarea[@name='narrative']")[0].text
    page = page.send(f"/interviews/{draft.id}", conclusion="case_opened")
    assert page.status == 200
    now = fresh(db, draft)
    assert (now.urgency, now.narrative, now.conclusion) == ("urgent", "الزميلة (مثال)", "case_opened")


def test_a_guided_question_that_is_still_asked_keeps_what_was_typed(
    worker: Browser, db: WriteSession, world: World, draft: Interview, known: Person
) -> None:
    mine = worker.open(f"/interviews/{draft.id}/guided/conclusion")
    colleague_saves(db, world, draft, person_id=known.id)
    page = mine.send(mine.path, conclusion="one_off_help")
    assert page.status == 412
    assert page.find("//input[@name='conclusion'][@value='one_off_help'][@checked]")
    assert page.send(mine.path).path == f"/interviews/{draft.id}/check"
    assert fresh(db, draft).conclusion == "one_off_help"


def test_who_shows_a_known_person_erases_nothing_of_the_new_one_that_somebody_else_wrote_down(
    worker: Browser, db: WriteSession, world: World, draft: Interview, known: Person
) -> None:
    colleague_saves(db, world, draft, person_id=known.id)
    mine = worker.open(f"/interviews/{draft.id}")
    colleague_saves(db, world, draft, person_id=None, new_person=NEW)
    assert kept(mine, db, draft, narrative="أنا (مثال)").status_code == 200
    now = fresh(db, draft)
    assert (now.new_person, now.narrative) == (NEW, "أنا (مثال)")


def test_nor_without_scripts(
    worker: Browser, db: WriteSession, world: World, draft: Interview, known: Person
) -> None:
    colleague_saves(db, world, draft, person_id=known.id)
    mine = worker.open(f"/interviews/{draft.id}")
    colleague_saves(db, world, draft, person_id=None, new_person=NEW)
    page = mine.send(mine.path, narrative="أنا (مثال)")
    assert page.status == 412
    assert page.find("//input[@name='new_person.given_name_ar'][@value='الجديدة']")
    page.send(mine.path)
    now = fresh(db, draft)
    assert (now.new_person, now.narrative) == (NEW, "أنا (مثال)")


def test_what_was_written_of_somebody_new_is_shown_when_a_registered_person_was_chosen(
    worker: Browser, db: WriteSession, world: World, draft: Interview, known: Person
) -> None:
    mine = worker.open(f"/interviews/{draft.id}")
    colleague_saves(db, world, draft, person_id=known.id)
    page = mine.send(mine.path, new_person__given_name_ar="ياسمينة", narrative="أنا (مثال)")
    assert page.status == 412
    assert "ياسمينة" in page.find("//*[@id='refusal']")[0].text_content()
    answer = kept(mine, db, draft, **{"new_person.given_name_ar": "ياسمينة", "narrative": "أنا (مثال)"})
    assert "ما عدا هوية الشخص" in answer.text
    now = fresh(db, draft)
    assert (now.person_id, now.new_person, now.narrative) == (known.id, None, "أنا (مثال)")


def test_a_form_that_does_not_say_what_it_holds_changes_nothing(
    worker: Browser, db: WriteSession, world: World, draft: Interview
) -> None:
    colleague_saves(db, world, draft, needs=["housing"])
    mine = worker.open(f"/interviews/{draft.id}")
    fields = [(n, v) for n, v in mine.find("//form[@id='intake']")[0].form_values() if n != "asked"]
    page = worker.post(mine.path, dict([*fields, ("narrative", "أنا (مثال)")]))
    assert page.status == 422
    assert "أنا (مثال)" in page.find("//textarea[@name='narrative']")[0].text
    assert fresh(db, draft).needs == ["housing"]


@pytest.mark.parametrize("act", ["complete", "abandon"])
def test_nobody_ends_a_draft_that_says_more_than_what_they_have_read(
    worker: Browser, db: WriteSession, world: World, draft: Interview, known: Person, act: str
) -> None:
    told = {"channel": "walk_in", "narrative": "x", "urgency": "normal", "needs": ["housing"]}
    colleague_saves(db, world, draft, conclusion="one_off_help", person_id=known.id, **told)
    mine = worker.open(f"/interviews/{draft.id}/check")
    colleague_saves(db, world, draft, new_person={"phones": [{"number": "0612345678"}]})
    again = mine.send(f"/interviews/{draft.id}/{act}", reason="انصرف")
    assert (again.status, fresh(db, draft).status) == (412, InterviewStatus.draft)
    assert "0612345678" in again.text.replace(" ", "").replace("-", "")
