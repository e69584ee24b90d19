import pytest
from fastapi import FastAPI

from app.cases import closure
from app.cases.models import Case
from app.cases.schemas import CaseClose
from app.cases.states import ClosingReason, GoalStatus, Priority
from app.core.db import WriteSession
from app.intake.models import Interview
from app.referrals.models import Referral
from tests.factories import cases, intake, people, referrals
from tests.factories.referrals import Ready
from tests.factories.world import World
from tests.support.pages import Browser
from tests.web.sending import sent_by


@pytest.fixture
def browser(app: FastAPI) -> Browser:
    """Somebody who is not signed in."""
    return Browser(app)


@pytest.fixture
def worker(app: FastAPI, db: WriteSession, world: World) -> Browser:
    return Browser(app).sign_in_as(db, world.worker)


@pytest.fixture
def supervisor(app: FastAPI, db: WriteSession, world: World) -> Browser:
    return Browser(app).sign_in_as(db, world.supervisor)


@pytest.fixture
def agent(app: FastAPI, db: WriteSession, world: World) -> Browser:
    return Browser(app).sign_in_as(db, world.agent)


@pytest.fixture
def administrator(app: FastAPI, db: WriteSession, world: World) -> Browser:
    return Browser(app).sign_in_as(db, world.administrator)


@pytest.fixture
def auditor(app: FastAPI, db: WriteSession, world: World) -> Browser:
    return Browser(app).sign_in_as(db, world.auditor)


@pytest.fixture
def intake_terms(db: WriteSession, world: World) -> None:
    """The codes that the forms of an interview offer."""
    intake.define_terms(db)
    people.define_terms(db)
    db.commit()


@pytest.fixture
def draft(db: WriteSession, world: World, intake_terms: None) -> Interview:
    """An interview that was just begun."""
    begun = intake.draft(db, world.worker, world.here)
    db.commit()
    return begun


@pytest.fixture
def ready(db: WriteSession, world: World) -> Ready:
    """A case with a partner whose service may be sent to."""
    found = referrals.ready(db, world)
    db.commit()
    return found


@pytest.fixture
def sent(ready: Ready) -> Referral:
    """A referral that waits for the partner's answer."""
    return sent_by(ready)


@pytest.fixture
def unasked(db: WriteSession, world: World) -> Ready:
    """The person has not been asked about sharing yet."""
    found = referrals.ready(db, world, with_consent=False)
    db.commit()
    return found


@pytest.fixture
def case_terms(db: WriteSession, world: World) -> None:
    """The codes that the pages of a case offer."""
    cases.define_terms(db)
    people.define_terms(db)


@pytest.fixture
def case(db: WriteSession, world: World, case_terms: None) -> Case:
    made = cases.case(db, world.worker, summary="ملخص (مثال)")
    db.commit()
    return made


@pytest.fixture
def asked(db: WriteSession, world: World) -> Case:
    """An urgent case whose worker asks for its closing, with a goal that was met."""
    cases.define_terms(db)
    case = cases.case(db, world.worker, priority=Priority.urgent)
    goal = cases.goal(db, world.worker, case, "غرفة قبل الشتاء (مثال)")
    db.flush()
    data = CaseClose.model_validate(
        {
            "reason": ClosingReason.goals_met,
            "note": "انتقلت إلى سكن جديد (مثال)",
            "outcomes": {str(goal.id): {"status": GoalStatus.met}},
        }
    )
    closure.request_closure(db, world.worker, case, data)
    db.commit()
    return case
