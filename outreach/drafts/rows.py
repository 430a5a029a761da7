"""The rows of drafts: text for one occasion, each of its versions, its attachments, and letters as edited in the admin."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    SmallInteger,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from outreach import clock
from outreach.db import Base, Moment


class State(StrEnum):
    """Where a draft stands."""

    #: waits for a person, in the queue while its occasion is open
    PROPOSED = "proposed"
    #: a person agreed to exactly this text; its delivery waits or is under way
    APPROVED = "approved"
    SENT = "sent"
    #: nothing will be sent: the occasion was decided otherwise, or they answered meanwhile
    CLOSED = "closed"


PURPOSES = ("service", "relationship", "advertising")


class Draft(Base):
    """Text for one occasion. The state of the mail itself stands in its delivery."""

    __tablename__ = "drafts"
    __table_args__ = (
        CheckConstraint("state IN ('proposed', 'approved', 'sent', 'closed')", name="state"),
        CheckConstraint("purpose IN ('service', 'relationship', 'advertising')", name="purpose"),
        # Nothing is on its way that nobody approved, and nothing is approved without its exact text.
        CheckConstraint(
            "state <> 'approved' OR (fingerprint <> '' AND approved_at IS NOT NULL AND delivery_id IS NOT NULL)",
            name="approved_has_proof",
        ),
        UniqueConstraint("occasion_id"),
        Index("ix_drafts_state", "state", "id"),
        Index("ix_drafts_contact_id", "contact_id", "id"),
        Index("ix_drafts_delivery_id", "delivery_id"),
        Index(
            "ix_drafts_sent_at",
            "sent_at",
            sqlite_where=text("sent_at IS NOT NULL"),
            postgresql_where=text("sent_at IS NOT NULL"),
        ),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    occasion_id: Mapped[int] = mapped_column(ForeignKey("occasions.id", ondelete="CASCADE"))
    contact_id: Mapped[int] = mapped_column(ForeignKey("contacts.id", ondelete="CASCADE"))
    sender_id: Mapped[int | None] = mapped_column(ForeignKey("senders.id", ondelete="SET NULL"))
    state: Mapped[str] = mapped_column(String(8), default="proposed")
    #: which text it was made from: a kind of texts/, its form (de_sie, de_du, en) and variant
    kind: Mapped[str] = mapped_column(String(30))
    form: Mapped[str] = mapped_column(String(6))
    variant: Mapped[int] = mapped_column(SmallInteger, default=0)
    purpose: Mapped[str] = mapped_column(String(12))
    to_address: Mapped[str] = mapped_column(String(320), default="")
    subject: Mapped[str] = mapped_column(Text, default="")
    #: greeting and body; signature, notice and imprint are added below
    text: Mapped[str] = mapped_column(Text, default="")
    #: as it was proposed: what the person changed is measured against it
    first_subject: Mapped[str] = mapped_column(Text, default="")
    first_text: Mapped[str] = mapped_column(Text, default="")
    #: of the proposal: [{text, source, evidence}]; a sentence without a source blocks until it is touched
    sentences: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    #: sentences without a source a person said to be right
    confirmed: Mapped[list[str]] = mapped_column(JSON, default=list)
    #: why it cannot be written: {sentence, values, field}
    blocked: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    #: the fact of the card that is used
    fact_id: Mapped[int | None]
    #: counts every saved change
    version: Mapped[int] = mapped_column(default=1)
    #: the endpoint that improves drafts: "", wanted, done, failed; and its note {sentence, values}
    improving: Mapped[str] = mapped_column(String(6), default="")
    improving_note: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    # ---- the approval
    #: of sender, recipient, subject, the whole text, attachments and time
    fingerprint: Mapped[str] = mapped_column(String(64), default="")
    approved_at: Mapped[datetime | None] = mapped_column(Moment)
    approved_by: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    #: a day it must not come before: nobody is congratulated early
    not_before: Mapped[date | None]
    #: not before
    send_at: Mapped[datetime | None] = mapped_column(Moment)
    delivery_id: Mapped[int | None] = mapped_column(ForeignKey("deliveries.id", ondelete="SET NULL"))
    #: how much of the text is the person's own, 0 to 100
    own_share: Mapped[int | None] = mapped_column(SmallInteger)
    #: asked once again after so many days without an answer
    follow_up_days: Mapped[int | None] = mapped_column(SmallInteger)
    sent_at: Mapped[datetime | None] = mapped_column(Moment)
    #: a copy is in the Sent folder (or the provider puts it there)
    filed_at: Mapped[datetime | None] = mapped_column(Moment)
    # ---- why it came back to the queue, see checks.py
    returned: Mapped[str] = mapped_column(String(30), default="")
    returned_values: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    returned_at: Mapped[datetime | None] = mapped_column(Moment)
    # ---- the conversation it belongs to (RFC 5322 3.6.4)
    in_reply_to: Mapped[str] = mapped_column(String(998), default="")
    references: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime] = mapped_column(Moment, default=clock.now)


class DraftVersion(Base):
    """One saved state of a draft: who changed it to what."""

    __tablename__ = "draft_versions"
    __table_args__ = (UniqueConstraint("draft_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    draft_id: Mapped[int] = mapped_column(ForeignKey("drafts.id", ondelete="CASCADE"))
    number: Mapped[int]
    subject: Mapped[str] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text)
    to_address: Mapped[str] = mapped_column(String(320))
    sender_id: Mapped[int | None]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    at: Mapped[datetime] = mapped_column(Moment, default=clock.now)


class Attachment(Base):
    """A file that goes with a draft."""

    __tablename__ = "draft_attachments"
    __table_args__ = (Index("ix_draft_attachments_draft_id", "draft_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    draft_id: Mapped[int] = mapped_column(ForeignKey("drafts.id", ondelete="CASCADE"))
    filename: Mapped[str] = mapped_column(String(200))
    media_type: Mapped[str] = mapped_column(String(100))
    size: Mapped[int]
    sha256: Mapped[bytes] = mapped_column(LargeBinary(32))
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    created_at: Mapped[datetime] = mapped_column(Moment, default=clock.now)


class LetterVersion(Base):
    """A shipped letter as somebody changed it; the highest number counts, without one the shipped text does."""

    __tablename__ = "letter_versions"
    __table_args__ = (UniqueConstraint("kind", "form", "variant", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(30))
    form: Mapped[str] = mapped_column(String(6))
    variant: Mapped[int] = mapped_column(SmallInteger)
    number: Mapped[int]
    #: both empty: the shipped text again
    subject: Mapped[str] = mapped_column(Text)
    body: Mapped[str] = mapped_column(Text)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    at: Mapped[datetime] = mapped_column(Moment, default=clock.now)
