"""What a partner wrote with its own steps: it reads it again until the person withdraws; the window's words close before."""

from collections.abc import Callable

import pytest

from app.consents import service as consents
from app.core.actor import Actor
from app.core.clock import today
from app.core.db import WriteSession
from app.referrals import answering, service
from app.referrals.models import Referral
from app.referrals.partner_schemas import Acceptance, Completion, Decline, Failure, Hold, Waitlist
from app.referrals.states import DeclineReason, FailureReason, HoldReason
from tests.factories.referrals import Ready
from tests.factories.world import World, headers
from tests.support.client import CheckedClient
from tests.support.pages import Browser

OURS, THEIRS = "كلام مؤسستنا (مثال)", "كلام الشباك (مثال)"

Written = Callable[[WriteSession, Actor, Referral], object]


def _asked(db: WriteSession, agent: Actor, referral: Referral) -> object:
    return answering.ask(db, agent, referral, OURS)


def _declined(db: WriteSession, agent: Actor, referral: Referral) -> object:
    return answering.decline(db, agent, referral, Decline(reason=DeclineReason.no_place, note=OURS))


def _suggested(db: WriteSession, agent: Actor, referral: Referral) -> object:
    return answering.decline(db, agent, referral, Decline(reason=DeclineReason.no_place, next_step=OURS))


def _put_on_the_list(db: WriteSession, agent: Actor, referral: Referral) -> object:
    return answering.waitlist(db, agent, referral, Waitlist(expected_on=today(), note=OURS))


def _held(db: WriteSession, agent: Actor, referral: Referral) -> object:
    answering.accept(db, agent, referral, Acceptance(contact_name="مينة (مثال)"))
    return answering.hold(db, agent, referral, Hold(reason=HoldReason.person_absent, note=OURS))


def _completed(db: WriteSession, agent: Actor, referral: Referral) -> object:
    answering.accept(db, agent, referral, Acceptance(contact_name="مينة (مثال)"))
    data = Completion.model_validate({"outcomes": {"housing": "met"}, "note": OURS})
    return answering.complete(db, agent, referral, data)


def _failed(db: WriteSession, agent: Actor, referral: Referral) -> object:
    answering.accept(db, agent, referral, Acceptance(contact_name="مينة (مثال)"))
    return answering.fail(db, agent, referral, Failure(reason=FailureReason.no_show, note=OURS))


@pytest.mark.parametrize(
    "write", [_asked, _declined, _suggested, _put_on_the_list, _held, _completed, _failed]
)
def test_what_the_partner_wrote_is_shown_to_it_until_the_person_withdraws(
    agent: Browser, world: World, db: WriteSession, ready: Ready, sent: Referral, write: Written
) -> None:
    write(db, world.agent, sent)
    db.commit()
    assert OURS in agent.open(f"/inbox/{sent.id}").text
    assert ready.consent is not None
    consents.withdraw(db, world.worker, ready.consent, "She changed her mind.")
    db.commit()
    page = agent.open(f"/inbox/{sent.id}")
    assert OURS not in page.text
    assert str(ready.person.family_name_latin) not in page.text
    assert "She changed her mind." not in page.text


def test_what_the_window_answered_closes_with_the_consent(
    agent: Browser, world: World, db: WriteSession, ready: Ready, sent: Referral
) -> None:
    answering.ask(db, world.agent, sent, OURS)
    service.answer(db, world.worker, sent, THEIRS)
    service.write_message(db, world.worker, sent, "رسالة الشباك (مثال)")
    db.commit()
    assert THEIRS in agent.open(f"/inbox/{sent.id}").text
    assert ready.consent is not None
    consents.withdraw(db, world.worker, ready.consent, "She changed her mind.")
    db.commit()
    page = agent.open(f"/inbox/{sent.id}")
    assert THEIRS not in page.text
    assert "رسالة الشباك (مثال)" not in page.text


def test_over_http_the_partner_reads_its_own_steps_and_of_the_windows_that_they_were_taken(
    client: CheckedClient, world: World, db: WriteSession, ready: Ready, sent: Referral
) -> None:
    answering.ask(db, world.agent, sent, OURS)
    service.answer(db, world.worker, sent, THEIRS)
    answering.decline(db, world.agent, sent, Decline(reason=DeclineReason.no_place, next_step=OURS))
    db.commit()
    url = f"/api/v1/partner/referrals/{sent.id}"
    told = client.get(f"{url}/steps", headers=headers(world.agent)).json()["items"]
    assert [(step["action"], step["reason_code"], step["note"]) for step in told] == [
        ("send", None, None),
        ("ask", None, OURS),
        ("answer", None, None),
        ("decline", "no_place", None),
    ]
    view = client.get(url, headers=headers(world.agent)).json()
    assert (view["is_withheld"], view["next_step"]) == (True, OURS)
    assert client.get(f"{url}/steps", headers=headers(world.other_agent)).status_code == 404
    assert client.get(f"{url}/messages", headers=headers(world.agent)).status_code == 403
