"""Dates as feeds write them: RFC 822 and ISO 8601 with all their variants, and German ones, which no parser reads."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

#: where a date without a zone was written
_HOME = ZoneInfo("Europe/Berlin")
#: nobody had a feed before; such dates are the zero of some counter
_EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
_MOST_CHARACTERS = 100

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january januar jan jän jänner jaenner", "february februar feb feber", "march märz maerz mar mär mrz mae",
            "april apr", "may mai", "june juni jun juno", "july juli jul julei", "august aug", "september sep sept",
            "october oktober oct okt", "november nov", "december dezember dec dez",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
_ENGLISH = frozenset(
    {"january", "jan", "february", "feb", "march", "mar", "april", "apr", "may", "june", "jun", "july", "jul", "august"}
    | {"aug", "september", "sep", "sept", "october", "oct", "november", "nov", "december", "dec"}
)
_ZONES = {
    "z": 0, "ut": 0, "utc": 0, "gmt": 0, "wet": 0, "cet": 1, "mez": 1, "bst": 1, "west": 1, "cest": 2, "mesz": 2, "eet": 2,
    "eest": 3, "msk": 3, "est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7, "mdt": -6, "pst": -8, "pdt": -7,
}  # fmt: skip

_TIME = r"(?:[T,\s]+(?:um\s+|at\s+|-\s+|–\s+)?(?P<hour>\d{1,2})[:.](?P<minute>\d{2})(?:[:.](?P<second>\d{2})(?:[.,]\d+)?)?(?:\s*(?P<half>[ap])\.?m\b\.?)?)?"
_ZONE = r"(?:\s*(?P<uhr>Uhr))?(?:\s*\(?(?P<zone>(?:GMT|UTC)?[+-]\d{1,2}:?\d{2}|(?:GMT|UTC)?[+-]\d{1,2}|[A-Za-z]{1,5})\)?)?(?:\s*\([^()]*\))?"
_SHAPES = tuple(
    re.compile(r"(?:[^\W\d_]{2,12}\.?,?\s+)?" + day + _TIME + _ZONE + r"\s*", re.IGNORECASE)
    for day in (
        r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})",
        r"(?P<year>\d{4})/(?P<month>\d{1,2})/(?P<day>\d{1,2})",
        r"(?P<day>\d{1,2})\.?[\s-]+(?P<name>[^\W\d_]{3,9})\.?[\s,-]+(?P<year>\d{4}|\d{2})",
        r"(?P<name>[^\W\d_]{3,9})\.?\s+(?P<day>\d{1,2})(?:st|nd|rd|th)?,?\s+(?P<year>\d{4})",
        r"(?P<day>\d{1,2})(?P<dotted>\.)\s?(?P<month>\d{1,2})\.\s?(?P<year>\d{4}|\d{2})",
        r"(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})",
    )
)
#: 20261120T100000Z
_COMPACT = re.compile(
    r"(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})T(?P<hour>\d{2})(?P<minute>\d{2})(?P<second>\d{2})?"
    r"(?P<zone>Z|[+-]\d{4})?"
)
#: asctime: Fri Nov 20 10:00:00 2026
_ASCTIME = re.compile(
    r"[A-Za-z]{3}\s+(?P<name>[A-Za-z]{3})\s+(?P<day>\d{1,2})\s+(?P<hour>\d{2}):(?P<minute>\d{2}):(?P<second>\d{2})"
    r"(?:\s+(?P<zone>[A-Za-z]{1,5}))?\s+(?P<year>\d{4})"
)


def read(text: str) -> datetime | None:
    """The moment a date means, in UTC; None when it is none.

    A time without a zone is German time where it is written the German way, else UTC, as the standards say. A day
    without a time is midnight UTC, which is the same day everywhere in Europe.
    """
    text = " ".join(text[:_MOST_CHARACTERS].split())
    if not text:
        return None
    for shape in (*_SHAPES, _COMPACT, _ASCTIME):
        found = shape.fullmatch(text)
        if found is not None:
            moment = _moment(found.groupdict())
            if moment is not None:
                return moment
    return None


def sensible(moment: datetime | None, now: datetime) -> datetime | None:
    """A date as far as it can be true: nothing appears in the future (then: now) or before there were feeds (then: none)."""
    if moment is None or moment < _EARLIEST:
        return None
    return min(moment, now)


def _moment(parts: dict[str, str | None]) -> datetime | None:
    month = _month(parts)
    zone = _zone(parts)
    if month is None or zone is None:
        return None
    hour, minute, second = (int(parts.get(name) or 0) for name in ("hour", "minute", "second"))
    if parts.get("half"):
        hour = hour % 12 + (12 if (parts["half"] or "").lower() == "p" else 0)
    extra = timedelta(days=1) if (hour, minute, second) == (24, 0, 0) else timedelta(0)
    try:
        day = datetime(
            _year(parts["year"] or ""), month, int(parts["day"] or 0), hour % 24 if extra else hour, minute,
            min(second, 59), tzinfo=zone,
        )  # fmt: skip
        return (day + extra).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _month(parts: dict[str, str | None]) -> int | None:
    name = parts.get("name")
    return int(parts.get("month") or 0) or None if name is None else _MONTHS.get(name.lower())


def _year(text: str) -> int:
    year = int(text)
    if len(text) > 2:
        return year
    return year + (2000 if year < 70 else 1900)


def _zone(parts: dict[str, str | None]) -> timezone | ZoneInfo | None:
    """The zone written beside it; None when it is no zone."""
    zone = re.sub(r"^(?:gmt|utc)(?=[+-])|^uhr$", "", (parts.get("zone") or "").lower())
    if not zone:
        return _HOME if parts.get("hour") and (parts.get("uhr") or _is_german(parts)) else UTC
    if zone[0] in "+-":
        return _offset(zone)
    return timezone(timedelta(hours=_ZONES[zone])) if zone in _ZONES else None


def _is_german(parts: dict[str, str | None]) -> bool:
    """Written the German way: with dots, or with a month's name that only German has."""
    name = (parts.get("name") or "").lower()
    return name not in _ENGLISH if name else parts.get("dotted") is not None


def _offset(text: str) -> timezone | None:
    digits = text[1:].replace(":", "")
    hours, minutes = (int(digits[:-2]), int(digits[-2:])) if len(digits) > 2 else (int(digits), 0)
    if hours > 14 or minutes > 59:
        return None
    shift = timedelta(hours=hours, minutes=minutes)
    return timezone(-shift if text[0] == "-" else shift)
