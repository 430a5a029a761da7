"""Due days of complaints, the tax line of gifts, thanks, the seven steps, bad answers."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach.care import rules
from outreach.care.rules import Complaint, Known

WEDNESDAY = date(2026, 5, 20)


@pytest.mark.parametrize(
    ("day", "count", "holidays", "then"),
    [
        (WEDNESDAY, 3, (), date(2026, 5, 25)),
        (WEDNESDAY, 3, (date(2026, 5, 25),), date(2026, 5, 26)),  # Whit Monday
        (date(2026, 5, 18), 3, (), date(2026, 5, 21)),
        (date(2026, 5, 22), 1, (), date(2026, 5, 25)),
        (date(2026, 5, 23), 1, (), date(2026, 5, 25)),
        (date(2026, 5, 24), 3, (), date(2026, 5, 27)),
        (WEDNESDAY, 0, (), WEDNESDAY),
    ],
)
def test_only_workdays_count(day: date, count: int, holidays: tuple[date, ...], then: date) -> None:
    assert rules.workdays_after(day, count, holidays=holidays) == then


def test_a_complaint_goes_step_by_step() -> None:
    """The promise of PRODUCT.md: heard, apology today, solved, a small surprise by post, asked again after 14 days."""
    complaint, seen = Complaint(WEDNESDAY), []
    days = {"heard": WEDNESDAY, "apology": WEDNESDAY, "solved": date(2026, 5, 22), "surprise": date(2026, 5, 28)}
    while step := rules.next_complaint_step(complaint):
        seen.append((step.key, step.due_on))
        assert not rules.is_over(complaint)
        complaint = replace(complaint, **{f"{step.key}_on": days.get(step.key, date(2026, 6, 5))})
    assert seen == [
        ("heard", WEDNESDAY),
        ("apology", WEDNESDAY),
        ("solved", date(2026, 5, 25)),
        ("surprise", date(2026, 5, 29)),
        ("asked", date(2026, 6, 5)),
    ]
    assert rules.is_over(complaint)


def test_the_last_steps_have_no_day_before_it_is_solved() -> None:
    assert [step.due_on is None for step in rules.complaint_steps(Complaint(WEDNESDAY))] == [False] * 3 + [True] * 2


def test_a_surprise_left_out_does_not_hold_up_the_end() -> None:
    done = Complaint(WEDNESDAY, WEDNESDAY, WEDNESDAY, WEDNESDAY, None, date(2026, 6, 3))
    assert rules.next_complaint_step(done) is None


def test_asking_before_it_is_solved_does_not_end_it() -> None:
    step = rules.next_complaint_step(Complaint(WEDNESDAY, WEDNESDAY, WEDNESDAY, asked_on=WEDNESDAY))
    assert step is not None
    assert step.key == "solved"


def test_a_step_is_late_after_its_day_until_it_is_done() -> None:
    step = rules.complaint_steps(Complaint(WEDNESDAY))[2]
    assert [step.late(date(2026, 5, day)) for day in (20, 25, 26, 28)] == [0, 0, 1, 3]
    assert replace(step, done_on=WEDNESDAY).late(date(2026, 6, 30)) == 0


@pytest.mark.parametrize(
    ("begins", "line"),
    [
        (date(2023, 1, 1), 35_00),
        (date(2023, 7, 1), 35_00),
        (date(2023, 12, 31), 35_00),
        (date(2024, 1, 1), 50_00),
        (date(2026, 4, 1), 50_00),
    ],
)
def test_the_tax_line_depends_on_when_the_business_year_began(begins: date, line: int) -> None:
    assert rules.gift_line_cents(begins) == line


@pytest.mark.parametrize(
    ("day", "month", "year"),
    [
        (date(2026, 5, 20), 1, (date(2026, 1, 1), date(2026, 12, 31))),
        (date(2026, 5, 20), 7, (date(2025, 7, 1), date(2026, 6, 30))),
        (date(2026, 7, 1), 7, (date(2026, 7, 1), date(2027, 6, 30))),
        (date(2024, 2, 29), 3, (date(2023, 3, 1), date(2024, 2, 29))),
    ],
)
def test_a_business_year_may_begin_in_any_month(day: date, month: int, year: tuple[date, date]) -> None:
    assert rules.business_year(day, first_month=month) == year


@pytest.mark.parametrize(
    ("given_cents", "cents", "on", "month", "over", "left"),
    [
        (0, 30_00, WEDNESDAY, 1, False, 20_00),
        (20_00, 30_00, WEDNESDAY, 1, False, 0),
        (20_00, 30_01, WEDNESDAY, 1, True, -1),
        (0, 120_00, WEDNESDAY, 1, True, -70_00),
        (0, 36_00, date(2023, 5, 3), 1, True, -1_00),
        (0, 36_00, date(2024, 3, 3), 7, True, -1_00),  # the business year began in July 2023
        (0, 36_00, date(2024, 7, 1), 7, False, 14_00),
    ],
)
def test_the_year_of_gifts_is_added_up(
    given_cents: int, cents: int, on: date, month: int, over: bool, left: int
) -> None:
    check = rules.check_gift(given_cents=given_cents, cents=cents, on=on, first_month=month)
    assert (check.is_over, check.left_cents) == (over, left)
    assert ("deductible" in str(rules.gift_words(check))) == over


def test_thanks_are_due_within_a_week() -> None:
    assert rules.thanks_due_on(WEDNESDAY) == date(2026, 5, 27)


def test_the_programme_has_seven_steps_in_order() -> None:
    keys = ["reachable", "friendly", "responsible", "eye_level", "fitting", "delight", "activate"]
    assert [step.key for step in rules.PROGRAMME] == keys
    done: list[str] = []
    while following := rules.next_programme_step(done):
        done.append(following.step.key)
    assert done == keys


def test_what_looks_done_is_said_but_not_ticked() -> None:
    following = rules.next_programme_step((), rules.hinted(Known(has_mail_or_phone=True)))
    assert following is not None
    assert (following.step.key, following.looks_done) == ("reachable", True)
    following = rules.next_programme_step({"reachable", "activate"})
    assert following is not None
    assert (following.step.key, following.looks_done) == ("friendly", False)


@pytest.mark.parametrize(
    ("known", "hints"),
    [
        (Known(), set()),
        (Known(greeting_is_sure=True), set()),
        (Known(greeting_is_sure=True, real_contacts=1), {"friendly"}),
        (Known(orders=1), {"responsible"}),
        (Known(orders=2), {"responsible", "fitting"}),
        (Known(orders=1, complaints_open=True), set()),
        (Known(orders=1, promises_overdue=True), set()),
        (Known(personal_facts=2, real_contacts=2), set()),
        (Known(personal_facts=2, real_contacts=3), {"eye_level"}),
        (Known(wishes_fulfilled=1), {"fitting"}),
        (Known(gifts_liked=1), {"delight"}),
        (Known(praised=True), {"delight"}),
        (Known(referrals=1), {"activate"}),
    ],
)
def test_facts_hint_at_steps(known: Known, hints: set[str]) -> None:
    assert rules.hinted(known) == hints


@pytest.mark.parametrize(
    ("kind", "answer", "threshold", "bad"),
    [
        ("scale", 6, "6", True),
        ("scale", "7", "6", False),
        ("scale", "0", "6", True),
        ("scale", 10, "6", False),
        ("scale", 9, "10", True),
        ("stars", 2, "2", True),
        ("stars", "3", "2", False),
        ("yes_no", "no", "no", True),
        ("yes_no", "yes", "no", False),
        ("yes_no", False, "no", True),
        ("yes_no", "yes", "yes", True),  # "Did anything go wrong?"
        ("choice", "bad", "poor", True),
        ("choice", "poor", "poor", True),
        ("choice", "good", "poor", False),
        ("words", "terrible", "terrible", False),
        ("stars", None, "2", False),
        ("stars", "", "2", False),
        ("stars", 1, "", False),
    ],
)
def test_a_bad_answer_is_known_by_its_threshold(kind: str, answer: object, threshold: str, bad: bool) -> None:
    assert rules.is_bad(kind, answer, threshold, choices=("bad", "poor", "good")) == bad


@pytest.mark.parametrize(
    ("kind", "answer", "threshold"),
    [("moods", 1, "2"), ("stars", "many", "2"), ("yes_no", "perhaps", "no"), ("choice", "?", "bad")],
)
def test_an_answer_that_does_not_fit_is_an_error(kind: str, answer: object, threshold: str) -> None:
    with pytest.raises(ValueError):
        rules.is_bad(kind, answer, threshold, choices=("bad", "good"))


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(1, 30))
def test_a_workday_is_never_on_a_weekend(day: date, count: int) -> None:
    then = rules.workdays_after(day, count)
    assert then.weekday() < 5
    assert timedelta(days=count) <= then - day <= timedelta(days=count + 2 * (count // 5 + 1))
