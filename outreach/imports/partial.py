"""Dates as people and programs write them, whole or in part, and moments with or without a zone. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "januar|january|jan|jaenner|jänner",
            "februar|february|feb",
            "märz|maerz|march|mär|mar|mrz",
            "april|apr",
            "mai|may",
            "juni|june|jun",
            "juli|july|jul",
            "august|aug",
            "september|sep|sept",
            "oktober|october|okt|oct",
            "november|nov",
            "dezember|december|dez|dec",
        ),
        start=1,
    )
    for name in names.split("|")
}
#: ISO 8601 and the truncated forms of vCard (RFC 6350 4.3.1), with a time nobody needs here
_ISO = re.compile(r"(?:(\d{4})|-)-?(?:(\d{2})|-)?-?(\d{2})?(?:[T ][\d:.,+Z -]*)?")
_YEAR_MONTH = re.compile(r"(\d{4})-(\d{2})")
_GERMAN = re.compile(r"(\d{1,2})\.\s*(\d{1,2})\.?\s*(\d{4}|\d{2})?(?:[ ,]+[\d:]+)?")
_SPELLED = re.compile(r"(\d{1,2})\.?\s+([^\W\d]+)\.?\s*(\d{4})?")
_ENGLISH = re.compile(r"([^\W\d]+)\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s*(\d{4})?")
_SLASHED = re.compile(r"(\d{1,2})/(\d{1,2})(?:/(\d{4}))?")
_TIME = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?")


@dataclass(frozen=True)
class Partial:
    """A date of which the year, or day and month, or the day may be unknown."""

    year: int | None = None
    month: int | None = None
    day: int | None = None

    def __str__(self) -> str:
        """1980-05-03, 1980-05, 1980, --05-03 or --05."""
        if self.year is None:
            return f"--{self.month:02}" + (f"-{self.day:02}" if self.day else "")
        parts = [f"{self.year:04}", *(f"{part:02}" for part in (self.month, self.day) if part)]
        return "-".join(parts)


def parse(words: str, *, month_first: bool = False) -> Partial | None:
    """The date, or None when it cannot be understood for sure.

    03/05 is ambiguous unless one part is over 12 or the program it comes from is known to write the month first.
    """
    text = words.strip()
    if len(text) > 60 or not text.isprintable():
        return None
    for found in (_iso(text), _german(text), _spelled(text), _slashed(text, month_first=month_first)):
        if found is not None:
            return found if _is_possible(found) else None
    return None


def moment(words: str, zone: str = "UTC") -> datetime | None:
    """The moment, in UTC; one without a zone is of `zone`. Unix seconds are understood; 0 and empty are None."""
    text = words.strip()
    if re.fullmatch(r"\d{9,11}(\.0+)?", text):
        return datetime.fromtimestamp(int(float(text)), UTC)
    try:
        found = datetime.fromisoformat(re.sub(r"\s*(UTC|GMT)$", "+00:00", text).replace(" +", "+"))
    except ValueError:
        at = parse(text) or _dashed(text)
        if at is None or at.year is None or at.month is None or at.day is None:
            return None
        clock = _TIME.search(text)
        hour, minute, second = (int(part or 0) for part in clock.groups()) if clock else (0, 0, 0)
        try:
            found = datetime(at.year, at.month, at.day, hour, minute, second)  # noqa: DTZ001 - gets its zone below
        except ValueError:
            return None
    if found.tzinfo is None:
        try:
            found = found.replace(tzinfo=ZoneInfo(zone))
        except (ZoneInfoNotFoundError, ValueError):
            found = found.replace(tzinfo=UTC)
    return found.astimezone(UTC) if 1971 < found.year < 9998 else None


def _iso(text: str) -> Partial | None:
    if re.fullmatch(r"\d{4}", text):
        return Partial(year=int(text))
    if both := _YEAR_MONTH.fullmatch(text):
        return Partial(int(both.group(1)), int(both.group(2)))
    if re.fullmatch(r"\d{6}|\d{1,3}", text):
        return None
    whole = _ISO.fullmatch(text)
    if not whole:
        return None
    year, month, day = (int(part) if part else None for part in whole.groups())
    return Partial(year, month, day) if month else None


def _german(text: str) -> Partial | None:
    found = _GERMAN.fullmatch(text)
    if not found:
        return None
    year = int(found.group(3)) if found.group(3) else None
    if year is not None and year < 100:
        year += 1900 if year > 30 else 2000
    return Partial(year, int(found.group(2)), int(found.group(1)))


def _spelled(text: str) -> Partial | None:
    if found := _SPELLED.fullmatch(text):
        day, name, year = found.groups()
    elif found := _ENGLISH.fullmatch(text):
        name, day, year = found.groups()
    else:
        return None
    month = _MONTHS.get(name.casefold())
    return Partial(int(year) if year else None, month, int(day)) if month else None


def _slashed(text: str, *, month_first: bool) -> Partial | None:
    found = _SLASHED.match(text)
    if not found or not re.fullmatch(r"(?:[ ,]+[\d:]+\s*(?:[AaPp][Mm])?)?", text[found.end() :]):
        return None
    first, second = int(found.group(1)), int(found.group(2))
    if not month_first and first <= 12 and second <= 12 and first != second:
        return None
    day, month = (first, second) if first > 12 or (not month_first and second <= 12) else (second, first)
    return Partial(int(found.group(3)) if found.group(3) else None, month, day)


def _dashed(text: str) -> Partial | None:
    """12-04-2022 09:30, day first."""
    found = re.match(r"(\d{2})-(\d{2})-(\d{4})\b", text)
    made = Partial(int(found.group(3)), int(found.group(2)), int(found.group(1))) if found else None
    return made if made and _is_possible(made) else None


def _is_possible(partial: Partial) -> bool:
    try:
        date(partial.year or 2000, partial.month or 1, partial.day or 1)
    except ValueError:
        return False
    return partial.year is None or 1800 <= partial.year <= 2200
