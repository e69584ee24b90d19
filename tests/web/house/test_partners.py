"""Institutions, their contacts, services and agreements."""

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
    page = page.send(f"{where}/sign").send(f"{where}/suspend", reason="audit (exemple)")
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
    page = administrator.open(where).send(f"{where}/sign")
    assert page.status == 409
    assert page.find("//*[@role='alert']//li")


def test_a_service_is_closed(db: WriteSession, world: World, administrator: Browser) -> None:
    service = partners.offered(db, world.administrator, world.ours)
    db.commit()
    path = f"/house/services/{service.id}"
    administrator.open(path).send(path, is_active=[], territory_codes="02.411، 02.113")
    kept = one(db, Service, id=service.id)
    assert (kept.is_active, kept.territory_codes) == (False, ["02.411", "02.113"])
