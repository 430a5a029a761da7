"""Finding feeds: on pages, in lists of other readers; trade fairs in calendars."""

from __future__ import annotations

import asyncio
import contextlib
import time
from dataclasses import dataclass
from datetime import UTC, date, datetime

import pytest

from feeds import discover, guard, ical, links, opml, parse
from feeds.guard import FetchFailed
from feeds.opml import Outline
from feeds.parse import Parsed
from outreach.errors import Invalid

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
RSS = b'<rss version="2.0"><channel><title>Presse</title><item><title>Neu</title></item></channel></rss>'
HOME = "https://www.maier.example/"


@dataclass(frozen=True)
class Answer:
    """A page of the small world below."""

    body: bytes
    final_address: str
    content_type: str = "text/html; charset=utf-8"


class World:
    """Addresses and what stands there; everything else is 404. Keeps what was asked."""

    def __init__(self, **pages: bytes) -> None:
        self.pages = {HOME + name.replace("__", "/").strip("/"): body for name, body in pages.items()}
        self.pages[HOME] = pages.get("home", b"")
        self.asked: list[str] = []

    async def ask(self, address: str) -> Answer:
        self.asked.append(address)
        body = self.pages.get(address) or self.pages.get(address.rstrip("/"))
        if body is None:
            raise FetchFailed("not_found", status=404)
        return Answer(body, address)

    async def read(self, page: discover.Page) -> Parsed:
        return parse.parse(page.body, page.content_type, page.final_address, NOW)

    def find(self, address: str = HOME) -> list[discover.Found]:
        return asyncio.run(discover.find(self.ask, self.read, address))


def test_an_address_that_is_a_feed_is_the_answer() -> None:
    (found,) = World(home=RSS).find()
    assert (found.address, found.how, found.title, found.entries) == (HOME, "itself", "Presse", 1)


def test_announced_feeds_are_found_and_comments_and_interfaces_are_not() -> None:
    page = b"""<!doctype html><html><head>
      <link rel="alternate" type="application/rss+xml" title="Presse &raquo; Kommentar-Feed" href="/comments/feed/">
      <link rel="alternate" type="application/json" href="/wp-json/wp/v2/pages/7">
      <link rel="alternate" type="application/json+oembed" href="/wp-json/oembed/1.0">
      <link rel="alternate" hreflang="en" href="/en/"><LINK REL="Alternate" TYPE="application/rss+xml" HREF="feed">
      <link rel="alternate" type="application/rss+xml" href="https://www.youtube.com/feeds/videos.xml?channel_id=1">
      </head><body><a href="javascript:alert(1)">RSS</a>"""
    world = World(home=page, feed=RSS)
    (found,) = world.find()
    assert (found.address, found.how) == (f"{HOME}feed", "announced")
    assert world.asked == [HOME, f"{HOME}feed"]


def test_linked_feeds_are_found_when_none_is_announced() -> None:
    world = World(home=b'<html><a href="/impressum">x</a><a href="/news.rss">Newsfeed</a>', **{"news.rss": RSS})
    (found,) = world.find()
    assert (found.address, found.how) == (f"{HOME}news.rss", "linked")


def test_press_pages_are_looked_at_unless_the_site_says_no() -> None:
    home = b'<html><a href="/presse/">Presse</a><a href="https://other.example/presse/">fremd</a>'
    press = b'<html><link rel="alternate" type="application/rss+xml" href="/presse.xml">'
    world = World(home=home, presse=press, **{"presse.xml": RSS})
    assert [one.address for one in world.find()] == [f"{HOME}presse.xml"]
    assert not any("other" in address for address in world.asked)
    world = World(home=home, presse=press, **{"presse.xml": RSS, "robots.txt": b"User-agent: *\nDisallow: /presse/"})
    assert world.find() == []
    assert f"{HOME}presse/" not in world.asked


def test_well_known_paths_are_the_last_try() -> None:
    (found,) = World(home=b"<html>nichts", **{"feed.xml": RSS}).find()
    assert (found.address, found.how) == (f"{HOME}feed.xml", "well_known")


