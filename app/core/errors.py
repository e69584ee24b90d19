"""Refusals that are part of normal business.

A refusal carries its HTTP status and a stable code; the sentence lives in the catalogues (`app/locales`), under
`error.<code>` and `error.<code>.detail`. Details are ids, codes and numbers: never a person's data.
"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import ClassVar, Self


class DomainError(Exception):
    """Something asked for is refused, with a reason that a program and a person can both read."""

    status: ClassVar[HTTPStatus] = HTTPStatus.CONFLICT
    code: ClassVar[str] = "conflict"
    # A refusal whose trace must stay (a failed sign-in is counted) commits what was written before it.
    commits: ClassVar[bool] = False
    # Details as the API's documentation shows them.
    example: ClassVar[Mapping[str, object]] = {}

    def __init__(self, *, retry_after: int | None = None, **details: object) -> None:
        self.retry_after = retry_after  # seconds
        self.details = details
        super().__init__(self.code)

    def without_draft(self) -> Self:
        """The same refusal of a request that would have begun what it could not complete: no draft is left."""
        self.details["is_draft_kept"] = False
        return self


class Conflict(DomainError):
    """A rule of the database refused what the service had let through: somebody else was faster."""


class NotFound(DomainError):
    """There is no such row, or it may not be seen: we do not tell which of the two."""

    status, code = HTTPStatus.NOT_FOUND, "not_found"


class NotAuthenticated(DomainError):
    """No token, or one that is not (or no longer) good; which of these is nobody's business."""

    status, code = HTTPStatus.UNAUTHORIZED, "not_authenticated"


class Forbidden(DomainError):
    """The row may be seen, but the role may not do this with it."""

    status, code = HTTPStatus.FORBIDDEN, "forbidden"


class IllegalMove(DomainError):
    """The life cycle does not lead from the present state along the wanted action; made by `Lifecycle.refusal`."""

    code = "illegal_move"
    example: ClassVar[Mapping[str, object]] = {
        "current": "sent",
        "action": "complete",
        "allowed": ["accept", "ask", "decline", "waitlist"],
        "is_final": False,
    }


class ChangedMeanwhile(DomainError):
    """A guarded update matched no row: the state was left by somebody else in between."""

    code = "changed_meanwhile"


class StaleVersion(DomainError):
    """`If-Match` names a version that is no longer the present one."""

    status, code = HTTPStatus.PRECONDITION_FAILED, "stale_version"
    example: ClassVar[Mapping[str, object]] = {"current": 4}


class VersionRequired(DomainError):
    """A change was sent without `If-Match`: accepting it could overwrite somebody's work."""

    status, code = HTTPStatus.PRECONDITION_REQUIRED, "version_required"


class InvalidInput(DomainError):
    """A field is well-formed but means nothing here; `errors` point at the fields, as schemas do."""

    status, code = HTTPStatus.UNPROCESSABLE_ENTITY, "invalid_input"
    example: ClassVar[Mapping[str, object]] = {"errors": [{"pointer": "/reason", "code": "missing"}]}

    def __init__(self, pointer: str, reason: str, **context: object) -> None:
        super().__init__(errors=[{"pointer": pointer, "code": reason, **context}])


class Unavailable(DomainError):
    """The database is full, locked or away; nothing was kept and the same request may be sent again."""

    status, code = HTTPStatus.SERVICE_UNAVAILABLE, "unavailable"


class UnsafeConfiguration(Exception):
    """The settings would put people's data at risk; the message says what to change."""
