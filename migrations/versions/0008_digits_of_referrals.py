"""The eight digits that a referral is called by are kept beside its id, so that one is found however old it is."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

_AT_ONCE = 1000

_referrals = sa.table("referrals", sa.column("id", sa.Uuid()), sa.column("digits", sa.Integer()))


def upgrade() -> None:
    with op.batch_alter_table("referrals") as table:
        table.add_column(sa.Column("digits", sa.Integer(), nullable=True))
    _fill(op.get_bind())
    with op.batch_alter_table("referrals") as table:
        table.alter_column("digits", existing_type=sa.Integer(), nullable=False)
    op.create_index("ix_referrals_digits", "referrals", ["digits"])


def _fill(connection: sa.Connection) -> None:
    """As `app.referrals.models.digits_of` stood when this was written."""
    ids = connection.scalars(sa.select(_referrals.c.id).order_by(_referrals.c.id)).all()
    told = sa.update(_referrals).where(_referrals.c.id == sa.bindparam("referral"))
    told = told.values(digits=sa.bindparam("told"))
    for start in range(0, len(ids), _AT_ONCE):
        some = ids[start : start + _AT_ONCE]
        connection.execute(told, [{"referral": one, "told": one.int % 10**8} for one in some])


def downgrade() -> None:
    op.drop_index("ix_referrals_digits", table_name="referrals")
    with op.batch_alter_table("referrals") as table:
        table.drop_column("digits")
