"""The card gathered: lights, what next, value explained, a constant number of statements; saving and taking back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from outreach import cards, clock, companies, contacts, dates, facts, journal, salutation, senders, tasks, valuation
from outreach.cards import Card, Moved
from outreach.care.rows import Complaint, ProgrammeStep, Referral
from outreach.consent import permissions, subscriptions
from outreach.consent.rows import Subscription
from outreach.contacts import channels
from outreach.db import Base
from outreach.errors import Conflict, NotFound
from outreach.history import store as history
from outreach.history.rows import Touchpoint
from outreach.house import House
from outreach.journal import Tracked
from outreach.web import changes
from outreach.web.change_words import FIELDS, TABLES
from tests import world

TODAY = date(2026, 9, 15)
NOW = datetime(2026, 9, 15, 12, tzinfo=UTC)


@pytest.fixture
def people(session: Session) -> world.World:
    return world.build(session)


def _card(session: Session, contact_id: int) -> Card:
    found = cards.get(session, contact_id, today=TODAY, now=NOW)
    assert isinstance(found, Card)
    return found


def _step(session: Session, contact_id: int) -> str:
    step = _card(session, contact_id).step
    return step.key if step is not None else ""


@contextmanager
def _statements(session: Session) -> Iterator[list[str]]:
    """What is asked of the database meanwhile."""
    asked: list[str] = []
    engine = session.get_bind().engine

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        asked.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(engine, "before_cursor_execute", note)


def test_an_empty_card_says_what_is_missing(session: Session, people: world.World) -> None:
    card = _card(session, people.people["no_name"])
    assert isinstance(card.greeting, salutation.Refused)
    assert card.due is None
    assert card.facts.count == 0
    assert [one.colour for one in card.lights] == ["red", "red", "red"]
    assert card.timeline.items == []


def test_a_greeting_stands_on_the_card_as_it_will_be_written(session: Session, people: world.World) -> None:
    assert str(_card(session, people.people["doctor"]).greeting) == "Sehr geehrter Herr Dr. Größmann"


def test_the_lights_follow_what_was_bought_and_said(session: Session, people: world.World) -> None:
    anna = people.people["anna"]
    assert [one.colour for one in _card(session, anna).lights] == ["red", "red", "red"]
    contacts.update(session, anna, phone="0221 1")
    history.add(session, contact_id=anna, kind="order", amount=100, at=NOW - timedelta(days=3))
    channels.set_postal(session, company_id=people.companies["mueller"], street="Deich 1", city="Köln")
    assert [one.colour for one in _card(session, anna).lights] == ["yellow", "green", "green"]
    permissions.record(session, anna, channel="mail", what="agreed", source="telephone", at=NOW)
    permissions.record(session, anna, channel="letter", what="objected", source="telephone", at=NOW)
    assert [one.colour for one in _card(session, anna).lights] == ["green", "green", "red"]


def test_what_is_owed_comes_before_every_other_step(session: Session, people: world.World) -> None:
    anna = people.people["anna"]
    contacts.update(session, anna, stage_by_hand=False)
    history.add(session, contact_id=anna, kind="call", at=NOW - timedelta(days=1))
    assert _step(session, anna) == "prospect"
    wish = facts.add(session, contact_id=anna, kind="wish", text="Schulung")
    assert _step(session, anna) == "open_wish"
    referral = Referral(referrer_id=anna, name="Jan", referred_on=TODAY)
    session.add(referral)
    session.flush()
    assert _step(session, anna) == "thanks_owed"
    promise = facts.add(session, contact_id=anna, kind="promise", text="Muster", noted_on=date(2026, 9, 1),
                        valid_until=TODAY)  # fmt: skip
    assert _step(session, anna) == "promise_due"
    complaint = Complaint(contact_id=anna, text="falsche Rechnung", reported_at=NOW)
    session.add(complaint)
    session.flush()
    assert _step(session, anna) == "open_complaint"
    complaint.closed_at = referral.thanked_at = NOW
    facts.close(session, promise.id)
    facts.close(session, wish.id)
    assert _step(session, anna) == "prospect"


def test_a_promise_that_is_a_task_is_due_on_its_day(session: Session, people: world.World) -> None:
    anna = people.people["anna"]
    tasks.add(session, contact_id=anna, text="Muster schicken", kind="promise", due_on=TODAY)
    assert _step(session, anna) == "promise_due"


def test_a_promise_past_its_day_is_not_folded_away(session: Session, people: world.World) -> None:
    anna = people.people["anna"]
    old = {"noted_on": date(2026, 1, 1), "valid_until": date(2026, 2, 1)}
    facts.add(session, contact_id=anna, kind="promise", text="Muster", **old)  # type: ignore[arg-type]
    facts.add(session, contact_id=anna, kind="topic", text="Messe", **old)  # type: ignore[arg-type]
    found = _card(session, anna).facts
    assert list(found.open) == ["promise"]
    assert [one.kind for one in found.over] == ["topic"]


def test_who_was_asked_for_a_referral_gets_a_treat(session: Session, people: world.World) -> None:
    anna = people.people["anna"]  # a regular customer
    history.add(session, contact_id=anna, kind="call", at=NOW - timedelta(days=1))
    assert _step(session, anna) == "regular"
    session.add(ProgrammeStep(contact_id=anna, step="activate"))
    session.flush()
    assert _step(session, anna) == "treat"


def test_after_a_death_nothing_is_next_and_every_light_is_red(session: Session, people: world.World) -> None:
    anna = people.people["anna"]
    contacts.update(session, anna, deceased=True, phone="0221 1")
    card = _card(session, anna)
    assert card.step is None
    assert {one.colour for one in card.lights} == {"red"}


def test_value_is_explained_with_the_share_of_all(session: Session, people: world.World) -> None:
    now = clock.now()
    for name, cents in (("anna", 800_000), ("doctor", 150_000), ("double", 50_000)):
        history.add(session, contact_id=people.people[name], kind="order", amount=cents, text="x", at=now)
    valuation.recompute(session, now)
    said = _card(session, people.people["doctor"]).value
    assert said.values["rank"] == 2
    assert said.values["customers"] == 3
    assert said.values["share_percent"] == 95


def test_the_number_of_statements_does_not_grow_with_the_card(session: Session, people: world.World) -> None:
    anna = people.people["anna"]
    session.flush()
    with _statements(session) as few:
        _card(session, anna)
    for n in range(40):
        session.add(Touchpoint(contact_id=anna, kind="note", at=NOW - timedelta(hours=n), text=str(n)))
        facts.add(session, contact_id=anna, kind="topic", text=str(n))
        tasks.add(session, contact_id=anna, text=str(n))
        channels.add(session, anna, kind="phone", value=f"0221 {1000 + n}")
        permissions.record(session, anna, channel="phone", what="agreed", source=str(n))
        dates.put(session, contact_id=anna, kind="other", label=str(n), month=5, day=3)
    session.flush()
    with _statements(session) as many:
        assert len(_card(session, anna).timeline.items) == 30
    assert len(many) == len(few) <= 24


def test_a_merged_contact_says_where_it_went_and_an_erased_one_is_gone(session: Session, people: world.World) -> None:
    gone = contacts.get(session, people.people["anna_two"])
    gone.gone, gone.merged_into_id = "merged", people.people["anna"]
    session.flush()
    assert cards.get(session, gone.id, today=TODAY, now=NOW) == Moved(people.people["anna"])
    gone.gone, gone.merged_into_id = "erased", None
    session.flush()
    with pytest.raises(NotFound):
        cards.get(session, gone.id, today=TODAY, now=NOW)


def test_a_company_adds_up_everybody_and_itself(session: Session, people: world.World) -> None:
    firm, anna = people.companies["mueller"], people.people["anna"]
    now = clock.now()
    history.add(session, contact_id=anna, kind="order", amount=1000, text="x", at=now)
    history.add(session, contact_id=anna, kind="call", at=now)
    history.add(session, company_id=firm, kind="order", amount=500, text="x", at=now)
    history.add(session, company_id=firm, kind="order", amount=70, text="x", at=now - timedelta(days=500))
    card = cards.company(session, firm, today=now.date(), now=now)
    assert (card.sums.turnover_12, card.sums.turnover_before, card.sums.people) == (1500, 70, 1)
    assert card.sums.last_contact_at is not None
    assert len(card.timeline.items) == 4
    empty = companies.create(session, name="Leer KG")
    assert cards.company(session, empty.id, today=TODAY, now=NOW).sums.turnover_12 == 0


# ── saving and taking back ─────────────────────────────────────────────────────


def test_another_address_is_asked_again_and_another_city_is_not(any_house: House) -> None:
    with any_house.database.writing() as session:
        people = world.build(session)
        senders.create(session, name="K", address="k@weiss.example")
        anna = people.people["anna"]
        assert cards.save(session, any_house, anna, now=NOW, city="Bonn").asked_again == ()
        assert cards.save(session, any_house, anna, now=NOW, email="ANNA@mueller.example").asked_again == ()
        saved = cards.save(session, any_house, anna, now=NOW, email="neu@mueller.example")
        assert list(saved.asked_again) == ["Neuigkeiten"]
        assert saved.email == "neu@mueller.example"


def test_an_address_taken_back_is_asked_too(any_house: House) -> None:
    with any_house.database.writing() as session:
        anna = world.build(session).people["anna"]
    with any_house.database.writing() as session:
        cards.save(session, any_house, anna, now=NOW, email="neu@mueller.example")
        changed = journal.last_set(session)
        assert changed is not None
    with any_house.database.writing() as session:
        cards.undo(session, any_house, changed, now=NOW)
        assert contacts.get(session, anna).email == "anna@mueller.example"
        states = [row.state for row in session.query(Subscription).filter_by(contact_id=anna)]
        assert states == ["pending"]  # what was proven for an address in between is proven no more


def test_undo_lets_the_value_follow_and_works_once(any_house: House) -> None:
    with any_house.database.writing() as session:
        anna = world.build(session).people["anna"]
    with any_house.database.writing() as session:
        history.add(session, contact_id=anna, kind="order", amount=1000, text="x")
        number = journal.last_set(session)
        assert number is not None
    with any_house.database.writing() as session:
        assert contacts.get(session, anna).turnover_12 == 1000
        assert cards.undo(session, any_house, number, now=clock.now()).restored == 1
        assert contacts.get(session, anna).turnover_12 == 0
        with pytest.raises(Conflict):
            cards.undo(session, any_house, number, now=clock.now())


def test_an_import_is_not_taken_back_from_a_card(any_house: House) -> None:
    with any_house.database.writing() as session:
        number = journal.begin(session, "import", origin_id=7)
        with pytest.raises(Conflict):
            cards.undo(session, any_house, number, now=NOW)
        with pytest.raises(NotFound):
            cards.undo(session, any_house, 999_999, now=NOW)


def test_a_history_is_told_in_names(session: Session, people: world.World) -> None:
    anna = people.people["anna"]
    contacts.update(session, anna, owner_id=people.assistant, company_id=people.companies["nordlicht"])
    names = cards.named(session, journal.history(session, contact_id=anna).rows)
    assert names.of("owner_id", people.assistant) == "Jonas Öztürk"
    assert names.of("company_id", people.companies["nordlicht"]) == "Nordlicht Medien AG"
    assert names.of("cadence_ideal", 7) is None


def test_everything_a_history_can_show_has_a_word() -> None:
    whose = {"contact_id", "company_id", "referrer_id"}
    for mapper in Base.registry.mappers:
        columns = {column.name for column in mapper.local_table.columns}
        name = mapper.local_table.name  # type: ignore[attr-defined]
        if not issubclass(mapper.class_, Tracked) or not (columns & whose or name in ("contacts", "companies")):
            continue
        assert name in TABLES
        hidden = changes.DULL | mapper.class_.UNTRACKED | {"custom"}
        assert not columns - hidden - FIELDS.keys(), name


def test_subscribing_is_shown_with_its_proof(session: Session, people: world.World) -> None:
    card = _card(session, people.people["anna"])
    assert [(one.list_name, one.state, one.how) for one in card.subscriptions] == [
        ("Neuigkeiten", "confirmed", "double_opt_in")
    ]
    subscriptions.set_measuring(
        session, contact_id=people.people["anna"], agreed=False, text_shown="", source="x", ip="", now=NOW
    )
    assert _card(session, people.people["anna"]).history[-1].what == "measuring_withdrawn"
