"""The rows of tracking. Repeated hits raise a count, so a pixel asked 10,000 times is one row."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from outreach import clock
from outreach.db import Base, Moment

VERDICTS = ("person", "proxy", "scanner", "unknown")


class Link(Base):
    """An address inside the mails of one newsletter."""

    __tablename__ = "links"
    __table_args__ = (UniqueConstraint("campaign_id", "url"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(primary_key=True)
    #: the upper floor adds the foreign key
    campaign_id: Mapped[int]
    url: Mapped[str] = mapped_column(Text)


class Hit(Base):
    """One recipient's open (link_id 0) or click, per verdict."""

    __tablename__ = "hits"
    __table_args__ = (
        CheckConstraint(f"verdict IN {VERDICTS}", name="verdict"),
        Index("ix_hits_campaign_id_first_at", "campaign_id", "first_at"),
        Index(
            "ix_hits_unsettled",
            "delivery_id",
            sqlite_where=text("is_settled = 0"),
            postgresql_where=text("is_settled = false"),
        ),
    )

    delivery_id: Mapped[int] = mapped_column(ForeignKey("deliveries.id", ondelete="CASCADE"), primary_key=True)
    #: 0 = the pixel; else links.id
    link_id: Mapped[int] = mapped_column(primary_key=True)
    verdict: Mapped[str] = mapped_column(String(8), primary_key=True)
    campaign_id: Mapped[int]
    first_at: Mapped[datetime] = mapped_column(Moment, default=clock.now)
    last_at: Mapped[datetime] = mapped_column(Moment, default=clock.now)
    count: Mapped[int] = mapped_column(default=1)
    #: looked at by settle(): judged, and noted on the delivery
    is_settled: Mapped[bool] = mapped_column(default=False)


class AnonymousHit(Base):
    """Opens (link_id 0) or clicks of people who did not agree to being measured: numbers by hour, no person."""

    __tablename__ = "anonymous_hits"
    __table_args__ = (CheckConstraint(f"verdict IN {VERDICTS}", name="verdict"),)

    campaign_id: Mapped[int] = mapped_column(primary_key=True)
    link_id: Mapped[int] = mapped_column(primary_key=True)
    verdict: Mapped[str] = mapped_column(String(8), primary_key=True)
    hour: Mapped[datetime] = mapped_column(Moment, primary_key=True)
    count: Mapped[int] = mapped_column(default=1)
