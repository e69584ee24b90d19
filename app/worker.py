"""The door for jobs: what happens without anybody asking. On SQLite it runs inside the server.

Every job takes one small transaction at a time and the write turn for each, so that nobody at a window waits.
"""

import time
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Any

import anyio
from anyio import to_thread
from sqlalchemy.orm import Session

from app.audit import service as audit
from app.auth import kept_forms, sessions, throttle
from app.core import idempotency
from app.core.clock import now
from app.core.db import Database, ReadSession, WriteSession
from app.core.log import log, where
from app.core.settings import Settings
from app.files import service as files
from app.outbox import service as outbox
from app.referrals import jobs as referrals

KEPT = timedelta(days=30)  # after its end, for who has to find out what happened
IDLE = 0.5  # seconds between two looks when there was nothing to do


@dataclass
class Job:
    """Something done every so many seconds, again at once while it finds work; `run` returns how much it found."""

    name: str
    every: float  # seconds
    run: Callable[[], int]
    next_at: float = field(default=0.0)


def jobs(database: Database, config: Settings) -> list[Job]:
    """Everything that the worker does."""

    def each(work: Callable[[WriteSession], Any]) -> Callable[[], int]:
        return partial(_in_transaction, database.write_session, work)

    # On SQLite an entry is sealed with what it tells of: to look for others would take the write turn for nothing.
    sealing = [] if database.is_sqlite else [Job("seal", IDLE, each(audit.seal_pending))]
    return [
        Job("outbox", IDLE, lambda: int(outbox.deliver_next(database.write_session))),
        *sealing,
        Job("referral clocks", 60, each(referrals.tick)),
        Job("kept forms", 300, each(kept_forms.forget_old)),
        Job("idempotency", 3600, each(idempotency.forget_old)),
        Job("housekeeping", 3600, each(tidy)),
        Job("orphaned files", 3600, each(lambda db: files.sweep(db, config.attachments_dir))),
    ]


def tidy(db: WriteSession) -> None:
    """Drop what nobody asks for any more: counts of failures, sessions that are over, delivered facts."""
    throttle.forget_old(db)
    sessions.forget_over(db, now() - KEPT)
    outbox.forget_done(db, now() - KEPT)


def _in_transaction(session: Callable[[], Session], work: Callable[[WriteSession], Any]) -> int:
    with session() as opened:
        found = work(WriteSession(ReadSession(opened)))
        opened.commit()
    return int(found or 0)


async def run(database: Database, config: Settings, turn: anyio.Lock | None = None) -> None:
    """Work until cancelled. A job that fails is logged and tried again; the others go on."""
    planned = jobs(database, config)
    while True:
        busy = False
        for job in planned:
            if job.next_at <= time.monotonic():
                busy |= await _once(job, turn)
        if not busy:
            await anyio.sleep(IDLE)


async def _once(job: Job, turn: anyio.Lock | None) -> bool:
    try:
        async with turn or nullcontext():
            found = await to_thread.run_sync(job.run)
    except Exception as error:
        log.error("job failed", name=job.name, error=type(error).__name__, where=where(error))
        found = 0
    job.next_at = time.monotonic() + (0 if found else job.every)
    return bool(found)
