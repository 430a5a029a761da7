"""The rows of care: complaints with their steps, gifts, referrals, special offers, the seven-step programme."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from outreach import clock
from outreach.db import Base, Moment
from outreach.journal import Tracked


class Complaint(Tracked, Base):
    """What a customer complained about, and how far it is: heard → apology → solved → surprise → asked again."""

    __tablename__ = "complaints"
    __table_args__ = (
        Index("ix_complaints_contact_id", "contact_id"),
        Index(
            "ix_complaints_open",
            "reported_at",
            sqlite_where=text("closed_at IS NULL"),
            postgresql_where=text("closed_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contacts.id", ondelete="CASCADE"))
    touchpoint_id: Mapped[int | None] = mapped_column(ForeignKey("touchpoints.id", ondelete="SET NULL"))
    text: Mapped[str] = mapped_column(Text)
    reported_at: Mapped[datetime] = mapped_column(Moment)
    heard_at: Mapped[datetime | None] = mapped_column(Moment)
    apology_at: Mapped[datetime | None] = mapped_column(Moment)
    solved_at: Mapped[datetime | None] = mapped_column(Moment)
    surprise_at: Mapped[datetime | None] = mapped_column(Moment)
    asked_at: Mapped[datetime | None] = mapped_column(Moment)
    #: how it was solved, what the customer said when asked again
    outcome: Mapped[str] = mapped_column(Text, default="", server_default="")
    closed_at: Mapped[datetime | None] = mapped_column(Moment)
    created_at: Mapped[datetime] = mapped_column(Moment, default=clock.now)


class Gift(Tracked, Base):
    """A present: first an idea, then given, then known to be liked or not."""

    __tablename__ = "gifts"
    __table_args__ = (
        CheckConstraint("state IN ('idea', 'given', 'dropped')", name="state"),
        CheckConstraint("(state = 'given') = (given_on IS NOT NULL)", name="given_has_a_day"),
        Index("ix_gifts_contact_id", "contact_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contacts.id", ondelete="CASCADE"))
    what: Mapped[str] = mapped_column(String(300))
    state: Mapped[str] = mapped_column(String(7), default="idea", server_default="idea")
    #: cents of a euro: what it costs, or is meant to
    amount: Mapped[int | None] = mapped_column(BigInteger)
    given_on: Mapped[date | None]
    liked: Mapped[bool | None]
    fact_id: Mapped[int | None] = mapped_column(ForeignKey("facts.id", ondelete="SET NULL"))
    touchpoint_id: Mapped[int | None] = mapped_column(ForeignKey("touchpoints.id", ondelete="SET NULL"))
    created_at: Mapped[datetime] = mapped_column(Moment, default=clock.now)


class Referral(Tracked, Base):
    """Who brought whom, and whether we said thank you."""

    __tablename__ = "referrals"
    __table_args__ = (
        CheckConstraint("contact_id IS NULL OR contact_id <> referrer_id", name="not_oneself"),
        UniqueConstraint("referrer_id", "contact_id"),
        Index("ix_referrals_contact_id", "contact_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    referrer_id: Mapped[int] = mapped_column(ForeignKey("contacts.id", ondelete="CASCADE"))
    #: the person brought; until they are in the customer file, only a name
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contacts.id", ondelete="SET NULL"))
    name: Mapped[str] = mapped_column(String(300), default="", server_default="")
    referred_on: Mapped[date]
    thanked_at: Mapped[datetime | None] = mapped_column(Moment)
    touchpoint_id: Mapped[int | None] = mapped_column(ForeignKey("touchpoints.id", ondelete="SET NULL"))
    created_at: Mapped[datetime] = mapped_column(Moment, default=clock.now)

    def subject(self) -> tuple[int | None, int | None]:
        """Shown on the card of whoever brought somebody."""
        return self.referrer_id, None


class SpecialOffer(Tracked, Base):
    """An offer with a code for a group of customers, with a limit and an end."""

    __tablename__ = "special_offers"
    __table_args__ = (CheckConstraint("limit_count IS NULL OR limit_count > 0", name="limit_count"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(30), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    description: Mapped[str] = mapped_column(Text, default="", server_default="")
    #: whom it is for: everybody, a tag, a stage, a value class: "", "tag:VIP", "stage:fan", "class:A"
    for_whom: Mapped[str] = mapped_column(String(120), default="", server_default="")
    limit_count: Mapped[int | None]
    ends_on: Mapped[date | None]
    created_at: Mapped[datetime] = mapped_column(Moment, default=clock.now)
    closed_at: Mapped[datetime | None] = mapped_column(Moment)


class Redemption(Tracked, Base):
    """A contact used a special offer."""

    __tablename__ = "redemptions"
    __table_args__ = (
        UniqueConstraint("special_offer_id", "contact_id"),
        Index("ix_redemptions_contact_id", "contact_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    special_offer_id: Mapped[int] = mapped_column(ForeignKey("special_offers.id", ondelete="CASCADE"))
    contact_id: Mapped[int] = mapped_column(ForeignKey("contacts.id", ondelete="CASCADE"))
    touchpoint_id: Mapped[int | None] = mapped_column(ForeignKey("touchpoints.id", ondelete="SET NULL"))
    at: Mapped[datetime] = mapped_column(Moment, default=clock.now)


class ProgrammeStep(Tracked, Base):
    """A step of the seven-step programme reached with this contact."""

    __tablename__ = "programme_steps"
    __table_args__ = (
        CheckConstraint(
            "step IN ('reachable', 'friendly', 'responsible', 'eye_level', 'fitting', 'delight', 'activate')",
            name="step",
        ),
    )

    contact_id: Mapped[int] = mapped_column(ForeignKey("contacts.id", ondelete="CASCADE"), primary_key=True)
    step: Mapped[str] = mapped_column(String(12), primary_key=True)
    note: Mapped[str] = mapped_column(String(500), default="", server_default="")
    done_at: Mapped[datetime] = mapped_column(Moment, default=clock.now)
