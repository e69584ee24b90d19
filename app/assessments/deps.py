from typing import Annotated, Any

from fastapi import Depends, Request

from app.assessments import queries
from app.assessments.models import Assessment
from app.auth.deps import allowed
from app.auth.permissions import Permission
from app.core.actor import Actor
from app.core.deps import ReadDb, WriteDb
from app.core.ids import AssessmentId

AssessmentReader = Annotated[Actor, Depends(allowed(Permission.assessment_read))]
AssessmentWriter = Annotated[Actor, Depends(allowed(Permission.assessment_write))]


def _to_write(actor: AssessmentWriter, db: WriteDb, assessment_id: AssessmentId) -> Assessment:
    return queries.get(db, actor, assessment_id)


def _visible(actor: AssessmentReader, db: ReadDb, assessment_id: AssessmentId) -> dict[str, Any]:
    return queries.read(db, actor, assessment_id)


async def _seen(
    request: Request,
    actor: AssessmentReader,
    found: Annotated[dict[str, Any], Depends(_visible, scope="function")],
) -> dict[str, Any]:
    person_id = found["person_id"]
    await request.app.state.accesses.record(actor, "assessment:read", "assessment", found["id"], person_id)
    return found


# For what a form asks while somebody answers in it: that it was opened is on record already, and each answer is no
# further look into the file.
AssessmentAsked = Annotated[dict[str, Any], Depends(_visible, scope="function")]
AssessmentToWrite = Annotated[Assessment, Depends(_to_write, scope="function")]
AssessmentSeen = Annotated[dict[str, Any], Depends(_seen, scope="function")]
