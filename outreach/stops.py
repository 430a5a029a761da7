"""Stop flags: what happened to a company or a person that forbids to write as if nothing had.

An insolvency stops everything that advertises, a crisis good occasions, job cuts offers, a death everything to the person.
Whoever proposes or sends asks here; a person may lift a flag, and the same news does not set it again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal

from sqlalchemy import CheckConstraint, ColumnElement, ForeignKey, Index, String, and_, or_, select, text, true, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from outreach import clock, db, lines
from outreach.companies import Company
from outreach.contacts import Contact
from outreach.contacts.store import display_name
from outreach.db import Base, Moment
from outreach.errors import N_, Invalid, NotFound
from outreach.journal import Tracked

Reach = Literal["marketing", "positive", "promotions", "person"]
#: news of a flag that was lifted this recently does not set it again
REMEMBERED = timedelta(days=180)
QUOTE_MOST = 250
#: what is no news told again: a person's hand, and a threat somebody writes anew
_EACH_TIME = frozenset({"by_hand", "legal_threat"})
#: what each reach keeps from newsletters too, without asking
_HOLDS_NEWSLETTERS = frozenset({"marketing", "person"})


class Stop(Tracked, Base):
    """One stop flag on a company or a contact, with the sentence that set it."""

    __tablename__ = "stops"
    __table_args__ = (
        CheckConstraint("reach IN ('marketing', 'positive', 'promotions', 'person')", name="reach"),
        CheckConstraint("company_id IS NOT NULL OR contact_id IS NOT NULL", name="belongs"),
        # One flag of a kind at a time.
        Index(
            "uq_stops_company",
            "company_id",
            "kind",
            unique=True,
            sqlite_where=text("lifted_at IS NULL AND contact_id IS NULL"),
            postgresql_where=text("lifted_at IS NULL AND contact_id IS NULL"),
        ),
        Index(
            "uq_stops_contact",
            "contact_id",
            "kind",
            unique=True,
            sqlite_where=text("lifted_at IS NULL AND contact_id IS NOT NULL"),
            postgresql_where=text("lifted_at IS NULL AND contact_id IS NOT NULL"),
        ),
        Index("ix_stops_company_id", "company_id"),
        Index("ix_stops_contact_id", "contact_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    company_id: Mapped[int | None] = mapped_column(ForeignKey("companies.id", ondelete="CASCADE"))
    #: set when the flag is about one person
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contacts.id", ondelete="CASCADE"))
    #: the kind of occasion that set it, see occasions/kinds.toml; "by_hand" when a person did
    kind: Mapped[str] = mapped_column(String(30))
    reach: Mapped[str] = mapped_column(String(10))
    #: whether newsletters are held too; for a pause of promotions the person is asked
    newsletters: Mapped[bool] = mapped_column(default=False)
    since_on: Mapped[date]
    #: the last day it holds; none: until it is lifted
    until_on: Mapped[date | None]
    headline: Mapped[str] = mapped_column(String(300), default="")
    quote: Mapped[str] = mapped_column(String(250), default="")
    link: Mapped[str] = mapped_column(String(2000), default="")
    created_at: Mapped[datetime] = mapped_column(Moment, default=clock.now)
    lifted_at: Mapped[datetime | None] = mapped_column(Moment)
    lifted_by: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))


@dataclass(frozen=True)
class StopLine:
    """A flag in a list, with whose it is."""

    id: int
    company_id: int | None
    contact_id: int | None
    name: str
    kind: str
    reach: str
    newsletters: bool
    since_on: date
    until_on: date | None
    headline: str
    quote: str
    link: str
    created_at: datetime


def put(
    session: Session,
    *,
    company_id: int | None = None,
    contact_id: int | None = None,
    kind: str,
    reach: Reach,
    on: date,
    days: int = 0,
    headline: str = "",
    quote: str = "",
    link: str = "",
    now: datetime,
) -> int | None:
    """Set a flag, for `days` days (0: until it is lifted); one that stands is prolonged, never shortened.

    Gives its number; None when a person lifted the same flag within the last 180 days. Raises Invalid.
    """
    if company_id is None and contact_id is None:
        raise Invalid(N_("Say whom this is about."), field="company_id")
    about_person = contact_id is not None
    until = on + timedelta(days=days) if days else None
    whose = (
        Stop.contact_id == contact_id
        if about_person
        else and_(Stop.company_id == company_id, Stop.contact_id.is_(None))
    )
    if kind not in _EACH_TIME and _was_lifted(session, whose, kind, now):
        return None
    values: dict[str, Any] = {
        "company_id": None if about_person else company_id, "contact_id": contact_id, "kind": kind, "reach": reach,
        "newsletters": reach in _HOLDS_NEWSLETTERS, "since_on": on, "until_on": until,
        "headline": lines.cut(headline, 300), "quote": lines.cut(quote, QUOTE_MOST), "link": link[:2000],
        "created_at": now, "lifted_at": None, "lifted_by": None,
    }  # fmt: skip
    made = session.execute(db.insert(session, Stop).values(values).on_conflict_do_nothing().returning(Stop.id)).scalar()
    if made is not None:
        return made
    stands = and_(whose, Stop.kind == kind, Stop.lifted_at.is_(None))
    if until is None:
        _run(session, update(Stop).where(stands).values(until_on=None))
    else:
        _run(session, update(Stop).where(stands, Stop.until_on < until).values(until_on=until))
    return session.scalar(select(Stop.id).where(stands))


def lift(session: Session, stop_id: int, *, user_id: int | None, now: datetime) -> Stop:
    """The flag holds no more; twice means once. Raises NotFound."""
    found = get(session, stop_id)
    if found.lifted_at is None:
        found.lifted_at, found.lifted_by = now, user_id
        session.flush()
    return found


def hold_newsletters(session: Session, stop_id: int, *, held: bool) -> Stop:
    """Whether newsletters wait as long as this flag holds. Raises NotFound."""
    found = get(session, stop_id)
    found.newsletters = held
    session.flush()
    return found


def get(session: Session, stop_id: int) -> Stop:
    """The flag; raises NotFound."""
    found = session.get(Stop, stop_id)
    if found is None:
        raise NotFound(N_("There is nothing at this address."))
    return found


def standing(
    session: Session, *, today: date, company_id: int | None = None, contact_id: int | None = None, limit: int = 200
) -> Sequence[StopLine]:
    """The flags that hold today, the newest first: of everybody, of a company, or of a contact and its company."""
    whose: ColumnElement[bool] = true()
    if contact_id is not None:
        whose = or_(Stop.contact_id == contact_id, and_(Stop.contact_id.is_(None), Stop.company_id == company_id))
    elif company_id is not None:
        employed = select(Contact.id).where(Contact.company_id == company_id, Contact.gone == "")
        whose = or_(Stop.company_id == company_id, Stop.contact_id.in_(employed))
    query = (
        select(Stop, Company.name, Contact.title, Contact.first_name, Contact.last_name, Contact.email)
        .outerjoin(Company, Company.id == Stop.company_id)
        .outerjoin(Contact, Contact.id == Stop.contact_id)
        .where(whose, holds(today))
        .order_by(Stop.created_at.desc(), Stop.id.desc())
        .limit(limit)
    )
    return [_line(row) for row in session.execute(query)]


def holds(today: date) -> ColumnElement[bool]:
    """A condition on `stops`: the flag holds on this day."""
    return and_(Stop.lifted_at.is_(None), or_(Stop.until_on.is_(None), Stop.until_on >= today))


def holds_newsletters(today: date) -> ColumnElement[bool]:
    """A condition on `contacts`: a flag on the person or the company holds newsletters back."""
    of_person = select(Stop.id).where(Stop.contact_id == Contact.id, Stop.newsletters, holds(today)).exists()
    of_company = select(Stop.id).where(
        Stop.company_id == Contact.company_id, Stop.contact_id.is_(None), Stop.newsletters, holds(today)
    )
    return or_(of_person, of_company.exists())


def _was_lifted(session: Session, whose: ColumnElement[bool], kind: str, now: datetime) -> bool:
    query = select(Stop.id).where(whose, Stop.kind == kind, Stop.lifted_at >= now - REMEMBERED)
    return session.scalar(query.limit(1)) is not None


def _line(row: Any) -> StopLine:
    stop: Stop = row[0]
    name = display_name(row[2], row[3], row[4], row[5]) if stop.contact_id is not None else row[1] or ""
    return StopLine(
        stop.id, stop.company_id, stop.contact_id, name, stop.kind, stop.reach, stop.newsletters, stop.since_on,
        stop.until_on, stop.headline, stop.quote, stop.link, stop.created_at,
    )  # fmt: skip


def _run(session: Session, statement: Any) -> None:
    session.connection().execute(statement)
