"""A partner sees what consent and agreement allow now: asked at every read, not once when it was sent."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from sqlalchemy import select

from app.audit.models import AuditEntry
from app.auth import service as accounts
from app.auth.models import User
from app.auth.schemas import UserUpdate
from app.auth.states import UserStatus
from app.consents import service as consents
from app.consents.schemas import Narrowing
from app.core.actor import Actor, Role
from app.core.clock import now, today
from app.core.db import WriteSession
from app.core.errors import NotFound
from app.core.settings import Settings
from app.core.sharing import DataCategory, Withheld
from app.files import queries as attachments
from app.files import service as files
from app.files.models import Attachment, SubjectType
from app.referrals import answering, history, partner_view, service
from app.referrals.models import Referral
from app.referrals.partner_schemas import Acceptance, Completion
from app.referrals.schemas import ReferralSend, Withdrawal
from tests.factories import referrals
from tests.factories.files import PDF
from tests.factories.referrals import Ready
from tests.factories.world import World, headers
from tests.support.client import CheckedClient


def seen(ready: Ready, referral: Referral) -> dict[str, Any]:
    ready.db.flush()
    return partner_view.read(ready.db, ready.world.agent, referral.id)


def test_only_agreed_categories_are_shown(ready: Ready) -> None:
    view = seen(ready, ready.sent(situation="تحتاج إلى سكن"))
    assert view["categories"] == ["contact", "identity", "needs", "situation"]
    assert set(view["person"]) == {"identity", "contact"}
    assert (view["needs"], view["situation"]) == (["housing"], "تحتاج إلى سكن")
    assert view["assessment"] is None
    assert not {"case_id", "person_id", "legal_basis", "institution_id"} & view.keys()


def test_a_consent_withdrawn_today_shows_nothing_today(ready: Ready) -> None:
    referral = ready.sent(situation="تحتاج إلى سكن")
    assert ready.consent is not None
    consents.withdraw(ready.db, ready.world.worker, ready.consent, "She changed her mind.")
    view = seen(ready, referral)
    assert (view["is_withheld"], view["categories"], view["person"]) == (True, [], None)
    assert (view["needs"], view["situation"]) == (None, None)
    with pytest.raises(Withheld):
        partner_view.require_shared(ready.db, ready.world.agent, referral.id)


def test_a_narrowed_consent_shows_less(ready: Ready) -> None:
    referral = ready.sent()
    assert ready.consent is not None
    consents.narrow(
        ready.db, ready.world.worker, ready.consent, Narrowing(categories=[DataCategory.identity])
    )
    assert seen(ready, referral)["categories"] == ["identity"]


def test_a_consent_that_ran_out_shows_nothing(db: WriteSession, world: World) -> None:
    ready = referrals.ready(db, world, with_consent=False)
    referrals.consent(db, world.worker, ready.person, valid_until=today() + timedelta(days=10))
    referral = ready.sent()
    assert not seen(ready, referral)["is_withheld"]
    with time_machine.travel(now() + timedelta(days=12)):
        assert seen(ready, referral)["is_withheld"]


def test_a_wider_consent_later_does_not_widen_what_was_sent(ready: Ready) -> None:
    referral = ready.sent()
    referrals.consent(ready.db, ready.world.worker, ready.person, categories=list(DataCategory))
    assert seen(ready, referral)["categories"] == ["contact", "identity", "needs", "situation"]


def test_what_was_sent_on_legal_grounds_does_not_hang_on_consent(db: WriteSession, world: World) -> None:
    ready = referrals.ready(db, world, with_consent=False, data_categories=["identity", "needs"])
    data = ReferralSend.model_validate(
        {
            "legal_grounds": {"basis": "child_protection", "reason": "A child is in danger."},
            "categories": ["identity", "needs"],
        }
    )
    referral = service.send(db, world.worker, ready.draft(), data)
    assert seen(ready, referral)["categories"] == ["identity", "needs"]
    partner_view.require_shared(db, world.agent, referral.id)


def test_the_latest_assessment_is_shown_with_its_category_only(db: WriteSession, world: World) -> None:
    ready = referrals.ready(db, world, with_consent=False)
    referrals.consent(db, world.worker, ready.person, categories=["identity", "assessment", "documents"])
    referral = ready.sent()
    assert "assessment" in seen(ready, referral)["categories"]
    assert partner_view.documents_from(db, world.agent, referral.id) is None


def test_documents_need_their_own_category(ready: Ready) -> None:
    referral = ready.sent()
    ready.db.flush()
    assert partner_view.documents_from(ready.db, ready.world.agent, referral.id) == ready.world.ours


Attached = tuple[Referral, dict[str, Attachment]]


@pytest.fixture
def attached(ready: Ready, tmp_path: Path) -> Attached:
    """A referral with a document from each side, while documents are not shared."""
    referral, config, received = ready.sent(), Settings(data_dir=tmp_path), {}
    for actor, name in ((ready.world.worker, "ours.pdf"), (ready.world.agent, "theirs.pdf")):
        file = files.examine(name, PDF, limit=len(PDF))
        received[name] = files.attach(ready.db, actor, config, SubjectType.referral, referral.id, file)
    ready.db.flush()
    return referral, received


def test_over_http_an_institution_reads_what_it_sent_and_of_the_rest_what_is_shared(
    ready: Ready, attached: Attached, client: CheckedClient, db: WriteSession, world: World
) -> None:
    referral, sent = attached
    db.commit()
    asked = {"subject_type": "referral", "subject_id": str(referral.id)}

    def answers(actor: Actor) -> tuple[list[str] | int, int, int]:
        """The names that are listed, and what opening ours and theirs is answered with."""
        listed = client.get("/api/v1/attachments", params=asked, headers=headers(actor))
        names = [item["name"] for item in listed.json()["items"]] if listed.is_success else listed.status_code
        ours, theirs = (
            client.get(f"/api/v1/attachments/{sent[name].id}", headers=headers(actor)).status_code
            for name in ("ours.pdf", "theirs.pdf")
        )
        return names, ours, theirs

    assert answers(world.agent) == (["theirs.pdf"], 403, 200)
    assert answers(world.other_agent) == (404, 404, 404)
    referral.categories = [*referral.categories, "documents"]
    referrals.consent(db, world.worker, ready.person, categories=["documents"])
    db.commit()
    assert answers(world.agent) == (["theirs.pdf", "ours.pdf"], 200, 200)
    assert ready.consent is not None
    consents.withdraw(db, world.worker, ready.consent, "She changed her mind.")
    db.commit()
    assert answers(world.agent) == (["theirs.pdf"], 403, 200)
    assert answers(world.other_agent) == (404, 404, 404)


def test_files_are_told_where_they_are_shared_or_the_institutions_own(
    ready: Ready, attached: Attached, db: WriteSession, world: World
) -> None:
    referral, _ = attached

    def told() -> list[tuple[str, bool]]:
        found = partner_view.documents(db, world.agent, seen(ready, referral))
        return [(file["name"], file["is_own"]) for file in found]

    assert told() == [("theirs.pdf", True)]
    referral.categories = [*referral.categories, "documents"]
    referrals.consent(db, world.worker, ready.person, categories=["documents"])
    assert told() == [("theirs.pdf", True), ("ours.pdf", False)]
    assert ready.consent is not None
    consents.withdraw(db, world.worker, ready.consent, "She changed her mind.")
    assert told() == [("theirs.pdf", True)]


def test_a_colleague_sees_what_their_institution_sent_and_takes_none_of_it_back(
    attached: Attached, db: WriteSession, world: World
) -> None:
    referral, _ = attached
    db.get_one(User, world.agent.user).status = UserStatus.disabled  # who sent it has left
    db.flush()
    colleague = world.user(Role.partner_agent, institution_id=world.ours)
    found = partner_view.documents(db, colleague, partner_view.read(db, colleague, referral.id))
    assert [(file["name"], file["is_own"]) for file in found] == [("theirs.pdf", False)]


def test_a_document_stays_its_senders_whomever_the_account_comes_to_serve(
    attached: Attached, db: WriteSession, world: World
) -> None:
    """What the window attached does not become the partner's because its worker has become an agent there."""
    referral, sent = attached
    moved = UserUpdate(role=Role.partner_agent, institution_id=world.ours, window_ids=[])
    accounts.change(db, world.administrator, db.get_one(User, world.worker.user), moved)
    theirs = UserUpdate(institution_id=world.theirs)
    accounts.change(db, world.administrator, db.get_one(User, world.agent.user), theirs)
    db.flush()
    colleague = world.user(Role.partner_agent, institution_id=world.ours)
    found = partner_view.documents(db, colleague, partner_view.read(db, colleague, referral.id))
    assert [file["name"] for file in found] == ["theirs.pdf"]
    with pytest.raises(Withheld):
        attachments.read(db, colleague, sent["ours.pdf"].id)


