"""Everything that happened on a case, latest first: its own history, and what the modules above tell."""

from collections.abc import Callable
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BindParameter,
    Select,
    String,
    bindparam,
    func,
    literal,
    null,
    select,
    type_coerce,
    union_all,
)

from app.cases.models import (
    Action,
    ActionTransition,
    Assignment,
    CaseTransition,
    Goal,
    GoalTransition,
    Review,
)
from app.core.db import ReadSession, UtcDateTime, rows
from app.core.ids import CaseId
from app.core.pagination import Page, PageRequest, binds, cut

Entry = dict[str, Any]
Source = Callable[[ReadSession, CaseId, datetime | None, int], list[Entry]]

# Filled by `app.wiring` from the modules above: each tells what happened until a moment (all time when None), newest
# first by (at, id), at most so many entries with the members of `schemas.TimelineEntry`.
sources: list[Source] = []

_MEMBERS = ("at", "kind", "id", "subject_id", "actor_id", "code", "reason_code", "text")

_a, _r = Assignment.__table__.c, Review.__table__.c
_g, _p = Goal.__table__.c, Action.__table__.c
_ct, _gt, _at = CaseTransition.__table__.c, GoalTransition.__table__.c, ActionTransition.__table__.c
_of_the_case: BindParameter[Any] = bindparam("case")
_nothing = type_coerce(null(), String())


@cache
def _own(*, until: bool) -> Select[Any]:
    told = union_all(
        *(
            select(*(value.label(name) for name, value in zip(_MEMBERS, values, strict=True)))
            .select_from(source)
            .where(of_case == _of_the_case)
            for source, of_case, values in _parts()
        )
    ).subquery()
    statement = select(told).order_by(told.c.at.desc(), told.c.id.desc()).limit(bindparam("most"))
    return statement.where(told.c.at <= bindparam("until", type_=UtcDateTime())) if until else statement


def _parts() -> list[tuple[Any, Any, tuple[Any, ...]]]:
    """For each table of the case's own: where it is read from, its case, and the members of an entry."""
    goal_words, action_words = func.coalesce(_gt.note, _g.words), func.coalesce(_at.note, _p.words)
    goals = GoalTransition.__table__.join(Goal.__table__, _g.id == _gt.goal_id)
    actions = ActionTransition.__table__.join(Action.__table__, _p.id == _at.action_id)
    return [
        (
            CaseTransition.__table__,
            _ct.case_id,
            (
                _ct.at,
                literal("case"),
                _ct.id,
                _ct.case_id,
                _ct.actor_id,
                _ct.action,
                _ct.reason_code,
                _ct.note,
            ),
        ),
        (
            goals,
            _gt.case_id,
            (_gt.at, literal("goal"), _gt.id, _g.id, _gt.actor_id, _gt.action, _gt.reason_code, goal_words),
        ),
        (
            actions,
            _at.case_id,
            (
                _at.at,
                literal("action"),
                _at.id,
                _p.id,
                _at.actor_id,
                _at.action,
                _at.reason_code,
                action_words,
            ),
        ),
        (
            Assignment.__table__,
            _a.case_id,
            (
                _a.since,
                literal("assignment"),
                _a.id,
                _a.user_id,
                _a.assigned_by,
                literal("assign"),
                _nothing,
                _a.reason,
            ),
        ),
        (
            Review.__table__,
            _r.case_id,
            (_r.at, literal("review"), _r.id, _r.id, _r.by, literal("review"), _nothing, _r.summary),
        ),
    ]


def own(db: ReadSession, case_id: CaseId, until: datetime | None, most: int) -> list[Entry]:
    """What the case's own tables tell, in one statement."""
    found = rows(db, _own(until=until is not None), case=case_id, until=until, most=most)
    return [dict(entry) for entry in found]


def page(
    db: ReadSession, case_id: CaseId, wanted: PageRequest, *, kinds: frozenset[str] | None = None
) -> Page:
    """One page of what happened on a case that was found visible, latest first; of some kinds only, if wanted."""
    place = binds(wanted, datetime, UUID)
    end = None if wanted.cursor is None else (place["after_0"], place["after_1"])
    found = [
        {name: entry.get(name) for name in _MEMBERS}
        for source in (own, *sources)
        for entry in _before(source, db, case_id, end, kinds, wanted.limit + 1)
    ]
    found.sort(key=_place, reverse=True)
    return cut(found, wanted, "at", "id")


def _before(
    source: Source, db: ReadSession, case_id: CaseId, end: Any, kinds: frozenset[str] | None, wanted: int
) -> list[Entry]:
    """The latest entries of a source before a place in the timeline.

    A source knows moments only: what was shown already of the same moment is dropped, and so are other kinds than the
    wanted ones; more is asked for instead.
    """
    asked = wanted
    while True:
        found = source(db, case_id, end and end[0], asked)
        left = [
            entry
            for entry in found
            if (end is None or _place(entry) < end) and (kinds is None or entry["kind"] in kinds)
        ]
        if len(left) >= wanted or len(found) < asked:
            return left[:wanted]
        asked *= 2


def _place(entry: Entry) -> tuple[datetime, UUID]:
    return entry["at"], entry["id"]
