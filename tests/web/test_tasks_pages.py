"""Tasks on their page: added, changed, ticked off with and without scripts."""

from __future__ import annotations

from datetime import timedelta

from outreach import tasks
from outreach.care import complaints
from outreach.clock import now, on_wall
from outreach.house import House
from outreach.users import Role
from tests.web import lint
from tests.web.conftest import SignIn
from tests.world import World


def test_a_task_is_added_for_somebody_and_about_somebody(signed_in: SignIn, people: World, house: House) -> None:
    client, doctor = signed_in(), people.people["doctor"]
    sent = client.submit(
        f"/tasks/new?contact={doctor}", to="/tasks", text="Angebot schreiben", due_on="2026-05-31",
        user_id=people.assistant, contact_id=doctor,
    )  # fmt: skip
    assert sent.status_code == 303
    with house.database.reading() as session:
        (one,) = tasks.list_page(session).rows
        assert (one.text, one.contact_id, one.user_id, str(one.due_on)) == ("Angebot schreiben", doctor, people.assistant, "2026-05-31")  # fmt: skip
    assert f"/contacts/{doctor}" in client.get("/tasks").text


def test_ticking_off_works_without_scripts_and_can_be_opened_again(
    signed_in: SignIn, people: World, house: House
) -> None:
    client = signed_in()
    with house.database.writing() as session:
        number = tasks.add(session, text="Anrufen").id
    assert client.submit("/tasks", to=f"/tasks/{number}/done", next="/tasks").location == "/tasks"
    assert "Anrufen" in client.get("/tasks?show=done").text
    assert client.submit("/tasks?show=done", to=f"/tasks/{number}/open").status_code == 303
    with house.database.reading() as session:
        assert tasks.list_page(session).total == 1


def test_tasks_stand_by_overdue_today_later_and_some_day(signed_in: SignIn, people: World, house: House) -> None:
    today = on_wall(now(), "Europe/Berlin").date()
    with house.database.writing() as session:
        for days in (-3, 0, 4):
            tasks.add(session, text=f"Aufgabe {days}", due_on=today + timedelta(days=days))
        tasks.add(session, text="Irgendwann")
    shown = signed_in().get("/tasks").text
    assert lint.problems(shown) == []
    places = [shown.index(f'id="group-{key}"') for key in ("overdue", "today", "later", "some_day")]
    assert places == sorted(places)
    assert "Nothing" not in signed_in(Role.READER).get("/tasks?q=Irgendwann").text


def test_ticking_the_task_of_a_complaint_ticks_its_step(signed_in: SignIn, people: World, house: House) -> None:
    client, anna = signed_in(), people.people["anna"]
    with house.database.writing() as session:
        complaints.open(session, anna, "Falsche Rechnung", now())
        task = next(one for one in tasks.open_of(session, contact_id=anna) if one.step == "solved")
    client.submit("/tasks", to=f"/tasks/{task.id}/done")
    with house.database.reading() as session:
        (line,) = complaints.open_of(session, anna)
        assert line.steps[2].done_on is not None
        assert {one.step for one in tasks.open_of(session, contact_id=anna)} == {
            "heard",
            "apology",
            "surprise",
            "asked",
        }


def test_a_task_is_changed_and_removed(signed_in: SignIn, people: World, house: House) -> None:
    client = signed_in()
    with house.database.writing() as session:
        number = tasks.add(session, text="Anrufen").id
    assert (
        client.submit(f"/tasks/{number}/edit", to=f"/tasks/{number}", text="Schreiben", user_id="").status_code == 303
    )
    wrong = client.submit(f"/tasks/{number}/edit", to=f"/tasks/{number}", text="x", due_on="morgen", user_id="")
    assert wrong.status_code == 422
    assert lint.problems(wrong.text) == []
    assert "Schreiben" in client.get("/tasks").text
    assert client.submit(f"/tasks/{number}/edit", to=f"/tasks/{number}/removal").status_code == 303
    assert client.get(f"/tasks/{number}/edit").status_code == 404


def test_names_are_proposed_while_typing_and_titles_do_not_hinder(
    signed_in: SignIn, people: World, house: House
) -> None:
    client = signed_in()
    assert "<option" in client.get("/tasks/people?about=anna").text
    assert client.get("/tasks/people?about=a").text.strip() == ""
    doctor = client.get("/tasks/people?about=Dr. ").text
    assert "<option" not in doctor or "Dr." in doctor
    assert client.submit("/tasks/new", to="/tasks", text="x", about="Niemand Hier", user_id="").status_code == 422
