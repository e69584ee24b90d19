"""Accounts of the house: inviting, changing, a new code, disabling."""

import re

import pytest
from starlette.requests import Request

from app.auth import queries as accounts
from app.auth.models import User
from app.auth.states import UserStatus
from app.core.actor import Role
from app.core.db import WriteSession
from app.core.settings import settings
from app.web import house_users
from app.windows.models import Window
from tests.factories import cases
from tests.factories.world import World
from tests.support.pages import Browser, Page
from tests.web.house.kept import one

CODE = re.compile(r"[0-9A-Z]{4}(-[0-9A-Z]{4}){3}")


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
    assert activated.find("//input[@name='username']")[0].get("value") == "new@test.example"
    assert not browser.open("/sign-in").find("//input[@name='username']")[0].get("value")
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
    assert (user.role, user.institution_id) == (Role.partner_agent, world.ours)


def test_a_new_code_ends_the_sessions(world: World, worker: Browser, administrator: Browser) -> None:
    worker.open("/account")
    path = f"/house/users/{world.worker.user}"
    page = administrator.open(path)
    assert not page.find(f"//form[@action='{path}/code']")
    asked = page.follow("إظهار رمز جديد")
    assert worker.client.get("/account", follow_redirects=False).status_code == 200
    assert "ينهي كل الجلسات" in asked.text
    assert asked.send(f"{path}/code").find("//*[@class='code-slip__code']")
    assert worker.client.get("/account", follow_redirects=False).status_code == 303


def test_before_an_account_is_disabled_it_is_told_which_cases_are_left(
    db: WriteSession, world: World, administrator: Browser
) -> None:
    at = f"/house/users/{world.worker.user}/disable"
    assert not administrator.open(at).find("//main//ul[@class='rows']")
    cases.define_terms(db)
    for _ in range(2):
        cases.case(db, world.worker)
    db.commit()
    page = administrator.open(at)
    assert "يترك ملفين قيد المواكبة" in page.text
    (row,) = page.find("//main//ul[@class='rows']/li")
    assert db.get_one(Window, world.here).name_ar in row.text_content()
    assert "ملفان" in row.text_content()


def test_an_account_is_disabled_and_ones_own_cannot_be(
    db: WriteSession, world: World, administrator: Browser
) -> None:
    page = administrator.open(f"/house/users/{world.worker.user}").follow("تعطيل")
    assert one(db, User, id=world.worker.user).status is UserStatus.active
    page.send(f"/house/users/{world.worker.user}/disable")
    assert one(db, User, id=world.worker.user).status is UserStatus.disabled
    own = administrator.open(f"/house/users/{world.administrator.user}")
    assert not own.find(f"//a[@href='/house/users/{world.administrator.user}/disable']")


def address_on_slip(administrator: Browser, world: World) -> str:
    (address,) = invite(administrator, world).find("//*[@class='code-slip__address']")
    return str(address.text_content())


def test_the_slip_says_which_address_to_type(
    world: World, administrator: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = settings().model_copy(update={"public_url": "https://shubbak.example.org"})
    monkeypatch.setattr(house_users, "settings", lambda: here)
    assert address_on_slip(administrator, world) == "https://shubbak.example.org/activation"


def test_whoever_asks_does_not_choose_the_host_on_the_slip(world: World, administrator: Browser) -> None:
    assert address_on_slip(administrator, world) == "/activation"


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:8000", "[::1]:8000"])
def test_a_browser_on_the_servers_own_machine_is_told_the_whole_address(host: str) -> None:
    scope = {"type": "http", "scheme": "http", "path": "/", "headers": [(b"host", host.encode())]}
    assert house_users.origin_of(Request(scope)) == f"http://{host}"


def test_the_slip_names_the_service_and_the_address_to_sign_in_with(
    world: World, administrator: Browser
) -> None:
    page = invite(administrator, world)
    (slip,) = page.find("//section[contains(@class, 'code-slip')]")
    assert "new@test.example" in slip.text_content()
    assert "شُبّاك" in slip.xpath("./*[@class='code-slip__service']")[0].text_content()
    (to_the_administrator,) = [li for li in slip.xpath(".//li") if "شخصيا" in li.text_content()]
    assert to_the_administrator.get("class") == "no-print"


def test_a_slip_that_is_asked_for_again_shows_no_code(world: World, administrator: Browser) -> None:
    path = f"/house/users/{world.worker.user}"
    administrator.open(f"{path}/code").send(f"{path}/code")
    again = administrator.open(f"{path}/code")
    assert not CODE.search(again.text)


def test_an_account_is_found_by_a_part_of_its_name_which_stands_in_no_address(
    world: World, administrator: Browser
) -> None:
    invite(administrator, world, name="إيمان الأحمدي (مثال)")
    page = administrator.open("/house/users").send("/house/users/search", asked="ايمان")
    assert [row.text_content().strip() for row in page.find("//p[@class='who']")] == ["إيمان الأحمدي (مثال)"]
    assert not page.response.request.url.query
    assert administrator.open("/house/users/search").path == "/house/users"
    page = page.send("/house/users/search", asked="لا أحد")
    assert page.find("//*[@class='empty']")
