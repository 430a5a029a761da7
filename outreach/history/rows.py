"""The rows of the history: touchpoints. Newsletters are not copied here; the timeline reads their deliveries."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from outreach import clock
from outreach.db import Base, Moment
from outreach.journal import Tracked


class Kind(StrEnum):
    """What happened."""

    CALL = "call"
    LETTER = "letter"
    MEETING = "meeting"
    MAIL_OUT = "mail_out"
    MAIL_IN = "mail_in"
    OFFER = "offer"
    ORDER = "order"
    GIFT = "gift"
    COMPLAINT = "complaint"
    FEEDBACK = "feedback"
    REFERRAL = "referral"
    SURVEY = "survey"
    NOTE = "note"


_KINDS = tuple(kind.value for kind in Kind)


class Touchpoint(Tracked, Base):
    """Anything that happened with a contact or a company."""

    __tablename__ = "touchpoints"
    __table_args__ = (
        CheckConstraint(f"kind IN {_KINDS}", name="kind"),
        CheckConstraint("contact_id IS NOT NULL OR company_id IS NOT NULL", name="belongs"),
        CheckConstraint("state IN ('', 'open', 'won', 'lost')", name="state"),
        Index("ix_touchpoints_contact_id", "contact_id", "at", "id"),
        Index("ix_touchpoints_company_id", "company_id", "at", "id"),
        Index("ix_touchpoints_at", "at", "id"),  # the search walks it when a word is everywhere
        # Turnover is added up over all contacts; orders are few among the touchpoints.
        Index(
            "ix_touchpoints_orders",
            "contact_id",
            "at",
            "amount",
            sqlite_where=text("kind = 'order'"),
            postgresql_where=text("kind = 'order'"),
        ),
        Index(
            "ix_touchpoints_open_offers",
            "at",
            sqlite_where=text("kind = 'offer' AND state = 'open'"),
            postgresql_where=text("kind = 'offer' AND state = 'open'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contacts.id", ondelete="CASCADE"))
    #: only when it is not about one person
    company_id: Mapped[int | None] = mapped_column(ForeignKey("companies.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(10))
    #: when it happened; a day without an hour is noon in the person's zone
    at: Mapped[datetime] = mapped_column(Moment)
    text: Mapped[str] = mapped_column(Text, default="", server_default="")
    #: of offers, orders and gifts; cents of a euro; negative for a credit note
    amount: Mapped[int | None] = mapped_column(BigInteger)
    #: of offers: open, won, lost
    state: Mapped[str] = mapped_column(String(4), default="", server_default="")
    #: the order an offer led to
    led_to_id: Mapped[int | None] = mapped_column(ForeignKey("touchpoints.id", ondelete="SET NULL"))
    #: by hand, quick entry, import: where the entry comes from
    source: Mapped[str] = mapped_column(String(100), default="", server_default="")
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    created_at: Mapped[datetime] = mapped_column(Moment, default=clock.now)
