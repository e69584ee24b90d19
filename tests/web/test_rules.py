"""Every page keeps the rules of the house: a test walks them all."""

import inspect
import re
from typing import Any

import pytest
from fastapi import FastAPI

from app.auth.permissions import ROLE_PERMISSIONS
from app.core import deps, i18n
from app.core.http import dependants
from app.core.settings import LANGUAGES
from app.web.navigation import MENUS
from tests.rules.test_audited import FILES
from tests.rules.test_routes import IN_ADDRESSES
from tests.support.pages import ORIGIN, Browser
from tests.support.routes import PAGES, permissions

# What somebody opens before signing in, and what leads in and out.
PUBLIC = {
    "GET /",
    "GET /sign-in",
    "POST /sign-in",
    "POST /sign-out",
    "POST /language",
    "GET /activation",
    "POST /activation",
    "GET /locked",
    "POST /locked",
    "POST /kept",
    "GET /offline",
    "GET /service-worker.js",
}
# Parts of addresses that only pages have: which part of a page is shown, what was done before it.
OF_PAGES = {
    "next",
    "kept",
    "over",
    "language",
    "question",
    "given",
    "by",
    "then",
    "as_kind",
    "ticket",
    "ticked",
}
# They show what the page that asks them has shown, and that it was opened is in the trail.
LOOKED_BEFORE = {"POST /assessments/{assessment_id}/questions"}  # asked anew with each answer that is given


def test_a_page_states_a_permission_or_stands_on_the_public_list() -> None:
    assert {key for key, route in PAGES.items() if not permissions(route)} == PUBLIC


def test_a_permission_that_a_page_asks_for_is_somebodys() -> None:
    given = frozenset().union(*ROLE_PERMISSIONS.values())
    assert [key for key, route in PAGES.items() if not given.issuperset(permissions(route))] == []


def test_opening_a_page_changes_nothing() -> None:
    writing = [
        key
        for key, route in PAGES.items()
        if key.startswith("GET") and deps.unit_of_work in {d.call for d in dependants(route.dependant)}
    ]
    assert writing == []


def test_a_page_that_looks_into_a_file_leaves_its_entry_in_the_trail() -> None:
    """What writes leaves one of its own, which the services' tests ask for."""
    silent = {
        key
        for key, route in PAGES.items()
        if key.partition(" ")[2].startswith(FILES)
        and not any(_writes_or_records(d.call) for d in dependants(route.dependant))
    }
    assert silent == LOOKED_BEFORE


def _writes_or_records(call: Any) -> bool:
    """A dependency that records says so in the names that it uses: `accesses.record`, or a helper `_recorded`."""
    names = call.__code__.co_names if inspect.isfunction(call) else ()
    return call is deps.unit_of_work or any("record" in name for name in names)


def test_a_page_is_opened_or_sent_and_nothing_else() -> None:
    assert {key.split()[0] for key in PAGES} <= {"GET", "POST"}


def test_an_address_of_a_page_holds_no_words_about_people() -> None:
    told = {
        (key, parameter.name)
        for key, route in PAGES.items()
        for d in [route.dependant, *dependants(route.dependant)]
        for parameter in (*d.path_params, *d.query_params)
        if parameter.name not in IN_ADDRESSES | OF_PAGES
    }
    assert told == set()


@pytest.mark.parametrize("key", sorted(key for key in PAGES if key.startswith("POST")))
def test_a_form_without_proof_of_its_origin_is_refused(app: FastAPI, worker: Browser, key: str) -> None:
    path = re.sub(r"\{(\w+)\}", "01920000-0000-7000-8000-000000000000", key.split()[1])
    response = worker.client.post(path, data={"name": "x"}, headers={"Origin": ORIGIN})
    assert response.status_code == 403, key


def test_every_entry_of_a_menu_leads_to_a_page() -> None:
    leads = {entry.path for entries in MENUS.values() for entry in entries}
    assert sorted(leads - {key.removeprefix("GET ") for key in PAGES}) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_pages_say_everything_in_every_language(language: str) -> None:
    """Numbers of things have the grammatical forms of their language, so only the stems are compared."""
    forms = re.compile(r"\.(zero|one|two|few|many|other)$")

    def stems(code: str) -> set[str]:
        return {forms.sub("", key) for key in i18n.catalogue(code) if key.startswith("page.")}

    assert stems(language) == stems("ar")


@pytest.mark.parametrize("language", LANGUAGES)
def test_numbers_of_things_have_every_form_that_the_language_asks_for(language: str) -> None:
    from babel import Locale

    wanted = set(Locale.parse(language).plural_form.tags) | {"other"}
    known = i18n.catalogue(language)
    counted = {
        key.removesuffix(".other") for key in known if key.startswith("page.") and key.endswith(".other")
    }
    lacking = {f"{key}.{form}" for key in counted for form in wanted if f"{key}.{form}" not in known}
    assert lacking == set()
