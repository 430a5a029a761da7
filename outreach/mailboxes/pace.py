"""When the next personal mail may go out: send window, workdays, public holidays, a cap a day, a gap between two. Pure.

A person writes by day and not by the hundred. Holidays come from the library `holidays`, by state: "DE-BW", "AT", "CH-ZH".
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays

#: countries whose states can be chosen, the first users first
COUNTRIES = ("DE", "AT", "CH")
#: nobody waits longer than this for a workday
_LOOK_AHEAD_DAYS = 30
_A_YEAR = 366


@dataclass(frozen=True)
class Pace:
    """How one mailbox writes; times are wall times "HH:MM" in `zone`, weekdays ISO numbers ("12345")."""

    per_day: int = 20
    gap_seconds: int = 120
    opens_at: str = "08:00"
    closes_at: str = "18:00"
    zone: str = "Europe/Berlin"
    weekdays: str = "12345"
    region: str = "DE"


def next_moment(
    pace: Pace,
    *,
    now: datetime,
    not_before: datetime | None = None,
    next_at: datetime | None = None,
    counted_on: date | None = None,
    sent_today: int = 0,
) -> datetime:
    """The first moment, from `now` on, at which a mail may go out."""
    moment = max(one for one in (now, not_before, next_at) if one is not None)
    zone = ZoneInfo(pace.zone)
    for _ in range(_LOOK_AHEAD_DAYS):
        local = moment.astimezone(zone)
        full = counted_on == local.date() and sent_today >= pace.per_day
        if not full and is_workday(pace, local.date()):
            opens, closes = _at(local.date(), pace.opens_at, zone), _at(local.date(), pace.closes_at, zone)
            if moment < opens:
                return opens.astimezone(now.tzinfo)
            if moment < closes:
                return moment
        moment = datetime.combine(local.date() + timedelta(days=1), time(), zone).astimezone(now.tzinfo)
    return moment


def good_hour(pace: Pace, *, now: datetime) -> datetime:
    """The next hour at which a personal mail is likely read: nine in the morning of the next workday, in the window."""
    zone = ZoneInfo(pace.zone)
    day = now.astimezone(zone).date()
    hour = "09:00" if pace.opens_at <= "09:00" < pace.closes_at else pace.opens_at
    for ahead in range(_LOOK_AHEAD_DAYS):
        nine = _at(day + timedelta(days=ahead), hour, zone)
        if nine > now + timedelta(minutes=5) and is_workday(pace, nine.date()):
            return nine.astimezone(now.tzinfo)
    return next_moment(pace, now=now)


def is_workday(pace: Pace, day: date) -> bool:
    """Whether mails go out on this day: one of the chosen weekdays and no public holiday there."""
    return str(day.isoweekday()) in pace.weekdays and not holiday(pace.region, day)


def holiday(region: str, day: date) -> str:
    """The name of the public holiday of this region on this day; empty when it is none."""
    country, _, state = region.partition("-")
    return str(_calendar(country, state).get(day, "")) if country else ""


def next_holiday(region: str, day: date) -> tuple[date, str] | None:
    """The next public holiday of this region from this day on, with its name; None where none is kept."""
    days = (day + timedelta(days=ahead) for ahead in range(_A_YEAR)) if region in regions() else ()
    return next(((one, name) for one in days if (name := holiday(region, one))), None)


def spaced(pace: Pace, *, now: datetime) -> datetime:
    """When the gap after a mail is over: give or take half of it, so that no clockwork shows."""
    return now + timedelta(seconds=pace.gap_seconds * random.uniform(0.5, 1.5))  # noqa: S311 - guards nothing


def regions() -> Sequence[str]:
    """The regions that can be chosen: each country, then its states."""
    known = holidays.list_supported_countries()
    return [region for one in COUNTRIES for region in (one, *(f"{one}-{state}" for state in sorted(known[one])))]


@lru_cache(maxsize=64)
def _calendar(country: str, state: str) -> holidays.HolidayBase:
    return holidays.country_holidays(country, subdiv=state or None, language="de")


def _at(day: date, wall: str, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time.fromisoformat(wall), zone)