def test_a_site_without_feeds_is_asked_for_little() -> None:
    many = "".join(f"<a href='/presse/{n}'>x</a><a href='/rss/{n}'>y</a>" for n in range(500))
    world = World(home=f"<html>{many}".encode())
    assert world.find() == []
    assert len(world.asked) <= 30


def test_a_page_of_nothing_but_tags_costs_no_time() -> None:
    assert discover.candidates("<div>" * 300_000, HOME) == discover.Candidates((), ())
    assert discover.candidates("<a href=x>" * 100_000, HOME).feeds == ()


def test_an_address_that_fails_says_why() -> None:
    with pytest.raises(FetchFailed):
        World().find("https://nirgends.example/")


@pytest.mark.parametrize(
    "line",
    ["Crawl-delay: ²", "Request-rate: ²/²", "Request-rate: 1/0", "Disallow: http://[x", "Crawl-delay: " + "9" * 5000],
)
def test_rules_no_program_understands_allow_nothing_and_break_nothing(line: str) -> None:
    world = World(**{"robots.txt": f"User-agent: *\n{line}\n".encode()})
    rules = asyncio.run(discover.robots(world.ask, HOME))
    assert rules.can_fetch("Outreach", HOME + "presse") in (True, False)


# --- lists ---


def test_a_list_comes_back_as_it_went_out() -> None:
    outlines = [
        Outline("https://a.example/feed", "Ä & Söhne", "https://a.example/", "Kunden / Ulm"),
        Outline("https://b.example/rss", "B", "", "Kunden"),
        Outline("https://c.example/atom", "C <b>"),
    ]
    written = opml.write(outlines, title="Quellen", now=NOW)
    assert {one.address: one for one in opml.read(written)} == {
        one.address: one for one in [*outlines[:2], Outline("https://c.example/atom", "C")]
    }


def test_lists_of_other_readers_are_read() -> None:
    data = b"""<?xml version="1.0" encoding="ISO-8859-1"?><opml version="1.0"><body><outline text="M\xfcller">
      <outline TEXT="x" title="T" xmlURL="https://a.example/1" type="rss"/><outline text="leer"/>
      <outline text="doppelt" xmlUrl="http://www.a.example/1/"/><outline xmlUrl="javascript:alert(1)"/>
      <outline xmlUrl="https://b.example/2?a=1&b=2"/></outline></body></opml>"""
    found = opml.read(data)
    assert [one.address for one in found][:1] == ["https://a.example/1"]
    assert {one.folder for one in found} == {"Müller"}
    assert not any("javascript" in one.address for one in found)


@pytest.mark.parametrize(
    "data",
    [
        b"", b"hallo", b"<html><body>", b"<opml version='2.0'><body/></opml>", b"<opml>" * 5000, b"\x00" * 50,
        b"<opml><body>" + b"<outline>" * 100_000, b"x" * (opml.MOST_BYTES + 1),
        b"<opml><body>" + b"".join(b"<outline xmlUrl='https://a.example/%d'/>" % n for n in range(6000)) + b"</body></opml>",
    ],
)  # fmt: skip
def test_what_is_no_list_is_refused_with_a_sentence(data: bytes) -> None:
    with pytest.raises(Invalid):
        opml.read(data)


def test_a_hostile_list_reads_no_file_and_unfolds_nothing() -> None:
    data = b"""<!DOCTYPE o [<!ENTITY x SYSTEM "file:///etc/passwd"><!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>
      <opml><body><outline text="&b;" xmlUrl="https://a.example/1">&x;</outline></body></opml>"""
    (found,) = opml.read(data)
    assert "root:" not in found.title
    assert len(found.title) < 100


def test_a_deep_list_takes_no_longer_than_a_flat_one() -> None:
    folders, feed = b'<outline text="%s">' % (b"x" * 300), b'<outline xmlUrl="https://a.example/f"/>'
    data = b"<opml><body>" + folders * 200 + feed * 5000 + b"</outline>" * 200 + b"</body></opml>"
    begun = time.process_time()
    (found,) = opml.read(data)
    assert time.process_time() - begun < 5
    assert len(found.folder) <= 300


