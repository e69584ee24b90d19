"""Nothing that was written is lost: while somebody writes, when somebody else was faster, when Enter is pressed."""

from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import select

from app.audit.models import AuditEntry
from app.core.db import WriteSession
from app.intake.models import Interview
from tests.factories.world import World
from tests.support.interviews import autosaved, autosaves, fresh, write
from tests.support.pages import ORIGIN, Browser


def test_what_is_being_written_is_saved_and_the_new_version_told(
    worker: Browser, db: WriteSession, draft: Interview
) -> None:
    answer = autosaved(worker, draft, 1, narrative="مثال")
    assert answer.status_code == 200
    assert f'data-version="{fresh(db, draft).version}"' in answer.text
    assert fresh(db, draft).narrative == "مثال"


def test_who_comes_second_keeps_their_text_and_may_replace_the_first(
    app: FastAPI, db: WriteSession, world: World, draft: Interview, worker: Browser
) -> None:
    mine = worker.open(f"/interviews/{draft.id}")
    write(Browser(app).sign_in_as(db, world.colleague), draft, narrative="الزميلة (مثال)")
    page = mine.send(f"/interviews/{draft.id}", narrative="أنا (مثال)")
    assert page.status == 412
    assert "أنا (مثال)" in page.find("//textarea[@name='narrative']")[0].text
    assert "الزميلة (مثال)" in page.text
    assert fresh(db, draft).narrative == "الزميلة (مثال)"
    page.send(f"/interviews/{draft.id}")
    assert fresh(db, draft).narrative == "أنا (مثال)"


def test_what_somebody_else_has_saved_is_told_beside_the_form_and_shown_when_asked_for(
    app: FastAPI, db: WriteSession, world: World, draft: Interview, worker: Browser
) -> None:
    mine = worker.open(f"/interviews/{draft.id}")
    write(Browser(app).sign_in_as(db, world.colleague), draft, narrative="الزميلة (مثال)")
    told = autosaved(worker, draft, 1, narrative="أنا (مثال)")
    assert told.status_code == 412
    assert "<html" not in told.text
    assert "الزميلة" not in told.text
    assert f'data-version="{fresh(db, draft).version}"' in told.text
    seen = select(AuditEntry.id).where(AuditEntry.action == "interview:read")
    before = len(db.scalars(seen).all())
    proof = mine.find("//input[@name='_proof']")[0].get("value")
    other = worker.client.post(
        f"/interviews/{draft.id}/other", data={"_proof": proof}, headers={"Origin": ORIGIN}
    )
    assert "الزميلة (مثال)" in other.text
    assert len(db.scalars(seen).all()) == before + 1
    kept = autosaved(worker, draft, fresh(db, draft).version, narrative="أنا (مثال)")
    assert (kept.status_code, fresh(db, draft).narrative) == (200, "أنا (مثال)")


@pytest.mark.parametrize(
    ("fields", "place"),
    [
        ({"narrative": "مثال"}, "f-narrative"),
        ({"narrative": "مثال", "new_person__family_name_ar": "المثالية"}, "f-new_person-given_name_ar"),
        ({"phone": "0600000000"}, "f-phone"),
        ({"document__kind": "none"}, "f-document-kind"),
        ({"needs": ["housing"], "narrative": "مثال"}, "f-needs"),
        ({"consent__referral": "refused", "sharing__form": "signature"}, "f-consents"),
        ({"conclusion_note": "مثال"}, "f-conclusion"),
        ({}, None),
    ],
)
def test_who_saves_comes_back_to_where_they_wrote(
    worker: Browser, draft: Interview, fields: dict[str, Any], place: str | None
) -> None:
    page = write(worker, draft, **fields)
    came_from = page.response.history[-1].headers["location"]
    assert came_from == f"/interviews/{draft.id}?done=draft_saved" + (f"#{place}" if place else "")
    if place:
        assert page.find(f"//*[@id='{place}']")


def test_the_first_button_of_the_form_is_the_one_that_only_saves(worker: Browser, draft: Interview) -> None:
    """It is what Enter presses in a browser without scripts."""
    form = worker.open(f"/interviews/{draft.id}").find("//form[@id='intake']")[0]
    assert form.xpath(".//button")[0].get("value") == "stay"


def test_what_cannot_be_is_remarked_at_its_field_when_it_is_saved_and_when_it_is_opened(
    worker: Browser, db: WriteSession, draft: Interview
) -> None:
    answer = autosaved(worker, draft, draft.version, **{"phone": "12", "new_person.birth": "31/02/1990"})
    assert answer.status_code == 200
    for field in ("phone", "new_person-birth"):
        assert f'data-remark="f-{field}"' in answer.text
    page = worker.open(f"/interviews/{draft.id}")
    assert page.find("//*[@id='f-phone-error'][contains(@class, 'field__remark')]")
    assert page.find("//input[@id='f-phone'][@aria-describedby='f-phone-error']")
    assert not page.find("//*[@id='refusal']")


def test_what_is_over_is_said_to_whoever_goes_on_writing(
    worker: Browser, db: WriteSession, draft: Interview
) -> None:
    page = worker.open(f"/interviews/{draft.id}")
    worker.open(f"/interviews/{draft.id}/check").send(f"/interviews/{draft.id}/abandon", reason="مثال")
    answer = autosaves(page, narrative="بعد النهاية (مثال)")
    assert answer.status_code == 412
    assert f'href="/interviews/{draft.id}"' in answer.text
    assert "data-keep" not in answer.text
