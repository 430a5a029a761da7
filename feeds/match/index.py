"""Which customers an article names. Pure; the index is built once and changed piece by piece.

body → folded → automaton (big, and small for what changed since) → word boundaries → capitals → the longest per
stretch → what speaks for and against → Mentions
"""

from __future__ import annotations

import re
from bisect import bisect_left, insort
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import TypeAlias

from feeds.match import sources
from feeds.match.context import Around, Place
from feeds.match.judge import Known, is_hopeless, weigh
from feeds.match.normal import Normal
from feeds.match.table import Table, case, is_part, relation
from feeds.names.lists import words
from feeds.texts import QUOTE_MOST, Article, Mention, Subject

#: changes are kept apart until they are this many, or this share of all
_CHANGES, _SHARE = 2_000, 0.1
#: an article with more places than this is a list; the first are looked at, and of one name fewer
_PLACES_MOST, _PLACES_OF_ONE = 500, 40
#: a name that more have says nothing by itself: only of whom the article says more are looked at, and of them so many
_OWNERS_MOST = 20


_Owners: TypeAlias = tuple[tuple[Subject, int], ...]


@dataclass(frozen=True, slots=True)
class _Hit:
    """A place where a form stands, with all who have it."""

    start: int
    end: int
    owners: _Owners


class Index:
    """All names watched. A value: changing gives another index, which shares what stayed the same."""

    __slots__ = ("_base", "_gone", "_recent")

    def __init__(self, base: Table, recent: Table, gone: frozenset[str]) -> None:
        self._base, self._recent, self._gone = base, recent, gone

    @classmethod
    def build(cls, subjects: Iterable[Subject]) -> Index:
        """An index of these subjects; of two with one key the last counts."""
        return cls(Table(list({subject.key: subject for subject in subjects}.values())), Table([]), frozenset())

    def with_changes(self, changed: Iterable[Subject] = (), gone: Collection[str] = ()) -> Index:
        """The index with these subjects new or other than before, and those keys away."""
        away = set(gone)
        recent = {one.key: one for one in self._recent.subjects if one.key not in away}
        recent |= {subject.key: subject for subject in changed}
        hidden = self._gone | (away & self._base.keys.keys()) | (recent.keys() & self._base.keys.keys())
        changes = len(recent) + len(hidden)
        if changes > _CHANGES and changes > _SHARE * len(self._base.subjects):
            stayed = (subject for subject in self._base.subjects if subject.key not in hidden)
            return Index.build([*stayed, *recent.values()])
        return Index(self._base, Table(list(recent.values())), frozenset(hidden))

    def __len__(self) -> int:
        return len(self._base.subjects) - len(self._gone) + len(self._recent.subjects)

    def subject(self, key: str) -> Subject | None:
        for table in (self._recent, self._base):
            if key in table.keys and not (table is self._base and key in self._gone):
                return table.subjects[table.keys[key]]
        return None

    def mentions(self, article: Article) -> list[Mention]:
        """Who is named where, in order of place; one mention for a place and subject.

        Whatever an article holds, at most `_PLACES_MOST` places are looked at, so that the time is bounded.
        """
        body = article.body
        normal = Normal(body)
        hits = _first(_longest([*self._hits(self._base, normal, body), *self._hits(self._recent, normal, body)]))
        found = list(_judged(hits, article)) if hits else []
        if article.own_of and not any(mention.subject == article.own_of for mention in found):
            found += self._own_site(article)
        return found

    def _own_site(self, article: Article) -> Iterator[Mention]:
        if self.subject(article.own_of) is not None:
            end = min(len(article.title) or len(article.body), QUOTE_MOST)
            yield Mention(article.own_of, "own", article.body[:end], 0, end, "sure", ("own_site",))

    def _hits(self, table: Table, normal: Normal, body: str) -> Iterator[_Hit]:
        hidden = self._gone if table is self._base else frozenset()
        text, has_tags = normal.text, "#" in body or "@" in body
        known: dict[tuple[int, int], _Owners] = {}
        for pattern, before, end in table.hits(text):
            if text[end].isalnum() and not (
                _is_genitive(text, end) or (has_tags and _is_account(text, before, end, normal, body))
            ):
                continue
            start, stop = normal.place(before + 1, end)
            form = body[start:stop]
            if not _is_whole(body, start, stop):
                continue
            shown = _capitals(form, is_tag=body[start - 1 : start] in ("#", "@"))
            owners = known.get((pattern, shown))
            if owners is None:
                owners = known[pattern, shown] = _owners(table, pattern, shown, hidden)
            if owners:
                yield _Hit(start, stop, owners)


def _owners(table: Table, pattern: int, shown: int, hidden: Collection[str]) -> _Owners:
    return tuple(
        (table.subjects[number], flags)
        for number, flags in table.owners(pattern)
        if case(flags) <= shown and not (hidden and table.subjects[number].key in hidden)
    )


def _is_genitive(text: str, end: int) -> bool:
    return text[end] == "s" and not text[end + 1].isalnum()


def _is_account(text: str, before: int, end: int, normal: Normal, body: str) -> bool:
    """Whether only that follows which is hung on the names of accounts: "@spiegelonline"."""
    start = normal.place(before + 1, end)[0]
    if body[start - 1 : start] not in ("#", "@"):
        return False
    tail = text[end : text.index(" ", end)]
    return tail in words("tag_tails") or tail in words("company_compounds")


