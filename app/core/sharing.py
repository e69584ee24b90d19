"""What may be shared about a person: one list for the agreements that allow it and the consents that permit it."""

from enum import StrEnum
from http import HTTPStatus

from app.core.errors import DomainError


class DataCategory(StrEnum):
    """What may be shared, from the least to the most telling."""

    identity = "identity"
    birth = "birth"
    contact = "contact"
    identifiers = "identifiers"
    household = "household"
    needs = "needs"
    situation = "situation"
    assessment = "assessment"
    health = "health"
    documents = "documents"


class Withheld(DomainError):
    """The person did not agree to share this, or no longer does."""

    status, code = HTTPStatus.FORBIDDEN, "withheld"
