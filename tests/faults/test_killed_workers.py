"""Workers are killed while they send: nobody is forgotten, nobody gets it twice, and what cannot be known is few.

On PostgreSQL two groups of `dramatiq worker:setup` share the work over Redis; on SQLite `outreach serve` does it all.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlalchemy import select

from campaigns import newsletters
from campaigns.rows import Campaign
from outreach.db import Database
from outreach.house import House
from outreach.mail.rows import Delivery
from outreach.settings import ROOT
from tests import sending, servers, sink
from tests.conftest import SECRET, make_house
from tests.sink import Rule, Sink

PEOPLE = 3000
KILLS = 10
CONNECTIONS = 4

pytestmark = pytest.mark.slow


@dataclass
class Scene:
    """An installation, a mail server, and as many worker groups as its database allows."""

    house: House
    server: Sink
    command: list[str]
    groups: int
    environment: dict[str, str]
    log: Path
    running: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start(self) -> subprocess.Popen[bytes]:
        """One more group of workers, in a process group of its own."""
        with self.log.open("ab") as log:
            group = subprocess.Popen(self.command, env=self.environment, cwd=ROOT, stdout=log, stderr=log,
                                     start_new_session=True)  # fmt: skip
        self.running.append(group)
        return group

    def kill(self, group: subprocess.Popen[bytes], how: signal.Signals) -> None:
        """Send the signal: SIGKILL to everything in the group, others to its first process; wait until it is gone."""
        with suppress(ProcessLookupError):
            if how is signal.SIGKILL:
                os.killpg(group.pid, how)
            else:
                group.send_signal(how)
        group.wait(timeout=30)
        self.running.remove(group)

    def wait_for_mails(self, number: int) -> None:
        """Until the server has taken so many."""
        sending.wait_until(lambda: len(self.server.mails) >= number, seconds=60)


@pytest.fixture
def scene(request: pytest.FixtureRequest, database: Database, tmp_path: Path) -> Iterator[Scene]:
    with sink.running() as server, _broker(database) as broker_url:
        settings = {"smtp_url": server.url, "smtp_connections": CONNECTIONS, "broker_url": broker_url}
        environment = {name: value for name, value in os.environ.items() if not name.startswith("OUTREACH_")}
        environment |= {f"OUTREACH_{name.upper()}": str(value) for name, value in settings.items()}
        environment |= {
            "OUTREACH_DATABASE_URL": database.url, "OUTREACH_DATA": str(tmp_path), "OUTREACH_SECRET_KEY": SECRET,
            "OUTREACH_BASE_URL": "https://news.example.de", "PYTHONPATH": str(ROOT),
            "OUTREACH_PORT": str(servers.free_port()),
        }  # fmt: skip
        dramatiq = ["-m", "dramatiq", "worker:setup", "--processes", "1", "--threads", "6"]
        serve = ["-c", "from wsgi import cli; cli()", "serve"]  # `outreach serve`: web, workers, timetable
        arguments = serve if database.is_sqlite else dramatiq
        made = Scene(make_house(database, tmp_path), server, [sys.executable, *arguments], 1 if database.is_sqlite else 2,
                     environment, tmp_path / "workers.log")  # fmt: skip
        try:
            yield made
        finally:
            for group in list(made.running):
                made.kill(group, signal.SIGKILL)
            sending.close(made.house)


@contextmanager
def _broker(database: Database) -> Iterator[str]:
    if database.is_sqlite:
        yield ""
    else:
        with servers.redis() as url:
            yield url


@pytest.mark.redis
def test_ten_kills_forget_nobody_double_nobody_and_leave_few_unsure(scene: Scene) -> None:
    seed = random.randrange(10**6)
    print(f"seed {seed}")
    chance = random.Random(seed)
    campaign_id = _begin(scene)
    scene.server.rules.append(Rule("dot", seconds=0.01))
    for _ in range(scene.groups):
        scene.start()
    for number in sorted(chance.sample(range(50, PEOPLE - 100), KILLS)):
        scene.wait_for_mails(max(number, len(scene.server.mails) + 20))
        time.sleep(chance.uniform(0, 0.05))
        scene.kill(chance.choice(scene.running), signal.SIGKILL)
        scene.start()
    scene.server.rules.clear()
    sending.wait_until(lambda: _state(scene, campaign_id) == "sent", seconds=60)

    states = sending.states(scene.house, campaign_id)
    got = Counter(scene.server.recipients)
    unsure = _addresses(scene, campaign_id, "unsure")
    print(states, {"unsure but arrived": len(unsure & set(got))})
    assert set(states) <= {"sent", "unsure"}
    assert sum(states.values()) == PEOPLE
    assert [address for address, mails in got.items() if mails > 1] == [], "nobody twice"
    assert _addresses(scene, campaign_id, "sent") <= set(got), "nobody forgotten"
    assert len(unsure) <= KILLS * CONNECTIONS


@pytest.mark.redis
def test_a_worker_told_to_stop_leaves_nothing_unsure_and_nothing_claimed(scene: Scene) -> None:
    campaign_id = _begin(scene, people=600)
    scene.server.rules.append(Rule("dot", seconds=0.02))
    group = scene.start()
    for part in (100, 250):
        scene.wait_for_mails(part)
        scene.kill(group, signal.SIGTERM)
        states = sending.states(scene.house, campaign_id)
        assert set(states) == {"sent", "ready"}
        assert states["sent"] == len(scene.server.mails)
        group = scene.start()
    scene.server.rules.clear()
    sending.wait_until(lambda: _state(scene, campaign_id) == "sent", seconds=60)
    assert sending.states(scene.house, campaign_id) == {"sent": 600}
    assert len(set(scene.server.recipients)) == len(scene.server.mails) == 600


def _begin(scene: Scene, people: int = PEOPLE) -> int:
    with scene.house.database.writing() as session:
        campaign_id = sending.newsletter(session, *sending.prepared(session, people)).id
        newsletters.send_now(session, campaign_id)
    return campaign_id


def _state(scene: Scene, campaign_id: int) -> str | None:
    with scene.house.database.reading() as session:
        return session.scalar(select(Campaign.state).where(Campaign.id == campaign_id))


def _addresses(scene: Scene, campaign_id: int, state: str) -> set[str]:
    with scene.house.database.reading() as session:
        of_it = select(Delivery.address).where(Delivery.campaign_id == campaign_id, Delivery.state == state)
        return set(session.scalars(of_it))
