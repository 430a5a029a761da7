"""The whole text of matched teasers, read once for the sentence that says what happened. Only that sentence is kept.

timetable → read_articles: wanted entries by domain | lease a domain | robots.txt, page, text | judge again, release

One process at a time reads a domain, one page after the other with a pause between; a process that dies leaves a lease
that runs out. A page that fails for a while is tried again, three times and for two days at most; then it is refused.
"""

from __future__ import annotations

import asyncio
import threading
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import urlsplit
from urllib.robotparser import RobotFileParser

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from feeds import decide, discover, fetch, links, parse, suggest
from feeds.fetch import Client, Limits
from feeds.guard import FetchFailed
from feeds.parse import Reader
from feeds.rows import DomainPause, Entry, Feed
from feeds.suggest import Desk, Fresh, Source
from feeds.texts import Article
from feeds.watch import claim
from outreach import clock, db, logs
from outreach.house import House

log = logs.get(__name__)
ACCEPT = "text/html, application/xhtml+xml;q=0.9"
#: an article older than this is no news any more
GIVEN_UP_AFTER = timedelta(days=2)
TRIES = 3
#: less than this is the rest a paywall leaves, or no article at all
_TEXT_LEAST = 200
#: a lease has its own key beside the pauses of domains; no domain holds a colon
_LEASE = "articles:"
_LEASED_FOR = timedelta(minutes=5)
#: failures that may pass
_PASSING = frozenset(("timeout", "dns", "refused", "server_error", "rate_limited", "damaged", "bad_answer"))
_CONSENT_HOSTS = ("consent.", "news.google.", "myprivacy.", "cmp.")


@dataclass(frozen=True)
class Manners:
    """How much is read and how slowly; tests are quicker."""

    spacing: float = 2.0
    domains: int = 8
    #: pages of one domain in one go
    pages: int = 6
    limits: Limits = field(default_factory=lambda: Limits(total=20.0, most_bytes=3 * 1024 * 1024))


@dataclass(frozen=True)
class Wanted:
    """An entry whose page is to be read."""

    id: int
    link: str
    article: Article
    source: Source


class Tries:
    """How often this process has tried a page, and who reads now. Lost with the process; then the two days still hold."""

    def __init__(self) -> None:
        self.of: Counter[int] = Counter()
        self.busy = threading.Lock()


def read(house: House, *, manners: Manners | None = None) -> int:
    """Read the pages that are wanted, a few of each domain; gives how many were read or refused."""
    tries = house.kept(Tries, Tries)
    if not tries.busy.acquire(blocking=False):
        return 0  # the round before is still waiting for somebody
    try:
        return _read(house, manners or Manners(), tries)
    finally:
        tries.busy.release()


def _read(house: House, manners: Manners, tries: Tries) -> int:
    with house.database.reading() as session:
        if not session.scalar(select(Entry.id).where(Entry.full_text == "wanted").limit(1)):
            return 0
    with house.database.writing() as session:
        given_up = _give_up(session, clock.now())
        leased = _lease(session, _waiting(session, manners), manners, clock.now())
    if not leased:
        return given_up
    try:
        return given_up + asyncio.run(_read_domains(house, leased, manners, tries))
    finally:
        with house.database.writing() as session:
            session.execute(delete(DomainPause).where(DomainPause.domain.in_([_LEASE + name for name in leased])))


def _give_up(session: Session, now: datetime) -> int:
    old = (Entry.full_text == "wanted", Entry.first_seen_at < now - GIVEN_UP_AFTER)
    return session.connection().execute(update(Entry).where(*old).values(full_text="refused")).rowcount


def _waiting(session: Session, manners: Manners) -> Mapping[str, list[Wanted]]:
    """Wanted pages by domain, those asked for first first."""
    query = (
        select(Entry, Feed.title, Feed.own_title)
        .join(Feed, Feed.id == Entry.feed_id)
        .where(Entry.full_text == "wanted")
        .order_by(Entry.id)
        .limit(50 * manners.domains)
    )
    found: dict[str, list[Wanted]] = defaultdict(list)
    for entry, title, own_title in session.execute(query):
        article = Article(str(entry.id), entry.title, entry.excerpt, entry.source, entry.published_at, entry.link)
        found[links.domain(entry.link)].append(
            Wanted(entry.id, entry.link, article, Source(entry.feed_id, own_title or title))
        )
    return found


