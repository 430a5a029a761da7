"""What jobs that send are tried with: a real SMTP server, and an installation on each database."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from outreach.db import Database
from outreach.house import House
from tests import sending, sink
from tests.conftest import make_house
from tests.sink import Sink


@pytest.fixture
def server() -> Iterator[Sink]:
    """A mail server that keeps what it is given."""
    with sink.running() as running:
        yield running


@pytest.fixture
def open_house(database: Database, tmp_path: Path) -> Iterator[House]:
    """An installation without a mail server of its own; mailboxes have theirs."""
    house = make_house(database, tmp_path)
    yield house
    sending.close(house)
