"""What a browser's session keeps in the trail, below the pages."""

from sqlalchemy import func, select

from app.audit.models import AuditEntry
from app.auth import credentials, page_sessions, session_queries
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
