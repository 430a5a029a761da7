"""Whose mail is this, and which mail of ours does it answer?

our sealed Message-ID in References or In-Reply-To, or in the returned original
─▶ the original recipient a report names ─▶ any address of a contact;  never the subject
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from outreach.contacts import Contact, address_hash, address_key
from outreach.contacts.rows import Channel
from outreach.errors import BadToken, Invalid
from outreach.mail.classify import Classified, Envelope, Kind
from outreach.mail.rows import Delivery
from outreach.senders import Sender
from outreach.tokens import Sealer

#: a report about an address counts when we wrote there this recently; else it is about somebody else's mail
REPORTED = timedelta(days=30)
#: kinds that tell of an address, not from it
_REPORTS = frozenset({Kind.BOUNCE, Kind.SPAM_REPORT})


@dataclass(frozen=True)
class Match:
    """A contact, the delivery it is about, and how both were found (message_id, original, address)."""

    contact_id: int | None = None
    delivery_id: int | None = None
    by: str = ""

    @property
    def is_known(self) -> bool:
        """Whether it is about somebody in the customer file or a mail of ours."""
        return self.contact_id is not None or self.delivery_id is not None


def match(session: Session, sealer: Sealer, envelope: Envelope, what: Classified, *, now: datetime) -> Match:
    """Who wrote and what it is about; an empty match for a stranger."""
    named = (*what.about, envelope.in_reply_to, *reversed(envelope.references))
    delivery = _of_message_ids(session, sealer, named)
    if what.kind in _REPORTS:
        if delivery is not None:
            return Match(still(session, delivery.contact_id), delivery.id, "message_id")
        recipients = (what.recipient, *what.original_recipients, *(one.recipient for one in what.failures))
        return _of_report(session, recipients, now)
    writer = contact_of(session, envelope.from_address)
    if delivery is not None:
        # A colleague may answer for the one we wrote to: then it is theirs.
        return Match(writer or still(session, delivery.contact_id), delivery.id, "message_id")
    return Match(writer, None, "address") if writer is not None else Match()


def is_about_us(session: Session, sealer: Sealer, envelope: Envelope) -> bool:
    """Whether a mail comes from a known address or answers a mail of ours."""
    named = (envelope.in_reply_to, *envelope.references)
    return contact_of(session, envelope.from_address) is not None or any(opened(sealer, one) for one in named)


def contact_of(session: Session, address: str) -> int | None:
    """The contact with this address, first or further; None for a stranger."""
    key = _key(address)
    if not key:
        return None
    found = session.scalar(select(Contact.id).where(Contact.email_key == key, Contact.gone == ""))
    if found is not None:
        return found
    query = (
        select(Channel.contact_id)
        .join(Contact, Contact.id == Channel.contact_id)
        .where(Channel.kind == "email", Channel.key == key, Contact.gone == "")
        .order_by(Channel.contact_id)
        .limit(1)
    )
    return session.scalar(query)


def recipients_of(session: Session, addresses: Iterable[str]) -> Mapping[int, str]:
    """The contacts behind these addresses, each once with the first of theirs, in their order."""
    found: dict[int, str] = {}
    for one in addresses:
        contact_id = contact_of(session, one)
        if contact_id is not None:
            found.setdefault(contact_id, one)
    return found


def own_addresses(session: Session) -> Collection[str]:
    """The addresses of our senders, as they are compared."""
    return {key for one in session.scalars(select(Sender.address)) if (key := _key(one))}


def delivery_of(session: Session, sealer: Sealer, message_id: str) -> Delivery | None:
    """The delivery whose Message-ID this is; None when it is not one of ours."""
    return _of_message_ids(session, sealer, (message_id,))


def _of_message_ids(session: Session, sealer: Sealer, named: Iterable[str]) -> Delivery | None:
    for one in dict.fromkeys(named):
        number = opened(sealer, one)
        found = session.get(Delivery, number) if number is not None else None
        if found is not None:
            return found
    return None


def opened(sealer: Sealer, message_id: str) -> int | None:
    """The number of the delivery sealed in a Message-ID; None for one nobody here sealed."""
    token = message_id.strip().strip("<>").partition("@")[0]
    try:
        numbers = sealer.open("mail", token) if token else ()
    except BadToken:
        return None
    return numbers[0] if len(numbers) == 1 else None


def _of_report(session: Session, recipients: Iterable[str], now: datetime) -> Match:
    """The last mail to an address a report names, when it was lately."""
    for one in dict.fromkeys(recipients):
        key = _key(one)
        if not key:
            continue
        query = (
            select(Delivery)
            .where(Delivery.address_hash == address_hash(key), Delivery.created_at >= now - REPORTED)
            .order_by(Delivery.id.desc())
            .limit(1)
        )
        found = session.scalars(query).one_or_none()
        if found is not None:
            return Match(still(session, found.contact_id) or contact_of(session, one), found.id, "original")
    return Match()


def still(session: Session, contact_id: int | None) -> int | None:
    """The contact as it is today: merged cards lead to the one that stayed, erased ones to nobody."""
    for _ in range(10):
        if contact_id is None:
            return None
        row = session.execute(select(Contact.gone, Contact.merged_into_id).where(Contact.id == contact_id)).first()
        if row is None or row.gone == "erased":
            return None
        if not row.gone:
            return contact_id
        contact_id = row.merged_into_id
    return None


def _key(address: str) -> str:
    try:
        return address_key(address) if address else ""
    except Invalid:
        return ""
