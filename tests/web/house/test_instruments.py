"""Questionnaires: read, tried, corrected, published, retired."""

import re

from fastapi import FastAPI

from app.core.db import WriteSession
from app.instruments import service as instruments
from app.instruments.models import Instrument
from seeds import reference
from seeds.reference import DATA
from tests.factories.world import World
from tests.support.pages import Browser, Page
from tests.support.xlsforms import workbook
from tests.web.house.kept import one
from tests.web.house.sheets import SHEETS


def test_tables_are_tried_by_filling_and_then_published(db: WriteSession, administrator: Browser) -> None:
    page = administrator.open("/house/instruments/new").send("/house/instruments/preview", source=SHEETS)
    assert "Hours of sleep last night" in page.text
    page = page.send("/house/instruments/preview", answers__hours="many", answers__why=["noise"])
    assert page.find("//*[@class='field__error']")
    page = page.send("/house/instruments/preview", answers__hours="7", answers__why=["noise"])
    assert not page.find("//*[@class='field__error']")
    assert page.find("//input[@name='answers.hours']")[0].get("value") == "7"
    assert page.find("//input[@value='noise' and @checked]")
    assert db.query(Instrument).count() == 0
    published = page.send("/house/instruments")
    assert published.path.startswith("/house/instruments/")
    assert one(db, Instrument, code="sleep").version == "1"


def test_the_problems_of_a_form_are_told_in_words_with_their_row(administrator: Browser) -> None:
    broken = SHEETS.replace("integer", "geopoint")
    page = administrator.open("/house/instruments/new").send("/house/instruments/preview", source=broken)
    assert page.status == 422
    (row,) = page.find("//section[contains(@class, 'problems')]//tbody/tr")
    assert [cell.text_content().strip() for cell in row][:2] == ["survey", "2"]
    assert "geopoint" in page.find("//textarea[@name='source']")[0].text_content()


def test_nothing_to_read_is_refused_beside_the_field(administrator: Browser) -> None:
    page = administrator.open("/house/instruments/new").send("/house/instruments/preview", source="")
    assert page.status == 422
    assert page.find("//*[@id='f-source-error']")


def upload(browser: Browser, name: str, content: bytes, **typed: str) -> Page:
    """Send the form of a new questionnaire with a file."""
    proof = browser.open("/house/instruments/new").find("//input[@name='_proof']")[0].get("value")
    response = browser.client.post(
        "/house/instruments/preview",
        data={"_proof": proof, "_page": "/house/instruments/new", **typed},
        files={"file": (name, content)},
    )
    return Page(browser, response)


def source_of(page: Page) -> str:
    """What stands in the field for the tables."""
    return str(page.find("//textarea[@name='source']")[0].text_content()).strip()


def test_a_workbook_is_read(administrator: Browser) -> None:
    page = upload(administrator, "form.xlsx", workbook())
    assert (page.status, "Âge" in page.text) == (200, True)


def test_a_workbook_that_is_refused_takes_no_text_away(administrator: Browser) -> None:
    page = upload(administrator, "form.xlsx", b"no workbook", source=SHEETS)
    assert page.status == 422
    assert source_of(page) == SHEETS.strip()


def test_the_tables_of_a_refused_publication_are_there_to_be_corrected(
    db: WriteSession, world: World, administrator: Browser
) -> None:
    page = administrator.open("/house/instruments/new").send("/house/instruments/preview", source=SHEETS)
    carried = page.find("//input[starts-with(@name, 'carried')]")[0].get("value")
    instruments.publish(db, world.administrator, SHEETS.encode(), "markdown")
    db.commit()
    page = page.send("/house/instruments")
    assert page.status == 409
    assert page.find("//*[@role='alert']")
    assert source_of(page) == SHEETS.strip()
    assert carried not in page.text
    page = page.send("/house/instruments/preview", source=SHEETS.replace("| sleep | 1 |", "| sleep | 2 |"))
    assert page.send("/house/instruments").path.startswith("/house/instruments/")
    assert db.query(Instrument).filter_by(code="sleep").count() == 2


