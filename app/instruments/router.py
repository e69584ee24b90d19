from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from app.auth.deps import CreateDb
from app.core import clock
from app.core.deps import PageQuery, ReadDb, WriteDb
from app.core.http import ApiRoute, answer, page_answer, refuses
from app.core.ids import InstrumentId
from app.core.settings import settings
from app.instruments import presentation, queries, service
from app.instruments.deps import (
    CompiledSheets,
    CompiledWorkbook,
    InstrumentPublisher,
    InstrumentReader,
    InstrumentToRetire,
)
from app.instruments.evaluation import evaluate
from app.instruments.schemas import AnswersToTry, EvaluationOut, InstrumentOut, InstrumentPage

router = APIRouter(route_class=ApiRoute, tags=["instruments"])


def _published(db: CreateDb, actor: InstrumentPublisher, source: service.Compiled) -> Response:
    instrument = service.keep(db, actor, source)
    return answer(queries.read(db, instrument.id), 201, location=f"/api/v1/instruments/{instrument.id}")


@router.post("/instruments", response_model=InstrumentOut, status_code=201)
@refuses(service.InstrumentVersionExists)
def publish_instrument(actor: InstrumentPublisher, source: CompiledSheets, db: CreateDb) -> Response:
    """Publish a questionnaire written as Markdown tables (XLSForm) as an immutable version.

    A source that cannot be evaluated is refused with all problems of one pass; their pointers name the sheet and
    the row, `/survey/12`. To change a published version, raise `version` in the sheet `settings` and publish again.
    """
    return _published(db, actor, source)


@router.post("/instruments/workbooks", response_model=InstrumentOut, status_code=201)
@refuses(service.InstrumentVersionExists)
def publish_workbook(actor: InstrumentPublisher, source: CompiledWorkbook, db: CreateDb) -> Response:
    """Publish a questionnaire from an .xlsx workbook (XLSForm), under the same rules; the body is a form."""
    return _published(db, actor, source)


@router.get("/instruments", response_model=InstrumentPage)
def list_instruments(
    request: Request,
    _: InstrumentReader,
    db: ReadDb,
    page: PageQuery,
    code: Annotated[str | None, Query(max_length=64, description="Only this instrument.")] = None,
    every_version: Annotated[bool, Query(description="Earlier and retired versions too.")] = False,
) -> Response:
    """The current version of each instrument, by code. Retired versions are left out unless asked for."""
    return page_answer(request, queries.page(db, page, code=code, every_version=every_version))


@router.get("/instruments/{instrument_id}", response_model=InstrumentOut)
def get_instrument(_: InstrumentReader, db: ReadDb, instrument_id: InstrumentId) -> Response:
    """One version with all that is needed to draw it: questions, choices and texts in every language.

    Expressions are given as authored. A face that does not evaluate them itself asks `evaluations` what to show.
    """
    return answer(queries.read(db, instrument_id))


@router.post("/instruments/{instrument_id}/retire", response_model=InstrumentOut)
def retire_instrument(actor: InstrumentPublisher, db: WriteDb, instrument: InstrumentToRetire) -> Response:
    """Take a version out of new assessments; those begun with it can be completed. Retiring twice changes nothing."""
    service.retire(db, actor, instrument)
    db.flush()
    return answer(queries.read(db, instrument.id))


@router.post("/instruments/{instrument_id}/evaluations", response_model=EvaluationOut)
def try_answers(_: InstrumentReader, db: ReadDb, instrument_id: InstrumentId, data: AnswersToTry) -> Response:
    """Evaluate answers without keeping anything: what is to be shown, missing, wrong, and what would follow.

    For a form that reacts while it is being filled, and for authors who try their rules.
    """
    form = queries.form(db, instrument_id)
    today = clock.today(settings().time_zone)
    return answer(presentation.shown(form, evaluate(form, data.answers, today=today, complete=False)))
