from enum import StrEnum

from app.core.actor import Role
from app.core.lifecycle import Lifecycle, Move


class AgreementStatus(StrEnum):
    draft = "draft"
    in_force = "in_force"
    suspended = "suspended"
    ended = "ended"


class AgreementAction(StrEnum):
    sign = "sign"
    suspend = "suspend"
    resume = "resume"
    end = "end"


_HOUSE = frozenset({Role.administrator, Role.system})

AGREEMENT_LIFECYCLE: Lifecycle[AgreementStatus, AgreementAction] = Lifecycle(
    AgreementStatus.draft,
    [
        Move(
            action=AgreementAction.sign,
            sources=frozenset({AgreementStatus.draft}),
            to=AgreementStatus.in_force,
            by=_HOUSE,
        ),
        Move(
            action=AgreementAction.suspend,
            sources=frozenset({AgreementStatus.in_force}),
            to=AgreementStatus.suspended,
            by=_HOUSE,
        ),
        Move(
            action=AgreementAction.resume,
            sources=frozenset({AgreementStatus.suspended}),
            to=AgreementStatus.in_force,
            by=_HOUSE,
        ),
        Move(
            action=AgreementAction.end,
            sources=frozenset({AgreementStatus.in_force, AgreementStatus.suspended}),
            to=AgreementStatus.ended,
            by=_HOUSE,
        ),
    ],
)
