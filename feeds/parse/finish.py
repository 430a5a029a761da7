"""What stands in a feed becomes plain: texts without markup, whole links, dates. The same for every parser."""

from __future__ import annotations

import hashlib
import re
from datetime import datetime
from urllib.parse import urlsplit

from feeds import clean, dates, links
from feeds.parse.values import Parsed, ParsedEntry, Raw, RawEntry

_LONGEST_ID = 500
#: of all texts of a feed together; a feed of 10 MB may hold no more of them than this
_MOST_TEXT = 5_000_000
_PERIODS = {"hourly": 3600.0, "daily": 86400.0, "weekly": 604800.0, "monthly": 2592000.0, "yearly": 31536000.0}


def finished(raw: Raw, *, address: str, now: datetime) -> Parsed:
    """The feed read from `address` in the form everything after parsing works with."""
    site = links.absolute(raw.link, address)
    entries: list[ParsedEntry] = []
    empty, room = 0, _MOST_TEXT
    for one in raw.entries:
        entry = _entry(one, base=address, now=now, with_text=room > 0)
        room -= len(entry.text)
        if entry.title or entry.text or entry.link:
            entries.append(entry)
        else:
            empty += 1
    return Parsed(
        format=raw.format,
        title=clean.title(raw.title),
        site=site,
        ttl=_minutes(raw.ttl),
        update_period=_period(raw.period, raw.frequency),
        entries=tuple(entries),
        cut=raw.cut,
        empty=empty,
        strict=raw.strict,
    )


def _entry(raw: RawEntry, *, base: str, now: datetime, with_text: bool) -> ParsedEntry:
    link = links.absolute(raw.link, base) or (links.absolute(raw.id, "") if raw.id.startswith("http") else "")
    link = links.unwrapped(link)
    title = clean.title(raw.title)
    published, updated = dates.read(raw.published), dates.read(raw.updated)
    return ParsedEntry(
        id=_id(raw.id),
        title=title,
        link=link,
        # A content that is shorter than the summary is a caption or a button.
        text=clean.plain(raw.content if len(raw.content) >= len(raw.summary) else raw.summary) if with_text else "",
        source=_source(raw, link),
        source_link=links.absolute(raw.source_link, base),
        published_at=dates.sensible(published or updated, now),
        updated_at=dates.sensible(updated, now),
    )


def _id(text: str) -> str:
    """The id as it stands there; a very long one by its hash."""
    text = clean.line(text, most=4 * clean.MOST_TITLE)
    if len(text) <= _LONGEST_ID:
        return text
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()


def _source(raw: RawEntry, link: str) -> str:
    return clean.title(raw.source)[:200] or (urlsplit(link).hostname or "" if raw.source_link else "")


def _minutes(text: str) -> float | None:
    text = text.strip()
    return min(float(text[:9]), 525600.0) * 60 if text.isascii() and text.isdecimal() and int(text[:9]) else None


def _period(period: str, frequency: str) -> float | None:
    seconds = _PERIODS.get(period.strip().lower())
    if seconds is None:
        return None
    times = int(frequency.strip()[:6]) if re.fullmatch(r"\s*[0-9]{1,6}\s*", frequency, re.ASCII) else 1
    return seconds / max(1, times)
