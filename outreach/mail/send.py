"""Sending: claim a block, compose each mail, begin it, hand it over, record what became of it.

    claim ─ compose ─┬─ ledger.begin ─ lane.deliver ─┬─ ledger.record
                     └────────── next mail ◄─────────┘

One-off mails (`deliver_waiting`) and newsletters (campaigns.dispatch) go through the same engine. Slices are short, and
stop after the mail under way when the process is told to stop: then nothing is unsure and what was claimed is given back.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

from sqlalchemy import select, true
from sqlalchemy.orm import Session

from outreach import clock, jobs, logs
from outreach.errors import Invalid
from outreach.house import House
from outreach.mail import message, outbox, routes
from outreach.mail.answers import NotSent, Outcome, Sent, Settled, Unsure, Whose, settle
from outreach.mail.lanes import Lane, Lanes
from outreach.mail.ledger import Gate, Ledger, LedgerDown, Result
from outreach.mail.owners import Ownership
from outreach.mail.pacers import MailboxPacer, Pacer, SenderPacer
from outreach.mail.rows import Delivery
from outreach.mail.server import Server
from outreach.mailboxes import store as mailboxes

log = logs.get(__name__)
BLOCK = 50
SLICE_SECONDS = 10.0
#: a throttled sender's slice waits this long for its next mail rather than ending
_WAIT_SECONDS = 2.0
#: one-off mails without a sender have no breaker; after trouble with the server they wait this long
_NO_SENDER_PAUSE = timedelta(minutes=1)


@dataclass(frozen=True)
class Parcel:
    """One mail, ready to be handed over."""

    delivery_id: int
    sender: str
    recipient: str
    content: bytes


@dataclass(frozen=True)
class Spoiled:
    """One mail that cannot be composed, and why."""

    delivery_id: int
    reason: str
    answer: str = ""


#: what a block needs is read at once; the mails are made one by one while it is worked off, so that no lane holds up
#: the others for long. Raises when the text itself is broken: then the whole block is given back.
Compose = Callable[[Session, Sequence[int]], Iterator[Parcel | Spoiled]]


@dataclass(frozen=True)
class Work:
    """Which deliveries a slice works on, when each may begin, and how they become mails.

    `goes_on` is asked before each block whether there is still anything to claim; the gate, before each mail.
    """

    campaign_id: int | None
    sender_id: int | None
    gate: Gate
    compose: Compose
    goes_on: Callable[[Session], bool] = lambda session: True
    #: letters from the person's own mailbox, at its pace
    personal: bool = False

    @property
    def pacer(self) -> Pacer | None:
        """Who says when the next mail may begin; nobody for mails without a sender."""
        if self.sender_id is None:
            return None
        return MailboxPacer(self.sender_id) if self.personal else SenderPacer(self.sender_id)


class End(StrEnum):
    """Why a slice ended."""

    EMPTY = "empty"  # nothing due
    BUSY = "busy"  # every lane of this process is in use
    HELD = "held"  # the sender's pace is used up, or its breaker is open
    TIME = "time"  # the slice was long enough; there may be more
    STOPPED = "stopped"  # the process is told to stop
    TROUBLE = "trouble"  # the server does not take mails now
    DATABASE = "database"  # the database cannot commit


@dataclass(frozen=True)
class Report:
    """What one slice did."""

    end: End
    tried: int = 0
    trouble: NotSent | None = None
    sentence: str = ""
    values: dict[str, object] = field(default_factory=dict)


class Sending:
    """What this process keeps open to send: its proof of life, its bookkeeper, its lanes."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.ownership = Ownership(house)
        self.ledger = Ledger(house.database)
        self.lanes = Lanes(house.settings)
        self.stopping = threading.Event()

    @classmethod
    def of(cls, house: House) -> Sending:
        """The one of this process."""
        return house.kept(cls, lambda: cls(house))

    def close(self) -> None:
        """Stop slices, write what is kept, hang up, give the ownership back."""
        self.stopping.set()
        self.ledger.close()
        self.lanes.close()
        self.ownership.close()


def start(house: House) -> None:
    """The workers of this process begin: slices may run."""
    Sending.of(house).stopping.clear()


def stop(house: House) -> None:
    """The workers of this process are told to stop: every slice ends after the mail under way."""
    Sending.of(house).stopping.set()


