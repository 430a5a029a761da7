"""Approved letters go out: at the pace of their mailbox, each checked again in the transaction that begins it.

approved ─▶ delivery ready ─ look() ─▶ sending ─▶ sent ─ settle() ─▶ draft sent, on the timeline, in the Sent folder
                               │                    └─ refused, expired ─┐
                               └─ refused by a check ────────────────────┴─ settle() ─▶ back to the queue, why
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import or_, select, true, update
from sqlalchemy.engine import Connection
from sqlalchemy.exc import OperationalError, SQLAlchemyError
from sqlalchemy.orm import Session

from outreach import clock, jobs, logs
from outreach.clock import on_wall
from outreach.contacts import Contact
from outreach.drafts import approve, checks, situation
from outreach.drafts.checks import Refusal
from outreach.drafts.rows import Draft, State
from outreach.history import store as history
from outreach.house import House
from outreach.mail import message, outbox, send
from outreach.mail.ledger import Gate
from outreach.mail.rows import Delivery
from outreach.mail.send import Work
from outreach.mailboxes import holding
from outreach.mailboxes.rows import Mailbox
from outreach.mailboxes.store import From
from outreach.occasions import suggest
from outreach.occasions.rows import Occasion
from outreach.occasions.rows import State as OccasionState
from outreach.occasions.silence import Candidate

log = logs.get(__name__)
_BLOCK = 100


def send_letters(house: House) -> int:
    """Send what is approved and due, and settle what became of it; how many letters were settled."""
    settled = settle(house)
    with house.database.reading() as session:
        due = outbox.due_senders(session, clock.now(), personal=True)
    for sender_id in due:
        send.work_off(house, Work(None, sender_id, gate(house), send.compose_waiting, personal=True))
    return settled + (settle(house) if due else 0)


def gate(house: House) -> Gate:
    """Everything is asked again in the transaction that begins the mail."""

    def look(connection: Connection, ids: Sequence[int]) -> Mapping[int, tuple[str, str]]:
        with Session(connection, autoflush=False) as session:
            found = {one: _looked_at(session, one, now=clock.now(), zone=house.settings.timezone) for one in ids}
        return {one: ("cancelled", refusal.code) for one, refusal in found.items() if refusal is not None}

    return Gate(true(), lambda connection, ids: {}, look)


def settle(house: House) -> int:
    """What became of approved letters: sent ones go on the timeline, others come back with the reason. How many."""
    now, zone = clock.now(), house.settings.timezone
    with house.database.writing() as session:
        _hold_paused(session, now=now, zone=zone)
        query = (
            select(Draft, Delivery)
            .join(Delivery, Delivery.id == Draft.delivery_id)
            .where(
                Draft.state == State.APPROVED,
                Delivery.state.in_(("sent", "refused", "expired", "cancelled", "skipped")),
            )
            .order_by(Draft.id)
            .limit(_BLOCK)
            .with_for_update(of=Draft, skip_locked=True)
        )
        rows = session.execute(query).all()
        for draft, delivery in rows:
            try:
                with session.begin_nested():
                    _settle(session, draft, delivery, now=now, zone=zone)
            except OperationalError:
                raise
            except Exception as error:  # noqa: BLE001 - an edge: the others are settled, and nothing else waits for this
                log.warning("letter_not_settled", delivery=delivery.id, error=type(error).__name__, exc_info=True)
    return len(rows)


def _settle(session: Session, draft: Draft, delivery: Delivery, *, now: datetime, zone: str) -> None:
    if delivery.state == "sent":
        _sent(session, draft, delivery, now=now, zone=zone)
    else:
        refusal = _why(session, draft, delivery, now=now, zone=zone)
        approve.back_to_queue(session, draft, refusal=refusal, now=now, zone=zone)
        log.info("letter_returned", draft=draft.id, reason=refusal.code)


def _looked_at(session: Session, delivery_id: int, *, now: datetime, zone: str) -> Refusal | None:
    """As _refused; a letter that cannot even be checked stays, and holds up neither other letters nor newsletters."""
    try:
        return _refused(session, delivery_id, now=now, zone=zone)
    except SQLAlchemyError:
        raise  # the database, not the letter
    except Exception as error:  # noqa: BLE001 - one transaction begins the mails of all lanes
        log.warning("letter_not_checked", delivery=delivery_id, error=type(error).__name__, exc_info=True)
        return Refusal("not_checked")


def _refused(session: Session, delivery_id: int, *, now: datetime, zone: str) -> Refusal | None:
    """The first reason why this delivery must not begin; None: it may."""
    draft = session.scalars(select(Draft).where(Draft.delivery_id == delivery_id)).one_or_none()
    if draft is None or draft.state != State.APPROVED:
        return Refusal("approval_gone")
    if draft.sender_id is None:
        return Refusal("no_sender")
    found = situation.around(session, draft, now=now, zone=zone)
    refusal = next(iter(checks.refusals(found.standing, at_sending=True)), None)
    return refusal or _of_the_sender(session, delivery_id, found.sender)


def _of_the_sender(session: Session, delivery_id: int, sender: From | None) -> Refusal | None:
    """The finished mail carries the address its sender had then; the new mailbox would not be believed with it."""
    raw = session.scalar(select(Delivery.message).where(Delivery.id == delivery_id))
    is_same = raw is None or sender is None or message.sender_of(raw) == message.wire_address(sender.address)
    return None if is_same else Refusal("sender_changed")


def _hold_paused(session: Session, *, now: datetime, zone: str) -> None:
    """Letters whose time has come while sending is paused go back to the queue: a person pressed stop for a reason."""
    query = (
        select(Draft)
        .join(Delivery, Delivery.id == Draft.delivery_id)
        .outerjoin(Mailbox, Mailbox.sender_id == Draft.sender_id)
        .where(Draft.state == State.APPROVED, Delivery.state == "ready", Delivery.next_try_at <= now)
        .where(or_(Draft.sender_id.is_(None), Mailbox.paused_at.is_not(None), holding.everything_held()))
        .order_by(Draft.id)
        .limit(_BLOCK)
    )
    for draft in session.scalars(query).all():
        called_off = update(Delivery).where(Delivery.id == draft.delivery_id, Delivery.state == "ready")
        code = "paused" if draft.sender_id is not None else "no_sender"
        if session.connection().execute(called_off.values(state="cancelled", reason=code)).rowcount:
            approve.back_to_queue(session, draft, refusal=Refusal(code), now=now, zone=zone)


def _why(session: Session, draft: Draft, delivery: Delivery, *, now: datetime, zone: str) -> Refusal:
    """The reason in the words of checks.SENTENCES."""
    if delivery.state == "refused":
        return Refusal("refused", {"answer": delivery.answer})
    if delivery.state == "expired":
        return Refusal("expired", {"answer": delivery.answer})
    if delivery.reason in ("suppressed", "unsubscribed"):
        return Refusal("suppressed", {"address": delivery.address})
    if delivery.reason in checks.SENTENCES:
        standing = situation.around(session, draft, now=now, zone=zone).standing
        found = {one.code: one for one in checks.refusals(standing, at_sending=True)}
        return found.get(delivery.reason, Refusal(delivery.reason))
    return Refusal("sender_trouble", {"answer": delivery.answer or delivery.reason})


def _sent(session: Session, draft: Draft, delivery: Delivery, *, now: datetime, zone: str) -> None:
    draft.state, draft.sent_at = State.SENT, delivery.sent_at or now
    contact = session.get_one(Contact, draft.contact_id)
    if not contact.gone:
        history.add(
            session, contact_id=contact.id, user_id=draft.approved_by, kind="mail_out", at=draft.sent_at,
            text=f"{draft.subject}\n\n{draft.text}"[: history.TEXT_MOST], source=delivery.address[:100],
        )  # fmt: skip
    if not _files_sent(session, draft):
        draft.filed_at = now
    else:
        jobs.ask(session, "file_sent")
    session.flush()
    if draft.follow_up_days and not contact.gone:
        _plan_follow_up(session, draft, contact, now=now, zone=zone)


def _files_sent(session: Session, draft: Draft) -> bool:
    """Whether a copy has to be put into the Sent folder."""
    query = select(Mailbox.imap_host, Mailbox.files_sent).where(Mailbox.sender_id == draft.sender_id)
    row = session.execute(query).first()
    return row is not None and bool(row.imap_host) and row.files_sent


def _plan_follow_up(session: Session, draft: Draft, contact: Contact, *, now: datetime, zone: str) -> None:
    """Asked once again after some days without an answer: an occasion that sleeps until then."""
    assert draft.sent_at is not None and draft.follow_up_days is not None  # noqa: PT018
    on = on_wall(draft.sent_at, zone).date()
    wakes = on + timedelta(days=draft.follow_up_days)
    candidate = Candidate(
        kind="follow_up", what=f"draft:{draft.id}", source="mail", contact_id=contact.id, happened_on=wakes,
        until=wakes + timedelta(days=14),
        details={"draft_id": draft.id, "sent_on": on.isoformat(), "subject": draft.subject},
    )  # fmt: skip
    for outcome in suggest.suggest(session, [candidate], now=now, zone=zone):
        values: dict[str, Any] = {"state": OccasionState.SNOOZED, "snoozed_until": wakes, "suggested_on": None}
        session.connection().execute(update(Occasion).where(Occasion.id == outcome.id).values(values))
