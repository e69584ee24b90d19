"""A browser without scripts: keeps its cookies, sends forms as they stand on the page, and holds every page to the rules."""

import re
from typing import Any

from fastapi import FastAPI
from fastapi.testclient import TestClient
from lxml import html

from app.auth import tokens
from app.auth.models import UserSession
from app.core.actor import Actor
from app.core.clock import now
from app.core.db import WriteSession
from app.web import cookies
from tests.support.walking import pattern_of

KEY = re.compile(r"\b(page|enum|error|field|blocker|notice)\.[A-Za-z_]+(\.[A-Za-z_]+)*")
RIGHT_TO_LEFT = {"ar", "fa"}
ORIGIN = "https://testserver"


class Page:
    """One page that was opened, as a person would read and use it."""

    def __init__(self, browser: "Browser", response: Any) -> None:
        self.browser, self.response = browser, response
        self.status: int = response.status_code
        self.path: str = response.request.url.path
        self.document: Any = html.document_fromstring(response.content.decode())

    @property
    def text(self) -> str:
        """What stands on the page, blanks folded."""
        return " ".join(self.document.xpath("string(//body)").split())

    def find(self, path: str, **values: str) -> list[Any]:
        found: list[Any] = self.document.xpath(path, **values)
        return found

    def link(self, words: str) -> str:
        """Where the first link with these words leads."""
        for link in self.find("//a[@href]"):
            if words in " ".join(link.text_content().split()):
                return str(link.get("href"))
        raise AssertionError(f"no link says {words!r}")

    def follow(self, words: str) -> "Page":
        return self.browser.open(self.link(words))

    def send(self, action: str, **fields: Any) -> "Page":
        """Fill in and send the form that goes to an address; `__` in a name stands for a dot, a list for several values."""
        sendable = self.find("//form[translate(@method, 'POST', 'post') = 'post']")
        forms = [
            form
            for form in sendable
            if form.get("action") == action or form.xpath(".//button[@formaction = $to]", to=action)
        ]
        assert forms, f"no form goes to {action}: {[form.get('action') for form in sendable]}"
        values = [(name, value) for name, value in forms[0].form_values()]
        for name, value in fields.items():
            told = name.replace("__", ".")
            values = [(known, v) for known, v in values if known.partition(":")[0].removesuffix("[]") != told]
            field = next(
                (
                    f.get("name")
                    for f in forms[0].xpath(".//*[@name]")
                    if f.get("name").partition(":")[0].removesuffix("[]") == told
                ),
                told,
            )
            values += [(field, str(one)) for one in (value if isinstance(value, list | tuple) else [value])]
        sent: dict[str, list[str]] = {}
        for name, value in values:
            sent.setdefault(name, []).append(value)
        return self.browser.post(action, sent)

    def attach(self, action: str, name: str, content: bytes) -> "Page":
        """Choose a file in the form that goes to an address, and send it."""
        (form,) = self.find(f"//form[@action='{action}' and @enctype='multipart/form-data']")
        assert form.xpath(".//input[@type='file' and @name='file']")
        return self.browser.post(action, dict(form.form_values()), {"file": (name, content)})


class Browser:
    """One person's browser."""

    def __init__(self, app: FastAPI, language: str = "ar") -> None:
        self.client = TestClient(
            app, base_url=ORIGIN, headers={"Accept-Language": language, "Accept": "text/html"}
        )

    def sign_in_as(self, db: WriteSession, actor: Actor, language: str | None = None) -> "Browser":
        """Hold the key of the session that was opened for the actor, and that is used now, whenever it was opened."""
        from app.auth.models import User

        key = tokens.new_refresh_token()
        assert actor.session_id is not None
        session = db.get_one(UserSession, actor.session_id)
        session.page_key_hash, session.last_used_at = tokens.fingerprint(key), now()
        if language:
            db.get_one(User, actor.user).language = language
        db.commit()
        self.client.cookies.set(cookies.SESSION, key, domain="testserver.local", path="/")
        return self

    def open(self, path: str, *, status: int = 200) -> Page:
        response = self.client.get(path)
        page = Page(self, response)
        assert page.status == status, f"{path}: {page.status} {page.text[:300]}"
        check(page)
        return page

    def post(
        self, path: str, fields: dict[str, Any], files: dict[str, tuple[str, bytes]] | None = None
    ) -> Page:
        response = self.client.post(path, data=fields, files=files, headers={"Origin": ORIGIN})
        page = Page(self, response)
        # A form that answers with a page of its own: loaded again, or in another language, its address is asked for.
        is_its_own = page.status == 200 and not response.history
        assert not is_its_own or pattern_of(path), f"{path} answers with a page that cannot be asked for"
        check(page)
        return page


def check(page: Page) -> None:
    """What holds for every page: language, one heading that is in the title, labels, ids, proofs, words, no inline code."""
    where, document = page.path, page.document
    language = document.get("lang")
    assert language in {"ar", "fr", "en", "fa"}, where
    assert document.get("dir") == ("rtl" if language in RIGHT_TO_LEFT else "ltr"), where
    headings = document.xpath("//h1")
    assert len(headings) == 1, f"{where}: {len(headings)} h1"
    heading = " ".join(headings[0].text_content().split())
    title = " ".join(document.xpath("string(//title)").split())
    assert heading in title, f"{where}: {heading!r} is not in {title!r}"
    ids = document.xpath("//@id")
    assert len(ids) == len(set(ids)), f"{where}: {sorted({i for i in ids if ids.count(i) > 1})} twice"
    for form in document.xpath("//form[translate(@method, 'POST', 'post') = 'post']"):
        assert form.xpath(".//input[@name = '_proof']"), f"{where}: {form.get('action')} has no proof"
    for field in document.xpath("//input[not(@type = 'hidden')] | //select | //textarea"):
        named = field.get("aria-label") or field.get("aria-labelledby") or field.xpath("ancestor::label")
        named = named or (field.get("id") and document.xpath("//label[@for = $id]", id=field.get("id")))
        assert named, f"{where}: {field.get('name')} has no label"
    for button in document.xpath("//button | //a[@href]"):
        said = " ".join(button.text_content().split()) or button.get("aria-label")
        assert said, f"{where}: a button or link without words"
    assert not document.xpath("//script[not(@src)] | //style | //*[@style]"), f"{where}: inline code"
    assert not [n for n in document.xpath("//@*") if str(n.attrname).startswith("on")], (
        f"{where}: inline handler"
    )
    untold = KEY.findall(page.text)
    assert not untold, f"{where}: no words for {sorted({'.'.join(k) for k in untold})}"
    assert page.response.headers["cache-control"] == "no-store", where
    assert "unsafe-inline" not in page.response.headers["content-security-policy"], where
