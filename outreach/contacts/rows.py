"""The rows of the customer file: people, how to reach them, their tags, and the fields an installation added."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    SmallInteger,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from outreach import clock
from outreach.db import Base, Moment
from outreach.journal import Tracked


class Stage(StrEnum):
    """How far the relationship has come."""

    PROSPECT = "prospect"
    FIRST_BUYER = "first_buyer"
    REPEAT_BUYER = "repeat_buyer"
    REGULAR = "regular"
    ADVOCATE = "advocate"
    FAN = "fan"


class Contact(Tracked, Base):
    """A person in the customer file."""

    UNTRACKED = frozenset(
        {
            "updated_at",
            "value_class",
            "value_rank",
            "value_share",
            "turnover_12",
            "turnover_before",
            "turnover_36",
            "last_contact_at",
            "due_on",
            "name_doubt",
        }
    )

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
        CheckConstraint("gone IN ('', 'merged', 'erased')", name="gone"),
        CheckConstraint("value_class IN ('', 'A', 'B', 'C')", name="value_class"),
        Index(
            "ix_contacts_due_on",
            "due_on",
            "id",
            sqlite_where=text("due_on IS NOT NULL"),
            postgresql_where=text("due_on IS NOT NULL"),
        ),
        Index(
            "ix_contacts_name_unchecked",
            "id",
            sqlite_where=text("name_doubt IS NULL"),
            postgresql_where=text("name_doubt IS NULL"),
        ),
        Index(
            "ix_contacts_name_doubt",
            "name_doubt",
            "id",
            sqlite_where=text("name_doubt >= 30 AND verified_at IS NULL"),
            postgresql_where=text("name_doubt >= 30 AND verified_at IS NULL"),
        ),
        Index(
            "ix_contacts_merged_into_id",
            "merged_into_id",
            sqlite_where=text("merged_into_id IS NOT NULL"),
            postgresql_where=text("merged_into_id IS NOT NULL"),
        ),
        Index(
            "ix_contacts_value_rank",
            "value_rank",
            sqlite_where=text("value_rank IS NOT NULL"),
            postgresql_where=text("value_rank IS NOT NULL"),
        ),
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
    #: what the person does there: "Einkauf", "Geschäftsführerin"
    role: Mapped[str] = mapped_column(String(100), default="", server_default="")
    #: a greeting written by hand, which wins; without its comma
    letter_greeting: Mapped[str] = mapped_column(String(200), default="", server_default="")
    #: who of us cares for this person
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    photo_id: Mapped[int | None]  # contact_photos; old ones stay until the contact goes, so a change can be undone
    #: set when a person looked at the name and found it right
    verified_at: Mapped[datetime | None] = mapped_column(Moment)
    #: how much the name wants to be looked at, 0 to 100 (names.py); none until it is checked, and after each change
    name_doubt: Mapped[int | None] = mapped_column(SmallInteger)
    #: what the computer proposed for the name and a person turned down: kinds of proposals, see names.py
    name_dismissed: Mapped[list[str]] = mapped_column(JSON, default=list, server_default=text("'[]'"))
    stage_by_hand: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    #: no occasions are suggested: for ever, until a day
    muted_at: Mapped[datetime | None] = mapped_column(Moment)
    paused_until: Mapped[date | None]
    deceased_at: Mapped[datetime | None] = mapped_column(Moment)
    #: days between two real contacts, when this person wants another pace than the class
    cadence_ideal: Mapped[int | None]
    cadence_latest: Mapped[int | None]
    #: "merged": this row only keeps the mails another contact got under it; "erased": only what reports count
    gone: Mapped[str] = mapped_column(String(6), default="", server_default="")
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("contacts.id", ondelete="CASCADE"))
    # Computed by valuation.recompute for everybody, by history.add for one. Cents; shares in 1/10,000.
    value_class: Mapped[str] = mapped_column(String(1), default="", server_default="")
    value_rank: Mapped[int | None]
    #: what this customer and all before make of the turnover
    value_share: Mapped[int | None]
    turnover_12: Mapped[int] = mapped_column(BigInteger, default=0, server_default=text("0"))
    turnover_before: Mapped[int] = mapped_column(BigInteger, default=0, server_default=text("0"))
    turnover_36: Mapped[int] = mapped_column(BigInteger, default=0, server_default=text("0"))
    last_contact_at: Mapped[datetime | None] = mapped_column(Moment)
    #: when the cadence wants the next real contact; none while muted, paused or gone
    due_on: Mapped[date | None]
    created_at: Mapped[datetime] = mapped_column(Moment, default=clock.now)
    updated_at: Mapped[datetime] = mapped_column(Moment, default=clock.now, onupdate=clock.now)

    def subject(self) -> tuple[int | None, int | None]:
        """The card a change of this row is shown on: its own."""
        return self.id, None


class Channel(Tracked, Base):
    """A further way to reach a contact, beside the first mail address and phone number that stand in the contact."""

    __tablename__ = "contact_channels"
    __table_args__ = (
        CheckConstraint("kind IN ('email', 'phone', 'web')", name="kind"),
        CheckConstraint("label IN ('work', 'home', 'mobile', 'fax', 'other')", name="label"),
        UniqueConstraint("contact_id", "kind", "key"),
        Index("ix_contact_channels_key", "kind", "key"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contacts.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(5))
    label: Mapped[str] = mapped_column(String(6), default="other")
    value: Mapped[str] = mapped_column(String(320))
    #: for comparing: the address case folded, the digits of a number, the web address without its scheme
    key: Mapped[str] = mapped_column(String(320))


class PostalAddress(Tracked, Base):
    """Where letters to a contact or a company go."""

    __tablename__ = "postal_addresses"
    __table_args__ = (
        CheckConstraint("(contact_id IS NULL) <> (company_id IS NULL)", name="belongs"),
        CheckConstraint("label IN ('work', 'home', 'other')", name="label"),
        Index("ix_postal_addresses_contact_id", "contact_id"),
        Index("ix_postal_addresses_company_id", "company_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contacts.id", ondelete="CASCADE"))
    company_id: Mapped[int | None] = mapped_column(ForeignKey("companies.id", ondelete="CASCADE"))
    label: Mapped[str] = mapped_column(String(5), default="work")
    street: Mapped[str] = mapped_column(String(200), default="")
    #: what stands above the street: department, c/o
    extra: Mapped[str] = mapped_column(String(200), default="")
    postcode: Mapped[str] = mapped_column(String(20), default="")
    city: Mapped[str] = mapped_column(String(100), default="")
    country: Mapped[str] = mapped_column(String(100), default="")


class Photo(Base):
    """A picture of a contact, JPEG or PNG. Rows are only added; the contact says which one is shown."""

    __tablename__ = "contact_photos"
    __table_args__ = (Index("ix_contact_photos_contact_id", "contact_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contacts.id", ondelete="CASCADE"))
    media_type: Mapped[str] = mapped_column(String(20))
    content: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(Moment, default=clock.now)


class Tag(Base):
    """A word contacts are marked with."""

    __tablename__ = "tags"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(100))
    #: the name, case folded: "VIP" and "vip" are one tag
    key: Mapped[str] = mapped_column(String(100), unique=True)


class ContactTag(Tracked, Base):
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
