"""Trade fairs and who exhibits there: typed in, or read from a calendar of fairs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, func, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from outreach import clock, companies, lines, paging
from outreach.companies import Company
from outreach.db import Base, Moment
from outreach.errors import N_, Invalid, NotFound
from outreach.journal import Tracked
from outreach.paging import Page

DAYS_MOST = 60


class Fair(Base):
    """One fair on its days."""

    __tablename__ = "fairs"
    __table_args__ = (CheckConstraint("ends_on >= starts_on", name="order"), Index("ix_fairs_starts_on", "starts_on"))

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    place: Mapped[str] = mapped_column(String(200), default="")
    link: Mapped[str] = mapped_column(String(1000), default="")
    #: which event of a calendar it is (RFC 5545 UID with the calendar's address); none when typed in
    uid: Mapped[str | None] = mapped_column(String(700), unique=True)
    created_at: Mapped[datetime] = mapped_column(Moment, default=clock.now)


class Exhibitor(Tracked, Base):
    """A company that exhibits at a fair."""

    __tablename__ = "fair_exhibitors"
    __table_args__ = (UniqueConstraint("fair_id", "company_id"), Index("ix_fair_exhibitors_company_id", "company_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    fair_id: Mapped[int] = mapped_column(ForeignKey("fairs.id", ondelete="CASCADE"))
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id", ondelete="CASCADE"))
    #: hall and stand: "Halle 4, B12"
    stand: Mapped[str] = mapped_column(String(100), default="")


@dataclass(frozen=True)
class FairLine:
    """A fair in a list, with the number of customers who exhibit there."""

    id: int
    name: str
    starts_on: date
    ends_on: date
    place: str
    link: str
    is_read: bool
    exhibitors: int


@dataclass(frozen=True)
class ExhibitorLine:
    """A company at a fair."""

    company_id: int
    company: str
    fair_id: int
    fair: str
    starts_on: date
    ends_on: date
    place: str
    stand: str


def add(
    session: Session,
    *,
    name: str,
    starts_on: date | None,
    ends_on: date | None = None,
    place: str = "",
    link: str = "",
    uid: str | None = None,
) -> Fair:
    """A fair; one that a calendar named before (same `uid`) is brought up to date. Raises Invalid."""
    values = _clean(name, starts_on, ends_on, place, link)
    found = session.scalar(select(Fair).where(Fair.uid == uid)) if uid else None
    fair = found or Fair(uid=uid)
    for field, value in values.items():
        setattr(fair, field, value)
    session.add(fair)
    session.flush()
    return fair


def remove(session: Session, fair_id: int) -> None:
    """Forget a fair and who exhibits there. Raises NotFound."""
    session.delete(get(session, fair_id))
    session.flush()


def get(session: Session, fair_id: int) -> Fair:
    """The fair; raises NotFound."""
    found = session.get(Fair, fair_id)
    if found is None:
        raise NotFound(N_("There is no such fair, or not any more."))
    return found


def exhibits(session: Session, fair_id: int, company_id: int, *, stand: str = "") -> None:
    """This company exhibits there; twice means once, with the newer stand. Raises NotFound, Invalid."""
    get(session, fair_id)
    companies.get(session, company_id)
    clean = lines.line(stand, field="stand", most=100)
    # Two who say so at once wait for each other at the fair.
    session.execute(select(Fair.id).where(Fair.id == fair_id).with_for_update())
    found = _exhibitor(session, fair_id, company_id) or Exhibitor(fair_id=fair_id, company_id=company_id)
    found.stand = clean
    session.add(found)
    session.flush()


def exhibits_not(session: Session, fair_id: int, company_id: int) -> None:
    """This company does not exhibit there."""
    found = _exhibitor(session, fair_id, company_id)
    if found is not None:
        session.delete(found)
        session.flush()


def _exhibitor(session: Session, fair_id: int, company_id: int) -> Exhibitor | None:
    return session.scalar(select(Exhibitor).where(Exhibitor.fair_id == fair_id, Exhibitor.company_id == company_id))


def list_page(
    session: Session, *, today: date, past: bool = False, page: int = 1, per_page: int = paging.PER_PAGE
) -> Page[FairLine]:
    """The fairs to come, the next first; with `past` those that are over, the last first."""
    count = select(func.count()).where(Exhibitor.fair_id == Fair.id).scalar_subquery()
    query = select(
        Fair.id, Fair.name, Fair.starts_on, Fair.ends_on, Fair.place, Fair.link, Fair.uid.is_not(None), count
    )
    if past:
        query = query.where(Fair.ends_on < today).order_by(Fair.starts_on.desc(), Fair.id)
    else:
        query = query.where(Fair.ends_on >= today).order_by(Fair.starts_on, Fair.id)
    return paging.fetch(session, query, lambda row: FairLine(*row[:8]), page=page, per_page=per_page)


def exhibitors(
    session: Session,
    *,
    fair_id: int | None = None,
    company_id: int | None = None,
    starts_from: date | None = None,
    starts_until: date | None = None,
    limit: int = 500,
) -> Sequence[ExhibitorLine]:
    """Who exhibits where, the next fair first: at one fair, of one company, or at the fairs of some days."""
    query: Any = (
        select(Company.id, Company.name, Fair.id, Fair.name, Fair.starts_on, Fair.ends_on, Fair.place, Exhibitor.stand)
        .select_from(Exhibitor)
        .join(Fair, Fair.id == Exhibitor.fair_id)
        .join(Company, Company.id == Exhibitor.company_id)
        .order_by(Fair.starts_on, Company.name_key, Company.id)
        .limit(limit)
    )
    if fair_id is not None:
        query = query.where(Exhibitor.fair_id == fair_id)
    if company_id is not None:
        query = query.where(Exhibitor.company_id == company_id)
    if starts_from is not None:
        query = query.where(Fair.ends_on >= starts_from)
    if starts_until is not None:
        query = query.where(Fair.starts_on <= starts_until)
    return [ExhibitorLine(*row) for row in session.execute(query)]


def named(session: Session, words: str, *, near: date) -> int | None:
    """The fair of this name that is nearest to a day, within half a year; None when there is none."""
    wanted = words.casefold().strip()
    rows = session.execute(
        select(Fair.id, Fair.name, Fair.starts_on).where(
            or_(func.lower(Fair.name) == wanted, func.lower(Fair.name).like(wanted.replace("%", "") + " %"))
        )
    ).all()
    close = sorted((abs((row[2] - near).days), row[0]) for row in rows)
    return close[0][1] if close and close[0][0] <= 183 else None


def _clean(name: str, starts_on: date | None, ends_on: date | None, place: str, link: str) -> dict[str, Any]:
    name = lines.line(name, field="name", most=200)
    if not name:
        raise Invalid(N_("A fair needs a name."), field="name")
    if starts_on is None:
        raise Invalid(N_("A fair needs its first day."), field="starts_on")
    last = ends_on or starts_on
    if last < starts_on:
        raise Invalid(N_("The last day comes before the first."), field="ends_on")
    if (last - starts_on).days > DAYS_MOST:
        raise Invalid(
            N_("A fair of more than %(most)s days: please look at the days again."), field="ends_on", most=DAYS_MOST
        )
    if link and not link.startswith(("https://", "http://")):
        raise Invalid(N_("A link starts with https://."), field="link")
    return {
        "name": name, "starts_on": starts_on, "ends_on": last, "place": lines.line(place, field="place", most=200),
        "link": lines.line(link, field="link", most=1000),
    }  # fmt: skip
