"""Days as people write them, German and English: "3.5.", "letzten Freitag", "in 2 Wochen", "KW 12", "May 3". Pure.

A day without a year can lie behind or ahead; which one is meant is for the reader of the line to say, so both are given.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

Tense = Literal["past", "future", ""]


@dataclass(frozen=True)
class FoundDate:
    """A day in a line, from `start` to `end`. `tense` is set where the words themselves say before or after today."""

    start: int
    end: int
    #: the most recent such day, today included
    back: date
    #: the nearest such day to come, today included
    ahead: date
    tense: Tense = ""
    #: the day, month and year as written, where there are any: for birthdays
    day: int | None = None
    month: int | None = None
    year: int | None = None
    #: a bare weekday may be somebody's name
    is_weekday: bool = False


@dataclass(frozen=True)
class _Read:
    back: date
    ahead: date
    tense: Tense = ""
    day: int | None = None
    month: int | None = None
    year: int | None = None
    is_weekday: bool = False


_MONTHS = {
    "januar": 1, "jänner": 1, "january": 1, "jan": 1, "februar": 2, "february": 2, "feb": 2, "märz": 3, "maerz": 3, "march": 3,
    "mär": 3, "mrz": 3, "mar": 3, "april": 4, "apr": 4, "mai": 5, "may": 5, "juni": 6, "june": 6, "jun": 6, "juli": 7, "july": 7,
    "jul": 7, "august": 8, "aug": 8, "september": 9, "sept": 9, "sep": 9, "oktober": 10, "october": 10, "okt": 10, "oct": 10,
    "november": 11, "nov": 11, "dezember": 12, "december": 12, "dez": 12, "dec": 12,
}  # fmt: skip
_ENGLISH_MONTHS = (
    "january|february|march|april|may|june|july|august|september|october|november|december|"
    "jan|feb|mar|apr|jun|jul|aug|sept|sep|oct|nov|dec"
)
_WEEKDAYS = {
    "montag": 0, "dienstag": 1, "mittwoch": 2, "donnerstag": 3, "freitag": 4, "samstag": 5, "sonnabend": 5, "sonntag": 6,
    "monday": 0, "tuesday": 1, "wednesday": 2, "thursday": 3, "friday": 4, "saturday": 5, "sunday": 6,
}  # fmt: skip
#: only after "am", "bis", "letzten" and the like: "Do" and "So" are words of their own
_SHORT_WEEKDAYS = {"Mo": 0, "Di": 1, "Mi": 2, "Do": 3, "Fr": 4, "Sa": 5, "So": 6}
_COUNTS = {
    "ein": 1, "eine": 1, "einem": 1, "einer": 1, "a": 1, "an": 1, "one": 1, "zwei": 2, "two": 2, "drei": 3, "three": 3,
    "vier": 4, "four": 4, "fünf": 5, "five": 5, "sechs": 6, "six": 6, "acht": 8, "eight": 8, "zehn": 10, "ten": 10,
}  # fmt: skip
_LAST = "letzten|letzter|letzte|letztem|vergangenen|vergangene|vorigen|vorige|last"
_NEXT = "nächsten|nächster|nächste|naechsten|naechste|kommenden|kommende|next"

_S = r"[ \xa0]{1,2}"
_DAY = "|".join(_WEEKDAYS)
_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))
_COUNT = "[0-9]{1,3}|" + "|".join(sorted(_COUNTS, key=len, reverse=True))
_ON = rf"(?:(?<!\w)(?:am|vom|on|den){_S})?"
#: "Montag, den 3.5." is one day, and its date counts
_WITH_DAY = rf"{_ON}(?:(?<!\w)(?:{_DAY}|mo|di|mi|do|fr|sa|so)\.?,?{_S}(?:(?:den|dem|the){_S})?)?"


def find(line: str, today: date) -> list[FoundDate]:
    """All days in a line, in order, not overlapping; what is no day of the calendar ("31.2.") is none."""
    found: list[FoundDate] = []
    for pattern, read in _RULES:
        for match in pattern.finditer(line):
            if any(match.start() < one.end and one.start < match.end() for one in found):
                continue
            try:
                said = read(match, today)
            except (ValueError, OverflowError):
                continue
            if said is not None:
                found.append(FoundDate(match.start(), match.end(), **vars(said)))
    return sorted(found, key=lambda one: one.start)


def _calendar_day(match: re.Match[str], today: date) -> _Read | None:
    parts = match.groupdict()
    month = parts["month"]
    return _in_year(
        int(parts["day"]),
        int(month) if month.isdecimal() else _MONTHS[month.casefold()],
        _year(parts.get("year")),
        today,
    )


def _year(written: str | None) -> int | None:
    if not written:
        return None
    year = int(written)
    if len(written) == 2:
        year += 2000 if year < 70 else 1900
    if not 1900 <= year <= 2100:
        raise ValueError("no year of ours")
    return year


def _in_year(day: int, month: int, year: int | None, today: date) -> _Read:
    if year is not None:
        when = date(year, month, day)
        return _Read(when, when, "", day, month, year)
    back = next(_days(day, month, range(today.year, today.year - 9, -1), lambda one: one <= today))
    ahead = next(_days(day, month, range(today.year, today.year + 9), lambda one: one >= today))
    return _Read(back, ahead, "", day, month)


def _days(day: int, month: int, years: range, fits: Callable[[date], bool]) -> Iterator[date]:
    """That day in these years; 29 February only where there is one. Raises ValueError when there never is."""
    for year in years:
        if month == 2 and day == 29 and monthrange(year, 2)[1] < 29:
            continue
        when = date(year, month, day)
        if fits(when):
            yield when
    raise ValueError("no such day")


def _near(match: re.Match[str], today: date) -> _Read | None:
    days = {
        "heute": 0, "today": 0, "gestern": -1, "yesterday": -1, "vorgestern": -2, "the day before yesterday": -2,
        "morgen": 1, "tomorrow": 1, "übermorgen": 2, "uebermorgen": 2, "the day after tomorrow": 2,
    }[match["near"].casefold()]  # fmt: skip
    when = today + timedelta(days=days)
    return _Read(when, when, "future" if days > 0 else "past")


def _weekday(match: re.Match[str], today: date) -> _Read | None:
    lead = (match["lead"] or "").casefold()
    short = match["day"].rstrip(".")
    number = _WEEKDAYS.get(match["day"].casefold(), _SHORT_WEEKDAYS.get(short))
    if number is None or (not lead and short in _SHORT_WEEKDAYS):
        return None
    before, after = (today.weekday() - number) % 7, (number - today.weekday()) % 7
    if lead in _LAST.split("|"):
        when = today - timedelta(days=before or 7)
        return _Read(when, when, "past")
    if lead in _NEXT.split("|"):
        when = today + timedelta(days=after or 7)
        return _Read(when, when, "future")
    return _Read(today - timedelta(days=before), today + timedelta(days=after), is_weekday=not lead)


def _week_or_month(match: re.Match[str], today: date) -> _Read | None:
    sign = -1 if match["lead"].casefold() in _LAST.split("|") else 1
    tense: Tense = "past" if sign < 0 else "future"
    if match["unit"].casefold() in ("woche", "week"):
        when = today - timedelta(days=today.weekday()) + timedelta(weeks=sign)
    else:
        when = _months_on(today.replace(day=1), sign)
    return _Read(when, when, tense)


def _distance(match: re.Match[str], today: date) -> _Read | None:
    written = match["count"].casefold()
    count = int(written) if written.isdecimal() else _COUNTS[written]
    tense: Tense = "future" if match.group().casefold().startswith("in") else "past"
    sign = 1 if tense == "future" else -1
    unit = match["unit"].casefold()
    if unit.startswith("mon"):
        when = _months_on(today, sign * count)
    else:
        when = today + sign * timedelta(days=count * (7 if unit.startswith("w") else 1))
    return _Read(when, when, tense)


def _months_on(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _calendar_week(match: re.Match[str], today: date) -> _Read | None:
    """The Monday of an ISO week; without a year the last such Monday, or the next one from this week on."""
    week = int(match["week"])
    if match["year"]:
        when = date.fromisocalendar(_year(match["year"]) or 0, week, 1)
        return _Read(when, when)
    this_monday = today - timedelta(days=today.weekday())
    around = []
    for year in range(today.year - 7, today.year + 8):
        try:
            around.append(date.fromisocalendar(year, week, 1))
        except ValueError:  # week 53 is not in every year
            continue
    return _Read(max(one for one in around if one <= today), min(one for one in around if one >= this_monday))


def _end(match: re.Match[str], today: date) -> _Read | None:
    if "w" in match["of"].casefold():
        when = max(today, today + timedelta(days=4 - today.weekday()))
    else:
        when = today.replace(day=monthrange(today.year, today.month)[1])
    return _Read(when, when, "future" if when > today else "")


def _part_of_month(match: re.Match[str], today: date) -> _Read | None:
    part, month = match["part"].casefold(), _MONTHS[match["month"].casefold()]

    def day(year: int) -> date:
        last = monthrange(year, month)[1]
        return date(year, month, {"anfang": 1, "early": 1, "mitte": 15, "mid": 15}.get(part, last))

    back = day(today.year) if day(today.year) <= today else day(today.year - 1)
    return _Read(back, day(today.year) if day(today.year) >= today else day(today.year + 1))


_Reader = Callable[[re.Match[str], date], _Read | None]


def _rule(pattern: str, read: _Reader) -> tuple[re.Pattern[str], _Reader]:
    return re.compile(pattern, re.IGNORECASE), read


_RULES = (
    _rule(r"(?<![\w.-])(?P<year>[0-9]{4})-(?P<month>[0-9]{1,2})-(?P<day>[0-9]{1,2})(?![\w-])", _calendar_day),
    _rule(
        rf"{_WITH_DAY}(?<![\w.,])(?P<day>[0-9]{{1,2}})\. ?(?P<month>[0-9]{{1,2}})\."
        r"(?P<year>[0-9]{4}|[0-9]{2})?(?![\w])",
        _calendar_day,
    ),
    # "am 3.5" without the last full stop: the word before says that it is no number
    _rule(
        r"(?<!\w)(?:am|vom|bis|zum|den)[ \xa0](?P<day>[0-9]{1,2})\.(?P<month>[0-9]{1,2})(?![\w.,]?[\w€])(?! ?(?:€|eur))",
        _calendar_day,
    ),
    _rule(
        rf"{_WITH_DAY}(?<![\w.,])(?P<day>[0-9]{{1,2}})(?:\.|st|nd|rd|th)?(?:{_S}of)?[ \xa0]?(?P<month>{_MONTH})(?!\w)\.?"
        rf"(?:,?{_S}(?P<year>(?:19|20)[0-9]{{2}})(?![\w]))?",
        _calendar_day,
    ),
    _rule(
        rf"{_WITH_DAY}(?<!\w)(?P<month>{_ENGLISH_MONTHS})\.?{_S}(?P<day>[0-9]{{1,2}})(?:st|nd|rd|th)?(?![\w]|[.,:][0-9]| ?€| ?eur)"
        rf"(?:,?{_S}(?P<year>(?:19|20)[0-9]{{2}})(?![\w]))?",
        _calendar_day,
    ),
    _rule(
        r"(?<!\w)(?<!guten )(?P<near>vorgestern|gestern|heute|übermorgen|uebermorgen|morgen|the day before yesterday|"
        r"yesterday|today|the day after tomorrow|tomorrow)(?!\w)"
        rf"(?:{_S}(?:früh|morgen|vormittag|mittag|nachmittag|abend|morning|afternoon|evening)(?!\w))?",
        _near,
    ),
    _rule(rf"(?<!\w)(?P<lead>{_LAST}|{_NEXT}){_S}(?P<unit>woche|week|monat|month)(?!\w)", _week_or_month),
    _rule(
        rf"(?<!\w)(?<!frau )(?<!herr )(?<!herrn )(?<!fr\. )(?<!hr\. )(?<!dr\. )"
        rf"(?:(?P<lead>{_LAST}|{_NEXT}|am|bis|diesen|on|this|by|until){_S})?(?P<day>{_DAY}|(?:mo|di|mi|do|fr|sa|so)\.?)(?!\w)"
        rf"(?:{_S}(?:früh|morgen|vormittag|mittag|nachmittag|abend|morning|afternoon|evening)(?!\w))?",
        _weekday,
    ),
    _rule(
        rf"(?<!\w)(?:in|vor){_S}(?P<count>{_COUNT}){_S}(?P<unit>tag(?:en)?|wochen?|monat(?:en)?|days?|weeks?|months?)(?!\w)",
        _distance,
    ),
    _rule(rf"(?<!\w)(?P<count>{_COUNT}){_S}(?P<unit>days?|weeks?|months?){_S}ago(?!\w)", _distance),
    _rule(
        rf"(?<!\w)(?:in{_S}(?:der{_S})?)?(?:kw|week|calendar week)[ \xa0]{{0,2}}(?P<week>[0-9]{{1,2}})(?![0-9])"
        r"(?: ?/ ?|[ ])?(?P<year>20[0-9]{2})?(?![\w])",
        _calendar_week,
    ),
    _rule(
        rf"(?<!\w)(?P<of>ende{_S}(?:der|dieser){_S}woche|end{_S}of{_S}(?:the{_S})?week|monatsende|ende{_S}des{_S}monats|"
        rf"end{_S}of{_S}(?:the{_S})?month)(?!\w)",
        _end,
    ),
    _rule(rf"(?<!\w)(?P<part>anfang|mitte|ende|early|mid|end of){_S}(?P<month>{_MONTH})(?!\w)", _part_of_month),
)
