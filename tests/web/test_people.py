"""A person's file: reading, changing, the household, the answers about sharing, the documents, who saw it."""

from datetime import timedelta

import pytest
import time_machine
from fastapi import FastAPI

from app.audit import service as audit
from app.core import i18n
from app.core.clock import now
from app.core.db import WriteSession
from app.people import phones, queries
from app.people.models import Person
from app.web.people import deed
from tests.factories import cases, consents, partners, people
from tests.factories.world import World
from tests.support.pages import Browser


@pytest.fixture
def known(db: WriteSession, world: World) -> Person:
    """Somebody whom the worker's window has received, with a case and one consent."""
    people.define_terms(db)
    cases.define_terms(db)
    partners.define_terms(db)
    person = people.person(
        db,
        world.worker,
        world.here,
        given_name_ar="فاطمة",
        family_name_ar="المثالية",
        given_name_latin="Fatima",
        family_name_latin="El Mitalia",
        sex="female",
        birth={"precision": "year", "year": 1990},
        identifiers=[{"kind": "cin", "value": "ZZ 900001"}],
        phones=[{"number": "06 00 00 00 01", "label": "الجارة"}],
    )
    cases.case(db, world.worker, whose=person)
    consents.consent(db, world.worker, person)
    db.commit()
    return person


def test_the_file_shows_both_scripts_and_everything_that_is_known(worker: Browser, known: Person) -> None:
    page = worker.open(f"/people/{known.id}")
    for words in (
        "فاطمة المثالية",
        "Fatima El Mitalia",
        "1990",
        "ZZ 900001",
        phones.local("+212600000001"),
        "الجارة",
        "OUJ1-",
    ):
        assert words in page.text, words
    assert page.find("//ol[contains(@class, 'thread--small')]")


def test_opening_the_file_stands_in_the_list_of_who_saw_it(worker: Browser, known: Person) -> None:
    worker.open(f"/people/{known.id}")
    page = worker.open(f"/people/{known.id}/accesses")
    assert "الاطلاع على بطاقة الشخص" in page.text
    assert page.find("//table//th[@scope='col']")


def test_one_visit_to_a_file_is_one_line(worker: Browser, known: Person) -> None:
    """A page leaves several entries, and so do two minutes of work."""
    for below in ("", "/household", "/consents", ""):
        worker.open(f"/people/{known.id}{below}")
    rows = worker.open(f"/people/{known.id}/accesses").find("//tbody/tr")
    told = [" ".join(row.text_content().split()) for row in rows]
    assert len(told) == 1
    for deed_told in ("تسجيل الشخص لأول مرة", "الاطلاع على بطاقة الشخص", "الاطلاع على الموافقات"):
        assert told[0].count(deed_told) == 1


def test_the_list_of_who_saw_the_file_goes_on(
    db: WriteSession, world: World, worker: Browser, known: Person
) -> None:
    for hours in (1, 2, 3):
        with time_machine.travel(now() + timedelta(hours=hours)):
            audit.record(db, world.worker, "person:read", "person", known.id, person_id=known.id)
    db.commit()
    page = worker.open(f"/people/{known.id}/accesses?limit=2")
    assert len(page.find("//tbody/tr")) == 2
    assert "تسجيل الشخص لأول مرة" not in page.text
    further = worker.open(page.find("//p[@class='more']/a/@href")[0])
    assert "تسجيل الشخص لأول مرة" in further.text


def test_what_was_done_is_told_in_words_even_where_it_has_none_of_its_own() -> None:
    i18n.language.set("ar")
    assert deed("person:read") == "الاطلاع على بطاقة الشخص"
    assert deed("referral:accept") == "قبول التوجيه"
    assert deed("case:suspend") == "العمل على ملف"
    assert deed("comet:land") == "عملية أخرى على الملف"


@pytest.mark.parametrize(
    "below", ["", "/edit", "/household", "/household/search", "/consents", "/accesses", "/consents?limit=1"]
)
def test_nobody_else_opens_any_of_its_pages(
    app: FastAPI, db: WriteSession, world: World, known: Person, below: str
) -> None:
    stranger = Browser(app).sign_in_as(db, world.stranger)
    stranger.open(f"/people/{known.id}{below}", status=404)
    for actor in (world.agent, world.administrator, world.auditor):
        Browser(app).sign_in_as(db, actor).open(f"/people/{known.id}{below}", status=403)


