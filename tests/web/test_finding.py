"""The box at the head of every page: a number leads to what it means, a name to the search for a person."""

import pytest
from fastapi import FastAPI

from app.core.db import WriteSession
from app.referrals.naming import reference
from tests.factories import cases, people, referrals
from tests.factories.world import World
from tests.support.pages import Browser

AT = "/search/number"


def test_a_file_number_leads_to_its_case(worker: Browser, db: WriteSession, world: World) -> None:
    cases.define_terms(db)
    case = cases.case(db, world.worker)
    db.commit()
    found = worker.open("/desk").send(AT, number=case.number.lower())
    assert (found.status, found.path) == (200, f"/cases/{case.id}")
    assert "OUJ1-2000-00001" in worker.open("/desk").send(AT, number="OUJ1-2000-00001").text


@pytest.mark.parametrize("written", ["{:d}", "{:05d}", "arabic"])
def test_a_sequence_alone_means_the_case_of_this_year(
    worker: Browser, db: WriteSession, world: World, written: str
) -> None:
    cases.define_terms(db)
    case = cases.case(db, world.worker)
    db.commit()
    sequence = int(case.number.rsplit("-", 1)[1])
    said = f"{sequence:05d}".translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))
    found = worker.open("/desk").send(AT, number=said if written == "arabic" else written.format(sequence))
    assert found.path == f"/cases/{case.id}"


def test_the_number_of_a_referral_leads_to_it(worker: Browser, db: WriteSession, world: World) -> None:
    referral = referrals.ready(db, world).draft()
    db.commit()
    assert worker.open("/desk").send(AT, number=reference(referral.id)).path == f"/referrals/{referral.id}"
    assert "0000-0001" in worker.open("/desk").send(AT, number="0000-0001").text


def test_of_two_referrals_of_one_number_both_are_offered(
    worker: Browser, db: WriteSession, world: World
) -> None:
    ready = referrals.ready(db, world)
    one, other = ready.draft(), ready.draft()
    db.flush()
    other.digits = one.digits
    db.commit()
    page = worker.open("/desk").send(AT, number=reference(one.id))
    assert {f"/referrals/{one.id}", f"/referrals/{other.id}"} <= set(page.find("//main//a/@href"))


def test_the_number_of_a_referral_says_nothing_to_another_window(
    app: FastAPI, db: WriteSession, world: World
) -> None:
    referral = referrals.ready(db, world).draft()
    db.commit()
    stranger = Browser(app).sign_in_as(db, world.stranger)
    assert stranger.open("/desk").send(AT, number=reference(referral.id)).path == AT


def test_a_name_is_searched_and_stands_in_no_address(
    worker: Browser, db: WriteSession, world: World, intake_terms: None
) -> None:
    people.person(db, world.worker, world.here, given_name_ar="مثالية", family_name_ar="المعروفة")
    db.commit()
    found = worker.open("/desk").send(AT, number="مثالية المعروفة")
    assert (found.status, found.path, found.response.request.url.query) == (200, "/search", b"")
    assert found.find("//input[@id='f-name']/@value") == ["مثالية المعروفة"]
    assert found.find("//*[@id='found']//li")


@pytest.mark.parametrize(
    ("said", "field"),
    [("ربيعة", "name"), ("06 61 00 00 00", "phone"), ("AB123456", "identifier.value"), ("31", "name")],
)
def test_what_was_typed_is_carried_to_the_search_for_a_person(worker: Browser, said: str, field: str) -> None:
    page = worker.open("/desk").send(AT, number=said, person="1")
    assert page.path == "/search"
    assert page.find(f"//input[@id='f-{field.replace('.', '-')}']/@value") == [said]


@pytest.mark.parametrize("person", [None, "1"])
def test_one_word_alone_is_not_left_to_look_like_nobody(worker: Browser, person: str | None) -> None:
    """It finds only with something else: the box at the head says so, as the search for a person does itself."""
    page = worker.open("/desk").send(AT, number="العلوي", **({"person": person} if person else {}))
    assert (page.status, page.path) == (422, "/search")
    told = page.find("//*[@id='refusal']")[0].text_content()
    itself = (
        worker.open("/search").send("/search", name="العلوي").find("//*[@id='refusal']")[0].text_content()
    )
    assert told == itself
    assert "أضف تاريخ الازدياد أو الهاتف" in told
    assert page.find("//input[@id='f-name']/@value") == ["العلوي"]


def test_an_empty_box_leads_to_the_search(worker: Browser) -> None:
    assert worker.open("/desk").send(AT, number="", person="1").path == "/search"
    assert worker.open(AT).path == "/search"
