"""The history of a card in names instead of numbers, and the way back with what follows from it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from outreach import contacts, journal, signup, valuation
from outreach.companies import Company
from outreach.consent import subscriptions
from outreach.consent.rows import ConsentEvent, Subscription
from outreach.contacts import Contact, Tag, display_name
from outreach.errors import N_, Conflict, NotFound
from outreach.house import House
from outreach.journal import Change, ChangeSet, SetLine, Undone
from outreach.users import User

#: whose numbers stand in these columns
_POINTS = {
    "company_id": "companies", "owner_id": "users", "user_id": "users", "done_by_id": "users", "created_by_id": "users",
    "tag_id": "tags", "contact_id": "contacts", "referrer_id": "contacts", "merged_into_id": "contacts",
}  # fmt: skip
#: taken back where they were made: an import as a whole, on its page
NOT_FROM_HERE = frozenset({"import"})


@dataclass(frozen=True)
class Names:
    """What the numbers in a history are called: `names.of("company_id", 7)`."""

    known: Mapping[tuple[str, int], str] = field(default_factory=dict)

    def of(self, column: str, number: Any) -> str | None:
        """The name behind a number of this column; None when it is no such column, or nothing is there any more."""
        table = _POINTS.get(column)
        return self.known.get((table, number)) if table is not None and isinstance(number, int) else None


def named(session: Session, sets: Iterable[SetLine]) -> Names:
    """The names for one page of history: at most one query for each of companies, users, tags and contacts."""
    wanted: dict[str, set[int]] = {}
    for one in sets:
        for change in one.changes:
            for row in (change.before or {}, change.after or {}, change.key):
                for column, number in row.items():
                    if column in _POINTS and isinstance(number, int):
                        wanted.setdefault(_POINTS[column], set()).add(number)
    known: dict[tuple[str, int], str] = {}
    for table, ids in wanted.items():
        known.update({(table, number): name for number, name in _names(session, table, ids)})
    return Names(known)


def _names(session: Session, table: str, ids: set[int]) -> Iterable[tuple[int, str]]:
    if table == "contacts":
        people = select(Contact.id, Contact.title, Contact.first_name, Contact.last_name, Contact.email)
        for row in session.execute(people.where(Contact.id.in_(ids))):
            yield row[0], display_name(row[1], row[2], row[3], row[4])
        return
    row_class: Any = {"companies": Company, "users": User, "tags": Tag}[table]
    found: Sequence[Any] = session.execute(select(row_class.id, row_class.name).where(row_class.id.in_(ids))).all()
    yield from ((number, name) for number, name in found)


def undo(session: Session, house: House, set_id: int, *, now: datetime) -> Undone:
    """Take a change set back, and let value, stage and the next contact follow; raises NotFound, Conflict.

    A mail address that comes back is asked to confirm again, as any other new address is.
    """
    found = session.get(ChangeSet, set_id)
    if found is None:
        raise NotFound(N_("There is no such change, or not any more."))
    if found.kind in NOT_FROM_HERE:
        raise Conflict(N_("An import is taken back as a whole, on its own page."))
    touched = set(session.scalars(select(Change.contact_id).where(Change.set_id == set_id)))
    before = _addresses(session, touched)
    done = journal.undo(session, set_id)
    _heed_who_left(session, found, touched, now)
    for contact_id, address in _addresses(session, touched).items():
        if address != before.get(contact_id, address) and not _stands_as_before(session, found, contact_id):
            signup.address_changed(session, house, contact_id, now=now)
    valuation.refresh(session, sorted(one for one in touched if one is not None), now)
    return done


def _stands_as_before(session: Session, taken: ChangeSet, contact_id: int) -> bool:
    """Whether an undone merge gave back every standing with its address, so that there is nothing to ask."""
    since = (Subscription.contact_id == contact_id, Subscription.changed_at > taken.at)
    return taken.kind == "merge" and session.scalar(select(Subscription.list_id).where(*since).limit(1)) is None


def _heed_who_left(session: Session, taken: ChangeSet, touched: Collection[int | None], now: datetime) -> None:
    """Cards that are two again do not bring back what the person left while they were one."""
    people = [one for one in touched if one is not None]
    since = (ConsentEvent.contact_id.in_(people), ConsentEvent.at > taken.at)
    unmeasured = select(ConsentEvent.id).where(*since, ConsentEvent.what == "measuring_withdrawn").limit(1)
    if session.scalar(unmeasured) is not None:
        for one in people:
            subscriptions.set_measuring(
                session, contact_id=one, agreed=False, text_shown="", source="undo", ip="", now=now
            )
    stood = select(Change.id).where(Change.set_id == taken.id, Change.table_name == "subscriptions").limit(1)
    if session.scalar(stood) is None:
        return
    left = session.execute(
        select(ConsentEvent.contact_id, ConsentEvent.list_id, ConsentEvent.at).where(
            *since, ConsentEvent.what == "unsubscribed"
        )
    ).all()
    for contact_id, list_id, at in left:
        own = session.get(Subscription, (list_id, contact_id))
        if own is not None and own.state == "confirmed" and own.changed_at > at:
            continue  # they came back since
        for one in people:
            subscriptions.withdraw(
                session, contact_id=one, list_id=list_id, how="by_hand", ip="", now=now, source="undo"
            )


def _addresses(session: Session, ids: Iterable[int | None]) -> dict[int, str | None]:
    query = select(Contact.id, Contact.email_key).where(
        Contact.id.in_([one for one in ids if one is not None]), Contact.gone == ""
    )
    return dict(session.execute(query).all())


def subject(session: Session, set_id: int) -> tuple[int | None, int | None]:
    """The contact or else the company whose card shows this change set; neither when both are gone."""
    query = select(Change.contact_id, Change.company_id).where(Change.set_id == set_id).order_by(Change.id).limit(20)
    rows = [(contact, company) for contact, company in session.execute(query)]
    contact = next((one for one, _ in rows if one is not None), None)
    if contact is not None and contacts.person(session, contact).gone != "erased":
        return contact, None
    return None, next((one for _, one in rows if one is not None and session.get(Company, one) is not None), None)
