"""Institutions, their contacts, services and agreements."""

from typing import Any

from app.core.db import WriteSession
from app.partners.models import Agreement, Contact, Institution, Service
from app.partners.states import AgreementStatus
from tests.factories import partners
from tests.factories.world import World
from tests.support.pages import Browser
from tests.web.house.kept import one


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
    path = f"/house/institutions/{institution.id}"
    assert page.path == path
    assert "نادية مثال" in page.text

    page = administrator.open(f"{path}/services/new").send(
        f"{path}/services", name_ar="إيواء", name_fr="Hébergement", need_code="housing", min_age="18"
    )
    service = one(db, Service, name_fr="Hébergement")
    assert service.min_age == 18

    page = administrator.open(f"{path}/agreements/new").send(
        f"{path}/agreements",
        reference="CONV-PAGE-1",
        title="Convention (exemple)",
        parties="Réseau\nAssociation",
        territory_code="02.411",
        starts_on="2026-01-01",
        service_ids=[service.id],
        data_categories=["identity", "contact"],
        quota="20",
        quota_period="month",
        decide_hours="72",
    )
    agreement = one(db, Agreement, reference="CONV-PAGE-1")
    where = f"/house/agreements/{agreement.id}"
    assert page.path == where
    assert (agreement.parties, agreement.quota) == (["Réseau", "Association"], 20)

    page = page.send(where, quota="", quota_period="")
    assert one(db, Agreement, reference="CONV-PAGE-1").quota is None
    page = (
        page.send(where, _then="sign")
        .send(f"{where}/sign")
        .send(f"{where}/suspend", reason="audit (exemple)")
    )
    assert "audit (exemple)" in page.text
    page = page.send(f"{where}/resume").send(f"{where}/end", reason="fin (exemple)")
    assert one(db, Agreement, reference="CONV-PAGE-1").status is AgreementStatus.ended
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
    page = administrator.open(f"{where}/sign").send(f"{where}/sign")
    assert page.status == 409
    assert page.find("//*[@role='alert']//li")


def drafted(db: WriteSession, world: World, **values: Any) -> str:
    of = partners.offered(db, world.administrator, world.ours)
    draft = partners.draft(db, world.administrator, of, **values)
    db.commit()
    return f"/house/agreements/{draft.id}"


def test_what_stands_in_the_form_is_saved_before_it_is_signed(
    db: WriteSession, world: World, administrator: Browser
) -> None:
    where = drafted(db, world)
    page = administrator.open(where)
    assert not page.find(f"//form[@action='{where}/sign'] | //a[@href='{where}/sign']")
    assert page.find("//button[@form='terms' and @name='_then' and @value='sign']")
    page = page.send(where, quota="37", quota_period="month", _then="sign")
    assert page.path == f"{where}/sign"
    assert "37" in page.text
    page.send(f"{where}/sign")
    kept = db.query(Agreement).one()
    assert (kept.status, kept.quota) == (AgreementStatus.in_force, 37)


def test_terms_that_cannot_be_saved_do_not_lead_to_the_signing(
    db: WriteSession, world: World, administrator: Browser
) -> None:
    where = drafted(db, world)
    page = administrator.open(where).send(where, title="Typed (exemple)", quota="37", _then="sign")
    assert page.status == 422
    assert page.find("//input[@name='title']")[0].get("value") == "Typed (exemple)"


def test_an_agreement_that_shares_nothing_is_signed_with_a_warning(
    db: WriteSession, world: World, administrator: Browser
) -> None:
    where = drafted(db, world, data_categories=[])
    page = administrator.open(f"{where}/sign")
    assert page.find("//*[@id='no-data']")
    page.send(f"{where}/sign")
    assert one(db, Agreement).status is AgreementStatus.in_force


def test_an_overtaken_change_shows_what_is_saved_beside_what_was_typed(
    db: WriteSession, world: World, administrator: Browser
) -> None:
    at = f"/house/institutions/{world.ours}"
    one_tab, other_tab = administrator.open(at), administrator.open(at)
    kept = one_tab.find("//input[@name='name_fr']/@value")[0]
    one_tab.send(at, address="Saved first (exemple)")
    page = other_tab.send(at, address="Typed later (exemple)")
    assert page.status == 412
    (differs,) = page.find("//*[@class='field__now']")
    assert "Saved first (exemple)" in differs.text_content()
    assert differs.xpath("preceding-sibling::input/@value") == ["Typed later (exemple)"]
    assert page.find("//input[@name='name_fr']/@value") == [kept]
    assert "شخص آخر" not in page.find("//*[@role='alert']")[0].text_content()  # it was oneself
    assert page.send(at).status == 200
    assert db.get_one(Institution, world.ours, populate_existing=True).address == "Typed later (exemple)"


def test_terms_that_changed_since_they_were_read_are_not_signed(
    db: WriteSession, world: World, administrator: Browser
) -> None:
    where = drafted(db, world)
    read = administrator.open(f"{where}/sign")
    administrator.open(where).send(where, quota="5", quota_period="month")
    page = read.send(f"{where}/sign")
    assert page.status == 412
    assert "ما كتبته" not in page.text
    assert one(db, Agreement).status is AgreementStatus.draft
    page.send(f"{where}/sign")
    assert one(db, Agreement).status is AgreementStatus.in_force


def test_terms_signed_meanwhile_are_said_to_be_signed(
    db: WriteSession, world: World, administrator: Browser
) -> None:
    where = drafted(db, world)
    opened = administrator.open(where)
    administrator.open(f"{where}/sign").send(f"{where}/sign")
    page = opened.send(where, title="Too late (exemple)")
    assert page.status == 409
    assert "موقعة" in page.find("//*[@role='alert']")[0].text_content()


def test_a_service_is_closed(db: WriteSession, world: World, administrator: Browser) -> None:
    service = partners.offered(db, world.administrator, world.ours)
    db.commit()
    path = f"/house/services/{service.id}"
    administrator.open(path).send(path, is_active=[])
    assert not one(db, Service, id=service.id).is_active


def test_the_places_of_a_service_are_chosen_by_region(
    db: WriteSession, world: World, administrator: Browser
) -> None:
    service = partners.offered(db, world.administrator, world.ours, territory_codes=["02.411.01.23"])
    db.commit()
    path = f"/house/services/{service.id}"
    page = administrator.open(path)
    assert page.find("//details[@open]//input[@value='02.411.01.23' and @checked]")
    page.send(path, territory_codes=["02.411", "02"])
    assert one(db, Service, id=service.id).territory_codes == ["02.411", "02"]
    open_now = administrator.open(path).find("//fieldset[@id='f-territory_codes']//details[@open]")
    assert len(open_now) == 1
    administrator.open(path).send(path, territory_codes=[])
    assert one(db, Service, id=service.id).territory_codes == []
