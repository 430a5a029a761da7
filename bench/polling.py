"""How many feeds are read in a second, with everything: claim, fetch, parse, keep, judge, plan. And who waits for whom.

One process against a local server with a host for each feed; one feed in ten has something new.
"""

from __future__ import annotations

import asyncio
import os
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import insert, select

from bench import Figure, papers, postgres_house
from feeds import fetch, watch
from feeds.fetch import Limits
from feeds.rows import Feed
from feeds.watch import Engine, Pace
from outreach import clock
from outreach.db import Database
from outreach.house import House, open_house
from outreach.migrate import upgrade
from outreach.settings import Settings

FEEDS = 5000
HANGING = 100


def run() -> list[Figure]:
    """Checks a second on both databases, bare fetching beside them, and how late healthy feeds are among hanging ones."""
    figures = []
    with papers.running() as port:
        bare = _bare(port)
        figures.append(
            Figure("conditional requests alone (304), one connection each", bare, "/s", "what the others stand beside")
        )
        for name, opened in (("SQLite", _sqlite_house), ("PostgreSQL", postgres_house)):
            with opened() as house:
                figures += _polling(name, house, port, bare)
        with _sqlite_house() as house:
            figures.append(_lateness(house, port))
    return figures


def _polling(name: str, house: House, port: int, bare: float) -> list[Figure]:
    _add(house.database, [f"http://{_host(number)}:{port}/f/{number}" for number in range(FEEDS)])
    first, _ = _timed(house)
    rates, shares = [], []
    for _ in range(3):
        urllib.request.urlopen(f"http://127.0.0.1:{port}/turn").read()
        with house.database.writing() as session:
            watch.make_due(session, now=clock.now())
        rate, share = _timed(house)
        rates.append(rate)
        shares.append(share)
    best = max(rates)
    return [
        Figure(f"feeds read for the first time, {name}", first, "/s", f"{papers.ENTRIES} entries kept of each"),
        Figure(
            f"feeds read, one in ten changed, {name}",
            best,
            "/s",
            f"{best / bare:.2f} × bare requests; {min(shares):.2f} processors; goal 800",
        ),
    ]


def _timed(house: House) -> tuple[float, float]:
    """Checks a second, and how many processors this process and its children kept busy."""
    made = _engine(house)
    before, begun = _processor_seconds(), time.perf_counter()
    tally = made.run_until_idle()
    spent = time.perf_counter() - begun
    assert (tally.checked, tally.failed) == (FEEDS, 0), tally
    return FEEDS / spent, (_processor_seconds() - before) / spent


def _processor_seconds() -> float:
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def _lateness(house: House, port: int) -> Figure:
    """A hundred hosts hang, four hundred answer; all are due at once."""
    hanging = [f"http://{_host(number)}:{port}/hang" for number in range(10_000, 10_000 + HANGING)]
    healthy = [f"http://{_host(number)}:{port}/f/{number}" for number in range(4 * HANGING)]
    _add(house.database, hanging + healthy)
    begun = clock.now()
    made = _engine(house, total=8)
    made.run_until_idle()
    with house.database.reading() as session:
        checked = session.scalars(select(Feed.checked_at).where(Feed.address.not_like("%/hang"))).all()
    late = max((moment - begun).total_seconds() for moment in checked if moment is not None)
    return Figure("the latest of 400 healthy feeds beside 100 hanging hosts", late, "s", "after it was due; goal 5")


def _engine(house: House, *, total: float = 30) -> Engine:
    return Engine(
        house.database, watch.judging(house), contact="", allow_private=True, limits=Limits(total=total), pace=Pace()
    )


def _bare(port: int) -> float:
    """Conditional requests to as many hosts, and nothing else."""

    async def ask() -> float:
        async with fetch.client(contact="", allow_private=True, connections=200) as client:
            room = asyncio.Semaphore(200)

            async def one(number: int) -> None:
                async with room:
                    await fetch.fetch(client, f"http://{_host(number)}:{port}/f/{number}", etag='"20"')

            begun = time.perf_counter()
            await asyncio.gather(*(one(number) for number in range(FEEDS)))
            return FEEDS / (time.perf_counter() - begun)

    return asyncio.run(ask())


def _host(number: int) -> str:
    return f"127.{1 + number // 62500}.{number // 250 % 250}.{1 + number % 250}"


def _add(database: Database, addresses: list[str]) -> None:
    now = clock.now()
    with database.writing() as session:
        rows = [{"address": one, "domain": one.split("/")[2].split(":")[0], "next_check_at": now} for one in addresses]
        session.execute(insert(Feed), rows)


@contextmanager
def _sqlite_house() -> Iterator[House]:
    with TemporaryDirectory() as folder:
        house = open_house(Settings(_env_file=None, data=Path(folder), secret_key="x" * 40), configure_logs=False)  # type: ignore[call-arg,arg-type]
        upgrade(house.database)
        yield house
        house.database.close()
