"""A German or English letter taken apart into sentences and put together again, sign by sign the same. Pure.

    split(text) → pieces; "".join(pieces) == text

A sentence ends with its sign and the space behind it, or with its line. What only looks like an end is none: "Dr.",
"z. B.", "GmbH & Co. KG", "am 3. Mai", "… und weiter".
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import date

#: where a sentence of a letter comes from; "" means that nobody vouches for it
SOURCES = ("greeting", "template", "occasion", "fact", "signature", "person", "")

#: begins only where a run of signs begins, else a thousand of them would be read a thousand times
_END = re.compile(r"(?<![.!?…])[.!?…]++[\"“”»«›‹’'‘)\]]*+\s+|\n\s*")
_ORDINAL = re.compile(r"(?<![\d.])\d{1,3}\.$")
#: what ends in a dot without ending a sentence; "so", "do", "art" and the like are words as well
_SHORT = """
    dr prof ing dipl dipl-ing dipl-kfm hr fr frl mr mrs ms st geb gest verh co cie bzw ca evtl ggf inkl exkl zzgl usw
    usf vgl nr tel abs bd abb str ggü sog etc mind bspw gem gegr hrsg jr sr d.h z.b u.a u.u i.d.r h.c o.ä u.s.w
    o.g s.o s.u v.a z.t z.zt a.d i.a i.v e.v e.k e.g i.e vs inc ltd corp dept approx
    jan feb mär apr jun jul aug sept okt nov dez
"""
_ABBREVIATIONS = frozenset(_SHORT.split())
#: these may end a sentence as well; a capital behind decides
_EITHER = frozenset(("usw", "etc", "u.s.w", "inc", "ltd", "corp", "e.v", "e.k"))


@dataclass(frozen=True)
class Evidence:
    """What a sentence rests on: the words, where they stand, and from when they are."""

    quote: str
    source: str = ""
    link: str = ""
    on: date | None = None


@dataclass(frozen=True)
class Sentence:
    """A piece of a letter with the space behind it, and where it comes from (see SOURCES)."""

    text: str
    source: str
    evidence: Evidence | None = None


def split(text: str) -> list[str]:
    """The sentences and lines, each with the space behind it; joined they are the text."""
    pieces, start = [], 0
    for found in _END.finditer(text):
        end = found.end()
        if start < end < len(text) and not _goes_on(text, start, found):
            pieces.append(text[start:end])
            start = end
    return [*pieces, text[start:]] if start < len(text) else pieces


def key(sentence: str) -> str:
    """What a sentence is known by, however it is spaced: for what a person confirmed."""
    return hashlib.sha256(" ".join(sentence.split()).encode()).hexdigest()[:16]


def _goes_on(text: str, start: int, found: re.Match[str]) -> bool:
    """Whether the sentence goes on behind this sign."""
    signs = found.group()
    if "\n" in signs:
        return not text[start : found.start()].strip() and signs.startswith("\n")  # an empty beginning is no sentence
    following = text[found.end()]
    if following.islower():
        return True
    if signs.rstrip() != ".":
        return False
    before = text[max(start, found.start() - 24) : found.start()]
    if _ORDINAL.search(before + "."):
        return True
    last = before.split()[-1].lstrip("(„“\"'»") if before.split() else ""
    word = last.casefold()
    if len(word) == 1 and word.isalpha():
        return True
    return last == "Mag" or (word in _ABBREVIATIONS and not (word in _EITHER and following.isupper()))
