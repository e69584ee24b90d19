from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any
from uuid import UUID

from app.core.actor import Actor, Role
from app.core.db import ReadSession
from app.core.errors import DomainError, NotFound
from app.core.ids import InstitutionId, PersonId, UserId
from app.files.models import SubjectType


class FileUse(Enum):
    """What somebody is about to do with the files of a row."""

    read = auto()
    add = auto()
    remove = auto()


class AttachmentsClosed(DomainError):
    """What the file belongs to has ended: it takes no files any more, and a partner takes none back."""

    code = "attachments_closed"


@dataclass(frozen=True)
class Reach:
    """Whose file a row is part of, and which of its documents are open: all, or what one institution sent."""

    person_id: PersonId
    sent_by: InstitutionId | None = None


# Whoever may see a row may see its files: the modules that own the rows answer for them, above this one.
# (db, actor, id, use) → how far it goes; raises `NotFound`, `Withheld`, or `AttachmentsClosed` for a write.
Subjects = dict[SubjectType, Callable[[ReadSession, Actor, Any, FileUse], Reach]]
subjects: Subjects = {}  # filled by `app.wiring`


def reach(db: ReadSession, actor: Actor, subject_type: SubjectType, subject_id: UUID, use: FileUse) -> Reach:
    """How far an actor reaches into the files of a person, case or referral. Raises what its hook raises.

    A partner's agent only ever reaches the files of referrals, whatever else a hook might let through.
    """
    if actor.role is Role.partner_agent and subject_type is not SubjectType.referral:
        raise NotFound()
    return subjects[subject_type](db, actor, subject_id, use)


def may_remove(actor: Actor, uploaded_by: UserId, institution_id: InstitutionId | None) -> bool:
    """A partner's agent takes back only what they sent for their institution; who serves at the window keeps the whole
    file in order.
    """
    if actor.role is not Role.partner_agent:
        return True
    return (uploaded_by, institution_id) == (actor.user_id, actor.institution_id)
