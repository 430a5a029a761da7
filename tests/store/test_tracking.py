"""Opens and clicks: counted when they come, judged by who made them, settled into firsts."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from campaigns.rows import Campaign
from outreach import tracking
from outreach.errors import BadToken
from outreach.house import House
from outreach.mail.rows import Delivery
from outreach.tracking import Request
from outreach.tracking.rows import AnonymousHit, Hit, Link

NOW = datetime(2026, 11, 21, 9, 0, 0, tzinfo=UTC)
SENT = NOW - timedelta(hours=2)
PERSON = Request("GET", "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "192.0.2.1")
ROBOT = Request("GET", "curl/8.5", "192.0.2.1")


@pytest.fixture
def known(any_house: House) -> Iterator[Session]:
    """Delivery 1 of campaign 1 with three links, sent two hours ago."""
    session = any_house.database.session(writing=True)
    session.add(Campaign(id=1, name="n", subject="s", format="html", body="b", state="sent", audience=1))
    session.flush()
    session.add(
        Delivery(
            id=1, kind="test", campaign_id=1, address="a@example.de", address_hash=b"x" * 32, state="sent", sent_at=SENT
        )
    )
    session.add_all(Link(id=number, campaign_id=1, url=f"https://ziel.example/{number}") for number in (1, 2, 3))
    session.flush()
    yield session
    session.rollback()
    session.close()


def opened(session: Session, house: House, request: Request = PERSON, now: datetime = NOW) -> None:
    tracking.take_open(session, house.sealer, house.sealer.seal("open", 1), request, now)


def clicked(session: Session, house: House, link: int, now: datetime = NOW, request: Request = PERSON) -> str:
    return tracking.take_click(session, house.sealer, house.sealer.seal("click", 1, link), request, now)


def test_a_pixel_asked_again_and_again_is_one_row(any_house: House, known: Session) -> None:
    for second in range(200):
        opened(known, any_house, now=NOW + timedelta(seconds=second))
    hit = known.scalars(select(Hit)).one()
    assert (hit.count, hit.verdict, hit.first_at, hit.last_at) == (200, "person", NOW, NOW + timedelta(seconds=199))


def test_each_verdict_is_kept_apart(any_house: House, known: Session) -> None:
    opened(known, any_house)
    opened(known, any_house, ROBOT)
    assert sorted(known.scalars(select(Hit.verdict))) == ["person", "scanner"]


def test_a_click_leads_to_the_link_of_the_newsletter(any_house: House, known: Session) -> None:
    assert clicked(known, any_house, 2) == "https://ziel.example/2"


def test_the_first_open_and_click_by_a_person_are_noted(any_house: House, known: Session) -> None:
    opened(known, any_house, ROBOT, NOW)
    opened(known, any_house, PERSON, NOW + timedelta(minutes=1))
    clicked(known, any_house, 1, NOW + timedelta(minutes=2))
    for _ in range(2):
        tracking.settle(known, NOW + timedelta(minutes=3))
    known.expire_all()
    delivery = known.get_one(Delivery, 1)
    assert (delivery.opened_at, delivery.clicked_at) == (NOW + timedelta(minutes=1), NOW + timedelta(minutes=2))


def test_three_links_in_two_seconds_become_a_scanners(any_house: House, known: Session) -> None:
    for number in (1, 2, 3):
        clicked(known, any_house, number, NOW + timedelta(milliseconds=400 * number))
    tracking.settle(known, NOW + timedelta(seconds=10))
    known.expire_all()
    assert set(known.scalars(select(Hit.verdict))) == {"scanner"}
    assert known.get_one(Delivery, 1).clicked_at is None


def test_anonymous_hits_hold_no_person(any_house: House, known: Session) -> None:
    for _ in range(3):
        tracking.take_open(known, any_house.sealer, any_house.sealer.seal("open-anonymous", 1), PERSON, NOW)
    tracking.take_click(known, any_house.sealer, any_house.sealer.seal("click-anonymous", 1, 2), PERSON, NOW)
    rows = {(row.link_id, row.count) for row in known.scalars(select(AnonymousHit))}
    assert rows == {(0, 3), (2, 1)}
    assert known.scalars(select(Hit)).all() == []


def test_wrong_tokens_count_nothing(any_house: House, known: Session) -> None:
    for token in ("", "nonsense", any_house.sealer.seal("unsubscribe", 1), any_house.sealer.seal("mail", 1)):
        with pytest.raises(BadToken):
            tracking.take_open(known, any_house.sealer, token, PERSON, NOW)
        with pytest.raises(BadToken):
            tracking.take_click(known, any_house.sealer, token, PERSON, NOW)
    assert known.scalars(select(Hit)).all() == []


def test_neither_address_nor_browser_is_kept(any_house: House, known: Session) -> None:
    opened(known, any_house)
    columns = {
        name
        for table in ("hits", "anonymous_hits")
        for name in tuple(known.execute(text(f"SELECT * FROM {table}")).keys())
    }
    assert columns == {
        "delivery_id",
        "link_id",
        "verdict",
        "campaign_id",
        "first_at",
        "last_at",
        "count",
        "hour",
        "is_settled",
    }


def test_hits_of_a_night_without_workers_are_settled_in_the_morning(any_house: House, known: Session) -> None:
    opened(known, any_house, now=NOW)
    clicked(known, any_house, 1, NOW)
    assert tracking.settle(known, NOW + timedelta(hours=9)) == 1
    assert tracking.settle(known, NOW + timedelta(hours=9)) == 0
    known.expire_all()
    assert known.get_one(Delivery, 1).opened_at == known.get_one(Delivery, 1).clicked_at == NOW


def test_one_commit_serves_all_who_wait_and_every_hit_counts(any_house: House) -> None:
    with any_house.database.writing() as session:
        session.add(Campaign(id=1, name="n", subject="s", format="html", body="b", state="sent", audience=1))
        session.flush()
        session.add_all(Delivery(id=number, kind="test", campaign_id=1, address="a@example.de", address_hash=b"x" * 32, state="sent",
                                 sent_at=SENT) for number in range(1, 6))  # fmt: skip
    counter = tracking.Counter(any_house.database, any_house.sealer)

    def read(number: int) -> None:
        for delivery_id in range(1, 6):
            counter.take(tracking.Seen("open", any_house.sealer.seal("open", delivery_id), PERSON, NOW))
        with pytest.raises(BadToken):
            counter.take(tracking.Seen("click", "nonsense", PERSON, NOW))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(read, range(40)))
    with any_house.database.reading() as session:
        assert sorted(session.scalars(select(Hit.count))) == [40] * 5
