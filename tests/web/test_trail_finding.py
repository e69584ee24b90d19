"""The number of a file or of a referral leads the auditor to what was recorded about it; nothing else does."""

from uuid import uuid4

import pytest

from app.audit import service as audit
from app.audit.models import AuditEntry
from app.cases.models import Case
from app.core.db import WriteSession
from app.people.models import Person
from app.referrals import naming
from tests.factories import cases, referrals
from tests.factories.world import World
from tests.support.pages import Browser


@pytest.fixture
def person(db: WriteSession, world: World) -> Person:
    cases.define_terms(db)
    person = cases.person(db, world.worker)
    db.commit()
    return person


@pytest.fixture
def case(db: WriteSession, world: World, person: Person) -> Case:
    opened = cases.case(db, world.worker, whose=person)
    db.commit()
    return opened


def as_said(case: Case) -> str:
    """A number as somebody says it over the telephone: `ouj1 ٢٠٢٦ 1`."""
    window, year, sequence = case.number.lower().split("-")
    arabic = year.translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))
    return f"{window} {arabic} {int(sequence)}"


def test_who_saw_a_person_is_found_by_the_number_of_a_file(
    db: WriteSession, world: World, person: Person, case: Case, auditor: Browser
) -> None:
    page = auditor.open("/trail").send("/trail", file=as_said(case))
    assert page.response.request.url.query.decode() == f"person_id={person.id}"
    assert case.number in page.text
    assert len(page.find("//tbody/tr")) == 3  # registered, opened, and looked up now
    (entry,) = db.query(AuditEntry).filter_by(action="audit:find").all()
    assert (entry.actor_id, entry.subject_id, entry.person_id) == (world.auditor.user, case.id, person.id)
    assert entry.details == {}


def test_what_happened_to_one_file_leads_to_everything_about_its_person(
    person: Person, case: Case, auditor: Browser
) -> None:
    page = auditor.open(f"/trail?subject_id={case.id}")
    assert case.number in page.text
    whole = page.follow("كل ما سجل عن هذا الشخص")
    assert whole.response.request.url.query.decode() == f"person_id={person.id}"


def test_a_number_that_no_file_has_is_told_beside_its_field_and_the_look_up_recorded(
    db: WriteSession, world: World, auditor: Browser
) -> None:
    page = auditor.open("/trail").send("/trail", file="OUJ1-2026-09999")
    assert (page.status, bool(page.find("//*[@id='f-file-error']"))) == (422, True)
    (entry,) = db.query(AuditEntry).filter_by(action="audit:find").all()
    assert (entry.actor_id, entry.subject_id, entry.person_id) == (world.auditor.user, None, None)


def test_a_search_that_is_sent_again_asks_for_the_same(
    db: WriteSession, world: World, person: Person, case: Case, auditor: Browser
) -> None:
    thing = uuid4()
    audit.record(db, world.worker, "attachment:add", "attachment", thing)
    db.commit()
    for asked, shown in (
        (f"person_id={person.id}", case.number),
        (f"subject_id={case.id}", str(case.id)),
        (f"subject_id={thing}", str(thing)),
    ):
        page = auditor.open(f"/trail?{asked}")
        assert page.find("//input[@name='file']/@value") == [shown]
        assert page.send("/trail").response.request.url.query.decode() == asked


@pytest.mark.parametrize("said", ["Fatima", "BJ123456", "0612345678", "OUJ1-2026", "42"])
def test_what_names_no_file_is_refused_with_what_can_be_typed(
    db: WriteSession, auditor: Browser, said: str
) -> None:
    page = auditor.open("/trail").send("/trail", file=said)
    assert page.status == 422
    assert "OUJ1-2026-00042" in page.find("//*[@id='f-file-error']")[0].text_content()
    assert db.query(AuditEntry).filter_by(action="audit:find").count() == 0


def test_files_stand_by_their_numbers_and_nobody_by_name(
    db: WriteSession, world: World, person: Person, case: Case, auditor: Browser
) -> None:
    audit.record(db, world.worker, "consent:record", "consent", uuid4(), person_id=person.id)
    db.commit()
    page = auditor.open(f"/trail?person_id={person.id}")
    assert {cell.text_content().strip() for cell in page.find("//tbody/tr/td[5]")} == {case.number}
    (opened,) = [row for row in page.find("//tbody/tr") if "فتح" in row.xpath("./td[3]")[0].text_content()]
    assert case.number in opened.xpath("./td[4]")[0].text_content()


def test_a_referral_is_found_by_its_number_and_leads_to_its_person(
    db: WriteSession, world: World, auditor: Browser
) -> None:
    referral = referrals.ready(db, world).draft()
    db.commit()
    page = auditor.open("/trail").send("/trail", file=naming.reference(referral.id))
    assert page.response.request.url.query.decode() == f"subject_id={referral.id}"
    assert (
        naming.reference(referral.id) in page.find("//section[@aria-labelledby='entries']")[0].text_content()
    )
    (entry,) = db.query(AuditEntry).filter_by(action="audit:find").all()
    assert (entry.subject_id, entry.person_id) == (referral.id, referral.person_id)
    whole = page.follow("كل ما سجل عن هذا الشخص")
    assert whole.response.request.url.query.decode() == f"person_id={referral.person_id}"
