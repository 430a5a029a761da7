"""The commands for tasks, services and the calendar."""

from __future__ import annotations

import json
from datetime import date

import pytest
from click.testing import CliRunner, Result

import wsgi
from outreach import calendar, facts, services, tasks, users
from outreach.house import House
from tests import world
from tests.world import World


@pytest.fixture
def small(house: House) -> World:
    with house.database.writing() as session:
        return world.build(session)


def _run(house: House, *words: str) -> Result:
    return CliRunner().invoke(wsgi.cli, list(words), obj=house, catch_exceptions=False)


def test_a_task_is_noted_listed_and_ticked_off(house: House, small: World) -> None:
    made = _run(house, "tasks", "add", "Angebot schreiben", "--due", "31.05.2026", "--contact", "anna@mueller.example", "--json")  # fmt: skip
    assert made.exit_code == 0
    number = json.loads(made.output)["id"]
    assert "2026-05-31  Angebot schreiben" in _run(house, "tasks", "list").output
    assert _run(house, "tasks", "done", str(number)).exit_code == 0
    assert "Nothing to do" in _run(house, "tasks", "list").output
    assert "Angebot" in _run(house, "tasks", "list", "--done").output
    with house.database.reading() as session:
        assert tasks.get(session, number).contact_id == small.people["anna"]


@pytest.mark.parametrize(
    "words",
    [
        ("tasks", "done", "99"),
        ("tasks", "add", "x", "--contact", "nobody@nowhere.example"),
        ("tasks", "add", "x", "--user", "nobody@nowhere.example"),
        ("services", "interested", "Nothing"),
        ("calendar", "url", "nobody@nowhere.example"),
    ],
)
def test_what_is_not_there_is_a_sentence_and_exit_code_1(house: House, small: World, words: tuple[str, ...]) -> None:
    answer = _run(house, *words)
    assert answer.exit_code == 1
    assert "There is no such" in answer.output


def test_who_waits_for_a_service_is_listed_with_the_wish(house: House, small: World) -> None:
    with house.database.writing() as session:
        services.add(session, name="Schulung")
        facts.add(session, contact_id=small.people["anna"], kind="wish", text="Schulung im Mai", noted_on=date(2026, 5, 3))  # fmt: skip
    assert "Schulung  (1 waiting)" in _run(house, "services", "list").output
    found = json.loads(_run(house, "services", "interested", "Schulung", "--json").output)["interested"]
    assert [(one["contact"], one["quote"], one["noted_on"]) for one in found] == [
        (small.people["anna"], "Schulung im Mai", "2026-05-03")
    ]


def test_the_address_of_a_calendar_is_given_and_renewed(house: House, small: World) -> None:
    first = _run(house, "calendar", "url", "lena@weiss-beratung.example").output.strip()
    assert first.startswith("https://news.example.de/calendar/")
    assert _run(house, "calendar", "url", "lena@weiss-beratung.example", "--renew").output.strip() != first
    with house.database.reading() as session:
        mine = calendar.url(house, users.get(session, small.reader), mine=True)
    assert _run(house, "calendar", "url", "lena@weiss-beratung.example", "--mine").output.strip() == mine
