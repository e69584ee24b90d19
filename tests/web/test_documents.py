"""Documents that go with a referral: each side adds its own, and sees what it may, without scripts."""

import pytest
from fastapi import FastAPI

from app.audit.models import AuditEntry
from app.auth.models import User
from app.consents import service as consents
from app.core.actor import Role
from app.core.db import WriteSession
from app.core.settings import LANGUAGES, settings
from app.files.models import Attachment
from app.partners.models import Institution
from app.referrals import answering
from app.referrals.models import Referral
from app.referrals.partner_schemas import Decline
from app.referrals.states import DeclineReason
from tests.factories import referrals
from tests.factories.files import PDF
from tests.factories.referrals import Ready
from tests.factories.world import World
from tests.support.pages import Browser, Page

NAME = "attestation.pdf"


@pytest.fixture
def ready(db: WriteSession, world: World) -> Ready:
    return referrals.ready(db, world)


@pytest.fixture
def sent(ready: Ready) -> Referral:
    return _sent(ready)


@pytest.fixture
def with_documents(db: WriteSession, world: World) -> Referral:
    """The person agrees to share documents too."""
    ready = referrals.ready(db, world, with_consent=False)
    agreed = ["identity", "contact", "documents"]
    referrals.consent(db, world.worker, ready.person, categories=agreed)
    return _sent(ready)


def _sent(ready: Ready) -> Referral:
    referral = ready.sent()
    ready.db.commit()
    return referral


def _attached(browser: Browser, at: str, name: str = NAME, content: bytes = PDF) -> Page:
    return browser.open(at).attach(f"{at}/attachments", name, content)


def test_what_a_partner_sends_is_read_at_the_window(agent: Browser, worker: Browser, sent: Referral) -> None:
    page = _attached(agent, f"/inbox/{sent.id}")
    assert (page.path, page.status) == (f"/inbox/{sent.id}", 200)
    assert page.find("//*[@role='status']")
    link = worker.open(f"/referrals/{sent.id}").link(NAME)
    assert worker.client.get(link).content == PDF


def test_where_documents_are_not_shared_a_partner_opens_what_they_sent_and_nothing_else(
    agent: Browser, worker: Browser, sent: Referral
) -> None:
    ours = _attached(worker, f"/referrals/{sent.id}", "ours.pdf").link("ours.pdf")
    page = _attached(agent, f"/inbox/{sent.id}")
    assert agent.client.get(page.link(NAME)).content == PDF
    assert "ours.pdf" not in page.text
    shared = ours.replace("/attachments/", f"/inbox/{sent.id}/documents/")
    assert agent.client.get(shared).status_code == 403


def test_what_a_partner_sent_stays_open_to_them_when_the_person_withdraws_and_when_it_ends(
    agent: Browser, worker: Browser, world: World, db: WriteSession, ready: Ready
) -> None:
    withheld, ended = ready.sent(), ready.sent()
    db.commit()
    inbox = [f"/inbox/{one.id}" for one in (withheld, ended)]
    for one, at in zip((withheld, ended), inbox, strict=True):
        _attached(agent, at)
        _attached(worker, f"/referrals/{one.id}", "ours.pdf")
    answering.decline(db, world.agent, ended, Decline(reason=DeclineReason.no_place))
    assert ready.consent is not None
    consents.withdraw(db, world.worker, ready.consent, "She changed her mind.")
    db.commit()
    for at in inbox:
        page = agent.open(at)
        assert agent.client.get(page.link(NAME)).content == PDF
        assert "ours.pdf" not in page.text
        assert not page.find("//form[contains(@action, '/remove')]")


def test_what_one_institution_sent_does_not_exist_for_another(
    app: FastAPI, db: WriteSession, world: World, agent: Browser, sent: Referral
) -> None:
    link = _attached(agent, f"/inbox/{sent.id}").link(NAME)
    other = Browser(app).sign_in_as(db, world.other_agent)
    assert other.client.get(link).status_code == 404


