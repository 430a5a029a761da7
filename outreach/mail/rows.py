"""The rows of mail: deliveries with their states, the workers that own them, and what the outbox viewer keeps.

    ready → claimed → sending → sent | refused | unsure
      ▲        │         │
      └────────┴─────────┘  surely nothing went out
    ready → cancelled | skipped | expired

`claimed` = a worker has it in hand and has offered nothing yet; it goes back to `ready` when that worker dies.
`sending` = the server may have it; when the worker dies now, nobody can know: `unsure`, and never sent again by itself.
"""

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

#: it may still go out, or may have
LIVE_STATES = ("ready", "claimed", "sending", "sent", "unsure")
STATES = ("ready", "claimed", "sending", "sent", "refused", "unsure", "cancelled", "skipped", "expired")


class Delivery(Base):
    """One mail to one person, with its state."""

    __tablename__ = "deliveries"
    __table_args__ = (
        UniqueConstraint("campaign_id", "contact_id"),
        CheckConstraint(f"state IN {STATES}", name="state"),
        CheckConstraint("kind IN ('newsletter', 'personal', 'test', 'confirm', 'system')", name="kind"),
        # No newsletter without a proof of consent, whatever a filter says; a pending contact has none to point to.
        CheckConstraint(
            "kind <> 'newsletter' OR (consent_id IS NOT NULL AND contact_id IS NOT NULL AND campaign_id IS NOT NULL)",
            name="newsletter_has_consent",
        ),
        CheckConstraint("(state IN ('claimed', 'sending')) = (owner_id IS NOT NULL)", name="owned_while_in_hand"),
        # One delivery per approval: while one is on its way, went out, or may have, there is no second one.
        Index(
            "uq_deliveries_draft_id",
            "draft_id",
            unique=True,
            sqlite_where=text(f"draft_id IS NOT NULL AND state IN {LIVE_STATES}"),
            postgresql_where=text(f"draft_id IS NOT NULL AND state IN {LIVE_STATES}"),
        ),
        ForeignKeyConstraint(["consent_id", "contact_id"], ["consents.id", "consents.contact_id"]),
        # Claiming 10,000 of a million in batches of 500: 33.7 s without this index, 1.3 s with it.
        Index(
            "ix_deliveries_ready",
            "campaign_id",
            "next_try_at",
            "id",
            sqlite_where=text("state = 'ready'"),
            postgresql_where=text("state = 'ready'"),
        ),
        Index(
            "ix_deliveries_owner",
            "owner_id",
            sqlite_where=text("owner_id IS NOT NULL"),
            postgresql_where=text("owner_id IS NOT NULL"),
        ),
        Index("ix_deliveries_campaign_id_state", "campaign_id", "state"),
        Index("ix_deliveries_contact_id", "contact_id"),
        {"sqlite_autoincrement": True},  # a number is never given out twice: old links name it
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(12))
    sender_id: Mapped[int | None] = mapped_column(ForeignKey("senders.id"))
    #: the newsletter it belongs to; the upper floor adds the foreign key
    campaign_id: Mapped[int | None]
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contacts.id"))
    #: the approved draft of a personal mail; the module above adds its meaning
    draft_id: Mapped[int | None]
    #: of a personal mail: service, relationship, advertising
    purpose: Mapped[str] = mapped_column(String(12), default="", server_default="")
    consent_id: Mapped[int | None]
    #: where it goes, fixed when the delivery is made
    address: Mapped[str] = mapped_column(String(320))
    address_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    #: a one-off mail, ready to hand over; newsletters are filled in when they are sent
    message: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    #: opens and clicks of this person are counted; fixed with the audience, so that rates stay what they were
    measured: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    state: Mapped[str] = mapped_column(String(10), default="ready")
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("owners.id"))
    attempts: Mapped[int] = mapped_column(default=0)
    next_try_at: Mapped[datetime] = mapped_column(Moment, default=clock.now)
    #: a short code why it is where it is: unsubscribed, suppressed, paused, connect_failed, mailbox_unknown …
    reason: Mapped[str] = mapped_column(String(30), default="")
    #: what the server said, one line
    answer: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime] = mapped_column(Moment, default=clock.now)
    sent_at: Mapped[datetime | None] = mapped_column(Moment)
    opened_at: Mapped[datetime | None] = mapped_column(Moment)
    clicked_at: Mapped[datetime | None] = mapped_column(Moment)
    replied_at: Mapped[datetime | None] = mapped_column(Moment)
    bounced_at: Mapped[datetime | None] = mapped_column(Moment)
    unsubscribed_at: Mapped[datetime | None] = mapped_column(Moment)


class Owner(Base):
    """A process that sends. It proves to be alive by a lock the database or the kernel drops when it dies."""

    __tablename__ = "owners"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(primary_key=True)
    started_at: Mapped[datetime] = mapped_column(Moment, default=clock.now)
    #: which start of the database server (PostgreSQL) or of the machine (SQLite) it lives in; after another start,
    #: commits that were not yet on the disk may be missing, so nothing it had in hand can be known
    epoch: Mapped[str] = mapped_column(String(100), default="")


class KeptMail(Base):
    """A mail the built-in outbox viewer shows, because no mail server is set up."""

    __tablename__ = "kept_mails"

    id: Mapped[int] = mapped_column(primary_key=True)
    delivery_id: Mapped[int | None] = mapped_column(ForeignKey("deliveries.id", ondelete="SET NULL"), index=True)
    recipient: Mapped[str] = mapped_column(String(320))
    subject: Mapped[str] = mapped_column(Text)
    raw: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    at: Mapped[datetime] = mapped_column(Moment, default=clock.now, index=True)


class Template(Base):
    """A text with gaps, in versions."""

    __tablename__ = "templates"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200), unique=True)
    created_at: Mapped[datetime] = mapped_column(Moment, default=clock.now)
    archived_at: Mapped[datetime | None] = mapped_column(Moment)


class TemplateVersion(Base):
    """One saved state of a template; the highest number is the current one."""

    __tablename__ = "template_versions"
    __table_args__ = (
        UniqueConstraint("template_id", "number"),
        CheckConstraint("format IN ('html', 'markdown', 'mjml')", name="format"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    template_id: Mapped[int] = mapped_column(ForeignKey("templates.id", ondelete="CASCADE"))
    number: Mapped[int]
    subject: Mapped[str] = mapped_column(Text)
    preheader: Mapped[str] = mapped_column(Text, default="")
    format: Mapped[str] = mapped_column(String(10))
    body: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(Moment, default=clock.now)
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
