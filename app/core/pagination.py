"""Keyset pages: the next page starts after the last row seen, so a page costs the same wherever it stands.

There is no OFFSET and no count. The cursor holds the sort values and the id of the last row, in base64url.
"""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from http import HTTPStatus
from typing import Annotated, Any
from uuid import UUID

import orjson
from pydantic import Field
from sqlalchemy import ColumnElement, Select, bindparam, tuple_

from app.core.errors import DomainError


class InvalidCursor(DomainError):
    """The cursor was not made by this list: ask for the first page again."""

    status, code = HTTPStatus.BAD_REQUEST, "invalid_cursor"


@dataclass(frozen=True)
class PageRequest:
    """How many rows are wanted, and after which one."""

    limit: Annotated[int, Field(ge=1, le=100, description="Rows a page.")] = 50
    cursor: Annotated[
        str | None, Field(max_length=512, description="From `next` or the `Link` header of the page before.")
    ] = None


@dataclass(frozen=True)
class Page:
    """One page of rows and the cursor of the next, if there is one."""

    items: list[dict[str, Any]]
    next: str | None


def keyset(
    statement: Select[Any], *columns: ColumnElement[Any], page: PageRequest, descending: bool = False
) -> Select[Any]:
    """Order by the columns (the last one unique) and start after the cursor; ask for one row more than a page."""
    if page.cursor is not None:
        last = tuple_(*(bindparam(f"after_{i}", type_=c.type) for i, c in enumerate(columns)))
        statement = statement.where(tuple_(*columns) < last if descending else tuple_(*columns) > last)
    order = [c.desc() if descending else c.asc() for c in columns]
    return statement.order_by(*order).limit(bindparam("page_limit"))


def binds(page: PageRequest, *types: type) -> dict[str, object]:
    """Values for the parameters of `keyset`. Raises `InvalidCursor`."""
    values: dict[str, object] = {"page_limit": page.limit + 1}
    if page.cursor is not None:
        for i, value in enumerate(_decode(page.cursor, types)):
            values[f"after_{i}"] = value
    return values


def cut(rows: Sequence[dict[str, Any]], page: PageRequest, *keys: str) -> Page:
    """Make the page of up to `limit` rows; the row beyond only tells that there are more."""
    items = list(rows[: page.limit])
    more = len(rows) > page.limit
    return Page(items, encode([items[-1][key] for key in keys]) if more else None)


def encode(values: Sequence[object]) -> str:
    """Write sort values as an opaque cursor."""
    return base64.urlsafe_b64encode(orjson.dumps(list(values), option=orjson.OPT_UTC_Z)).decode().rstrip("=")


def _decode(cursor: str, types: Sequence[type]) -> list[object]:
    try:
        raw = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if not isinstance(raw, list) or len(raw) != len(types):
            raise InvalidCursor()
        return [_parse(value, kind) for value, kind in zip(raw, types, strict=True)]
    except (ValueError, TypeError, AttributeError, OverflowError, binascii.Error):
        raise InvalidCursor() from None


def _parse(value: Any, kind: type) -> object:
    if kind is UUID:
        return UUID(value)
    if kind is datetime:
        return datetime.fromisoformat(value).astimezone(UTC)
    if kind is date:
        return date.fromisoformat(value)
    if kind is int:
        if type(value) is not int or abs(value) >= 2**31:  # the columns' width: PostgreSQL refuses more
            raise InvalidCursor()
        return value
    if not isinstance(value, str) or "\x00" in value:
        raise InvalidCursor()
    return value
