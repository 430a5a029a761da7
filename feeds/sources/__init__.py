"""The feeds we read: added, linked to customers, paused, listed with their health. One row, one fetch per address."""

from feeds.sources.health import FeedHealth, FeedLine, counts, entries_of, for_company, health, list_page
from feeds.sources.propose import Proposal, Search, propose, searches
from feeds.sources.store import (
    ADDRESS_MOST,
    RELATIONS,
    Added,
    add,
    change,
    check_now,
    checked,
    get,
    link,
    linked,
    pause,
    remove,
    resume,
    unlink,
)

__all__ = [
    "ADDRESS_MOST",
    "RELATIONS",
    "Added",
    "FeedHealth",
    "FeedLine",
    "Proposal",
    "Search",
    "add",
    "change",
    "check_now",
    "checked",
    "counts",
    "entries_of",
    "for_company",
    "get",
    "health",
    "link",
    "linked",
    "list_page",
    "pause",
    "propose",
    "remove",
    "resume",
    "searches",
    "unlink",
]
