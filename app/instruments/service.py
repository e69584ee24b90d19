"""Publishing questionnaires. A version is never changed: a better one is published next to it."""

import hashlib
from dataclasses import dataclass
from typing import cast, get_args

from app.audit import service as audit
from app.core.actor import Actor
from app.core.clock import now
from app.core.db import ReadSession, WriteSession
from app.core.errors import DomainError
from app.instruments import queries
from app.instruments.compiler import compile_form
from app.instruments.errors import FormProblem, InstrumentInvalid, InstrumentUnreadable, Problem
from app.instruments.form import CompiledForm
from app.instruments.models import Instrument
from app.instruments.workbook import SourceKind
from app.vocabularies import queries as vocabularies


class InstrumentVersionExists(DomainError):
    """This version of the instrument was published before; answers may already refer to it."""

    code = "instrument_version_exists"


@dataclass(frozen=True)
class Compiled:
    """A questionnaire that could be published, and the source it was read from."""

    form: CompiledForm
    source: bytes
    kind: SourceKind

    @property
    def source_sha256(self) -> str:
        return hashlib.sha256(self.source).hexdigest()


def compiled(source: bytes, kind: str) -> Compiled:
    """Read a source. It takes a while, and needs no database: do it before taking a turn to write.

    Raises `InstrumentTooLarge`, `InstrumentUnreadable` or `InstrumentInvalid`.
    """
    if kind not in get_args(SourceKind):
        raise InstrumentUnreadable()
    known = cast(SourceKind, kind)
    return Compiled(compile_form(source, known), source, known)


def publish(db: WriteSession, actor: Actor, source: bytes, kind: str) -> Instrument:
    """Read a source and keep it as an immutable version; `kind` is `markdown` or `xlsx`.

    Raises what `compiled` and `keep` raise.
    """
    return keep(db, actor, compiled(source, kind))


def keep(db: WriteSession, actor: Actor, source: Compiled) -> Instrument:
    """Publish what was compiled.

    Raises `InstrumentVersionExists`, or `InstrumentInvalid` for a need that the vocabulary does not hold.
    """
    form = source.form
    check_unused(db, form)
    _check_needs(db, form)
    instrument = Instrument(
        code=form.form_id,
        version=form.version,
        titles=dict(form.titles),
        definition=form.to_json(),
        source_sha256=source.source_sha256,
        source_kind=source.kind,
        source=source.source,
        published_by=actor.user_id,
    )
    db.add(instrument)
    db.flush()
    audit.record(
        db,
        actor,
        "instrument:publish",
        "instrument",
        instrument.id,
        instrument_code=form.form_id,
        instrument_version=form.version,
        source_sha256=source.source_sha256,
    )
    return instrument


def check_unused(db: ReadSession, form: CompiledForm) -> None:
    """What was published stays as it is: raises `InstrumentVersionExists` for a version that there is."""
    if queries.version_exists(db, form.form_id, form.version):
        raise InstrumentVersionExists(instrument_code=form.form_id, instrument_version=form.version)


def _check_needs(db: ReadSession, form: CompiledForm) -> None:
    """A need that is revealed can be referred: it is a living term of the same vocabulary as a case's needs."""
    revealed = {need for item in form.items for need in item.needs}
    unknown = revealed - vocabularies.living(db, "need", revealed)
    if unknown:
        raise InstrumentInvalid(
            [Problem(FormProblem.NEED_UNKNOWN, "survey", subject=need) for need in sorted(unknown)]
        )


def retire(db: WriteSession, actor: Actor, instrument: Instrument) -> Instrument:
    """Take a version out of new assessments. Those begun with it go on; retiring twice changes nothing."""
    if instrument.retired_at is None:
        instrument.retired_at = now()
        audit.record(db, actor, "instrument:retire", "instrument", instrument.id)
    return instrument
