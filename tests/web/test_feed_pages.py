"""The pages of sources, watches and the press review: added, looked at, corrected, taught; and what is wrong said in words."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from sqlalchemy import select

from feeds import sources, watches
from feeds.rows import Entry, Feed, FeedSubject, Match, SourceImport, Watch
from feeds.sources import lists
from feeds.suggest import Desk, Fresh, Source, take_in
from feeds.texts import Article
from outreach import clock
from outreach.db import Database
from outreach.house import House
from outreach.users import Role
from tests import webserver
from tests.conftest import make_house
from tests.web.conftest import SignIn, hidden_fields
from tests.webserver import page
from tests.world import World

RSS = b"<rss version='2.0'><channel><title>Blatt</title><item><title>Neues</title><guid>1</guid></item></channel></rss>"
HOME = (
    b"<html><head><title>Blatt</title><link rel='alternate' type='application/rss+xml' href='/rss.xml'></head></html>"
)
OPML = b"""<opml version="2.0"><body><outline text="Kunden"><outline text="A" xmlUrl="https://a.example/rss"/>
<outline text="B" xmlUrl="http://127.0.0.1/rss"/></outline></body></opml>"""


@pytest.fixture
def house(sqlite: Database, tmp_path: Path) -> House:
    """A house that may read from this machine."""
    return make_house(sqlite, tmp_path, allow_private_addresses=True)


def test_a_site_is_looked_at_before_anything_is_kept(signed_in: SignIn, house: House) -> None:
    editor = signed_in(Role.EDITOR)
    with webserver.running({"/": page(HOME, content_type="text/html"), "/rss.xml": page(RSS)}) as server:
        found = editor.submit("/sources/new", to="/sources/discovery", address=server.url("/"))
    assert found.status_code == 200
    assert f'value="{server.url("/rss.xml")}"' in found.text
    with house.database.reading() as session:
        assert session.scalars(select(Feed)).all() == []
    kept = editor.post("/sources", data={**hidden_fields(found.text, "/sources"), "address": server.url("/rss.xml")})
    assert kept.status_code == 303
    assert editor.get(kept.headers["Location"]).status_code == 200


@pytest.mark.parametrize(
    "address",
    ["ftp://a.example/", "https://user:secret@a.example/", "https://127.1.0.0.0.1/", "", "kein feed", "http://0x7f.1/"],
)
def test_an_address_that_cannot_be_read_is_refused_beside_the_field(signed_in: SignIn, address: str) -> None:
    answer = signed_in(Role.EDITOR).submit("/sources/new", to="/sources/discovery", address=address)
    assert answer.status_code in (200, 422)
    assert "error" in answer.text or "notice warning" in answer.text


def test_a_site_without_a_feed_offers_what_else_can_be_done(signed_in: SignIn) -> None:
    with webserver.running({"/": page(b"<html><body>Hallo</body></html>", content_type="text/html")}) as server:
        answer = signed_in(Role.EDITOR).submit("/sources/new", to="/sources/discovery", address=server.url("/"))
    assert answer.status_code == 200
    assert "notice warning" in answer.text


def _add(house: House, address: str = "https://blatt.example/rss", **more: str) -> int:
    with house.database.writing() as session:
        return sources.add(session, address, title="Kölner Blatt", now=clock.now()).id


def test_the_same_address_is_read_once(house: House, people: World) -> None:
    assert _add(house) == _add(house, "HTTPS://Blatt.example/rss")


def test_a_feed_says_how_it_is(signed_in: SignIn, house: House) -> None:
    number = _add(house)
    with house.database.writing() as session:
        feed = sources.get(session, number)
        feed.error_kind, feed.error_values, feed.failures, feed.failing_since = (
            "timeout",
            {"seconds": 30},
            3,
            clock.now(),
        )
    editor = signed_in(Role.EDITOR)
    assert "30" in editor.get(f"/sources/{number}").text
    assert "Kölner Blatt" in editor.get("/sources?show=failing").text
    assert "Kölner Blatt" not in editor.get("/sources?show=paused").text


def test_a_feed_is_paused_resumed_renamed_and_forgotten(signed_in: SignIn, house: House) -> None:
    number, editor = _add(house), signed_in(Role.EDITOR)
    path = f"/sources/{number}"
    editor.submit(path, to=f"{path}/pause")
    with house.database.reading() as session:
        assert sources.get(session, number).state == "paused"
    editor.submit(path, to=f"{path}/resumption")
    assert editor.submit(path, to=path, title="Mein Blatt", minutes="60").status_code == 303
    assert "Mein Blatt" in editor.get("/sources").text
    editor.submit(path, to=f"{path}/removal", word="nope")
    assert editor.get(path).status_code == 200
    with house.database.reading() as session:
        word = "vergessen" if "vergessen" in editor.get(path).text else "forget"
    editor.submit(path, to=f"{path}/removal", word=word)
    assert editor.get(path).status_code == 404


def test_a_list_is_read_in_with_a_report_and_written_again(signed_in: SignIn, house: House) -> None:
    editor = signed_in(Role.EDITOR)
    hidden = hidden_fields(editor.get("/sources/lists").text, "/sources/lists")
    answer = editor.post("/sources/lists", data={**hidden, "file": (io.BytesIO(OPML), "liste.opml")})
    assert answer.status_code == 303
    with house.database.reading() as session:
        number = session.scalars(select(SourceImport.id)).one()
    lists.run(house, number, now=clock.now())
    lists.run(house, number, now=clock.now())
    report = editor.get(answer.headers["Location"]).text
    assert "https://a.example/rss" in report
    written = editor.get("/sources/sources.opml")
    assert written.mimetype == "text/x-opml"
    assert b'xmlUrl="https://a.example/rss"' in written.data
    with house.database.reading() as session:
        assert len(session.scalars(select(Feed)).all()) == len(set(session.scalars(select(Feed.address))))


@pytest.mark.parametrize("body", [b"", b"<html></html>", b"<opml><body/></opml>", b"\x00\xff" * 50])
def test_a_file_that_is_no_list_is_refused_in_words(signed_in: SignIn, body: bytes) -> None:
    editor = signed_in(Role.EDITOR)
    hidden = hidden_fields(editor.get("/sources/lists").text, "/sources/lists")
    answer = editor.post("/sources/lists", data={**hidden, "file": (io.BytesIO(body), "liste.opml")})
    assert answer.status_code == 422
    assert "file-error" in answer.text


def _report(house: House, people: World) -> int:
    now = clock.now()
    with house.database.writing() as session:
        while watches.follow(session, now=now):
            pass
        feed = sources.add(session, "https://blatt.example/rss", title="Kölner Blatt", now=now).id
        title = "Müller & Söhne Maschinenbau gewinnt Innovationspreis"
        entry = Entry(feed_id=feed, identity="1" * 64, title=title, link="javascript:alert(1)", published_at=now)
        session.add(entry)
        session.flush()
        text = (
            "Die Müller & Söhne Maschinenbau GmbH aus Köln hat den Innovationspreis gewonnen. <script>alert(1)</script>"
        )
        article = Article(str(entry.id), title, text, "", now, "https://blatt.example/1")
        return take_in(session, Desk(), Source(feed, "Kölner Blatt"), [Fresh(entry.id, article)], now=now, zone="UTC")[
            0
        ].id


def test_the_press_review_shows_the_sentence_and_why_it_is_there(
    signed_in: SignIn, house: House, people: World
) -> None:
    _report(house, people)
    reader, company = signed_in(Role.READER), people.companies["mueller"]
    shown = reader.get(f"/companies/{company}/press").text
    assert "Innovationspreis" in shown
    assert "<script>alert" not in shown
    assert "Innovationspreis" in reader.get(f"/companies/{company}/press.csv").text
    for show in ("events", "rivals", "people", "topics", "nonsense"):
        assert reader.get(f"/companies/{company}/press?show={show}").status_code == 200


def test_wrong_company_teaches_a_word(signed_in: SignIn, house: House, people: World) -> None:
    match, editor = _report(house, people), signed_in(Role.EDITOR)
    answer = editor.submit(
        f"/reports/{match}/wrong", to=f"/reports/{match}/wrong", excluded="Schützenverein, Husum", required=""
    )
    assert answer.status_code == 303
    with house.database.reading() as session:
        assert session.get(Match, match).verdict == "wrong"  # type: ignore[union-attr]
        watch = session.scalars(select(Watch).where(Watch.kind == "company", Watch.excluded != [])).one()
        assert watch.excluded == ["Schützenverein", "Husum"]
        number = watch.id
    assert (
        editor.submit(f"/watches/{number}", to=f"/watches/{number}", required="Husum", excluded="Husum").status_code
        == 422
    )


def test_dismissing_as_wrong_company_leads_to_the_question(signed_in: SignIn, house: House, people: World) -> None:
    match, editor = _report(house, people), signed_in(Role.EDITOR)
    shown = editor.get("/occasions").text
    action = re.search(r'action="(/occasions/\d+/dismissal)"', shown)
    assert action
    answer = editor.post(action[1], data={**hidden_fields(shown, action[1]), "reason": "wrong_company"})
    assert answer.headers["Location"] == f"/reports/{match}/wrong"


def test_watches_of_a_company_are_added_corrected_and_switched_off(
    signed_in: SignIn, house: House, people: World
) -> None:
    _report(house, people)
    editor, path = signed_in(Role.EDITOR), f"/companies/{people.companies['mueller']}/watches"
    assert editor.submit(path, to=path, kind="topic", name="Lasertechnik").status_code == 303
    assert editor.submit(path, to=path, kind="topic", name="Lasertechnik").status_code == 422
    assert "Lasertechnik" in editor.get(path).text
    with house.database.reading() as session:
        number = session.scalars(select(Watch.id).where(Watch.name == "Lasertechnik")).one()
    editor.submit(path, to=f"/watches/{number}/state", on="no")
    assert "Lasertechnik" not in editor.get(path).text


def test_sources_are_proposed_for_a_customer_and_linked(signed_in: SignIn, house: House, people: World) -> None:
    editor, company = signed_in(Role.EDITOR), people.companies["mueller"]
    shown = editor.get(f"/companies/{company}/watches").text
    assert "news.google.com" in shown
    hidden = hidden_fields(shown, "/sources")
    answer = editor.post("/sources", data=hidden)
    assert answer.headers["Location"] == f"/companies/{company}/watches"
    with house.database.reading() as session:
        assert session.scalars(select(FeedSubject.relation)).all() == ["search"]
        assert session.scalars(select(Feed.kind)).all() == ["search"]


def test_a_reader_changes_no_source(signed_in: SignIn, house: House) -> None:
    number, reader = _add(house), signed_in(Role.READER)
    assert reader.get(f"/sources/{number}").status_code == 200
    assert reader.post(f"/sources/{number}/pause").status_code in (400, 403)
    assert reader.get("/sources/sources.opml").status_code == 403


def test_a_proposed_spelling_is_taken_with_a_click(signed_in: SignIn, house: House, people: World) -> None:
    _report(house, people)
    editor, path = signed_in(Role.EDITOR), f"/companies/{people.companies['mueller']}/watches"
    action = re.search(r'action="(/watches/\d+/form)"', editor.get(path).text)
    assert action
    editor.submit(path, to=action[1])
    with house.database.reading() as session:
        (taken,) = session.scalars(select(Watch.forms).where(Watch.forms != [])).one()
    assert taken in editor.get(path).text
