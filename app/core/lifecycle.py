"""One table per life cycle, in plain Python: who may lead a thing from which state to which.

A module's `states.py` holds the table; `core.moves` is the only code that changes a stored status.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from app.core.actor import Role
from app.core.errors import Forbidden, IllegalMove

S = TypeVar("S", bound=StrEnum)
A = TypeVar("A", bound=StrEnum)


@dataclass(frozen=True, kw_only=True)
class Move(Generic[S, A]):
    """One row of the table. `to=None` means: back to where a pause began."""

    action: A
    sources: frozenset[S]
    to: S | None
    by: frozenset[Role]
    is_offered: bool = (
        True  # False: it follows from another act of this role's, and is not asked for by itself
    )


class Lifecycle(Generic[S, A]):
    """A table of moves, asked from every face: services, pages, links and jobs."""

    def __init__(self, initial: S, moves: Iterable[Move[S, A]]) -> None:
        self.initial = initial
        self.moves = tuple(moves)
        self._by_action = {move.action: move for move in self.moves}
        if len(self._by_action) != len(self.moves):
            raise ValueError("an action stands twice in the table")

    def allowed(self, state: S, role: Role | None = None) -> list[A]:
        """The actions that lead on from a state, or those that one role may ask for, in the table's order."""
        return [
            m.action
            for m in self.moves
            if state in m.sources and (role is None or (role in m.by and m.is_offered))
        ]

    def move(self, state: S, action: A, role: Role) -> Move[S, A]:
        """Return the row to apply.

        Raises `Forbidden` when the action is never this role's, `IllegalMove` (naming what is allowed)
        when it does not lead on from this state.
        """
        move = self._by_action[action]
        if role not in move.by:
            raise Forbidden(action=action)
        if state not in move.sources:
            raise self.refusal(state, action, role)
        return move

    def refusal(self, state: S, action: str, role: Role) -> IllegalMove:
        """What to raise when an action does not lead on from a state: it names what does, or that nothing does."""
        return IllegalMove(
            current=state,
            action=action,
            allowed=self.allowed(state, role),
            is_final=self.is_final(state),
        )

    def is_final(self, state: S) -> bool:
        """Whether nothing leads on from this state."""
        return not self.allowed(state)
