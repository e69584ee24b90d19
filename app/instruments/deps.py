from typing import Annotated

from fastapi import Depends, File, UploadFile

from app.auth.deps import allowed
from app.auth.permissions import Permission
from app.core.actor import Actor
from app.core.deps import WriteDb
from app.core.http import refuses
from app.core.ids import InstrumentId
from app.instruments import queries, service
from app.instruments.errors import InstrumentInvalid, InstrumentTooLarge, InstrumentUnreadable
from app.instruments.models import Instrument
from app.instruments.schemas import InstrumentSource
from app.instruments.service import Compiled
from app.instruments.workbook import MAX_SOURCE

InstrumentReader = Annotated[Actor, Depends(allowed(Permission.instrument_read))]
InstrumentPublisher = Annotated[Actor, Depends(allowed(Permission.instrument_publish))]


@refuses(InstrumentInvalid, InstrumentUnreadable, InstrumentTooLarge)
def _from_sheets(_: InstrumentPublisher, data: InstrumentSource) -> Compiled:
    """Compile outside the write turn: it takes as long as several writes."""
    return service.compiled(data.source.encode(), data.kind)


@refuses(InstrumentInvalid, InstrumentUnreadable, InstrumentTooLarge)
def _from_workbook(
    _: InstrumentPublisher, file: Annotated[UploadFile, File(description="An XLSForm in .xlsx format.")]
) -> Compiled:
    return service.compiled(file.file.read(MAX_SOURCE + 1), "xlsx")


def _to_retire(_: InstrumentPublisher, db: WriteDb, instrument_id: InstrumentId) -> Instrument:
    return queries.get(db, instrument_id)


CompiledSheets = Annotated[Compiled, Depends(_from_sheets)]
CompiledWorkbook = Annotated[Compiled, Depends(_from_workbook)]
InstrumentToRetire = Annotated[Instrument, Depends(_to_retire, scope="function")]
