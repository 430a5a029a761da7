"""The pace and the breaker of one mailbox, shared by all processes through its row: as senders.allow, spend, trip, mend."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from outreach.clock import on_wall
from outreach.mailboxes import pace, store
from outreach.mailboxes.rows import Mailbox
from outreach.organisation import Organisation
from outreach.senders import PAUSES, Allowance

#: how long the one mail that tries whether the server is back keeps others from trying too
_PROBE = timedelta(seconds=60)


def allow(session: Session, sender_id: int, *, now: datetime) -> Allowance:
    """One mail, or none: while everything or this mailbox is paused, outside its hours, in the gap, after trouble.

    The row is locked until the transaction ends. Call spend() when a mail was begun.
    """
    if store.everything_paused(session) is not None:
        return Allowance(0)
    query = select(Mailbox).where(Mailbox.sender_id == sender_id).with_for_update()
    box = session.scalars(query.execution_options(populate_existing=True)).one_or_none()
    if box is None:  # a sender without a mailbox of its own: the usual hours, no memory
        return Allowance(1 if pace.next_moment(pace.Pace(), now=now) <= now else 0)
    if box.paused_at is not None or (box.broken_until is not None and box.broken_until > now):
        return Allowance(0, box.failures)
    moment = pace.next_moment(
        store.pace_of(box), now=now, next_at=box.next_at, counted_on=box.counted_on, sent_today=box.sent_today
    )
    return Allowance(1 if moment <= now else 0, box.failures)


def spend(session: Session, sender_id: int, *, now: datetime) -> None:
    """A mail was begun: the gap starts, the day counts one more, and after a failure the probe's minute runs."""
    box = session.get(Mailbox, sender_id)
    if box is None:
        return
    today = on_wall(now, box.zone).date()
    box.sent_today = box.sent_today + 1 if box.counted_on == today else 1
    box.counted_on = today
    box.next_at = pace.spaced(store.pace_of(box), now=now)
    if box.failures:
        box.broken_until = now + _PROBE
    session.flush()


def ready_at(session: Session, sender_id: int, *, now: datetime, not_before: datetime | None = None) -> datetime:
    """When the next mail may go out, as far as pace and breaker go."""
    box = session.get(Mailbox, sender_id)
    start = max(one for one in (not_before, box.broken_until if box else None, now) if one is not None)
    if box is None:
        return pace.next_moment(pace.Pace(), now=start)
    return pace.next_moment(
        store.pace_of(box), now=start, next_at=box.next_at, counted_on=box.counted_on, sent_today=box.sent_today
    )


def trip(
    session: Session, sender_id: int, *, seen: int, trouble: dict[str, Any], now: datetime, pause: timedelta | None
) -> None:
    """Nothing is sent for a pause that grows with each failure in a row; several at once count as one."""
    wait = pause or PAUSES[min(seen, len(PAUSES) - 1)]
    session.connection().execute(
        update(Mailbox)
        .where(Mailbox.sender_id == sender_id, Mailbox.failures == seen)
        .values(failures=seen + 1, broken_until=now + wait, trouble=trouble)
    )


def mend(session: Session, sender_id: int) -> None:
    """A mail went out, or a person says it is mended."""
    session.connection().execute(
        update(Mailbox)
        .where(Mailbox.sender_id == sender_id, Mailbox.failures > 0)
        .values(failures=0, broken_until=None, trouble=None)
    )


def everything_held() -> Any:
    """A condition: the red button holds everything."""
    return select(Organisation.id).where(Organisation.sending_paused_at.is_not(None)).exists()
