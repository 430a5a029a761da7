"""Reading is killed at any moment: no feed has an ETag without the entries it stands for, and nothing is lost."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from feeds import watch
from feeds.rows import Entry, Feed
from outreach import clock
from outreach.db import Database
from tests import webserver
from tests.conftest import SECRET, make_house

pytestmark = pytest.mark.slow

FEEDS = 400
FEED = (
    b'<rss version="2.0"><channel><title>Presse</title>'
    + b"".join(b"<item><title>Meldung %d</title><guid>%d</guid></item>" % (n, n) for n in range(20))
    + b"</channel></rss>"
)


def test_a_killed_reader_leaves_no_etag_without_its_entries(sqlite: Database, tmp_path: Path) -> None:
    with webserver.running({"/f": webserver.conditional(FEED, etag='"a"')}) as server:
        with sqlite.writing() as session:
            for number in range(FEEDS):
                session.add(Feed(address=server.url(f"/f?{number}"), domain=f"d{number}", next_check_at=clock.now()))
        for _ in range(3):
            _kill_while_reading(sqlite, tmp_path)
            _all_or_nothing(sqlite)
            with sqlite.writing() as session:  # what time does by itself: the claims of the dead run out
                session.execute(update(Feed).values(claimed_until=None))
        open_house = make_house(sqlite, tmp_path, allow_private_addresses=True)
        watch.poll(open_house)
        _all_or_nothing(sqlite)
        with sqlite.reading() as session:
            assert session.scalar(select(func.count()).select_from(Entry)) == 20 * FEEDS
            assert session.scalar(select(func.count()).select_from(Feed).where(Feed.etag == '"a"')) == FEEDS


def _kill_while_reading(database: Database, folder: Path) -> None:
    """Start the command, wait until it has written something, and kill it."""
    before = _checked(database)
    environment = {
        **os.environ, "OUTREACH_DATA": str(folder), "OUTREACH_DATABASE_URL": database.url, "OUTREACH_SECRET_KEY": SECRET,
        "OUTREACH_ALLOW_PRIVATE_ADDRESSES": "true",
    }  # fmt: skip
    command = [str(Path(sys.executable).parent / "outreach"), "feeds", "poll"]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    until = time.monotonic() + 30
    while time.monotonic() < until and process.poll() is None and _checked(database) < before + 20:
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait(timeout=10)
    if _checked(database) == before and before < FEEDS:
        pytest.fail("nothing was read before the kill")


def _checked(database: Database) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(Feed).where(Feed.checks > 0)) or 0


def _all_or_nothing(database: Database) -> None:
    """Feeds with an ETag have all their entries, those without have none."""
    with database.reading() as session:
        counts = select(Entry.feed_id, func.count().label("entries")).group_by(Entry.feed_id).subquery()
        rows = session.execute(
            select(Feed.etag, func.coalesce(counts.c.entries, 0)).outerjoin(counts, counts.c.feed_id == Feed.id)
        ).all()
    assert {(etag, entries) for etag, entries in rows} <= {('"a"', 20), ("", 0)}
