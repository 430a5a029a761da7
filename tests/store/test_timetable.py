"""The timetable: each tick happens once, however many processes tick."""

from __future__ import annotations

import threading
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from outreach import jobs, timetable
from outreach.db import Database
from outreach.timetable import Clockwork, Entry

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
EVERY = (Entry("sweep", every=timedelta(seconds=5)),)


def tick(database: Database, now: datetime) -> list[str]:
    with database.writing() as session:
        return timetable.tick(session, EVERY, now)


def test_a_due_job_is_asked_for_once(database: Database) -> None:
    tick(database, NOW)
    assert tick(database, NOW) == ["sweep"]
    assert tick(database, NOW) == []
    assert tick(database, NOW + timedelta(seconds=4)) == []
    assert tick(database, NOW + timedelta(seconds=5)) == ["sweep"]


def test_lost_ticks_cost_time_only(database: Database) -> None:
    tick(database, NOW)
    assert tick(database, NOW + timedelta(days=30)) == ["sweep"]
    assert tick(database, NOW + timedelta(days=30)) == []


def test_a_clock_that_was_a_year_ahead_stops_nothing(database: Database) -> None:
    tick(database, NOW + timedelta(days=365))
    assert tick(database, NOW + timedelta(days=365)) == ["sweep"]
    assert tick(database, NOW) == ["sweep"]
    assert tick(database, NOW) == []
    assert tick(database, NOW + timedelta(seconds=5)) == ["sweep"]


def test_many_processes_that_tick_at_once_ask_once(database: Database) -> None:
    tick(database, NOW)
    taken: list[str] = []
    threads = [threading.Thread(target=lambda: taken.extend(tick(database, NOW))) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert taken == ["sweep"]


def test_the_clockwork_asks_after_its_commit_and_stops_when_told(sqlite: Database) -> None:
    asked: list[jobs.Asked] = []
    came = threading.Event()

    def send(some: list[jobs.Asked]) -> None:
        asked.extend(some)
        came.set()

    sqlite.after_commit = send
    clockwork = Clockwork(sqlite, EVERY, pause=0.01)
    clockwork.start()
    assert came.wait(10)
    clockwork.stop()
    assert asked[0] == jobs.Asked("sweep")


def test_a_job_asked_for_in_a_transaction_that_fails_is_not_sent(sqlite: Database) -> None:
    sent: list[jobs.Asked] = []
    sqlite.after_commit = sent.extend
    try:
        with sqlite.writing() as session:
            jobs.ask(session, "lost")
            raise RuntimeError
    except RuntimeError:
        pass
    with sqlite.writing() as session:
        jobs.ask(session, "kept", row=7)
        jobs.ask(session, "kept", row=7)
        assert sent == []
    assert sent == [jobs.Asked("kept", {"row": 7})]


def test_a_broker_that_is_away_costs_the_hint_not_the_row(sqlite: Database) -> None:
    hints = jobs.Hints(jobs.broker("redis://127.0.0.1:1/0"))
    sqlite.after_commit = hints.send
    with sqlite.writing() as session:
        timetable.tick(session, EVERY, NOW)
        jobs.ask(session, "sweep")
    with sqlite.reading() as session:
        assert session.get(timetable.TimetableRow, "sweep") is not None


def test_a_savepoint_neither_sends_nor_forgets_what_was_asked_for(database: Database) -> None:
    sent: list[list[jobs.Asked]] = []
    database.after_commit = sent.append
    with database.writing() as session:
        jobs.ask(session, "deliver_waiting")
        with session.begin_nested():
            pass
        with suppress(ZeroDivisionError), session.begin_nested():
            raise ZeroDivisionError
        assert sent == []
    assert sent == [[jobs.Asked("deliver_waiting")]]
