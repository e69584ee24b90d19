"""What a partner's page tells about one referral: about whom, who is awaited, what is shared no more, that it is over."""

from app.consents import service as consents
from app.consents.schemas import Narrowing
from app.core import i18n
from app.core.db import WriteSession
from app.core.sharing import DataCategory
from app.referrals import answering
from app.referrals.models import Referral
from app.referrals.naming import reference
from app.referrals.partner_schemas import Decline
from app.referrals.states import DeclineReason
from app.windows.models import Window
from tests.factories.referrals import Ready
from tests.factories.world import World
from tests.support.pages import Browser
from tests.web.sending import accepted_by


def test_while_a_question_waits_it_is_said_who_is_awaited_and_what_can_be_done(
    agent: Browser, world: World, db: WriteSession, sent: Referral
) -> None:
    db.get_one(Window, world.here).phone = "+212537000000"
    db.commit()
    page = agent.open(f"/inbox/{sent.id}/ask").send(f"/inbox/{sent.id}/ask", question="كم عدد أطفالها؟")
    (told,) = page.find("//*[contains(@class, 'panel--next')]//*[contains(@class, 'banner--waiting')]")
    said = told.text_content()
    assert "قبل أن يسجل الشباك جوابه" in said  # why there is no other answer
    assert "اطلب من الشباك أن يسجله هنا" in said
    assert told.xpath(".//a[starts-with(@href, 'tel:')]")
    assert told.xpath(".//a[@href='#messages']")
    assert told.xpath(".//time")


def test_who_the_person_is_stands_above_the_answers_and_the_title_holds_the_number(
    agent: Browser, ready: Ready, sent: Referral
) -> None:
    page = agent.open(f"/inbox/{sent.id}")
    (head,) = page.find("//main/section[contains(@class, 'subject')]")
    assert str(ready.person.family_name_latin) in head.text_content()
    assert not head.xpath("preceding::section")
    assert reference(sent.id) in page.find("//title")[0].text_content()


def test_narrowing_is_told_on_both_sides_pages(
    agent: Browser, worker: Browser, ready: Ready, sent: Referral
) -> None:
    at = {agent: f"/inbox/{sent.id}", worker: f"/referrals/{sent.id}"}
    for browser, path in at.items():
        assert not browser.open(path).find("//*[@id='less']")
    assert ready.consent is not None
    kept = Narrowing(categories=[DataCategory.identity, DataCategory.needs])
    consents.narrow(ready.db, ready.world.worker, ready.consent, kept)
    ready.db.commit()
    for browser, path in at.items():
        (told,) = browser.open(path).find("//*[@id='less']")
        said = told.text_content()
        assert "لم يعد يتم تقاسم" in said
        assert all(i18n.text(f"enum.DataCategory.{code}", "ar") in said for code in ("contact", "situation"))
        assert i18n.text("enum.DataCategory.needs", "ar") not in said
        assert told.xpath(".//time")


def test_a_withdrawal_is_dated_on_both_sides_pages(
    agent: Browser, worker: Browser, ready: Ready, sent: Referral
) -> None:
    assert ready.consent is not None
    consents.withdraw(ready.db, ready.world.worker, ready.consent, "She changed her mind.")
    ready.db.commit()
    for browser, path in ((agent, f"/inbox/{sent.id}"), (worker, f"/referrals/{sent.id}")):
        (told,) = browser.open(path).find("//*[@id='less']")
        assert "تم سحب موافقة أو تقليصها" in told.text_content()
    answering.decline(ready.db, ready.world.agent, sent, Decline(reason=DeclineReason.no_place))
    ready.db.commit()
    assert not agent.open(f"/inbox/{sent.id}").find("//*[@id='less']")  # it is over: nothing is shared anyhow


def test_only_an_answer_is_gone_back_from_without_one(agent: Browser, sent: Referral) -> None:
    assert "رجوع دون جواب" in agent.open(f"/inbox/{sent.id}/decline").text
    accepted_by(agent, sent)
    endings = set()
    for action in ("schedule", "start", "hold", "complete", "fail"):
        page = agent.open(f"/inbox/{sent.id}/{action}")
        assert "رجوع دون جواب" not in page.text
        endings.add(page.find("//form[contains(@class, 'stack')]//button")[-1].text_content())
    assert len(endings) == 5  # the good ending and the bad one, too


def test_what_has_ended_asks_for_no_message(agent: Browser, worker: Browser, sent: Referral) -> None:
    accepted_by(agent, sent)
    agent.open(f"/inbox/{sent.id}/fail").send(f"/inbox/{sent.id}/fail", reason="no_show")
    for browser, path in ((agent, f"/inbox/{sent.id}"), (worker, f"/referrals/{sent.id}")):
        page = browser.open(path)
        assert "لا رسائل بعد" not in page.text
        assert "انتهى هذا التوجيه: لا تكتب فيه رسائل بعد." in page.text
