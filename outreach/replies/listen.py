"""Waiting for news of mailboxes (IMAP IDLE): one thread each, in whichever worker process got the lease.

What it hears is only a hint: it asks for a look (inbox.ask_to_look). Mailboxes nobody listens to are looked at every
minute all the same, so a lost connection costs a minute.
"""

from __future__ import annotations

import secrets
import threading
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, or_, select, update
from sqlalchemy.exc import SQLAlchemyError

from outreach import clock, logs
from outreach.errors import OutreachError
from outreach.house import House
from outreach.mail import mailbox
from outreach.mail.mailbox import MailboxTrouble
from outreach.mailboxes.rows import Mailbox as MailboxRow
from outreach.replies import inbox

log = logs.get(__name__)
#: connections one process keeps open for waiting; further mailboxes are polled
MOST = 20
_LEASE = timedelta(seconds=90)
_WAIT = 30.0
_LOOK_ROUND = 15.0


class Listening:
    """The listeners of this process."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._name = secrets.token_hex(8)
        self._stopping = threading.Event()
        self._threads: dict[int, threading.Thread] = {}
        self._round: threading.Thread | None = None

    @classmethod
    def of(cls, house: House) -> Listening:
        """The one of this process."""
        return house.kept(cls, lambda: cls(house))

    def start(self) -> None:
        """Begin to look for mailboxes nobody listens to."""
        self._stopping.clear()
        if self._round is None or not self._round.is_alive():
            self._round = threading.Thread(target=self._look_round, name="listening", daemon=True)
            self._round.start()

    def stop(self) -> None:
        """Every listener ends with its wait; daemons do not hold the process up."""
        self._stopping.set()

    def _look_round(self) -> None:
        while not self._stopping.is_set():
            try:
                for sender_id in self._free():
                    self._begin(sender_id)
            except SQLAlchemyError as error:
                log.warning("listening_waits", error=type(error).__name__)
            self._stopping.wait(_LOOK_ROUND)

    def _begin(self, sender_id: int) -> None:
        self._threads = {number: one for number, one in self._threads.items() if one.is_alive()}
        if sender_id in self._threads or len(self._threads) >= MOST or not self._take(sender_id):
            return
        thread = threading.Thread(target=self._listen, args=(sender_id,), name=f"idle-{sender_id}", daemon=True)
        self._threads[sender_id] = thread
        thread.start()

    def _free(self) -> list[int]:
        now = clock.now()
        query = select(MailboxRow.sender_id).where(
            MailboxRow.imap_host != "", MailboxRow.look_failures == 0, MailboxRow.looked_at.is_not(None), _is_free(now)
        )
        with self._house.database.reading() as session:
            return list(session.scalars(query.order_by(MailboxRow.sender_id)))

    def _take(self, sender_id: int) -> bool:
        """The lease of this mailbox, taken or renewed."""
        now = clock.now()
        lease = update(MailboxRow).where(
            MailboxRow.sender_id == sender_id,
            MailboxRow.imap_host != "",
            or_(_is_free(now), MailboxRow.listened_by == self._name),
        )
        with self._house.database.writing() as session:
            values = {"listened_by": self._name, "listened_until": now + _LEASE}
            return session.connection().execute(lease.values(values)).rowcount == 1

    def _listen(self, sender_id: int) -> None:
        try:
            with self._house.database.reading() as session:
                account = inbox.account_of(self._house, session.get_one(MailboxRow, sender_id))
            with mailbox.open(account) as opened:
                while not self._stopping.is_set() and opened.offers_idle and self._take(sender_id):
                    if opened.wait(_WAIT):
                        with self._house.database.writing() as session:
                            inbox.ask_to_look(session, sender_id, clock.now())
        except (MailboxTrouble, OutreachError, SQLAlchemyError) as error:
            log.info("listening_ended", sender=sender_id, error=type(error).__name__)


def start(house: House) -> None:
    """The workers of this process begin."""
    Listening.of(house).start()


def stop(house: House) -> None:
    """The workers of this process are told to stop."""
    Listening.of(house).stop()


def _is_free(now: datetime) -> ColumnElement[bool]:
    return or_(MailboxRow.listened_until.is_(None), MailboxRow.listened_until < now)
