"""Amazon's certificates: fetched from checked addresses only, and kept. The one module here that speaks to the network."""

from __future__ import annotations

import http.client
import ssl
import threading
from urllib.parse import urlsplit

from outreach.errors import N_
from outreach.mail.hooks.ses import is_certificate
from outreach.mail.hooks.values import Fetch, Unproven

_SECONDS = 10
_BYTES_MOST = 64_000
#: addresses; Amazon uses a handful
_MOST = 20
UNREACHABLE = N_("A call came, but Amazon's certificate could not be fetched to check it.")


class Certificates:
    """The certificates this process has fetched."""

    def __init__(self, fetch: Fetch | None = None) -> None:
        self._fetch = fetch or fetched
        self._known: dict[str, bytes] = {}
        self._lock = threading.Lock()

    def get(self, url: str) -> bytes:
        """The certificate at this address, in PEM; raises Unproven."""
        if not is_certificate(url):
            raise Unproven(UNREACHABLE)
        with self._lock:
            found = self._known.get(url)
        if found is not None:
            return found
        found = self._fetch(url)
        with self._lock:
            if len(self._known) >= _MOST:
                self._known.clear()
            self._known[url] = found
        return found


def fetched(url: str) -> bytes:
    """The body at an https address: no redirects, a few seconds, a few kilobytes. Raises Unproven."""
    parts = urlsplit(url)
    context = ssl.create_default_context()
    connection = http.client.HTTPSConnection(parts.netloc, timeout=_SECONDS, context=context)
    try:
        connection.request("GET", parts.path)
        answer = connection.getresponse()
        body = answer.read(_BYTES_MOST + 1)
    except (OSError, http.client.HTTPException):
        raise Unproven(UNREACHABLE, 503) from None
    finally:
        connection.close()
    if answer.status != 200 or len(body) > _BYTES_MOST:  # noqa: PLR2004
        raise Unproven(UNREACHABLE, 503)
    return body
