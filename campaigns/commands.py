"""The commands of this floor: newsletters, templates, segments, example data."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
from sqlalchemy.orm import Session

from campaigns import checks, example, newsletters, starters
from campaigns.personalise import NAMES
from campaigns.segments import store as segments
from outreach import senders
from outreach.commands import as_json, say, with_house
from outreach.consent import lists
from outreach.house import House
from outreach.mail import templates

_FORMATS = {
    ".html": "html",
    ".htm": "html",
    ".md": "markdown",
    ".markdown": "markdown",
    ".txt": "markdown",
    ".mjml": "mjml",
}


@click.group("campaign")
def campaign() -> None:
    """Newsletters: write, send, pause, stop, look."""


@campaign.command("create")
@click.option("--name", required=True, help="As you call it; recipients do not see it.")
@click.option("--subject", required=True)
@click.option(
    "--template", "template", required=True, help="Name or number of a template, or a file (.html, .md, .mjml)."
)
@click.option("--list", "list_name", help="Everybody who agreed to this list.")
@click.option(
    "--segment", "segment_name", help="Everybody of this segment who agreed to a list (to --list, when given)."
)
@click.option("--sender", "sender_address", help="Address of a sender; the first one when left out.")
@click.option("--preheader", default=None)
@as_json
@with_house
def create(
    house: House,
    name: str,
    subject: str,
    template: str,
    list_name: str | None,
    segment_name: str | None,
    sender_address: str | None,
    preheader: str | None,
    as_json: bool,
) -> None:
    """Make a newsletter and print its number.

    \b
    Example: outreach campaign create --name "März" --subject "Neues im März" --template Rundbrief --list "Neues aus dem Büro"
    """
    if not list_name and not segment_name:
        raise click.UsageError("Say who it goes to: --list NAME or --segment NAME.")
    with house.database.writing() as session:
        starters.ensure(session)
        format, body, template_id, its_preheader = _text(session, template)
        made = newsletters.create(
            session,
            name=name,
            subject=subject,
            format=format,
            body=body,
            template_id=template_id,
            preheader=its_preheader if preheader is None else preheader,
            list_id=_list(session, list_name) if list_name else None,
            segment_id=segments.by_name(session, segment_name).id if segment_name else None,
            sender_id=senders.choose(session, sender_address),
        )
        number = made.id
    say({"id": number}, as_json=as_json, text=str(number))


def _turn(verb: str, change: Callable[[Session, int], None], *, state: str, done: str, help: str) -> None:
    """One command that changes the state of a newsletter."""

    @campaign.command(verb, help=help)
    @click.argument("number", type=int)
    @as_json
    @with_house
    def turn(house: House, number: int, as_json: bool) -> None:
        with house.database.writing() as session:
            if verb == "send":  # as the page does before it offers the button
                checks.require(session, house, newsletters.get(session, number))
            change(session, number)
        say({"id": number, "state": state}, as_json=as_json, text=done.format(number=number))


_turn("send", lambda session, number: newsletters.send_now(session, number), state="sending",
      done="Newsletter {number} is being sent.",
      help="Send a newsletter now. The workers (`outreach serve`, or `dramatiq worker:setup`) do the work.")  # fmt: skip
_turn("pause", newsletters.pause, state="paused", done="Newsletter {number} is paused.",
      help="Hold a newsletter that is being sent; mails in hand still go out.")  # fmt: skip
_turn("resume", newsletters.resume, state="sending", done="Newsletter {number} is being sent again.",
      help="Go on with a paused newsletter.")  # fmt: skip
_turn("stop", newsletters.stop, state="stopped", done="Newsletter {number} is stopped.",
      help="End a newsletter for good; who has not got it yet will not get it.")  # fmt: skip


@campaign.command("status")
@click.argument("number", type=int)
@as_json
@with_house
def status(house: House, number: int, as_json: bool) -> None:
    """Counts per state, rate, started, finished.

    \b
    Example: outreach campaign status 7 --json
    """
    with house.database.reading() as session:
        found = newsletters.status(session, number)
    counts = "  ".join(f"{state} {count}" for state, count in found.counts.items() if count) or "nobody yet"
    lines = [
        f"Newsletter {number} “{found.name}” is {found.state}.",
        f"  recipients: {'–' if found.audience is None else found.audience}",
        f"  {counts}",
        f"  rate: {found.per_minute:.0f} mails a minute",
        f"  started:  {found.started_at or '–'}",
        f"  finished: {found.finished_at or '–'}",
    ]
    value = {
        "id": number,
        "name": found.name,
        "state": found.state,
        "audience": found.audience,
        "counts": found.counts,
        "rate_per_minute": found.per_minute,
        "started_at": found.started_at,
        "finished_at": found.finished_at,
    }
    say(value, as_json=as_json, text="\n".join(lines))


@click.group("template")
def template_group() -> None:
    """Texts with gaps, in versions."""


@template_group.command("add")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--name", required=True)
@click.option("--subject", required=True)
@click.option("--preheader", default="")
@as_json
@with_house
def template_add(house: House, file: Path, name: str, subject: str, preheader: str, as_json: bool) -> None:
    """Add a template from a file (.html, .md, .mjml)."""
    with house.database.writing() as session:
        number = templates.create(
            session,
            name=name,
            subject=subject,
            preheader=preheader,
            format=_format(file),
            body=_read(file),
            names=NAMES,
        )
    say({"id": number}, as_json=as_json, text=str(number))


@template_group.command("list")
@as_json
@with_house
def template_list(house: House, as_json: bool) -> None:
    """All templates."""
    with house.database.reading() as session:
        rows = [
            {"id": row.id, "name": row.name, "format": row.format, "version": row.number}
            for row in templates.list_page(session, per_page=500).rows
        ]
    say(
        {"templates": rows},
        as_json=as_json,
        text="\n".join(f"{row['id']}  {row['name']}  ({row['format']})" for row in rows),
    )


@click.group("segment")
def segment_group() -> None:
    """Saved filters over contacts."""


@segment_group.command("add")
@click.argument("name")
@click.option(
    "--filter", "file", type=click.File("r"), required=True, help="File with the filter in JSON; - for standard input."
)
@as_json
@with_house
def segment_add(house: House, name: str, file: Any, as_json: bool) -> None:
    """Add a segment.

    \b
    Example: echo '{"field": "stage", "is": "regular"}' | outreach segment add Stammkunden --filter -
    """
    try:
        given = json.load(file)
    except json.JSONDecodeError as error:
        raise click.ClickException(f"This is not JSON: {error}") from None
    with house.database.writing() as session:
        made = segments.create(session, name=name, filter=given)
        value = {"id": made.id, "name": made.name, "count": segments.count(session, given)}
    say(value, as_json=as_json, text=f"Segment {value['id']} “{value['name']}”: {value['count']} contacts now.")


@click.group("example")
def example_group() -> None:
    """A small world to look around in."""


@example_group.command("load")
@as_json
@with_house
def example_load(house: House, as_json: bool) -> None:
    """Load the example data: companies, contacts, templates, a segment, a sent newsletter with its history. Once."""
    with house.database.writing() as session:
        counts = example.load(session, house)
    say(
        counts,
        as_json=as_json,
        text="The example data is loaded: " + ", ".join(f"{what} {n}" for what, n in counts.items()) + ".",
    )


def _text(session: Session, template: str) -> tuple[str, str, int | None, str]:
    file = Path(template)
    if file.suffix.lower() in _FORMATS and file.is_file():
        return _format(file), _read(file), None, ""
    found = templates.by_name(session, template)
    return found.format, found.body, found.id, found.preheader


def _list(session: Session, name: str) -> int:
    found = lists.by_name(session, name)
    if found is None:
        raise click.ClickException(f"There is no list “{name}”.")
    return found.id


def _format(file: Path) -> str:
    format = _FORMATS.get(file.suffix.lower())
    if format is None:
        raise click.ClickException(f"{file.name}: the name has to end in .html, .md or .mjml.")
    return format


def _read(file: Path) -> str:
    try:
        return file.read_text("utf-8-sig")
    except UnicodeDecodeError:
        raise click.ClickException(f"{file.name} is not UTF-8.") from None


COMMANDS: tuple[click.Command, ...] = (campaign, template_group, segment_group, example_group)
