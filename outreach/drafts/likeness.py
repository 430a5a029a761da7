"""How alike two letters are, whoever they greet and whatever they quote. Pure.

Compared is word by word what stands between greeting and closing; quoted passages, figures and dates count as equal, so
that a letter with another name, day or headline in it is still the same letter.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz.distance import Indel

#: what begins a greeting, and what begins a closing: on a line of its own
_GREETING = re.compile(
    r"\s*(?:sehr geehrte|liebe|hallo|guten (?:tag|morgen|abend)|grüezi|grüß|servus|moin|dear|hello|hi|good (?:morning|day))\b"
    r"[^\n]{0,120}(?:\n|$)",
    re.IGNORECASE,
)
_CLOSING = re.compile(
    r"^[^\S\n]*(?:(?:mit )?(?:den )?(?:freundlich|herzlich|best|schön|lieb|viel)\w{0,3} (?:grü(?:ß|ss)\w{0,2}|empfehlungen)|"
    r"(?:(?:kind|best|warm|many) )(?:regards|wishes|thanks)|yours (?:sincerely|faithfully|truly)|sincerely|regards)\b"
    r"[^\n]{0,60}$",
    re.IGNORECASE | re.MULTILINE,
)
_QUOTE = re.compile(r"„[^“”\"\n]{1,300}[“”\"]|“[^”\n]{1,300}”|«[^»\n]{1,300}»|»[^«\n]{1,300}«")
_DAY = re.compile(
    r"\b\d{1,2}(?:\.|st|nd|rd|th)? ?(?:jan|jän|feb|mär|mar|apr|ma[iy]|jun|jul|aug|sep|o[kc]t|nov|de[zc])[a-zä]*\.?"
    r"(?: \d{4})?|\b\d[\d.,:/-]*",
    re.IGNORECASE,
)
_WORD = re.compile(r"[\w#]+")
#: fewer words say nothing of their own
WORDS_LEAST = 12


@dataclass(frozen=True)
class Likely:
    """The letter that is nearly the same, and how much of both is equal."""

    id: int
    share: float


def body(text: str) -> str:
    """The letter without its greeting and without closing and signature."""
    greeting = _GREETING.match(text)
    rest = text[greeting.end() :] if greeting else text
    closing = _CLOSING.search(rest)
    return (rest[: closing.start()] if closing else rest).strip()


def likeness(a: str, b: str) -> float:
    """From 0, nothing in common, to 1, the same letter but for names in the greeting, days and quotations."""
    return _share(_words(a), _words(b))


def nearly_same(text: str, others: Iterable[tuple[int, str]], *, at: float = 0.9) -> Likely | None:
    """The most alike of these letters, by number and text, when it is at least that much alike."""
    words, best = _words(text), None
    for number, other in others:
        share = _share(words, _words(other), at=best.share if best else at)
        if share >= at and (best is None or share > best.share):
            best = Likely(number, share)
    return best


def _share(a: Sequence[str], b: Sequence[str], *, at: float = 0.0) -> float:
    if min(len(a), len(b)) < WORDS_LEAST:
        return 0.0
    return Indel.normalized_similarity(a, b, score_cutoff=at)


@lru_cache(maxsize=1024)  # each letter page asks for the same hundreds of earlier letters
def _words(text: str) -> tuple[str, ...]:
    plain = _DAY.sub("#", _QUOTE.sub("#", body(text)))
    return tuple(_WORD.findall(plain.casefold()))
