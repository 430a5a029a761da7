"""What is known of customers when a reason is judged: the person to write to, flags, what was suggested before, silence.

A handful of queries for any number of customers; no decision is made here.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import and_, case, func, or_, select
from sqlalchemy.orm import Session

from outreach import stops, valuation
from outreach.care import complaints
from outreach.clock import on_wall
from outreach.companies import Company
from outreach.contacts import Contact
from outreach.contacts.store import display_name
from outreach.history.rows import Touchpoint
from outreach.occasions.rows import Lesson, Occasion
from outreach.occasions.silence import SAME_KIND_DAYS, Before, Customer, Flag, Recipient, Situation
from outreach.stops import Stop
from outreach.value import Cadence, ValueClass, cadence

#: people of one company who are looked at; whoever has more is no small firm's customer
PEOPLE_MOST = 200
_TALK = ("call", "letter", "meeting")
#: an answer that is owed for longer than this is owed no more
_OWED_DAYS = 30


@dataclass
class Known:
    """Everything known of one customer; `of(contact_id)` makes the situation of a reason for one person."""

    customer: Customer
    people: list[Recipient] = field(default_factory=list)
    flags: list[Flag] = field(default_factory=list)
    before: list[Before] = field(default_factory=list)
    lessons: dict[tuple[str, str], str] = field(default_factory=dict)
    complaints: set[int] = field(default_factory=set)
    owed: dict[int, date] = field(default_factory=dict)
    talked: dict[int, date] = field(default_factory=dict)
    mailed: dict[int, date] = field(default_factory=dict)

    def recipient(self, contact_id: int | None) -> Recipient | None:
        """The person a reason is for: the one it names, else whom one would write to at this company."""
        if contact_id is not None:
            return next((one for one in self.people if one.id == contact_id), None)
        return next((one for one in self.people if not (one.muted or one.deceased)), None)

    def of(self, contact_id: int | None) -> Situation:
        """The situation of a reason for this person. What is open with one person of a company holds for all of it."""
        person = self.recipient(contact_id)
        mine = {person.id} if person is not None else set()
        return Situation(
            recipient=person,
            flags=self.flags,
            before=self.before,
            lessons=self.lessons,
            complaint_open=bool(self.complaints),
            answer_owed_since=min(self.owed.values(), default=None),
            talked_on=max((self.talked[one] for one in mine if one in self.talked), default=None),
            mailed_on=max(self.mailed.values(), default=None),
        )


def load(session: Session, customers: Collection[Customer], *, today: date, zone: str) -> Mapping[Customer, Known]:
    """What is known of these customers today; nobody who was merged away or erased is among their people."""
    known = {one: Known(one) for one in customers}
    whose = _people(session, known)
    _flags(session, known, today)
    _before(session, known, whose, today, zone)
    _lessons(session, known)
    everybody = list(whose)
    for contact_id in complaints.blocking_sales(session, everybody) if everybody else ():
        known[whose[contact_id]].complaints.add(contact_id)
    _touched(session, known, whose, today, zone)
    return known


def hold(session: Session, customers: Collection[Customer]) -> None:
    """Nobody else judges reasons of these customers until this transaction ends, so that two become one at a time."""
    for table, kind in ((Company, "company"), (Contact, "contact")):
        ids = sorted(number for name, number in customers if name == kind)
        for start in range(0, len(ids), 500):
            locked = select(table.id).where(table.id.in_(ids[start : start + 500])).order_by(table.id).with_for_update()
            session.execute(locked).all()


def customer_of(session: Session, contact_id: int) -> Customer | None:
    """The customer a contact belongs to; None when there is no such contact any more."""
    row = session.execute(select(Contact.company_id).where(Contact.id == contact_id, Contact.gone == "")).first()
    if row is None:
        return None
    return ("company", row[0]) if row[0] is not None else ("contact", contact_id)


def owed_answers(today: date) -> Any:
    """Contacts whose last mail or message nobody answered: (contact id, since when), of the last 30 days.

    Counted from the timeline: something came in, and nothing went out, no call and no meeting, since; and nobody said
    that no answer is needed.
    """
    came = (
        select(Touchpoint.contact_id, func.max(Touchpoint.at).label("at"))
        .where(Touchpoint.kind == "mail_in", Touchpoint.contact_id.is_not(None))
        .where(Touchpoint.at >= _moment(today - timedelta(days=_OWED_DAYS)))
        .group_by(Touchpoint.contact_id)
        .subquery("came")
    )
    later = select(Touchpoint.id).where(
        Touchpoint.contact_id == came.c.contact_id,
        Touchpoint.at >= came.c.at,
        Touchpoint.kind.in_(("mail_out", "order", "offer", *_TALK)),
    )
    settled = select(Occasion.id).where(
        Occasion.contact_id == came.c.contact_id,
        Occasion.kind == "answer_owed",
        Occasion.state.in_(("done", "dismissed")),
        Occasion.decided_at >= came.c.at,
    )
    return select(came.c.contact_id, came.c.at).where(~later.exists(), ~settled.exists())


def _people(session: Session, known: Mapping[Customer, Known]) -> dict[int, Customer]:
    companies_, single = _ids(known, "company"), _ids(known, "contact")
    paces = valuation.cadences(session)
    query = (
        select(
            Contact.id, Contact.company_id, Contact.title, Contact.first_name, Contact.last_name, Contact.email,
            Contact.value_class, Contact.due_on, Contact.muted_at, Contact.paused_until, Contact.deceased_at,
            Contact.cadence_ideal, Contact.cadence_latest,
        )
        .where(Contact.gone == "", or_(Contact.company_id.in_(companies_), Contact.id.in_(single)))
        # Whom one would write to: reachable by mail, worth most, in touch last.
        .order_by(
            Contact.email.is_(None), Contact.value_rank.is_(None), Contact.value_rank,
            Contact.last_contact_at.is_(None), Contact.last_contact_at.desc(), Contact.id,
        )
    )  # fmt: skip
    whose: dict[int, Customer] = {}
    for row in session.execute(query):
        customer: Customer = ("company", row[1] or 0) if ("company", row[1]) in known else ("contact", row[0])
        if customer not in known or len(known[customer].people) >= PEOPLE_MOST:
            continue
        whose[row[0]] = customer
        known[customer].people.append(_recipient(row, paces))
    return whose


def _recipient(row: Any, paces: Mapping[ValueClass, Cadence]) -> Recipient:
    own = Cadence(row[11], row[12]) if row[11] and row[12] and row[11] <= row[12] else None
    pace = cadence(row[6], own=own, per_class=paces)
    return Recipient(
        id=row[0],
        name=display_name(row[2], row[3], row[4], row[5]),
        value_class=row[6],
        due_on=row[7],
        latest_on=row[7] + timedelta(days=pace.latest_days - pace.ideal_days) if row[7] else None,
        muted=row[8] is not None,
        paused_until=row[9],
        deceased=row[10] is not None,
        has_company=row[1] is not None,
    )


def _flags(session: Session, known: Mapping[Customer, Known], today: date) -> None:
    query = (
        select(Stop.company_id, Stop.contact_id, Contact.company_id, Stop.reach, Stop.kind, Stop.since_on)
        .outerjoin(Contact, Contact.id == Stop.contact_id)
        .where(stops.holds(today))
        .where(_of(known, company=Stop.company_id, contact=Stop.contact_id, employer=Contact.company_id))
        .order_by(Stop.since_on.desc(), Stop.id)
    )
    for company_id, contact_id, employer, reach, kind, since_on in session.execute(query):
        named = (("company", company_id or 0), ("company", employer or 0), ("contact", contact_id or 0))
        for customer in set(named) & known.keys():
            known[customer].flags.append(Flag(reach, kind, since_on, contact_id))


def _before(
    session: Session, known: Mapping[Customer, Known], whose: Mapping[int, Customer], today: date, zone: str
) -> None:
    query = (
        select(Occasion)
        .where(Occasion.created_at >= _moment(today - timedelta(days=SAME_KIND_DAYS + 7)))
        .where(_of(known, company=Occasion.company_id, contact=Occasion.contact_id))
        .order_by(Occasion.id)
    )
    for one in session.scalars(query.execution_options(populate_existing=False)):
        customer: Customer = (
            ("company", one.company_id) if one.company_id is not None else ("contact", one.contact_id or 0)
        )
        if customer not in known and one.contact_id is not None:
            customer = whose.get(one.contact_id, customer)
        if customer in known:
            known[customer].before.append(before(one, zone))


def before(one: Occasion, zone: str) -> Before:
    """An occasion as an earlier one."""
    made_on = on_wall(one.created_at, zone).date()
    return Before(
        one.id, one.kind, one.story, one.state, one.decision, made_on, one.suggested_on, one.action, one.contact_id
    )


def _lessons(session: Session, known: Mapping[Customer, Known]) -> None:
    query = select(Lesson.company_id, Lesson.contact_id, Lesson.kind, Lesson.source, Lesson.rule).where(
        Lesson.undone_at.is_(None), _of(known, company=Lesson.company_id, contact=Lesson.contact_id)
    )
    for company_id, contact_id, kind, source, rule in session.execute(query):
        customer: Customer = ("company", company_id) if company_id is not None else ("contact", contact_id or 0)
        if customer in known and known[customer].lessons.get((kind, source)) != "never":
            known[customer].lessons[(kind, source)] = rule


def _touched(
    session: Session, known: Mapping[Customer, Known], whose: Mapping[int, Customer], today: date, zone: str
) -> None:
    """The last talk, the last mail nobody answered, an answer that is owed: from the timelines of their people."""
    ids = list(whose)
    since = _moment(today - timedelta(days=_OWED_DAYS + 1))
    for start in range(0, len(ids), 500):
        mine = Touchpoint.contact_id.in_(ids[start : start + 500])
        last = (
            select(
                Touchpoint.contact_id,
                func.max(case((Touchpoint.kind.in_(_TALK), Touchpoint.at))),
                func.max(case((Touchpoint.kind == "mail_out", Touchpoint.at))),
                func.max(case((Touchpoint.kind == "mail_in", Touchpoint.at))),
            )
            .where(mine, Touchpoint.at >= since, Touchpoint.at <= _moment(today + timedelta(days=1)))
            .group_by(Touchpoint.contact_id)
        )
        for contact_id, talked, mailed, came in session.execute(last):
            one = known[whose[contact_id]]
            if talked is not None:
                one.talked[contact_id] = on_wall(talked, zone).date()
            if mailed is not None and (came is None or came < mailed):
                one.mailed[contact_id] = on_wall(mailed, zone).date()
        owed = owed_answers(today)
        for contact_id, at in session.execute(owed.where(owed.selected_columns[0].in_(ids[start : start + 500]))):
            known[whose[contact_id]].owed[contact_id] = on_wall(at, zone).date()


def _of(known: Collection[Customer], *, company: Any, contact: Any, employer: Any = None) -> Any:
    """A condition: the row belongs to one of these customers, or to somebody who works there."""
    companies_, single = _ids(known, "company"), _ids(known, "contact")
    employed = select(Contact.id).where(Contact.company_id.in_(companies_), Contact.gone == "")
    found = [company.in_(companies_), contact.in_(single)]
    found.append(employer.in_(companies_) if employer is not None else and_(company.is_(None), contact.in_(employed)))
    return or_(*found)


def _ids(known: Collection[Customer], kind: str) -> list[int]:
    return [number for name, number in known if name == kind]


def _moment(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
