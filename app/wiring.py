"""Every "when X, then Y" of the product, and every hook that a lower module declares, on one page."""

from app.assessments import queries as assessments
from app.assessments import states as assessment_states
from app.auth.events import AccountDisabled
from app.auth.states import UserStatus
from app.cases import closure, timeline
from app.cases import notices as case_notices
from app.cases import queries as cases_queries
from app.cases import service as cases
from app.cases import states as case_states
from app.cases.events import (
    CaseAssigned,
    CaseClosed,
    CaseClosureDeclined,
    CaseClosureRequested,
    CaseClosureSetAside,
    CaseOpened,
    CasePriorityChanged,
    CaseReopened,
    CaseResumed,
    CaseStep,
    CaseSuspended,
)
from app.consents import models as consents
from app.consents.events import ConsentEnded
from app.core import sharing
from app.core.actor import Actor, Role
from app.core.db import ReadSession
from app.core.ids import CaseId, PersonId, ReferralId
from app.files import service as files
from app.files.models import SubjectType
from app.files.policy import AttachmentsClosed, FileUse, Reach
from app.followups import queries as follow_up_queries
from app.followups import reactions as follow_ups
from app.followups import service as follow_up_service
from app.followups import states as follow_up_states
from app.intake import case_queries as intake
from app.intake import states as intake_states
from app.outbox.service import subscriptions
from app.partners import states as partner_states
from app.people import birth, identifiers
from app.people import models as person_models
from app.people import queries as people
from app.referrals import history, notices, partner_view
from app.referrals import queries as referrals
from app.referrals import states as referral_states
from app.referrals.events import ReferralMessageSent, ReferralMoved, ReferralOverdue
from app.vocabularies import service as vocabularies

_CASE_STEPS: tuple[type[CaseStep], ...] = (
    CaseAssigned,
    CasePriorityChanged,
    CaseSuspended,
    CaseResumed,
    CaseClosureRequested,
    CaseClosureSetAside,
    CaseClosureDeclined,
    CaseClosed,
    CaseReopened,
)


def wire() -> None:
    """Fill hooks and subscriptions; called once by each door, and again without harm."""
    _when_then()
    _hooks()
    _closed_lists()


def _when_then() -> None:
    subscriptions.clear()
    subscriptions.add(CaseOpened, follow_ups.plan_first)
    subscriptions.add(
        CaseAssigned,
        follow_ups.hand_over,
        case_notices.tell_new_referent,
        case_notices.tell_former_referent,
    )
    subscriptions.add(AccountDisabled, case_notices.tell_of_left_cases)
    subscriptions.add(CaseClosureRequested, case_notices.tell_supervisors)
    subscriptions.add(CaseClosureDeclined, case_notices.tell_who_asked)
    subscriptions.add(CasePriorityChanged, follow_ups.follow_priority)
    subscriptions.add(CaseClosed, follow_ups.cancel_planned)
    subscriptions.add(CaseReopened, follow_ups.plan_after_reopening)
    # When a partner declines (or answers in any other way): both sides are told, and a talk with the person is planned.
    subscriptions.add(ReferralMoved, notices.tell_of_step, follow_ups.plan_after_referral)
    subscriptions.add(ConsentEnded, notices.tell_of_consent)
    subscriptions.add(ReferralMessageSent, notices.tell_of_message)
    subscriptions.add(ReferralOverdue, notices.tell_of_delay)
    # When somebody acts: what they were told of the matter before is read, and so is what asked for a decision now made.
    for step in _CASE_STEPS:
        subscriptions.add(step, case_notices.settle_own)
    for decision in (CaseClosed, CaseClosureDeclined, CaseClosureSetAside):
        subscriptions.add(decision, case_notices.settle_closing)
    subscriptions.add(ReferralMoved, notices.settle_own)
    subscriptions.add(ReferralMessageSent, notices.settle_own)


def _hooks() -> None:
    cases.first_dues.clear()
    cases.first_dues.update({"follow_up": follow_up_service.rhythm_due})
    closure.checks[:] = [referrals.unanswered]
    timeline.sources[:] = [
        intake.timeline,
        assessments.timeline,
        history.timeline,
        follow_up_queries.timeline,
    ]
    files.subjects.clear()
    files.subjects.update(
        {
            SubjectType.person: _files_of_person,
            SubjectType.case: _files_of_case,
            SubjectType.referral: _files_of_referral,
        }
    )


def _files_of_person(db: ReadSession, actor: Actor, subject_id: PersonId, _: FileUse) -> Reach:
    return Reach(people.get(db, actor, subject_id).id)


def _files_of_case(db: ReadSession, actor: Actor, subject_id: CaseId, _: FileUse) -> Reach:
    return Reach(cases_queries.get(db, actor, subject_id).person_id)


def _files_of_referral(db: ReadSession, actor: Actor, subject_id: ReferralId, use: FileUse) -> Reach:
    """The window keeps the files of what has ended in order and adds none; to a partner they are closed.

    A partner reads what is open to it, and hands something in or takes it back where anything is shared.
    """
    referral = referrals.get(db, actor, subject_id)
    is_partner = actor.institution_id is not None
    is_over = referral.status in referral_states.FINAL
    if is_over and (use is FileUse.add or (is_partner and use is FileUse.remove)):
        raise AttachmentsClosed()
    if not is_partner:
        return Reach(referral.person_id)
    if use is FileUse.read:
        return Reach(referral.person_id, partner_view.documents_from(db, actor, subject_id))
    partner_view.require_shared(db, actor, subject_id)
    return Reach(referral.person_id)


def _closed_lists() -> None:
    vocabularies.closed_lists.clear()
    vocabularies.closed_lists.update(
        {
            "channel": intake_states.Channel,
            "urgency": intake_states.Urgency,
            "conclusion": intake_states.Conclusion,
            "arrival_status": intake_states.ArrivalStatus,
            "interview_status": intake_states.InterviewStatus,
            "assessment_status": assessment_states.AssessmentStatus,
            "follow_up_kind": follow_up_states.FollowUpKind,
            "follow_up_status": follow_up_states.FollowUpStatus,
            "follow_up_reason": follow_up_states.FollowUpReason,
            "agreement_status": partner_states.AgreementStatus,
            "role": Role,
            "user_status": UserStatus,
            "sex": person_models.Sex,
            "contact_preference": person_models.ContactPreference,
            "identifier_kind": identifiers.IdentifierKind,
            "birth_precision": birth.BirthPrecision,
            "consent_form": consents.ConsentForm,
            "consent_decision": consents.ConsentDecision,
            "action_status": case_states.ActionStatus,
            "case_action": case_states.CaseAction,
            "referral_action": referral_states.ReferralAction,
            "eligibility_warning": referral_states.EligibilityWarning,
            "case_status": case_states.CaseStatus,
            "priority": case_states.Priority,
            "stage": case_states.Stage,
            "goal_status": case_states.GoalStatus,
            "closing_reason": case_states.ClosingReason,
            "suspension_reason": case_states.SuspensionReason,
            "referral_status": referral_states.ReferralStatus,
            "decline_reason": referral_states.DeclineReason,
            "not_completed_reason": referral_states.FailureReason,
            "withdrawal_reason": referral_states.WithdrawalReason,
            "hold_reason": referral_states.HoldReason,
            "legal_basis": referral_states.LegalBasis,
            "outcome": referral_states.Outcome,
            "data_category": sharing.DataCategory,
            "consent_purpose": consents.ConsentPurpose,
        }
    )
