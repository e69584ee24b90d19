"""What was sent to a partner: three boxes, what is overdue first, each told apart from the others."""

from datetime import timedelta

import pytest

from app.core.clock import now
from app.core.db import WriteSession
from app.referrals.models import Referral
from app.referrals.naming import reference
from app.referrals.states import ReferralStatus
from tests.factories import referrals
from tests.factories.referrals import Ready
from tests.factories.world import World
from tests.support.pages import Browser


@pytest.fixture
def ready(db: WriteSession, world: World) -> Ready:
    return referrals.ready(db, world, quota=5, quota_period="month")


@pytest.fixture
def sent(ready: Ready) -> Referral:
    referral = ready.sent(situation="تبحث عن سكن (مثال)")
    ready.db.commit()
    return referral


def test_the_list_tells_the_service_and_the_deadline_and_no_name(
    agent: Browser, ready: Ready, sent: Referral
) -> None:
    page = agent.open("/inbox")
    assert ready.service.name_ar in page.text
    assert str(ready.person.family_name_latin) not in page.text
    assert "جديد" in page.text


def test_an_empty_box_says_what_will_stand_there(agent: Browser) -> None:
    assert "لا توجيه في انتظار جوابك" in agent.open("/inbox").text


def test_the_earliest_deadline_stands_first(agent: Browser, ready: Ready) -> None:
    slow, fast = ready.sent(), ready.sent(urgency="emergency")
    ready.db.commit()
    forms = [form.get("action") for form in agent.open("/inbox").find("//main//form")]
    assert forms == [f"/inbox/{fast.id}/open", f"/inbox/{slow.id}/open"]


def test_what_is_overdue_stands_first(agent: Browser, db: WriteSession, ready: Ready) -> None:
    waiting, late, later = ready.sent(), ready.sent(), ready.sent()
    late.decide_by, later.decide_by = now() - timedelta(hours=5), now() - timedelta(hours=3)
    db.commit()
    page = agent.open("/inbox?limit=2")
    rows = page.find("//main//li") + page.follow("عرض المزيد").find("//main//li")
    found = [row.xpath("string(.//h2)").split()[-1] for row in rows]
    assert found == [reference(one.id) for one in (late, later, waiting)]


def test_two_of_one_service_are_told_apart_by_a_number_that_both_sides_see(
    agent: Browser, worker: Browser, ready: Ready
) -> None:
    one, other = ready.sent(), ready.sent(urgency="emergency")
    ready.db.commit()
    text = agent.open("/inbox").text
    for referral in (one, other):
        number = reference(referral.id)
        assert len(number.replace("-", "")) == 8
        assert number in text
        for browser, path in (
            (agent, f"/inbox/{referral.id}"),
            (agent, f"/inbox/{referral.id}/accept"),
            (worker, f"/referrals/{referral.id}"),
            (worker, "/referrals"),
            (worker, f"/referrals/{referral.id}/letter"),
        ):
            assert number in browser.open(path).text, path
    assert ready.case.number not in text


def test_the_list_says_how_urgent_each_is_and_how_long_it_has_waited(agent: Browser, ready: Ready) -> None:
    ready.sent()
    old = ready.sent(urgency="emergency")
    old.sent_at = now() - timedelta(days=3)
    ready.db.commit()
    first, second = agent.open("/inbox").find("//main//li")
    assert "طارئة" in first.text_content()
    assert first.xpath("string(.//dt[contains(., 'مدة الانتظار')]/following-sibling::dd)").startswith(
        "3 أيام"
    )
    assert first.xpath(".//*[contains(@class, 'badge')]/*[contains(@class, 'icon')]")
    assert "عادية" in second.text_content()


def test_the_next_page_of_what_is_due_goes_on_where_the_first_ended(agent: Browser, ready: Ready) -> None:
    for _ in range(3):
        ready.sent()
    ready.db.commit()
    first = agent.open("/inbox?limit=2")
    second = first.follow("عرض المزيد")
    actions = [form.get("action") for page in (first, second) for form in page.find("//main//form")]
    assert (len(actions), len(set(actions))) == (3, 3)


def test_a_deadline_that_has_passed_is_marked(agent: Browser, db: WriteSession, sent: Referral) -> None:
    assert "تجاوز الأجل" not in agent.open("/inbox").text
    sent.decide_by = now() - timedelta(hours=3)
    db.commit()
    assert "تجاوز الأجل منذ 3 ساعات" in agent.open("/inbox").text


def test_the_boxes_follow_the_state(agent: Browser, ready: Ready, sent: Referral) -> None:
    agent.open(f"/inbox/{sent.id}/accept").send(f"/inbox/{sent.id}/accept", contact_name="مينة (مثال)")
    assert ready.service.name_ar not in agent.open("/inbox").text
    assert ready.service.name_ar in agent.open("/inbox?box=in_progress").text
    assert ready.service.name_ar not in agent.open("/inbox?box=ended").text


def test_opening_from_the_list_says_that_it_was_seen(
    agent: Browser, db: WriteSession, ready: Ready, sent: Referral
) -> None:
    page = agent.open("/inbox").send(f"/inbox/{sent.id}/open")
    assert page.path == f"/inbox/{sent.id}"
    db.refresh(sent)
    assert sent.status is ReferralStatus.seen
