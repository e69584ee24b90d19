"""The administrator's pages: accounts, windows, days off, partners, agreements, lists, questionnaires."""

import re
from datetime import date

import pytest
from fastapi import FastAPI

from app.auth import queries as accounts
from app.auth.models import User
from app.auth.states import UserStatus
from app.core.actor import Role
from app.core.db import WriteSession
from app.instruments import service as instruments
from app.instruments.models import Instrument
from app.partners.models import Agreement, Contact, Institution, Service
from app.partners.states import AgreementStatus
from app.vocabularies import queries as vocabularies
from app.windows.models import Holiday, Window
from tests.factories import partners
from tests.factories.world import World
from tests.instruments.test_api import workbook
from tests.support.pages import Browser, Page

CODE = re.compile(r"[0-9A-Z]{4}(-[0-9A-Z]{4}){3}")


@pytest.fixture(autouse=True)
def terms(db: WriteSession, world: World) -> None:
    partners.define_terms(db)
    db.commit()


def one(db: WriteSession, kind: type, **wanted: object) -> object:
    db.expire_all()
    return db.query(kind).filter_by(**wanted).one()


# --- users ----------------------------------------------------------------------------------------------------


def invite(browser: Browser, world: World, **more: object) -> Page:
    told = {
        "email": "new@test.example",
        "name": "سعاد (مثال)",
        "role": "social_worker",
        "window_ids": [world.here],
        **more,
    }
    return browser.open("/house/users/new").send("/house/users", **told)


def test_the_code_of_an_invitation_is_shown_and_opens_the_account(
    db: WriteSession, world: World, administrator: Browser, browser: Browser
) -> None:
    page = invite(administrator, world)
    (shown,) = page.find("//*[@class='code-slip__code']")
    code = shown.text_content()
    assert CODE.fullmatch(code)
    activated = browser.open("/activation").send("/activation", code=code, password="a sentence of my own")
    assert activated.path == "/sign-in"
    assert accounts.by_email(db, "new@test.example").status is UserStatus.active  # type: ignore[union-attr]


def test_the_code_is_shown_this_once(db: WriteSession, world: World, administrator: Browser) -> None:
    page = invite(administrator, world)
    code = page.find("//*[@class='code-slip__code']")[0].text_content()
    user = accounts.by_email(db, "new@test.example")
    assert user is not None
    assert code not in administrator.open(f"/house/users/{user.id}").text


def test_an_invitation_sent_twice_makes_one_account_and_shows_no_second_code(
    db: WriteSession, world: World, administrator: Browser
) -> None:
    form = administrator.open("/house/users/new")
    fields = {
        name: [value]
        for name, value in form.find("//form[@action='/house/users']")[0].form_values()
        if name.startswith("_")
    }
    fields |= {"email": ["new@test.example"], "name": ["سعاد (مثال)"], "role": ["social_worker"]}
    fields |= {"window_ids[]": [str(world.here)], "language": ["ar"]}
    assert administrator.post("/house/users", fields).find("//*[@class='code-slip__code']")
    again = administrator.post("/house/users", fields)
    assert again.status == 200
    assert again.path.startswith("/house/users/")
    assert not CODE.search(again.text)
    assert db.query(User).filter_by(email="new@test.example").count() == 1


def test_an_account_without_a_window_for_its_role_is_refused_beside_the_field(
    world: World, administrator: Browser
) -> None:
    page = invite(administrator, world, window_ids=[])
    assert page.status == 422
    assert page.find("//fieldset[@id='f-window_ids']//*[@class='field__error']")
    assert page.find("//input[@name='email']")[0].get("value") == "new@test.example"


def test_a_worker_becomes_a_partners_agent(db: WriteSession, world: World, administrator: Browser) -> None:
    path = f"/house/users/{world.worker.user}"
    page = administrator.open(path).send(path, role="partner_agent", window_ids=[], institution_id=world.ours)
    assert page.path == path
    user = one(db, User, id=world.worker.user)
    assert (user.role, user.institution_id) == (Role.partner_agent, world.ours)  # type: ignore[attr-defined]


def test_a_new_code_ends_the_sessions(world: World, worker: Browser, administrator: Browser) -> None:
    worker.open("/account")
    page = administrator.open(f"/house/users/{world.worker.user}")
    assert page.send(f"/house/users/{world.worker.user}/code").find("//*[@class='code-slip__code']")
    assert worker.client.get("/account", follow_redirects=False).status_code == 303


def test_an_account_is_disabled_and_ones_own_cannot_be(
    db: WriteSession, world: World, administrator: Browser
) -> None:
    page = administrator.open(f"/house/users/{world.worker.user}")
    page.send(f"/house/users/{world.worker.user}/disable")
    assert one(db, User, id=world.worker.user).status is UserStatus.disabled  # type: ignore[attr-defined]
    own = administrator.open(f"/house/users/{world.administrator.user}")
    assert not own.find(f"//form[@action='/house/users/{world.administrator.user}/disable']")


# --- windows and days off -------------------------------------------------------------------------------------


