"""Adding and changing feeds, and saying for whom each is read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from feeds import guard, links
from feeds.guard import FetchFailed
from feeds.rows import Feed, FeedSubject
from outreach import companies, contacts, db, jobs, lines
from outreach.companies import Company
from outreach.contacts import Contact
from outreach.contacts.store import display_name
from outreach.errors import N_, Invalid, NotFound

ADDRESS_MOST = 1000
MINUTES_LEAST, MINUTES_MOST = 15, 7 * 24 * 60
RELATIONS = ("own", "search", "industry")


@dataclass(frozen=True)
class Added:
    """The feed of an address, and whether it was not there before."""

    id: int
    is_new: bool


@dataclass(frozen=True)
class Linked:
    """For whom a feed is read."""

    company_id: int | None
    contact_id: int | None
    name: str
    relation: str


def checked(address: str, *, allow_private: bool) -> str:
    """The address in the one form it is kept in; raises Invalid with the reason when it cannot be read."""
    try:
        made = guard.checked(guard.completed(address), allow_private=allow_private).address
    except FetchFailed as failure:
        raise Invalid(failure.sentence, field="address", **failure.values) from None
    if len(made) > ADDRESS_MOST:
        raise Invalid(N_("The address is longer than %(most)s characters."), field="address", most=ADDRESS_MOST)
    return made


def add(
    session: Session,
    address: str,
    *,
    kind: str = "feed",
    title: str = "",
    user_id: int | None = None,
    allow_private: bool = False,
    now: datetime,
) -> Added:
    """Read this address from now on; one that is read already stays as it is. Raises Invalid."""
    kept = checked(address, allow_private=allow_private)
    values = {
        "address": kept, "domain": links.domain(kept)[:255], "kind": kind, "title": lines.cut(title, 300), "next_check_at": now,
        "created_at": now, "created_by": user_id, "state": "active",
    }  # fmt: skip
    known = session.scalar(select(Feed.id).where(Feed.address == kept))
    if known is not None:
        return Added(known, is_new=False)
    defaults = {
        column.name: column.default.arg
        for column in Feed.__table__.columns
        if column.default is not None and column.default.is_scalar
    }
    empty = {"next_check_values": {}, "error_values": {}, "own_title": "", "site": ""}
    put = db.insert(session, Feed).values({**defaults, **empty, **values}).on_conflict_do_nothing()
    made = session.execute(put.returning(Feed.id)).scalar()
    if made is None:  # somebody added it at this moment
        return Added(session.scalars(select(Feed.id).where(Feed.address == kept)).one(), is_new=False)
    jobs.ask(session, "check_due")
    return Added(made, is_new=True)


def get(session: Session, feed_id: int) -> Feed:
    """The feed; raises NotFound."""
    found = session.get(Feed, feed_id)
    if found is None:
        raise NotFound(N_("There is no such source, or not any more."))
    return found


def change(session: Session, feed_id: int, *, title: str, minutes: int | None) -> Feed:
    """A title of one's own, and how often it is looked at (None: as often as something comes). Raises Invalid, NotFound."""
    found = get(session, feed_id)
    if minutes is not None and not MINUTES_LEAST <= minutes <= MINUTES_MOST:
        raise Invalid(N_("Between 15 minutes and a week, please."), field="minutes")
    found.own_title = lines.line(title, field="title", most=300)
    found.fixed_minutes = minutes
    session.flush()
    return found


def pause(session: Session, feed_id: int) -> Feed:
    """Read it no more until told so; twice means once. Raises NotFound."""
    found = get(session, feed_id)
    found.state = "paused"
    session.flush()
    return found


def resume(session: Session, feed_id: int, *, now: datetime) -> Feed:
    """Read it again, also when the server said it is gone. Raises NotFound."""
    found = get(session, feed_id)
    found.state, found.next_check_at, found.next_check_why, found.next_check_values = "active", now, "asked", {}
    found.failures, found.failing_since = 0, None
    jobs.ask(session, "check_due")
    session.flush()
    return found


def check_now(session: Session, feed_id: int, *, now: datetime) -> Feed:
    """Look at it as soon as its server may be asked again. Raises NotFound; a paused one stays paused."""
    found = get(session, feed_id)
    found.next_check_at, found.next_check_why, found.next_check_values = now, "asked", {}
    jobs.ask(session, "check_due")
    session.flush()
    return found


def remove(session: Session, feed_id: int) -> None:
    """Forget a feed with its entries and matches; occasions stay with their evidence. Raises NotFound."""
    get(session, feed_id)
    session.execute(delete(Feed).where(Feed.id == feed_id))


def link(
    session: Session,
    feed_id: int,
    *,
    company_id: int | None = None,
    contact_id: int | None = None,
    relation: str = "industry",
) -> None:
    """It is read for this customer; said again it means the newer relation. Raises NotFound, Invalid."""
    get(session, feed_id)
    if relation not in RELATIONS:
        raise Invalid(N_("Choose what the source has to do with this customer."), field="relation")
    if company_id is not None:
        companies.get(session, company_id)
    elif contact_id is not None:
        contacts.get(session, contact_id)
    else:
        raise Invalid(N_("Say whom this is about."), field="company_id")
    values = {"feed_id": feed_id, "company_id": company_id, "contact_id": contact_id, "relation": relation}
    put = db.insert(session, FeedSubject).values(values)
    whose = "company_id" if company_id is not None else "contact_id"
    session.execute(put.on_conflict_do_update(index_elements=["feed_id", whose], set_={"relation": relation}))


def unlink(session: Session, feed_id: int, *, company_id: int | None = None, contact_id: int | None = None) -> None:
    """It is not read for this customer any more; it is still read."""
    whose = FeedSubject.company_id == company_id if company_id is not None else FeedSubject.contact_id == contact_id
    session.execute(delete(FeedSubject).where(FeedSubject.feed_id == feed_id, whose))


def linked(session: Session, feed_id: int) -> Sequence[Linked]:
    """For whom a feed is read."""
    query = (
        select(
            FeedSubject.company_id, FeedSubject.contact_id, Company.name, Contact.title, Contact.first_name,
            Contact.last_name, Contact.email, FeedSubject.relation,
        )
        .outerjoin(Company, Company.id == FeedSubject.company_id)
        .outerjoin(Contact, Contact.id == FeedSubject.contact_id)
        .where(FeedSubject.feed_id == feed_id)
        .order_by(FeedSubject.id)
        .limit(200)
    )  # fmt: skip
    return [
        Linked(row[0], row[1], row[2] if row[0] is not None else display_name(row[3], row[4], row[5], row[6]), row[7])
        for row in session.execute(query)
    ]
