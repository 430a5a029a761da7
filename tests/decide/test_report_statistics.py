"""What may be concluded from letters: known tables, and no claims where there is nothing."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach.reports import statistics


@pytest.mark.parametrize(
    ("table", "p"),
    [
        ((3, 1, 1, 3), 0.48571),  # the lady tasting tea, two-sided
        ((1, 9, 11, 3), 0.00276),
        ((2, 10, 15, 3), 0.0005367),  # convictions of like-sex twins
        ((0, 5, 0, 5), 1.0),
    ],
)
def test_fishers_test_gives_the_published_figures(table: tuple[int, int, int, int], p: float) -> None:
    assert statistics.fisher(*table) == pytest.approx(p, abs=0.00005)


@pytest.mark.parametrize(
    ("hits", "of", "low", "high"), [(0, 10, 0.0, 0.2775), (5, 10, 0.2366, 0.7634), (10, 10, 0.7225, 1.0)]
)
def test_wilsons_interval_gives_the_published_figures(hits: int, of: int, low: float, high: float) -> None:
    found = statistics.share(hits, of)
    assert (found.low, found.high) == (pytest.approx(low, abs=0.0005), pytest.approx(high, abs=0.0005))


@pytest.mark.parametrize(
    ("now", "before", "p"), [(6, 0, 0.03125), (5, 0, 0.0625), (10, 2, 0.03857), (7, 7, 1.0), (0, 0, 1.0)]
)
def test_two_years_are_compared_by_the_exact_test(now: int, before: int, p: float) -> None:
    assert statistics.same_rate(now, before) == pytest.approx(p, abs=0.00005)
    assert statistics.same_rate(before, now) == statistics.same_rate(now, before)


def test_nothing_is_concluded_from_three_mails() -> None:
    found = statistics.what_worked({"award": (3, 3), "silence": (0, 3)})
    assert (found.claims, found.compared, found.letters) == ((), 0, 6)


def test_a_clear_difference_is_told_with_both_sides() -> None:
    found = statistics.what_worked({"new_site": (18, 40), "award": (6, 50), "silence": (5, 45)})
    assert [(one.group, one.more) for one in found.claims][:1] == [("new_site", True)]
    claim = found.claims[0]
    assert (claim.own.hits, claim.own.of, claim.others.hits, claim.others.of) == (18, 40, 11, 95)


def test_where_nothing_is_nothing_is_claimed_on_nearly_every_page() -> None:
    chance = random.Random(7)
    claimed = 0
    for _ in range(1500):
        groups = {str(n): (sum(chance.random() < 0.2 for _ in range(40)), 40) for n in range(8)}
        claimed += bool(statistics.what_worked(groups).claims)
    assert claimed / 1500 < 0.065


@given(
    st.dictionaries(
        st.text(max_size=5), st.tuples(st.integers(0, 300), st.integers(0, 300)).map(lambda p: (min(p), max(p)))
    )
)
def test_any_figures_give_shares_between_none_and_all(groups: dict[str, tuple[int, int]]) -> None:
    found = statistics.what_worked(groups)
    for claim in found.claims:
        assert 0 <= claim.own.low <= claim.own.value <= claim.own.high <= 1
        assert 0 <= claim.p <= 0.05
