"""Addresses that could not be reached: counted, and given up by one rule.

hard   the address surely does not exist: dead and suppressed at once, nobody is asked once again there
spam   they reported it: suppressed at once
soft   counted once a day and mail; dead after five within 30 days, the first and the last a week or more apart
       (a full mailbox, a server that is away, are no reason before that)
block  refused for what it is or where it comes from: counted apart, never the address's fault
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from outreach import db, lines, logs, tasks
from outreach.consent import suppression
from outreach.contacts import Contact, address_hash, address_key, display_name
from outreach.errors import Invalid
from outreach.mail.classify import Classified, Kind
from outreach.mail.rows import Delivery
from outreach.replies import follow_ups, matching
from outreach.replies.rows import Bounce, Incoming

log = logs.get(__name__)
SOFT_MOST = 5
SOFT_WITHIN = timedelta(days=30)
SOFT_APART = timedelta(days=7)
_WEIGHT = {"hard": 2, "soft": 1}
#: the task that follows; kept as it is written, so in the language of the installation
DEAD: Mapping[str, str] = {
    "de": "%(name)s: %(address)s gibt es nicht mehr. Neue Adresse erfragen?",
    "en": "%(name)s: %(address)s does not exist any more. Ask for the new address?",
}


def of_mail(session: Session, row: Incoming, what: Classified, *, now: datetime, language: str) -> None:
    """A bounce or spam report that came into a mailbox."""
    if what.kind is Kind.SPAM_REPORT:
        _note_for_delivery(session, row, "spam_report", "", "", what.recipient, now, language)
        return
    if row.details.get("delayed"):
        return  # it is still being tried
    if not what.failures:
        _note_for_delivery(session, row, what.sub or "soft", what.status, what.reason, what.recipient, now, language)
    # Of several addresses behind ours (a forward) one report counts: the one that says most.
    for one in sorted(what.failures, key=lambda one: _WEIGHT.get(one.sub, 0), reverse=True):
        _note_for_delivery(session, row, one.sub, one.status, one.reason, one.recipient, now, language)


def note(
    session: Session,
    *,
    kind: str,
    address: str,
    status: str = "",
    reason: str = "",
    source: str,
    told: bytes,
    delivery_id: int | None = None,
    at: datetime,
    now: datetime,
    language: str,
) -> bool:
    """One report about an address; `told` makes the same report told twice one. Gives whether it was new.

    Only an address we wrote to is believed; what was said of a stranger's mail is not ours.
    """
    try:
        key = address_key(address)
    except Invalid:
        return False
    hashed = address_hash(key)
    delivery = session.get(Delivery, delivery_id) if delivery_id is not None else None
    if delivery is None:
        query = select(Delivery).where(Delivery.address_hash == hashed).order_by(Delivery.id.desc()).limit(1)
        delivery = session.scalars(query).one_or_none()
    if delivery is None:
        return False
    contact_id = matching.contact_of(session, address)
    made = session.scalar(
        db.insert(session, Bounce)
        .values(fingerprint=hashlib.sha256(told + b"\0" + hashed).digest(), address_hash=hashed, contact_id=contact_id,
                delivery_id=delivery.id, kind=kind, status=status[:12], reason=reason[:30], source=source, at=at)
        .on_conflict_do_nothing()
        .returning(Bounce.id)
    )  # fmt: skip
    if made is None:
        return False
    if kind != "spam_report":
        first = update(Delivery).where(Delivery.id == delivery.id, Delivery.bounced_at.is_(None))
        session.connection().execute(first.values(bounced_at=at))
    _judge(session, kind, hashed, address, contact_id, status or reason, now, language)
    return True


def _is_same(told: str, sent_to: str) -> bool:
    """Whether a report means the address we wrote to, perhaps under a name its house uses inside (anna@mail.firma.de)."""
    name, _, inside = told.strip().casefold().partition("@")
    our_name, _, ours = sent_to.casefold().partition("@")
    related = inside == ours or inside.endswith(f".{ours}") or ours.endswith(f".{inside}")
    return not name or (name == our_name and related)


def _note_for_delivery(
    session: Session, row: Incoming, kind: str, status: str, reason: str, recipient: str, now: datetime, language: str
) -> None:
    address = recipient
    if row.delivery_id is not None:
        sent_to = session.scalar(select(Delivery.address).where(Delivery.id == row.delivery_id)) or ""
        if kind == "hard" and sent_to and not _is_same(recipient, sent_to):
            kind = "soft"  # behind a forward another address is gone; ours may well be read by others
        address = sent_to or recipient
    note(session, kind=kind, address=address, status=status, reason=reason, source="mailbox", told=row.fingerprint,
         delivery_id=row.delivery_id, at=row.at, now=now, language=language)  # fmt: skip


def _judge(
    session: Session,
    kind: str,
    hashed: bytes,
    address: str,
    contact_id: int | None,
    detail: str,
    now: datetime,
    language: str,
) -> None:
    if kind == "spam_report":
        suppression.add_hash(session, hashed, "spam_report", "", now=now)
        return
    dead = kind == "hard" or (kind == "soft" and _is_worn_out(session, hashed, now))
    if not dead or not suppression.add_hash(session, hashed, "unknown_address", detail, now=now):
        return
    log.info("address_dead", kind=kind)
    if contact_id is not None:
        follow_ups.end(session, [contact_id], why="bounced", now=now)
        contact = session.get_one(Contact, contact_id)
        name = display_name(contact.title, contact.first_name, contact.last_name, contact.email)
        text = DEAD["de" if language == "de" else "en"] % {"name": name, "address": address}
        tasks.add(session, text=lines.cut(text, 500), contact_id=contact_id, due_on=None)


def _is_worn_out(session: Session, hashed: bytes, now: datetime) -> bool:
    query = select(Bounce.delivery_id, Bounce.at).where(
        Bounce.address_hash == hashed, Bounce.kind == "soft", Bounce.at >= now - SOFT_WITHIN
    )
    # Servers tell of one mail several times, and a provider and the mailbox of the same.
    told = {(delivery_id, at.date()): at for delivery_id, at in session.execute(query)}
    return len(told) >= SOFT_MOST and max(told.values()) - min(told.values()) >= SOFT_APART
