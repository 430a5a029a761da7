"""What went wrong, in words: statuses and the errors of a connection become failures a person understands."""

from __future__ import annotations

import socket
import ssl

import aiohttp

from feeds import guard
from feeds.fetch.headers import retry_after
from feeds.guard import FetchFailed
from outreach import clock
from outreach.errors import N_


class Closed(OSError):
    """A name led to addresses we do not connect to."""


_STATUSES = {
    410: ("gone", N_("The server says that this address is gone for good.")),
    404: ("not_found", N_("There is nothing at this address (404).")),
    401: ("unauthorized", N_("The server wants a password (401).")),
    403: ("forbidden", N_("The server refuses to give this to us (403).")),
    429: ("rate_limited", N_("The server says we ask too often (429).")),
    451: ("forbidden", N_("The server may not give this to us for legal reasons (451).")),
}


def refused(answer: aiohttp.ClientResponse) -> FetchFailed:
    wait = retry_after(answer.headers.get("Retry-After"), clock.now())
    status = answer.status
    if status in _STATUSES:
        kind, sentence = _STATUSES[status]
        return FetchFailed(kind, sentence, status=status, retry_after=wait)
    if status >= 500:
        return FetchFailed(
            "server_error",
            N_("The server has trouble of its own (%(code)s)."),
            status=status,
            retry_after=wait,
            code=status,
        )
    return FetchFailed(
        "unexpected_status",
        N_("The server answered with %(code)s, which is of no use here."),
        status=status,
        retry_after=wait,
        code=status,
    )


def in_words(target: guard.Target, error: BaseException, *, connect_seconds: float) -> FetchFailed:
    """The failure a connection's error means."""
    if _caused_by(error, Closed):
        return guard.private(target.host)
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        return FetchFailed("tls", N_("The certificate of %(host)s is not valid."), host=target.host)
    if isinstance(error, aiohttp.ClientSSLError) or _caused_by(error, ssl.SSLError):
        return FetchFailed("tls", N_("No secure connection to %(host)s came about."), host=target.host)
    if isinstance(error, aiohttp.ClientConnectorDNSError) or _caused_by(error, socket.gaierror):
        return FetchFailed("dns", N_("There is no server named %(host)s."), host=target.host)
    if isinstance(error, aiohttp.ServerTimeoutError):
        seconds = round(connect_seconds)
        return FetchFailed(
            "timeout", N_("No connection to %(host)s within %(seconds)s seconds."), host=target.host, seconds=seconds
        )
    if isinstance(error, aiohttp.ClientConnectorError):
        return FetchFailed("refused", N_("%(host)s does not accept connections."), host=target.host)
    if isinstance(error, aiohttp.ClientPayloadError | aiohttp.ServerDisconnectedError | ConnectionError):
        return FetchFailed("damaged", N_("The answer ended too early or is damaged."))
    if isinstance(error, aiohttp.ClientResponseError):
        return FetchFailed("bad_answer", N_("The server does not speak proper HTTP."))
    return FetchFailed("bad_answer", N_("The conversation with %(host)s failed."), host=target.host)


def _caused_by(error: BaseException | None, kind: type[BaseException]) -> bool:
    seen = 0
    while error is not None and seen < 10:
        if isinstance(error, kind) or isinstance(getattr(error, "os_error", None), kind):
            return True
        error, seen = error.__cause__ or error.__context__, seen + 1
    return False