def deliver_waiting(house: House) -> None:
    """Send the one-off mails that are ready and due, whoever's they are."""
    with house.database.reading() as session:
        due = outbox.due_senders(session, clock.now())
    for sender_id in due:
        report = work_off(house, Work(None, sender_id, _ALWAYS, compose_waiting))
        if report.end is End.TIME:
            with house.database.writing() as session:
                jobs.ask(session, "deliver_waiting")


def work_off(house: House, work: Work, *, seconds: float = SLICE_SECONDS) -> Report:
    """One slice: send what is ready and due for a while, on one lane of this process."""
    sending = Sending.of(house)
    try:
        with house.database.reading() as session:
            server = routes.server(session, house, work.sender_id, personal=work.personal)
    except Invalid as error:  # a password that cannot be read any more; other senders go on
        return _no_way_out(house, work, error)
    with sending.lanes.open(server) as lane, sending.ledger.lane():
        return Report(End.BUSY) if lane is None else _Slice(sending, work, lane, server).run(seconds)


def _no_way_out(house: House, work: Work, error: Invalid) -> Report:
    """The mailbox cannot be used until a person mends it: said where its trouble is shown."""
    values: dict[str, object] = {name: str(value) for name, value in error.values.items()}
    log.warning("no_way_out", sender=work.sender_id)
    if work.pacer is not None:
        with house.database.writing() as session:
            now = clock.now()
            allowance = work.pacer.allow(session, wanted=1, now=now)
            if allowance.mails:
                work.pacer.trip(session, seen=allowance.failures, now=now, pause=None,
                                trouble={"sentence": error.sentence, "values": values})  # fmt: skip
    return Report(End.TROUBLE, sentence=error.sentence, values=values)


class _Slice:
    """One lane, block after block."""

    def __init__(self, sending: Sending, work: Work, lane: Lane, server: Server | None) -> None:
        self._sending, self._work, self._lane, self._server = sending, work, lane, server
        self._pacer = work.pacer
        self._database = sending.house.database
        self._failures = 0  # of the sender, as last seen
        self._tried = 0

    def run(self, seconds: float) -> Report:
        until = time.monotonic() + seconds
        while not self._sending.stopping.is_set():
            if time.monotonic() > until:
                return Report(End.TIME, self._tried)
            owner_id = self._sending.ownership.id()
            ids, held = self._claim(owner_id)
            if not ids:
                if held and self._waited(until):
                    continue
                return Report(End.HELD if held else End.EMPTY, self._tried)
            try:
                trouble = _Block(self, owner_id, ids).run()
            except LedgerDown:
                return Report(End.DATABASE, self._tried)
            if trouble is not None:
                return self._in_trouble(trouble)
        return Report(End.STOPPED, self._tried)

    def _claim(self, owner_id: int) -> tuple[list[int], bool]:
        """A block of deliveries, and whether the sender held us back."""
        work, now = self._work, clock.now()
        with self._database.writing() as session:
            if not work.goes_on(session):
                return [], False
            limit = BLOCK
            if work.campaign_id is not None and mailboxes.everything_paused(session) is not None:
                return [], True
            if self._pacer is not None:
                allowance = self._pacer.allow(session, wanted=BLOCK, now=now)
                limit, self._failures = allowance.mails, allowance.failures
            if limit == 0:
                return [], True
            ids = outbox.claim(session, campaign_id=work.campaign_id, sender_id=work.sender_id, owner_id=owner_id,
                               limit=limit, now=now, personal=work.personal)  # fmt: skip
            if self._pacer is not None and ids:
                self._pacer.spend(session, used=len(ids), now=now)
        return ids, False

    def _waited(self, until: float) -> bool:
        """Wait for the sender's next mail when that is soon; False when it is not."""
        if self._pacer is None:
            return False
        with self._database.reading() as session:
            if mailboxes.everything_paused(session) is not None:
                return False
            moment = self._pacer.ready_at(session, now=clock.now())
        seconds = (moment - clock.now()).total_seconds() if moment else 0.0
        if seconds > min(_WAIT_SECONDS, until - time.monotonic()):
            return False
        return not self._sending.stopping.wait(max(0.01, seconds))

    def _in_trouble(self, trouble: NotSent) -> Report:
        sentence, values = self._sending.lanes.trouble(trouble, self._server)
        log.warning("sending_in_trouble", reason=trouble.reason, sender=self._work.sender_id)
        if self._pacer is not None:
            with self._database.writing() as session:
                self._pacer.trip(session, seen=self._failures, now=clock.now(), pause=trouble.pause,
                                 trouble={"sentence": sentence, "values": values})  # fmt: skip
        return Report(End.TROUBLE, self._tried, trouble, sentence, values)

    def compose(self, ids: Sequence[int]) -> Iterator[Parcel | Spoiled]:
        with self._database.reading() as session:
            return self._work.compose(session, ids)

    def handed_over(self, outcome: Outcome) -> None:
        """Count an attempt; the first that works after a failure closes the sender's breaker."""
        self._tried += 1
        works = not isinstance(outcome, NotSent) or outcome.whose is Whose.ADDRESS
        if works and self._failures and self._pacer is not None:
            self._failures = 0
            with self._database.writing() as session:
                self._pacer.mend(session)

    @property
    def sending(self) -> Sending:
        return self._sending

    @property
    def work(self) -> Work:
        return self._work

    @property
    def lane(self) -> Lane:
        return self._lane


