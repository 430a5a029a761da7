"""The feeds of a site, found from any of its addresses: announced in the page, linked, on press pages, well known.

    address → a feed itself? → announced by the page → linked → on its press pages → at well-known paths

Pure but for the two functions it is given: `ask` fetches an address, `read` parses what came.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Literal, Protocol
from urllib.parse import urljoin, urlsplit
from urllib.robotparser import RobotFileParser

from lxml import etree

from feeds import clean, links
from feeds.guard import FetchFailed
from feeds.parse import decoded
from feeds.parse.values import Parsed

MOST_HTML = 1024 * 1024
#: addresses tried of each kind, press pages read: a site is asked for little
MOST_TRIED = 6
MOST_PAGES = 3
AGENT = "Outreach"

How = Literal["itself", "announced", "linked", "well_known"]
_FEED_TYPES = {
    "application/rss+xml", "application/atom+xml", "application/rdf+xml", "application/feed+json", "text/rss+xml",
    "application/x-rss+xml",
}  # fmt: skip
_UNWANTED = re.compile(r"comment|kommentar|wp-json|oembed|/replies|trackback|xmlrpc", re.IGNORECASE)
_FEED_LINK = re.compile(
    r"(?:^|[/._-])(?:rss|feed|atom)(?:[/._?-]|\d?\.xml|$)|\.(?:rss|atom|rdf)(?:$|\?)|type=(?:rss|100)\b", re.IGNORECASE
)
_PRESS = re.compile(
    r"(?:^|[/_-])(?:presse\w*|press\w*|news\w*|aktuell\w*|neuigkeiten|meldungen|pressemitteilungen|medien|newsroom|blog|magazin)(?:[/._?-]|$)",
    re.IGNORECASE,
)
#: where everything is called feed, and none of it is the site's own
_PLATFORMS = re.compile(
    r"(?:^|\.)(?:youtube\.com|youtu\.be|facebook\.com|instagram\.com|twitter\.com|x\.com|linkedin\.com|xing\.com|pinterest\.\w+"
    r"|tiktok\.com|feedly\.com|google\.\w+)$"
)
_WELL_KNOWN = (
    "/feed/", "/rss.xml", "/feed.xml", "/atom.xml", "/rss", "/index.xml", "/presse/feed/", "/news/feed/", "/blog/feed/",
    "/aktuelles/feed/", "/news/rss.xml", "/presse/rss.xml", "/?feed=rss2", "/feed.json",
)  # fmt: skip


class Page(Protocol):
    """What an answer has to have; `fetch.Fetched` has it."""

    @property
    def body(self) -> bytes: ...
    @property
    def content_type(self) -> str: ...
    @property
    def final_address(self) -> str: ...


Ask = Callable[[str], Awaitable[Page]]
Read = Callable[[Page], Awaitable[Parsed]]


@dataclass(frozen=True, slots=True)
class Candidate:
    """An address that may be a feed, and how we came to it."""

    address: str
    how: How
    title: str = ""


@dataclass(frozen=True, slots=True)
class Candidates:
    """What a page leads to."""

    feeds: tuple[Candidate, ...]
    #: pages of the same site that sound like news
    pages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """A feed that was read and is one."""

    address: str
    how: How
    title: str
    format: str
    site: str
    entries: int


def candidates(html: str, address: str) -> Candidates:
    """Where the page at `address` may have feeds: announced ones first, then linked ones; and its press pages."""
    feeds: dict[str, Candidate] = {}
    pages: dict[str, None] = {}
    own = links.domain(address)
    for tag, values, text in _links(html):
        target = links.absolute(values.get("href", ""), address)
        if not target or _UNWANTED.search(target) or _PLATFORMS.search(urlsplit(target).hostname or ""):
            continue
        if tag == "link":
            if _announces(values) and not _UNWANTED.search(values.get("title", "")):
                feeds.setdefault(target, Candidate(target, "announced", clean.title(values.get("title", ""))))
        elif _FEED_LINK.search(_tail(target)) or values.get("type", "").lower() in _FEED_TYPES:
            feeds.setdefault(target, Candidate(target, "linked", clean.title(text)))
        elif links.domain(target) == own and (_PRESS.search(urlsplit(target).path) or _PRESS.fullmatch(text.strip())):
            pages.setdefault(target.split("#")[0])
    ordered = sorted(feeds.values(), key=lambda one: one.how != "announced")
    return Candidates(feeds=tuple(ordered), pages=tuple(page for page in pages if page != address))


def well_known(address: str) -> tuple[Candidate, ...]:
    """Where feeds of a site stand by custom."""
    return tuple(Candidate(urljoin(address, path), "well_known") for path in _WELL_KNOWN)


async def find(ask: Ask, read: Read, address: str) -> list[Found]:
    """The feeds of a site, best first; an empty list when it has none. Raises FetchFailed when the address fails.

    Asks for at most about 30 addresses, one after the other; pages beyond the first one only where robots.txt lets us.
    """
    page = await ask(address)
    itself = await _read(read, page, "itself")
    if itself is not None:
        return [itself]
    search = _Search(ask, read)
    here = candidates(decoded(page.body[:MOST_HTML], page.content_type), page.final_address)
    for how in ("announced", "linked"):
        await search.attempt([one for one in here.feeds if one.how == how])
        if search.found:
            return search.found
    for press in await search.allowed(here.pages[:MOST_PAGES]):
        await search.attempt(await search.on_page(press))
    if not search.found:
        await search.attempt(well_known(page.final_address), most=len(_WELL_KNOWN))
    return search.found


class _Search:
    """One search: what was found, what was tried."""

    def __init__(self, ask: Ask, read: Read) -> None:
        self._ask, self._read = ask, read
        self.found: list[Found] = []
        self._tried: set[str] = set()

    async def attempt(self, candidates: Iterable[Candidate], *, most: int = MOST_TRIED) -> None:
        """Read the candidates nobody tried yet and keep what is a feed."""
        fresh = [one for one in candidates if one.address not in self._tried]
        for one in fresh[:most]:
            self._tried.add(one.address)
            try:
                found = await _read(self._read, await self._ask(one.address), one.how)
            except FetchFailed:
                continue  # no feed there; one of many tries
            if found is not None and found.address not in {known.address for known in self.found}:
                self.found.append(found)
            if found is not None and one.how == "well_known":
                return  # /feed/ and /rss are the same thing twice

    async def on_page(self, address: str) -> list[Candidate]:
        """The candidates of a further page of the site; none when it cannot be read."""
        try:
            page = await self._ask(address)
        except FetchFailed:
            return []
        return list(candidates(decoded(page.body[:MOST_HTML], page.content_type), page.final_address).feeds)

    async def allowed(self, pages: Iterable[str]) -> list[str]:
        """Those of the pages the site lets programs read."""
        wanted = list(pages)
        if not wanted:
            return []
        rules = await robots(self._ask, wanted[0])
        return [page for page in wanted if rules.can_fetch(AGENT, page)]


async def robots(ask: Ask, address: str) -> RobotFileParser:
    """What the site of an address allows programs; everything, when it says nothing (RFC 9309)."""
    rules = RobotFileParser()
    try:
        page = await ask(urljoin(address, "/robots.txt"))
    except FetchFailed as failure:
        # A server in trouble may have rules we do not see: nothing is allowed until it says so.
        lines = ["User-agent: *", "Disallow: /"] if failure.kind in ("server_error", "timeout") else []
    else:
        lines = page.body[: 500 * 1024].decode("utf-8", errors="replace").splitlines()
    try:
        rules.parse(lines)
    except ValueError:  # numbers that are none, addresses that are none: for that it has no answer
        rules = RobotFileParser()
        rules.parse(["User-agent: *", "Disallow: /"])
    return rules


async def _read(read: Read, page: Page, how: How) -> Found | None:
    try:
        parsed = await read(page)
    except FetchFailed:
        return None
    return Found(
        address=page.final_address,
        how=how,
        title=parsed.title,
        format=parsed.format,
        site=parsed.site,
        entries=len(parsed.entries),
    )


def _links(html: str) -> Iterable[tuple[str, dict[str, str], str]]:
    """Every <link> and <a> of a page with its attributes and its text."""
    parser = etree.HTMLParser(no_network=True, remove_comments=True, huge_tree=False)
    try:
        root = etree.fromstring(html.encode("utf-8", errors="replace"), parser)
    except (etree.XMLSyntaxError, ValueError):
        return
    if root is None:
        return
    for element in root.iter("link", "a"):
        values = {str(name).lower(): str(value) for name, value in element.attrib.items()}
        yield str(element.tag), values, (element.text or "")[:200]


def _announces(values: dict[str, str]) -> bool:
    relations = values.get("rel", "").lower().split()
    return "alternate" in relations and values.get("type", "").split(";")[0].strip().lower() in _FEED_TYPES


def _tail(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path
