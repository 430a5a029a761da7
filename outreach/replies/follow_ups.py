"""Asking once again: ended by whatever came back, put off while somebody is away."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from outreach.drafts import approve
from outreach.drafts.checks import Refusal
from outreach.drafts.rows import Draft
from outreach.drafts.rows import State as DraftState
from outreach.mail.rows import Delivery
from outreach.occasions.rows import Occasion, State
from outreach.occasions.suggest import LIVE

#: an occasion snoozed until they answer
WHEN_ANSWERED = "when_answered"
_AFTER = timedelta(days=14)


def end(session: Session, contact_ids: Collection[int], *, why: str, now: datetime) -> None:
    """Nobody of them is asked once again."""
    over = update(Occasion).where(*_of(contact_ids, "follow_up"))
    session.connection().execute(over.values(state=State.EXPIRED, decision=why, decided_at=now))
    forget(session)


def wait(session: Session, contact_ids: Collection[int], until: date) -> None:
    """They are asked once again on that day at the earliest."""
    for one in session.scalars(select(Occasion).where(*_of(contact_ids, "follow_up"))).all():
        one.state = State.SNOOZED
        one.snoozed_until = max(until, one.snoozed_until or until)
        one.happened_on = one.snoozed_until
        one.expires_on = max(one.expires_on, one.snoozed_until + _AFTER)
    session.flush()


def wake(session: Session, contact_ids: Collection[int], today: date) -> None:
    """What was put off until they answer is looked at again."""
    asleep = update(Occasion).where(
        Occasion.contact_id.in_(contact_ids), Occasion.state == State.SNOOZED, Occasion.decision == WHEN_ANSWERED
    )
    session.connection().execute(asleep.values(snoozed_until=today, decision=""))
    forget(session)


def call_off(session: Session, contact_ids: Collection[int], *, now: datetime, zone: str) -> int:
    """Approved letters to them that have not left come back to the queue: read what came first. Gives how many."""
    query = (
        select(Draft)
        .join(Delivery, Delivery.id == Draft.delivery_id)
        .where(Draft.contact_id.in_(contact_ids), Draft.state == DraftState.APPROVED, Delivery.state == "ready")
        .order_by(Draft.id)
    )
    called_off = 0
    for draft in session.scalars(query).all():
        mine = update(Delivery).where(Delivery.id == draft.delivery_id, Delivery.state == "ready")
        # Not ready any more: it is on its way at this moment, and nobody can hold it.
        if session.connection().execute(mine.values(state="cancelled", reason="answered")).rowcount:
            approve.back_to_queue(session, draft, refusal=Refusal("answered"), now=now, zone=zone)
            called_off += 1
    return called_off


def forget(session: Session) -> None:
    """Occasions this session has read are read again: statements pass it by."""
    session.flush()
    for one in list(session.identity_map.values()):
        if isinstance(one, Occasion):
            session.expire(one)


def _of(contact_ids: Collection[int], kind: str) -> tuple[ColumnElement[bool], ...]:
    return Occasion.contact_id.in_(contact_ids), Occasion.kind == kind, Occasion.state.in_(LIVE)
