"""Parsing under limits: in processes of its own, replaced when one takes too long or too much.

A strict pass takes 1 ms and a question to the other process 0.3 ms more, so everything goes there: a body can be 10 MB,
and what is cheap for most of them may be hours for one. Two lanes, so that a feed that takes ten seconds holds up
nobody but itself.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import struct
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import feeds
from feeds.guard import FetchFailed
from feeds.parse import wire
from feeds.parse.values import Parsed
from outreach import logs

log = logs.get(__name__)

SECONDS = 10.0
LANES = 2
_LONGEST_ANSWER = 64 * 1024 * 1024
_HOME = Path(feeds.__file__).resolve().parent.parent


class _Broken(Exception):
    """The process ended or did not answer in time."""


class _Lane:
    """One process and whose turn it is."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._turn = asyncio.Lock()
        self._process: asyncio.subprocess.Process | None = None
        self.waiting = 0

    async def ask(self, header: dict[str, Any], body: bytes) -> dict[str, Any]:
        self.waiting += 1
        try:
            async with self._turn:
                return await self._asked(header, body)
        finally:
            self.waiting -= 1

    async def _asked(self, header: dict[str, Any], body: bytes) -> dict[str, Any]:
        process = self._process or await self._started()
        answered = False
        try:
            async with asyncio.timeout(self._seconds):
                answer = await _exchange(process, header, body)
            answered = not answer.get("tired")
            return answer
        except (TimeoutError, OSError, asyncio.IncompleteReadError, ValueError):
            raise _Broken from None
        finally:
            if (
                not answered
            ):  # also when whoever asked went away meanwhile: the answer would be taken for the next one's
                await self.close()

    async def _started(self) -> asyncio.subprocess.Process:
        # Nothing of ours but the way to the code: no settings, no secrets.
        environment = {"PYTHONPATH": str(_HOME), "PATH": os.environ.get("PATH", ""), "LANG": "C.UTF-8"}
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "feeds.parse.child",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env=environment,
            cwd=_HOME,
            limit=1024 * 1024,
        )
        return self._process

    async def close(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        if process.stdin is not None:
            process.stdin.close()
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await asyncio.shield(process.wait())


async def _exchange(process: asyncio.subprocess.Process, header: dict[str, Any], body: bytes) -> dict[str, Any]:
    if process.stdin is None or process.stdout is None:
        raise _Broken
    packed = json.dumps(header).encode()
    process.stdin.write(struct.pack(">II", len(packed), len(body)) + packed)
    process.stdin.write(body)
    await process.stdin.drain()
    (length,) = struct.unpack(">I", await process.stdout.readexactly(4))
    if length > _LONGEST_ANSWER:
        raise _Broken
    answer = json.loads(await process.stdout.readexactly(length))
    return answer if isinstance(answer, dict) else {}


class Reader:
    """What parses feeds for one event loop; open one with `reader()`."""

    def __init__(self, *, lanes: int = LANES, seconds: float = SECONDS) -> None:
        self._lanes = [_Lane(seconds) for _ in range(lanes)]

    async def parse(self, body: bytes, content_type: str, address: str, now: datetime) -> Parsed:
        """Like `parse.parse`, within limits; raises FetchFailed when the body is no feed or too much for them."""
        header = {"content_type": content_type[:200], "address": address, "now": now.isoformat()}
        lane = min(self._lanes, key=lambda lane: lane.waiting)
        try:
            answer = await lane.ask(header, body)
        except _Broken:
            raise _too_hard() from None
        if "parsed" in answer:
            return wire.unpacked(answer["parsed"])
        if "failed" in answer:
            failed = answer["failed"]
            raise FetchFailed(str(failed["kind"]), status=200, **failed["values"])
        log.error("parse_crashed", error=answer.get("crashed"))
        raise _too_hard()

    async def article(self, body: bytes, content_type: str) -> str:
        """Like `article.text`, within limits; raises FetchFailed when the page is too much for them."""
        lane = min(self._lanes, key=lambda lane: lane.waiting)
        try:
            answer = await lane.ask({"what": "article", "content_type": content_type[:200]}, body)
        except _Broken:
            raise _too_hard() from None
        if "text" in answer:
            return str(answer["text"])
        log.error("article_crashed", error=answer.get("crashed"))
        raise _too_hard()

    async def close(self) -> None:
        """End the processes."""
        for lane in self._lanes:
            await lane.close()


@asynccontextmanager
async def reader(*, lanes: int = LANES, seconds: float = SECONDS) -> AsyncIterator[Reader]:
    """A reader for this event loop; its processes start when they are first needed and end with it."""
    opened = Reader(lanes=lanes, seconds=seconds)
    try:
        yield opened
    finally:
        await opened.close()


def _too_hard() -> FetchFailed:
    return FetchFailed("unreadable", status=200)
