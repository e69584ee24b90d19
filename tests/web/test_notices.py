"""Notices: which referral each is about, and how many wait unread, on every page."""

import pytest

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
