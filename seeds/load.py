"""Filling a database: reference data always, a demonstration on request, once."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import select

from app.auth import service as auth
from app.auth.models import User
from app.auth.schemas import UserCreate
from app.core.actor import SYSTEM, Actor, Role
from app.core.clock import now
from app.core.db import Database, ReadSession, WriteSession
from app.core.settings import Settings, settings
from app.partners.models import Institution
from app.windows.models import Window
from seeds import reference, story
from seeds.stage import Stage, actor_of

DOMAIN = "shubbak.example"

# Who signs in as what. The first of each role stands in the sign-in table.
ACCOUNTS: tuple[tuple[str, str, Role, tuple[str, ...], str | None], ...] = (
    ("worker", "سعاد العاملة (مثال)", Role.social_worker, ("OUJ1",), None),
    ("supervisor", "نجاة المشرفة (مثال)", Role.supervisor, ("OUJ1", "OUJ2"), None),
    ("partner", "مينة الشريكة (مثال)", Role.partner_agent, (), "Chambre d’Artisanat de l’Oriental"),
    ("administrator", "عادل المدبر (مثال)", Role.administrator, (), None),
    ("auditor", "ليلى المدققة (مثال)", Role.auditor, (), None),
    ("worker2", "Hamid Exemple", Role.social_worker, ("OUJ2",), None),
    ("worker3", "Karima Exemple", Role.social_worker, ("BRK1",), None),
    ("worker4", "Rachida Exemple", Role.social_worker, ("OUJ1",), None),
    ("supervisor3", "Omar Exemple", Role.supervisor, ("BRK1",), None),
)

SHOWN = 5

SignIn = tuple[Role, str, str | None]


def reference_data(database: Database) -> Iterator[str]:
    """Territories, vocabularies, holidays, windows, partners, the instrument; twice changes nothing."""
    with _writing(database) as db:
        yield from reference.load(db)


def demo_once(database: Database, config: Settings | None = None) -> list[SignIn]:
    """Reference data, one user of each role and an invented caseload, unless there are users already.

    Returns the sign-in table, empty in a database that others live in; the generated passwords stand in it this once
    and are kept as hashes only.
    """
    with database.read_session() as session:
        if session.scalar(select(User.id).limit(1)) is not None:
            shown = [(role, f"{name}@{DOMAIN}", None) for name, _, role, _, _ in ACCOUNTS[:SHOWN]]
            there = set(session.scalars(select(User.email).where(User.email.in_([s[1] for s in shown]))))
            return [line for line in shown if line[1] in there]
    for _ in reference_data(database):
        pass
    table = _accounts(database)
    story.tell(stage_of(database, config or settings()), now())
    return table


def _accounts(database: Database) -> list[SignIn]:
    table: list[SignIn] = []
    with _writing(database) as db:
        windows = {w.code: w.id for w in db.scalars(select(Window))}
        institutions = {i.name_fr: i.id for i in db.scalars(select(Institution))}
        agents = [
            (f"agent{number}", f"Agent {number} (exemple)", Role.partner_agent, (), name)
            for number, name in enumerate(sorted(institutions), 1)
            if name != ACCOUNTS[2][4]
        ]
        for name, words, role, codes, partner in (*ACCOUNTS, *agents):
            email = f"{name}@{DOMAIN}"
            data = UserCreate(
                email=email,
                name=words,
                role=role,
                window_ids=[windows[code] for code in codes],
                institution_id=institutions[partner] if partner else None,
            )
            user, _ = auth.invite(db, SYSTEM, data)
            # Everybody in the story has signed in before; the passwords outside the table are known to nobody.
            password = "-".join(secrets.token_hex(3) for _ in range(3))
            auth.set_password(db, user, password)
            table.append((role, email, password))
    return table[:SHOWN]


def stage_of(database: Database, config: Settings) -> Stage:
    """Who acts in the stories, out of the accounts of the demonstration."""
    with _writing(database) as db:
        is_agent = select(User.email).where(User.role == Role.partner_agent)
        agents = [actor_of(db, email) for email in db.scalars(is_agent)]

        def serving(**names: str) -> dict[str, Actor]:
            return {code: actor_of(db, f"{name}@{DOMAIN}") for code, name in names.items()}

        return Stage(
            database,
            config,
            workers=serving(OUJ1="worker", OUJ2="worker2", BRK1="worker3"),
            colleagues=serving(OUJ1="worker4"),
            supervisors=serving(OUJ1="supervisor", OUJ2="supervisor", BRK1="supervisor3"),
            agents={agent.institution_id: agent for agent in agents if agent.institution_id},
        )


@contextmanager
def _writing(database: Database) -> Iterator[WriteSession]:
    """A transaction of its own."""
    with database.write_session() as session, session.begin():
        yield WriteSession(ReadSession(session))
