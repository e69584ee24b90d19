"""What a partner sees of a referral: the fields that the consent and the agreement allow now, and nothing else."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, select

from app.assessments import queries as assessments
from app.consents import queries as consents
from app.core.actor import Actor, Role
from app.core.clock import now
from app.core.db import ReadSession, row
from app.core.errors import NotFound
from app.core.ids import CaseId, InstitutionId, PersonId, ReferralId
from app.core.settings import settings
from app.core.sharing import DataCategory, Withheld
from app.files import queries as files
from app.files.models import SubjectType
from app.files.policy import may_remove
from app.partners.models import Agreement
from app.people import queries as people
from app.referrals import history
from app.referrals.models import Referral
from app.referrals.policy import visible_to
from app.referrals.queries import _ANSWER, _PARTNER_ROW, with_answer
from app.referrals.states import ReferralStatus
from app.windows import queries as windows

_r, _a = Referral.__table__.c, Agreement.__table__.c
_INTERNAL = (
    _r.person_id,
    _r.case_id,
    _r.institution_id,
    _r.needs,
    _r.situation,
    _r.categories,
    _r.legal_basis,
    _a.data_categories.label("agreed"),
)

# Nothing came of it: the purpose of sharing has gone.
UNSERVED = frozenset({ReferralStatus.withdrawn, ReferralStatus.declined, ReferralStatus.expired})


@cache
def _one(role: Role) -> Select[Any]:
    columns = dict.fromkeys((*_PARTNER_ROW, *_ANSWER, _r.next_step, *_INTERNAL))
    return (
        select(*columns)
        .outerjoin(Agreement.__table__, _a.id == _r.agreement_id)
        .where(_r.id == bindparam("id"), visible_to(Actor(user_id=None, role=role)))
    )


def read(db: ReadSession, actor: Actor, referral_id: ReferralId) -> dict[str, Any]:
    """A referral as its institution may see it now, or `NotFound`.

    The categories are those chosen when it was sent, cut down to what the agreement still allows and the person
    still agrees to; a consent withdrawn yesterday shows nothing today, the institution's own words about the person among
    it; these outlive the end of the referral alone.
    """
    found = row(db, _one(actor.role), actor.binds, id=referral_id)
    if found is None:
        raise NotFound()
    view = with_answer(dict(found), actor)
    person_id, case_id = view.pop("person_id"), view.pop("case_id")
    seen = _categories(db, found)
    view.pop("institution_id"), view.pop("agreed"), view.pop("legal_basis")
    if DataCategory.needs not in seen:
        view["outcomes"] = {}
    view["is_withheld"] = DataCategory.identity not in seen
    if view["is_withheld"] and not _keeps_own_words(db, found):
        view["outcome_note"] = view["next_step"] = None
    view["categories"] = sorted(seen)
    return view | _told(db, person_id, case_id, found, seen)


def steps(db: ReadSession, actor: Actor, view: dict[str, Any]) -> list[dict[str, Any]]:
    """What happened to a referral that was read as its institution may see it, with the words that are open to it."""
    found = row(db, _one(actor.role), actor.binds, id=view["id"]) if view["is_withheld"] else None
    is_own_closed = found is not None and not _keeps_own_words(db, found)
    return history.partner_steps(db, view["id"], is_withheld=view["is_withheld"], is_own_closed=is_own_closed)


def _keeps_own_words(db: ReadSession, referral: Any) -> bool:
    """Whether a partner may still read what they themselves wrote, though the person's data are closed to them.

    Their words speak of the person as well: they close when the person withdraws, but not when the referral ends.
    """
    return DataCategory.identity in _allowed(db, referral)


def preview(db: ReadSession, referral: Referral, categories: frozenset[DataCategory]) -> dict[str, Any]:
    """What the partner would see of a draft with these categories: the same reads that will answer the partner."""
    return _told(db, referral.person_id, referral.case_id, referral, categories)


def _told(
    db: ReadSession, person_id: PersonId, case_id: CaseId, referral: Any, seen: frozenset[DataCategory]
) -> dict[str, Any]:
    return {
        "person": people.shared(db, person_id, frozenset(seen)) if seen else None,
        "needs": referral.needs if DataCategory.needs in seen else None,
        "situation": referral.situation if DataCategory.situation in seen else None,
        "assessment": assessments.latest(db, case_id) if DataCategory.assessment in seen else None,
    }


def _categories(db: ReadSession, referral: Any) -> frozenset[DataCategory]:
    if referral.status in UNSERVED or _is_long_over(referral.ended_at):
        return frozenset()
    return _allowed(db, referral)


def _allowed(db: ReadSession, referral: Any) -> frozenset[DataCategory]:
    """What the agreement and the person allow today, whatever has become of the referral."""
    chosen = frozenset(DataCategory(c) for c in referral.categories) & frozenset(
        DataCategory(c) for c in referral.agreed or ()
    )
    if referral.legal_basis is not None:
        return chosen
    today = windows.today(db, referral.window_id)
    permitted = consents.permitted(db, referral.person_id, referral.institution_id, referral.needs, on=today)
    return chosen & permitted.categories if DataCategory.identity in permitted.categories else frozenset()


@dataclass(frozen=True)
class Lessened:
    """What is shared no more of what was chosen when a referral was sent; `at`: when a consent was last ended."""

    closed: list[DataCategory]
    at: datetime | None


def lessened(db: ReadSession, actor: Actor, referral_id: ReferralId) -> Lessened | None:
    """How the person has changed what may be shared of a referral under way; None where nothing was.

    Time alone may close something too: then no consent was ended, and the instant is not known. What rests on legal
    grounds does not follow the person's answers.
    """
    found = row(db, _one(actor.role), actor.binds, id=referral_id)
    if found is None:
        raise NotFound()
    if found.sent_at is None or found.ended_at is not None or found.legal_basis is not None:
        return None
    shared = set(found.categories) & set(found.agreed or ())
    closed = {DataCategory(category) for category in shared} - _allowed(db, found)
    at = consents.lessened_at(db, found.person_id, found.institution_id, found.needs, since=found.sent_at)
    return Lessened([one for one in DataCategory if one in closed], at) if closed or at else None


def _is_long_over(ended_at: datetime | None) -> bool:
    """A service that ended has no more need of the person's data, some time for its own papers apart (a setting)."""
    return ended_at is not None and ended_at < now() - timedelta(days=settings().shared_after_end_days)


