"""What the press calls the things that happen, read from german.toml and english.toml. Pure.

The files say how their patterns are written. A new kind of event is a new table there (and one in
outreach/occasions/kinds.toml); no kind is named in code.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from ahocorasick_rs import AhoCorasick, MatchKind

from feeds.rules import patterns
from outreach.occasions import kinds

FOLDER = Path(__file__).parent
LANGUAGES = ("german", "english")
#: lists every language has; see german.toml for what each is
LISTS = (
    "common",
    "denied",
    "averted",
    "failed",
    "considered",
    "past",
    "condition",
    "mocked",
    "grave",
    "shifts",
    "credits",
)
_KEYS = {"near", "says", "needs", "unless", "within", "polarity", "of", "whenever"}
_NOTHING = re.compile(r"(?!)")


class BadRules(ValueError):
    """The files of rules cannot be used; the sentence says where."""


@dataclass(frozen=True, slots=True)
class Group:
    """Triggers of one kind that share their conditions."""

    kind: str
    polarity: int
    #: what it happens to: a company, or a person
    of: str
    #: most words between the name and a trigger of `near`
    within: int
    needs: re.Pattern[str] | None
    unless: re.Pattern[str] | None
    #: doubts that do not count here: a founding year is no sign of an old story in an anniversary
    whenever: frozenset[str]


@dataclass(frozen=True, slots=True)
class Trigger:
    """One pattern. With `anchored` the pattern itself says where the name stands."""

    group: Group
    regex: re.Pattern[str]
    anchored: bool
    written: str


@dataclass(frozen=True)
class Language:
    """All rules of one language."""

    name: str
    triggers: tuple[Trigger, ...]
    lists: Mapping[str, re.Pattern[str]]
    _stems: AhoCorasick
    _of_stem: tuple[tuple[int, ...], ...]

    def hits(self, lowered: str) -> list[tuple[int, tuple[int, ...]]]:
        """Where something stands that may be a trigger: offset and the numbers of the triggers, in one pass."""
        found = self._stems.find_matches_as_indexes(lowered, overlapping=True)
        return sorted((start, self._of_stem[stem]) for stem, start, _ in found)


@dataclass(frozen=True)
class Rules:
    """What `load` gives."""

    languages: tuple[Language, ...]
    #: for checks: every kind somebody wrote a trigger for
    kinds: frozenset[str] = field(default_factory=frozenset)

    def for_text(self, lowered: str) -> tuple[Language, ...]:
        """The languages this text may be in: one when its small words say so, else all."""
        counts = [len(language.lists["common"].findall(lowered, 0, 1500)) for language in self.languages]
        most = max(counts, default=0)
        clear = [
            language for language, count in zip(self.languages, counts, strict=True) if count == most and most >= 1
        ]
        return tuple(clear) if len(clear) == 1 else self.languages


def load(folder: Path = FOLDER) -> Rules:
    """The rules of a folder; raises BadRules."""
    return _load(folder)


@cache
def _load(folder: Path) -> Rules:
    polarities = {key: kind.polarity for key, kind in kinds.load().items()}
    languages = [
        _language(name, tomllib.loads(file.read_text("utf-8")), polarities)
        for name in LANGUAGES
        if (file := folder / f"{name}.toml").is_file()
    ]
    if not languages:
        raise BadRules(f"No rules in {folder}.")
    known = frozenset(trigger.group.kind for language in languages for trigger in language.triggers)
    return Rules(tuple(languages), known)


def _language(name: str, tables: dict[str, Any], polarities: Mapping[str, int]) -> Language:
    lists: dict[str, list[str]] = tables.pop("lists", {})
    if strange := set(lists) - set(LISTS):
        raise BadRules(f"{name}: the lists {', '.join(sorted(strange))} are not known.")
    triggers: list[Trigger] = []
    for kind, groups in tables.items():
        for table in groups:
            triggers += _group(f"{name}, {kind}", kind, table, polarities)
    stems: dict[str, list[int]] = {}
    for number, trigger in enumerate(triggers):
        for stem in _stems(name, trigger):
            stems.setdefault(stem, []).append(number)
    return Language(
        name=name,
        triggers=tuple(triggers),
        lists={key: _either(lists.get(key, ())) or _NOTHING for key in LISTS},
        _stems=AhoCorasick(list(stems), matchkind=MatchKind.Standard),
        _of_stem=tuple(tuple(numbers) for numbers in stems.values()),
    )


def _group(where: str, kind: str, table: dict[str, Any], polarities: Mapping[str, int]) -> Iterable[Trigger]:
    if strange := set(table) - _KEYS:
        raise BadRules(f"{where}: {', '.join(sorted(strange))} is not known.")
    polarity = table.get("polarity", polarities.get(kind))
    if polarity is None:
        raise BadRules(f"{where}: the kind is not in kinds.toml, so it needs a polarity here.")
    group = Group(
        kind=kind,
        polarity=polarity,
        of=table.get("of", "company"),
        within=table.get("within", 5),
        needs=_either(table.get("needs", ())),
        unless=_either(table.get("unless", ())),
        whenever=frozenset(table.get("whenever", ())),
    )
    for written in table.get("near", ()):
        yield Trigger(group, _compiled(where, written), False, written)
    for written in table.get("says", ()):
        if patterns.NAME not in written:
            raise BadRules(f"{where}: “{written}” has to say with @ where the name stands.")
        yield Trigger(group, _compiled(where, written), True, written)


def _compiled(where: str, written: str) -> re.Pattern[str]:
    try:
        return patterns.compiled([written])
    except patterns.BadPattern as error:
        raise BadRules(f"{where}: {error}") from None


def _stems(where: str, trigger: Trigger) -> tuple[str, ...]:
    try:
        return patterns.stems(trigger.written)
    except patterns.BadPattern as error:
        raise BadRules(f"{where}, {trigger.group.kind}: {error}") from None


def _either(written: Sequence[str]) -> re.Pattern[str] | None:
    return patterns.compiled(written) if written else None
