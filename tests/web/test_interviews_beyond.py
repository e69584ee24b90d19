"""What was told of somebody before they were recognised: nothing that was typed is lost."""

from typing import Any

import pytest

from app.core.db import WriteSession
from app.intake.models import Interview
from app.intake.states import InterviewStatus
from app.people import queries
from app.people.models import Person
from tests.factories import people
from tests.factories.world import World
from tests.support.interviews import WHOLE, fresh, write
from tests.support.pages import Browser, Page

pytestmark = pytest.mark.usefixtures("intake_terms")

OLD, NEW = "0600000001", "0600000099"


@pytest.fixture
def known(db: WriteSession, world: World) -> Person:
    person = people.person(
        db,
        world.worker,
        world.here,
        given_name_ar="مثالية",
        family_name_ar="الاختبار",
        phones=[{"number": OLD, "label": "neighbour"}],
        identifiers=[{"kind": "cin", "value": "ZZ990001"}],
    )
    db.commit()
    return person


def picked(worker: Browser, draft: Interview, person: Person, **typed: Any) -> Page:
    """Somebody is picked in the panel with the press that sends what was typed, too."""
    told = {**WHOLE, "conclusion": "one_off_help", **typed}
    return write(worker, draft, chosen=person.id, **told)


def completed(worker: Browser, draft: Interview) -> Page:
    return worker.open(f"/interviews/{draft.id}/check").send(f"/interviews/{draft.id}/complete")


def file(db: WriteSession, world: World, person: Person) -> dict[str, Any]:
    db.expire_all()
    return queries.read(db, world.worker, person.id)


def test_a_telephone_and_a_document_typed_meanwhile_are_kept_shown_and_added(
    worker: Browser, db: WriteSession, world: World, draft: Interview, known: Person
) -> None:
    page = picked(worker, draft, known, phone=NEW, document__kind="passport", document__value="ZZ123456")
    told = page.find("//*[@id='beyond']")[0].text_content()
    assert "كتب هنا ولا يوجد في بطاقة الشخص" in told
    assert NEW in told
    assert "ZZ123456" in told
    assert NEW in worker.open(f"/interviews/{draft.id}/check").text
    completed(worker, draft)
    assert fresh(db, draft).status is InterviewStatus.completed
    now = file(db, world, known)
    assert [(p["number"], p["label"]) for p in now["phones"]] == [(OLD, "neighbour"), (NEW, None)]
    assert [(n["kind"], n["raw"]) for n in now["identifiers"]] == [
        ("cin", "ZZ990001"),
        ("passport", "ZZ123456"),
    ]


def test_what_the_file_says_already_is_neither_shown_nor_added_again(
    worker: Browser, db: WriteSession, world: World, draft: Interview, known: Person
) -> None:
    page = picked(worker, draft, known, phone="+212 600-000001", document__value="zz 990001")
    assert not page.find("//*[@id='beyond']")
    version = known.version
    completed(worker, draft)
    assert file(db, world, known)["version"] == version


def test_a_birth_and_a_sex_that_nobody_knew_are_added_and_another_name_is_not(
    worker: Browser, db: WriteSession, world: World, draft: Interview, known: Person
) -> None:
    told = {"new_person__sex": "female", "new_person__birth": "1984", "new_person__given_name_ar": "أمثولة"}
    page = picked(worker, draft, known, **told)
    assert "تبقى البطاقة كما هي" in page.text
    assert "أمثولة" in page.find("//*[@id='beyond']")[0].text_content()
    completed(worker, draft)
    now = file(db, world, known)
    assert (now["sex"], now["birth"]["year"], now["given_name_ar"]) == ("female", 1984, "مثالية")


def test_what_is_taken_out_is_not_added(
    worker: Browser, db: WriteSession, world: World, draft: Interview, known: Person
) -> None:
    page = picked(worker, draft, known, phone=NEW, new_person__sex="female")
    page = page.send(f"/interviews/{draft.id}", leave_out="phone")
    assert NEW not in page.text
    completed(worker, draft)
    now = file(db, world, known)
    assert ([p["number"] for p in now["phones"]], now["sex"]) == ([OLD], "female")


def test_if_it_is_somebody_else_after_all_everything_typed_stands_in_the_form_again(
    worker: Browser, draft: Interview, known: Person
) -> None:
    picked(worker, draft, known, phone=OLD, new_person__birth="1984")
    page = write(worker, draft, next="other")
    assert page.find("//input[@name='phone']")[0].get("value") == OLD
    assert page.find("//input[@name='new_person.birth']")[0].get("value") == "1984"
    assert page.find("//input[@name='new_person.given_name_ar']")[0].get("value") == "مثالية"


def test_a_document_of_somebody_else_is_refused_beside_it_and_can_be_taken_out(
    worker: Browser, db: WriteSession, world: World, draft: Interview, known: Person
) -> None:
    people.person(db, world.worker, world.here, identifiers=[{"kind": "passport", "value": "ZZ123456"}])
    db.commit()
    picked(worker, draft, known, document__kind="passport", document__value="ZZ 123456")
    page = completed(worker, draft)
    assert page.status == 409
    error = page.find("//*[@id='f-new_person-identifiers-0']")[0]
    assert "هذا الرقم مسجل باسم شخص آخر" in error.text_content()
    assert fresh(db, draft).status is InterviewStatus.draft
    write(worker, draft, leave_out="document")
    completed(worker, draft)
    assert fresh(db, draft).status is InterviewStatus.completed
    assert len(file(db, world, known)["identifiers"]) == 1


def test_a_number_that_cannot_be_is_refused_beside_it(
    worker: Browser, db: WriteSession, draft: Interview, known: Person
) -> None:
    picked(worker, draft, known, phone="12")
    page = completed(worker, draft)
    assert page.status == 409
    assert page.find("//*[@id='f-new_person-phones-0-number']")
    assert fresh(db, draft).status is InterviewStatus.draft


def test_a_document_that_was_found_answers_why_there_was_none(
    worker: Browser, db: WriteSession, world: World, draft: Interview
) -> None:
    without = people.person(
        db, world.worker, world.here, identifiers=[{"kind": "none"}], no_document_reason="lost"
    )
    db.commit()
    picked(worker, draft, without, document__kind="cin", document__value="ZZ990002")
    completed(worker, draft)
    now = file(db, world, without)
    assert [n["raw"] for n in now["identifiers"]] == ["ZZ990002"]
    assert now["no_document_reason"] is None


def test_what_makes_two_files_alike_is_asked_about_as_at_any_change(
    worker: Browser, db: WriteSession, world: World, draft: Interview, known: Person
) -> None:
    twin = people.person(
        db,
        world.worker,
        world.here,
        given_name_ar="مثالية",
        family_name_ar="الاختبار",
        phones=[{"number": NEW}],
        sex="female",
        birth={"precision": "exact", "on": "1984-03-12"},
    )
    db.commit()
    picked(worker, draft, known, phone=NEW, new_person__sex="female", new_person__birth="12/03/1984")
    page = completed(worker, draft)
    assert page.status == 409
    assert page.link("مثالية الاختبار") in {f"/people/{twin.id}", f"/people/{known.id}"}
    page.send(f"/interviews/{draft.id}/complete", duplicate_override="أختها (مثال)")
    assert fresh(db, draft).status is InterviewStatus.completed
    assert file(db, world, known)["duplicate_override"] == "أختها (مثال)"
