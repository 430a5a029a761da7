"""The consent history: written with every change, never altered, exportable as proof."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from outreach.consent.rows import Consent, ConsentEvent, MailingList, Subscription

UNKNOWN_ZONE = "UTC"


@dataclass(frozen=True)
class Happened:
    """One line of the history. `what`: requested, confirmed, imported, granted, unsubscribed, measuring_agreed,
    measuring_withdrawn, suppressed, released, expired."""

    at: datetime
    zone: str
    what: str
    list_id: int | None
    list_name: str
    text_shown: str
    source: str
    ip: str


@dataclass(frozen=True)
class Standing:
    """Where a contact stands with one list, and the proof behind it when there is one."""

    list_id: int
    list_name: str
    state: str
    changed_at: datetime
    consent_id: int | None
    how: str
    text_shown: str
    source: str
    zone: str
    requested_at: datetime | None
    requested_ip: str
    granted_at: datetime | None
    confirmed_ip: str


def record(
    session: Session,
    *,
    contact_id: int,
    what: str,
    at: datetime,
    list_id: int | None = None,
    text_shown: str = "",
    source: str = "",
    ip: str = "",
    zone: str = UNKNOWN_ZONE,
) -> None:
    """Write one line."""
    session.add(
        ConsentEvent(
            contact_id=contact_id,
            list_id=list_id,
            what=what,
            text_shown=text_shown,
            source=source[:500],
            ip=ip[:45],
            zone=zone,
            at=at,
        )
    )
    session.flush()


def proof(session: Session, contact_id: int) -> Sequence[Happened]:
    """Everything this contact was asked, granted and withdrew, oldest first."""
    query = (
        select(
            ConsentEvent.at,
            ConsentEvent.zone,
            ConsentEvent.what,
            ConsentEvent.list_id,
            MailingList.name,
            ConsentEvent.text_shown,
            ConsentEvent.source,
            ConsentEvent.ip,
        )
        .outerjoin(MailingList, MailingList.id == ConsentEvent.list_id)
        .where(ConsentEvent.contact_id == contact_id)
        .order_by(ConsentEvent.at, ConsentEvent.id)
    )
    return [
        Happened(at, zone, what, list_id, name or "", text_shown, source, ip)
        for at, zone, what, list_id, name, text_shown, source, ip in session.execute(query)
    ]


def standing(session: Session, contact_id: int) -> Sequence[Standing]:
    """Where this contact stands with every list they ever were on, by the list's name."""
    query = (
        select(Subscription, MailingList.name, Consent)
        .join(MailingList, MailingList.id == Subscription.list_id)
        .outerjoin(Consent, Consent.id == Subscription.consent_id)
        .where(Subscription.contact_id == contact_id)
        .order_by(MailingList.name)
    )
    return [_standing(subscription, name, consent) for subscription, name, consent in session.execute(query)]


def _standing(subscription: Subscription, name: str, consent: Consent | None) -> Standing:
    known = consent or subscription
    return Standing(
        list_id=subscription.list_id,
        list_name=name,
        state=subscription.state,
        changed_at=subscription.changed_at,
        consent_id=subscription.consent_id,
        how=consent.how if consent else "",
        text_shown=known.text_shown,
        source=known.source,
        zone=consent.zone if consent else "",
        requested_at=known.requested_at,
        requested_ip=known.requested_ip,
        granted_at=consent.granted_at if consent else None,
        confirmed_ip=consent.confirmed_ip if consent else "",
    )
