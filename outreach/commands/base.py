"""What every command is made of: an opened installation, and an answer for a person or for a script."""

from __future__ import annotations

import functools
import json
import sys
from collections.abc import Callable
from typing import Any

import click
from sqlalchemy.orm import Session

from outreach import contacts, logs, migrate
from outreach.errors import N_, NotFound, OutreachError
from outreach.house import House, open_house
from outreach.settings import SettingsError, load

Command = Callable[..., Any]


def with_house(command: Command) -> Command:
    """The command gets an opened, migrated installation as its first argument; what goes wrong becomes a sentence."""

    @functools.wraps(command)
    @click.pass_context
    def run(context: click.Context, /, *args: Any, **kwargs: Any) -> Any:
        house = opened(context)
        if migrate.missing(house.database):
            migrate.upgrade(house.database)
        try:
            return command(house, *args, **kwargs)
        except OutreachError as error:
            raise click.ClickException(str(error)) from None

    return run


def opened(context: click.Context) -> House:
    """The installation the environment describes, opened once per run."""
    root = context.find_root()
    if not isinstance(root.obj, House):
        try:
            settings = load()
            logs.configure(as_json=settings.log_format == "json", level="WARNING")  # the answer goes to standard output
            root.obj = open_house(settings, configure_logs=False)
        except SettingsError as error:
            click.echo(f"Settings:\n{error}", err=True)
            sys.exit(2)
        root.call_on_close(root.obj.database.close)
    house: House = root.obj
    return house


def say(value: dict[str, Any], *, as_json: bool, text: str) -> None:
    """The answer of a command: a sentence for a person, or JSON for a script."""
    click.echo(json.dumps(value, ensure_ascii=False, default=str) if as_json else text)


as_json = click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")


@click.group("contact")
def contact_group() -> None:
    """One person: look, merge, export, erase."""


def contact_id(session: Session, who: str) -> int:
    """The number of a contact named by number or mail address; raises NotFound."""
    if who.isdecimal() and len(who) < 12:
        return contacts.person(session, int(who)).id
    found = contacts.by_address(session, who)
    if found is None:
        raise NotFound(N_("There is no such contact, or not any more."))
    return found.id
