"""What a worker acknowledges before sending: each form its own, and only what is true of what it sends."""

from fastapi import FastAPI

from app.consents import service as consents
from app.core.db import WriteSession
from tests.factories import referrals
from tests.factories.referrals import Ready
from tests.factories.world import World
from tests.support.pages import Browser
from tests.web.sending import SHARED, committed, kept

ACKNOWLEDGED = "//input[@name='acknowledged[]']"


def test_sending_less_than_the_service_needs_explains_itself_and_can_be_confirmed(
    worker: Browser, ready: Ready
) -> None:
    at = committed(ready, ready.draft())
    page = worker.open(f"{at}/send")
    assert not page.find("//input[@name='acknowledged[]']")
    refused = page.send(f"{at}/send", categories=["identity"])
    assert refused.status == 409
    assert "لن يتم تقاسم بعض ما تحتاجه هذه الخدمة" in refused.find("//*[@id='refusal']")[0].text_content()
    assert [one.get("value") for one in refused.find("//input[@name='categories[]'][@checked]")] == [
        "identity"
    ]
    sent = refused.send(f"{at}/send", acknowledged=["needed_data"])
    assert kept(ready, sent).acknowledged == ["needed_data"]


def test_nobody_has_to_acknowledge_what_is_not_true_any_more(worker: Browser, ready: Ready) -> None:
    at = committed(ready, ready.draft())
    refused = worker.open(f"{at}/send").send(f"{at}/send", categories=["identity"])
    assert [box.get("value") for box in refused.find(ACKNOWLEDGED)] == ["needed_data"]
    assert not refused.find(f"{ACKNOWLEDGED}[@required]"), "everything needed may be ticked now"
    sent = refused.send(f"{at}/send", categories=SHARED)
    assert kept(ready, sent).acknowledged == []


def test_what_the_legal_grounds_leave_out_is_warned_of_in_their_own_form(
    worker: Browser, unasked: Ready
) -> None:
    at = committed(unasked, unasked.draft())
    action = f"{at}/send-without-consent"
    page = worker.open(f"{at}/send")
    assert not page.find(ACKNOWLEDGED), "the law may open everything that is needed"
    grounds = {"legal_grounds__basis": "vital_interest", "legal_grounds__reason": "الشخص في خطر (مثال)"}
    refused = page.send(action, categories=["identity"], **grounds)
    assert refused.status == 409
    assert refused.find(f"//form[@action='{action}']{ACKNOWLEDGED}[not(@required)]")
    sent = refused.send(action, categories=["identity"], acknowledged=["needed_data"])
    assert kept(unasked, sent).acknowledged == ["needed_data"]


def test_a_warning_of_one_form_does_not_stand_in_the_other(worker: Browser, ready: Ready) -> None:
    at = committed(ready, ready.draft())
    page = worker.open(f"{at}/send")
    assert ready.consent is not None
    consents.withdraw(ready.db, ready.world.worker, ready.consent, "مثال")
    ready.db.commit()
    refused = page.send(f"{at}/send", categories=["contact"])
    assert refused.status == 409
    assert refused.find(f"//form[@action='{at}/send-without-consent']")
    assert not refused.find(ACKNOWLEDGED)


def test_a_warning_is_explained_and_has_to_be_acknowledged(
    db: WriteSession, world: World, app: FastAPI
) -> None:
    ready = referrals.ready(db, world, service_values={"min_age": 60})
    at = committed(ready, ready.draft())
    page = Browser(app).sign_in_as(db, world.worker).open(f"{at}/send")
    assert page.find("//input[@name='acknowledged[]'][@value='age']")
    refused = page.send(f"{at}/send", categories=SHARED)
    assert refused.status == 409
    both = ["age", "needed_data"]  # nor is the birth shared, by which the partner could judge
    sent = page.send(f"{at}/send", categories=SHARED, acknowledged=both)
    assert kept(ready, sent).acknowledged == both
