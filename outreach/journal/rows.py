"""The rows of the journal, and what makes a row tracked."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from outreach import clock
from outreach.db import Base, Moment


class ChangeSet(Base):
    """What one click, one command or one block of an import changed."""

    __tablename__ = "change_sets"
    __table_args__ = (Index("ix_change_sets_kind_origin_id", "kind", "origin_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    #: edit, import, merge, quick_entry, names, survey, undo …
    kind: Mapped[str] = mapped_column(String(20))
    #: what it belongs to: the import of an import's blocks
    origin_id: Mapped[int | None]
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    at: Mapped[datetime] = mapped_column(Moment, default=clock.now)
    undone_at: Mapped[datetime | None] = mapped_column(Moment)
    #: the change set this one took back
    undoes_id: Mapped[int | None] = mapped_column(ForeignKey("change_sets.id", ondelete="SET NULL"))


class Change(Base):
    """One row made (no before), changed (the columns that differ) or removed (no after). Goes with its contact."""

    __tablename__ = "changes"
    __table_args__ = (
        Index("ix_changes_set_id", "set_id", "id"),
        Index("ix_changes_contact_id", "contact_id", "id"),
        Index("ix_changes_company_id", "company_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    set_id: Mapped[int] = mapped_column(ForeignKey("change_sets.id", ondelete="CASCADE"))
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contacts.id", ondelete="CASCADE"))
    company_id: Mapped[int | None]  # without a key: the way back must outlive the company
    table_name: Mapped[str] = mapped_column(String(40))
    key: Mapped[dict[str, Any]] = mapped_column(JSON)
    before: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    after: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))


class Tracked:
    """Rows of these classes leave a Change when they are flushed, except for the columns named here."""

    UNTRACKED: frozenset[str] = frozenset({"updated_at"})

    def subject(self) -> tuple[int | None, int | None]:
        """The contact and the company on whose card the change is shown."""
        return getattr(self, "contact_id", None), getattr(self, "company_id", None)
