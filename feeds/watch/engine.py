"""The polling engine: one thread with an event loop reads thousands of feeds; another one claims and writes for it.

    claim due feeds ─▶ wait for the domain's turn ─▶ fetch ─▶ parse (another process) ─▶ queue ─▶ record many at once

Never a transaction across the network: claiming and recording are short ones in a thread of their own. A process that
dies leaves claims that run out; nothing else is lost, because an ETag is only kept together with its entries.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import resource
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from sqlalchemy.exc import SQLAlchemyError

from feeds import decide, fetch, ical, parse
from feeds.fetch import Fetched, Limits
from feeds.guard import FetchFailed
from feeds.watch import claim
from feeds.watch.claim import Claimed
from feeds.watch.outcome import Outcome
from feeds.watch.record import Judge, Tally, record
from feeds.watch.room import Room
from outreach import clock, logs
from outreach.db import Database
from outreach.errors import OutreachError

log = logs.get(__name__)

_ICAL = "text/calendar, */*;q=0.1"


@dataclass(frozen=True)
class Pace:
    """How hard the engine works; tests and benchmarks set their own."""

    #: feeds under way at once; many of them wait for slow servers
    most: int = 1000
    batch: int = 200
    #: seconds between two requests to one domain
    spacing: float = 1.0
    #: seconds between two looks for due feeds: while nothing, and while something is under way
    idle: float = 1.0
    busy: float = 0.2
    #: seconds results are collected before they are written together
    gather: float = 0.1


class Engine:
    """Reads feeds of one installation: for ever in a thread of its own, or until nothing is due."""

    def __init__(
        self,
        database: Database,
        judge: Judge,
        *,
        contact: str,
        allow_private: bool,
        limits: Limits | None = None,
        pace: Pace | None = None,
        prepare: Callable[[], None] | None = None,
    ) -> None:
        """`prepare` is called before results are written, outside of any transaction: what takes long is done there."""
        self._database, self._judge, self._prepare = database, judge, prepare
        self._contact, self._allow_private, self._limits = contact, allow_private, limits or Limits()
        self._pace = pace or Pace()
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopping = threading.Event()
        self._woken = asyncio.Event()
        self.tally = Tally()

    # --- from outside: any thread ---

    def start(self) -> None:
        """Begin to read what is due, and go on until `stop`."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._live, name="feeds", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """End soon: what is under way is given back, what has come is written."""
        self._stopping.set()
        self.wake()
        if self._thread is not None:
            self._thread.join(timeout=20)
            self._thread = None

    def wake(self) -> None:
        """Look for due feeds now and not at the next glance."""
        loop = self._loop
        if loop is not None and not loop.is_closed():
            with contextlib.suppress(RuntimeError):  # it closed this very moment
                loop.call_soon_threadsafe(self._woken.set)

    def run_until_idle(self, *, only: Collection[int] | None = None) -> Tally:
        """Read what is due, or of it only these feeds, until nothing more is; gives what it came to."""
        asyncio.run(self._run(until_idle=True, only=only))
        return self.tally

    def _live(self) -> None:
        while not self._stopping.is_set():
            try:
                asyncio.run(self._run(until_idle=False, only=None))
            except Exception as error:  # noqa: BLE001 - the edge of this thread: said, and begun again
                log.error("polling_broke", error=f"{type(error).__name__}: {error}"[:200])
                self._stopping.wait(5)

    # --- inside: the event loop ---

    async def _run(self, *, until_idle: bool, only: Collection[int] | None) -> None:
        self._loop, self._woken = asyncio.get_running_loop(), asyncio.Event()
        async with self._opened() as room:
            try:
                await self._claim_on(room, until_idle=until_idle, only=only)
            finally:
                await room.end(self._give_back)
                self._loop = None

    @asynccontextmanager
    async def _opened(self) -> AsyncIterator[Room]:
        most = min(self._pace.most, _files_allowed() - 200)
        async with (
            fetch.client(
                contact=self._contact, allow_private=self._allow_private, connections=most, limits=self._limits
            ) as client,
            parse.reader() as reader,
        ):
            room = Room(client, reader, most)
            room.writing = asyncio.create_task(self._write_on(room))
            try:
                yield room
            finally:
                room.threads.shutdown(wait=True)

    async def _claim_on(self, room: Room, *, until_idle: bool, only: Collection[int] | None) -> None:
        while not self._stopping.is_set():
            wanted = min(room.most - len(room.under_way), self._pace.batch)
            claimed = await self._claimed(room, wanted, only) if wanted > 0 else []
            for one in claimed:
                room.begin(one, self._checked(room, one))
            if until_idle and not room.under_way:
                return
            if len(claimed) < wanted or wanted <= 0:
                self._woken.clear()
                with contextlib.suppress(TimeoutError):
                    pause = self._pace.busy if room.under_way else self._pace.idle
                    await asyncio.wait_for(self._woken.wait(), pause)

    async def _claimed(self, room: Room, most: int, only: Collection[int] | None) -> list[Claimed]:
        def take() -> list[Claimed]:
            with self._database.writing() as session:
                return claim.claim(session, most=most, now=clock.now(), only=only)

        def any_due() -> bool:
            with self._database.reading() as session:
                return claim.anything_due(session, now=clock.now())

        try:
            return await room.apart(take) if await room.apart(any_due) else []
        except SQLAlchemyError as error:
            log.warning("feeds_not_claimed", error=type(error).__name__)
            await asyncio.sleep(self._pace.idle)
            return []

    async def _checked(self, room: Room, feed: Claimed) -> None:
        """One feed, from its address to an outcome in the queue."""
        try:
            await room.turn_of(feed.domain, self._pace.spacing)
            async with room.place() as on_large:
                outcome = await self._outcome(room, feed, on_large)
        except FetchFailed as failure:
            outcome = Outcome(feed=feed, at=clock.now(), failure=failure)
        except Exception as error:  # noqa: BLE001 - one feed must not end the others; its page says that it failed
            log.error("check_crashed", feed=feed.id, error=f"{type(error).__name__}: {error}"[:200])
            outcome = Outcome(feed=feed, at=clock.now(), failure=FetchFailed("internal"))
        room.results.put_nowait(outcome)

    async def _outcome(self, room: Room, feed: Claimed, on_large: Callable[[], Awaitable[None]]) -> Outcome:
        is_current = feed.parser == decide.PARSER
        fetched = await fetch.fetch(
            room.client,
            feed.address,
            etag=(feed.etag if is_current else "") or None,
            last_modified=(feed.last_modified if is_current else "") or None,
            accept=_ICAL if feed.kind == "calendar" else None,
            on_large=on_large,
        )
        if fetched.status == 304 or (is_current and feed.body_hash and fetched.body_hash == feed.body_hash):
            return Outcome(feed=feed, at=clock.now(), fetched=_without_body(fetched))
        if feed.kind == "calendar":
            events = await asyncio.to_thread(_events, fetched.body)
            return Outcome(feed=feed, at=clock.now(), fetched=_without_body(fetched), events=events)
        now = clock.now()
        parsed = await room.reader.parse(fetched.body, fetched.content_type, fetched.final_address, now)
        return Outcome(feed=feed, at=now, fetched=_without_body(fetched), parsed=parsed)

    async def _write_on(self, room: Room) -> None:
        """Write outcomes as they come, those of a short while together."""
        while True:
            outcomes = [await room.results.get()]
            room.is_writing = True
            if self._pace.gather and room.results.qsize() < self._pace.batch:
                await asyncio.sleep(self._pace.gather)
            while not room.results.empty() and len(outcomes) < self._pace.batch:
                outcomes.append(room.results.get_nowait())
            await room.apart(functools.partial(self._record, outcomes))
            for one in outcomes:
                room.done(one.feed)
            room.is_writing = False
            if len(room.under_way) < room.most // 2:
                self._woken.set()

    def _record(self, outcomes: Sequence[Outcome]) -> None:
        """All together, and when that fails each by itself, so that one that cannot be written spoils no other."""
        try:
            if self._prepare is not None:
                self._prepare()
            with self._database.writing() as session:
                tally = record(session, outcomes, self._judge)
            self.tally.add(tally)
            return
        except Exception as error:  # noqa: BLE001 - whatever it is, it belongs to one of these feeds, or to the database
            log.warning("checks_not_written", checks=len(outcomes), error=f"{type(error).__name__}: {error}"[:300])
        for one in outcomes:
            self._record_alone(one)

    def _record_alone(self, one: Outcome) -> None:
        for outcome in (one, Outcome(feed=one.feed, at=one.at, failure=FetchFailed("internal"))):
            try:
                with self._database.writing() as session:
                    tally = record(session, [outcome], self._judge)
                self.tally.add(tally)
                return
            except Exception as error:  # noqa: BLE001 - see above; the claim runs out and the feed is due again
                log.error("check_not_written", feed=one.feed.id, error=f"{type(error).__name__}: {error}"[:300])

    def _give_back(self, claimed: Sequence[Claimed]) -> None:
        try:
            with self._database.writing() as session:
                claim.release(session, claimed)
        except SQLAlchemyError as error:
            log.warning("feeds_not_released", feeds=len(claimed), error=type(error).__name__)


def _without_body(fetched: Fetched) -> Fetched:
    """The answer without what would only take room in the queue."""
    return Fetched(
        address=fetched.address, final_address=fetched.final_address, status=fetched.status, body=b"",
        content_type=fetched.content_type, etag=fetched.etag, last_modified=fetched.last_modified, hops=fetched.hops,
        fresh_for=fetched.fresh_for, retry_after=fetched.retry_after, bytes_read=fetched.bytes_read,
        body_hash=fetched.body_hash,
    )  # fmt: skip


def _events(body: bytes) -> ical.Events:
    try:
        return ical.read(body)
    except OutreachError:
        raise FetchFailed("not_a_calendar", status=200) from None


def _files_allowed() -> int:
    """How many connections this process may open; more than it was given at first, when it may ask for more."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != resource.RLIM_INFINITY and soft < 4096 and (hard == resource.RLIM_INFINITY or hard > soft):
        wanted = 4096 if hard == resource.RLIM_INFINITY else min(4096, hard)
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
            soft = wanted
    return 65536 if soft == resource.RLIM_INFINITY else soft
