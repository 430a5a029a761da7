"""Bringing a database to the schema of this code: forward only, safe to start from several processes at once."""

from __future__ import annotations

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

from outreach.db import Database
from outreach.settings import ROOT

_LOCK = 7_221_001  # any number of ours; PostgreSQL's advisory locks share one space per database


def upgrade(database: Database) -> None:
    """Run what is missing. On PostgreSQL an advisory lock makes others wait; on SQLite the write lock does."""
    with database.engine.execution_options(sqlite_begin="IMMEDIATE").connect() as connection:
        if not database.is_sqlite:
            connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": _LOCK})
            connection.commit()
        given = config()
        given.attributes["connection"] = connection
        try:
            command.upgrade(given, "head")
            connection.commit()
        finally:
            if not database.is_sqlite:
                connection.rollback()
                connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": _LOCK})
                connection.commit()


def missing(database: Database) -> bool:
    """Whether this database is behind the code."""
    with database.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision() != head()


def head() -> str | None:
    """The newest revision the code knows."""
    return ScriptDirectory.from_config(config()).get_current_head()


def config() -> Config:
    """Alembic configured for our migrations; `attributes["connection"]` is the caller's to set."""
    given = Config()
    given.set_main_option("script_location", str(ROOT / "migrations"))
    given.set_main_option("path_separator", "os")
    return given


def is_of_the_models(_item: object, name: str | None, _kind: str, reflected: bool, counterpart: object) -> bool:
    """Whether a comparison of models and database should look at this; what the full-text search is made of is
    written by hand in the migrations (Alembic's `include_object`)."""
    is_search = name is not None and (name == "search" or "_search" in name)
    return not (reflected and counterpart is None and is_search)