def test_a_list_is_written_whatever_stands_in_an_address() -> None:
    site = links.absolute("https://a.example/\uffff", "")
    address = guard.checked("https://a.example/\ufffe\ud800x").address
    assert address == "https://a.example/x"
    assert opml.read(opml.write([Outline(address, "A", site)], title="Quellen", now=NOW))


# --- calendars ---

FAIRS = """BEGIN:VCALENDAR\r
VERSION:2.0\r
X-WR-CALNAME:Messen\r
BEGIN:VEVENT\r
UID:1\r
SUMMARY:Interzoo Nürnberg\r
DTSTART;VALUE=DATE:20260512\r
DTEND;VALUE=DATE:20260516\r
LOCATION:Messe Nürnberg\\, Halle 3\r
URL:https://www.interzoo.example/\r
DESCRIPTION:Die <b>Messe</b>\\nfür alle\r
END:VEVENT\r
BEGIN:VEVENT\r
UID:2\r
SUMMARY:Abend\r
DTSTART;TZID=Europe/Berlin:20260110T180000\r
DTEND;TZID=Europe/Berlin:20260111T000000\r
END:VEVENT\r
BEGIN:VEVENT\r
SUMMARY:ohne Tag\r
END:VEVENT\r
BEGIN:VEVENT\r
UID:4\r
SUMMARY:abgesagt\r
STATUS:CANCELLED\r
DTSTART;VALUE=DATE:20260512\r
END:VEVENT\r
END:VCALENDAR\r
"""


def test_fairs_are_read_with_their_last_day() -> None:
    events = ical.read(FAIRS.encode())
    assert (events.name, events.skipped) == ("Messen", 2)
    evening, fair = events.events
    assert (fair.name, fair.starts_on, fair.ends_on) == ("Interzoo Nürnberg", date(2026, 5, 12), date(2026, 5, 15))
    assert (fair.place, fair.link) == ("Messe Nürnberg, Halle 3", "https://www.interzoo.example/")
    assert (evening.starts_on, evening.ends_on) == (date(2026, 1, 10), date(2026, 1, 10))


@pytest.mark.parametrize(
    "data",
    [
        b"", b"<html>", b"BEGIN:VCALENDAR", b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART:x\r\n", b"x" * (ical.MOST_BYTES + 1),
        b"BEGIN:VCALENDAR\r\n" + b"BEGIN:VEVENT\r\nEND:VEVENT\r\n" * 3000 + b"END:VCALENDAR",
        b"BEGIN:VCALENDAR\r\n" + b"BEGIN:X\r\n" * 50_000, b"BEGIN:VCALENDAR\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
    ],
)  # fmt: skip
def test_what_is_no_calendar_is_refused_with_a_sentence(data: bytes) -> None:
    with pytest.raises(Invalid):
        ical.read(data)


@pytest.mark.parametrize("value", ["99999999", "20260230", "20260512T250000", "", "heute", "20260512T100000Q"])
def test_an_event_with_a_broken_day_is_skipped_or_refused_and_never_a_crash(value: str) -> None:
    data = FAIRS.replace("20260512\r\nDTEND", f"{value}\r\nDTEND", 1).encode()
    with contextlib.suppress(Invalid):
        assert all(event.uid != "1" for event in ical.read(data).events)


@pytest.mark.parametrize("value", ["99991231", "00010101"])
def test_a_day_at_the_end_of_all_time_spoils_no_other_event(value: str) -> None:
    data = FAIRS.replace("20260512\r\nDTEND", f"{value}\r\nDTEND", 1).replace(
        "DTEND;VALUE=DATE:20260516", f"DTEND;VALUE=DATE:{value}"
    )
    assert [event.name for event in ical.read(data.encode()).events if event.uid != "1"]


def test_a_moment_beyond_all_calendars_is_skipped() -> None:
    data = FAIRS.replace("DTSTART;VALUE=DATE:20260512\r\nDTEND", "DTSTART:99991231T235959Z\r\nDTEND", 1).encode()
    events = ical.read(data)
    assert events.skipped == 3
    assert "1" not in {event.uid for event in events.events}
