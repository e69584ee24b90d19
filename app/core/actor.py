"""Who is acting. Built by `auth` from the session, passed explicitly to every service and policy."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID

from app.core.ids import InstitutionId, SessionId, UserId, WindowId


class Role(StrEnum):
    social_worker = "social_worker"
    supervisor = "supervisor"
    partner_agent = "partner_agent"
    administrator = "administrator"
    auditor = "auditor"
    system = "system"  # clocks and jobs; nobody signs in as it


WINDOW_ROLES = frozenset({Role.social_worker, Role.supervisor})

_NOBODY = UUID(int=0)


@dataclass(frozen=True, kw_only=True)
class Actor:
    """One signed-in user for the length of one request, or the system itself."""

    user_id: UserId | None
    role: Role
    window_ids: frozenset[WindowId] = field(default_factory=frozenset)
    institution_id: InstitutionId | None = None
    session_id: SessionId | None = None
    language: str = "ar"

    @property
    def binds(self) -> Mapping[str, object]:
        """Values for the `actor_…` parameters that the policies' filters are written with.

        Filters with parameters instead of values let a statement be built once per role and reused.
        """
        return {
            "actor_id": self.user_id or _NOBODY,
            "actor_windows": list(self.window_ids) or [_NOBODY],
            "actor_institution": self.institution_id or _NOBODY,
        }

    @property
    def user(self) -> UserId:
        """The acting user; only for what a person does, never for a job of the system."""
        if self.user_id is None:
            raise RuntimeError("the system acts where a person was expected")
        return self.user_id


SYSTEM = Actor(user_id=None, role=Role.system)
