"""Sign-up with double opt-in, leaving, preferences: through the functions the public pages call."""

from __future__ import annotations

import email
import email.policy
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from outreach import clock, contacts, senders, signup
from outreach.consent import bulk, lists, subscriptions, suppression
from outreach.consent.rows import Consent, ConsentEvent, Subscription
from outreach.contacts import Contact
from outreach.errors import BadToken, Invalid, NotFound
from outreach.house import House
from outreach.mail.rows import Delivery

AGREED = "Yes, send me “News” by mail."


@pytest.fixture
def open_session(any_house: House) -> Iterator[Session]:
    """A writing session in which there is a sender and a public list with the key `news`."""
    session = any_house.database.session(writing=True)
    senders.create(session, name="Büro Weiß", address="post@weiss.example")
    lists.create(session, name="News", language="en")
    yield session
    session.rollback()
    session.close()


def form(email: str = "zoe@example.de", key: str = "news") -> signup.SignUp:
    return signup.SignUp(list_key=key, email=email, first_name="Zoë", last_name="Öztürk", text_shown=AGREED,
                         source="https://weiss.example/news", ip="192.0.2.7", zone="Europe/Berlin")  # fmt: skip


def mails(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Delivery)) or 0


def signed_up(session: Session, house: House) -> str:
    signup.request(session, house, form(), clock.now())
    contact_id = session.scalar(select(Contact.id).where(Contact.email_key == "zoe@example.de"))
    list_id = lists.by_key(session, "news").id
    return signup.confirm_token(session, house, contact_id or 0, list_id)


def test_a_sign_up_waits_for_its_confirmation_and_has_no_consent(any_house: House, open_session: Session) -> None:
    signed_up(open_session, any_house)
    row = open_session.scalars(select(Subscription)).one()
    assert (row.state, row.text_shown, row.requested_ip) == ("pending", AGREED, "192.0.2.7")
    assert open_session.scalars(select(Consent)).all() == []
    confirmation = open_session.scalars(select(Delivery)).one()
    assert (confirmation.kind, confirmation.address) == ("confirm", "zoe@example.de")


def test_the_confirmation_completes_the_proof_and_a_second_click_changes_nothing(
    any_house: House, open_session: Session
) -> None:
    token = signed_up(open_session, any_house)
    for ip in ("192.0.2.8", "192.0.2.9"):
        signup.confirm(open_session, any_house, token, ip=ip, zone="Europe/Berlin", now=clock.now())
    consent = open_session.scalars(select(Consent)).one()
    assert (consent.how, consent.text_shown, consent.source) == ("double_opt_in", AGREED, "https://weiss.example/news")
    assert (consent.requested_ip, consent.confirmed_ip, consent.zone) == ("192.0.2.7", "192.0.2.8", "Europe/Berlin")
    assert open_session.scalars(select(ConsentEvent.what).order_by(ConsentEvent.id)).all() == ["requested", "confirmed"]


def test_nobody_is_flooded_with_confirmations(any_house: House, open_session: Session) -> None:
    for _ in range(5):
        signup.request(open_session, any_house, form(), clock.now())
    assert mails(open_session) == 1
    signup.request(open_session, any_house, form(), clock.now() + timedelta(minutes=11))
    assert mails(open_session) == 2


def test_whoever_is_subscribed_gets_no_second_confirmation(any_house: House, open_session: Session) -> None:
    token = signed_up(open_session, any_house)
    signup.confirm(open_session, any_house, token, ip="", zone="UTC", now=clock.now())
    signup.request(open_session, any_house, form("ZOE@example.de"), clock.now() + timedelta(days=1))
    assert mails(open_session) == 1
    assert open_session.scalars(select(Subscription.state)).one() == "confirmed"


def test_a_suppressed_address_gets_no_confirmation_and_the_answer_is_the_same(
    any_house: House, open_session: Session
) -> None:
    suppression.add(open_session, "zoe@example.de", "objection", "told us", now=clock.now())
    assert signup.request(open_session, any_house, form(), clock.now()).name == "News"
    assert mails(open_session) == 0


def test_bad_input_is_a_sentence(any_house: House, open_session: Session) -> None:
    for address in ("zoe", "zoe@", "a@b@c", "zoe@example.de\r\nBcc: all@example.de", ""):
        with pytest.raises(Invalid):
            signup.request(open_session, any_house, form(address), clock.now())
    with pytest.raises(NotFound):
        signup.request(open_session, any_house, form(key="nothing"), clock.now())
    for token in ("", "x", "A" * 40):
        with pytest.raises(BadToken):
            signup.confirm(open_session, any_house, token, ip="", zone="UTC", now=clock.now())


