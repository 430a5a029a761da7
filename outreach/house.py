"""What every part of a running installation is given: its settings, its database, its seal, its broker."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

import dramatiq

from outreach import db, jobs, logs
from outreach.db import Database
from outreach.settings import Settings
from outreach.tokens import Sealer
from outreach.vault import Vault

T = TypeVar("T")


@dataclass(frozen=True)
class House:
    """One installation, opened. Built by the composition roots, handed down, never global."""

    settings: Settings
    database: Database
    sealer: Sealer
    vault: Vault
    broker: dramatiq.Broker
    #: what this process keeps open for the house (connections, compiled texts), one of each kind
    _kept: dict[type, Any] = field(default_factory=dict, compare=False, repr=False)
    _keeping: threading.RLock = field(default_factory=threading.RLock, compare=False, repr=False)

    def kept(self, kind: type[T], make: Callable[[], T]) -> T:
        """The one `kind` of this process, made when it is first asked for; any thread may ask."""
        with self._keeping:
            if kind not in self._kept:
                self._kept[kind] = make()
            return cast(T, self._kept[kind])

    def url(self, path: str) -> str:
        """The public address of a path that starts with a slash."""
        return self.settings.public_url + path


def open_house(settings: Settings, *, configure_logs: bool = True) -> House:
    """Open the installation these settings describe; jobs asked for are sent to its broker after each commit."""
    if configure_logs:
        logs.configure(as_json=settings.log_format == "json", level=settings.log_level)
    database = db.Database(settings.database)
    broker = jobs.broker(settings.broker_url)
    database.after_commit = jobs.Hints(broker).send
    return House(
        settings=settings,
        database=database,
        sealer=Sealer(settings.secret),
        vault=Vault(settings.secret),
        broker=broker,
    )
