"""Mailboxes as they are kept: passwords once and never over an open line, the day's count, regions with their holidays."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from outreach import clock
from outreach.errors import Invalid
from outreach.house import House
from outreach.mailboxes import pace, regions, store
from outreach.mailboxes.login import reads_with_its_own
from outreach.mailboxes.rows import Mailbox
from tests import letters


def made(session: Session, house: House, **given: Any) -> Mailbox:
    return store.get(session, letters.mailbox(session, house, **given))


OUTSIDE = {"smtp_host": "smtp.example.org", "smtp_security": "", "smtp_user": "ada"}


@pytest.mark.parametrize(
    ("given", "field"),
    [
        (OUTSIDE, "smtp_security"),
        ({"imap_host": "imap.example.org", "imap_security": ""}, "imap_security"),
        ({"imap_host": "8.8.8.8", "imap_security": ""}, "imap_security"),
    ],
)
def test_a_password_never_travels_unencrypted_to_the_outside(house: House, given: dict[str, Any], field: str) -> None:
    with house.database.session(writing=True) as session:
        with pytest.raises(Invalid) as refused:
            made(session, house, **given)
        assert refused.value.field == field
        session.rollback()


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::1]", "192.168.1.5", "mailserver", "mail.fritz.box"])
def test_in_the_own_network_it_may(house: House, host: str) -> None:
    with house.database.session(writing=True) as session:
        box = made(session, house, imap_host=host, imap_security="", **{**OUTSIDE, "smtp_host": host})
        assert box.imap_host == host
        session.rollback()


def test_without_a_login_nothing_is_secret(house: House) -> None:
    with house.database.session(writing=True) as session:
        assert made(session, house, **{**OUTSIDE, "smtp_user": ""}).smtp_host
        session.rollback()


def test_one_password_for_both_ways_is_kept_once_so_a_new_one_holds_for_both(house: House) -> None:
    with house.database.session(writing=True) as session:
        box = made(session, house, imap_host="imap.example.org")
        store.save(session, house.vault, box.sender_id, smtp_password="one", imap_password="one")
        assert (house.vault.unlock(box.smtp_password), box.imap_password) == ("one", "")
        store.save(session, house.vault, box.sender_id, imap_password="other")
        assert reads_with_its_own(house.vault, box)
        store.save(session, house.vault, box.sender_id, smtp_password="two")
        assert house.vault.unlock(box.imap_password) == "other"
        store.save(session, house.vault, box.sender_id, imap_password="")
        assert not reads_with_its_own(house.vault, box)
        session.rollback()


def test_what_was_sent_yesterday_does_not_count_today(house: House) -> None:
    with house.database.session(writing=True) as session:
        box = made(session, house, zone="UTC")
        box.sent_today, box.counted_on = 7, clock.now().date()
        session.flush()
        assert [one.sent_today for one in store.lines_of_all(session)] == [7]
        box.counted_on = clock.now().date() - timedelta(days=1)
        session.flush()
        assert [one.sent_today for one in store.lines_of_all(session)] == [0]
        session.rollback()


def test_every_region_that_can_be_chosen_has_a_name() -> None:
    assert {code for code in pace.regions() if "-" in code} == set(regions.STATES)
    assert {code for code in pace.regions() if "-" not in code} == set(regions.COUNTRIES)


def test_the_next_holiday_of_a_state_is_named() -> None:
    assert pace.next_holiday("DE-BW", date(2026, 1, 2)) == (date(2026, 1, 6), "Heilige Drei Könige")
    assert pace.next_holiday("DE-HH", date(2026, 1, 2)) == (date(2026, 4, 3), "Karfreitag")
    assert pace.next_holiday("", date(2026, 1, 2)) is None
    assert pace.next_holiday("99999", date(2026, 1, 2)) is None


def test_the_good_hour_lies_in_the_hours_of_the_mailbox() -> None:
    early = pace.Pace(opens_at="06:00", closes_at="08:00", region="")
    noon = datetime(2026, 11, 23, 11, tzinfo=UTC)
    assert pace.good_hour(early, now=noon) == datetime(2026, 11, 24, 5, tzinfo=UTC)
    assert pace.good_hour(pace.Pace(region=""), now=noon) == datetime(2026, 11, 24, 8, tzinfo=UTC)