def test_an_unconfirmed_sign_up_vanishes_after_28_days(any_house: House, open_session: Session) -> None:
    token = signed_up(open_session, any_house)
    bulk.forget_unconfirmed(open_session, clock.now() + timedelta(days=27))
    assert open_session.scalars(select(Contact)).all() != []
    bulk.forget_unconfirmed(open_session, clock.now() + timedelta(days=29))
    open_session.expire_all()
    assert open_session.scalars(select(Subscription)).all() == []
    with pytest.raises(NotFound):
        signup.confirm(open_session, any_house, token, ip="", zone="UTC", now=clock.now())


def test_preferences_take_effect_at_once_and_leave_proof(any_house: House, open_session: Session) -> None:
    token = signed_up(open_session, any_house)
    signup.confirm(open_session, any_house, token, ip="", zone="UTC", now=clock.now())
    other = lists.create(open_session, name="Invitations", language="en")
    person = open_session.scalars(select(Contact)).one()
    preferences = any_house.sealer.seal("preferences", person.id)
    after = signup.change(open_session, any_house, preferences, list_ids={other.id}, measuring=True, measuring_text="Measure me",
                          source="preference page", ip="192.0.2.1", zone="Europe/Berlin", now=clock.now())  # fmt: skip
    assert {topic.name: topic.subscribed for topic in after.topics} == {"News": False, "Invitations": True}
    assert after.measuring_agreed
    assert "Measure me" in open_session.scalars(select(ConsentEvent.text_shown)).all()


def test_never_again_ends_everything(any_house: House, open_session: Session) -> None:
    token = signed_up(open_session, any_house)
    signup.confirm(open_session, any_house, token, ip="", zone="UTC", now=clock.now())
    person = open_session.scalars(select(Contact)).one()
    signup.never_again(open_session, any_house, any_house.sealer.seal("preferences", person.id), now=clock.now())
    open_session.expire_all()
    assert suppression.contains(open_session, "zoe@example.de")
    assert open_session.scalars(select(Consent.withdrawn_at)).one() is not None
    assert open_session.scalars(select(Subscription.state)).one() == "unsubscribed"


def test_a_private_list_takes_no_sign_ups(any_house: House, open_session: Session) -> None:
    lists.create(open_session, name="Inner circle", is_public=False)
    with pytest.raises(NotFound):
        signup.request(open_session, any_house, form(key="inner-circle"), clock.now())


def test_a_changed_address_has_to_confirm_what_a_click_proved(any_house: House, open_session: Session) -> None:
    token = signed_up(open_session, any_house)
    signup.confirm(open_session, any_house, token, ip="", zone="UTC", now=clock.now())
    contact_id = open_session.scalar(select(Contact.id)) or 0
    events = lists.create(open_session, name="Events").id
    subscriptions.grant_by_hand(
        open_session, contact_id=contact_id, list_id=events, text_shown="Yes.", source="fair", now=clock.now()
    )
    contacts.update(open_session, contact_id, email="zoe@neu.example")
    sent_before = mails(open_session)
    assert signup.address_changed(open_session, any_house, contact_id, now=clock.now()) == ["News"]
    states = dict(open_session.execute(select(Subscription.list_id, Subscription.state)).all())
    assert sorted(states.values()) == ["confirmed", "pending"]
    assert states[events] == "confirmed"
    assert mails(open_session) == sent_before + 1
    asked = open_session.scalars(select(Delivery).order_by(Delivery.id.desc())).first()
    assert asked is not None
    assert (asked.kind, asked.address) == ("confirm", "zoe@neu.example")
    said = email.message_from_bytes(asked.message or b"", policy=email.policy.default).get_body(("plain",))
    assert said is not None
    text = " ".join(said.get_content().split())
    assert "/sign-up/" not in text  # nobody asked there, so the mail must not say so
    assert "we have this one as your new address" in text
    with pytest.raises(NotFound):  # the link in the old mailbox proves nothing about the new one
        signup.confirm(open_session, any_house, token, ip="", zone="UTC", now=clock.now())
    fresh = signup.confirm_token(open_session, any_house, contact_id, lists.by_key(open_session, "news").id)
    signup.confirm(open_session, any_house, fresh, ip="", zone="UTC", now=clock.now())
    assert set(open_session.scalars(select(Subscription.state))) == {"confirmed"}
    what = open_session.scalars(select(ConsentEvent.what).order_by(ConsentEvent.id)).all()
    assert what == ["requested", "confirmed", "granted", "address_changed", "confirmed"]


def test_a_suppressed_new_address_is_not_asked(any_house: House, open_session: Session) -> None:
    token = signed_up(open_session, any_house)
    signup.confirm(open_session, any_house, token, ip="", zone="UTC", now=clock.now())
    contact_id = open_session.scalar(select(Contact.id)) or 0
    suppression.add(open_session, "zoe@neu.example", "objection")
    contacts.update(open_session, contact_id, email="zoe@neu.example")
    before = mails(open_session)
    signup.address_changed(open_session, any_house, contact_id, now=clock.now())
    assert mails(open_session) == before
    assert open_session.scalars(select(Subscription.state)).one() == "pending"
