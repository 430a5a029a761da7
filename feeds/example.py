"""The news of the example world: three invented papers and a calendar, with reports about the example's companies.

All addresses end in `.example` (RFC 2606) and the feeds are paused, so nobody is ever asked. Judged like real news.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from feeds import sources, watches
from feeds.rows import Entry, Feed
from feeds.suggest import Desk, Fresh, Source, take_in
from feeds.texts import Article
from outreach import companies, fairs, organisation
from outreach.house import House
from outreach.occasions import found

_FEEDS = (
    # address, title, kind, hours since the last look, looks, unchanged, error
    ("https://www.landeszeitung.example/wirtschaft/rss.xml", "Landeszeitung, Wirtschaft", "feed", 1, 812, 640, ""),
    ("https://www.weinbau-heute.example/feed", "Weinbau heute", "feed", 5, 214, 180, ""),
    ("https://nachrichtensuche.example/rss?q=Nordlicht+Solar", "Suche: Nordlicht Solar", "search", 2, 96, 20, ""),
    ("https://www.thiessen-moebel.example/aktuelles/feed", "Möbelhaus Thiessen, Aktuelles", "feed", 700, 40, 12, "not_found"),
    ("https://messen.example/norddeutschland.ics", "Messen in Norddeutschland", "calendar", 20, 30, 28, ""),
)  # fmt: skip
#: feed, days ago, headline, text
_NEWS = (
    (0, 1, "Handwerkspreis geht nach Lüneburg",
     "Die Tischlerei Brandt GmbH aus Lüneburg hat den niedersächsischen Handwerkspreis gewonnen. Die Jury lobte den "
     "Umgang mit altem Holz. Der Preis wurde am Donnerstag in Hannover verliehen."),
    (1, 2, "Weingut Sonnleitner eröffnet Vinothek",
     "Das Weingut Sonnleitner eröffnet in Deidesheim eine zweite Vinothek. In dem früheren Zollhaus entstehen ein "
     "Verkaufsraum und eine Probierstube mit vierzig Plätzen."),
    (0, 2, "Möbelhaus Thiessen stellt Insolvenzantrag",
     "Das Möbelhaus Thiessen in Kiel hat beim Amtsgericht Kiel Insolvenz angemeldet. Betroffen sind nach Angaben des "
     "vorläufigen Verwalters 34 Beschäftigte. Der Verkauf geht zunächst weiter."),
    (2, 3, "Nordlicht Solar eG arbeitet mit den Stadtwerken zusammen",
     "Die Nordlicht Solar eG aus Flensburg und die Stadtwerke Mühlenau haben eine Kooperation vereinbart. Gemeinsam wollen "
     "sie Dächer von Schulen mit Solarmodulen ausrüsten."),
    (0, 4, "Kröger & Söhne Logistik baut neue Halle in Bremen",
     "Kröger & Söhne Logistik feierte in Bremen den Spatenstich für eine neue Halle im Gewerbegebiet. Auf 6.000 "
     "Quadratmetern entstehen dreißig Arbeitsplätze."),
    (0, 5, "Lindenhof unter neuer Leitung",
     "Der Lindenhof hat eine neue Leiterin. Anna Kern kommt aus Hamburg und will das Haus für Familien öffnen."),
    (0, 6, "Bäckerei Hülsmann sucht Auszubildende",
     "Die Bäckerei Hülsmann aus Münster stellt sich auf der Ausbildungsbörse vor. Gesucht werden zwei junge Leute."),
    (2, 8, "Solarbranche rechnet mit gutem Jahr",
     "Nach einer Umfrage erwarten Handwerksbetriebe im Norden mehr Aufträge. Auch die Nordlicht Solar eG in Flensburg "
     "berichtet von voller Auslastung."),
    (1, 12, "Herbstmesse der Winzer gut besucht", "Mehr als achttausend Gäste kamen an drei Tagen. Die Winzer sprechen von einem guten Herbst."),
    (0, 15, "Sparkasse verlegt ihre Filiale", "Die Filiale am Markt zieht im Januar in die Bahnhofstraße. Die Automaten bleiben."),
)  # fmt: skip


#: for so long after the example data was loaded its news are still missing, and not removed by somebody
FRESH = timedelta(minutes=10)


def fill_fresh(session: Session, house: House, *, now: datetime) -> int:
    """The same for example data loaded a moment ago, by whatever process: the hint may have been lost."""
    loaded_at = organisation.get(session).example_loaded_at
    return fill(session, house, now=now) if loaded_at is not None and now - loaded_at < FRESH else 0


def fill(session: Session, house: House, *, now: datetime) -> int:
    """The feeds, their entries, and what these mean for the example's customers; gives how many entries. Once."""
    first = session.scalar(select(Feed.id).where(Feed.address == _FEEDS[0][0]))
    if first is not None:
        return 0
    while watches.follow(session, now=now):
        pass
    feeds = [_feed(session, *given, now=now) for given in _FEEDS]
    desk = Desk()
    for number, feed in enumerate(feeds):
        fresh = [
            _entry(session, feed, title, text, now - timedelta(days=days, hours=3))
            for which, days, title, text in _NEWS
            if which == number
        ]
        take_in(session, desk, Source(feed.id, feed.title), fresh, now=now, zone=house.settings.timezone)
    _for_whom(session, feeds)
    _fairs(session, now)
    found.find(session, now=now, zone=house.settings.timezone)  # after the news, which are the rarer reason
    return len(_NEWS)


