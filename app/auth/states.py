from enum import StrEnum

from app.core.actor import Role
from app.core.lifecycle import Lifecycle, Move


class UserStatus(StrEnum):
    invited = "invited"
    active = "active"
    disabled = "disabled"


class UserAction(StrEnum):
    activate = "activate"
    disable = "disable"
    enable = "enable"


_ADMINISTRATION = frozenset({Role.administrator, Role.system})

USER_LIFECYCLE: Lifecycle[UserStatus, UserAction] = Lifecycle(
    UserStatus.invited,
    [
        Move(
            action=UserAction.activate,
            sources=frozenset({UserStatus.invited}),
            to=UserStatus.active,
            by=frozenset({Role.system}),
        ),
        Move(
            action=UserAction.disable,
            sources=frozenset({UserStatus.invited, UserStatus.active}),
            to=UserStatus.disabled,
            by=_ADMINISTRATION,
        ),
        Move(
            action=UserAction.enable,
            sources=frozenset({UserStatus.disabled}),
            to=UserStatus.invited,  # who comes back chooses a new password
            by=_ADMINISTRATION,
        ),
    ],
)
