"""From a need to a sent referral in few clicks: the partner, what is shared, what stands in the way, without scripts."""

from fastapi import FastAPI

from app.cases.states import Priority
from app.core.actor import SYSTEM
from app.core.db import WriteSession
from app.core.ids import ReferralId
from app.referrals import queries
from app.referrals.models import Referral
from app.referrals.states import ReferralStatus
from tests.factories import partners, referrals
from tests.factories.referrals import Ready
from tests.factories.world import World
from tests.support.pages import Browser
from tests.web.sending import SHARED, committed, kept


def test_from_the_case_to_a_sent_referral_takes_two_forms(worker: Browser, ready: Ready) -> None:
    at = f"/cases/{ready.case.id}/referrals/new"
    page = worker.open(at)  # the need of the case is chosen already
    page = page.send(f"/cases/{ready.case.id}/referrals")
    assert page.path.endswith("/send")
    page = page.send(page.path, categories=SHARED)
    assert page.path.startswith("/referrals/")
    assert page.find("//*[@role='status']")


def test_who_chooses_another_partner_leaves_no_draft_for_the_first(
    worker: Browser, db: WriteSession, ready: Ready
) -> None:
    other = partners.offered(ready.db, SYSTEM, ready.world.ours)
    at = committed(ready, ready.draft(situation="تحتاج إلى سكن (مثال)"))
    page = worker.open(f"{at}/send").follow("اختيار الشريك")
    assert page.path == f"{at}/instead"
    assert "يتخلى عن المسودة السابقة" in page.text
    page = page.send(f"{at}/instead", service_id=other.id)
    assert page.path.endswith("/send")
    assert "تحتاج إلى سكن (مثال)" in page.text
    db.expire_all()
    drafts = db.query(Referral).where(Referral.status == ReferralStatus.draft).all()
    assert [(one.service_id, page.path.split("/")[2]) for one in drafts] == [(other.id, str(drafts[0].id))]
    assert worker.open(f"{at}/instead").path == at


def test_partners_are_shown_with_what_speaks_for_and_against_them(worker: Browser, ready: Ready) -> None:
    partners.offered(ready.db, SYSTEM, ready.world.theirs, sex="male", languages=["fr"])
    ready.db.commit()
    page = worker.open(f"/cases/{ready.case.id}/referrals/new")
    first, second = page.find("//ol[@class='ranked']/li")
    assert "اتفاقية سارية" in first.text_content()
    assert "لا اتفاقية سارية" in second.text_content()
    assert "موجهة إلى الجنس الآخر" in second.text_content()
    assert not second.xpath(".//button")


def test_of_a_service_for_the_theme_nothing_more_is_promised(worker: Browser, ready: Ready) -> None:
    at = f"/cases/{ready.case.id}/referrals/new"
    own = worker.open(f"{at}?need=housing").find("//ol[@class='ranked']/li")[0].text_content()
    assert "تناسب وضعية الشخص" in own
    narrower = worker.open(f"{at}?need=housing.rent").find("//ol[@class='ranked']/li")[0].text_content()
    assert "تطابق في المجال" in narrower
    assert "تناسب وضعية الشخص" not in narrower


def test_another_need_shows_other_partners_and_none_is_said(worker: Browser, ready: Ready) -> None:
    page = worker.open(f"/cases/{ready.case.id}/referrals/new?need=training")
    assert page.find("//*[@class='empty']")
    assert page.link("البحث في الدليل") == "/directory"


def test_from_a_narrow_need_that_nobody_serves_a_link_leads_to_the_broader_one(
    worker: Browser, ready: Ready
) -> None:
    at = f"/cases/{ready.case.id}/referrals/new"
    partners.offered(ready.db, SYSTEM, ready.world.theirs, need_code="housing.eviction")
    ready.service.is_active = False
    ready.db.commit()
    page = worker.open(f"{at}?need=housing.rent")
    assert page.find("//*[@class='empty']")
    page = page.follow("عرض الشركاء للحاجة")
    assert page.path == at
    assert page.find("//ol[@class='ranked']/li")


