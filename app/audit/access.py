"""Who opened a file: recorded and committed before the file is shown, though the reader only holds a read session.

Readers that wait for the write turn together share one commit.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from uuid import UUID

import anyio
from anyio import to_thread
from sqlalchemy.orm import Session

from app.audit import service as audit
from app.core.actor import Actor
from app.core.db import ReadSession, WriteSession
from app.core.ids import PersonId

# Rounds of the event loop before somebody goes first: whoever has asked meanwhile comes along. In the first their requests
# are read, in the second they get as far as here. On an idle server it costs microseconds; a commit costs most of an entry.
_ROUNDS = 2

Access = tuple[Actor, str, str, UUID | None, PersonId | None]


@dataclass(eq=False)
class _Batch:
    """Accesses that are written in one commit. Whoever came first writes for all; the others are woken at once."""

    accesses: list[Access] = field(default_factory=list)
    over: anyio.Event = field(default_factory=anyio.Event)
    is_written: bool = False


class AccessLog:
    """The batcher of one application."""

    def __init__(self, session: Callable[[], Session], turn: anyio.Lock | None) -> None:
        self.session = session
        # Where writers need no turn, readers still take one among themselves: who waits for it shares the next commit.
        self.turn = turn or anyio.Lock()
        self.gathering: _Batch | None = None

    async def record(
        self,
        actor: Actor,
        action: str,
        subject_type: str,
        subject_id: UUID | None,
        person_id: PersonId | None,
    ) -> None:
        """Return once the access is committed; if it cannot be written, the file is not shown."""
        access = (actor, action, subject_type, subject_id, person_id)
        while (batch := self.gathering) is not None:
            batch.accesses.append(access)
            await batch.over.wait()
            if batch.is_written:
                return
            # Whoever wrote for all has been refused; the others try once more.
        await self._write_for_all(access)

    async def _write_for_all(self, access: Access) -> None:
        batch = self.gathering = _Batch([access])
        try:
            with anyio.CancelScope(shield=True):  # the others wait for it, even if this reader goes away
                for _ in range(_ROUNDS):
                    await anyio.sleep(0)
                async with self.turn:
                    self.gathering = None  # whoever comes from now on is written next
                    await to_thread.run_sync(self._write, batch.accesses)
            batch.is_written = True
        finally:
            batch.over.set()

    def _write(self, accesses: list[Access]) -> None:
        with self.session() as session:
            audit.record_access(WriteSession(ReadSession(session)), accesses)
            session.commit()
