"""Whoever was overtaken sees the thing as it now is, what happened to it, and what they had written."""

import pytest
from fastapi import FastAPI

from app.consents import service as consents
from app.core.db import WriteSession
from app.core.settings import LANGUAGES
from app.referrals import answering, service
from app.referrals.models import Referral
from app.referrals.partner_schemas import Acceptance, Decline
from app.referrals.schemas import Withdrawal
from app.referrals.states import DeclineReason, WithdrawalReason
from tests.factories import referrals
from tests.factories.referrals import Ready
from tests.factories.world import World
from tests.support.pages import Browser


@pytest.fixture
def ready(db: WriteSession, world: World) -> Ready:
    return referrals.ready(db, world)


@pytest.fixture
def sent(ready: Ready) -> Referral:
    referral = ready.sent(situation="تبحث عن سكن (مثال)")
    ready.db.commit()
    return referral


def withdraw(ready: Ready, referral: Referral) -> None:
    gone = Withdrawal(reason=WithdrawalReason.other, note="لم تعد ترغب (مثال)")
    service.withdraw(ready.db, ready.world.worker, referral, gone)
    ready.db.commit()


def test_an_answer_to_what_was_withdrawn_shows_the_referral_and_keeps_the_words(
    agent: Browser, ready: Ready, sent: Referral
) -> None:
    page = agent.open(f"/inbox/{sent.id}/decline")
    withdraw(ready, sent)
    refused = page.send(f"/inbox/{sent.id}/decline", reason="no_place", note="لا مكان عندنا (مثال)")
    assert refused.status == 409
    assert (
        refused.find("//h1")[0].text_content() == page.find("//p/a")[0].text_content()
    )  # the service's page
    told = refused.find("//*[@id='refusal']")[0].text_content()
    assert "سحب التوجيه" in told
    assert "الشباك · " in told
    assert "لا مكان عندنا (مثال)" in refused.find("//*[@id='kept']")[0].text_content()
    assert "no_place" not in refused.text
    assert "لم تعد ترغب" not in refused.text  # why the window took it back is the person's business


def test_fields_that_stand_no_more_are_not_pointed_at(agent: Browser, ready: Ready, sent: Referral) -> None:
    page = agent.open(f"/inbox/{sent.id}/accept")
    withdraw(ready, sent)
    refused = page.send(
        f"/inbox/{sent.id}/accept", contact_name="مينة (مثال)", appointment__at="2020-01-01T09:30"
    )
    assert (refused.status, refused.find("//h1")[0].text_content()) == (
        422,
        page.find("//p/a")[0].text_content(),
    )
    assert "راجع الخانات" not in refused.text
    assert "سحب التوجيه" in refused.find("//*[@id='refusal']")[0].text_content()
    assert "مينة (مثال)" in refused.find("//*[@id='kept']")[0].text_content()


def test_a_message_to_what_has_ended_is_kept(agent: Browser, ready: Ready, sent: Referral) -> None:
    page = agent.open(f"/inbox/{sent.id}")
    withdraw(ready, sent)
    refused = page.send(f"/inbox/{sent.id}/messages", text="متى تأتي؟ (مثال)")
    assert refused.status == 409
    assert "متى تأتي؟ (مثال)" in refused.find("//*[@id='kept']")[0].text_content()


def test_words_that_stand_in_their_form_are_not_shown_twice(agent: Browser, sent: Referral) -> None:
    page = agent.open(f"/inbox/{sent.id}/decline")
    refused = page.send(f"/inbox/{sent.id}/decline", reason="", note="لا مكان عندنا (مثال)")
    assert refused.status == 422
    assert refused.text.count("لا مكان عندنا (مثال)") == 1


def test_a_withdrawal_that_comes_too_late_keeps_its_words(
    worker: Browser, ready: Ready, sent: Referral
) -> None:
    page = worker.open(f"/referrals/{sent.id}")
    answering.decline(ready.db, ready.world.agent, sent, Decline(reason=DeclineReason.no_place))
    ready.db.commit()
    refused = page.send(f"/referrals/{sent.id}/withdraw", reason="moved", note="انتقلت (مثال)")
    assert refused.status == 409
    assert "انتقلت (مثال)" in refused.find("//*[@id='kept']")[0].text_content()


def test_a_document_refused_unread_shows_the_page_it_was_sent_from(agent: Browser, sent: Referral) -> None:
    page = agent.open(f"/inbox/{sent.id}")
    refused = page.attach(f"/inbox/{sent.id}/attachments", "نتيجة.pdf", b"%PDF-" + bytes(20_000_000))
    assert refused.find("//h1")[0].text_content() == page.find("//h1")[0].text_content()
    assert "حجم الوثيقة أكبر من المسموح به" in refused.find("//*[@id='refusal']")[0].text_content()


