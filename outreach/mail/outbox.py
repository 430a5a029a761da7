"""The outbox: every delivery that is not out yet. Put in, claimed in small blocks, given back, recovered.

put → ready ── claim → claimed ── ledger.begin → sending ── ledger.record → sent | refused | unsure | ready | expired
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, literal_column, or_, select, update
from sqlalchemy.orm import Session

from outreach import clock, jobs, logs
from outreach.consent.rows import Suppression
from outreach.contacts import address_hash, address_key
from outreach.errors import N_, NotAllowedToWrite
from outreach.house import House
from outreach.mail import message, owners
from outreach.mail.message import Mail
from outreach.mail.rows import Delivery
from outreach.mailboxes import holding

log = logs.get(__name__)
#: a literal on purpose: SQLite uses a partial index only when it sees the value
IS_READY: ColumnElement[bool] = literal_column("deliveries.state = 'ready'")


def put(
    session: Session,
    house: House,
    *,
    kind: str,
    mail: Mail,
    contact_id: int | None = None,
    sender_id: int | None = None,
    draft_id: int | None = None,
    purpose: str = "",
    not_before: datetime | None = None,
    domain: str = "",
) -> int:
    """One mail to one person (kind personal, test, confirm or system), on its way once this transaction is committed.

    `domain` is what its Message-ID ends with; a personal mail's is the sender's own.

    Raises Invalid for what cannot be a mail, and NotAllowedToWrite for an address on the suppression list; only a test
    goes there all the same, for it goes to whoever asks for it, and a system mail, for it goes to a user.
    """
    hashed = address_hash(address_key(mail.to_address))
    if kind not in ("test", "system") and session.get(Suppression, hashed) is not None:
        raise NotAllowedToWrite(N_("This address is on the suppression list; nobody writes to it."), field="email")
    now = clock.now()
    delivery = Delivery(kind=kind, sender_id=sender_id, contact_id=contact_id, address=mail.to_address,
                        address_hash=hashed, state="ready", attempts=0, next_try_at=not_before or now, created_at=now,
                        draft_id=draft_id, purpose=purpose)  # fmt: skip
    session.add(delivery)
    session.flush()
    sealed = message.message_id(house.sealer, domain or house.settings.mail_domain, delivery.id)
    delivery.message = message.serialise(mail, message_id=sealed, date=now)
    session.flush()
    jobs.ask(session, "send_letters" if kind == "personal" else "deliver_waiting")
    return delivery.id


def claim(
    session: Session,
    *,
    campaign_id: int | None,
    sender_id: int | None,
    owner_id: int,
    limit: int,
    now: datetime,
    personal: bool = False,
) -> list[int]:
    """Take at most `limit` ready deliveries that are due in hand, the longest waiting first.

    While the red button holds everything, only tests and mails to users go out.
    """
    mine: list[ColumnElement[bool]] = [IS_READY, Delivery.next_try_at <= now]
    if campaign_id is None:
        mine += [Delivery.campaign_id.is_(None), Delivery.sender_id.is_not_distinct_from(sender_id),
                 Delivery.kind == "personal" if personal else Delivery.kind != "personal",
                 or_(Delivery.kind.in_(("test", "system")), ~holding.everything_held())]  # fmt: skip
    else:
        mine.append(Delivery.campaign_id == campaign_id)
    # Two statements: with LIMIT in a subquery of the UPDATE, PostgreSQL may run the subquery more than once.
    ids = session.scalars(
        select(Delivery.id)
        .where(*mine)
        .order_by(Delivery.next_try_at, Delivery.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    if ids:
        session.connection().execute(
            update(Delivery).where(Delivery.id.in_(ids), IS_READY).values(state="claimed", owner_id=owner_id)
        )
    return list(ids)


def recover(house: House) -> tuple[int, int]:
    """Take back what dead owners had in hand; gives how many became ready and how many unsure.

    `claimed` was not offered and is ready again; `sending` may have gone out and nobody can know. After another start of
    the database its last commits may be missing, so then both are unsure.
    """
    given_back = unsure = 0
    with house.database.reading() as session:
        if not owners.anybody_dead(session, house):
            return 0, 0
    with house.database.writing() as session:
        for owner_id, trusted in owners.dead(session, house):
            back, lost = _take_back(session, owner_id, trusted=trusted)
            owners.forget(session, house, owner_id)
            given_back, unsure = given_back + back, unsure + lost
    if given_back or unsure:
        log.warning("recovered", given_back=given_back, unsure=unsure)
    return given_back, unsure


def due_senders(session: Session, now: datetime, *, personal: bool = False) -> list[int | None]:
    """The senders (None: no sender) that have one-off mails ready and due: personal ones, or all others."""
    which = Delivery.kind == "personal" if personal else Delivery.kind != "personal"
    return list(session.scalars(
        select(Delivery.sender_id).distinct()
        .where(IS_READY, Delivery.campaign_id.is_(None), Delivery.next_try_at <= now, which)
    ))  # fmt: skip


def _take_back(session: Session, owner_id: int, *, trusted: bool) -> tuple[int, int]:
    mine = update(Delivery).where(Delivery.owner_id == owner_id)
    run = session.connection().execute
    reason = "worker_died" if trusted else "database_restarted"
    back = run(mine.where(Delivery.state == "claimed").values(state="ready", owner_id=None)).rowcount if trusted else 0
    lost = run(
        mine.where(Delivery.state.in_(("claimed", "sending"))).values(state="unsure", reason=reason, owner_id=None)
    )
    return back, lost.rowcount
