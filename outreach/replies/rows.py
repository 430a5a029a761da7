"""The rows of what comes back: mails of known people, bounces of their addresses, and the webhooks of providers."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from outreach import clock
from outreach.db import Base, Moment


class Incoming(Base):
    """A mail of a known person, or one the owner of the mailbox wrote to one by hand; others leave no row."""

    __tablename__ = "incoming_mails"
    __table_args__ = (
        # Read again after a changed UIDVALIDITY it is the same mail.
        UniqueConstraint("sender_id", "fingerprint"),
        CheckConstraint("direction IN ('in', 'out')", name="direction"),
        Index("ix_incoming_mails_contact_id", "contact_id", "at"),
        Index("ix_incoming_mails_delivery_id", "delivery_id"),
        Index("ix_incoming_mails_at", "at"),
        Index(
            "ix_incoming_mails_waiting",
            "at",
            "id",
            sqlite_where=text("waits_since IS NOT NULL AND answered_at IS NULL"),
            postgresql_where=text("waits_since IS NOT NULL AND answered_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    sender_id: Mapped[int] = mapped_column(ForeignKey("mailboxes.sender_id", ondelete="CASCADE"))
    #: SHA-256 of the Message-ID, or of the head of a mail without one
    fingerprint: Mapped[bytes] = mapped_column(LargeBinary(32))
    message_id: Mapped[str] = mapped_column(String(998), default="")
    #: the line of earlier Message-IDs, for an answer that stays in the thread
    references: Mapped[str] = mapped_column(Text, default="")
    #: in: from them; out: written by hand in the person's own mail program
    direction: Mapped[str] = mapped_column(String(3))
    address: Mapped[str] = mapped_column(String(320))
    subject: Mapped[str] = mapped_column(String(500), default="")
    at: Mapped[datetime] = mapped_column(Moment)
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contacts.id", ondelete="CASCADE"))
    #: the mail it answers or returns
    delivery_id: Mapped[int | None] = mapped_column(ForeignKey("deliveries.id", ondelete="SET NULL"))
    #: how it was matched: message_id, return_path, original, address
    matched_by: Mapped[str] = mapped_column(String(12), default="")
    #: see mail/classify
    kind: Mapped[str] = mapped_column(String(14), default="")
    sub: Mapped[str] = mapped_column(String(16), default="")
    #: their own words, without quote and signature
    text: Mapped[str] = mapped_column(Text, default="")
    #: returns_on, successor, status, reason … as the classification said
    details: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    touchpoint_id: Mapped[int | None] = mapped_column(ForeignKey("touchpoints.id", ondelete="SET NULL"))
    #: an answer of ours is owed since; none: nobody waits
    waits_since: Mapped[datetime | None] = mapped_column(Moment)
    answered_at: Mapped[datetime | None] = mapped_column(Moment)
    #: mail, phone, letter, none: how it was answered
    answered_how: Mapped[str] = mapped_column(String(8), default="")
    created_at: Mapped[datetime] = mapped_column(Moment, default=clock.now)


class Bounce(Base):
    """One report that an address could not be reached, from a mailbox or a provider's webhook."""

    __tablename__ = "bounces"
    __table_args__ = (
        UniqueConstraint("fingerprint"),
        CheckConstraint("kind IN ('hard', 'soft', 'block', 'spam_report')", name="kind"),
        Index("ix_bounces_address_hash", "address_hash", "at"),
        Index("ix_bounces_delivery_id", "delivery_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    #: the same report told twice is one
    fingerprint: Mapped[bytes] = mapped_column(LargeBinary(32))
    address_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contacts.id", ondelete="CASCADE"))
    delivery_id: Mapped[int | None] = mapped_column(ForeignKey("deliveries.id", ondelete="SET NULL"))
    kind: Mapped[str] = mapped_column(String(11))
    #: RFC 3463: "5.1.1"
    status: Mapped[str] = mapped_column(String(12), default="")
    reason: Mapped[str] = mapped_column(String(30), default="")
    #: mailbox, ses, postmark, mailgun, sendgrid, brevo
    source: Mapped[str] = mapped_column(String(10))
    at: Mapped[datetime] = mapped_column(Moment)


class Hook(Base):
    """A provider that tells us of bounces and spam reports, with the key that proves it."""

    __tablename__ = "hooks"

    provider: Mapped[str] = mapped_column(String(10), primary_key=True)
    #: part of the address; raising it makes the old address worthless
    number: Mapped[int] = mapped_column(default=1)
    #: locked, see vault.py: a signing key, a public key, or a password, by provider
    key: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime] = mapped_column(Moment, default=clock.now)
    heard_at: Mapped[datetime | None] = mapped_column(Moment)
    #: the last call that was refused, {sentence, values}
    trouble: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
