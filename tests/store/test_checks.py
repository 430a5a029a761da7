"""What is looked at before a newsletter goes out, by a person's hand or when its time has come."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import update

from campaigns import checks, dispatch, newsletters
from campaigns.rows import Campaign
from outreach import clock
from outreach.errors import Invalid
from outreach.house import House
from tests import sending

BARE = "<html><body><p>Ohne Ende</p></body></html>"


def test_a_planned_newsletter_that_lost_its_unsubscribe_link_is_not_sent(any_house: House) -> None:
    with any_house.database.writing() as session:
        campaign = sending.newsletter(session, *sending.prepared(session, 2))
        wall = clock.on_wall(clock.now() + timedelta(days=1), "Europe/Berlin")
        newsletters.schedule(session, campaign.id, wall=wall.replace(tzinfo=None), zone="Europe/Berlin")
        newsletters.update(session, campaign.id, newsletters.get(session, campaign.id).version, body=BARE)
        session.execute(update(Campaign).values(scheduled_at=clock.now()))
        number = campaign.id
    dispatch.sweep(any_house)
    dispatch.fan_out(any_house, number)
    with any_house.database.reading() as session:
        found = newsletters.get(session, number)
        assert (found.state, found.trouble and found.trouble["sentence"][:27]) == (
            "draft",
            "The unsubscribe link is mis",
        )
    assert sending.states(any_house) == {}


@pytest.mark.parametrize("odd", ['<img src="http://[" alt="">', '<a href="//[">x</a>', '<a href="http://[x">x</a>'])
def test_addresses_nobody_can_read_are_on_the_list(house: House, odd: str) -> None:
    with house.database.writing() as session:
        campaign = sending.newsletter(session, *sending.prepared(session, 1), body=odd)
        assert any("[" in str(problem.values) for problem in checks.look(session, house, campaign))


@pytest.mark.parametrize("link", ["javascript:alert(1)", "JavaScript:alert(1)", "data:text/html,x"])
def test_links_that_run_something_keep_it_from_being_sent(house: House, link: str) -> None:
    with house.database.writing() as session:
        campaign = sending.newsletter(session, *sending.prepared(session, 1), body=f'<a href="{link}">x</a>')
        with pytest.raises(Invalid, match="does not work in a mail"):
            checks.require(session, house, campaign)
