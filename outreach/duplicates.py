"""Contacts that may be one person: proposals with their reasons, never merged by themselves.

    somebody new or changed → candidates by name, phone and address → reasons, score → one open proposal per pair

Whoever decides they are two is not asked again.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations
from typing import Any

from rapidfuzz import fuzz
from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint, func, select, update
from sqlalchemy.orm import Mapped, Session, aliased, mapped_column

from outreach import clock, db, paging
from outreach.companies import Company
from outreach.contacts import Contact, display_name
from outreach.contacts.channels import phone_key
from outreach.db import Base, Moment
from outreach.errors import N_, NotFound
from outreach.paging import Page


class DuplicateProposal(Base):
    """Two contacts that may be one person."""

    __tablename__ = "duplicate_proposals"
    __table_args__ = (
        CheckConstraint("one_id < other_id", name="order"),
        CheckConstraint("state IN ('open', 'merged', 'dismissed')", name="state"),
        UniqueConstraint("one_id", "other_id"),
        Index("ix_duplicate_proposals_other_id", "other_id"),
        Index("ix_duplicate_proposals_state", "state", "score", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    one_id: Mapped[int] = mapped_column(ForeignKey("contacts.id", ondelete="CASCADE"))
    other_id: Mapped[int] = mapped_column(ForeignKey("contacts.id", ondelete="CASCADE"))
    state: Mapped[str] = mapped_column(String(9), default="open", server_default="open")
    #: 0 to 100, for the order of the list
    score: Mapped[int]
    #: same_name, same_company, same_phone, similar_name, similar_address
    reasons: Mapped[list[str]] = mapped_column(JSON)
    created_at: Mapped[datetime] = mapped_column(Moment, default=clock.now)
    decided_at: Mapped[datetime | None] = mapped_column(Moment)


#: a pair below this is not worth anybody's time
WORTH_A_LOOK = 60
#: a switchboard's number or a family name half a village has says nothing
_GROUP_MOST = 40
_SIMILAR = 88


@dataclass(frozen=True)
class Seen:
    """What of a contact is compared."""

    id: int
    first_name: str
    last_name: str
    email_key: str
    phone: str
    company_id: int | None

    @property
    def name_key(self) -> str:
        """The name without umlauts, case, accents and order: "Müller, Jörg" is "Joerg Mueller"."""
        return " ".join(sorted(folded(f"{self.first_name} {self.last_name}").split()))

    @property
    def address_key(self) -> str:
        """The address without what people leave out or spell differently: dots, umlauts, +something."""
        local, _, domain = self.email_key.rpartition("@")
        plain = folded(local.split("+")[0]).replace(" ", "")
        return f"{plain}@{folded(domain)}" if plain else ""


@dataclass(frozen=True)
class Pair:
    """Two contacts that may be one, and why."""

    one_id: int
    other_id: int
    score: int
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Side:
    """One of the two, as the list shows it."""

    id: int
    name: str
    email: str
    company: str
    city: str


@dataclass(frozen=True)
class Line:
    """One open proposal."""

    id: int
    score: int
    reasons: Sequence[str]
    one: Side
    other: Side


def compare(one: Seen, other: Seen) -> tuple[int, tuple[str, ...]]:
    """How much speaks for the two being one person, 0 to 100, and what. Pure.

    A name alone is not enough when both work somewhere else; a number alone is a switchboard.
    """
    reasons = []
    alike = fuzz.ratio(one.name_key, other.name_key) if one.name_key and other.name_key else 0.0
    named = bool(one.name_key and other.name_key)
    same_company = one.company_id is not None and one.company_id == other.company_id
    elsewhere = None not in (one.company_id, other.company_id) and not same_company
    same_phone = bool(phone_key(one.phone)) and phone_key(one.phone) == phone_key(other.phone)
    same_address = bool(one.address_key) and one.address_key == other.address_key
    score = 0
    if named and alike == 100:
        reasons.append("same_name")
        score = 30 if elsewhere else 62
    elif alike >= _SIMILAR:
        reasons.append("similar_name")
        score = 20 if elsewhere else 45
    if same_company and reasons:
        reasons.append("same_company")
        score += 25
    if same_phone and (reasons or not named):
        reasons.append("same_phone")
        score += 35
    if same_address:
        reasons.append("similar_address")
        score += 70 if reasons else 65
    return min(score, 100), tuple(reasons)


def look(session: Session, wanted: Collection[int] | None = None) -> list[Pair]:
    """Pairs worth a look of which at least one is among `wanted` (of all contacts when None). Reads every card once."""
    everybody = [
        Seen(*row)
        for row in session.execute(
            select(Contact.id, Contact.first_name, Contact.last_name, func.coalesce(Contact.email_key, ""), Contact.phone,
                   Contact.company_id).where(Contact.gone == "")
        )
    ]  # fmt: skip
    among = {one.id for one in everybody} if wanted is None else set(wanted)
    keys = {key for one in everybody if one.id in among for key in _keys(one)}
    groups: dict[tuple[str, object], list[Seen]] = defaultdict(list)
    for one in everybody:
        for key in _keys(one):
            if key in keys:
                groups[key].append(one)
    found: dict[tuple[int, int], Pair] = {}
    for group in groups.values():
        if len(group) > _GROUP_MOST:
            continue
        for one, other in combinations(sorted(group, key=lambda seen: seen.id), 2):
            if (one.id, other.id) not in found and (one.id in among or other.id in among):
                score, reasons = compare(one, other)
                if score >= WORTH_A_LOOK:
                    found[one.id, other.id] = Pair(one.id, other.id, score, reasons)
    return sorted(found.values(), key=lambda pair: (-pair.score, pair.one_id, pair.other_id))


def propose(session: Session, found: Iterable[Pair], *, now: datetime) -> int:
    """Keep these pairs as open proposals; pairs somebody decided about are not asked again. How many are new."""
    rows = [
        {"one_id": pair.one_id, "other_id": pair.other_id, "score": pair.score, "reasons": list(pair.reasons),
         "state": "open", "created_at": now}
        for pair in found
    ]  # fmt: skip
    before = count(session)
    if rows:
        put = db.insert(session, DuplicateProposal).on_conflict_do_nothing(index_elements=["one_id", "other_id"])
        session.connection().execute(put, rows)
    return count(session) - before


def list_page(session: Session, *, page: int = 1, per_page: int = paging.PER_PAGE) -> Page[Line]:
    """Open proposals, the surest first; those of contacts that are gone are not shown."""
    one, other = aliased(Contact), aliased(Contact)
    firm, other_firm = aliased(Company), aliased(Company)
    query = (
        select(DuplicateProposal.id, DuplicateProposal.score, DuplicateProposal.reasons, *_side(one, firm), *_side(other, other_firm))
        .join(one, one.id == DuplicateProposal.one_id)
        .join(other, other.id == DuplicateProposal.other_id)
        .outerjoin(firm, firm.id == one.company_id)
        .outerjoin(other_firm, other_firm.id == other.company_id)
        .where(DuplicateProposal.state == "open", one.gone == "", other.gone == "")
        .order_by(DuplicateProposal.score.desc(), DuplicateProposal.id)
    )  # fmt: skip

    def line(row: Any) -> Line:
        return Line(row[0], row[1], row[2], _shown(row[3:10]), _shown(row[10:17]))

    return paging.fetch(session, query, line, page=page, per_page=per_page)


def count(session: Session) -> int:
    """How many proposals are open, as the list shows them."""
    one, other = aliased(Contact), aliased(Contact)
    query = (
        select(func.count(DuplicateProposal.id))
        .join(one, one.id == DuplicateProposal.one_id)
        .join(other, other.id == DuplicateProposal.other_id)
        .where(DuplicateProposal.state == "open", one.gone == "", other.gone == "")
    )
    return session.scalar(query) or 0


def dismiss(session: Session, proposal_id: int, *, now: datetime) -> None:
    """They are two people; raises NotFound."""
    _decide(session, DuplicateProposal.id == proposal_id, state="dismissed", now=now)


def merged(session: Session, one_id: int, other_id: int, *, now: datetime) -> None:
    """The two are one card now; nothing happens when nobody had proposed it."""
    pair = (DuplicateProposal.one_id == min(one_id, other_id)) & (DuplicateProposal.other_id == max(one_id, other_id))
    _decide(session, pair, state="merged", now=now, must=False)


def folded(words: str) -> str:
    """Small letters without umlauts, accents and signs."""
    plain = words.casefold().translate(_UMLAUTS)
    plain = unicodedata.normalize("NFKD", plain).encode("ascii", "ignore").decode()
    return " ".join(re.sub(r"[^a-z0-9]+", " ", plain).split())


_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "æ": "ae", "ø": "o", "å": "a"})


def _keys(one: Seen) -> Iterable[tuple[str, object]]:
    if one.name_key:
        yield "name", one.name_key
        if one.company_id is not None:
            yield "company", one.company_id
        # Misspelled people are found by the beginning of both names.
        yield "start", tuple(sorted(part[:3] for part in one.name_key.split()))
    if phone := phone_key(one.phone):
        yield "phone", phone
    if one.address_key:
        yield "address", one.address_key


def _side(contact: Any, firm: Any) -> tuple[Any, ...]:
    return contact.id, contact.title, contact.first_name, contact.last_name, contact.email, firm.name, contact.city


def _shown(row: Any) -> Side:
    return Side(row[0], display_name(row[1], row[2], row[3], row[4]), row[4] or "", row[5] or "", row[6])


def _decide(session: Session, which: Any, *, state: str, now: datetime, must: bool = True) -> None:
    changed = session.connection().execute(
        update(DuplicateProposal).where(which, DuplicateProposal.state == "open").values(state=state, decided_at=now)
    )
    if must and changed.rowcount == 0:
        raise NotFound(N_("This proposal was decided before."))
