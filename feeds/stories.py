"""Which articles tell the same story of a subject: agency copies, the same news in three papers, repeats. Pure.

A stream goes through once; what is remembered is bounded. The number of a story comes from its first article's day, kind
and subject, so that the order in which feeds are read changes little.
"""

from __future__ import annotations

import re
import zlib
from array import array
from collections import OrderedDict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from rapidfuzz import fuzz

from feeds.texts import Article

#: the same kind within a week is the same story; nearly the same words within a month
SAME_KIND_DAYS = 7
SAME_WORDS_DAYS = 30
_ALIKE_TITLES = 86
_ALIKE_TEXTS = 0.5
_SKETCH = 24
_SUBJECTS_MOST = 30_000
_STORIES_MOST = 10
#: characters of a headline and of an article that are compared
_TITLE_MOST, _BODY_MOST = 300, 1_500
_WORD = re.compile(r"\w+")
_DRESS = re.compile(
    r"^(?:rt @\w+: ?|\+{2,}|roundup\w*(?: \d)?[:/]|update\w*(?: \d)?[:/]|eil\w*:|>|exclusive:)\s*|https?://\S+|\s[-–|] [^-–|]{2,30}$"
)


@dataclass(slots=True)
class Told:
    """A story as far as it was told: days, the first headline, the sketch later articles are compared with."""

    id: str
    kind: str | None
    first: date
    last: date
    title: str
    sketch: Collection[int]


class Stories:
    """What was told lately, per subject. Not for several threads."""

    def __init__(self, *, subjects_most: int = _SUBJECTS_MOST) -> None:
        self._of: OrderedDict[str, list[Told]] = OrderedDict()
        self._most = subjects_most
        self._last: tuple[Article, str, array[int]] | None = None

    def place(self, subject: str, article: Article, kind: str | None, on: date) -> str:
        """The story of this article about this subject: the number of one told before, or a new one.

        `on` is the day of the event or, when nobody says it, of the article.
        """
        title, sketch = self._words_of(article)
        told = self._of.setdefault(subject, [])
        self._of.move_to_end(subject)
        story = next((one for one in reversed(told) if _is_same(one, kind, on, title, sketch)), None)
        if story is None:
            story = Told(_number(subject, kind, on, title), kind, on, on, title, sketch)
            told.append(story)
            del told[:-_STORIES_MOST]
            if len(self._of) > self._most:
                self._of.popitem(last=False)
        story.first, story.last = min(story.first, on), max(story.last, on)
        story.kind = story.kind or kind
        return story.id

    def _words_of(self, article: Article) -> tuple[str, array[int]]:
        """Headline and sketch of an article, found out once however many it speaks of."""
        if self._last is None or self._last[0] is not article:
            title = _plain((article.title or article.text[:120])[:_TITLE_MOST])
            self._last = (article, title, _sketch(article.title, article.text))
        return self._last[1:]

    def remember(self, subject: str, story: Told) -> None:
        """A story told before, as it was kept: with its headline as it was printed."""
        story.title = _plain(story.title[:_TITLE_MOST])
        self._of.setdefault(subject, []).append(story)

    def told(self, subject: str, number: str) -> Told | None:
        """The story of this number."""
        return next((one for one in self._of.get(subject, []) if one.id == number), None)

    def __len__(self) -> int:
        return sum(map(len, self._of.values()))


def alike(title: str, other: str) -> bool:
    """Whether two headlines tell the same, the paper's dress taken off."""
    return _alike(_plain(title), _plain(other))


def _is_same(story: Told, kind: str | None, on: date, title: str, sketch: Collection[int]) -> bool:
    days = max(abs((on - story.first).days), 0) if on < story.first else max((on - story.last).days, 0)
    if days > SAME_WORDS_DAYS:
        return False
    if kind and story.kind == kind and days <= SAME_KIND_DAYS:
        return True
    if kind and story.kind and kind != story.kind:
        return False
    return _alike(story.title, title) or _share(story.sketch, sketch) >= _ALIKE_TEXTS


def _alike(title: str, other: str) -> bool:
    if min(len(title), len(other)) < 12:
        return title == other
    return fuzz.token_sort_ratio(title, other, score_cutoff=_ALIKE_TITLES) > 0


def _plain(title: str) -> str:
    return " ".join(_WORD.findall(_DRESS.sub(" ", title.lower())))


def _sketch(title: str, text: str) -> array[int]:
    """The smallest hashes of runs of four words (bottom-k): copies share most of them, however they are cut."""
    words = _WORD.findall(f"{title[:_BODY_MOST]}\n{text[:_BODY_MOST]}"[:_BODY_MOST].lower())
    hashes = {zlib.crc32(" ".join(words[at : at + 4]).encode()) for at in range(len(words) - 3)}
    return array("I", sorted(hashes)[:_SKETCH])


def _share(one: Collection[int], other: Collection[int]) -> float:
    if min(len(one), len(other)) < 8:
        return 0.0
    smallest = sorted({*one, *other})[:_SKETCH]
    return sum(value in one and value in other for value in smallest) / len(smallest)


def _number(subject: str, kind: str | None, on: date, title: str) -> str:
    told = kind or " ".join(sorted(set(title.split())))
    return f"{zlib.crc32(f'{subject}|{told}'.encode()):08x}-{on:%y%m%d}"
