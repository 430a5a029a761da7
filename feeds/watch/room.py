"""What one run of the engine works with: connections, the process that parses, threads for the database, turns and places."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from feeds.fetch import Client
from feeds.parse import Reader
from feeds.watch.claim import Claimed
from feeds.watch.outcome import Outcome

T = TypeVar("T")

#: bodies of more than a megabyte held at once
_LARGE_AT_ONCE = 8
#: seconds what has come may take to be written when the engine ends
_LAST_WRITES = 10.0


class Room:
    """What one run of the engine works with."""

    def __init__(self, client: Client, reader: Reader, most: int) -> None:
        self.client, self.reader, self.most = client, reader, most
        self.under_way: dict[int, Claimed] = {}
        self.results: asyncio.Queue[Outcome] = asyncio.Queue()
        # One: claiming and writing would only wait for each other, on SQLite asleep.
        self.threads = ThreadPoolExecutor(max_workers=1, thread_name_prefix="feeds-db")
        self.writing: asyncio.Task[None] | None = None
        self.is_writing = False
        self._large = asyncio.Semaphore(_LARGE_AT_ONCE)
        self._tasks: set[asyncio.Task[None]] = set()
        self._turns: dict[str, float] = {}

    def begin(self, feed: Claimed, check: Coroutine[Any, Any, None]) -> None:
        """Have a feed checked beside the others."""
        self.under_way[feed.id] = feed
        task = asyncio.create_task(check)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def done(self, feed: Claimed) -> None:
        """It is written down."""
        self.under_way.pop(feed.id, None)

    async def turn_of(self, domain: str, spacing: float) -> None:
        """Wait until the domain may be asked again."""
        now = time.monotonic()
        turn = max(now, self._turns.get(domain, 0.0))
        self._turns[domain] = turn + spacing
        if len(self._turns) > 20_000:
            self._turns = {name: free for name, free in self._turns.items() if free > now}
        if turn > now:
            await asyncio.sleep(turn - now)

    @asynccontextmanager
    async def place(self) -> AsyncIterator[Callable[[], Awaitable[None]]]:
        """A place among the large bodies, taken when it is asked for and left when the body has been read."""
        is_taken = False

        async def take() -> None:
            nonlocal is_taken
            await self._large.acquire()
            is_taken = True

        try:
            yield take
        finally:
            if is_taken:
                self._large.release()

    async def apart(self, work: Callable[[], T]) -> T:
        """Do something with the database in a thread, where it holds up no connection."""
        return await asyncio.get_running_loop().run_in_executor(self.threads, work)

    async def end(self, give_back: Callable[[Sequence[Claimed]], None]) -> None:
        """Stop what is under way, write what has come, give the rest back."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        until = time.monotonic() + _LAST_WRITES
        while (self.is_writing or not self.results.empty()) and time.monotonic() < until:
            await asyncio.sleep(0.02)
        if self.writing is not None:
            self.writing.cancel()
            await asyncio.gather(self.writing, return_exceptions=True)
        if self.under_way:
            await self.apart(lambda: give_back(list(self.under_way.values())))
