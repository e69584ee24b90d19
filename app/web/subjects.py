"""The page of a thing, for who may open it."""

from uuid import UUID

from app.core.actor import Actor, Role

_PAGES = {"case": "/cases", "person": "/people", "referral": "/referrals", "interview": "/interviews"}


def address(actor: Actor, kind: str, identity: UUID) -> str:
    """Where a thing is shown to this actor; partners have a face of their own. Unknown kinds lead home."""
    if kind == "referral" and actor.role is Role.partner_agent:
        return f"/inbox/{identity}"
    if kind == "user":
        return "/board?box=unattended"  # who left cases behind: they are handed over there
    return f"{_PAGES[kind]}/{identity}" if kind in _PAGES else "/"
