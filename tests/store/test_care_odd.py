"""Care where it is easily wrong: ticks taken back, the edges of a year, answers that are long, people who are erased."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from outreach import calendar, clock, contacts, dates, duplicates, erasure, facts, journal, merge, tasks
from outreach.care import complaints, gifts, referrals
from outreach.consent import suppression
from outreach.consent.rows import Suppression
from outreach.contacts import address_hash
from outreach.dates import SpecialDay
from outreach.duplicates import Pair
from outreach.history import store as history
from outreach.history.rows import Touchpoint
from outreach.house import House
from outreach.journal import Change
from outreach.surveys import answers, results, store
from outreach.surveys.rows import AnswerSheet
from outreach.surveys.store import Asked, Draft
from outreach.tasks import Task
from outreach.users import User
from tests import world
from tests.world import NOW, World

#: a Tuesday
AT = datetime(2026, 9, 15, 8, 0, tzinfo=UTC)
DRAFT = Draft(
    title="Wie war es?",
    questions=(Asked("scale", "Note?", bad_up_to="6"), Asked("words", "Warum?"), Asked("words", "Und sonst?")),
)


@pytest.fixture
def small(session: Session) -> World:
    return world.build(session)


def _open_steps(session: Session, contact_id: int) -> set[str]:
    return {one.step for one in tasks.open_of(session, contact_id=contact_id)}


# ── complaints ─────────────────────────────────────────────────────────────────


def test_a_complaint_that_was_not_solved_after_all_can_be_solved_and_asked_again(
    session: Session, small: World
) -> None:
    anna = small.people["anna"]
    made = complaints.open(session, anna, "Falsche Rechnung", AT)
    for step in complaints.STEPS:
        assert complaints.done(session, made.id, step, AT)
    assert complaints.not_done(session, made.id, "solved")
    assert complaints.blocks_sales(session, anna)
    assert _open_steps(session, anna) == {"solved"}
    assert complaints.done(session, made.id, "solved", AT)
    assert "asked" in _open_steps(session, anna)
    assert complaints.done(session, made.id, "asked", AT)
    assert not complaints.blocks_sales(session, anna)


def test_a_complaint_that_is_open_again_has_its_missing_steps_as_tasks(session: Session, small: World) -> None:
    anna = small.people["anna"]
    made = complaints.open(session, anna, "Falsche Rechnung", AT)
    for step in ("heard", "solved", "asked"):
        assert complaints.done(session, made.id, step, AT)
    assert _open_steps(session, anna) == set()
    assert complaints.not_done(session, made.id, "asked")
    assert _open_steps(session, anna) == {"apology", "surprise", "asked"}


def test_a_tick_taken_back_leaves_a_closed_complaint_without_tasks(session: Session, small: World) -> None:
    anna = small.people["anna"]
    made = complaints.open(session, anna, "Falsche Rechnung", AT)
    complaints.done(session, made.id, "heard", AT)
    complaints.close(session, made.id, note="War keine")
    complaints.not_done(session, made.id, "heard")
    assert _open_steps(session, anna) == set()


# ── gifts and days ─────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "moment", [datetime(2026, 12, 31, 17, 30, tzinfo=UTC), datetime(2026, 1, 1, 7, 0, tzinfo=UTC)], ids=str
)
def test_a_gift_of_the_timeline_belongs_to_the_year_of_its_day(
    session: Session, small: World, moment: datetime
) -> None:
    anna = small.people["anna"]
    history.add(session, contact_id=anna, kind="gift", at=moment, text="Wein", amount=45_00)
    assert gifts.year_of(session, anna, on=date(2026, 6, 1)).given_cents == 45_00
    for other in (2025, 2027):
        assert gifts.year_of(session, anna, on=date(other, 6, 1)).given_cents == 0


def test_days_that_came_once_do_not_hide_the_birthdays_of_this_week(session: Session, small: World) -> None:
    anna = small.people["anna"]
    for year in range(2000, 2025):
        session.add(SpecialDay(contact_id=anna, kind="contract_end", year=year, month=9, day=15, is_yearly=False))
    session.flush()
    dates.put(session, contact_id=small.people["particle"], kind="birthday", month=9, day=17)
    found = dates.coming(session, today=AT.date(), days=7, limit=5)
    assert [one.kind for one in found] == ["birthday"]


# ── duplicates ─────────────────────────────────────────────────────────────────


def test_proposals_of_merged_contacts_are_not_counted(session: Session, small: World) -> None:
    anna, petra, zoe = sorted(small.people[name] for name in ("anna", "particle", "pending"))
    duplicates.propose(session, [Pair(anna, petra, 90, ()), Pair(petra, zoe, 80, ())], now=NOW)
    assert duplicates.count(session) == 2
    merge.contacts(session, anna, petra, now=NOW)
    duplicates.merged(session, anna, petra, now=NOW)
    assert duplicates.list_page(session).total == 0
    assert duplicates.count(session) == 0


# ── surveys ────────────────────────────────────────────────────────────────────


@pytest.fixture
def people(any_house: House) -> World:
    with any_house.database.writing() as session:
        return world.build(session)


@pytest.fixture
def survey(any_house: House, people: World) -> int:
    with any_house.database.writing() as session:
        return store.create(session, DRAFT).id


def _answer(house: House, survey: int, contact_id: int, *given: str) -> int:
    with house.database.writing() as session:
        token = answers.link(house, survey, contact_id).rpartition("/")[2]
        who = answers.reader(session, house, token)
        numbers = [one.id for one in who.sheet.questions]
        return answers.answer(session, who, dict(zip(numbers, given, strict=False)), at=AT).id


def test_a_bad_answer_of_many_words_is_taken(any_house: House, people: World, survey: int) -> None:
    anna = people.people["anna"]
    _answer(any_house, survey, anna, "1", "Ärger! " * 500, "Mehr Ärger! " * 300)
    with any_house.database.reading() as session:
        (line,) = answers.of_contact(session, anna)
        assert line.complaint_id is not None
        assert len(line.answers[1][2]) > 3000


def test_answers_move_with_a_merge_and_back_again(any_house: House, people: World, survey: int) -> None:
    anna, petra = people.people["anna"], people.people["particle"]
    sheet = _answer(any_house, survey, petra, "9", "Gut")
    with any_house.database.writing() as session:
        set_id = merge.contacts(session, anna, petra, now=NOW)
    with any_house.database.writing() as session:
        assert session.get_one(AnswerSheet, sheet).contact_id == anna
        assert results.results(session, survey).questions[1].words[0].contact_id == anna
        assert answers.of_contact(session, anna)[0].id == sheet
        journal.undo(session, set_id)
        assert session.get_one(AnswerSheet, sheet).contact_id == petra
        assert not answers.of_contact(session, anna)


def test_two_who_answered_and_became_one_lose_no_answer(any_house: House, people: World, survey: int) -> None:
    anna, petra = people.people["anna"], people.people["particle"]
    _answer(any_house, survey, petra, "9", "Gut")
    _answer(any_house, survey, anna, "7", "Ganz gut")
    with any_house.database.writing() as session:
        merge.contacts(session, anna, petra, now=NOW)
    with any_house.database.writing() as session:
        assert len(answers.of_contact(session, anna)) == 2
        found = results.results(session, survey)
        assert found.sheets == 2
        assert {one.contact_id for one in found.questions[1].words} == {anna}
    _answer(any_house, survey, petra, "10", "Bestens")
    with any_house.database.writing() as session:
        assert len(answers.of_contact(session, anna)) == 2


# ── erasure ────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("by_name", [False, True])
def test_the_thanks_owed_for_somebody_erased_do_not_name_them(session: Session, small: World, by_name: bool) -> None:  # noqa: FBT001
    anna = small.people["anna"]
    made = contacts.create(session, last_name="Zwiebelfisch", email="z@zwiebel.example").id
    if by_name:
        kept = referrals.add(session, anna, name="Frau Zwiebelfisch von nebenan", on=date(2026, 9, 15))
        referrals.link(session, kept.id, made)
    else:
        referrals.add(session, anna, contact_id=made, on=date(2026, 9, 15))
    erasure.erase(session, made, now=NOW)
    texts = [*session.scalars(select(Task.text)), *session.scalars(select(Touchpoint.text))]
    texts += [str(one) for one in session.scalars(select(Change.after))]
    assert not [one for one in texts if "Zwiebelfisch" in one or "nebenan" in one]
    (task,) = tasks.open_of(session, contact_id=anna)
    assert task.kind == "thanks"


def test_an_erased_address_that_was_suppressed_before_says_nothing_more(session: Session, small: World) -> None:
    suppression.add(session, "anna@mueller.example", "by_hand", "Anna Müller rief an", now=NOW)
    erasure.erase(session, small.people["anna"], now=NOW)
    kept = session.get_one(Suppression, address_hash("anna@mueller.example"))
    assert (kept.reason, kept.detail) == ("erased", "")


def test_a_recommendation_taken_back_does_not_name_somebody_erased_since(session: Session, small: World) -> None:
    anna = small.people["anna"]
    made = contacts.create(session, last_name="Zwiebelfisch", email="z@zwiebel.example").id
    kept = referrals.add(session, anna, name="Frau Zwiebelfisch von nebenan", on=date(2026, 9, 15))
    referrals.link(session, kept.id, made)
    other = contacts.create(session, last_name="Andere").id
    referrals.add(session, anna, contact_id=other, on=date(2026, 9, 15))
    referrals.remove(session, kept.id)
    erasure.erase(session, made, now=NOW)
    left = [str(one) for row in session.execute(select(Change.before, Change.after)) for one in row]
    assert not [one for one in left if "Zwiebelfisch" in one]


def test_the_dead_are_in_no_calendar(any_house: House, people: World) -> None:
    anna = people.people["anna"]
    with any_house.database.writing() as session:
        facts.add(session, contact_id=anna, kind="promise", text="Buch leihen", noted_on=NOW.date(), valid_until=NOW.date())  # fmt: skip
        history.add(session, contact_id=anna, kind="order", text="Schulung", amount=100_00, at=NOW)
        contacts.update(session, anna, deceased=True)
    with any_house.database.reading() as session:
        owner = session.get_one(User, people.owner)
        content = calendar.feed(session, any_house, calendar.Holder(owner, is_mine=False), today=NOW.date())
    assert f"/contacts/{anna}\r\n".encode() not in content.replace(b"\r\n ", b"")


def test_a_contact_taken_back_is_in_no_journal_after_a_month(session: Session, small: World) -> None:
    journal.begin(session, "edit")
    contacts.create(session, last_name="Zwiebelfisch", email="z@zwiebel.example")
    made = journal.last_set(session)
    assert made is not None
    undone = journal.undo(session, made)
    assert undone.restored

    def named() -> bool:
        rows = session.execute(select(Change.before, Change.after)).all()
        return any("Zwiebelfisch" in str(cell) for row in rows for cell in row)

    assert named()
    journal.forget_removed(session, clock.now())
    assert named()  # it can still be brought back
    journal.forget_removed(session, clock.now() + timedelta(days=31))
    assert not named()
