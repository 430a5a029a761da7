"""The time, in one place: UTC moments, and planned local times as wall time + IANA zone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones


def now() -> datetime:
    """This moment, aware, in UTC."""
    return datetime.now(UTC)


def is_zone(name: str) -> bool:
    """Whether `name` is a zone of the IANA database."""
    return name in available_timezones()


def at_wall(wall: datetime, zone: str) -> datetime:
    """The UTC moment of a planned local time.

    A time the spring change skips (2027-03-28 02:30 in Berlin) becomes the same distance after the gap (03:30);
    a time the autumn change repeats (2026-10-25 02:30) means its first occurrence, so it happens once (PEP 495, fold=0).
    """
    local = wall.replace(tzinfo=ZoneInfo(zone), fold=0)
    return local.astimezone(UTC)


def on_wall(moment: datetime, zone: str) -> datetime:
    """The local time of a UTC moment, aware."""
    return moment.astimezone(ZoneInfo(zone))


def ago(**span: float) -> datetime:
    """The moment that long before now: `ago(days=28)`."""
    return now() - timedelta(**span)


def years_before(moment: datetime, years: int) -> datetime:
    """The same day and hour so many years earlier; 29 February becomes the 28th."""
    try:
        return moment.replace(year=moment.year - years)
    except ValueError:
        return moment.replace(year=moment.year - years, day=28)
