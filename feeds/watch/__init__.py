"""Watching feeds: what is due is read, what is new is kept and judged.

timetable → check_due → Engine: claim → fetch → parse → decide.new_entries, decide.next_check
    → entries.take_in → suggest.take_in (matches, stories, occasions), all of a feed in one transaction
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from feeds import suggest
from feeds.entries import Stored
from feeds.suggest import Desk, Fresh, Names, Source
from feeds.texts import Article
from feeds.watch.claim import Claimed, make_due, read_afresh
from feeds.watch.engine import Engine, Pace
from feeds.watch.record import Judge, Tally
from outreach import clock
from outreach.house import House

__all__ = [
    "Engine",
    "Judge",
    "Pace",
    "Tally",
    "check_feed",
    "judging",
    "make_due",
    "poll",
    "read_afresh",
    "start",
    "stop",
    "wake",
]

#: where a transaction keeps what is looked for
_NAMES = "feeds.names"


def _engine(house: House) -> Engine:
    """The engine of this process."""
    return house.kept(Engine, lambda: _made(house))


def start(house: House) -> None:
    """Read what is due from now on, in a thread of this process."""
    _engine(house).start()


def stop(house: House) -> None:
    """End reading; what is under way is given back."""
    _engine(house).stop()


def wake(house: House) -> None:
    """Something may be due: look now."""
    _engine(house).wake()


def poll(house: House, *, everything: bool = False, only: Collection[int] | None = None) -> Tally:
    """Read every feed that is due, or all of them, or these, here and now; gives what it came to."""
    if everything or only is not None:
        with house.database.writing() as session:
            make_due(session, now=clock.now(), only=only)
    return _made(house).run_until_idle(only=only)


def check_feed(house: House, feed_id: int) -> Tally:
    """Read one feed now, whatever was planned."""
    return poll(house, only=[feed_id])


def judging(house: House) -> Judge:
    """What judges new entries for the customers of this installation."""
    desk = house.kept(Desk, Desk)

    def judge(session: Session, feed: Claimed, stored: Sequence[Stored], now: datetime) -> None:
        names: Names = session.info.get(_NAMES) or desk.names(session, now)
        session.info[_NAMES] = names  # once for all feeds of a transaction
        source = Source(id=feed.id, title=feed.title)
        fresh = [Fresh(entry_id=one.id, article=_article(one)) for one in stored]
        suggest.take_in(session, names, source, fresh, now=now, zone=house.settings.timezone)

    return judge


def _article(stored: Stored) -> Article:
    entry = stored.entry
    return Article(
        id=str(stored.id),
        title=entry.title,
        text=entry.text,
        source=entry.source,
        published_at=stored.published_at,
        link=entry.link,
    )


def _made(house: House) -> Engine:
    return Engine(
        house.database,
        judging(house),
        contact=house.settings.public_url,
        allow_private=house.settings.allow_private_addresses,
        prepare=lambda: house.kept(Desk, Desk).warm(house.database, clock.now()),
    )
