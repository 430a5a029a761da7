"""Where a sentence of an article begins and ends. Pure.

News come hard-wrapped, with headlines that end without a full stop, and with "Dr.", "24. Februar" and "GmbH & Co. KG".
"""

from __future__ import annotations

import re
from dataclasses import dataclass

#: a row of marks is read once, however long it is
_END = re.compile(r"(?<![.!?…])[.!?…]++[\"“”»«’')\]]*+\s+|\n+|\s\+\+\+\s|\s[•|]\s")
_NOT_AFTER = re.compile(
    r"(?:^|[^\w])(?:\d{1,2}|[a-zäöü]|dr|prof|dipl|ing|nr|st|str|co|ca|bzw|usw|etc|inkl|sog|vgl|evtl|ggf|mio|mrd|tsd|abs|art"
    r"|mr|mrs|ms|jr|sr|inc|ltd|corp|vs|no|u\.s|u\.k|e\.v|i\.l|i\.i|e\.k|z\.b|d\.h|u\.a|o\.ä|gem|geb|max|min|jan|feb|aug|sept?"
    r"|okt|oct|nov|dez|dec|bros|approx|hl)\.$",
    re.IGNORECASE,
)
#: a line that ends so goes on in the next one
_GOES_ON = re.compile(
    r"\s(?:der|die|das|den|dem|des|eine?[nmrs]?|und|oder|mit|von|vom|zu[rm]?|im|in|für|auf|bei|the|of|and|to|a|by|with"
    r"|[a-zäöü]+(?:ischen|lichen|igen|schen|ten))\s*$"
)
_LONGEST = 700
#: a line this long without an end was broken by a mail program, not by the author
_WRAPPED = range(50, 90)


@dataclass(frozen=True, slots=True)
class Sentence:
    """Offsets into the body."""

    start: int
    end: int
    #: 0 is the headline (or the first sentence of an article without one)
    number: int
    is_title: bool


def split(body: str, title_length: int) -> list[Sentence]:
    """The sentences in order; the headline is always one of its own."""
    found: list[Sentence] = []
    start = 0
    if title_length:
        found.append(Sentence(0, title_length, 0, is_title=True))
        start = title_length + 1
    for match in _END.finditer(body, start):
        if match.start() < start or not _is_end(body, start, match):
            continue
        if body[start : match.end()].strip():
            found.append(Sentence(start, match.end(), len(found), is_title=False))
        start = match.end()
    if body[start:].strip():
        found.append(Sentence(start, len(body), len(found), is_title=False))
    return found


def around(sentence: Sentence, place: int) -> tuple[int, int]:
    """The part of a sentence to look at: all of it, unless somebody forgot every full stop."""
    if sentence.end - sentence.start <= _LONGEST:
        return sentence.start, sentence.end
    return max(sentence.start, place - _LONGEST // 2), min(sentence.end, place + _LONGEST // 2)


def _is_end(body: str, start: int, match: re.Match[str]) -> bool:
    mark = match.group()
    if mark.startswith("\n"):
        return len(mark) > 1 or not _is_wrapped(body, match)
    if not mark.startswith("."):
        return True
    following = body[match.end() : match.end() + 1]
    if following and (following.islower() or following in ",;)"):
        return False
    return not _NOT_AFTER.search(body[max(start, match.start() - 8) : match.start() + 1])


def _is_wrapped(body: str, match: re.Match[str]) -> bool:
    """Whether the line was only broken because it was full."""
    line = body[body.rfind("\n", 0, match.start()) + 1 : match.start()]
    following = body[match.end() : match.end() + 1]
    if not line.strip() or line.rstrip()[-1:] in ".!?:" or following in "•*-+>":
        return False
    return len(line) in _WRAPPED or following.islower() or _GOES_ON.search(line) is not None
