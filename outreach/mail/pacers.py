"""Who says when a sender's next mail may begin: the pace of newsletters, or the human pace of a mailbox."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from sqlalchemy.orm import Session

from outreach import senders
from outreach.mailboxes import holding
from outreach.senders import Allowance


class Pacer(Protocol):
    """A pace with a breaker; its state is a row, shared by all processes."""

    def allow(self, session: Session, *, wanted: int, now: datetime) -> Allowance:
        """At most `wanted` mails may begin now."""

    def spend(self, session: Session, *, used: int, now: datetime) -> None:
        """So many were begun."""

    def ready_at(self, session: Session, *, now: datetime) -> datetime | None:
        """When the next one may begin; None: now."""

    def trip(
        self, session: Session, *, seen: int, trouble: dict[str, Any], now: datetime, pause: timedelta | None
    ) -> None:
        """The server does not take mails: pause, longer with each failure in a row."""

    def mend(self, session: Session) -> None:
        """It takes mails again."""


@dataclass(frozen=True)
class SenderPacer:
    """Newsletters and what else a sender sends by the hundred."""

    sender_id: int

    def allow(self, session: Session, *, wanted: int, now: datetime) -> Allowance:
        """See senders.allow."""
        return senders.allow(session, self.sender_id, wanted=wanted, now=now)

    def spend(self, session: Session, *, used: int, now: datetime) -> None:
        """See senders.spend."""
        senders.spend(session, self.sender_id, used=used, now=now)

    def ready_at(self, session: Session, *, now: datetime) -> datetime | None:
        """See senders.ready_at."""
        return senders.ready_at(session, self.sender_id)

    def trip(
        self, session: Session, *, seen: int, trouble: dict[str, Any], now: datetime, pause: timedelta | None
    ) -> None:
        """See senders.trip."""
        senders.trip(session, self.sender_id, seen=seen, trouble=trouble, now=now, pause=pause)

    def mend(self, session: Session) -> None:
        """See senders.mend."""
        senders.mend(session, self.sender_id)


@dataclass(frozen=True)
class MailboxPacer:
    """Letters: one at a time, by day, with a gap."""

    sender_id: int

    def allow(self, session: Session, *, wanted: int, now: datetime) -> Allowance:
        """See holding.allow."""
        return holding.allow(session, self.sender_id, now=now)

    def spend(self, session: Session, *, used: int, now: datetime) -> None:
        """See holding.spend."""
        holding.spend(session, self.sender_id, now=now)

    def ready_at(self, session: Session, *, now: datetime) -> datetime | None:
        """See holding.ready_at."""
        return holding.ready_at(session, self.sender_id, now=now)

    def trip(
        self, session: Session, *, seen: int, trouble: dict[str, Any], now: datetime, pause: timedelta | None
    ) -> None:
        """See holding.trip."""
        holding.trip(session, self.sender_id, seen=seen, trouble=trouble, now=now, pause=pause)

    def mend(self, session: Session) -> None:
        """See holding.mend."""
        holding.mend(session, self.sender_id)
