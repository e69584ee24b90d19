"""The box at the head of every page: a number of a case or of a referral, or somebody's name.

It is sent and not asked for in an address: names are typed there too.
"""

import re
from typing import Any

from fastapi import Request
from starlette.responses import RedirectResponse, Response

from app.cases import numbers
from app.cases import queries as cases
from app.cases.deps import CaseReader
from app.core.actor import Actor
from app.core.db import ReadSession
from app.core.deps import ReadDb
from app.core.errors import NotFound
from app.core.text import digits_to_ascii
from app.people.deps import PersonReader
from app.people.identifiers import IdentifierKind
from app.referrals import naming
from app.referrals.deps import ReferralReader
from app.web import face
from app.web.face import PageForm, see
from app.web.forms import Form
from app.web.reception import windows_of
from app.web.rendering import page
from app.windows import queries as windows

router = face.router()

_SEQUENCE = re.compile(r"[0-9]{1,6}")
_REFERENCE = re.compile(r"[0-9]{4}[ -]?[0-9]{4}")
_PHONE = re.compile(r"[+]?[0-9][0-9 .()-]{7,20}[0-9]")
_CARD = re.compile(r"[A-Za-z]{1,2} ?[0-9]{4,7}")


@router.get("/search/number")
def number_page(_: PersonReader) -> Response:
    """What was sent here leads elsewhere; loaded again, it is the question itself."""
    return see("/search")


@router.post("/search/number")
def search_number(
    request: Request, actor: PersonReader, _: CaseReader, __: ReferralReader, db: ReadDb, form: PageForm
) -> Response:
    """The way to what a number means, or with what was typed to the search for a person.

    That the file was opened is recorded by its own page.
    """
    said = digits_to_ascii(form.value("number") or "").strip()
    if not said:
        return see("/search")
    if form.value("person") or not _is_number(said):
        return RedirectResponse("/search", 307)  # sent on as it was sent here: a name stays out of addresses
    ways = _ways(db, actor, said)
    if len(ways) == 1:
        return see(ways[0]["path"])
    return page(request, "worker/which_number.html", said=said, ways=ways)


def _is_number(said: str) -> bool:
    """Of a case or a referral; telephones and cards are a person's."""
    return any(c.isdigit() for c in said) and not _of_a_person(said)


def _of_a_person(said: str) -> str | None:
    """The field of the search for a person that something with digits belongs to."""
    if _CARD.fullmatch(said):
        return "identifier.value"
    return "phone" if _PHONE.fullmatch(said) and not _REFERENCE.fullmatch(said) else None


def _ways(db: ReadSession, actor: Actor, said: str) -> list[dict[str, str]]:
    """The cases and the referral that a number may mean, of those that may be seen."""
    wanted = [said]
    if _SEQUENCE.fullmatch(said):
        served = windows_of(db, actor)
        wanted = [numbers.make(w["code"], windows.today(db, w["id"]).year, int(said)) for w in served]
    ways = [
        {"path": f"/cases/{case['id']}", "number": str(case["number"])} for case in _cases(db, actor, wanted)
    ]
    if _REFERENCE.fullmatch(said):
        told = re.sub("[^0-9]", "", said)
        found = naming.by_reference(db, actor, told)
        ways += [{"path": f"/referrals/{one}", "number": naming.reference(one)} for one in found]
    return ways


def _cases(db: ReadSession, actor: Actor, wanted: list[str]) -> list[dict[str, Any]]:
    found = []
    for number in wanted:
        try:
            found.append(cases.by_number(db, actor, number))
        except NotFound:
            continue
    return found


def carried(form: Form) -> Form:
    """What was typed at the head of a page, as if it had been typed into the search for a person; any other form as it is."""
    said = (form.value("number") or "").strip()
    if not said:
        return form
    field = _of_a_person(digits_to_ascii(said)) or "name"
    form.fields = [("_page", "/search"), ("identifier.kind", IdentifierKind.CIN.value), (field, said)]
    return form
