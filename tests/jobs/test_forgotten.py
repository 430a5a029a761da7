"""Mails that could be forgotten: what becomes ready again after the newsletter they belong to has ended."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select, update

from campaigns import dispatch, newsletters
from campaigns.rows import Campaign
from outreach import clock
from outreach.db import Database
from outreach.house import House
from outreach.mail import outbox, send
from outreach.mail.answers import Settled
from outreach.mail.ledger import Result
from outreach.mail.rows import Delivery
from outreach.mail.send import Sending
from outreach.senders import Sender
from tests import sending
from tests.conftest import make_house
from tests.sink import Rule, Sink


@pytest.fixture
def open_house(database: Database, tmp_path: Path, server: Sink) -> Iterator[House]:
    """An installation that sends to the server, on each database."""
    house = make_house(database, tmp_path, smtp_url=server.url, smtp_connections=1)
    yield house
    sending.close(house)


def state(house: House, campaign_id: int) -> str | None:
    with house.database.reading() as session:
        return session.scalar(select(Campaign.state).where(Campaign.id == campaign_id))


def test_a_mail_deferred_while_its_newsletter_is_stopped_is_called_off_and_shown(
    open_house: House, server: Sink
) -> None:
    campaign_id = sending.begun(open_house, people=1)
    server.rules.append(Rule("rcpt", "450 4.2.0 greylisted", seconds=1.0))
    lane = threading.Thread(target=dispatch.send_slice, args=(open_house, campaign_id))
    lane.start()
    sending.wait_until(lambda: sending.states(open_house) == {"sending": 1})
    with open_house.database.writing() as session:
        newsletters.stop(session, campaign_id)
    lane.join()
    dispatch.sweep(open_house)
    assert (state(open_house, campaign_id), sending.states(open_house)) == ("stopped", {"cancelled": 1})
    with open_house.database.reading() as session:
        assert [group.key for group in newsletters.missed(session, campaign_id).groups] == ["cancelled:stopped"]


def test_a_result_that_comes_after_its_newsletter_ended_wakes_it_again(open_house: House, server: Sink) -> None:
    """A worker that was cut off for long (a laptop asleep) was given up; then it says that nothing went out."""
    campaign_id = sending.begun(open_house, people=1)
    with open_house.database.writing() as session:
        number = session.scalar(select(Delivery.id)) or 0
        session.connection().execute(update(Delivery).values(state="unsure", reason="worker_died", attempts=1))
    assert dispatch.finish(open_house, campaign_id)
    late = Result(number, 99, Settled("ready", "connection_lost", counts=False), clock.now())
    Sending.of(open_house).ledger.record([late])
    for _ in range(3):
        dispatch.sweep(open_house)
        dispatch.send_slice(open_house, campaign_id)
    assert (state(open_house, campaign_id), sending.states(open_house)) == ("sent", {"sent": 1})
    assert len(server.mails) == 1


def test_a_confirmation_does_not_wait_for_a_large_newsletter(open_house: House, server: Sink) -> None:
    """Who signs up while a newsletter takes every connection for hours gets the confirmation within one slice."""
    campaign_id = sending.begun(open_house, people=60)
    with open_house.database.writing() as session:
        outbox.put(session, open_house, kind="confirm", mail=sending.mail())
    dispatch.send_slice(open_house, campaign_id)
    assert server.recipients[0] == "anna@example.org"


def test_a_confirmation_of_a_slow_sender_goes_before_its_newsletter(open_house: House, server: Sink) -> None:
    campaign_id = sending.begun(open_house, people=5, per_hour=60)
    with open_house.database.writing() as session:
        sender_id = session.scalar(select(Sender.id))
        outbox.put(session, open_house, kind="confirm", mail=sending.mail(), sender_id=sender_id)
    dispatch.send_slice(open_house, campaign_id)
    assert server.recipients == ["anna@example.org"]
    send.deliver_waiting(open_house)