@pytest.mark.parametrize("language", LANGUAGES)
def test_nobody_is_told_to_create_anew(
    app: FastAPI, db: WriteSession, world: World, ready: Ready, sent: Referral, language: str
) -> None:
    agent = Browser(app).sign_in_as(db, world.agent, language)
    page = agent.open(f"/inbox/{sent.id}/ask")
    withdraw(ready, sent)
    refused = page.send(f"/inbox/{sent.id}/ask", question="سؤال (مثال)")
    assert not [w for w in ("جديدا", "nouveau", "new one", "تازه‌ای") if w in refused.text]


# --- the history of what has ended -----------------------------------------------------------------------------


def test_what_has_ended_keeps_its_steps_and_the_partners_own_words(
    agent: Browser, ready: Ready, sent: Referral
) -> None:
    world = ready.world
    answering.ask(ready.db, world.agent, sent, "هل لها شهادة؟ (مثال)")
    service.answer(ready.db, world.worker, sent, "نعم لها شهادة (مثال)")
    no = Decline(reason=DeclineReason.no_place, note="لا مكان عندنا (مثال)")
    answering.decline(ready.db, world.agent, sent, no)
    ready.db.commit()
    page = agent.open(f"/inbox/{sent.id}")
    for told in (
        "هل لها شهادة؟ (مثال)",
        "لا مكان عندنا (مثال)",
        "عدم توفر مكان شاغر",
        "جواب الشباك",
        "رفض التوجيه",
    ):
        assert told in page.text, told
    assert "نعم لها شهادة (مثال)" not in page.text
    assert str(ready.person.family_name_latin) not in page.text


def test_a_consent_that_was_withdrawn_closes_own_words_also_after_the_end(
    agent: Browser, ready: Ready, sent: Referral
) -> None:
    answering.ask(ready.db, ready.world.agent, sent, "هل لها شهادة؟ (مثال)")
    service.answer(ready.db, ready.world.worker, sent, "نعم لها شهادة (مثال)")
    assert ready.consent is not None
    consents.withdraw(ready.db, ready.world.worker, ready.consent, "She changed her mind.")
    withdraw(ready, sent)
    page = agent.open(f"/inbox/{sent.id}")
    assert "سحب التوجيه" in page.text
    assert "هل لها شهادة؟ (مثال)" not in page.text
    assert "نعم لها شهادة (مثال)" not in page.text
    assert "لم تعد ترغب (مثال)" not in page.text


def test_of_a_living_referral_that_shares_nothing_the_steps_are_told_without_words(
    agent: Browser, ready: Ready, sent: Referral
) -> None:
    answering.ask(ready.db, ready.world.agent, sent, "هل لها شهادة؟ (مثال)")
    service.answer(ready.db, ready.world.worker, sent, "نعم لها شهادة (مثال)")
    assert ready.consent is not None
    consents.withdraw(ready.db, ready.world.worker, ready.consent, "She changed her mind.")
    ready.db.commit()
    page = agent.open(f"/inbox/{sent.id}")
    (steps,) = page.find("//ol[@class='timeline']")
    assert steps.text_content().strip()
    assert "هل لها شهادة؟ (مثال)" not in page.text
    assert "نعم لها شهادة (مثال)" not in page.text
    assert not page.find("//*[@id='answer']")


# --- the window's answer ---------------------------------------------------------------------------------------


def test_the_windows_answer_stands_first_while_it_is_the_partners_turn(
    agent: Browser, ready: Ready, sent: Referral
) -> None:
    world = ready.world
    answering.ask(ready.db, world.agent, sent, "هل لها شهادة؟ (مثال)")
    service.answer(ready.db, world.worker, sent, "نعم لها شهادة (مثال)")
    ready.db.commit()
    page = agent.open(f"/inbox/{sent.id}")
    assert "نعم لها شهادة (مثال)" in page.find("//section[@id='answer']")[0].text_content()
    talk = page.find("//*[@id='messages']")[0].text_content()
    assert "هل لها شهادة؟ (مثال)" in talk
    assert "نعم لها شهادة (مثال)" in talk
    assert "أجاب الشباك" in agent.open("/inbox").text
    answering.accept(ready.db, world.agent, sent, Acceptance(contact_name="مينة (مثال)"))
    ready.db.commit()
    assert not agent.open(f"/inbox/{sent.id}").find("//section[@id='answer']")


def test_what_waits_for_the_window_does_not_wait_for_the_partner(
    agent: Browser, ready: Ready, sent: Referral
) -> None:
    answering.ask(ready.db, ready.world.agent, sent, "هل لها شهادة؟ (مثال)")
    ready.db.commit()
    assert not agent.open("/inbox").find("//li[contains(@class, 'received')]")
    waiting = agent.open("/inbox?box=for_window")
    assert len(waiting.find("//li[contains(@class, 'received')]")) == 1
