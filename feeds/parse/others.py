"""The formats feedparser does not read: JSON Feed (jsonfeed.org) and news sitemaps."""

from __future__ import annotations

import json
from typing import Any

from lxml import etree

from feeds.parse.values import MOST_ENTRIES, Raw, RawEntry

_MAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
_NEWS = "http://www.google.com/schemas/sitemap-news/0.9"


def json_feed(text: str) -> Raw | None:
    """A JSON Feed of version 1 or 1.1; None when the JSON is something else, or none."""
    try:
        feed = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(feed, dict) or "jsonfeed.org" not in _word(feed, "version"):
        return None
    items = feed.get("items")
    if not isinstance(items, list):
        return None
    return Raw(
        format="json",
        title=_word(feed, "title"),
        link=_word(feed, "home_page_url"),
        entries=[_item(item) for item in items[:MOST_ENTRIES] if isinstance(item, dict)],
        cut=len(items) > MOST_ENTRIES,
    )


def _item(item: dict[str, Any]) -> RawEntry:
    return RawEntry(
        id=_word(item, "id"),
        title=_word(item, "title"),
        link=_word(item, "url") or _word(item, "external_url"),
        published=_word(item, "date_published"),
        updated=_word(item, "date_modified"),
        summary=_word(item, "summary"),
        content=_word(item, "content_html") or _escaped(_word(item, "content_text")),
    )


def _word(values: dict[str, Any], name: str) -> str:
    value = values.get(name)
    if isinstance(value, str):
        return value
    # The standard asks for strings and for tolerance: ids are often numbers.
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e18 else ""


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")


def news_sitemap(text: str) -> Raw | None:
    """A sitemap with news:news in it (title, paper and date of each page); None when it is no such thing."""
    if "<urlset" not in text[:5000] or "<!DOCTYPE" in text[:5000]:
        return None
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, recover=False, huge_tree=False, remove_comments=True
    )
    try:
        root = etree.fromstring(text.encode("utf-8", errors="replace"), parser)
    except (etree.XMLSyntaxError, ValueError):
        return None
    pages = root.findall(f"{{{_MAP}}}url[{{{_NEWS}}}news]")
    if not pages:
        return None
    return Raw(format="sitemap", entries=[_page(page) for page in pages[:MOST_ENTRIES]], cut=len(pages) > MOST_ENTRIES)


def _page(page: etree._Element) -> RawEntry:
    news = f"{{{_NEWS}}}news/{{{_NEWS}}}"
    link = page.findtext(f"{{{_MAP}}}loc") or ""
    return RawEntry(
        id=link.strip(),
        link=link.strip(),
        title=page.findtext(f"{news}title") or "",
        published=page.findtext(f"{news}publication_date") or "",
        updated=page.findtext(f"{{{_MAP}}}lastmod") or "",
        summary=page.findtext(f"{news}keywords") or "",
        source=page.findtext(f"{news}publication/{{{_NEWS}}}name") or "",
    )
