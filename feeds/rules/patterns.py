"""The small language the rules are written in, made into regular expressions. Pure.

    kauft            this word               insolven*      a word that begins so        *preis  one that ends so
    meldet insolvenz one after the other     @              the name of the subject      #       a number
    @ .. kauft       at most two words between              @ … kauft    at most nine
    (kauft|erwirbt)  one of these; may hold several words each                   &      another known name

Matched against lower-case text in which the subject's name is covered with SUBJECT and other known names with OTHER,
letter by letter, so that offsets stay.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

NAME = "@"
#: letters no newspaper uses (clicks of Khoisan languages), which are word characters for regular expressions
SUBJECT, OTHER = "ǂ", "ǁ"
#: a full stop only after a number: "zum 50. Jubiläum"
_SEPARATOR = r"(?:[^\w.!?;]{1,4}|(?<=\d)\.\s)"
_GAPS = {"..": 2, "…": 9}
_NUMBER = (
    r"(?:\d[\d.,’']*|(?:zwei|drei|vier|fünf|sechs|sieben|acht|neun|zehn|elf|zwölf|(?:\w*hundert|\w*tausend|dutzend)e?n?"
    r"|zahlreiche|mehrere|etliche|viele|hundreds|thousands|dozens|scores|several|many))"
)
_TOKEN = re.compile(r"\([^()]*\)\S*|\S+")


class BadPattern(ValueError):
    """A pattern nobody can find: it has no word of three letters, or brackets that do not close."""


def compiled(written: Iterable[str]) -> re.Pattern[str]:
    """One expression for any of the patterns; raises BadPattern."""
    return re.compile(rf"(?<!\w)(?:{'|'.join(_expression(one) for one in written)})(?!\w)")


def stems(written: str) -> tuple[str, ...]:
    """Letters of which at least one stands in every text the pattern fits: a quick first question; raises BadPattern."""
    best: tuple[str, ...] = ()
    for token in _tokens(written):
        if token in _GAPS or token in (NAME, "#", "&"):
            continue
        runs = tuple(max(re.split(r"[* #@&]|\.\.|…", choice), key=len) for choice in _choices(token))
        if min(map(len, runs)) > min(map(len, best), default=0):
            best = runs
    if min(map(len, best), default=0) < 3:
        raise BadPattern(f"“{written}” has no word of three letters to look for.")
    return best


def _tokens(written: str) -> list[str]:
    tokens: list[str] = _TOKEN.findall(written.lower())
    if any(("(" in token) != (token.startswith("(") and token.endswith(")")) for token in tokens):
        raise BadPattern(f"The brackets of “{written}” have to stand around whole words.")
    return tokens


def _choices(token: str) -> list[str]:
    return token[1:-1].split("|") if token.startswith("(") else [token]


def _expression(written: str) -> str:
    return _sequence(_tokens(written))


def _sequence(tokens: Iterable[str]) -> str:
    parts: list[str] = []
    between = ""
    for token in tokens:
        if token in _GAPS:
            between = rf"(?:{_SEPARATOR}\w+){{0,{_GAPS[token]}}}?{_SEPARATOR}"
            continue
        if parts:
            parts.append(between or _SEPARATOR)
        between = ""
        choices = [_sequence(choice.split()) for choice in _choices(token)] if token.startswith("(") else [_word(token)]
        parts.append(choices[0] if len(choices) == 1 else f"(?:{'|'.join(choices)})")
    return "".join(parts)


def _word(word: str) -> str:
    if word == "#":
        return _NUMBER
    if word == "&":
        return rf"{OTHER}+\w{{0,2}}"
    if word == NAME:
        return rf"{SUBJECT}+\w{{0,2}}"
    return re.escape(word).replace(r"\*", r"\w*")
