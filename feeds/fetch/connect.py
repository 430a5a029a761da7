"""The HTTP client: the least aiohttp can do, on sockets made only for addresses `guard` allows.

It decompresses nothing, keeps no cookies, knows no proxies and sends no credentials. The check stands where the socket
is made, so that what was checked is what is connected, whatever a name server says a moment later.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

from feeds import guard
from feeds.fetch.bodies import CHUNK
from feeds.fetch.words import Closed

CONNECT_SECONDS = 5.0
TOTAL_SECONDS = 30.0
MOST_BYTES = 10 * 1024 * 1024
ACCEPT = (
    "application/atom+xml, application/rss+xml, application/feed+json;q=0.9, application/rdf+xml;q=0.9, "
    "application/xml;q=0.8, text/xml;q=0.8, application/json;q=0.7, text/html;q=0.5, */*;q=0.1"
)


@dataclass(frozen=True, slots=True)
class Limits:
    """How long and how much; tests use shorter ones."""

    connect: float = CONNECT_SECONDS
    total: float = TOTAL_SECONDS
    most_bytes: int = MOST_BYTES


class Client:
    """What fetching needs, opened once per event loop: connections, names looked up, the rules for addresses."""

    def __init__(self, session: aiohttp.ClientSession, *, allow_private: bool, limits: Limits) -> None:
        self.session, self.allow_private, self.limits = session, allow_private, limits


class _Names(AbstractResolver):
    """Looks names up in threads of its own: a name server that hangs must not hold up anybody, not even the exit."""

    def __init__(self, *, allow_private: bool) -> None:
        self._allow_private = allow_private
        self._room = asyncio.Semaphore(64)

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        async with self._room:
            found = await _looked_up(host, port, family)
        allowed = [row for row in found if guard.may_connect(str(row[4][0]), allow_private=self._allow_private)]
        if found and not allowed:
            raise Closed(host)
        return [
            ResolveResult(
                hostname=host, host=str(row[4][0]), port=port, family=row[0], proto=row[2], flags=socket.AI_NUMERICHOST
            )
            for row in allowed
        ]

    async def close(self) -> None:
        """Nothing is kept."""


async def _looked_up(host: str, port: int, family: int) -> list[Any]:
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[list[Any]] = loop.create_future()

    def deliver(found: list[Any], error: OSError | None) -> None:
        if answer.done():
            return
        if error is None:
            answer.set_result(found)
        else:
            answer.set_exception(error)

    def look_up() -> None:
        found: list[Any] = []
        problem: OSError | None = None
        try:
            found = socket.getaddrinfo(host, port, family=family, type=socket.SOCK_STREAM, flags=socket.AI_ADDRCONFIG)
        except OSError as error:
            problem = error
        except UnicodeError:
            problem = socket.gaierror(socket.EAI_NONAME, "not a name")
        if not loop.is_closed():
            loop.call_soon_threadsafe(deliver, found, problem)

    threading.Thread(target=look_up, name="names", daemon=True).start()
    return await answer


@asynccontextmanager
async def client(
    *, contact: str, allow_private: bool = False, connections: int = 200, limits: Limits | None = None
) -> AsyncIterator[Client]:
    """A client for this event loop. `contact` is the address of the installation, told to the servers we ask."""
    limits = limits or Limits()

    def make_socket(address: Any) -> socket.socket:
        family, kind, protocol, _name, target = address
        if not guard.may_connect(str(target[0]), allow_private=allow_private):
            raise Closed(str(target[0]))
        return socket.socket(family=family, type=kind, proto=protocol)

    connector = aiohttp.TCPConnector(
        limit=connections,
        resolver=_Names(allow_private=allow_private),
        socket_factory=make_socket,
        ttl_dns_cache=300,
        ssl=ssl.create_default_context(),
        keepalive_timeout=10,
    )
    session = aiohttp.ClientSession(
        connector=connector,
        auto_decompress=False,
        cookie_jar=aiohttp.DummyCookieJar(),
        trust_env=False,
        headers={"User-Agent": user_agent(contact), "Accept": ACCEPT, "Accept-Encoding": "gzip, deflate, br"},
        timeout=aiohttp.ClientTimeout(total=None, connect=None, sock_connect=limits.connect),
        raise_for_status=False,
        read_bufsize=CHUNK,
    )
    async with session:
        yield Client(session, allow_private=allow_private, limits=limits)


def user_agent(contact: str) -> str:
    """Who asks, and where its people can be found; a machine's own address says nothing to anybody."""
    host = urlsplit(contact).hostname or ""
    home = f"; +{contact}" if host and host != "localhost" and "." in host and not host.startswith("127.") else ""
    return f"Outreach/{version('outreach')} (feed reader{home})"
