"""Facts: what is known of a contact or a company, typed, dated, with its source. Wishes are open until closed."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from outreach import clock
from outreach.db import Base, Moment
from outreach.journal import Tracked


class Kind(StrEnum):
    """What a fact is about."""

    TOPIC = "topic"
    PROJECT = "project"
    INTEREST = "interest"
    WISH = "wish"
    PROMISE = "promise"
    TABOO = "taboo"


_KINDS = tuple(kind.value for kind in Kind)


class Fact(Tracked, Base):
    """Something known of a contact or a company."""

    __tablename__ = "facts"
    __table_args__ = (
        CheckConstraint(f"kind IN {_KINDS}", name="kind"),
        CheckConstraint("contact_id IS NOT NULL OR company_id IS NOT NULL", name="belongs"),
        Index("ix_facts_contact_id", "contact_id", "noted_on", "id"),
        Index("ix_facts_company_id", "company_id", "noted_on", "id"),
        Index(
            "ix_facts_open",
            "kind",
            "noted_on",
            sqlite_where=text("closed_at IS NULL"),
            postgresql_where=text("closed_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contacts.id", ondelete="CASCADE"))
    company_id: Mapped[int | None] = mapped_column(ForeignKey("companies.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(8))
    text: Mapped[str] = mapped_column(Text)
    noted_on: Mapped[date]
    #: "Telefonat 3.5.", "Webseite"
    source: Mapped[str] = mapped_column(String(200), default="", server_default="")
    #: the entry of the history it was taken from
    touchpoint_id: Mapped[int | None] = mapped_column(ForeignKey("touchpoints.id", ondelete="SET NULL"))
    valid_until: Mapped[date | None]
    #: a wish fulfilled, a promise kept, a project over
    closed_at: Mapped[datetime | None] = mapped_column(Moment)
    #: the offer or order that closed it
    closed_by_id: Mapped[int | None] = mapped_column(ForeignKey("touchpoints.id", ondelete="SET NULL"))
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    created_at: Mapped[datetime] = mapped_column(Moment, default=clock.now)
