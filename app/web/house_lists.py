"""The coded lists of the trade: their terms in four languages, adding one, correcting its words, retiring it."""

from fastapi import Request
from starlette.responses import Response

from app.auth.deps import CreateDb
from app.core import i18n
from app.core.deps import ExpectedVersion, ReadDb, WriteDb, check_version
from app.vocabularies import queries, service
from app.vocabularies.deps import TermToReword, VocabularyManager
from app.vocabularies.schemas import TermCreate, TermWords
from app.web import face
from app.web.face import PageForm, see
from app.web.rendering import page
from app.web.wording import label

router = face.router()


def _title(name: str) -> str:
    """What a list is called; one that came without words is called by its code."""
    key = f"page.house.list.{name}"
    return i18n.text(key) if i18n.has(key, "en") else name


@router.get("/house/vocabularies")
def list_vocabularies(request: Request, _: VocabularyManager, db: ReadDb) -> Response:
    lists = service.names(db)
    titles = {one["name"]: _title(one["name"]) for one in lists}
    return page(request, "house/vocabularies.html", lists=lists, titles=titles)


@router.get("/house/vocabularies/{name}")
def show_vocabulary(request: Request, _: VocabularyManager, db: ReadDb, name: str) -> Response:
    vocabulary = service.read(db, name)
    above = [(term["code"], label(term)) for term in vocabulary["terms"] if term["parent_code"] is None]
    return page(request, "house/vocabulary.html", vocabulary=vocabulary, above=above, title=_title(name))


@router.post("/house/vocabularies/{name}")
def add_term(actor: VocabularyManager, db: CreateDb, name: str, form: PageForm) -> Response:
    service.add_term(db, actor, name, form.read(TermCreate))
    return see(f"/house/vocabularies/{name}", done="term_added")


@router.get("/house/vocabularies/{name}/{code}")
def show_term(request: Request, _: VocabularyManager, db: ReadDb, name: str, code: str) -> Response:
    """The words as they stand now: what is kept for forms may have been corrected meanwhile."""
    return page(request, "house/term.html", name=name, term=queries.term(db, name, code), title=_title(name))


@router.post("/house/vocabularies/{name}/{code}")
def reword_term(
    actor: VocabularyManager, expected: ExpectedVersion, db: WriteDb, term: TermToReword, form: PageForm
) -> Response:
    check_version(term.version, expected)
    service.reword_term(db, actor, term, form.read(TermWords))
    return see(f"/house/vocabularies/{term.vocabulary}", done="term_reworded")


@router.post("/house/vocabularies/{name}/{code}/retire")
def retire_term(actor: VocabularyManager, db: WriteDb, name: str, code: str) -> Response:
    service.retire_term(db, actor, name, code)
    return see(f"/house/vocabularies/{name}", done="term_retired")


@router.post("/house/vocabularies/{name}/{code}/restore")
def restore_term(actor: VocabularyManager, db: WriteDb, name: str, code: str) -> Response:
    service.restore_term(db, actor, name, code)
    return see(f"/house/vocabularies/{name}", done="term_restored")
