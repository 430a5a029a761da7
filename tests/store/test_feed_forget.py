"""Old news go; what was about a customer stays, and what tells old from new."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from feeds import forget
from feeds.rows import Entry, Feed, Match, Watch
from tests import world
from tests.world import NOW, World


@pytest.fixture
def small(session: Session) -> World:
    return world.build(session)


def _entries(session: Session, feed: Feed, count: int, *, days: int) -> list[Entry]:
    made = [
        Entry(
            feed_id=feed.id,
            identity=f"{feed.id}-{days}-{n}",
            published_at=NOW,
            first_seen_at=NOW - timedelta(days=days),
        )
        for n in range(count)
    ]
    session.add_all(made)
    session.flush()
    return made


def _all(session: Session) -> int:
    after: int | None = 0
    while after is not None:
        after = forget.forget(session, now=NOW, after=after)
    return session.scalar(select(func.count()).select_from(Entry)) or 0


def test_old_entries_go_except_the_newest_and_those_about_a_customer(
    session: Session, small: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forget, "MOST_ENTRIES", 3)
    feed = Feed(address="https://a.example/rss", domain="a.example")
    quiet = Feed(address="https://b.example/rss", domain="b.example")
    session.add_all([feed, quiet])
    session.flush()
    old = _entries(session, feed, 5, days=100)
    _entries(session, feed, 4, days=10)
    _entries(session, quiet, 3, days=300)
    session.add(
        Match(
            entry_id=old[0].id,
            subject="company:1",
            company_id=small.companies["mueller"],
            relation="own",
            form="M",
            certainty="sure",
            decision="note",
            published_at=NOW,
        )
    )
    session.flush()
    assert _all(session) == 1 + 4 + 3
    assert _all(session) == 8


def test_a_watch_that_was_removed_goes_after_a_week(session: Session, small: World) -> None:
    for days in (3, 8):
        session.add(
            Watch(
                key=f"k{days}",
                company_id=small.companies["mueller"],
                kind="topic",
                name="x",
                removed_at=NOW - timedelta(days=days),
            )
        )
    session.flush()
    _all(session)
    assert session.scalars(select(Watch.key)).all() == ["k3"]
