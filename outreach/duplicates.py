"""Contacts that may be one person: proposals with their reasons, never merged by themselves.

    somebody new or changed → candidates by name, phone and address → reasons, score → one open proposal per pair

Whoever decides they are two is not asked again.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from outreach import clock
from outreach.db import Base, Moment


class DuplicateProposal(Base):
    """Two contacts that may be one person."""

    __tablename__ = "duplicate_proposals"
    __table_args__ = (
        CheckConstraint("one_id < other_id", name="order"),
        CheckConstraint("state IN ('open', 'merged', 'dismissed')", name="state"),
        UniqueConstraint("one_id", "other_id"),
        Index("ix_duplicate_proposals_other_id", "other_id"),
        Index("ix_duplicate_proposals_state", "state", "score", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    one_id: Mapped[int] = mapped_column(ForeignKey("contacts.id", ondelete="CASCADE"))
    other_id: Mapped[int] = mapped_column(ForeignKey("contacts.id", ondelete="CASCADE"))
    state: Mapped[str] = mapped_column(String(9), default="open", server_default="open")
    #: 0 to 100, for the order of the list
    score: Mapped[int]
    #: same_name, same_company, same_phone, similar_name, similar_address
    reasons: Mapped[list[str]] = mapped_column(JSON)
    created_at: Mapped[datetime] = mapped_column(Moment, default=clock.now)
    decided_at: Mapped[datetime | None] = mapped_column(Moment)
