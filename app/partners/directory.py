"""The services of the network, as a worker looks for one and an administrator keeps them."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, bindparam, false, or_, select

from app.core import clock
from app.core.actor import Actor
from app.core.db import ReadSession, row, rows
from app.core.errors import NotFound
from app.core.ids import InstitutionId, ServiceId
from app.core.pagination import Page, PageRequest, binds, cut, keyset
from app.core.prepared import Row
from app.partners.clauses import COVERED, answers, holds, is_empty
from app.partners.models import Agreement, Institution, Service
from app.partners.policy import visible_to

_i, _s, _a = Institution.__table__.c, Service.__table__.c, Agreement.__table__.c

_SERVICE: Select[Any] = select(
    _s.id,
    _s.institution_id,
    _i.name_ar.label("institution_name_ar"),
    _i.name_fr.label("institution_name_fr"),
    _s.name_ar,
    _s.name_fr,
    _s.need_code,
    _s.targets,
    _s.languages,
    _s.territory_codes,
    _s.min_age,
    _s.max_age,
    _s.sex,
    _s.conditions,
    _s.capacity,
    _s.is_active,
    COVERED.exists().label("is_covered"),
    _s.version,
).join(Institution.__table__, _i.id == _s.institution_id)


def get(db: ReadSession, actor: Actor, service_id: ServiceId) -> Service:
    """A service that the actor may see, for changing it, or `NotFound`."""
    found = db.scalar(
        select(Service).where(_s.id == bindparam("service"), visible_to(actor)), {"service": service_id}
    )
    if found is None:
        raise NotFound()
    return found


def read(db: ReadSession, actor: Actor, service_id: ServiceId) -> dict[str, Any]:
    """One service of the directory as columns, or `NotFound`."""
    statement = _SERVICE.where(_s.id == bindparam("service"), visible_to(actor))
    found = row(db, statement, service=service_id, today=clock.today())
    if found is None:
        raise NotFound()
    return dict(found)


def serving(db: ReadSession, actor: Actor, need: str, most: int) -> list[Row]:
    """Open services that somebody with a need may be sent to: for the need, for its theme or, for a theme, below it."""
    theme = need.partition(".")[0]
    statement = _SERVICE.where(visible_to(actor), _s.is_active, _i.is_active)
    statement = statement.where(or_(answers(need), _s.need_code == theme)).limit(most)
    return rows(db, statement.order_by(_s.need_code.desc(), _s.id), today=clock.today())


def page(
    db: ReadSession,
    actor: Actor,
    wanted: PageRequest,
    *,
    need: str | None = None,
    territories: Sequence[str] | None = None,
    target: str | None = None,
    language: str | None = None,
    institution_id: InstitutionId | None = None,
    active: bool = True,
) -> Page:
    """Services by name; `territories` is a place with all that it lies in, of which the service covers one."""
    is_open = and_(_s.is_active, _i.is_active)
    statement = _SERVICE.where(visible_to(actor), is_open if active else ~is_open)
    if need is not None:
        statement = statement.where(answers(need))
    if territories is not None:
        statement = statement.where(_reaches(territories))
    if target is not None:
        everyone = or_(is_empty(_s.targets), holds(_s.targets, "everyone"))
        statement = statement.where(or_(holds(_s.targets, target), everyone))
    if language is not None:
        statement = statement.where(holds(_s.languages, language))
    if institution_id is not None:
        statement = statement.where(_s.institution_id == institution_id)
    values = {"today": clock.today(), **binds(wanted, str, UUID)}
    found = rows(db, keyset(statement, _s.name_fr, _s.id, page=wanted), values)
    return cut(found, wanted, "name_fr", "id")


def _reaches(territories: Sequence[str]) -> ColumnElement[bool]:
    """The service names the place itself or, where it names none, an agreement in force brings it there."""
    brought = COVERED.where(_a.territory_code.in_(territories)).exists()
    named = or_(false(), *(holds(_s.territory_codes, code) for code in territories))
    return or_(named, and_(is_empty(_s.territory_codes), brought))
