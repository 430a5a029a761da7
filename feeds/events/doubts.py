"""Why a trigger may not mean what it says: denied, called off, only considered, long ago, asked, mocked. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Final

from feeds.rules import Group, Language

#: these say that nothing happened; with the others something may have
NOTHING_HAPPENED: Final = frozenset({"denied", "averted", "condition", "tags"})
_WORD = re.compile(r"\w+")
_YEAR = re.compile(
    r"(?<![\d.,])(?:19|20)\d\d(?![\d.,]*\d)(?!\s*(?:euro|mitarbeiter|stellen|jobs|kunden|menschen|prozent|employees))"
)
#: "the firm founded in 1976 opens a branch" is news of today
_FOUNDED = re.compile(
    r"(?:seit|gegründet\w*|founded|since|established)(?: in| im jahr\w*)? (?:19|20)\d\d|(?:19|20)\d\d gegründet\w*"
)
_QUOTES = "„“”\"»«‚‘’'›‹"


def found(
    text: str,
    start: int,
    end: int,
    *,
    group: Group,
    languages: Sequence[Language],
    today: date,
    has_day: bool,
    asks: bool,
) -> tuple[str, ...]:
    """The codes that speak against the trigger at start..end of a masked lower-case sentence.

    A headline too short to show its language is asked in all of them.
    """
    codes = {
        code: None
        for language in languages
        for code in _all(text, start, end, group.polarity, language, today, has_day, asks)
    }
    return tuple(code for code in codes if code not in group.whenever)


def _all(
    text: str, start: int, end: int, polarity: int, language: Language, today: date, has_day: bool, asks: bool
) -> Iterator[str]:
    before, after = _words_before(text, start, 7), _words_after(text, end, 6)
    trigger = text[start:end]
    lists = language.lists
    near = f"{before} {trigger} {after}".replace("nicht nur", "").replace("not only", "")
    if lists["denied"].search(near):
        yield "denied"
    if lists["averted"].search(text) or (polarity >= 0 and lists["failed"].search(text)):
        yield "averted"
    reach = 12 if polarity >= 0 else 5  # bad news counts unless the doubt is right beside it
    if lists["considered"].search(
        _words_before(text, start, reach) + " " + trigger + " " + _words_after(text, end, reach)
    ):
        yield "considered"
    if lists["condition"].search(text):
        yield "condition"
    if lists["past"].search(text) or _is_old_year(text, today, has_day):
        yield "past"
    if asks:
        yield "question"
    if polarity > 0 and lists["mocked"].search(text):
        yield "mocked"
    if polarity > 0 and text[start - 1 : start] in _QUOTES and text[end : end + 1] in _QUOTES and start:
        yield "quoted"


def _is_old_year(text: str, today: date, has_day: bool) -> bool:
    years = [int(match.group()) for match in _YEAR.finditer(_FOUNDED.sub(" ", text))]
    if not years:
        return False
    return max(years) < today.year - 1 or (max(years) < today.year and not has_day)


def _words_before(text: str, place: int, count: int) -> str:
    words = list(_WORD.finditer(text, max(0, place - 25 * count), place))
    return text[words[-count].start() : place] if len(words) > count else text[max(0, place - 25 * count) : place]


def _words_after(text: str, place: int, count: int) -> str:
    for number, match in enumerate(_WORD.finditer(text, place), 1):
        if number == count:
            return text[place : match.end()]
    return text[place:]
