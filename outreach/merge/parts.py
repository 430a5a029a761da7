"""What both kinds of merging are made of: fields side by side, the day there is one of, rows that move."""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, Table, and_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from outreach.care.rows import ProgrammeStep
from outreach.contacts import ContactTag
from outreach.dates import SpecialDay
from outreach.db import Base

#: what is chosen field by field
CONTACT_FIELDS = (
    "title", "first_name", "last_name", "salutation", "address_form", "email", "phone", "language", "role", "company_id",
    "city", "stage", "letter_greeting", "owner_id", "photo_id", "source", "birthday",
)  # fmt: skip
COMPANY_FIELDS = (
    "name", "city", "website", "industry", "legal_form", "register_number", "phone", "customer_since", "founding",
)  # fmt: skip


@dataclass(frozen=True)
class Field:
    """One field of the two; `proposed` is the side that looks better: "keep" or "other"."""

    name: str
    keep: Any
    other: Any
    proposed: str


@dataclass(frozen=True)
class Comparison:
    """Two cards side by side: where they differ, and how many rows of each kind would move."""

    keep_id: int
    other_id: int
    keep_name: str
    other_name: str
    fields: Sequence[Field]
    moves: Mapping[str, int]


def field(name: str, left: Any, right: Any) -> list[Field]:
    if left == right or (_is_empty(left) and _is_empty(right)):
        return []
    return [Field(name, left, right, "other" if _is_empty(left) or _is_default(name, left) else "keep")]


def _is_empty(value: Any) -> bool:
    return value is None or value == ""


def _is_default(name: str, value: Any) -> bool:
    return (name, value) in (("stage", "prospect"), ("address_form", "sie"))


def choose_days(session: Session, keep_id: int, other_id: int, take: Collection[str], kind: str) -> None:
    """There is one birthday per person, one founding day per company: the one not chosen goes."""
    column = SpecialDay.contact_id if kind == "birthday" else SpecialDay.company_id
    mine, theirs = (
        session.scalar(select(SpecialDay).where(column == one, SpecialDay.kind == kind)) for one in (keep_id, other_id)
    )
    if mine is not None and theirs is not None:
        session.delete(mine if kind in take else theirs)
        session.flush()


def move_the_rest(session: Session, but: Collection[str], keep_id: int, other_id: int) -> None:
    """What the floors above keep for a company goes along (feeds, reports, fairs): not part of the way back.

    What the kept company has already does not double: it goes with the other.
    """
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            points = any(key.column.table.name == "companies" for key in column.foreign_keys)
            if table.name in but or not points:
                continue
            try:
                with session.begin_nested():
                    session.connection().execute(
                        table.update().where(column == other_id).values({column.name: keep_id})
                    )
            except IntegrityError:
                _move_one_by_one(session, table, column, keep_id, other_id)


def _move_one_by_one(session: Session, table: Table, column: Column[Any], keep_id: int, other_id: int) -> None:
    keys = list(table.primary_key.columns)
    for row in session.execute(select(*keys).where(column == other_id)).all():
        is_it = and_(*(key == value for key, value in zip(keys, row, strict=True)))
        with contextlib.suppress(IntegrityError), session.begin_nested():
            session.connection().execute(table.update().where(is_it).values({column.name: keep_id}))


def move_rows(
    session: Session, row: type[Any], unique: tuple[str, ...], owner: str, keep_id: int, other_id: int
) -> None:
    """Every row of the other becomes one of the kept; what would double goes. Through the session, for the journal."""
    column = getattr(row, owner)

    def key(one: Any) -> tuple[Any, ...]:
        return tuple(getattr(one, name) for name in unique)

    have = {key(one) for one in session.scalars(select(row).where(column == keep_id))} if unique else set()
    for one in session.scalars(select(row).where(column == other_id)).all():
        if unique and key(one) in have:
            session.delete(one)
        elif row in (ContactTag, ProgrammeStep):  # the owner is part of their key
            session.delete(one)
            session.flush()
            names = [c.key for c in row.__mapper__.column_attrs if c.key != owner]
            session.add(row(**{owner: keep_id}, **{name: getattr(one, name) for name in names}))
        else:
            setattr(one, owner, keep_id)
        have.add(key(one))
    session.flush()
