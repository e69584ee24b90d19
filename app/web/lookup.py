"""Words and results that several pages look up by their codes."""

from typing import Any

from app.core.db import ReadSession
from app.instruments import queries as instruments
from app.vocabularies import queries as vocabularies


def terms(db: ReadSession, vocabulary: str) -> dict[str, dict[str, Any]]:
    """The terms of an open list by their codes, in the order of display, retired ones among them."""
    return {term["code"]: term for term in vocabularies.terms(db, vocabulary)}


def band(db: ReadSession, assessment: dict[str, Any] | None) -> dict[str, Any] | None:
    """The band of an assessment's result with its words, as the questionnaire of today names it."""
    known = instruments.current(db, assessment["instrument_code"]) if assessment else None
    if assessment is None or known is None:
        return None
    bands = instruments.read(db, known["id"])["bands"]
    return next((one for one in bands if one["code"] == assessment["band"]), None)
