"""Topics of the customer file meet the news: matches, notes, and how little of it one customer hears."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from feeds import press, suggest, watches
from feeds.rows import Entry, Feed, Match, Watch
from feeds.suggest import Desk, Fresh, Source
from feeds.texts import Article
from feeds.watch import by_meaning
from outreach import facts
from outreach.contacts import Contact
from outreach.house import House
from outreach.occasions.rows import Occasion
from tests import world
from tests.world import World

NOW = world.NOW
ZONE = "Europe/Berlin"
TAUGHT = ("Neue Schulungen für Meister im Handwerk", "Die Kammer bietet ab Herbst Schulungen für Meister an.")


def _noted(session: Session, *notes: tuple[str, str]) -> World:
    made = world.build(session)
    session.execute(update(Contact).values(due_on=None))
    for kind, text in notes:
        facts.add(session, contact_id=made.people["anna"], kind=kind, text=text, noted_on=NOW.date())
    while watches.follow(session, now=NOW):
        pass
    return made


def _entries(session: Session, *told: tuple[str, str], at: datetime = NOW - timedelta(hours=3)) -> list[Fresh]:
    feed = session.scalar(select(Feed)) or Feed(
        address="https://paper.example/feed", domain="paper.example", title="Blatt"
    )
    session.add(feed)
    session.flush()
    fresh = []
    for title, text in told:
        number = len(session.scalars(select(Entry.id)).all())
        link = f"https://paper.example/{number}"
        entry = Entry(
            feed_id=feed.id, identity=f"{number:064}", title=title, excerpt=text[:200], link=link, published_at=at,
            first_seen_at=at,
        )  # fmt: skip
        session.add(entry)
        session.flush()
        fresh.append(Fresh(entry.id, Article(str(entry.id), title, text, "", at, link)))
    return fresh


def _read(session: Session, *told: tuple[str, str], desk: Desk | None = None, **at: datetime) -> list[Match]:
    fresh = _entries(session, *told, **at)
    feed = session.scalars(select(Feed)).one()
    return suggest.take_in(session, desk or Desk(), Source(feed.id, feed.title), fresh, now=NOW, zone=ZONE)


def test_an_article_about_a_wish_becomes_a_note_for_whoever_wished(session: Session) -> None:
    small = _noted(session, ("wish", "Will Angebot Schulung für Meister"))
    (match,) = _read(session, TAUGHT)
    watch = session.scalars(select(Watch).where(Watch.kind == "wish")).one()
    assert (match.relation, match.kind, match.decision, match.watch_id) == ("topic", "topic", "note", watch.id)
    assert (match.quote, match.contact_id) == (TAUGHT[0], small.people["anna"])
    (made,) = session.scalars(select(Occasion)).all()
    assert (made.kind, made.action, made.state, made.contact_id) == ("topic", "note", "note", small.people["anna"])
    assert made.details["topic"] == "Will Angebot Schulung für Meister"
    (told,) = press.of_company(session, small.companies["mueller"], show="topics").rows
    assert told.newest.watch == "Will Angebot Schulung für Meister"


def test_taking_in_the_same_article_twice_changes_nothing(session: Session) -> None:
    _noted(session, ("topic", "Schulung für Meister"))
    fresh = _entries(session, TAUGHT)
    source = Source(session.scalars(select(Feed.id)).one(), "Blatt")
    for _ in range(2):
        suggest.take_in(session, Desk(), source, fresh, now=NOW, zone=ZONE)
    assert len(session.scalars(select(Match)).all()) == len(session.scalars(select(Occasion)).all()) == 1


def test_interests_and_private_notes_are_never_looked_for(session: Session) -> None:
    _noted(session, ("interest", "Lasertechnik"), ("topic", "Tochter macht Abi"), ("wish", "Marathonläufer"))
    assert (
        _read(
            session,
            ("Lasertechnik im Aufwind", ""),
            ("Tochter macht Abi im Gefängnis", ""),
            ("Marathonläufer gestürzt", ""),
        )
        == []
    )


def test_an_own_mention_wins_over_a_topic(session: Session) -> None:
    small = _noted(session, ("topic", "Schulung für Meister"))
    own = "Müller & Söhne Maschinenbau GmbH bietet Schulung für Meister"
    (match,) = _read(session, (own, f"Die {own} aus Köln an."))
    assert (match.relation, match.company_id) == ("own", small.companies["mueller"])


def test_no_more_than_three_a_day_and_no_story_twice(session: Session) -> None:
    _noted(session, ("topic", "Robotik"))
    towns = (
        "Aachen sucht Ideen für",
        "Siemens investiert Milliarden in",
        "Studie warnt vor",
        "Messe München zeigt",
        "Kritik an",
    )
    desk = Desk()
    matches = _read(session, *((f"{town} Robotik", "") for town in towns), desk=desk)
    assert len(matches) == 3
    assert _read(session, ("Noch etwas ganz anderes über Robotik", ""), desk=desk) == []


def test_the_same_story_of_three_papers_is_told_once(session: Session) -> None:
    _noted(session, ("topic", "Robotik"))
    assert len(_read(session, *[("Siemens investiert Milliarden in Robotik", "")] * 3)) == 1


def test_old_articles_fit_no_topic(session: Session) -> None:
    _noted(session, ("topic", "Schulung für Meister"))
    assert _read(session, TAUGHT, at=NOW - timedelta(days=40)) == []


def test_a_topic_noted_later_is_known_to_the_desk_and_found_in_what_was_read_lately(session: Session) -> None:
    small = _noted(session)
    desk = Desk()
    assert _read(session, TAUGHT, desk=desk) == []
    facts.add(session, contact_id=small.people["anna"], kind="topic", text="Schulung für Meister", noted_on=NOW.date())
    while watches.follow(session, now=NOW):
        pass
    assert suggest.look_back(session, [f"company:{small.companies['mueller']}"], now=NOW, zone=ZONE) == 1
    told = ("Schulung für Meister wird in Bonn jetzt kostenlos", "")
    assert [match.relation for match in _read(session, told, desk=desk)] == ["topic"]


@pytest.mark.slow
def test_what_a_headline_means_is_found_apart_from_the_reading(any_house: House) -> None:
    with any_house.database.writing() as session:
        _noted(session, ("topic", "Will Angebot Schulung für Meister"))
        told = [("Handwerkskammer fördert Weiterbildung von Meistern", ""), ("Bayern München verliert in Madrid", "")]
        assert _read(session, *told) == []
    assert by_meaning.fit(any_house, now=NOW) == 2
    assert by_meaning.fit(any_house, now=NOW) == 0
    with any_house.database.reading() as session:
        (match,) = session.scalars(select(Match)).all()
        assert (match.relation, match.why, match.quote) == ("topic", ["topic_meaning"], told[0][0])
        assert len(session.scalars(select(Occasion)).all()) == 1


def test_without_topics_no_model_is_loaded(house: House) -> None:
    with house.database.writing() as session:
        _noted(session)
        _read(session, TAUGHT)
    assert by_meaning.fit(house, now=NOW) == 0
    assert house.kept(by_meaning.Mark, by_meaning.Mark).meaning._model is None
