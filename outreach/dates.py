"""Days that come back, or come once: birthdays, founding days, first orders, contract ends, days of one's own."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from outreach.db import Base
from outreach.journal import Tracked


class SpecialDay(Tracked, Base):
    """A day to remember. A birthday may lack its year, or have nothing but its year."""

    __tablename__ = "special_days"
    __table_args__ = (
        CheckConstraint("kind IN ('birthday', 'founding', 'first_order', 'contract_end', 'other')", name="kind"),
        CheckConstraint("contact_id IS NOT NULL OR company_id IS NOT NULL", name="belongs"),
        CheckConstraint("(month IS NULL) = (day IS NULL)", name="day_of_month"),
        CheckConstraint("year IS NOT NULL OR month IS NOT NULL", name="says_something"),
        CheckConstraint("is_yearly OR (year IS NOT NULL AND month IS NOT NULL)", name="once_is_whole"),
        Index("ix_special_days_month_day", "month", "day"),
        Index("ix_special_days_contact_id", "contact_id"),
        Index("ix_special_days_company_id", "company_id"),
        # One birthday per person, one founding day per company.
        Index(
            "uq_special_days_birthday",
            "contact_id",
            unique=True,
            sqlite_where=text("kind = 'birthday'"),
            postgresql_where=text("kind = 'birthday'"),
        ),
        Index(
            "uq_special_days_founding",
            "company_id",
            unique=True,
            sqlite_where=text("kind = 'founding'"),
            postgresql_where=text("kind = 'founding'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contacts.id", ondelete="CASCADE"))
    company_id: Mapped[int | None] = mapped_column(ForeignKey("companies.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(12))
    #: what the person calls it, when kind is other
    label: Mapped[str] = mapped_column(String(200), default="", server_default="")
    year: Mapped[int | None]
    month: Mapped[int | None]
    day: Mapped[int | None]
    is_yearly: Mapped[bool] = mapped_column(default=True, server_default=text("true"))
