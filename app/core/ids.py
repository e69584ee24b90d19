"""Typed identifiers.

Every table's key type is declared here, so that a low module can hold a reference to a higher module's
row without importing that module.
"""

import os
import threading
import time
from typing import NewType
from uuid import UUID

UserId = NewType("UserId", UUID)
SessionId = NewType("SessionId", UUID)
InvitationId = NewType("InvitationId", UUID)
WindowId = NewType("WindowId", UUID)
HolidayId = NewType("HolidayId", UUID)
PersonId = NewType("PersonId", UUID)
HouseholdId = NewType("HouseholdId", UUID)
ConsentId = NewType("ConsentId", UUID)
InstitutionId = NewType("InstitutionId", UUID)
ContactId = NewType("ContactId", UUID)
ServiceId = NewType("ServiceId", UUID)
AgreementId = NewType("AgreementId", UUID)
InstrumentId = NewType("InstrumentId", UUID)
ArrivalId = NewType("ArrivalId", UUID)
InterviewId = NewType("InterviewId", UUID)
AssessmentId = NewType("AssessmentId", UUID)
CaseId = NewType("CaseId", UUID)
AssignmentId = NewType("AssignmentId", UUID)
GoalId = NewType("GoalId", UUID)
ActionId = NewType("ActionId", UUID)
ReferralId = NewType("ReferralId", UUID)
MessageId = NewType("MessageId", UUID)
FollowUpId = NewType("FollowUpId", UUID)
AttachmentId = NewType("AttachmentId", UUID)
NotificationId = NewType("NotificationId", UUID)
TransitionId = NewType("TransitionId", UUID)
EventId = NewType("EventId", UUID)
AuditId = NewType("AuditId", UUID)

ALL = (
    UserId,
    SessionId,
    InvitationId,
    WindowId,
    HolidayId,
    PersonId,
    HouseholdId,
    ConsentId,
    InstitutionId,
    ContactId,
    ServiceId,
    AgreementId,
    InstrumentId,
    ArrivalId,
    InterviewId,
    AssessmentId,
    CaseId,
    AssignmentId,
    GoalId,
    ActionId,
    ReferralId,
    MessageId,
    FollowUpId,
    AttachmentId,
    NotificationId,
    TransitionId,
    EventId,
    AuditId,
)

_lock = threading.Lock()
_last = 0


def uuid7() -> UUID:
    """Return a time-ordered UUID, strictly increasing within this process (RFC 9562, version 7).

    The twelve bits after the milliseconds carry a fraction of the millisecond (method 3 of section 6.2),
    so that rows written one after the other also sort one after the other.
    """
    global _last
    with _lock:
        ticks = time.time_ns() * 4096 // 1_000_000
        _last = ticks = max(ticks, _last + 1)
    ms, fraction = divmod(ticks, 4096)
    tail = int.from_bytes(os.urandom(8)) & (2**62 - 1)
    return UUID(int=ms << 80 | 0x7 << 76 | fraction << 64 | 0b10 << 62 | tail)
