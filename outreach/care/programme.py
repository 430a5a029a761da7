"""The seven-step programme with one customer: what is ticked, what the file hints at, and the next step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, case, func, or_, select
from sqlalchemy.orm import Session

from outreach import clock, contacts, lines, salutation
from outreach.care import complaints, rules
from outreach.care.rows import Gift, ProgrammeStep, Referral
from outreach.contacts import Person
from outreach.errors import N_, Invalid
from outreach.facts import Fact
from outreach.history.rows import Touchpoint
from outreach.value import REAL_CONTACTS


@dataclass(frozen=True)
class Tick:
    """One step: done since when, the person's note, whether the file suggests it."""

    step: rules.ProgrammeStep
    done_at: datetime | None
    note: str
    is_hinted: bool


@dataclass(frozen=True)
class Checklist:
    """The seven steps, and the first one open; None when all are done."""

    ticks: Sequence[Tick]
    next: rules.NextProgrammeStep | None

    @property
    def done(self) -> int:
        """How many are ticked."""
        return sum(one.done_at is not None for one in self.ticks)


def of_contact(session: Session, contact_id: int, *, today: date) -> Checklist:
    """The checklist of a contact; raises NotFound."""
    person = contacts.person(session, contact_id)
    ticked = {
        one.step: one for one in session.scalars(select(ProgrammeStep).where(ProgrammeStep.contact_id == contact_id))
    }
    hints = rules.hinted(known(session, person, today=today))
    ticks = [
        Tick(
            step=step,
            done_at=ticked[step.key].done_at if step.key in ticked else None,
            note=ticked[step.key].note if step.key in ticked else "",
            is_hinted=step.key in hints,
        )
        for step in rules.PROGRAMME
    ]
    return Checklist(ticks, rules.next_programme_step(ticked, hints))


def tick(session: Session, contact_id: int, step: str, *, note: str = "") -> ProgrammeStep:
    """A step is reached; a second time changes its note. Raises Invalid, NotFound."""
    contacts.get(session, contact_id)
    if step not in {one.key for one in rules.PROGRAMME}:
        raise Invalid(N_("There is no such step."))
    note = lines.line(note, field="note", most=500)
    found = session.get(ProgrammeStep, (contact_id, step))
    if found is None:
        found = ProgrammeStep(contact_id=contact_id, step=step, done_at=clock.now())
        session.add(found)
    found.note = note
    session.flush()
    return found


def untick(session: Session, contact_id: int, step: str) -> None:
    """Not reached after all; twice means once."""
    found = session.get(ProgrammeStep, (contact_id, step))
    if found is not None:
        session.delete(found)
        session.flush()


def known(session: Session, person: Person, *, today: date) -> rules.Known:
    """What the customer file knows of this person, as far as it hints at a step."""
    contacts_made, orders, praise = _touched(session, person.id)
    overdue, personal, fulfilled = _noted(session, person.id, today)
    return rules.Known(
        has_mail_or_phone=bool(person.email or person.phone),
        greeting_is_sure=_is_greeted(person),
        complaints_open=complaints.blocks_sales(session, person.id),
        promises_overdue=overdue > 0,
        real_contacts=contacts_made,
        personal_facts=personal,
        wishes_fulfilled=fulfilled,
        orders=orders,
        gifts_liked=session.scalar(select(func.count()).where(Gift.contact_id == person.id, Gift.liked.is_(True))) or 0,
        praised=praise > 0,
        referrals=session.scalar(select(func.count()).where(Referral.referrer_id == person.id)) or 0,
    )


def _touched(session: Session, contact_id: int) -> tuple[int, int, int]:
    def counted(condition: ColumnElement[bool]) -> ColumnElement[int]:
        return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)

    row = session.execute(
        select(
            counted(Touchpoint.kind.in_(REAL_CONTACTS)),
            counted((Touchpoint.kind == "order") & (func.coalesce(Touchpoint.amount, 0) >= 0)),
            counted(Touchpoint.kind == "feedback"),
        ).where(Touchpoint.contact_id == contact_id)
    ).one()
    return int(row[0]), int(row[1]), int(row[2])


def _noted(session: Session, contact_id: int, today: date) -> tuple[int, int, int]:
    mine = Fact.contact_id == contact_id
    overdue = select(func.count()).where(
        mine, Fact.kind == "promise", Fact.closed_at.is_(None), Fact.valid_until < today
    )
    personal = select(func.count()).where(
        mine, Fact.kind.in_(("topic", "project", "interest", "wish")),
        or_(Fact.valid_until.is_(None), Fact.valid_until >= today),
    )  # fmt: skip
    fulfilled = select(func.count()).where(mine, Fact.kind == "wish", Fact.closed_at.is_not(None))
    found = [session.scalar(query) or 0 for query in (overdue, personal, fulfilled)]
    return found[0], found[1], found[2]


def _is_greeted(person: Person) -> bool:
    named = salutation.Named(
        person.first_name, person.last_name, person.title, person.salutation, person.address_form, person.language,
        person.company, person.letter_greeting,
    )  # fmt: skip
    return isinstance(salutation.greeting(named), salutation.Greeting)
