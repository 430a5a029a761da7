"""The rows of the customer file: people, their tags, and the fields an installation added."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from outreach import clock
from outreach.db import Base, Moment


class Stage(StrEnum):
    """How far the relationship has come."""

    PROSPECT = "prospect"
    FIRST_BUYER = "first_buyer"
    REPEAT_BUYER = "repeat_buyer"
    REGULAR = "regular"
    ADVOCATE = "advocate"
    FAN = "fan"


class Contact(Base):
    """A person in the customer file."""

    __tablename__ = "contacts"
    __table_args__ = (
        CheckConstraint("salutation IN ('', 'frau', 'herr', 'neutral')", name="salutation"),
        CheckConstraint("address_form IN ('sie', 'du')", name="address_form"),
        CheckConstraint(
            "stage IN ('prospect', 'first_buyer', 'repeat_buyer', 'regular', 'advocate', 'fan')", name="stage"
        ),
        Index("ix_contacts_stage_id", "stage", "id"),
        Index("ix_contacts_created_at", "created_at"),
        Index("ix_contacts_name", "last_name", "first_name", "id"),
        Index("ix_contacts_address_hash", "address_hash"),
        {"sqlite_autoincrement": True},  # a number is never given out twice: old links name it
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    company_id: Mapped[int | None] = mapped_column(ForeignKey("companies.id", ondelete="SET NULL"), index=True)
    title: Mapped[str] = mapped_column(String(100), default="")
    first_name: Mapped[str] = mapped_column(String(100), default="")
    last_name: Mapped[str] = mapped_column(String(100), default="")
    salutation: Mapped[str] = mapped_column(String(10), default="")
    address_form: Mapped[str] = mapped_column(String(3), default="sie")
    #: as the person writes it
    email: Mapped[str | None] = mapped_column(String(320))
    #: normalised, for comparing: one contact per address
    email_key: Mapped[str | None] = mapped_column(String(320), unique=True)
    #: what the suppression list knows this address by, see address_hash()
    address_hash: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    language: Mapped[str] = mapped_column(String(5), default="de")
    city: Mapped[str] = mapped_column(String(100), default="")
    phone: Mapped[str] = mapped_column(String(50), default="")
    stage: Mapped[str] = mapped_column(String(20), default="prospect")
    #: values of the custom fields, by their key
    custom: Mapped[dict[str, Any]] = mapped_column(JSON().with_variant(JSONB(), "postgresql"), default=dict)
    #: agreed to opens and clicks being measured in person; the proof is in consent_events
    measuring_agreed: Mapped[bool] = mapped_column(default=False)
    source: Mapped[str] = mapped_column(String(200), default="")
    created_at: Mapped[datetime] = mapped_column(Moment, default=clock.now)
    updated_at: Mapped[datetime] = mapped_column(Moment, default=clock.now, onupdate=clock.now)


class Tag(Base):
    """A word contacts are marked with."""

    __tablename__ = "tags"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(100))
    #: the name, case folded: "VIP" and "vip" are one tag
    key: Mapped[str] = mapped_column(String(100), unique=True)


class ContactTag(Base):
    """A contact carries a tag."""

    __tablename__ = "contact_tags"
    __table_args__ = (Index("ix_contact_tags_contact_id", "contact_id"),)

    tag_id: Mapped[int] = mapped_column(ForeignKey("tags.id", ondelete="CASCADE"), primary_key=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contacts.id", ondelete="CASCADE"), primary_key=True)


class CustomField(Base):
    """A field this installation added to its contacts; values are in Contact.custom under `key`."""

    __tablename__ = "custom_fields"
    __table_args__ = (
        CheckConstraint("kind IN ('text', 'number', 'date', 'yes_no', 'choice')", name="kind"),
        UniqueConstraint("key"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(50))  # [a-z][a-z0-9_]*
    label: Mapped[str] = mapped_column(String(100))
    kind: Mapped[str] = mapped_column(String(10))
    #: what may be chosen, when the kind is choice
    choices: Mapped[list[str]] = mapped_column(JSON, default=list)
