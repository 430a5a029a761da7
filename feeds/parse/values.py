"""The plain values parsing travels in: what stands in a feed, and what we make of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

MOST_ENTRIES = 500


@dataclass(slots=True)
class RawEntry:
    """One item as it stands in a feed; every text still as it was written, markup and all."""

    id: str = ""
    title: str = ""
    link: str = ""
    published: str = ""
    updated: str = ""
    summary: str = ""
    content: str = ""
    source: str = ""
    source_link: str = ""


@dataclass(slots=True)
class Raw:
    """A feed as it stands there."""

    format: str
    title: str = ""
    link: str = ""
    ttl: str = ""
    period: str = ""
    frequency: str = ""
    entries: list[RawEntry] = field(default_factory=list)
    #: there were more entries than we read
    cut: bool = False
    #: read by the strict pass
    strict: bool = False


@dataclass(frozen=True, slots=True)
class ParsedEntry:
    """One entry, made plain: texts without markup, whole and allowed links, dates in UTC."""

    id: str
    title: str
    link: str
    text: str
    #: the paper it comes from, as feeds made of several papers name it
    source: str
    source_link: str
    #: None when the feed gives no date; the first-seen time is somebody else's to add
    published_at: datetime | None
    updated_at: datetime | None


@dataclass(frozen=True, slots=True)
class Parsed:
    """A feed, made plain. `format` is rss20, rss10, rss091u …, atom10, atom03, json or sitemap."""

    format: str
    title: str
    site: str
    #: how often the feed itself wants to be asked at most, in seconds
    ttl: float | None
    update_period: float | None
    entries: tuple[ParsedEntry, ...]
    #: there were more entries than are read at once
    cut: bool = False
    #: entries without a headline, a text and a link
    empty: int = 0
    #: read by the strict pass and not by feedparser
    strict: bool = False
