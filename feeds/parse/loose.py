"""feedparser, the parser of record: every RSS, RDF and Atom there ever was, well-formed or not.

Only ever given `io.BytesIO`: a str or bytes it would open as a file or an address.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from typing import Any

import feedparser  # type: ignore[import-untyped]

from feeds.guard import FetchFailed
from feeds.parse.values import MOST_ENTRIES, Raw, RawEntry

_ITEM = re.compile(r"<(?:[\w-]{1,30}:)?(?:item|entry)[\s>]", re.IGNORECASE)
_ITEM_END = re.compile(r"</(?:[\w-]{1,30}:)?(?:item|entry)\s*>", re.IGNORECASE)


def read(text: str) -> Raw | None:
    """What feedparser finds in a document; None when it finds no feed. Takes time: run it under a limit."""
    shortened, cut = _first_entries(text)
    found = _parsed(shortened)
    if not found["version"] and not found["entries"]:
        return None
    feed = found["feed"]
    return Raw(
        format=found["version"] or "rss",
        title=_get(feed, "title"),
        link=_get(feed, "link"),
        ttl=_get(feed, "ttl"),
        period=_get(feed, "sy_updateperiod"),
        frequency=_get(feed, "sy_updatefrequency"),
        entries=[_entry(entry) for entry in found["entries"][:MOST_ENTRIES]],
        cut=cut or len(found["entries"]) > MOST_ENTRIES,
    )


def _parsed(text: str) -> Any:
    try:
        return feedparser.parse(
            io.BytesIO(text.encode("utf-8", errors="replace")),
            response_headers={"content-type": "application/xml; charset=utf-8"},
            sanitize_html=False,
            resolve_relative_uris=False,
        )
    except (KeyError, ValueError, TypeError, AttributeError, IndexError, RecursionError):
        # What it trips over are torn feeds: an image that begins in one entry and ends in another, and the like.
        raise FetchFailed("unreadable", status=200) from None


def _first_entries(text: str) -> tuple[str, bool]:
    """The document with no more than MOST_ENTRIES items: a hundred thousand of them cost feedparser over a minute."""
    for count, item in enumerate(_ITEM.finditer(text)):
        if count == MOST_ENTRIES:
            ends = [found.end() for found in _ITEM_END.finditer(text, max(item.start(), len(text) - 100_000))]
            return text[: item.start()] + (text[ends[-1] :][:10_000] if ends else ""), True
    return text, False


def _entry(entry: Mapping[str, Any]) -> RawEntry:
    content = dict.get(entry, "content") or []  # type: ignore[call-overload]
    source = dict.get(entry, "source") or {}  # type: ignore[call-overload]
    return RawEntry(
        id=_get(entry, "id"),
        title=_get(entry, "title"),
        link=_get(entry, "link"),
        published=_get(entry, "published") or _get(entry, "created"),
        updated=_get(entry, "updated"),
        summary=_get(entry, "summary"),
        content=next((_get(part, "value") for part in content), ""),
        source=_get(source, "title"),
        source_link=_get(source, "href") or _get(source, "link"),
    )


def _get(values: Mapping[str, Any], name: str) -> str:
    # Not its own `get`: that one gives the value of another key when one is missing.
    value = dict.get(values, name)  # type: ignore[call-overload]
    return value if isinstance(value, str) else ""
