"""Who has deliveries in hand, and the proof that they live.

Liveness is proved, not timed: an owner holds a lock that the database (PostgreSQL: a session's advisory lock) or the
kernel (SQLite: flock on a file) drops the moment its process or its connection dies. So recovery takes a second, and a
slow worker is never robbed. `recover` in outbox decides what a dead owner's deliveries become.
"""

from __future__ import annotations

import fcntl
import os
import threading
from contextlib import suppress
from pathlib import Path

from sqlalchemy import delete, insert, select, text
from sqlalchemy.engine import Connection
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from outreach import clock, db, logs
from outreach.house import House
from outreach.mail.rows import Delivery, Owner

log = logs.get(__name__)
#: the first of the two numbers of our advisory locks; the second is the owner's
_LOCK_CLASS = 722_002


class Ownership:
    """This process as an owner: takes an owner row when first asked, and a new one when the proof of life is lost."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._lock = threading.Lock()
        self._id: int | None = None
        self._connection: Connection | None = None  # PostgreSQL: holds the advisory lock
        self._file: int | None = None  # SQLite: holds the flock

    def id(self) -> int:
        """The number of the owner this process is now. Deliveries of an earlier one are lost to it."""
        with self._lock:
            if self._id is None or not self._still_held():
                self._drop()
                self._take()
            assert self._id is not None
            return self._id

    def close(self) -> None:
        """Own nothing any more. Whatever is still in hand is recovered by the next sweep."""
        with self._lock:
            self._drop()

    def _take(self) -> None:
        if self._house.database.is_sqlite:
            with self._house.database.writing() as session:
                # The lock is taken before the row can be seen, so nobody finds a live owner without its lock.
                owner_id = _new_owner(session)
                self._file = _flock(_lock_file(self._house, owner_id))
        else:
            self._connection = self._house.database.engine.connect()
            with Session(self._connection) as session:
                owner_id = _new_owner(session)
                session.execute(text("SELECT pg_advisory_lock(:a, :b)"), {"a": _LOCK_CLASS, "b": owner_id})
                session.commit()
        self._id = owner_id
        log.info("owner_taken", owner=owner_id)

    def _still_held(self) -> bool:
        if self._connection is None:
            return self._file is not None
        try:
            self._connection.execute(text("SELECT 1"))
            self._connection.rollback()
        except SQLAlchemyError:
            log.warning("owner_lost", owner=self._id)
            return False
        return not self._connection.invalidated

    def _drop(self) -> None:
        if self._connection is not None:
            with suppress(SQLAlchemyError):
                self._connection.invalidate()  # closes the session for good, and the lock with it
            with suppress(SQLAlchemyError):
                self._connection.close()
        if self._file is not None:
            os.close(self._file)
        self._id, self._connection, self._file = None, None, None


def anybody_dead(session: Session, house: House) -> bool:
    """Whether there is an owner whose lock can be taken; changes nothing."""
    ids = session.scalars(select(Owner.id)).all()
    return any(_can_be_taken(session, house, owner_id) for owner_id in ids)


def dead(session: Session, house: House) -> list[tuple[int, bool]]:
    """Every owner whose lock can be taken, and whether its memory can be trusted (same start of the database).

    On PostgreSQL the lock is held until this transaction ends, so that two who recover do not meet.
    """
    epoch = _epoch(session)
    rows = session.execute(select(Owner.id, Owner.epoch).order_by(Owner.id)).all()
    return [(row.id, row.epoch == epoch) for row in rows if _can_be_taken(session, house, row.id)]


def forget(session: Session, house: House, owner_id: int) -> None:
    """Drop a dead owner nothing points to any more."""
    unused = ~select(Delivery.id).where(Delivery.owner_id == owner_id).exists()
    session.connection().execute(delete(Owner).where(Owner.id == owner_id, unused))
    if db.is_sqlite(session):
        _lock_file(house, owner_id).unlink(missing_ok=True)


def _new_owner(session: Session) -> int:
    owner_id = session.execute(
        insert(Owner).values(started_at=clock.now(), epoch=_epoch(session)).returning(Owner.id)
    ).scalar_one()
    return int(owner_id)


def _epoch(session: Session) -> str:
    if not db.is_sqlite(session):
        return str(session.scalar(text("SELECT pg_postmaster_start_time()::text")))
    try:
        # A killed process loses nothing with SQLite; a machine that lost its power may.
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return ""


def _can_be_taken(session: Session, house: House, owner_id: int) -> bool:
    if not db.is_sqlite(session):
        taken = text("SELECT pg_try_advisory_xact_lock(:a, :b)")
        return bool(session.scalar(taken, {"a": _LOCK_CLASS, "b": owner_id}))
    try:
        os.close(_flock(_lock_file(house, owner_id), wait=False))
    except BlockingIOError:
        return False
    return True


def _lock_file(house: House, owner_id: int) -> Path:
    return house.settings.data.resolve() / "owners" / str(owner_id)


def _flock(path: Path, *, wait: bool = True) -> int:
    path.parent.mkdir(parents=True, exist_ok=True)
    file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except BlockingIOError:
        os.close(file)
        raise
    return file
