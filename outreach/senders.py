"""Senders: the names and addresses newsletters come from, how fast each may write, and what troubles it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from outreach import clock
from outreach.db import Base, Moment


class Sender(Base):
    """A From line with its pace."""

    __tablename__ = "senders"
    __table_args__ = (CheckConstraint("per_hour IS NULL OR per_hour > 0", name="per_hour"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    address: Mapped[str] = mapped_column(String(320), unique=True)
    reply_to: Mapped[str] = mapped_column(String(320), default="")
    #: mails an hour at most; None = as fast as the server takes them
    per_hour: Mapped[int | None]
    #: the pace is used up until then (claims move it forward, see mail.outbox)
    paced_until: Mapped[datetime | None] = mapped_column(Moment)
    #: the circuit breaker: nothing is sent before, and why
    broken_until: Mapped[datetime | None] = mapped_column(Moment)
    trouble: Mapped[str] = mapped_column(Text, default="")
    failures: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(Moment, default=clock.now)
