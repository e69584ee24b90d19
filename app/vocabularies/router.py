from fastapi import APIRouter, Response

from app.core.deps import ReadDb, WriteDb
from app.core.http import ApiRoute, answer
from app.vocabularies import service
from app.vocabularies.deps import ReferenceReader, TermToReword, VocabularyManager
from app.vocabularies.schemas import TermWords, VocabularyList, VocabularyOut

router = APIRouter(route_class=ApiRoute, tags=["vocabularies"])


@router.get("/vocabularies", response_model=VocabularyList)
def list_vocabularies(_: ReferenceReader, db: ReadDb) -> Response:
    """The names of all coded lists. Records hold codes; ask for a list to show their words."""
    return answer({"items": service.names(db)})


@router.get("/vocabularies/{name}", response_model=VocabularyOut)
def get_vocabulary(_: ReferenceReader, db: ReadDb, name: str) -> Response:
    """One list with its words in every language, in the order of display.

    Retired codes are included, because old records still hold them; offer only the others for choice. A code
    that is new may take half a minute to appear.
    """
    return answer(service.read(db, name))


@router.post("/vocabularies/{name}/terms/{code}/reword", status_code=204)
def reword_term(actor: VocabularyManager, db: WriteDb, term: TermToReword, data: TermWords) -> None:
    """Correct what a code of an open list is called, in all languages at once; retired codes too.

    Of two corrections the later one stands, and the trail tells of both. Who reads the list may see the former words for half a minute more.
    """
    service.reword_term(db, actor, term, data)
