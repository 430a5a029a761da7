"""Value class, trend, stage, next step and cadence."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach import value
from outreach.contacts.rows import Stage as StoredStage
from outreach.value import Cadence, Ranked, Situation, Stage

TODAY = date(2026, 5, 20)


@pytest.mark.parametrize(
    ("turnovers", "classes"),
    [
        ([], ""),
        ([(1, 0)], "-"),
        ([(1, -500)], "-"),
        ([(1, 100)], "A"),
        ([(1, 100), (2, 0)], "A-"),
        ([(1, 80), (2, 15), (3, 5)], "ABC"),  # exactly on both lines
        ([(1, 79), (2, 15), (3, 6)], "AAB"),  # 79 % is not 80 yet: the second crosses the line; 94 % is not 95
        ([(1, 90), (2, 10)], "AB"),
        ([(1, 96), (2, 4)], "AC"),
        ([(1, 10)] * 1 + [(i, 10) for i in range(2, 11)], "AAAAAAAABB"),
        ([(i, 5) for i in range(1, 21)], "A" * 16 + "BBB" + "C"),
        ([(1, 100), (2, -50), (3, -80)], "A--"),  # the whole is below zero, the buyers are not
        ([(2, 50), (1, 50)], "AA"),
        ([(1, 10**15), (2, 1)], "AC"),
    ],
)
def test_a_few_customers_make_eighty_percent(turnovers: list[tuple[int, int]], classes: str) -> None:
    assert "".join(one.value_class or "-" for one in value.ranked(turnovers)) == classes


def test_equal_turnover_is_ordered_by_id_and_ranked_from_one() -> None:
    found = value.ranked([(9, 5), (3, 5), (4, 7), (5, 0)])
    assert [(one.id, one.rank, one.cumulated_cents) for one in found] == [
        (4, 1, 7),
        (3, 2, 12),
        (9, 3, 17),
        (5, None, 0),
    ]


@given(st.dictionaries(st.integers(1, 10**6), st.integers(-(10**9), 10**10), max_size=60))
def test_the_classes_are_a_cut_through_the_curve(turnovers: dict[int, int]) -> None:
    found = value.ranked(turnovers.items())
    assert {one.id for one in found} == set(turnovers)
    buyers = [one for one in found if one.rank]
    total = sum(one.cents for one in buyers)
    assert [one.value_class for one in buyers] == sorted(one.value_class for one in buyers)
    assert all(bool(one.value_class) == (one.cents > 0) for one in found)
    a = [one for one in buyers if one.value_class == "A"]
    if buyers:
        assert 100 * sum(one.cents for one in a) >= 80 * total > 100 * sum(one.cents for one in a[:-1])
        assert buyers[-1].cumulated_percent == 100


def test_the_card_says_why() -> None:
    found = value.ranked([(1, 2_000_000), (2, 1_500_000), (3, 1_420_000), *((i, 120_000) for i in range(4, 62))])
    said = value.explained(found[2], customers=61)
    assert str(said) == "A: 1420000 in 12 months, 3 of your 61 customers make 41 %."
    assert said.values["turnover_cents"] == 1_420_000
    assert "the largest of your 61 customers" in str(value.explained(found[0], customers=61))
    assert "only customer" in str(value.explained(value.ranked([(1, 5)])[0], customers=1))
    assert str(value.explained(Ranked(1, 0), customers=3)) == "No turnover in the last 12 months."


@pytest.mark.parametrize(
    ("last", "before", "earlier", "trend"),
    [
        (0, 0, 0, "none"),
        (100, 0, 0, "new"),
        (100, 0, 50, "up"),
        (100, 100, 0, "steady"),
        (119, 100, 0, "steady"),
        (120, 100, 0, "up"),
        (81, 100, 0, "steady"),
        (80, 100, 0, "down"),
        (0, 100, 0, "lost"),
        (0, 0, 100, "lost"),
        (-20, 100, 0, "lost"),
        (-20, 0, 0, "none"),
        (100, -20, 0, "new"),
    ],
)
def test_the_trend_compares_two_years(last: int, before: int, earlier: int, trend: str) -> None:
    assert value.trend(last=last, before=before, earlier=earlier) == trend


def test_every_trend_has_its_rule_in_words() -> None:
    assert set(value.TREND_RULES) == {"up", "steady", "down", "new", "lost", "none"}


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


@pytest.mark.parametrize(
    ("orders", "first", "last", "referrals", "stage"),
    [
        (0, None, None, 0, "prospect"),
        (0, None, None, 5, "prospect"),
        (1, 10, 10, 0, "first_buyer"),
        (1, 2000, 2000, 1, "first_buyer"),
        (2, 400, 10, 0, "repeat_buyer"),
        (3, 30, 10, 0, "repeat_buyer"),  # one project in three invoices
        (3, 189, 10, 0, "repeat_buyer"),
        (3, 190, 10, 0, "regular"),
        (9, 4000, 1095, 0, "regular"),
        (9, 4000, 1096, 0, "repeat_buyer"),  # long ago
        (3, None, None, 0, "repeat_buyer"),
        (3, 190, 10, 1, "advocate"),
        (3, 190, 10, 2, "advocate"),
        (3, 190, 10, 3, "fan"),
        (4, 1824, 10, 1, "advocate"),
        (4, 1825, 10, 1, "fan"),
        (40, 4000, 10, 0, "regular"),
        (2, 190, 10, 4, "repeat_buyer"),
    ],
)
def test_the_stage_follows_from_orders_and_referrals(
    orders: int, first: int | None, last: int | None, referrals: int, stage: str
) -> None:
    found = value.stage(
        orders=orders,
        first_order_on=None if first is None else ago(first),
        last_order_on=None if last is None else ago(last),
        referrals=referrals,
        today=TODAY,
    )
    assert found == stage


def test_a_stage_set_by_hand_wins() -> None:
    found = value.stage(orders=0, first_order_on=None, last_order_on=None, referrals=0, today=TODAY, by_hand="fan")
    assert found is Stage.FAN


def test_the_stages_are_those_of_the_customer_file() -> None:
    assert [one.value for one in Stage] == [one.value for one in StoredStage]


@pytest.mark.parametrize(
    ("stage", "situation", "key"),
    [
        (Stage.PROSPECT, Situation(), "prospect"),
        (Stage.FIRST_BUYER, Situation(), "first_buyer"),
        (Stage.REPEAT_BUYER, Situation(), "repeat_buyer"),
        (Stage.REGULAR, Situation(), "regular"),
        (Stage.REGULAR, Situation(referral_asked=True), "treat"),
        (Stage.ADVOCATE, Situation(), "advocate"),
        (Stage.FAN, Situation(), "fan"),
        (Stage.FAN, Situation(open_complaint=True, answer_owed=True, thanks_owed=True), "open_complaint"),
        (Stage.FAN, Situation(answer_owed=True, thanks_owed=True), "answer_owed"),
        (Stage.FAN, Situation(promise_due=True, open_wish="Training"), "promise_due"),
        (Stage.FIRST_BUYER, Situation(thanks_owed=True), "thanks_owed"),
        (Stage.REGULAR, Situation(open_wish="Training", gone_quiet=True), "open_wish"),
        (Stage.REGULAR, Situation(gone_quiet=True), "gone_quiet"),
        (Stage.PROSPECT, Situation(gone_quiet=True), "prospect"),
    ],
)
def test_what_is_owed_comes_before_what_the_stage_asks_for(stage: Stage, situation: Situation, key: str) -> None:
    step = value.next_best_step(stage, situation)
    assert step is not None
    assert step.key == key
    assert str(step.said)


def test_nothing_is_to_be_done_for_the_dead() -> None:
    assert value.next_best_step(Stage.FAN, Situation(deceased=True, open_complaint=True)) is None


def asked(**given: object) -> value.Due:
    start: dict[str, object] = {
        "last_contact_on": ago(40), "created_on": ago(900), "cadence": Cadence(30, 60), "today": TODAY,
    }  # fmt: skip
    return value.due(**{**start, **given})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("given", "state", "days"),
    [
        ({}, "due", 10),
        ({"last_contact_on": TODAY}, "early", 30),
        ({"last_contact_on": ago(29)}, "early", 1),
        ({"last_contact_on": ago(30)}, "due", 0),
        ({"last_contact_on": ago(60)}, "due", 30),
        ({"last_contact_on": ago(61)}, "late", 1),
        ({"last_contact_on": None, "created_on": ago(5)}, "early", 25),
        ({"last_contact_on": None}, "late", 840),
        ({"last_contact_on": TODAY + timedelta(days=3)}, "early", 33),
        ({"muted": True, "last_contact_on": None}, "quiet", 0),
        ({"deceased": True, "last_contact_on": None}, "quiet", 0),
        ({"paused_until": TODAY + timedelta(days=1), "last_contact_on": None}, "quiet", 0),
        ({"paused_until": TODAY, "last_contact_on": None}, "due", 0),  # back from the pause, and not late
        ({"paused_until": ago(5), "last_contact_on": ago(300)}, "due", 5),
        ({"paused_until": ago(5), "last_contact_on": TODAY}, "early", 30),
        ({"cadence": Cadence(1, 1), "last_contact_on": ago(2)}, "late", 1),
    ],
)
def test_the_next_contact_is_counted_from_the_last_real_one(given: dict[str, object], state: str, days: int) -> None:
    found = asked(**given)
    assert (found.state, found.days) == (state, days)
    assert found.due_on <= found.latest_on
    assert str(value.due_words(found))


def test_newsletters_and_own_mails_are_no_real_contact() -> None:
    assert frozenset({"call", "meeting", "letter", "mail_in"}) == value.REAL_CONTACTS


def test_the_better_the_customer_the_closer_the_contact() -> None:
    ideal = [value.cadence(one).ideal_days for one in ("A", "B", "C", "")]  # type: ignore[arg-type]
    assert ideal == sorted(ideal)
    assert value.cadence("A", own=Cadence(7, 14)) == Cadence(7, 14)
    assert value.cadence("B", per_class={"B": Cadence(10, 20)}) == Cadence(10, 20)
    assert value.cadence("A", per_class={"B": Cadence(10, 20)}) == value.CADENCES["A"]


@pytest.mark.parametrize(("ideal", "latest"), [(0, 10), (-1, 3), (20, 10)])
def test_a_cadence_is_a_span_of_days(ideal: int, latest: int) -> None:
    with pytest.raises(ValueError):
        Cadence(ideal, latest)
