"""Headlines that mean what customers are interested in: looked at apart from the reading, which must not wait for it.

timetable → fit_topics: what was kept lately, a block at a time | Meaning.fitting (no transaction) | suggest.take_topics

Comparing meanings costs some milliseconds a headline, so a block is bounded, and what comes in by the thousand is
worked off over the next minutes. Where a process has got to is only in its memory: one that starts anew looks a day
back, which finds the same again and changes nothing.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from feeds import suggest
from feeds.rows import Entry, Feed
from feeds.suggest import Desk, Source
from feeds.texts import Article
from feeds.topics import Meaning, Topic
from feeds.watches.topical import Fitting
from outreach import logs
from outreach.house import House

log = logs.get(__name__)
#: headlines compared in one go: one to three seconds of one core
BLOCK = 200
#: how far back a process looks when it starts
_BACK = timedelta(days=1)
#: entries are written some moments after the time they carry; until then others may still come before them
_SETTLED = timedelta(minutes=1)


class Mark:
    """How far this process has compared, and what it compares with."""

    def __init__(self) -> None:
        self.meaning = Meaning()
        self.at: tuple[datetime, int] | None = None
        self.busy = threading.Lock()


@dataclass(frozen=True)
class _Read:
    entry_id: int
    seen_at: datetime
    source: Source
    article: Article


def fit(house: House, *, now: datetime) -> int:
    """Compare the next block of headlines with the topics of customers; gives how many were looked at."""
    mark = house.kept(Mark, Mark)
    if not mark.busy.acquire(blocking=False):
        return 0  # the block before is not done yet
    try:
        return _fit(house, mark, now)
    finally:
        mark.busy.release()


def _fit(house: House, mark: Mark, now: datetime) -> int:
    after = mark.at or (now - _BACK, 0)
    with house.database.reading() as session:
        topics = list(house.kept(Desk, Desk).topics(session, now).topics.values())
        read = _next(session, after, now) if topics else []
    if not topics:
        return 0
    if read:
        found = _compared(mark.meaning, read, topics)
        with house.database.writing() as session:
            for source, fitting in found:
                suggest.take_topics(session, source, fitting, now=now, zone=house.settings.timezone)
        mark.at = (read[-1].seen_at, read[-1].entry_id)
    return len(read)


def _next(session: Session, after: tuple[datetime, int], now: datetime) -> list[_Read]:
    query = (
        select(Entry, Feed.title, Feed.own_title)
        .join(Feed, Feed.id == Entry.feed_id)
        .where(
            or_(Entry.first_seen_at > after[0], and_(Entry.first_seen_at == after[0], Entry.id > after[1])),
            Entry.first_seen_at < now - _SETTLED,
        )
        .order_by(Entry.first_seen_at, Entry.id)
        .limit(BLOCK)
    )
    return [
        _Read(
            entry.id,
            entry.first_seen_at,
            Source(entry.feed_id, own_title or title),
            Article(str(entry.id), entry.title, entry.excerpt, entry.source, entry.published_at, entry.link),
        )
        for entry, title, own_title in session.execute(query)
    ]


def _compared(meaning: Meaning, read: Sequence[_Read], topics: Sequence[Topic]) -> list[tuple[Source, list[Fitting]]]:
    """What fits, by feed."""
    fits = meaning.fitting([one.article.title for one in read], topics)
    found: dict[Source, list[Fitting]] = defaultdict(list)
    for one, several in zip(read, fits, strict=True):
        found[one.source] += [Fitting(one.entry_id, one.article, fit) for fit in several]
    return [(source, fitting) for source, fitting in found.items() if fitting]
