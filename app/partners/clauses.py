"""Conditions that several of the directory's reads share; each stands in a statement over the tables it names."""

from typing import Any

from sqlalchemy import ColumnElement, String, and_, bindparam, cast, or_, select

from app.partners.models import Agreement, AgreementService, Service
from app.partners.states import AgreementStatus
from app.vocabularies.models import Term

_s, _a, _covers = Service.__table__.c, Agreement.__table__.c, AgreementService.__table__.c

# Signed, not suspended, and `today` lies between its dates: one that has run out needs no act to end.
IN_FORCE: ColumnElement[bool] = and_(
    _a.status == AgreementStatus.in_force,
    _a.starts_on <= bindparam("today"),
    or_(_a.ends_on.is_(None), _a.ends_on >= bindparam("today")),
)

# Agreements in force that cover the service of the statement around it.
COVERED = (
    select(_covers.service_id)
    .join(Agreement.__table__, _a.id == _covers.agreement_id)
    .where(_covers.service_id == _s.id, IN_FORCE)
)


def answers(need: str) -> ColumnElement[bool]:
    """Services for a need; a theme stands for all that lies below it in the vocabulary."""
    below = select(Term.code).where(Term.vocabulary == "need", Term.parent_code == need)
    return or_(_s.need_code == need, _s.need_code.in_(below))


def holds(column: ColumnElement[Any], code: str) -> ColumnElement[bool]:
    """Whether a JSON list of codes holds one. The quotes around it make the comparison exact on both engines."""
    return cast(column, String).contains(f'"{code}"', autoescape=True)


def is_empty(column: ColumnElement[Any]) -> ColumnElement[bool]:
    return cast(column, String) == "[]"
