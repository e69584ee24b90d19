"""The directory: services by need, place and language, and one institution as who refers people needs it."""

import pytest
from fastapi import FastAPI

from app.core.actor import SYSTEM
from app.core.db import WriteSession
from app.core.settings import LANGUAGES
from app.partners import queries
from app.partners import service as partners_service
from app.partners.schemas import ContactIn
from tests.factories import partners
from tests.factories.world import World
from tests.support.pages import Browser

ROOM, SCHOOL = "غرفة مثال", "مدرسة مثال"


@pytest.fixture(autouse=True)
def offered(db: WriteSession, world: World) -> None:
    """A room at Oujda under an agreement, spoken French at; a school at Berkane without one."""
    partners.define_terms(db)
    room = partners.offered(
        db, SYSTEM, world.ours, name_ar=ROOM, languages=["fr"], capacity=3, territory_codes=["02.411"]
    )
    partners.offered(
        db, SYSTEM, world.theirs, name_ar=SCHOOL, need_code="training", territory_codes=["02.113"]
    )
    partners.agreement(db, SYSTEM, room, reference="CONV-TEST", decide_hours=96)
    contact = ContactIn(name="نادية مثال", phone="0536000000")
    partners_service.replace_contacts(db, SYSTEM, queries.institution(db, world.ours), [contact])
    db.commit()


@pytest.mark.parametrize(
    ("asked", "found", "missing"),
    [
        ("", {ROOM, SCHOOL}, set()),
        ("?need=housing", {ROOM}, {SCHOOL}),
        ("?territory=02.113", {SCHOOL}, {ROOM}),
        ("?language=fr", {ROOM}, {SCHOOL}),
        ("?need=&territory=&language=", {ROOM, SCHOOL}, set()),
        ("?need=no-such-need", {ROOM, SCHOOL}, set()),
        ("?need=training&language=fr", set(), {ROOM, SCHOOL}),
    ],
)
def test_services_are_found_by_need_place_and_language(
    worker: Browser, asked: str, found: set[str], missing: set[str]
) -> None:
    text = worker.open(f"/directory{asked}").text
    assert all(name in text for name in found)
    assert not any(name in text for name in missing)


def test_nothing_found_says_what_to_do(worker: Browser) -> None:
    assert "وسع البحث" in worker.open("/directory?need=training&language=fr").text


def test_what_no_agreement_covers_is_marked(worker: Browser) -> None:
    assert "دون اتفاقية سارية" in worker.open("/directory?need=training").text
    assert "دون اتفاقية سارية" not in worker.open("/directory?need=housing").text


def test_institutions_stand_in_a_list_of_their_own(worker: Browser, world: World) -> None:
    page = worker.open("/directory?box=institutions").follow("غرفة الصناعة التقليدية")
    assert page.path == f"/directory/{world.ours}"


def test_an_institution_shows_contacts_services_and_the_agreement(worker: Browser, world: World) -> None:
    text = worker.open(f"/directory/{world.ours}").text
    for told in ("نادية مثال", "0536000000", ROOM, "CONV-TEST", "4 أيام عمل", "3 أماكن شاغرة"):
        assert told in text
    assert "لا اتفاقية سارية" in worker.open(f"/directory/{world.theirs}").text


def test_a_partner_does_not_see_the_network(agent: Browser, world: World) -> None:
    agent.open("/directory", status=403)
    agent.open(f"/directory/{world.theirs}", status=403)


def test_an_institution_that_there_is_not_is_not_found(worker: Browser) -> None:
    worker.open("/directory/01920000-0000-7000-8000-000000000000", status=404)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_directory_speaks_every_language(
    app: FastAPI, db: WriteSession, world: World, language: str
) -> None:
    supervisor = Browser(app).sign_in_as(db, world.supervisor, language)
    for path in ("/directory", "/directory?box=institutions", f"/directory/{world.ours}"):
        assert supervisor.open(path).document.get("lang") == language