def _feed(
    session: Session,
    address: str,
    title: str,
    kind: str,
    hours: int,
    checks: int,
    unchanged: int,
    error: str,
    *,
    now: datetime,
) -> Feed:
    made = sources.get(session, sources.add(session, address, kind=kind, title=title, now=now).id)
    good = now - timedelta(hours=hours)
    session.execute(
        update(Feed)
        .where(Feed.id == made.id)
        .values(
            state="paused", format="ical" if kind == "calendar" else "rss20", site=address.rsplit("/", 1)[0], checks=checks,
            unchanged=unchanged, checked_at=now - timedelta(minutes=20), succeeded_at=good, changed_at=good,
            status=404 if error else 200, error_kind=error, failures=14 if error else 0,
            failing_since=good if error else None, last_size=21_000, bytes_read=(checks - unchanged) * 21_000,
            bytes_saved=unchanged * 21_000, next_check_at=now + timedelta(minutes=40), next_check_why="own",
            next_check_values={"minutes": 60}, own_minutes=60,
        )
    )  # fmt: skip
    session.refresh(made)
    return made


def _entry(session: Session, feed: Feed, title: str, text: str, at: datetime) -> Fresh:
    identity = hashlib.sha256(f"{feed.address} {title}".encode()).hexdigest()
    link = f"{feed.site}/{identity[:8]}"
    made = Entry(
        feed_id=feed.id,
        identity=identity,
        link=link,
        title=title,
        excerpt=text[:180],
        published_at=at,
        first_seen_at=at,
    )
    session.add(made)
    session.flush()
    return Fresh(made.id, Article(str(made.id), title, text, "", at, link))


def _for_whom(session: Session, feeds: list[Feed]) -> None:
    for name, feed, relation in (
        ("Weingut Sonnleitner", feeds[1], "industry"),
        ("Nordlicht Solar eG", feeds[2], "search"),
        ("Möbelhaus Thiessen", feeds[3], "own"),
    ):
        company_id = companies.find(session, name)
        if company_id is not None:
            sources.link(session, feed.id, company_id=company_id, relation=relation)


def _fairs(session: Session, now: datetime) -> None:
    today = now.date()
    fair = fairs.add(
        session, name="Nordbau Solar", starts_on=today + timedelta(days=17), ends_on=today + timedelta(days=19),
        place="Messe Hamburg", uid="https://messen.example/norddeutschland.ics#nordbau",
    )  # fmt: skip
    fairs.add(
        session,
        name="Genuss & Wein",
        starts_on=today + timedelta(days=52),
        ends_on=today + timedelta(days=54),
        place="Bremen",
    )
    company_id = companies.find(session, "Nordlicht Solar eG")
    if company_id is not None:
        fairs.exhibits(session, fair.id, company_id, stand="Halle B2, Stand 14")
