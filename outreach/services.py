"""Services: what the freelancer offers. A new or changed one is a reason to write to whoever wished for it.

A wish or an interest fits when it has the service's own words (each entry: all its words), or the whole name; a service
without words of its own is found by any word of its name. Words find what begins with them, endings of the plural left
out: "Webseiten" finds "Webseite" and "Webseitenpflege". A compound that ends in the word needs an entry of its own:
"Führungsschulung" beside "Schulung".
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypedDict, Unpack

from sqlalchemy import JSON, String, Text, func, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column

from outreach import clock, db, facts, lines, search
from outreach.companies import Company
from outreach.contacts import Contact, tags
from outreach.contacts.rows import ContactTag, Tag
from outreach.contacts.store import display_name
from outreach.db import Base, Moment
from outreach.errors import N_, Conflict, Invalid, NotFound
from outreach.facts import Fact
from outreach.history import store as history
from outreach.journal import Tracked
from outreach.paging import Page

WORDS_MOST = 20
#: so many wishes and tags are looked at for one service, the newest first; more is no list to work through
LOOKED_AT = 10_000
_ENDING = re.compile(r"(?:en|er|es|e|n|s)$")
#: words of a name that say nothing of what is offered
_EMPTY = frozenset(
    [
        "neu",
        "neue",
        "neuer",
        "neues",
        "fur",
        "fuer",
        "und",
        "oder",
        "mit",
        "von",
        "vom",
        "zum",
        "zur",
        "der",
        "die",
        "das",
        "den",
        "dem",
        "ein",
        "eine",
        "einer",
        "ihr",
        "ihre",
        "ihren",
        "unser",
        "unsere",
        "auf",
        "aus",
        "bei",
        "nach",
        "uber",
        "the",
        "and",
        "for",
        "with",
        "your",
        "our",
        "new",
        "from",
        "into",
    ]
)


class Service(Tracked, Base):
    """Something the freelancer offers."""

    __tablename__ = "services"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200), unique=True)
    description: Mapped[str] = mapped_column(Text, default="", server_default="")
    #: words by which a wish or interest is recognised, beside the name
    words: Mapped[list[str]] = mapped_column(JSON, default=list, server_default=text("'[]'"))
    #: tags whose contacts are interested
    tags: Mapped[list[str]] = mapped_column(JSON, default=list, server_default=text("'[]'"))
    #: when it became new: made, or changed so that people should hear of it
    news_at: Mapped[datetime] = mapped_column(Moment, default=clock.now)
    created_at: Mapped[datetime] = mapped_column(Moment, default=clock.now)
    archived_at: Mapped[datetime | None] = mapped_column(Moment)


class ServiceFields(TypedDict, total=False):
    """What can be said of a service."""

    name: str
    description: str
    words: Sequence[str]
    tags: Sequence[str]


@dataclass(frozen=True)
class ServiceLine:
    """A service in a list."""

    id: int
    name: str
    description: str
    words: tuple[str, ...]
    tags: tuple[str, ...]
    news_at: datetime
    archived_at: datetime | None


@dataclass(frozen=True)
class Reason:
    """Why somebody waits for a service: what they said, when, and where that is from."""

    #: wish, interest or tag
    why: str
    #: the words of the fact, or the tag
    quote: str
    noted_on: date | None = None
    source: str = ""
    fact_id: int | None = None


@dataclass(frozen=True)
class Interested:
    """Somebody who waits for a service, with every reason; the first is the best."""

    contact_id: int
    name: str
    company: str
    reasons: tuple[Reason, ...]

    @property
    def why(self) -> str:
        """The best reason: wish, interest or tag."""
        return self.reasons[0].why

    @property
    def quote(self) -> str:
        """The words of the best reason."""
        return self.reasons[0].quote

    @property
    def noted_on(self) -> date | None:
        """When the best reason was noted; a tag has no day."""
        return self.reasons[0].noted_on

    @property
    def source(self) -> str:
        """Where the best reason is from."""
        return self.reasons[0].source

    @property
    def fact_id(self) -> int | None:
        """The wish or interest behind the best reason."""
        return self.reasons[0].fact_id


def add(session: Session, **given: Unpack[ServiceFields]) -> Service:
    """A new service, which is news; raises Invalid, and Conflict when there is one of this name."""
    made = Service(words=[], tags=[], description="", news_at=clock.now())
    return _store(session, made, _clean({"name": "", **given}))


def change(session: Session, service_id: int, *, is_news: bool = False, **given: Unpack[ServiceFields]) -> Service:
    """Change what is given, leave the rest; `is_news` makes it new again. Raises Invalid, NotFound, Conflict."""
    found, clean = get(session, service_id), _clean(dict(given))
    if is_news:
        clean["news_at"] = clock.now()
    return _store(session, found, clean)


def archive(session: Session, service_id: int) -> Service:
    """Not offered any more; twice means once."""
    found = get(session, service_id)
    found.archived_at = found.archived_at or clock.now()
    session.flush()
    return found


def restore(session: Session, service_id: int) -> Service:
    """Offered again."""
    found = get(session, service_id)
    found.archived_at = None
    session.flush()
    return found


def get(session: Session, service_id: int) -> Service:
    """The service; raises NotFound."""
    found = session.get(Service, service_id)
    if found is None:
        raise NotFound(N_("There is no such service, or not any more."))
    return found


def list_all(session: Session, *, archived: bool = False) -> Sequence[ServiceLine]:
    """What is offered, the newest first; with `archived` what no longer is."""
    wanted = Service.archived_at.is_not(None) if archived else Service.archived_at.is_(None)
    query = select(Service).where(wanted).order_by(Service.news_at.desc(), Service.id.desc()).limit(1000)
    return [
        ServiceLine(one.id, one.name, one.description, tuple(one.words), tuple(one.tags), one.news_at, one.archived_at)
        for one in session.scalars(query)
    ]


def interested(session: Session, service_id: int, today: date) -> Sequence[Interested]:
    """Everybody who waits for this service: with an open wish, then with an interest, then with a tag; newest first.

    One line per contact with all reasons. Nobody who is muted, died or is gone. Raises NotFound.
    """
    return interested_page(session, service_id, today).rows


def interested_page(
    session: Session, service_id: int, today: date, *, page: int = 1, per_page: int | None = None
) -> Page[Interested]:
    """The same, page by page: only the people of one page are looked up; all of them without `per_page`."""
    service = get(session, service_id)
    reasons: dict[int, list[Reason]] = {}
    for contact_id, reason in [*_said(session, service, today), *_tagged(session, service)]:
        reasons.setdefault(contact_id, []).append(reason)
    size = per_page or max(1, len(reasons))
    chosen = list(reasons)[(page - 1) * size : page * size]
    names = _names(session, chosen)
    rows = [Interested(one, *names[one], tuple(reasons[one])) for one in chosen if one in names]
    return Page(rows, page, size, len(reasons))


def count_waiting(session: Session, service_id: int, today: date, *, most: int = 1000) -> int:
    """How many people wait; of wishes and of tags, no more than `most` are looked at."""
    service = get(session, service_id)
    reasons = [*_said(session, service, today, most=most), *_tagged(session, service, most=most)]
    return len({contact_id for contact_id, _reason in reasons})


def phrases(name: str, words: Collection[str]) -> list[list[str]]:
    """What is looked for: beginnings of words; each inner list has to be there as a whole. Empty: nothing to look for."""
    of_name = _beginnings(name)
    found = [of_name] if words else [[one] for one in of_name]
    found += [_beginnings(entry) or search.terms(entry) for entry in words]
    return [list(one) for one in dict.fromkeys(tuple(one) for one in found if one)]


def _beginnings(words: str) -> list[str]:
    """The telling words, without the ending of a plural."""
    telling = [one for one in search.terms(words) if one not in _EMPTY and len(one) > 1]
    return [_ENDING.sub("", one) if len(one) >= 6 else one for one in telling]  # noqa: PLR2004


def _said(session: Session, service: Service, today: date, *, most: int = LOOKED_AT) -> Iterable[tuple[int, Reason]]:
    wanted = phrases(service.name, service.words)
    if not wanted:
        return []
    # PostgreSQL: the GIN index on facts.search gives the few rows with the words, and these are joined and sorted.
    if db.is_sqlite(session):
        match = " OR ".join("(" + " AND ".join(f'"{one}"*' for one in phrase) + ")" for phrase in wanted)
        has_words = text("facts.id IN (SELECT rowid FROM facts_search WHERE facts_search MATCH :words)")
    else:
        match = " | ".join("(" + " & ".join(f"'{one}':*" for one in phrase) + ")" for phrase in wanted)
        has_words = text("facts.search @@ CAST(:words AS tsquery)")
    order = (Fact.kind.desc(), Fact.noted_on.desc(), Fact.id.desc())  # wish before interest
    found = facts.open_wishes(today=today).where(has_words).order_by(*order).limit(most).subquery()
    query = (
        select(found.c.contact_id, found.c.kind, found.c.text, found.c.noted_on, found.c.source, found.c.id)
        .join(Contact, Contact.id == found.c.contact_id)
        .where(Contact.gone == "", Contact.deceased_at.is_(None), Contact.muted_at.is_(None))
        .order_by(found.c.kind.desc(), found.c.noted_on.desc(), found.c.id.desc())
    )
    rows = session.execute(query, {"words": match})
    return [(row[0], Reason(row[1], row[2], row[3], row[4], row[5])) for row in rows]


def _tagged(session: Session, service: Service, *, most: int = LOOKED_AT) -> Iterable[tuple[int, Reason]]:
    if not service.tags:
        return []
    query = (
        select(ContactTag.contact_id, Tag.name)
        .join(Tag, Tag.id == ContactTag.tag_id)
        .join(Contact, Contact.id == ContactTag.contact_id)
        .where(Tag.key.in_([tags.key(name) for name in service.tags]))
        .where(Contact.gone == "", Contact.deceased_at.is_(None), Contact.muted_at.is_(None))
        .order_by(ContactTag.contact_id.desc(), Tag.key)
        .limit(most)
    )
    return [(contact_id, Reason("tag", name)) for contact_id, name in session.execute(query)]


def _names(session: Session, contact_ids: Sequence[int]) -> dict[int, tuple[str, str]]:
    found: dict[int, tuple[str, str]] = {}
    for first in range(0, len(contact_ids), 5000):
        query = (
            select(Contact.id, Contact.title, Contact.first_name, Contact.last_name, Contact.email, Company.name)
            .outerjoin(Company, Company.id == Contact.company_id)
            .where(Contact.id.in_(contact_ids[first : first + 5000]))
        )
        for row in session.execute(query):
            found[row[0]] = (display_name(row[1], row[2], row[3], row[4]), row[5] or "")
    return found


def _store(session: Session, row: Service, values: dict[str, Any]) -> Service:
    name = values.get("name", row.name)
    taken = Conflict(N_("There is already a service “%(name)s”."), field="name", name=name)
    same = select(Service.id).where(func.lower(Service.name) == name.lower())
    if row.id is not None:
        same = same.where(Service.id != row.id)
    if session.scalar(same.limit(1)) is not None:
        raise taken
    try:
        with session.begin_nested():
            for column, value in values.items():
                setattr(row, column, value)
            session.add(row)
    except IntegrityError:  # the same name a moment ago
        raise taken from None
    return row


def _clean(given: dict[str, Any]) -> dict[str, Any]:
    if "name" in given:
        given["name"] = lines.line(given["name"], field="name", most=200)
        if not given["name"]:
            raise Invalid(N_("Give the service a name."), field="name")
    if "description" in given:
        given["description"] = history.paragraph(given["description"], field="description", most=5000)
    for name in ("words", "tags"):
        if name in given:
            each = [lines.line(one, field=name, most=100) for one in given[name]]
            given[name] = list(dict.fromkeys(one for one in each if one))
            if len(given[name]) > WORDS_MOST:
                raise Invalid(N_("At most %(most)s entries fit here."), field=name, most=WORDS_MOST)
    return given