@pytest.mark.parametrize("language", ["ar", "fr", "en", "fa"])
def test_its_pages_speak_every_language(
    app: FastAPI, db: WriteSession, world: World, known: Person, language: str
) -> None:
    head = people.person(db, world.worker, world.here, contact_preference="do_not_contact")
    people.household(db, world.worker, head, child=known)
    browser = Browser(app).sign_in_as(db, world.worker, language)
    for person in (known, head):
        for below in ("", "/edit", "/household", "/consents", "/accesses"):
            assert browser.open(f"/people/{person.id}{below}").document.get("lang") == language


def test_who_does_not_want_to_be_contacted_is_announced_on_every_page(
    db: WriteSession, world: World, worker: Browser, known: Person
) -> None:
    silent = people.person(db, world.worker, world.here, contact_preference="do_not_contact")
    db.commit()
    for below in ("", "/edit", "/household", "/consents", "/accesses"):
        assert worker.open(f"/people/{silent.id}{below}").find("//p[@class='band']"), below
        assert not worker.open(f"/people/{known.id}{below}").find("//p[@class='band']"), below


def test_changing_adds_a_telephone_and_empties_what_was_left_blank(
    db: WriteSession, world: World, worker: Browser, known: Person
) -> None:
    at = f"/people/{known.id}/edit"
    page = worker.open(at).send(
        at, given_name_latin="", phones__1__number="06 00 00 00 02", address="زنقة المثال"
    )
    assert page.path == f"/people/{known.id}"
    told = queries.read(db, world.worker, known.id)
    assert [phone["number"] for phone in told["phones"]] == ["06 00 00 00 01", "06 00 00 00 02"]
    assert told["given_name_latin"] is None
    assert told["address"] == "زنقة المثال"
    assert told["birth"]["year"] == 1990
    assert [number["raw"] for number in told["identifiers"]] == ["ZZ 900001"]


def test_a_number_is_taken_away_by_emptying_its_row(
    db: WriteSession, world: World, worker: Browser, known: Person
) -> None:
    at = f"/people/{known.id}/edit"
    worker.open(at).send(at, identifiers__0__kind="", identifiers__0__value="")
    assert queries.read(db, world.worker, known.id)["identifiers"] == []


def test_of_the_ways_to_tell_a_birth_the_chosen_one_counts(
    db: WriteSession, world: World, worker: Browser, known: Person
) -> None:
    at = f"/people/{known.id}/edit"
    worker.open(at).send(at, birth__precision="about", birth__about_age="40")
    birth = queries.read(db, world.worker, known.id)["birth"]
    assert (birth["about_age"], birth["year"]) == (40, None)
    assert birth["stated_on"] is not None


def test_a_birth_that_cannot_be_is_refused_beside_its_fields(worker: Browser, known: Person) -> None:
    at = f"/people/{known.id}/edit"
    page = worker.open(at).send(at, birth__precision="exact", birth__on="")
    assert page.status == 422
    assert page.find("//*[@role='alert']")
    assert page.find("//input[@name='given_name_ar']")[0].get("value") == "فاطمة"


def test_two_who_change_at_once_do_not_overwrite_each_other(worker: Browser, known: Person) -> None:
    at = f"/people/{known.id}/edit"
    first, second = worker.open(at), worker.open(at)
    assert first.send(at, notes="أولا").path == f"/people/{known.id}"
    assert second.send(at, notes="ثانيا").status == 412


def test_a_change_that_makes_somebody_alike_is_explained_and_can_be_overruled(
    db: WriteSession, world: World, worker: Browser, known: Person
) -> None:
    other = people.person(db, world.worker, world.here, identifiers=[{"kind": "cin", "value": "ZZ900002"}])
    db.commit()
    at = f"/people/{other.id}/edit"
    page = worker.open(at).send(at, identifiers__0__value="ZZ900001")
    assert page.status == 409
    assert "فاطمة المثالية" in page.text
    page = page.send(at, duplicate_override="شخصان مختلفان، تم التحقق.")
    assert page.path == f"/people/{other.id}"


def test_a_household_is_begun_searched_for_joined_and_left(
    db: WriteSession, world: World, worker: Browser, known: Person
) -> None:
    child = people.person(
        db,
        world.worker,
        world.here,
        given_name_ar="أمين",
        family_name_ar="التجريبي",
        birth={"precision": "unknown"},
    )
    db.commit()
    at = f"/people/{known.id}/household"
    page = worker.open(at).send(at)
    assert "رب(ة) الأسرة" in page.text
    found = page.send(f"{at}/search", name="أمين التجريبي")
    assert "أمين" not in found.response.request.url.path
    page = found.send(f"{at}/members", relationship="child")
    assert "أمين التجريبي" in page.text
    at = f"/people/{child.id}/household"
    page = worker.open(at).send(f"{at}/change", relationship="spouse")
    assert "spouse" in page.text
    page = page.send(f"{at}/leave")
    assert queries.household(db, world.worker, child.id)[1]["id"] is None


