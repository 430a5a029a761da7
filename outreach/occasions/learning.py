"""What is learned from dismissals, per customer × kind × source: said in a sentence, and taken back with one click."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from outreach.companies import Company
from outreach.contacts import Contact
from outreach.contacts.store import display_name
from outreach.errors import N_, NotFound
from outreach.occasions.rows import Lesson, Occasion, State

#: so many dismissals of one kind from one source here, and it is only a note
DISMISSALS = 2
REMEMBERED = timedelta(days=365)
#: dismissals that say something about the kind; "wrong company" teaches the watch, "I'll call" is praise
TELLING = ("unimportant", "too_often", "awkward", "old")

SENTENCES = {
    "note": N_("%(kind)s at %(name)s: now only as a note."),
    "note_source": N_("%(kind)s at %(name)s from %(source)s: now only as a note."),
    "never": N_("%(kind)s at %(name)s: never suggested."),
}


@dataclass(frozen=True)
class LessonLine:
    """What was learned, with whose it is; `sentence` is one of SENTENCES."""

    id: int
    company_id: int | None
    contact_id: int | None
    name: str
    kind: str
    source: str
    source_name: str
    rule: str
    dismissals: int
    created_at: datetime

    @property
    def sentence(self) -> str:
        """The English sentence with its gaps kind, name, source."""
        return SENTENCES["note_source" if self.rule == "note" and self.source_name else self.rule]


def after_dismissal(session: Session, dismissed: Occasion, *, user_id: int | None, now: datetime) -> Lesson | None:
    """A new lesson when this kind from this source was dismissed often enough here and never taken up; else None."""
    if dismissed.decision not in TELLING:
        return None
    company_id, contact_id = dismissed.company_id, None if dismissed.company_id is not None else dismissed.contact_id
    whose = Occasion.company_id == company_id if company_id is not None else Occasion.contact_id == contact_id
    taken_back = select(func.max(Lesson.undone_at)).where(
        _same(company_id, contact_id), Lesson.kind == dismissed.kind, Lesson.source == dismissed.source
    )
    since = max(now - REMEMBERED, session.scalar(taken_back) or now - REMEMBERED)
    decided = (
        select(Occasion.state, Occasion.decision)
        .where(whose, Occasion.kind == dismissed.kind, Occasion.source == dismissed.source, Occasion.decided_at > since)
        .order_by(Occasion.decided_at.desc())
    )
    rows = session.execute(decided).all()
    taken_up = any(state == State.DONE and decision != "noted" for state, decision in rows)
    times = sum(state == State.DISMISSED and decision in TELLING for state, decision in rows)
    if taken_up or times < DISMISSALS or _has(session, company_id, contact_id, dismissed.kind, dismissed.source):
        return None
    return _keep(session, company_id, contact_id, dismissed, rule="note", times=times, user_id=user_id, now=now)


def never(session: Session, occasion: Occasion, *, user_id: int | None, now: datetime) -> Lesson:
    """Never this kind for this customer again, whatever the source; twice means once."""
    company_id = occasion.company_id
    contact_id = None if company_id is not None else occasion.contact_id
    found = session.scalar(
        select(Lesson).where(
            _same(company_id, contact_id), Lesson.kind == occasion.kind, Lesson.rule == "never", Lesson.undone_at.is_(None)
        )
    )  # fmt: skip
    return found or _keep(session, company_id, contact_id, occasion, rule="never", times=0, user_id=user_id, now=now)


def undo(session: Session, lesson_id: int, *, now: datetime) -> Lesson:
    """Unlearn; twice means once. Dismissals before it count no more. Raises NotFound."""
    found = session.get(Lesson, lesson_id)
    if found is None:
        raise NotFound(N_("There is nothing at this address."))
    if found.undone_at is None:
        found.undone_at = now
        session.flush()
    return found


def learned(
    session: Session, *, company_id: int | None = None, contact_id: int | None = None, limit: int = 200
) -> Sequence[LessonLine]:
    """What holds, the newest first: of everybody, or of one customer."""
    query: Any = (
        select(Lesson, Company.name, Contact.title, Contact.first_name, Contact.last_name, Contact.email)
        .outerjoin(Company, Company.id == Lesson.company_id)
        .outerjoin(Contact, Contact.id == Lesson.contact_id)
        .where(Lesson.undone_at.is_(None))
        .order_by(Lesson.id.desc())
        .limit(limit)
    )
    if company_id is not None or contact_id is not None:
        query = query.where(
            or_(
                Lesson.company_id == company_id if company_id is not None else Lesson.id < 0,
                Lesson.contact_id == contact_id if contact_id is not None else Lesson.id < 0,
            )
        )
    return [_line(row) for row in session.execute(query)]


def line_of(session: Session, lesson_id: int) -> LessonLine:
    """One lesson in words; raises NotFound."""
    query = (
        select(Lesson, Company.name, Contact.title, Contact.first_name, Contact.last_name, Contact.email)
        .outerjoin(Company, Company.id == Lesson.company_id)
        .outerjoin(Contact, Contact.id == Lesson.contact_id)
        .where(Lesson.id == lesson_id)
    )
    row = session.execute(query).first()
    if row is None:
        raise NotFound(N_("There is nothing at this address."))
    return _line(row)


def _line(row: Any) -> LessonLine:
    lesson: Lesson = row[0]
    name = row[1] if lesson.company_id is not None else display_name(row[2], row[3], row[4], row[5])
    return LessonLine(
        lesson.id, lesson.company_id, lesson.contact_id, name or "", lesson.kind, lesson.source, lesson.source_name,
        lesson.rule, lesson.dismissals, lesson.created_at,
    )  # fmt: skip


def _same(company_id: int | None, contact_id: int | None) -> Any:
    return Lesson.company_id == company_id if company_id is not None else Lesson.contact_id == contact_id


def _has(session: Session, company_id: int | None, contact_id: int | None, kind: str, source: str) -> bool:
    query = select(Lesson.id).where(
        _same(company_id, contact_id), Lesson.kind == kind, Lesson.source.in_(("", source)), Lesson.undone_at.is_(None)
    )
    return session.scalar(query.limit(1)) is not None


def _keep(
    session: Session,
    company_id: int | None,
    contact_id: int | None,
    occasion: Occasion,
    *,
    rule: str,
    times: int,
    user_id: int | None,
    now: datetime,
) -> Lesson:
    everywhere = rule == "never"
    made = Lesson(
        company_id=company_id, contact_id=contact_id, kind=occasion.kind, rule=rule, dismissals=times, created_at=now,
        source="" if everywhere else occasion.source, source_name="" if everywhere else occasion.source_name,
        created_by=user_id,
    )  # fmt: skip
    session.add(made)
    session.flush()
    return made
