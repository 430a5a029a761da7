"""Tasks: due, for whom, done."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy.orm import Session

from outreach import journal, tasks
from outreach.care import todo
from outreach.errors import Invalid, NotFound
from tests import world
from tests.world import World

TODAY = date(2026, 9, 15)


@pytest.fixture
def small(session: Session) -> World:
    return world.build(session)


def test_the_oldest_day_comes_first_and_no_day_last(session: Session, small: World) -> None:
    tasks.add(session, text="Irgendwann")
    tasks.add(session, text="Morgen", due_on=TODAY + timedelta(days=1))
    tasks.add(session, text="Gestern", due_on=TODAY - timedelta(days=1), contact_id=small.people["anna"])
    assert [one.text for one in tasks.list_page(session).rows] == ["Gestern", "Morgen", "Irgendwann"]
    assert [one.text for one in tasks.due(session, today=TODAY)] == ["Gestern"]
    assert [one.text for one in tasks.open_of(session, contact_id=small.people["anna"])] == ["Gestern"]


def test_ones_own_tasks_are_ones_own_and_everybodys(session: Session, small: World) -> None:
    tasks.add(session, text="Meine", user_id=small.owner, due_on=TODAY)
    tasks.add(session, text="Deine", user_id=small.assistant, due_on=TODAY)
    tasks.add(session, text="Unsere", due_on=TODAY)
    assert {one.text for one in tasks.list_page(session, user_id=small.owner).rows} == {"Meine", "Unsere"}
    assert len(tasks.due(session, today=TODAY, user_id=small.assistant)) == 2


def test_done_twice_is_done_once_and_can_be_taken_back(session: Session, small: World) -> None:
    made = tasks.add(session, text="Anrufen")
    first = todo.finish(session, made.id, user_id=small.owner).done_at
    assert todo.finish(session, made.id, user_id=small.assistant).done_at == first
    assert made.done_by_id == small.owner
    assert [one.id for one in tasks.list_page(session, done=True).rows] == [made.id]
    todo.reopen(session, made.id)
    assert tasks.list_page(session, done=True).rows == []


def test_a_task_is_found_by_its_words_and_by_whom_it_is_about(session: Session, small: World) -> None:
    tasks.add(session, text="Angebot schreiben", contact_id=small.people["anna"])
    tasks.add(session, text="Rechnung prüfen", company_id=small.companies["mueller"])
    assert [one.text for one in tasks.list_page(session, search="angebot").rows] == ["Angebot schreiben"]
    assert len(tasks.list_page(session, search="müller").rows) == 2


def test_a_task_of_something_that_is_gone_is_a_task_all_the_same(session: Session, small: World) -> None:
    made = tasks.add(session, text="Heard: x", kind="complaint", origin_id=999, step="heard")
    assert todo.finish(session, made.id, user_id=None).done_at is not None
    assert todo.reopen(session, made.id).done_at is None


def test_ticking_off_can_be_undone_from_the_journal(session: Session, small: World) -> None:
    made = tasks.add(session, text="Anrufen")
    session.commit()
    todo.finish(session, made.id, user_id=None)
    set_id = journal.last_set(session)
    session.commit()
    assert set_id is not None
    journal.undo(session, set_id)
    assert tasks.get(session, made.id).done_at is None


def test_what_is_no_task_is_refused(session: Session, small: World) -> None:
    with pytest.raises(Invalid):
        tasks.add(session, text="  ")
    with pytest.raises(NotFound):
        tasks.add(session, text="x", contact_id=999)
    with pytest.raises(NotFound):
        tasks.get(session, 999)
