"""What new entries mean for the customers: judged, kept as matches, told as stories, and suggested as occasions.

    new entries ─ Desk.index ──▶ judge: Findings ──▶ Match rows, Story rows ─▶ outreach.occasions.suggest
                └ Desk.topics ─▶ topics by words ─┘

Runs in the transaction that stores the entries, so that an entry is either there with what it means, or not at all.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import case, select, update
from sqlalchemy.orm import Session

from feeds import judge, rules, watches
from feeds.match import Index
from feeds.rows import Entry, Feed, FeedSubject, Match, Story, Watch
from feeds.stories import SAME_WORDS_DAYS, Stories, Told
from feeds.texts import Article, Finding
from feeds.topics import Index as Topics
from feeds.watches import topical
from feeds.watches.topical import Fitting, TopicDesk
from outreach import db, lines
from outreach.clock import on_wall
from outreach.db import Database
from outreach.occasions import kinds, silence
from outreach.occasions.kinds import Action, Kind
from outreach.occasions.silence import Candidate
from outreach.occasions.suggest import suggest

#: changes of watches are looked for again this far back: they are committed later than they are dated
_OVERLAP = timedelta(minutes=1)
#: a text shorter than this is a teaser: the page says what happened
TEASER_MOST = 400
#: how far back, and through how many entries, somebody new is looked for
LOOKED_BACK = timedelta(days=14)
LOOKED_BACK_MOST = 5_000
#: an uncertain report of less than this is no question worth asking
_ASKED_FROM = 0.5


@dataclass(frozen=True)
class Source:
    """The feed new entries came from."""

    id: int
    title: str


@dataclass(frozen=True)
class Fresh:
    """A new entry with the text it came with, which is not kept."""

    entry_id: int
    article: Article


@dataclass(frozen=True)
class Names:
    """What is looked for at one moment."""

    index: Index
    topics: Topics


class Desk:
    """The names and topics that are watched, as this process knows them; brought up to date piece by piece."""

    def __init__(self) -> None:
        self._topics = TopicDesk()
        self._index: Index | None = None
        self._seen: datetime | None = None
        self._lock = threading.Lock()

    def warm(self, database: Database, now: datetime) -> None:
        """Read the names once, before anything is written: at a large installation that takes seconds."""
        if self._index is None:
            with database.reading() as session:
                self.index(session, now)

    def index(self, session: Session, now: datetime) -> Index:
        """The index of today's watches; only what changed since is read again."""
        with self._lock:
            if self._index is None or self._seen is None:
                self._index = Index.build(watches.every(session))
            elif keys := watches.changed_since(session, self._seen - _OVERLAP):
                subjects = watches.of_keys(session, keys)
                self._index = self._index.with_changes(subjects.values(), keys - subjects.keys())
            self._seen = now
            return self._index

    def topics(self, session: Session, now: datetime) -> Topics:
        """The index of today's topics."""
        return self._topics.index(session, now)

    def names(self, session: Session, now: datetime) -> Names:
        """Both; asked once for all that is judged in a transaction."""
        return Names(self.index(session, now), self.topics(session, now))


