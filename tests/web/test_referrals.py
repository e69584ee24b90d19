"""A referral from the draft to its outcome, and the list of them, without scripts."""

from datetime import timedelta

import pytest
from fastapi import FastAPI

from app.auth.models import User
from app.core.actor import SYSTEM
from app.core.clock import now
from app.core.db import WriteSession
from app.partners import service as partners
from app.partners.models import Institution
from app.partners.schemas import ContactIn
from app.referrals import answering, jobs, service
from app.referrals.models import Referral
from app.referrals.naming import reference
from app.referrals.partner_schemas import Acceptance, Decline
from app.referrals.schemas import ReReferral, Withdrawal
from app.referrals.states import DeclineReason, WithdrawalReason
from tests.factories.referrals import Ready
from tests.factories.world import World
from tests.support.pages import Browser


def committed(ready: Ready, referral: Referral) -> str:
    ready.db.commit()
    return f"/referrals/{referral.id}"


def test_the_history_names_colleagues_and_of_partners_their_role(worker: Browser, ready: Ready) -> None:
    sent = ready.sent()
    answering.ask(ready.db, ready.world.agent, sent, "هل لديها شهادة السكنى؟ (مثال)")
    ready.db.commit()
    (history,) = worker.open(f"/referrals/{sent.id}").find("//section[@aria-labelledby='history']")
    names = {who: ready.db.get_one(User, who.user).name for who in (ready.world.worker, ready.world.agent)}
    assert names[ready.world.worker] in history.text_content()
    assert names[ready.world.agent] not in history.text_content()


def test_a_question_is_answered_and_both_stand_in_the_history(worker: Browser, ready: Ready) -> None:
    referral = ready.sent()
    answering.ask(ready.db, ready.world.agent, referral, "هل لديها شهادة السكنى؟ (مثال)")
    at = committed(ready, referral)
    page = worker.open(at)
    assert "هل لديها شهادة السكنى؟ (مثال)" in page.text
    page = page.send(f"{at}/answer", answer="نعم، أرفقناها (مثال)")
    assert "نعم، أرفقناها (مثال)" in page.text
    assert not page.find(f"//form[@action='{at}/answer']")


def test_an_appointment_is_noted(worker: Browser, ready: Ready) -> None:
    referral = ready.sent()
    answering.accept(ready.db, ready.world.agent, referral, Acceptance(contact_name="مينة (مثال)"))
    at = committed(ready, referral)
    soon = (now() + timedelta(days=3)).strftime("%Y-%m-%dT09:30")
    page = worker.open(at).send(f"{at}/schedule", at=soon, place="الطابق الأول (مثال)")
    assert "09:30" in page.text
    assert "الطابق الأول (مثال)" in page.text
    refused = page.send(f"{at}/schedule", at="2020-01-01T09:30")
    assert refused.status == 422
    assert refused.find("//*[@id='f-at-error']")


def test_both_sides_write_to_each_other(worker: Browser, ready: Ready) -> None:
    referral = ready.sent()
    service.write_message(ready.db, ready.world.agent, referral, "متى تأتي؟ (مثال)")
    at = committed(ready, referral)
    page = worker.open(at).send(f"{at}/messages", text="يوم الاثنين (مثال)")
    said = [one.text_content() for one in page.find("//ol[@class='talk']/li")]
    assert ["متى تأتي؟" in said[0], "يوم الاثنين" in said[1]] == [True, True]


def test_a_withdrawal_needs_a_reason_and_ends_it(worker: Browser, ready: Ready) -> None:
    at = committed(ready, ready.sent())
    page = worker.open(at)
    assert page.send(f"{at}/withdraw", reason="other").status == 422
    page = page.send(f"{at}/withdraw", reason="moved")
    assert not page.find(f"//form[@action='{at}/withdraw']")
    assert page.find(f"//a[@href='{at}/again']")


def test_after_a_decline_one_refers_again_and_the_chain_is_shown(worker: Browser, ready: Ready) -> None:
    referral = ready.sent(situation="تحتاج إلى سكن (مثال)")
    answering.decline(
        ready.db,
        ready.world.agent,
        referral,
        Decline(reason=DeclineReason.no_place, next_step="جربوا جمعية أخرى (مثال)"),
    )
    at = committed(ready, referral)
    page = worker.open(at)
    assert "جربوا جمعية أخرى (مثال)" in page.text
    page = worker.open(f"{at}/again").send(f"{at}/re-referrals")
    assert "تحتاج إلى سكن (مثال)" in page.text
    again = worker.open(page.path.removesuffix("/send"))
    assert len(again.find("//ol[@class='chain']/li")) == 2


