"""Documents in a real browser: what would be refused for its size is said before anything is sent, and what is being
written beside them stays."""

from pathlib import Path

from playwright.sync_api import FilePayload, expect

from app.core.actor import Role
from app.core.settings import settings
from tests.browser.conftest import Opener, Watch

PDF: FilePayload = {"name": "scan.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4".ljust(100)}
NO_DOCUMENT: FilePayload = {"name": "tool.pdf", "mimeType": "application/pdf", "buffer": b"MZ\x00\x01"}


def test_a_file_that_is_too_large_stays_here(visit: Opener, tmp_path: Path) -> None:
    scan = tmp_path / "scan.pdf"
    with scan.open("wb") as file:
        file.truncate(settings().attachment_limit_bytes + 1)
    page = visit(Role.social_worker, "fr")
    page.goto("/cases")
    page.locator(".case-card__name").first.click()
    field = page.locator("#f-file")
    expect(field).to_be_attached()
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    field.set_input_files(scan)
    assert "Mo. " in field.evaluate("field => field.validationMessage")
    page.locator("form.upload button").click()
    assert [url for url in sent if url.endswith("/attachments")] == []
    field.set_input_files(PDF)
    assert field.evaluate("field => field.validationMessage") == ""


def test_what_is_being_written_outlives_a_document_that_is_added_refused_and_removed(
    visit: Opener, watch: Watch
) -> None:
    page = visit(Role.partner_agent, "fr")
    page.goto("/inbox?box=in_progress")
    page.locator(".received .button").first.click()
    page.locator("#f-text").fill("un message que j'écris")
    documents = page.locator("#documents")
    known = documents.locator("li").count()
    documents.locator("#f-file").set_input_files(PDF)
    documents.locator("form.upload button").click()
    expect(documents.locator("li")).to_have_count(known + 1)
    expect(documents.locator(".banner--done")).to_be_focused()
    documents.locator("#f-file").set_input_files(NO_DOCUMENT)
    documents.locator("form.upload button").click()
    expect(documents.locator("#refusal")).to_be_focused()
    assert len(watch.troubles) == 1
    assert watch.troubles.pop().startswith("415 ")
    documents.locator("details.remove summary").first.click()
    documents.locator("details.remove button").first.click()
    expect(documents.locator("li")).to_have_count(known)
    expect(page.locator("#f-text")).to_have_value("un message que j'écris")


def test_what_cannot_be_sent_says_so_and_stays(visit: Opener, watch: Watch) -> None:
    page = visit(Role.partner_agent, "fr")
    page.goto("/inbox?box=in_progress")
    page.locator(".received .button").first.click()
    page.locator("#f-text").fill("un message que j'écris")
    page.context.set_offline(True)
    page.locator("#f-file").set_input_files(PDF)
    page.locator("form.upload button").click()
    expect(page.locator("[data-lost]")).to_contain_text("connexion perdue")
    expect(page.locator("#f-text")).to_have_value("un message que j'écris")
