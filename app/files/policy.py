from collections.abc import Callable
from enum import Enum, auto
from typing import Any
from uuid import UUID

from app.core.actor import Actor, Role
from app.core.db import ReadSession
from app.core.errors import DomainError, NotFound
from app.core.ids import PersonId, UserId
from app.files.models import SubjectType


class FileUse(Enum):
    """What somebody is about to do with the files of a row."""

    read = auto()
    add = auto()
    remove = auto()


class AttachmentsClosed(DomainError):
    """What the file belongs to has ended: it takes no files any more, and a partner takes none back."""

    code = "attachments_closed"


# Whoever may see a row may see its files: the modules that own the rows answer for them, above this one.
# (db, actor, id, use) → whose file it is; raises `NotFound`, `Withheld`, or `AttachmentsClosed` for a write.
Subjects = dict[SubjectType, Callable[[ReadSession, Actor, Any, FileUse], PersonId]]
subjects: Subjects = {}  # filled by `app.wiring`


def person_of(
    db: ReadSession, actor: Actor, subject_type: SubjectType, subject_id: UUID, use: FileUse
) -> PersonId:
    """Whose file a person, case or referral is part of, for an actor who may use it so. Raises what its hook raises.

    A partner's agent only ever reaches the files of referrals, whatever else a hook might let through.
    """
    if actor.role is Role.partner_agent and subject_type is not SubjectType.referral:
        raise NotFound()
    return subjects[subject_type](db, actor, subject_id, use)


def may_remove(actor: Actor, uploaded_by: UserId) -> bool:
    """A partner's agent takes back only what they sent; who serves at the window keeps the whole file in order."""
    return actor.role is not Role.partner_agent or uploaded_by == actor.user_id
