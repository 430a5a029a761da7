"""What a contact said about mails, calls and letters in person: recorded, ended, and read by the light."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from outreach import clock, lines
from outreach.consent import light, suppression
from outreach.consent.light import CHANNELS, Recorded
from outreach.consent.rows import Permission
from outreach.consent.withdrawal import withdraw
from outreach.contacts import get as get_contact
from outreach.errors import N_, Invalid, NotFound

WHAT = ("agreed", "objected", "existing_customer")
SAID_MOST = 2000


@dataclass(frozen=True)
class PermissionLine:
    """One record on the card."""

    id: int
    channel: str
    what: str
    said: str
    source: str
    at: datetime
    ended_at: datetime | None


def record(
    session: Session,
    contact_id: int,
    *,
    channel: str,
    what: str,
    said: str = "",
    source: str,
    at: datetime | None = None,
) -> Permission:
    """Note what the person said, and where ("telephone, 3 May"). Raises Invalid, NotFound.

    Whoever objects to mails goes on the suppression list: no newsletter and no import writes to them again.
    """
    if channel not in CHANNELS or what not in WHAT or (what == "existing_customer" and channel != "mail"):
        raise Invalid(N_("Choose what was said, and about what."), field="what")
    source = lines.line(source, field="source", most=500)
    if not source:
        raise Invalid(N_("Say where and when that was, for instance “telephone, 3 May”."), field="source")
    contact = get_contact(session, contact_id)
    made = Permission(
        contact_id=contact_id,
        channel=channel,
        what=what,
        said=lines.shown(said, SAID_MOST).strip(),
        source=source,
        at=at or clock.now(),
    )
    session.add(made)
    session.flush()
    if what == "objected" and channel == "mail":
        if contact.address_hash is not None:
            suppression.add_hash(session, contact.address_hash, "objection", source)
        withdraw(session, contact_id=contact_id, how="suppressed", ip="", now=clock.now())
    return made


def end(session: Session, contact_id: int, permission_id: int) -> None:
    """It holds no longer, or was noted by mistake; it stays on record. Raises NotFound."""
    found = session.get(Permission, permission_id)
    if found is None or found.contact_id != contact_id:
        raise NotFound(N_("There is nothing at this address."))
    found.ended_at = found.ended_at or clock.now()
    session.flush()


def of(session: Session, contact_id: int) -> Sequence[PermissionLine]:
    """What was recorded, newest first."""
    columns = [getattr(Permission, name) for name in PermissionLine.__dataclass_fields__]
    query = (
        select(*columns).where(Permission.contact_id == contact_id).order_by(Permission.at.desc(), Permission.id.desc())
    )
    return [PermissionLine(*row) for row in session.execute(query)]


def standing(session: Session, contact_id: int) -> Sequence[Recorded]:
    """What holds now, as the light reads it."""
    return [
        Recorded(one.channel, one.what, one.at.date(), one.source)
        for one in of(session, contact_id)
        if one.ended_at is None
    ]


def objecting(session: Session, contact_ids: Collection[int]) -> Mapping[int, datetime]:
    """Those of these contacts whose last word on mails is an objection, under whatever address, and when they said it."""
    query = select(Permission.contact_id, Permission.what, Permission.at).where(
        Permission.contact_id.in_(list(contact_ids)), Permission.channel == "mail", Permission.ended_at.is_(None)
    )
    said: dict[int, list[tuple[str, datetime]]] = {}
    for contact_id, what, at in session.execute(query):
        said.setdefault(contact_id, []).append((what, at))
    standing = {
        one: light.objection("mail", [Recorded("mail", what, at.date()) for what, at in words])
        for one, words in said.items()
    }
    return {one: max(at for what, at in said[one] if what == "objected") for one, it in standing.items() if it}
