"""Surveys: asked, answered once per person, on the card, and what a bad answer does."""

from __future__ import annotations

import threading
from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from outreach import clock, contacts, merge, tasks
from outreach.care import complaints
from outreach.errors import BadToken, Conflict, Invalid
from outreach.history import timeline
from outreach.house import House
from outreach.surveys import answers, results, store
from outreach.surveys.rows import AnswerSheet
from outreach.surveys.store import Asked, Draft
from tests import world
from tests.world import World

AT = datetime(2026, 9, 15, 8, 0, tzinfo=UTC)
DRAFT = Draft(
    title="Wie war die Schulung?",
    intro="Drei kurze Fragen.",
    questions=(
        Asked("scale", "Würden Sie uns empfehlen?", bad_up_to="6"),
        Asked("choice", "Was war am besten?", ("Inhalt", "Tempo", "Raum")),
        Asked("words", "Was sollen wir ändern?"),
    ),
)


@pytest.fixture
def small(any_house: House) -> World:
    with any_house.database.writing() as session:
        return world.build(session)


@pytest.fixture
def survey(any_house: House, small: World) -> int:
    with any_house.database.writing() as session:
        return store.create(session, DRAFT).id


def _token(house: House, survey: int, contact_id: int = 0) -> str:
    return answers.link(house, survey, contact_id).rpartition("/")[2]


def _answer(house: House, survey: int, contact_id: int, *given: str) -> int:
    with house.database.writing() as session:
        who = answers.reader(session, house, _token(house, survey, contact_id))
        numbers = [one.id for one in who.sheet.questions]
        return answers.answer(session, who, dict(zip(numbers, given, strict=False)), at=AT).id


def test_a_good_answer_stands_on_the_card_in_words(any_house: House, small: World, survey: int) -> None:
    anna = small.people["anna"]
    _answer(any_house, survey, anna, "9", "Inhalt", "Nichts.\nWeiter so!")
    with any_house.database.reading() as session:
        (item,) = timeline.of_contact(session, anna).items
        assert item.kind == "survey"
        assert item.text.splitlines()[:2] == ["Wie war die Schulung?", "Würden Sie uns empfehlen? – 9/10"]
        assert not complaints.blocks_sales(session, anna)
        (line,) = answers.of_contact(session, anna)
        assert line.answers[1] == ("Was war am besten?", "choice", "Inhalt")


def test_a_bad_answer_opens_one_complaint_however_often_it_is_sent(any_house: House, small: World, survey: int) -> None:
    anna = small.people["anna"]
    first = _answer(any_house, survey, anna, "3")
    assert _answer(any_house, survey, anna, "2") == first
    with any_house.database.reading() as session:
        assert complaints.count_open(session) == 1
        assert {one.step for one in tasks.open_of(session, contact_id=anna)} == {"heard", "apology", "solved"}
        kinds = [one.kind for one in timeline.of_contact(session, anna).items]
        assert sorted(kinds) == ["complaint", "survey"]
    _answer(any_house, survey, anna, "10")
    with any_house.database.reading() as session:
        sheet = session.get_one(AnswerSheet, first)
        assert not sheet.is_bad
        assert complaints.count_open(session) == 1, "only a person says that it is settled"


def test_two_posts_at_once_make_one_sheet_and_one_complaint(any_house: House, small: World, survey: int) -> None:
    anna, start = small.people["anna"], threading.Barrier(3)

    def post(value: str) -> None:
        start.wait()
        _answer(any_house, survey, anna, value)

    threads = [threading.Thread(target=post, args=(value,)) for value in "123"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with any_house.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(AnswerSheet)) == 1
        assert complaints.count_open(session) == 1
        assert len(timeline.of_contact(session, anna, kinds=["survey"]).items) == 1


def test_the_open_link_takes_answers_of_anybody(any_house: House, small: World, survey: int) -> None:
    assert _answer(any_house, survey, 0, "1") != _answer(any_house, survey, 0, "8")
    with any_house.database.reading() as session:
        assert complaints.count_open(session) == 0
        found = tasks.list_page(session).rows
        assert [(one.kind, one.text) for one in found] == [("survey", "Read a bad answer: Wie war die Schulung?")]


