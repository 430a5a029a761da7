"""Commands for mailboxes: set one up, test it, read it, hold it; and hold everything that leaves for customers."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import click

from outreach import clock, senders
from outreach.commands.base import as_json, say, with_house
from outreach.errors import N_, Invalid
from outreach.house import House
from outreach.mail import presets, routes, trial
from outreach.mailboxes import store
from outreach.replies import inbox

_SECURITY = {
    "smtp": "",
    "smtp+starttls": "starttls",
    "smtps": "tls",
    "imap": "",
    "imap+starttls": "starttls",
    "imaps": "tls",
}
_PORTS = {"smtp": 25, "smtp+starttls": 587, "smtps": 465, "imap": 143, "imap+starttls": 143, "imaps": 993}


@click.group("mailbox")
def mailbox() -> None:
    """Mailboxes of senders: how letters go out and answers come in."""


@mailbox.command("set")
@click.argument("address")
@click.option("--name", default="", help="What people read as the sender; needed for a new one.")
@click.option("--smtp", "smtp", default="", help="smtps://host:465, smtp+starttls://host:587 or smtp://host:25.")
@click.option("--imap", "imap_", default="", help="imaps://host:993, imap+starttls://host:143 or imap://host:143.")
@click.option("--user", default="", help="User name for both; empty: the mail address.")
@click.option(
    "--no-smtp-login", is_flag=True, help="The server for outgoing mail wants no login (inside one's own network)."
)
@click.option("--password-file", type=click.Path(exists=True, dir_okay=False), help="File with the password.")
@click.option("--signature-file", type=click.Path(exists=True, dir_okay=False), help="File with the signature.")
@click.option("--per-day", type=int, help="Letters a day at most.")
@click.option("--gap", "gap_seconds", type=int, help="Seconds between two letters, give or take half of it.")
@click.option("--hours", default="", help="When letters go out: 08:00-18:00.")
@click.option("--weekdays", default="", help="On which days: 12345 is Monday to Friday.")
@click.option("--region", default=None, help="Whose public holidays are kept: DE-BW, AT, CH-ZH; empty: none.")
@click.option("--html/--no-html", default=None, help="Letters as simple HTML too; begins as plain text alone.")
@as_json
@with_house
def set_(
    house: House, address: str, name: str, smtp: str, imap_: str, user: str, no_smtp_login: bool, password_file: str | None,
    signature_file: str | None, per_day: int | None, gap_seconds: int | None, hours: str, weekdays: str,
    region: str | None, html: bool | None, as_json: bool,
) -> None:  # fmt: skip
    """Set up the mailbox of the sender with this ADDRESS; without servers, those of a known provider are taken."""
    given: dict[str, Any] = {**_servers(address, smtp, imap_, user), **_pace(hours, weekdays)}
    pace = {"per_day": per_day, "gap_seconds": gap_seconds, "region": region, "writes_html": html}
    given |= {field: value for field, value in pace.items() if value is not None}
    if no_smtp_login:
        given["smtp_user"] = ""
    if signature_file:
        given["signature"] = Path(signature_file).read_text("utf-8")
    password = Path(password_file).read_text("utf-8").strip("\r\n") if password_file else None
    with house.database.writing() as session:
        found = next((one for one in senders.everybody(session) if one.address == address), None)
        sender = found or senders.create(session, name=name or address, address=address)
        if found is not None and name:
            senders.change(session, found.id, name=name, address=found.address, reply_to=found.reply_to,
                           per_hour=found.per_hour)  # fmt: skip
        store.save(session, house.vault, sender.id, smtp_password="" if no_smtp_login else password,
                   imap_password=password, **given)  # fmt: skip
        sender_id = sender.id
    say({"sender": sender_id, "address": address}, as_json=as_json, text=f"The mailbox of {address} is set up.")


@mailbox.command("list")
@as_json
@with_house
def list_(house: House, as_json: bool) -> None:
    """Every sender with the state of its mailbox."""
    with house.database.reading() as session:
        found = store.lines_of_all(session)
        paused = store.everything_paused(session)
    value = {"everything_paused_at": paused, "mailboxes": [one.__dict__ for one in found]}
    lines = [f"{one.address}: {_state(one)}" for one in found] or ["There is no sender yet."]
    say(value, as_json=as_json, text="\n".join(["Everything is paused." if paused else "", *lines]).strip())


@mailbox.command("test")
@click.argument("address")
@as_json
@with_house
def test(house: House, address: str, as_json: bool) -> None:
    """Say exactly what is wrong with a mailbox, if anything; exit code 3 when something is."""
    with house.database.reading() as session:
        box = store.get(session, senders.choose(session, address))
        server = routes.of_mailbox(house, box)
        account = inbox.account_of(house, box) if box.imap_host else None
    found = trial.try_mailbox(server, account, address=address)
    value = [{"part": one.part, "ok": one.ok, "hint": one.is_hint, "says": one.sentence % one.values} for one in found]
    marks = {True: "✓", False: "✗"}
    text = "\n".join(f"{'·' if one['hint'] else marks[bool(one['ok'])]} {one['part']}: {one['says']}" for one in value)
    say({"findings": value}, as_json=as_json, text=text)
    if any(not one.ok and not one.is_hint for one in found):
        raise SystemExit(3)


@mailbox.command("read")
@click.argument("address")
@as_json
@with_house
def read(house: House, address: str, as_json: bool) -> None:
    """Take in what came into a mailbox since the last look, now; nothing in it is changed."""
    with house.database.writing() as session:
        sender_id = senders.choose(session, address)
        inbox.ask_to_look(session, sender_id, clock.now())
    look = inbox.read(house, sender_id)
    if look.trouble:
        raise click.ClickException(f"The mailbox cannot be read: {look.trouble}")
    value = {"read": look.read, "taken_in": look.taken_in, "more": look.more}
    say(value, as_json=as_json, text=f"{look.read} mails read, {look.taken_in} of them about people you know.")


@mailbox.command("pause")
@click.argument("address", required=False)
@click.option("--everything", is_flag=True, help="Newsletters and letters of everybody: the red button.")
@with_house
def pause(house: House, address: str | None, everything: bool) -> None:
    """Hold the letters of one mailbox, or everything that leaves for customers."""
    _hold(house, address, everything, paused=True)


@mailbox.command("resume")
@click.argument("address", required=False)
@click.option("--everything", is_flag=True, help="Release the red button.")
@with_house
def resume(house: House, address: str | None, everything: bool) -> None:
    """Let it go on."""
    _hold(house, address, everything, paused=False)


def _hold(house: House, address: str | None, everything: bool, *, paused: bool) -> None:
    if everything == bool(address):
        raise click.UsageError("Name one mailbox, or say --everything.")
    with house.database.writing() as session:
        if everything:
            store.pause_everything(session, paused=paused, now=clock.now())
        else:
            store.pause(session, senders.choose(session, address), paused=paused, now=clock.now())
    click.echo("Held." if paused else "It goes on.")


def _servers(address: str, smtp: str, imap_: str, user: str) -> dict[str, Any]:
    given: dict[str, Any] = {}
    if not smtp and not imap_:
        preset = presets.known(address)
        if preset is None:
            raise Invalid(N_("This provider is not known; name its servers with --smtp and --imap."), field="smtp")
        wanted = (
            "smtp_host",
            "smtp_port",
            "smtp_security",
            "smtp_user",
            "imap_host",
            "imap_port",
            "imap_security",
            "imap_user",
        )
        return {**{name: getattr(preset, name) for name in wanted}, "files_sent": not preset.files_sent_itself}
    for part, url in (("smtp", smtp), ("imap", imap_)):
        if url:
            given |= _server(part, url, user or address)
    return given


def _server(part: str, url: str, user: str) -> dict[str, Any]:
    parts = urlsplit(url)
    if parts.scheme not in _SECURITY or not parts.scheme.startswith(part) or not parts.hostname:
        raise click.UsageError(f"--{part} must look like {part}s://host:port")
    return {
        f"{part}_host": parts.hostname,
        f"{part}_port": parts.port or _PORTS[parts.scheme],
        f"{part}_security": _SECURITY[parts.scheme],
        f"{part}_user": unquote(parts.username or "") or user,
    }


def _pace(hours: str, weekdays: str) -> dict[str, Any]:
    given: dict[str, Any] = {}
    if hours:
        given["opens_at"], _, given["closes_at"] = hours.partition("-")
    if weekdays:
        given["weekdays"] = weekdays
    return given


def _state(one: store.MailboxLine) -> str:
    if not one.has_mailbox:
        return "no mailbox"
    trouble = next((told["sentence"] % told["values"] for told in (one.trouble, one.look_trouble) if told), "")
    words = ["sends" if one.sends else "", "reads" if one.reads else "", "paused" if one.paused_at else "", trouble]
    return ", ".join(word for word in words if word)


COMMANDS = (mailbox,)