def test_a_workbook_that_could_not_be_published_stays_on_the_page(
    db: WriteSession, world: World, administrator: Browser
) -> None:
    page = upload(administrator, "form.xlsx", workbook())
    instruments.publish(db, world.administrator, workbook(), "xlsx")
    db.commit()
    page = page.send("/house/instruments")
    assert page.status == 409
    assert page.find("//input[starts-with(@name, 'carried')]")


def test_a_version_that_is_used_is_noticed_when_it_is_read(
    db: WriteSession, world: World, administrator: Browser
) -> None:
    instruments.publish(db, world.administrator, SHEETS.encode(), "markdown")
    db.commit()
    page = administrator.open("/house/instruments/new").send("/house/instruments/preview", source=SHEETS)
    assert page.status == 409
    assert source_of(page) == SHEETS.strip()
    assert not page.find("//button[@formaction='/house/instruments']")
    page = page.send("/house/instruments/preview", source=SHEETS.replace("| sleep | 1 |", "| sleep | 2 |"))
    assert page.find("//button[@formaction='/house/instruments']")
    assert upload(administrator, "form.md", SHEETS.encode()).status == 409


def test_from_the_preview_one_goes_back_to_the_text(administrator: Browser) -> None:
    page = administrator.open("/house/instruments/new").send("/house/instruments/preview", source=SHEETS)
    assert source_of(page.send("/house/instruments/new")) == SHEETS.strip()


def test_a_preview_that_is_asked_for_by_its_address_leads_to_a_new_questionnaire(
    administrator: Browser,
) -> None:
    assert administrator.open("/house/instruments/preview").path == "/house/instruments/new"


def test_what_was_tried_can_be_asked_for_again(
    db: WriteSession, world: World, administrator: Browser
) -> None:
    version = instruments.publish(db, world.administrator, SHEETS.encode(), "markdown")
    db.commit()
    path = f"/house/instruments/{version.id}"
    tried = administrator.open(path).send(f"{path}/try", answers__hours="7")
    assert administrator.open(tried.path).find(f"//form[@action='{path}/try']")


def test_a_published_version_is_tried_and_retired(
    db: WriteSession, world: World, administrator: Browser
) -> None:
    version = instruments.publish(db, world.administrator, SHEETS.encode(), "markdown")
    db.commit()
    path = f"/house/instruments/{version.id}"
    page = administrator.open(path).send(f"{path}/try", answers__hours="many")
    assert page.find("//*[@class='field__error']")
    page = administrator.open(path).send(f"{path}/retire")
    assert not page.find(f"//form[@action='{path}/retire']")
    assert one(db, Instrument, id=version.id).retired_at is not None


def test_what_the_new_form_begins_with_is_a_questionnaire(administrator: Browser) -> None:
    page = administrator.open("/house/instruments/new")
    assert "form_id" in page.find("//textarea[@name='source']")[0].text
    assert page.send("/house/instruments/preview").status == 200


def test_a_setting_that_is_not_there_is_said_to_be_missing(administrator: Browser) -> None:
    page = administrator.open("/house/instruments/new")
    source = page.find("//textarea[@name='source']")[0].text.replace("| example | 1 |", "| example | |")
    refused = page.send("/house/instruments/preview", source=source)
    assert refused.status == 422
    assert "هذا الإعداد ناقص" in refused.find("//section[contains(@class, 'problems')]")[0].text_content()


# --- the source, for the next version -------------------------------------------------------------------------


