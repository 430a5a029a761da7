"""Sources from the command line: added, listed, imported, exported, paused, removed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select, update

import wsgi
from feeds import sources
from feeds.rows import Feed
from outreach import clock
from outreach.db import Database
from outreach.house import House
from tests import webserver, world
from tests.conftest import make_house
from tests.webserver import Server, page

RSS = b"<rss version='2.0'><channel><title>Aktuelles</title><item><title>Eins</title><link>https://a.example/1</link></item></channel></rss>"
HOME = (
    b"<html><head><link rel=alternate type=application/rss+xml href=/feed.xml><link rel=alternate type=application/rss+xml"
    b" href=/blog.xml></head></html>"
)
OPML = b"""<opml version="2.0"><body><outline text="Kunden"><outline text="A" xmlUrl="https://a.example/feed"/>
<outline text="B" xmlUrl="https://b.example/feed"/><outline text="C" xmlUrl="http://10.0.0.1/feed"/></outline></body></opml>"""


@pytest.fixture
def open_house(sqlite: Database, tmp_path: Path) -> House:
    house = make_house(sqlite, tmp_path, allow_private_addresses=True)
    with sqlite.writing() as session:
        world.build(session)
    return house


@pytest.fixture
def server() -> Iterator[Server]:
    rules = {"/": page(HOME, Content_Type="text/html"), "/feed.xml": page(RSS), "/blog.xml": page(RSS)}
    with webserver.running(rules) as running:
        yield running


def run(house: House, *words: str) -> Result:
    return CliRunner().invoke(wsgi.cli, ["feeds", *words], obj=house, catch_exceptions=False)


def read(result: Result) -> Any:
    return json.loads(result.output.splitlines()[-1])


def addresses(house: House) -> list[str]:
    with house.database.reading() as session:
        return list(session.scalars(select(Feed.address).order_by(Feed.id)))


def test_the_feeds_of_a_site_are_looked_for_and_the_best_is_added(open_house: House, server: Server) -> None:
    done = run(open_house, "add", server.url("/"), "--company", "Müller & Söhne Maschinenbau GmbH", "--json")
    assert done.exit_code == 0, done.output
    (one,) = read(done)["addresses"]
    assert ([found["how"] for found in one["found"]], len(one["added"])) == (["announced", "announced"], 1)
    assert addresses(open_house) == [server.url("/feed.xml")]
    with open_house.database.reading() as session:
        linked = sources.linked(session, one["added"][0]["id"])
    assert [(one.name, one.relation) for one in linked] == [("Müller & Söhne Maschinenbau GmbH", "own")]
    told = run(open_house, "add", server.url("/"), "--all")
    assert "was read already" in told.output
    assert addresses(open_house) == [server.url("/feed.xml"), server.url("/blog.xml")]


def test_an_address_is_taken_as_it_is_without_looking(open_house: House) -> None:
    assert run(open_house, "add", "https://a.example/feed", "b.example/feed", "--no-look").exit_code == 0
    assert addresses(open_house) == ["https://a.example/feed", "https://b.example/feed"]


def test_what_cannot_be_added_is_a_sentence_and_the_rest_is_added(open_house: House, server: Server) -> None:
    done = run(open_house, "add", server.url("/nothing"), "ftp://a.example", server.url("/feed.xml"), "--json")
    assert done.exit_code == 1
    errors = [one["error"] for one in read(done)["addresses"]]
    assert "404" in errors[0]
    assert "http" in errors[1]
    assert errors[2] == ""
    assert addresses(open_house) == [server.url("/feed.xml")]
    nobody = run(open_house, "add", "https://a.example", "--company", "Niemand AG")
    assert (nobody.exit_code, addresses(open_house)) == (1, [server.url("/feed.xml")])


def test_the_list_says_how_each_goes(open_house: House) -> None:
    assert "Nothing is read yet." in run(open_house, "list").output
    run(open_house, "add", "https://a.example/feed", "https://b.example/feed", "--no-look")
    with open_house.database.writing() as session:
        failed = {"error_kind": "not_found", "failures": 3, "failing_since": clock.now(), "status": 404}
        session.execute(update(Feed).where(Feed.address.like("%b.example%")).values(failed))
    (bad,) = read(run(open_house, "list", "--failing", "--json"))["feeds"]
    assert (bad["state"], bad["status"], bad["failures"]) == ("failing", 404, 3)
    assert "404" in bad["error"]
    text = run(open_house, "list").output
    assert "There is nothing at this address (404)." in text
    assert all(word in text for word in ("Last success", "https://a.example/feed", "never"))
    assert read(run(open_house, "list", "--json"))["feeds"][0]["why"]


def test_lists_come_in_and_go_out(house: House, tmp_path: Path) -> None:
    given, written = tmp_path / "mine.opml", tmp_path / "out.opml"
    given.write_bytes(OPML)
    done = run(house, "import-opml", str(given), "--json")
    assert done.exit_code == 0, done.output
    report = read(done)
    assert (report["added"], report["known"], report["refused"]) == (2, 0, 1)
    assert "private" in report["lines_refused"][0]["error"]
    assert read(run(house, "import-opml", str(given), "--json"))["known"] == 2
    assert run(house, "export-opml", str(written)).exit_code == 0
    assert written.read_bytes().count(b"xmlUrl") == 2
    assert b"https://a.example/feed" in run(house, "export-opml").stdout_bytes
    given.write_bytes(b"<html>")
    assert run(house, "import-opml", str(given)).exit_code == 1


def test_a_source_is_paused_resumed_and_removed_by_number_or_address(open_house: House) -> None:
    run(open_house, "add", "https://a.example/feed", "--no-look")
    assert run(open_house, "pause", "1").exit_code == 0
    assert read(run(open_house, "list", "--json"))["feeds"][0]["state"] == "paused"
    assert run(open_house, "resume", "https://a.example/feed").exit_code == 0
    assert read(run(open_house, "list", "--json"))["feeds"][0]["state"] == "new"
    assert run(open_house, "remove", "a.example/feed").exit_code == 0
    gone = run(open_house, "pause", "1")
    assert (gone.exit_code, "no such source" in gone.output) == (1, True)
    assert run(open_house, "remove", "https://a.example/feed").exit_code == 1
