from fastapi import APIRouter, Response

from app.core.deps import ExpectedVersion, ReadDb, WriteDb, check_version
from app.core.errors import NotFound
from app.core.http import ApiRoute, answer, refuses
from app.vocabularies import queries, service
from app.vocabularies.deps import ReferenceReader, TermToReword, VocabularyManager
from app.vocabularies.schemas import TermNow, TermWords, VocabularyList, VocabularyOut

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


@router.get("/vocabularies/{name}/terms/{code}", response_model=TermNow)
@refuses(NotFound)
def get_term(_: ReferenceReader, db: ReadDb, name: str, code: str) -> Response:
    """One code of an open list with its words as they stand now, for correcting them."""
    term = queries.term(db, name, code)
    return answer(term, version=term["version"])


@router.post("/vocabularies/{name}/terms/{code}/reword", status_code=204)
def reword_term(
    actor: VocabularyManager, expected: ExpectedVersion, db: WriteDb, term: TermToReword, data: TermWords
) -> None:
    """Correct what a code of an open list is called, in all languages at once; retired codes too.

    Who reads the list may see the former words for half a minute more.
    """
    check_version(term.version, expected)
    service.reword_term(db, actor, term, data)
