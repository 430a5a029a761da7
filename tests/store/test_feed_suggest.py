"""From new entries to occasions: watches out of the customer file, matches, stories, flags, and what a person teaches."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from feeds import watches
from feeds.rows import Entry, Feed, FeedSubject, Match, Story, Watch
from feeds.suggest import Desk, Fresh, Source, look_back, take_in
from feeds.texts import Article
from outreach import companies, contacts, dates, facts, fairs, stops
from outreach.contacts import Contact
from outreach.errors import Conflict, Invalid
from outreach.occasions import decide, found, pages
from outreach.occasions.rows import Occasion
from tests import world
from tests.world import World

NOW = world.NOW
ZONE = "Europe/Berlin"
AWARD = (
    "Müller & Söhne Maschinenbau gewinnt Innovationspreis",
    "Die Müller & Söhne Maschinenbau GmbH aus Köln hat den Innovationspreis des Landes gewonnen. "
    "Der Preis ist mit 20.000 Euro dotiert und wurde am Montag verliehen.",
)
INSOLVENT = (
    "Müller & Söhne Maschinenbau stellt Insolvenzantrag",
    "Die Müller & Söhne Maschinenbau GmbH aus Köln hat beim Amtsgericht Köln Insolvenz angemeldet. 80 Beschäftigte sind betroffen.",
)


@pytest.fixture
def small(session: Session) -> World:
    made = world.build(session)
    session.execute(update(Contact).values(due_on=None))
    _follow(session)
    return made


def _follow(session: Session) -> None:
    while watches.follow(session, now=NOW):
        pass


def _feed(session: Session, address: str = "https://paper.example/feed", title: str = "Kölner Blatt") -> Feed:
    found = session.scalar(select(Feed).where(Feed.address == address))
    made = found or Feed(address=address, domain="paper.example", title=title)
    session.add(made)
    session.flush()
    return made


def _read(
    session: Session,
    *told: tuple[str, str],
    desk: Desk | None = None,
    feed: Feed | None = None,
    at: datetime = NOW - timedelta(hours=3),
) -> list[Match]:
    feed = feed or _feed(session)
    fresh = []
    for title, text in told:
        number = len(session.scalars(select(Entry.id)).all())
        entry = Entry(
            feed_id=feed.id,
            identity=f"{number:064}",
            title=title,
            link=f"https://paper.example/{number}",
            published_at=at,
        )
        session.add(entry)
        session.flush()
        fresh.append(Fresh(entry.id, Article(str(entry.id), title, text, "", at, entry.link)))
    return take_in(session, desk or Desk(), Source(feed.id, feed.title), fresh, now=NOW, zone=ZONE)


def _occasions(session: Session) -> list[Occasion]:
    return list(session.scalars(select(Occasion).order_by(Occasion.id)))


def test_watches_come_out_of_the_customer_file(session: Session, small: World) -> None:
    mine = {(one.kind, one.name) for one in watches.of_company(session, small.companies["mueller"])}
    assert mine == {("company", "Müller & Söhne Maschinenbau GmbH"), ("person", "Anna Müller")}
    companies.update(session, small.companies["mueller"], competitors=["Krause Anlagenbau"])
    facts.add(
        session, contact_id=small.people["anna"], kind="topic", text="Robotik im Mittelstand", noted_on=NOW.date()
    )
    _follow(session)
    mine = {(one.kind, one.name) for one in watches.of_company(session, small.companies["mueller"])}
    assert {("competitor", "Krause Anlagenbau"), ("topic", "Robotik im Mittelstand")} <= mine
    companies.update(session, small.companies["mueller"], competitors=[])
    _follow(session)
    assert ("competitor", "Krause Anlagenbau") not in {
        (one.kind, one.name) for one in watches.of_company(session, small.companies["mueller"])
    }


def test_news_of_a_fair_are_a_note_for_whoever_exhibits_there(session: Session, small: World) -> None:
    fair = fairs.add(session, name="Orgatec", starts_on=NOW.date() + timedelta(days=60), place="Köln")
    fairs.exhibits(session, fair.id, small.companies["mueller"])
    _follow(session)
    assert ("fair", "Orgatec") in {
        (one.kind, one.name) for one in watches.of_company(session, small.companies["mueller"])
    }
    (match,) = _read(
        session, ("Orgatec meldet Rekord bei Ausstellern", "Zur Orgatec in Köln kommen mehr Firmen als je zuvor.")
    )
    assert (match.company_id, match.relation, match.decision) == (small.companies["mueller"], "topic", "note")
    fairs.exhibits_not(session, fair.id, small.companies["mueller"])
    _follow(session)
    assert "fair" not in {one.kind for one in watches.of_company(session, small.companies["mueller"])}


def test_deriving_twice_changes_nothing(session: Session, small: World) -> None:
    ids = list(small.companies.values())
    assert watches.derive(session, company_ids=ids, now=NOW) == 0
    count = len(session.scalars(select(Watch)).all())
    watches.derive(session, company_ids=ids, now=NOW)
    assert len(session.scalars(select(Watch)).all()) == count


def test_somebody_without_a_company_is_watched_once_a_customer(session: Session, small: World) -> None:
    doctor = watches.of_contact(session, small.people["doctor"])
    assert [one.name for one in doctor] == ["Björn Größmann"]
    assert watches.of_contact(session, small.people["pending"]) == []


def test_an_award_becomes_an_occasion_with_its_sentence(session: Session, small: World) -> None:
    (match,) = _read(session, AWARD)
    assert (match.kind, match.certainty, match.decision) == ("award", "sure", "draft")
    (made,) = _occasions(session)
    assert (made.kind, made.state, made.contact_id) == ("award", "open", small.people["anna"])
    assert "Innovationspreis" in made.quote
    assert (made.source_name, made.origin_id) == ("Kölner Blatt", match.id)
    assert made.link.startswith("https://paper.example/")


def test_the_same_story_from_three_feeds_is_one_occasion(session: Session, small: World) -> None:
    desk = Desk()
    for number in range(3):
        feed = _feed(session, f"https://paper{number}.example/feed", f"Blatt {number}")
        _read(session, (AWARD[0].replace("gewinnt", "erhält" if number else "gewinnt"), AWARD[1]), feed=feed, desk=desk)
    assert len(_occasions(session)) == 1
    (story,) = session.scalars(select(Story)).all()
    assert story.articles == 3
    assert len(session.scalars(select(Match)).all()) == 3


def test_taking_in_the_same_entries_twice_changes_nothing(session: Session, small: World) -> None:
    (match,) = _read(session, AWARD)
    article = Article(str(match.entry_id), *AWARD, "", NOW - timedelta(hours=3), "https://paper.example/0")
    source = Source(_feed(session).id, "Kölner Blatt")
    (again,) = take_in(session, Desk(), source, [Fresh(match.entry_id, article)], now=NOW, zone=ZONE)
    assert again.id == match.id
    assert len(_occasions(session)) == 1


def test_an_insolvency_makes_an_alert_and_stops_the_birthday(session: Session, small: World) -> None:
    anna = small.people["anna"]
    dates.put(session, contact_id=anna, kind="birthday", month=NOW.month, day=NOW.day + 2)
    found.find(session, now=NOW, zone=ZONE)
    assert pages.today(session).few[0].kind == "birthday_contact"
    _read(session, INSOLVENT)
    (flag,) = stops.standing(session, today=NOW.date())
    assert (flag.kind, flag.company_id, flag.newsletters) == ("insolvency", small.companies["mueller"], True)
    assert "Insolvenz" in flag.quote
    assert pages.today(session).few == []


def test_news_of_long_ago_at_the_first_reading_suggests_nothing(session: Session, small: World) -> None:
    _read(session, AWARD, at=NOW - timedelta(days=60))
    assert _occasions(session) == []
    assert len(session.scalars(select(Match)).all()) == 1  # it stands in the press review


def test_a_rival_is_noted_and_never_a_draft(session: Session, small: World) -> None:
    companies.update(session, small.companies["mueller"], competitors=["Krause Anlagenbau GmbH"])
    _follow(session)
    _read(session, (
        "Krause Anlagenbau eröffnet Werk in Bonn",
        "Die Krause Anlagenbau GmbH eröffnet in Bonn ein neues Werk mit 40 Arbeitsplätzen.",
    ))  # fmt: skip
    made = _occasions(session)
    assert [(one.kind, one.action, one.state) for one in made] == [("competitor_move", "note", "note")]
    assert "Krause" in made[0].details["rival"]


def test_the_wrong_company_teaches_a_word_that_is_needed(session: Session, small: World) -> None:
    company = companies.create(session, name="Ende GmbH", city="Ulm")
    contacts.create(session, first_name="Eva", last_name="Ende", email="eva@ende-technik.example", company="Ende GmbH")
    _follow(session)
    told = ("Ende GmbH eröffnet neue Filiale", "Die Ende GmbH eröffnet in Husum eine neue Filiale für Fischkonserven.")
    desk = Desk()
    (match,) = _read(session, told, desk=desk)
    watches.teach(session, match.id, excluded=["Fischkonserven"], now=NOW)
    assert _read(session, told, desk=desk) == []
    watch = watches.of_company(session, company.id)[0]
    assert (watch.excluded, watch.is_ordinary) == (["Fischkonserven"], True)
    with pytest.raises(Invalid):
        watches.change(session, watch.id, required=["Fischkonserven"], now=NOW)


def test_a_changed_name_is_found_without_reading_everything_again(session: Session, small: World) -> None:
    desk = Desk()
    _read(session, AWARD, desk=desk)
    companies.update(session, small.companies["nordlicht"], name="Sonnwind Energiewerke AG")
    _follow(session)
    told = (
        "Sonnwind Energiewerke erhält Umweltpreis",
        "Die Sonnwind Energiewerke AG aus Kiel hat den Umweltpreis gewonnen.",
    )
    (match,) = _read(session, told, desk=desk)
    assert match.company_id == small.companies["nordlicht"]


def test_on_its_own_site_we_is_the_company(session: Session, small: World) -> None:
    feed = _feed(session, "https://mueller.example/feed", "Aktuelles")
    session.add(FeedSubject(feed_id=feed.id, company_id=small.companies["mueller"], relation="own"))
    session.flush()
    told = ("Wir haben den Innovationspreis gewonnen", "Wir freuen uns: Wir haben den Innovationspreis 2026 gewonnen.")
    (match,) = _read(session, told, feed=feed)
    assert (match.company_id, match.certainty) == (small.companies["mueller"], "sure")


def test_a_watch_can_be_added_switched_off_and_is_never_doubled(session: Session, small: World) -> None:
    made = watches.add(session, company_id=small.companies["mueller"], kind="topic", name="Lasertechnik", now=NOW)
    with pytest.raises(Conflict):
        watches.add(session, company_id=small.companies["mueller"], kind="topic", name="Lasertechnik", now=NOW)
    _follow(session)
    assert "Lasertechnik" in {one.name for one in watches.of_company(session, small.companies["mueller"])}
    main = watches.of_company(session, small.companies["mueller"])[0]
    watches.remove(session, main.id, now=NOW)
    watches.remove(session, made.id, now=NOW)
    assert _read(session, AWARD) == []


def test_an_unsure_report_waits_for_a_word_and_becomes_a_suggestion(session: Session, small: World) -> None:
    company = companies.create(session, name="Kolibri GmbH", city="Jena")
    contacts.create(session, first_name="Ute", last_name="Kolb", email="ute@kolibri.example", company="Kolibri GmbH")
    _follow(session)
    _read(session, ("Kolibri gewinnt Designpreis", "Kolibri hat den Designpreis gewonnen. Die Jury lobte den Entwurf."))
    made = [one for one in _occasions(session) if one.company_id == company.id]
    assert [one.state for one in made] == ["unsure"]
    decide.confirm(session, made[0].id, now=NOW, zone=ZONE)
    assert pages.one(session, made[0].id).state == "open"


def test_a_moment_without_a_zone_never_reaches_a_story(session: Session, small: World) -> None:
    _read(session, AWARD, at=datetime(2026, 9, 14, 23, 30, tzinfo=UTC))
    (story,) = session.scalars(select(Story)).all()
    assert story.first_at.tzinfo is not None


def test_whoever_is_new_is_looked_for_in_what_was_read_lately(session: Session, small: World) -> None:
    told = (
        "Sonnwind Energiewerke erhält Umweltpreis",
        "Die Sonnwind Energiewerke AG aus Kiel hat den Umweltpreis gewonnen.",
    )
    assert _read(session, told) == []
    session.execute(update(Entry).values(excerpt=told[1], first_seen_at=NOW - timedelta(days=2)))
    made = companies.create(session, name="Sonnwind Energiewerke AG", city="Kiel")
    contacts.create(session, first_name="Ina", last_name="Wind", email="i@sonnwind.example", company=made.name)
    _follow(session)
    assert look_back(session, {f"company:{made.id}"}, now=NOW, zone=ZONE) == 1
    assert look_back(session, {f"company:{made.id}"}, now=NOW, zone=ZONE) == 0
    (one,) = _occasions(session)
    assert (one.company_id, one.kind) == (made.id, "award")
