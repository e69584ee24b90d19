"""Whom somebody means who names an account, and how a page calls it."""

from typing import Any

from sqlalchemy import bindparam, select

from app.auth.models import User
from app.auth.policy import visible_to
from app.core.actor import Actor
from app.core.db import ReadSession, row, rows
from app.core.ids import UserId
from app.core.text import fold

_u = User.__table__.c
_ACCOUNT = select(_u.id, _u.name, _u.role, _u.email).order_by(_u.name, _u.id)


def account(db: ReadSession, actor: Actor, user_id: UserId) -> dict[str, Any] | None:
    """What an account that the actor may see is called by; None where there is no such one."""
    found = row(db, _ACCOUNT.where(_u.id == bindparam("user"), visible_to(actor)), actor.binds, user=user_id)
    return None if found is None else dict(found)


def called(db: ReadSession, actor: Actor, said: str) -> list[dict[str, Any]]:
    """The accounts that somebody means who says an e-mail address, or words of a name, however they are spelled.

    Looks through the names of all: a house has some thousands of accounts at most, and only who searches waits for it.
    """
    known = rows(db, _ACCOUNT.where(visible_to(actor)), actor.binds)
    by_address = [dict(found) for found in known if found.email == said.strip().casefold()]
    words = fold(said).split()
    return by_address or [dict(found) for found in known if words and _holds(fold(found.name), words)]


def _holds(name: str, words: list[str]) -> bool:
    return all(word in name for word in words)
