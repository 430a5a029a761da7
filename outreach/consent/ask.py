"""May this person be written to? Asked before every mail, by whoever sends; for many at once the same as SQL."""

from __future__ import annotations

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from outreach import clock, stops
from outreach.consent.rows import Consent, Suppression
from outreach.contacts import Contact


def has_consent(list_id: int | None = None) -> ColumnElement[bool]:
    """A condition on `contacts`: there is a consent to this list (to any, when None) that was not withdrawn."""
    given = select(Consent.id).where(Consent.contact_id == Contact.id, Consent.withdrawn_at.is_(None))
    return (given.where(Consent.list_id == list_id) if list_id is not None else given).exists()


def is_suppressed() -> ColumnElement[bool]:
    """A condition on `contacts`: the address is on the suppression list."""
    return select(Suppression.reason).where(Suppression.address_hash == Contact.address_hash).exists()


def may_mail(session: Session, *, contact_id: int, list_id: int | None = None) -> bool:
    """Whether a newsletter of this list (of any, when None) may go to the contact now."""
    query = select(Contact.id).where(
        Contact.id == contact_id,
        Contact.email.is_not(None),
        Contact.gone == "",
        Contact.deceased_at.is_(None),
        has_consent(list_id),
        ~is_suppressed(),
        ~stops.holds_newsletters(clock.now().date()),
    )
    return session.scalar(query) is not None