def test_drafts_and_other_institutions_referrals_do_not_exist(ready: Ready) -> None:
    draft, sent = ready.draft(), ready.sent()
    for actor, referral in ((ready.world.agent, draft), (ready.world.other_agent, sent)):
        with pytest.raises(NotFound):
            partner_view.read(ready.db, actor, referral.id)


def test_over_http_the_inbox_names_nobody_and_every_opening_is_recorded(
    ready: Ready, client: CheckedClient, db: WriteSession
) -> None:
    referral = ready.sent()
    db.commit()
    agent = headers(ready.world.agent)
    for box, count in (("to_answer", 1), ("in_progress", 0), ("ended", 0), (None, 1)):
        found = client.get("/api/v1/partner/referrals", params={"box": box} if box else None, headers=agent)
        assert len(found.json()["items"]) == count
        assert "فاطمة" not in found.text
    url = f"/api/v1/partner/referrals/{referral.id}"
    assert client.get(url, headers=agent).status_code == 200
    assert client.get(f"{url}/steps", headers=agent).status_code == 200
    assert client.get(f"{url}/messages", headers=agent).status_code == 200
    entries = db.scalars(select(AuditEntry).where(AuditEntry.actor_id == ready.world.agent.user_id)).all()
    assert [entry.action for entry in entries].count("referral:read") == 3
    assert client.get(url, headers=headers(ready.world.other_agent)).status_code == 404


