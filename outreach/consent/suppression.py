"""The suppression list: addresses nobody here writes to again. It wins over everything and holds no address."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, func, or_, select, update
from sqlalchemy.orm import Session

from outreach import clock, db, lines, paging
from outreach.consent.history import record
from outreach.consent.rows import Suppression
from outreach.consent.withdrawal import withdraw
from outreach.contacts import Contact, address_hash, address_key, display_name
from outreach.errors import N_, Invalid, NotFound
from outreach.paging import Page

#: how the details of what an import suppressed begin; undoing the import lifts it
OF_IMPORT = "import "
REASONS = ("objection", "unknown_address", "spam_report", "by_hand", "erased")


@dataclass(frozen=True)
class SuppressionLine:
    """One entry; names the contact when one with that address is still in the customer file."""

    address_hash: bytes
    reason: str
    detail: str
    at: datetime
    contact_id: int | None
    name: str


def add(session: Session, address: str, reason: str, detail: str = "", *, now: datetime | None = None) -> bool:
    """Never write to this address again: True when that is new. Raises Invalid when it is not an address."""
    return add_hash(session, address_hash(address_key(address)), reason, detail, now=now)


def add_hash(session: Session, hashed: bytes, reason: str, detail: str = "", *, now: datetime | None = None) -> bool:
    """The same for a known hash (deliveries carry one). Withdraws every consent of the contact behind it."""
    if reason not in REASONS:
        raise Invalid(N_("There is no such reason."), field="reason")
    now = now or clock.now()
    made = session.scalar(
        db.insert(session, Suppression)
        .values(address_hash=hashed, reason=reason, detail=lines.shown(detail, 1000), at=now)
        .on_conflict_do_nothing()
        .returning(Suppression.reason)
    )
    if made is None:  # what we know ourselves outlives the import that had said it first
        session.connection().execute(
            update(Suppression)
            .where(Suppression.address_hash == hashed, Suppression.detail.startswith(OF_IMPORT, autoescape=True))
            .values(reason=reason, detail=lines.shown(detail, 1000), at=now)
        )
    for contact_id in session.scalars(select(Contact.id).where(Contact.address_hash == hashed)).all():
        withdraw(session, contact_id=contact_id, how="suppressed", ip="", now=now)
        if made:
            record(session, contact_id=contact_id, what="suppressed", source=reason, at=now)
    return made is not None


def contains(session: Session, address: str) -> bool:
    """Whether this address is suppressed; raises Invalid when it is not an address."""
    return contains_hash(session, address_hash(address_key(address)))


def contains_hash(session: Session, hashed: bytes) -> bool:
    """Whether the address with this hash is suppressed."""
    return reason_of(session, hashed) != ""


def reason_of(session: Session, hashed: bytes) -> str:
    """Why the address with this hash is suppressed, one of REASONS; empty when it is not."""
    return session.scalar(select(Suppression.reason).where(Suppression.address_hash == hashed)) or ""


def among(session: Session, hashes: list[bytes]) -> set[bytes]:
    """Those of these hashes that are suppressed."""
    if not hashes:
        return set()
    return set(session.scalars(select(Suppression.address_hash).where(Suppression.address_hash.in_(hashes))))


def remove(session: Session, address: str, *, source: str, now: datetime | None = None) -> None:
    """Take an address off the list, on an owner's word (`source` says whose and why). Old consents stay withdrawn."""
    remove_hash(session, address_hash(address_key(address)), source=source, now=now)


def remove_hash(session: Session, hashed: bytes, *, source: str, now: datetime | None = None) -> None:
    """The same for a known hash; raises NotFound."""
    gone = session.connection().execute(delete(Suppression).where(Suppression.address_hash == hashed))
    if gone.rowcount == 0:
        raise NotFound(N_("This address is not on the suppression list."))
    for contact_id in session.scalars(select(Contact.id).where(Contact.address_hash == hashed)).all():
        record(session, contact_id=contact_id, what="released", source=source, at=now or clock.now())


def list_page(
    session: Session,
    *,
    reason: str = "",
    search: str = "",
    sort: str = "at",
    direction: str = "desc",
    page: int = 1,
    per_page: int = paging.PER_PAGE,
) -> Page[SuppressionLine]:
    """Entries, newest first. A full address in `search` finds its entry even when no contact has it any more."""
    order: Any = Suppression.reason if sort == "reason" else Suppression.at
    query = (
        select(
            Suppression.address_hash,
            Suppression.reason,
            Suppression.detail,
            Suppression.at,
            Contact.id,
            Contact.title,
            Contact.first_name,
            Contact.last_name,
            Contact.email,
        )
        .outerjoin(Contact, Contact.address_hash == Suppression.address_hash)
        .order_by(order.asc() if direction == "asc" else order.desc(), Suppression.address_hash)
    )
    if reason:
        query = query.where(Suppression.reason == reason)
    if search.strip():
        query = query.where(_matches(search.strip()))
    return paging.fetch(
        session,
        query,
        lambda r: SuppressionLine(r[0], r[1], r[2], r[3], r[4], display_name(r[5], r[6], r[7], r[8]) if r[4] else ""),
        page=page,
        per_page=per_page,
    )


def _matches(search: str) -> ColumnElement[bool]:
    try:
        return Suppression.address_hash == address_hash(address_key(search))
    except Invalid:
        pattern = paging.like(search.lower())
        return or_(*(func.lower(c).like(pattern, escape="\\") for c in (Suppression.detail, Contact.last_name)))
