"""What a partner's page tells about one referral: about whom, who is awaited, what is shared no more, that it is over."""

from datetime import timedelta

import time_machine

from app.consents import service as consents
from app.consents.schemas import Narrowing
from app.core import i18n
from app.core.clock import now, today
from app.core.db import WriteSession
from app.core.sharing import DataCategory
from app.referrals import answering
from app.referrals.models import Referral
from app.referrals.naming import reference
from app.referrals.partner_schemas import Acceptance, Decline, Start
from app.referrals.states import DeclineReason, ReferralStatus
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


def test_what_a_question_costs_is_said_before_it_is_sent(
    agent: Browser, ready: Ready, sent: Referral
) -> None:
    (told,) = agent.open(f"/inbox/{sent.id}/ask").find("//form//*[contains(@class, 'banner--waiting')]")
    said = told.text_content()
    assert "لا يمكنك القبول ولا التسجيل في لائحة الانتظار ولا سحب السؤال" in said
    assert "تكفي رسالة: لا تلزم أحدا" in said
    assert told.xpath(f".//a[@href='/inbox/{sent.id}#messages']")
    assert ready.consent is not None
    consents.withdraw(ready.db, ready.world.worker, ready.consent, "She changed her mind.")
    ready.db.commit()
    assert "تكفي رسالة" not in agent.open(f"/inbox/{sent.id}/ask").text  # the box for messages is closed


def test_every_answer_can_be_given_though_the_person_shares_nothing(
    agent: Browser, ready: Ready, sent: Referral
) -> None:
    assert ready.consent is not None
    consents.withdraw(ready.db, ready.world.worker, ready.consent, "She changed her mind.")
    ready.db.commit()
    for action in ("accept", "ask", "decline", "waitlist"):
        page = agent.open(f"/inbox/{sent.id}/{action}")
        assert (page.path, page.status) == (f"/inbox/{sent.id}/{action}", 200)
    accepted_by(agent, sent)
    for action in ("schedule", "start", "hold", "complete", "fail"):
        assert agent.open(f"/inbox/{sent.id}/{action}").status == 200


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
        assert "انتهى هذا التوجيه: لم تعد تكتب فيه رسائل." in page.text


def test_what_was_sent_is_new_to_the_partner_and_sent_to_the_window(
    agent: Browser, worker: Browser, sent: Referral
) -> None:
    for path in ("/inbox", f"/inbox/{sent.id}"):
        badges = [
            one.text_content().strip() for one in agent.open(path).find("//*[contains(@class, 'badge')]")
        ]
        assert "جديد" in badges
        assert "مرسل" not in badges
    assert "مرسل" in worker.open(f"/referrals/{sent.id}").text


def _appointed(ready: Ready, sent: Referral, *, in_days: int) -> None:
    at = f"{(now() + timedelta(days=in_days)).date().isoformat()}T09:30"
    data = {"contact_name": "مينة (مثال)", "appointment": {"at": at, "zone": "Africa/Casablanca"}}
    answering.accept(ready.db, ready.world.agent, sent, Acceptance.model_validate(data))
    ready.db.commit()


def test_the_appointments_day_is_said_where_attendance_is_recorded(
    agent: Browser, ready: Ready, sent: Referral
) -> None:
    _appointed(ready, sent, in_days=4)
    page = agent.open(f"/inbox/{sent.id}/start")
    (hint,) = page.find("//*[@id='f-attended_on-hint']")
    assert "الموعد المحدد" in hint.text_content()
    assert str(sent.appointment_local)[:10] in str(hint.xpath("string(.//time/@datetime)"))
    page.send(f"/inbox/{sent.id}/start")  # before that day: it is so, and not refused
    ready.db.refresh(sent)
    assert sent.status is ReferralStatus.in_service


def test_nobody_is_awaited_any_more_on_a_day_that_they_came_before(
    agent: Browser, worker: Browser, ready: Ready, sent: Referral
) -> None:
    _appointed(ready, sent, in_days=4)
    day = str(sent.appointment_local)[:10]
    at_window = f"/appointments?on={day}&mine=false"
    for browser, path in ((agent, f"/inbox/{sent.id}"), (worker, f"/referrals/{sent.id}")):
        assert "الموعد الذي كان محددا" not in browser.open(path).text
    assert worker.open(at_window).find(f"//a[@href='/referrals/{sent.id}']")
    assert "09:30" in agent.open("/inbox?box=in_progress").text
    answering.start(ready.db, ready.world.agent, sent, Start(attended_on=today()))
    ready.db.commit()
    for browser, path in ((agent, f"/inbox/{sent.id}"), (worker, f"/referrals/{sent.id}")):
        assert "الموعد الذي كان محددا" in browser.open(path).text
    assert not worker.open(at_window).find(f"//a[@href='/referrals/{sent.id}']")
    assert "09:30" not in agent.open("/inbox?box=in_progress").text


def test_an_appointment_that_was_kept_stays_on_its_day(worker: Browser, ready: Ready, sent: Referral) -> None:
    _appointed(ready, sent, in_days=4)
    with time_machine.travel(now() + timedelta(days=5)):
        answering.start(ready.db, ready.world.agent, sent, Start(attended_on=today()))
        ready.db.commit()
    day = str(sent.appointment_local)[:10]
    found = worker.open(f"/appointments?on={day}&mine=false")
    assert found.find(f"//a[@href='/referrals/{sent.id}']")


def test_an_appointment_of_what_has_ended_is_told_as_one_that_was(
    agent: Browser, worker: Browser, ready: Ready, sent: Referral
) -> None:
    _appointed(ready, sent, in_days=4)
    agent.open(f"/inbox/{sent.id}/fail").send(f"/inbox/{sent.id}/fail", reason="no_show")
    for browser, path in ((agent, f"/inbox/{sent.id}"), (worker, f"/referrals/{sent.id}")):
        assert "الموعد الذي كان محددا" in browser.open(path).text
