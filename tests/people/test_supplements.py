from datetime import date
from typing import Any

import pytest

from app.core.errors import InvalidInput
from app.people import queries
from app.people.schemas import PersonCreate
from app.people.supplements import beyond, supplement
from tests.factories import people
from tests.factories.world import World

ABOUT_40 = {"precision": "about", "about_age": 40, "stated_on": "2026-03-02"}
IN_1984 = {"precision": "year", "year": 1984}
ON_THE_DAY = {"precision": "exact", "on": "1984-03-12"}
SWAPPED = {"precision": "exact", "on": "1984-12-03"}
UNKNOWN = {"precision": "unknown"}


def file(world: World, **values: Any) -> dict[str, Any]:
    person = people.person(world.db, world.worker, world.here, **values)
    return queries.read(world.db, world.worker, person.id)


@pytest.mark.parametrize(
    ("known", "told", "becomes"),
    [
        (UNKNOWN, IN_1984, "added"),
        (ABOUT_40, IN_1984, "added"),
        (IN_1984, ON_THE_DAY, "added"),
        (ON_THE_DAY, ON_THE_DAY, "known"),
        (ON_THE_DAY, IN_1984, "known"),
        (IN_1984, ABOUT_40, "known"),
        (ON_THE_DAY, SWAPPED, "differs"),
        (IN_1984, {"precision": "year", "year": 1960}, "differs"),
        (ON_THE_DAY, UNKNOWN, "known"),
        (UNKNOWN, UNKNOWN, "known"),
        (UNKNOWN, {"precision": "exact", "on": "the spring"}, "added"),
    ],
)
def test_a_birth_that_is_known_better_is_added_and_another_one_is_not(
    office: World, known: Any, told: Any, becomes: str
) -> None:
    found = beyond(file(office, birth=known), {"birth": told})
    assert ("birth" in found.lacking, "birth" in found.differing) == (
        becomes == "added",
        becomes == "differs",
    )


def test_names_are_compared_as_people_spell_them(office: World) -> None:
    known = file(office, given_name_ar="أمينة", family_name_ar="المثالية")
    told = {"given_name_ar": "امينه", "family_name_ar": "الاختبار", "given_name_latin": "Amina"}
    found = beyond(known, told)
    assert (found.lacking, found.differing) == (
        {"given_name_latin": "Amina"},
        {"family_name_ar": "الاختبار"},
    )


def test_half_of_another_name_is_never_put_beside_ours(office: World) -> None:
    known = file(office, given_name_ar=None, family_name_ar=None, given_name_latin="Fatima")
    told = {"given_name_latin": "Khadija", "family_name_latin": "Alami", "family_name_ar": "العلمي"}
    found = beyond(known, told)
    assert found.lacking == {"family_name_ar": "العلمي"}
    assert found.differing == {"given_name_latin": "Khadija", "family_name_latin": "Alami"}


def test_what_a_file_has_no_room_for_stays_beside_it(office: World) -> None:
    known = file(office, phones=[{"number": f"060000000{n}"} for n in range(9)])
    told = [{"number": "0611111111"}, {"number": "0622222222"}]
    found = beyond(known, {"phones": told})
    assert (found.lacking, found.differing) == ({"phones": told[:1]}, {"phones": told[1:]})


def test_that_there_is_no_document_is_added_only_where_none_is_known(office: World) -> None:
    told = {"identifiers": [{"kind": "none"}], "no_document_reason": "lost"}
    assert beyond(file(office), told).lacking == told
    found = beyond(file(office, identifiers=[{"kind": "cin", "value": "ZZ990001"}]), told)
    assert (found.lacking, list(found.differing)) == ({}, ["identifiers"])


@pytest.mark.parametrize("told", [{"phones": "06"}, {"phones": [7]}, {"identifiers": {"kind": "cin"}}])
def test_what_has_no_form_breaks_nothing(office: World, told: dict[str, Any]) -> None:
    assert not beyond(file(office), told)


def test_what_always_has_a_value_is_never_taken_for_lacking(office: World) -> None:
    found = beyond(file(office), {"language": "ary", "contact_preference": "phone"})
    assert (found.lacking, found.differing) == ({}, {"language": "ary"})


def test_a_document_of_somebody_else_is_refused_at_its_place(office: World) -> None:
    passport = {"kind": "passport", "value": "ZZ123456"}
    people.person(office.db, office.worker, office.here, identifiers=[passport])
    person = people.person(office.db, office.worker, office.here)
    told = people.told(office.here, identifiers=[{"kind": "cin", "value": "ZZ990002"}, passport])
    with pytest.raises(InvalidInput) as refusal:
        supplement(office.db, office.worker, person, PersonCreate.model_validate(told), None)
    assert refusal.value.details["errors"] == [{"pointer": "/identifiers/1", "code": "identifier_of_another"}]


def test_supplementing_what_is_known_changes_nothing(office: World) -> None:
    born = {"birth": ON_THE_DAY, "phones": [{"number": "0600000001"}]}
    person = people.person(office.db, office.worker, office.here, **born)
    before = queries.read(office.db, office.worker, person.id)
    told = PersonCreate.model_validate({"window_id": office.here, **born})
    supplement(office.db, office.worker, person, told, None)
    assert queries.read(office.db, office.worker, person.id) == before
    assert before["birth"]["on"] == date(1984, 3, 12)
