"""Is everything this installation leans on there and right? One finding for each thing, in a sentence."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from outreach import jobs, migrate
from outreach.errors import OutreachError
from outreach.house import House
from outreach.mail import routes, transport, trial
from outreach.mail.mailbox import Account
from outreach.mail.server import Server
from outreach.mailboxes import store as mailboxes
from outreach.mailboxes.store import MailboxLine
from outreach.replies import inbox

_DISK_LEAST = 500 * 2**20


@dataclass(frozen=True)
class Finding:
    """One line of the examination. `level` is ok, warning or wrong."""

    what: str
    level: str
    sentence: str


def examine(house: House) -> Iterator[Finding]:
    """Settings, database and migrations, broker, mail server, every mailbox, clock, disk: each looked at now, really."""
    yield from _settings(house)
    yield from _database(house)
    yield from _broker(house)
    yield from _smtp(house)
    yield from _mailboxes(house)
    yield from _clock(house)
    yield _disk(house)


def _settings(house: House) -> Iterator[Finding]:
    settings = house.settings
    yield Finding("settings", "ok", f"All settings can be read; data is in {settings.data.resolve()}.")
    if not settings.public_url.startswith("https://"):
        yield Finding(
            "settings",
            "warning",
            f"OUTREACH_BASE_URL is {settings.public_url}: large mailbox providers offer "
            "one-click unsubscribe only for https addresses.",
        )
    if not settings.secret_key.get_secret_value() and not house.database.is_sqlite:
        yield Finding(
            "settings",
            "warning",
            "OUTREACH_SECRET_KEY is not set: each machine would make a key of its own, "
            "and links made on one would not open on another.",
        )


def _database(house: House) -> Iterator[Finding]:
    try:
        with house.database.reading() as session:
            version = session.scalar(
                text("SELECT sqlite_version()" if house.database.is_sqlite else "SHOW server_version")
            )
        kind = "SQLite" if house.database.is_sqlite else "PostgreSQL"
        yield Finding("database", "ok", f"{kind} {version} answers.")
        if migrate.missing(house.database):
            yield Finding(
                "migrations", "wrong", "The database is behind this version; run `outreach database upgrade`."
            )
        else:
            yield Finding("migrations", "ok", f"The schema is at revision {migrate.head()}.")
    except SQLAlchemyError as error:
        yield Finding("database", "wrong", f"The database does not answer: {_first_line(error)}")


def _broker(house: House) -> Iterator[Finding]:
    if not house.settings.broker_url:
        yield Finding("broker", "ok", "Jobs run in the process that serves the pages (OUTREACH_BROKER_URL is empty).")
        return
    problem = jobs.problem(house.broker)
    yield Finding(
        "broker",
        "wrong" if problem else "ok",
        f"The broker does not answer: {problem}" if problem else "The broker answers.",
    )


def _smtp(house: House) -> Iterator[Finding]:
    if not house.settings.smtp_url.get_secret_value():
        yield Finding(
            "smtp", "warning", "No mail server is set (OUTREACH_SMTP_URL): mails go to the built-in outbox viewer."
        )
        return
    for step in transport.check(house.settings):
        yield Finding(
            "smtp", "ok" if step.ok else "wrong", step.sentence % step.values if step.values else step.sentence
        )


def _mailboxes(house: House) -> Iterator[Finding]:
    """Every mailbox tried for real, sending and reading; nothing is sent, nothing in it changes."""
    try:
        with house.database.reading() as session:
            found = [_ways(session, house, one) for one in mailboxes.lines_of_all(session) if one.has_mailbox]
            since = mailboxes.everything_paused(session)
    except SQLAlchemyError:
        return  # said above, with the database
    if since is not None:
        yield Finding("mailbox", "warning", f"Everything is paused since {since:%Y-%m-%d %H:%M} UTC.")
    for address, server, account, problem in found:
        if problem:
            yield Finding("mailbox", "wrong", f"{address}: {problem}")
        elif server is None and account is None:
            yield Finding("mailbox", "warning", f"{address}: no server is set, so nothing is read.")
        else:
            yield from _tried(address, server, account)


def _ways(session: Session, house: House, one: MailboxLine) -> tuple[str, Server | None, Account | None, str]:
    """The servers of one mailbox, or why its password cannot be read."""
    box = mailboxes.get(session, one.sender_id)
    try:
        server = routes.of_mailbox(house, box)
        return one.address, server, inbox.account_of(house, box) if box.imap_host else None, ""
    except OutreachError as error:
        return one.address, None, None, error.sentence % error.values if error.values else error.sentence


def _tried(address: str, server: Server | None, account: Account | None) -> Iterator[Finding]:
    """What does not work, each with what to do; one line when all does."""
    tried = trial.try_mailbox(server, account, address=address)
    wrong = [one for one in tried if not one.ok]
    for one in wrong:
        level = "warning" if one.is_hint else "wrong"
        yield Finding("mailbox", level, f"{address}: {one.sentence % one.values}")
    if all(one.is_hint for one in wrong):
        ways = " and ".join(word for word, way in (("sending", server), ("reading", account)) if way is not None)
        yield Finding("mailbox", "ok", f"{address}: {ways} works.")


def _clock(house: House) -> Iterator[Finding]:
    zone = house.settings.timezone
    yield Finding(
        "clock", "ok", f"{time.strftime('%Y-%m-%d %H:%M:%S', time.gmtime())} UTC; planned times are in {zone}."
    )
    if house.database.is_sqlite:
        return
    try:
        with house.database.reading() as session:
            off = abs(float(session.scalar(text("SELECT extract(epoch FROM clock_timestamp())")) or 0) - time.time())
    except SQLAlchemyError:
        return  # said above, with the database
    if off > 5:
        yield Finding("clock", "wrong", f"This machine and the database differ by {off:.0f} seconds; set both by NTP.")


def _disk(house: House) -> Finding:
    folder = house.settings.data
    folder.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(folder).free
    if free < _DISK_LEAST:
        return Finding("disk", "wrong", f"Only {free // 2**20} MB are free where the data is.")
    return Finding("disk", "ok", f"{free / 2**30:.1f} GB are free where the data is.")


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0][:300]
