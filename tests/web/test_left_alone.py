"""Somebody who asked not to be contacted: nothing on the pages of their case calls them by mistake."""

from app.core.db import WriteSession
from tests.factories import cases
from tests.factories import people as people_factory
from tests.factories.world import World
from tests.support.pages import Browser


def test_who_asked_not_to_be_called_is_called_by_no_single_press(
    db: WriteSession, world: World, worker: Browser
) -> None:
    cases.define_terms(db)
    people_factory.define_terms(db)
    alone = people_factory.person(
        db,
        world.worker,
        world.here,
        contact_preference="do_not_contact",
        phones=[{"number": "06 00 00 00 01"}],
    )
    case = cases.case(db, world.worker, whose=alone)
    db.commit()
    head = worker.open(f"/cases/{case.id}")
    calls = "//a[starts-with(@href, 'tel:')]"
    assert head.find(f"//details[not(@open)]{calls}")
    assert len(head.find(calls)) == 1
    assert "لا تتصل بهذا الشخص" in head.text
    form = worker.open(f"/cases/{case.id}/follow-ups/new")
    assert form.find("//input[@name='kind'][@checked]/@value") == ["office"]
    assert "لا تتصل بهذا الشخص" in form.text
