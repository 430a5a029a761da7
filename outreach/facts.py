"""Facts: what is known of a contact or a company, typed, dated, with its source. Wishes are open until closed."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, TypedDict, Unpack

from sqlalchemy import CheckConstraint, ForeignKey, Index, Select, String, Text, or_, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from outreach import clock, companies, contacts, lines
from outreach.db import Base, Moment
from outreach.errors import N_, Invalid, NotFound
from outreach.history import store as history
from outreach.journal import Tracked


class Kind(StrEnum):
    """What a fact is about."""

    TOPIC = "topic"
    PROJECT = "project"
    INTEREST = "interest"
    WISH = "wish"
    PROMISE = "promise"
    TABOO = "taboo"


_KINDS = tuple(kind.value for kind in Kind)


class Fact(Tracked, Base):
    """Something known of a contact or a company."""

    __tablename__ = "facts"
    __table_args__ = (
        CheckConstraint(f"kind IN {_KINDS}", name="kind"),
        CheckConstraint("contact_id IS NOT NULL OR company_id IS NOT NULL", name="belongs"),
        Index("ix_facts_contact_id", "contact_id", "noted_on", "id"),
        Index("ix_facts_company_id", "company_id", "noted_on", "id"),
        Index("ix_facts_noted_on", "noted_on", "id"),
        Index(
            "ix_facts_open",
            "kind",
            "noted_on",
            sqlite_where=text("closed_at IS NULL"),
            postgresql_where=text("closed_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contacts.id", ondelete="CASCADE"))
    company_id: Mapped[int | None] = mapped_column(ForeignKey("companies.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(8))
    text: Mapped[str] = mapped_column(Text)
    noted_on: Mapped[date]
    #: "Telefonat 3.5.", "Webseite"
    source: Mapped[str] = mapped_column(String(200), default="", server_default="")
    #: the entry of the history it was taken from
    touchpoint_id: Mapped[int | None] = mapped_column(ForeignKey("touchpoints.id", ondelete="SET NULL"))
    valid_until: Mapped[date | None]
    #: a wish fulfilled, a promise kept, a project over
    closed_at: Mapped[datetime | None] = mapped_column(Moment)
    #: the offer or order that closed it
    closed_by_id: Mapped[int | None] = mapped_column(ForeignKey("touchpoints.id", ondelete="SET NULL"))
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    created_at: Mapped[datetime] = mapped_column(Moment, default=clock.now)


TEXT_MOST = 2000
#: kinds that are open until somebody closes them
CLOSABLE = frozenset({Kind.WISH, Kind.PROMISE, Kind.PROJECT})


class FactFields(TypedDict, total=False):
    """What can be said of a fact."""

    kind: str
    text: str
    noted_on: date
    source: str
    valid_until: date | None


@dataclass(frozen=True)
class FactLine:
    """A fact on a card."""

    id: int
    contact_id: int | None
    company_id: int | None
    kind: str
    text: str
    noted_on: date
    source: str
    valid_until: date | None
    closed_at: datetime | None
    closed_by_id: int | None

    def is_open(self, today: date) -> bool:
        """Whether it still holds: not closed, not past its day."""
        return self.closed_at is None and (self.valid_until is None or self.valid_until >= today)


def add(
    session: Session,
    *,
    contact_id: int | None = None,
    company_id: int | None = None,
    touchpoint_id: int | None = None,
    user_id: int | None = None,
    **given: Unpack[FactFields],
) -> Fact:
    """Note a fact; raises Invalid, NotFound. Sensitive words are not refused here: the page asks first."""
    if contact_id is not None:
        contacts.get(session, contact_id)
    elif company_id is not None:
        companies.get(session, company_id)
    else:
        raise Invalid(N_("Say whom this is about."), field="contact_id")
    clean = _clean({"kind": "", "text": "", "noted_on": clock.now().date(), "source": "", "valid_until": None, **given})
    made = Fact(
        contact_id=contact_id,
        company_id=company_id if contact_id is None else None,
        touchpoint_id=touchpoint_id,
        created_by_id=user_id,
        **clean,
    )
    session.add(made)
    session.flush()
    return made


def change(session: Session, fact_id: int, **given: Unpack[FactFields]) -> Fact:
    """Change what is given, leave the rest; raises Invalid, NotFound."""
    found = get(session, fact_id)
    for name, value in _clean({"noted_on": found.noted_on, **given}).items():
        setattr(found, name, value)
    session.flush()
    return found


def remove(session: Session, fact_id: int) -> None:
    """Take it off the card; the journal can bring it back."""
    session.delete(get(session, fact_id))
    session.flush()


def close(session: Session, fact_id: int, *, by_touchpoint_id: int | None = None) -> Fact:
    """A wish fulfilled, a promise kept, a project over; twice means once."""
    found = get(session, fact_id)
    if found.kind not in CLOSABLE:
        raise Invalid(N_("Only wishes, promises and projects are closed."))
    if found.closed_at is None:
        found.closed_at, found.closed_by_id = clock.now(), by_touchpoint_id
        session.flush()
    return found


def reopen(session: Session, fact_id: int) -> Fact:
    """It is open after all."""
    found = get(session, fact_id)
    found.closed_at = found.closed_by_id = None
    session.flush()
    return found


def get(session: Session, fact_id: int) -> Fact:
    """The fact; raises NotFound."""
    found = session.get(Fact, fact_id)
    if found is None:
        raise NotFound(N_("There is no such note, or not any more."))
    return found


def of_contact(
    session: Session, contact_id: int, *, today: date, only_open: bool = False, kinds: Collection[str] = ()
) -> Sequence[FactLine]:
    """The facts of a contact, newest first; with `only_open` those that still hold."""
    return _lines(session, Fact.contact_id == contact_id, today, only_open, kinds)


def of_company(
    session: Session, company_id: int, *, today: date, only_open: bool = False, kinds: Collection[str] = ()
) -> Sequence[FactLine]:
    """The facts of a company itself."""
    return _lines(session, Fact.company_id == company_id, today, only_open, kinds)


def _lines(session: Session, whose: Any, today: date, only_open: bool, kinds: Collection[str]) -> Sequence[FactLine]:
    columns = [getattr(Fact, name) for name in FactLine.__dataclass_fields__]
    query = select(*columns).where(whose)
    if kinds:
        query = query.where(Fact.kind.in_(kinds))
    if only_open:
        query = query.where(Fact.closed_at.is_(None), or_(Fact.valid_until.is_(None), Fact.valid_until >= today))
    return [FactLine(*row) for row in session.execute(query.order_by(Fact.noted_on.desc(), Fact.id.desc()).limit(1000))]


def open_wishes(*, today: date) -> Select[int, int | None, str, str, date, str]:
    """A query over facts: the wishes and interests of people that still hold. For `services`."""
    return select(Fact.id, Fact.contact_id, Fact.kind, Fact.text, Fact.noted_on, Fact.source).where(
        Fact.kind.in_((Kind.WISH, Kind.INTEREST)),
        Fact.contact_id.is_not(None),
        Fact.closed_at.is_(None),
        or_(Fact.valid_until.is_(None), Fact.valid_until >= today),
    )


def _clean(given: dict[str, Any]) -> dict[str, Any]:
    clean: dict[str, Any] = {}
    if "kind" in given:
        if given["kind"] not in set(Kind):
            raise Invalid(N_("Choose what kind of note this is."), field="kind")
        clean["kind"] = str(given["kind"])
    if "text" in given:
        clean["text"] = history.paragraph(given["text"], field="text", most=TEXT_MOST)
        if not clean["text"]:
            raise Invalid(N_("The note is empty."), field="text")
    if "noted_on" in given:
        clean["noted_on"] = given["noted_on"]
    if "source" in given:
        clean["source"] = lines.line(given["source"], field="source", most=200)
    if "valid_until" in given:
        if given["valid_until"] is not None and given["valid_until"] < given["noted_on"]:
            raise Invalid(N_("It cannot end before it was noted."), field="valid_until")
        clean["valid_until"] = given["valid_until"]
    return clean
