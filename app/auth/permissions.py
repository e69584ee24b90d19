"""May this role? One table. Which row is the policies' question, and when is the life cycles'."""

from enum import StrEnum

from app.core.actor import Actor, Role
from app.core.errors import Forbidden


class Permission(StrEnum):
    own_account = "own:account"
    own_notifications = "own:notifications"
    reference_read = "reference:read"  # windows, territories, vocabularies
    window_manage = "window:manage"
    vocabulary_manage = "vocabulary:manage"
    user_read = "user:read"
    user_manage = "user:manage"
    person_read = "person:read"
    person_write = "person:write"
    consent_record = "consent:record"
    file_read = "file:read"
    file_write = "file:write"
    partner_read = "partner:read"
    partner_manage = "partner:manage"
    instrument_read = "instrument:read"
    instrument_publish = "instrument:publish"
    arrival_handle = "arrival:handle"
    interview_read = "interview:read"
    interview_write = "interview:write"
    assessment_read = "assessment:read"
    assessment_write = "assessment:write"
    case_read = "case:read"
    case_write = "case:write"
    case_assign = "case:assign"
    case_close = "case:close"  # which of them: `may_close` in `app/cases/policy.py`
    case_approve_closure = "case:approve-closure"
    referral_read = "referral:read"
    referral_write = "referral:write"
    referral_answer = "referral:answer"
    follow_up_read = "follow-up:read"
    follow_up_write = "follow-up:write"
    audit_read = "audit:read"


P = Permission

_EVERYBODY = frozenset({P.own_account, P.own_notifications, P.reference_read})

_WINDOW = _EVERYBODY | {
    P.user_read,
    P.person_read,
    P.person_write,
    P.consent_record,
    P.file_read,
    P.file_write,
    P.partner_read,
    P.instrument_read,
    P.arrival_handle,
    P.interview_read,
    P.interview_write,
    P.assessment_read,
    P.assessment_write,
    P.case_read,
    P.case_write,
    P.case_close,
    P.referral_read,
    P.referral_write,
    P.follow_up_read,
    P.follow_up_write,
}

ROLE_PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.social_worker: _WINDOW,
    # A supervisor also hands files from one worker to another and approves the closing of pressing ones.
    Role.supervisor: _WINDOW | {P.case_assign, P.case_approve_closure},
    Role.partner_agent: _EVERYBODY | {P.referral_answer, P.file_read, P.file_write},
    # Runs the house, opens no file.
    Role.administrator: _EVERYBODY
    | {
        P.window_manage,
        P.vocabulary_manage,
        P.user_read,
        P.user_manage,
        P.partner_read,
        P.partner_manage,
        P.instrument_read,
        P.instrument_publish,
    },
    # Sees who saw what and why; never the contents of a file.
    Role.auditor: _EVERYBODY | {P.user_read, P.partner_read, P.audit_read},
    Role.system: frozenset(),
}


def may(actor: Actor, permission: Permission) -> bool:
    """Whether the actor's role carries a permission."""
    return permission in ROLE_PERMISSIONS[actor.role]


def require(actor: Actor, permission: Permission) -> None:
    """Raise `Forbidden`, naming the permission, when the role does not carry it."""
    if not may(actor, permission):
        raise Forbidden(permission=permission)
