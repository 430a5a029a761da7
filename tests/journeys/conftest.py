"""The installations journeys run on: one process with SQLite, and processes with PostgreSQL and Redis."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import webserver
from tests.journeys import installation as running
from tests.journeys.installation import Installation
from tests.journeys.papers import OTHER, Papers


@pytest.fixture(params=["embedded", pytest.param("distributed", marks=[pytest.mark.postgres, pytest.mark.redis])])
def installation(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Installation]:
    """Both ways to run; a module adds settings of its own as ENVIRONMENT."""
    with getattr(running, request.param)(tmp_path, **getattr(request.module, "ENVIRONMENT", {})) as one:
        yield one


@pytest.fixture
def papers() -> Iterator[Papers]:
    """A paper that carries nothing about customers yet."""
    with webserver.running() as server:
        made = Papers(server)
        made.tell("landeszeitung", OTHER)
        yield made
