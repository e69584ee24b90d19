"""Questionnaires: reading a workbook or tables, trying them by filling, publishing, the versions."""

import base64
import binascii
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from fastapi import Depends, File, Query, Request, UploadFile
from starlette.responses import Response

from app.auth.deps import CreateDb
from app.core import clock
from app.core.deps import PageQuery, ReadDb, WriteDb
from app.core.ids import InstrumentId
from app.core.settings import settings
from app.files import downloads
from app.instruments import presentation, queries, service
from app.instruments.deps import InstrumentPublisher, InstrumentReader, InstrumentToRetire
from app.instruments.evaluation import evaluate
from app.instruments.form import CompiledForm
from app.instruments.service import Compiled
from app.instruments.workbook import MAX_SOURCE, as_xlsx
from app.web import face, house, marks, terms
from app.web.face import PageForm, invalid, see
from app.web.forms import Form
from app.web.rendering import page

router = face.router()

# A whole questionnaire in a few lines, to begin from.
EXAMPLE = Path(__file__).with_name("templates").joinpath("house/instrument_example.md").read_text("utf-8")

TABLES = ".md"
_MEDIA = {
    "markdown": (TABLES, "text/markdown; charset=utf-8"),
    "xlsx": (".xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}


@dataclass(frozen=True)
class Draft:
    """A source that became a questionnaire, as the form of the preview carries it until it is published."""

    compiled: Compiled

    @property
    def carried(self) -> str:
        return base64.b64encode(self.compiled.source).decode()


def _draft(
    _: InstrumentPublisher, form: PageForm, file: Annotated[UploadFile | None, File()] = None
) -> Draft:
    """Compile what was uploaded, pasted or carried along, outside the write turn."""
    kind, source = _source(form, file)
    return Draft(service.compiled(source, kind))


def _source(form: Form, file: UploadFile | None) -> tuple[str, bytes]:
    if (carried := _carried(form)) is not None:
        return form.value("kind") or "", carried
    if file is not None and file.filename:
        content = file.file.read(MAX_SOURCE + 1)
        if not file.filename.lower().endswith(TABLES):
            return "xlsx", content
        form.put("source", content.decode("utf-8", "replace"))  # to be corrected on the page, if it has to be
        return "markdown", content
    if (pasted := (form.value("source") or "").strip()) == "":
        raise invalid("/source", "missing")
    return "markdown", pasted.encode("utf-8", "surrogatepass")


def _carried(form: Form) -> bytes | None:
    """The source that the form of the preview holds."""
    if (carried := form.value("carried")) is None:
        return None
    try:
        return base64.b64decode(carried, validate=True)
    except binascii.Error:
        raise invalid("/source", "malformed") from None


TheDraft = Annotated[Draft, Depends(_draft)]


def _answers(form: CompiledForm, sent: Form) -> dict[str, Any]:
    """What was typed into the questions; a question of several choices takes the list of them."""
    told: dict[str, Any] = {}
    for item in form.items:
        if typed := [value for value in sent.values(f"answers.{item.name}") if value.strip()]:
            told[item.name] = typed if item.type == "select_multiple" else typed[0]
    return told


def _filled(form: CompiledForm, sent: Form) -> dict[str, Any]:
    """The questions, and what follows from the answers so far."""
    today = clock.today(settings().time_zone)
    found = presentation.shown(form, evaluate(form, _answers(form, sent), today=today, complete=False))
    wrong = {violation["question"]: violation["message"] for violation in found["violations"]}
    return {"questions": form, "filled": found, "wrong": wrong}


@router.get("/house/instruments")
def list_instruments(request: Request, _: InstrumentReader, db: ReadDb, wanted: PageQuery) -> Response:
    """The current version of each questionnaire."""
    found = queries.page(db, wanted)
    return page(request, "house/instruments.html", instruments=found.items, next=found.next)


@router.get("/house/instruments/new")
def new_instrument(request: Request, _: InstrumentPublisher) -> Response:
    return page(request, "house/instrument_new.html", source=EXAMPLE)


@router.post("/house/instruments/new")
def correct_source(request: Request, _: InstrumentPublisher, form: PageForm) -> Response:
    """Go on writing the tables that were previewed."""
    return _writing(request, _carried(form) or b"")


@router.get("/house/instruments/preview")
def preview_again(request: Request, actor: InstrumentPublisher, db: ReadDb, form: PageForm) -> Response:
    """What could not be published: the text to be corrected, or the workbook as it was read.

    By its address alone it leads to a new questionnaire.
    """
    if (carried := _carried(form)) is None:
        return see("/house/instruments/new")
    if form.value("kind") == "markdown":
        return _writing(request, carried)
    return _preview(request, db, _draft(actor, form), form)


def _writing(request: Request, source: bytes) -> Response:
    return page(request, "house/instrument_new.html", source=source.decode("utf-8", "replace"))


@router.post("/house/instruments/preview")
def preview(
    request: Request, _: InstrumentPublisher, draft: TheDraft, db: ReadDb, form: PageForm
) -> Response:
    """The questionnaire as it would be, to be tried by filling. Nothing is kept; a version that there is goes no further."""
    service.check_unused(db, draft.compiled.form)
    return _preview(request, db, draft, form)


def _preview(request: Request, db: ReadDb, draft: Draft, form: Form) -> Response:
    filled = _filled(draft.compiled.form, form)
    needs = terms.words(db, "need")
    return page(request, "house/instrument_preview.html", draft=draft, needs=needs, **filled)


@router.post("/house/instruments")
def publish(actor: InstrumentPublisher, draft: TheDraft, db: CreateDb) -> Response:
    instrument = service.keep(db, actor, draft.compiled)
    return see(f"/house/instruments/{instrument.id}", done="instrument_published")


def _version(request: Request, db: ReadDb, instrument_id: InstrumentId, form: Form) -> Response:
    instrument = queries.read(db, instrument_id)
    versions = queries.page(db, house.EVERYTHING, code=instrument["code"], every_version=True).items
    return page(
        request,
        "house/instrument.html",
        instrument=instrument,
        versions=versions[::-1],
        with_source=queries.with_source(db, instrument["code"]),
        needs=terms.words(db, "need"),
        **_filled(queries.form(db, instrument_id), form),
    )


@router.get("/house/instruments/{instrument_id}/try")
@router.get("/house/instruments/{instrument_id}")
def show_instrument(
    request: Request, _: InstrumentReader, db: ReadDb, instrument_id: InstrumentId
) -> Response:
    """One version with its questions, and the other versions."""
    return _version(request, db, instrument_id, Form())


@router.get("/house/instruments/{instrument_id}/source")
@marks.a_file
def download_source(
    _: InstrumentPublisher,
    db: ReadDb,
    instrument_id: InstrumentId,
    as_kind: Annotated[Literal["xlsx"] | None, Query(alias="as")] = None,
) -> Response:
    """What the version was published from, for writing the next one; tables also as a workbook of the same sheets."""
    found = dict(queries.source(db, instrument_id))
    if as_kind == "xlsx" and found["source_kind"] == "markdown":
        found |= {"source_kind": "xlsx", "source": as_xlsx(found["source"])}
    ending, media_type = _MEDIA[found["source_kind"]]
    name = f"{found['code']}-{found['version']}{ending}"
    headers = {**face.HEADERS, "Content-Disposition": downloads.disposition(name)}
    return Response(found["source"], media_type=media_type, headers=headers)


@router.post("/house/instruments/{instrument_id}/try")
def try_instrument(
    request: Request, _: InstrumentReader, db: ReadDb, instrument_id: InstrumentId, form: PageForm
) -> Response:
    """What the answers lead to. Nothing is kept, so that the page itself answers."""
    return _version(request, db, instrument_id, form)


@router.post("/house/instruments/{instrument_id}/retire")
def retire(actor: InstrumentPublisher, db: WriteDb, instrument: InstrumentToRetire) -> Response:
    service.retire(db, actor, instrument)
    return see(f"/house/instruments/{instrument.id}", done="instrument_retired")
