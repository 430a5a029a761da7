"""The day something happened, as the sentence says it, apart from the day of the article. German and English. Pure."""

from __future__ import annotations

import re
from datetime import date, timedelta

_MONTHS = {
    "jan": 1, "feb": 2, "mär": 3, "mar": 3, "apr": 4, "mai": 5, "may": 5, "jun": 6, "jul": 7, "aug": 8, "sep": 9,
    "okt": 10, "oct": 10, "nov": 11, "dez": 12, "dec": 12,
}  # fmt: skip
_MONTH = (
    r"(?P<month>jan(?:uar|uary|ner)?|feb(?:ruar|ruary|er)?|märz|mrz|mar(?:ch)?|apr(?:il)?|mai|may|jun[ie]?|jul[iy]?"
    r"|aug(?:ust)?|sept?(?:ember)?|o[kc]t(?:ober)?|nov(?:ember)?|de[zc](?:ember)?)(?!\w)\.?"
)
_YEAR = r"(?P<year>(?:19|20)\d\d)"
_DAY = r"(?P<day>[0-3]?\d)"
_WEEKDAYS = {
    "montag": 0, "dienstag": 1, "mittwoch": 2, "donnerstag": 3, "freitag": 4, "samstag": 5, "sonnabend": 5, "sonntag": 6,
    "monday": 0, "tuesday": 1, "wednesday": 2, "thursday": 3, "friday": 4, "saturday": 5, "sunday": 6,
}  # fmt: skip
_NEAR = {
    "vorgestern": -2, "gestern": -1, "yesterday": -1, "heute": 0, "today": 0, "übermorgen": 2, "tomorrow": 1,
}  # fmt: skip
_FORMS = (
    re.compile(rf"(?<!\d){_DAY}\.?\s*{_MONTH}\s*,?\s*{_YEAR}?(?!\d)"),
    re.compile(rf"(?<!\w){_MONTH}\s+{_DAY}(?:st|nd|rd|th)?(?!\d)(?:,?\s+{_YEAR})?"),
    re.compile(rf"(?<![\d.]){_DAY}\.\s?(?P<month>[01]?\d)\.(?:\s?(?P<year>(?:19|20)\d\d|\d\d)(?!\d))?"),
    re.compile(rf"(?<!\d){_YEAR}-(?P<month>[01]\d)-{_DAY}(?!\d)"),
)
_BARE_MONTH = re.compile(rf"(?<!\w)(?P<into>im|in|ende|mitte|anfang|ab|seit|early|late|mid)\s+{_MONTH}(?:\s+{_YEAR})?")
_AGO = re.compile(r"(?:vor\s+(\w+)\s+(tag|woche)\w*|(\w+)\s+(day|week)s?\s+ago)")
_AHEAD = re.compile(r"(?<!\w)in\s+(\w+)\s+(tagen|wochen|days|weeks)(?!\w)")
_COUNTS = {
    "einem": 1, "einer": 1, "one": 1, "a": 1, "zwei": 2, "two": 2, "drei": 3, "three": 3, "vier": 4, "four": 4,
    "fünf": 5, "five": 5, "sechs": 6, "six": 6, "sieben": 7, "seven": 7,
}  # fmt: skip
_WEEKDAY = re.compile(
    rf"(?<!\w)(?P<which>kommenden?|nächsten?|next|vergangenen|letzten|last|diesen|this)?\s*(?:\w+\s+)?(?P<weekday>{'|'.join(_WEEKDAYS)})(?!\w)"
)
_FUTURE = re.compile(
    r"(?<!\w)(?:wird|werden|eröffnet am|ab dem|ab|zum|kommenden?|nächsten?|will|next|startet am|beginnt|tritt)(?!\w)"
)


def happened_on(lowered: str, today: date, *, place: int = 0) -> date | None:
    """The day named nearest to `place` in a lower-case sentence of an article of `today`; None when none is named.

    A day without a year is the one nearest to `today`. A month alone is its first day.
    """
    written = [
        (abs(match.start() - place), day)
        for form in _FORMS
        for match in form.finditer(lowered)
        if (day := _day(match.groupdict(), today))
    ]
    near = [one for one in written if abs(one[1] - today) <= _THIS_YEAR]
    found = near or [(abs(match.start() - place), day) for match, day in _relative(lowered, today)] or written
    if not found:
        found = [
            (abs(match.start() - place), day)
            for match in _BARE_MONTH.finditer(lowered)
            if (day := _month(match, lowered, today))
        ]
    return min(found)[1] if found else None


def _month(match: re.Match[str], lowered: str, today: date) -> date | None:
    """A month alone. Far ahead it is rather the one that has been, unless the sentence speaks of what will be."""
    day = _day({**match.groupdict(), "day": _DAY_OF.get(match["into"], "1")}, today)
    if day is None or match["year"] or (day - today).days <= _SOON or _FUTURE.search(lowered):
        return day
    return _valid(day.year - 1, day.month, day.day)


_SOON = 120
#: a written day further away than this is the year of something else, when the sentence also says "on Monday"
_THIS_YEAR = timedelta(days=400)
_DAY_OF = {"mitte": "15", "mid": "15", "ende": "28", "late": "28"}


def _day(parts: dict[str, str | None], today: date) -> date | None:
    day, month = int(parts["day"] or 0), parts["month"] or ""
    number = int(month) if month.isdigit() else _MONTHS.get(month[:3].replace("mrz", "mär"), 0)
    written = parts.get("year")
    if written:
        return _valid(int(written) + (2000 if len(written) == 2 else 0), number, day)
    nearest = [found for year in (today.year - 1, today.year, today.year + 1) if (found := _valid(year, number, day))]
    return min(nearest, key=lambda found: abs(found - today), default=None)


def _valid(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _relative(lowered: str, today: date) -> list[tuple[re.Match[str], date]]:
    found: list[tuple[re.Match[str], date]] = []
    for word, days in _NEAR.items():
        if word in lowered and (match := re.search(rf"(?<!\w){word}(?!\w)", lowered)):
            found.append((match, today + timedelta(days=days)))
    for pattern, sign in ((_AGO, -1), (_AHEAD, 1)):
        for match in pattern.finditer(lowered):
            many, unit = [part for part in match.groups() if part][:2]
            count = int(many) if many.isdigit() and len(many) < 4 else _COUNTS.get(many)
            if count:
                found.append((match, today + timedelta(days=sign * count * (7 if unit.startswith("w") else 1))))
    if "tag" in lowered or "day" in lowered or "abend" in lowered or "mittwoch" in lowered:
        found += [(match, _weekday(lowered, match, today)) for match in _WEEKDAY.finditer(lowered)]
    return found


def _weekday(lowered: str, match: re.Match[str], today: date) -> date:
    """ "Am Montag" in the press is the last one, today's included; with "wird", "kommenden" or "ab" the next one."""
    day = _WEEKDAYS[match["weekday"]]
    which = match["which"] or ""
    ahead = which.startswith(("komm", "näch", "next")) or (not which and _FUTURE.search(lowered) is not None)
    if ahead:
        return today + timedelta(days=(day - today.weekday()) % 7 or (7 if which else 0))
    return today - timedelta(
        days=(today.weekday() - day) % 7 or (7 if which in ("vergangenen", "letzten", "last") else 0)
    )
