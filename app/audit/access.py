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


@dataclass(eq=False)
class _Access:
    actor: Actor
    action: str
    subject_type: str
    subject_id: UUID | None
    person_id: PersonId | None
    written: bool = field(default=False)


class AccessLog:
    """The batcher of one application."""

    def __init__(self, session: Callable[[], Session], turn: anyio.Lock | None) -> None:
        self.session = session
        # Where writers need no turn, readers still take one among themselves: who waits for it shares the next commit.
        self.turn = turn or anyio.Lock()
        self.waiting: list[_Access] = []

    async def record(
        self,
        actor: Actor,
        action: str,
        subject_type: str,
        subject_id: UUID | None,
        person_id: PersonId | None,
    ) -> None:
        """Return once the access is committed; if it cannot be written, the file is not shown."""
        access = _Access(actor, action, subject_type, subject_id, person_id)
        self.waiting.append(access)
        for _ in range(_ROUNDS):
            await anyio.sleep(0)
        async with self.turn:
            if access.written:
                return
            batch, self.waiting = self.waiting, []
            if access not in batch:  # another reader's batch with this one in it has failed
                batch.append(access)
            await to_thread.run_sync(self._write, batch)

    def _write(self, batch: list[_Access]) -> None:
        with self.session() as session:
            db = WriteSession(ReadSession(session))
            accesses = ((a.actor, a.action, a.subject_type, a.subject_id, a.person_id) for a in batch)
            audit.record_access(db, accesses)
            session.commit()
        for a in batch:
            a.written = True