def test_exactly_what_is_shared_stands_there_with_the_data(worker: Browser, ready: Ready) -> None:
    at = committed(ready, ready.draft(situation="تحتاج إلى سكن (مثال)"))
    page = worker.open(f"{at}/send")
    shown = {
        part.xpath("string(.//label)").strip(): part.xpath("string(./div)")
        for part in page.find("//ul[@class='view__parts']/li")
    }
    assert set(shown) == {"الهوية", "معلومات الاتصال والعنوان", "الحاجيات المعبر عنها", "الوضعية الاجتماعية"}
    assert "Exemple" in shown["الهوية"]
    assert "تحتاج إلى سكن (مثال)" in shown["الوضعية الاجتماعية"]
    assert "لم يوافق الشخص على تقاسمها" in page.text


def test_what_is_unticked_is_not_shared(worker: Browser, ready: Ready) -> None:
    at = committed(ready, ready.draft())
    page = worker.open(f"{at}/send").send(f"{at}/send", categories=["identity", "contact"])
    assert kept(ready, page).categories == ["contact", "identity"]


def test_nothing_is_ticked_beforehand_and_nothing_ticked_shares_nothing(
    worker: Browser, ready: Ready
) -> None:
    at = committed(ready, ready.draft())
    page = worker.open(f"{at}/send")
    assert not page.find("//input[@name='categories[]'][@checked or @type='hidden']")
    page = page.send(f"{at}/send")
    assert page.status == 422
    assert page.find("//*[@id='f-categories']")
    assert kept(ready, page.browser.open(at)).status is ReferralStatus.draft


def test_what_the_service_needs_is_marked_with_the_reason(worker: Browser, ready: Ready) -> None:
    at = committed(ready, ready.draft())
    marked = {
        part.xpath("string(.//label)").strip(): part.xpath("string(.//*[@class='needed'])")
        for part in worker.open(f"{at}/send").find("//ul[@class='view__parts']/li")
    }
    assert "ليعرف الشريك من سيستقبل" in marked["الهوية"]
    assert "تحتاجها هذه الخدمة" in marked["معلومات الاتصال والعنوان"]
    assert not marked["الوضعية الاجتماعية"]


def test_without_the_identity_the_page_says_why_it_does_not_send(worker: Browser, ready: Ready) -> None:
    at = committed(ready, ready.draft())
    refused = worker.open(f"{at}/send").send(f"{at}/send", categories=["contact"])
    assert refused.status == 409
    assert "على الشريك أن يعرف من سيستقبل" in refused.find("//*[@id='refusal']")[0].text_content()


def test_a_missing_consent_is_recorded_on_the_spot(worker: Browser, unasked: Ready) -> None:
    at = committed(unasked, unasked.draft())
    page = worker.open(f"{at}/send")
    assert not page.find(f"//form[@action='{at}/send']")
    assert not page.find("//input[@name='categories[]' or @name='decision'][@checked]")
    chosen = ["identity", "contact"]
    page = page.send(f"{at}/consent", decision="given", form="signature", categories=chosen)
    assert page.path == f"{at}/send"
    assert kept(unasked, page.send(f"{at}/send", categories=chosen)).status is ReferralStatus.sent


def test_a_refusal_is_an_answer_and_nothing_is_sent(worker: Browser, unasked: Ready) -> None:
    at = committed(unasked, unasked.draft())
    page = worker.open(f"{at}/send").send(f"{at}/consent", decision="refused", form="signature")
    assert not page.find(f"//form[@action='{at}/send']")


