"""Care: complaints and their tasks, gifts and the tax line, referrals and thanks, special offers, the programme."""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from outreach import contacts, facts, journal, tasks
from outreach.care import complaints, gifts, programme, referrals, special_offers, todo
from outreach.care.rows import Complaint, Redemption
from outreach.db import Database
from outreach.errors import Conflict, Invalid, NotFound, OutreachError
from outreach.history import store as history
from outreach.history import timeline
from tests import world
from tests.world import World

#: a Tuesday
AT = datetime(2026, 9, 15, 8, 0, tzinfo=UTC)
TODAY = AT.date()


@pytest.fixture
def small(session: Session) -> World:
    return world.build(session)


def _open(session: Session, small: World) -> Complaint:
    return complaints.open(session, small.people["anna"], "Falsche Rechnung", AT, small.owner)


def _due(session: Session, contact_id: int) -> dict[str, date | None]:
    return {one.step: one.due_on for one in tasks.open_of(session, contact_id=contact_id)}


def test_a_complaint_stands_on_the_timeline_and_its_first_steps_are_tasks(session: Session, small: World) -> None:
    anna = small.people["anna"]
    _open(session, small)
    assert [one.kind for one in timeline.of_contact(session, anna).items] == ["complaint"]
    assert _due(session, anna) == {"heard": TODAY, "apology": TODAY, "solved": date(2026, 9, 18)}
    assert tasks.open_of(session, contact_id=anna)[0].text == "Heard: Falsche Rechnung"


def test_solved_plans_the_surprise_and_asking_again_and_asked_closes_it(session: Session, small: World) -> None:
    anna, made = small.people["anna"], _open(session, small)
    for step in ("heard", "apology"):
        assert complaints.done(session, made.id, step, AT)
    assert complaints.done(session, made.id, "solved", AT + timedelta(days=2), "Neue Rechnung geschickt")
    assert _due(session, anna) == {"surprise": date(2026, 9, 24), "asked": date(2026, 10, 1)}
    assert complaints.blocks_sales(session, anna)
    assert complaints.done(session, made.id, "asked", AT + timedelta(days=16), "Alles gut")
    assert not complaints.blocks_sales(session, anna)
    assert _due(session, anna) == {}
    assert made.outcome == "Neue Rechnung geschickt\nAlles gut"


def test_a_step_done_twice_is_done_once(session: Session, small: World) -> None:
    made = _open(session, small)
    assert complaints.done(session, made.id, "solved", AT)
    assert not complaints.done(session, made.id, "solved", AT + timedelta(days=5), "noch einmal")
    assert made.solved_at == AT
    assert made.outcome == ""
    assert len(tasks.of_origin(session, "complaint", made.id)) == 5


def test_nobody_is_asked_again_before_it_is_solved(session: Session, small: World) -> None:
    made = _open(session, small)
    with pytest.raises(Invalid):
        complaints.done(session, made.id, "asked", AT)
    with pytest.raises(Invalid):
        complaints.done(session, made.id, "forgotten", AT)
    with pytest.raises(NotFound):
        complaints.done(session, 999, "heard", AT)


def test_finishing_the_task_ticks_the_step_and_the_other_way_round(session: Session, small: World) -> None:
    anna, made = small.people["anna"], _open(session, small)
    task = next(one for one in tasks.open_of(session, contact_id=anna) if one.step == "heard")
    todo.finish(session, task.id, user_id=small.owner)
    todo.finish(session, task.id, user_id=small.owner)
    assert made.heard_at is not None
    todo.reopen(session, task.id)
    assert made.heard_at is None
    complaints.done(session, made.id, "heard", AT)
    assert tasks.get(session, task.id).done_at is not None


def test_taking_solved_back_lets_what_follows_wait(session: Session, small: World) -> None:
    anna, made = small.people["anna"], _open(session, small)
    complaints.done(session, made.id, "solved", AT)
    assert complaints.not_done(session, made.id, "solved")
    assert not complaints.not_done(session, made.id, "solved")
    assert set(_due(session, anna)) == {"heard", "apology", "solved"}


def test_a_closed_complaint_can_be_opened_again(session: Session, small: World) -> None:
    anna, made = small.people["anna"], _open(session, small)
    assert complaints.close(session, made.id, note="War keine")
    assert not complaints.close(session, made.id)
    assert _due(session, anna) == {}
    assert complaints.list_page(session, is_open=False).rows[0].next is None
    complaints.reopen(session, made.id)
    assert set(_due(session, anna)) == {"solved"}
    with pytest.raises(Conflict):
        complaints.reopen(session, made.id)


