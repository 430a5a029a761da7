"""Who gets a newsletter: segment ∩ live consent − suppression, as one statement, and frozen as deliveries by another."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, literal, null, select
from sqlalchemy.orm import Session

from campaigns.rows import Campaign, Segment
from campaigns.segments.compile import contact_ids
from outreach import db, stops
from outreach.consent import ask
from outreach.consent.rows import Consent
from outreach.contacts import Contact
from outreach.db import Moment
from outreach.mail.rows import Delivery


def people(session: Session, campaign: Campaign, now: datetime) -> Select[Any]:
    """Contact, consent, address, its hash and whether they are measured, of everybody who would get this newsletter now."""
    given = select(Consent.contact_id, func.min(Consent.id).label("consent_id")).where(Consent.withdrawn_at.is_(None))
    if campaign.list_id is not None:
        given = given.where(Consent.list_id == campaign.list_id)
    live = given.group_by(Consent.contact_id).subquery("live")
    query: Select[Any] = (
        select(Contact.id, live.c.consent_id, Contact.email, Contact.address_hash, Contact.measuring_agreed)
        .join(live, live.c.contact_id == Contact.id)
        .where(
            Contact.email.is_not(None),
            Contact.address_hash.is_not(None),
            Contact.gone == "",
            Contact.deceased_at.is_(None),
            ~ask.is_suppressed(),
            ~stops.holds_newsletters(now.date()),
        )
    )
    if campaign.segment_id is not None:
        filter_ = session.execute(select(Segment.filter).where(Segment.id == campaign.segment_id)).scalar_one()
        query = query.where(Contact.id.in_(contact_ids(session, filter_, now)))
    return query


def without_delivery(session: Session, campaign: Campaign, now: datetime) -> Select[Any]:
    """Those of them who have no delivery of this newsletter yet."""
    has_one = select(Delivery.id).where(Delivery.campaign_id == campaign.id, Delivery.contact_id == Contact.id).exists()
    return people(session, campaign, now).where(~has_one)


def count(session: Session, query: Select[Any]) -> int:
    """How many people a query of this module finds."""
    return session.scalar(select(func.count()).select_from(query.subquery())) or 0


def enter(session: Session, campaign: Campaign, query: Select[Any], now: datetime) -> int:
    """One delivery for each of them, in one statement; who has one already gets no second. Gives how many are new."""
    chosen = query.subquery("chosen")
    made: dict[str, Any] = {
        "kind": literal("newsletter"), "sender_id": literal(campaign.sender_id), "campaign_id": literal(campaign.id),
        "contact_id": chosen.c.id, "consent_id": chosen.c.consent_id, "address": chosen.c.email,
        "address_hash": chosen.c.address_hash, "message": null(), "measured": chosen.c.measuring_agreed, "state": literal("ready"), "owner_id": null(),
        "attempts": literal(0), "next_try_at": literal(now, Moment), "reason": literal(""), "answer": literal(""),
        "created_at": literal(now, Moment),
    }  # fmt: skip
    # The WHERE is needed: without one, SQLite reads the ON of ON CONFLICT as a join's.
    source = select(*made.values()).where(chosen.c.id > 0).order_by(chosen.c.id)
    result = session.connection().execute(
        db.insert(session, Delivery).from_select(list(made), source, include_defaults=False).on_conflict_do_nothing(),
        execution_options={"preserve_rowcount": True},
    )
    return result.rowcount
