"""Complaints: heard, apologised for, solved, a small surprise, asked again. Until then nobody sells to this customer.

open ──▶ touchpoint + tasks (heard, apology, solved) ── done(solved) ──▶ tasks (surprise, asked) ── done(asked) ──▶ closed
                                                            └───────────────── reopen ◀──────────────────┘
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from outreach import clock, lines, paging, tasks
from outreach.care import rules
from outreach.care.rows import Complaint
from outreach.contacts import Contact
from outreach.contacts.store import display_name
from outreach.errors import N_, Conflict, Invalid, NotFound
from outreach.history import store as history
from outreach.paging import Page
from outreach.tasks import Task
from outreach.users import User

STEPS = ("heard", "apology", "solved", "surprise", "asked")
#: what is to be done at once; the others wait until it is solved
_FIRST = ("heard", "apology", "solved")
TEXT_MOST = 5000
#: how much of the complaint stands in its tasks
_EXCERPT = 140


@dataclass(frozen=True)
class ComplaintLine:
    """A complaint with its steps; `next` is None when it is over."""

    id: int
    contact_id: int
    name: str
    text: str
    reported_at: datetime
    outcome: str
    closed_at: datetime | None
    steps: Sequence[rules.ComplaintStep]
    next: rules.ComplaintStep | None


def open(
    session: Session,
    contact_id: int,
    text: str,
    at: datetime | None = None,
    user: User | int | None = None,
    *,
    zone: str = "UTC",
    source: str = "",
) -> Complaint:
    """Take a complaint: it stands on the timeline, and its first steps become tasks. Raises Invalid, NotFound.

    `zone` says which day `at` is; due days are counted from it.
    """
    kept = history.paragraph(text, field="text", most=TEXT_MOST)
    if not kept:
        raise Invalid(N_("Say what the complaint is about."), field="text")
    moment, user_id = at or clock.now(), user.id if isinstance(user, User) else user
    touchpoint = history.add(
        session, contact_id=contact_id, user_id=user_id, kind="complaint", at=moment, text=kept, source=source
    )
    made = Complaint(contact_id=contact_id, touchpoint_id=touchpoint.id, text=kept, reported_at=touchpoint.at)
    session.add(made)
    session.flush()
    _plan(session, made, _FIRST, zone=zone, user_id=user_id)
    return made


def done(
    session: Session,
    complaint_id: int,
    step: str,
    at: datetime | None = None,
    note: str = "",
    *,
    user_id: int | None = None,
    zone: str = "UTC",
) -> bool:
    """A step is done: its task too, and what follows is planned. False when it was done before. Raises Invalid, NotFound.

    Solved plans the surprise and asking again; asked again closes the complaint, once it is solved.
    """
    if step not in STEPS:
        raise Invalid(N_("There is no such step."))
    found = _taken(session, complaint_id)
    if getattr(found, f"{step}_at") is not None or found.closed_at is not None:
        return False
    if step == "asked" and found.solved_at is None:
        raise Invalid(N_("First say that it is solved; then ask whether all is well."))
    moment = at or clock.now()
    setattr(found, f"{step}_at", moment)
    found.outcome = _joined(found.outcome, note)
    session.flush()
    _finish_tasks(session, found.id, step, user_id)
    if step == "solved":
        _plan(session, found, ("surprise", "asked"), zone=zone, user_id=user_id)
    if step == "asked":
        _close(session, found, moment)
    return True


def not_done(session: Session, complaint_id: int, step: str, *, zone: str = "UTC") -> bool:
    """A step was not done after all; its task is open again. False when it was not ticked. Raises Invalid, NotFound.

    Not solved or not asked after all opens the complaint again, with the tasks of every step that is missing.
    """
    if step not in STEPS:
        raise Invalid(N_("There is no such step."))
    found = _taken(session, complaint_id)
    if getattr(found, f"{step}_at") is None:
        return False
    was_closed = found.closed_at is not None
    setattr(found, f"{step}_at", None)
    if step == "solved":
        found.asked_at = None  # what is solved anew is asked anew
    if step in ("asked", "solved"):
        found.closed_at = None
    session.flush()
    if found.closed_at is not None:
        return True
    for task in _tasks(session, complaint_id, step):
        tasks.reopen(session, task.id)
    if step == "solved":  # what follows it waits again
        _drop_tasks(session, complaint_id, ("surprise", "asked"))
    if was_closed:
        _plan(session, found, STEPS if found.solved_at is not None else _FIRST, zone=zone, user_id=None)
    return True


def reopen(session: Session, complaint_id: int, *, user_id: int | None = None, zone: str = "UTC") -> Complaint:
    """It was not well after all: to be solved again, and asked again. Raises NotFound, Conflict when it is open."""
    found = _taken(session, complaint_id)
    if found.closed_at is None:
        raise Conflict(N_("This complaint is open."))
    found.closed_at = found.solved_at = found.surprise_at = found.asked_at = None
    session.flush()
    due_on = rules.workdays_after(clock.on_wall(clock.now(), zone).date(), rules.SOLVE_WORKDAYS)
    _add_task(session, found, "solved", due_on, user_id)
    return found


def close(session: Session, complaint_id: int, *, note: str = "") -> bool:
    """Close it before its last step: it was none, or it is settled otherwise. Its open tasks go. False when closed."""
    found = _taken(session, complaint_id)
    if found.closed_at is not None:
        return False
    found.outcome = _joined(found.outcome, note)
    _close(session, found, clock.now())
    return True


def get(session: Session, complaint_id: int) -> Complaint:
    """The complaint; raises NotFound."""
    found = session.get(Complaint, complaint_id)
    if found is None:
        raise NotFound(N_("There is no such complaint, or not any more."))
    return found


def open_of(session: Session, contact_id: int, *, zone: str = "UTC") -> Sequence[ComplaintLine]:
    """The open complaints of a contact, oldest first."""
    query = _query().where(Complaint.contact_id == contact_id, Complaint.closed_at.is_(None))
    return [_line(row, zone) for row in session.execute(query.order_by(Complaint.reported_at, Complaint.id))]


def of_contact(session: Session, contact_id: int, *, zone: str = "UTC") -> Sequence[ComplaintLine]:
    """All complaints of a contact: open ones first, then the newest."""
    order = (Complaint.closed_at.is_not(None), Complaint.reported_at.desc(), Complaint.id.desc())
    query = _query().where(Complaint.contact_id == contact_id).order_by(*order).limit(100)
    return [_line(row, zone) for row in session.execute(query)]


def list_page(
    session: Session,
    *,
    is_open: bool = True,
    page: int = 1,
    per_page: int = paging.PER_PAGE,
    zone: str = "UTC",
) -> Page[ComplaintLine]:
    """Complaints: the open ones by the day their next step is due, the closed ones newest first."""
    if is_open:
        query = _query().where(Complaint.closed_at.is_(None)).order_by(_next_due(), Complaint.reported_at, Complaint.id)
    else:
        query = _query().where(Complaint.closed_at.is_not(None)).order_by(Complaint.closed_at.desc(), Complaint.id)
    return paging.fetch(session, query, lambda row: _line(row, zone), page=page, per_page=per_page)


def count_open(session: Session) -> int:
    """How many complaints are open."""
    return session.scalar(select(func.count()).select_from(Complaint).where(Complaint.closed_at.is_(None))) or 0


def blocks_sales(session: Session, contact_id: int) -> bool:
    """Whether nothing may be offered to this contact now, because a complaint is open."""
    return contact_id in blocking_sales(session, [contact_id])


def blocking_sales(session: Session, contact_ids: Collection[int]) -> set[int]:
    """Those of these contacts nothing may be offered to now."""
    query = select(Complaint.contact_id).where(
        Complaint.contact_id.in_(list(contact_ids)), Complaint.closed_at.is_(None)
    )
    return set(session.scalars(query))


def _taken(session: Session, complaint_id: int) -> Complaint:
    """The complaint, held until the end of the transaction: of two who tick the same step, one comes second."""
    session.flush()
    held = update(Complaint).where(Complaint.id == complaint_id).values(reported_at=Complaint.reported_at)
    if session.connection().execute(held).rowcount == 0:
        raise NotFound(N_("There is no such complaint, or not any more."))
    found = get(session, complaint_id)
    session.refresh(found)
    return found


def _close(session: Session, found: Complaint, at: datetime) -> None:
    found.closed_at = at
    session.flush()
    _drop_tasks(session, found.id, STEPS)


def _plan(session: Session, found: Complaint, keys: Collection[str], *, zone: str, user_id: int | None) -> None:
    for step in rules.complaint_steps(_facts(found, zone)):
        if step.key in keys and step.due_on is not None and step.done_on is None:
            _add_task(session, found, step.key, step.due_on, user_id)


def _add_task(session: Session, found: Complaint, key: str, due_on: date, user_id: int | None) -> None:
    if any(task.done_at is None for task in _tasks(session, found.id, key)):
        return
    label = next(step.label for step in rules.complaint_steps(rules.Complaint(due_on)) if step.key == key)
    excerpt = " ".join(lines.shown(found.text, _EXCERPT).split())
    dots = "…" if len(found.text) > _EXCERPT else ""
    tasks.add(
        session, kind="complaint", origin_id=found.id, step=key, created_by_id=user_id, text=f"{label}: {excerpt}{dots}",
        contact_id=found.contact_id, due_on=due_on,
    )  # fmt: skip


def _tasks(session: Session, complaint_id: int, step: str) -> list[Task]:
    return [task for task in tasks.of_origin(session, "complaint", complaint_id) if task.step == step]


def _finish_tasks(session: Session, complaint_id: int, step: str, user_id: int | None) -> None:
    for task in _tasks(session, complaint_id, step):
        tasks.finish(session, task.id, user_id=user_id)


def _drop_tasks(session: Session, complaint_id: int, steps: Collection[str]) -> None:
    for task in tasks.of_origin(session, "complaint", complaint_id):
        if task.step in steps and task.done_at is None:
            tasks.remove(session, task.id)


def _joined(outcome: str, note: str) -> str:
    note = history.paragraph(note, field="note", most=TEXT_MOST)
    return "\n".join(part for part in (outcome, note) if part)


def _next_due() -> Any:
    """The day of the first open task of a complaint; tasks are its calendar."""
    return (
        select(func.coalesce(func.min(Task.due_on), date(9999, 12, 31)))
        .where(Task.contact_id == Complaint.contact_id, Task.kind == "complaint", Task.origin_id == Complaint.id)
        .where(Task.done_at.is_(None))
        .correlate(Complaint)
        .scalar_subquery()
    )


_COLUMNS = (
    Complaint.id, Complaint.contact_id, Complaint.text, Complaint.reported_at, Complaint.outcome, Complaint.closed_at,
    Complaint.heard_at, Complaint.apology_at, Complaint.solved_at, Complaint.surprise_at, Complaint.asked_at,
)  # fmt: skip


def _query() -> Any:
    names = (Contact.title, Contact.first_name, Contact.last_name, Contact.email)
    return select(*_COLUMNS, *names).join(Contact, Contact.id == Complaint.contact_id)


def _line(row: Any, zone: str) -> ComplaintLine:
    known = _facts(row, zone)
    upcoming = None if row.closed_at is not None else rules.next_complaint_step(known)
    name = display_name(row.title, row.first_name, row.last_name, row.email)
    steps = rules.complaint_steps(known)
    return ComplaintLine(
        row.id, row.contact_id, name, row.text, row.reported_at, row.outcome, row.closed_at, steps, upcoming
    )


def _facts(row: Any, zone: str) -> rules.Complaint:
    days = {f"{step}_on": _day(getattr(row, f"{step}_at"), zone) for step in STEPS}
    return rules.Complaint(reported_on=clock.on_wall(row.reported_at, zone).date(), **days)


def _day(moment: datetime | None, zone: str) -> date | None:
    return None if moment is None else clock.on_wall(moment, zone).date()


def due_soon(
    session: Session, *, today: date, days: int = 0, limit: int = 20, zone: str = "UTC"
) -> Sequence[ComplaintLine]:
    """Open complaints whose next step is due within so many days, or overdue."""
    found = list_page(session, per_page=limit, zone=zone).rows
    until = today + timedelta(days=days)
    return [one for one in found if one.next and (one.next.due_on is None or one.next.due_on <= until)]