def test_the_source_is_downloaded_as_it_was_published_and_becomes_the_next_version(
    db: WriteSession, world: World, administrator: Browser
) -> None:
    shipped = (DATA / "autonomy_matrix.md").read_bytes()
    reference.terms(db)
    first = instruments.publish(db, world.administrator, shipped, "markdown")
    db.commit()
    at = f"/house/instruments/{first.id}"
    link = administrator.open(at).find(f"//a[@href='{at}/source']")
    assert link
    answer = administrator.client.get(f"{at}/source")
    assert answer.content == shipped
    assert answer.headers["content-disposition"].startswith('attachment; filename="autonomy_matrix-')
    assert answer.headers["content-type"].startswith("text/markdown")
    changed = answer.content.decode().replace("autonomy_matrix | 1 |", "autonomy_matrix | 99 |")
    assert changed != answer.content.decode()
    page = upload(administrator, "autonomy_matrix.md", changed.encode()).send("/house/instruments")
    assert page.path.startswith("/house/instruments/")
    assert one(db, Instrument, code="autonomy_matrix", version="99").source == changed.encode()


def test_tables_are_downloaded_as_a_workbook_of_the_same_sheets_too(
    db: WriteSession, world: World, administrator: Browser
) -> None:
    shipped = (DATA / "autonomy_matrix.md").read_bytes()
    reference.terms(db)
    first = instruments.publish(db, world.administrator, shipped, "markdown")
    db.commit()
    at = f"/house/instruments/{first.id}"
    page = administrator.open(at)
    (link,) = page.find(f"//a[@href='{at}/source?as=xlsx']")
    assert page.find("//a[@download]")[0] is link  # before the questions, not after sixty choices
    assert not link.xpath("preceding::form[contains(@action, '/try')]")
    answer = administrator.client.get(f"{at}/source?as=xlsx")
    assert 'filename="autonomy_matrix-1.xlsx"' in answer.headers["content-disposition"]
    plain = shipped.decode().replace("\u00a0", " ").encode()  # a workbook is read without blanks that hold
    assert instruments.compiled(answer.content, "xlsx").form == instruments.compiled(plain, "markdown").form


def test_the_shipped_source_begins_with_words_for_who_administers() -> None:
    head = (DATA / "autonomy_matrix.md").read_text("utf-8").partition("|")[0]
    assert re.search(r"[\u0600-\u06ff]", head)
    assert "version" in head
    assert "app/" not in head


def test_tables_are_written_from_left_to_right(administrator: Browser) -> None:
    page = administrator.open("/house/instruments/new")
    assert page.find("//textarea[@name='source']/@dir") == ["ltr"]


def test_a_workbook_is_downloaded_as_a_workbook(
    db: WriteSession, world: World, administrator: Browser
) -> None:
    sent = workbook()  # made twice it could hold two times
    found = instruments.publish(db, world.administrator, sent, "xlsx")
    db.commit()
    answer = administrator.client.get(f"/house/instruments/{found.id}/source")
    assert answer.content == sent
    assert ".xlsx" in answer.headers["content-disposition"]


def test_tables_that_were_uploaded_and_refused_stand_on_the_page_to_be_corrected(
    administrator: Browser,
) -> None:
    broken = SHEETS.replace("integer", "geopoint")
    page = upload(administrator, "form.MD", broken.encode(), source="example")
    assert page.status == 422
    assert source_of(page) == broken.strip()


def test_where_no_source_was_kept_the_page_says_so(
    app: FastAPI, db: WriteSession, world: World, administrator: Browser
) -> None:
    found = instruments.publish(db, world.administrator, SHEETS.encode(), "markdown")
    found.source = found.source_kind = None
    db.commit()
    page = administrator.open(f"/house/instruments/{found.id}")
    assert not page.find("//a[contains(@href, '/source')]")
    assert "لم يحفظ مصدر" in page.text
    assert administrator.client.get(f"/house/instruments/{found.id}/source").status_code == 404
    worker = Browser(app).sign_in_as(db, world.worker)
    assert worker.client.get(f"/house/instruments/{found.id}/source").status_code == 403
