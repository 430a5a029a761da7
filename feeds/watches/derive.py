"""Watches come out of the customer file by themselves: names, competitors, people, topics, wishes, fairs.

What the file no longer says is switched off; what a person added or corrected stays.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import and_, func, or_, select, update
from sqlalchemy.orm import Session

from feeds.rows import Watch, WatchMark
from outreach import clock, db, lines
from outreach.companies import Company
from outreach.contacts import Contact
from outreach.facts import Fact
from outreach.fairs import Exhibitor, Fair
from outreach.journal.rows import Change

#: companies or contacts in one transaction
BLOCK = 500
#: changes looked at again: they may have been committed in another order than they were numbered
OVERLAP = 200
_TABLES = ("companies", "contacts", "facts", "fair_exhibitors")
_FACTS: Mapping[str, str] = {"topic": "topic", "interest": "topic", "project": "topic", "wish": "wish"}
#: topics of one customer; more would make everything fit
_TOPICS_MOST = 30
_PEOPLE_MOST = 100


@dataclass(frozen=True)
class Wanted:
    """One watch the file asks for."""

    kind: str
    name: str
    contact_id: int | None = None


@dataclass
class _Customer:
    company_id: int | None
    contact_id: int | None
    wanted: list[Wanted] = field(default_factory=list)

    def key(self, one: Wanted) -> str:
        whose = f"company:{self.company_id}" if self.company_id is not None else f"contact:{self.contact_id}"
        told = f":{one.contact_id}" if one.contact_id is not None and one.kind in ("topic", "wish", "person") else ""
        return f"{whose}:{one.kind}{told}:{lines.key(one.name, most=250)}"


def follow(session: Session, *, now: datetime) -> bool:
    """Bring the watches up to the customer file, one block; gives whether there is more to do."""
    mark = session.get(WatchMark, 1)
    if mark is None:
        newest = session.scalar(select(func.coalesce(func.max(Change.id), 0))) or 0
        session.execute(
            db.insert(session, WatchMark)
            .values(id=1, change_id=newest, company_id=0, contact_id=0, is_whole=False)
            .on_conflict_do_nothing()
        )
        mark = session.get(WatchMark, 1)
    assert mark is not None  # noqa: S101 - it was made a moment ago
    if not mark.is_whole:
        return _first_round(session, mark, now)
    return _changes(session, mark, now)


def derive(
    session: Session, *, company_ids: Collection[int] = (), contact_ids: Collection[int] = (), now: datetime
) -> int:
    """Make the watches of these customers what the file says; gives how many rows changed.

    A contact who works at a company is part of that company's watches.
    """
    employers = select(Contact.id, Contact.company_id).where(Contact.id.in_(list(contact_ids)))
    companies_, single = set(company_ids), set(contact_ids)
    for contact_id, company_id in session.execute(employers):
        if company_id is not None:
            companies_.add(company_id)
            single.discard(contact_id)
    wanted = [*_of_companies(session, companies_), *_of_people(session, single)]
    return _store(session, wanted, companies_, set(contact_ids), now)


def _first_round(session: Session, mark: WatchMark, now: datetime) -> bool:
    ids = list(
        session.scalars(select(Company.id).where(Company.id > mark.company_id).order_by(Company.id).limit(BLOCK))
    )
    if ids:
        derive(session, company_ids=ids, now=now)
        mark.company_id = ids[-1]
        return True
    alone = select(Contact.id).where(Contact.id > mark.contact_id, Contact.company_id.is_(None), _is_customer())
    ids = list(session.scalars(alone.order_by(Contact.id).limit(BLOCK)))
    if ids:
        derive(session, contact_ids=ids, now=now)
        mark.contact_id = ids[-1]
        return True
    mark.is_whole = True
    return True


def _changes(session: Session, mark: WatchMark, now: datetime) -> bool:
    newest = session.scalar(select(func.coalesce(func.max(Change.id), 0))) or 0
    if newest <= mark.change_id:
        return False
    rows = session.execute(
        select(Change.id, Change.contact_id, Change.company_id, Change.before, Change.after)
        .where(Change.id > mark.change_id - OVERLAP, Change.table_name.in_(_TABLES))
        .order_by(Change.id)
        .limit(OVERLAP + BLOCK)
    ).all()
    companies_: set[int] = set()
    contacts_: set[int] = set()
    for _number, contact_id, company_id, before, after in rows:
        companies_.update(one for one in (company_id, *_employers(before), *_employers(after)) if one is not None)
        contacts_.update([contact_id] if contact_id is not None else [])
    derive(session, company_ids=companies_, contact_ids=contacts_, now=now)
    last = rows[-1][0] if len(rows) == OVERLAP + BLOCK else newest
    mark.change_id = max(mark.change_id, last)
    return mark.change_id < newest


def _employers(row: Mapping[str, Any] | None) -> Iterable[int]:
    value = (row or {}).get("company_id")
    return [value] if isinstance(value, int) else []


def _is_customer() -> Any:
    """People without a company are watched once they are customers: nobody reads the press on a million subscribers."""
    return and_(
        Contact.gone == "",
        Contact.deceased_at.is_(None),
        or_(Contact.stage != "prospect", Contact.due_on.is_not(None), Contact.last_contact_at.is_not(None)),
    )


def _of_companies(session: Session, ids: Collection[int]) -> list[_Customer]:
    found = {
        row.id: _Customer(
            row.id, None, [Wanted("company", row.name), *(Wanted("competitor", one) for one in row.competitors)]
        )
        for row in session.scalars(select(Company).where(Company.id.in_(list(ids))))
    }
    people: dict[int, int] = {}
    query = (
        select(Contact.id, Contact.company_id, Contact.first_name, Contact.last_name)
        .where(Contact.company_id.in_(list(found)), Contact.gone == "", Contact.deceased_at.is_(None))
        .order_by(Contact.value_rank.is_(None), Contact.value_rank, Contact.id)
    )
    for contact_id, company_id, first, last in session.execute(query):
        if company_id is None:
            continue
        people[contact_id] = company_id
        mine = found[company_id].wanted
        if first and last and sum(one.kind == "person" for one in mine) < _PEOPLE_MOST:
            mine.append(Wanted("person", f"{first} {last}", contact_id))
    _topics(session, found, people)
    fairs = select(Exhibitor.company_id, Fair.name).join(Fair, Fair.id == Exhibitor.fair_id)
    for company_id, name in session.execute(fairs.where(Exhibitor.company_id.in_(list(found)))):
        found[company_id].wanted.append(Wanted("fair", name))
    return list(found.values())


def _of_people(session: Session, ids: Collection[int]) -> list[_Customer]:
    query = select(Contact.id, Contact.first_name, Contact.last_name).where(
        Contact.id.in_(list(ids)), Contact.company_id.is_(None), _is_customer()
    )
    found = {}
    for contact_id, first, last in session.execute(query):
        own = [Wanted("person", f"{first} {last}")] if first and last else []
        found[contact_id] = _Customer(None, contact_id, own)
    _topics(session, {}, {}, found)
    return list(found.values())


def _topics(
    session: Session,
    companies_: Mapping[int, _Customer],
    people: Mapping[int, int],
    alone: Mapping[int, _Customer] | None = None,
) -> None:
    """Topics, interests, projects and wishes that hold, the newest first."""
    today = clock.now().date()
    query = (
        select(Fact.contact_id, Fact.company_id, Fact.kind, Fact.text)
        .where(
            Fact.kind.in_(list(_FACTS)),
            Fact.closed_at.is_(None),
            or_(Fact.valid_until.is_(None), Fact.valid_until >= today),
            or_(Fact.company_id.in_(list(companies_)), Fact.contact_id.in_([*people, *(alone or {})])),
        )
        .order_by(Fact.noted_on.desc(), Fact.id.desc())
    )
    for contact_id, company_id, kind, said in session.execute(query):
        at_work = company_id if company_id is not None else people.get(contact_id or 0)
        customer = (alone or {}).get(contact_id or 0) or companies_.get(at_work or 0)
        if customer is not None and sum(one.kind in ("topic", "wish") for one in customer.wanted) < _TOPICS_MOST:
            customer.wanted.append(
                Wanted(_FACTS[kind], lines.cut(said, 200), contact_id if company_id is None else None)
            )


def _store(
    session: Session,
    customers: Sequence[_Customer],
    company_ids: Collection[int],
    contact_ids: Collection[int],
    now: datetime,
) -> int:
    whose = or_(
        Watch.company_id.in_(list(company_ids)),
        and_(Watch.company_id.is_(None), Watch.contact_id.in_(list(contact_ids))),
    )
    have = {row.key: row for row in session.scalars(select(Watch).where(whose))}
    wanted: dict[str, tuple[_Customer, Wanted]] = {}
    for customer in customers:
        for one in customer.wanted:
            if one.name.strip():
                wanted.setdefault(customer.key(one), (customer, one))
    changed = 0
    for key, (customer, one) in wanted.items():
        row = have.get(key)
        if row is None:
            changed += _insert(session, key, customer, one, now)
        elif row.removed_at is not None and row.origin == "file":
            row.removed_at, row.is_on, row.changed_at = None, True, now
            changed += 1
        elif row.name != one.name:
            row.name, row.changed_at = one.name, now
            changed += 1
    gone = [row for key, row in have.items() if key not in wanted and row.origin == "file" and row.removed_at is None]
    for row in gone:
        row.removed_at, row.changed_at = now, now
    session.flush()
    # The fields of the card that are no watch of their own (town, domains, other names) belong to the name's watch.
    mains = [key for key, (_c, one) in wanted.items() if one.kind in ("company", "person")]
    for start in range(0, len(mains), 500):
        block = Watch.key.in_(mains[start : start + 500])
        session.connection().execute(update(Watch).where(block).values(changed_at=now))
    return changed + len(gone)


def _insert(session: Session, key: str, customer: _Customer, one: Wanted, now: datetime) -> int:
    values: dict[str, Any] = {
        "key": key[:400], "company_id": customer.company_id, "contact_id": one.contact_id or customer.contact_id,
        "kind": one.kind, "name": one.name[:300], "forms": [], "refused_forms": [], "required": [], "excluded": [],
        "is_medium": False, "origin": "file", "is_on": True, "created_at": now,
        "changed_at": now, "removed_at": None,
    }  # fmt: skip
    made = session.execute(
        db.insert(session, Watch).values(values).on_conflict_do_nothing(index_elements=["key"]).returning(Watch.id)
    )
    return 1 if made.scalar() is not None else 0
