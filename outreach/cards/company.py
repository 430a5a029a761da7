"""The card of one company: its people, what they and it bought, and the timeline of everybody."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, func, select
from sqlalchemy import cast as as_type
from sqlalchemy.orm import Session

from outreach import clock, companies, dates, facts, tasks
from outreach.cards import situation
from outreach.cards.situation import Sorted
from outreach.companies import Company
from outreach.contacts import Contact, channels
from outreach.contacts.channels import PostalLine
from outreach.dates import DayLine
from outreach.history import timeline
from outreach.history.rows import Touchpoint
from outreach.history.timeline import Timeline
from outreach.tasks import TaskLine


@dataclass(frozen=True)
class Sums:
    """What the company and its people make together. Cents."""

    people: int
    turnover_12: int
    turnover_before: int
    last_contact_at: datetime | None


@dataclass(frozen=True)
class CompanyCard:
    """A company with everything the page shows, except the list of its people, which has pages."""

    company: Company
    postal: Sequence[PostalLine]
    sums: Sums
    facts: Sorted
    days: Sequence[DayLine]
    tasks: Sequence[TaskLine]
    timeline: Timeline


def company(
    session: Session, company_id: int, *, today: date, now: datetime, kinds: Collection[str] = ()
) -> CompanyCard:
    """The card of this company; raises NotFound. Its people: `contacts.list_page(session, company_id=…)`."""
    return CompanyCard(
        company=companies.get(session, company_id),
        postal=channels.postal(session, company_id=company_id),
        sums=_sums(session, company_id, now),
        facts=situation.by_kind(facts.of_company(session, company_id, today=today), today),
        days=dates.of(session, company_id=company_id, today=today),
        tasks=tasks.open_of(session, company_id=company_id),
        timeline=timeline.of_company(session, company_id, kinds=kinds),
    )


def _sums(session: Session, company_id: int, now: datetime) -> Sums:
    people: Any = session.execute(
        select(
            func.count(),
            as_type(func.coalesce(func.sum(Contact.turnover_12), 0), BigInteger),
            as_type(func.coalesce(func.sum(Contact.turnover_before), 0), BigInteger),
            func.max(Contact.last_contact_at),
        ).where(Contact.company_id == company_id, Contact.gone == "")
    ).one()
    year, before = clock.years_before(now, 1), clock.years_before(now, 2)
    ordered = select(Touchpoint.at, Touchpoint.amount).where(
        Touchpoint.company_id == company_id, Touchpoint.kind == "order", Touchpoint.at >= before
    )
    own = [(at, amount or 0) for at, amount in session.execute(ordered)]
    return Sums(
        people[0],
        people[1] + sum(amount for at, amount in own if at >= year),
        people[2] + sum(amount for at, amount in own if at < year),
        people[3],
    )
