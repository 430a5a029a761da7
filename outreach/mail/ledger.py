"""What was begun and what became of it, committed before and after every mail, many mails in one transaction.

Each lane hands in "this became of the last mail, may I begin the next?" and waits. One thread gathers what waits,
commits it together and lets the lanes go on. So a mail is offered only after its row says `sending`, never more than one
row per lane is in that state, and the rate does not drop to that of single commits.

These commits need not survive the machine (`synchronous_commit = off`, WAL with synchronous = NORMAL), only our death:
what a dead owner of an earlier start of the database had in hand is unsure (see owners).
If the database cannot commit, nothing further is offered; results are kept and written when it is back.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, case, exists, func, or_, select, text, update
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.orm import Session
from sqlalchemy.sql.dml import ReturningUpdate

from outreach import clock, logs
from outreach.consent import suppression
from outreach.consent.rows import Consent, Suppression
from outreach.db import Database, Moment
from outreach.mail.answers import Settled
from outreach.mail.rows import Delivery, KeptMail

log = logs.get(__name__)
#: reasons of unsure rows whose owner was given up; a result that comes late is still the truth
GIVEN_UP = ("worker_died", "database_restarted")
_PAUSE = 1.0  # seconds between tries to write what was kept
_LINGER = 0.001  # seconds a commit waits for the other lanes; longer than most take, shorter than a round trip


class LedgerDown(Exception):  # noqa: N818 - a noun and its fate
    """The database cannot commit now; nothing may be offered."""


@dataclass(frozen=True)
class Result:
    """What became of one delivery this owner had in hand."""

    delivery_id: int
    owner_id: int
    settled: Settled
    at: datetime
    #: for the outbox viewer: recipient, subject, raw
    keep: Mapping[str, Any] | None = None


class Gate:
    """When a delivery may begin, beyond what holds for every mail: consent, suppression, and being in our hand."""

    def __init__(
        self,
        may_begin: ColumnElement[bool],
        why_closed: Callable[[Connection, Sequence[int]], Mapping[int, tuple[str, str]]],
        look: Callable[[Connection, Sequence[int]], Mapping[int, tuple[str, str]]] = lambda connection, ids: {},
    ) -> None:
        """`why_closed` gives the state (ready or cancelled) and reason of deliveries that may not begin.

        `look` is asked first, in the same transaction, for what no condition can say; what it names does not begin.
        """
        self.why_closed = why_closed
        self.look = look
        self.begin: ReturningUpdate[int, int] = (
            update(Delivery)
            .where(
                Delivery.id.in_(bindparam("ids", expanding=True)),
                Delivery.state == "claimed",
                Delivery.owner_id == bindparam("me"),
                ~_SUPPRESSED,
                ~_WITHDRAWN,
                may_begin,
            )
            .values(state="sending", attempts=Delivery.attempts + 1)
            .returning(Delivery.id, Delivery.attempts)
        )


#: the person's word against it; a test goes to whoever asked for it, a system mail to a user
_SUPPRESSED = and_(
    Delivery.kind.not_in(("test", "system")), exists().where(Suppression.address_hash == Delivery.address_hash)
)
_WITHDRAWN = exists().where(Consent.id == Delivery.consent_id, Consent.withdrawn_at.is_not(None))


class Ledger:
    """The bookkeeper of this process: one thread, one connection."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._turns: queue.SimpleQueue[_Turn | None] = queue.SimpleQueue()
        self._kept: list[Result] = []  # only the thread touches it
        self._connection: Connection | None = None
        self._lanes = 0
        self._counting = threading.Lock()
        self._thread = threading.Thread(target=self._run, name="ledger", daemon=True)
        self._thread.start()

    @contextmanager
    def lane(self) -> Iterator[None]:
        """One more lane hands in its turns for a while; commits wait a moment for each other's."""
        with self._counting:
            self._lanes += 1
        try:
            yield
        finally:
            with self._counting:
                self._lanes -= 1

    def begin(self, delivery_id: int, *, owner_id: int, gate: Gate, results: Iterable[Result] = ()) -> int | None:
        """Write the results and begin this delivery; gives the number of the attempt, or None when it may not begin.

        Raises LedgerDown when nothing could be committed; the results are kept and the delivery was not begun.
        """
        turn = _Turn(list(results), delivery_id, owner_id, gate)
        self._wait_for(turn)
        return turn.attempt

    def record(self, results: Iterable[Result]) -> None:
        """Write these results; raises LedgerDown when that has to wait. They are kept either way."""
        turn = _Turn(list(results))
        if turn.results:
            self._wait_for(turn)

    def close(self) -> None:
        """Write what is kept, if the database takes it, and stop."""
        self._turns.put(None)
        self._thread.join(timeout=10)

    def _wait_for(self, turn: _Turn) -> None:
        self._turns.put(turn)
        turn.done.wait()
        if turn.failed:
            raise LedgerDown

    def _run(self) -> None:
        open_ = True
        while open_:
            turns = self._gather()
            open_ = None not in turns
            self._settle([turn for turn in turns if turn is not None])
        self._hang_up()

    def _gather(self) -> list[_Turn | None]:
        """Everything that waits. While one commit runs, the next turns gather; a moment more, until all lanes have."""
        turns: list[_Turn | None] = []
        try:
            turns.append(self._turns.get(timeout=_PAUSE if self._kept else None))
            end = time.monotonic() + _LINGER
            while len(turns) < self._lanes or not self._turns.empty():
                turns.append(self._turns.get(timeout=max(0.0, end - time.monotonic())))
        except queue.Empty:
            pass  # nobody else came in time: those who did are committed
        return turns

    def _settle(self, turns: list[_Turn]) -> None:
        results = self._kept + [result for turn in turns for result in turn.results]
        begins = [turn for turn in turns if turn.begin is not None]
        try:
            if results or begins:
                self._commit(results, begins)
            self._kept = []
        except Exception as error:  # noqa: BLE001 - an edge: whatever it is, no lane may wait for ever or go on
            log.warning("ledger_down", error=type(error).__name__, kept=len(results), exc_info=not _is_world(error))
            self._hang_up()
            # Whether that commit arrived is unknown, but no lane was told to go on: surely nothing was offered.
            self._kept = results + [_not_begun(turn) for turn in begins]
            for turn in turns:
                turn.failed = True
        for turn in turns:
            turn.done.set()

    def _commit(self, results: list[Result], begins: list[_Turn]) -> None:
        connection = self._opened()
        with connection.begin():
            _write(connection, results)
            attempts: dict[int, int] = {}
            for (gate, owner_id), ids in _grouped(begins).items():
                attempts |= _begin(connection, gate, owner_id, ids)
        for turn in begins:
            turn.attempt = attempts.get(turn.begin or 0)

    def _opened(self) -> Connection:
        if self._connection is None:
            connection = self._database.engine.execution_options(sqlite_begin="IMMEDIATE").connect()
            connection.detach()  # its settings are ours alone; it never goes back to the pool
            if not self._database.is_sqlite:
                connection.execute(text("SET synchronous_commit = off"))
                connection.commit()
            self._connection = connection
        return self._connection

    def _hang_up(self) -> None:
        if self._connection is not None:
            with suppress(SQLAlchemyError):
                self._connection.close()
            self._connection = None


