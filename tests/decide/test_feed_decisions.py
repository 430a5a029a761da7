"""Deciding about feeds: what is new, when to look again, whether an address has moved."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds import decide
from feeds.decide import Identified, Known, Move, Pace, Wishes
from feeds.parse import ParsedEntry

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def entry(number: int, **changes: object) -> ParsedEntry:
    """The entry with this number, in some respect different."""
    usual = ParsedEntry(
        id=f"id-{number}",
        title=f"Meldung {number}",
        link=f"https://www.a.example/meldung/{number}",
        text=f"Text der Meldung {number}",
        source="",
        source_link="",
        published_at=NOW - number * DAY,
        updated_at=None,
    )
    return replace(usual, **changes)  # type: ignore[arg-type]


def known(entries: list[Identified]) -> list[Known]:
    """What is kept of these entries."""
    return [
        Known(
            id=number,
            identity=one.identity,
            link_key=one.link_key,
            title=one.entry.title,
            published_at=one.entry.published_at,
            content_hash=one.content_hash,
        )
        for number, one in enumerate(entries)
    ]


def changes(before: list[ParsedEntry], after: list[ParsedEntry], *, is_search: bool = False) -> decide.Changes:
    """What the second answer brings after the first."""
    return decide.new_entries(
        known(decide.identified(before, is_search=is_search)), decide.identified(after, is_search=is_search)
    )


def titles(found: decide.Changes) -> list[str]:
    """The headlines of what is new."""
    return [one.entry.title for one in found.new]


FIVE = [entry(number) for number in range(1, 6)]


def test_what_was_seen_is_not_new_and_the_rest_is() -> None:
    assert changes(FIVE, FIVE) == decide.Changes()
    assert titles(changes(FIVE, [entry(6), *FIVE])) == ["Meldung 6"]
    assert len(changes([], FIVE).new) == 5


def test_the_same_answer_twice_in_one_is_each_entry_once() -> None:
    assert len(changes([], [*FIVE, *FIVE]).new) == 5


def test_a_changed_entry_is_an_update_and_not_new() -> None:
    found = changes(FIVE, [entry(1, title="Meldung 1, berichtigt"), *FIVE[1:]])
    assert (found.new, len(found.updated)) == ([], 1)


def test_the_same_guid_on_all_entries_tells_none_apart() -> None:
    before = [entry(number, id="https://www.a.example/") for number in range(1, 4)]
    after = [entry(number, id="https://www.a.example/") for number in range(1, 5)]
    assert titles(changes(before, after)) == ["Meldung 4"]


def test_without_guids_links_decide_whatever_is_added_to_them() -> None:
    before = [replace(one, id="") for one in FIVE]
    after = [replace(one, id="", link=one.link.replace("www.", "m.") + "?utm_source=rss&fbclid=x") for one in FIVE]
    assert changes(before, after) == decide.Changes()


def test_without_guids_and_links_title_and_text_decide() -> None:
    before = [replace(one, id="", link="") for one in FIVE]
    assert changes(before, before) == decide.Changes()
    assert titles(changes(before, [entry(9, id="", link=""), *before])) == ["Meldung 9"]


def test_entries_that_all_link_to_the_front_page_are_told_apart() -> None:
    entries = [replace(one, id="", link="https://www.a.example/") for one in FIVE]
    assert len(decide.identified(entries)) == 5


def test_a_blog_that_moved_brings_nothing_new() -> None:
    """All guids changed at once: the same by link; by title and day; by text."""
    by_link = [replace(one, id=f"new-{one.id}") for one in FIVE]
    by_title = [replace(one, link=one.link.replace("meldung", "blog"), text="anders") for one in by_link]
    by_text = [replace(one, link=one.link.replace("meldung", "blog"), published_at=None) for one in by_link]
    for after in (by_link, by_title, by_text):
        found = changes(FIVE, after)
        assert (titles(found), len(found.renamed)) == ([], 5)


def test_a_new_guid_for_a_known_link_is_the_same_entry() -> None:
    found = changes(FIVE, [entry(1, id="neu", title="Meldung 1, Fassung 2"), *FIVE[1:]])
    assert (found.new, len(found.renamed), len(found.updated)) == ([], 1, 1)


def test_a_new_entry_with_an_old_title_is_new_while_the_ids_hold() -> None:
    assert len(changes(FIVE, [entry(7, title="Meldung 1", published_at=FIVE[0].published_at), *FIVE]).new) == 1


def test_a_search_feed_is_deduplicated_by_headline_paper_and_day() -> None:
    def found(number: int) -> ParsedEntry:
        return entry(
            1,
            id=f"CBMi{number}",
            link=f"https://news.google.com/rss/articles/{number}",
            title="Müller baut neues Werk - Südwest Presse",
            source="Südwest Presse",
        )

    assert changes([found(1)], [found(2)]) == decide.Changes()
    assert changes([found(1)], [replace(found(2), title="Müller baut neues Werk!")], is_search=True).new == []
    assert len(changes([found(1)], [replace(found(2), published_at=NOW - 3 * DAY)]).new) == 1


# --- when to look again ---


def pace(**changes: object) -> Pace:
    """A feed that has something new every four hours."""
    usual = Pace(feed_id=7, checks=3, own_minutes=120, quiet_checks=0)
    return replace(usual, **changes)  # type: ignore[arg-type]


def wait(found: decide.Next) -> timedelta:
    """How long that is."""
    return found.at - NOW


def test_the_own_pace_is_half_the_usual_gap() -> None:
    assert decide.own_minutes([NOW - n * 4 * HOUR for n in range(10)], NOW) == 120
    assert decide.own_minutes([NOW - n * timedelta(minutes=5) for n in range(10)], NOW) == 15
    assert decide.own_minutes([NOW - n * 30 * DAY for n in range(10)], NOW) == 24 * 60
    assert decide.own_minutes([NOW - 20 * HOUR - n * HOUR for n in range(10)], NOW) == 5 * 60, "long silence counts"
    assert decide.own_minutes([], NOW) == decide.own_minutes([NOW + DAY], NOW) == 60


def test_it_doubles_while_nothing_comes_up_to_a_day() -> None:
    minutes = [decide.next_check(pace(quiet_checks=n), Wishes(), NOW).values["minutes"] for n in range(6)]
    assert minutes == [120, 240, 480, 960, 1440, 1440]
    assert 2 * HOUR * 0.85 <= wait(decide.next_check(pace(), Wishes(), NOW)) <= 2 * HOUR * 1.15


@pytest.mark.parametrize(
    ("wishes", "why", "least"),
    [
        (Wishes(fresh_for=5 * 3600), "fresh", 5 * HOUR), (Wishes(ttl=6 * 3600), "ttl", 6 * HOUR),
        (Wishes(update_period=7 * 3600), "period", 7 * HOUR), (Wishes(retry_after=30 * 3600), "retry_after", 30 * HOUR),
        (Wishes(fresh_for=60, ttl=120), "own", 1.7 * HOUR), (Wishes(ttl=30 * 86400), "ttl", DAY),
        (Wishes(retry_after=30 * 86400), "retry_after", 7 * DAY), (Wishes(fresh_for=5 * 3600, ttl=6 * 3600), "ttl", 6 * HOUR),
    ],
)  # fmt: skip
def test_the_longest_wish_wins_within_bounds(wishes: Wishes, why: str, least: timedelta) -> None:
    found = decide.next_check(pace(), wishes, NOW)
    assert found.why == why
    assert least <= wait(found) <= max(least, 2 * HOUR) * 1.16


def test_a_fixed_pace_replaces_the_own_one_but_not_the_servers_wish() -> None:
    assert decide.next_check(pace(fixed_minutes=5), Wishes(), NOW).why == "fixed"
    assert wait(decide.next_check(pace(fixed_minutes=5), Wishes(), NOW)) >= timedelta(minutes=15)
    assert decide.next_check(pace(fixed_minutes=30), Wishes(ttl=7200), NOW).why == "ttl"


@given(
    st.integers(0, 10**6), st.integers(0, 1000), st.integers(0, 50), st.integers(15, 1440),
    st.floats(0, 1e9) | st.none(), st.floats(0, 1e9) | st.none(),
)  # fmt: skip
def test_no_check_comes_too_soon_or_too_late(
    feed_id: int, checks: int, quiet: int, own: int, ttl: float | None, retry: float | None
) -> None:
    of_feed = Pace(feed_id=feed_id, checks=checks, own_minutes=own, quiet_checks=quiet)
    found = decide.next_check(of_feed, Wishes(ttl=ttl, retry_after=retry), NOW)
    assert timedelta(minutes=15) <= wait(found) <= 7 * DAY * 1.15
    assert decide.in_words(found.why, found.values)[0] % decide.in_words(found.why, found.values)[1]
    if not retry:
        assert wait(found) <= DAY * 1.15


def test_ten_thousand_feeds_do_not_fire_together() -> None:
    minutes = [
        round(wait(decide.next_check(pace(feed_id=n), Wishes(), NOW)) / timedelta(minutes=1)) for n in range(2000)
    ]
    assert max(minutes.count(minute) for minute in set(minutes)) < 2000 / 15


def test_failures_back_off_to_a_day_and_never_stop() -> None:
    waits = [
        decide.after_failure(feed_id=7, checks=3, kind="timeout", failures=n, retry_after=None, now=NOW).at - NOW
        for n in range(1, 30)
    ]
    assert waits[0] >= timedelta(minutes=30)
    assert waits[:5] == sorted(waits[:5])
    assert DAY <= waits[-1] <= DAY * 1.15


def test_a_wish_to_wait_is_kept_after_429_and_503() -> None:
    for kind in ("rate_limited", "server_error"):
        found = decide.after_failure(feed_id=7, checks=3, kind=kind, failures=1, retry_after=3 * 3600, now=NOW)
        assert found.why == "retry_after"
        assert 3 * HOUR <= wait(found) <= 3.5 * HOUR


def test_a_feed_is_called_dead_after_two_weeks_of_failing() -> None:
    assert not decide.is_dead(None, NOW)
    assert not decide.is_dead(NOW - 13 * DAY, NOW)
    assert decide.is_dead(NOW - 15 * DAY, NOW)


# --- whether an address has moved ---


def test_a_move_is_believed_after_three_equal_answers_over_two_days() -> None:
    move = Move()
    for day, adopted in ((0, False), (1, False), (2, True)):
        move = decide.redirects(move, moved_to="https://neu.example/", is_same_feed=True, now=NOW + day * DAY)
        assert move.is_adopted is adopted


def test_many_answers_on_one_day_are_not_enough() -> None:
    move = Move()
    for hour in range(20):
        move = decide.redirects(move, moved_to="https://neu.example/", is_same_feed=True, now=NOW + hour * HOUR)
    assert not move.is_adopted


def test_another_target_another_feed_or_none_begins_again() -> None:
    once = decide.redirects(Move(), moved_to="https://neu.example/", is_same_feed=True, now=NOW)
    assert decide.redirects(once, moved_to="https://x.example/", is_same_feed=True, now=NOW).seen == 1
    assert decide.redirects(once, moved_to="https://neu.example/", is_same_feed=False, now=NOW) == Move()
    assert decide.redirects(once, moved_to=None, is_same_feed=True, now=NOW) == Move()


@pytest.mark.parametrize("guid", ["", "always the same"])
@pytest.mark.parametrize("link", ["https://www.a.example/", "https://www.a.example/aktuelles.html"])
def test_entries_that_all_lead_to_one_page_are_as_many_as_their_headlines(guid: str, link: str) -> None:
    several = [entry(number, id=guid, link=link) for number in range(3)]
    assert len(decide.identified(several)) == 3
