"""What an entry of the trail holds is told in words: the names, the codes and the fields, in every language."""

import ast
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

import app as application
from app.audit import service as audit
from app.auth.schemas import UserUpdate
from app.cases.models import Case
from app.cases.schemas import ActionUpdate, CaseUpdate, GoalUpdate
from app.core import i18n
from app.core.actor import Role
from app.core.db import ReadSession, WriteSession
from app.core.settings import LANGUAGES
from app.intake.schemas import InterviewUpdate
from app.partners.schemas import AgreementUpdate, InstitutionUpdate, ServiceUpdate
from app.people.models import Person
from app.people.schemas import PersonUpdate
from app.referrals.schemas import ReferralUpdate
from app.web import trail_details
from app.windows.schemas import WindowUpdate
from tests.factories import cases
from tests.factories.world import World
from tests.support.pages import Browser

CHANGES = (
    *(ActionUpdate, AgreementUpdate, CaseUpdate, GoalUpdate, InstitutionUpdate, InterviewUpdate),
    *(PersonUpdate, ReferralUpdate, ServiceUpdate, UserUpdate, WindowUpdate),
)
RECORDING = frozenset({"record", "_record", "_audit", "note_down"})
NO_DETAILS = frozenset({"person_id", "action", "from_status", "to_status", "actor_id", "actor_role", "at"})
COLUMNS = frozenset({"reason_code", "note"})


@pytest.fixture
def person(db: WriteSession, world: World) -> Person:
    cases.define_terms(db)
    person = cases.person(db, world.worker)
    db.commit()
    return person


@pytest.fixture
def case(db: WriteSession, world: World, person: Person) -> Case:
    opened = cases.case(db, world.worker, whose=person)
    db.commit()
    return opened


def test_codes_are_told_in_words_and_what_was_left_open_is_left_out(
    db: WriteSession, world: World, case: Case, auditor: Browser
) -> None:
    audit.record(db, world.worker, "referral:withdraw", "referral", case.id, reason="solved_elsewhere")
    audit.record(db, world.worker, "session:end", "user", case.id, reason="signed_out")
    audit.record(db, world.administrator, "user:change", "user", case.id, reason=None, role=Role.supervisor)
    db.commit()
    page = auditor.open(f"/trail?subject_id={case.id}")
    told = " ".join(details.text_content() for details in page.find("//tbody//details"))
    assert i18n.text("enum.WithdrawalReason.solved_elsewhere", "ar") in told
    assert i18n.text("enum.Role.supervisor", "ar") in told
    assert "خروج" in told
    assert "None" not in told
    assert "solved_elsewhere" not in told


def recorded() -> Iterator[tuple[str, ast.expr]]:
    """The name and the value of every detail that a service records: named in the call, or in a dictionary for one."""
    for file in Path(application.__file__).parent.rglob("*.py"):
        text = file.read_text()
        if "app.audit" not in text and "note_down" not in text:
            continue
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] in RECORDING:
                yield from ((k.arg, k.value) for k in node.keywords if k.arg and k.arg not in NO_DETAILS)
            if isinstance(node, ast.Assign | ast.AnnAssign) and isinstance(node.value, ast.Dict):
                target = node.targets[0] if isinstance(node, ast.Assign) else node.target
                if ast.unparse(target) in {"details", "where"}:
                    for key, value in zip(node.value.keys, node.value.values, strict=True):
                        if isinstance(key, ast.Constant):
                            yield str(key.value), value


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_detail_that_is_recorded_has_its_words(language: str) -> None:
    names = {name for name, _ in recorded()} - COLUMNS
    assert {"idle", "of_type", "conclusion", "set_aside", "instrument_id", "window_id", "fields"} <= names
    assert {name for name in names if not i18n.has(f"page.trail.detail.{name}", language)} == set()
    assert names <= trail_details.KNOWN


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_field_that_can_be_changed_has_its_words(language: str) -> None:
    fields = {name for change in CHANGES for name in change.model_fields}
    assert {name for name in fields if not i18n.has(f"page.trail.field.{name}", language)} == set()


def test_every_reason_that_a_service_names_by_itself_has_its_words() -> None:
    reasons = {str(v.value) for name, v in recorded() if name == "reason" and isinstance(v, ast.Constant)}
    assert reasons
    assert {code for code in reasons if not i18n.has(f"page.trail.reason.{code}", "ar")} == set()


def told(db: ReadSession, action: str, **details: object) -> str:
    return " ".join(str(part) for pair in trail_details.told(db, action, details) for part in pair)


def test_codes_that_mean_another_thing_elsewhere_are_told_by_what_was_done(db: WriteSession) -> None:
    i18n.language.set("ar")
    cases.define_terms(db)
    assert i18n.text("enum.Conclusion.case_opened", "ar") in told(
        db, "interview:complete", conclusion="case_opened"
    )
    assert i18n.text("enum.SubjectType.referral", "ar") in told(db, "attachment:add", of_type="referral")
    assert i18n.text("enum.GoalStatus.met", "ar") in told(db, "goal:change", status="met")
    assert "نعم" in told(db, "session:unlock", idle=True)
    assert "False" not in told(db, "session:unlock", idle=False)
    assert told(db, "person:register", set_aside=[], window_id=None) == ""


def test_an_id_is_shortened_and_leads_to_what_is_about_it(db: WriteSession) -> None:
    other, thing = uuid4(), uuid4()
    said = told(db, "person:register", set_aside=[str(other)], window_id=str(thing))
    assert f'href="/trail?person_id={other}"' in said
    assert f'href="/trail?subject_id={thing}"' in said
    assert f">…{str(other)[-8:]}<" in said
    assert "href" not in told(db, "session:start", session_id=str(thing))
    of_person = told(db, "attachment:add", of_type="person", of_id=str(other))
    assert f"person_id={other}" in of_person
