"""A parsed feed on its way from the process that parses: JSON, because what comes from there is trusted with nothing."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from feeds.parse.values import Parsed, ParsedEntry


def packed(parsed: Parsed) -> dict[str, Any]:
    """What JSON can hold of a feed."""
    return {
        "feed": [parsed.format, parsed.title, parsed.site, parsed.ttl, parsed.update_period],
        "flags": [parsed.cut, parsed.empty, parsed.strict],
        "entries": [
            [
                entry.id,
                entry.title,
                entry.link,
                entry.text,
                entry.source,
                entry.source_link,
                entry.published_at.isoformat() if entry.published_at else None,
                entry.updated_at.isoformat() if entry.updated_at else None,
            ]
            for entry in parsed.entries
        ],
    }


def unpacked(packed: dict[str, Any]) -> Parsed:
    """The feed such a value holds."""
    form, title, site, ttl, period = packed["feed"]
    cut, empty, strict = packed["flags"]
    entries = tuple(
        ParsedEntry(
            id=id_,
            title=headline,
            link=link,
            text=text,
            source=source,
            source_link=source_link,
            published_at=datetime.fromisoformat(published) if published else None,
            updated_at=datetime.fromisoformat(updated) if updated else None,
        )
        for id_, headline, link, text, source, source_link, published, updated in packed["entries"]
    )
    return Parsed(
        format=form, title=title, site=site, ttl=ttl, update_period=period, entries=entries, cut=cut, empty=empty,
        strict=strict,
    )  # fmt: skip
