"""A supervisor's board is counted along an index of its own, not by reading each living case of a window."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

_living = sa.text("status != 'closed'")


def upgrade() -> None:
    op.create_index(
        "ix_cases_board",
        "cases",
        [
            "window_id",
            "referent_id",
            "priority",
            "status",
            "next_due_on",
            "last_contact_on",
            "closure_requested_at",
        ],
        sqlite_where=_living,
        postgresql_where=_living,
    )


def downgrade() -> None:
    op.drop_index("ix_cases_board", table_name="cases")
