"""A document of a partner's agent stays their institution's, whomever the account comes to serve later."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.add_column("attachments", sa.Column("institution_id", sa.Uuid(), nullable=True))
    # Accounts that changed their institution before are not told apart: who sent something then serves here now.
    op.execute(
        "UPDATE attachments SET institution_id = (SELECT institution_id FROM users WHERE users.id = uploaded_by) "
        "WHERE subject_type = 'referral'"
    )


def downgrade() -> None:
    op.drop_column("attachments", "institution_id")