def test_what_led_nowhere_is_seen_no_more(ready: Ready) -> None:
    referral = ready.sent(situation="تحتاج إلى سكن")
    data = Withdrawal.model_validate({"reason": "person_choice", "note": "لا تريد ذلك"})
    service.withdraw(ready.db, ready.world.worker, referral, data)
    view = seen(ready, referral)
    assert (view["is_withheld"], view["person"], view["situation"]) == (True, None, None)
    steps = history.partner_steps(ready.db, referral.id, is_withheld=True)
    assert [(step["action"], step["note"]) for step in steps] == [("send", None), ("withdraw", None)]
    assert history.steps(ready.db, referral.id)[-1]["note"] == "لا تريد ذلك"


def test_after_a_service_ended_it_is_seen_for_some_days_only(ready: Ready) -> None:
    referral = ready.sent()
    answering.accept(ready.db, ready.world.agent, referral, Acceptance(contact_name="مينة"))
    data = Completion.model_validate({"outcomes": {"housing": "met"}, "note": "انتهى"})
    answering.complete(ready.db, ready.world.agent, referral, data)
    assert seen(ready, referral)["outcomes"] == {"housing": "met"}
    with time_machine.travel(now() + timedelta(days=31)):
        view = seen(ready, referral)
    assert (view["is_withheld"], view["person"], view["outcomes"]) == (True, None, {})
    assert view["outcome_note"] == "انتهى"  # the institution's own words


def test_a_partner_that_does_not_know_the_needs_gives_one_outcome(db: WriteSession, world: World) -> None:
    ready = referrals.ready(db, world, with_consent=False)
    referrals.consent(db, world.worker, ready.person, categories=["identity"])
    referral = ready.sent()
    answering.accept(db, world.agent, referral, Acceptance(contact_name="مينة"))
    assert seen(ready, referral)["needs"] is None
    data = Completion.model_validate({"outcomes": {"overall": "partly_met"}, "note": "انتهى"})
    answering.complete(db, world.agent, referral, data)
    assert referral.outcomes == {"housing": "partly_met"}
    assert seen(ready, referral)["outcomes"] == {}


def test_opening_again_is_recorded_too(ready: Ready, client: CheckedClient, db: WriteSession) -> None:
    referral = ready.sent()
    db.commit()
    for _ in range(2):
        answer = client.post(
            f"/api/v1/partner/referrals/{referral.id}/open", headers=headers(ready.world.agent)
        )
        assert answer.status_code == 200
    entries = db.scalars(select(AuditEntry).where(AuditEntry.subject_id == referral.id)).all()
    entries = [entry for entry in entries if entry.actor_id == ready.world.agent.user_id]
    assert sorted(entry.action for entry in entries) == ["referral:open", "referral:read"]
