from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Select, bindparam, func, select

from app.core.actor import Actor
from app.core.db import ReadSession, row, rows
from app.core.errors import NotFound
from app.core.ids import AttachmentId, InstitutionId
from app.core.pagination import Page, PageRequest, binds, cut, keyset
from app.core.settings import MOST_ATTACHMENTS
from app.core.sharing import Withheld
from app.files.models import Attachment, SubjectType
from app.files.policy import FileUse, reach

_f = Attachment.__table__.c

SHOWN = (
    "id",
    "subject_type",
    "subject_id",
    "name",
    "media_type",
    "size",
    "sha256",
    "uploaded_by",
    "institution_id",
    "created_at",
)
_ATTACHMENT: Select[Any] = select(*(_f[name] for name in SHOWN), _f.person_id, _f.stored_name).where(
    _f.id == bindparam("attachment")
)
_OF_SUBJECT = (_f.subject_type == bindparam("subject_type"), _f.subject_id == bindparam("subject"))
_LISTED: Select[Any] = select(*(_f[name] for name in SHOWN)).where(*_OF_SUBJECT)
_SENT_BY: Select[Any] = _LISTED.where(_f.institution_id == bindparam("institution"))
_COUNT = select(func.count()).select_from(
    select(_f.id).where(*_OF_SUBJECT).limit(bindparam("most")).subquery()
)


def read(db: ReadSession, actor: Actor, attachment_id: AttachmentId) -> dict[str, Any]:
    """A file's columns, with whose it is and where it lies. Raises what `reach` raises, and `Withheld` beyond it."""
    found = row(db, _ATTACHMENT, attachment=attachment_id)
    if found is None:
        raise NotFound()
    sent_by = reach(db, actor, found["subject_type"], found["subject_id"], FileUse.read).sent_by
    if sent_by is not None and found["institution_id"] != sent_by:
        raise Withheld()
    return dict(found)


def shown(attachment: dict[str, Any]) -> dict[str, Any]:
    """What a client is told of a file: not where it lies."""
    return {name: attachment[name] for name in SHOWN}


def get(db: ReadSession, actor: Actor, attachment_id: AttachmentId) -> Attachment:
    """A file's row for removing it. Raises what `reach` raises."""
    attachment = db.get(Attachment, attachment_id)
    if attachment is None:
        raise NotFound()
    reach(db, actor, attachment.subject_type, attachment.subject_id, FileUse.remove)
    return attachment


def page(
    db: ReadSession,
    wanted: PageRequest,
    subject_type: SubjectType,
    subject_id: UUID,
    sent_by: InstitutionId | None = None,
) -> Page:
    """The files of one subject, the newest first, all or what one institution sent: `reach` told which."""
    statement = keyset(_SENT_BY if sent_by else _LISTED, _f.id, page=wanted, descending=True)
    values = {"subject_type": subject_type, "subject": subject_id} | (
        {"institution": sent_by} if sent_by else {}
    )
    return cut(rows(db, statement, binds(wanted, UUID), **values), wanted, "id")


def of(
    db: ReadSession, subject_type: SubjectType, subject_id: UUID, sent_by: InstitutionId | None = None
) -> list[dict[str, Any]]:
    """All of them: a subject has no more than a page, by its setting."""
    return page(db, PageRequest(limit=MOST_ATTACHMENTS), subject_type, subject_id, sent_by).items


def count(db: ReadSession, subject_type: SubjectType, subject_id: UUID, most: int) -> int:
    """How many files a subject has, counted up to a limit."""
    values = {"subject_type": subject_type, "subject": subject_id, "most": most}
    return db.scalars(_COUNT, values).one()


def known(db: ReadSession, stored_names: Sequence[str]) -> set[str]:
    """Those of the internal names that a row holds."""
    found = select(_f.stored_name).where(_f.stored_name.in_(bindparam("names", expanding=True)))
    return set(db.scalars(found.order_by(_f.stored_name), {"names": list(stored_names)}))
