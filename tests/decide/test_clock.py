"""Planned local times across the changes of summer time."""

from datetime import datetime

import pytest

from outreach import clock


@pytest.mark.parametrize(
    ("wall", "utc"),
    [
        ("2026-12-01T08:00", "2026-12-01T07:00"),
        ("2026-07-01T08:00", "2026-07-01T06:00"),
        ("2027-03-28T01:59", "2027-03-28T00:59"),
        ("2027-03-28T02:30", "2027-03-28T01:30"),  # does not exist: 03:30 on the wall
        ("2026-10-25T02:30", "2026-10-25T00:30"),  # happens twice: the first one
        ("2026-10-25T03:00", "2026-10-25T02:00"),
    ],
)
def test_a_wall_time_in_berlin_means_one_moment(wall: str, utc: str) -> None:
    moment = clock.at_wall(datetime.fromisoformat(wall), "Europe/Berlin")
    assert moment.isoformat() == f"{utc}:00+00:00"


def test_the_clock_knows_zones() -> None:
    assert clock.is_zone("Europe/Berlin")
    assert not clock.is_zone("Europe/Entenhausen")
