"""Databases and houses for the tests. Every store test runs on SQLite and on PostgreSQL."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dramatiq
import pytest
from sqlalchemy.orm import Session

import campaigns.rows  # noqa: F401 - every table has to be known
import feeds.rows  # noqa: F401
import outreach.rows  # noqa: F401
from outreach import db, jobs, migrate
from outreach.db import Database
from outreach.house import House
from outreach.settings import Settings
from outreach.tokens import Sealer
from outreach.vault import Vault
from tests import imap, servers

SECRET = "a secret of the tests, long enough to be one"


@pytest.fixture(scope="session")
def postgres_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A PostgreSQL server of our own with a migrated template database; gives the server's address."""
    with servers.postgres(tmp_path_factory.mktemp("pg")) as url:
        servers.make_template(url)
        yield url


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file to copy."""
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    database = Database(f"sqlite:///{path}")
    migrate.upgrade(database)
    database.close()
    return path


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A fresh, migrated database: once on SQLite, once on PostgreSQL."""
    yield from _fresh(request, tmp_path, request.param)


@pytest.fixture
def sqlite(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A fresh, migrated SQLite database, for tests where the kind of database does not matter."""
    yield from _fresh(request, tmp_path, "sqlite")


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    """A writing session on each database, rolled back after the test."""
    with database.session(writing=True) as session:
        yield session
        session.rollback()


@pytest.fixture
def house(sqlite: Database, tmp_path: Path) -> Iterator[House]:
    """An installation on SQLite with an in-process broker whose jobs nobody works on; the test runs them itself."""
    return make_house(sqlite, tmp_path)


@pytest.fixture
def any_house(database: Database, tmp_path: Path) -> Iterator[House]:
    """The same on each database."""
    return make_house(database, tmp_path)


@pytest.fixture(scope="session")
def running_imap_server() -> Iterator[imap.ImapServer]:
    """One IMAP server for all tests; take `imap_server`, which is empty each time."""
    with imap.running() as server:
        yield server


@pytest.fixture
def imap_server(running_imap_server: imap.ImapServer) -> imap.ImapServer:
    """A real IMAP server (Dovecot, where it is installed) with an empty mailbox: INBOX and Sent."""
    running_imap_server.empty()
    return running_imap_server


@pytest.fixture(autouse=True)
def _without_the_loop_of_the_browser(request: pytest.FixtureRequest) -> Iterator[None]:
    """Between browser tests Playwright leaves its event loop marked as running in this thread; nobody else runs in it."""
    loop = asyncio._get_running_loop()
    if loop is None or "browser" in request.path.parts:
        yield
        return
    asyncio._set_running_loop(None)
    yield
    asyncio._set_running_loop(loop)


def make_house(database: Database, data: Path, **settings: object) -> House:
    """A house around an open database; jobs asked for land in its in-process broker."""
    wanted: dict[str, Any] = {"base_url": "https://news.example.de", **settings}
    given = Settings(_env_file=None, data=data, database_url=database.url, secret_key=SECRET, **wanted)  # type: ignore[call-arg]
    broker: dramatiq.Broker = jobs.broker("")
    database.after_commit = jobs.Hints(broker).send
    return House(settings=given, database=database, sealer=Sealer(SECRET), vault=Vault(SECRET), broker=broker)


def _fresh(request: pytest.FixtureRequest, tmp_path: Path, kind: str) -> Iterator[Database]:
    if kind == "sqlite":
        path = tmp_path / "outreach.db"
        path.write_bytes(request.getfixturevalue("sqlite_template").read_bytes())
        database = Database(f"sqlite:///{path}")
        yield database
        database.close()
    else:
        with servers.fresh_database(request.getfixturevalue("postgres_url")) as url:
            database = db.Database(url)
            yield database
            database.close()