def test_a_window_is_made_and_changed(db: WriteSession, administrator: Browser) -> None:
    told = {
        "code": "NAD1",
        "name_ar": "شباك (مثال)",
        "name_fr": "Guichet (exemple)",
        "territory_code": "02.411",
    }
    page = administrator.open("/house/windows/new").send(
        "/house/windows", **told, working_days=[0, 1, 2], phone="05 36 00 00 00"
    )
    window = one(db, Window, code="NAD1")
    assert page.path == f"/house/windows/{window.id}"  # type: ignore[attr-defined]
    page.send(page.path, working_days=[0, 1, 2, 3], phone="")
    window = one(db, Window, code="NAD1")
    assert (window.working_days, window.phone) == ([0, 1, 2, 3], None)  # type: ignore[attr-defined]


def test_a_code_that_another_window_has_is_refused(administrator: Browser) -> None:
    told = {"code": "OUJ1", "name_ar": "شباك", "name_fr": "Guichet", "territory_code": "02.411"}
    page = administrator.open("/house/windows/new").send("/house/windows", **told)
    assert page.status == 409
    assert page.find("//input[@name='name_fr']")[0].get("value") == "Guichet"


def test_days_off_of_all_windows_and_of_one(db: WriteSession, world: World, administrator: Browser) -> None:
    names = {"name_ar": "عيد (مثال)", "name_fr": "Fête (exemple)"}
    page = administrator.open("/house/holidays").send("/house/holidays", on="2031-05-01", **names)
    assert "عيد (مثال)" in page.text
    own = f"/house/windows/{world.here}/holidays"
    page = administrator.open(f"{own}/new").send(own, on="2031-05-02", **names)
    assert len(page.find("//ul[@class='rows']/li")) == 2
    (kept,) = db.query(Holiday).filter_by(window_id=world.here).all()
    page.send(f"{own}/{kept.id}/remove")
    db.expire_all()
    assert [holiday.on for holiday in db.query(Holiday).all()] == [date(2031, 5, 1)]


def test_a_day_that_is_off_already_is_refused(world: World, administrator: Browser) -> None:
    names = {"name_ar": "عيد (مثال)", "name_fr": "Fête (exemple)"}
    administrator.open("/house/holidays").send("/house/holidays", on="2031-05-01", **names)
    page = administrator.open("/house/holidays").send("/house/holidays", on="2031-05-01", **names)
    assert page.status == 409


def test_the_territories_are_walked_down(administrator: Browser) -> None:
    page = administrator.open("/house/territories").follow("الشرق").follow("وجدة أنكاد")
    assert "02.411.01.23" in page.text


# --- partners -------------------------------------------------------------------------------------------------


def test_an_institution_with_its_contact_service_and_agreement(
    db: WriteSession, administrator: Browser
) -> None:
    page = administrator.open("/house/institutions/new").send(
        "/house/institutions",
        name_ar="جمعية جديدة (مثال)",
        name_fr="Nouvelle association (exemple)",
        kind="charity",
        territory_code="02.411",
        contacts__0__name="نادية مثال",
        contacts__0__phone="05 36 00 00 01",
    )
    institution = one(db, Institution, name_fr="Nouvelle association (exemple)")
    path = f"/house/institutions/{institution.id}"  # type: ignore[attr-defined]
    assert page.path == path
    assert "نادية مثال" in page.text

    page = administrator.open(f"{path}/services/new").send(
        f"{path}/services", name_ar="إيواء", name_fr="Hébergement", need_code="housing", min_age="18"
    )
    service = one(db, Service, name_fr="Hébergement")
    assert service.min_age == 18  # type: ignore[attr-defined]

    page = administrator.open(f"{path}/agreements/new").send(
        f"{path}/agreements",
        reference="CONV-PAGE-1",
        title="Convention (exemple)",
        parties="Réseau\nAssociation",
        territory_code="02.411",
        starts_on="2026-01-01",
        service_ids=[service.id],  # type: ignore[attr-defined]
        data_categories=["identity", "contact"],
        quota="20",
        quota_period="month",
        decide_hours="72",
    )
    agreement = one(db, Agreement, reference="CONV-PAGE-1")
    where = f"/house/agreements/{agreement.id}"  # type: ignore[attr-defined]
    assert page.path == where
    assert (agreement.parties, agreement.quota) == (["Réseau", "Association"], 20)  # type: ignore[attr-defined]

    page = page.send(where, quota="", quota_period="")
    assert one(db, Agreement, reference="CONV-PAGE-1").quota is None  # type: ignore[attr-defined]
    page = page.send(f"{where}/sign").send(f"{where}/suspend", reason="audit (exemple)")
    assert "audit (exemple)" in page.text
    page = page.send(f"{where}/resume").send(f"{where}/end", reason="fin (exemple)")
    assert one(db, Agreement, reference="CONV-PAGE-1").status is AgreementStatus.ended  # type: ignore[attr-defined]
    assert not page.find(f"//form[starts-with(@action, '{where}/')]")


