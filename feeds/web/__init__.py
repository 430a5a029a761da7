"""The pages of the feed watcher: sources and their health, what is watched, the press of one company."""

from __future__ import annotations

from flask import Blueprint

import feeds.web.opml  # noqa: F401 - further pages of `feeds`
from feeds.web.press import pages as press_pages
from feeds.web.sources import pages as source_pages
from feeds.web.watches import pages as watch_pages


def blueprints() -> list[Blueprint]:
    """Every blueprint of this floor."""
    return [source_pages, watch_pages, press_pages]
