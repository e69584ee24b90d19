from collections import OrderedDict
from threading import Lock
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, exists, select

from app.core.db import ReadSession, row, rows
from app.core.errors import NotFound
from app.core.ids import InstrumentId
from app.core.pagination import Page, PageRequest, binds, cut, keyset
from app.instruments.form import CompiledForm
from app.instruments.models import Instrument

FORMS_KEPT = 32

_i = Instrument.__table__.c
_newer = Instrument.__table__.alias("newer").c

_ROW = (_i.id, _i.code, _i.version, _i.titles, _i.published_at, _i.published_by, _i.retired_at)

# Keys are time-ordered, so the greatest is the version published last.
_CURRENT = select(*_ROW).where(
    _i.retired_at.is_(None),
    ~exists().where(_newer.code == _i.code, _newer.id > _i.id, _newer.retired_at.is_(None)),
)
_CURRENT_OF_CODE = _CURRENT.where(_i.code == bindparam("code"))
_ONE = select(*_ROW).where(_i.id == bindparam("id"))
_SOURCE = select(_i.code, _i.version, _i.source_kind, _i.source).where(
    _i.id == bindparam("id"), _i.source.is_not(None)
)
_WITH_SOURCE = select(_i.id, _i.source_kind).where(_i.code == bindparam("code"), _i.source.is_not(None))
_DEFINITION = select(_i.definition).where(_i.id == bindparam("id"))


class Forms:
    """The forms used last. A published version never changes, so what is kept never grows stale."""

    def __init__(self, size: int) -> None:
        self.size = size
        self._kept: OrderedDict[InstrumentId, CompiledForm] = OrderedDict()
        self._lock = Lock()

    def get(self, db: ReadSession, instrument_id: InstrumentId) -> CompiledForm:
        with self._lock:
            known = self._kept.get(instrument_id)
            if known is not None:
                self._kept.move_to_end(instrument_id)
                return known
        loaded = _load(db, instrument_id)
        with self._lock:
            self._kept[instrument_id] = loaded
            if len(self._kept) > self.size:
                self._kept.popitem(last=False)
        return loaded


def _load(db: ReadSession, instrument_id: InstrumentId) -> CompiledForm:
    found = row(db, _DEFINITION, id=instrument_id)
    if found is None:
        raise NotFound()
    return CompiledForm.from_json(found.definition)


_forms = Forms(FORMS_KEPT)


def form(db: ReadSession, instrument_id: InstrumentId) -> CompiledForm:
    """The questionnaire of one published version, ready for evaluation, or `NotFound`."""
    return _forms.get(db, instrument_id)


def get(db: ReadSession, instrument_id: InstrumentId) -> Instrument:
    """A version's row for retiring it, or `NotFound`."""
    instrument = db.get(Instrument, instrument_id)
    if instrument is None:
        raise NotFound()
    return instrument


def current(db: ReadSession, code: str) -> dict[str, Any] | None:
    """The columns of the version published last that is not retired, if there is one."""
    found = row(db, _CURRENT_OF_CODE, code=code)
    return dict(found) if found else None


def one(db: ReadSession, instrument_id: InstrumentId) -> dict[str, Any] | None:
    """The columns of one version without its questions, retired or not."""
    found = row(db, _ONE, id=instrument_id)
    return dict(found) if found else None


def version_exists(db: ReadSession, code: str, version: str) -> bool:
    known = select(_i.id).where(_i.code == code, _i.version == version)
    return db.scalar(known) is not None


def read(db: ReadSession, instrument_id: InstrumentId) -> dict[str, Any]:
    """One version with everything needed to draw it, or `NotFound`."""
    columns = one(db, instrument_id)
    if columns is None:
        raise NotFound()
    definition = form(db, instrument_id).to_json()
    drawn = ("default_language", "languages", "items", "domains", "bands", "total")
    return {**columns, **{name: definition[name] for name in drawn}}


def source(db: ReadSession, instrument_id: InstrumentId) -> dict[str, Any]:
    """What a version was published from, byte for byte, or `NotFound`: of early versions it was not kept."""
    found = row(db, _SOURCE, id=instrument_id)
    if found is None:
        raise NotFound()
    return dict(found)


def with_source(db: ReadSession, code: str) -> dict[InstrumentId, str]:
    """The versions of an instrument whose source was kept, with its kind."""
    return {found.id: found.source_kind for found in rows(db, _WITH_SOURCE, code=code)}


def page(
    db: ReadSession, wanted: PageRequest, *, code: str | None = None, every_version: bool = False
) -> Page:
    """Instruments by code: the current version of each, or all that were ever published, oldest first."""
    statement = select(*_ROW) if every_version else _CURRENT
    if code is not None:
        statement = statement.where(_i.code == code)
    found = rows(db, keyset(statement, _i.code, _i.id, page=wanted), **binds(wanted, str, UUID))
    return cut(found, wanted, "code", "id")
