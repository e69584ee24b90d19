"""Imports every table once: for migrations, seeds and tests."""

from app.assessments import models as assessments
from app.audit import models as audit
from app.auth import models as auth
from app.cases import models as cases
from app.consents import models as consents
from app.core import idempotency
from app.core.db import Base
from app.files import models as files
from app.followups import models as followups
from app.instruments import models as instruments
from app.intake import models as intake
from app.notifications import models as notifications
from app.outbox import models as outbox
from app.partners import models as partners
from app.people import models as people
from app.referrals import models as referrals
from app.vocabularies import models as vocabularies
from app.windows import models as windows

__all__ = [
    "Base",
    "assessments",
    "audit",
    "auth",
    "cases",
    "consents",
    "files",
    "followups",
    "idempotency",
    "instruments",
    "intake",
    "notifications",
    "outbox",
    "partners",
    "people",
    "referrals",
    "vocabularies",
    "windows",
]