class _Block:
    """The deliveries of one claim. Whatever happens, each is either recorded or given back at the end."""

    def __init__(self, slice_: _Slice, owner_id: int, ids: Sequence[int]) -> None:
        self._slice, self._owner_id = slice_, owner_id
        self._left = list(ids)  # claimed, not begun
        self._pending: list[Result] = []  # results not yet handed in
        self._spoiled: list[Spoiled] = []  # noted only when something of the block could be made
        self._later: timedelta | None = None  # how long what is given back shall wait

    def run(self) -> NotSent | None:
        """Work off the block; gives the trouble that ended it early."""
        with self._settled_at_the_end():
            for item in self._slice.compose(list(self._left)):
                if self._slice.sending.stopping.is_set():
                    break
                trouble = self._take(item)
                if trouble is not None:
                    self._later = _NO_SENDER_PAUSE if self._slice.work.sender_id is None else None
                    return trouble
            self._note_spoiled()
        return None

    def _take(self, item: Parcel | Spoiled) -> NotSent | None:
        if isinstance(item, Spoiled):
            self._spoiled.append(item)
            return None
        self._note_spoiled()
        pending, self._pending = self._pending, []
        self._left.remove(item.delivery_id)
        attempt = self._slice.sending.ledger.begin(
            item.delivery_id, owner_id=self._owner_id, gate=self._slice.work.gate, results=pending
        )
        return None if attempt is None else self._offer(item, attempt)

    def _note_spoiled(self) -> None:
        for item in self._spoiled:
            self._left.remove(item.delivery_id)
            self._note(item.delivery_id, Settled("skipped", item.reason, item.answer))
        self._spoiled = []

    def _offer(self, parcel: Parcel, attempt: int) -> NotSent | None:
        outcome: Outcome = Unsure("our_error")  # should anything break between here and the answer
        try:
            outcome = self._slice.lane.deliver(sender=parcel.sender, recipient=parcel.recipient, content=parcel.content)
        finally:
            jitter = random.uniform(-1, 1)  # noqa: S311 - spreads retries, guards nothing
            settled = settle(outcome, attempts=attempt, now=clock.now(), jitter=jitter)
            self._note(parcel.delivery_id, settled, parcel if isinstance(outcome, Sent) else None, outcome)
        self._slice.handed_over(outcome)
        return outcome if isinstance(outcome, NotSent) and outcome.whose is not Whose.ADDRESS else None

    def _note(
        self, delivery_id: int, settled: Settled, parcel: Parcel | None = None, outcome: Outcome | None = None
    ) -> None:
        keep = None
        if parcel is not None and isinstance(outcome, Sent) and outcome.keep is not None:
            keep = {"recipient": parcel.recipient, "subject": message.subject_of(outcome.keep), "raw": outcome.keep}
        self._pending.append(Result(delivery_id, self._owner_id, settled, clock.now(), keep))

    @contextmanager
    def _settled_at_the_end(self) -> Iterator[None]:
        try:
            yield
        finally:
            later = clock.now() + self._later if self._later else None
            for delivery_id in self._left:
                self._note(delivery_id, Settled("ready", next_try_at=later, counts=False))
            self._slice.sending.ledger.record(self._pending)


def compose_waiting(session: Session, ids: Sequence[int]) -> Iterator[Parcel | Spoiled]:
    """Mails that were finished when they were put into the outbox."""
    rows = session.execute(select(Delivery.id, Delivery.address, Delivery.message).where(Delivery.id.in_(ids))).all()
    return (
        Parcel(row.id, message.sender_of(row.message), row.address, row.message)
        if row.message is not None
        else Spoiled(row.id, "no_message")
        for row in rows
    )


_ALWAYS = Gate(true(), lambda connection, ids: {})
