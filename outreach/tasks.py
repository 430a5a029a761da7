"""Tasks, small and plain: what, for whom, until when, done."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from outreach import clock
from outreach.db import Base, Moment
from outreach.journal import Tracked


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