def documents(db: ReadSession, actor: Actor, view: dict[str, Any]) -> list[dict[str, Any]]:
    """The files of a referral, as `read` has told it, that its institution may open now, the newest first.

    Only who sent one takes it back (`is_own`); whether it came from the institution (`is_ours`) is told, not from whom.
    """
    found = files.of(db, SubjectType.referral, view["id"], _documents_from(actor, view))
    return [
        {
            **file,
            "is_own": may_remove(actor, file["uploaded_by"], file["institution_id"]),
            "is_ours": file["institution_id"] is not None,
        }
        for file in found
    ]


def documents_from(db: ReadSession, actor: Actor, referral_id: ReferralId) -> InstitutionId | None:
    """Whose documents of a referral are open to its institution now: `None` for all of them, or only its own."""
    return _documents_from(actor, read(db, actor, referral_id))


def _documents_from(actor: Actor, view: dict[str, Any]) -> InstitutionId | None:
    """What the window attached is shared with consent, as everything is; what the institution sent is its own."""
    return None if DataCategory.documents in view["categories"] else actor.institution_id


def require_shared(db: ReadSession, actor: Actor, referral_id: ReferralId) -> None:
    """Raise `Withheld` when the person shares nothing (any more): the messages are then closed too."""
    if read(db, actor, referral_id)["is_withheld"]:
        raise Withheld()
