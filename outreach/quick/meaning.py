"""What one part of a line, between its commas, means: a fact, something to do, or only text. Pure; words in words.py."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from outreach.quick import words
from outreach.quick.proposal import ProposedFact, ProposedTask

_EDGES = " \t\xa0.,;:!?–—-"


@dataclass(frozen=True)
class Part:
    """A piece of the line: its free letters, their text, and the day it is due."""

    start: int
    end: int
    pieces: tuple[tuple[int, int], ...]
    text: str
    due: date | None = None
    #: "bis", "by" and the like stand before the day: somebody promised it
    due_is_promised: bool = False


@dataclass(frozen=True)
class Meaning:
    """The role of a part's letters, and what is to be kept and done."""

    role: str
    facts: tuple[ProposedFact, ...] = ()
    tasks: tuple[ProposedTask, ...] = ()


_TEXT = Meaning("text")


def meaning(part: Part, *, kind: str) -> Meaning:
    """The first rule that fits, in this order: nothing wanted, taboo, project, family first, away, promise, to do,
    wish, interest, due by a day, hobby, family."""
    said = part.text
    if not said or words.NOTHING.search(said):
        return _TEXT
    if words.TABOO.search(said):
        return _fact("taboo", _after(words.TABOO_LABEL, said, only_at_start=True) or said)
    project = _after(words.PROJECT, said, only_at_start=True)
    if project:
        return _fact("project", project, part.due)
    if _is_family_first(said) or words.AWAY.search(said):
        return _fact("topic", said, part.due)
    if words.PROMISE.search(said):
        return _promise(part)
    wish = _wish(said) if kind != "complaint" else ""
    if words.REMIND.search(said) and (part.due is not None or not wish):
        return Meaning("task", tasks=(ProposedTask(said, part.due),))
    if wish:
        tasks = (ProposedTask(wish, part.due),) if part.due is not None else ()
        return Meaning("wish", (ProposedFact("wish", wish),), tasks)
    return _lasting(part, kind)


def _lasting(part: Part, kind: str) -> Meaning:
    said = part.text
    if words.INTEREST.search(said):
        return _fact("interest", _after(words.INTEREST, said) or said)
    if part.due is not None:
        return _promise(part) if part.due_is_promised else Meaning("task", tasks=(ProposedTask(said, part.due),))
    if kind in ("complaint", "gift"):  # "falsche Rechnung für das Pferd" is about the complaint
        return _TEXT
    if words.HOBBY.search(said):
        return _fact("interest", said)
    return _fact("topic", said) if _names_family(said) else _TEXT


def _fact(kind: str, text: str, until: date | None = None) -> Meaning:
    return Meaning(kind, (ProposedFact(kind, text, until),))


def _promise(part: Part) -> Meaning:
    promise, task = ProposedFact("promise", part.text, part.due), ProposedTask(part.text, part.due)
    return Meaning("promise", (promise,), (task,))


def _wish(said: str) -> str:
    return words.ARTICLES.sub("", _after(words.WISH, said)).strip(_EDGES)


def _after(pattern: re.Pattern[str], said: str, *, only_at_start: bool = False) -> str:
    """What follows the first words the pattern knows; "" when it knows none."""
    match = pattern.match(said) if only_at_start else pattern.search(said)
    return said[match.end() :].strip(_EDGES) if match else ""


def _names_family(said: str) -> bool:
    return words.FAMILY.search(words.NO_FAMILY.sub("", said)) is not None


def _is_family_first(said: str) -> bool:
    """Whether the sentence is about the family: "Tochter will studieren" is a topic, not a wish."""
    return _names_family(" ".join(said.split()[:2])) and not words.WISH.match(said)
