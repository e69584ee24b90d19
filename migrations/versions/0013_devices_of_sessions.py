"""Sessions say with what they are held, so that their owner knows which one to end. Older ones do not know it."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.add_column("user_sessions", sa.Column("device", sa.String(length=80), nullable=True))


def downgrade() -> None:
    op.drop_column("user_sessions", "device")