class KeptStories(Stories):
    """What was told lately, read from the database when a subject is first asked for."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._asked: set[str] = set()

    def place(self, subject: str, article: Article, kind: str | None, on: date) -> str:
        """See Stories.place."""
        if subject not in self._asked:
            self._asked.add(subject)
            since = datetime.combine(on - timedelta(days=SAME_WORDS_DAYS + 1), datetime.min.time()).astimezone()
            rows = select(Story).where(Story.subject == subject, Story.last_at >= since)
            for row in self._session.scalars(rows.order_by(Story.last_at.desc()).limit(12)).all()[::-1]:
                self.remember(
                    subject,
                    Told(row.number, row.kind or None, row.first_at.date(), row.last_at.date(), row.title, frozenset(row.marks)),
                )  # fmt: skip
        return super().place(subject, article, kind, on)


def take_in(
    session: Session, desk: Desk | Names, source: Source, fresh: Sequence[Fresh], *, now: datetime, zone: str
) -> list[Match]:
    """Judge these entries for every customer; gives the matches. The same entry twice changes nothing."""
    if not fresh:
        return []
    names = desk if isinstance(desk, Names) else desk.names(session, now)
    return _judged(session, names.index, names.topics, source, fresh, now=now, zone=zone)


def take_topics(
    session: Session, source: Source, fitting: Sequence[Fitting], *, now: datetime, zone: str
) -> list[Match]:
    """Keep what fits the topics of customers besides; gives the matches. The same twice changes nothing."""
    stories = KeptStories(session)
    articles = {one.entry_id: one.article for one in fitting}
    chosen = topical.findings(session, fitting, (), stories, now=now, zone=zone)
    found = [(Fresh(entry_id, articles[entry_id]), finding) for entry_id, finding in chosen]
    return _kept(session, source, found, stories, now=now, zone=zone)


def look_back(session: Session, keys: Collection[str], *, now: datetime, zone: str) -> int:
    """Look for these subjects in what was read lately, by headline and excerpt; gives how many matches are new.

    Whoever comes into the customer file today was perhaps in the news last week.
    """
    index, topics = Index.build(watches.of_keys(session, keys).values()), topical.of_subjects(session, keys)
    if not len(index) and not len(topics):
        return 0
    query = (
        select(Entry, Feed.title, Feed.own_title)
        .join(Feed, Feed.id == Entry.feed_id)
        .where(Entry.first_seen_at >= now - LOOKED_BACK)
        .order_by(Entry.id.desc())
        .limit(LOOKED_BACK_MOST)
    )
    named: dict[int, list[Fresh]] = defaultdict(list)
    sources: dict[int, Source] = {}
    for entry, title, own_title in session.execute(query):
        article = Article(str(entry.id), entry.title, entry.excerpt, entry.source, entry.published_at, entry.link)
        subjects = {one.subject for one in index.mentions(article)}
        subjects |= {fit.topic.subject for fit in topics.fitting(article.title, article.text)}
        if subjects and subjects - _matched(session, entry.id):
            named[entry.feed_id].append(Fresh(entry.id, article))
            sources[entry.feed_id] = Source(entry.feed_id, own_title or title)
    return sum(
        len(_judged(session, index, topics, sources[feed_id], fresh, now=now, zone=zone, only_new=True))
        for feed_id, fresh in named.items()
    )


def _matched(session: Session, entry_id: int) -> set[str]:
    """Whom an entry was found to be about before; that reading had the whole text."""
    return set(session.scalars(select(Match.subject).where(Match.entry_id == entry_id, Match.relation != "topic")))


def _judged(
    session: Session,
    index: Index,
    topics: Topics,
    source: Source,
    fresh: Sequence[Fresh],
    *,
    now: datetime,
    zone: str,
    only_new: bool = False,
) -> list[Match]:
    known, every = rules.load(), kinds.load()
    stories, today = KeptStories(session), on_wall(now, zone).date()
    own_of = _own_of(session, source.id)
    found: list[tuple[Fresh, Finding]] = []
    fitting: list[Fitting] = []
    for one in fresh:
        article = one.article if not own_of else _of_own_site(one.article, own_of)
        old = _matched(session, one.entry_id) if only_new else set()
        judged = judge.judge(article, index, known, every, stories, today)
        found += [(one, finding) for finding in judged if finding.subject not in old]
        fits = topics.fitting(article.title, article.text)
        fitting += [Fitting(one.entry_id, article, fit) for fit in fits if fit.topic.subject != own_of]
    taken = {(one.entry_id, finding.subject) for one, finding in found}
    by_id = {one.entry_id: one for one in fresh}
    chosen = topical.findings(session, fitting, taken, stories, now=now, zone=zone)
    found += [(by_id[entry_id], finding) for entry_id, finding in chosen]
    return _kept(session, source, found, stories, now=now, zone=zone)


def _kept(
    session: Session,
    source: Source,
    found: Sequence[tuple[Fresh, Finding]],
    stories: Stories,
    *,
    now: datetime,
    zone: str,
) -> list[Match]:
    """Write down what was found, and suggest what is a reason to write."""
    if not found:
        return []
    every, today = kinds.load(), on_wall(now, zone).date()
    told = _tell(session, found, stories, now)
    aims = _aims(session, {finding.subject for _one, finding in found})
    matches = [_keep(session, one, finding, told, aims, now) for one, finding in found]
    _want_pages(session, found)
    pairs = [(match, one, finding) for match, (one, finding) in zip(matches, found, strict=True) if match is not None]
    candidates = [
        candidate
        for match, one, finding in pairs
        if (candidate := candidate_of(match, one.article, finding, source, every, today)) is not None
    ]
    suggest(session, candidates, now=now, zone=zone)
    return [match for match, _one, _finding in pairs]


def candidate_of(
    match: Match, article: Article, finding: Finding, source: Source, every: Mapping[str, Kind], today: date
) -> Candidate | None:
    """The reason to write in a finding; None when there is none: a mere mention, news of long ago, a faint suspicion."""
    kind = every.get(finding.kind or "")
    if kind is None:
        return None
    made = Candidate(
        kind=kind.key,
        what=f"story:{finding.story}",
        source=f"feed:{source.id}",
        source_name=article.source or source.title,
        contact_id=match.contact_id,
        company_id=match.company_id,
        certainty=finding.certainty,
        action=_action(finding, kind),
        headline=article.title,
        quote=finding.quote,
        link=article.link,
        published_at=article.published_at,
        happened_on=finding.event_on,
        story=finding.story,
        doubts=tuple(code.partition(":")[2] for code in finding.why if code.startswith("doubt:")),
        strength=min(1.0, finding.score * 1.2) if kind.strength else None,
        details=_details(finding),
        origin_id=match.id,
    )
    if finding.certainty != "sure" and kind.strength < _ASKED_FROM and kind.polarity >= 0:
        return None
    is_over = today > silence.expires_on(made, kind, today)
    return None if is_over else made


def _action(finding: Finding, kind: Kind) -> Action | None:
    """What the report allows, when that is less than the kind does."""
    if finding.decision == kind.action or (kind.action == "task" and finding.decision == "note"):
        return None if finding.certainty == "sure" else kind.action
    # An unsure report is judged anew when a person says that it is them: then its kind decides.
    if finding.certainty != "sure" and not any(
        code.startswith(("doubt:", "grave:", "beside:")) for code in finding.why
    ):
        return kind.action
    return finding.decision


def _details(finding: Finding) -> dict[str, Any]:
    if finding.relation == "competitor":
        return {"rival": finding.form}
    return {finding.relation: finding.form} if finding.relation in ("person", "topic") else {}


def _own_of(session: Session, feed_id: int) -> str:
    """Whose own site the feed is; nothing when it is nobody's or of several."""
    rows = session.execute(
        select(FeedSubject.company_id, FeedSubject.contact_id).where(
            FeedSubject.feed_id == feed_id, FeedSubject.relation == "own"
        )
    ).all()
    if len(rows) != 1:
        return ""
    return f"company:{rows[0][0]}" if rows[0][0] is not None else f"contact:{rows[0][1]}"


