"""One address, fetched: the only room that speaks HTTP to the outside. Every limit of a hostile world stands here.

    checked address → connected (address checked again) → redirects, each checked → headers → body, in bounds

aiohttp because it costs the least per answer; it is asked for one hop at a time.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from urllib.parse import urljoin

import aiohttp
from yarl import URL

from feeds import guard
from feeds.fetch import bodies
from feeds.fetch.connect import Client, Limits, client, user_agent
from feeds.fetch.headers import fresh_for, retry_after
from feeds.fetch.words import failure, refused
from feeds.guard import FetchFailed, in_words
from outreach import clock

__all__ = ["Client", "Fetched", "Hop", "Limits", "client", "fetch", "in_words", "user_agent"]

MOST_REDIRECTS = 5
LONGEST_VALIDATOR = 1000
#: what HTTP lets nobody send, though some do
_CONTROLS = re.compile("[\x00-\x08\x0a-\x1f\x7f]")
_PERMANENT = (301, 308)
_REDIRECTS = (301, 302, 303, 307, 308)


@dataclass(frozen=True, slots=True)
class Hop:
    """One redirect on the way."""

    status: int
    address: str
    target: str


@dataclass(frozen=True, slots=True)
class Fetched:
    """An answer that can be used: 200 with a body in bounds, or 304 with none."""

    address: str
    final_address: str
    status: int
    body: bytes
    content_type: str
    etag: str | None
    last_modified: str | None
    hops: tuple[Hop, ...]
    #: how long the server says it stays as it is, in seconds, from Cache-Control or Expires
    fresh_for: float | None
    retry_after: float | None
    bytes_read: int
    #: of the body as it was parsed; equal hashes mean nothing new
    body_hash: str = ""

    @property
    def moved_to(self) -> str | None:
        """Where every redirect from the first one on says the address has moved for good, or None."""
        moved = None
        for hop in self.hops:
            if hop.status not in _PERMANENT:
                break
            moved = hop.target
        return moved


async def fetch(
    client: Client,
    address: str,
    *,
    etag: str | None = None,
    last_modified: str | None = None,
    accept: str | None = None,
    on_large: bodies.OnLarge | None = None,
) -> Fetched:
    """Ask an address, following redirects; raises FetchFailed with a kind and a sentence for everything that goes wrong.

    Takes at most `limits.total` seconds in all and gives at most `limits.most_bytes` of body. `on_large` is awaited
    once before more than a megabyte is read.
    """
    validators = _validators(etag, last_modified)
    headers = {**validators, **({"Accept": accept} if accept else {})}
    try:
        async with asyncio.timeout(client.limits.total):
            return await _followed(client, address, headers, bool(validators), on_large)
    except TimeoutError:
        raise FetchFailed("timeout", seconds=round(client.limits.total)) from None


def _validators(etag: str | None, last_modified: str | None) -> dict[str, str]:
    headers = {"If-None-Match": etag or "", "If-Modified-Since": last_modified or ""}
    return {name: value for name, value in headers.items() if value and not _CONTROLS.search(value)}


async def _followed(
    client: Client, address: str, headers: dict[str, str], is_conditional: bool, on_large: bodies.OnLarge | None
) -> Fetched:
    hops: list[Hop] = []
    target = guard.checked(address, allow_private=client.allow_private)
    while True:
        async with _asked(client, target, headers) as answer:
            if answer.status not in _REDIRECTS or not answer.headers.get("Location"):
                return await _taken(client, answer, address, target.address, tuple(hops), is_conditional, on_large)
            following = _next(client, target, answer, hops)
        hops.append(Hop(status=answer.status, address=target.address, target=following.address))
        target = following


@asynccontextmanager
async def _asked(
    client: Client, target: guard.Target, headers: dict[str, str]
) -> AsyncIterator[aiohttp.ClientResponse]:
    try:
        async with client.session.get(URL(target.address), headers=headers, allow_redirects=False) as answer:
            yield answer
    except (aiohttp.ClientError, OSError, ValueError, asyncio.IncompleteReadError) as error:
        if isinstance(error, TimeoutError) and not isinstance(error, aiohttp.ClientError):
            raise  # our own clock, not the connection's
        raise failure(target, error, connect_seconds=client.limits.connect) from None


def _next(client: Client, target: guard.Target, answer: aiohttp.ClientResponse, hops: list[Hop]) -> guard.Target:
    if len(hops) >= MOST_REDIRECTS:
        raise FetchFailed("too_many_redirects", status=answer.status, most=MOST_REDIRECTS)
    try:
        joined = urljoin(target.address, answer.headers["Location"])
    except ValueError:
        raise FetchFailed("redirect", status=answer.status) from None
    following = guard.checked(joined, allow_private=client.allow_private)
    if target.scheme == "https" and following.scheme == "http":
        raise FetchFailed("insecure_redirect", status=answer.status)
    if following.address == target.address or any(hop.address == following.address for hop in hops):
        raise FetchFailed("too_many_redirects", status=answer.status, most=MOST_REDIRECTS)
    return following


async def _taken(
    client: Client,
    answer: aiohttp.ClientResponse,
    address: str,
    final_address: str,
    hops: tuple[Hop, ...],
    is_conditional: bool,
    on_large: bodies.OnLarge | None,
) -> Fetched:
    if answer.status == 304 and is_conditional:
        body, bytes_read = b"", 0
    elif answer.status == 200:
        body, bytes_read = await bodies.read(answer, client.limits.most_bytes, on_large)
    else:
        raise refused(answer)
    return Fetched(
        address=address,
        final_address=final_address,
        status=answer.status,
        body=body,
        content_type=_header(answer, "Content-Type") or "",
        etag=_header(answer, "ETag"),
        last_modified=_header(answer, "Last-Modified"),
        hops=hops,
        fresh_for=fresh_for(answer.headers, clock.now()),
        retry_after=retry_after(answer.headers.get("Retry-After"), clock.now()),
        bytes_read=bytes_read,
        body_hash=hashlib.sha256(body).hexdigest() if body else "",
    )


def _header(answer: aiohttp.ClientResponse, name: str) -> str | None:
    """A header's value as it came; None when it is none we could send back byte for byte."""
    value = answer.headers.get(name)
    if not value or len(value) > LONGEST_VALIDATOR or _CONTROLS.search(value):
        return None
    try:
        value.encode()
    except UnicodeEncodeError:
        return None
    return value
