"""Colleagues as a form offers them."""

from app.auth import queries as users
from app.core.db import ReadSession
from app.core.ids import WindowId
from app.web.terms import Options


def colleagues(db: ReadSession, window_id: WindowId) -> Options:
    """Who serves at a window."""
    return [(str(user["id"]), user["name"]) for user in users.serving_at(db, window_id)]
