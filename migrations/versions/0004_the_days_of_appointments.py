"""The appointments of some days are found by their day, not among all that a window has ever referred."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

_given = sa.text("appointment_at IS NOT NULL")


def upgrade() -> None:
    op.create_index(
        "ix_referrals_appointments",
        "referrals",
        ["window_id", "appointment_at", "id"],
        sqlite_where=_given,
        postgresql_where=_given,
    )


def downgrade() -> None:
    op.drop_index("ix_referrals_appointments", table_name="referrals")
