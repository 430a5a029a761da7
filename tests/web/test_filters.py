"""How templates write dates, numbers and shares."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask, g

from outreach.web import filters

NOW = datetime(2026, 9, 15, 8, 0, tzinfo=UTC)  # 10:00 in Berlin


@pytest.fixture
def at_nine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(filters.clock, "now", lambda: NOW)


@pytest.mark.parametrize(
    ("moment", "english"),
    [
        (NOW, "just now"),
        (NOW + timedelta(seconds=20), "in a moment"),
        (NOW - timedelta(minutes=5), "5 minutes ago"),
        (NOW + timedelta(hours=3), "in 3 hours"),
        (NOW + timedelta(hours=9), "today, 7:00 PM"),
        (NOW - timedelta(hours=20), "yesterday, 2:00 PM"),
        (NOW + timedelta(hours=24), "tomorrow, 10:00 AM"),
        (NOW - timedelta(days=40), "6 Aug"),
        (NOW - timedelta(days=400), "Aug 11, 2025"),
    ],
)
def test_dates_are_relative_near_by_and_absolute_far_off(
    app: Flask, at_nine: None, moment: datetime, english: str
) -> None:
    with app.test_request_context():
        g.user, g.language = None, "en"
        shown = filters.when(moment)
        assert f">{english}</time>" in str(shown).replace("\u202f", " ")
        assert 'title="' in str(shown)


def test_nothing_is_shown_for_no_moment(app: Flask) -> None:
    with app.test_request_context():
        assert filters.when(None) == filters.exactly(None) == filters.day(None) == ""


@pytest.mark.parametrize(
    ("language", "number", "share"), [("de", "1.234.567", "12,5\u202f%"), ("en", "1,234,567", "12.5%")]
)
def test_numbers_and_shares_are_written_as_the_reader_does(app: Flask, language: str, number: str, share: str) -> None:
    with app.test_request_context():
        g.user, g.language = None, language
        assert filters.number(1_234_567) == number
        assert filters.share(1, 8) == share
        assert filters.share(1, 0) == "–"


def test_a_day_has_its_full_date_on_hover(app: Flask) -> None:
    with app.test_request_context():
        g.user, g.language = None, "en"
        assert "Thursday, December 24, 2026" in filters.day(date(2026, 12, 24))
