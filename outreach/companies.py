"""Companies: where contacts work; the thing the press writes about."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypedDict, Unpack

from sqlalchemy import JSON, ColumnElement, String, column, func, literal_column, or_, select, table, text
from sqlalchemy import cast as as_type
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.orm import Mapped, Session, mapped_column

from outreach import clock, db, lines, paging
from outreach.db import Base, Moment
from outreach.errors import N_, Conflict, Invalid, NotFound
from outreach.journal import Tracked
from outreach.lines import line
from outreach.paging import Page


class Company(Tracked, Base):
    """A company in the customer file."""

    __tablename__ = "companies"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(300))
    #: name_key(name), for finding the same company again
    name_key: Mapped[str] = mapped_column(String(300), index=True)
    city: Mapped[str] = mapped_column(String(100), default="")
    website: Mapped[str] = mapped_column(String(300), default="")
    industry: Mapped[str] = mapped_column(String(100), default="")
    legal_form: Mapped[str] = mapped_column(String(50), default="", server_default="")
    register_number: Mapped[str] = mapped_column(String(100), default="", server_default="")
    phone: Mapped[str] = mapped_column(String(50), default="", server_default="")
    #: other names it goes by, names it had, mail and web domains, whom it competes with: as written
    aliases: Mapped[list[str]] = mapped_column(JSON, default=list, server_default=text("'[]'"))
    former_names: Mapped[list[str]] = mapped_column(JSON, default=list, server_default=text("'[]'"))
    domains: Mapped[list[str]] = mapped_column(JSON, default=list, server_default=text("'[]'"))
    competitors: Mapped[list[str]] = mapped_column(JSON, default=list, server_default=text("'[]'"))
    customer_since: Mapped[date | None]
    created_at: Mapped[datetime] = mapped_column(Moment, default=clock.now)
    updated_at: Mapped[datetime] = mapped_column(Moment, default=clock.now, onupdate=clock.now)

    def subject(self) -> tuple[int | None, int | None]:
        """The card a change of this row is shown on: its own."""
        return None, self.id


class CompanyFields(TypedDict, total=False):
    """What can be said of a company."""

    name: str
    city: str
    website: str
    industry: str
    legal_form: str
    register_number: str
    phone: str
    aliases: Sequence[str]
    former_names: Sequence[str]
    domains: Sequence[str]
    competitors: Sequence[str]
    customer_since: date | None


@dataclass(frozen=True)
class CompanyLine:
    """A company in a list."""

    id: int
    name: str
    city: str
    website: str
    industry: str
    contacts: int
    created_at: datetime


_MOST = {
    "name": 300,
    "city": 100,
    "website": 300,
    "industry": 100,
    "legal_form": 50,
    "register_number": 100,
    "phone": 50,
}
_LISTS = frozenset({"aliases", "former_names", "domains", "competitors"})
_ENTRIES_MOST = 100
#: PostgreSQL's index over name and city; the migrations make it
_search: ColumnElement[Any] = literal_column("companies.search")
#: the floor above owns it; here its rows are only counted
_contacts = table("contacts", column("company_id"), column("gone"))


def create(session: Session, **fields: Unpack[CompanyFields]) -> Company:
    """A new company; raises Invalid, and Conflict when there is one of that name in that city."""
    clean = _clean(fields)
    if not clean.get("name"):
        raise Invalid(N_("A company needs a name."), field="name")
    _refuse_double(session, clean["name"], clean.get("city", ""))
    company = Company(**clean, name_key=name_key(clean["name"]))
    session.add(company)
    session.flush()
    return company


def update(session: Session, company_id: int, **fields: Unpack[CompanyFields]) -> Company:
    """Change what is given, leave the rest; raises Invalid, Conflict, NotFound."""
    company, clean = get(session, company_id), _clean(fields)
    if "name" in clean and not clean["name"]:
        raise Invalid(N_("A company needs a name."), field="name")
    name, city = clean.get("name", company.name), clean.get("city", company.city)
    _refuse_double(session, name, city, but=company_id)
    for field, value in clean.items():
        setattr(company, field, value)
    company.name_key = name_key(name)
    session.flush()
    return company


def get(session: Session, company_id: int) -> Company:
    """The company; raises NotFound. Its people: `contacts.list_page(session, company_id=…)`."""
    found = session.get(Company, company_id)
    if found is None:
        raise NotFound(N_("There is no such company, or not any more."))
    return found


def list_page(
    session: Session,
    *,
    search: str = "",
    sort: str = "name",
    direction: str = "asc",
    page: int = 1,
    per_page: int = paging.PER_PAGE,
) -> Page[CompanyLine]:
    """Companies with the number of their contacts; `sort` is name, city, created or contacts."""
    people = select(func.count()).where(_contacts.c.company_id == Company.id, _contacts.c.gone == "").scalar_subquery()
    by = {"name": Company.name_key, "city": Company.city, "created": Company.created_at, "contacts": people}
    order = by.get(sort, Company.name_key)
    query = select(
        Company.id, Company.name, Company.city, Company.website, Company.industry, people, Company.created_at
    ).order_by(order.desc() if direction == "desc" else order.asc(), Company.id)
    words = lines.terms(search)
    if words and not db.is_sqlite(session):
        begin = " & ".join(f"'{word}':*" for word in words[:10])
        found = paging.fetch(
            session, query.where(_search.bool_op("@@")(as_type(begin, TSQUERY))), _line, page=page, per_page=per_page
        )
        if found.total:
            return found
    if search.strip():
        pattern = paging.like(search.strip().lower())
        query = query.where(
            or_(
                func.lower(Company.name).like(pattern, escape="\\"), func.lower(Company.city).like(pattern, escape="\\")
            )
        )
    return paging.fetch(session, query, _line, page=page, per_page=per_page)


def delete(session: Session, company_id: int) -> None:
    """Forget the company; its contacts stay, without one."""
    session.delete(get(session, company_id))
    session.flush()


def named(session: Session, names: Collection[str]) -> dict[str, int]:
    """The ids of companies by the key of their name, found or made; the oldest when several share a name."""
    wanted: dict[str, str] = {}
    for name in names:
        clean = line(name, field="company", most=_MOST["name"])
        if clean:
            wanted.setdefault(name_key(clean), clean)
    found = _ids(session, wanted)
    missing = {key: name for key, name in wanted.items() if key not in found}
    if missing:
        session.add_all(Company(name=name, name_key=key) for key, name in missing.items())
        session.flush()
        found.update(_ids(session, missing))
    return found


def find(session: Session, name: str) -> int | None:
    """The company of this name, the oldest when there are several; None when there is none."""
    return session.scalar(select(Company.id).where(Company.name_key == name_key(name)).order_by(Company.id).limit(1))


def name_key(name: str) -> str:
    """What two spellings of one company name have in common: case, spaces, dots and commas aside.

    The legal form counts: "Müller GmbH" and "Müller KG" are two companies.
    """
    return " ".join(name.casefold().replace(".", " ").replace(",", " ").split())[:300] or name.casefold()[:300]


def _ids(session: Session, keys: Mapping[str, str]) -> dict[str, int]:
    if not keys:
        return {}
    query = select(Company.name_key, func.min(Company.id)).where(Company.name_key.in_(list(keys)))
    return dict(session.execute(query.group_by(Company.name_key)).all())


def _clean(fields: Mapping[str, Any]) -> dict[str, Any]:
    unknown = set(fields) - set(CompanyFields.__annotations__)
    if unknown:
        raise TypeError(f"a company has no {', '.join(sorted(unknown))}")
    clean: dict[str, Any] = {
        name: line(fields[name], field=name, most=most) for name, most in _MOST.items() if name in fields
    }
    clean |= {name: _entries(name, fields[name]) for name in _LISTS & fields.keys()}
    if "customer_since" in fields:
        clean["customer_since"] = fields["customer_since"]
    return clean


def _entries(field: str, given: Sequence[str]) -> list[str]:
    """Each entry once, in the order given; domains without scheme, path and "www."."""
    found = [line(one, field=field, most=300) for one in given]
    if field == "domains":
        found = [one.casefold().partition("://")[2] or one.casefold() for one in found]
        found = [re.split(r"[/?#:]", one)[0].removeprefix("www.") for one in found]
    kept = list(dict.fromkeys(one for one in found if one))
    if len(kept) > _ENTRIES_MOST:
        raise Invalid(N_("At most %(most)s entries fit here."), field=field, most=_ENTRIES_MOST)
    return kept


def _refuse_double(session: Session, name: str, city: str, *, but: int | None = None) -> None:
    same = select(Company.id).where(Company.name_key == name_key(name), Company.city == city)
    other = session.scalar(same.where(Company.id != but) if but else same)
    if other is not None:
        raise Conflict(N_("There is already a company “%(name)s” in that place."), field="name", name=name)


def _line(row: Any) -> CompanyLine:
    return CompanyLine(*row[:7])
