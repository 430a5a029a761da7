"""Who died, or became somebody else's card, while a newsletter is on its way."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from campaigns import dispatch
from outreach import clock, contacts, merge, stops
from outreach.db import Database
from outreach.house import House
from outreach.mail.rows import Delivery
from tests import sending
from tests.conftest import make_house
from tests.sink import Sink


@pytest.fixture
def open_house(database: Database, tmp_path: Path, server: Sink) -> Iterator[House]:
    """An installation that sends to the server, on each database."""
    house = make_house(database, tmp_path, smtp_url=server.url)
    yield house
    sending.close(house)


def test_whoever_died_since_is_written_to_no_more(open_house: House, server: Sink) -> None:
    campaign_id = sending.begun(open_house, people=4)
    with open_house.database.writing() as session:
        gone = session.scalars(select(Delivery.contact_id).order_by(Delivery.id)).all()[1]
        assert gone is not None
        contacts.update(session, gone, deceased=True)
    dispatch.send_slice(open_house, campaign_id)
    with open_house.database.reading() as session:
        found = session.execute(select(Delivery.state, Delivery.reason).where(Delivery.contact_id == gone)).one()
    assert tuple(found) == ("skipped", "contact_gone")
    assert len(server.mails) == 3


def test_whose_company_went_insolvent_meanwhile_gets_no_issue_and_it_says_why(open_house: House, server: Sink) -> None:
    campaign_id = sending.begun(open_house, people=4)
    with open_house.database.writing() as session:
        held = session.scalars(select(Delivery.contact_id).order_by(Delivery.id)).all()[1]
        assert held is not None
        made = contacts.update(session, held, company="Pleite GmbH")
        today = clock.now().date()
        stops.put(session, company_id=made.company_id, kind="insolvency", reach="marketing", on=today, now=clock.now())
    dispatch.send_slice(open_house, campaign_id)
    with open_house.database.reading() as session:
        found = session.execute(select(Delivery.state, Delivery.reason).where(Delivery.contact_id == held)).one()
    assert tuple(found) == ("skipped", "stop_flag")
    assert len(server.mails) == 3


def test_two_cards_made_one_while_an_issue_is_on_its_way_get_it_once(open_house: House, server: Sink) -> None:
    campaign_id = sending.begun(open_house, people=3)
    with open_house.database.writing() as session:
        keep, other, _third = session.scalars(select(Delivery.contact_id).order_by(Delivery.id)).all()
        assert keep is not None
        assert other is not None
        merge.contacts(session, keep, other, now=clock.now())
    dispatch.send_slice(open_house, campaign_id)
    assert sending.states(open_house) == {"sent": 2, "cancelled": 1}
    assert sorted(server.recipients) == ["person0@example.org", "person2@example.org"]
