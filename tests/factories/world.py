"""A small world for tests, built through the services: own rows and foreign rows of everything."""

from copy import copy
from datetime import timedelta
from typing import Self

from app.auth import service as auth
from app.auth import tokens
from app.auth.models import UserSession
from app.auth.schemas import UserCreate
from app.core.actor import SYSTEM, WINDOW_ROLES, Actor, Role
from app.core.clock import now
from app.core.db import WriteSession
from app.core.ids import InstitutionId, WindowId
from app.core.settings import settings, signing_key
from app.partners.models import Institution
from app.windows.models import Territory, TerritoryLevel, Window


class World:
    """Window `here` and window `elsewhere`, a user of every role, institutions `ours` and `theirs`."""

    def __init__(self, db: WriteSession) -> None:
        self.db = db
        db.add_all(
            [
                Territory(
                    code="02",
                    parent_code=None,
                    level=TerritoryLevel.region,
                    name_ar="الشرق",
                    name_fr="Oriental",
                ),
                Territory(
                    code="02.411",
                    parent_code="02",
                    level=TerritoryLevel.province,
                    name_ar="وجدة أنكاد",
                    name_fr="Oujda-Angad",
                ),
                Territory(
                    code="02.113",
                    parent_code="02",
                    level=TerritoryLevel.province,
                    name_ar="بركان",
                    name_fr="Berkane",
                ),
                Territory(
                    code="02.411.01.23",
                    parent_code="02.411",
                    level=TerritoryLevel.commune,
                    name_ar="وجدة",
                    name_fr="Oujda",
                ),
            ]
        )
        db.flush()
        self.here = self._window("OUJ1", "02.411")
        self.elsewhere = self._window("BRK1", "02.113")
        self.ours = self._institution("غرفة الصناعة التقليدية", "Chambre d'artisanat", "02.411")
        self.theirs = self._institution("مؤسسة أخرى", "Autre institution", "02.113")
        self.worker = self.user(Role.social_worker, self.here)
        self.colleague = self.user(Role.social_worker, self.here)
        self.supervisor = self.user(Role.supervisor, self.here)
        self.stranger = self.user(Role.social_worker, self.elsewhere)
        self.agent = self.user(Role.partner_agent, institution_id=self.ours)
        self.other_agent = self.user(Role.partner_agent, institution_id=self.theirs)
        self.administrator = self.user(Role.administrator)
        self.auditor = self.user(Role.auditor)
        db.commit()

    def seen_by(self, db: WriteSession) -> Self:
        """The same world, for a test that works on its rows in a session of its own."""
        world = copy(self)
        world.db = db
        return world

    def _window(self, code: str, territory: str) -> WindowId:
        window = Window(
            code=code, name_ar=f"شباك {code}", name_fr=f"Guichet {code}", territory_code=territory
        )
        self.db.add(window)
        self.db.flush()
        return window.id

    def _institution(self, name_ar: str, name_fr: str, territory: str) -> InstitutionId:
        institution = Institution(kind="chamber", name_ar=name_ar, name_fr=name_fr, territory_code=territory)
        self.db.add(institution)
        self.db.flush()
        return institution.id

    def user(
        self, role: Role, window_id: WindowId | None = None, institution_id: InstitutionId | None = None
    ) -> Actor:
        """An active user with a living session."""
        data = UserCreate(
            email=f"{role}.{_next()}@test.example",
            name=f"{role} (مثال)",
            role=role,
            window_ids=[window_id] if window_id else [],
            institution_id=institution_id,
        )
        user, code = auth.invite(self.db, SYSTEM, data)
        self.db.flush()
        auth.activate(self.db, code, "no password: signed in by the factory")
        session = UserSession(user_id=user.id, expires_at=now() + timedelta(days=1))
        self.db.add(session)
        self.db.flush()
        return Actor(
            user_id=user.id,
            role=role,
            window_ids=frozenset([window_id] if window_id and role in WINDOW_ROLES else []),
            institution_id=institution_id,
            session_id=session.id,
        )


_count = 0


def _next() -> int:
    global _count
    _count += 1
    return _count


def headers(actor: Actor, **more: str) -> dict[str, str]:
    """What a signed-in client sends."""
    assert actor.session_id is not None
    token = tokens.issue(signing_key(settings()), actor.user, actor.session_id, timedelta(minutes=10))
    return {"Authorization": f"Bearer {token}", "Accept-Language": "en", **more}
