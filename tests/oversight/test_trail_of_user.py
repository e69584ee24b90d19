"""What the trail tells of one user: their own acts, and what befell their account."""

from uuid import UUID

import pytest

from app.audit import service as audit
from app.audit.models import AuditEntry
from app.core.actor import SYSTEM
from app.core.db import Database, WriteSession, is_sqlite
from app.core.pagination import PageRequest
from app.oversight import queries
from tests.factories.world import World
from tests.support.plans import plans_of


@pytest.fixture
def of_worker(db: WriteSession, world: World) -> list[UUID]:
    """Entries about the worker and by them, mixed with others', the newest first."""
    worker, other = world.worker.user, world.colleague.user
    for _ in range(3):
        audit.record(db, world.worker, "session:start", "user", worker)
        audit.record(db, SYSTEM, "session:refused", "user", worker)
        audit.record(db, world.colleague, "session:start", "user", other)
        audit.record(db, world.administrator, "user:change", "user", worker)
        audit.record(db, world.worker, "session:end", "user", worker)
    db.flush()
    entries = db.query(AuditEntry).all()
    mine = [entry.id for entry in entries if worker in {entry.actor_id, entry.subject_id}]
    return sorted(mine, reverse=True)


@pytest.mark.parametrize("limit", [1, 2, 5, 100])
def test_each_entry_comes_once_and_in_order_page_by_page(
    db: WriteSession, world: World, of_worker: list[UUID], limit: int
) -> None:
    found: list[UUID] = []
    cursor: str | None = None
    while True:
        page = queries.entries(db, PageRequest(limit, cursor), of_user=world.worker.user)
        found += [entry["id"] for entry in page.items]
        cursor = page.next
        if cursor is None:
            break
    assert found == of_worker


def test_both_halves_are_found_by_an_index_and_not_sorted(
    db: WriteSession, database: Database, world: World
) -> None:
    plans = plans_of(
        db,
        database,
        "FROM audit_entries",
        lambda: queries.entries(db, PageRequest(50), of_user=world.worker.user),
    )
    acts, about = plans
    assert "ix_audit_entries_actor_id_id" in acts
    assert "ix_audit_entries_subject_id_id" in about
    assert not any(("TEMP B-TREE" if is_sqlite(db) else "Sort") in plan for plan in plans)
