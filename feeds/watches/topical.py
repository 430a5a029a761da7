"""Topics and wishes as the news know them: which watches are looked for by topic, and how much a customer may hear a day."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from feeds.rows import Match, Story, Watch
from feeds.stories import Stories
from feeds.texts import Article, Finding
from feeds.topics import Fit, Index, Topic
from outreach.clock import on_wall
from outreach.facts import Fact, Kind
from outreach.occasions import kinds

KINDS = ("topic", "wish", "fair")
#: the kind of occasion they make
KIND = "topic"
#: more of them on one day is a flood; only the best are kept
A_DAY = 3
#: a story that was told to a customer is not told again within this time
_TOLD_DAYS = 30
#: changes of watches are looked for again this far back: they are committed later than they are dated
_OVERLAP = timedelta(minutes=1)
_BLOCK = 2000


class TopicDesk:
    """The topics that are watched, as this process knows them; brought up to date piece by piece."""

    def __init__(self) -> None:
        self._index: Index | None = None
        self._seen: datetime | None = None
        self._lock = threading.Lock()

    def index(self, session: Session, now: datetime) -> Index:
        """The index of today's topics; only what changed since is read again."""
        with self._lock:
            if self._index is None or self._seen is None:
                self._index = Index.build(_topics(session, None))
            else:
                changed = set(
                    session.scalars(
                        select(Watch.id).where(Watch.kind.in_(KINDS), Watch.changed_at >= self._seen - _OVERLAP)
                    )
                )
                if changed:
                    known = list(_topics(session, changed))
                    self._index = self._index.with_changes(known, changed - {topic.key for topic in known})
            self._seen = now
            return self._index


@dataclass(frozen=True)
class Fitting:
    """An entry that fits a topic."""

    entry_id: int
    article: Article
    fit: Fit


def findings(
    session: Session,
    fitting: Sequence[Fitting],
    taken: Collection[tuple[int, str]],
    stories: Stories,
    *,
    now: datetime,
    zone: str,
) -> list[tuple[int, Finding]]:
    """The best of what fits the topics of customers, by entry: recent, not about themselves anyhow, no story twice, few
    a day. `taken`: entries and subjects that are something else already."""
    since = now - timedelta(days=kinds.load()[KIND].after)
    recent = [one for one in fitting if since <= (one.article.published_at or now) <= now + timedelta(days=1)]
    if not recent:
        return []
    heard = _heard(session, {one.fit.topic.subject for one in recent}, now=now, zone=zone)
    gone = {*taken, *_matched(session, {one.entry_id for one in recent})}
    chosen: list[tuple[int, Finding]] = []
    for one in sorted(recent, key=lambda one: (-one.fit.score, one.entry_id, one.fit.topic.key)):
        subject = one.fit.topic.subject
        if (one.entry_id, subject) in gone or not heard.may_hear(subject):
            continue
        gone.add((one.entry_id, subject))
        story = stories.place(subject, one.article, None, on_wall(one.article.published_at or now, zone).date())
        if heard.hears(subject, story):
            chosen.append((one.entry_id, _finding(one, story)))
    return chosen


def _finding(one: Fitting, story: str) -> Finding:
    topic = one.fit.topic
    return Finding(
        subject=topic.subject, article=one.article.id, certainty="sure", relation="topic", form=topic.text, kind=KIND,
        polarity=0, decision="note", quote=one.fit.quote, event_on=None, story=story, score=one.fit.score,
        why=(f"topic_{one.fit.how}",), watch_id=topic.key,
    )  # fmt: skip


def _matched(session: Session, entry_ids: Collection[int]) -> set[tuple[int, str]]:
    wanted, found = list(entry_ids), set()
    for at in range(0, len(wanted), _BLOCK):
        query = select(Match.entry_id, Match.subject).where(Match.entry_id.in_(wanted[at : at + _BLOCK]))
        found |= {(row[0], row[1]) for row in session.execute(query)}
    return found


@dataclass
class _Heard:
    """What customers heard lately by way of their topics."""

    today: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    stories: set[tuple[str, str]] = field(default_factory=set)

    def may_hear(self, subject: str) -> bool:
        """Whether one more may come today."""
        return self.today[subject] < A_DAY

    def hears(self, subject: str, story: str) -> bool:
        """Count this story; gives whether it is one the customer has not heard."""
        if (subject, story) in self.stories:
            return False
        self.stories.add((subject, story))
        self.today[subject] += 1
        return True


def _heard(session: Session, subjects: Collection[str], *, now: datetime, zone: str) -> _Heard:
    """What these customers heard of their topics, today and lately."""
    found, today = _Heard(), on_wall(now, zone).date()
    query = (
        select(Match.subject, Match.created_at, Story.number)
        .outerjoin(Story, Story.id == Match.story_id)
        .where(
            Match.subject.in_(list(subjects)),
            Match.relation == "topic",
            Match.created_at >= now - timedelta(days=_TOLD_DAYS),
        )
    )
    for subject, created_at, number in session.execute(query):
        found.today[subject] += _day(created_at, zone) == today
        found.stories.add((subject, number or ""))
    return found


def _day(moment: datetime, zone: str) -> date:
    return on_wall(moment, zone).date()


def of_subjects(session: Session, keys: Collection[str]) -> Index:
    """The topics of these customers."""
    company_ids, contact_ids = (
        [int(key.partition(":")[2]) for key in keys if key.startswith(kind)] for kind in ("company:", "contact:")
    )
    whose = Watch.company_id.in_(company_ids) | (Watch.company_id.is_(None) & Watch.contact_id.in_(contact_ids))
    ids = list(session.scalars(select(Watch.id).where(Watch.kind.in_(KINDS), whose)))
    return Index.build(_topics(session, ids) if ids else ())


def _topics(session: Session, ids: Collection[int] | None) -> Iterator[Topic]:
    """The topics among these watches, or all; what the file only calls an interest is private and left out."""
    query = select(Watch.id, Watch.company_id, Watch.contact_id, Watch.name, Watch.origin, Watch.kind).where(
        Watch.kind.in_(KINDS), Watch.is_on, Watch.removed_at.is_(None)
    )
    if ids is None:
        rows = session.execute(query).all()
    else:
        wanted = list(ids)
        blocks = [wanted[at : at + _BLOCK] for at in range(0, len(wanted), _BLOCK)]
        rows = [row for block in blocks for row in session.execute(query.where(Watch.id.in_(block)))]
    private = _interests(session, [row[3] for row in rows if row[4] == "file"])
    for number, company_id, contact_id, name, origin, kind in rows:
        subject = f"company:{company_id}" if company_id is not None else f"contact:{contact_id}"
        is_chosen = origin == "person" or kind == "fair"
        if is_chosen or (contact_id or company_id, name) not in private:
            yield Topic(number, subject, name, is_chosen)


def _interests(session: Session, names: Sequence[str]) -> set[tuple[int | None, str]]:
    """Whose interests these texts are: the number of the contact or, where it is noted there, of the company."""
    found: set[tuple[int | None, str]] = set()
    for at in range(0, len(names), _BLOCK):
        query = select(Fact.contact_id, Fact.company_id, Fact.text).where(
            Fact.kind == Kind.INTEREST, Fact.closed_at.is_(None), Fact.text.in_(names[at : at + _BLOCK])
        )
        found |= {(row[0] or row[1], row[2]) for row in session.execute(query)}
    return found
