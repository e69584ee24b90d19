"""What is asked of one person, one case, one worker comes off an index that knows the window too.

Knowing nothing of sizes, SQLite takes the index that keeps the order: the window's, all of which it then reads. What is
little of all there is has an index of its own: what lives, what is asked to be closed, what is late at a partner.
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"

# An index's name, its table, its columns, the rows that it holds.
Named = tuple[str, str, tuple[str, ...], str | None]


def _whole(table: str, *columns: str) -> Named:
    return f"ix_{table}_{'_'.join(columns)}", table, columns, None


_LIVING, _PLANNED = "status != 'closed'", "status = 'planned'"
_FORMER = (
    _whole("interviews", "person_id", "window_id", "status", "id"),
    _whole("referrals", "case_id", "id"),
    _whole("referrals", "person_id"),
    ("ix_cases_referent", "cases", ("referent_id", "next_due_on", "id"), _LIVING),
    ("ix_follow_ups_due_worker", "follow_ups", ("worker_id", "due_on", "id"), _PLANNED),
)
_NEW = (
    _whole("interviews", "person_id", "window_id", "id"),
    _whole("interviews", "worker_id", "window_id", "id"),
    _whole("interviews", "worker_id", "window_id", "status", "id"),
    _whole("referrals", "case_id", "window_id", "id"),
    _whole("referrals", "person_id", "service_id"),
    _whole("cases", "referent_id", "window_id", "id"),
    ("ix_cases_referent", "cases", ("referent_id", "window_id", "next_due_on", "id"), _LIVING),
    ("ix_cases_living", "cases", ("window_id", "id"), _LIVING),
    (
        "ix_cases_closing",
        "cases",
        ("window_id", "closure_requested_at", "id"),
        "closure_requested_at IS NOT NULL",
    ),
    ("ix_follow_ups_due_worker", "follow_ups", ("worker_id", "window_id", "due_on", "id"), _PLANNED),
    ("ix_referrals_breached", "referrals", ("window_id", "id"), "breached_at IS NOT NULL"),
)


def _exchange(former: tuple[Named, ...], new: tuple[Named, ...]) -> None:
    for name, table, _, _ in former:
        op.drop_index(name, table_name=table)
    for name, table, columns, held in new:
        which = sa.text(held) if held else None
        op.create_index(name, table, list(columns), sqlite_where=which, postgresql_where=which)


def upgrade() -> None:
    _exchange(_FORMER, _NEW)


def downgrade() -> None:
    _exchange(_NEW, _FORMER)
