"""Who waits for an answer of ours: read, never decided here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from outreach.contacts import Contact, display_name
from outreach.replies.rows import Incoming


@dataclass(frozen=True)
class Waiting:
    """A mail that waits for an answer, with whose it is."""

    id: int
    contact_id: int | None
    name: str
    subject: str
    text: str
    kind: str
    sub: str
    at: datetime


def newest(session: Session, *, limit: int) -> tuple[Sequence[Waiting], int]:
    """The newest few, and how many wait altogether."""
    query = (
        select(Incoming.id, Incoming.contact_id, Contact.title, Contact.first_name, Contact.last_name, Contact.email,
               Incoming.address, Incoming.subject, Incoming.text, Incoming.kind, Incoming.sub, Incoming.at)
        .outerjoin(Contact, Contact.id == Incoming.contact_id)
        .where(*waits())
        .order_by(Incoming.at.desc(), Incoming.id.desc())
        .limit(limit)
    )  # fmt: skip
    rows = [
        Waiting(row[0], row[1], display_name(row[2] or "", row[3] or "", row[4] or "", row[5]) or row[6], row[7], row[8],
                row[9], row[10], row[11])
        for row in session.execute(query)
    ]  # fmt: skip
    return rows, count(session)


def count(session: Session) -> int:
    """How many wait."""
    return session.scalar(select(func.count()).select_from(Incoming).where(*waits())) or 0


def waits() -> tuple[Any, ...]:
    """Conditions on `incoming_mails`: an answer is owed."""
    return Incoming.waits_since.is_not(None), Incoming.answered_at.is_(None)
