"""Calendars of trade fairs, as associations publish them, read again and again."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from feeds import ical, sources
from feeds.rows import Feed
from feeds.sources import calendars
from feeds.sources.calendars import Counts
from outreach import fairs
from outreach.fairs import Fair
from tests import world

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
INTERZOO = "UID:interzoo-2028\nSUMMARY:Interzoo 2028\nDTSTART;VALUE=DATE:20280509\nDTEND;VALUE=DATE:20280513\nLOCATION:Nürnberg"
EMO = "UID:emo@vdw\nSUMMARY:EMO\nDTSTART;TZID=Europe/Berlin:20270920T090000\nDTEND;TZID=Europe/Berlin:20270925T180000"


def calendar(*events: str) -> bytes:
    body = "".join(f"BEGIN:VEVENT\n{event}\nEND:VEVENT\n" for event in events)
    whole = f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//AUMA//DE\nX-WR-CALNAME:Messen\n{body}END:VCALENDAR\n"
    return whole.replace("\n", "\r\n").encode()


@pytest.fixture
def feed_id(session: Session) -> int:
    return sources.add(session, "https://messen.example/a.ics", kind="calendar", now=NOW).id


def take(session: Session, feed_id: int, *events: str) -> Counts:
    return calendars.take_in(session, feed_id, ical.read(calendar(*events)), now=NOW)


def named(session: Session) -> dict[str, tuple[date, date]]:
    session.expire_all()
    return {fair.name: (fair.starts_on, fair.ends_on) for fair in session.scalars(select(Fair))}


def test_events_become_fairs_on_their_days(session: Session, feed_id: int) -> None:
    zulu = "UID:3\nSUMMARY:IAA\nDTSTART:20270907T220000Z\nDTEND:20270912T160000Z\nURL:https://iaa.example/"
    weekly = "UID:4\nSUMMARY:Wochenmarkt\nDTSTART;VALUE=DATE:20270101\nRRULE:FREQ=WEEKLY"
    assert take(session, feed_id, INTERZOO, EMO, zulu, weekly) == Counts(added=4)
    found = named(session)
    assert found["Interzoo 2028"] == (date(2028, 5, 9), date(2028, 5, 12))
    assert found["EMO"] == (date(2027, 9, 20), date(2027, 9, 25))
    assert found["IAA"] == (date(2027, 9, 8), date(2027, 9, 12)), "midnight in Berlin is the evening before in UTC"
    assert found["Wochenmarkt"] == (date(2027, 1, 1), date(2027, 1, 1)), "a series is its first day"
    uids = set(session.scalars(select(Fair.uid)))
    assert "https://messen.example/a.ics#interzoo-2028" in uids


def test_the_same_calendar_twice_changes_nothing(session: Session, feed_id: int) -> None:
    take(session, feed_id, INTERZOO, EMO)
    assert take(session, feed_id, INTERZOO, EMO) == Counts()
    assert len(named(session)) == 2


def test_a_fair_that_is_moved_follows(session: Session, feed_id: int) -> None:
    take(session, feed_id, INTERZOO)
    later = INTERZOO.replace("20280509", "20280516").replace("20280513", "20280520")
    assert take(session, feed_id, later) == Counts(changed=1)
    assert named(session) == {"Interzoo 2028": (date(2028, 5, 16), date(2028, 5, 19))}


def test_what_is_cancelled_or_vanished_goes_unless_somebody_exhibits_there(session: Session, feed_id: int) -> None:
    small = world.build(session)
    take(session, feed_id, INTERZOO, EMO, EMO.replace("UID:emo@vdw", "UID:x").replace("EMO", "Motek"))
    motek = session.scalars(select(Fair.id).where(Fair.name == "Motek")).one()
    fairs.exhibits(session, motek, small.companies["mueller"])
    assert take(session, feed_id, INTERZOO, EMO + "\nSTATUS:CANCELLED") == Counts(removed=1)
    assert set(named(session)) == {"Interzoo 2028", "Motek"}


def test_past_fairs_typed_in_ones_and_those_of_other_calendars_stay(session: Session, feed_id: int) -> None:
    past = EMO.replace("2027", "2025")
    take(session, feed_id, past, INTERZOO)
    fairs.add(session, name="Hausmesse", starts_on=date(2027, 3, 1))
    other = sources.add(session, "https://messen.example/a.ics_2", kind="calendar", now=NOW).id
    take(session, other, EMO)
    assert take(session, feed_id, INTERZOO) == Counts()
    assert set(named(session)) == {"EMO", "Interzoo 2028", "Hausmesse"}
    assert len(session.scalars(select(Fair.id)).all()) == 4


def test_an_empty_calendar_and_unreadable_events_remove_nothing(session: Session, feed_id: int) -> None:
    take(session, feed_id, INTERZOO, EMO)
    assert take(session, feed_id) == Counts()
    assert take(session, feed_id, INTERZOO, "UID:emo@vdw\nSUMMARY:EMO\nDTSTART:kaputt") == Counts()
    assert len(named(session)) == 2


def test_an_exhibition_of_half_a_year_is_no_fair(session: Session, feed_id: int) -> None:
    long = "UID:9\nSUMMARY:Landesgartenschau\nDTSTART;VALUE=DATE:20270401\nDTEND;VALUE=DATE:20271001"
    assert take(session, feed_id, long, INTERZOO) == Counts(added=1, refused=1)


def test_a_calendar_that_moved_keeps_its_fairs(session: Session, feed_id: int) -> None:
    take(session, feed_id, INTERZOO)
    old, new = "https://messen.example/a.ics", "https://messen.example/neu.ics"
    session.execute(update(Feed).where(Feed.id == feed_id).values(address=new, moved_from=old))
    session.expire_all()
    assert take(session, feed_id, INTERZOO) == Counts()
    assert len(named(session)) == 1
