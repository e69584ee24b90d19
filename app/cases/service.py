"""Opening a case, and what is derived from the work on it.

What is done with it from day to day stands in `day_to_day`, the plan in `plan`, closing in `closure`.
"""

from calendar import monthrange
from collections.abc import Callable
from datetime import date
from typing import Any

from sqlalchemy import bindparam, delete, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from app.audit import service as audit
from app.cases import numbers, queries
from app.cases.events import CaseOpened
from app.cases.models import Assignment, Case, CaseDue, CaseTransition, FileNumber
from app.cases.schemas import CaseCreate
from app.cases.states import CASE_LIFECYCLE, STAGES, CaseAction, CaseStatus, Priority, Stage
from app.core.actor import Actor
from app.core.db import ReadSession, WriteSession, is_sqlite
from app.core.errors import DomainError, InvalidInput, NotFound
from app.core.ids import CaseId, PersonId, WindowId
from app.core.moves import begin, move
from app.core.settings import settings
from app.outbox import service as outbox
from app.people import queries as people
from app.people.models import Person
from app.vocabularies import service as vocabularies
from app.windows import queries as windows

# Filled by `app.wiring`: when what a module above asks of a case that is taken up on a day is due, by the date's source.
first_dues: dict[str, Callable[[ReadSession, Case, date], date]] = {}


class CaseAlreadyOpen(DomainError):
    """The person is already accompanied at this window: go on with the case that is named."""

    code = "case_already_open"


class CaseIsClosed(DomainError):
    """Nothing is planned or changed on a closed case; it can be reopened."""

    code = "case_closed"


# --- opening --------------------------------------------------------------------------------------------------


def open_known(db: WriteSession, actor: Actor, data: CaseCreate) -> Case:
    """Open a case for somebody who is registered, without an interview.

    Raises `NotFound` for a person or a window that is not the actor's, `CaseAlreadyOpen`, or `InvalidInput` for a
    need that is not in the vocabulary and for a person whom another window of the actor has received.
    """
    person = people.get(db, actor, data.person_id)
    if data.window_id not in actor.window_ids:
        raise NotFound()
    if data.window_id not in people.windows_of(db, person.id):
        raise InvalidInput("/window_id", "person_not_received")
    vocabularies.check(db, "/needs", "need", data.needs)
    return open_case(
        db,
        actor,
        person=person,
        window_id=data.window_id,
        priority=data.priority,
        needs=data.needs,
        summary=data.summary,
        opened_on=windows.today(db, data.window_id),
    )


def open_case(
    db: WriteSession,
    actor: Actor,
    *,
    person: Person,
    window_id: WindowId,
    priority: Priority,
    needs: list[str],
    summary: str | None,
    opened_on: date,
    contacted_on: date | None = None,
) -> Case:
    """Open a case whose referent is the actor; the days are the window's.

    The day counts as the first contact, unless the person was heard on an earlier one (`contacted_on`).
    The needs were checked where they came in. Raises `CaseAlreadyOpen`, upon which the transaction is to be
    rolled back: the number was taken first, because whoever opens another case at the window waits behind it.
    """
    number = _next_number(db, window_id, opened_on.year)
    refuse_second(db, person.id, window_id)
    case = Case(
        number=number,
        person_id=person.id,
        window_id=window_id,
        referent_id=actor.user,
        priority=priority,
        needs=needs,
        summary=summary,
    )
    case.last_contact_on = contacted_on or opened_on
    dues = dues_from(db, case, opened_on)
    case.next_due_on = min(dues.values())
    db.add(case)
    db.flush()
    begin(db, actor, case, "open", lambda **row: CaseTransition(case_id=case.id, **row))
    db.add(Assignment(case_id=case.id, user_id=actor.user, assigned_by=actor.user))
    db.add_all(CaseDue(case_id=case.id, source=source, due_on=due_on) for source, due_on in dues.items())
    audit.record(db, actor, "case:open", "case", case.id, person_id=person.id, priority=priority)
    outbox.publish(
        db,
        CaseOpened(case_id=case.id, person_id=person.id, window_id=window_id, referent_id=case.referent_id),
    )
    return case


def _next_number(db: WriteSession, window_id: WindowId, year: int) -> str:
    """Take the next number of the window's year; on PostgreSQL the row is held until the transaction ends."""
    code = windows.code(db, window_id)
    counted = _COUNTED[is_sqlite(db)]
    sequence = db.execute(counted, {"window_id": window_id, "year": year, "last": 1}).scalar_one()
    return numbers.make(code, year, sequence)


