"""The timeline of a case in words: what happened, who did it, why, and where it leads."""

from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from typing import Any, Literal

from markupsafe import Markup

from app.auth import queries as users
from app.cases import timeline
from app.cases.states import ClosingReason, SuspensionReason
from app.core.actor import Role
from app.core.db import ReadSession
from app.core.ids import CaseId, UserId
from app.core.pagination import Page, PageRequest
from app.followups import queries as follow_ups
from app.intake.states import Conclusion
from app.referrals.states import DeclineReason, FailureReason, HoldReason, WithdrawalReason
from app.web import terms
from app.web.wording import bdi, named, t, word

# What a reader may want to see of the timeline alone.
Chapter = Literal["contacts", "referrals", "plan", "assessments", "file"]

KINDS: dict[Chapter, frozenset[str]] = {
    "contacts": frozenset({"follow_up", "interview"}),
    "referrals": frozenset({"referral"}),
    "plan": frozenset({"goal", "action", "review"}),
    "assessments": frozenset({"assessment"}),
    "file": frozenset({"case", "assignment"}),
}

# Reasons are codes of the list that belongs to what happened.
_REASONS: dict[tuple[str, str], type[StrEnum]] = {
    ("case", "suspend"): SuspensionReason,
    ("case", "close"): ClosingReason,
    ("case", "request_closure"): ClosingReason,
    ("referral", "decline"): DeclineReason,
    ("referral", "fail"): FailureReason,
    ("referral", "withdraw"): WithdrawalReason,
    ("referral", "hold"): HoldReason,
    ("interview", "complete"): Conclusion,
}
_PAGES = {
    "referral": "/referrals",
    "assessment": "/assessments",
    "interview": "/interviews",
    "follow_up": "/follow-ups",
}


def page(
    db: ReadSession,
    case_id: CaseId,
    wanted: PageRequest,
    chapter: Chapter | None,
    referrals: Iterable[Mapping[str, Any]],
) -> Page:
    """One page of the timeline of a visible case, each entry with its words; `referrals` are the case's own."""
    found = timeline.page(db, case_id, wanted, kinds=KINDS[chapter] if chapter else None)
    contacts = [entry["subject_id"] for entry in found.items if entry["kind"] == "follow_up"]
    known = _Known(
        people=users.names(db, _people(found.items)),
        contacts=follow_ups.told(db, contacts),
        referrals={referral["id"]: referral for referral in referrals},
        attendance=terms.words(db, "attendance_reason"),
    )
    return Page([known.told(entry) for entry in found.items], found.next)


def _people(entries: Iterable[Mapping[str, Any]]) -> Iterator[UserId]:
    """Who did something, and whom it made a case's referent."""
    for entry in entries:
        if entry["actor_id"]:
            yield entry["actor_id"]
        if entry["kind"] == "assignment":
            yield entry["subject_id"]


class _Known:
    """What the entries of one page speak of."""

    def __init__(
        self,
        *,
        people: Mapping[Any, Mapping[str, Any]],
        contacts: Mapping[Any, Mapping[str, Any]],
        referrals: Mapping[Any, Mapping[str, Any]],
        attendance: Mapping[str, str],
    ) -> None:
        self.people, self.contacts, self.referrals = people, contacts, referrals
        self.attendance = attendance

    def told(self, entry: Mapping[str, Any]) -> dict[str, Any]:
        kind = entry["kind"]
        return {
            "at": entry["at"],
            "kind": kind,
            "title": self._title(entry),
            "subject": self._subject(entry),
            "reason": self._reason(entry),
            "text": self.contacts.get(entry["subject_id"], {}).get("happened") or entry["text"],
            "who": self._who(entry),
            "path": f"{_PAGES[kind]}/{entry['subject_id']}" if kind in _PAGES else None,
        }

    def _title(self, entry: Mapping[str, Any]) -> Markup:
        return t(f"page.event.{entry['kind']}.{entry['code']}")

    def _subject(self, entry: Mapping[str, Any]) -> object:
        if entry["kind"] == "assignment":
            return bdi(self.people[entry["subject_id"]]["name"])
        if entry["kind"] == "referral" and entry["subject_id"] in self.referrals:
            return named(self.referrals[entry["subject_id"]], "service")
        if entry["kind"] == "follow_up" and entry["subject_id"] in self.contacts:
            return word(self.contacts[entry["subject_id"]]["kind"])
        return None

    def _reason(self, entry: Mapping[str, Any]) -> str | None:
        code = entry["reason_code"]
        if code is None:
            return None
        if entry["kind"] == "follow_up":
            return self.attendance.get(code)
        reasons = _REASONS.get((entry["kind"], entry["code"]))
        return word(reasons(code)) if reasons else None

    def _who(self, entry: Mapping[str, Any]) -> object:
        """The colleague by name, a partner as the institution, what happened by itself as the system."""
        by = self.people.get(entry["actor_id"])
        if by is None:
            return t("page.case.by_system")
        if by["role"] is Role.partner_agent and entry["subject_id"] in self.referrals:
            return named(self.referrals[entry["subject_id"]], "institution")
        return by["name"]
