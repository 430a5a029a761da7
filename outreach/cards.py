"""The card of one contact: everything known of a person, gathered from the floors below."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from outreach import contacts
from outreach.consent import history, suppression
from outreach.consent.history import Happened, Standing
from outreach.contacts import Person
from outreach.mail.rows import Delivery

MAILS_MOST = 100


@dataclass(frozen=True)
class MailLine:
    """A mail made for this contact."""

    delivery_id: int
    kind: str
    campaign_id: int | None
    state: str
    reason: str
    created_at: datetime
    sent_at: datetime | None
    opened_at: datetime | None
    clicked_at: datetime | None
    bounced_at: datetime | None


@dataclass(frozen=True)
class Card:
    """A contact with where they stand: lists with their proof, the consent history, mails."""

    person: Person
    suppressed: bool
    subscriptions: Sequence[Standing]
    history: Sequence[Happened]
    mails: Sequence[MailLine]


def get(session: Session, contact_id: int) -> Card:
    """The card of this contact; raises NotFound."""
    person = contacts.person(session, contact_id)
    hashed = person.address_hash
    return Card(
        person=person,
        suppressed=hashed is not None and suppression.contains_hash(session, hashed),
        subscriptions=history.standing(session, contact_id),
        history=history.proof(session, contact_id),
        mails=_mails(session, contact_id),
    )


def _mails(session: Session, contact_id: int) -> Sequence[MailLine]:
    query = select(
        Delivery.id,
        Delivery.kind,
        Delivery.campaign_id,
        Delivery.state,
        Delivery.reason,
        Delivery.created_at,
        Delivery.sent_at,
        Delivery.opened_at,
        Delivery.clicked_at,
        Delivery.bounced_at,
    ).where(Delivery.contact_id == contact_id)
    newest = query.order_by(Delivery.created_at.desc(), Delivery.id.desc()).limit(MAILS_MOST)
    return [MailLine(*values) for values in map(tuple, session.execute(newest))]
