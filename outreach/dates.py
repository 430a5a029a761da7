"""Days that come back, or come once: birthdays, founding days, first orders, contract ends, days of one's own."""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import CheckConstraint, ColumnElement, ForeignKey, Index, String, and_, case, or_, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from outreach import companies, contacts, lines
from outreach.companies import Company
from outreach.contacts import Contact
from outreach.contacts.store import display_name
from outreach.db import Base
from outreach.errors import N_, Conflict, Invalid, NotFound
from outreach.journal import Tracked


class SpecialDay(Tracked, Base):
    """A day to remember. A birthday may lack its year, or have nothing but its year."""

    __tablename__ = "special_days"
    __table_args__ = (
        CheckConstraint("kind IN ('birthday', 'founding', 'first_order', 'contract_end', 'other')", name="kind"),
        CheckConstraint("contact_id IS NOT NULL OR company_id IS NOT NULL", name="belongs"),
        CheckConstraint("(month IS NULL) = (day IS NULL)", name="day_of_month"),
        CheckConstraint("year IS NOT NULL OR month IS NOT NULL", name="says_something"),
        CheckConstraint("is_yearly OR (year IS NOT NULL AND month IS NOT NULL)", name="once_is_whole"),
        Index("ix_special_days_month_day", "month", "day"),
        Index("ix_special_days_contact_id", "contact_id"),
        Index("ix_special_days_company_id", "company_id"),
        # One birthday per person, one founding day per company.
        Index(
            "uq_special_days_birthday",
            "contact_id",
            unique=True,
            sqlite_where=text("kind = 'birthday'"),
            postgresql_where=text("kind = 'birthday'"),
        ),
        Index(
            "uq_special_days_founding",
            "company_id",
            unique=True,
            sqlite_where=text("kind = 'founding'"),
            postgresql_where=text("kind = 'founding'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contacts.id", ondelete="CASCADE"))
    company_id: Mapped[int | None] = mapped_column(ForeignKey("companies.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(12))
    #: what the person calls it, when kind is other
    label: Mapped[str] = mapped_column(String(200), default="", server_default="")
    year: Mapped[int | None]
    month: Mapped[int | None]
    day: Mapped[int | None]
    is_yearly: Mapped[bool] = mapped_column(default=True, server_default=text("true"))


KINDS = ("birthday", "founding", "first_order", "contract_end", "other")
PER_CARD_MOST = 50


@dataclass(frozen=True)
class DayLine:
    """A day of a card, and when it comes next (None: it is over, or only its year is known)."""

    id: int
    contact_id: int | None
    company_id: int | None
    kind: str
    label: str
    year: int | None
    month: int | None
    day: int | None
    is_yearly: bool
    next_on: date | None = None
    #: how many years it will be then
    years: int | None = None
    #: whose it is
    name: str = ""


def put(
    session: Session,
    *,
    contact_id: int | None = None,
    company_id: int | None = None,
    kind: str,
    label: str = "",
    year: int | None = None,
    month: int | None = None,
    day: int | None = None,
    is_yearly: bool = True,
) -> SpecialDay:
    """Remember a day; a second birthday or founding day replaces the first. Raises Invalid, NotFound, Conflict."""
    values = _clean(kind, label, year, month, day, is_yearly)
    if contact_id is not None:
        contacts.get(session, contact_id)
        whose = SpecialDay.contact_id == contact_id
    elif company_id is not None:
        companies.get(session, company_id)
        whose = SpecialDay.company_id == company_id
    else:
        raise Invalid(N_("Say whom this is about."), field="contact_id")
    have = session.scalars(select(SpecialDay).where(whose)).all()
    same = next((one for one in have if kind in ("birthday", "founding") and one.kind == kind), None)
    if any(all(getattr(one, name) == value for name, value in values.items()) for one in have if one is not same):
        raise Conflict(N_("This day is on the card already."), field="day")
    if len(have) >= PER_CARD_MOST:
        raise Invalid(N_("At most %(most)s entries fit here."), field="day", most=PER_CARD_MOST)
    kept = same or SpecialDay(contact_id=contact_id, company_id=company_id if contact_id is None else None)
    for name, value in values.items():
        setattr(kept, name, value)
    session.add(kept)
    session.flush()
    return kept


def remove(session: Session, day_id: int) -> None:
    """Forget a day; the journal can bring it back."""
    found = session.get(SpecialDay, day_id)
    if found is None:
        raise NotFound(N_("There is nothing at this address."))
    session.delete(found)
    session.flush()


def of(
    session: Session, *, contact_id: int | None = None, company_id: int | None = None, today: date
) -> Sequence[DayLine]:
    """The days of a card, the next to come first."""
    whose = SpecialDay.contact_id == contact_id if contact_id is not None else SpecialDay.company_id == company_id
    return _sorted(_line(row, today) for row in session.execute(_query().where(whose)))


def coming(session: Session, *, today: date, days: int, limit: int = 200) -> Sequence[DayLine]:
    """The days of everybody within so many days from today, the soonest first; nothing of people who died."""
    until = today + timedelta(days=min(days, 366))
    query = _query().where(
        or_(SpecialDay.contact_id.is_(None), and_(Contact.gone == "", Contact.deceased_at.is_(None))),
        _between(today, until),
        not_over(today),
    )
    # In the order of the calendar, so that what is cut off is what comes last.
    ordered = query.order_by(_from(today), SpecialDay.month, SpecialDay.day, SpecialDay.id).limit(2 * limit)
    found = _sorted(_line(row, today) for row in session.execute(ordered))
    return [one for one in found if one.next_on is not None and one.next_on <= until][:limit]


def next_time(*, year: int | None, month: int | None, day: int | None, is_yearly: bool, today: date) -> date | None:
    """When a day comes next, today included; 29 February is kept on the 28th in other years."""
    if month is None or day is None:
        return None
    if not is_yearly:
        once = date(year or today.year, month, day)
        return once if once >= today else None
    this_year = _in(today.year, month, day)
    following = this_year if this_year >= today else _in(today.year + 1, month, day)
    first = _in(year, month, day) if year is not None else following
    return max(first, following)


def not_over(today: date) -> ColumnElement[bool]:
    """Days that still come on or after this one: those that come once are over some time."""
    written = SpecialDay.year * 10_000 + SpecialDay.month * 100 + SpecialDay.day
    return or_(SpecialDay.is_yearly, written >= today.year * 10_000 + today.month * 100 + today.day)


def _in(year: int, month: int, day: int) -> date:
    return date(year, month, min(day, calendar.monthrange(year, month)[1]))


def _exists(year: int, month: int, day: int) -> bool:
    return 1 <= month <= 12 and 1 <= day <= calendar.monthrange(year, month)[1]


def _between(first: date, last: date) -> Any:
    """The days from first to last, whatever their year, as ranges the index serves; 29 February stands by the 28th."""
    ranges, at = [], first
    while at <= last:
        end = min(last, date(at.year, at.month, calendar.monthrange(at.year, at.month)[1]))
        until = 29 if (end.month, end.day) == (2, 28) else end.day
        ranges.append(and_(SpecialDay.month == at.month, SpecialDay.day.between(at.day, until)))
        at = end + timedelta(days=1)
    return or_(*ranges)


def _from(today: date) -> Any:
    """0 for the rest of this year, 1 for days that come back next year."""
    is_over = or_(SpecialDay.month < today.month, and_(SpecialDay.month == today.month, SpecialDay.day < today.day))
    return case((is_over, 1), else_=0)


def _query() -> Any:
    return (
        select(
            SpecialDay.id, SpecialDay.contact_id, SpecialDay.company_id, SpecialDay.kind, SpecialDay.label, SpecialDay.year,
            SpecialDay.month, SpecialDay.day, SpecialDay.is_yearly, Contact.title, Contact.first_name, Contact.last_name,
            Contact.email, Company.name,
        )
        .outerjoin(Contact, Contact.id == SpecialDay.contact_id)
        .outerjoin(Company, Company.id == SpecialDay.company_id)
    )  # fmt: skip


def _line(row: Any, today: date) -> DayLine:
    next_on = next_time(year=row[5], month=row[6], day=row[7], is_yearly=row[8], today=today)
    name = display_name(row[9], row[10], row[11], row[12]) if row[1] is not None else row[13] or ""
    years = next_on.year - row[5] if next_on is not None and row[5] is not None and row[8] else None
    own = dict(zip(DayLine.__dataclass_fields__, row[:9], strict=False))
    return DayLine(**own, next_on=next_on, years=years, name=name)


def _sorted(found: Iterable[DayLine]) -> list[DayLine]:
    return sorted(found, key=lambda one: (one.next_on is None, one.next_on or date.max, one.id))


def _clean(
    kind: str, label: str, year: int | None, month: int | None, day: int | None, is_yearly: bool
) -> dict[str, Any]:
    if kind not in KINDS:
        raise Invalid(N_("Choose what kind of day this is."), field="kind")
    label = lines.line(label, field="label", most=200)
    if kind == "other" and not label:
        raise Invalid(N_("Give the day a name."), field="label")
    if (month is None) != (day is None) or (month is None and year is None):
        raise Invalid(N_("A day needs its month, or at least its year."), field="day")
    if year is not None and not 1000 <= year <= 2200:
        raise Invalid(N_("Please look at the year again."), field="year")
    if month is not None and day is not None and not _exists(year or 2000, month, day):
        raise Invalid(N_("There is no such day."), field="day")
    if not is_yearly and (year is None or month is None):
        raise Invalid(N_("A day that comes once needs its year."), field="year")
    return {"kind": kind, "label": label, "year": year, "month": month, "day": day, "is_yearly": is_yearly}
