"""The body of an answer becomes a feed and its entries, in plain text.

    bytes → text (decode) → JSON Feed | sitemap | strict pass, else feedparser → plain values (finish)

`parse` may take long and much memory on a hostile body; everybody but its tests asks a `Reader`, which runs it in a
process of its own under limits.
"""

from __future__ import annotations

import re
from datetime import datetime

from feeds.guard import FetchFailed
from feeds.parse import finish, loose, others, strict
from feeds.parse.decode import decoded
from feeds.parse.reader import Reader, reader
from feeds.parse.values import MOST_ENTRIES, Parsed, ParsedEntry, Raw

__all__ = ["MOST_ENTRIES", "Parsed", "ParsedEntry", "Reader", "decoded", "parse", "reader"]

_LEADING = re.compile(r"(?:\s+|<!--.{0,5000}?-->|<\?.{0,1000}?\?>)*+", re.DOTALL)
_PAGE = re.compile(r"<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE)


def parse(body: bytes, content_type: str, address: str, now: datetime) -> Parsed:
    """The feed in `body`, as read from `address`; raises FetchFailed when it is none."""
    text = decoded(body, content_type)
    if not text.strip():
        raise FetchFailed("empty", status=200)
    raw = _raw(text)
    if raw is None or not (raw.entries or raw.title or raw.link):
        raise FetchFailed("not_a_feed", status=200)
    return finish.finished(raw, address=address, now=now)


def _raw(text: str) -> Raw | None:
    start = text.lstrip()[:1]
    if start in ("{", "["):
        return others.json_feed(text)
    if start != "<":
        # Warnings of a program in front of the feed; feedparser looks past them.
        return loose.read(text) if re.search("<(?:rss|feed|rdf:RDF)[\\s>]", text[:20_000]) else None
    if _is_page(text):
        return None
    return strict.read(text) or others.news_sitemap(text) or loose.read(text)


def _is_page(text: str) -> bool:
    leading = _LEADING.match(text)
    return _PAGE.match(text, leading.end() if leading else 0) is not None
