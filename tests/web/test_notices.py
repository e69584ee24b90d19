"""Notices: which referral each is about, and how many wait unread, on every page."""

import pytest
from fastapi import FastAPI
from sqlalchemy import select

from app.core.actor import Role
from app.core.clock import now
from app.core.db import WriteSession
from app.core.ids import uuid7
from app.notifications import service as notifications
from app.notifications.models import Notification
from app.referrals.naming import reference
from tests.factories import referrals
from tests.factories.referrals import Ready
from tests.factories.world import World
from tests.support.pages import Browser


@pytest.fixture
def ready(db: WriteSession, world: World) -> Ready:
    return referrals.ready(db, world)


def test_two_notices_of_one_kind_are_told_apart_without_a_name(
    agent: Browser, db: WriteSession, world: World, ready: Ready
) -> None:
    sent = [ready.sent(), ready.sent()]
    for referral in sent:
        notifications.notify(db, [world.agent.user], "referral.message", "referral", referral.id, uuid7())
    db.commit()
    page = agent.open("/notices")
    rows = [row.text_content() for row in page.find("//main//li")]
    assert all(any(reference(referral.id) in row for row in rows) for referral in sent)
    assert ready.service.name_ar in rows[0]
    assert str(ready.person.family_name_latin) not in page.text


def test_a_referral_that_is_not_ones_own_is_not_named(
    agent: Browser, db: WriteSession, world: World, ready: Ready
) -> None:
    draft = ready.draft()
    notifications.notify(db, [world.agent.user], "referral.message", "referral", draft.id, uuid7())
    db.commit()
    assert ready.service.name_ar not in agent.open("/notices").text


def test_the_bell_counts_what_is_unread(agent: Browser, db: WriteSession, world: World, ready: Ready) -> None:
    sent = ready.sent()
    assert not agent.open("/inbox").find("//*[@class='unread']")
    for _ in range(3):
        notifications.notify(db, [world.agent.user], "referral.message", "referral", sent.id, uuid7())
    notifications.notify(db, [world.worker.user], "referral.message", "referral", sent.id, uuid7())
    db.commit()
    (bell,) = agent.open("/inbox").find("//*[@class='unread']")
    assert bell.text_content().split() == ["3", "غير", "مقروءة"]
    page = agent.open("/notices").send("/notices/read")
    assert not page.find("//*[@class='unread']")


def test_the_latest_stands_first(agent: Browser, db: WriteSession, world: World, ready: Ready) -> None:
    sent = ready.sent()
    db.add(
        Notification(
            user_id=world.agent.user,
            kind="referral.message",
            subject_type="referral",
            subject_id=sent.id,
            cause_id=uuid7(),
        )
    )
    db.flush()
    earlier = Notification(
        user_id=world.agent.user,
        kind="referral.send",
        subject_type="referral",
        subject_id=sent.id,
        cause_id=uuid7(),
    )
    db.add(earlier)
    earlier.created_at = now().replace(year=2020)
    db.commit()
    rows = [row.text_content() for row in agent.open("/notices").find("//main//li")]
    assert "2020" in rows[-1]


def _told(db: WriteSession, world: World, ready: Ready, times: int = 1) -> list[str]:
    """Notices of messages about one referral, and where each is opened."""
    sent = ready.sent()
    for _ in range(times):
        notifications.notify(db, [world.agent.user], "referral.message", "referral", sent.id, uuid7())
    db.commit()
    found = select(Notification.id).where(Notification.subject_id == sent.id).order_by(Notification.id)
    return [f"/notices/{identity}" for identity in db.scalars(found)]


def test_opening_a_notice_marks_it_read_and_leads_on(
    agent: Browser, db: WriteSession, world: World, ready: Ready
) -> None:
    first, second = _told(db, world, ready, 2)
    page = agent.open("/notices").send(first)
    assert page.path.startswith("/inbox/")
    (bell,) = page.find("//*[@class='unread']")
    assert bell.text_content().split()[0] == "1"
    page = agent.open("/notices")
    assert len(page.find("//li[contains(@class, 'rows__row--new')]")) == 1
    assert page.find("//a[starts-with(@href, '/inbox/')]")  # what was read is a link like any other
    assert not page.find("//form[@action=$to]", to=first)
    assert page.find("//form[@action=$to]", to=second)
    assert agent.open(first).path == "/notices"  # loaded again, or gone back to after the lock


def test_nothing_is_offered_to_be_marked_where_all_is_read(
    agent: Browser, db: WriteSession, world: World, ready: Ready
) -> None:
    (only,) = _told(db, world, ready)
    page = agent.open("/notices")
    assert page.find("//form[@action='/notices/read']")
    page.send(only)
    assert not agent.open("/notices").find("//form[@action='/notices/read']")


def test_anothers_notice_is_not_opened(
    agent: Browser, worker: Browser, db: WriteSession, world: World, ready: Ready
) -> None:
    (only,) = _told(db, world, ready)
    fields = dict(agent.open("/notices").find("//form[@action=$to]", to=only)[0].form_values())
    fields["_proof"] = worker.open("/notices").find("//input[@name='_proof']/@value")[0]
    assert worker.post(only, fields).status == 404
    assert agent.open("/notices").find("//*[@class='unread']")


def test_the_desk_opens_a_notice_in_the_same_way(
    worker: Browser, db: WriteSession, world: World, ready: Ready
) -> None:
    sent = ready.sent()
    notifications.notify(db, [world.worker.user], "referral.message", "referral", sent.id, uuid7())
    db.commit()
    (form,) = worker.open("/desk").find("//form[starts-with(@action, '/notices/')]")
    assert worker.open("/desk").send(form.get("action")).path == f"/referrals/{sent.id}"
    assert not worker.open("/desk").find("//form[starts-with(@action, '/notices/')]")


def test_each_side_is_told_in_its_own_words(
    app: FastAPI, db: WriteSession, world: World, ready: Ready
) -> None:
    sent = ready.sent()
    both = [world.agent.user, world.supervisor.user]
    for kind in ("send", "breach", "reminder"):
        notifications.notify(db, both, f"referral.{kind}", "referral", sent.id, uuid7())
    db.commit()
    told = {
        who.role: Browser(app).sign_in_as(db, who, "en").open("/notices").text
        for who in (world.agent, world.supervisor)
    }
    assert "A new referral has come to you" in told[Role.partner_agent]
    assert "has run out without your answer" in told[Role.partner_agent]
    assert "A referral was sent to a partner." in told[Role.supervisor]
    assert "The partner has not answered a referral in time." in told[Role.supervisor]
    assert "your answer" not in told[Role.supervisor]