@dataclass
class _Turn:
    """What one lane hands in, and what it is told."""

    results: list[Result]
    begin: int | None = None
    owner_id: int = 0
    gate: Gate | None = None
    attempt: int | None = None
    failed: bool = False
    done: threading.Event = field(default_factory=threading.Event)


def _grouped(turns: list[_Turn]) -> dict[tuple[Gate, int], list[int]]:
    groups: dict[tuple[Gate, int], list[int]] = {}
    for turn in turns:
        if turn.begin is not None and turn.gate is not None:
            groups.setdefault((turn.gate, turn.owner_id), []).append(turn.begin)
    return groups


def _not_begun(turn: _Turn) -> Result:
    return Result(turn.begin or 0, turn.owner_id, Settled("ready", counts=False), clock.now())


def _is_world(error: Exception) -> bool:
    return isinstance(error, DBAPIError)


# A result is written over what this owner has in hand, or over the doubt that came up while the result was kept.
# (No IN: its list cannot be part of a statement that is run for many rows at once.)
_IN_HAND = or_(
    and_(or_(Delivery.state == "claimed", Delivery.state == "sending"), Delivery.owner_id == bindparam("b_me")),
    and_(Delivery.state == "unsure", or_(*(Delivery.reason == reason for reason in GIVEN_UP))),
)
_SETTLE = (
    update(Delivery)
    .where(Delivery.id == bindparam("b_id"), _IN_HAND)
    .values(
        state=bindparam("b_state"), owner_id=None, reason=bindparam("b_reason"), answer=bindparam("b_answer"),
        sent_at=func.coalesce(bindparam("b_sent_at", type_=Moment), Delivery.sent_at, type_=Moment),
        next_try_at=func.coalesce(bindparam("b_next_try_at", type_=Moment), Delivery.next_try_at, type_=Moment),
        attempts=Delivery.attempts - case((Delivery.state == "claimed", 0), else_=bindparam("b_uncount")),
    )
)  # fmt: skip