def _of_own_site(article: Article, own_of: str) -> Article:
    return Article(
        article.id, article.title, article.text, article.source, article.published_at, article.link, own_of=own_of
    )


def _tell(
    session: Session, found: Sequence[tuple[Fresh, Finding]], stories: Stories, now: datetime
) -> Mapping[tuple[str, str], int]:
    """The rows of the stories, by subject and number; a story told before grows."""
    told: dict[tuple[str, str], int] = {}
    grouped: dict[tuple[str, str], list[tuple[Fresh, Finding]]] = defaultdict(list)
    for one, finding in found:
        grouped[(finding.subject, finding.story)].append((one, finding))
    for (subject, number), several in sorted(grouped.items()):
        first = several[0]
        moments = [one.article.published_at or now for one, _ in several]
        story = stories.told(subject, number)
        values = {
            "subject": subject, "number": number, "kind": first[1].kind or "", "title": lines.cut(first[0].article.title, 300),
            "marks": sorted(story.sketch) if story else [], "first_at": min(moments), "last_at": max(moments),
            "articles": len(several),
        }  # fmt: skip
        put = db.insert(session, Story).values(values)
        row = session.execute(
            put.on_conflict_do_update(
                index_elements=["subject", "number"],
                set_={
                    "last_at": put.excluded.last_at,
                    "articles": Story.articles + len(several),
                    # a teaser only named somebody; its whole text says what happened
                    "kind": case((Story.kind == "", put.excluded.kind), else_=Story.kind),
                },
            ).returning(Story.id)
        )
        told[(subject, number)] = row.scalar_one()
    return told


