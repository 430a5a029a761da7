"""Academic titles: which one is said in a greeting, and which Anrede the title field itself gives away. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from outreach.salutation.wording import HONORIFICS

_DOCTORS = frozenset(("dr", "drs", "dres", "ddr", "doktor", "doctor", "doktorin", "phd"))
#: a doctor to be is none yet
_NOT_YET = frozenset(("des", "cand"))
_WORD = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True)
class Title:
    """What a title field says. `said` is professor, doctor, another title said in Austria, or empty."""

    said: str = ""
    austrian: str = ""
    anrede: frozenset[str] = frozenset()


@lru_cache(maxsize=1024)
def read(title: str) -> Title:
    """The highest title alone is said: "Prof. Dr. Dr. h.c." → professor, "Dr. med." → doctor, "MBA" → nothing."""
    words = [word.casefold().replace("ª", "a") for word in _WORD.findall(title)]
    pairs = list(pairwise([*words, ""]))
    anrede = {HONORIFICS[word] for word in words if HONORIFICS.get(word)}
    anrede |= {"frau" for word, after in pairs if _is_feminine(word, after)}
    said = "professor" if any(_is_professor(word) for word in words) else ""
    if not said and any(_is_doctor(word, after) for word, after in pairs):
        said = "doctor"
    return Title(said, _austrian(words), frozenset(anrede))


def german(title: Title, anrede: str, *, austrian: bool) -> str:
    """As it stands before the name: "Professorin", "Dr."; in Austria "Mag." and "DI" too."""
    if title.said == "professor":
        return {"frau": "Professorin", "herr": "Professor"}.get(anrede, "Prof.")
    if austrian and title.austrian == "DDr.":
        return "DDr."
    if title.said == "doctor":
        return "Dr."
    return title.austrian if austrian else ""


def english(title: Title) -> str:
    """Professor, Dr (without a dot, as British letters have it) or nothing."""
    return {"professor": "Professor", "doctor": "Dr"}.get(title.said, "")


def _is_professor(word: str) -> bool:
    return word == "prof" or word.endswith(("professor", "professorin"))


def _is_doctor(word: str, after: str) -> bool:
    return (word in _DOCTORS and after not in _NOT_YET) or (word == "ph" and after == "d")


def _is_feminine(word: str, after: str) -> bool:
    return (
        word.endswith("professorin")
        or word in ("doktorin", "magistra")
        or (word in ("prof", "dr") and after == "in")
        or (word in ("mag", "mmag") and after == "a")
    )


def _austrian(words: list[str]) -> str:
    if "ddr" in words:
        return "DDr."
    if "mmag" in words:
        return "MMag."
    if {"mag", "magister", "magistra"} & set(words):
        return "Mag."
    if "di" in words:
        return "DI"
    if "ing" in words:
        return "Dipl.-Ing." if "dipl" in words else "Ing."
    return ""
