from datetime import datetime
from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from app.auth.states import UserStatus
from app.core.actor import Role
from app.core.fields import Email, RequiredLine
from app.core.ids import InstitutionId, SessionId, UserId, WindowId
from app.core.schemas import Change, Input, Output

Language = Literal["ar", "fr", "en", "fa"]
Password = Annotated[str, Field(max_length=128, json_schema_extra={"format": "password"})]


class UserCreate(Input):
    email: Email
    name: RequiredLine = Field(examples=["سعاد العلوي"])
    role: Literal[Role.social_worker, Role.supervisor, Role.partner_agent, Role.administrator, Role.auditor]
    window_ids: list[WindowId] = Field(default_factory=list, max_length=50)
    institution_id: InstitutionId | None = None
    language: Language = "ar"


class UserUpdate(Change):
    name: RequiredLine | None = Field(None, examples=["Souad (exemple)"])
    role: (
        Literal[Role.social_worker, Role.supervisor, Role.partner_agent, Role.administrator, Role.auditor]
        | None
    ) = None
    window_ids: list[WindowId] | None = Field(None, max_length=50)
    institution_id: InstitutionId | None = None
    language: Language | None = None


class UserOut(Output):
    id: UserId
    email: str
    name: str
    role: Role
    status: UserStatus
    institution_id: InstitutionId | None
    window_ids: list[WindowId]
    language: str
    version: int


class UserPage(Output):
    items: list[UserOut]
    next: str | None


class InvitationOut(Output):
    user: UserOut
    activation_code: str | None = Field(
        examples=["7KQM-2XWD-PT4B-9HVR"],
        description="Shown once: null when the answer is given again under the same `Idempotency-Key`.",
    )
    expires_at: datetime


class Activation(Input):
    # A password is taken as it was typed: its blanks count.
    model_config = ConfigDict(str_strip_whitespace=False)

    code: str = Field(min_length=16, max_length=40, examples=["7KQM-2XWD-PT4B-9HVR"])
    password: Password


class PasswordChange(Input):
    model_config = ConfigDict(str_strip_whitespace=False)

    current_password: Password
    password: Password


class TokenOut(Output):
    access_token: str
    token_type: Literal["bearer"] = "bearer"  # noqa: S105
    expires_in: int = Field(description="Seconds.")
    refresh_token: str


class MeOut(Output):
    user: UserOut
    permissions: list[str]


class SessionOut(Output):
    id: SessionId
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None = Field(description="To the minute, of a browser's session; else null.")
    device: str | None = Field(
        description="Browser and system, or program, by its own account: `Firefox, Windows`. Null: it tells nothing known."
    )
    is_this_one: bool


class SessionList(Output):
    items: list[SessionOut]
