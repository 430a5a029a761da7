"""The rows of the occasions: each reason to write with its evidence and its state, and what was learned from decisions."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from outreach import clock
from outreach.db import Base, Moment
from outreach.journal import Tracked


class State(StrEnum):
    """Where an occasion stands."""

    #: something to do: write, send a letter, take care of a task
    OPEN = "open"
    #: good to know; nothing is proposed to be sent
    NOTE = "note"
    #: it is not certain that this customer is meant: a person says so
    UNSURE = "unsure"
    #: a rule keeps it back, see held_by; looked at again while it lasts
    HELD = "held"
    SNOOZED = "snoozed"
    DISMISSED = "dismissed"
    #: written, called, or noted: dealt with
    DONE = "done"
    EXPIRED = "expired"


#: why a person dismissed one; "wrong_company" teaches the watch
REASONS = ("wrong_company", "old", "unimportant", "awkward", "too_often", "will_call", "other")
#: how one was dealt with
WAYS = ("mail", "phone", "letter", "noted")


class Occasion(Tracked, Base):
    """A reason to write to one contact now. One per `key`: the same reason found twice is one."""

    #: the journal keeps what a person decides, not what is found and judged
    UNTRACKED = frozenset(
        {
            "key", "kind", "source", "source_name", "origin_id", "story", "action", "polarity", "certainty", "headline",
            "quote", "link", "published_at", "happened_on", "details", "score", "why", "held_by", "held_values",
            "suggested_on", "expires_on", "created_at",
        }
    )  # fmt: skip

    __tablename__ = "occasions"
    __table_args__ = (
        CheckConstraint(
            "state IN ('open', 'note', 'unsure', 'held', 'snoozed', 'dismissed', 'done', 'expired')", name="state"
        ),
        CheckConstraint("certainty IN ('sure', 'unsure')", name="certainty"),
        CheckConstraint("contact_id IS NOT NULL OR company_id IS NOT NULL", name="belongs"),
        Index("ix_occasions_state_score", "state", "score", "id"),
        Index("ix_occasions_contact_id", "contact_id", "id"),
        Index("ix_occasions_company_id", "company_id", "id"),
        Index("ix_occasions_origin_id", "origin_id"),
        Index(
            "ix_occasions_expires_on",
            "expires_on",
            sqlite_where=text("state IN ('open', 'note', 'unsure', 'held', 'snoozed')"),
            postgresql_where=text("state IN ('open', 'note', 'unsure', 'held', 'snoozed')"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    #: kind, whose it is and what it is about: "award:company:5:story:17", "birthday_contact:contact:3:2026"
    key: Mapped[str] = mapped_column(String(200), unique=True)
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contacts.id", ondelete="CASCADE"))
    company_id: Mapped[int | None] = mapped_column(ForeignKey("companies.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(30))
    #: what it came from, for learning: "feed:12", "dates", "cadence", "services", "fairs", "seasons", "care"
    source: Mapped[str] = mapped_column(String(40))
    #: what that source is called: "Südwest Presse"
    source_name: Mapped[str] = mapped_column(String(200), default="")
    #: the row of the source that found it (a match of a feed); no key, the floor above owns it
    origin_id: Mapped[int | None]
    story: Mapped[str] = mapped_column(String(60), default="")
    #: draft, note, letter, task, silence: what may be done, after all rules
    action: Mapped[str] = mapped_column(String(10))
    polarity: Mapped[int] = mapped_column(default=0)
    certainty: Mapped[str] = mapped_column(String(6), default="sure")
    state: Mapped[str] = mapped_column(String(10))
    #: the evidence
    headline: Mapped[str] = mapped_column(String(300), default="")
    quote: Mapped[str] = mapped_column(String(250), default="")
    link: Mapped[str] = mapped_column(String(2000), default="")
    published_at: Mapped[datetime | None] = mapped_column(Moment)
    #: when it happens or happened, as far as anybody said
    happened_on: Mapped[date | None]
    #: what the words need: years, the wish, the service, the fair, the rival (never named in a mail)
    details: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    #: 0 to 1,000, for the order
    score: Mapped[int] = mapped_column(default=0)
    #: why it stands where it stands: [[code, {values}], …], see ranking.py
    why: Mapped[list[list[Any]]] = mapped_column(JSON, default=list)
    #: the first rule that keeps it back, with its values, see silence.py
    held_by: Mapped[str] = mapped_column(String(30), default="")
    held_values: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    #: the last day it is a reason
    expires_on: Mapped[date]
    snoozed_until: Mapped[date | None]
    #: first shown as something to do: pauses between suggestions count from here
    suggested_on: Mapped[date | None]
    created_at: Mapped[datetime] = mapped_column(Moment, default=clock.now)
    decided_at: Mapped[datetime | None] = mapped_column(Moment)
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    #: dismissed: one of REASONS; done: one of WAYS
    decision: Mapped[str] = mapped_column(String(20), default="")
    #: in the person's words
    remark: Mapped[str] = mapped_column(String(300), default="")


class Lesson(Tracked, Base):
    """What was learned for one customer × kind × source: only a note from now on, or never."""

    __tablename__ = "occasion_lessons"
    __table_args__ = (
        CheckConstraint("rule IN ('note', 'never')", name="rule"),
        CheckConstraint("contact_id IS NOT NULL OR company_id IS NOT NULL", name="belongs"),
        Index("ix_occasion_lessons_company_id", "company_id"),
        Index("ix_occasion_lessons_contact_id", "contact_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    #: the customer: the company, or the contact who has none
    company_id: Mapped[int | None] = mapped_column(ForeignKey("companies.id", ondelete="CASCADE"))
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contacts.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(30))
    #: empty: whatever the source
    source: Mapped[str] = mapped_column(String(40), default="")
    source_name: Mapped[str] = mapped_column(String(200), default="")
    rule: Mapped[str] = mapped_column(String(5))
    #: after how many dismissals; 0: a person said so
    dismissals: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(Moment, default=clock.now)
    created_by: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    #: taken back; dismissals before it count no more
    undone_at: Mapped[datetime | None] = mapped_column(Moment)
