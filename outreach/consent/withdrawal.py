"""Consent taken back: at once, as often as it is asked for, whatever else is going on."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from outreach.consent.history import UNKNOWN_ZONE, record
from outreach.consent.rows import Consent, Subscription
from outreach.contacts import Contact


def withdraw(
    session: Session,
    *,
    contact_id: int,
    how: str,
    ip: str,
    now: datetime,
    list_id: int | None = None,
    zone: str = UNKNOWN_ZONE,
    source: str = "",
) -> int:
    """The person wants no more mail from the list, or from any (None): how many lists that changed.

    `how` is one_click, page, preferences, by_hand or suppressed. Deliveries under way ask for the consent again.
    """
    # The links in old mails name the card they were sent for; it may have become another one since.
    became = session.scalar(select(Contact.merged_into_id).where(Contact.id == contact_id))
    if became is not None:
        withdraw(session, contact_id=became, how=how, ip=ip, now=now, list_id=list_id, zone=zone, source=source)
    of_lists = [Consent.list_id == list_id] if list_id is not None else []
    in_lists = [Subscription.list_id == list_id] if list_id is not None else []
    left = session.scalars(
        update(Subscription)
        .where(Subscription.contact_id == contact_id, Subscription.state != "unsubscribed", *in_lists)
        .values(state="unsubscribed", consent_id=None, changed_at=now)
        .returning(Subscription.list_id)
    ).all()
    session.execute(
        update(Consent)
        .where(Consent.contact_id == contact_id, Consent.withdrawn_at.is_(None), *of_lists)
        .values(withdrawn_at=now, withdrawn_how=how)
    )
    for one in sorted(left):
        record(
            session,
            contact_id=contact_id,
            list_id=one,
            what="unsubscribed",
            source=source or how,
            ip=ip,
            zone=zone,
            at=now,
        )
    return len(left)