def _counted(insert_into: Any) -> Any:
    taken, keys = insert_into(_n), [_n.c.window_id, _n.c.year]
    return taken.on_conflict_do_update(index_elements=keys, set_={"last": _n.c.last + 1}).returning(_n.c.last)


_n = FileNumber.__table__
_COUNTED = {True: _counted(sqlite.insert), False: _counted(postgresql.insert)}


def refuse_second(db: ReadSession, person_id: PersonId, window_id: WindowId) -> None:
    """Raise `CaseAlreadyOpen` when the person has a living case at the window."""
    living = queries.living_id(db, person_id, window_id)
    if living is not None:
        raise CaseAlreadyOpen(case_id=living)


def refuse_closed(case: Case) -> None:
    """Raise `CaseIsClosed`."""
    if case.status is CaseStatus.closed:
        raise CaseIsClosed()


def lead(db: WriteSession, actor: Actor, case: Case, action: CaseAction, **values: Any) -> None:
    """Lead a case on along its life, with the row that tells of it. Raises `IllegalMove`, `ChangedMeanwhile`."""
    move(
        db,
        actor,
        case,
        CASE_LIFECYCLE,
        action,
        lambda **row: CaseTransition(case_id=case.id, **row),
        **values,
    )


# --- what is derived ------------------------------------------------------------------------------------------
# Written beside the version: nobody types these columns, so nobody's edit may be refused because of them.


def reach(db: WriteSession, actor: Actor, case: Case, stage: Stage) -> None:
    """Note how far the path has come; it never goes back. The first work on an open case activates it."""
    if case.status is CaseStatus.open:
        lead(db, actor, case, CaseAction.activate)
    earlier = STAGES[: STAGES.index(stage)]
    db.execute(update(Case).where(Case.id == case.id, Case.stage.in_(earlier)).values(stage=stage))


def contacted(db: WriteSession, case_id: CaseId, on: date) -> None:
    """Note that the person was met or spoken to; an older contact told later changes nothing."""
    is_news = or_(Case.last_contact_on.is_(None), Case.last_contact_on < on)
    db.execute(update(Case).where(Case.id == case_id, is_news).values(last_contact_on=on))


def set_due(db: WriteSession, case_id: CaseId, source: str, due_on: date | None) -> None:
    """Say when one kind of work is due next (None: nothing is), and keep the earliest date of all on the case.

    Nothing is due on a closed case. The case's row is locked first, or two writers of different kinds would each
    count without the other's date.
    """
    db.flush()
    if db.scalar(_STATUS, {"case": case_id}) is CaseStatus.closed:
        return
    due = {"case_id": case_id, "source": source, "due_on": due_on}
    db.execute(_NOT_DUE if due_on is None else _DUE[is_sqlite(db)], due)
    db.execute(_EARLIEST, {"case": case_id})


def _due(insert_into: Any) -> Any:
    told, keys = insert_into(_d), [_d.c.case_id, _d.c.source]
    return told.on_conflict_do_update(index_elements=keys, set_={"due_on": told.excluded.due_on})


_c, _d = Case.__table__.c, CaseDue.__table__
_STATUS = select(_c.status).where(_c.id == bindparam("case")).with_for_update(key_share=True)
_DUE = {True: _due(sqlite.insert), False: _due(postgresql.insert)}
_NOT_DUE = delete(CaseDue).where(_d.c.case_id == bindparam("case_id"), _d.c.source == bindparam("source"))
_EARLIEST = (
    update(Case)
    .where(_c.id == bindparam("case"))
    .values(
        next_due_on=select(func.min(_d.c.due_on)).where(_d.c.case_id == bindparam("case")).scalar_subquery()
    )
)


def dues_from(db: ReadSession, case: Case, day: date) -> dict[str, date]:
    """When what a case asks for from the day on which it is opened, or reopened, is due: by the source of the date."""
    asked = {source: due_on(db, case, day) for source, due_on in first_dues.items()}
    return {"review": review_after(day), **asked}


def review_after(day: date) -> date:
    """When the plan is looked back at next: the same day of the month, or the month's last."""
    months = day.month - 1 + settings().review_months
    year, month = day.year + months // 12, months % 12 + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))
