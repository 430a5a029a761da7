"""Benchmarks: `make bench`. Each module here has `run() -> list[Figure]` and is named in `bench.__main__`.

Wall times of this kind of machine swing; figures that compare two ways do so in the same run, as a ratio.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from outreach import db, jobs, migrate
from outreach.house import House
from outreach.settings import Settings
from outreach.tokens import Sealer
from outreach.vault import Vault


@dataclass(frozen=True)
class Figure:
    """One measured number: what it is, how much, of what; `note` says what it is compared with."""

    label: str
    value: float
    unit: str
    note: str = ""

    def __str__(self) -> str:
        text = f"{self.label:<62} {self.value:>12,.2f} {self.unit}"
        return f"{text}   ({self.note})" if self.note else text


@contextmanager
def sqlite_house(**settings: object) -> Iterator[House]:
    """A migrated installation on SQLite in a folder that goes away; nobody works on its jobs."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "outreach.db"
        yield from _house(f"sqlite:///{path}", Path(folder), settings)


@contextmanager
def postgres_house(**settings: object) -> Iterator[House]:
    """The same on a PostgreSQL server of our own."""
    from tests import servers

    with TemporaryDirectory() as folder, servers.postgres(Path(folder) / "pg") as url:
        servers.make_template(url)
        with servers.fresh_database(url) as fresh:
            yield from _house(fresh, Path(folder), settings)


def _house(url: str, folder: Path, settings: dict[str, object]) -> Iterator[House]:
    given = Settings(_env_file=None, data=folder, database_url=url, base_url="https://news.example.de", **settings)
    database = db.Database(url)
    migrate.upgrade(database)
    broker = jobs.broker("")
    database.after_commit = jobs.Hints(broker).send
    try:
        yield House(
            settings=given,
            database=database,
            sealer=Sealer("a key for measuring, long enough"),
            vault=Vault("a key for measuring, long enough"),
            broker=broker,
        )
    finally:
        database.close()