def _aims(session: Session, subjects: Collection[str]) -> Mapping[str, list[Watch]]:
    """The watches of these subjects."""
    found: dict[str, list[Watch]] = {subject: [] for subject in subjects}
    company_ids = [int(one.partition(":")[2]) for one in subjects if one.startswith("company:")]
    contact_ids = [int(one.partition(":")[2]) for one in subjects if one.startswith("contact:")]
    query = select(Watch).where(
        Watch.removed_at.is_(None),
        Watch.company_id.in_(company_ids) | (Watch.company_id.is_(None) & Watch.contact_id.in_(contact_ids)),
    )
    for watch in session.scalars(query.order_by(Watch.id)):
        key = f"company:{watch.company_id}" if watch.company_id is not None else f"contact:{watch.contact_id}"
        found[key].append(watch)
    return found


def _keep(
    session: Session,
    one: Fresh,
    finding: Finding,
    told: Mapping[tuple[str, str], int],
    aims: Mapping[str, list[Watch]],
    now: datetime,
) -> Match | None:
    """The match of an entry and a subject; a better reading of the same entry replaces it, unless a person judged it."""
    watch = _watch(finding, aims[finding.subject])
    if watch is None:
        return None  # the customer went while this was read
    is_person = finding.relation in ("person", "topic") or watch.company_id is None
    values: dict[str, Any] = {
        "entry_id": one.entry_id, "subject": finding.subject, "watch_id": watch.id, "company_id": watch.company_id,
        "contact_id": watch.contact_id if is_person else None, "relation": finding.relation,
        "form": finding.form[:300], "certainty": finding.certainty,
        "reasons": [code for code in finding.why if not code.startswith(("kind:", "trigger:"))][:20], "kind": finding.kind,
        "polarity": finding.polarity, "decision": finding.decision, "quote": lines.cut(finding.quote, 250),
        "happened_on": finding.event_on, "published_at": one.article.published_at or now, "score": finding.score,
        "why": list(finding.why)[:30], "story_id": told[(finding.subject, finding.story)], "verdict": "", "created_at": now,
    }  # fmt: skip
    put = db.insert(session, Match).values(values)
    fixed = ("entry_id", "subject", "created_at", "verdict")
    better = {name: put.excluded[name] for name in values if name not in fixed}
    session.execute(
        put.on_conflict_do_update(index_elements=["entry_id", "subject"], set_=better, where=Match.verdict == "")
    )
    return session.scalars(
        select(Match)
        .where(Match.entry_id == one.entry_id, Match.subject == finding.subject)
        .execution_options(populate_existing=True)
    ).one()


def _watch(finding: Finding, mine: Sequence[Watch]) -> Watch | None:
    """The watch that met: the topic's, the rival's, the person's, else the customer's own."""
    if finding.watch_id is not None:
        return next((one for one in mine if one.id == finding.watch_id), None)
    wanted = {"competitor": "competitor", "person": "person"}.get(finding.relation)
    if wanted is not None:
        form = finding.form.casefold()
        named = [one for one in mine if one.kind == wanted]
        exact = [one for one in named if one.name.casefold() in form or form in one.name.casefold()]
        if exact:
            return exact[0]
    return next((one for one in mine if one.kind == "company"), None) or next(iter(mine), None)


def _want_pages(session: Session, found: Iterable[tuple[Fresh, Finding]]) -> None:
    """Only matched teasers are read in full, for the sentence that says what happened."""
    ids = [
        one.entry_id
        for one, finding in found
        if finding.kind is None
        and finding.relation == "own"
        and one.article.link
        and len(one.article.text) < TEASER_MOST
    ]
    if ids:
        wanted = update(Entry).where(Entry.id.in_(ids), Entry.full_text == "").values(full_text="wanted")
        session.connection().execute(wanted)
