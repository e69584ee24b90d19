"""A page of several forms: what was refused in one is shown there, and the others stay as they were."""

from app.core.db import WriteSession
from app.web.form_on_page import FormOnPage
from app.web.forms import Form
from tests.factories import cases
from tests.factories.world import World
from tests.support.pages import Browser, Page


def values(page: Page, action: str) -> dict[str, str]:
    """What a form would send as it stands, less what belongs to the face."""
    (form,) = page.find(f"//form[@action='{action}']")
    return {name: value for name, value in form.form_values() if not name.startswith("_")}


def test_what_was_typed_stands_in_the_form_that_it_was_typed_into_alone() -> None:
    sent = Form([("name", "Autre"), ("_once", "1")])
    sent.point([{"pointer": "/name", "message": "no"}])
    shown = FormOnPage(sent, "/there", is_stale=False)
    shown.begin("/elsewhere")
    assert (bool(shown), shown.value("name"), shown.error("name")) == (False, None, None)
    shown.begin("/there?tab=2")
    assert (bool(shown), shown.value("name"), shown.error("name")) == (True, "Autre", "no")


def test_a_refused_change_of_the_password_leaves_the_other_forms_alone(worker: Browser) -> None:
    fresh = worker.open("/account")
    refused = fresh.send("/account/password", current_password="not mine at all", password="short")
    assert refused.status in {401, 422}
    assert values(refused, "/sign-out") == values(fresh, "/sign-out")
    proofs = [p.get("value") for p in refused.find("//input[@name='_once']")]
    assert len(proofs) == len(set(proofs))


def test_a_stale_form_keeps_what_was_typed_and_can_be_sent_again(
    worker: Browser, db: WriteSession, world: World
) -> None:
    cases.define_terms(db)
    case = cases.case(db, world.worker)
    db.commit()
    page = worker.open(f"/cases/{case.id}/edit")
    worker.open(f"/cases/{case.id}/edit").send(f"/cases/{case.id}/edit", summary="Un premier mot (exemple).")
    stale = page.send(f"/cases/{case.id}/edit", summary="Un second mot (exemple).")
    assert stale.status == 412
    assert "Un second mot (exemple)." in stale.text
    again = stale.send(f"/cases/{case.id}/edit")
    assert (again.status, again.path) == (200, f"/cases/{case.id}")
    db.expire_all()
    assert case.summary == "Un second mot (exemple)."


def test_a_proof_made_from_nothing_is_none(browser: Browser) -> None:
    browser.client.cookies.set("__Host-visitor", "", domain="testserver.local", path="/")
    page = browser.open("/sign-in")
    proof = page.find("//form[@action='/sign-in']//input[@name='_proof']")[0].get("value")
    browser.client.cookies.clear()
    told = {"_proof": proof, "username": "a@b.example", "password": "x"}
    assert browser.client.post("/sign-in", data=told, headers={"Origin": "null"}).status_code == 403


def test_a_refused_form_that_names_no_page_of_ours_is_answered_with_a_page(browser: Browser) -> None:
    page = browser.open("/sign-in")
    proof = page.find("//input[@name='_proof']")[0].get("value")
    for place in ("/nothing-there", "/lock", "//evil.example", "/api/v1/openapi.json", "/static/star.svg"):
        told = {"_proof": proof, "_page": place, "language": "xx"}
        response = browser.client.post("/language", data=told, headers={"Origin": "https://testserver"})
        assert response.status_code == 422, place
        assert response.headers["content-type"].startswith("text/html"), place


def test_files_are_read_from_nobody_who_has_not_signed_in(browser: Browser) -> None:
    files = {"file": ("a.pdf", b"%PDF-1.4", "application/pdf")}
    response = browser.client.post(
        "/people/01920000-0000-7000-8000-000000000000/attachments",
        files=files,
        headers={"Origin": "https://testserver"},
        follow_redirects=False,
    )
    assert (response.status_code, response.headers["location"]) == (303, "/sign-in")
