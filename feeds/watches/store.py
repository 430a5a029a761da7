"""Watches of one customer: seen, corrected, added by hand, and taught by "wrong company"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from feeds import names
from feeds.names.ordinary import Ordinary, ordinary
from feeds.rows import Entry, Match, Watch
from outreach import companies, lines
from outreach.contacts import Contact
from outreach.contacts.store import display_name
from outreach.errors import N_, Conflict, Invalid, NotFound

WORDS_MOST = 20
WORD_LENGTH_MOST = 60
#: of so many entries seen last, how many carry a name
LOOKED_AT = 5_000
#: from this share on a name is said to be ordinary
ORDINARY_SHARE = 0.01
KINDS = ("company", "person", "competitor", "topic", "wish", "fair")


@dataclass(frozen=True)
class WatchLine:
    """A watch as a person reads it. `share`: of the articles seen last, how many carry the bare name; None: too few."""

    id: int
    kind: str
    name: str
    contact_id: int | None
    contact: str
    forms: Sequence[str]
    #: forms the computer looks for by itself, and further ones it proposes
    proposed: Sequence[str]
    refused: Sequence[str]
    required: Sequence[str]
    excluded: Sequence[str]
    is_medium: bool
    is_on: bool
    origin: str
    #: an everyday word, a first or last name, a town
    is_ordinary: bool
    articles_with: int = 0
    articles_seen: int = 0

    @property
    def share(self) -> float | None:
        """The part of the articles that carry the name."""
        return self.articles_with / self.articles_seen if self.articles_seen >= 50 else None

    @property
    def warns(self) -> bool:
        """Whether a town or a second word should be asked for."""
        return not self.required and (self.is_ordinary or (self.share or 0.0) >= ORDINARY_SHARE)


def of_company(session: Session, company_id: int) -> Sequence[WatchLine]:
    """What is looked for at a company, its own name first. Raises NotFound."""
    companies.get(session, company_id)
    return _lines(session, Watch.company_id == company_id)


def of_contact(session: Session, contact_id: int) -> Sequence[WatchLine]:
    """What is looked for, for somebody without a company."""
    return _lines(session, and_(Watch.contact_id == contact_id, Watch.company_id.is_(None)))


def get(session: Session, watch_id: int) -> Watch:
    """The watch; raises NotFound."""
    found = session.get(Watch, watch_id)
    if found is None:
        raise NotFound(N_("There is nothing at this address."))
    return found


def add(session: Session, *, company_id: int, kind: str, name: str, now: datetime) -> Watch:
    """Look for something more at a company. Raises Invalid, Conflict, NotFound."""
    companies.get(session, company_id)
    if kind not in KINDS or kind in ("company", "fair"):
        raise Invalid(N_("Choose what to look for."), field="kind")
    name = lines.line(name, field="name", most=200)
    if len(name) < 2:
        raise Invalid(N_("Write what to look for."), field="name")
    key = f"company:{company_id}:{kind}:{lines.key(name, most=250)}"
    found = session.scalar(select(Watch).where(Watch.key == key))
    if found is not None and found.removed_at is None:
        raise Conflict(N_("This is looked for already."), field="name")
    made = found or Watch(key=key, company_id=company_id, kind=kind, created_at=now)
    made.name, made.origin, made.is_on, made.removed_at, made.changed_at = name, "person", True, None, now
    session.add(made)
    session.flush()
    return made


def change(
    session: Session,
    watch_id: int,
    *,
    now: datetime,
    forms: Sequence[str] | None = None,
    refused: Sequence[str] | None = None,
    required: Sequence[str] | None = None,
    excluded: Sequence[str] | None = None,
    is_medium: bool | None = None,
    is_on: bool | None = None,
) -> Watch:
    """Correct a watch: change what is given, leave the rest. Raises NotFound, Invalid."""
    found = get(session, watch_id)
    if forms is not None:
        found.forms = _words(forms, "spellings")
    if refused is not None:
        found.refused_forms = _words(refused, "refused")
    if required is not None:
        found.required = _words(required, "required")
    if excluded is not None:
        found.excluded = _words(excluded, "excluded")
    both = {one.casefold() for one in found.required} & {one.casefold() for one in found.excluded}
    if both:
        raise Invalid(N_("“%(word)s” cannot be needed and forbidden at once."), field="excluded", word=both.pop())
    found.is_medium = found.is_medium if is_medium is None else is_medium
    found.is_on = found.is_on if is_on is None else is_on
    found.changed_at = now
    session.flush()
    return found


def remove(session: Session, watch_id: int, *, now: datetime) -> None:
    """Look for it no more: what a person added goes, what comes from the file is switched off. Raises NotFound."""
    found = get(session, watch_id)
    found.is_on, found.changed_at = False, now
    if found.origin == "person":
        found.removed_at = now
    session.flush()


def teach(
    session: Session, match_id: int, *, required: Sequence[str] = (), excluded: Sequence[str] = (), now: datetime
) -> Watch | None:
    """It was another company: the words tell them apart from now on. Gives the watch; None when it is gone.

    Raises NotFound, Invalid.
    """
    match = session.get(Match, match_id)
    if match is None:
        raise NotFound(N_("There is nothing at this address."))
    match.verdict = "wrong"
    watch = session.get(Watch, match.watch_id) if match.watch_id is not None else None
    if watch is None:
        session.flush()
        return None
    return change(
        session,
        watch.id,
        required=list(dict.fromkeys([*watch.required, *required])),
        excluded=list(dict.fromkeys([*watch.excluded, *excluded])),
        now=now,
    )


def weigh(session: Session, watch_id: int) -> tuple[int, int]:
    """Of the entries seen last, how many carry the bare name in headline or excerpt, and how many were looked at."""
    found = get(session, watch_id)
    bare = names.core(found.name) or found.name
    last = select(Entry.title, Entry.excerpt).order_by(Entry.id.desc()).limit(LOOKED_AT).subquery()
    pattern = f"%{bare.replace('%', '').replace('_', '')}%"
    carries = or_(last.c.title.ilike(pattern), last.c.excerpt.ilike(pattern))
    seen = session.scalar(select(func.count()).select_from(last)) or 0
    have = session.scalar(select(func.count()).select_from(last).where(carries)) or 0
    return have, seen


def _lines(session: Session, whose: Any) -> Sequence[WatchLine]:
    query = (
        select(Watch, Contact.title, Contact.first_name, Contact.last_name, Contact.email)
        .outerjoin(Contact, Contact.id == Watch.contact_id)
        .where(whose, Watch.removed_at.is_(None))
        .limit(500)
    )
    found = [_line(session, row) for row in session.execute(query)]
    return sorted(found, key=lambda one: (KINDS.index(one.kind), one.name.casefold()))


def _line(session: Session, row: Any) -> WatchLine:
    watch: Watch = row[0]
    is_name = watch.kind in ("company", "competitor")
    have, seen = weigh(session, watch.id) if watch.kind == "company" else (0, 0)
    taken = {one.casefold() for one in (*watch.forms, *watch.refused_forms)}
    proposed = names.proposals(watch.name) if is_name else ()
    return WatchLine(
        id=watch.id, kind=watch.kind, name=watch.name, contact_id=watch.contact_id,
        contact=display_name(row[1], row[2], row[3], row[4]) if watch.contact_id is not None else "",
        forms=list(watch.forms), proposed=[one for one in proposed if one.casefold() not in taken],
        refused=list(watch.refused_forms), required=list(watch.required), excluded=list(watch.excluded),
        is_medium=watch.is_medium, is_on=watch.is_on, origin=watch.origin,
        is_ordinary=is_name and ordinary(names.core(watch.name) or watch.name) != Ordinary.NO,
        articles_with=have, articles_seen=seen,
    )  # fmt: skip


def _words(given: Sequence[str], field: str) -> list[str]:
    words = [lines.line(one, field=field, most=WORD_LENGTH_MOST) for one in given]
    clean = list(dict.fromkeys(one for one in words if one))
    if any(len(one) < 2 for one in clean):
        raise Invalid(N_("A word needs two letters at least."), field=field)
    if len(clean) > WORDS_MOST:
        raise Invalid(N_("At most %(most)s words."), field=field, most=WORDS_MOST)
    return clean
