"""What is heard at the window: the interview, and what the person says about sharing."""

from datetime import timedelta
from typing import Any

from sqlalchemy import select

from app.consents import service as consents
from app.consents.models import Consent
from app.consents.schemas import Narrowing
from app.core import clock
from app.core.db import WriteSession
from app.core.sharing import DataCategory
from app.intake import service as intake
from app.intake.schemas import CompletedInterviewCreate, InterviewCreate
from seeds.cast import FAMILIES, HEARD
from seeds.stage import Step, Story


def _person(story: Story) -> dict[str, Any]:
    role, number = story.role, story.number
    family_ar, family_latin = FAMILIES[number % len(FAMILIES)]
    has_papers = role.need != "civil_papers"
    return {
        "given_name_ar": role.given_ar,
        "family_name_ar": family_ar + "ة" * role.is_woman,
        "given_name_latin": role.given_latin,
        "family_name_latin": family_latin,
        "sex": "female" if role.is_woman else "male",
        "birth": _birth(story),
        "identifiers": [{"kind": "cin", "value": f"ZZ{900000 + number}"} if has_papers else {"kind": "none"}],
        "no_document_reason": None if has_papers else "lost",
        "phones": [{"number": f"06000000{number:02d}"}],
        # At home somebody else may pick up, or read along.
        "contact_preference": "do_not_contact" if role.need == "violence" else "phone",
        "language": "ary" if number % 4 else "zgh",
        "address": "زنقة المثال، وجدة" if story.is_arabic else "Rue de l’Exemple, Oujda",
        "commune_code": "02.411.01.23",
    }


def _birth(story: Story) -> dict[str, Any]:
    """The day for most, the year for some, and an age as it was stated for the oldest."""
    age, number = story.role.age, story.number
    year = story.today.year - age
    if story.role.need == "ageing":
        return {"precision": "about", "about_age": age, "stated_on": clock.today().isoformat()}
    if number % 3:
        return {"precision": "exact", "on": f"{year}-0{number % 9 + 1}-15"}
    return {"precision": "year", "year": year}


def interview_of(story: Story, conclusion: str | None) -> dict[str, Any]:
    role = story.role
    heard = HEARD[role.need][0 if story.is_arabic else 1]
    return {
        "channel": ("walk_in", "phone", "partner", "mobile_window")[story.number % 4],
        "new_person": _person(story),
        "narrative": heard,
        "needs": [role.need],
        "urgency": role.urgency,
        "conclusion": conclusion,
        "conclusion_note": heard if conclusion in {"redirected", "one_off_help"} else None,
    }


def _consent(story: Story, decision: str, for_days: int | None) -> dict[str, Any]:
    shared = ["identity", "birth", "contact", "needs", "situation"]
    return {
        "decision": decision,
        "need_code": story.role.need,
        "categories": shared if decision == "given" else [],
        "valid_until": clock.today() + timedelta(days=for_days) if for_days else None,
        "form": ("signature", "thumbprint")[story.number % 2],
        "language": "ary",
    }


def heard(
    conclusion: str, days_ago: int = 60, *, consent: str = "given", for_days: int | None = None
) -> Step:
    """An interview completed with a conclusion; with a case comes an answer about sharing."""

    def step(story: Story) -> None:
        with story.on(days_ago) as db:
            fields = interview_of(story, conclusion)
            if conclusion == "case_opened":
                fields["consents"] = [_consent(story, consent, for_days)]
            interview = intake.record(
                db,
                story.worker,
                CompletedInterviewCreate(
                    window_id=story.window_id(db),
                    duplicate_override="Invented people resemble each other." if story.number else None,
                    **fields,
                ),
            )
            story.person_id, story.case_id = interview.person_id, interview.case_id

    return step


def drafted(story: Story) -> None:
    """An interview that was begun and is still a draft."""
    with story.on(0) as db:
        data = InterviewCreate(window_id=story.window_id(db), **interview_of(story, None))
        intake.start(db, story.worker, data)


# --- consents -------------------------------------------------------------------------------------------------


def _consent_kept(story: Story, db: WriteSession) -> Consent:
    return db.scalars(select(Consent).where(Consent.person_id == story.person_id)).one()


def consent_narrowed(days_ago: int) -> Step:
    """The person no longer wants the situation to be told."""

    def step(story: Story) -> None:
        with story.on(days_ago) as db:
            remaining = [DataCategory.identity, DataCategory.contact, DataCategory.needs]
            consents.narrow(db, story.worker, _consent_kept(story, db), Narrowing(categories=remaining))

    return step


def consent_withdrawn(days_ago: int) -> Step:
    def step(story: Story) -> None:
        with story.on(days_ago) as db:
            reason = "تفضل المعنية بالأمر التريث (مثال)"
            consents.withdraw(db, story.worker, _consent_kept(story, db), reason)

    return step
