"""Deciding about feeds, over plain data: which entries are new, when to look again, whether an address has moved.

Nothing here fetches or stores; `watch.py` does as it is told.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median
from typing import TypeVar
from urllib.parse import urlsplit

from feeds import links
from feeds.parse.values import ParsedEntry
from outreach.errors import N_

#: what parsing and identities look like; a new number makes every feed forget its ETag and be read afresh
PARSER = 1

# --- which entries are new ---


@dataclass(frozen=True, slots=True)
class Known:
    """What is kept of an entry we have seen."""

    id: int
    identity: str
    link_key: str
    title: str
    published_at: datetime | None
    content_hash: str


@dataclass(frozen=True, slots=True)
class Identified:
    """An entry and the names it is known by."""

    entry: ParsedEntry
    identity: str
    link_key: str
    content_hash: str
    #: found by a search: the same words on another day are another entry
    is_search: bool = False


@dataclass(frozen=True, slots=True)
class Changes:
    """What an answer brought."""

    new: list[Identified] = field(default_factory=list)
    #: known entries whose headline or text changed: not new, nothing is suggested again
    updated: list[tuple[Known, Identified]] = field(default_factory=list)
    #: known entries under a new identity (a blog that moved): the identity is to be replaced
    renamed: list[tuple[Known, Identified]] = field(default_factory=list)


def identified(entries: Sequence[ParsedEntry], *, is_search: bool = False) -> list[Identified]:
    """The entries with their identities, each identity once.

    The id, where a feed gives each entry one of its own; with the link, where it gives many the same; else the
    canonical link; else title and text. Search feeds wrap links and make new ids at each fetch: there it is headline,
    paper and day.
    """
    guids = Counter(entry.id for entry in entries if entry.id)
    shared = _shared_links(entries)
    found: dict[str, Identified] = {}
    for entry in entries:
        searched = is_search or _is_news_search(entry)
        one = Identified(
            entry=entry,
            is_search=searched,
            identity=_hash(_identity(entry, guids, shared, is_search=searched)),
            link_key=link_key(entry.link),
            content_hash=_hash("content", entry.title, entry.text),
        )
        found.setdefault(one.identity, one)
    return list(found.values())


def identity(entry: ParsedEntry, *, is_search: bool = False) -> str:
    """The identity of one entry that shares its id with no other."""
    return identified([entry], is_search=is_search)[0].identity


def link_key(link: str) -> str:
    """The canonical form of a link, hashed; empty without a link."""
    return _hash(links.canonical(link)) if link else ""


def new_entries(known: Sequence[Known], entries: Sequence[Identified]) -> Changes:
    """What of an answer is new, changed or only renamed, given what is known of the feed."""
    changes = Changes()
    by_identity = {one.identity: one for one in known}
    unknown = [one for one in entries if one.identity not in by_identity]
    for one in entries:
        if one.identity in by_identity:
            _compare(changes, by_identity[one.identity], one)
    seen = {one.identity for one in entries}
    open_ = [one for one in known if one.identity not in seen]
    # A few new ids are new entries unless their link is known; when not one id is known any more, all have changed.
    keys = [_by_link, *((_by_title_and_day, _by_text) if len(unknown) == len(entries) else ())]
    for key in keys:
        unknown, open_ = _pair(changes, unknown, open_, key)
    changes.new.extend(unknown)
    return changes


def _shared_links(entries: Sequence[ParsedEntry]) -> frozenset[str]:
    """Links under which several headlines stand: feeds made by hand lead from every entry to one page of news."""
    headlines = {(entry.link, entry.title) for entry in entries if entry.link}
    counts = Counter(link for link, _title in headlines)
    return frozenset(link for link, count in counts.items() if count > 1)


def _identity(entry: ParsedEntry, guids: Counter[str], shared: frozenset[str], *, is_search: bool) -> tuple[str, ...]:
    if is_search:
        day = entry.published_at.date().isoformat() if entry.published_at else ""
        return ("search", _plain_title(entry.title, entry.source), entry.source.casefold(), day)
    if entry.id and guids[entry.id] == 1:
        return ("guid", entry.id)
    title = entry.title if entry.link in shared or _is_front_page(entry.link) else ""
    if entry.id and entry.link:
        return ("guid and link", entry.id, links.canonical(entry.link), *filter(None, (title,)))
    if entry.link:
        return ("link", links.canonical(entry.link), title)
    return ("text", entry.title, entry.text)


def _is_front_page(link: str) -> bool:
    """Feeds made by hand often link to the front page from every entry."""
    parts = urlsplit(link)
    return parts.path in ("", "/") and not parts.query


def _is_news_search(entry: ParsedEntry) -> bool:
    return (urlsplit(entry.link).hostname or "") in ("news.google.com", "www.bing.com", "bing.com")


def _plain_title(title: str, source: str) -> str:
    if source and title.casefold().endswith(source.casefold()):
        title = re.sub(r"\s*[-–—|]\s*$", "", title[: -len(source)])
    return re.sub(r"[\W_]+", " ", title.casefold()).strip()


def _compare(changes: Changes, known: Known, one: Identified) -> None:
    if known.content_hash == one.content_hash:
        return
    changes.updated.append((known, one))


T = TypeVar("T", Known, Identified)
_Key = Callable[[Known | Identified], str]


def _pair(
    changes: Changes, unknown: list[Identified], open_: list[Known], key: _Key
) -> tuple[list[Identified], list[Known]]:
    """Pair entries with known ones that share a key which is theirs alone on both sides."""
    ours, theirs = _alone(open_, key), _alone(unknown, key)
    paired = {name: (ours[name], theirs[name]) for name in ours.keys() & theirs.keys()}
    for known, one in paired.values():
        changes.renamed.append((known, one))
        _compare(changes, known, one)
    taken = {one.identity for _known, one in paired.values()}
    used = {known.id for known, _one in paired.values()}
    return [one for one in unknown if one.identity not in taken], [one for one in open_ if one.id not in used]


def _alone(rows: Sequence[T], key: _Key) -> dict[str, T]:
    counts = Counter(key(row) for row in rows)
    return {key(row): row for row in rows if key(row) and counts[key(row)] == 1}


def _by_link(row: Known | Identified) -> str:
    return row.link_key


def _by_title_and_day(row: Known | Identified) -> str:
    entry = row if isinstance(row, Known) else row.entry
    return f"{entry.title.casefold()} {entry.published_at.date()}" if entry.title and entry.published_at else ""


def _by_text(row: Known | Identified) -> str:
    return "" if isinstance(row, Identified) and row.is_search else row.content_hash


def _hash(*parts: str | tuple[str, ...]) -> str:
    flat = "\x1f".join("\x1f".join(part) if isinstance(part, tuple) else part for part in parts)
    return hashlib.sha256(flat.encode("utf-8", errors="replace")).hexdigest()


# --- when to look again ---

LEAST = timedelta(minutes=15)
MOST = timedelta(hours=24)
LONGEST_WAIT = timedelta(days=7)
UNKNOWN = timedelta(hours=1)
#: how far next checks are spread, of the time between them
JITTER = 0.15
DEAD_AFTER = timedelta(days=14)

WHYS: Mapping[str, str] = {
    "new": N_("It has not been read yet."),
    "own": N_("Something new comes about every %(gap)s hours; it is read every %(minutes)s minutes."),
    "quiet": N_("Nothing new came %(quiet)s times in a row; it is read every %(minutes)s minutes."),
    "fixed": N_("Somebody set it to every %(minutes)s minutes."),
    "fresh": N_("The server says the answer stays fresh for %(minutes)s minutes."),
    "ttl": N_("The feed asks for %(minutes)s minutes between two readings."),
    "period": N_("The feed says it changes every %(minutes)s minutes."),
    "retry_after": N_("The server asks us to wait for %(minutes)s minutes."),
    "failed": N_("Reading it failed %(failures)s times in a row; the next try comes after %(minutes)s minutes."),
    "rate_limited": N_("The server says we ask too often; the next try comes after %(minutes)s minutes."),
    "pause": N_("Its domain asked for a pause."),
    "gone": N_("The address is gone for good; it is not read any more."),
}


@dataclass(frozen=True, slots=True)
class Pace:
    """What is known about how often a feed should be read."""

    feed_id: int
    checks: int
    #: half the usual time between two entries, see `own_minutes`
    own_minutes: int
    #: checks in a row without anything new, this one included
    quiet_checks: int
    #: set by a person
    fixed_minutes: int | None = None


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the server and the feed ask for, in seconds."""

    fresh_for: float | None = None
    ttl: float | None = None
    update_period: float | None = None
    retry_after: float | None = None


