"""Statistics and being contacted share nothing: answers that were kept with categories and recipients lose them."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

_SHARE_NOTHING = ("statistics", "contact")
_interviews = sa.table(
    "interviews",
    sa.column("id", sa.Uuid()),
    sa.column("consents", sa.JSON()),
    sa.column("status", sa.String()),
)


def upgrade() -> None:
    _blank(op.get_bind())


def _blank(connection: sa.Connection) -> None:
    connection.execute(
        sa.text(
            "UPDATE consents SET categories = '[]', institution_id = NULL, need_code = NULL "
            "WHERE purpose IN ('statistics', 'contact')"
        )
    )
    drafts = sa.select(_interviews.c.id, _interviews.c.consents).where(_interviews.c.status == "draft")
    for draft in connection.execute(drafts).all():
        told = [_blanked(consent) for consent in draft.consents]
        if told != draft.consents:
            connection.execute(_interviews.update().where(_interviews.c.id == draft.id).values(consents=told))


def _blanked(consent: dict[str, object]) -> dict[str, object]:
    if consent.get("purpose") not in _SHARE_NOTHING:
        return consent
    return {**consent, "categories": [], "institution_id": None, "need_code": None}


def downgrade() -> None:
    """What was told without being needed is not brought back."""
