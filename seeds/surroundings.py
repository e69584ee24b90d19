"""What surrounds the stories: a family, papers, and the reception of this day."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from app.core import clock
from app.core.actor import Actor
from app.core.db import WriteSession
from app.files import service as files
from app.files.models import SubjectType
from app.intake import arrivals
from app.intake import service as intake
from app.intake.models import Arrival
from app.intake.schemas import ArrivalCreate, CompletedInterviewCreate, CounterAnswer, InterviewCreate
from app.people import households
from app.people.household_schemas import HouseholdJoin
from app.windows.models import Window
from seeds import papers as made
from seeds.stage import Stage, Story

HEAD, SPOUSE, CHILD = "Naïma", "Driss", "Amina"  # of one family name
SERVED = "Mohamed"  # by a partner, who may add to a referral until it has ended
WINDOW = "OUJ1"
WAITING = (
    ("مليكة (مثال)", "follow_up_visit"),
    ("Rachida (exemple)", "information"),
    ("عمر (مثال)", "appointment"),
)
AT_THE_COUNTER = (("Hakim (exemple)", "documents_needed"), ("فاطنة (مثال)", "opening_hours"))


def _of(stories: list[Story], given_name: str) -> Story:
    return next(story for story in stories if story.role.given_latin == given_name)


def household(stories: list[Story]) -> None:
    """Three of the people live together."""
    head = _of(stories, HEAD)
    with head.on(1) as db:
        households.settle(db, head.worker, head.person(db), HouseholdJoin())
    for name, relationship in ((SPOUSE, "spouse"), (CHILD, "child")):
        member = _of(stories, name)
        with member.on(0) as db:
            data = HouseholdJoin(with_person_id=head.person_id, relationship=relationship)
            households.settle(db, member.worker, member.person(db), data)


def papers(stories: list[Story]) -> None:
    """A page and a picture with a person, a page with a case, and one that a partner added to a referral."""
    story = stories[0]
    with story.on(4) as db:
        page, picture = made.pdf("Attestation de residence (exemple)"), made.png()
        _attach(story, db, story.worker, SubjectType.person, story.person(db).id, "attestation.pdf", page)
        _attach(story, db, story.worker, SubjectType.person, story.person(db).id, "photo.png", picture)
        _attach(story, db, story.worker, SubjectType.case, story.case(db).id, "demande.pdf", page)
    served = _of(stories, SERVED)
    with served.on(9) as db:
        page = made.pdf("Attestation de presence (exemple)")
        agent, referral = served.agent(db), served.referral(db)
        _attach(served, db, agent, SubjectType.referral, referral.id, "presence.pdf", page)


def _attach(
    story: Story,
    db: WriteSession,
    actor: Actor,
    subject_type: SubjectType,
    subject_id: UUID,
    name: str,
    content: bytes,
) -> None:
    config = story.stage.config
    received = files.examine(name, content, limit=config.attachment_limit_bytes)
    files.attach(db, actor, config, subject_type, subject_id, received)


def reception(stage: Stage, now: datetime) -> None:
    """Who came today: some wait, one is being heard, others were heard, answered or have left; one gave up.

    One ticket was given twice and taken back.
    """
    worker = stage.workers[WINDOW]
    # Tickets are given in the order of arrival: who waits longest holds the lowest.
    for place, (name, reason) in enumerate(WAITING):
        _arrived(stage, now, 60 - place, name, reason)
    for minutes, (name, topic) in enumerate(AT_THE_COUNTER, 20):
        arrival = _arrived(stage, now, minutes, name, "information")
        with stage.at(_this_day(now, minutes)) as db:
            arrivals.answer(db, worker, db.merge(arrival), CounterAnswer(topic=topic))
    arrival = _arrived(stage, now, 30, "سلوى (مثال)", "other")
    with stage.at(_this_day(now, 29)) as db:
        arrivals.leave(db, worker, db.merge(arrival))
    arrival = _arrived(stage, now, 25, "سلوى (مثال)", "other")
    with stage.at(_this_day(now, 25)) as db:
        arrivals.cancel(db, worker, db.merge(arrival))
    arrival = _arrived(stage, now, 40, "Zoubir (exemple)", "new_request")
    with stage.at(_this_day(now, 35)) as db:
        intake.call(db, worker, db.merge(arrival))
    _informed(stage, now, _arrived(stage, now, 50, "إيمان (مثال)", "information"))
    _given_up(stage, now)


def _this_day(now: datetime, minutes: int) -> datetime:
    """So many minutes ago, unless that was yesterday."""
    earlier = now - timedelta(minutes=minutes)
    with clock.pretending(now):
        today = clock.today()
    with clock.pretending(earlier):
        return earlier if clock.today() == today else now


def _arrived(stage: Stage, now: datetime, minutes: int, name: str, reason: str) -> Arrival:
    with stage.at(_this_day(now, minutes)) as db:
        window_id = db.scalars(select(Window.id).where(Window.code == WINDOW)).one()
        data = ArrivalCreate(first_name=name, reason=reason)
        return arrivals.arrive(db, stage.workers[WINDOW], window_id, data)


def _informed(stage: Stage, now: datetime, arrival: Arrival) -> None:
    """Heard without being registered: information needs no name."""
    with stage.at(_this_day(now, 45)) as db:
        data = CompletedInterviewCreate.model_validate(
            {
                "window_id": arrival.window_id,
                "arrival_id": arrival.id,
                "channel": "walk_in",
                "narrative": "سألت عن شروط الدعم الاجتماعي المباشر. (مثال)",
                "urgency": "normal",
                "conclusion": "information_only",
            }
        )
        intake.record(db, stage.workers[WINDOW], data)


def _given_up(stage: Stage, now: datetime) -> None:
    """An interview that came to nothing."""
    with stage.at(_this_day(now, 60)) as db:
        window_id = db.scalars(select(Window.id).where(Window.code == WINDOW)).one()
        begun = intake.start(db, stage.workers[WINDOW], InterviewCreate(window_id=window_id))
        intake.abandon(db, stage.workers[WINDOW], begun, "La personne est repartie (exemple)")
