"""What becomes of what two people agreed to, objected to, and are about to be sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import and_, exists, select, update
from sqlalchemy.orm import Session, aliased

from outreach.consent import history as consent_history
from outreach.consent import permissions, withdrawal
from outreach.consent.rows import Consent, Subscription, Suppression
from outreach.contacts import Contact
from outreach.mail.rows import Delivery


def join_standing(session: Session, keep: Contact, other: Contact, *, address_taken: bool, now: datetime) -> None:
    mine, theirs = _subscriptions(session, keep.id), _subscriptions(session, other.id)
    if address_taken:
        for sub in mine.values():
            if (
                sub.state == "confirmed"
                and _proven_by_mail(session, sub)
                and _state(theirs, sub.list_id) != "confirmed"
            ):
                withdrawal.withdraw(
                    session,
                    contact_id=keep.id,
                    list_id=sub.list_id,
                    how="by_hand",
                    ip="",
                    now=now,
                    source="address_changed",
                )
        keep.measuring_agreed = other.measuring_agreed
    mine = _subscriptions(session, keep.id)
    for sub in theirs.values():
        own = mine.get(sub.list_id)
        if sub.state == "unsubscribed":
            _leave(session, keep.id, sub, own, now)
        elif (
            sub.state == "confirmed"
            and _carries_over(session, sub, address_taken)
            and (own is None or own.state == "pending" or (address_taken and _proven_by_mail(session, own)))
        ):
            _copy_consent(session, keep.id, sub, own, now)
    # Nobody is on a list twice; the consents behind these stay as proof.
    for sub in theirs.values():
        session.delete(sub)
    session.flush()


def heed_objections(session: Session, keep_id: int, hashes: Sequence[bytes], now: datetime) -> None:
    """Who wants no mail under one address wants none under the other: what was agreed to before that ends."""
    suppressed = select(Suppression.at).where(
        Suppression.address_hash.in_(hashes), Suppression.reason != "unknown_address"
    )
    said = [*session.scalars(suppressed), *permissions.objecting(session, [keep_id]).values()]
    for sub in _subscriptions(session, keep_id).values() if said else ():
        consent = session.get(Consent, sub.consent_id) if sub.consent_id else None
        if consent is not None and consent.granted_at <= max(said):
            withdrawal.withdraw(
                session, contact_id=keep_id, list_id=sub.list_id, how="suppressed", ip="", now=now, source="merged"
            )


def _carries_over(session: Session, sub: Subscription, address_taken: bool) -> bool:
    """What the person said counts for the person; what a click in a mail proved, for that address."""
    return address_taken or not _proven_by_mail(session, sub)


def _subscriptions(session: Session, contact_id: int) -> dict[int, Subscription]:
    query = select(Subscription).where(Subscription.contact_id == contact_id)
    return {one.list_id: one for one in session.scalars(query.execution_options(populate_existing=True))}


def _state(found: Mapping[int, Subscription], list_id: int) -> str:
    return found[list_id].state if list_id in found else ""


def _proven_by_mail(session: Session, sub: Subscription) -> bool:
    consent = session.get(Consent, sub.consent_id) if sub.consent_id else None
    return consent is not None and consent.how == "double_opt_in"


def _leave(session: Session, contact_id: int, sub: Subscription, own: Subscription | None, now: datetime) -> None:
    """Whoever left a list under one address has left it, unless they came back under the other since."""
    if own is None:
        session.add(
            Subscription(list_id=sub.list_id, contact_id=contact_id, state="unsubscribed", changed_at=sub.changed_at)
        )
    elif own.state != "unsubscribed" and own.changed_at < sub.changed_at:
        withdrawal.withdraw(
            session, contact_id=contact_id, list_id=sub.list_id, how="by_hand", ip="", now=now, source="merged"
        )


def _copy_consent(
    session: Session, contact_id: int, sub: Subscription, own: Subscription | None, now: datetime
) -> None:
    """The proof stays where it was given; the card that stays gets a copy of it."""
    proof = session.get_one(Consent, sub.consent_id)
    names = [one.key for one in Consent.__mapper__.column_attrs if one.key not in ("id", "contact_id")]
    copy = Consent(contact_id=contact_id, **{name: getattr(proof, name) for name in names})
    session.add(copy)
    session.flush()
    if own is not None:
        if own.consent_id is not None:  # it was proven for the address that is first no longer
            old = session.get_one(Consent, own.consent_id)
            old.withdrawn_at, old.withdrawn_how = now, "address_changed"
        session.delete(own)
        session.flush()
    session.add(
        Subscription(
            list_id=sub.list_id, contact_id=contact_id, state="confirmed", consent_id=copy.id, changed_at=sub.changed_at
        )
    )
    consent_history.record(
        session, contact_id=contact_id, list_id=sub.list_id, what="granted", text_shown=proof.text_shown, source="merged",
        ip="", zone=proof.zone, at=now,
    )  # fmt: skip
    session.flush()


def call_off_doubles(session: Session, keep_id: int, other_id: int) -> None:
    """A newsletter under way to both goes once."""
    same = aliased(Delivery)
    also = exists().where(and_(same.campaign_id == Delivery.campaign_id, same.contact_id == keep_id))
    session.connection().execute(
        update(Delivery)
        .where(Delivery.contact_id == other_id, Delivery.state == "ready", also)
        .values(state="cancelled", reason="merged")
    )
