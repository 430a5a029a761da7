"""How feeds are: last success, next check and why, errors in words, bytes saved, what comes in a week."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import case, func, or_, select
from sqlalchemy.orm import Session

from feeds import decide
from feeds.rows import Entry, Feed, FeedSubject, Match
from feeds.sources.store import Linked, get, linked
from outreach import lines, paging
from outreach.paging import Page

#: how many weeks the figure "a week" is counted over
WEEKS = 4


@dataclass(frozen=True)
class FeedLine:
    """A feed in a list. `entries` are those of the last four weeks."""

    id: int
    title: str
    address: str
    kind: str
    state: str
    succeeded_at: datetime | None
    next_check_at: datetime
    error_kind: str
    error_values: Mapping[str, Any]
    failures: int
    failing_since: datetime | None
    checked_at: datetime | None
    status: int
    entries: int
    customers: int

    @property
    def per_week(self) -> float:
        """Entries in a week."""
        return self.entries / WEEKS

    def is_dead(self, now: datetime) -> bool:
        """Whether nothing came back for so long that a person should look."""
        return decide.is_dead(self.failing_since, now)


@dataclass(frozen=True)
class EntryLine:
    """An entry of a feed, and how many customers it was about."""

    id: int
    title: str
    link: str
    excerpt: str
    published_at: datetime
    is_dated: bool
    updated_at: datetime | None
    matches: int


@dataclass(frozen=True)
class FeedHealth:
    """Everything about one feed."""

    feed: Feed
    line: FeedLine
    customers: Sequence[Linked]
    entries: Sequence[EntryLine]


def list_page(
    session: Session,
    *,
    now: datetime,
    search: str = "",
    show: str = "",
    sort: str = "title",
    direction: str = "asc",
    page: int = 1,
    per_page: int = paging.PER_PAGE,
) -> Page[FeedLine]:
    """Feeds by title, last success, next check or how much comes; `show` is "", failing, paused or search."""
    shown = case((Feed.own_title != "", Feed.own_title), (Feed.title != "", Feed.title), else_=Feed.address)
    query = _query(now)
    if search.strip():
        pattern = f"%{search.strip().replace('%', '').replace('_', '')[:100]}%"
        query = query.where(or_(Feed.title.ilike(pattern), Feed.own_title.ilike(pattern), Feed.address.ilike(pattern)))
    if show == "failing":
        query = query.where(or_(Feed.error_kind != "", Feed.state == "gone"))
    elif show == "paused":
        query = query.where(Feed.state == "paused")
    elif show in ("search", "calendar"):
        query = query.where(Feed.kind == show)
    by = {
        "title": func.lower(shown),
        "success": Feed.succeeded_at,
        "next": Feed.next_check_at,
        "failures": Feed.failures,
    }
    order = by.get(sort, func.lower(shown))
    query = query.order_by(order.desc() if direction == "desc" else order.asc(), Feed.id)
    return paging.fetch(session, query, _line, page=page, per_page=per_page)


def health(session: Session, feed_id: int, *, now: datetime) -> FeedHealth:
    """One feed with its entries; raises NotFound."""
    feed = get(session, feed_id)
    line = _line(session.execute(_query(now).where(Feed.id == feed_id)).one())
    return FeedHealth(feed, line, linked(session, feed_id), entries_of(session, feed_id))


def entries_of(session: Session, feed_id: int, *, limit: int = 30) -> Sequence[EntryLine]:
    """The newest entries of a feed."""
    matched = select(func.count()).where(Match.entry_id == Entry.id).scalar_subquery()
    query = (
        select(
            Entry.id,
            Entry.title,
            Entry.link,
            Entry.excerpt,
            Entry.published_at,
            Entry.is_dated,
            Entry.updated_at,
            matched,
        )
        .where(Entry.feed_id == feed_id)
        .order_by(Entry.published_at.desc(), Entry.id.desc())
        .limit(limit)
    )
    return [EntryLine(*row) for row in session.execute(query)]


@dataclass(frozen=True)
class ReadFor:
    """A feed that is read for a customer, and why."""

    line: FeedLine
    relation: str


def for_company(session: Session, company_id: int, *, now: datetime) -> Sequence[ReadFor]:
    """What is read for a company."""
    query = (
        _query(now)
        .add_columns(FeedSubject.relation)
        .join(FeedSubject, FeedSubject.feed_id == Feed.id)
        .where(FeedSubject.company_id == company_id)
        .order_by(FeedSubject.id)
        .limit(100)
    )
    return [ReadFor(_line(row[:-1]), row[-1]) for row in session.execute(query)]


def counts(session: Session) -> Mapping[str, int]:
    """How many feeds there are, by state, and how many fail."""
    failing = func.sum(case((Feed.error_kind != "", 1), else_=0))
    row = session.execute(
        select(func.count(), failing, func.sum(case((Feed.state == "paused", 1), else_=0))).select_from(Feed)
    ).one()
    return {"all": row[0], "failing": row[1] or 0, "paused": row[2] or 0}


def _query(now: datetime) -> Any:
    lately = select(func.count()).where(Entry.feed_id == Feed.id, Entry.first_seen_at >= now - timedelta(weeks=WEEKS))
    customers = select(func.count()).where(FeedSubject.feed_id == Feed.id)
    return select(
        Feed.id, Feed.own_title, Feed.title, Feed.address, Feed.kind, Feed.state, Feed.succeeded_at, Feed.next_check_at,
        Feed.error_kind, Feed.error_values, Feed.failures, Feed.failing_since, Feed.checked_at, Feed.status,
        lately.correlate(Feed).scalar_subquery(), customers.correlate(Feed).scalar_subquery(),
    )  # fmt: skip


def _line(row: Any) -> FeedLine:
    return FeedLine(row[0], lines.cut(row[1] or row[2] or row[3], 120), *row[3:16])
