"""The way out: at most so many mails under way at once, each on a connection that stays open between mails.

Without a mail server the lanes lead into the built-in outbox viewer.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol

from outreach.errors import N_
from outreach.mail.answers import NotSent, Outcome, Sent
from outreach.mail.server import Server, sentence
from outreach.mail.transport import Connection, Trouble
from outreach.settings import Settings

#: servers hang up on silent clients; a connection unused for longer is not used again
_IDLE_SECONDS = 60.0


class Lane(Protocol):
    """What hands over one mail after the other."""

    def deliver(self, *, sender: str, recipient: str, content: bytes) -> Outcome:
        """Hand one mail over; never raises for what a server can do."""


class Lanes:
    """All lanes of this process."""

    def __init__(self, settings: Settings) -> None:
        #: the mail server of the installation; None: mails stay in the built-in outbox
        self.server = Server.of(settings)
        self._free = threading.Semaphore(settings.smtp_connections)
        self._lock = threading.Lock()
        self._idle: dict[Server, list[Connection]] = {}

    @contextmanager
    def open(self, server: Server | None = None) -> Iterator[Lane | None]:
        """A lane for this thread to this server (none: the installation's), or None when all are in use."""
        server = server or self.server
        if not self._free.acquire(blocking=False):
            yield None
            return
        try:
            if server is None:
                yield KeepingLane()
            else:
                lane = ServerLane(server, self._take(server))
                try:
                    yield lane
                finally:
                    self._put_back(server, lane.connection)
        finally:
            self._free.release()

    def trouble(self, outcome: NotSent, server: Server | None = None) -> tuple[str, dict[str, Any]]:
        """A translatable sentence with its values for what keeps the lanes to this server from sending."""
        server = server or self.server
        if server is None:
            return N_("The mail could not be handed over: %(answer)s"), {"answer": outcome.answer}
        return sentence(outcome, server)

    def close(self) -> None:
        """Say good-bye on every connection that is not in use."""
        with self._lock:
            idle, self._idle = self._idle, {}
        for connection in (one for some in idle.values() for one in some):
            connection.quit()

    def _take(self, server: Server) -> Connection | None:
        with self._lock:
            mine = self._idle.get(server, [])
            while mine:
                connection = mine.pop()
                if time.monotonic() - connection.used_at < _IDLE_SECONDS and connection.is_open:
                    return connection
                connection.close()
        return None

    def _put_back(self, server: Server, connection: Connection | None) -> None:
        if connection is not None and connection.is_open:
            with self._lock:
                self._idle.setdefault(server, []).append(connection)


class ServerLane:
    """A lane to the mail server; connects when the first mail comes."""

    def __init__(self, server: Server, connection: Connection | None) -> None:
        self._server = server
        self.connection = connection

    def deliver(self, *, sender: str, recipient: str, content: bytes) -> Outcome:
        """Hand one mail over, on the open connection or on a new one.

        Servers hang up after so many mails or minutes. That is noticed before anything was offered, so the mail simply
        goes out on a new connection; a new connection that fails as well is trouble.
        """
        reused = self.connection is not None and self.connection.is_open
        try:
            if not reused:
                self.connection = Connection(self._server)
            outcome = self._offer(sender, recipient, content)
            if reused and isinstance(outcome, NotSent) and outcome.reason in ("server_closing", "connection_lost"):
                self.connection = Connection(self._server)
                outcome = self._offer(sender, recipient, content)
        except Trouble as trouble:
            self.connection = None
            return trouble.outcome
        return outcome

    def _offer(self, sender: str, recipient: str, content: bytes) -> Outcome:
        assert self.connection is not None
        return self.connection.deliver(sender=sender, recipient=recipient, content=content)


class KeepingLane:
    """Without a mail server: each mail is kept for the outbox viewer, in the transaction that says it was sent."""

    def deliver(self, *, sender: str, recipient: str, content: bytes) -> Outcome:
        """Always takes the mail."""
        return Sent("", keep=content)