def test_after_a_refusal_the_page_does_not_press_to_ask_again(worker: Browser, unasked: Ready) -> None:
    at = committed(unasked, unasked.draft())
    assert worker.open(f"{at}/send").find(f"//form[@action='{at}/consent']")
    referrals.consent(unasked.db, unasked.world.worker, unasked.person, decision="refused", categories=[])
    unasked.db.commit()
    page = worker.open(f"{at}/send")
    assert "رفض الشخص" in page.text
    assert not page.find(f"//form[@action='{at}/consent']")
    assert page.find(f"//form[@action='{at}/send-without-consent']"), "the law may still ask for it"


def test_an_answer_that_lacks_something_is_refused_on_the_same_page(worker: Browser, unasked: Ready) -> None:
    at = committed(unasked, unasked.draft())
    page = worker.open(f"{at}/send").send(
        f"{at}/consent", decision="given", form="oral_with_witness", categories=["identity"]
    )
    assert page.status == 422
    assert page.find("//*[@id='f-witness-error']")


def test_the_law_can_stand_in_for_consent_with_a_reason(worker: Browser, unasked: Ready) -> None:
    at = committed(unasked, unasked.draft())
    page = worker.open(f"{at}/send")
    action = f"{at}/send-without-consent"
    refused = page.send(action, legal_grounds__basis="vital_interest", legal_grounds__reason="قصير")
    assert refused.status == 422
    assert page.send(action).status == 422
    named = ["identity", "contact"]
    unnamed = page.send(
        action,
        legal_grounds__basis="vital_interest",
        legal_grounds__reason="الشخص في خطر ولا يمكن سؤاله الآن.",
    )
    assert unnamed.status == 422  # without consent only what is needed goes, named one by one
    sent = page.send(
        action,
        categories=named,
        legal_grounds__basis="vital_interest",
        legal_grounds__reason="الشخص في خطر ولا يمكن سؤاله الآن.",
    )
    referral = kept(unasked, sent)
    assert (referral.status, referral.categories) == (ReferralStatus.sent, sorted(named))


def test_what_stands_in_the_way_is_explained(db: WriteSession, world: World, app: FastAPI) -> None:
    ready = referrals.ready(db, world, territory_code="02.113")
    at = committed(ready, ready.draft())
    page = Browser(app).sign_in_as(db, world.worker).open(f"{at}/send")
    assert "لا توجد اتفاقية سارية" in page.text
    assert page.link("اختيار خدمة أخرى").startswith(f"{at}/instead")
    assert not page.find(f"//form[@action='{at}/send']")


def test_a_draft_is_written_on_and_keeps_what_it_says(worker: Browser, ready: Ready) -> None:
    at = committed(ready, ready.draft())
    page = worker.open(f"{at}/send")
    page = page.send(f"{at}/edit", situation="وصف جديد (مثال)", urgency="urgent")
    assert "وصف جديد (مثال)" in page.text
    assert page.send(f"{at}/edit", situation="").find("//p[@class='quiet'][contains(., 'لم يكتب أي وصف')]")


def test_a_sent_referral_is_not_prepared_again(worker: Browser, ready: Ready) -> None:
    at = committed(ready, ready.sent())
    assert worker.open(f"{at}/send").path == at
    assert queries.read(ready.db, ready.world.worker, ReferralId(ready.sent().id))["allowed"]


def test_what_was_written_last_goes_out_with_the_referral(worker: Browser, ready: Ready) -> None:
    at = committed(ready, ready.draft())
    page = worker.open(f"{at}/send").send(
        f"{at}/send", categories=SHARED, situation="وصف أخير (مثال)", urgency="urgent"
    )
    referral = kept(ready, page)
    assert (referral.status, referral.situation) == (ReferralStatus.sent, "وصف أخير (مثال)")
    assert referral.urgency == "urgent"


def test_a_draft_presses_as_its_case_does(worker: Browser, ready: Ready) -> None:
    ready.case.priority = Priority.high
    ready.db.commit()
    page = worker.open(f"/cases/{ready.case.id}/referrals/new")
    page = page.send(f"/cases/{ready.case.id}/referrals")
    assert kept(ready, page).urgency == "urgent"
