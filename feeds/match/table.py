"""All forms of many names in one automaton and a few flat arrays: what stands where, whose it is, what it demands. Pure.

A hundred thousand names are a quarter of a million patterns: an object for each would take more room than the automaton.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence

from ahocorasick_rs import AhoCorasick, Implementation, MatchKind

from feeds.names import Form, Ordinary, forms
from feeds.names.spelling import spellings
from feeds.texts import Relation, Subject

RELATIONS: tuple[Relation, ...] = ("own", "competitor", "person")
CASES = ("any", "first", "all")
_RELATION, _CASE, _ORDINARY, _PART, _ARTICLE = 0, 2, 4, 8, 9
_MEANT = tuple(Ordinary)
_SMALL = 2_000


class Table:
    """Patterns of subjects, numbered; `hits` finds them. Never changed once built."""

    __slots__ = ("_automaton", "_first", "_flags", "_subjects", "keys", "subjects")

    def __init__(self, subjects: Sequence[Subject]) -> None:
        self.subjects = tuple(subjects)
        self.keys = {subject.key: number for number, subject in enumerate(self.subjects)}
        numbers: dict[str, int] = {}
        owners, flags, heads = array("I"), array("H"), array("I")
        for number, subject in enumerate(self.subjects):
            for pattern, flag in _patterns(subject):
                heads.append(numbers.setdefault(pattern, len(numbers)))
                owners.append(number)
                flags.append(flag)
        self._first, self._subjects, self._flags = _by_pattern(heads, owners, flags, len(numbers))
        self._automaton = _automaton(list(numbers))

    def hits(self, text: str) -> list[tuple[int, int, int]]:
        """(pattern, start, end) of everything that stands in the folded text, also one within another."""
        return self._automaton.find_matches_as_indexes(text, overlapping=True) if self._automaton else []

    def owners(self, pattern: int) -> Iterator[tuple[int, int]]:
        """(subject number, flags) of all who have this pattern."""
        for at in range(self._first[pattern], self._first[pattern + 1]):
            yield self._subjects[at], self._flags[at]


def relation(flags: int) -> Relation:
    return RELATIONS[flags & 3]


def case(flags: int) -> int:
    """0 any letters, 1 capitals at the beginnings, 2 all capitals."""
    return flags >> _CASE & 3


def meant(flags: int) -> Ordinary:
    return _MEANT[flags >> _ORDINARY & 15]


def is_part(flags: int) -> bool:
    return bool(flags >> _PART & 1)


def takes_article(flags: int) -> bool:
    return bool(flags >> _ARTICLE & 1)


def _patterns(subject: Subject) -> Iterator[tuple[str, int]]:
    seen: set[tuple[str, int]] = set()
    for form in forms(subject):
        flags = _flags(form)
        for pattern in spellings(form.text, bare_vowels=form.ordinary in (Ordinary.NO, Ordinary.PERSON)):
            if (pattern, flags & 3) not in seen:
                seen.add((pattern, flags & 3))
                yield pattern, flags


def _flags(form: Form) -> int:
    return (
        RELATIONS.index(form.relation) << _RELATION
        | CASES.index(form.case) << _CASE
        | form.ordinary << _ORDINARY
        | form.is_part << _PART
        | form.takes_article << _ARTICLE
    )


def _by_pattern(heads: array[int], owners: array[int], flags: array[int], patterns: int) -> tuple[array[int], ...]:
    """The same rows ordered by pattern, and where each pattern's rows begin."""
    first = array("I", bytes(4 * (patterns + 1)))
    for head in heads:
        first[head + 1] += 1
    for number in range(patterns):
        first[number + 1] += first[number]
    free = array("I", first)
    sorted_owners, sorted_flags = array("I", bytes(4 * len(heads))), array("H", bytes(2 * len(heads)))
    for row, head in enumerate(heads):
        sorted_owners[free[head]], sorted_flags[free[head]] = owners[row], flags[row]
        free[head] += 1
    return first, sorted_owners, sorted_flags


def _automaton(patterns: list[str]) -> AhoCorasick | None:
    if not patterns:
        return None
    kind = Implementation.DFA if len(patterns) < _SMALL else Implementation.ContiguousNFA
    return AhoCorasick(patterns, matchkind=MatchKind.Standard, store_patterns=False, implementation=kind)