def test_the_list_has_boxes_and_states(worker: Browser, ready: Ready) -> None:
    draft, sent = ready.draft(), ready.sent()
    withdrawn = ready.draft()
    service.withdraw(ready.db, ready.world.worker, withdrawn, Withdrawal(reason=WithdrawalReason.error))
    ready.db.commit()

    def listed(query: str) -> set[str]:
        found = worker.open(f"/referrals{query}").find("//ul[contains(@class, 'rows')]//a/@href")
        return {str(path).rpartition("/")[2] for path in found}

    assert listed("") == {str(draft.id), str(sent.id)}
    assert listed("?box=drafts") == {str(draft.id)}
    assert listed("?box=all") == {str(draft.id), str(sent.id), str(withdrawn.id)}
    assert listed("?box=late") == listed("?box=questions") == set()
    assert listed("?status=withdrawn") == {str(withdrawn.id)}


@pytest.mark.parametrize("language", ["ar", "fr", "en", "fa"])
def test_its_pages_speak_every_language(
    app: FastAPI, db: WriteSession, world: World, ready: Ready, language: str
) -> None:
    declined, asked, accepted = ready.sent(), ready.sent(), ready.sent()
    answering.decline(db, world.agent, declined, Decline(reason=DeclineReason.too_far))
    answering.ask(db, world.agent, asked, "سؤال (مثال)")
    answering.accept(db, world.agent, accepted, Acceptance(contact_name="مينة (مثال)"))
    drafts = [
        ready.draft(urgency="emergency"),
        service.refer_again(db, world.worker, declined, _again(ready)),
    ]
    db.commit()
    browser = Browser(app).sign_in_as(db, world.worker, language)
    found = [f"/referrals/{one.id}" for one in (declined, asked, accepted, *drafts)]
    sending = [f"/referrals/{one.id}/send" for one in drafts]
    choosing = [f"/cases/{ready.case.id}/referrals/new", f"/referrals/{declined.id}/again"]
    for path in (*found, *sending, *choosing, "/referrals", "/referrals?box=all"):
        assert browser.open(path).document.get("lang") == language, path


def _again(ready: Ready) -> ReReferral:
    return ReReferral(service_id=ready.service.id)


@pytest.mark.parametrize("below", ["", "/send", "/again"])
def test_who_serves_elsewhere_opens_none_of_it(
    app: FastAPI, db: WriteSession, world: World, ready: Ready, below: str
) -> None:
    at = committed(ready, ready.draft())
    Browser(app).sign_in_as(db, world.stranger).open(at + below, status=404)
    for actor in (world.agent, world.administrator, world.auditor):
        Browser(app).sign_in_as(db, actor).open(at + below, status=403)
    assert (
        not Browser(app)
        .sign_in_as(db, world.stranger)
        .open("/referrals")
        .find("//a[contains(@href, '/referrals/')]")
    )


def test_opening_a_referral_is_on_record(worker: Browser, ready: Ready) -> None:
    at = committed(ready, ready.sent())
    worker.open(at)
    assert "قراءة توجيه" in worker.open(f"/people/{ready.person.id}/accesses").text


@pytest.mark.parametrize("days", [-3, -1, 0, 8])
def test_when_an_answer_is_due_is_told_without_a_word_that_turns_it_around(
    worker: Browser, ready: Ready, days: int
) -> None:
    """In Arabic "before" in front of "three days ago" or "in eight days" says something else."""
    referral = ready.sent()
    referral.decide_by = now() + timedelta(days=days)
    ready.db.commit()
    said = {
        -3: "فات الأجل منذ 3 أيام",
        -1: "فات الأجل أمس",
        0: "أجل الجواب: اليوم",
        8: "أجل الجواب: بعد 8 أيام",
    }
    assert said[days] in worker.open("/referrals").text


def test_while_the_partner_waits_for_the_window_no_answer_is_due(worker: Browser, ready: Ready) -> None:
    referral = ready.sent()
    answering.ask(ready.db, ready.world.agent, referral, "سؤال (مثال)")
    ready.db.commit()
    assert "أجل الجواب: متوقف" in worker.open("/referrals").text


def test_from_an_overdue_referral_the_partner_is_called(
    worker: Browser, supervisor: Browser, ready: Ready
) -> None:
    institution = ready.db.get_one(Institution, ready.world.ours)
    called = [ContactIn(name="مينة (مثال)", phone="0537000000")]
    partners.replace_contacts(ready.db, SYSTEM, institution, called)
    sent = ready.sent()
    at = committed(ready, sent)
    assert not worker.open(at).find("//*[@id='late']")
    sent.decide_by = sent.remind_at = now() - timedelta(hours=5)
    ready.db.commit()
    (late,) = worker.open(at).find("//*[@id='late']")
    assert late.xpath(".//a[starts-with(@href, 'tel:')]")
    assert reference(sent.id) in late.text_content()
    assert "لم يرسل أي تذكير بعد" in late.text_content()
    assert not late.xpath(".//a[starts-with(@href, '/flow/')]")
    jobs.remind(ready.db)
    ready.db.commit()
    page = supervisor.open(at)
    (late,) = page.find("//*[@id='late']")
    assert "لم يرسل أي تذكير بعد" not in late.text_content()
    flow = supervisor.open(f"/flow/{ready.world.ours}")
    assert late.xpath(f".//a[@href='/flow/{ready.world.ours}']")
    assert reference(sent.id) in flow.text
    assert page.find(f"//a[@href='/directory/{ready.world.ours}']")
