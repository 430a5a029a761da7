"""The history: touchpoints, and the one timeline."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import insert
from sqlalchemy.orm import Session

from campaigns.rows import Campaign
from outreach import contacts, facts
from outreach.consent.rows import Consent
from outreach.errors import Conflict, Invalid, NotFound
from outreach.history import store as history
from outreach.history import timeline
from outreach.history.rows import Touchpoint
from outreach.mail.rows import Delivery
from tests import world
from tests.world import NOW, World


@pytest.fixture
def small(session: Session) -> World:
    return world.build(session)


def test_an_entry_resets_the_cadence_and_an_own_mail_does_not(session: Session, small: World) -> None:
    anna = small.people["anna"]
    history.add(session, contact_id=anna, kind="mail_out", text="Gruß", at=date(2026, 8, 1))
    assert contacts.get(session, anna).last_contact_at is None
    for kind, day in (("call", 1), ("meeting", 2), ("letter", 3), ("mail_in", 4)):
        history.add(session, contact_id=anna, kind=kind, text="x", at=date(2026, 9, day))
        assert contacts.get(session, anna).last_contact_at == datetime(2026, 9, day, 12, tzinfo=UTC)
    assert contacts.get(session, anna).due_on == date(2026, 9, 4) + timedelta(days=180)


def test_taking_an_entry_away_turns_the_cadence_back(session: Session, small: World) -> None:
    anna = small.people["anna"]
    history.add(session, contact_id=anna, kind="call", at=date(2026, 5, 1))
    late = history.add(session, contact_id=anna, kind="call", at=date(2026, 9, 1))
    history.remove(session, late.id)
    assert contacts.get(session, anna).last_contact_at == datetime(2026, 5, 1, 12, tzinfo=UTC)


def test_an_offer_is_open_until_it_is_won_or_lost_and_won_is_an_order(session: Session, small: World) -> None:
    anna = small.people["anna"]
    offer = history.add(session, contact_id=anna, kind="offer", text="Schulung", amount=420_000, at=date(2026, 9, 1))
    assert offer.state == "open"
    order = history.settle_offer(session, offer.id, won=True, user_id=small.owner, on=date(2026, 9, 10))
    assert (order.kind, order.amount, offer.state, offer.led_to_id) == ("order", 420_000, "won", order.id)
    with pytest.raises(Conflict):
        history.settle_offer(session, offer.id, won=False, user_id=small.owner, on=date(2026, 9, 10))


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"kind": "fax", "text": "x"}, "kind"),
        ({"kind": "note", "text": ""}, "text"),
        ({"kind": "call", "text": "x", "amount": 100}, "amount"),
        ({"kind": "offer", "text": "x", "amount": -100}, "amount"),
        ({"kind": "order", "text": "x", "amount": 10**12}, "amount"),
        ({"kind": "call", "text": "x", "at": date(1066, 10, 14)}, "at"),
        ({"kind": "note", "text": "x" * 20_001}, "text"),
    ],
)
def test_what_cannot_be_is_refused_with_the_field(session: Session, small: World, given: dict, field: str) -> None:  # type: ignore[type-arg]
    with pytest.raises(Invalid) as refused:
        history.add(session, contact_id=small.people["anna"], **given)
    assert refused.value.field == field


def test_nothing_is_noted_about_nobody(session: Session, small: World) -> None:
    with pytest.raises(NotFound):
        history.add(session, contact_id=4711, kind="call")
    with pytest.raises(Invalid):
        history.add(session, kind="call")


def _newsletter(session: Session, small: World, contact_id: int, at: datetime, number: int) -> None:
    campaign = Campaign(name=f"n{number}", subject="s", format="html", body="b", state="sent", audience=1)
    session.add(campaign)
    session.flush()
    consent = session.query(Consent).filter_by(contact_id=contact_id).first()
    assert consent is not None
    session.add(
        Delivery(kind="newsletter", campaign_id=campaign.id, contact_id=contact_id, consent_id=consent.id, address="a@x.example",
                 address_hash=b"x" * 32, state="sent", created_at=at, sent_at=at)
    )  # fmt: skip
    session.flush()


def test_the_timeline_is_endless_newest_first_and_every_entry_comes_once(session: Session, small: World) -> None:
    anna = small.people["anna"]
    same = datetime(2026, 9, 1, 12, tzinfo=UTC)  # many at one moment: the cursor must not lose any
    rows = [
        {"contact_id": anna, "kind": "note", "text": f"Nr. {n}", "at": same - timedelta(days=n // 7), "created_at": NOW,
         "source": "", "state": ""}
        for n in range(200)
    ]  # fmt: skip
    session.execute(insert(Touchpoint), rows)
    for number in range(12):
        _newsletter(session, small, anna, same - timedelta(days=number), number)
    seen, after = [], ""
    while True:
        page = timeline.of_contact(session, anna, after=after, limit=7)
        seen += [(item.kind, item.id) for item in page.items]
        moments = [item.at for item in page.items]
        assert moments == sorted(moments, reverse=True)
        after = page.after
        if not after:
            break
    assert len(seen) == len(set(seen)) == 212


def test_the_timeline_narrows_to_kinds(session: Session, small: World) -> None:
    anna = small.people["anna"]
    history.add(session, contact_id=anna, kind="call", text="a")
    history.add(session, contact_id=anna, kind="offer", text="b", amount=100)
    _newsletter(session, small, anna, NOW, 1)
    assert [item.kind for item in timeline.of_contact(session, anna, kinds=["offer"]).items] == ["offer"]
    assert [item.kind for item in timeline.of_contact(session, anna, kinds=["newsletter"]).items] == ["newsletter"]
    assert timeline.counts(session, anna) == {"call": 1, "offer": 1, "newsletter": 1}
    with pytest.raises(Invalid):
        timeline.of_contact(session, anna, kinds=["fax"])


@pytest.mark.parametrize("cursor", ["x", "12", "t", "1e9t4", "99999999999999999999999t1", "1t1; DROP TABLE"])
def test_a_cursor_that_is_none_is_refused(session: Session, small: World, cursor: str) -> None:
    with pytest.raises(Invalid):
        timeline.of_contact(session, small.people["anna"], after=cursor)


def test_a_company_shows_what_happened_with_its_people(session: Session, small: World) -> None:
    history.add(session, contact_id=small.people["anna"], kind="call", text="mit Anna", at=date(2026, 9, 1))
    history.add(session, company_id=small.companies["mueller"], kind="note", text="Umzug", at=date(2026, 9, 2))
    history.add(session, contact_id=small.people["anna_two"], kind="call", text="anderswo")
    shown = timeline.of_company(session, small.companies["mueller"]).items
    assert [(item.text, item.contact) for item in shown] == [("Umzug", ""), ("mit Anna", "Anna Müller")]


def test_a_wish_is_closed_by_an_offer_and_can_be_opened_again(session: Session, small: World) -> None:
    anna, today = small.people["anna"], date(2026, 9, 15)
    wish = facts.add(
        session, contact_id=anna, kind="wish", text="Schulung", noted_on=date(2026, 5, 3), source="Telefonat 3.5."
    )
    offer = history.add(session, contact_id=anna, kind="offer", text="Schulung", amount=100)
    facts.close(session, wish.id, by_touchpoint_id=offer.id)
    facts.close(session, wish.id)
    assert facts.of_contact(session, anna, today=today, only_open=True) == []
    assert facts.of_contact(session, anna, today=today)[0].closed_by_id == offer.id
    facts.reopen(session, wish.id)
    assert [one.text for one in facts.of_contact(session, anna, today=today, only_open=True)] == ["Schulung"]
    topic = facts.add(session, contact_id=anna, kind="topic", text="Segeln", noted_on=today)
    with pytest.raises(Invalid):
        facts.close(session, topic.id)


def test_a_fact_past_its_day_is_no_longer_open(session: Session, small: World) -> None:
    anna = small.people["anna"]
    facts.add(
        session, contact_id=anna, kind="project", text="Messe", noted_on=date(2026, 5, 1), valid_until=date(2026, 9, 14)
    )
    assert facts.of_contact(session, anna, today=date(2026, 9, 14), only_open=True)
    assert not facts.of_contact(session, anna, today=date(2026, 9, 15), only_open=True)
    with pytest.raises(Invalid):
        facts.add(
            session, contact_id=anna, kind="topic", text="x", noted_on=date(2026, 5, 1), valid_until=date(2026, 4, 1)
        )
