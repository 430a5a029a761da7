"""The press review of one company: what was said of it over time, told as stories, with what became of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session

from feeds.rows import Entry, Feed, Match, Story, Watch
from outreach import clock, companies, contacts, paging
from outreach.errors import N_, NotFound
from outreach.occasions.rows import Occasion
from outreach.paging import Page

MONTHS = 12


@dataclass(frozen=True)
class Report:
    """One article about a customer."""

    id: int
    entry_id: int
    title: str
    link: str
    source: str
    published_at: datetime
    form: str
    relation: str
    certainty: str
    reasons: Sequence[str]
    kind: str
    polarity: int
    decision: str
    quote: str
    happened_on: date | None
    why: Sequence[str]
    verdict: str
    watch: str
    occasion_id: int | None
    occasion_state: str


@dataclass(frozen=True)
class Told:
    """A story with its articles, the newest first."""

    id: int
    kind: str
    title: str
    first_at: datetime
    last_at: datetime
    reports: Sequence[Report] = field(default_factory=tuple)

    @property
    def newest(self) -> Report:
        """The article that told it last."""
        return self.reports[0]


def of_company(session: Session, company_id: int, *, show: str = "", page: int = 1, per_page: int = 20) -> Page[Told]:
    """The stories about a company, the newest first; `show` is "", own, rivals, people or topics. Raises NotFound."""
    companies.get(session, company_id)
    return _stories(session, Match.company_id == company_id, show, page, per_page)


def of_contact(session: Session, contact_id: int, *, show: str = "", page: int = 1, per_page: int = 20) -> Page[Told]:
    """The stories about a person. Raises NotFound."""
    contacts.get(session, contact_id)
    return _stories(session, Match.contact_id == contact_id, show, page, per_page)


def months(session: Session, company_id: int, *, now: datetime, zone: str) -> Sequence[tuple[date, int, int, int]]:
    """The last twelve months: the first of the month, and how many good, plain and bad reports of the company itself."""
    today = clock.on_wall(now, zone).date()
    first = (today.replace(day=1) - timedelta(days=31 * (MONTHS - 1))).replace(day=1)
    since = datetime(first.year, first.month, 1, tzinfo=now.tzinfo)
    rows = session.execute(
        select(Match.published_at, Match.polarity).where(
            Match.company_id == company_id,
            Match.published_at >= since,
            Match.relation.not_in(("competitor", "topic")),
            Match.verdict != "wrong",
        )
    ).all()
    found: dict[date, list[int]] = {}
    at = first
    while at <= today:
        found[at] = [0, 0, 0]
        at = (at + timedelta(days=32)).replace(day=1)
    for moment, polarity in rows:
        month = clock.on_wall(moment, zone).date().replace(day=1)
        if month in found:
            found[month][0 if polarity > 0 else 1 if polarity == 0 else 2] += 1
    return [(month, good, plain, bad) for month, (good, plain, bad) in found.items()][-MONTHS:]


def report(session: Session, match_id: int) -> Report:
    """One article about a customer; raises NotFound."""
    row = session.execute(_reports().where(Match.id == match_id)).first()
    if row is None:
        raise NotFound(N_("There is nothing at this address."))
    return _report(row)


def of_entry(session: Session, entry_id: int) -> Sequence[Report]:
    """What one article says of customers."""
    return [_report(row) for row in session.execute(_reports().where(Match.entry_id == entry_id).order_by(Match.id))]


def subject_of(session: Session, match_id: int) -> tuple[int | None, int | None]:
    """The company and the contact a match is about; raises NotFound."""
    row = session.execute(select(Match.company_id, Match.contact_id).where(Match.id == match_id)).first()
    if row is None:
        raise NotFound(N_("There is nothing at this address."))
    return row[0], row[1]


_SHOWN: Mapping[str, ColumnElement[bool]] = {
    "own": Match.relation == "own",
    "rivals": Match.relation == "competitor",
    "people": Match.relation == "person",
    "topics": Match.relation == "topic",
    "events": Match.kind.is_not(None),
}


def _stories(session: Session, whose: ColumnElement[bool], show: str, page: int, per_page: int) -> Page[Told]:
    wanted = and_(whose, _SHOWN[show]) if show in _SHOWN else whose
    newest = func.max(Match.published_at)
    query = (
        select(Story.id, Story.kind, Story.title, Story.first_at, Story.last_at, newest)
        .join(Match, Match.story_id == Story.id)
        .where(wanted)
        .group_by(Story.id, Story.kind, Story.title, Story.first_at, Story.last_at)
        .order_by(newest.desc(), Story.id.desc())
    )
    found = paging.fetch(session, query, lambda row: row, page=page, per_page=per_page)
    reports: dict[int, list[Report]] = {}
    ids = [row[0] for row in found.rows]
    rows = session.execute(
        _reports().where(wanted, Match.story_id.in_(ids)).order_by(Match.published_at.desc(), Match.id.desc())
    )
    for row in rows:
        reports.setdefault(row[0].story_id, []).append(_report(row))
    told = [Told(row[0], row[1], row[2], row[3], row[4], reports[row[0]]) for row in found.rows if reports.get(row[0])]
    return Page(told, found.page, found.per_page, found.total, found.capped)


def _reports() -> Any:
    feed = func.coalesce(func.nullif(Feed.own_title, ""), func.nullif(Feed.title, ""), Feed.address)
    return (
        select(Match, Entry.title, Entry.link, Entry.source, feed, Watch.name, Occasion.id, Occasion.state)
        .join(Entry, Entry.id == Match.entry_id)
        .join(Feed, Feed.id == Entry.feed_id)
        .outerjoin(Watch, Watch.id == Match.watch_id)
        .outerjoin(Occasion, and_(Occasion.origin_id == Match.id, Occasion.source.like("feed:%")))
    )


def _report(row: Any) -> Report:
    match: Match = row[0]
    return Report(
        id=match.id, entry_id=match.entry_id, title=row[1], link=row[2], source=row[3] or row[4],
        published_at=match.published_at, form=match.form, relation=match.relation, certainty=match.certainty,
        reasons=match.reasons, kind=match.kind or "", polarity=match.polarity, decision=match.decision,
        quote=match.quote, happened_on=match.happened_on, why=match.why, verdict=match.verdict, watch=row[5] or "",
        occasion_id=row[6], occasion_state=row[7] or "",
    )  # fmt: skip
