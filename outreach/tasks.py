"""Tasks, small and plain: what, for whom, until when, done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypedDict, Unpack

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, func, or_, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from outreach import clock, companies, contacts, lines, paging, users
from outreach.companies import Company
from outreach.contacts import Contact
from outreach.contacts.store import display_name
from outreach.db import Base, Moment
from outreach.errors import N_, Invalid, NotFound
from outreach.journal import Tracked
from outreach.paging import Page
from outreach.users import User


class Task(Tracked, Base):
    """Something somebody has to do, perhaps about a contact or a company."""

    __tablename__ = "tasks"
    __table_args__ = (
        CheckConstraint("kind IN ('', 'complaint', 'thanks', 'promise', 'survey', 'request')", name="kind"),
        Index(
            "ix_tasks_open",
            "due_on",
            "id",
            sqlite_where=text("done_at IS NULL"),
            postgresql_where=text("done_at IS NULL"),
        ),
        Index("ix_tasks_contact_id", "contact_id"),
        Index("ix_tasks_company_id", "company_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    text: Mapped[str] = mapped_column(String(500))
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contacts.id", ondelete="CASCADE"))
    company_id: Mapped[int | None] = mapped_column(ForeignKey("companies.id", ondelete="CASCADE"))
    due_on: Mapped[date | None]
    #: whose task it is; nobody's is everybody's
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    #: what it belongs to, and the number there: a complaint's step, thanks for a referral
    kind: Mapped[str] = mapped_column(String(10), default="", server_default="")
    origin_id: Mapped[int | None]
    step: Mapped[str] = mapped_column(String(20), default="", server_default="")
    done_at: Mapped[datetime | None] = mapped_column(Moment)
    done_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    created_at: Mapped[datetime] = mapped_column(Moment, default=clock.now)


class TaskFields(TypedDict, total=False):
    """What can be said of a task."""

    text: str
    due_on: date | None
    user_id: int | None
    contact_id: int | None
    company_id: int | None


@dataclass(frozen=True)
class TaskLine:
    """A task in a list."""

    id: int
    text: str
    due_on: date | None
    user_id: int | None
    #: whose it is; empty: everybody's
    who: str
    contact_id: int | None
    company_id: int | None
    #: the contact or company it is about
    about: str
    kind: str
    origin_id: int | None
    step: str
    done_at: datetime | None
    created_at: datetime


def add(
    session: Session,
    *,
    kind: str = "",
    origin_id: int | None = None,
    step: str = "",
    created_by_id: int | None = None,
    **given: Unpack[TaskFields],
) -> Task:
    """Something to do; raises Invalid, NotFound."""
    made = Task(kind=kind, origin_id=origin_id, step=step, created_by_id=created_by_id)
    for name, value in _clean(session, {"text": "", **given}).items():
        setattr(made, name, value)
    session.add(made)
    session.flush()
    return made


def change(session: Session, task_id: int, **given: Unpack[TaskFields]) -> Task:
    """Change what is given, leave the rest; raises Invalid, NotFound."""
    found = get(session, task_id)
    for name, value in _clean(session, dict(given)).items():
        setattr(found, name, value)
    session.flush()
    return found


def finish(session: Session, task_id: int, *, user_id: int | None) -> Task:
    """It is done; twice means once."""
    found = get(session, task_id)
    if found.done_at is None:
        found.done_at, found.done_by_id = clock.now(), user_id
        session.flush()
    return found


def reopen(session: Session, task_id: int) -> Task:
    """It is not done after all."""
    found = get(session, task_id)
    found.done_at = found.done_by_id = None
    session.flush()
    return found


def remove(session: Session, task_id: int) -> None:
    """Forget it; the journal can bring it back."""
    session.delete(get(session, task_id))
    session.flush()


def get(session: Session, task_id: int) -> Task:
    """The task; raises NotFound."""
    found = session.get(Task, task_id)
    if found is None:
        raise NotFound(N_("There is no such task, or not any more."))
    return found


def of_origin(session: Session, kind: str, origin_id: int) -> Sequence[Task]:
    """The tasks that belong to a complaint, a referral …"""
    query = select(Task).where(Task.kind == kind, Task.origin_id == origin_id)
    return session.scalars(query.order_by(Task.id)).all()


def open_of(session: Session, *, contact_id: int | None = None, company_id: int | None = None) -> Sequence[TaskLine]:
    """What is to be done about a contact or a company."""
    whose = Task.contact_id == contact_id if contact_id is not None else Task.company_id == company_id
    query = _query().where(whose, Task.done_at.is_(None)).order_by(*_ORDER).limit(200)
    return [_line(row) for row in session.execute(query)]


def list_page(
    session: Session,
    *,
    search: str = "",
    sort: str = "due",
    direction: str = "asc",
    page: int = 1,
    per_page: int = paging.PER_PAGE,
    done: bool = False,
    user_id: int | None = None,
) -> Page[TaskLine]:
    """Tasks, open or done; `user_id` narrows to this user's and everybody's."""
    query = _query().where(Task.done_at.is_not(None) if done else Task.done_at.is_(None))
    if user_id is not None:
        query = query.where(or_(Task.user_id == user_id, Task.user_id.is_(None)))
    for word in search.lower().split()[:10]:
        query = query.where(_has(paging.like(word)))
    order: list[Any] = [Task.done_at.desc(), Task.id.desc()] if done else list(_ORDER)
    if sort == "created":
        order = [Task.created_at.desc() if direction == "desc" else Task.created_at, Task.id]
    return paging.fetch(session, query.order_by(*order), _line, page=page, per_page=per_page)


def due(session: Session, *, today: date, user_id: int | None = None, limit: int = 5) -> Sequence[TaskLine]:
    """What is due today or overdue, the oldest first."""
    query = _query().where(Task.done_at.is_(None), Task.due_on <= today)
    if user_id is not None:
        query = query.where(or_(Task.user_id == user_id, Task.user_id.is_(None)))
    return [_line(row) for row in session.execute(query.order_by(*_ORDER).limit(limit))]


#: without a day last
_ORDER = (Task.due_on.is_(None), Task.due_on, Task.id)


def _query() -> Any:
    return (
        select(
            Task.id, Task.text, Task.due_on, Task.user_id, User.name, Task.contact_id, Task.company_id, Contact.title,
            Contact.first_name, Contact.last_name, Contact.email, Company.name, Task.kind, Task.origin_id, Task.step,
            Task.done_at, Task.created_at,
        )
        .outerjoin(User, User.id == Task.user_id)
        .outerjoin(Contact, Contact.id == Task.contact_id)
        .outerjoin(Company, Company.id == Task.company_id)
    )  # fmt: skip


def _has(pattern: str) -> Any:
    looked_at = (
        Task.text
        + " "
        + func.coalesce(Contact.first_name + " " + Contact.last_name, "")
        + " "
        + func.coalesce(Company.name, "")
    )
    return func.lower(looked_at).like(pattern, escape="\\")


def _line(row: Any) -> TaskLine:
    about = display_name(row[7], row[8], row[9], row[10]) if row[5] is not None else row[11] or ""
    return TaskLine(row[0], row[1], row[2], row[3], row[4] or "", row[5], row[6], about, *row[12:17])


def _clean(session: Session, given: dict[str, Any]) -> dict[str, Any]:
    if "text" in given:
        given["text"] = lines.line(given["text"], field="text", most=500)
        if not given["text"]:
            raise Invalid(N_("Say what is to be done."), field="text")
    if given.get("user_id"):
        users.get(session, given["user_id"])
    if given.get("contact_id"):
        contacts.get(session, given["contact_id"])
    if given.get("company_id"):
        companies.get(session, given["company_id"])
    return given
