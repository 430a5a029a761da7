"""The calendar feed, read back by another pair of eyes: the rules of RFC 5545, and what may not stand in it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from icalendar import Calendar

from outreach import calendar, contacts, dates, facts, tasks, users
from outreach.calendar import Holder
from outreach.care import complaints
from outreach.errors import BadToken
from outreach.house import House
from outreach.users import Role
from tests import world
from tests.world import World

TODAY = date(2026, 9, 15)


@pytest.fixture
def small(any_house: House) -> World:
    with any_house.database.writing() as session:
        return world.build(session)


def _events(house: House, small: World, *, mine: bool = False) -> dict[str, tuple[date, str]]:
    with house.database.reading() as session:
        raw = calendar.feed(session, house, Holder(users.get(session, small.owner), mine), today=TODAY)
    return {
        str(one["UID"]).partition("@")[0]: (one.decoded("DTSTART"), str(one["SUMMARY"]))
        for one in Calendar.from_ical(raw).walk("VEVENT")
    }


def test_birthdays_come_with_and_without_their_year(any_house: House, small: World) -> None:
    with any_house.database.writing() as session:
        first = dates.put(session, contact_id=small.people["anna"], kind="birthday", year=1976, month=10, day=3).id
        other = dates.put(session, contact_id=small.people["doctor"], kind="birthday", month=2, day=29).id
        dates.put(session, contact_id=small.people["double"], kind="birthday", year=1980)
    found = _events(any_house, small)
    assert found[f"day-{first}-2026"][0] == date(2026, 10, 3)
    assert found[f"day-{first}-2026"][1].endswith("(50)")
    assert f"day-{first}-2027" in found
    assert [found[f"day-{other}-{year}"][0] for year in (2027, 2028)] == [date(2027, 2, 28), date(2028, 2, 29)]
    assert len(found) == 4


def test_founding_days_contract_ends_and_own_days_are_in_it(any_house: House, small: World) -> None:
    with any_house.database.writing() as session:
        founded = dates.put(session, company_id=small.companies["mueller"], kind="founding", year=2001, month=11, day=1)
        ends = dates.put(
            session, contact_id=small.people["anna"], kind="contract_end", year=2026, month=12, day=31, is_yearly=False
        )
        own = dates.put(session, contact_id=small.people["anna"], kind="other", label="Messe", month=5, day=4)
        numbers = founded.id, ends.id, own.id
    found = _events(any_house, small)
    assert found[f"day-{numbers[0]}-2026"][1].startswith("Founding day: ")
    assert found[f"day-{numbers[0]}-2026"][1].endswith("(25)")
    assert [uid for uid in found if uid.startswith(f"day-{numbers[1]}-")] == [f"day-{numbers[1]}-2026"]
    assert found[f"day-{numbers[2]}-2027"][1].startswith("Messe: ")


def test_follow_ups_tasks_and_promises_are_in_it(any_house: House, small: World) -> None:
    anna = small.people["anna"]
    with any_house.database.writing() as session:
        contacts.get(session, anna).due_on = TODAY
        task = tasks.add(session, text="Angebot schreiben", due_on=TODAY + timedelta(days=2), contact_id=anna).id
        done = tasks.add(session, text="Schon erledigt", due_on=TODAY).id
        tasks.finish(session, done, user_id=None)
        tasks.add(session, text="Ohne Tag")
        promise = facts.add(session, contact_id=anna, kind="promise", text="Muster schicken", noted_on=TODAY, valid_until=TODAY)  # fmt: skip
        promised = promise.id
    found = _events(any_house, small)
    assert set(found) == {f"follow-up-{anna}", f"task-{task}", f"promise-{promised}"}
    assert found[f"task-{task}"][1].startswith("To do: Angebot schreiben (")


def test_ones_own_calendar_has_what_is_ones_own(any_house: House, small: World) -> None:
    anna, doctor = small.people["anna"], small.people["doctor"]
    with any_house.database.writing() as session:
        contacts.update(session, anna, owner_id=small.owner)
        for one in (anna, doctor):
            contacts.get(session, one).due_on = TODAY
            dates.put(session, contact_id=one, kind="birthday", month=12, day=1)
        mine = tasks.add(session, text="Meins", due_on=TODAY, user_id=small.owner).id
        tasks.add(session, text="Deins", due_on=TODAY, user_id=small.assistant)
        ours = tasks.add(session, text="Unser", due_on=TODAY).id
    found = _events(any_house, small, mine=True)
    assert {uid for uid in found if not uid.startswith("day-")} == {f"follow-up-{anna}", f"task-{mine}", f"task-{ours}"}
    assert len([uid for uid in found if uid.startswith("day-")]) == 2
    assert len(_events(any_house, small)) == 4 + 2 + 3


def test_nobody_who_died_has_a_birthday(any_house: House, small: World) -> None:
    with any_house.database.writing() as session:
        dates.put(session, contact_id=small.people["anna"], kind="birthday", month=12, day=1)
        contacts.update(session, small.people["anna"], deceased=True)
    assert _events(any_house, small) == {}


def test_the_file_keeps_the_rules_of_rfc_5545(any_house: House, small: World) -> None:
    with any_house.database.writing() as session:
        strange = contacts.create(
            session, first_name="Jörg; Jürgen, der \\ Ältere", last_name="Größenwahn-" + "Straßenbahner" * 6,
            email="geheim@kunde.example",
        ).id  # fmt: skip
        nameless = contacts.create(session, email="nur.adresse@kunde.example").id
        for one in (strange, nameless):
            dates.put(session, contact_id=one, kind="birthday", year=1970, month=10, day=1)
        complaints.open(session, strange, "Zeile eins\nZeile zwei: 50 %, bitte; schnell", None, small.owner)
    with any_house.database.reading() as session:
        holder = Holder(users.get(session, small.owner), is_mine=False)
        raw = calendar.feed(session, any_house, holder, today=TODAY)
        again = calendar.feed(session, any_house, holder, today=TODAY)
    assert raw == again
    assert calendar.etag(raw) == calendar.etag(again)
    lines = raw.split(b"\r\n")
    assert lines[0] == b"BEGIN:VCALENDAR"
    assert lines[-2:] == [b"END:VCALENDAR", b""]
    assert all(len(line) <= 75 for line in lines), "§ 3.1: folded after 75 octets"
    assert b"\n" not in raw.replace(b"\r\n", b"")
    raw.decode()
    unfolded = raw.replace(b"\r\n ", b"").decode()
    assert "Jörg\\; Jürgen\\, der \\\\ Ältere" in unfolded
    assert "kunde.example" not in unfolded, "no address of a customer"
    events = Calendar.from_ical(raw).walk("VEVENT")
    for event in events:
        assert {"UID", "DTSTAMP", "LAST-MODIFIED", "DTSTART", "DTEND", "SUMMARY"} <= set(event.keys())
        assert event.decoded("DTEND") - event.decoded("DTSTART") == timedelta(days=1)
        assert str(event["TRANSP"]) == "TRANSPARENT"
    uids = [str(one["UID"]) for one in events]
    assert len(uids) == len(set(uids))
    assert all(uid.endswith("@news.example.de") for uid in uids)


def test_a_new_address_makes_the_old_one_worthless(any_house: House, small: World) -> None:
    with any_house.database.writing() as session:
        owner = users.get(session, small.owner)
        token = calendar.path(any_house, owner).removeprefix("/calendar/").removesuffix(".ics")
        assert calendar.holder(session, any_house, token).user.id == small.owner
        calendar.renew(session, owner)
        with pytest.raises(BadToken):
            calendar.holder(session, any_house, token)
        mine = calendar.path(any_house, owner, mine=True).removeprefix("/calendar/").removesuffix(".ics")
        assert calendar.holder(session, any_house, mine).is_mine


def test_whoever_may_not_sign_in_any_more_has_no_calendar(any_house: House, small: World) -> None:
    with any_house.database.writing() as session:
        user = users.add(session, name="x", email="x@y.example", password="a good long one", role=Role.EDITOR)
        token = calendar.path(any_house, user).removeprefix("/calendar/").removesuffix(".ics")
        users.disable(session, user)
        with pytest.raises(BadToken):
            calendar.holder(session, any_house, token)
