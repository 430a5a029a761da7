"""What providers tell, at the same time and again: counted once, on both databases."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest

from outreach import clock, erasure
from outreach.consent import permissions, suppression
from outreach.errors import Conflict, NotFound
from outreach.house import House
from outreach.mail.hooks import Event, Heard
from outreach.replies import hooks
from outreach.replies.rows import Bounce
from tests.replying import ANNA, Desk


@pytest.fixture
def desk(any_house: House) -> Desk:
    made = Desk(any_house)
    made.sent()
    with any_house.database.writing() as session:
        hooks.turn_on(session, any_house, "mailgun")
    return made


def take(desk: Desk, *events: Event, once: str = "") -> int:
    with desk.house.database.writing() as session:
        return hooks.take(session, desk.house, "mailgun", Heard(events, once=once), now=clock.now())


def at_once(work: Callable[[], object], times: int = 4) -> list[object]:
    """What came of doing it several times at the same moment."""
    gate, found = threading.Barrier(times), []

    def run() -> None:
        gate.wait(10)
        try:
            found.append(work())
        except Exception as error:
            found.append(type(error))

    threads = [threading.Thread(target=run) for _ in range(times)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(60)
    return found


def test_one_event_told_several_times_at_once_counts_once(desk: Desk) -> None:
    event = Event("hard", ANNA, b"e-1", clock.now(), "5.1.1", "unknown_user")
    assert sorted(map(str, at_once(lambda: take(desk, event)))) == ["0", "0", "0", "1"]
    assert (desk.count(Bounce), len(desk.tasks())) == (1, 1)


def test_a_call_that_may_be_taken_once_is_taken_once(desk: Desk) -> None:
    event = Event("soft", ANNA, b"e-2", clock.now())
    found = at_once(lambda: take(desk, event, once="token"))
    assert sorted(map(str, found)) == ["1", *[str(Conflict)] * 3]


def test_calls_with_the_same_people_in_another_order_do_not_embrace(desk: Desk) -> None:
    other = "bernd@moebel-weber.example"
    desk.sent(desk.person(other, first_name="Bernd", last_name="Voß", salutation="herr"))
    now = clock.now()
    events = [
        Event("spam_report", one, f"{one} {number}".encode(), now) for number in range(5) for one in (ANNA, other)
    ]
    turned = iter([events, events[::-1]] * 2)
    lock = threading.Lock()

    def work() -> int:
        with lock:
            mine = next(turned)
        return take(desk, *mine)

    assert sum(int(str(one)) for one in at_once(work)) == len(events)


def test_what_somebody_agreed_to_since_is_not_taken_back_by_an_old_event(desk: Desk) -> None:
    at = clock.now() - timedelta(hours=2)
    event = Event("opt_out", ANNA, b"e-3", at)
    assert take(desk, event) == 1
    with desk.house.database.writing() as session:
        suppression.remove(session, ANNA, source="sie rief an")
        permissions.record(session, desk.anna, channel="mail", what="agreed", source="Telefonat", at=clock.now())
    assert take(desk, event) == 0
    with desk.house.database.reading() as session:
        assert not suppression.contains(session, ANNA)


def test_of_somebody_who_was_erased_nothing_is_kept(desk: Desk) -> None:
    with desk.house.database.writing() as session:
        erasure.erase(session, desk.anna, now=clock.now())
    assert take(desk, Event("hard", ANNA, b"e-4", clock.now())) == 0
    assert desk.count(Bounce) == 0


def test_an_address_made_anew_never_repeats_an_old_one(desk: Desk) -> None:
    with desk.house.database.writing() as session:
        token = hooks.one(session, desk.house, "mailgun", since=clock.now()).address.rpartition("/")[2]
        assert hooks.opened(session, desk.house, "mailgun", token) == ""
        hooks.turn_off(session, "mailgun")
        hooks.turn_on(session, desk.house, "mailgun")
        with pytest.raises(NotFound):
            hooks.opened(session, desk.house, "mailgun", token)


def test_what_was_told_lately_is_counted_by_provider(desk: Desk) -> None:
    now = clock.now()
    take(desk, *(Event("soft", ANNA, f"s{n}".encode(), now - timedelta(days=n * 20)) for n in range(3)))
    with desk.house.database.reading() as session:
        line = hooks.one(session, desk.house, "mailgun", since=now - timedelta(days=30))
    assert (line.told, line.is_on, line.heard_at is not None) == ({"soft": 2}, True, True)
