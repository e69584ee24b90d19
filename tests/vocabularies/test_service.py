from datetime import timedelta

import pytest

from app.core.actor import SYSTEM
from app.core.clock import now
from app.core.db import ReadSession, WriteSession
from app.core.errors import InvalidInput, NotFound
from app.vocabularies import queries, service
from tests.factories.vocabularies import define_needs, term


def codes(db: ReadSession, name: str) -> list[str]:
    return [found["code"] for found in queries.terms(db, name)]


def english(db: ReadSession, code: str) -> list[str]:
    return [found["labels"]["en"] for found in queries.terms(db, "need") if found["code"] == code]


def test_terms_come_in_the_order_of_display_each_followed_by_those_below_it(db: WriteSession) -> None:
    define_needs(db)
    assert codes(db, "need") == [
        "training",
        "training.craft",
        "housing",
        "housing.eviction",
        "housing.rent",
    ]


def test_defining_a_list_twice_changes_nothing(db: WriteSession) -> None:
    define_needs(db)
    before = queries.terms(db, "need")
    define_needs(db)
    db.commit()
    assert queries.terms(db, "need") == before


def test_a_known_term_takes_new_words(db: WriteSession) -> None:
    define_needs(db)
    assert english(db, "housing") == ["housing en"]
    service.define(db, "need", [term("housing", words="shelter")])
    db.commit()
    assert english(db, "housing") == ["shelter en"]


@pytest.mark.parametrize("parent", ["unheard_of", "housing.rent", "housing"])
def test_the_term_above_must_be_another_one_of_the_list_and_stand_on_top(
    db: WriteSession, parent: str
) -> None:
    define_needs(db)
    with pytest.raises(InvalidInput) as refused:
        service.define(db, "need", [term("housing", parent)])
    assert refused.value.details["errors"] == [
        {"pointer": "/parent_code", "code": "unknown_code", "context": {"list": "need"}}
    ]


def test_terms_of_two_lists_may_have_the_same_code(db: WriteSession) -> None:
    service.define(db, "language", [term("other")])
    service.define(db, "relationship", [term("other"), term("uncle")])
    assert (codes(db, "language"), codes(db, "relationship")) == (["other"], ["other", "uncle"])
    assert queries.names(db) == ["language", "relationship"]


@pytest.mark.parametrize("wanted", [[], ["housing"], ["housing", "training.craft", "housing"]])
def test_codes_of_the_list_pass(db: WriteSession, wanted: list[str]) -> None:
    define_needs(db)
    service.check(db, "/needs", "need", wanted)


@pytest.mark.parametrize("wanted", [["unheard_of"], ["housing", "unheard_of"], ["HOUSING"]])
def test_codes_outside_the_list_are_refused_where_they_stand(db: WriteSession, wanted: list[str]) -> None:
    define_needs(db)
    with pytest.raises(InvalidInput) as refused:
        service.check(db, "/needs", "need", wanted)
    assert refused.value.details["errors"] == [
        {"pointer": "/needs", "code": "unknown_code", "context": {"list": "need"}}
    ]


def test_a_code_of_another_list_is_refused(db: WriteSession) -> None:
    define_needs(db)
    with pytest.raises(InvalidInput):
        service.check(db, "/language", "language", ["housing"])


def test_a_retired_code_is_read_but_refused_in_new_records(db: WriteSession) -> None:
    define_needs(db)
    service.check(db, "/needs", "need", ["housing.rent"])
    service.retire(db, "need", "housing.rent")
    db.commit()
    with pytest.raises(InvalidInput):
        service.check(db, "/needs", "need", ["housing.rent"])
    retired = [found["code"] for found in queries.terms(db, "need") if found["is_retired"]]
    assert retired == ["housing.rent"]


def test_retiring_again_keeps_the_first_time(db: WriteSession) -> None:
    define_needs(db)
    service.retire(db, "need", "housing")
    term_row = queries.get(db, "need", "housing")
    assert term_row is not None
    first = term_row.retired_at
    service.retire(db, "need", "housing")
    assert term_row.retired_at == first is not None


def test_a_retired_code_that_is_defined_again_lives(db: WriteSession) -> None:
    define_needs(db)
    service.retire(db, "need", "housing")
    service.define(db, "need", [term("housing")])
    service.check(db, "/needs", "need", ["housing"])


def test_what_was_never_defined_cannot_be_retired(db: WriteSession) -> None:
    with pytest.raises(NotFound):
        service.retire(db, "need", "unheard_of")


def test_what_was_never_defined_cannot_be_restored(db: WriteSession) -> None:
    with pytest.raises(NotFound):
        service.restore_term(db, SYSTEM, "need", "spaceflight")


def test_readers_see_the_list_they_know_until_the_change_is_kept(db: WriteSession) -> None:
    define_needs(db)
    db.commit()
    assert english(db, "housing") == ["housing en"]
    service.define(db, "need", [term("housing", words="shelter")])
    assert english(db, "housing") == ["housing en"]
    db.commit()
    assert english(db, "housing") == ["shelter en"]


def test_a_list_that_another_process_changed_is_read_anew_after_a_moment(
    db: WriteSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    define_needs(db)
    db.commit()
    assert english(db, "housing") == ["housing en"]
    changed = queries.get(db, "need", "housing")
    assert changed is not None
    changed.name_en = "shelter"
    db.commit()
    assert english(db, "housing") == ["housing en"]
    later = now() + queries.KEPT + timedelta(seconds=1)
    monkeypatch.setattr("app.vocabularies.queries.now", lambda: later)
    assert english(db, "housing") == ["shelter"]