def test_the_contacts_are_replaced_as_they_stand_on_the_page(
    db: WriteSession, world: World, administrator: Browser
) -> None:
    path = f"/house/institutions/{world.ours}/contacts"
    page = administrator.open(path)
    page.send(
        path,
        contacts__0__name="الأولى (مثال)",
        contacts__0__phone="0536000001",
        contacts__1__name="الثاني (مثال)",
        contacts__1__email="second@test.example",
    )
    administrator.open(path).send(path, contacts__0__name="", contacts__0__phone="")
    left = db.query(Contact).filter_by(institution_id=world.ours).all()
    assert [contact.name for contact in left] == ["الثاني (مثال)"]


def test_a_contact_that_cannot_be_reached_is_refused_beside_it(world: World, administrator: Browser) -> None:
    path = f"/house/institutions/{world.ours}/contacts"
    page = administrator.open(path).send(path, contacts__0__name="بلا هاتف (مثال)")
    assert page.status == 422
    assert page.find("//*[@role='alert']//li")


def test_an_agreement_that_covers_nothing_cannot_be_signed_and_the_page_says_why(
    db: WriteSession, world: World, administrator: Browser
) -> None:
    of = partners.offered(db, world.administrator, world.ours)
    draft = partners.draft(db, world.administrator, of, service_ids=[])
    db.commit()
    where = f"/house/agreements/{draft.id}"
    page = administrator.open(where).send(f"{where}/sign")
    assert page.status == 409
    assert page.find("//*[@role='alert']//li")


def test_a_service_is_closed(db: WriteSession, world: World, administrator: Browser) -> None:
    service = partners.offered(db, world.administrator, world.ours)
    db.commit()
    path = f"/house/services/{service.id}"
    administrator.open(path).send(path, is_active=[], territory_codes="02.411، 02.113")
    kept = one(db, Service, id=service.id)
    assert (kept.is_active, kept.territory_codes) == (False, ["02.411", "02.113"])  # type: ignore[attr-defined]


# --- lists ----------------------------------------------------------------------------------------------------


def words(term: str) -> dict[str, str]:
    return {f"name_{code}": f"{term} {code}" for code in ("ar", "fr", "en", "fa")}


def test_a_term_is_added_retired_and_restored(db: WriteSession, administrator: Browser) -> None:
    path = "/house/vocabularies/need"
    page = administrator.open(path).send(path, code="transport", **words("نقل"))
    assert "نقل ar" in page.text
    page = page.send(f"{path}/transport/retire")
    assert vocabularies.living(db, "need", ["transport"]) == set()
    page.send(f"{path}/transport/restore")
    assert vocabularies.living(db, "need", ["transport"]) == {"transport"}


def test_a_code_is_never_given_twice(administrator: Browser) -> None:
    path = "/house/vocabularies/need"
    page = administrator.open(path).send(path, code="housing", **words("other"))
    assert page.status == 422
    assert page.find("//*[@id='f-code-error']")


def test_a_list_of_the_software_cannot_be_changed(administrator: Browser) -> None:
    page = administrator.open("/house/vocabularies/priority")
    assert not page.find("//form[starts-with(@action, '/house/vocabularies')]")
    proof = page.find("//input[@name='_proof']")[0].get("value")
    fields = {"_proof": [proof], "code": ["highest"], **{k: [v] for k, v in words("x").items()}}
    assert administrator.post("/house/vocabularies/priority", fields).status == 404
    assert administrator.post("/house/vocabularies/priority/high/retire", {"_proof": [proof]}).status == 404


# --- instruments ----------------------------------------------------------------------------------------------

SHEETS = """
| settings |
| | form_title | form_id | version | default_language |
| | Sleep | sleep | 1 | English (en) |

| survey |
| | type | name | label::English (en) | required |
| | integer | hours | Hours of sleep last night | yes |
| | select_multiple why | why | Why | |

| choices |
| | list_name | name | label::English (en) |
| | why | noise | Noise |
| | why | worry | Worry |
"""


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
    (button,) = page.find("//button[@formaction]")
    values: dict[str, list[str]] = {}
    for name, value in button.getparent().xpath("ancestor::form")[0].form_values():
        values.setdefault(name, []).append(value)
    published = administrator.post(button.get("formaction"), values)
    assert published.path.startswith("/house/instruments/")
    assert one(db, Instrument, code="sleep").version == "1"  # type: ignore[attr-defined]


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


def test_a_workbook_is_read(administrator: Browser) -> None:
    page = administrator.open("/house/instruments/new")
    proof = page.find("//input[@name='_proof']")[0].get("value")
    response = administrator.client.post(
        "/house/instruments/preview",
        data={"_proof": proof, "_page": "/house/instruments/new"},
        files={"file": ("form.xlsx", workbook())},
    )
    assert response.status_code == 200
    assert "Âge" in response.text


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
    assert one(db, Instrument, id=version.id).retired_at is not None  # type: ignore[attr-defined]


# --- who, and in which language -------------------------------------------------------------------------------

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
