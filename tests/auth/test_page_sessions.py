"""What a browser's session keeps in the trail, below the pages."""

import pytest
from sqlalchemy import func, select

from app.audit.models import AuditEntry
from app.auth import credentials, page_sessions, session_queries
from app.auth.models import UserSession
from app.core.db import Database, WriteSession
from tests.factories.accounts import account
from tests.factories.world import World


def test_locking_what_is_locked_changes_nothing(db: WriteSession, database: Database, world: World) -> None:
    user = account(db)
    key = page_sessions.sign_in_to_pages(
        db, credentials.Proof(user.email, "here", user.id, user.password_hash)
    )
    db.flush()
    visitor = session_queries.visitor_of(database, key)
    assert visitor is not None
    for _ in range(2):
        page_sessions.lock(db, visitor.actor)
    locked = select(func.count()).where(AuditEntry.action == "session:lock", AuditEntry.actor_id == user.id)
    assert db.scalar(locked) == 1


def test_nobody_unlocks_it_with_the_password_of_somebody_else(
    db: WriteSession, database: Database, world: World
) -> None:
    user, other = account(db), account(db, "other@test.example")
    key = page_sessions.sign_in_to_pages(
        db, credentials.Proof(user.email, "here", user.id, user.password_hash)
    )
    db.flush()
    visitor = session_queries.visitor_of(database, key)
    assert visitor is not None
    page_sessions.lock(db, visitor.actor)
    with pytest.raises(credentials.WrongPassword):
        page_sessions.unlock(
            db, visitor.actor, credentials.Proof(other.email, "here", other.id, other.password_hash)
        )
    assert db.get_one(UserSession, visitor.actor.session_id).locked_at is not None
