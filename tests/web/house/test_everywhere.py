"""The administrator's pages as a whole: who opens them, and in which language."""

import pytest
from fastapi import FastAPI

from app.core.db import WriteSession
from app.instruments import service as instruments
from tests.factories import partners
from tests.factories.world import World
from tests.support.pages import Browser
from tests.web.house.sheets import SHEETS

PAGES = (
    "/house/users",
    "/house/users?role=auditor",
    "/house/users/new",
    "/house/windows",
    "/house/windows/new",
    "/house/holidays",
    "/house/territories",
    "/house/territories?parent_code=02.411",
    "/house/institutions",
    "/house/institutions/new",
    "/house/vocabularies",
    "/house/vocabularies/need",
    "/house/vocabularies/need/housing",
    "/house/vocabularies/role",
    "/house/instruments",
    "/house/instruments/new",
)


@pytest.mark.parametrize("path", PAGES)
def test_only_the_administrator_runs_the_house(worker: Browser, auditor: Browser, path: str) -> None:
    if path.startswith("/house/instruments") and not path.endswith("new"):
        auditor.open(path, status=403)
    else:
        for browser in (worker, auditor):
            browser.open(path, status=403)


@pytest.mark.parametrize("language", ["ar", "fr", "en", "fa"])
def test_the_house_speaks_every_language(app: FastAPI, db: WriteSession, world: World, language: str) -> None:
    offered = partners.offered(db, world.administrator, world.ours)
    signed = partners.agreement(db, world.administrator, offered, quota=5, quota_period="month")
    draft = partners.draft(db, world.administrator, offered)
    version = instruments.publish(db, world.administrator, SHEETS.encode(), "markdown")
    db.commit()
    browser = Browser(app).sign_in_as(db, world.administrator, language)
    shown = (
        f"/house/users/{world.worker.user}",
        f"/house/users/{world.administrator.user}",
        f"/house/windows/{world.here}",
        f"/house/windows/{world.here}/holidays/new",
        f"/house/institutions/{world.ours}",
        f"/house/institutions/{world.ours}/contacts",
        f"/house/institutions/{world.ours}/services/new",
        f"/house/institutions/{world.ours}/agreements/new",
        f"/house/services/{offered.id}",
        f"/house/agreements/{signed.id}",
        f"/house/agreements/{draft.id}",
        f"/house/instruments/{version.id}",
    )
    for path in (*PAGES, *shown):
        assert browser.open(path).document.get("lang") == language
