"""Value, stage and cadence of everybody, recomputed in one statement; what they mean is decided in value.py."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, String, text
from sqlalchemy.orm import Mapped, mapped_column

from outreach import clock
from outreach.db import Base, Moment


class ClassCadence(Base):
    """How often customers of a value class want to hear from us; no class is "-"."""

    __tablename__ = "class_cadences"
    __table_args__ = (
        CheckConstraint("value_class IN ('A', 'B', 'C', '-')", name="value_class"),
        CheckConstraint("0 < ideal_days AND ideal_days <= latest_days", name="days"),
    )

    value_class: Mapped[str] = mapped_column(String(1), primary_key=True)
    ideal_days: Mapped[int]
    latest_days: Mapped[int]


class ValueTotals(Base):
    """What all customers make together; one row. Cents of a euro."""

    __tablename__ = "value_totals"
    __table_args__ = (CheckConstraint("id = 1", name="one"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    customers: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    turnover_12: Mapped[int] = mapped_column(BigInteger, default=0, server_default=text("0"))
    computed_at: Mapped[datetime] = mapped_column(Moment, default=clock.now)
