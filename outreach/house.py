"""What every part of a running installation is given: its settings, its database, its seal, its broker."""

from __future__ import annotations

from dataclasses import dataclass

import dramatiq

from outreach import db, jobs, logs
from outreach.db import Database
from outreach.settings import Settings
from outreach.tokens import Sealer


@dataclass(frozen=True)
class House:
    """One installation, opened. Built by the composition roots, handed down, never global."""

    settings: Settings
    database: Database
    sealer: Sealer
    broker: dramatiq.Broker

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
    return House(settings=settings, database=database, sealer=Sealer(settings.secret), broker=broker)
