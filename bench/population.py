"""The rows of a house at work: its windows, staff and partners, and everything that hangs on each invented person.

The same size gives the same rows, but for the dates, which are told back from today so that what is due is due.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from random import Random
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from app.audit import service as audit
from app.auth.tokens import fingerprint
from app.cases import numbers
from app.people.birth import Birth, BirthPrecision
from app.people.blocking import blocking_keys
from app.people.identifiers import IdentifierKind
from app.people.matching import Profile
from bench.crowd import Invented, invent

SEED = 20_260_101
WINDOWS, WORKERS, PARTNERS, AGENTS = 12, 6, 8, 3
PAST = timedelta(days=730)
NEEDS = ("housing", "income", "health", "employment", "training")
WORDS = "تبحث عن سكن بعد نهاية عقد الكراء، ولها طفلان في المدرسة (مثال). " * 3

Row = dict[str, Any]
Rows = dict[str, list[Row]]  # table → rows, in the order in which their keys allow them to be inserted

CASES = (("closed", 55), ("active", 35), ("open", 6), ("suspended", 4))
REFERRALS = (
    *(("completed", 35), ("not_completed", 8), ("declined", 12), ("withdrawn", 4), ("expired", 4)),
    *(("sent", 6), ("seen", 6), ("waitlisted", 3), ("info_requested", 2)),
    *(("accepted", 6), ("in_service", 10), ("on_hold", 1), ("draft", 3)),
)
UNDECIDED = frozenset({"sent", "seen", "waitlisted", "info_requested"})
ENDED = frozenset({"completed", "not_completed", "declined", "withdrawn", "expired"})


@dataclass
class House:
    """Who works where; the ids that the measured requests are made of."""

    random: Random
    now: datetime
    territory: str
    windows: list[UUID] = field(default_factory=list)
    workers: list[list[UUID]] = field(default_factory=list)  # of each window
    partners: list[UUID] = field(default_factory=list)
    services: list[UUID] = field(default_factory=list)
    agreements: list[UUID] = field(default_factory=list)
    supervisors: list[UUID] = field(default_factory=list)  # of each window
    sessions: dict[UUID, UUID] = field(
        default_factory=dict
    )  # user → session, whose id is also its browser's key
    agents: list[UUID] = field(default_factory=list)
    cases_here: list[UUID] = field(default_factory=list)  # at the first window
    people: list[Invented] = field(default_factory=list)
    seal: tuple[int, str] = (0, audit.GENESIS)
    sequence: dict[tuple[int, int], int] = field(default_factory=dict)

    def key(self, at: datetime) -> UUID:
        """A UUIDv7 of that moment, from the seed."""
        ms, bits = int(at.timestamp() * 1000), self.random.getrandbits(74)
        return UUID(int=ms << 80 | 7 << 76 | (bits >> 62) << 64 | 2 << 62 | bits & (2**62 - 1))

    def choose(self, weighted: tuple[tuple[str, int], ...]) -> str:
        names, weights = zip(*weighted, strict=True)
        return str(self.random.choices(names, weights)[0])


def found(territory: str) -> tuple[House, Rows]:
    """The house before anybody comes: windows, staff with a session each, partners with an agreement in force."""
    now = datetime.now(UTC).replace(hour=6, minute=0, second=0, microsecond=0)
    house = House(Random(SEED), now, territory)
    tables: Rows = {
        name: []
        for name in (
            "windows",
            "institutions",
            "services",
            "agreements",
            "agreement_services",
            "users",
            "user_windows",
            "user_sessions",
        )
    }
    for n in range(WINDOWS):
        _window(house, tables, n)
    for n in range(PARTNERS):
        _partner(house, tables, n)
    return house, tables


def _dated(at: datetime) -> Row:
    return {"created_at": at, "updated_at": at, "version": 1}


def _window(house: House, tables: Rows, n: int) -> None:
    at = house.now - PAST
    key = house.key(at)
    house.windows.append(key)
    tables["windows"].append(
        {
            "id": key,
            "code": f"BEN{n + 1}",
            "name_ar": f"شباك المثال {n + 1}",
            "name_fr": f"Guichet exemple {n + 1}",
        }
        | {
            "territory_code": house.territory,
            "time_zone": "Africa/Casablanca",
            "working_days": [1, 2, 3, 4, 5],
        }
        | _dated(at)
    )
    staff = [_user(house, tables, "social_worker", f"w{n}-{m}", None) for m in range(WORKERS)]
    supervisor = _user(house, tables, "supervisor", f"s{n}", None)
    tables["user_windows"] += [{"user_id": user, "window_id": key} for user in [*staff, supervisor]]
    house.workers.append(staff)
    house.supervisors.append(supervisor)


def _user(house: House, tables: Rows, role: str, name: str, institution: UUID | None) -> UUID:
    at = house.now - PAST
    key, session, expires = house.key(at), house.key(at), house.now + timedelta(days=7)
    house.sessions[key] = session
    tables["users"].append(
        {"id": key, "email": f"{name}@bench.example", "name": f"{name} (exemple)", "role": role}
        | {"institution_id": institution, "language": "fr", "password_hash": None, "status": "active"}
        | _dated(at)
    )
    tables["user_sessions"].append(
        {"id": session, "user_id": key, "created_at": at, "expires_at": expires}
        | {"page_key_hash": fingerprint(str(session)), "last_used_at": expires}  # nobody goes idle here
    )
    return key


def _partner(house: House, tables: Rows, n: int) -> None:
    at = house.now - PAST
    partner, service, agreement = house.key(at), house.key(at), house.key(at)
    house.partners.append(partner)
    house.services.append(service)
    house.agreements.append(agreement)
    words = {"name_ar": f"مؤسسة المثال {n + 1}", "name_fr": f"Institution exemple {n + 1}"}
    tables["institutions"].append(
        {"id": partner, "kind": "charity", **words, "territory_code": house.territory, "is_active": True}
        | _dated(at)
    )
    tables["services"].append(
        {
            "id": service,
            "institution_id": partner,
            **words,
            "need_code": NEEDS[n % len(NEEDS)],
            "is_active": True,
        }
        | {"targets": [], "languages": ["ar", "fr"], "territory_codes": []}
        | _dated(at)
    )
    tables["agreements"].append(
        {"id": agreement, "institution_id": partner, "reference": f"BENCH-{n + 1}", "title": "Exemple"}
        | {
            "parties": ["A", "B"],
            "territory_code": house.territory,
            "starts_on": at.date(),
            "status": "in_force",
        }
        | {"data_categories": ["identity", "birth", "contact", "needs", "situation"], **_dated(at)}
    )
    tables["agreement_services"].append({"agreement_id": agreement, "service_id": service})
    house.agents += [_user(house, tables, "partner_agent", f"p{n}-{m}", partner) for m in range(AGENTS)]


TABLES = (
    *("people", "person_windows", "person_identifiers", "person_phones", "person_keys"),
    *("cases", "case_transitions", "case_assignments", "case_dues", "case_goals", "case_actions"),
    *("interviews", "interview_transitions", "consents", "referrals", "referral_transitions"),
    *("follow_ups", "follow_up_transitions", "outbox_messages", "audit_entries", "audit_seals"),
)


def lives(house: House, count: int, batch: int = 2000) -> Iterator[Rows]:
    """Everything about so many people, in batches."""
    for start in range(0, count, batch):
        tables: Rows = {name: [] for name in TABLES}
        for number in range(start, min(start + batch, count)):
            _Life(
                house, tables, number, house.now - PAST + (PAST - timedelta(days=1)) * (number / count)
            ).tell()
        yield tables


def numbering(house: House) -> Rows:
    """The last file number that each window has given out in each year."""
    last = [
        {"window_id": house.windows[w], "year": year, "last": n} for (w, year), n in house.sequence.items()
    ]
    return {"file_numbers": last}


def keys_of(person: Invented) -> frozenset[str]:
    """The blocking keys under which the duplicate check finds somebody."""
    if person.birth_on is not None:
        birth = Birth(BirthPrecision.EXACT, person.birth_on)
    else:
        birth = Birth(BirthPrecision.YEAR, year=person.birth_year)
    profile = Profile(
        given_ar=person.given_ar,
        family_ar=person.family_ar,
        given_latin=person.given_latin or "",
        family_latin=person.family_latin or "",
        sex=person.sex,
        birth=birth,
        phones=frozenset([person.phone] if person.phone else []),
        identifiers=frozenset([(IdentifierKind.CIN, person.cin)] if person.cin else []),
    )
    return blocking_keys(profile)


class _Life:
    """One person's rows: registered, heard, perhaps accompanied, perhaps referred."""

    def __init__(self, house: House, tables: Rows, number: int, at: datetime) -> None:
        self.house, self.tables, self.number, self.at = house, tables, number, at
        self.place = house.random.randrange(WINDOWS)
        self.window = house.windows[self.place]
        self.worker = house.random.choice(house.workers[self.place])
        self.person = house.key(at)

    def tell(self) -> None:
        self._person()
        case = self._case() if self.house.random.random() < 0.65 else None
        self._interview(case)

    def _add(self, table: str, **row: Any) -> None:
        self.tables[table].append(row)

    def _moved(self, table: str, owner: Row, *steps: tuple[str, str | None, str]) -> None:
        for n, (action, before, after) in enumerate(steps):
            at = self.at + timedelta(minutes=n)
            self._add(
                table,
                id=self.house.key(at),
                action=action,
                from_status=before,
                to_status=after,
                actor_id=self.worker,
                actor_role="social_worker",
                at=at,
                **owner,
            )

    def _noted(self, action: str, subject_type: str, subject: UUID, **details: Any) -> None:
        entry = {
            "id": self.house.key(self.at),
            "at": self.at,
            "actor_id": self.worker,
            "actor_role": "social_worker",
            "action": action,
            "subject_type": subject_type,
            "subject_id": subject,
            "person_id": self.person,
            "details": details,
        }
        self.tables["audit_entries"].append(entry)
        seq, previous = self.house.seal[0] + 1, self.house.seal[1]
        self.house.seal = seq, audit.digest(previous, seq, SimpleNamespace(**entry))  # type: ignore[arg-type]
        self._add("audit_seals", seq=seq, entry_id=entry["id"], hash=self.house.seal[1])

    def _person(self) -> None:
        told, random = invent(self.house.random, self.number), self.house.random
        self.house.people.append(told)
        self._add(
            "people",
            id=self.person,
            **told.names,
            sex=told.sex,
            birth_precision="exact" if told.birth_on else "year",
            birth_on=told.birth_on,
            birth_year=told.birth_year,
            language="ar",
            contact_preference="phone",
            address="زنقة المثال 12",
            is_head=False,
            registered_by=self.worker,
            **_dated(self.at),
        )
        places = {self.place, random.randrange(WINDOWS)} if random.random() < 0.08 else {self.place}
        for place in sorted(places):
            window = self.house.windows[place]
            self._add("person_windows", person_id=self.person, window_id=window, received_at=self.at)
        if told.cin:
            self._add("person_identifiers", person_id=self.person, kind="cin", value=told.cin, raw=told.cin)
        if told.phone:
            self._add("person_phones", person_id=self.person, raw=told.phone, e164=told.phone)
        for key in sorted(keys_of(told)):
            self._add("person_keys", key=key, person_id=self.person)
        self._noted("person:register", "person", self.person, window_id=str(self.window), set_aside=[])

    def _interview(self, case: UUID | None) -> None:
        key = self.house.key(self.at)
        self._add(
            "interviews",
            id=key,
            window_id=self.window,
            worker_id=self.worker,
            held_at=self.at,
            channel="walk_in",
            person_id=self.person,
            narrative=WORDS,
            needs=[self.house.random.choice(NEEDS)],
            urgency="normal",
            consents=[],
            set_aside=[],
            conclusion="case_opened" if case else "one_off_help",
            case_id=case,
            status="completed",
            completed_at=self.at,
            **_dated(self.at),
        )
        steps = (("start", None, "draft"), ("complete", "draft", "completed"))
        self._moved("interview_transitions", {"interview_id": key}, *steps)
        self._noted("interview:complete", "interview", key, conclusion="case_opened", case_id=str(case))
        done = {"created_at": self.at, "due_at": self.at, "done_at": self.at, "attempts": 1}
        payload = {"interview_id": str(key)}
        self._add(
            "outbox_messages", id=self.house.key(self.at), name="interview.completed", payload=payload, **done
        )

    def _case(self) -> UUID:
        house, key = self.house, self.house.key(self.at)
        status = house.choose(CASES)
        is_living = status != "closed"
        due = house.now.date() + timedelta(days=house.random.randrange(-15, 30)) if is_living else None
        contact = (
            self.at.date() if not is_living else house.now.date() - timedelta(days=house.random.randrange(60))
        )
        closed = {"closed_at": self.at + timedelta(days=1), "closing_reason": "goals_met"}
        self._add(
            "cases",
            id=key,
            number=self._number(),
            person_id=self.person,
            window_id=self.window,
            referent_id=self.worker,
            priority=house.choose((("low", 3), ("medium", 5), ("high", 2), ("urgent", 1))),
            needs=house.random.sample(NEEDS, 2),
            summary=WORDS[:120],
            status=status,
            stage="accompaniment" if is_living else "outcome",
            last_contact_on=contact,
            next_due_on=due,
            **({"closed_at": None, "closing_reason": None} if is_living else closed),
            **_dated(self.at),
        )
        if self.place == 0:
            house.cases_here.append(key)
        last = ("close", "active", "closed") if not is_living else ("activate", "open", "active")
        self._moved("case_transitions", {"case_id": key}, ("open", None, "open"), last)
        self._add(
            "case_assignments",
            id=house.key(self.at),
            case_id=key,
            user_id=self.worker,
            assigned_by=self.worker,
            since=self.at,
        )
        self._noted("case:open", "case", key, priority="medium")
        self._noted("case:read", "case", key)
        self._plan(key, is_living, due)
        self._contacts(key, due)
        if house.random.random() < 0.6:
            self._referral(key)
        return key

    def _number(self) -> str:
        year = self.at.year
        count = self.house.sequence[self.place, year] = self.house.sequence.get((self.place, year), 0) + 1
        return numbers.make(f"BEN{self.place + 1}", year, count)

    def _plan(self, case: UUID, is_living: bool, due: date | None) -> None:
        goal = self.house.key(self.at)
        words = {"words": "سكن لائق قريب من المدرسة (مثال)", "case_id": case, **_dated(self.at)}
        self._add("case_goals", id=goal, need_code="housing", status="open" if is_living else "met", **words)
        for position in (1, 2):
            self._add(
                "case_actions",
                id=self.house.key(self.at),
                goal_id=goal,
                position=position,
                owner_id=self.worker,
                due_on=due,
                status="planned" if is_living and position == 2 else "done",
                **words,
            )
        if due is not None:
            self._add("case_dues", case_id=case, source="review", due_on=due)
            self._add("case_dues", case_id=case, source="follow_up", due_on=due)

    def _contacts(self, case: UUID, due: date | None) -> None:
        held = [("done", self.at.date() + timedelta(days=14 * n)) for n in (1, 2)]
        for status, day in [*held, *([("planned", due)] if due else [])]:
            key = self.house.key(self.at)
            self._add(
                "follow_ups",
                id=key,
                case_id=case,
                person_id=self.person,
                window_id=self.window,
                worker_id=self.worker,
                kind="call",
                reason="rhythm",
                cause_id=self.house.key(self.at),
                due_on=day,
                purpose="السؤال عن السكن (مثال)",
                status=status,
                held_at=self.at if status == "done" else None,
                happened="تم الاتصال (مثال)" if status == "done" else None,
                **_dated(self.at),
            )
            steps = [("plan", None, "planned"), ("record", "planned", "done")]
            self._moved("follow_up_transitions", {"follow_up_id": key}, *steps[: 1 + (status == "done")])

    def _referral(self, case: UUID) -> None:
        house, key, consent = self.house, self.house.key(self.at), self.house.key(self.at)
        partner = house.random.randrange(PARTNERS)
        self._add(
            "consents",
            id=consent,
            person_id=self.person,
            purpose="referral",
            decision="given",
            institution_id=house.partners[partner],
            categories=["identity", "contact", "needs", "situation"],
            valid_until=house.now.date() + timedelta(days=365),
            form="signature",
            language="ar",
            recorded_by=self.worker,
            recorded_at=self.at,
        )
        status = house.choose(REFERRALS)
        # What is undecided was sent in the last nine days: no reminder and no expiry falls due while measuring.
        sent = house.now - timedelta(hours=house.random.randrange(216)) if status in UNDECIDED else self.at
        clocks = {"decide_by": 14, "remind_at": 10, "expires_at": 30}
        was_sent = status != "draft"
        self._add(
            "referrals",
            id=key,
            case_id=case,
            person_id=self.person,
            window_id=self.window,
            institution_id=house.partners[partner],
            service_id=house.services[partner],
            drafted_by=self.worker,
            needs=["housing"],
            urgency="normal",
            situation=WORDS,
            status=status,
            held_from="in_service" if status == "on_hold" else None,
            agreement_id=house.agreements[partner] if was_sent else None,
            consent_ids=[str(consent)] if was_sent else [],
            categories=["identity", "contact", "needs", "situation"],
            acknowledged=[],
            sent_at=sent if was_sent else None,
            **{name: sent + timedelta(days=days) if was_sent else None for name, days in clocks.items()},
            reminders=0,
            outcomes={},
            ended_at=self.at + timedelta(days=20) if status in ENDED else None,
            **_dated(self.at),
        )
        steps = (("draft", None, "draft"), ("send", "draft", "sent"), ("open", "sent", "seen"))
        self._moved("referral_transitions", {"referral_id": key}, *steps)
