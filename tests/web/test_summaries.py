"""What is wrong with a form is told in a summary: each line begins with the label of a field and leads to it."""

import re
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute, iter_route_contexts
from lxml import html

from app.assessments.schemas import AssessmentUpdate
from app.core import i18n
from app.core.actor import Role
from app.core.db import WriteSession
from app.core.errors import InvalidInput
from app.core.fields import RequiredLine
from app.core.schemas import Change
from app.core.settings import LANGUAGES
from app.intake.models import Interview
from app.intake.schemas import InterviewUpdate
from app.people.household_schemas import HouseholdChange
from app.web.form_on_page import FormOnPage
from app.web.forms import Form
from tests.factories import people
from tests.factories.world import World
from tests.support.pages import Browser
from tests.support.served import ROLES, Served
from tests.web.test_style import TEMPLATES

REQUIRED = ".//*[@required and not(@type = 'hidden')]"


def said(element: Any) -> str:
    return " ".join(element.text_content().split())


def labels(form: Any) -> set[str]:
    """What the fields of a form are called, less the word beside those that may be left blank."""
    for mark in form.xpath(".//*[@class = 'field__optional']"):
        mark.drop_tree()
    return {said(label) for label in form.xpath(".//label | .//legend | .//h2")}


def emptied(document: Any) -> Iterator[tuple[Any, dict[str, list[str]]]]:
    """Each form of a page in which something is required, and what it sends when all of that is left blank.

    Of round buttons one that is chosen stays so: a browser cannot take it back.
    """
    for form in document.xpath("//form[@method = 'post' and @action]"):
        stays = set(form.xpath(".//input[@type = 'radio' and @checked]/@name"))
        required = {field.get("name") for field in form.xpath(REQUIRED)} - stays
        if required and not form.xpath(".//input[@type = 'file' or @type = 'password']"):
            chosen = set(form.xpath(".//input[@type = 'radio' or @type = 'checkbox']/@name"))
            sent: dict[str, list[str]] = {}
            for name, value in form.form_values():
                if name not in required:
                    sent.setdefault(name, []).append(value)
                elif name not in chosen:
                    sent[name] = [""]
            yield form, sent


def untold(client: httpx2.Client, address: str, form: Any, sent: dict[str, list[str]]) -> list[str]:
    """The lines of the summary that name no field of the form, or lead to none."""
    answer = client.post(form.get("action"), data=sent, headers={"Origin": str(client.base_url)})
    if answer.status_code != 422:
        return [f"{address}: {form.get('action')} takes what was emptied: {answer.status_code}"]
    shown: Any = html.document_fromstring(answer.content.decode())
    lines = shown.xpath("//*[@id = 'refusal']//li/a")
    (again,) = shown.xpath("//form[@action = $to][1]", to=form.get("action"))[:1] or [form]
    known = labels(again)
    told = shown.xpath("//*[@id = 'refusal']//li")
    wrong = [] if told else [f"{address}: {form.get('action')} has no summary"]
    for line in lines:
        leads = shown.xpath("//*[@id = $id]", id=line.get("href").removeprefix("#"))
        if not leads or not any(said(line).startswith(label) for label in known if label):
            wrong.append(f"{address}: {form.get('action')} says {said(line)!r} at {line.get('href')}")
    return wrong


@pytest.mark.parametrize("role", [role for role in ROLES if role is not None])
def test_what_is_left_blank_or_emptied_is_refused_and_the_summary_names_each_field(
    served: Served, role: Role
) -> None:
    seen: set[str] = set()
    wrong: list[str] = []
    with served.client(role) as client:
        for found in served.walk(role):
            if found.document is None or found.kind in seen:
                continue
            seen.add(found.kind)
            page = html.document_fromstring(client.get(found.address).content.decode())
            for form, sent in emptied(page):
                wrong += untold(client, found.address, form, sent)
    assert seen
    assert wrong == []


@pytest.fixture(params=LANGUAGES)
def spoken(request: pytest.FixtureRequest) -> Iterator[str]:
    before = i18n.language.set(request.param)
    yield request.param
    i18n.language.reset(before)


def test_a_set_of_boxes_and_a_number_say_what_has_to_be_done(spoken: str) -> None:
    sent = Form([("size:int", "many")])
    number = {"pointer": "/size", "code": "wrong_type", "message": "no"}
    boxes = {"pointer": "/boxes", "code": "missing", "message": "no"}
    sent.point([number, boxes])
    shown = FormOnPage(sent, "/there", is_stale=False)
    shown.begin("/there")
    shown.label("size:int", "Size")
    shown.label("boxes[]", "Boxes")
    assert shown.error("size:int") == i18n.text("page.form.whole_number")
    assert shown.summary([boxes]) == [
        {"at": "f-boxes", "about": "Boxes", "why": i18n.text("page.form.tick_one")}
    ]


def test_what_is_wrong_with_one_of_a_list_is_told_of_the_list() -> None:
    shown = FormOnPage(Form([("boxes[]", "x")]), "/there", is_stale=False)
    shown.label("boxes[]", "Boxes")
    wrong = {"pointer": "/boxes/0", "code": "unknown", "message": "no"}
    assert shown.summary([wrong]) == [{"at": "f-boxes", "about": "Boxes", "why": "no"}]


