"""Fairs of a calendar that is read again and again: new ones come, moved ones follow, cancelled ones go."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from feeds.ical import Events
from feeds.rows import Feed
from feeds.sources.store import get
from outreach import fairs, lines
from outreach.errors import OutreachError
from outreach.fairs import Exhibitor, Fair

_UID_MOST = 700
_ADDRESS_MOST = 390


@dataclass(frozen=True)
class Counts:
    """What a calendar came to. `refused`: events that are no fair, of half a year or without a name."""

    added: int = 0
    changed: int = 0
    removed: int = 0
    refused: int = 0


def take_in(session: Session, feed_id: int, events: Events, *, now: datetime) -> Counts:
    """Make the fairs of this calendar what it says now; the same calendar twice changes nothing. Raises NotFound.

    A fair to come that the calendar cancelled or does not name any more goes, unless exhibitors are noted there. Past
    fairs stay: calendars drop them. An empty calendar is taken for a broken one and removes nothing.
    """
    feed = get(session, feed_id)
    _follow_move(session, feed)
    known = {uid: _said(fair) for uid, fair in _known(session, feed.address).items()}
    added = changed = refused = 0
    for event in events.events:
        uid = _uid(feed.address, event.uid)
        try:
            with session.begin_nested():
                fair = fairs.add(
                    session,
                    name=lines.cut(event.name, 200),
                    starts_on=event.starts_on,
                    ends_on=event.ends_on,
                    place=lines.cut(event.place, 200),
                    link=event.link if len(event.link) <= 1000 else "",
                    uid=uid,
                )
        except OutreachError:
            refused += 1
            continue
        added += uid not in known
        changed += uid in known and known[uid] != _said(fair)
    removed = _remove_gone(session, feed, events, now) if events.events else 0
    return Counts(added, changed, removed, refused)


def _remove_gone(session: Session, feed: Feed, events: Events, now: datetime) -> int:
    named = {_uid(feed.address, uid) for uid in (*(event.uid for event in events.events), *events.unread)}
    gone = [
        fair for uid, fair in _known(session, feed.address).items() if uid not in named and fair.starts_on > now.date()
    ]
    removed = 0
    for fair in gone:
        if not session.scalar(select(exists().where(Exhibitor.fair_id == fair.id))):
            fairs.remove(session, fair.id)
            removed += 1
    return removed


def _follow_move(session: Session, feed: Feed) -> None:
    """Fairs keep their place when the calendar got another address."""
    if not feed.moved_from or feed.moved_from == feed.address:
        return
    old, new = _uid(feed.moved_from, ""), _uid(feed.address, "")
    have = set(_known(session, feed.address))
    for uid, fair in _known(session, feed.moved_from).items():
        moved = (new + uid.removeprefix(old))[:_UID_MOST]
        if moved not in have:
            fair.uid = moved
    session.flush()


def _known(session: Session, address: str) -> dict[str, Fair]:
    """The fairs that came from this calendar."""
    prefix = _uid(address, "")
    rows = session.scalars(select(Fair).where(Fair.uid.startswith(prefix, autoescape=True)))
    return {row.uid: row for row in rows if row.uid is not None}


def _uid(address: str, uid: str) -> str:
    return f"{address[:_ADDRESS_MOST]}#{uid}"[:_UID_MOST]


def _said(fair: Fair) -> tuple[object, ...]:
    return fair.name, fair.starts_on, fair.ends_on, fair.place, fair.link
