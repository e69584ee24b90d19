"""The cases of one person at a window along one index, on both engines."""

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_index("ix_cases_person_id_window_id_id", "cases", ["person_id", "window_id", "id"])
    op.drop_index("ix_cases_person_id_id", "cases")


def downgrade() -> None:
    op.create_index("ix_cases_person_id_id", "cases", ["person_id", "id"])
    op.drop_index("ix_cases_person_id_window_id_id", "cases")
