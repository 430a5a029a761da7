"""A confirmed line goes into the customer file: one change set, so one click takes all of it back.

read(line) ──▶ shown with whom it may be about ──▶ a person picks, looks, corrects ──▶ save()
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from outreach import companies, contacts, dates, facts, journal, tasks
from outreach.care import complaints, gifts
from outreach.errors import N_, Invalid
from outreach.history import store as history
from outreach.history.rows import Kind
from outreach.quick.known import Names
from outreach.quick.parse import parse, settle, settle_at
from outreach.quick.proposal import Birthday, Candidate, Parsed
from outreach.quick.propose import Suggestion, suggestions

SOURCE = "quick entry"


@dataclass(frozen=True)
class Read:
    """A line as it was read. Without a chosen contact or company, `suggestions` has whom it may be about."""

    parsed: Parsed
    suggestions: Sequence[Suggestion]
    contact_id: int | None = None
    company_id: int | None = None
    name: str = ""


@dataclass(frozen=True)
class KeptFact:
    """A fact the person left ticked."""

    kind: str
    text: str
    valid_until: date | None = None


@dataclass(frozen=True)
class KeptTask:
    """A task the person left ticked."""

    text: str
    due_on: date | None = None


@dataclass(frozen=True)
class Confirmed:
    """What the person confirmed. `at` is a moment (the day's noon where the person is), `amount` cents."""

    kind: str
    at: datetime
    on: date
    text: str
    contact_id: int | None = None
    company_id: int | None = None
    amount: int | None = None
    facts: Sequence[KeptFact] = ()
    tasks: Sequence[KeptTask] = ()
    birthday: Birthday | None = None
    #: a gift above the tax line all the same
    despite_line: bool = False


@dataclass(frozen=True)
class Saved:
    """Where the entry went, and the change set that takes it back."""

    contact_id: int | None
    company_id: int | None
    set_id: int | None


def read(
    session: Session,
    line: str,
    today: date,
    *,
    contact_id: int | None = None,
    company_id: int | None = None,
    words: str = "",
    names: Names | None = None,
) -> Read:
    """Read a line, with its people; once somebody is chosen, `words` are the letters that name them.

    Raises NotFound when whoever was chosen is gone.
    """
    parsed = parse(line, today)
    if contact_id is None and company_id is None:
        return Read(parsed, suggestions(session, parsed, names=names) if line.strip() else ())
    if contact_id is not None:
        found = contacts.get(session, contact_id)
        name = contacts.display_name(found.title, found.first_name, found.last_name, found.email)
    else:
        name = companies.get(session, company_id or 0).name
    return Read(_settled(parsed, words, name), (), contact_id, company_id, name)


def save(session: Session, entry: Confirmed, *, user_id: int | None, zone: str = "UTC") -> Saved:
    """Store what was confirmed; raises Invalid for what cannot be, NotFound when the contact is gone.

    A gift above the tax line raises gifts.GiftTooDear, once. `zone` is where the person is.
    """
    if entry.contact_id is None and entry.company_id is None:
        raise Invalid(N_("Choose whom this is about."), field="contact_id")
    session.flush()
    journal.begin(session, "quick_entry")
    whom: dict[str, Any] = {
        "contact_id": entry.contact_id,
        "company_id": None if entry.contact_id is not None else entry.company_id,
    }
    touchpoint_id = None if entry.kind == "task" else _note(session, entry, whom, user_id, zone)
    source = f"{entry.on.day}.{entry.on.month}.{entry.on.year}"
    for fact in entry.facts:
        facts.add(
            session, **whom, kind=fact.kind, text=fact.text, noted_on=min(entry.on, entry.at.date()), source=source,
            valid_until=fact.valid_until, touchpoint_id=touchpoint_id, user_id=user_id,
        )  # fmt: skip
    for task in entry.tasks:
        tasks.add(session, **whom, text=task.text, due_on=task.due_on, user_id=user_id, created_by_id=user_id)
    if entry.birthday is not None and entry.contact_id is not None:
        day = entry.birthday
        dates.put(session, contact_id=entry.contact_id, kind="birthday", year=day.year, month=day.month, day=day.day)
    return Saved(entry.contact_id, whom["company_id"], journal.last_set(session))


def _note(session: Session, entry: Confirmed, whom: dict[str, Any], user_id: int | None, zone: str) -> int | None:
    if entry.kind == Kind.COMPLAINT and entry.contact_id is not None:
        return complaints.open(
            session, entry.contact_id, entry.text, entry.at, user_id, zone=zone, source=SOURCE
        ).touchpoint_id
    if entry.kind == Kind.GIFT and entry.contact_id is not None:
        gift = gifts.give(
            session, entry.contact_id, what=entry.text, amount=entry.amount, on=entry.on, user_id=user_id,
            despite_line=entry.despite_line, source=SOURCE,
        )  # fmt: skip
        return gift.touchpoint_id
    made = history.add(
        session,
        **whom,
        kind=entry.kind,
        at=entry.at,
        text=entry.text,
        amount=entry.amount,
        source=SOURCE,
        user_id=user_id,
    )
    return made.id


def _settled(parsed: Parsed, words: str, name: str) -> Parsed:
    """Without its name: the letters that were picked, else whatever part of the name stands in the line."""
    if parsed.who:
        return parsed
    at = parsed.line.find(words) if words else -1
    picked = next((one for one in parsed.candidates if one.text == words), None)
    if picked is None and at >= 0:
        picked = Candidate(at, at + len(words), words)
    settled = settle_at(parsed, picked) if picked is not None else settle(parsed, name)
    return settled if settled.who else replace(settled, who=name)
