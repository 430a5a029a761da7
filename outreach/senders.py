"""Senders: the names and addresses newsletters come from, how fast each may write, and what troubles it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Any

from email_validator import EmailNotValidError, validate_email
from sqlalchemy import JSON, CheckConstraint, String, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from outreach import clock
from outreach.db import Base, Moment
from outreach.errors import N_, Conflict, Invalid, NotFound

#: how long nothing is sent after the 1st, 2nd, … failure in a row to reach the mail server
PAUSES = tuple(timedelta(seconds=seconds) for seconds in (10, 30, 60, 300, 900))
#: how long the one mail that tries whether the server is back keeps others from trying too
_PROBE = timedelta(seconds=60)
#: a throttled sender may use up this many seconds of its pace at once
_BURST_SECONDS = 2


class Sender(Base):
    """A From line with its pace."""

    __tablename__ = "senders"
    __table_args__ = (CheckConstraint("per_hour IS NULL OR per_hour > 0", name="per_hour"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    address: Mapped[str] = mapped_column(String(320), unique=True)
    reply_to: Mapped[str] = mapped_column(String(320), default="")
    #: mails an hour at most; None = as fast as the server takes them
    per_hour: Mapped[int | None]
    #: the pace is used up until then (claims move it forward, see allow())
    paced_until: Mapped[datetime | None] = mapped_column(Moment)
    #: the circuit breaker: nothing is sent before, and why
    broken_until: Mapped[datetime | None] = mapped_column(Moment)
    #: a translatable sentence and its values, as in errors.OutreachError
    trouble: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    failures: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(Moment, default=clock.now)


def create(session: Session, *, name: str, address: str, reply_to: str = "", per_hour: int | None = None) -> Sender:
    """A new sender; raises Invalid for what cannot stand in a header and Conflict for an address that is taken."""
    sender = Sender(failures=0)
    _fill(sender, name=name, address=address, reply_to=reply_to, per_hour=per_hour)
    _must_be_free(session, address, but=None)
    session.add(sender)
    session.flush()
    return sender


def change(
    session: Session, sender_id: int, *, name: str, address: str, reply_to: str = "", per_hour: int | None = None
) -> Sender:
    """The sender with new values; errors as in create()."""
    sender = get(session, sender_id)
    _must_be_free(session, address, but=sender_id)
    _fill(sender, name=name, address=address, reply_to=reply_to, per_hour=per_hour)
    session.flush()
    return sender


def get(session: Session, sender_id: int) -> Sender:
    """One sender; raises NotFound."""
    sender = session.get(Sender, sender_id)
    if sender is None:
        raise NotFound(N_("There is no such sender."))
    return sender


def everybody(session: Session) -> Sequence[Sender]:
    """All senders by name."""
    return session.scalars(select(Sender).order_by(Sender.name, Sender.id)).all()


@dataclass(frozen=True)
class Allowance:
    """How many mails a sender may begin now. `failures` in a row so far; above 0, these are a probe."""

    mails: int
    failures: int = 0


def allow(session: Session, sender_id: int, *, wanted: int, now: datetime) -> Allowance:
    """At most `wanted` mails; none while the pace is used up or the breaker is open.

    After a failure the first one through is a probe: one mail, and nobody else for a minute, until mend() or trip().
    The row is locked until the transaction ends, so that processes share one pace. Call spend() with what was used.
    """
    columns = select(Sender.per_hour, Sender.paced_until, Sender.broken_until, Sender.failures).where(
        Sender.id == sender_id
    )
    row = session.execute(columns).one()
    if row.per_hour is None and not row.failures:
        return Allowance(wanted)  # nothing to share, so no lock
    row = session.execute(columns.with_for_update()).one()
    if row.broken_until is not None and row.broken_until > now:
        return Allowance(0, row.failures)
    if row.per_hour is not None:
        wanted = min(wanted, room(per_hour=row.per_hour, paced_until=row.paced_until, now=now))
    return Allowance(min(wanted, 1) if row.failures else wanted, row.failures)


def room(*, per_hour: int, paced_until: datetime | None, now: datetime) -> int:
    """How many mails fit into the pace at this moment (GCRA: evenly spaced, with a burst of two seconds' worth)."""
    step = 3600 / per_hour
    burst = max(1, ceil(_BURST_SECONDS / step))
    used = max(0.0, (paced_until - now).total_seconds()) if paced_until else 0.0
    return max(0, int((burst * step - used) / step + 1e-6))


def spend(session: Session, sender_id: int, *, used: int, now: datetime) -> None:
    """Note that so many mails were begun: moves the pace forward, and holds the probe's minute after a failure."""
    if used <= 0:
        return
    sender = session.execute(
        select(Sender.per_hour, Sender.paced_until, Sender.failures).where(Sender.id == sender_id)
    ).one()
    values: dict[str, Any] = {}
    if sender.per_hour is not None:
        start = max(sender.paced_until, now) if sender.paced_until else now
        values["paced_until"] = start + used * timedelta(hours=1) / sender.per_hour
    if sender.failures:
        values["broken_until"] = now + _PROBE
    if values:
        session.connection().execute(update(Sender).where(Sender.id == sender_id).values(values))


def ready_at(session: Session, sender_id: int) -> datetime | None:
    """When allow() will let the next mail begin, as far as pace and breaker go; None = now."""
    row = session.execute(
        select(Sender.per_hour, Sender.paced_until, Sender.broken_until).where(Sender.id == sender_id)
    ).one()
    moments = [row.broken_until] if row.broken_until else []
    if row.per_hour and row.paced_until:
        step = 3600 / row.per_hour
        moments.append(row.paced_until - timedelta(seconds=(max(1, ceil(_BURST_SECONDS / step)) - 1) * step))
    return max(moments, default=None)


def trip(
    session: Session,
    sender_id: int,
    *,
    seen: int,
    trouble: dict[str, Any],
    now: datetime,
    pause: timedelta | None = None,
) -> bool:
    """Open the breaker: nothing is sent for a pause that grows with each failure in a row (or the one given).

    `seen` is the number of failures the caller knew of: several lanes that fail together count once. `trouble` is a
    translatable sentence and its values.
    """
    wait = pause or PAUSES[min(seen, len(PAUSES) - 1)]
    return (
        session.connection()
        .execute(
            update(Sender)
            .where(Sender.id == sender_id, Sender.failures == seen)
            .values(failures=seen + 1, broken_until=now + wait, trouble=trouble)
        )
        .rowcount
        == 1
    )


def mend(session: Session, sender_id: int) -> None:
    """Close the breaker: a mail went out, or a person says it is mended."""
    session.connection().execute(
        update(Sender)
        .where(Sender.id == sender_id, Sender.failures > 0)
        .values(failures=0, broken_until=None, trouble=None)
    )


def _fill(sender: Sender, *, name: str, address: str, reply_to: str, per_hour: int | None) -> None:
    if not name.strip():
        raise Invalid(N_("A sender needs a name."), field="name")
    if not name.isprintable():
        raise Invalid(N_("The name contains a line break or another control character."), field="name")
    if per_hour is not None and per_hour < 1:
        raise Invalid(N_("The pace has to be at least one mail an hour."), field="per_hour")
    sender.name = name.strip()
    sender.address = _address(address, field="address")
    sender.reply_to = _address(reply_to, field="reply_to") if reply_to.strip() else ""
    sender.per_hour = per_hour


def _address(address: str, *, field: str) -> str:
    try:
        return validate_email(address.strip(), check_deliverability=False, test_environment=True).normalized
    except EmailNotValidError as error:
        raise Invalid(
            N_("“%(address)s” is not a mail address: %(why)s"),
            field=field,
            address=address.strip()[:100],
            why=str(error),
        ) from None


def _must_be_free(session: Session, address: str, *, but: int | None) -> None:
    taken = select(Sender.id).where(
        Sender.address == _address(address, field="address"), Sender.id.is_distinct_from(but)
    )
    if session.scalar(taken) is not None:
        raise Conflict(
            N_("There is already a sender with the address %(address)s."), field="address", address=address.strip()
        )


def choose(session: Session, address: str | None) -> int:
    """The id of the sender with this address, or of the first one; raises NotFound."""
    query = select(Sender.id).order_by(Sender.id).limit(1)
    found = session.scalar(query.where(Sender.address == address.strip().lower()) if address else query)
    if found is None:
        raise NotFound(N_("There is no such sender yet; add one first."))
    return found


def ensure_first(session: Session, *, name: str, address: str) -> None:
    """The first owner is the first sender, so that a newsletter has somebody to come from."""
    if session.scalar(select(Sender.id).limit(1)) is None:
        create(session, name=name, address=address)
