"""The response report: what became of suggestions and letters in a span of time, and what came back.

A letter belongs to the moment it was sent, a suggestion to the day it was shown, a decision to the moment it was made.
Orders are those within 60 days after a letter, each counted for the last letter before it: after, not because of.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from statistics import median
from typing import Any

from sqlalchemy import ColumnElement, and_, case, extract, func, select
from sqlalchemy.orm import Session

from outreach.contacts import Contact
from outreach.contacts.store import display_name
from outreach.drafts.rows import Draft, State
from outreach.history.rows import Touchpoint
from outreach.mail.rows import Delivery
from outreach.occasions.rows import Occasion
from outreach.occasions.rows import State as OccasionState
from outreach.replies.rows import Incoming
from outreach.reports import statistics
from outreach.reports.statistics import Findings, Share

SPANS: Mapping[str, int | None] = {"30": 30, "90": 90, "365": 365, "all": None}
ORDER_DAYS = 60
#: the most customers in the table
CUSTOMERS = 50
#: answers that are said in words; others count as answers too
SUBS = ("positive", "question", "later", "negative")
#: the paper that told it; for what the customer file knows, only what it came from
_SOURCE: ColumnElement[str] = case(
    (Occasion.source.like("feed%"), func.coalesce(func.nullif(Occasion.source_name, ""), Occasion.source)),
    else_=Occasion.source,
)
TABLES = ("kinds", "sources", "customers", "months", "newsletters")


@dataclass(frozen=True)
class Span:
    """From the first moment to before the last."""

    begin: datetime
    end: datetime

    @classmethod
    def of(cls, days: int | None, now: datetime) -> Span:
        """The last so many days; None is everything."""
        begin = now - timedelta(days=days) if days is not None else datetime(2000, 1, 1, tzinfo=UTC)
        return cls(begin, now + timedelta(seconds=1))

    @property
    def before(self) -> Span:
        """The span of the same length before this one."""
        return Span(self.begin - (self.end - self.begin), self.begin)


@dataclass(frozen=True)
class Totals:
    """The figures of a span."""

    suggested: int = 0
    approved: int = 0
    dismissed: Mapping[str, int] = field(default_factory=dict)
    #: dealt with by phone, by letter, only noted
    otherwise: Mapping[str, int] = field(default_factory=dict)
    expired: int = 0
    sent: int = 0
    bounced: int = 0
    answered: Share = field(default_factory=lambda: statistics.share(0, 0))
    #: what the answers were; empty: neither
    answers: Mapping[str, int] = field(default_factory=dict)
    #: median hours until the answer
    hours: float | None = None
    #: letters of which a word was changed, and the median share that is one's own, 0 to 100
    changed: Share = field(default_factory=lambda: statistics.share(0, 0))
    own_share: float | None = None
    orders: int = 0
    #: cents
    amount: int = 0


@dataclass(frozen=True)
class Row:
    """One kind, source, customer or month."""

    key: str
    label: str
    suggested: int
    dismissed: int
    sent: int
    answered: Share
    bounced: int
    own_share: float | None
    orders: int
    amount: int


@dataclass(frozen=True)
class NewsletterMonth:
    """The newsletters of one month; opened and clicked only of those who may be measured."""

    month: date
    sent: int
    measurable: int
    opened: int
    clicked: int
    answered: int
    unsubscribed: int
    bounced: int


@dataclass(frozen=True)
class Report:
    """Everything the page shows."""

    span: Span
    totals: Totals
    before: Totals
    kinds: Sequence[Row]
    sources: Sequence[Row]
    customers: Sequence[Row]
    months: Sequence[Row]
    newsletters: Sequence[NewsletterMonth]
    findings: Findings


@dataclass(frozen=True)
class _Letter:
    """One letter that was sent, as the figures need it."""

    contact_id: int
    kind: str
    source: str
    sent_at: datetime
    replied_at: datetime | None
    bounced: bool
    own_share: int | None
    orders: int = 0
    amount: int = 0

    @property
    def month(self) -> str:
        return f"{self.sent_at:%Y-%m}"


def report(session: Session, *, days: int | None, now: datetime) -> Report:
    """The report of the last so many days (None: of everything)."""
    span = Span.of(days, now)
    letters = _with_orders(session, _letters(session, span), span)
    by_kind = _rows(session, span, letters, "kind")
    groups = {row.key: (row.answered.hits, row.answered.of) for row in by_kind}
    before = span.before if days is not None else None
    return Report(
        span=span,
        totals=_totals(session, span, letters),
        before=_totals(session, before, _with_orders(session, _letters(session, before), before))
        if before
        else Totals(),
        kinds=by_kind,
        sources=_rows(session, span, letters, "source"),
        customers=_customers(session, letters),
        months=_rows(session, span, letters, "month"),
        newsletters=_newsletters(session, span),
        findings=statistics.what_worked(groups),
    )


def _letters(session: Session, span: Span) -> list[_Letter]:
    query = (
        select(Draft.contact_id, Occasion.kind, _SOURCE, Draft.sent_at, Delivery.replied_at, Delivery.bounced_at,
               Draft.own_share)
        .join(Occasion, Occasion.id == Draft.occasion_id)
        .join(Delivery, Delivery.id == Draft.delivery_id)
        .where(Draft.sent_at >= span.begin, Draft.sent_at < span.end)
        .order_by(Draft.sent_at)
    )  # fmt: skip
    return [
        _Letter(row[0], row[1], row[2], row[3], row[4], row[5] is not None, row[6])
        for row in session.execute(query)
        if row[3] is not None
    ]


def _with_orders(session: Session, letters: list[_Letter], span: Span) -> list[_Letter]:
    """Each order within 60 days goes to the last letter before it."""
    if not letters:
        return letters
    written = select(Draft.contact_id).where(Draft.sent_at >= span.begin, Draft.sent_at < span.end)
    query = (
        select(Touchpoint.contact_id, Touchpoint.at, Touchpoint.amount)
        .where(Touchpoint.kind == "order", Touchpoint.contact_id.in_(written), Touchpoint.at >= span.begin,
               Touchpoint.at < span.end + timedelta(days=ORDER_DAYS))
        .order_by(Touchpoint.at)
    )  # fmt: skip
    mine: dict[int, list[int]] = defaultdict(list)
    for at, one in enumerate(letters):
        mine[one.contact_id].append(at)
    orders: dict[int, list[int]] = defaultdict(list)
    for contact_id, on, amount in session.execute(query):
        earlier = [at for at in mine.get(contact_id or 0, []) if letters[at].sent_at <= on]
        if earlier and on - letters[earlier[-1]].sent_at <= timedelta(days=ORDER_DAYS):
            orders[earlier[-1]].append(amount or 0)
    return [
        _Letter(one.contact_id, one.kind, one.source, one.sent_at, one.replied_at, one.bounced, one.own_share,
                len(orders[at]), sum(orders[at])) if at in orders else one
        for at, one in enumerate(letters)
    ]  # fmt: skip


def _totals(session: Session, span: Span, letters: list[_Letter]) -> Totals:
    decided = _decided(session, span)
    dismissed = {reason: n for (state, reason), n in decided.items() if state == OccasionState.DISMISSED}
    otherwise = {way: n for (state, way), n in decided.items() if state == OccasionState.DONE and way != "mail"}
    # Their clock may be slow, so that an answer seems to come before the letter.
    waits = [
        max(0.0, (one.replied_at - one.sent_at).total_seconds() / 3600) for one in letters if one.replied_at is not None
    ]
    shares = [one.own_share for one in letters if one.own_share is not None]
    return Totals(
        suggested=_count(session, _suggested(span)),
        approved=session.scalar(
            select(func.count()).where(
                Draft.approved_at >= span.begin, Draft.approved_at < span.end,
                Draft.state.in_((State.APPROVED, State.SENT)),
            )
        ) or 0,
        dismissed=dismissed,
        otherwise=otherwise,
        expired=_count(session, and_(_suggested(span), Occasion.state == OccasionState.EXPIRED)),
        sent=len(letters),
        bounced=sum(one.bounced for one in letters),
        answered=_answered(letters),
        answers=_answers(session, span),
        hours=median(waits) if waits else None,
        changed=statistics.share(sum(one > 0 for one in shares), len(shares)),
        own_share=median(shares) if shares else None,
        orders=sum(one.orders for one in letters),
        amount=sum(one.amount for one in letters),
    )  # fmt: skip


def _suggested(span: Span) -> ColumnElement[bool]:
    """Shown as a letter to write, on a day of the span."""
    return and_(
        Occasion.action == "draft",
        Occasion.suggested_on >= span.begin.date(),
        Occasion.suggested_on <= (span.end - timedelta(seconds=1)).date(),
    )


def _count(session: Session, condition: ColumnElement[bool]) -> int:
    return session.scalar(select(func.count()).select_from(Occasion).where(condition)) or 0


def _decided(session: Session, span: Span) -> Mapping[tuple[str, str], int]:
    query = (
        select(Occasion.state, Occasion.decision, func.count())
        .where(Occasion.action == "draft", Occasion.decided_at >= span.begin, Occasion.decided_at < span.end,
               Occasion.state.in_((OccasionState.DISMISSED, OccasionState.DONE)))
        .group_by(Occasion.state, Occasion.decision)
    )  # fmt: skip
    return {(row[0], row[1]): row[2] for row in session.execute(query)}


def _answers(session: Session, span: Span) -> Mapping[str, int]:
    """The first answer to each letter, by what it was understood as."""
    query = (
        select(Incoming.delivery_id, Incoming.sub)
        .join(Draft, Draft.delivery_id == Incoming.delivery_id)
        .where(Draft.sent_at >= span.begin, Draft.sent_at < span.end, Incoming.kind == "reply")
        .order_by(Incoming.at)
    )
    first: dict[int, str] = {}
    for delivery_id, sub in session.execute(query):
        first.setdefault(delivery_id or 0, sub if sub in SUBS else "")
    return dict(Counter(first.values()))


def _rows(session: Session, span: Span, letters: list[_Letter], dimension: str) -> list[Row]:
    """By kind, source or month: letters, and what was suggested and dismissed."""
    columns: dict[str, Any] = {
        "kind": (Occasion.kind,),
        "source": (_SOURCE,),
        "month": (extract("year", Occasion.suggested_on), extract("month", Occasion.suggested_on)),
    }
    by = columns[dimension]
    gone = func.sum(case((Occasion.state == OccasionState.DISMISSED, 1), else_=0))
    query = select(*by, func.count(), gone).where(_suggested(span)).group_by(*by)
    asked: dict[str, tuple[int, int]] = {}
    for row in session.execute(query):
        key = f"{int(row[0])}-{int(row[1]):02}" if dimension == "month" else str(row[0])
        asked[key] = (int(row[-2]), int(row[-1] or 0))
    grouped: dict[str, list[_Letter]] = defaultdict(list)
    for one in letters:
        grouped[getattr(one, dimension)].append(one)
    made = [_row(key, key, asked.get(key, (0, 0)), grouped.get(key, [])) for key in {*asked, *grouped}]
    if dimension == "month":
        return sorted(made, key=lambda row: row.key)
    return sorted(made, key=lambda row: (-row.sent, -row.suggested, row.key))


def _customers(session: Session, letters: list[_Letter]) -> list[Row]:
    grouped: dict[int, list[_Letter]] = defaultdict(list)
    for one in letters:
        grouped[one.contact_id].append(one)
    most = sorted(grouped, key=lambda one: (-len(grouped[one]), one))[:CUSTOMERS]
    query = select(Contact.id, Contact.title, Contact.first_name, Contact.last_name, Contact.email)
    names = {row[0]: display_name(*row[1:]) for row in session.execute(query.where(Contact.id.in_(most)))}
    return [_row(str(one), names.get(one, ""), (0, 0), grouped[one]) for one in most]


def _row(key: str, label: str, asked: tuple[int, int], letters: list[_Letter]) -> Row:
    shares = [one.own_share for one in letters if one.own_share is not None]
    return Row(
        key=key, label=label, suggested=asked[0], dismissed=asked[1], sent=len(letters), answered=_answered(letters),
        bounced=sum(one.bounced for one in letters), own_share=median(shares) if shares else None,
        orders=sum(one.orders for one in letters), amount=sum(one.amount for one in letters),
    )  # fmt: skip


def _answered(letters: list[_Letter]) -> Share:
    return statistics.share(sum(one.replied_at is not None for one in letters), len(letters))


def _newsletters(session: Session, span: Span) -> list[NewsletterMonth]:
    year, month = extract("year", Delivery.sent_at), extract("month", Delivery.sent_at)

    def counted(condition: Any) -> Any:
        return func.sum(case((condition, 1), else_=0))

    query = (
        select(
            year, month, func.count(), counted(Delivery.measured),
            counted(and_(Delivery.measured, Delivery.opened_at.is_not(None))),
            counted(and_(Delivery.measured, Delivery.clicked_at.is_not(None))), counted(Delivery.replied_at.is_not(None)),
            counted(Delivery.unsubscribed_at.is_not(None)), counted(Delivery.bounced_at.is_not(None)),
        )
        .where(Delivery.kind == "newsletter", Delivery.state == "sent", Delivery.sent_at >= span.begin,
               Delivery.sent_at < span.end)
        .group_by(year, month)
        .order_by(year, month)
    )  # fmt: skip
    return [
        NewsletterMonth(date(int(row[0]), int(row[1]), 1), *(int(one or 0) for one in row[2:]))
        for row in session.execute(query)
    ]
