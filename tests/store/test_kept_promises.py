"""Promises somebody tried to break: consent that comes back, mails that are forgotten, strangers who are flooded."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from outreach import clock, senders, signup
from outreach.consent import bulk, lists, subscriptions
from outreach.consent.rows import Subscription
from outreach.contacts import Contact
from outreach.errors import Conflict
from outreach.house import House
from outreach.mail.rows import Delivery
from tests import world
from tests.world import AGREED, NOW, World


@pytest.fixture
def people(session: Session) -> World:
    return world.build(session)


def asked_by_a_stranger(session: Session, people: World) -> tuple[int, int]:
    """Somebody types the address of a person who has left into the sign-up form; nobody confirms."""
    gone, news = people.people["gone"], people.lists["news"]
    subscriptions.request(session, contact_id=gone, list_id=news, text_shown=AGREED, source="page", ip="192.0.2.1",
                          zone="Europe/Berlin", now=NOW)  # fmt: skip
    return gone, news


def state(session: Session, contact_id: int, list_id: int) -> str | None:
    return session.scalar(
        select(Subscription.state).where(Subscription.contact_id == contact_id, Subscription.list_id == list_id)
    )


def test_a_sign_up_by_a_stranger_lets_no_import_bring_back_who_has_left(session: Session, people: World) -> None:
    gone, news = asked_by_a_stranger(session, people)
    granted = bulk.grant_imported(session, contact_ids=[gone], list_id=news, proof="fair", source="f.csv", now=NOW)
    assert (granted.subscribed, granted.kept_unsubscribed) == (frozenset(), {gone})
    with pytest.raises(Conflict, match="has unsubscribed"):
        subscriptions.grant_by_hand(session, contact_id=gone, list_id=news, text_shown=AGREED, source="tel", now=NOW)
    assert state(session, gone, news) == "pending"


def test_a_sign_up_nobody_confirmed_leaves_who_has_left_unsubscribed(session: Session, people: World) -> None:
    gone, news = asked_by_a_stranger(session, people)
    later = NOW + timedelta(days=29)
    bulk.forget_unconfirmed(session, later)
    assert state(session, gone, news) == "unsubscribed"
    granted = bulk.grant_imported(session, contact_ids=[gone], list_id=news, proof="fair", source="f.csv", now=later)
    assert granted.kept_unsubscribed == {gone}


def test_who_signs_up_again_and_confirms_is_subscribed_again(session: Session, people: World) -> None:
    gone, news = asked_by_a_stranger(session, people)
    subscriptions.confirm(session, contact_id=gone, list_id=news, ip="192.0.2.1", now=NOW)
    granted = bulk.grant_imported(session, contact_ids=[gone], list_id=news, proof="fair", source="f.csv", now=NOW)
    assert granted.already == {gone}
    assert state(session, gone, news) == "confirmed"


@pytest.fixture
def open_session(any_house: House) -> Iterator[Session]:
    """A writing session in which there is a sender."""
    session = any_house.database.session(writing=True)
    senders.create(session, name="Büro Weiß", address="post@weiss.example")
    yield session
    session.rollback()
    session.close()


def test_a_stranger_gets_at_most_three_confirmations_a_day_whoever_asks(
    any_house: House, open_session: Session
) -> None:
    keys = [lists.create(open_session, name=f"News {number}", language="en").key for number in range(4)]
    start = clock.now()
    for minutes in range(0, 600, 20):
        form = signup.SignUp(list_key=keys[minutes // 20 % 4], email="zoe@example.de", first_name="", last_name="",
                             text_shown=AGREED, source="https://weiss.example", ip=f"192.0.2.{minutes // 20}",
                             zone="Europe/Berlin")  # fmt: skip
        signup.request(open_session, any_house, form, start + timedelta(minutes=minutes))
    mails = select(func.count()).select_from(Delivery).join(Contact, Contact.id == Delivery.contact_id)
    assert open_session.scalar(mails.where(Contact.email_key == "zoe@example.de")) == 3


def test_a_confirmation_names_no_address_that_came_with_the_request(any_house: House, open_session: Session) -> None:
    """Else the form would be a tool to send strangers any link, in our name."""
    key = lists.create(open_session, name="News", language="en").key
    form = signup.SignUp(list_key=key, email="zoe@example.de", first_name="Buy now", last_name="", text_shown=AGREED,
                         source="https://casino.example/win", ip="192.0.2.1", zone="Europe/Berlin")  # fmt: skip
    signup.request(open_session, any_house, form, clock.now())
    raw = open_session.scalar(select(Delivery.message)) or b""
    assert b"casino" not in raw
    assert b"Buy now" not in raw
    assert open_session.scalar(select(Subscription.source)) == "https://casino.example/win"
