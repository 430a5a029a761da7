"""Names to look at: what the name check proposes, kept as a number per contact so that a million are a list at once.

    a name is made or changed (name_doubt none) ──▶ check_some, on the timetable ──▶ to_look_at ──▶ accept | dismiss | verify

Nothing is changed by itself; a click takes one proposal, another says that the name is right.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, literal_column, select, update
from sqlalchemy.orm import Session

from outreach import names, paging
from outreach.companies import Company
from outreach.contacts.rows import Contact
from outreach.contacts.store import Person, display_name, get
from outreach.contacts.store import update as change
from outreach.db import Database
from outreach.errors import N_, Conflict
from outreach.names import NameSeen, Proposal
from outreach.paging import Page

#: from this weight on a name is listed; see names.py
SHOWN_FROM = 30
_BLOCK = 2000


@dataclass(frozen=True)
class Doubted:
    """A contact whose name wants a look, with what is proposed."""

    id: int
    name: str
    title: str
    first_name: str
    last_name: str
    salutation: str
    email: str | None
    company: str
    proposals: Sequence[Proposal]


def proposals(session: Session, contact_id: int) -> Sequence[Proposal]:
    """What is proposed for one contact, the surest first; nothing for a verified name. Raises NotFound."""
    contact = get(session, contact_id)
    if contact.verified_at is not None:
        return ()
    company = session.scalar(select(Company.name).where(Company.id == contact.company_id)) if contact.company_id else ""
    return _proposed(_seen(contact, company or ""), contact.name_dismissed)


def of_person(person: Person) -> Sequence[Proposal]:
    """What is worth a look on the card of a person; nothing for a verified name."""
    if person.verified_at is not None:
        return ()
    return [one for one in _proposed(_seen(person, person.company), person.name_dismissed) if one.weight >= SHOWN_FROM]


def check_some(session: Session, *, limit: int = _BLOCK) -> int:
    """Check names nobody looked at since they changed: how many. Zero means all are done."""
    query = _query().where(literal_column("contacts.name_doubt IS NULL")).order_by(Contact.id).limit(limit)
    rows = session.execute(query).all()
    doubts = [
        {
            "of": row.id,
            "doubt": max(
                (one.weight for one in _proposed(_seen(row, row.company or ""), row.name_dismissed)), default=0
            ),
        }
        for row in rows
    ]
    if doubts:
        statement = update(Contact).where(Contact.id == bindparam("of"))
        session.connection().execute(
            statement.values(name_doubt=bindparam("doubt"), updated_at=Contact.updated_at), doubts
        )
    return len(rows)


def check_waiting(database: Database, *, seconds: float = 5) -> int:
    """Check what waits, a block per transaction, for a few seconds; the timetable asks again. Gives how many."""
    until, checked = time.monotonic() + seconds, 0
    while time.monotonic() < until:
        with database.reading() as session:
            waits = session.scalar(select(Contact.id).where(literal_column("contacts.name_doubt IS NULL")).limit(1))
        if waits is None:
            break
        with database.writing() as session:
            checked += check_some(session)
    return checked


def to_look_at(session: Session, *, page: int = 1, per_page: int = 25) -> Page[Doubted]:
    """Contacts with a proposal worth a look, the surest first."""
    listed: Any = literal_column("contacts.name_doubt >= 30 AND contacts.verified_at IS NULL")
    query = _query().where(listed, Contact.gone == "").order_by(Contact.name_doubt.desc(), Contact.id)
    return paging.fetch(session, query, _doubted, page=page, per_page=per_page)


def accept(session: Session, contact_id: int, kind: str) -> Contact:
    """Take one proposal; raises Conflict when it is no longer one, NotFound."""
    wanted = _named(session, contact_id, kind)
    return change(session, contact_id, **wanted.changes)  # type: ignore[arg-type]


def dismiss(session: Session, contact_id: int, kind: str) -> None:
    """This is right as it is, and not proposed again; raises Conflict, NotFound."""
    wanted, contact = _named(session, contact_id, kind), get(session, contact_id)
    contact.name_dismissed = [*contact.name_dismissed, wanted.kind]
    contact.name_doubt = None
    session.flush()


def verify(session: Session, contact_id: int) -> None:
    """A person looked at the whole name and found it right."""
    change(session, contact_id, verified=True)


def _named(session: Session, contact_id: int, kind: str) -> Proposal:
    found = next((one for one in proposals(session, contact_id) if one.kind == kind), None)
    if found is None:
        raise Conflict(N_("The name was changed since; please look again."))
    return found


def _query() -> Any:
    return select(
        Contact.id, Contact.title, Contact.first_name, Contact.last_name, Contact.salutation, Contact.email, Contact.name_dismissed,
        Company.name.label("company"),
    ).outerjoin(Company, Company.id == Contact.company_id)  # fmt: skip


def _doubted(row: Any) -> Doubted:
    seen = _proposed(_seen(row, row.company or ""), row.name_dismissed)
    shown = [one for one in seen if one.weight >= SHOWN_FROM]
    name = display_name(row.title, row.first_name, row.last_name, row.email)
    return Doubted(
        row.id,
        name,
        row.title,
        row.first_name,
        row.last_name,
        row.salutation,
        row.email,
        row.company or "",
        shown or seen[:1],
    )


def _seen(row: Any, company: str) -> NameSeen:
    return NameSeen(row.title, row.first_name, row.last_name, row.salutation, row.email or "", company)


def _proposed(seen: NameSeen, dismissed: Sequence[str]) -> Sequence[Proposal]:
    return [one for one in names.check(seen) if one.kind not in (dismissed or ())]
