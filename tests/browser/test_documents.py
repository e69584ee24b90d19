"""Documents in a real browser: what would be refused for its size is said before anything is sent."""

from playwright.sync_api import FilePayload, expect

from app.core.actor import Role
from app.core.settings import settings
from tests.browser.conftest import Opener


def document(size: int) -> FilePayload:
    return {"name": "scan.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4".ljust(size)}


def test_a_file_that_is_too_large_stays_here(visit: Opener) -> None:
    page = visit(Role.social_worker, "fr")
    page.goto("/cases")
    page.locator(".case-card__name").first.click()
    file = page.locator("#f-file")
    expect(file).to_be_attached()
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    file.set_input_files(document(settings().attachment_limit_bytes + 1))
    assert "Mo. " in file.evaluate("field => field.validationMessage")
    page.locator("form.upload button").click()
    assert [url for url in sent if url.endswith("/attachments")] == []
    file.set_input_files(document(100))
    assert file.evaluate("field => field.validationMessage") == ""