def test_open_complaints_are_listed_by_the_day_their_next_step_is_due(session: Session, small: World) -> None:
    late = complaints.open(session, small.people["doctor"], "Später", AT + timedelta(days=3), small.owner)
    first = _open(session, small)
    assert [one.id for one in complaints.list_page(session).rows] == [first.id, late.id]
    assert complaints.list_page(session).total == complaints.count_open(session) == 2
    assert complaints.blocking_sales(session, small.people.values()) == {small.people["anna"], small.people["doctor"]}
    upcoming = complaints.open_of(session, small.people["anna"])[0].next
    assert upcoming is not None
    assert (upcoming.key, upcoming.late(TODAY + timedelta(days=2))) == ("heard", 2)


def test_a_complaint_is_counted_by_the_day_of_the_persons_zone(session: Session, small: World) -> None:
    anna = small.people["anna"]
    complaints.open(session, anna, "x", datetime(2026, 9, 14, 22, 30, tzinfo=UTC), zone="Europe/Berlin")
    assert _due(session, anna)["heard"] == date(2026, 9, 15)


def test_opening_a_complaint_can_be_undone_as_a_whole(session: Session, small: World) -> None:
    session.commit()
    made = _open(session, small)
    set_id, number = journal.last_set(session), made.id
    assert set_id is not None
    session.commit()
    undone = journal.undo(session, set_id)
    assert not undone.kept
    assert session.get(Complaint, number) is None
    assert _due(session, small.people["anna"]) == {}
    assert timeline.of_contact(session, small.people["anna"]).items == []


def test_ideas_for_gifts_come_from_facts_until_they_are_used(session: Session, small: World) -> None:
    anna = small.people["anna"]
    wine = facts.add(session, contact_id=anna, kind="interest", text="Rotwein", noted_on=TODAY)
    facts.add(session, contact_id=anna, kind="taboo", text="Schokolade", noted_on=TODAY)
    assert [one.text for one in gifts.ideas(session, anna, today=TODAY)] == ["Rotwein"]
    idea = gifts.add_idea(session, anna, what="Wein vom Kaiserstuhl", amount=2000, fact_id=wine.id)
    assert gifts.ideas(session, anna, today=TODAY) == []
    given = gifts.give(session, anna, what=idea.what, amount=2000, on=TODAY, gift_id=idea.id)
    assert given.id == idea.id
    gifts.liked(session, given.id, True)
    item = timeline.of_contact(session, anna).items[0]
    assert (item.kind, item.amount, item.text) == ("gift", 2000, "Wein vom Kaiserstuhl")
    with pytest.raises(Conflict):
        gifts.give(session, anna, what="x", amount=1, on=TODAY, gift_id=idea.id)
    with pytest.raises(Conflict):
        gifts.drop(session, idea.id)


def test_the_tax_line_is_said_before_it_is_crossed(session: Session, small: World) -> None:
    anna = small.people["anna"]
    gifts.give(session, anna, what="Wein", amount=3000, on=date(2026, 1, 5))
    with pytest.raises(gifts.GiftTooDear) as refused:
        gifts.give(session, anna, what="Buch", amount=2001, on=date(2026, 12, 31))
    assert refused.value.values == {"given_cents": 5001, "limit_cents": 5000}
    gifts.give(session, anna, what="Buch", amount=2000, on=date(2026, 12, 31))
    gifts.give(session, anna, what="Karte", amount=100, on=date(2026, 12, 31), despite_line=True)
    gifts.give(session, anna, what="Neues Jahr", amount=5000, on=date(2027, 1, 1))
    assert gifts.year_of(session, anna, on=TODAY).given_cents == 5100
    line = gifts.list_year(session, on=TODAY).rows[0]
    assert (line.contact_id, line.gifts, line.is_over) == (anna, 3, True)


def test_a_gift_that_only_the_timeline_knows_counts_too(session: Session, small: World) -> None:
    anna = small.people["anna"]
    history.add(session, contact_id=anna, kind="gift", at=date(2026, 3, 1), text="Blumen", amount=2500)
    gifts.give(session, anna, what="Wein", amount=1500, on=TODAY)
    assert gifts.year_of(session, anna, on=TODAY).given_cents == 4000
    assert gifts.check(session, anna, amount=1000, on=TODAY).left_cents == 0


