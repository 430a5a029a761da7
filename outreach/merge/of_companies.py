"""Two companies that are one."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from outreach import companies as firms
from outreach import journal
from outreach.companies import Company
from outreach.contacts import Contact
from outreach.contacts.rows import PostalAddress
from outreach.dates import SpecialDay
from outreach.errors import N_, Invalid, NotFound
from outreach.facts import Fact
from outreach.fairs import Exhibitor
from outreach.history.rows import Touchpoint
from outreach.merge.parts import COMPANY_FIELDS, Comparison, choose_days, field, move_rows, move_the_rest
from outreach.occasions.rows import Lesson, Occasion
from outreach.stops import Stop
from outreach.tasks import Task

_LISTS = ("aliases", "former_names", "domains", "competitors")
_OF_COMPANY: tuple[tuple[type[Any], tuple[str, ...]], ...] = (
    (Contact, ()),
    (PostalAddress, ("street", "extra", "postcode", "city", "country")),
    (SpecialDay, ("kind", "label", "year", "month", "day")),
    (Touchpoint, ()),
    (Fact, ()),
    (Task, ()),
    (Occasion, ()),
    (Lesson, ("kind", "source", "rule", "undone_at")),
    (Stop, ("kind", "lifted_at")),
    (Exhibitor, ("fair_id",)),
)


def compare_companies(session: Session, keep_id: int, other_id: int) -> Comparison:
    """The two companies, field by field; raises NotFound, and Invalid for one and the same."""
    keep, other = _two_companies(session, keep_id, other_id)
    found = []
    for name in COMPANY_FIELDS:
        if name != "founding":
            found += field(name, getattr(keep, name), getattr(other, name))
    days = [_founding(session, one) for one in (keep_id, other_id)]
    found += field("founding", *days)
    moves = {
        row.__tablename__: session.scalar(select(func.count()).select_from(row).where(row.company_id == other_id)) or 0
        for row, _ in _OF_COMPANY
    }
    return Comparison(keep_id, other_id, keep.name, other.name, found, {k: n for k, n in moves.items() if n})


def companies(session: Session, keep_id: int, other_id: int, *, take: Collection[str] = ()) -> int:
    """Make the two one; the name that goes stays as another name. Gives the change set. Raises NotFound, Invalid."""
    keep, other = _two_companies(session, keep_id, other_id)
    unknown = [name for name in take if name not in COMPANY_FIELDS]
    if unknown:
        raise Invalid(N_("There is no field “%(name)s”."), field="take", name=unknown[0][:100])
    session.flush()
    set_id = journal.begin(session, "merge", origin_id=keep_id)
    names = [keep.name, other.name]
    choose_days(session, keep_id, other_id, take, "founding")
    for name in take:
        if name != "founding":
            setattr(keep, name, getattr(other, name))
    keep.name_key = firms.name_key(keep.name)
    for name in _LISTS:
        both = [*getattr(keep, name), *getattr(other, name)]
        both += [one for one in names if one != keep.name] if name == "aliases" else []
        setattr(keep, name, list(dict.fromkeys(one for one in both if one != keep.name)))
    session.flush()
    for row, unique in _OF_COMPANY:
        move_rows(session, row, unique, "company_id", keep_id, other_id)
    move_the_rest(session, {row.__tablename__ for row, _ in _OF_COMPANY}, keep_id, other_id)
    session.expire(other)
    session.delete(session.get_one(Company, other_id))
    session.flush()
    return set_id


def _two_companies(session: Session, keep_id: int, other_id: int) -> tuple[Company, Company]:
    if keep_id == other_id:
        raise Invalid(N_("A company cannot be merged with itself."))
    # In the order of their numbers, so that two who merge the same pair wait for each other.
    locked = select(Company).where(Company.id.in_((keep_id, other_id))).order_by(Company.id).with_for_update()
    found = {one.id for one in session.scalars(locked.execution_options(populate_existing=True))}
    if found != {keep_id, other_id}:
        raise NotFound(N_("There is no such company, or not any more."))
    return firms.get(session, keep_id), firms.get(session, other_id)


def _founding(session: Session, company_id: int) -> tuple[int | None, int | None, int | None] | None:
    query = select(SpecialDay.year, SpecialDay.month, SpecialDay.day)
    row = session.execute(query.where(SpecialDay.company_id == company_id, SpecialDay.kind == "founding")).one_or_none()
    return (row[0], row[1], row[2]) if row else None
