"""The database: one place that knows how SQLite and PostgreSQL are opened, and nothing of what is in them."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import DateTime, Dialect, Engine, MetaData, create_engine, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection, make_url
from sqlalchemy.orm import DeclarativeBase, Session, sessionmaker
from sqlalchemy.types import TypeDecorator

from outreach.lines import FOLDED


class Base(DeclarativeBase):
    """Parent of every row."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class Moment(TypeDecorator[datetime]):
    """A UTC moment: aware in Python, `timestamptz` in PostgreSQL, UTC without a zone in SQLite."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Database:
    """An open database. `reading()` and `writing()` give sessions; nobody else commits."""

    def __init__(self, url: str, *, pool_size: int = 10) -> None:
        self.url = url
        self.is_sqlite = url.startswith("sqlite")
        self.engine = _sqlite_engine(url, pool_size) if self.is_sqlite else _postgres_engine(url, pool_size)
        self._reading = sessionmaker(self.engine, autoflush=False, expire_on_commit=False)
        # SQLite: a transaction that will write takes the write lock at once; upgrading a read lock later fails
        # with SQLITE_BUSY_SNAPSHOT whatever the timeout.
        self._writing = sessionmaker(
            self.engine.execution_options(sqlite_begin="IMMEDIATE"), autoflush=True, expire_on_commit=False
        )
        #: what happens with the jobs a committed session asked for; set by the composition roots
        self.after_commit: Callable[[list[Any]], None] = lambda asked: None

    def session(self, *, writing: bool) -> Session:
        """A new session; the caller commits and closes it. Only the edges (web request, job, command) call this."""
        return self._writing(info={"after_commit": self.after_commit}) if writing else self._reading()

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that changes nothing; rolled back at the end."""
        with self.session(writing=False) as session:
            yield session
            session.rollback()

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """One transaction: committed when the block ends, rolled back when it raises."""
        with self.session(writing=True) as session, session.begin():
            yield session

    def close(self) -> None:
        """Close every pooled connection."""
        self.engine.dispose()


def is_sqlite(session: Session) -> bool:
    """Whether this session talks to SQLite (else PostgreSQL)."""
    return session.get_bind().dialect.name == "sqlite"


def insert(session: Session, row: type[Base]) -> postgresql.Insert | sqlite.Insert:
    """An INSERT that knows ON CONFLICT, for the database of this session."""
    return sqlite.insert(row) if is_sqlite(session) else postgresql.insert(row)


def _postgres_engine(url: str, pool_size: int) -> Engine:
    return create_engine(
        url,
        pool_size=pool_size,
        max_overflow=20,
        pool_pre_ping=True,
        json_serializer=_json,
        connect_args={"options": "-c timezone=UTC", "connect_timeout": 10},
    )


def _sqlite_engine(url: str, pool_size: int) -> Engine:
    path = make_url(url).database
    if path and path != ":memory:":
        Path(path).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(
        url,
        pool_size=pool_size,
        max_overflow=50,
        json_serializer=_json,
        connect_args={"timeout": 30},
    )

    @event.listens_for(engine, "connect")
    def _on_connect(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves, below
        for pragma in (
            "journal_mode = WAL",
            "synchronous = NORMAL",
            "foreign_keys = ON",
            "busy_timeout = 30000",
            "temp_store = MEMORY",
            "cache_size = -65536",
            "mmap_size = 268435456",
        ):
            connection.execute(f"PRAGMA {pragma}")
        # SQLite's own lower() knows only ASCII; names here have umlauts.
        connection.create_function("lower", 1, lambda v: v.lower() if isinstance(v, str) else v, deterministic=True)
        # For looking for names however they are typed; PostgreSQL's index does it by itself.
        connection.create_function(
            "folded", 1, lambda v: v.lower().translate(FOLDED) if isinstance(v, str) else v, deterministic=True
        )

    @event.listens_for(engine, "begin")
    def _on_begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN " + connection.get_execution_options().get("sqlite_begin", "DEFERRED"))

    return engine


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)
