"""Is everything this installation leans on there and right? One finding for each thing, in a sentence."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from outreach import jobs, migrate
from outreach.house import House
from outreach.mail import transport

_DISK_LEAST = 500 * 2**20


@dataclass(frozen=True)
class Finding:
    """One line of the examination. `level` is ok, warning or wrong."""

    what: str
    level: str
    sentence: str


def examine(house: House) -> Iterator[Finding]:
    """Settings, database and migrations, broker, mail server, clock, disk: each looked at now, really."""
    yield from _settings(house)
    yield from _database(house)
    yield from _broker(house)
    yield from _smtp(house)
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