def test_who_brought_somebody_is_thanked_within_a_week(session: Session, small: World) -> None:
    anna, doctor = small.people["anna"], small.people["doctor"]
    made = referrals.add(session, anna, contact_id=doctor, on=TODAY, user_id=small.owner)
    assert tasks.open_of(session, contact_id=anna)[0].due_on == TODAY + timedelta(days=7)
    assert [one.contact_id for one in referrals.brought(session, anna)] == [doctor]
    assert [one.referrer_id for one in referrals.brought_by(session, doctor)] == [anna]
    with pytest.raises(Conflict):
        referrals.add(session, anna, contact_id=doctor, on=TODAY)
    assert len(referrals.owed(session)) == 1
    assert referrals.thanked(session, made.id, AT)
    assert not referrals.thanked(session, made.id, AT)
    assert referrals.owed(session) == []
    assert tasks.open_of(session, contact_id=anna) == []


def test_a_name_becomes_a_contact_later(session: Session, small: World) -> None:
    anna, doctor = small.people["anna"], small.people["doctor"]
    made = referrals.add(session, anna, name="Dr. Weiß aus Ulm", on=TODAY)
    with pytest.raises(Conflict):
        referrals.add(session, anna, name="dr. Weiß aus ulm", on=TODAY)
    with pytest.raises(Invalid):
        referrals.link(session, made.id, anna)
    referrals.link(session, made.id, doctor)
    assert referrals.brought(session, anna)[0].name.endswith(contacts.get(session, doctor).last_name)
    with pytest.raises(Conflict):
        referrals.link(session, made.id, doctor)


def test_nobody_brings_themselves_and_a_referral_needs_somebody(session: Session, small: World) -> None:
    anna = small.people["anna"]
    with pytest.raises(Invalid):
        referrals.add(session, anna, contact_id=anna, on=TODAY)
    with pytest.raises(Invalid):
        referrals.add(session, anna, name="  ", on=TODAY)


def test_a_referral_makes_a_regular_customer_an_advocate_at_once(session: Session, small: World) -> None:
    anna = small.people["anna"]
    contacts.update(session, anna, stage_by_hand=False)
    for day in (date(2025, 1, 10), date(2025, 9, 10), date(2026, 9, 1)):
        history.add(session, contact_id=anna, kind="order", at=day, text="Auftrag", amount=100_000)
    assert contacts.get(session, anna).stage == "regular"
    made = referrals.add(session, anna, name="Neu", on=TODAY)
    assert contacts.get(session, anna).stage == "advocate"
    referrals.remove(session, made.id)
    assert contacts.get(session, anna).stage == "regular"


def test_a_special_offer_is_used_once_per_contact_and_not_beyond_its_limit(session: Session, small: World) -> None:
    anna, doctor = small.people["anna"], small.people["doctor"]
    offer = special_offers.create(session, name="Frühling", code="frühling-26".replace("ü", "ue"), limit_count=1)
    assert offer.code == "FRUEHLING-26"
    first = special_offers.redeem(session, offer.id, anna, today=TODAY)
    assert special_offers.redeem(session, offer.id, anna, today=TODAY).id == first.id
    with pytest.raises(Conflict, match="used up"):
        special_offers.redeem(session, offer.id, doctor, today=TODAY)
    assert [one.contact_id for one in special_offers.uses(session, offer.id).rows] == [anna]
    assert special_offers.used_by(session, anna)[0].code == "FRUEHLING-26"
    assert special_offers.line(session, offer.id).left == 0
    special_offers.take_back(session, first.id)
    special_offers.redeem(session, offer.id, doctor, today=TODAY)


