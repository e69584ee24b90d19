"""What was typed and not sent when a session locked is kept for an hour, to be given back when it is unlocked."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.create_table(
        "kept_forms",
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("sent_to", sa.String(500), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["session_id"], ["user_sessions.id"], name=op.f("fk_kept_forms_session_id")),
        sa.PrimaryKeyConstraint("session_id", "sent_to", name=op.f("pk_kept_forms")),
    )
    op.create_index("ix_kept_forms_kept_at", "kept_forms", ["kept_at"])


def downgrade() -> None:
    op.drop_table("kept_forms")
