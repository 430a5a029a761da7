"""What the pages of occasions show: today's few, the lists behind, one with everything a card knows. Decides nothing."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from outreach import facts, paging, stops
from outreach.companies import Company
from outreach.contacts import Contact
from outreach.contacts.store import display_name
from outreach.errors import N_, NotFound
from outreach.facts import FactLine
from outreach.history.rows import Touchpoint
from outreach.occasions import ranking
from outreach.occasions.rows import Occasion, State
from outreach.paging import Page
from outreach.stops import StopLine

#: the lists of the page, in its order
LISTS = ("open", "unsure", "note", "held", "snoozed", "decided")
_STATES: Mapping[str, tuple[State, ...]] = {
    "open": (State.OPEN,),
    "unsure": (State.UNSURE,),
    "note": (State.NOTE,),
    "held": (State.HELD,),
    "snoozed": (State.SNOOZED,),
    "decided": (State.DONE, State.DISMISSED, State.EXPIRED),
}
#: so many are looked through for the few on top
_LOOKED_AT = 200


@dataclass(frozen=True)
class OccasionLine:
    """An occasion in a list: who, why now, the evidence, and what rule or person decided."""

    id: int
    contact_id: int | None
    company_id: int | None
    name: str
    company: str
    role: str
    kind: str
    source: str
    source_name: str
    action: str
    polarity: int
    certainty: str
    state: str
    headline: str
    quote: str
    link: str
    published_at: datetime | None
    happened_on: date | None
    details: Mapping[str, Any]
    score: int
    why: Sequence[Sequence[Any]]
    held_by: str
    held_values: Mapping[str, Any]
    expires_on: date
    snoozed_until: date | None
    created_at: datetime
    decided_at: datetime | None
    decision: str
    remark: str
    origin_id: int | None


@dataclass(frozen=True)
class CardKnows:
    """What the card knows that a letter could use: wishes, topics, promises, taboos; the last thing that happened."""

    facts: Sequence[FactLine]
    last_kind: str
    last_text: str
    last_at: datetime | None
    value_class: str
    stage: str


@dataclass(frozen=True)
class Today:
    """Today's few, and how many wait in each list."""

    few: Sequence[OccasionLine]
    counts: Mapping[str, int]

    @property
    def more(self) -> int:
        """How many wait behind the few."""
        return max(0, self.counts["open"] - len(self.few))


def today(session: Session, *, few: int = ranking.FEW) -> Today:
    """The few that deserve to be seen first, no kind filling them, and the counts of the lists."""
    query = _query().where(Occasion.state == State.OPEN).order_by(Occasion.score.desc(), Occasion.id).limit(_LOOKED_AT)
    return Today(ranking.few([_line(row) for row in session.execute(query)], most=few), counts(session))


def counts(session: Session) -> Mapping[str, int]:
    """How many stand in each list; what was decided is not counted."""
    rows = session.execute(
        select(Occasion.state, func.count()).where(Occasion.state.in_(_live())).group_by(Occasion.state)
    )
    found = {row[0]: row[1] for row in rows}
    return {name: sum(found.get(state, 0) for state in _STATES[name]) for name in LISTS}


def list_page(
    session: Session,
    which: str,
    *,
    kind: str = "",
    company_id: int | None = None,
    contact_id: int | None = None,
    page: int = 1,
    per_page: int = 20,
) -> Page[OccasionLine]:
    """One list: what is open by rank, what was decided by time. Raises NotFound for a list that does not exist."""
    if which not in _STATES:
        raise NotFound(N_("There is nothing at this address."))
    query = _query().where(Occasion.state.in_(_STATES[which]))
    if kind:
        query = query.where(Occasion.kind == kind)
    query = _of(query, company_id, contact_id)
    if which == "decided":
        query = query.order_by(Occasion.decided_at.desc(), Occasion.id.desc())
    elif which == "snoozed":
        query = query.order_by(Occasion.snoozed_until, Occasion.id)
    elif which == "open":
        query = query.order_by(Occasion.score.desc(), Occasion.id)
    else:
        query = query.order_by(Occasion.created_at.desc(), Occasion.id.desc())
    return paging.fetch(session, query, _line, page=page, per_page=per_page)