def _lease(
    session: Session, waiting: Mapping[str, list[Wanted]], manners: Manners, now: datetime
) -> dict[str, list[Wanted]]:
    """The domains nobody reads and nobody has to leave alone, as many as are read at once."""
    keys = [*waiting, *(_LEASE + name for name in waiting)]
    closed = set(
        session.scalars(select(DomainPause.domain).where(DomainPause.domain.in_(keys), DomainPause.until > now))
    )
    mine: dict[str, list[Wanted]] = {}
    for name, wanted in waiting.items():
        if name in closed or len(mine) >= manners.domains:
            continue
        put = db.insert(session, DomainPause).values(domain=_LEASE + name, until=now + _LEASED_FOR)
        won = put.on_conflict_do_update(
            index_elements=["domain"], set_={"until": put.excluded.until}, where=DomainPause.until <= now
        ).returning(DomainPause.domain)
        if session.connection().execute(won).first() is not None:
            mine[name] = wanted[: manners.pages]
    return mine


async def _read_domains(house: House, leased: Mapping[str, list[Wanted]], manners: Manners, tries: Tries) -> int:
    async with (
        fetch.client(
            contact=house.settings.public_url,
            allow_private=house.settings.allow_private_addresses,
            limits=manners.limits,
        ) as client,
        parse.reader(lanes=1) as reader,
    ):
        visits = [_Visit(house, client, reader, manners, tries, name, wanted).read() for name, wanted in leased.items()]
        return sum(await asyncio.gather(*visits))


class _Visit:
    """One domain, page by page."""

    def __init__(
        self, house: House, client: Client, reader: Reader, manners: Manners, tries: Tries, domain: str,
        wanted: Sequence[Wanted],
    ) -> None:  # fmt: skip
        self._house, self._client, self._reader, self._manners = house, client, reader, manners
        self._tries, self._domain, self._wanted = tries, domain, wanted
        self._robots: dict[str, RobotFileParser] = {}
        self._asked_at: float | None = None

    async def read(self) -> int:
        """Read what is wanted here; gives how many pages are done with."""
        done = 0
        for one in self._wanted:
            try:
                text = await self._text(one)
            except FetchFailed as failure:
                self._tries.of[one.id] += 1
                if failure.kind in _PASSING and self._tries.of[one.id] < TRIES:
                    if await asyncio.to_thread(self._paused, failure):
                        return done
                    continue
                text = ""
            except Exception as error:  # noqa: BLE001 - one page must not end the others; it is refused
                log.error("article_crashed", entry=one.id, error=f"{type(error).__name__}: {error}"[:200])
                text = ""
            self._tries.of.pop(one.id, None)
            await asyncio.to_thread(record, self._house, one, text)
            done += 1
        return done

    async def _text(self, one: Wanted) -> str:
        """The article behind a link; empty when it may not or cannot be read."""
        if _is_consent(one.link):
            return ""
        site = "{0.scheme}://{0.netloc}".format(urlsplit(one.link))
        if site not in self._robots:
            self._robots[site] = await discover.robots(self._ask, one.link)
        if not self._robots[site].can_fetch(discover.AGENT, one.link):
            return ""
        page = await self._ask(one.link)
        if _is_consent(page.final_address) or "html" not in (page.content_type or "html").lower():
            return ""
        text = await self._reader.article(page.body, page.content_type)
        return text if len(text) >= _TEXT_LEAST else ""

    async def _ask(self, address: str) -> fetch.Fetched:
        """Ask the domain for a page, not sooner after the last one than is polite."""
        loop = asyncio.get_running_loop()
        if self._asked_at is not None:
            await asyncio.sleep(max(0.0, self._asked_at + self._manners.spacing - loop.time()))
        try:
            return await fetch.fetch(self._client, address, accept=ACCEPT)
        finally:
            self._asked_at = loop.time()

    def _paused(self, failure: FetchFailed) -> bool:
        """Leave the domain alone when it asks for that."""
        until = decide.domain_pause(failure.kind, failure.retry_after, clock.now())
        if until is None:
            return False
        with self._house.database.writing() as session:
            claim.pause_domain(session, self._domain, until)
        return True


def record(house: House, one: Wanted, text: str) -> None:
    """Judge an entry again by its whole text, or note that there is none to be had. Twice means once."""
    now = clock.now()
    with house.database.writing() as session:
        changed = session.connection().execute(
            update(Entry)
            .where(Entry.id == one.id, Entry.full_text == "wanted")
            .values(full_text="read" if text else "refused")
        )
        if changed.rowcount == 1 and text:
            told = one.article
            whole = Article(told.id, told.title, text, told.source, told.published_at, told.link)
            desk = house.kept(Desk, Desk)
            suggest.take_in(session, desk, one.source, [Fresh(one.id, whole)], now=now, zone=house.settings.timezone)


def _is_consent(address: str) -> bool:
    """Whether this only asks for consent, or leads to somebody who does, as links of Google News do from the EU."""
    parts = urlsplit(address)
    return (parts.hostname or "").startswith(_CONSENT_HOSTS) or "/consent" in parts.path.lower()
