"""Reports: what became of a newsletter, in honest numbers. Machine opens are shown as machine opens, and beside every
rate stands how many people could be measured at all."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, case, func, or_, select
from sqlalchemy.orm import Session

from campaigns.rows import Campaign
from outreach import paging
from outreach.contacts import Contact
from outreach.errors import N_, NotFound
from outreach.mail.rows import Delivery
from outreach.paging import Page
from outreach.tracking import PIXEL
from outreach.tracking.rows import AnonymousHit, Hit, Link

#: an open counts once per person, by the best verdict it got
_RANK = {"person": 3, "unknown": 2, "proxy": 1, "scanner": 0}
_STATES = ("sent", "refused", "unsure", "expired", "skipped", "cancelled")
#: figures whose people can be shown, with the words for them
FIGURES = {
    "recipients": N_("Recipients"), "sent": N_("Sent"), "refused": N_("Refused"), "unsure": N_("Unsure"),
    "expired": N_("Given up"), "skipped": N_("Left out"), "cancelled": N_("Called off"), "waiting": N_("Waiting"),
    "retried": N_("Tried more than once"), "bounced": N_("Undeliverable"), "measurable": N_("Measurable"),
    "opened": N_("Opened by a person"), "opened-proxy": N_("Opened by a proxy"), "opened-scanner": N_("Opened by a scanner"),
    "opened-unknown": N_("Opened, unknown by whom"), "clicked": N_("Clicked"), "unsubscribed": N_("Unsubscribed"),
}  # fmt: skip


@dataclass(frozen=True)
class LinkClicks:
    """How often one link was followed: people (and unknown), machines, and people who are not measured in person."""

    link_id: int
    url: str
    people: int
    machines: int
    anonymous: int


@dataclass(frozen=True)
class Hour:
    """What happened in one hour, counted by first times."""

    at: datetime
    opens: int
    machine_opens: int
    clicks: int


@dataclass(frozen=True)
class Report:
    """Everything the page of one newsletter shows."""

    campaign_id: int
    name: str
    subject: str
    state: str
    started_at: datetime | None
    finished_at: datetime | None
    counts: dict[str, int]
    opens: dict[str, int]
    anonymous_opens: int
    clicked: int
    links: Sequence[LinkClicks]
    hours: Sequence[Hour]
    #: share of the measurable who opened, over the issues before; None without any
    usual_open_rate: float | None

    @property
    def open_rate(self) -> float | None:
        """Share of the measurable recipients whose mail a person opened."""
        return self.opens["person"] / self.counts["measurable"] if self.counts["measurable"] else None


@dataclass(frozen=True)
class Person:
    """One recipient behind a figure."""

    delivery_id: int
    contact_id: int
    name: str
    address: str
    state: str
    reason: str
    answer: str
    sent_at: datetime | None
    opened_at: datetime | None
    clicked_at: datetime | None
    unsubscribed_at: datetime | None


@dataclass(frozen=True)
class Line:
    """One newsletter in the list of reports."""

    id: int
    name: str
    state: str
    started_at: datetime | None
    sent: int
    measurable: int
    opened: int
    clicked: int
    unsubscribed: int


def report(session: Session, campaign_id: int) -> Report:
    """The report of one newsletter; raises NotFound. A handful of grouped queries, none per recipient."""
    campaign = session.get(Campaign, campaign_id)
    if campaign is None:
        raise NotFound(N_("There is no such newsletter."))
    anonymous = dict(session.execute(
        select(AnonymousHit.link_id, func.sum(AnonymousHit.count))
        .where(AnonymousHit.campaign_id == campaign_id, AnonymousHit.verdict.in_(("person", "unknown")))
        .group_by(AnonymousHit.link_id)).all())  # fmt: skip
    counts = _counts(session, campaign_id)
    return Report(
        campaign_id=campaign_id, name=campaign.name, subject=campaign.subject, state=campaign.state,
        started_at=campaign.started_at, finished_at=campaign.finished_at, counts=counts,
        opens=_opens(session, campaign_id), anonymous_opens=int(anonymous.get(PIXEL, 0)), clicked=counts["clicked"],
        links=_links(session, campaign_id, anonymous), hours=_hours(session, campaign_id),
        usual_open_rate=_usual(session, campaign),
    )  # fmt: skip


def people(
    session: Session,
    campaign_id: int,
    figure: str,
    *,
    search: str = "",
    sort: str = "name",
    direction: str = "asc",
    page: int = 1,
    per_page: int = paging.PER_PAGE,
) -> Page[Person]:
    """The recipients behind a figure: a key of FIGURES, or `link-7` for those who followed link 7. Raises NotFound."""
    name = func.trim(Contact.first_name + " " + Contact.last_name)
    query = (
        select(Delivery.id, Contact.id, name, Delivery.address, Delivery.state, Delivery.reason, Delivery.answer, Delivery.sent_at,
               Delivery.opened_at, Delivery.clicked_at, Delivery.unsubscribed_at)
        .join(Contact, Contact.id == Delivery.contact_id)
        .where(Delivery.campaign_id == campaign_id, _condition(figure))
    )  # fmt: skip
    if search:
        pattern = paging.like(search.lower())
        query = query.where(
            or_(func.lower(name).like(pattern, escape="\\"), Contact.email_key.like(pattern, escape="\\"))
        )
    orders: dict[str, Any] = {"name": Contact.last_name, "address": Delivery.address, "sent": Delivery.sent_at,
                              "opened": Delivery.opened_at, "state": Delivery.state}  # fmt: skip
    column = orders.get(sort, Contact.last_name)
    query = query.order_by(column.desc() if direction == "desc" else column.asc(), Delivery.id)
    return paging.fetch(session, query, lambda row: Person(*row[:11]), page=page, per_page=per_page)


def list_page(
    session: Session,
    *,
    search: str = "",
    sort: str = "started",
    direction: str = "desc",
    page: int = 1,
    per_page: int = paging.PER_PAGE,
) -> Page[Line]:
    """Newsletters that went out or are going out, with their main figures; one query."""

    def counted(condition: ColumnElement[bool]) -> ColumnElement[int]:
        return (
            select(func.count())
            .where(Delivery.campaign_id == Campaign.id, condition)
            .correlate(Campaign)
            .scalar_subquery()
        )

    columns = {what: counted(_condition(what)) for what in ("sent", "measurable", "opened", "clicked", "unsubscribed")}
    query = select(Campaign.id, Campaign.name, Campaign.state, Campaign.started_at,
                   *(column.label(what) for what, column in columns.items())).where(Campaign.started_at.is_not(None))  # fmt: skip
    if search:
        query = query.where(func.lower(Campaign.name).like(paging.like(search.lower()), escape="\\"))
    column: Any = {"name": func.lower(Campaign.name), "sent": columns["sent"]}.get(sort, Campaign.started_at)
    query = query.order_by(column.desc() if direction == "desc" else column.asc(), Campaign.id.desc())
    return paging.fetch(session, query, lambda row: Line(*row[:9]), page=page, per_page=per_page)


def as_csv(found: Report, *, table: str) -> str:
    """The hours or the links of a report as CSV with a header."""
    out = io.StringIO()
    writer = csv.writer(out)
    if table == "hours":
        writer.writerow(["hour", "opens", "machine_opens", "clicks"])
        writer.writerows([hour.at.isoformat(), hour.opens, hour.machine_opens, hour.clicks] for hour in found.hours)
    elif table == "links":
        writer.writerow(["link", "people", "machines", "anonymous"])
        writer.writerows([_safe(link.url), link.people, link.machines, link.anonymous] for link in found.links)
    else:
        raise NotFound(N_("There is no such table."))
    return out.getvalue()


def _safe(cell: str) -> str:
    # A spreadsheet runs cells that start like a formula (OWASP: CSV injection).
    return "'" + cell if cell[:1] in "=+-@\t\r" else cell


def _counts(session: Session, campaign_id: int) -> dict[str, int]:
    figures = [*_STATES, "waiting", "retried", "bounced", "measurable", "clicked", "unsubscribed"]
    row = session.execute(
        select(
            func.count(), *(func.coalesce(func.sum(case((_condition(figure), 1), else_=0)), 0) for figure in figures)
        ).where(Delivery.campaign_id == campaign_id)
    ).one()
    return {"recipients": row[0], **{figure: int(value) for figure, value in zip(figures, row[1:], strict=True)}}


def _condition(figure: str) -> ColumnElement[bool]:
    if figure in _STATES:
        return Delivery.state == figure
    if figure.startswith("link-") and figure[5:].isdecimal():
        return _hit(Hit.link_id == int(figure[5:]), ("person", "unknown"))
    conditions: dict[str, ColumnElement[bool]] = {
        "recipients": Delivery.id.is_not(None),
        "waiting": Delivery.state.in_(("ready", "claimed", "sending")),
        "retried": Delivery.attempts > 1,
        "bounced": or_(Delivery.bounced_at.is_not(None), Delivery.reason == "address_unknown"),
        "measurable": (Delivery.state == "sent") & Delivery.measured,
        "opened": Delivery.opened_at.is_not(None),
        "clicked": Delivery.clicked_at.is_not(None),
        "unsubscribed": Delivery.unsubscribed_at.is_not(None),
        **{f"opened-{verdict}": _hit(Hit.link_id == PIXEL, (verdict,)) & Delivery.opened_at.is_(None)
           for verdict in ("proxy", "scanner", "unknown")},
    }  # fmt: skip
    if figure not in conditions:
        raise NotFound(N_("There is no such figure."))
    return conditions[figure]


def _hit(which: ColumnElement[bool], verdicts: Sequence[str]) -> ColumnElement[bool]:
    return select(Hit.delivery_id).where(Hit.delivery_id == Delivery.id, which, Hit.verdict.in_(verdicts)).exists()


def _opens(session: Session, campaign_id: int) -> dict[str, int]:
    rank = case(*((Hit.verdict == verdict, number) for verdict, number in _RANK.items()), else_=0)
    best = (select(func.max(rank).label("rank")).where(Hit.campaign_id == campaign_id, Hit.link_id == PIXEL)
            .group_by(Hit.delivery_id).subquery())  # fmt: skip
    found: dict[int, int] = dict(session.execute(select(best.c.rank, func.count()).group_by(best.c.rank)).all())
    return {verdict: found.get(number, 0) for verdict, number in _RANK.items()}


def _links(session: Session, campaign_id: int, anonymous: dict[int, int]) -> list[LinkClicks]:
    human = Hit.verdict.in_(("person", "unknown"))
    rows = session.execute(
        select(Link.id, Link.url, func.count(case((human, Hit.delivery_id)).distinct()),
               func.count(case((~human, Hit.delivery_id)).distinct()))
        .join(Hit, Hit.link_id == Link.id, isouter=True)
        .where(Link.campaign_id == campaign_id)
        .group_by(Link.id, Link.url)
    )  # fmt: skip
    made = [LinkClicks(row[0], row[1], row[2], row[3], int(anonymous.get(row[0], 0))) for row in rows]
    return sorted(made, key=lambda link: (-link.people - link.anonymous, link.link_id))


def _hours(session: Session, campaign_id: int) -> list[Hour]:
    """Every hour from the first to the last hit, at most two weeks, empty ones too: a line over time has no holes."""
    is_open, human = Hit.link_id == PIXEL, Hit.verdict.in_(("person", "unknown"))
    hour = _hour(session)
    rows = session.execute(
        select(hour, func.sum(case((is_open & human, 1), else_=0)), func.sum(case((is_open & ~human, 1), else_=0)),
               func.sum(case((~is_open & human, 1), else_=0)))
        .where(Hit.campaign_id == campaign_id)
        .group_by(hour)
    )  # fmt: skip
    found = {_moment(row[0]): Hour(_moment(row[0]), int(row[1]), int(row[2]), int(row[3])) for row in rows}
    if not found:
        return []
    first = min(found)
    last = min(max(found), first + timedelta(days=14))
    hours = int((last - first).total_seconds() // 3600) + 1
    return [found.get(at, Hour(at, 0, 0, 0)) for at in (first + timedelta(hours=n) for n in range(hours))]


def _hour(session: Session) -> ColumnElement[Any]:
    if session.get_bind().dialect.name == "sqlite":
        return func.strftime("%Y-%m-%dT%H:00:00+00:00", Hit.first_at)
    return func.date_trunc("hour", Hit.first_at)


def _moment(value: str | datetime) -> datetime:
    return datetime.fromisoformat(value) if isinstance(value, str) else value


def _usual(session: Session, campaign: Campaign) -> float | None:
    """The open rate over the ten issues before this one, all their people together."""
    before = (
        select(Campaign.id)
        .where(Campaign.started_at.is_not(None), Campaign.id != campaign.id)
        .where(Campaign.started_at < campaign.started_at if campaign.started_at else Campaign.id.is_not(None))
        .order_by(Campaign.started_at.desc())
        .limit(10)
    )
    opened, measurable = session.execute(
        select(func.coalesce(func.sum(case((_condition("opened"), 1), else_=0)), 0),
               func.coalesce(func.sum(case((_condition("measurable"), 1), else_=0)), 0))
        .where(Delivery.campaign_id.in_(before))
    ).one()  # fmt: skip
    return float(opened) / float(measurable) if measurable else None
