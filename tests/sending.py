"""A small world for the tests of sending: an organisation, a sender, a list, people who agreed to it, a newsletter."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import Row, func, insert, select
from sqlalchemy.orm import Session

from campaigns import dispatch, newsletters
from campaigns.rows import Campaign
from outreach import clock, organisation, senders
from outreach.consent.rows import Consent, MailingList, Subscription
from outreach.contacts import Contact, address_hash
from outreach.db import Database
from outreach.house import House
from outreach.mail.message import Mail
from outreach.mail.rows import Delivery
from outreach.mail.send import Sending
from tests.conftest import make_house

BODY = (
    "<p>{{ greeting | default('Guten Tag') }}</p><p>Neues aus dem Büro: <a href='https://example.de/neues'>mehr</a></p>"
)


def mail(to: str = "anna@example.org", **more: Any) -> Mail:
    """A one-off mail."""
    given: dict[str, Any] = {
        "from_name": "Büro Sommer", "from_address": "post@sommer.example", "reply_to": "", "to_name": "Anna Köhler",
        "to_address": to, "subject": "Grüße", "text": "Guten Tag", "html": None,
    }  # fmt: skip
    return Mail(**{**given, **more})


def prepared(session: Session, people: int, **sender: Any) -> tuple[int, int]:
    """An organisation with an imprint, a sender, a list with so many people; gives the ids of sender and list."""
    own = organisation.get(session)
    own.name, own.street, own.postcode, own.city, own.email = (
        "Büro Sommer",
        "Am Wall 1",
        "28195",
        "Bremen",
        "post@sommer.example",
    )
    made = senders.create(session, name="Büro Sommer", address="post@sommer.example", **sender)
    topic = MailingList(key="neues", name="Neues", description="", is_public=True, language="de")
    session.add(topic)
    session.flush()
    agree(session, topic.id, [f"person{number}@example.org" for number in range(people)])
    return made.id, topic.id


def agree(session: Session, list_id: int, addresses: list[str]) -> list[int]:
    """New contacts with these addresses, all with a proof of consent to the list; gives their ids."""
    if not addresses:
        return []
    now = clock.now()
    session.execute(insert(Contact), [
        {"first_name": "Anna", "last_name": f"Köhler {n}", "email": a, "email_key": a, "address_hash": address_hash(a)}
        for n, a in enumerate(addresses)
    ])  # fmt: skip
    ids = list(session.scalars(select(Contact.id).where(Contact.email.in_(addresses)).order_by(Contact.id)))
    session.execute(insert(Consent), [
        {"contact_id": number, "list_id": list_id, "how": "by_hand", "text_shown": "ja", "source": "Test", "zone": "UTC",
         "granted_at": now} for number in ids
    ])  # fmt: skip
    of_list = select(Consent.id, Consent.contact_id).where(Consent.list_id == list_id, Consent.contact_id.in_(ids))
    session.execute(insert(Subscription), [
        {"list_id": list_id, "contact_id": contact_id, "state": "confirmed", "consent_id": consent_id}
        for consent_id, contact_id in session.execute(of_list).all()
    ])  # fmt: skip
    return ids


def newsletter(session: Session, sender_id: int, list_id: int, **more: Any) -> Campaign:
    """A draft ready to be sent to the list."""
    given = {"name": "März", "subject": "Neues im März", "format": "html", "body": BODY}
    return newsletters.create(session, **{**given, "sender_id": sender_id, "list_id": list_id, **more})


def house_at(database: Database, folder: Path, url: str, **settings: Any) -> House:
    """An installation that sends to this server; close() it."""
    return make_house(database, folder, smtp_url=url, **settings)


def begun(house: House, people: int, **sender: Any) -> int:
    """A newsletter to so many people, its audience frozen, nothing sent yet."""
    with house.database.writing() as session:
        campaign_id = newsletter(session, *prepared(session, people, **sender)).id
        newsletters.send_now(session, campaign_id)
    dispatch.fan_out(house, campaign_id)
    return campaign_id


def close(house: House) -> None:
    """Let go of everything this process holds to send."""
    Sending.of(house).close()


def states(house: House, campaign_id: int | None = None) -> dict[str, int]:
    """How many deliveries there are in each state."""
    with house.database.reading() as session:
        query = select(Delivery.state, func.count()).group_by(Delivery.state)
        if campaign_id is not None:
            query = query.where(Delivery.campaign_id == campaign_id)
        return {row[0]: row[1] for row in session.execute(query)}


def delivery(house: House, delivery_id: int) -> Row[Any]:
    """One delivery as it is now."""
    with house.database.reading() as session:
        return session.execute(select(*Delivery.__table__.c).where(Delivery.id == delivery_id)).one()


def wait_until(condition: Callable[[], bool], *, seconds: float = 20) -> None:
    """Return once it is so; fails when it takes too long."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not become so in time"
        time.sleep(0.02)
