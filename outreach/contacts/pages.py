"""Contacts in long lists: searched, filtered, sorted, one query a page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, any_, func, or_, select
from sqlalchemy.orm import Session

from outreach import db, paging
from outreach.companies import Company
from outreach.contacts.rows import Contact, ContactTag, Tag
from outreach.contacts.store import display_name
from outreach.paging import Page

SORTS = ("name", "created", "company", "stage", "email", "city", "updated", "value", "due")
_BETWEEN = "\x1f"  # no tag can contain it


@dataclass(frozen=True)
class ContactLine:
    """A contact in a list."""

    id: int
    name: str
    email: str | None
    stage: str
    city: str
    language: str
    company_id: int | None
    company: str
    tags: tuple[str, ...]
    created_at: datetime
    value_class: str
    due_on: date | None
    photo_id: int | None


def list_page(
    session: Session,
    *,
    search: str = "",
    sort: str = "name",
    direction: str = "asc",
    page: int = 1,
    per_page: int = paging.PER_PAGE,
    stage: str = "",
    tag_id: int | None = None,
    company_id: int | None = None,
    language: str = "",
    value_class: str = "",
    among: Select[int] | None = None,
) -> Page[ContactLine]:
    """One page of contacts.

    `search` finds contacts that have every word in name, address, city or company; `among` narrows to these ids.
    Sorted by value are those with turnover, sorted by due those whom the cadence names a day for.
    """
    conditions = _narrowed(stage=stage, tag_id=tag_id, company_id=company_id, language=language, among=among)
    conditions += _having(sort, value_class)
    query = select(*_columns()).outerjoin(Company, Company.id == Contact.company_id)
    total = None
    if search.strip():
        # A search reads every contact, so it does that once, for the page and for the total.
        is_sqlite = db.is_sqlite(session)
        words = [_has(word, is_sqlite=is_sqlite) for word in search.lower().split()[:10]]
        found = select(Contact.id).where(*words, *conditions).cte("found")
        query, total = query.join(found, found.c.id == Contact.id), select(func.count()).select_from(found)
    else:
        query = query.where(*conditions)
    ordered = query.order_by(*_order(sort, direction))
    return paging.fetch(session, ordered, _line, page=page, per_page=per_page, total=total)


def _narrowed(
    *, stage: str, tag_id: int | None, company_id: int | None, language: str, among: Select[int] | None
) -> list[ColumnElement[bool]]:
    carries = select(ContactTag.tag_id).where(ContactTag.tag_id == tag_id, ContactTag.contact_id == Contact.id).exists()
    given: list[tuple[bool, ColumnElement[bool]]] = [
        (bool(stage), Contact.stage == stage),
        (bool(language), Contact.language == language),
        (company_id is not None, Contact.company_id == company_id),
        (tag_id is not None, carries),
    ]
    conditions = [Contact.gone == "", *(condition for is_given, condition in given if is_given)]
    return conditions if among is None else [*conditions, Contact.id.in_(among)]


def _having(sort: str, value_class: str) -> list[ColumnElement[bool]]:
    """What a sort or a class leaves; said so that the partial indexes serve it."""
    given: list[tuple[bool, ColumnElement[bool]]] = [
        (sort == "value" or bool(value_class), Contact.value_rank.is_not(None)),
        (bool(value_class), Contact.value_class == value_class),
        (sort == "due", Contact.due_on.is_not(None)),
    ]
    return [condition for is_given, condition in given if is_given]


def _columns() -> tuple[Any, ...]:
    carried = (
        select(func.aggregate_strings(Tag.name, _BETWEEN))
        .join(ContactTag, ContactTag.tag_id == Tag.id)
        .where(ContactTag.contact_id == Contact.id)
        .correlate(Contact)
        .scalar_subquery()
    )
    return (
        Contact.id,
        Contact.title,
        Contact.first_name,
        Contact.last_name,
        Contact.email,
        Contact.stage,
        Contact.city,
        Contact.language,
        Contact.company_id,
        Company.name,
        carried,
        Contact.created_at,
        Contact.value_class,
        Contact.due_on,
        Contact.photo_id,
    )


def _has(word: str, *, is_sqlite: bool) -> ColumnElement[bool]:
    pattern = paging.like(word)
    looked_at = func.lower(
        Contact.last_name + " " + Contact.first_name + " " + func.coalesce(Contact.email_key, "") + " " + Contact.city
    )
    of_company = select(Company.id).where(func.lower(Company.name).like(pattern, escape="\\"))
    # PostgreSQL takes an OR with a subquery for half the table and sorts on disk; an array it reckons with rightly.
    is_there = (
        Contact.company_id.in_(of_company)
        if is_sqlite
        else Contact.company_id == any_(func.array(of_company.scalar_subquery()))
    )
    return or_(looked_at.like(pattern, escape="\\"), is_there)


def _order(sort: str, direction: str) -> list[Any]:
    by: dict[str, list[Any]] = {
        "name": [Contact.last_name, Contact.first_name],
        "created": [Contact.created_at],
        "updated": [Contact.updated_at],
        "company": [Company.name_key],
        "stage": [Contact.stage],
        "email": [Contact.email_key],
        "city": [Contact.city],
        "value": [Contact.value_rank],
        "due": [Contact.due_on],
    }
    columns = [*by.get(sort, by["name"]), Contact.id]
    return [column.desc() for column in columns] if direction == "desc" else columns


def _line(row: Any) -> ContactLine:
    return ContactLine(
        id=row[0],
        name=display_name(row[1], row[2], row[3], row[4]),
        email=row[4],
        stage=row[5],
        city=row[6],
        language=row[7],
        company_id=row[8],
        company=row[9] or "",
        created_at=row[11],
        value_class=row[12],
        due_on=row[13],
        photo_id=row[14],
        tags=tuple(sorted(row[10].split(_BETWEEN), key=str.casefold)) if row[10] else (),
    )
