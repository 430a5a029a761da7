"""Pages of matched teasers are read once, politely, within limits; only a sentence of them is kept."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from feeds import watches
from feeds.fetch import Limits
from feeds.rows import DomainPause, Entry, EntryVersion, Feed, Match, Story
from feeds.suggest import Desk, Fresh, Source, take_in
from feeds.texts import Article
from feeds.watch import articles
from feeds.watch.articles import Manners
from outreach import clock
from outreach.contacts import Contact
from outreach.db import Database
from outreach.house import House
from outreach.occasions.rows import Occasion
from tests import webserver, world
from tests.conftest import make_house
from tests.webserver import Server, page, redirect, status

QUICK = Manners(spacing=0.0, limits=Limits(total=3, connect=2))
TITLE = "Besuch bei Müller & Söhne Maschinenbau in Köln"
SENTENCE = "Die Müller & Söhne Maschinenbau GmbH aus Köln gewinnt den Innovationspreis des Landes."
HTML = (
    "<!doctype html><html lang=de><head><meta charset=utf-8><title>{title}</title></head><body><nav><a href=/>Start</a></nav>"
    "<article><h1>{title}</h1><p>{sentence} Der Preis ist mit 20.000 Euro dotiert und wurde am Montag im Rathaus verliehen.</p>"
    "<p>Die Jury lobte die Maschinen, die weniger Strom brauchen als andere. Gefeiert wurde mit der ganzen Belegschaft, "
    "die aus diesem Anlass einen Tag frei bekam.</p></article><footer>Impressum</footer></body></html>"
)


@pytest.fixture
def server() -> Iterator[Server]:
    with webserver.running() as running:
        yield running


@pytest.fixture
def open_house(database: Database, tmp_path: Path) -> House:
    """A house that may read this machine, with a small world and a feed."""
    house = make_house(database, tmp_path, allow_private_addresses=True)
    with database.writing() as session:
        world.build(session)
        session.execute(update(Contact).values(due_on=None))
        session.add(Feed(address="https://paper.example/feed", domain="paper.example", title="Blatt"))
    with database.writing() as session:
        while watches.follow(session, now=clock.now()):
            pass
    return house


def html(sentence: str = SENTENCE) -> webserver.Rule:
    return page(HTML.format(title=TITLE, sentence=sentence).encode(), Content_Type="text/html; charset=utf-8")


def teaser(house: House, link: str, title: str = TITLE) -> int:
    """A teaser that names a customer and says nothing else, as a feed brings it."""
    now = clock.now()
    with house.database.writing() as session:
        feed = session.scalars(select(Feed)).one()
        entry = Entry(feed_id=feed.id, identity=link[-64:], title=title, link=link, published_at=now, first_seen_at=now)
        session.add(entry)
        session.flush()
        fresh = Fresh(entry.id, Article(str(entry.id), title, "Mehr auf unserer Seite.", "", now, link))
        take_in(session, house.kept(Desk, Desk), Source(feed.id, feed.title), [fresh], now=now, zone="Europe/Berlin")
        session.refresh(entry)
        assert entry.full_text == "wanted"
        return entry.id


def state(house: House, entry_id: int) -> str:
    with house.database.reading() as session:
        return session.scalars(select(Entry.full_text).where(Entry.id == entry_id)).one()


def test_the_page_says_what_happened_and_becomes_an_occasion(open_house: House, server: Server) -> None:
    server.rules["/a"] = html()
    entry_id = teaser(open_house, server.url("/a"))
    with open_house.database.reading() as session:
        assert session.scalars(select(Match.kind)).all() == [None]
    assert articles.read(open_house, manners=QUICK) == 1
    assert state(open_house, entry_id) == "read"
    with open_house.database.reading() as session:
        (match,) = session.scalars(select(Match)).all()
        assert (match.kind, match.quote) == ("award", SENTENCE)
        (made,) = session.scalars(select(Occasion)).all()
        assert (made.kind, made.quote, made.state) == ("award", SENTENCE, "open")
        assert session.scalars(select(Story.kind)).all() == ["award"]


def test_nothing_of_the_text_is_kept_but_the_sentence(open_house: House, server: Server) -> None:
    server.rules["/a"] = html()
    teaser(open_house, server.url("/a"))
    articles.read(open_house, manners=QUICK)
    with open_house.database.reading() as session:
        rows = [*session.scalars(select(Entry)), *session.scalars(select(Match)), *session.scalars(select(Story))]
        rows += [*session.scalars(select(Occasion)), *session.scalars(select(EntryVersion))]
        kept = " ".join(str(value) for row in rows for value in vars(row).values())
    assert "20.000 Euro" not in kept
    assert "Belegschaft" not in kept


def test_what_a_person_said_of_a_match_stays(open_house: House, server: Server) -> None:
    server.rules["/a"] = html()
    teaser(open_house, server.url("/a"))
    with open_house.database.writing() as session:
        session.execute(update(Match).values(verdict="wrong"))
    articles.read(open_house, manners=QUICK)
    with open_house.database.reading() as session:
        assert session.execute(select(Match.kind, Match.verdict)).all() == [(None, "wrong")]


def test_a_page_is_read_once(open_house: House, server: Server) -> None:
    server.rules["/a"] = html()
    teaser(open_house, server.url("/a"))
    assert [articles.read(open_house, manners=QUICK) for _ in range(3)] == [1, 0, 0]
    assert len(server.asked("/a")) == len(server.asked("/robots.txt")) == 1


def test_robots_are_asked_and_obeyed(open_house: House, server: Server) -> None:
    server.rules |= {"/robots.txt": page(b"User-agent: *\nDisallow: /intern/\n"), "/intern/a": html(), "/b": html()}
    closed, free = teaser(open_house, server.url("/intern/a")), teaser(open_house, server.url("/b"))
    assert articles.read(open_house, manners=QUICK) == 2
    assert (state(open_house, closed), state(open_house, free)) == ("refused", "read")
    assert server.asked("/intern/a") == []


@pytest.mark.parametrize(
    "rule",
    [
        status(404), status(403), status(410), page(b"%PDF-1.7", Content_Type="application/pdf"), page(b""),
        page(b"<html><body><p>Bitte anmelden.</p></body></html>", Content_Type="text/html"), redirect("/consent?next=/a"),
    ],
)  # fmt: skip
def test_what_gives_no_article_is_refused(open_house: House, server: Server, rule: webserver.Rule) -> None:
    server.rules |= {"/a": rule, "/consent": html()}
    entry_id = teaser(open_house, server.url("/a"))
    assert articles.read(open_house, manners=QUICK) == 1
    assert state(open_house, entry_id) == "refused"


def test_google_news_is_never_asked(open_house: House) -> None:
    entry_id = teaser(open_house, "https://news.google.com/rss/articles/CBMi?oc=5")
    assert articles.read(open_house, manners=QUICK) == 1
    assert state(open_house, entry_id) == "refused"


def test_private_addresses_stay_closed(open_house: House, server: Server, database: Database, tmp_path: Path) -> None:
    server.rules["/a"] = html()
    entry_id = teaser(open_house, server.url("/a"))
    assert articles.read(make_house(database, tmp_path), manners=QUICK) == 1
    assert state(open_house, entry_id) == "refused"
    assert server.requests == []


def test_what_fails_for_a_while_is_tried_three_times(open_house: House, server: Server) -> None:
    server.rules["/a"] = status(503)
    entry_id = teaser(open_house, server.url("/a"))
    assert [articles.read(open_house, manners=QUICK) for _ in range(2)] == [0, 0]
    assert state(open_house, entry_id) == "wanted"
    assert articles.read(open_house, manners=QUICK) == 1
    assert state(open_house, entry_id) == "refused"
    assert len(server.asked("/a")) == 3


def test_a_server_that_says_too_often_is_left_alone(open_house: House, server: Server) -> None:
    server.rules |= {"/a": status(429, Retry_After="7200"), "/b": html()}
    first, second = teaser(open_house, server.url("/a")), teaser(open_house, server.url("/b"))
    assert articles.read(open_house, manners=QUICK) == 0
    assert articles.read(open_house, manners=QUICK) == 0
    assert (state(open_house, first), state(open_house, second)) == ("wanted", "wanted")
    assert server.asked("/b") == []
    with open_house.database.reading() as session:
        (until,) = session.scalars(select(DomainPause.until)).all()
    assert until > clock.now() + timedelta(hours=1.9)


def test_old_articles_are_given_up(open_house: House, server: Server) -> None:
    entry_id = teaser(open_house, server.url("/a"))
    with open_house.database.writing() as session:
        session.execute(update(Entry).values(first_seen_at=clock.now() - timedelta(days=3)))
    assert articles.read(open_house, manners=QUICK) == 1
    assert (state(open_house, entry_id), server.requests) == ("refused", [])


def test_a_domain_is_read_by_one_process_at_a_time(open_house: House, server: Server) -> None:
    server.rules["/a"] = html()
    teaser(open_house, server.url("/a"))
    with open_house.database.writing() as session:
        held = articles._lease(session, articles._waiting(session, QUICK), QUICK, clock.now())
        assert list(held) == ["127.0.0.1"]
        assert articles._lease(session, articles._waiting(session, QUICK), QUICK, clock.now()) == {}
        later = clock.now() + timedelta(minutes=6)
        assert list(articles._lease(session, articles._waiting(session, QUICK), QUICK, later)) == ["127.0.0.1"]


def test_pages_of_one_domain_keep_their_distance(open_house: House, server: Server) -> None:
    server.rules |= {"/a": html(), "/b": html()}
    for path in ("/a", "/b"):
        teaser(open_house, server.url(path))
    started = time.monotonic()
    assert articles.read(open_house, manners=Manners(spacing=0.4, limits=QUICK.limits)) == 2
    assert time.monotonic() - started > 0.8  # robots.txt, then two pages


def test_hostile_pages_end_nothing(open_house: House, server: Server) -> None:
    server.rules |= {
        "/deep": page(b"<html><body>" + b"<div>" * 200_000 + b"x", Content_Type="text/html"),
        "/endless": webserver.endless(b"<p>x" * 1000, head=b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n"),
        "/good": html(),
    }
    ids = [teaser(open_house, server.url(path)) for path in ("/deep", "/endless", "/good")]
    assert articles.read(open_house, manners=QUICK) == 3
    assert [state(open_house, entry_id) for entry_id in ids] == ["refused", "refused", "read"]