def test_where_documents_are_shared_both_sides_open_all_of_them(
    agent: Browser, worker: Browser, with_documents: Referral
) -> None:
    at = f"/inbox/{with_documents.id}"
    _attached(worker, f"/referrals/{with_documents.id}", "ours.pdf")
    page = _attached(agent, at)
    for name in ("ours.pdf", NAME):
        assert agent.client.get(page.link(name)).content == PDF
    assert len(page.find("//form[contains(@action, '/remove')]")) == 1  # a partner takes back what they sent


def test_a_partner_takes_back_what_they_sent(agent: Browser, sent: Referral) -> None:
    page = _attached(agent, f"/inbox/{sent.id}")
    page = page.send(page.find("//form[contains(@action, '/remove')]/@action")[0])
    assert page.path == f"/inbox/{sent.id}"
    assert NAME not in page.text


@pytest.mark.parametrize(
    ("language", "said"),
    [("ar", "نوع"), ("fr", "type"), ("en", "type"), ("fa", "نوع")],
)
def test_what_is_no_document_by_its_content_is_refused_in_the_readers_language(
    app: FastAPI, db: WriteSession, world: World, sent: Referral, language: str, said: str
) -> None:
    agent = Browser(app).sign_in_as(db, world.agent, language)
    page = _attached(agent, f"/inbox/{sent.id}", NAME, b"MZ\x00\x01")
    assert page.status == 415
    assert said in page.find("//*[@id='refusal']")[0].text_content()
    assert page.find("//form[contains(@action, '/attachments')]")  # to choose another


def test_an_empty_file_and_none_are_refused_beside_the_field(agent: Browser, sent: Referral) -> None:
    at = f"/inbox/{sent.id}"
    for page in (_attached(agent, at, NAME, b""), agent.open(at).send(f"{at}/attachments")):
        assert page.status == 422
        assert page.find("//*[@id='f-file-error']")


def test_a_file_beyond_the_limit_is_refused(agent: Browser, sent: Referral) -> None:
    too_large = b"x" * (settings().attachment_limit_bytes + 1)
    page = _attached(agent, f"/inbox/{sent.id}", NAME, too_large)
    assert page.status == 413
    assert NAME not in page.text


def _late(browser: Browser, at: str, fields: dict[str, str]) -> int:
    """Send the form of a page that was opened before things changed; returns the answer's status."""
    return browser.post(f"{at}/attachments", fields, {"file": (NAME, PDF)}).status


def _form(browser: Browser, at: str) -> dict[str, str]:
    (form,) = browser.open(at).find(f"//form[@action='{at}/attachments']")
    return dict(form.form_values())


def test_nothing_is_sent_to_what_has_ended_or_is_withheld(
    agent: Browser, worker: Browser, world: World, db: WriteSession, ready: Ready
) -> None:
    ended, withheld = ready.sent(), ready.sent()
    db.commit()
    inbox = {one: f"/inbox/{one.id}" for one in (ended, withheld)}
    filled = {one: _form(agent, at) for one, at in inbox.items()}
    at_window = f"/referrals/{ended.id}"
    filled_at_window = _form(worker, at_window)
    answering.decline(db, world.agent, ended, Decline(reason=DeclineReason.no_place))
    assert ready.consent is not None
    consents.withdraw(db, world.worker, ready.consent, "She changed her mind.")
    db.commit()
    for at in inbox.values():
        page = agent.open(at)
        assert not page.find("//input[@type='file']")
        assert not page.find("//*[@id='documents']")  # nothing was sent either
    assert not worker.open(at_window).find("//input[@type='file']")
    assert _late(agent, inbox[ended], filled[ended]) == 409
    assert _late(agent, inbox[withheld], filled[withheld]) == 403
    assert _late(worker, at_window, filled_at_window) == 409
    assert not db.query(Attachment).all()


