"""Calendars of trade fairs: the events of an iCal file, with days, place and address."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from icalendar import Calendar
from icalendar.cal import Component
from icalendar.error import BrokenCalendarProperty

from feeds import clean, links
from outreach.errors import N_, Invalid

MOST_BYTES = 2 * 1024 * 1024
MOST_EVENTS = 2000
#: of calendars that do not say where they are at home
_HOME = "Europe/Berlin"
_EVENT = re.compile(rb"^BEGIN:VEVENT\s*$", re.MULTILINE | re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Event:
    """One event. `ends_on` is its last day, not the day after as iCal has it."""

    uid: str
    name: str
    starts_on: date
    ends_on: date
    place: str = ""
    link: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class Events:
    """A calendar: its name, its events by day, and how many could not be read."""

    name: str
    events: tuple[Event, ...]
    skipped: int = 0
    #: UIDs of those that could not be read; cancelled ones are not among them
    unread: frozenset[str] = frozenset()


def read(data: bytes) -> Events:
    """The events of a calendar; raises Invalid when it is none or too large. Repetitions are not unfolded."""
    if len(data) > MOST_BYTES or len(_EVENT.findall(data)) > MOST_EVENTS:
        raise Invalid(
            N_("The calendar is too large; at most %(most)s events are read."), field="file", most=MOST_EVENTS
        )
    if b"BEGIN:VCALENDAR" not in data[:2000].upper():
        raise Invalid(N_("This is not a calendar (iCal)."), field="file")
    try:
        calendar = Calendar.from_ical(data.decode("utf-8-sig", errors="replace"))
    except (ValueError, IndexError, KeyError, TypeError, AttributeError):
        raise Invalid(N_("This is not a calendar (iCal)."), field="file") from None
    zone = _zone(calendar)
    found: dict[str, Event] = {}
    skipped, unread = 0, set()
    for component in calendar.walk("VEVENT"):
        if component.get("RECURRENCE-ID") is not None:
            continue  # one day of a series that was moved; the series itself stands there too
        try:
            event = _event(component, zone)
        except OverflowError:  # the days at both ends of all time: there is none before, none after
            event = None
        if event is not None:
            found[event.uid] = event
            continue
        skipped += 1
        if _text(component, "STATUS").upper() != "CANCELLED":
            unread.add(_text(component, "UID")[:300])
    events = sorted(found.values(), key=lambda event: (event.starts_on, event.name))
    return Events(name=_text(calendar, "X-WR-CALNAME"), events=tuple(events), skipped=skipped, unread=frozenset(unread))


def _event(component: Component, zone: ZoneInfo) -> Event | None:
    name, starts_on = _text(component, "SUMMARY"), _day(component, "DTSTART", zone)
    if not name or starts_on is None or _text(component, "STATUS").upper() == "CANCELLED":
        return None
    return Event(
        uid=_text(component, "UID")[:300] or f"{starts_on} {name}",
        name=name,
        starts_on=starts_on,
        ends_on=_last_day(component, starts_on, zone),
        place=_text(component, "LOCATION"),
        link=links.absolute(_text(component, "URL"), ""),
        text=clean.plain(str(component.get("DESCRIPTION") or ""))[:2000],
    )


def _text(component: Component, name: str) -> str:
    value = component.get(name)
    if isinstance(value, list):
        value = value[0] if value else None
    return clean.title(str(value)) if value is not None else ""


def _zone(calendar: Component) -> ZoneInfo:
    """Where the calendar is at home: what it gives in UTC is a day there."""
    try:
        return ZoneInfo(_text(calendar, "X-WR-TIMEZONE") or _HOME)
    except (KeyError, ValueError, OSError):
        return ZoneInfo(_HOME)


def _moment(component: Component, name: str, zone: ZoneInfo) -> date | timedelta | None:
    try:
        value = getattr(component.get(name), "dt", None)
    except BrokenCalendarProperty:
        return None
    if isinstance(value, datetime) and value.tzinfo is not None and value.utcoffset() == timedelta(0):
        return value.astimezone(zone)
    return value if isinstance(value, date | timedelta) else None


def _day(component: Component, name: str, zone: ZoneInfo) -> date | None:
    value = _moment(component, name, zone)
    if isinstance(value, datetime):
        return value.date()
    return value if isinstance(value, date) else None


def _last_day(component: Component, starts_on: date, zone: ZoneInfo) -> date:
    end, length = _moment(component, "DTEND", zone), _moment(component, "DURATION", zone)
    if isinstance(end, datetime):
        # Until midnight is the day before.
        last = (end - timedelta(seconds=1)).date()
    elif isinstance(end, date):
        last = end - timedelta(days=1)
    elif isinstance(length, timedelta) and timedelta(0) < length < timedelta(days=366):
        last = starts_on + timedelta(days=max(0, length.days - 1))
    else:
        last = starts_on
    return min(max(last, starts_on), starts_on + timedelta(days=366))
