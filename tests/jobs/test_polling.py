"""The polling engine against a local server: what is read, kept, and when it is read again."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from feeds import watch
from feeds.entries import Stored
from feeds.fetch import Limits
from feeds.rows import DomainPause, Entry, EntryVersion, Feed
from feeds.watch import Engine, Pace, Tally, claim
from feeds.watch.claim import Claimed
from outreach import clock
from outreach.db import Database
from outreach.house import House
from tests import webserver
from tests.conftest import make_house
from tests.webserver import Server, conditional, page, redirect, status

QUICK = Pace(spacing=0.0, idle=0.05, busy=0.02, gather=0.0)
LIMITS = Limits(connect=1.0, total=1.5)


def rss(*titles: str, **changes: str) -> bytes:
    """A feed with these entries."""
    items = "".join(
        f"<item><title>{title}</title><link>https://a.example/{title}</link><guid>{changes.get('guid', '')}{title}</guid>"
        f"<description>{changes.get('text', 'Text')} {title}</description>"
        f"<pubDate>Fri, 20 Nov 2026 10:{number:02}:00 GMT</pubDate></item>"
        for number, title in enumerate(titles)
    )
    return f'<rss version="2.0"><channel><title>Presse</title>{changes.get("more", "")}{items}</channel></rss>'.encode()


class Judged:
    """Keeps what was judged; fails when told to."""

    def __init__(self) -> None:
        self.titles: list[str] = []
        self.fails_at = ""

    def __call__(self, session: Session, feed: Claimed, stored: Sequence[Stored], now: datetime) -> None:
        if any(one.entry.title == self.fails_at for one in stored):
            raise ZeroDivisionError("a bug in judging")
        self.titles += [one.entry.title for one in stored]


@pytest.fixture
def server() -> Iterator[Server]:
    with webserver.running() as running:
        yield running


@pytest.fixture
def judged() -> Judged:
    return Judged()


def add(database: Database, address: str, **values: Any) -> int:
    """A feed that is due."""
    with database.writing() as session:
        feed = Feed(**{"address": address, "domain": f"d{address}"[-200:], "next_check_at": clock.now(), **values})
        session.add(feed)
        session.flush()
        return feed.id


def poll(database: Database, judge: Any, *, pace: Pace = QUICK) -> Tally:
    """Read what is due until nothing is."""
    made = Engine(database, judge, contact="https://news.example.de", allow_private=True, limits=LIMITS, pace=pace)
    return made.run_until_idle()


def again(database: Database, judge: Any) -> Tally:
    """Read everything once more."""
    with database.writing() as session:
        watch.make_due(session, now=clock.now())
    return poll(database, judge)


def row(database: Database, feed_id: int) -> Feed:
    """The feed as it stands."""
    with database.reading() as session:
        feed = session.scalars(select(Feed).where(Feed.id == feed_id)).one()
        session.expunge(feed)
        return feed


def titles(database: Database) -> list[str]:
    """The headlines that are kept."""
    with database.reading() as session:
        return list(session.scalars(select(Entry.title).order_by(Entry.id)))


def test_a_feed_is_read_kept_judged_and_planned_again(database: Database, server: Server, judged: Judged) -> None:
    server.rules["/f"] = conditional(rss("eins", "zwei"), etag='"a"', last_modified="gestern")
    feed_id = add(database, server.url("/f"))
    assert poll(database, judged) == Tally(checked=1, new=2)
    feed = row(database, feed_id)
    assert (feed.title, feed.format, feed.etag, feed.last_modified) == ("Presse", "rss20", '"a"', "gestern")
    assert (feed.status, feed.error_kind, feed.checks, feed.claimed_until) == (200, "", 1, None)
    assert feed.next_check_at >= clock.now() + timedelta(minutes=14)
    assert sorted(judged.titles) == sorted(titles(database)) == ["eins", "zwei"]


def test_what_is_known_is_asked_for_conditionally_and_not_judged_again(
    database: Database, server: Server, judged: Judged
) -> None:
    server.rules["/f"] = conditional(rss("eins"), etag='"a"')
    feed_id = add(database, server.url("/f"))
    poll(database, judged)
    assert again(database, judged) == Tally(checked=1, unchanged=1)
    assert server.requests[-1].headers["if-none-match"] == '"a"'
    feed = row(database, feed_id)
    assert (feed.status, feed.unchanged, feed.quiet_checks, feed.checks) == (304, 1, 1, 2)
    assert feed.bytes_saved == feed.last_size > 0
    assert judged.titles == ["eins"]


def test_the_same_body_again_is_unchanged_without_parsing(sqlite: Database, server: Server, judged: Judged) -> None:
    server.rules["/f"] = page(rss("eins"))
    add(sqlite, server.url("/f"))
    poll(sqlite, judged)
    assert again(sqlite, judged) == Tally(checked=1, unchanged=1)


def test_only_what_is_new_is_judged_and_what_changed_keeps_its_history(
    database: Database, server: Server, judged: Judged
) -> None:
    server.rules["/f"] = page(rss("eins", "zwei"))
    add(database, server.url("/f"))
    poll(database, judged)
    server.rules["/f"] = page(rss("eins", "zwei", "drei", text="Berichtigt"))
    assert again(database, judged) == Tally(checked=1, new=1)
    assert judged.titles == ["eins", "zwei", "drei"]
    with database.reading() as session:
        assert sorted(session.scalars(select(EntryVersion.excerpt))) == ["Text eins", "Text zwei"]
        assert set(session.scalars(select(Entry.excerpt))) == {"Berichtigt eins", "Berichtigt zwei", "Berichtigt drei"}


def test_a_moved_blog_with_new_guids_brings_nothing_new(database: Database, server: Server, judged: Judged) -> None:
    server.rules["/f"] = page(rss("eins", "zwei"))
    add(database, server.url("/f"))
    poll(database, judged)
    server.rules["/f"] = page(rss("eins", "zwei", guid="neu-"))
    assert again(database, judged).new == 0
    assert again(database, judged).new == 0
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Entry)) == 2
        assert set(session.scalars(select(Entry.guid))) == {"neu-eins", "neu-zwei"}


def test_no_more_than_a_headline_a_link_and_two_hundred_characters_are_kept(
    sqlite: Database, server: Server, judged: Judged
) -> None:
    server.rules["/f"] = page(rss("eins", text="Wort " * 500))
    add(sqlite, server.url("/f"))
    poll(sqlite, judged)
    with sqlite.reading() as session:
        assert len(session.scalars(select(Entry.excerpt)).one()) <= 200


def test_when_judging_breaks_neither_entries_nor_etag_are_kept_and_other_feeds_are(
    database: Database, server: Server, judged: Judged
) -> None:
    server.rules |= {"/bad": conditional(rss("kaputt"), etag='"x"'), "/good": page(rss("gut"))}
    bad, good = add(database, server.url("/bad")), add(database, server.url("/good"))
    judged.fails_at = "kaputt"
    poll(database, judged)
    assert (row(database, bad).etag, row(database, bad).error_kind) == ("", "internal")
    assert (row(database, good).error_kind, titles(database)) == ("", ["gut"])
    judged.fails_at = ""
    again(database, judged)
    assert sorted(titles(database)) == ["gut", "kaputt"]
    assert row(database, bad).etag == '"x"'


def test_a_feed_that_is_read_afresh_judges_all_it_still_holds(
    database: Database, server: Server, judged: Judged
) -> None:
    server.rules["/f"] = conditional(rss("eins"), etag='"a"')
    add(database, server.url("/f"))
    poll(database, judged)
    with database.writing() as session:
        watch.read_afresh(session)
    assert again(database, judged).new == 0
    assert judged.titles == ["eins", "eins"]
    assert titles(database) == ["eins"]


def test_another_version_of_the_parser_asks_for_everything_again(
    sqlite: Database, server: Server, judged: Judged
) -> None:
    server.rules["/f"] = conditional(rss("eins"), etag='"a"')
    add(sqlite, server.url("/f"))
    poll(sqlite, judged)
    with sqlite.writing() as session:
        session.execute(update(Feed).values(parser=0))
    again(sqlite, judged)
    assert "if-none-match" not in server.requests[-1].headers


# --- failures ---


@pytest.mark.parametrize(
    ("rule", "kind", "state"),
    [
        (status(404), "not_found", "active"), (status(410), "gone", "gone"), (status(503), "server_error", "active"),
        (page(b"<html>"), "not_a_feed", "active"), (webserver.silent, "timeout", "active"),
    ],
)  # fmt: skip
def test_failures_are_named_counted_and_tried_later(
    database: Database, server: Server, judged: Judged, rule: webserver.Rule, kind: str, state: str
) -> None:
    server.rules["/f"] = rule
    feed_id = add(database, server.url("/f"))
    poll(database, judged)
    feed = row(database, feed_id)
    assert (feed.error_kind, feed.state, feed.failures) == (kind, state, 1)
    assert feed.failing_since is not None
    assert feed.next_check_at > clock.now() + timedelta(minutes=25)
    assert feed.error_values is not None
    if state == "gone":
        assert again(database, judged).checked == 0


def test_a_success_ends_the_failing(sqlite: Database, server: Server, judged: Judged) -> None:
    server.rules["/f"] = status(500)
    feed_id = add(sqlite, server.url("/f"))
    poll(sqlite, judged)
    server.rules["/f"] = page(rss("eins"))
    again(sqlite, judged)
    feed = row(sqlite, feed_id)
    assert (feed.failures, feed.failing_since, feed.error_kind) == (0, None, "")


def test_429_pauses_the_whole_domain(database: Database, server: Server, judged: Judged) -> None:
    server.rules |= {"/a": status(429, Retry_After="7200"), "/b": page(rss("b"))}
    first = add(database, server.url("/a"), domain="same.example")
    poll(database, judged)
    add(database, server.url("/b"), domain="same.example")
    other = add(database, server.url("/b?other"), domain="other.example")
    assert poll(database, judged).checked == 1
    assert row(database, other).checks == 1
    assert row(database, first).next_check_why == "retry_after"
    with database.reading() as session:
        until = session.scalars(select(DomainPause.until)).one()
    assert timedelta(hours=1.9) < until - clock.now() <= timedelta(hours=2)


def test_a_wish_of_the_server_is_heard_and_its_reason_kept(sqlite: Database, server: Server, judged: Judged) -> None:
    server.rules |= {"/a": page(rss("a"), Cache_Control="max-age=36000"), "/b": page(rss("b", more="<ttl>700</ttl>"))}
    fresh, ttl = add(sqlite, server.url("/a")), add(sqlite, server.url("/b"))
    poll(sqlite, judged)
    assert (row(sqlite, fresh).next_check_why, row(sqlite, ttl).next_check_why) == ("fresh", "ttl")
    assert row(sqlite, fresh).next_check_at >= clock.now() + timedelta(hours=9.9)


# --- redirects ---


def test_a_permanent_move_is_adopted_after_three_answers_over_two_days(
    database: Database, server: Server, judged: Judged
) -> None:
    server.rules |= {"/old": redirect("/new", code=301), "/new": conditional(rss("eins"), etag='"a"')}
    feed_id = add(database, server.url("/old"))
    poll(database, judged)
    again(database, judged)
    assert (row(database, feed_id).address, row(database, feed_id).moved_seen) == (server.url("/old"), 2)
    with database.writing() as session:
        session.execute(update(Feed).values(moved_since=clock.now() - timedelta(days=3)))
    again(database, judged)
    feed = row(database, feed_id)
    assert (feed.address, feed.moved_from, feed.moved_to, feed.etag) == (server.url("/new"), server.url("/old"), "", "")
    assert again(database, judged).new == 0
    assert judged.titles == ["eins", "eins"], "read afresh at its new address, and judged once more"


def test_a_temporary_move_and_a_move_to_something_else_are_never_adopted(
    sqlite: Database, server: Server, judged: Judged
) -> None:
    server.rules |= {"/old": redirect("/new", code=302), "/new": page(rss("eins"))}
    feed_id = add(sqlite, server.url("/old"))
    for _ in range(2):
        again(sqlite, judged)
    assert row(sqlite, feed_id).moved_to == ""


def test_a_move_to_the_address_of_another_feed_is_left_to_a_person(
    sqlite: Database, server: Server, judged: Judged
) -> None:
    server.rules |= {"/old": redirect("/new", code=301), "/new": conditional(rss("eins"), etag='"a"')}
    feed_id = add(sqlite, server.url("/old"))
    add(sqlite, server.url("/new"))
    poll(sqlite, judged)
    with sqlite.writing() as session:
        session.execute(
            update(Feed).where(Feed.id == feed_id).values(moved_seen=5, moved_since=clock.now() - timedelta(days=9))
        )
    again(sqlite, judged)
    assert row(sqlite, feed_id).address == server.url("/old")


# --- fairness, claims, crashes ---


def test_a_domain_has_no_more_than_two_under_way_and_others_come_first(database: Database) -> None:
    for number in range(10):
        add(database, f"https://big.example/{number}", domain="big.example")
    small = add(database, "https://small.example/", domain="small.example")
    with database.writing() as session:
        first = claim.claim(session, most=5, now=clock.now())
        assert sorted(one.domain for one in first) == ["big.example", "big.example", "small.example"]
        assert small in {one.id for one in first}
        assert claim.claim(session, most=5, now=clock.now()) == []
        claim.release(session, first[:1])
        assert len(claim.claim(session, most=5, now=clock.now())) == 1


def test_a_claim_of_a_process_that_died_runs_out(database: Database) -> None:
    add(database, "https://a.example/")
    now = clock.now()
    with database.writing() as session:
        assert len(claim.claim(session, most=5, now=now)) == 1
        assert claim.claim(session, most=5, now=now + timedelta(minutes=2)) == []
        assert len(claim.claim(session, most=5, now=now + timedelta(minutes=4))) == 1


def test_failing_feeds_wait_for_healthy_ones(database: Database) -> None:
    add(database, "https://bad.example/", failures=3, next_check_at=clock.now() - timedelta(hours=5))
    good = add(database, "https://good.example/")
    with database.writing() as session:
        assert [one.id for one in claim.claim(session, most=1, now=clock.now())] == [good]


def test_an_answer_that_comes_too_late_changes_nothing(sqlite: Database, server: Server, judged: Judged) -> None:
    """Somebody changed the address while it was read: neither entries nor validators of the old one are kept."""
    feed_id = add(sqlite, server.url("/f"))

    def meanwhile(connection: Any, request: Any) -> None:
        with sqlite.writing() as session:
            session.execute(update(Feed).values(address=server.url("/other")))
        connection.sendall(webserver.answer(rss("alt"), headers={"ETag": '"old"'}))

    server.rules["/f"] = meanwhile
    assert poll(sqlite, judged).lost == 1
    assert (row(sqlite, feed_id).etag, titles(sqlite)) == ("", [])


def test_hanging_hosts_do_not_hold_up_healthy_ones(sqlite: Database, server: Server, judged: Judged) -> None:
    server.rules |= {"/hang": webserver.silent, "/good": page(rss("eins"))}
    for number in range(40):
        add(sqlite, server.url(f"/hang?{number}"), next_check_at=clock.now() - timedelta(hours=1))
    healthy = [add(sqlite, server.url(f"/good?{number}")) for number in range(40)]
    started = clock.now()
    poll(sqlite, judged)
    late = max(row(sqlite, feed_id).checked_at or started for feed_id in healthy) - started
    assert late < timedelta(seconds=1.5)


def test_requests_to_one_domain_keep_their_distance(sqlite: Database, server: Server, judged: Judged) -> None:
    server.rules["/f"] = page(rss("eins"))
    for number in range(4):
        add(sqlite, server.url(f"/f?{number}"), domain="same.example")
    started = time.monotonic()
    assert poll(sqlite, judged, pace=replace(QUICK, spacing=0.3)).checked == 4
    assert time.monotonic() - started > 0.85


def test_the_engine_of_a_worker_reads_what_becomes_due_and_gives_back_at_its_end(
    sqlite: Database, server: Server, judged: Judged
) -> None:
    server.rules |= {"/f": page(rss("eins")), "/hang": webserver.silent}
    made = Engine(sqlite, judged, contact="", allow_private=True, limits=Limits(total=30), pace=QUICK)
    made.start()
    feed_id, hanging = add(sqlite, server.url("/f")), add(sqlite, server.url("/hang"))
    made.wake()
    until = time.monotonic() + 10
    while time.monotonic() < until and not (row(sqlite, feed_id).checks and row(sqlite, hanging).claimed_until):
        time.sleep(0.02)
    started = time.monotonic()
    made.stop()
    assert time.monotonic() - started < 5
    assert (row(sqlite, feed_id).checks, row(sqlite, hanging).checks) == (1, 0)
    assert row(sqlite, hanging).claimed_until is None, "due at once for the next process"


def test_two_engines_read_each_feed_once(database: Database, server: Server, judged: Judged) -> None:
    server.rules["/f"] = page(rss("eins"))
    for number in range(30):
        add(database, server.url(f"/f?{number}"))
    engines = [Engine(database, judged, contact="", allow_private=True, limits=LIMITS, pace=QUICK) for _ in range(2)]
    for one in engines:
        one.start()
    until = time.monotonic() + 15
    while time.monotonic() < until and sum(one.tally.checked for one in engines) < 30:
        time.sleep(0.02)
    for one in engines:
        one.stop()
    assert sum(one.tally.checked for one in engines) == 30
    assert len(server.requests) == 30


def test_a_calendar_brings_trade_fairs(sqlite: Database, server: Server, judged: Judged) -> None:
    from outreach.fairs import Fair

    calendar = (
        b"BEGIN:VCALENDAR\r\nX-WR-CALNAME:Messen\r\nBEGIN:VEVENT\r\nUID:1\r\nSUMMARY:Interzoo\r\nDTSTART;VALUE=DATE:20270512\r\n"
        b"DTEND;VALUE=DATE:20270516\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )
    server.rules |= {"/c": page(calendar, Content_Type="text/calendar"), "/x": page(rss("x"))}
    feed_id, wrong = (add(sqlite, server.url(path), kind="calendar") for path in ("/c", "/x"))
    poll(sqlite, judged)
    with sqlite.reading() as session:
        assert session.scalars(select(Fair.name)).all() == ["Interzoo"]
    assert (row(sqlite, feed_id).title, row(sqlite, feed_id).format) == ("Messen", "ical")
    assert row(sqlite, wrong).error_kind == "not_a_calendar"


def test_polling_a_whole_house(house: House, sqlite: Database, server: Server, tmp_path: Any) -> None:
    server.rules["/f"] = page(rss("eins"))
    open_house = make_house(sqlite, tmp_path, allow_private_addresses=True)
    feed_id = add(sqlite, server.url("/f"), next_check_at=clock.now() + timedelta(days=1))
    assert watch.poll(open_house).checked == 0
    assert watch.check_feed(open_house, feed_id) == Tally(checked=1, new=1)
    assert watch.poll(open_house, everything=True).unchanged == 1
    assert watch.poll(house, only=[feed_id]).failed == 1, "private addresses are closed unless the setting opens them"


def test_many_large_feeds_are_held_a_few_at_a_time_and_all_are_read(
    sqlite: Database, server: Server, judged: Judged
) -> None:
    server.rules["/f"] = page(rss("eins", text="Wort " * 300_000))
    for number in range(20):
        add(sqlite, server.url(f"/f?{number}"))
    made = Engine(sqlite, judged, contact="", allow_private=True, limits=Limits(total=20), pace=QUICK)
    assert made.run_until_idle() == Tally(checked=20, new=20)