def test_the_window_still_removes_what_was_attached_to_what_has_ended(
    worker: Browser, world: World, db: WriteSession, sent: Referral
) -> None:
    _attached(worker, f"/referrals/{sent.id}")
    answering.decline(db, world.agent, sent, Decline(reason=DeclineReason.no_place))
    db.commit()
    page = worker.open(f"/referrals/{sent.id}")
    page = page.send(page.find("//form[contains(@action, '/remove')]/@action")[0])
    assert (page.status, NAME in page.text) == (200, False)


def test_a_colleague_of_who_sent_a_document_opens_it_and_cannot_take_it_back(
    app: FastAPI, db: WriteSession, world: World, agent: Browser, sent: Referral
) -> None:
    at = f"/inbox/{sent.id}"
    _attached(agent, at)
    colleague = world.user(Role.partner_agent, institution_id=world.ours)
    page = Browser(app).sign_in_as(db, colleague).open(at)
    assert page.link(NAME)
    assert not page.find("//form[contains(@action, '/remove')]")


@pytest.mark.parametrize("page", ["", "/send"])
def test_that_documents_were_listed_at_the_window_is_on_record(
    db: WriteSession, worker: Browser, world: World, ready: Ready, page: str
) -> None:
    referral = ready.draft() if page else ready.sent()
    db.commit()
    worker.open(f"/referrals/{referral.id}{page}")
    (entry,) = db.query(AuditEntry).filter_by(action="attachment:list").all()
    assert (entry.actor_id, entry.subject_id) == (world.worker.user, referral.id)
    assert (entry.subject_type, entry.person_id) == ("referral", ready.person.id)


def test_who_has_no_part_in_a_referral_adds_nothing(
    app: FastAPI, db: WriteSession, world: World, agent: Browser, worker: Browser, sent: Referral
) -> None:
    for at, owner, other in (
        (f"/inbox/{sent.id}", agent, world.other_agent),
        (f"/referrals/{sent.id}", worker, world.stranger),
    ):
        (form,) = owner.open(at).find(f"//form[@action='{at}/attachments']")
        stranger = Browser(app).sign_in_as(db, other)
        proof = stranger.open("/account").find("//input[@name='_proof']/@value")[0]
        fields = {**dict(form.form_values()), "_proof": proof}
        assert stranger.post(f"{at}/attachments", fields, {"file": (NAME, PDF)}).status == 404


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_list_of_documents_speaks_every_language(
    app: FastAPI, db: WriteSession, world: World, sent: Referral, language: str
) -> None:
    agent = Browser(app).sign_in_as(db, world.agent, language)
    assert NAME in _attached(agent, f"/inbox/{sent.id}").text
    worker = Browser(app).sign_in_as(db, world.worker, language)
    assert NAME in worker.open(f"/referrals/{sent.id}").text


def test_each_document_says_who_sent_it_and_when(
    agent: Browser, worker: Browser, world: World, db: WriteSession, with_documents: Referral
) -> None:
    _attached(worker, f"/referrals/{with_documents.id}", "ours.pdf")
    _attached(agent, f"/inbox/{with_documents.id}")
    ours, theirs = (db.get_one(User, who.user).name for who in (world.worker, world.agent))
    at_window = worker.open(f"/referrals/{with_documents.id}").find("//*[@id='documents']//li")
    at_partner = agent.open(f"/inbox/{with_documents.id}").find("//*[@id='documents']//li")
    institution = db.get_one(Institution, world.ours).name_ar
    for rows, senders in ((at_window, (institution, ours)), (at_partner, ("من مؤسستنا", "من الشباك"))):
        for row, sender in zip(rows, senders, strict=True):
            assert sender in row.text_content()
            assert row.xpath(".//time")
    assert (
        theirs not in at_window[0].text_content()
    )  # of a partner's people the window is told the institution


def test_without_scripts_it_is_said_that_the_page_is_loaded_anew(agent: Browser, sent: Referral) -> None:
    (told,) = agent.open(f"/inbox/{sent.id}").find("//*[@id='documents']//noscript")
    assert "أرسل أو احفظ أولا" in told.text_content()
