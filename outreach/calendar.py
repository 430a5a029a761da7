"""The calendar feed: birthdays, other days, follow-ups and tasks, for the person's own calendar. Read only.

    users.calendar_version ── sealed ──▶ /calendar/<token>.ics ──▶ owner(token) ──▶ feed() ──▶ RFC 5545

Everything is an all-day VEVENT that leaves the day free (TRANSPARENT), also tasks: the calendars people subscribe with
(Google, Apple, Outlook) leave out VTODO. Yearly days stand there as single days of the next two years, not as a rule: so 29 February is kept on the 28th where there is none, and the birthday says how old somebody gets. UIDs are made of
the row's number and the year, so a calendar changes an entry instead of adding another one. Nothing of a customer stands
in it but the name, and the address of the card, which asks for signing in.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlsplit

from icalendar import Calendar, Event
from sqlalchemy import and_, case, or_, select
from sqlalchemy.orm import Session

from outreach import dates, facts
from outreach.companies import Company
from outreach.contacts import Contact
from outreach.contacts.store import display_name
from outreach.dates import SpecialDay
from outreach.errors import N_, BadToken
from outreach.facts import Fact
from outreach.house import House
from outreach.tasks import Task
from outreach.users import User

#: a calendar with more of one kind is no help, and no program likes to load it
MOST = 500
DAYS_AHEAD = 2 * 365
#: overdue follow-ups and tasks stay this long on their day
DAYS_BACK = 90
#: how far back days that were stay
DAYS_SHOWN_BACK = 31
EVERYBODY, MINE = 0, 1
Say = Callable[[str, Mapping[str, Any]], str]

_SENTENCES = {
    "birthday": (N_("Birthday: %(name)s"), N_("Birthday: %(name)s (%(years)s)")),
    "founding": (N_("Founding day: %(name)s"), N_("Founding day: %(name)s (%(years)s)")),
    "first_order": (N_("First order: %(name)s"), N_("First order: %(name)s (%(years)s)")),
    "contract_end": (N_("Contract ends: %(name)s"), N_("Contract ends: %(name)s")),
    "other": (N_("%(what)s: %(name)s"), N_("%(what)s: %(name)s (%(years)s)")),
}
FOLLOW_UP = N_("Get in touch: %(name)s")
TO_DO = N_("To do: %(what)s")
TO_DO_ABOUT = N_("To do: %(what)s (%(name)s)")
PROMISE = N_("Promise due: %(what)s (%(name)s)")
NAMELESS = N_("a contact without a name")
TITLE = N_("Outreach: customers")


@dataclass(frozen=True)
class Holder:
    """Whoever holds the secret address: the user, and whether only what is theirs is in it."""

    user: User
    is_mine: bool


@dataclass(frozen=True)
class _Entry:
    uid: str
    on: date
    summary: str
    path: str
    changed_at: datetime


def path(house: House, user: User, *, mine: bool = False) -> str:
    """The path of the secret address; whoever knows it reads the calendar without signing in."""
    token = house.sealer.seal("calendar", user.id, user.calendar_version, MINE if mine else EVERYBODY)
    return f"/calendar/{token}.ics"


def url(house: House, user: User, *, mine: bool = False) -> str:
    """The secret address as calendars want it."""
    return house.url(path(house, user, mine=mine))


def renew(session: Session, user: User) -> None:
    """A new address; the old one leads nowhere from now on."""
    user.calendar_version += 1
    session.flush()


def holder(session: Session, house: House, token: str) -> Holder:
    """Whose address this is; raises BadToken for an old one, and for people who may not sign in any more."""
    numbers = house.sealer.open("calendar", token)
    user = session.get(User, numbers[0]) if len(numbers) == 3 else None  # noqa: PLR2004
    if user is None or user.disabled_at is not None or user.calendar_version != numbers[1]:
        raise BadToken(N_("This link is not valid any more."))
    return Holder(user, numbers[2] == MINE)


def feed(session: Session, house: House, who: Holder, *, today: date, say: Say | None = None) -> bytes:
    """The calendar as RFC 5545 wants it; the same bytes as long as nothing changed. `say` translates."""
    speak = say or (lambda sentence, values: sentence % values if values else sentence)
    calendar = Calendar()
    calendar.add("prodid", "-//Outreach//Customer file//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("x-wr-calname", speak(TITLE, {}))
    calendar.add("refresh-interval;value=duration", "PT6H")
    calendar.add("x-published-ttl", "PT6H")
    for entry in _entries(session, who, today, speak):
        calendar.add_component(_event(house, entry))
    written: bytes = calendar.to_ical()
    return written


def etag(content: bytes) -> str:
    """What tells one state of the calendar from another."""
    return hashlib.sha256(content).hexdigest()[:32]


def _event(house: House, entry: _Entry) -> Event:
    event = Event()
    host = urlsplit(house.settings.public_url).hostname or "outreach"
    event.add("uid", f"{entry.uid}@{host}")
    event.add("dtstamp", entry.changed_at)
    event.add("last-modified", entry.changed_at)
    event.add("dtstart", entry.on)
    event.add("dtend", entry.on + timedelta(days=1))
    event.add("summary", entry.summary)
    event.add("url", house.url(entry.path))
    event.add("transp", "TRANSPARENT")
    event.add("class", "PRIVATE")
    return event


def _entries(session: Session, who: Holder, today: date, say: Say) -> Iterator[_Entry]:
    yield from _days(session, who, today, say)
    yield from _follow_ups(session, who, today, say)
    yield from _tasks(session, who, today, say)
    yield from _promises(session, who, today, say)


def _days(session: Session, who: Holder, today: date, say: Say) -> Iterator[_Entry]:
    for row in _rows_of_days(session, who, today):
        name = row.company if row.contact_id is None else _name(row, say)
        for on in _occurrences(row, today):
            years = on.year - row.year if row.year is not None and row.is_yearly else 0
            sentence = _SENTENCES[row.kind][1 if years > 0 else 0]
            summary = say(sentence, {"name": name, "years": years, "what": row.label})
            where = f"/contacts/{row.contact_id}" if row.contact_id is not None else f"/companies/{row.company_id}"
            changed = row.contact_changed if row.contact_id is not None else row.company_made
            yield _Entry(f"day-{row.id}-{on.year}", on, summary, where, changed)


def _occurrences(row: Any, today: date) -> list[date]:
    """The times a day comes between a month ago and two years ahead."""
    first, last = today - timedelta(days=DAYS_SHOWN_BACK), today + timedelta(days=DAYS_AHEAD)
    found, at = [], first
    while (at_next := _next(row, at)) is not None and at_next <= last:
        found.append(at_next)
        at = at_next + timedelta(days=1)
    return found


def _next(row: Any, today: date) -> date | None:
    return dates.next_time(year=row.year, month=row.month, day=row.day, is_yearly=row.is_yearly, today=today)


def _rows_of_days(session: Session, who: Holder, today: date) -> Iterable[Any]:
    """The soonest days, month by month, so that the index gives them in order and the rest is never read."""
    alive = and_(Contact.gone == "", Contact.deceased_at.is_(None))
    query = (
        select(
            SpecialDay.id, SpecialDay.contact_id, SpecialDay.company_id, SpecialDay.kind, SpecialDay.label, SpecialDay.year,
            SpecialDay.month, SpecialDay.day, SpecialDay.is_yearly, Contact.title, Contact.first_name, Contact.last_name,
            Contact.updated_at.label("contact_changed"), Company.name.label("company"),
            Company.created_at.label("company_made"),
        )
        .outerjoin(Contact, Contact.id == SpecialDay.contact_id)
        .outerjoin(Company, Company.id == SpecialDay.company_id)
        .where(or_(SpecialDay.contact_id.is_(None), alive))
        .where(dates.not_over(today - timedelta(days=DAYS_SHOWN_BACK)))
        .order_by(SpecialDay.day, SpecialDay.id)
    )  # fmt: skip
    if who.is_mine:  # few among many: the months would be read one by one to find them
        is_mine = or_(SpecialDay.contact_id.is_(None), Contact.owner_id == who.user.id)
        months = case((SpecialDay.month < today.month, SpecialDay.month + 12), else_=SpecialDay.month)
        mine = query.where(is_mine, SpecialDay.month.is_not(None)).order_by(None).order_by(months, SpecialDay.day)
        return session.execute(mine.limit(MOST)).all()
    found: list[Any] = []
    for ahead in range(12):
        month = (today.month - 1 + ahead) % 12 + 1
        if len(found) < MOST:
            found += session.execute(query.where(SpecialDay.month == month).limit(MOST - len(found))).all()
    return found


def _follow_ups(session: Session, who: Holder, today: date, say: Say) -> Iterator[_Entry]:
    query = (
        select(Contact.id, Contact.title, Contact.first_name, Contact.last_name, Contact.due_on, Contact.updated_at)
        .where(Contact.due_on >= today - timedelta(days=DAYS_BACK), Contact.gone == "", Contact.deceased_at.is_(None))
        .order_by(Contact.due_on, Contact.id)
        .limit(MOST)
    )
    if who.is_mine:
        query = query.where(Contact.owner_id == who.user.id)
    for row in session.execute(query):
        if row.due_on is not None:
            text = say(FOLLOW_UP, {"name": _name(row, say)})
            yield _Entry(f"follow-up-{row.id}", row.due_on, text, f"/contacts/{row.id}", row.updated_at)


def _tasks(session: Session, who: Holder, today: date, say: Say) -> Iterator[_Entry]:
    query = (
        select(
            Task.id, Task.text, Task.kind, Task.due_on, Task.created_at, Task.contact_id, Contact.title, Contact.first_name,
            Contact.last_name, Company.name.label("company"),
        )
        .outerjoin(Contact, Contact.id == Task.contact_id)
        .outerjoin(Company, Company.id == Task.company_id)
        .where(Task.done_at.is_(None), Task.due_on >= today - timedelta(days=DAYS_BACK))
        .order_by(Task.due_on, Task.id)
        .limit(MOST)
    )  # fmt: skip
    if who.is_mine:
        query = query.where(or_(Task.user_id == who.user.id, Task.user_id.is_(None)))
    for row in session.execute(query):
        about = _name(row, say) if row.contact_id is not None else row.company or ""
        what = _own_words(row.text, say) if row.kind else row.text
        text = say(TO_DO_ABOUT, {"what": what, "name": about}) if about else say(TO_DO, {"what": what})
        yield _Entry(f"task-{row.id}", row.due_on, text, "/tasks", row.created_at)


def _promises(session: Session, who: Holder, today: date, say: Say) -> Iterator[_Entry]:
    query = (
        select(
            Fact.id, Fact.text, Fact.valid_until, Fact.noted_on, Fact.contact_id, Contact.title, Contact.first_name,
            Contact.last_name,
        )
        .join(Contact, Contact.id == Fact.contact_id)
        .where(Fact.kind == facts.Kind.PROMISE, Fact.closed_at.is_(None), Contact.gone == "")
        .where(Contact.deceased_at.is_(None))
        .where(Fact.valid_until >= today - timedelta(days=DAYS_BACK))
        .order_by(Fact.valid_until, Fact.id)
        .limit(MOST)
    )  # fmt: skip
    if who.is_mine:
        query = query.where(Contact.owner_id == who.user.id)
    for row in session.execute(query):
        text = say(PROMISE, {"what": row.text[:200], "name": _name(row, say)})
        noted = datetime.combine(row.noted_on, time(12), tzinfo=UTC)
        yield _Entry(f"promise-{row.id}", row.valid_until, text, f"/contacts/{row.contact_id}", noted)


def _own_words(text: str, say: Say) -> str:
    """A task the program wrote: what stands before the colon is ours, and translated."""
    before, colon, rest = text.partition(": ")
    return (say(before, {}) if before else "") + colon + rest


def _name(row: Any, say: Say) -> str:
    return display_name(row.title or "", row.first_name or "", row.last_name or "", None) or say(NAMELESS, {})
