"""Unfinished interviews can be told apart where they are listed."""

import pytest

from app.core.db import WriteSession
from app.intake.models import Interview
from tests.factories import intake
from tests.factories.world import World
from tests.support.interviews import write
from tests.support.pages import Browser

pytestmark = pytest.mark.usefixtures("intake_terms")


@pytest.mark.parametrize("path", ["/desk", "/interviews"])
@pytest.mark.parametrize(
    ("story", "shown"),
    [
        ("تبحث عن سكن (مثال)", "تبحث عن سكن (مثال)"),
        ("سطر أول\r\nسطر ثان", "سطر أول سطر ثان"),
        ("كلمة " * 30, "كلمة " * 11 + "كلمة…"),
        ("a" * 58 + " zz yyyy", "a" * 58 + "…"),
        ("a" * 60 + " b", "a" * 60 + "…"),
        ("a" * 80, "a" * 61 + "…"),
    ],
)
def test_who_has_no_name_is_known_by_the_first_words(
    worker: Browser, draft: Interview, path: str, story: str, shown: str
) -> None:
    write(worker, draft, narrative=story)
    page = worker.open(path)
    (link,) = page.find(f"//a[@href='/interviews/{draft.id}']")
    assert link.xpath("string(bdi)") == shown
    assert story not in page.text or story == shown
    assert "شخص بلا اسم مسجل" not in page.text


def test_where_nothing_is_written_it_says_so(worker: Browser, draft: Interview) -> None:
    (link,) = worker.open("/interviews").find(f"//a[@href='/interviews/{draft.id}']")
    assert link.text_content() == "لم يكتب شيء بعد"


def test_a_name_stands_where_there_is_one(worker: Browser, db: WriteSession, world: World) -> None:
    told = {"given_name_latin": "Exemple"}
    named = intake.draft(db, world.worker, world.here, narrative="قصة (مثال)", new_person=told)
    db.commit()
    page = worker.open("/desk")
    assert page.link("Exemple") == f"/interviews/{named.id}"
    assert "قصة (مثال)" not in page.text
