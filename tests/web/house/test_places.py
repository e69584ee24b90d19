"""Windows, days off, territories."""

from datetime import date

from fastapi import FastAPI

from app.audit.models import AuditEntry
from app.core.db import WriteSession
from app.windows.models import Holiday, Window
from tests.factories.world import World
from tests.support.pages import Browser, Page
from tests.web.house.kept import one


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
    assert page.path == f"/house/windows/{window.id}"
    page.send(page.path, working_days=[0, 1, 2, 3], phone="")
    window = one(db, Window, code="NAD1")
    assert (window.working_days, window.phone) == ([0, 1, 2, 3], None)


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


def test_a_day_off_in_another_age_is_refused_beside_its_field(
    db: WriteSession, world: World, administrator: Browser
) -> None:
    names = {"name_ar": "عيد (مثال)", "name_fr": "Fête (exemple)"}
    own = f"/house/windows/{world.here}/holidays"
    for where, at in (("/house/holidays", "/house/holidays"), (f"{own}/new", own)):
        for on in ("1066-01-01", "0026-05-01", "2206-05-01"):
            page = administrator.open(where).send(at, on=on, **names)
            assert page.status == 422
            assert page.find("//*[@id='f-on-error']")
    assert db.query(Holiday).count() == 0


def test_a_page_that_cannot_be_shown_does_not_say_what_was_done(administrator: Browser) -> None:
    page = administrator.open("/house/holidays?year=1066&done=day_off_added", status=422)
    assert not page.find("//*[@role='status']")


WINDOW = {
    "code": "NAD1",
    "name_ar": "شباك (مثال)",
    "name_fr": "Guichet (exemple)",
    "territory_code": "02.411",
}


def test_a_week_without_a_working_day_is_refused_and_stays_so(
    db: WriteSession, administrator: Browser
) -> None:
    page = administrator.open("/house/windows/new").send(
        "/house/windows", **{**WINDOW, "code": "?"}, working_days=[]
    )
    assert page.status == 422
    assert not page.find("//fieldset[@id='f-working_days']//input[@checked]")
    page = page.send("/house/windows", code="NAD1")
    assert page.status == 422
    assert page.find("//fieldset[@id='f-working_days']//*[@class='field__error']")
    assert db.query(Window).filter_by(code="NAD1").count() == 0


def test_what_is_wrong_with_a_window_says_how_it_is_written(administrator: Browser) -> None:
    wrong = {**WINDOW, "code": "nador 1", "time_zone": "Nador", "phone": "zzz"}
    page = administrator.open("/house/windows/new").send("/house/windows", **wrong)
    assert "OUJ1" in page.find("//*[@id='f-code-error']")[0].text_content()
    assert "Africa/Casablanca" in page.find("//*[@id='f-time_zone-error']")[0].text_content()
    assert page.find("//*[@id='f-phone-error']")


def _computed(administrator: Browser, on: str) -> Page:
    """The list of a year with a feast of it that is still to be announced."""
    names = {"name_ar": "عيد (مثال)", "name_fr": "Fête (exemple)"}
    return administrator.open("/house/holidays").send("/house/holidays", on=on, **names, is_certain=[])


def test_a_computed_day_says_that_it_is_not_certain_until_it_is_confirmed(
    db: WriteSession, administrator: Browser
) -> None:
    page = _computed(administrator, "2031-05-01")
    kept = one(db, Holiday)
    assert not kept.is_certain
    assert "غير مؤكد" in page.text
    asked = page.follow("تأكيد التاريخ")
    assert asked.path == f"/house/holidays/{kept.id}"
    assert asked.link("الرجوع دون تغيير") == "/house/holidays?year=2031"
    page = asked.send(f"/house/holidays/{kept.id}/confirm")
    assert one(db, Holiday).is_certain
    assert "غير مؤكد" not in page.text


def test_of_days_that_have_passed_nobody_is_warned(administrator: Browser) -> None:
    past = _computed(administrator, "2021-05-01")
    assert past.find("//ul[@class='rows']/li")
    assert not past.find("//*[contains(@class, 'badge') or contains(@class, 'banner--waiting')]")
    assert _computed(administrator, "2031-05-01").find("//*[contains(@class, 'banner--waiting')]")


def test_a_day_that_was_announced_for_another_date_is_moved_there(
    db: WriteSession, administrator: Browser
) -> None:
    page = _computed(administrator, "2031-05-02")
    page.send("/house/holidays", on="2031-05-03", name_ar="عيد (مثال)", name_fr="Fête (exemple)")
    first, second = db.query(Holiday).order_by(Holiday.on)
    at = f"/house/holidays/{first.id}"
    refused = administrator.open(at).send(f"{at}/confirm", on="2031-05-03")
    assert refused.status == 409
    told = refused.find("//*[@role='alert']")[0].text_content()
    assert "عطلة أخرى" in told
    assert "إضافة" not in told  # nothing was to be added
    assert refused.find("//input[@name='on']/@value") == ["2031-05-03"]
    page = refused.send(f"{at}/confirm", on="2032-01-04")
    assert (page.status, page.response.url.query) == (200, b"year=2032&done=day_off_confirmed")
    db.expire_all()
    assert (first.on, first.is_certain, second.on) == (date(2032, 1, 4), True, date(2031, 5, 3))
    (told,) = db.query(AuditEntry).filter_by(action="holiday:confirm").all()
    assert told.details == {"window_id": None, "on": "2032-01-04", "was": "2031-05-02"}


def test_a_windows_own_day_is_none_of_the_general_ones(
    db: WriteSession, world: World, administrator: Browser
) -> None:
    own = f"/house/windows/{world.here}/holidays"
    administrator.open(f"{own}/new").send(own, on="2031-05-01", name_ar="يوم", name_fr="Jour")
    administrator.open(f"/house/holidays/{one(db, Holiday).id}", status=404)


def test_persian_years_are_told_in_the_calendar_of_their_days(
    app: FastAPI, db: WriteSession, world: World
) -> None:
    browser = Browser(app).sign_in_as(db, world.administrator, "fa")
    assert "۱۴۰۸–۱۴۰۹ (۲۰۳۰)" in browser.open("/house/holidays?year=2030").text