@dataclass(frozen=True, slots=True)
class Next:
    """When to look again, and why then: a code of WHYS with values."""

    at: datetime
    why: str
    values: dict[str, int | float]


def in_words(why: str, values: Mapping[str, object]) -> tuple[str, dict[str, object]]:
    """The English sentence of a reason, and what fills its gaps after translation."""
    sentence = WHYS.get(why, WHYS["new"])
    return sentence, {name: values.get(name, "?") for name in re.findall(r"%\((\w+)\)s", sentence)}


def own_minutes(appeared: Sequence[datetime], now: datetime) -> int:
    """The pace of a feed whose entries appeared then: half the usual time between two of its last twenty.

    The silence since the last one counts as a gap; a feed that gives no dates is read every hour at first.
    """
    moments = sorted({moment for moment in appeared if moment <= now}, reverse=True)[:20]
    if len(moments) < 2:
        return _minutes(UNKNOWN)
    usual = median((later - earlier).total_seconds() for later, earlier in pairwise(moments))
    gap = timedelta(seconds=max(usual, (now - moments[0]).total_seconds() / 2))
    return _minutes(_bounded(gap / 2))


def next_check(pace: Pace, wishes: Wishes, now: datetime) -> Next:
    """When to read a feed again after an answer: the longest of its own pace and everything it was asked for."""
    if pace.fixed_minutes is not None:
        own = ("fixed", max(LEAST, timedelta(minutes=pace.fixed_minutes)))
    else:
        usual = timedelta(minutes=pace.own_minutes)
        own = ("quiet" if pace.quiet_checks > 1 else "own", _bounded(usual * 2 ** min(pace.quiet_checks, 10)))
    asked = [
        ("fresh", wishes.fresh_for, MOST),
        ("ttl", wishes.ttl, MOST),
        ("period", wishes.update_period, MOST),
        ("retry_after", wishes.retry_after, LONGEST_WAIT),
    ]
    wanted = [own, *((why, min(timedelta(seconds=min(seconds, 1e7)), most)) for why, seconds, most in asked if seconds)]
    why, wait = max(wanted, key=lambda one: one[1])
    wait = wait if why in ("retry_after", "fixed") else min(wait, MOST)
    values: dict[str, int | float] = {"minutes": _minutes(wait)}
    if why in ("own", "quiet"):
        values |= {"gap": round(pace.own_minutes / 30, 1), "quiet": pace.quiet_checks}
    at = now + max(LEAST, _spread(pace.feed_id, pace.checks, wait, both_ways=why in ("own", "quiet", "fixed")))
    return Next(at=at, why=why, values=values)


