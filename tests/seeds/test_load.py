"""The reference data and the demonstration: loaded once, told truly, and recognisably invented."""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import delete, func, select, update

from app.assessments.models import Assessment
from app.audit import service as audit
from app.auth.models import User
from app.auth.states import UserStatus
from app.cases.models import Assignment, Case, Goal, Review
from app.cases.states import CaseStatus, GoalStatus
from app.consents.models import Consent, ConsentDecision
from app.consents.states import ConsentState, state_of
from app.core.actor import Role
from app.core.clock import now, today
from app.core.db import Database, ReadSession, WriteSession
from app.core.settings import Settings
from app.files import storage
from app.files.models import Attachment, SubjectType
from app.followups.models import FollowUp
from app.followups.states import FollowUpStatus
from app.intake.models import Arrival, Interview
from app.intake.states import ArrivalStatus, InterviewStatus
from app.main import create_app
from app.models import Base
from app.outbox.models import OutboxMessage
from app.partners.models import Agreement, Institution, Service
from app.partners.states import AgreementStatus
from app.people.models import Person, PersonIdentifier, PersonPhone
from app.referrals.models import Referral, ReferralMessage
from app.referrals.states import ReferralStatus
from app.vocabularies.models import Term
from app.windows import queries as windows
from app.windows.models import Territory, Window
from seeds import load, reference
from seeds.cast import FAMILIES
from tests.conftest import migrate


@dataclass
class Demonstration:
    """A seeded house, and the sign-in table of its first day."""

    database: Database
    config: Settings
    table: list[load.SignIn]


