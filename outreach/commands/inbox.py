"""`outreach inbox`: what mails are, as the mailbox reader would take them. Files in, JSON lines out, no installation."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from outreach import clock
from outreach.mail import classify
from outreach.mail.classify import Classified, Kind

#: more of a mail is never looked at
_FILE_MOST = 25 * 1024 * 1024


@click.group("inbox")
def inbox_group() -> None:
    """What comes back: replies, absence notes, bounces, opt-outs."""


@inbox_group.command("classify")
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=click.Path())
def inbox_classify(files: tuple[str, ...]) -> None:
    """Print what each mail is, a JSON object a line.

    The files are single mails as they arrived (.eml); - is standard input. Files that cannot be read are reported and
    left out; then the exit code is 1. Nothing is stored.

    \b
    Example: outreach inbox classify mails/*.eml
    """
    today = clock.now().date()
    bad = 0
    for name in files:
        try:
            raw = _read(name)
        except OSError as error:
            bad += 1
            click.echo(f"{name} cannot be read: {error.strerror or error}.", err=True)
            continue
        click.echo(_shown(name, classify.classify(raw, today=today)))
    if bad:
        sys.exit(1)


def _read(name: str) -> bytes:
    if name == "-":
        return sys.stdin.buffer.read(_FILE_MOST)
    with Path(name).open("rb") as file:
        return file.read(_FILE_MOST)


def _shown(name: str, said: Classified) -> str:
    values = {
        "file": name,
        "class": said.kind.value,
        "sub": said.sub,
        "recipient": said.recipient or None,
        "status": said.status or None,
        "hard": said.hard if said.kind is Kind.BOUNCE else None,
        "returns_on": said.returns_on.isoformat() if said.returns_on else None,
        "successor": said.successor or None,
        "text": said.text,
    }
    return json.dumps(values, ensure_ascii=False)


COMMANDS: tuple[click.Command, ...] = (inbox_group,)