def _write(connection: Connection, results: list[Result]) -> None:
    plain = [_values(result) for result in results if result.keep is None]
    if plain:
        connection.execute(_SETTLE, plain)
    for result in results:
        if result.keep is not None and connection.execute(_SETTLE, _values(result)).rowcount == 1:
            connection.execute(KeptMail.__table__.insert().values(  # type: ignore[attr-defined]
                delivery_id=result.delivery_id, at=result.at, **result.keep))  # fmt: skip
        if result.settled.suppress is not None:
            _suppress(connection, result)


def _values(result: Result) -> dict[str, Any]:
    settled = result.settled
    return {
        "b_id": result.delivery_id, "b_me": result.owner_id, "b_state": settled.state, "b_reason": settled.reason,
        "b_answer": settled.answer, "b_sent_at": result.at if settled.state == "sent" else None,
        "b_next_try_at": settled.next_try_at, "b_uncount": 0 if settled.counts else 1,
    }  # fmt: skip


def _suppress(connection: Connection, result: Result) -> None:
    hashed = connection.scalar(select(Delivery.address_hash).where(Delivery.id == result.delivery_id))
    if hashed is not None:
        with Session(connection) as session:  # joins the transaction under way
            suppression.add_hash(session, hashed, "unknown_address", result.settled.suppress or "", now=result.at)
            session.flush()


def _begin(connection: Connection, gate: Gate, owner_id: int, ids: list[int]) -> dict[int, int]:
    """The attempts of those that may begin; the others are put where they belong."""
    refused = gate.look(connection, ids)
    asked = [number for number in ids if number not in refused]
    begun = {row[0]: row[1] for row in connection.execute(gate.begin, {"ids": asked, "me": owner_id})} if asked else {}
    held_back = [number for number in ids if number not in begun]
    if held_back:
        _hold_back(connection, gate, owner_id, held_back, refused)
    return begun


def _hold_back(
    connection: Connection, gate: Gate, owner_id: int, ids: list[int], refused: Mapping[int, tuple[str, str]]
) -> None:
    rows = connection.execute(
        select(Delivery.id, _SUPPRESSED.label("suppressed"), _WITHDRAWN.label("withdrawn")).where(
            Delivery.id.in_(ids), Delivery.state == "claimed", Delivery.owner_id == owner_id
        )
    ).all()
    closed = {**gate.why_closed(connection, [row.id for row in rows]), **refused}
    for row in rows:
        if row.suppressed and row.id not in refused:
            state, reason = "skipped", "suppressed"
        elif row.withdrawn:
            state, reason = "skipped", "unsubscribed"
        else:
            state, reason = closed.get(row.id, ("ready", ""))
        connection.execute(
            update(Delivery).where(Delivery.id == row.id).values(state=state, reason=reason, owner_id=None)
        )
