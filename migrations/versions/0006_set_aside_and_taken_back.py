"""Whom a search has shown and who was not the one, kept with the draft; tickets that were given by mistake."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

_STATUS = ("waiting", "in_interview", "received", "answered", "left")


def _status(*codes: str) -> sa.Enum:
    return sa.Enum(*codes, name="arrivalstatus", native_enum=False, create_constraint=True, length=32)


def upgrade() -> None:
    op.add_column("interviews", sa.Column("set_aside", sa.JSON(), nullable=True))
    op.execute("UPDATE interviews SET set_aside = '[]'")
    with op.batch_alter_table("interviews") as table:
        table.alter_column("set_aside", existing_type=sa.JSON(), nullable=False)
    with op.batch_alter_table("arrivals") as table:
        table.alter_column(
            "status",
            existing_type=_status(*_STATUS),
            type_=_status(*_STATUS, "cancelled"),
            existing_nullable=False,
        )


def downgrade() -> None:
    op.execute("UPDATE arrivals SET status = 'left' WHERE status = 'cancelled'")
    op.execute("UPDATE arrival_transitions SET to_status = 'left', action = 'leave' WHERE action = 'cancel'")
    with op.batch_alter_table("arrivals") as table:
        table.alter_column(
            "status",
            existing_type=_status(*_STATUS, "cancelled"),
            type_=_status(*_STATUS),
            existing_nullable=False,
        )
    op.drop_column("interviews", "set_aside")
