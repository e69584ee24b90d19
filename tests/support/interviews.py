"""Writing an interview on its pages, as tests do it."""

from typing import Any

from app.core.db import WriteSession
from app.intake.models import Interview
from tests.support.pages import ORIGIN, Browser, Page

WHOLE = {
    "narrative": "تبحث عن سكن (مثال).",
    "new_person__given_name_ar": "مثالية",
    "new_person__family_name_ar": "الاختبار",
    "needs": ["housing", "income"],
    "urgency": "urgent",
    "channel": "walk_in",
    "conclusion": "case_opened",
}


def fresh(db: WriteSession, row: Any) -> Any:
    """A row as it stands now."""
    db.expire_all()
    return db.get_one(type(row), row.id)


def write(browser: Browser, draft: Interview, **fields: Any) -> Page:
    """Fill in the dense form and press its button."""
    return browser.open(f"/interviews/{draft.id}").send(f"/interviews/{draft.id}", **fields)


def autosaved(browser: Browser, draft: Interview, version: int, to: str = "", **fields: str) -> Any:
    """What the page sends by itself while somebody writes, as it is opened now."""
    return autosaves(browser.open(f"/interviews/{draft.id}{to}"), _version=str(version), **fields)


def autosaves(page: Page, **fields: str | list[str]) -> Any:
    """What a page that was opened sends by itself while somebody writes into it; a list for several boxes."""
    (form,) = page.find("//form[@id='intake']")
    told: dict[str, list[str]] = {}
    for name, value in form.form_values():
        told.setdefault(name, []).append(value)
    told |= {name: value if isinstance(value, list) else [value] for name, value in fields.items()}
    return page.browser.client.post(form.get("data-autosave"), data=told, headers={"Origin": ORIGIN})
