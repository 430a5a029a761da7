"""Which feeds are read next, and by whom: due ones are claimed, fair to every domain and polite to each."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, case, exists, func, or_, select, update
from sqlalchemy.orm import Session

from feeds.rows import DomainPause, Feed
from outreach import db

#: feeds of one registrable domain under way at once, in all processes together
PER_DOMAIN = 2
#: a process that dies with a claim costs this much; longer than fetching, parsing and recording ever take
CLAIMED_FOR = timedelta(minutes=3)

_COLUMNS = (
    Feed.id, Feed.address, Feed.domain, Feed.kind, Feed.title, Feed.etag, Feed.last_modified, Feed.body_hash, Feed.parser,
    Feed.own_minutes, Feed.fixed_minutes, Feed.quiet_checks, Feed.checks, Feed.failures, Feed.failing_since, Feed.moved_to,
    Feed.moved_seen, Feed.moved_since, Feed.last_size, Feed.claimed_until,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Claimed:
    """A feed that is ours to read until `claimed_until`, as it was when we took it."""

    id: int
    address: str
    domain: str
    kind: str
    title: str
    etag: str
    last_modified: str
    body_hash: str
    parser: int
    own_minutes: int
    fixed_minutes: int | None
    quiet_checks: int
    checks: int
    failures: int
    failing_since: datetime | None
    moved_to: str
    moved_seen: int
    moved_since: datetime | None
    last_size: int
    claimed_until: datetime


def claim(session: Session, *, most: int, now: datetime, only: Collection[int] | None = None) -> list[Claimed]:
    """Take up to `most` due feeds: of each domain no more than it may have under way, failing ones last.

    Choosing per domain before cutting the batch keeps a host with thousands of feeds from filling every batch.
    """
    held = (
        select(Feed.domain, func.count().label("feeds"))
        .where(Feed.claimed_until > now)
        .group_by(Feed.domain)
        .subquery()
    )
    turn = func.row_number().over(partition_by=Feed.domain, order_by=(Feed.next_check_at, Feed.id))
    ranked = (
        select(
            Feed.id,
            Feed.next_check_at,
            case((Feed.failures > 0, 1), else_=0).label("failing"),
            (turn + func.coalesce(held.c.feeds, 0)).label("turn"),
        )
        .outerjoin(held, held.c.domain == Feed.domain)
        .where(*_due(now), _not_paused(now))
    )
    if only is not None:
        ranked = ranked.where(Feed.id.in_(only))
    waiting = ranked.subquery()
    chosen = (
        select(waiting.c.id)
        .where(waiting.c.turn <= PER_DOMAIN)
        .order_by(waiting.c.failing, waiting.c.next_check_at)
        .limit(most)
    )
    taken = session.connection().execute(
        update(Feed).where(Feed.id.in_(chosen), *_due(now)).values(claimed_until=now + CLAIMED_FOR).returning(*_COLUMNS)
    )
    rows: Sequence[Any] = taken.all()
    return [Claimed(*row) for row in rows]


def release(session: Session, claimed: Sequence[Claimed]) -> None:
    """Give back what was not read: it is due as before."""
    for one in claimed:
        session.connection().execute(
            update(Feed).where(Feed.id == one.id, Feed.claimed_until == one.claimed_until).values(claimed_until=None)
        )


def make_due(session: Session, *, now: datetime, only: Collection[int] | None = None) -> int:
    """Have feeds read now, whatever was planned; gives how many."""
    which = [Feed.state == "active", Feed.next_check_at > now]
    if only is not None:
        which = [Feed.state == "active", Feed.id.in_(only)]
    changed = session.connection().execute(update(Feed).where(*which).values(next_check_at=now))
    return changed.rowcount


def read_afresh(session: Session, *, only: Collection[int] | None = None) -> None:
    """Have feeds read as if for the first time at their next check: every entry they still hold is judged again.

    For when what we look for has changed. They forget what the server called the last answer, so all of it comes again.
    """
    forget = update(Feed).values(etag="", last_modified="", body_hash="")
    if only is not None:
        forget = forget.where(Feed.id.in_(only))
    session.connection().execute(forget)


def pause_domain(session: Session, domain: str, until: datetime) -> None:
    """Leave a whole domain alone until then, or longer if somebody said so before."""
    put = db.insert(session, DomainPause).values(domain=domain, until=until)
    later = put.on_conflict_do_update(
        index_elements=["domain"],
        set_={"until": put.excluded.until},
        where=DomainPause.until < put.excluded.until,
    )
    session.connection().execute(later)


def anything_due(session: Session, *, now: datetime) -> bool:
    """Whether there is anything to claim: a look that takes no lock."""
    return bool(session.scalar(select(exists().where(*_due(now), _not_paused(now)))))


def _due(now: datetime) -> tuple[ColumnElement[bool], ...]:
    free = or_(Feed.claimed_until.is_(None), Feed.claimed_until <= now)
    return Feed.state == "active", Feed.next_check_at <= now, free


def _not_paused(now: datetime) -> ColumnElement[bool]:
    return Feed.domain.not_in(select(DomainPause.domain).where(DomainPause.until > now))