@pytest.mark.parametrize("given", [["11"], ["", "Kaffee"], ["", "", ""], ["-1"]])
def test_an_answer_that_is_none_of_the_choices_is_refused(
    any_house: House, small: World, survey: int, given: list[str]
) -> None:
    with pytest.raises(Invalid):
        _answer(any_house, survey, small.people["anna"], *given)


def test_a_closed_survey_takes_nothing_and_an_open_one_keeps_its_questions(
    any_house: House, small: World, survey: int
) -> None:
    _answer(any_house, survey, small.people["anna"], "9")
    with any_house.database.writing() as session:
        other = Draft(title="Neuer Titel", questions=DRAFT.questions)
        assert store.change(session, survey, other).title == "Neuer Titel"
        with pytest.raises(Conflict):
            store.change(session, survey, Draft(title="x", questions=DRAFT.questions[:1]))
        store.close(session, survey)
    with pytest.raises(Conflict):
        _answer(any_house, survey, small.people["anna"], "9")
    with any_house.database.writing() as session:
        store.reopen(session, survey)
    _answer(any_house, survey, small.people["anna"], "9")


def test_the_link_of_a_merged_contact_answers_for_the_card_that_stayed(
    any_house: House, small: World, survey: int
) -> None:
    anna, other = small.people["anna"], small.people["anna_two"]
    _answer(any_house, survey, other, "8")
    with any_house.database.writing() as session:
        merge.contacts(session, anna, other, now=clock.now())
    _answer(any_house, survey, other, "9")
    with any_house.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(AnswerSheet)) == 1
        assert [one.answers[0][2] for one in answers.of_contact(session, anna)] == ["9"]


def test_the_link_of_somebody_who_was_erased_leads_nowhere(any_house: House, small: World, survey: int) -> None:
    anna = small.people["anna"]
    with any_house.database.writing() as session:
        contacts.get(session, anna).gone = "erased"
    for token in (_token(any_house, survey, anna), _token(any_house, survey, 9999), _token(any_house, 9999), "x"):
        with any_house.database.reading() as session, pytest.raises(BadToken):
            answers.reader(session, any_house, token)


def test_results_say_n_of_m(any_house: House, small: World, survey: int) -> None:
    for name, *given in (("anna", "9", "Inhalt"), ("doctor", "10"), ("double", "6", "Tempo", "Mehr Pausen")):
        _answer(any_house, survey, small.people[name], *given)
    _answer(any_house, survey, 0, "7")
    with any_house.database.reading() as session:
        found = results.results(session, survey)
    scale, choice, words = found.questions
    assert (found.sheets, found.bad) == (4, 1)
    assert (scale.answered, scale.average, scale.score) == (4, 8.0, 25)
    assert (choice.answered, choice.sheets, list(choice.counts)) == (2, 4, [("Inhalt", 1), ("Tempo", 1), ("Raum", 0)])
    assert [(one.text, one.contact_id) for one in words.words] == [("Mehr Pausen", small.people["double"])]


def test_nothing_answered_has_no_average(session: Session) -> None:
    made = store.create(session, DRAFT)
    found = results.results(session, made.id)
    assert [(one.answered, one.average, one.score) for one in found.questions] == [(0, None, None)] * 3


@pytest.mark.parametrize(
    ("questions", "field"),
    [
        ((), "text_1"),
        ((Asked("scale", " "),), "text_1"),
        (tuple(Asked("words", f"{n}?") for n in range(4)), "text_1"),
        ((Asked("dance", "x"),), "kind_1"),
        ((Asked("choice", "x", ("a",)),), "choices_1"),
        ((Asked("scale", "x", bad_up_to="11"),), "bad_1"),
        ((Asked("words", "x", bad_up_to="1"),), "bad_1"),
    ],
)
def test_questions_nobody_can_answer_are_refused(session: Session, questions: tuple[Asked, ...], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        store.create(session, Draft(title="x", questions=questions))
    assert refused.value.field == field


def test_links_are_made_for_a_tag_or_everybody_alive(any_house: House, small: World) -> None:
    with any_house.database.writing() as session:
        contacts.update(session, small.people["anna"], tags=["Schulung"])
        contacts.update(session, small.people["doctor"], tags=["Schulung"], deceased=True)
        assert [one[0] for one in results.people(session, tag="schulung")] == [small.people["anna"]]
        assert len(list(results.people(session))) == len(small.people) - 1
