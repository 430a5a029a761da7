"""The morning digest: once a workday at the chosen time, with the full letters, and never empty."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from outreach import digest, senders
from outreach.contacts import Contact
from outreach.house import House
from outreach.mail.rows import Delivery
from outreach.mailboxes import store as mailboxes
from outreach.users import User
from tests import world
from tests.store.test_drafts import proposed
from tests.world import World

#: a Tuesday, half past seven in Berlin
MORNING = datetime(2026, 9, 15, 5, 30, tzinfo=UTC)


@pytest.fixture
def small(session: Session, any_house: House) -> World:
    made = world.build(session)
    session.execute(update(Contact).values(due_on=None))
    session.execute(update(User).where(User.id != made.owner).values(digest_at=""))
    sender = senders.create(session, name="Katharina Weiß", address="katharina@weiss-beratung.example")
    mailboxes.save(session, any_house.vault, sender.id, region="DE-BW")
    return made


def mails(session: Session) -> list[Delivery]:
    return list(session.scalars(select(Delivery).where(Delivery.kind == "system")))


def test_it_comes_once_with_the_full_letter_and_links_that_only_open_pages(
    session: Session, any_house: House, small: World
) -> None:
    draft = proposed(session, small)
    assert digest.send_due(session, any_house, now=MORNING) == 1
    assert digest.send_due(session, any_house, now=MORNING + timedelta(minutes=1)) == 0
    (delivery,) = mails(session)
    message = message_from_bytes(delivery.message or b"", policy=policy.default)
    text = message.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert draft.text.split("\n\n")[1][:60] in " ".join(text.replace("> ", "").split())
    assert f"https://news.example.de/queue/{draft.id}" in text
    assert "approve" not in [part for part in text.split() if part.startswith("http")]
    assert delivery.address == "katharina@weiss-beratung.example"


def test_nothing_comes_when_there_is_nothing(session: Session, any_house: House, small: World) -> None:
    assert digest.send_due(session, any_house, now=MORNING) == 0
    assert mails(session) == []


@pytest.mark.parametrize(
    "moment",
    [
        MORNING - timedelta(minutes=1),  # before the time
        MORNING + timedelta(hours=4),  # the morning is over
        MORNING + timedelta(days=4),  # a Saturday
        datetime(2026, 1, 6, 6, 30, tzinfo=UTC),  # Epiphany is a holiday in Baden-Württemberg
    ],
)
def test_it_comes_only_on_the_morning_of_a_workday(
    session: Session, any_house: House, small: World, moment: datetime
) -> None:
    proposed(session, small)
    assert digest.send_due(session, any_house, now=moment) == 0


def test_whoever_switched_it_off_gets_none(session: Session, any_house: House, small: World) -> None:
    proposed(session, small)
    session.execute(update(User).values(digest_at=""))
    session.expire_all()
    assert digest.send_due(session, any_house, now=MORNING) == 0
