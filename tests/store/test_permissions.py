"""What a contact said in person: recorded with its source, and an objection is immediate."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from outreach import clock
from outreach.consent import permissions, suppression
from outreach.consent.light import Known, light
from outreach.consent.rows import Subscription
from outreach.errors import Invalid, NotFound
from tests import world
from tests.world import World


@pytest.fixture
def small(session: Session) -> World:
    return world.build(session)


def test_an_objection_to_mails_suppresses_the_address_and_ends_the_newsletters(session: Session, small: World) -> None:
    anna = small.people["anna"]
    permissions.record(session, anna, channel="mail", what="objected", source="Telefonat 3.5.")
    assert suppression.contains(session, "anna@mueller.example")
    states = session.scalars(select(Subscription.state).where(Subscription.contact_id == anna)).all()
    assert set(states) == {"unsubscribed"}


def test_an_objection_to_calls_leaves_the_newsletter_alone(session: Session, small: World) -> None:
    anna = small.people["anna"]
    permissions.record(session, anna, channel="phone", what="objected", source="Telefonat 3.5.")
    assert not suppression.contains(session, "anna@mueller.example")
    found = light("phone", Known(has_phone=True, at_work=True, recorded=permissions.standing(session, anna)))
    assert found.colour == "red"


def test_an_ended_record_stays_on_record_and_no_longer_counts(session: Session, small: World) -> None:
    anna = small.people["anna"]
    made = permissions.record(
        session, anna, channel="phone", what="agreed", said="Rufen Sie gern an.", source="Messe", at=clock.now()
    )
    assert [one.what for one in permissions.standing(session, anna)] == ["agreed"]
    permissions.end(session, anna, made.id)
    assert permissions.standing(session, anna) == []
    assert len(permissions.of(session, anna)) == 1
    with pytest.raises(NotFound):
        permissions.end(session, small.people["doctor"], made.id)


@pytest.mark.parametrize(
    "given",
    [
        {"channel": "fax", "what": "agreed", "source": "x"},
        {"channel": "mail", "what": "maybe", "source": "x"},
        {"channel": "phone", "what": "existing_customer", "source": "x"},
        {"channel": "phone", "what": "agreed", "source": " "},
    ],
)
def test_a_record_without_its_facts_is_refused(session: Session, small: World, given: dict[str, str]) -> None:
    with pytest.raises(Invalid):
        permissions.record(session, small.people["anna"], **given)
