from typing import Annotated

from fastapi import Depends

from app.auth.deps import allowed
from app.auth.permissions import Permission
from app.core.actor import Actor
from app.core.deps import WriteDb
from app.core.errors import NotFound
from app.core.http import refuses
from app.vocabularies import queries
from app.vocabularies.models import Term

VocabularyManager = Annotated[Actor, Depends(allowed(Permission.vocabulary_manage))]
ReferenceReader = Annotated[Actor, Depends(allowed(Permission.reference_read))]


@refuses(NotFound)
def _to_reword(_: VocabularyManager, db: WriteDb, name: str, code: str) -> Term:
    return queries.to_change(db, name, code)


TermToReword = Annotated[Term, Depends(_to_reword, scope="function")]