def of_customer(
    session: Session, *, contact_id: int | None = None, company_id: int | None = None, limit: int = 5
) -> Sequence[OccasionLine]:
    """What is open, unsure or worth noting for a card, the best first."""
    query = _of(_query().where(Occasion.state.in_((State.OPEN, State.UNSURE, State.NOTE))), company_id, contact_id)
    return [
        _line(row) for row in session.execute(query.order_by(Occasion.score.desc(), Occasion.id.desc()).limit(limit))
    ]


@dataclass(frozen=True)
class Standing:
    """What a card says on top: stop flags that hold, and reasons to write now."""

    flags: Sequence[StopLine]
    occasions: Sequence[OccasionLine]


def standing(
    session: Session, *, contact_id: int | None = None, company_id: int | None = None, today: date
) -> Standing:
    """The flags and occasions of a card: of a person (with the company they work at), or of a company."""
    return Standing(
        stops.standing(session, today=today, contact_id=contact_id, company_id=company_id, limit=5),
        of_customer(session, contact_id=contact_id, company_id=company_id, limit=3),
    )


def one(session: Session, occasion_id: int) -> OccasionLine:
    """One occasion; raises NotFound."""
    row = session.execute(_query().where(Occasion.id == occasion_id)).first()
    if row is None:
        raise NotFound(N_("There is no such occasion, or not any more."))
    return _line(row)


def card_knows(session: Session, contact_ids: Collection[int], *, today: date) -> Mapping[int, CardKnows]:
    """What the cards of a few people know that matters for a letter."""
    found: dict[int, CardKnows] = {}
    query = select(Contact.id, Contact.value_class, Contact.stage).where(Contact.id.in_(list(contact_ids)))
    for contact_id, value_class, stage in session.execute(query).all():
        last = session.execute(
            select(Touchpoint.kind, Touchpoint.text, Touchpoint.at)
            .where(Touchpoint.contact_id == contact_id)
            .order_by(Touchpoint.at.desc(), Touchpoint.id.desc())
            .limit(1)
        ).first()
        known = [one for one in facts.of_contact(session, contact_id, today=today) if one.is_open(today)]
        ordered = sorted(known, key=lambda one: (_FACTS.index(one.kind) if one.kind in _FACTS else 9, -one.id))
        kind, text, at = (last[0], last[1], last[2]) if last is not None else ("", "", None)
        found[contact_id] = CardKnows(ordered[:4], kind, text, at, value_class, stage)
    return found


_FACTS = ("taboo", "promise", "wish", "project", "topic", "interest")


def _live() -> tuple[State, ...]:
    return tuple(state for name in LISTS if name != "decided" for state in _STATES[name])


def _of(query: Any, company_id: int | None, contact_id: int | None) -> Any:
    if contact_id is not None:
        return query.where(Occasion.contact_id == contact_id)
    if company_id is not None:
        return query.where(Occasion.company_id == company_id)
    return query


def _query() -> Any:
    return (
        select(
            Occasion, Contact.title, Contact.first_name, Contact.last_name, Contact.email, Contact.role, Company.name
        )
        .outerjoin(Contact, Contact.id == Occasion.contact_id)
        .outerjoin(Company, Company.id == func.coalesce(Occasion.company_id, Contact.company_id))
    )


def _line(row: Any) -> OccasionLine:
    one: Occasion = row[0]
    return OccasionLine(
        id=one.id, contact_id=one.contact_id, company_id=one.company_id,
        name=display_name(row[1], row[2], row[3], row[4]) if one.contact_id is not None else row[6] or "",
        company=row[6] or "", role=row[5] or "", kind=one.kind, source=one.source, source_name=one.source_name,
        action=one.action, polarity=one.polarity, certainty=one.certainty, state=one.state, headline=one.headline,
        quote=one.quote, link=one.link, published_at=one.published_at, happened_on=one.happened_on,
        details=dict(one.details), score=one.score, why=list(one.why), held_by=one.held_by,
        held_values=dict(one.held_values), expires_on=one.expires_on, snoozed_until=one.snoozed_until,
        created_at=one.created_at, decided_at=one.decided_at, decision=one.decision, remark=one.remark,
        origin_id=one.origin_id,
    )  # fmt: skip
