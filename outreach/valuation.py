"""Value, stage and cadence of everybody, recomputed in one statement; what they mean is decided in value.py.

orders ─┬─ turnover of 12 and 36 months ── ranked ── class ──┐
referrals ── stage, unless set by hand                       ├──▶ contacts, where something differs
calls, meetings, letters, mails received ── last contact ── due ─┘
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import (
    CTE,
    JSON,
    BigInteger,
    CheckConstraint,
    ColumnElement,
    Date,
    Integer,
    Select,
    String,
    case,
    column,
    func,
    literal,
    literal_column,
    null,
    or_,
    select,
    table,
    text,
    update,
)
from sqlalchemy import cast as as_type
from sqlalchemy.orm import Mapped, Session, mapped_column

from outreach import clock, db, value
from outreach.contacts import Contact
from outreach.contacts.store import display_name
from outreach.db import Base, Moment
from outreach.errors import N_, Invalid
from outreach.history.rows import Touchpoint
from outreach.value import Cadence, ValueClass


class ClassCadence(Base):
    """How often customers of a value class want to hear from us; no class is "-"."""

    __tablename__ = "class_cadences"
    __table_args__ = (
        CheckConstraint("value_class IN ('A', 'B', 'C', '-')", name="value_class"),
        CheckConstraint("0 < ideal_days AND ideal_days <= latest_days", name="days"),
    )

    value_class: Mapped[str] = mapped_column(String(1), primary_key=True)
    ideal_days: Mapped[int]
    latest_days: Mapped[int]


#: of the curve
POINTS = 40


@dataclass(frozen=True)
class Totals:
    """What all customers make together in 12 months, in cents, and how many they are."""

    customers: int
    turnover_12: int
    computed_at: datetime | None


@dataclass(frozen=True)
class RankedLine:
    """A customer on the 80/20 page."""

    id: int
    name: str
    company_id: int | None
    value_class: str
    rank: int
    turnover_12: int
    turnover_before: int
    turnover_36: int
    #: what this customer and all larger ones make of the whole, in 1/10,000
    share: int

    @property
    def trend(self) -> value.Trend:
        """Against the 12 months before."""
        return value.trend(
            last=self.turnover_12,
            before=self.turnover_before,
            earlier=self.turnover_36 - self.turnover_12 - self.turnover_before,
        )


class ValueTotals(Base):
    """What all customers make together; one row. Cents of a euro."""

    __tablename__ = "value_totals"
    __table_args__ = (CheckConstraint("id = 1", name="one"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    customers: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    turnover_12: Mapped[int] = mapped_column(BigInteger, default=0, server_default=text("0"))
    #: class, number of customers, turnover of each class; and the points of the curve: rank, share
    classes: Mapped[list[Any]] = mapped_column(JSON, default=list, server_default=text("'[]'"))
    curve: Mapped[list[Any]] = mapped_column(JSON, default=list, server_default=text("'[]'"))
    computed_at: Mapped[datetime] = mapped_column(Moment, default=clock.now)


#: the floor above owns it; here its rows are only counted
_referrals = table("referrals", column("referrer_id", Integer))


# ── everybody ──────────────────────────────────────────────────────────────────


def recompute(session: Session, now: datetime) -> int:
    """Value class, turnover, stage, last contact and due day of every contact: how many rows that changed."""
    changed = _store(session, _Figures(session, now, None).query())
    _total(session, now)
    return changed


def refresh(session: Session, contact_ids: Collection[int], now: datetime) -> None:
    """The same at once for a few, after something happened with them; classes wait for the next `recompute`."""
    session.flush()
    if contact_ids:
        _store(session, _Figures(session, now, list(contact_ids)).query())


def _store(session: Session, query: Select[Any]) -> int:
    found = query.subquery("found")
    names = [column.name for column in found.c if column.name != "contact_id"]
    differs = or_(*(getattr(Contact, name).is_distinct_from(found.c[name]) for name in names))
    statement = (
        update(Contact)
        .where(Contact.id == found.c.contact_id, differs)
        .values({name: found.c[name] for name in names} | {"updated_at": Contact.updated_at})
        .execution_options(synchronize_session=False)
    )
    changed = cast(Any, session.execute(statement)).rowcount
    if changed < 0:  # Python's sqlite3 counts only what begins with UPDATE, not with WITH
        changed = session.scalar(text("SELECT changes()"))
    for held in session:  # what the session holds was read before
        if isinstance(held, Contact):
            session.expire(held, names)
    return int(changed)


class _Figures:
    """The figures of all contacts, or of some, as one query."""

    def __init__(self, session: Session, now: datetime, ids: list[int] | None) -> None:
        self._sqlite, self._now, self._ids = db.is_sqlite(session), now, ids

    def query(self) -> Select[Any]:
        orders, real, brought = self._orders(), self._real(), self._brought()
        columns: dict[str, Any] = {
            "contact_id": Contact.id,
            "turnover_12": func.coalesce(orders.c.last, 0),
            "turnover_before": func.coalesce(orders.c.before, 0),
            "turnover_36": func.coalesce(orders.c.all, 0),
            "last_contact_at": real.c.at,
            "stage": self._stage(orders, func.coalesce(brought.c.count, 0)),
        }
        joined: Any = Contact.__table__
        for one in (orders, real, brought):
            joined = joined.outerjoin(one, one.c.contact_id == Contact.id)
        value_class: ColumnElement[Any] = Contact.__table__.c.value_class
        if self._ids is None:
            ranked = self._ranked(orders)
            joined = joined.outerjoin(ranked, ranked.c.contact_id == Contact.id)
            before = ranked.c.upto - orders.c.last
            value_class = case(
                (ranked.c.rank.is_(None), ""),
                (100 * before < value.A_PERCENT * ranked.c.total, "A"),
                (100 * before < value.B_PERCENT * ranked.c.total, "B"),
                else_="C",
            )
            columns |= {
                "value_class": value_class,
                "value_rank": ranked.c.rank,
                "value_share": as_type(10_000 * ranked.c.upto / ranked.c.total, Integer),
            }
        own = func.coalesce(func.nullif(value_class, ""), "-")
        joined = joined.outerjoin(ClassCadence, ClassCadence.value_class == own)
        columns["due_on"] = self._due(real.c.at, columns["turnover_36"], value_class)
        query = select(*(expression.label(name) for name, expression in columns.items())).select_from(joined)
        query = query.where(Contact.gone == "")
        return query if self._ids is None else query.where(Contact.id.in_(self._ids))

    def _only(self, query: Select[*tuple[Any, ...]], column: Any) -> Select[*tuple[Any, ...]]:
        return query.where(column.is_not(None) if self._ids is None else column.in_(self._ids))

    def _orders(self) -> CTE:
        amount = func.coalesce(Touchpoint.amount, 0)

        def since(years: int, until: int | None = None) -> ColumnElement[Any]:
            inside = Touchpoint.at >= self._years_ago(years)
            return case(
                (inside if until is None else inside & (Touchpoint.at < self._years_ago(until)), amount), else_=0
            )

        def total(expression: ColumnElement[Any], name: str) -> Any:
            return as_type(func.sum(expression), BigInteger).label(name)

        is_order = amount >= 0  # a credit note is none
        query = select(
            Touchpoint.contact_id,
            total(since(1), "last"),
            total(since(2, 1), "before"),
            total(since(3), "all"),
            func.sum(case((is_order, 1), else_=0)).label("count"),
            func.min(case((is_order, Touchpoint.at))).label("first_at"),
            func.max(case((is_order, Touchpoint.at))).label("last_at"),
        ).where(Touchpoint.kind == literal_column("'order'"), Touchpoint.at <= self._now + timedelta(days=1))
        return self._only(query, Touchpoint.contact_id).group_by(Touchpoint.contact_id).cte("orders")

    def _years_ago(self, years: int) -> datetime:
        return clock.years_before(self._now, years)

    def _real(self) -> CTE:
        query = select(Touchpoint.contact_id, func.max(Touchpoint.at).label("at")).where(
            Touchpoint.kind.in_(value.REAL_CONTACTS), Touchpoint.at <= self._now + timedelta(days=1)
        )
        return self._only(query, Touchpoint.contact_id).group_by(Touchpoint.contact_id).cte("real_contacts")

    def _brought(self) -> CTE:
        query = select(_referrals.c.referrer_id.label("contact_id"), func.count().label("count"))
        return self._only(query, _referrals.c.referrer_id).group_by(_referrals.c.referrer_id).cte("brought")

    def _ranked(self, orders: CTE) -> CTE:
        order = (orders.c.last.desc(), orders.c.contact_id)
        alive = select(Contact.id).where(Contact.gone == "")
        return (
            select(
                orders.c.contact_id,
                func.row_number().over(order_by=order).label("rank"),
                as_type(func.sum(orders.c.last).over(order_by=order, rows=(None, 0)), BigInteger).label("upto"),
                as_type(func.sum(orders.c.last).over(), BigInteger).label("total"),
            )
            .where(orders.c.last > 0, orders.c.contact_id.in_(alive))
            .cte("ranked")
        )

    def _stage(self, orders: CTE, referrals: ColumnElement[int]) -> ColumnElement[str]:
        count = func.coalesce(orders.c.count, 0)
        first, last, today = self._day(orders.c.first_at), self._day(orders.c.last_at), literal(self._now.date())
        span, age = self._days(first, last), self._days(last, today)
        faith = self._days(first, today)
        regular = (
            (count >= value.REGULAR_ORDERS) & (span >= value.REGULAR_SPAN.days) & (age <= value.REGULAR_MEMORY.days)
        )
        fan = (referrals >= value.FAN_REFERRALS) | (faith >= value.FAN_FAITH.days)
        return case(
            (Contact.stage_by_hand, Contact.__table__.c.stage),
            (count <= 0, "prospect"),
            (count == 1, "first_buyer"),
            (~func.coalesce(regular, literal_column("false")), "repeat_buyer"),
            (referrals <= 0, "regular"),
            (fan, "fan"),
            else_="advocate",
        )

    def _due(self, last_at: Any, turnover: Any, value_class: ColumnElement[Any]) -> ColumnElement[Any]:
        by_class = case(
            *((value_class == name, one.ideal_days) for name, one in value.CADENCES.items()),
            else_=value.CADENCES[""].ideal_days,
        )
        ideal = func.coalesce(Contact.cadence_ideal, ClassCadence.ideal_days, by_class)
        created = Contact.__table__.c.created_at
        due = self._plus(self._day(func.coalesce(last_at, created)), ideal)
        paused = Contact.paused_until
        # Whoever only reads the newsletter is nobody to be called every half year.
        known = last_at.is_not(None) | (turnover > 0) | Contact.cadence_ideal.is_not(None)
        quiet = Contact.muted_at.is_not(None) | Contact.deceased_at.is_not(None) | ~known
        return case((quiet, null()), (paused > due, paused), else_=due)

    def _day(self, moment: Any) -> ColumnElement[Any]:
        return func.date(moment) if self._sqlite else as_type(func.timezone("UTC", moment), Date)

    def _days(self, first: Any, last: Any) -> ColumnElement[Any]:
        if self._sqlite:
            return func.julianday(last) - func.julianday(first)
        return as_type(last, Date) - as_type(first, Date)

    def _plus(self, day: Any, days: ColumnElement[int]) -> ColumnElement[Any]:
        if self._sqlite:
            return func.date(day, literal("+").concat(as_type(days, String)).concat(literal(" days")), type_=Date)
        return cast(ColumnElement[Any], day + as_type(days, Integer))


def _total(session: Session, now: datetime) -> None:
    counted = select(func.count(), func.coalesce(as_type(func.sum(Contact.turnover_12), BigInteger), 0)).where(
        Contact.value_rank.is_not(None)
    )
    customers, turnover = session.execute(counted).one()
    values = {
        "customers": customers,
        "turnover_12": turnover,
        "classes": _per_class(session),
        "curve": _curve(session, customers),
        "computed_at": now,
    }
    put = db.insert(session, ValueTotals).values(id=1, **values)
    session.execute(put.on_conflict_do_update(index_elements=["id"], set_=values))


# ── what the pages show ────────────────────────────────────────────────────────


def totals(session: Session) -> Totals:
    """What all customers make together, as computed last."""
    found = session.execute(
        select(ValueTotals.customers, ValueTotals.turnover_12, ValueTotals.computed_at)
    ).one_or_none()
    return Totals(*found) if found else Totals(0, 0, None)


def explained(contact: Any, all_customers: Totals) -> value.Said:
    """Why a contact (a row or a Person) has its class, as a sentence with raw values."""
    cumulated = round((contact.value_share or 0) * all_customers.turnover_12 / 10_000)
    one = value.Ranked(
        contact.id, contact.turnover_12, contact.value_class, contact.value_rank, cumulated, all_customers.turnover_12
    )
    return value.explained(one, customers=max(all_customers.customers, contact.value_rank or 0))


def cadences(session: Session) -> Mapping[ValueClass, Cadence]:
    """The cadence of each class: as set, else the default."""
    query = select(ClassCadence.value_class, ClassCadence.ideal_days, ClassCadence.latest_days)
    own = {("" if name == "-" else name): Cadence(ideal, latest) for name, ideal, latest in session.execute(query)}
    return {**value.CADENCES, **own}  # type: ignore[dict-item]


def set_cadence(session: Session, value_class: str, *, ideal_days: int, latest_days: int) -> None:
    """How often customers of a class ("" = without turnover) want to hear from us; raises Invalid."""
    if value_class not in value.CADENCES:
        raise Invalid(N_("There is no such class of customers."), field="value_class")
    if not 0 < ideal_days <= latest_days <= 3650:
        raise Invalid(N_("The good pace has at least one day, and the latest day comes after it."), field="ideal_days")
    values = {"ideal_days": ideal_days, "latest_days": latest_days}
    put = db.insert(session, ClassCadence).values(value_class=value_class or "-", **values)
    session.execute(put.on_conflict_do_update(index_elements=["value_class"], set_=values))


def largest(session: Session, *, limit: int = 100, offset: int = 0) -> list[RankedLine]:
    """Customers by turnover, largest first."""
    query = (
        select(
            Contact.id, Contact.title, Contact.first_name, Contact.last_name, Contact.email, Contact.company_id,
            Contact.value_class, Contact.value_rank, Contact.turnover_12, Contact.turnover_before, Contact.turnover_36,
            Contact.value_share,
        )
        .where(Contact.value_rank.is_not(None))
        .order_by(Contact.value_rank)
        .limit(limit)
        .offset(offset)
    )  # fmt: skip
    rows: Sequence[Any] = session.execute(query).all()
    return [RankedLine(row[0], display_name(row[1], row[2], row[3], row[4]), *row[5:]) for row in rows]


def curve(session: Session) -> list[tuple[int, int]]:
    """The 80/20 curve: (rank, cumulated share in 1/10,000) of some customers evenly spread, the last included."""
    points = session.scalar(select(ValueTotals.curve)) or []
    return [(rank, share) for rank, share in points]


def per_class(session: Session) -> list[tuple[str, int, int]]:
    """Class, number of customers and their turnover of 12 months in cents; A first."""
    classes = session.scalar(select(ValueTotals.classes)) or []
    return [(name, count, turnover) for name, count, turnover in classes]


def _curve(session: Session, customers: int) -> list[list[int]]:
    ranks = sorted({max(1, round(customers * n / POINTS)) for n in range(1, POINTS + 1)}) if customers else []
    query = select(Contact.value_rank, Contact.value_share).where(Contact.value_rank.in_(ranks))
    return [[rank or 0, share or 0] for rank, share in session.execute(query.order_by(Contact.value_rank))]


def _per_class(session: Session) -> list[list[Any]]:
    query = (
        select(Contact.value_class, func.count(), as_type(func.sum(Contact.turnover_12), BigInteger))
        .where(Contact.value_rank.is_not(None))
        .group_by(Contact.value_class)
        .order_by(Contact.value_class)
    )
    return [[name, count, int(turnover)] for name, count, turnover in session.execute(query)]
