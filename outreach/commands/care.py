"""Commands for tasks, for who waits for a service, and for the calendar."""

from __future__ import annotations

from datetime import date, datetime

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from outreach import calendar, clock, services, tasks, users
from outreach.care import todo
from outreach.commands.base import as_json, contact_id, say, with_house
from outreach.house import House
from outreach.services import Service
from outreach.users import User

_DAY = click.DateTime(formats=["%Y-%m-%d", "%d.%m.%Y"])


@click.group("tasks")
def tasks_group() -> None:
    """What is to be done."""


@tasks_group.command("list")
@click.option("--done", is_flag=True, help="What was done, instead of what is open.")
@click.option("--limit", type=click.IntRange(1, 500), default=50, show_default=True)
@as_json
@with_house
def tasks_list(house: House, done: bool, limit: int, as_json: bool) -> None:
    """Tasks, the oldest day first."""
    with house.database.reading() as session:
        found = tasks.list_page(session, done=done, per_page=limit)
    rows = [
        {"id": one.id, "text": one.text, "due_on": one.due_on, "about": one.about, "who": one.who} for one in found.rows
    ]
    lines = [f"{one.id:>5}  {_shown(one.due_on)}  {one.text}  {one.about}".rstrip() for one in found.rows]
    say({"tasks": rows, "total": found.total}, as_json=as_json, text="\n".join(lines) or "Nothing to do.")


@tasks_group.command("add")
@click.argument("text")
@click.option("--due", type=_DAY, help="Until when: 2026-05-31.")
@click.option("--contact", "address", default="", help="Mail address or number of the contact it is about.")
@click.option("--user", "user", default="", help="Mail address of the user whose task it is; everybody's otherwise.")
@as_json
@with_house
def tasks_add(house: House, text: str, due: datetime | None, address: str, user: str, as_json: bool) -> None:
    """Note something to do.

    \b
    Example: outreach tasks add "Angebot schreiben" --due 2026-05-31 --contact anna@example.de
    """
    with house.database.writing() as session:
        made = tasks.add(
            session,
            text=text,
            due_on=due.date() if due else None,
            contact_id=contact_id(session, address) if address else None,
            user_id=_user(session, user).id if user else None,
        )
        value = {"id": made.id, "due_on": made.due_on}
    say(value, as_json=as_json, text=f"Task {value['id']} is noted.")


@tasks_group.command("done")
@click.argument("task_id", type=int)
@as_json
@with_house
def tasks_done(house: House, task_id: int, as_json: bool) -> None:
    """Tick a task off, and the step of the complaint or the thanks it belongs to."""
    with house.database.writing() as session:
        text = todo.finish(session, task_id, user_id=None, zone=house.settings.timezone).text
    say({"id": task_id, "text": text}, as_json=as_json, text=f"Done: {text}")


@click.group("services")
def services_group() -> None:
    """What you offer."""


@services_group.command("list")
@as_json
@with_house
def services_list(house: House, as_json: bool) -> None:
    """What is offered, the newest first, and how many people wait for it."""
    today = _today(house)
    with house.database.reading() as session:
        rows = [
            {"id": one.id, "name": one.name, "waiting": len(services.interested(session, one.id, today))}
            for one in services.list_all(session)
        ]
    text = "\n".join(f"{row['id']:>5}  {row['name']}  ({row['waiting']} waiting)" for row in rows)
    say({"services": rows}, as_json=as_json, text=text or "Nothing is offered yet.")


@services_group.command("interested")
@click.argument("service")
@as_json
@with_house
def services_interested(house: House, service: str, as_json: bool) -> None:
    """Who waits for a service (its name or number), with the words of the wish and its day."""
    with house.database.reading() as session:
        found = services.interested(session, _service(session, service), _today(house))
    rows = [
        {
            "contact": one.contact_id,
            "name": one.name,
            "company": one.company,
            "why": one.why,
            "quote": one.quote,
            "noted_on": one.noted_on,
            "source": one.source,
        }
        for one in found
    ]
    lines = [f"{one.contact_id:>6}  {one.name}  {_shown(one.noted_on)}  {one.why}: {one.quote}" for one in found]
    say({"interested": rows}, as_json=as_json, text="\n".join(lines) or "Nobody waits for it yet.")


@click.group("calendar")
def calendar_group() -> None:
    """The calendar feed."""


@calendar_group.command("url")
@click.argument("user")
@click.option("--mine", is_flag=True, help="Only the contacts this user cares for, and their tasks.")
@click.option("--renew", is_flag=True, help="Make a new address first; the old one leads nowhere from then on.")
@as_json
@with_house
def calendar_url(house: House, user: str, mine: bool, renew: bool, as_json: bool) -> None:
    """The secret address of a user's calendar.

    \b
    Example: outreach calendar url anna@example.de
    """
    with house.database.writing() as session:
        found = _user(session, user)
        if renew:
            calendar.renew(session, found)
        address = calendar.url(house, found, mine=mine)
    say({"url": address}, as_json=as_json, text=address)


def _shown(on: date | None) -> str:
    return on.isoformat() if on is not None else " " * 10


def _today(house: House) -> date:
    return clock.on_wall(clock.now(), house.settings.timezone).date()


def _user(session: Session, address: str) -> User:
    found = session.scalar(select(User).where(User.email == address.strip().lower()))
    return found if found is not None else users.get(session, 0)


def _service(session: Session, named: str) -> int:
    if named.isdecimal():
        return int(named)
    found = session.scalar(select(Service.id).where(Service.name == named.strip()))
    return services.get(session, found or 0).id


COMMANDS: tuple[click.Command, ...] = (tasks_group, services_group, calendar_group)
