"""Pages by keyset: every row once and in order, whatever the size of a page."""

import base64
import string
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from app.core.db import Database, ReadSession, WriteSession, rows
from app.core.pagination import InvalidCursor, Page, PageRequest, binds, cut, encode, keyset
from app.outbox.models import OutboxMessage

START = datetime(2026, 1, 1, tzinfo=UTC)
_m = OutboxMessage.__table__.c
_ROWS = select(_m.id, _m.name, _m.due_at)


def write(db: WriteSession, named: Sequence[tuple[str, int]]) -> None:
    for name, seconds in named:
        message = OutboxMessage(name=name, payload={})
        message.due_at = START + timedelta(seconds=seconds)
        db.add(message)
    db.flush()


def walk(db: ReadSession, limit: int, by: str, *, descending: bool) -> list[dict[str, Any]]:
    column, kind = (_m.name, str) if by == "name" else (_m.due_at, datetime)
    seen: list[dict[str, Any]] = []
    cursor: str | None = None
    for _ in range(100):
        wanted = PageRequest(limit, cursor)
        statement = keyset(_ROWS, column, _m.id, page=wanted, descending=descending)
        page: Page = cut(rows(db, statement, binds(wanted, kind, UUID)), wanted, by, "id")
        assert len(page.items) <= limit
        seen += page.items
        if page.next is None:
            return seen
        assert len(page.items) == limit
        cursor = page.next
    raise AssertionError("the pages have no end")


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    named=st.lists(
        st.tuples(
            st.text(string.ascii_letters + "éآب' %_", min_size=1, max_size=3),
            st.integers(0, 3) | st.integers(-(10**9), 10**9),
        ),
        max_size=12,
    ),
    limit=st.integers(1, 13),
    by=st.sampled_from(["name", "due_at"]),
    descending=st.booleans(),
)
def test_walking_the_pages_visits_every_row_once_and_in_order(
    database: Database, named: list[tuple[str, int]], limit: int, by: str, descending: bool
) -> None:
    with database.write_session() as session:
        db = WriteSession(ReadSession(session))
        write(db, named)
        column = _m.name if by == "name" else _m.due_at
        order = [c.desc() if descending else c.asc() for c in (column, _m.id)]
        expected = [dict(r) for r in rows(db, _ROWS.order_by(*order))]
        assert len(expected) == len(named)
        assert walk(db, limit, by, descending=descending) == expected
        session.rollback()


def test_a_row_that_comes_or_goes_between_two_pages_repeats_and_hides_nothing(db: WriteSession) -> None:
    write(db, [("b", 0), ("d", 0), ("f", 0), ("h", 0)])
    first = PageRequest(2)
    page = cut(
        rows(db, keyset(_ROWS, _m.name, _m.id, page=first), binds(first, str, UUID)), first, "name", "id"
    )
    write(db, [("a", 0), ("e", 0)])
    second = PageRequest(10, page.next)
    found = rows(db, keyset(_ROWS, _m.name, _m.id, page=second), binds(second, str, UUID))
    assert [r.name for r in found] == ["e", "f", "h"]


@given(st.text(max_size=30), st.datetimes(), st.dates(), st.integers(-(2**31) + 1, 2**31 - 1), st.uuids())
def test_a_cursor_gives_back_the_values_that_it_was_made_of(
    words: str, at: datetime, day: date, number: int, key: UUID
) -> None:
    words, at = words.replace("\x00", ""), at.replace(tzinfo=UTC)
    cursor = encode([words, at, day, number, key])
    page = PageRequest(7, cursor)
    assert binds(page, str, datetime, date, int, UUID) == {
        "page_limit": 8,
        "after_0": words,
        "after_1": at,
        "after_2": day,
        "after_3": number,
        "after_4": key,
    }


def cursor_of(value: Any) -> str:
    return base64.urlsafe_b64encode(orjson.dumps(value)).decode().rstrip("=")


@pytest.mark.parametrize(
    ("cursor", "kinds"),
    [
        ("", [str]),
        ("!!!", [str]),
        ("é", [str]),
        ("A", [str]),
        (base64.urlsafe_b64encode(b"\xff\xfe").decode(), [str]),
        (base64.urlsafe_b64encode(b"[NaN]").decode(), [int]),
        (base64.urlsafe_b64encode(b'["\\ud800"]').decode(), [str]),
        (cursor_of({"a": 1}), [str]),
        (cursor_of("a"), [str]),
        (cursor_of([]), [str]),
        (cursor_of(["a", "b"]), [str]),
        (cursor_of([None]), [str]),
        (cursor_of([1]), [str]),
        (cursor_of(["a\x00"]), [str]),
        (cursor_of([["a"]]), [str]),
        (cursor_of(["1"]), [int]),
        (cursor_of([1.5]), [int]),
        (cursor_of([True]), [int]),
        (cursor_of([2**31]), [int]),
        (cursor_of([-(2**31)]), [int]),
        (cursor_of(["x"]), [UUID]),
        (cursor_of([7]), [UUID]),
        (cursor_of([None]), [UUID]),
        (cursor_of(["yesterday"]), [datetime]),
        (cursor_of([5]), [datetime]),
        (cursor_of(["0001-01-01T00:00:00+23:59"]), [datetime]),
        (cursor_of(["9999-12-31T23:59:59-23:59"]), [datetime]),
        (cursor_of(["2026-02-30"]), [date]),
        (cursor_of([None]), [date]),
    ],
)
def test_a_cursor_that_no_list_made_is_refused(cursor: str, kinds: list[type]) -> None:
    with pytest.raises(InvalidCursor):
        binds(PageRequest(5, cursor), *kinds)


@given(st.text(max_size=60) | st.binary(max_size=40).map(lambda b: base64.urlsafe_b64encode(b).decode()))
def test_no_cursor_does_more_than_be_refused(cursor: str) -> None:
    with pytest.raises(InvalidCursor):
        binds(PageRequest(5, cursor), str, datetime, date, int, UUID)


def test_a_tampered_cursor_is_no_way_to_other_values() -> None:
    cursor = encode(["a", uuid4()])
    with pytest.raises(InvalidCursor):
        binds(PageRequest(5, cursor), UUID, str)


def test_a_page_that_is_not_full_is_the_last() -> None:
    found = [{"id": n} for n in range(3)]
    assert cut(found, PageRequest(3), "id") == Page(found, None)
    assert cut(found, PageRequest(2), "id") == Page(found[:2], encode([1]))
