"""What is not kept for ever: entries nobody was named in, watches nobody needs, pauses that are over."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from feeds.parse.values import MOST_ENTRIES
from feeds.rows import DomainPause, Entry, Feed, Match, Watch

#: entries without a match stay so long; longer while they may still stand in their feed
ENTRIES_STAY = timedelta(days=90)
WATCHES_STAY = timedelta(days=7)
#: feeds in one transaction
BLOCK = 50


def forget(session: Session, *, now: datetime, after: int = 0) -> int | None:
    """Forget what is old of one block of feeds, in the order of their numbers; gives where the next begins, or None."""
    if after == 0:
        session.execute(delete(Watch).where(Watch.removed_at < now - WATCHES_STAY))
        session.execute(delete(DomainPause).where(DomainPause.until < now - timedelta(days=1)))
    ids = session.scalars(select(Feed.id).where(Feed.id > after).order_by(Feed.id).limit(BLOCK)).all()
    for feed_id in ids:
        _old_entries(session, feed_id, now)
    return ids[-1] if ids else None


def _old_entries(session: Session, feed_id: int, now: datetime) -> None:
    """The newest of a feed are what tells old from new at the next reading: those stay, however old."""
    newest = select(Entry.id).where(Entry.feed_id == feed_id).order_by(Entry.id.desc()).offset(MOST_ENTRIES).limit(1)
    last = session.scalar(newest)
    if last is None:
        return
    matched = select(func.count()).where(Match.entry_id == Entry.id).scalar_subquery()
    session.execute(
        delete(Entry).where(
            Entry.feed_id == feed_id, Entry.id <= last, Entry.first_seen_at < now - ENTRIES_STAY, matched == 0
        ),
        execution_options={"synchronize_session": False},
    )