def after_failure(
    *, feed_id: int, checks: int, kind: str, failures: int, retry_after: float | None, now: datetime
) -> Next:
    """When to try again after `failures` failures in a row: later each time, at most a day, as long as it is asked for."""
    if kind == "gone":
        return Next(at=now + MOST, why="gone", values={})
    steps = min(max(failures, 1), 12) - 1
    wait = min(MOST, (timedelta(hours=1) if kind == "rate_limited" else timedelta(minutes=30)) * 2**steps)
    why = "rate_limited" if kind == "rate_limited" else "failed"
    asked = timedelta(seconds=retry_after or 0)
    if asked >= wait:
        wait, why = min(asked, LONGEST_WAIT), "retry_after"
    values: dict[str, int | float] = {"minutes": _minutes(wait), "failures": failures}
    return Next(at=now + _spread(feed_id, checks, wait, both_ways=False), why=why, values=values)


def domain_pause(kind: str, retry_after: float | None, now: datetime) -> datetime | None:
    """Until when the whole domain is left alone after an answer; None when it may be asked on."""
    if kind != "rate_limited":
        return None
    return now + min(max(LEAST, timedelta(seconds=retry_after or 0)), LONGEST_WAIT)


def is_dead(failing_since: datetime | None, now: datetime) -> bool:
    """Whether a feed has failed for so long that a person should look at it."""
    return failing_since is not None and now - failing_since > DEAD_AFTER


def phase(feed_id: int) -> float:
    """A number between 0 and 1 that is a feed's own: what spreads thousands of them over the hour."""
    return int.from_bytes(hashlib.sha256(b"phase %d" % feed_id).digest()[:4], "big") / 2**32


def _bounded(wait: timedelta) -> timedelta:
    return min(max(wait, LEAST), MOST)


def _spread(feed_id: int, checks: int, wait: timedelta, *, both_ways: bool) -> timedelta:
    """The wait, up to 15 % shorter or longer by the feed's phase, another way at each check; never shorter than asked."""
    turn = (phase(feed_id) + checks * 0.618034) % 1.0
    return wait * (1 + JITTER * (2 * turn - 1 if both_ways else turn))


def _minutes(wait: timedelta) -> int:
    return round(wait / timedelta(minutes=1))


# --- whether an address has moved ---

ADOPT_AFTER_ANSWERS = 3
ADOPT_AFTER = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Move:
    """Where a feed seems to have moved: kept from answer to answer."""

    to: str = ""
    seen: int = 0
    since: datetime | None = None
    #: the answers agree for long enough: this is its address now
    is_adopted: bool = False


def redirects(before: Move, *, moved_to: str | None, is_same_feed: bool, now: datetime) -> Move:
    """What to think of a permanent redirect: nothing at once (a hotel's login page says 301 too), more each time.

    Adopted after three equal answers over two days, each of which was the same feed; temporary ones never.
    """
    if not moved_to or not is_same_feed:
        return Move()
    if moved_to != before.to or before.since is None:
        return Move(to=moved_to, seen=1, since=now)
    seen = before.seen + 1
    is_adopted = seen >= ADOPT_AFTER_ANSWERS and now - before.since >= ADOPT_AFTER
    return Move(to=moved_to, seen=seen, since=before.since, is_adopted=is_adopted)