@pytest.fixture(scope="module")
def demo(
    fresh_url: Callable[[str], str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Demonstration]:
    config = Settings(data_dir=tmp_path_factory.mktemp("demo"))
    database = Database(fresh_url("demo"))
    migrate(database.url)
    yield Demonstration(database, config, load.demo_once(database, config))
    database.dispose()


@pytest.fixture
def told(demo: Demonstration) -> Iterator[ReadSession]:
    with demo.database.read_session() as session:
        yield ReadSession(session)


@pytest.fixture(scope="module")
def api(demo: Demonstration) -> TestClient:
    return TestClient(create_app(demo.database, demo.config))


@pytest.fixture(scope="module")
def tokens(demo: Demonstration, api: TestClient) -> dict[Role, dict[str, str]]:
    """Everybody in the table signs in over HTTP."""
    return {role: _sign_in(api, email, password or "") for role, email, password in demo.table}


def _sign_in(api: TestClient, email: str, password: str) -> dict[str, str]:
    form = {"grant_type": "password", "username": email, "password": password}
    answer = api.post("/api/v1/auth/token", data=form)
    assert answer.status_code == 200, answer.text
    return {"Authorization": f"Bearer {answer.json()['access_token']}"}


def counts(db: ReadSession) -> dict[str, int]:
    tables = Base.metadata.tables.items()
    return {name: db.scalar(select(func.count()).select_from(table)) or 0 for name, table in tables}


def seen(db: ReadSession, column: Any) -> Counter[Any]:
    return Counter(db.scalars(select(column)))


# --- loading --------------------------------------------------------------------------------------------------


def test_loading_again_leaves_what_the_house_has_decided_about_a_term(
    fresh_url: Callable[[str], str],
) -> None:
    migrate(url := fresh_url("reworded"))
    database = Database(url)
    list(load.reference_data(database))
    of_housing = Term.vocabulary == "need", Term.code == "housing.eviction"
    with database.write_session() as session, session.begin():
        session.execute(update(Term).where(*of_housing).values(name_en="Own words", retired_at=now()))
    assert list(load.reference_data(database)) == ["nothing new"]
    with database.read_session() as session:
        kept = session.scalars(select(Term).where(*of_housing)).one()
        assert (kept.name_en, kept.retired_at is None) == ("Own words", False)
    database.dispose()


def test_reference_data_twice_changes_nothing(demo: Demonstration, told: ReadSession) -> None:
    before = counts(told)
    told.rollback()
    assert list(load.reference_data(demo.database)) == ["nothing new"]
    assert counts(told) == before


def test_only_what_was_lacking_is_told_as_new(demo: Demonstration) -> None:
    with demo.database.write_session() as session:
        db = WriteSession(ReadSession(session))
        for lacking in ("attendance_reason", "counter_topic"):
            db.execute(delete(Term).where(Term.vocabulary == lacking, Term.code == "other"))
        assert list(reference.load(db)) == ["vocabularies: 2"]
        session.rollback()


def test_the_demonstration_is_told_once(demo: Demonstration, told: ReadSession) -> None:
    before = counts(told)
    told.rollback()
    again = load.demo_once(demo.database, demo.config)
    assert [(role, email) for role, email, _ in again] == [(role, email) for role, email, _ in demo.table]
    assert {password for _, _, password in again} == {None}
    assert counts(told) == before


def test_what_every_installation_needs_is_there(told: ReadSession) -> None:
    levels = seen(told, Territory.level)
    assert levels["region"] == 12
    assert levels["province"] > 12
    assert levels["commune"] > 0
    assert seen(told, Window.code).keys() == {"OUJ1", "OUJ2", "BRK1"}
    assert seen(told, Agreement.status) == {AgreementStatus.in_force: len(seen(told, Institution.id))}
    assert seen(told, Service.institution_id).keys() == seen(told, Institution.id).keys()


# --- accounts -------------------------------------------------------------------------------------------------


def test_one_user_of_each_role_stands_in_the_table(demo: Demonstration) -> None:
    assert [role for role, _, _ in demo.table] == [role for role in Role if role is not Role.system]
    assert len({password for _, _, password in demo.table}) == len(demo.table)


def test_passwords_are_kept_as_argon2_hashes_only(demo: Demonstration, told: ReadSession) -> None:
    hashes = told.scalars(select(User.password_hash)).all()
    assert all(str(kept).startswith("$argon2id$") for kept in hashes)
    kept = " ".join(map(str, chain.from_iterable(told.execute(select(*User.__table__.c)))))
    assert not any(str(password) in kept for _, _, password in demo.table)


def test_everybody_in_the_table_signs_in(api: TestClient, tokens: dict[Role, dict[str, str]]) -> None:
    for role, token in tokens.items():
        assert api.get("/api/v1/auth/me", headers=token).json()["user"]["role"] == role


def test_whoever_acts_in_the_story_has_an_active_account(told: ReadSession) -> None:
    assert seen(told, User.status).keys() == {UserStatus.active}


# --- the people -----------------------------------------------------------------------------------------------


def test_there_are_about_forty_people_who_are_recognisably_invented(told: ReadSession) -> None:
    people = told.scalars(select(Person)).all()
    assert 35 <= len(people) <= 45
    for person in people:
        assert str(person.family_name_ar).removesuffix("ة") in {arabic for arabic, _ in FAMILIES}
        assert person.family_name_latin in {latin for _, latin in FAMILIES}
    numbers = told.scalars(select(PersonIdentifier.value).where(PersonIdentifier.kind != "none")).all()
    assert all(re.fullmatch(r"ZZ\d{6}", number) for number in numbers)
    phones = told.scalars(select(PersonPhone.raw)).all()
    assert all(number.startswith("06000000") for number in phones)


def test_texts_are_in_arabic_and_in_french_and_say_that_they_are_examples(told: ReadSession) -> None:
    narratives = [text for text in told.scalars(select(Interview.narrative)) if text]
    arabic = [text for text in narratives if re.search("[؀-ۿ]", text)]
    assert len(arabic) > 10
    assert len(narratives) - len(arabic) > 10
    assert all(text.endswith(("(مثال)", "(exemple)")) for text in narratives)


def test_births_papers_and_ways_of_contact_are_of_every_kind(told: ReadSession) -> None:
    assert seen(told, Person.birth_precision).keys() >= {"exact", "year", "about"}
    assert seen(told, PersonIdentifier.kind).keys() == {"cin", "none"}
    assert seen(told, Person.contact_preference)["do_not_contact"]


def test_three_people_live_together(told: ReadSession) -> None:
    members = told.scalars(select(Person).where(Person.household_id.is_not(None))).all()
    assert Counter((m.is_head, m.relationship_to_head) for m in members) == {
        (True, None): 1,
        (False, "spouse"): 1,
        (False, "child"): 1,
    }
    assert len({m.household_id for m in members}) == 1


def test_files_hang_on_people_cases_and_referrals(demo: Demonstration, told: ReadSession) -> None:
    attachments = told.scalars(select(Attachment)).all()
    assert {a.subject_type for a in attachments} == set(SubjectType)
    assert {a.media_type for a in attachments} == {"application/pdf", "image/png"}
    for attachment in attachments:
        assert storage.whole(demo.config.attachments_dir, attachment.stored_name, attachment.size)


def test_consents_are_given_refused_narrowed_withdrawn_and_expired(told: ReadSession) -> None:
    states = {
        state_of(
            is_given=consent.decision is ConsentDecision.given,
            is_ended=consent.ended_at is not None,
            is_replaced=consent.replaced_by is not None,
            is_past=consent.valid_until is not None and consent.valid_until < today(),
        )
        for consent in told.scalars(select(Consent))
    }
    assert states == set(ConsentState)


# --- the files in every state ---------------------------------------------------------------------------------


def test_cases_stand_in_every_state(told: ReadSession) -> None:
    assert seen(told, Case.status).keys() == set(CaseStatus)
    assert seen(told, Goal.status).keys() >= {GoalStatus.open, GoalStatus.met, GoalStatus.partly_met}
    assert told.scalars(select(Case).where(Case.closure_requested_at.is_not(None))).all()
    assert told.scalars(select(Review)).all()


def test_a_case_has_changed_hands(told: ReadSession) -> None:
    hands = seen(told, Assignment.case_id)
    assert hands.keys() == seen(told, Case.id).keys()
    assert max(hands.values()) == 2


def test_somebody_was_assessed_twice_and_got_on(told: ReadSession) -> None:
    twice = [case_id for case_id, times in seen(told, Assessment.case_id).items() if times == 2]
    levels = told.scalars(
        select(Assessment.answers).where(Assessment.case_id == twice[0]).order_by(Assessment.id)
    ).all()
    assert levels[0]["housing"] < levels[1]["housing"]


def test_referrals_stand_in_every_state(told: ReadSession) -> None:
    assert seen(told, Referral.status).keys() == set(ReferralStatus)
    assert told.scalars(select(Referral).where(Referral.previous_id.is_not(None))).all()
    assert seen(told, ReferralMessage.from_partner).keys() == {True, False}


def test_interviews_are_drafts_completed_and_abandoned(told: ReadSession) -> None:
    assert seen(told, Interview.status).keys() == set(InterviewStatus)
    assert len(seen(told, Interview.conclusion)) == 5  # each of four, and none yet
    assert len(seen(told, Interview.channel)) >= 4


def test_the_reception_of_the_day_is_alive(told: ReadSession) -> None:
    arrivals = told.scalars(select(Arrival)).all()
    assert {a.status for a in arrivals} == set(ArrivalStatus)
    (window_id,) = {a.window_id for a in arrivals}
    assert {a.on for a in arrivals} <= {windows.today(told, window_id), min(a.on for a in arrivals)}


def test_the_first_ticket_in_the_queue_has_waited_longest(told: ReadSession) -> None:
    waiting = told.scalars(select(Arrival).where(Arrival.status == ArrivalStatus.waiting)).all()
    in_order = sorted(waiting, key=lambda arrival: arrival.ticket)
    assert len(in_order) > 1
    assert in_order == sorted(waiting, key=lambda arrival: (arrival.arrived_at, arrival.ticket))


def test_follow_ups_were_done_and_missed_and_are_due_and_overdue(told: ReadSession) -> None:
    assert seen(told, FollowUp.status).keys() == set(FollowUpStatus)
    planned = told.execute(
        select(FollowUp.due_on, FollowUp.window_id).where(FollowUp.status == FollowUpStatus.planned)
    ).all()
    days = [(due_on - windows.today(told, window_id)).days for due_on, window_id in planned]
    assert any(day < 0 for day in days)
    assert any(0 <= day <= 1 for day in days)
    assert any(day > 1 for day in days)


def test_the_worker_finds_overdue_and_silent_cases(
    api: TestClient, tokens: dict[Role, dict[str, str]]
) -> None:
    for wanted in ("overdue", "silent"):
        listed = api.get("/api/v1/cases", params={wanted: "true"}, headers=tokens[Role.social_worker])
        assert listed.json()["items"], wanted


def test_the_partner_finds_something_to_answer(api: TestClient, tokens: dict[Role, dict[str, str]]) -> None:
    inbox = api.get("/api/v1/partner/referrals", headers=tokens[Role.partner_agent])
    assert inbox.json()["items"]


# --- what happened behind -------------------------------------------------------------------------------------


def test_everything_was_delivered_at_the_first_attempt(told: ReadSession) -> None:
    messages = told.scalars(select(OutboxMessage)).all()
    assert messages
    assert [m.name for m in messages if m.done_at is None or m.error or m.attempts > 1] == []


def test_the_trail_holds(demo: Demonstration) -> None:
    with demo.database.write_session() as session:
        db = WriteSession(ReadSession(session))
        while audit.seal_pending(db):
            session.commit()
        verdict = audit.verify(db)
    assert (verdict.broken_at, verdict.unsealed) == (None, 0)
    assert verdict.sealed > 500
