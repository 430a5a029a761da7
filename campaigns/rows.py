"""The rows of this floor: segments and newsletters (campaigns)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from outreach import clock
from outreach.db import Base, Moment
from outreach.mail.rows import Delivery
from outreach.tracking.rows import Link

STATES = ("draft", "scheduled", "sending", "paused", "sent", "stopped")


class Segment(Base):
    """A saved filter over contacts."""

    __tablename__ = "segments"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200), unique=True)
    #: see campaigns/segments/filters.py
    filter: Mapped[dict[str, Any]] = mapped_column(JSON)
    created_at: Mapped[datetime] = mapped_column(Moment, default=clock.now)
    updated_at: Mapped[datetime] = mapped_column(Moment, default=clock.now, onupdate=clock.now)


class Campaign(Base):
    """A newsletter issue: one text to one audience at one time.

    draft → scheduled → sending ⇄ paused → sent; stopped from scheduled, sending or paused.
    """

    __tablename__ = "campaigns"
    __table_args__ = (
        CheckConstraint(f"state IN {STATES}", name="state"),
        CheckConstraint("format IN ('html', 'markdown', 'mjml')", name="format"),
        CheckConstraint("state IN ('draft', 'scheduled') OR audience IS NOT NULL", name="audience_once_sending"),
        Index("ix_campaigns_state_scheduled_at", "state", "scheduled_at"),
        {"sqlite_autoincrement": True},  # a number is never given out twice: old links name it
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    state: Mapped[str] = mapped_column(String(10), default="draft")
    #: raised by every change of the text; a send names the version it saw
    version: Mapped[int] = mapped_column(default=1)
    subject: Mapped[str] = mapped_column(Text)
    preheader: Mapped[str] = mapped_column(Text, default="")
    format: Mapped[str] = mapped_column(String(10))
    body: Mapped[str] = mapped_column(Text)
    template_id: Mapped[int | None] = mapped_column(ForeignKey("templates.id", ondelete="SET NULL"))
    sender_id: Mapped[int | None] = mapped_column(ForeignKey("senders.id"))
    #: audience = people of the segment (all, when None) who agreed to the list (to any list, when None)
    list_id: Mapped[int | None] = mapped_column(ForeignKey("lists.id"))
    segment_id: Mapped[int | None] = mapped_column(ForeignKey("segments.id"))
    #: planned local time as written, and its zone; scheduled_at is the UTC moment they mean
    scheduled_wall: Mapped[str | None] = mapped_column(String(19))
    scheduled_zone: Mapped[str | None] = mapped_column(String(64))
    scheduled_at: Mapped[datetime | None] = mapped_column(Moment)
    #: recipients frozen at fan-out; expected = actual rows is checked
    audience: Mapped[int | None]
    fanned_out_at: Mapped[datetime | None] = mapped_column(Moment)
    #: what was sent: subject, preheader, html and text with gaps, links; frozen when sending begins
    frozen: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    #: why it is paused, when not by a person: a translatable sentence and its values
    trouble: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    started_at: Mapped[datetime | None] = mapped_column(Moment)
    finished_at: Mapped[datetime | None] = mapped_column(Moment)
    created_at: Mapped[datetime] = mapped_column(Moment, default=clock.now)
    updated_at: Mapped[datetime] = mapped_column(Moment, default=clock.now, onupdate=clock.now)
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))


# The ground floor leaves `campaign_id` a plain number, for it does not know newsletters; this floor ties the knot.
for _table in (Delivery.__table__, Link.__table__):
    _table.append_constraint(ForeignKeyConstraint(["campaign_id"], ["campaigns.id"]))  # type: ignore[attr-defined]
