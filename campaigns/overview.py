"""Newsletters looked at: where one stands, and lists of them, each in one query."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, func, select
from sqlalchemy.orm import Session

from campaigns.rows import Campaign
from outreach import clock, paging
from outreach.errors import N_, NotFound
from outreach.mail.rows import STATES as DELIVERY_STATES
from outreach.mail.rows import Delivery
from outreach.paging import Page
from outreach.senders import Sender


def get(session: Session, campaign_id: int) -> Campaign:
    """One newsletter; raises NotFound."""
    campaign = session.get(Campaign, campaign_id, populate_existing=True)
    if campaign is None:
        raise NotFound(N_("There is no such newsletter."))
    return campaign


@dataclass(frozen=True)
class Status:
    """Where a newsletter stands."""

    id: int
    name: str
    state: str
    version: int
    audience: int | None
    #: deliveries by state, every state named
    counts: dict[str, int]
    per_minute: float
    #: ready, but tried before
    retrying: int
    scheduled_wall: str | None
    scheduled_zone: str | None
    started_at: datetime | None
    finished_at: datetime | None
    #: a translatable sentence and its values: of the newsletter, else of its sender
    trouble: dict[str, Any] | None

    @property
    def left(self) -> int:
        """Deliveries not decided yet."""
        return sum(self.counts[state] for state in ("ready", "claimed", "sending"))


def status(session: Session, campaign_id: int) -> Status:
    """Counts per state, rate, times and trouble; raises NotFound."""
    campaign = get(session, campaign_id)
    counts = dict.fromkeys(DELIVERY_STATES, 0)
    of_it = Delivery.campaign_id == campaign_id
    grouped = session.execute(select(Delivery.state, func.count()).where(of_it).group_by(Delivery.state))
    counts |= dict(grouped.all())
    retrying = counts["ready"] and session.scalar(
        select(func.count()).where(of_it, Delivery.state == "ready", Delivery.attempts > 0)
    )
    trouble = campaign.trouble
    if trouble is None and campaign.sender_id is not None and campaign.state == "sending":
        trouble = session.scalar(select(Sender.trouble).where(Sender.id == campaign.sender_id))
    return Status(
        id=campaign.id, name=campaign.name, state=campaign.state, version=campaign.version, audience=campaign.audience,
        counts=counts, per_minute=_rate(session, campaign, counts["sent"]), retrying=retrying or 0,
        scheduled_wall=campaign.scheduled_wall, scheduled_zone=campaign.scheduled_zone, started_at=campaign.started_at,
        finished_at=campaign.finished_at, trouble=trouble,
    )  # fmt: skip


@dataclass(frozen=True)
class Line:
    """One newsletter in the list."""

    id: int
    name: str
    subject: str
    state: str
    audience: int | None
    sent: int
    opened: int
    clicked: int
    scheduled_wall: str | None
    scheduled_zone: str | None
    started_at: datetime | None
    finished_at: datetime | None
    created_at: datetime
    has_trouble: bool


_SORTS: dict[str, Any] = {
    "name": func.lower(Campaign.name), "state": Campaign.state, "created": Campaign.created_at,
    "started": Campaign.started_at, "audience": Campaign.audience,
}  # fmt: skip


def list_page(
    session: Session,
    *,
    search: str = "",
    state: str = "",
    sort: str = "created",
    direction: str = "desc",
    page: int = 1,
    per_page: int = paging.PER_PAGE,
) -> Page[Line]:
    """Newsletters with their counts, in one query; `search` looks into names and subjects."""
    order = _SORTS.get(sort, Campaign.created_at)
    query = _lines().order_by(order.asc() if direction == "asc" else order.desc(), Campaign.id.desc())
    if state:
        query = query.where(Campaign.state == state)
    if search.strip():
        pattern = paging.like(search.strip().lower())
        query = query.where(func.lower(Campaign.name).like(pattern, escape="\\")
                            | func.lower(Campaign.subject).like(pattern, escape="\\"))  # fmt: skip
    return paging.fetch(session, query, _line, page=page, per_page=per_page)


def unfinished(session: Session, *, first: int = 20) -> list[Line]:
    """The newest drafts, planned ones and those under way: what somebody may have to do something about."""
    query = _lines().where(Campaign.state.in_(("draft", "scheduled", "sending", "paused")))
    return [_line(row) for row in session.execute(query.order_by(Campaign.id.desc()).limit(first))]


def _lines() -> Select[Any]:
    return select(
        Campaign.id, Campaign.name, Campaign.subject, Campaign.state, Campaign.audience, _count(Delivery.state == "sent"),
        _count(Delivery.opened_at.is_not(None)), _count(Delivery.clicked_at.is_not(None)), Campaign.scheduled_wall,
        Campaign.scheduled_zone, Campaign.started_at, Campaign.finished_at, Campaign.created_at,
        Campaign.trouble.is_not(None),
    )  # fmt: skip


def _line(row: Row[Any]) -> Line:
    values: list[Any] = list(row)[:14]
    return Line(*values)


def _count(which: ColumnElement[bool]) -> Any:
    counted = select(func.count()).where(Delivery.campaign_id == Campaign.id, which)
    return counted.correlate(Campaign).scalar_subquery()


def _rate(session: Session, campaign: Campaign, sent: int) -> float:
    if not sent or campaign.started_at is None:
        return 0.0
    end = clock.now()
    if campaign.state not in ("sending", "paused"):  # what waited a day for a retry is no measure of the pace
        end = session.scalar(select(func.max(Delivery.sent_at, type_=Delivery.sent_at.type)).where(
            Delivery.campaign_id == campaign.id, Delivery.state == "sent")) or end  # fmt: skip
    return 60 * sent / max(1.0, (end - campaign.started_at).total_seconds())