def test_the_reception_says_which_field_is_needed(worker: Browser, intake_terms: None) -> None:
    page = worker.open("/reception")
    (form,) = page.find("//form[.//*[@name='first_name']]")
    refused = page.send(form.get("action"), first_name="")
    assert [said(line) for line in refused.find("//*[@id='refusal']//li/a")] == [
        "الاسم الشخصي: هذه الخانة ضرورية. املأها.",
        "سبب الحضور: اختر جوابا.",
    ]


def test_a_set_of_boxes_asks_for_one_at_least(
    worker: Browser, db: WriteSession, world: World, intake_terms: None
) -> None:
    person = people.person(db, world.worker, world.here)
    db.commit()
    at = f"/people/{person.id}/consents"
    refused = worker.open(at).send(at, decision="given", form="signature")
    (line,) = refused.find("//*[@id='refusal']//li/a")
    assert said(line).endswith(": اختر واحدا على الأقل.")
    assert refused.find("//fieldset[@id = $at]", at=line.get("href")[1:])


def test_a_number_asks_for_a_whole_number(
    worker: Browser, db: WriteSession, world: World, intake_terms: None
) -> None:
    person = people.person(db, world.worker, world.here)
    db.commit()
    at = f"/people/{person.id}/edit"
    refused = worker.open(at).send(at, birth__precision="year", birth__year="many")
    lines = [said(line) for line in refused.find("//*[@id='refusal']//li/a")]
    assert any(line.endswith(": اكتب عددا صحيحا بالأرقام.") for line in lines), lines


def test_what_is_too_long_is_refused_in_words_and_kept(worker: Browser, intake_terms: None) -> None:
    page = worker.open("/reception")
    (form,) = page.find("//form[.//*[@name='first_name']]")
    assert not form.xpath(".//*[@name='first_name']/@maxlength")
    refused = page.send(form.get("action"), first_name="ن" * 500, reason="first_visit")
    (line,) = refused.find("//*[@id='refusal']//li/a")
    assert said(line).startswith("الاسم الشخصي: ")
    assert "100" in said(line)
    assert refused.find("//input[@name='first_name']/@value") == ["ن" * 500]


def test_no_field_for_words_is_cut_by_the_browser() -> None:
    """What is too long is refused in words; `maxlength` is for what a browser writes by itself."""
    cut = {
        f"{path.parent.name}/{path.name}: {field}"
        for path in TEMPLATES.rglob("*.html")
        for field in re.findall(r"<(?:input|textarea)[^>]*\smaxlength=[^>]*>", path.read_text("utf-8"))
        if not re.search(r'type="(datetime-local|search)"', field)
    }
    assert {field.partition(":")[0] for field in cut} == {"parts/fields.html"}


@pytest.mark.parametrize(
    ("field", "most"), [("narrative", "10000"), ("conclusion_note", "10000"), ("sharing.witness", "200")]
)
def test_what_is_too_long_in_an_interview_is_told_under_its_question(
    worker: Browser, draft: Interview, field: str, most: str
) -> None:
    at = f"/interviews/{draft.id}"
    how = {
        "consent__referral": "given",
        "sharing__form": "oral_with_witness",
        "sharing__categories": ["identity"],
    }
    page = worker.open(at).send(at, **{**how, field: "ن" * (int(most) + 1)})
    assert page.status == 422
    (line,) = page.find("//*[@id='refusal']//li/a")
    (label,) = page.find("//label[@for = $id]", id=line.get("href").removeprefix("#"))
    assert said(line).startswith(said(label))
    assert most in said(line)


class Words(Change):
    words: RequiredLine | None = None
    note: str | None = None


def test_what_was_emptied_in_a_form_of_a_change_is_missing() -> None:
    form = Form([("_version", ""), ("words", "  "), ("note", ""), ("other", "")])
    with pytest.raises(InvalidInput) as refusal:
        form.read(Words, note=None)  # which may be emptied
    assert refusal.value.details["errors"] == [{"pointer": "/words", "code": "missing"}]
    assert Form([("words", "مثال")]).read(Words).changes() == {"words": "مثال"}
    assert Form([]).read(Words).changes() == {}  # a form that does not show a field leaves it alone


def test_whatever_a_patch_takes_is_a_change(app: FastAPI) -> None:
    """So that a page that reads one from its form cannot take an emptied field for one that stays."""
    bodies: set[Any] = {
        field.field_info.annotation
        for context in iter_route_contexts(app.routes)
        if "PATCH" in (context.methods or ()) and isinstance(context.original_route, APIRoute)
        for field in context.original_route.dependant.body_params
    }
    of_their_own = {
        InterviewUpdate,  # drafts: their pages say what a blank field empties
        AssessmentUpdate,
        HouseholdChange,  # one of its two has to be told
    }
    assert {body for body in bodies if not issubclass(body, Change)} == of_their_own