def test_somebody_can_join_the_household_of_another(
    db: WriteSession, world: World, worker: Browser, known: Person
) -> None:
    head = people.person(db, world.worker, world.here, given_name_ar="نعيمة", family_name_ar="التجريبية")
    people.household(db, world.worker, head)
    db.commit()
    at = f"/people/{known.id}/household"
    worker.open(at).send(f"{at}/search", name="نعيمة التجريبية").send(f"{at}/join", relationship="child")
    assert len(queries.household(db, world.worker, head.id)[1]["members"]) == 2


def test_a_search_that_finds_nobody_says_so_and_one_without_words_is_refused(
    worker: Browser, known: Person
) -> None:
    at = f"/people/{known.id}/household"
    assert worker.open(at).send(f"{at}/search", name="لا أحد أبدا").find("//*[@role='status']")
    assert worker.open(at).send(f"{at}/search").status == 422


def test_an_answer_is_recorded_narrowed_and_withdrawn(worker: Browser, known: Person) -> None:
    at = f"/people/{known.id}/consents"
    page = worker.open(at)
    new = f"//form[@action='{at}']"
    assert not page.find(f"{new}//input[@name='categories[]' or @name='decision'][@checked]")  # it is an act
    page = page.send(
        at,
        decision="given",
        categories=["identity", "needs"],
        form="oral_with_witness",
        witness="شاهدة (مثال)",
    )
    assert "شاهدة (مثال)" in page.text
    narrow = page.find("//form[contains(@action, '/narrow')]/@action")[0]
    page = page.send(narrow, categories=["identity"])
    assert "مقلصة" in page.text
    withdraw = page.find("//form[contains(@action, '/withdraw')]/@action")[0]
    page = page.send(withdraw, reason="غيرت رأيها")
    assert "غيرت رأيها" in page.text


def test_an_answer_about_statistics_names_neither_a_partner_nor_data(worker: Browser, known: Person) -> None:
    at = f"/people/{known.id}/consents"
    refused = worker.open(at).send(
        at, purpose="statistics", decision="given", categories=["identity"], form="signature"
    )
    assert refused.status == 422
    assert refused.find("//*[@id='f-categories']//*[@class='field__error']")
    page = refused.send(at, purpose="statistics", categories=[])
    assert page.status == 200
    answer, *_ = page.find("//ul[contains(@class, 'cards')]/li")
    said = " ".join(answer.text_content().split())
    assert "الإحصاء" in said
    assert "كل المعطيات" not in said
    assert "أي مؤسسة شريكة" not in said


def test_an_oral_answer_without_a_witness_is_refused_beside_the_field(worker: Browser, known: Person) -> None:
    at = f"/people/{known.id}/consents"
    page = worker.open(at).send(at, decision="given", categories=["identity"], form="oral_with_witness")
    assert page.status == 422
    assert page.find("//*[@id='f-witness-error']")


def test_a_document_is_added_saved_and_removed(worker: Browser, known: Person) -> None:
    page = worker.open(f"/people/{known.id}")
    fields = {
        field.get("name"): field.get("value")
        for field in page.find("//form[contains(@action, '/attachments')]//input[@type='hidden']")
    }
    sent = worker.client.post(
        f"/people/{known.id}/attachments",
        data=fields,
        files={"file": ("شهادة.txt", "شهادة (مثال)".encode(), "text/plain")},
    )
    assert sent.status_code == 200
    page = worker.open(f"/people/{known.id}")
    saved = worker.client.get(page.link("شهادة.txt"))
    assert saved.content.decode() == "شهادة (مثال)"
    assert "attachment" in saved.headers["content-disposition"]
    page = page.send(page.find("//form[contains(@action, '/remove')]/@action")[0])
    assert "شهادة.txt" not in page.text


def test_a_document_of_no_known_kind_is_refused(worker: Browser, known: Person) -> None:
    page = worker.open(f"/people/{known.id}")
    fields = {
        field.get("name"): field.get("value")
        for field in page.find("//form[contains(@action, '/attachments')]//input[@type='hidden']")
    }
    for files in ({"file": ("x.exe", b"MZ\x00\x01", "text/plain")}, None):
        sent = worker.client.post(f"/people/{known.id}/attachments", data=fields, files=files)
        assert sent.status_code in {415, 422}
        assert "مثالية" in sent.text