_TAG = 3
_LEFT_OF_HYPHEN = frozenset({"ex", "nicht", "anti", "pro", "non", "vor", "mit"})
_HYPHENS = "-‐‑"
_BREAK = re.compile(r'[,;:()\[\]"„“”»«|?\n]')
_FULL_LINE = range(45, 100)
_WORD = re.compile(r"[^\W\d_]{2,}")


def _is_whole(body: str, start: int, stop: int) -> bool:
    """No other word's end ("S-Bahn"), and no sign inside that parts two things ("Nord, Cloud")."""
    if start >= 2 and body[start - 1] in _HYPHENS and body[start - 2].isalnum():
        left = start - 2
        while left > 0 and body[left - 1].isalnum():
            left -= 1
        if body[left : start - 1].lower() not in _LEFT_OF_HYPHEN:
            return False
    found = _BREAK.search(body, start, stop)
    return found is None or (found[0] == "\n" and _is_wrapped(body, found.start(), stop))


def _is_wrapped(body: str, at: int, stop: int) -> bool:
    """Whether a line ends in the name only because it was full, as in mails and agencies' texts; never twice."""
    begin = body.rfind("\n", 0, at) + 1
    return begin > 0 and at - begin in _FULL_LINE and _BREAK.search(body, at + 1, stop) is None


def _capitals(form: str, *, is_tag: bool) -> int:
    """The strictest demand (`table.case`) the form meets: 2 all capitals, 1 each word with a capital, 0 any letters.
    Tags and accounts are written small by everybody."""
    if form.isupper() or (is_tag and len(form) >= _TAG):
        return 2
    begins = form[0].isupper() or not form[0].isalpha()
    if begins and not form.isalnum():
        begins = not any(word[0].islower() and word not in words("fillers") for word in _WORD.findall(form))
    return 1 if begins else 0


def _longest(hits: Sequence[_Hit]) -> list[_Hit]:
    """Of hits that overlap the longest, of equally long ones the first; hits of one stretch become one."""
    kept: dict[int, _Hit] = {}
    starts: list[int] = []
    for hit in sorted(hits, key=lambda hit: (hit.start - hit.end, hit.start)):
        before = bisect_left(starts, hit.end)  # what is kept never overlaps, so only the last that begins before can
        other = kept[starts[before - 1]] if before else None
        if other is None or other.end <= hit.start:
            kept[hit.start] = hit
            insort(starts, hit.start)
        elif (other.start, other.end) == (hit.start, hit.end):
            kept[hit.start] = replace(other, owners=other.owners + hit.owners)
    return [kept[start] for start in starts]


def _first(hits: list[_Hit]) -> list[_Hit]:
    """The first places of an article, and of each name."""
    if len(hits) <= _PLACES_OF_ONE:
        return hits
    seen: Counter[str] = Counter()
    kept = []
    for hit in hits:
        first = hit.owners[0][0].key
        seen[first] += 1
        if seen[first] <= _PLACES_OF_ONE:
            kept.append(hit)
    return kept[:_PLACES_MOST]


def _judged(hits: list[_Hit], article: Article) -> Iterator[Mention]:
    around = Around(article)
    known: dict[str, Known] = {}
    found = [mention for hit in hits for mention in _at(Place(around, hit.start, hit.end), hit, known)]
    sure = {(one.subject, one.relation) for one in found if one.certainty == "sure"}
    for mention in found:
        if (
            mention.certainty == "unsure"
            and (mention.subject, mention.relation) in sure
            and "shared" not in mention.reasons
        ):
            yield replace(mention, certainty="sure", reasons=(*mention.reasons, "named_before"))
        else:
            yield mention


def _whole_before_part(owners: _Owners) -> _Owners:
    """Whoever is called so comes before those whose name only begins so."""
    whole = tuple(owner for owner in owners if not is_part(owner[1]))
    return whole or owners


def _worth_a_look(owners: _Owners, place: Place, known: dict[str, Known]) -> Iterable[tuple[Subject, int]]:
    if len(owners) <= _OWNERS_MOST:
        return owners
    return islice((owner for owner in owners if _known(owner[0], place, known).is_near), _OWNERS_MOST)


def _known(subject: Subject, place: Place, known: dict[str, Known]) -> Known:
    facts = known.get(subject.key)
    if facts is None:
        facts = known[subject.key] = Known(subject, place.around)
    return facts


def _at(place: Place, hit: _Hit, known: dict[str, Known]) -> Iterator[Mention]:
    weighed = []
    owners = _whole_before_part(hit.owners)
    own = {subject.key for subject, flags in owners if relation(flags) == "own"}
    for subject, flags in _worth_a_look(owners, place, known):
        facts = _known(subject, place, known)
        if facts.is_refused or is_hopeless(flags, place, facts):
            continue
        role = sources.role(place) if subject.is_medium else "subject"
        if role == "boilerplate":
            continue
        certainty, total, reasons = weigh(flags, place, facts, is_shared=len(own) > 1, role=role)
        if certainty is not None:
            weighed.append((total, subject, relation(flags), certainty, reasons))
    best = max((total for total, _, kind, _, _ in weighed if kind == "own"), default=0)
    rivals = sum(kind == "own" and total == best for total, _, kind, _, _ in weighed)
    for total, subject, kind, certainty, reasons in weighed:
        if kind == "own" and len(own) > 1 and (rivals > 1 or total < best):
            certainty = "unsure"
        yield Mention(subject.key, kind, place.form, place.start, place.end, certainty, reasons)
