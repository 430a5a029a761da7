"""How many opens a second one web process takes: real HTTP, one row written per hit, beside a page that writes nothing."""

from __future__ import annotations

import http.client
import multiprocessing
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from waitress.server import create_server

import wsgi
from bench import Figure, postgres_house, sqlite_house
from campaigns.rows import Campaign
from outreach import clock
from outreach.house import House
from outreach.mail.rows import Delivery

REQUESTS, CONNECTIONS, DELIVERIES = 6_000, 4, 500
AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


def run() -> list[Figure]:
    """Hits a second on both databases, and as a share of what the same process does without writing."""
    figures = []
    for name, opened in (("SQLite", sqlite_house), ("PostgreSQL", postgres_house)):
        with opened() as house, _served(house) as port:
            paths = _pixels(house)
            plain = _rate(port, ["/health"])
            hits = _rate(port, paths)
            counted = _counted(house)
        if counted != REQUESTS:
            raise AssertionError(f"{REQUESTS} hits were answered, {counted} are in the database")
        figures.append(
            Figure(
                f"pixel hits, {name}, every one counted",
                hits,
                "hits/s",
                f"{hits / plain:.2f} of a page that only reads",
            )
        )
    return figures


def _pixels(house: House) -> list[str]:
    with house.database.writing() as session:
        session.add(Campaign(id=1, name="n", subject="s", format="html", body="b", state="sent", audience=DELIVERIES))
        session.flush()
        session.add_all(
            Delivery(id=number, kind="test", campaign_id=1, address=f"a{number}@example.com", address_hash=b"x" * 32, state="sent",
                     sent_at=clock.ago(hours=1))
            for number in range(1, DELIVERIES + 1)
        )  # fmt: skip
    return [f"/o/{house.sealer.seal('open', number)}" for number in range(1, DELIVERIES + 1)]


def _counted(house: House) -> int:
    from sqlalchemy import func, select

    from outreach.tracking.rows import Hit

    with house.database.reading() as session:
        return int(session.scalar(select(func.sum(Hit.count))) or 0)


@contextmanager
def _served(house: House) -> Iterator[int]:
    server = create_server(wsgi.create_app(house), host="127.0.0.1", port=0, threads=8)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        yield int(server.effective_port)
    finally:
        server.close()
        thread.join(timeout=5)


def _rate(port: int, paths: list[str]) -> float:
    """Requests a second from a process of its own, over a few connections that stay open."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        seconds: float = pool.apply(_ask, (port, paths))
    return REQUESTS / seconds


def _ask(port: int, paths: list[str]) -> float:
    def worker(first: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        for number in range(first, REQUESTS, CONNECTIONS):
            connection.request("GET", paths[number % len(paths)], headers={"User-Agent": AGENT})
            answer = connection.getresponse()
            answer.read()
            if answer.status != 200:
                raise AssertionError(f"status {answer.status}")
        connection.close()

    threads = [threading.Thread(target=worker, args=(number,)) for number in range(CONNECTIONS)]
    start = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return time.perf_counter() - start
