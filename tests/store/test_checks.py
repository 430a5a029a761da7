"""What is looked at before a newsletter goes out, by a person's hand or when its time has come."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from campaigns import checks, dispatch, example, newsletters, recipients, starters
from campaigns.rows import Campaign
from outreach import clock
from outreach.contacts import Contact
from outreach.errors import Invalid
from outreach.house import House
from outreach.mail import sandbox
from outreach.mail.rows import TemplateVersion
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


def _people(session: Session, topic: int) -> None:
    """Three people nobody can greet, beside those who were there."""
    ids = sending.agree(session, topic, ["laden@example.org", "x@example.org", "y@example.org"])
    for number, changed in zip(ids, ({"first_name": "", "last_name": ""}, {"last_name": "Huber GmbH"},
                                     {"first_name": "Anna & Jonas"}), strict=True):  # fmt: skip
        session.execute(update(Contact).where(Contact.id == number).values(changed))


def _greetings(session: Session, house: House, campaign: Campaign) -> list[checks.Problem]:
    return [problem for problem in checks.look(session, house, campaign) if "cannot be greeted" in problem.sentence]


def test_who_cannot_be_greeted_is_shown_with_the_reason(any_house: House) -> None:
    with any_house.database.writing() as session:
        sender, topic = sending.prepared(session, 0)
        session.execute(update(Contact).values(last_name="Köhler"))
        known = sending.agree(session, topic, ["gut@example.org"])
        session.execute(update(Contact).where(Contact.id.in_(known)).values(last_name="Köhler"))
        _people(session, topic)
        campaign = sending.newsletter(session, sender, topic, body="<p>{{ greeting }}</p>")
        found = _greetings(session, any_house, campaign)
        assert [(problem.blocks, problem.values["count"], problem.values["all"], problem.values["names"], problem.values["label"])
                for problem in found] == [
            (False, 2, 4, "Anna Huber GmbH, Anna & Jonas Köhler 2", "What stands in the name is no name."),
            (False, 1, 4, "laden@example.org", "There is neither a name nor a company to greet."),
        ]  # fmt: skip


def test_a_default_or_no_greeting_at_all_leaves_nothing_to_look_at(house: House) -> None:
    with house.database.writing() as session:
        sender, topic = sending.prepared(session, 0)
        _people(session, topic)
        for body in ("<p>{{ greeting | default('Guten Tag') }}</p>", "<p>Moin</p>"):
            assert _greetings(session, house, sending.newsletter(session, sender, topic, body=body)) == []


def test_a_newsletter_nobody_could_get_is_not_sent(house: House) -> None:
    with house.database.writing() as session:
        sender, topic = sending.prepared(session, 0)
        _people(session, topic)
        campaign = sending.newsletter(session, sender, topic, body="<p>{{ greeting }}</p>")
        with pytest.raises(Invalid, match="cannot be greeted"):
            checks.require(session, house, campaign)


def test_the_greeting_is_missing_for_whom_the_engine_refuses_and_a_default_helps(any_house: House) -> None:
    with any_house.database.writing() as session:
        _, topic = sending.prepared(session, 0)
        _people(session, topic)
        nobody = next(iter(session.scalars(select(Contact.id).where(Contact.first_name == ""))))
        values = recipients.one(session, nobody).values  # type: ignore[union-attr]
    helped = sandbox.compile("{{ greeting | default('Guten Tag') }},", html=True)
    assert helped.render(values) == "Guten Tag,"
    assert (
        sandbox.compile("{% if greeting %}{{ greeting }}{% else %}Moin{% endif %}", html=False).render(values) == "Moin"
    )
    for bare in ("{{ greeting }}", "{{ greeting | upper }}"):
        for html in (True, False):
            with pytest.raises(sandbox.Broken, match="neither a name nor a company"):
                sandbox.compile(bare, html=html).render(values)


def test_the_texts_we_ship_greet_those_who_gave_only_an_address(house: House) -> None:
    with house.database.writing() as session:
        starters.ensure(session)
        texts = [*session.scalars(select(TemplateVersion.body)), example._BODY]
    assert len(texts) == 4
    for text in texts:
        tree = sandbox.parse(text)
        assert "greeting" in sandbox.variables(tree) & sandbox.defaulted(tree)
