"""Databases filled once and then copied: what takes seconds to fill is restored in milliseconds (SQLite only).

What a filling asks for as jobs stands in the copied database, but nobody is told of it again.
"""

from __future__ import annotations

import copy
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TypeVar

from sqlalchemy.orm import Session

from outreach.house import House

T = TypeVar("T")
_KEPT: dict[object, tuple[sqlite3.Connection, object]] = {}


def filled(house: House, fill: Callable[[Session, House], T], *, on: str = "") -> T:
    """What `fill` gives, with the database as it leaves it; `on` names what was in there before, where
    fillings follow one another. A new day fills anew, because what is filled in may depend on it."""
    key = (fill, on, datetime.now(UTC).date())
    if key not in _KEPT:
        with house.database.writing() as session:
            given = fill(session, house)
        memory = sqlite3.connect(":memory:", check_same_thread=False)
        _connection(house, lambda raw: raw.backup(memory))
        _KEPT[key] = memory, given
        return copy.deepcopy(given)
    memory, kept = _KEPT[key]
    _connection(house, memory.backup)
    given = copy.deepcopy(kept)
    return given  # type: ignore[return-value]


def _connection(house: House, act: Callable[[sqlite3.Connection], object]) -> None:
    with house.database.engine.connect() as connection:
        raw = connection.connection.driver_connection
        assert isinstance(raw, sqlite3.Connection)
        connection.rollback()
        act(raw)
