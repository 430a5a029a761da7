"""Contacts in long lists: searched, filtered, sorted, one query a page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, any_, func, literal_column, or_, select
from sqlalchemy import cast as as_type
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.orm import Session

from outreach import db, lines, paging
from outreach.companies import Company
from outreach.contacts.rows import Contact, ContactTag, Tag
from outreach.contacts.store import display_name
from outreach.paging import Page

SORTS = ("name", "created", "company", "stage", "email", "city", "updated", "value", "due")
_SEARCH: dict[str, ColumnElement[Any]] = {name: literal_column(f"{name}.search") for name in ("contacts", "companies")}
_FIRMS_MOST = 2000
_READ_MOST = 100_000
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
    ordered = query.where(*conditions).order_by(*_order(sort, direction))
    if not search.strip():
        return paging.fetch(session, ordered, _line, page=page, per_page=per_page)
    words = search.lower().split()[:10]
    if not db.is_sqlite(session) and (begins := _beginning(session, words)) is not None:
        found = paging.fetch(session, ordered.where(*begins), _line, page=page, per_page=per_page)
        if found.total or not _is_small(session):
            return found
    # Letters in the middle of a word: reads every contact, so once, for the page and for the total.
    inside = [_has(word, is_sqlite=db.is_sqlite(session)) for word in words]
    have = select(Contact.id).where(*inside, *conditions).cte("found")
    ordered = query.join(have, have.c.id == Contact.id).order_by(*_order(sort, direction))
    total = select(func.count()).select_from(have)
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


def _beginning(session: Session, words: Sequence[str]) -> list[ColumnElement[bool]] | None:
    """Contacts, or their companies, with a word that begins with each of these; by PostgreSQL's full-text index.

    None when there is nothing to look for.
    """
    conditions: list[ColumnElement[bool]] = []
    for word in dict.fromkeys(part for one in words for part in lines.terms(one)):
        given = as_type(f"'{word}':*", TSQUERY)
        firms = session.scalars(
            select(Company.id).where(_SEARCH["companies"].bool_op("@@")(given)).limit(_FIRMS_MOST)
        ).all()
        own: ColumnElement[bool] = _SEARCH["contacts"].bool_op("@@")(given)
        conditions.append(or_(own, Contact.company_id.in_(firms)) if firms else own)
    return conditions or None


def _is_small(session: Session) -> bool:
    """Whether everybody can be read for a search; in a large file words are found by their beginnings alone."""
    counted = select(Contact.id).limit(_READ_MOST + 1).subquery()
    return (session.scalar(select(func.count()).select_from(counted)) or 0) <= _READ_MOST


def _has(word: str, *, is_sqlite: bool) -> ColumnElement[bool]:
    pattern = paging.like(word.translate(lines.FOLDED) if is_sqlite else word)
    folded = func.folded if is_sqlite else func.lower
    looked_at = folded(
        Contact.last_name + " " + Contact.first_name + " " + func.coalesce(Contact.email_key, "") + " " + Contact.city
    )
    of_company = select(Company.id).where(folded(Company.name).like(pattern, escape="\\"))
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
