"""Is this person known? Searches are sent, never written into an address: it would keep a name."""

from collections.abc import Mapping
from typing import Any

from fastapi import Request
from pydantic import ValidationError
from starlette.responses import Response

from app.core.deps import ReadDb
from app.core.text import digits_to_ascii
from app.people import service as people
from app.people.birth import BirthPrecision
from app.people.deps import PeopleSearcher, PersonReader
from app.people.identifiers import IdentifierKind
from app.people.schemas import PersonSearch
from app.web import face, marks
from app.web.face import PageForm, invalid
from app.web.finding import carried
from app.web.forms import Form, validated
from app.web.reception import windows_of
from app.web.rendering import fragment, page

router = face.router()


@router.get("/search")
def search_page(request: Request, actor: PersonReader, db: ReadDb) -> Response:
    return page(request, "worker/search.html", kinds=_kinds(), found=None, windows=windows_of(db, actor))


@router.post("/search")
@marks.only_asks()
def search(request: Request, actor: PeopleSearcher, db: ReadDb, form: PageForm) -> Response:
    """Who of the people registered anywhere may be meant, with the reasons; a part of the page while somebody types."""
    is_typing = "hx-request" in request.headers
    asked = _asked(carried(form))
    # Nobody is refused in the middle of a word; what was sent and finds nobody is not left to look like "not registered".
    wanted = searched(asked) if is_typing else validated(PersonSearch, asked)
    context: dict[str, Any] = {
        "found": people.search(db, actor, wanted) if wanted is not None else None,
        "windows": windows_of(db, actor),
        "asked": form,
    }
    if is_typing:
        return fragment(request, "worker/found.html", **context)
    return page(request, "worker/search.html", kinds=_kinds(), **context)


def _kinds() -> list[IdentifierKind]:
    return [kind for kind in IdentifierKind if kind is not IdentifierKind.NONE]


def searched(asked: Mapping[str, Any]) -> PersonSearch | None:
    """A search, unless it is not enough to find somebody by."""
    try:
        return PersonSearch.model_validate(asked)
    except ValidationError:
        return None


def _asked(form: Form) -> dict[str, Any]:
    sent = form.data()
    asked: dict[str, Any] = {name: sent[name] for name in ("name", "phone") if name in sent}
    if sent.get("identifier", {}).get("value"):
        asked["identifier"] = sent["identifier"]
    if year := digits_to_ascii(sent.get("year", "")):
        if not year.isdigit():
            raise invalid("/year", "bad_format")
        asked["birth"] = {"precision": BirthPrecision.YEAR, "year": int(year)}
    return asked


def of_draft(new_person: Mapping[str, Any] | None) -> PersonSearch | None:
    """The search for somebody of whom a draft tells, in one script: the other is compared with it."""
    told = new_person or {}
    names = (
        [told.get(f"{part}_name_{script}") for part in ("given", "family")] for script in ("ar", "latin")
    )
    asked: dict[str, Any] = {
        "name": next((" ".join(filter(None, name)) for name in names if any(name)), None)
    }
    if told.get("phones"):
        asked["phone"] = told["phones"][0].get("number")
    numbers = [n for n in told.get("identifiers", ()) if n.get("value")]
    if numbers:
        asked["identifier"] = numbers[0]
    # A birth that is still being typed is left out.
    return searched({**asked, "birth": told.get("birth")}) or searched(asked)