def test_an_offer_that_is_closed_over_or_for_others_is_refused_with_a_sentence(session: Session, small: World) -> None:
    anna = small.people["anna"]
    contacts.update(session, anna, tags=["VIP"])
    over = special_offers.create(session, name="Vorbei", ends_on=TODAY - timedelta(days=1))
    closed = special_offers.create(session, name="Zu")
    special_offers.close(session, closed.id)
    others = special_offers.create(session, name="Fans", for_whom="stage:fan")
    vip = special_offers.create(session, name="VIP", for_whom="tag:vip", ends_on=TODAY)
    for offer in (over, closed, others):
        with pytest.raises(Conflict):
            special_offers.redeem(session, offer.id, anna, today=TODAY)
    assert [one.id for one in special_offers.open_for(session, anna, today=TODAY)] == [vip.id]
    special_offers.redeem(session, vip.id, anna, today=TODAY)
    assert special_offers.people(session, "tag:VIP") == 1
    assert special_offers.open_for(session, anna, today=TODAY) == []


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "x", "code": "ä!"}, "code"),
        ({"name": "x", "limit_count": 0}, "limit_count"),
        ({"name": "x", "for_whom": "stage:king"}, "for_whom"),
    ],
)
def test_what_no_offer_can_be_is_refused_at_its_field(session: Session, given: dict[str, object], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        special_offers.create(session, **given)  # type: ignore[arg-type]
    assert refused.value.field == field


def test_a_code_is_given_once(session: Session) -> None:
    special_offers.create(session, name="Eins", code="HERBST")
    with pytest.raises(Conflict):
        special_offers.create(session, name="Zwei", code="herbst")


def test_the_limit_of_an_offer_holds_when_many_ask_at_once(database: Database) -> None:
    with database.writing() as session:
        offer = special_offers.create(session, name="Drei Plätze", limit_count=3).id
        people = [contacts.create(session, last_name=f"Kunde {n}").id for n in range(12)]
    start, refused = threading.Barrier(4), list[str]()

    def redeem(mine: list[int]) -> None:
        start.wait()
        for contact_id in mine:
            try:
                with database.writing() as session:
                    special_offers.redeem(session, offer, contact_id, today=TODAY)
            except OutreachError as error:
                refused.append(error.sentence)

    threads = [threading.Thread(target=redeem, args=(people[n::4],)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Redemption)) == 3
    assert len(refused) == 9


def test_two_who_tick_the_same_step_at_once_plan_the_surprise_once(database: Database) -> None:
    with database.writing() as session:
        anna = contacts.create(session, last_name="Adler").id
        number = complaints.open(session, anna, "x", AT).id
    start, done = threading.Barrier(2), list[bool]()

    def solve() -> None:
        start.wait()
        with database.writing() as session:
            done.append(complaints.done(session, number, "solved", AT))

    threads = [threading.Thread(target=solve) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(done) == [False, True]
    with database.reading() as session:
        assert len(tasks.of_origin(session, "complaint", number)) == 5


def test_the_programme_shows_what_the_file_hints_at_and_only_a_person_ticks(session: Session, small: World) -> None:
    anna = small.people["anna"]
    listed = programme.of_contact(session, anna, today=TODAY)
    assert [one.is_hinted for one in listed.ticks[:3]] == [True, False, False]
    assert listed.done == 0
    assert listed.next is not None
    assert listed.next.step.key == "reachable"
    assert listed.next.looks_done
    history.add(session, contact_id=anna, kind="call", at=TODAY)
    history.add(session, contact_id=anna, kind="order", at=TODAY, text="Auftrag", amount=1)
    programme.tick(session, anna, "reachable", note="Durchwahl bekannt")
    programme.tick(session, anna, "reachable", note="Durchwahl und Handy")
    listed = programme.of_contact(session, anna, today=TODAY)
    assert [one.is_hinted for one in listed.ticks[:3]] == [True, True, True]
    assert (listed.done, listed.ticks[0].note) == (1, "Durchwahl und Handy")
    assert listed.next is not None
    assert listed.next.step.key == "friendly"
    programme.untick(session, anna, "reachable")
    programme.untick(session, anna, "reachable")
    assert programme.of_contact(session, anna, today=TODAY).done == 0
    with pytest.raises(Invalid):
        programme.tick(session, anna, "flying")


def test_an_open_complaint_and_an_overdue_promise_take_responsible_back(session: Session, small: World) -> None:
    anna = small.people["anna"]
    history.add(session, contact_id=anna, kind="order", at=TODAY, text="Auftrag", amount=1)
    promise = facts.add(session, contact_id=anna, kind="promise", text="Angebot", noted_on=date(2026, 9, 1), valid_until=date(2026, 9, 2))  # fmt: skip
    known = programme.known(session, contacts.person(session, anna), today=TODAY)
    assert known.promises_overdue
    facts.close(session, promise.id)
    assert "responsible" in [
        one.step.key for one in programme.of_contact(session, anna, today=TODAY).ticks if one.is_hinted
    ]
    _open(session, small)
    assert "responsible" not in [
        one.step.key for one in programme.of_contact(session, anna, today=TODAY).ticks if one.is_hinted
    ]
