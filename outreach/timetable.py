"""The timetable: what has to be looked at every so often, as rows. Any number of processes may tick.

Each tick moves the `next_run_at` of a due row with a conditional update; whoever changed the row sends the job.
(Why not a scheduler library: docs/decisions/0003-timetable.md.)
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Mapped, Session, mapped_column

from outreach import clock, jobs, logs
from outreach.db import Base, Database, Moment

log = logs.get(__name__)


class TimetableRow(Base):
    """When one job is due next."""

    __tablename__ = "timetable"

    job: Mapped[str] = mapped_column(primary_key=True)
    next_run_at: Mapped[datetime] = mapped_column(Moment)


@dataclass(frozen=True)
class Entry:
    """A job asked for every `every`."""

    job: str
    every: timedelta


def tick(session: Session, entries: Iterable[Entry], now: datetime) -> list[str]:
    """Ask for every job that is due and not yet taken by another process; gives their names."""
    taken = []
    due = dict(session.execute(select(TimetableRow.job, TimetableRow.next_run_at)).all())
    for entry in entries:
        if entry.job not in due:
            _enter(session, entry, now)
        elif _is_due(entry, due[entry.job], now) and _take(session, entry, due[entry.job], now):
            jobs.ask(session, entry.job)
            taken.append(entry.job)
    return taken


def _enter(session: Session, entry: Entry, now: datetime) -> None:
    insert = sqlite_insert if session.get_bind().dialect.name == "sqlite" else postgres_insert
    session.execute(insert(TimetableRow).values(job=entry.job, next_run_at=now).on_conflict_do_nothing())


def _is_due(entry: Entry, next_run_at: datetime, now: datetime) -> bool:
    # Further away than anybody plans: the clock was ahead when it was written, and waiting for it might take years.
    return next_run_at <= now or next_run_at > now + 2 * entry.every


def _take(session: Session, entry: Entry, seen: datetime, now: datetime) -> bool:
    changed = session.connection().execute(
        update(TimetableRow)
        .where(TimetableRow.job == entry.job, TimetableRow.next_run_at == seen)
        .values(next_run_at=now + entry.every)
    )
    return changed.rowcount == 1


class Clockwork:
    """A thread that ticks until it is stopped. A database that is away costs ticks, not the thread."""

    def __init__(self, database: Database, entries: Iterable[Entry], *, pause: float = 1.0) -> None:
        self._database, self._entries, self._pause = database, list(entries), pause
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="timetable", daemon=True)

    def start(self) -> None:
        """Begin to tick."""
        self._thread.start()

    def stop(self) -> None:
        """Tick no more; waits for a tick under way."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(timeout=10)

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                if self._anything_due():
                    with self._database.writing() as session:
                        tick(session, self._entries, clock.now())
            except SQLAlchemyError as error:
                log.warning("tick_failed", error=type(error).__name__)
            self._stop.wait(self._pause)

    def _anything_due(self) -> bool:
        with self._database.reading() as session:
            due = dict(session.execute(select(TimetableRow.job, TimetableRow.next_run_at)).all())
        now = clock.now()
        return any(entry.job not in due or _is_due(entry, due[entry.job], now) for entry in self._entries)
