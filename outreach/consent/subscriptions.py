"""Subscriptions: asked for, confirmed, withdrawn. Every change leaves a line in the consent history.

    request → pending ── confirm ──→ confirmed ── withdraw ──→ unsubscribed ── request → pending …
                 │ 28 days                ▲ grant_by_hand, grant_imported (never out of unsubscribed)
                 ▼
              forgotten

A pending contact has no consent row, and a newsletter delivery cannot be written without one (mail/rows.py).
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from outreach import db
from outreach.consent import lists, permissions, suppression
from outreach.consent.bulk import WAITS, Granted, forget_unconfirmed, grant_imported, who_left
from outreach.consent.history import UNKNOWN_ZONE, record
from outreach.consent.rows import Consent, ConsentEvent, Subscription
from outreach.consent.withdrawal import withdraw
from outreach.contacts import Contact
from outreach.contacts import get as get_contact
from outreach.errors import N_, Conflict, Invalid, NotAllowedToWrite, NotFound

__all__ = [
    "WAITS",
    "Granted",
    "confirm",
    "forget_unconfirmed",
    "grant_by_hand",
    "grant_imported",
    "request",
    "set_measuring",
    "withdraw",
]


def request(
    session: Session, *, contact_id: int, list_id: int, text_shown: str, source: str, ip: str, zone: str, now: datetime
) -> str:
    """The person asks for the list: the state afterwards, `pending`, or `confirmed` when it was so already.

    Raises NotAllowedToWrite for a suppressed address: not even the confirmation mail may go there.
    """
    lists.get(session, list_id)
    _refuse_suppressed(session, contact_id)
    values = {
        "text_shown": text_shown,
        "source": source[:500],
        "requested_ip": ip[:45],
        "requested_at": now,
        "changed_at": now,
        "state": "pending",
        "consent_id": None,
    }
    insert = db.insert(session, Subscription).values(list_id=list_id, contact_id=contact_id, **values)
    changed = session.execute(
        insert.on_conflict_do_update(
            index_elements=["list_id", "contact_id"], set_=values, where=Subscription.state != "confirmed"
        ).returning(Subscription.state),
        execution_options={"synchronize_session": False, "populate_existing": True},
    )
    if changed.first() is None:
        return "confirmed"
    record(
        session,
        contact_id=contact_id,
        list_id=list_id,
        what="requested",
        text_shown=text_shown,
        source=source,
        ip=ip,
        zone=zone,
        at=now,
    )
    return "pending"


def confirm(
    session: Session, *, contact_id: int, list_id: int, ip: str, now: datetime, zone: str = UNKNOWN_ZONE
) -> int:
    """The person confirms the sign-up: the id of the consent. Twice means once.

    Raises NotFound when no sign-up waits (any more), Conflict when they unsubscribed since, NotAllowedToWrite.
    """
    waiting = _locked(session, contact_id=contact_id, list_id=list_id)
    if waiting is not None and waiting.consent_id is not None:
        return waiting.consent_id
    if waiting is not None and waiting.state == "unsubscribed":
        raise Conflict(N_("You have unsubscribed since. Please sign up again if you changed your mind."))
    if waiting is None or waiting.requested_at is None or waiting.requested_at < now - WAITS:
        raise NotFound(N_("This sign-up has expired. Please sign up again."))
    _refuse_suppressed(session, contact_id)
    consent = Consent(
        contact_id=contact_id,
        list_id=list_id,
        how="double_opt_in",
        text_shown=waiting.text_shown,
        source=waiting.source,
        zone=zone,
        requested_at=waiting.requested_at,
        requested_ip=waiting.requested_ip,
        granted_at=now,
        confirmed_ip=ip[:45],
    )
    _settle(session, waiting, consent, now)
    record(
        session,
        contact_id=contact_id,
        list_id=list_id,
        what="confirmed",
        text_shown=waiting.text_shown,
        source=waiting.source,
        ip=ip,
        zone=zone,
        at=now,
    )
    return consent.id


def grant_by_hand(
    session: Session,
    *,
    contact_id: int,
    list_id: int,
    text_shown: str,
    source: str,
    now: datetime,
    zone: str = UNKNOWN_ZONE,
) -> int:
    """A user states that this person agreed, and where ("telephone 3.5."): the id of the consent.

    Raises Invalid without a source, Conflict when the person unsubscribed (only they can sign up again),
    NotAllowedToWrite when the address is suppressed.
    """
    if not text_shown.strip() or not source.strip():
        raise Invalid(N_("Say what the person agreed to, and where and when."), field="source")
    lists.get(session, list_id)
    _refuse_suppressed(session, contact_id)
    if permissions.objecting(session, [contact_id]):
        raise NotAllowedToWrite(N_("This person objected to mails. Note first on the card what they said since."))
    _ensure_row(session, contact_id=contact_id, list_id=list_id, now=now)
    row = _locked(session, contact_id=contact_id, list_id=list_id)
    if row is None:
        raise NotFound(N_("There is no such contact, or not any more."))
    if row.consent_id is not None:
        return row.consent_id
    left = session.scalar(who_left(list_id).where(ConsentEvent.contact_id == contact_id).limit(1))
    if row.state == "unsubscribed" or left is not None:
        raise Conflict(N_("This person has unsubscribed. Only they themselves can sign up again."))
    consent = Consent(
        contact_id=contact_id,
        list_id=list_id,
        how="by_hand",
        text_shown=text_shown.strip(),
        source=source.strip()[:500],
        zone=zone,
        granted_at=now,
    )
    _settle(session, row, consent, now)
    record(
        session,
        contact_id=contact_id,
        list_id=list_id,
        what="granted",
        text_shown=text_shown,
        source=source,
        zone=zone,
        at=now,
    )
    return consent.id


def set_measuring(
    session: Session,
    *,
    contact_id: int,
    agreed: bool,
    text_shown: str,
    source: str,
    ip: str,
    now: datetime,
    zone: str = UNKNOWN_ZONE,
) -> bool:
    """Whether opens and clicks of this person are measured: their own decision. True when it changed."""
    changed = session.connection().execute(
        update(Contact)
        .where(Contact.id == contact_id, Contact.measuring_agreed.is_(not agreed))
        .values(measuring_agreed=agreed, updated_at=now)
    )
    if changed.rowcount == 0:
        return False
    _refresh(session, contact_id)
    record(
        session,
        contact_id=contact_id,
        what="measuring_agreed" if agreed else "measuring_withdrawn",
        text_shown=text_shown,
        source=source,
        ip=ip,
        zone=zone,
        at=now,
    )
    return True


def _refresh(session: Session, contact_id: int) -> None:
    known = session.identity_map.get(session.identity_key(Contact, contact_id))
    if known is not None:
        session.expire(known, ["measuring_agreed", "updated_at"])


def _ensure_row(session: Session, *, contact_id: int, list_id: int, now: datetime) -> None:
    """A pending row to lock, when there is none; two at once make one."""
    session.execute(
        db.insert(session, Subscription)
        .values(
            list_id=list_id,
            contact_id=contact_id,
            state="pending",
            text_shown="",
            source="",
            requested_ip="",
            changed_at=now,
        )
        .on_conflict_do_nothing()
    )


def _locked(session: Session, *, contact_id: int, list_id: int) -> Subscription | None:
    return session.scalar(
        select(Subscription)
        .where(Subscription.contact_id == contact_id, Subscription.list_id == list_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def _settle(session: Session, row: Subscription, consent: Consent, now: datetime) -> None:
    session.add(consent)
    session.flush()
    row.state, row.consent_id, row.changed_at = "confirmed", consent.id, now
    session.flush()


def _refuse_suppressed(session: Session, contact_id: int) -> None:
    contact = get_contact(session, contact_id)
    if contact.address_hash is not None and suppression.contains_hash(session, contact.address_hash):
        raise NotAllowedToWrite(N_("This address is on the suppression list; nothing may be sent to it."))
