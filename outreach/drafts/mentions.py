"""What a text says that can be checked against others: figures, dates, amounts, mail addresses, links, words. Pure.

"3. Mai", "3.5.2026", "2026-05-03" and "May 3" are one day; "1.500" and "1500" one figure; "zwanzig" is 20.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

What = Literal["figure", "date", "amount", "address", "link"]

_MONTHS = (
    ("januar", "jänner", "january", "jan", "jän"), ("februar", "feber", "february", "feb"), ("märz", "march", "mär", "mar"),
    ("april", "apr"), ("mai", "may"), ("juni", "june", "jun"), ("juli", "july", "jul"), ("august", "aug"),
    ("september", "sept", "sep"), ("oktober", "october", "okt", "oct"), ("november", "nov"),
    ("dezember", "december", "dez", "dec"),
)  # fmt: skip
_MONTH_OF = {name: number for number, names in enumerate(_MONTHS, 1) for name in names}
_WEEKDAYS = (
    ("montag", "monday"), ("dienstag", "tuesday"), ("mittwoch", "wednesday"), ("donnerstag", "thursday"),
    ("freitag", "friday"), ("samstag", "sonnabend", "saturday"), ("sonntag", "sunday"),
)  # fmt: skip
#: words of the calendar, which are nobody's names
CALENDAR = frozenset(_MONTH_OF) | {name for names in _WEEKDAYS for name in names}
_NUMBERS = {
    **dict.fromkeys(("dreizehn", "thirteen"), "13"), **dict.fromkeys(("vierzehn", "fourteen"), "14"),
    **dict.fromkeys(("fünfzehn", "fifteen"), "15"), **dict.fromkeys(("zwanzig", "twenty"), "20"),
    **dict.fromkeys(("dreißig", "dreissig", "thirty"), "30"), **dict.fromkeys(("vierzig", "forty"), "40"),
    **dict.fromkeys(("fünfzig", "fifty"), "50"), **dict.fromkeys(("sechzig", "sixty"), "60"),
    **dict.fromkeys(("siebzig", "seventy"), "70"), **dict.fromkeys(("achtzig", "eighty"), "80"),
    **dict.fromkeys(("neunzig", "ninety"), "90"), **dict.fromkeys(("hundert", "hundred"), "100"),
    **dict.fromkeys(("tausend", "thousand"), "1000"),
    **dict.fromkeys(("million", "millionen", "millions"), "1000000"),
    **dict.fromkeys(("milliarde", "milliarden", "billion"), "1000000000"),
}  # fmt: skip
_NAMES_OF_MONTHS = "|".join(sorted(_MONTH_OF, key=len, reverse=True))
_ADDRESS = re.compile(r"[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+")
_LINK = re.compile(
    r"https?://[^\s<>\"“”]+|www\.[^\s<>\"“”]+|(?<![\w.-])[\w-]+(?:\.[\w-]+)*\.(?:de|at|ch|com|org|net|eu|io|info|biz|example)\b(?:/\S*)?",
    re.IGNORECASE,
)
_ISO = re.compile(r"\b(\d{4})-(\d{2})-(\d{2})\b")
_DOTTED = re.compile(r"\b(\d{1,2})\.\s?(\d{1,2})\.(?:\s?(\d{4}|\d{2}))?(?!\d)")
_DAY_FIRST = re.compile(
    rf"\b(\d{{1,2}})(?:\.|st|nd|rd|th)?\s(?:of\s)?({_NAMES_OF_MONTHS})\b\.?(?:\s(\d{{4}}))?", re.IGNORECASE
)
_MONTH_FIRST = re.compile(rf"\b({_NAMES_OF_MONTHS})\s(\d{{1,2}})(?:st|nd|rd|th)?\b(?:,?\s(\d{{4}}))?", re.IGNORECASE)
_MONTH = re.compile(rf"\b({'|'.join(name for name in _MONTH_OF if len(name) > 3 or name == 'mai')})\b", re.IGNORECASE)
_WEEKDAY = re.compile(rf"\b({'|'.join(name for names in _WEEKDAYS for name in names)})s?\b", re.IGNORECASE)
_AMOUNT = re.compile(
    r"(?:€|EUR|CHF|\$|£)\s?\d[\d.,]*+|(?<![\d.,])\d[\d.,]*+\s?(?:-?(?:Millionen|Milliarden|Mio\.?|Mrd\.?|million|billion)\s)?"
    r"(?:€|EUR\b|Euros?\b|CHF\b|Franken\b|\$|£|%|Prozent\b|percent\b|per cent\b)",
    re.IGNORECASE,
)
_FIGURE = re.compile(r"\d[\d.,:]*")
_NUMBER_WORD = re.compile(rf"\b({'|'.join(_NUMBERS)})\b", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_GERMAN = re.compile(
    r"\b(?:und|der|die|das|ich|nicht|sie|ihnen|dir|mit|für|zu|ein|eine|ist|auf|von|den|dem|im)\b", re.IGNORECASE
)
_ENGLISH = re.compile(
    r"\b(?:the|and|of|to|you|your|is|for|with|that|it|in|on|have|not|this|are|was|my)\b", re.IGNORECASE
)


@dataclass(frozen=True)
class Known:
    """What the sources say."""

    words: frozenset[str]
    figures: frozenset[str]
    days: frozenset[tuple[int, int]]
    months: frozenset[int]
    weekdays: frozenset[str]
    addresses: frozenset[str]
    links: frozenset[str]


def of(sources: Iterable[str]) -> Known:
    """What these texts say, taken together."""
    text = "\n".join(sources)
    days = {(day, month) for day, month, _place in _days(text)}
    named = {_MONTH_OF[found.group(1).lower()] for found in _MONTH.finditer(text)}
    numbers = {_NUMBERS[found.group(1).lower()] for found in _NUMBER_WORD.finditer(text)}
    return Known(
        words=frozenset(word.casefold() for word in _WORD.findall(text)),
        figures=frozenset(_plain(one) for one in _FIGURE.findall(text)) | numbers | {str(day) for day, _ in days},
        days=frozenset(days),
        months=frozenset(named | {month for _, month in days}),
        weekdays=frozenset(found.group(1).lower() for found in _WEEKDAY.finditer(text)),
        addresses=frozenset(one.lower() for one in _ADDRESS.findall(text)),
        links=frozenset(_bare(one) for one in _LINK.findall(_ADDRESS.sub(_blank, text))),
    )


def strange(sentence: str, known: Known) -> Iterator[tuple[What, str, tuple[int, int]]]:
    """What of a sentence the sources do not say, with its place; each place once."""
    rest = sentence
    for what, pattern in (("address", _ADDRESS), ("link", _LINK)):
        for found in pattern.finditer(rest):
            word = found.group().rstrip(".,;:)")
            is_known = word.lower() in known.addresses if what == "address" else _bare(word) in known.links
            if not is_known:
                yield ("address" if what == "address" else "link"), word, found.span()
        rest = pattern.sub(_blank, rest)
    for day, month, place in _days(rest):
        if (day, month) not in known.days:
            yield "date", rest[place[0] : place[1]].rstrip("."), place
        rest = rest[: place[0]] + " " * (place[1] - place[0]) + rest[place[1] :]
    yield from _strange_numbers(rest, known)


def _strange_numbers(rest: str, known: Known) -> Iterator[tuple[What, str, tuple[int, int]]]:
    for found in _MONTH.finditer(rest):
        if (
            _MONTH_OF[found.group(1).lower()] not in known.months
            and found.group()[0].isupper()
            and found.group() != "May"
        ):
            yield "date", found.group(), found.span()
    for found in _WEEKDAY.finditer(rest):
        if not _weekday_known(found.group(1).lower(), known) and found.group()[0].isupper() and known.weekdays:
            yield "date", found.group(), found.span()
    for found in _AMOUNT.finditer(rest):
        if any(_plain(one) not in known.figures for one in _FIGURE.findall(found.group())):
            yield "amount", found.group(), found.span()
    rest = _AMOUNT.sub(_blank, rest)
    for found in _FIGURE.finditer(rest):
        if _plain(found.group()) not in known.figures:
            yield "figure", found.group().rstrip(".,:"), found.span()
    for found in _NUMBER_WORD.finditer(rest):
        if _NUMBERS[found.group(1).lower()] not in known.figures:
            yield "figure", found.group(), found.span()


def blanked(sentence: str) -> str:
    """The sentence without links and addresses, letter by letter, so that places stay the same."""
    return _LINK.sub(_blank, _ADDRESS.sub(_blank, sentence))


def vouched(word: str, known: Collection[str]) -> bool:
    """Whether the sources know the word, with or without the endings of a case."""
    low = word.casefold()
    parts = [part for part in re.split(r"[-&.'’]", low) if part]
    return all(
        part in known or any(part.endswith(end) and part[: -len(end)] in known for end in ("s", "es", "n", "en", "e"))
        or any(part + end in known for end in ("s", "n", "e"))
        for part in parts
    )  # fmt: skip


def is_german(text: str) -> bool:
    """Whether the text reads like German rather than English."""
    return len(_GERMAN.findall(text)) >= len(_ENGLISH.findall(text))


def is_foreign(text: str) -> bool:
    """Whether the text is neither German nor English: hardly one of their small words in it."""
    words = len(re.findall(r"\w+", text))
    return words > 0 and (len(_GERMAN.findall(text)) + len(_ENGLISH.findall(text))) / words < 0.08  # noqa: PLR2004


def _days(text: str) -> Iterator[tuple[int, int, tuple[int, int]]]:
    """(day, month, place) of every day named."""
    taken: list[tuple[int, int]] = []
    for pattern, day_at, month_at in ((_ISO, 3, 2), (_DAY_FIRST, 1, 2), (_MONTH_FIRST, 2, 1), (_DOTTED, 1, 2)):
        for found in pattern.finditer(text):
            if any(start < found.end() and found.start() < end for start, end in taken):
                continue
            said = found.group(month_at).lower()
            month = _MONTH_OF.get(said) or (int(said) if said.isdigit() else 0)
            day = int(found.group(day_at))
            if 1 <= day <= 31 and 1 <= month <= 12:  # noqa: PLR2004
                taken.append(found.span())
                yield day, month, found.span()


def _weekday_known(name: str, known: Known) -> bool:
    return any(name in names and known.weekdays & set(names) for names in _WEEKDAYS)


def _plain(figure: str) -> str:
    """1.500 and 1,500 and 1500 are one figure."""
    return re.sub(r"[.,](?=\d{3}(?!\d))", "", figure.rstrip(".,:"))


def _bare(link: str) -> str:
    return re.sub(r"^(?:https?://)?(?:www\.)?", "", link.lower()).rstrip("/.,;:)")


def _blank(found: re.Match[str]) -> str:
    return " " * len(found.group())
