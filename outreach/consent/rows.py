"""The rows of consent. A subscription is a wish; a consent is the proof that it may be fulfilled."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from outreach import clock
from outreach.db import Base, Moment
from outreach.journal import Tracked


class MailingList(Base):
    """A topic people subscribe to."""

    __tablename__ = "lists"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(primary_key=True)
    #: in addresses of public pages
    key: Mapped[str] = mapped_column(String(60), unique=True)
    name: Mapped[str] = mapped_column(String(200), unique=True)
    description: Mapped[str] = mapped_column(Text, default="")
    #: shown on the preference page and open for sign-up
    is_public: Mapped[bool] = mapped_column(default=True)
    language: Mapped[str] = mapped_column(String(5), default="de")
    created_at: Mapped[datetime] = mapped_column(Moment, default=clock.now)


class Consent(Base):
    """Proof that one contact agreed to one list. Never deleted while a delivery points to it.

    Made only when a sign-up is confirmed, or when a person states where an imported consent comes from.
    A pending contact has no row here, so no newsletter delivery can be written for it: deliveries carry a foreign key.
    """

    __tablename__ = "consents"
    __table_args__ = (
        UniqueConstraint("id", "contact_id"),  # what deliveries point to
        CheckConstraint("how IN ('double_opt_in', 'import', 'by_hand')", name="how"),
        Index("ix_consents_list_id_contact_id", "list_id", "contact_id"),
        Index("ix_consents_contact_id", "contact_id"),
        # Who may be written to at all, on any list.
        Index(
            "ix_consents_active",
            "contact_id",
            sqlite_where=text("withdrawn_at IS NULL"),
            postgresql_where=text("withdrawn_at IS NULL"),
        ),
        {"sqlite_autoincrement": True},  # a number is never given out twice: old links name it
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contacts.id", ondelete="CASCADE"))
    list_id: Mapped[int] = mapped_column(ForeignKey("lists.id"))
    how: Mapped[str] = mapped_column(String(20))
    #: the words the person agreed to, or what the person importing states as proof
    text_shown: Mapped[str] = mapped_column(Text)
    #: page address, file name, "telephone 3.5." …
    source: Mapped[str] = mapped_column(String(500))
    zone: Mapped[str] = mapped_column(String(64))
    requested_at: Mapped[datetime | None] = mapped_column(Moment)
    requested_ip: Mapped[str] = mapped_column(String(45), default="")
    granted_at: Mapped[datetime] = mapped_column(Moment)
    confirmed_ip: Mapped[str] = mapped_column(String(45), default="")
    withdrawn_at: Mapped[datetime | None] = mapped_column(Moment)
    #: one_click, page, preferences, by_hand, suppressed
    withdrawn_how: Mapped[str] = mapped_column(String(20), default="")


class Subscription(Base):
    """Where one contact stands with one list."""

    __tablename__ = "subscriptions"
    __table_args__ = (
        CheckConstraint("state IN ('pending', 'confirmed', 'unsubscribed')", name="state"),
        CheckConstraint("(state = 'confirmed') = (consent_id IS NOT NULL)", name="confirmed_has_consent"),
        ForeignKeyConstraint(["consent_id", "contact_id"], ["consents.id", "consents.contact_id"]),
        Index("ix_subscriptions_contact_id", "contact_id"),
        Index("ix_subscriptions_list_id_state", "list_id", "state", "contact_id"),
        Index(
            "ix_subscriptions_pending",
            "requested_at",
            sqlite_where=text("state = 'pending'"),
            postgresql_where=text("state = 'pending'"),
        ),
    )

    list_id: Mapped[int] = mapped_column(ForeignKey("lists.id"), primary_key=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contacts.id", ondelete="CASCADE"), primary_key=True)
    state: Mapped[str] = mapped_column(String(12))
    consent_id: Mapped[int | None]
    #: of the sign-up that waits for its confirmation
    text_shown: Mapped[str] = mapped_column(Text, default="")
    source: Mapped[str] = mapped_column(String(500), default="")
    requested_ip: Mapped[str] = mapped_column(String(45), default="")
    requested_at: Mapped[datetime | None] = mapped_column(Moment)
    changed_at: Mapped[datetime] = mapped_column(Moment, default=clock.now)


class ConsentEvent(Base):
    """One line of the consent history of a contact: what was asked, granted or withdrawn, when, how. Append only."""

    __tablename__ = "consent_events"
    __table_args__ = (Index("ix_consent_events_contact_id_at", "contact_id", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contacts.id", ondelete="CASCADE"))
    list_id: Mapped[int | None] = mapped_column(ForeignKey("lists.id"))
    #: requested, confirmed, imported, granted, unsubscribed, measuring_agreed, measuring_withdrawn, suppressed, released
    what: Mapped[str] = mapped_column(String(30))
    text_shown: Mapped[str] = mapped_column(Text, default="")
    source: Mapped[str] = mapped_column(String(500), default="")
    ip: Mapped[str] = mapped_column(String(45), default="")
    zone: Mapped[str] = mapped_column(String(64), default="UTC")
    at: Mapped[datetime] = mapped_column(Moment, default=clock.now)


class Permission(Tracked, Base):
    """What a contact said about being written to or called in person: one fact for the light of a channel.

    `agreed` and `objected` are said by the person; `existing_customer` states all four facts of § 7 (3) UWG.
    """

    __tablename__ = "permissions"
    __table_args__ = (
        CheckConstraint("channel IN ('mail', 'phone', 'letter')", name="channel"),
        CheckConstraint("what IN ('agreed', 'objected', 'existing_customer')", name="what"),
        Index("ix_permissions_contact_id", "contact_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contacts.id", ondelete="CASCADE"))
    channel: Mapped[str] = mapped_column(String(6))
    what: Mapped[str] = mapped_column(String(20))
    #: the words that were used, and where: "telephone, 3 May"
    said: Mapped[str] = mapped_column(Text, default="")
    source: Mapped[str] = mapped_column(String(500), default="")
    at: Mapped[datetime] = mapped_column(Moment, default=clock.now)
    ended_at: Mapped[datetime | None] = mapped_column(Moment)


class Suppression(Base):
    """An address nobody here writes to again. Wins over everything, survives erasure, holds no address."""

    __tablename__ = "suppressions"
    __table_args__ = (
        CheckConstraint(
            "reason IN ('objection', 'unknown_address', 'spam_report', 'by_hand', 'erased')", name="reason"
        ),
    )

    address_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    reason: Mapped[str] = mapped_column(String(20))
    #: what led to it, without the address: "550 5.1.1 from the recipient's server", "one click"
    detail: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[datetime] = mapped_column(Moment, default=clock.now)
