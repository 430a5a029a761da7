"""What went wrong, in words: statuses and the errors of a connection become failures a person understands."""

from __future__ import annotations

import socket
import ssl

import aiohttp

from feeds import guard
from feeds.fetch.headers import retry_after
from feeds.guard import FetchFailed
from outreach import clock


class Closed(OSError):
    """A name led to addresses we do not connect to."""


_STATUSES = {
    410: "gone", 404: "not_found", 401: "unauthorized", 403: "forbidden", 451: "forbidden", 429: "rate_limited",
}  # fmt: skip


def refused(answer: aiohttp.ClientResponse) -> FetchFailed:
    """The failure a status means."""
    status = answer.status
    return FetchFailed(
        _STATUSES.get(status, "server_error" if status >= 500 else "unexpected_status"),
        status=status,
        retry_after=retry_after(answer.headers.get("Retry-After"), clock.now()),
        code=status,
    )


def failure(target: guard.Target, error: BaseException, *, connect_seconds: float) -> FetchFailed:
    """The failure a connection's error means."""
    if _caused_by(error, Closed):
        return guard.private(target.host)
    if isinstance(error, aiohttp.ClientSSLError) or _caused_by(error, ssl.SSLError):
        return FetchFailed("tls", host=target.host)
    if isinstance(error, aiohttp.ClientConnectorDNSError) or _caused_by(error, socket.gaierror):
        return FetchFailed("dns", host=target.host)
    if isinstance(error, aiohttp.ServerTimeoutError):
        return FetchFailed("timeout", seconds=round(connect_seconds))
    if isinstance(error, aiohttp.ClientConnectorError):
        return FetchFailed("refused", host=target.host)
    if isinstance(error, aiohttp.ClientPayloadError | aiohttp.ServerDisconnectedError | ConnectionError):
        return FetchFailed("damaged")
    return FetchFailed("bad_answer")


def _caused_by(error: BaseException | None, kind: type[BaseException]) -> bool:
    seen = 0
    while error is not None and seen < 10:
        if isinstance(error, kind) or isinstance(getattr(error, "os_error", None), kind):
            return True
        error, seen = error.__cause__ or error.__context__, seen + 1
    return False
