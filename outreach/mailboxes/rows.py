"""The rows of mailboxes: servers and encrypted passwords, pace, and how far each folder was read."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from outreach import clock
from outreach.db import Base, Moment

SECURITIES = ("", "starttls", "tls")


class Mailbox(Base):
    """The mailbox of one sender: personal mails leave by it, answers come into it."""

    __tablename__ = "mailboxes"
    __table_args__ = (
        CheckConstraint(f"smtp_security IN {SECURITIES}", name="smtp_security"),
        CheckConstraint(f"imap_security IN {SECURITIES}", name="imap_security"),
        CheckConstraint("per_day BETWEEN 1 AND 500", name="per_day"),
        CheckConstraint("gap_seconds BETWEEN 0 AND 3600", name="gap_seconds"),
    )

    sender_id: Mapped[int] = mapped_column(ForeignKey("senders.id", ondelete="CASCADE"), primary_key=True)
    #: whose mailbox it is; suggestions are written in this person's name
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    #: empty: the mail server of the installation
    smtp_host: Mapped[str] = mapped_column(String(253), default="")
    smtp_port: Mapped[int] = mapped_column(default=465)
    smtp_security: Mapped[str] = mapped_column(String(8), default="tls")
    smtp_user: Mapped[str] = mapped_column(String(320), default="")
    #: locked, see vault.py
    smtp_password: Mapped[str] = mapped_column(Text, default="")
    #: empty: answers are not read
    imap_host: Mapped[str] = mapped_column(String(253), default="")
    imap_port: Mapped[int] = mapped_column(default=993)
    imap_security: Mapped[str] = mapped_column(String(8), default="tls")
    imap_user: Mapped[str] = mapped_column(String(320), default="")
    imap_password: Mapped[str] = mapped_column(Text, default="")
    #: newsletters of this sender leave by it too
    carries_newsletters: Mapped[bool] = mapped_column(default=False)
    #: a copy of what was sent is put into the Sent folder; off where the provider does it by itself
    files_sent: Mapped[bool] = mapped_column(default=True)
    #: empty: found by its special use or its usual name
    sent_folder: Mapped[str] = mapped_column(String(200), default="")
    #: at the first look and after a fresh start of the server, so many days back
    days_back: Mapped[int] = mapped_column(default=30)
    #: letters carry their text as simple HTML too, for programs that set plain text like a typewriter
    writes_html: Mapped[bool] = mapped_column(default=False)
    signature: Mapped[str] = mapped_column(Text, default="")
    #: legal form and mandatory data of this sender's own (keys of organisation.MOST); none: the organisation's
    imprint: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    #: the mandatory data stand below every personal mail, also where the legal form does not ask for it
    shows_imprint: Mapped[bool] = mapped_column(default=False)
    # ---- human pace
    per_day: Mapped[int] = mapped_column(default=20)
    #: between two mails, give or take half of it
    gap_seconds: Mapped[int] = mapped_column(default=120)
    #: wall time "HH:MM" in `zone`
    opens_at: Mapped[str] = mapped_column(String(5), default="08:00")
    closes_at: Mapped[str] = mapped_column(String(5), default="18:00")
    zone: Mapped[str] = mapped_column(String(64), default="Europe/Berlin")
    #: ISO numbers of the days something is sent: "12345"
    weekdays: Mapped[str] = mapped_column(String(7), default="12345")
    #: whose public holidays are kept: "DE-BW", "AT", "CH-ZH"; empty: none
    region: Mapped[str] = mapped_column(String(20), default="DE")
    paused_at: Mapped[datetime | None] = mapped_column(Moment)
    #: the gap is over then
    next_at: Mapped[datetime | None] = mapped_column(Moment)
    #: the local day `sent_today` counts
    counted_on: Mapped[date | None]
    sent_today: Mapped[int] = mapped_column(default=0)
    # ---- trouble on the way out: as senders.trouble
    failures: Mapped[int] = mapped_column(default=0)
    broken_until: Mapped[datetime | None] = mapped_column(Moment)
    trouble: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    # ---- reading
    looked_at: Mapped[datetime | None] = mapped_column(Moment)
    #: the next look is due then; a lease while somebody looks
    look_at: Mapped[datetime | None] = mapped_column(Moment, index=True)
    #: which process waits for news of it (IMAP IDLE), and until when that holds
    listened_by: Mapped[str] = mapped_column(String(32), default="")
    listened_until: Mapped[datetime | None] = mapped_column(Moment)
    look_failures: Mapped[int] = mapped_column(default=0)
    look_trouble: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    created_at: Mapped[datetime] = mapped_column(Moment, default=clock.now)


class MailboxFolder(Base):
    """How far one folder of a mailbox was read."""

    __tablename__ = "mailbox_folders"
    __table_args__ = (
        UniqueConstraint("sender_id", "folder"),
        CheckConstraint("role IN ('inbox', 'sent')", name="role"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    sender_id: Mapped[int] = mapped_column(ForeignKey("mailboxes.sender_id", ondelete="CASCADE"))
    folder: Mapped[str] = mapped_column(String(200))
    role: Mapped[str] = mapped_column(String(5))
    uidvalidity: Mapped[int | None] = mapped_column(BigInteger)
    last_uid: Mapped[int] = mapped_column(BigInteger, default=0)
