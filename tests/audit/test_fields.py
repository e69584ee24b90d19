"""A form sends all that it shows; the trail names the fields that hold another value now, and no others."""

from sqlalchemy import select

from app.audit.models import AuditEntry
from app.auth import queries as users
from app.auth import service as accounts
from app.auth.schemas import UserUpdate
from app.core.actor import SYSTEM, Role
from app.core.db import WriteSession
from app.partners import service as partners
from app.partners.models import Institution
from app.partners.schemas import InstitutionUpdate
from app.people import service as people
from app.people.schemas import PersonUpdate
from app.windows import service as windows
from app.windows.models import Window
from app.windows.schemas import WindowUpdate
from tests.factories import cases
from tests.factories.world import World


def fields(db: WriteSession, action: str) -> list[str]:
    """Those of the newest entry of an action."""
    newest = select(AuditEntry).where(AuditEntry.action == action).order_by(AuditEntry.id.desc()).limit(1)
    db.flush()
    found: list[str] = db.scalars(newest).one().details["fields"]
    return found


def test_of_an_institution(db: WriteSession, world: World) -> None:
    institution = db.get_one(Institution, world.ours)
    shown = {
        "name_ar": institution.name_ar,
        "name_fr": "Un autre nom (exemple)",
        "address": "Une autre adresse (exemple)",
        "territory_code": institution.territory_code,
        "is_active": institution.is_active,
    }
    partners.change_institution(db, SYSTEM, institution, InstitutionUpdate.model_validate(shown))
    assert fields(db, "institution:change") == ["address", "name_fr"]


def test_of_a_window(db: WriteSession, world: World) -> None:
    window = db.get_one(Window, world.here)
    shown = {
        "name_ar": window.name_ar,
        "name_fr": window.name_fr,
        "working_days": window.working_days,
        "phone": "+212500000000",
    }
    windows.change(db, SYSTEM, window, WindowUpdate.model_validate(shown))
    assert fields(db, "window:change") == ["phone"]


def test_of_an_account(db: WriteSession, world: World) -> None:
    user = users.get(db, world.worker.user)
    shown = {
        "name": user.name,
        "role": Role.social_worker,
        "language": "ar" if user.language != "ar" else "fr",
        "window_ids": [world.here],
    }
    accounts.change(db, world.administrator, user, UserUpdate.model_validate(shown))
    assert fields(db, "user:change") == ["language"]
    other = UserUpdate.model_validate({"window_ids": [world.elsewhere]})
    accounts.change(db, world.administrator, user, other)
    assert fields(db, "user:change") == ["window_ids"]


def test_of_a_person_with_lists_and_a_birth(db: WriteSession, world: World) -> None:
    cases.define_terms(db)
    told = {
        "birth": {"precision": "year", "year": 1990},
        "phones": [{"number": "0612345678", "label": "hers"}],
        "identifiers": [{"kind": "cin", "value": "F123456"}],
    }
    person = cases.person(db, world.worker, **told)
    people.change(db, world.worker, person, PersonUpdate.model_validate(told))
    assert fields(db, "person:change") == []
    told |= {"birth": {"precision": "year", "year": 1991}, "phones": []}
    people.change(db, world.worker, person, PersonUpdate.model_validate(told))
    assert fields(db, "person:change") == ["birth", "phones"]
