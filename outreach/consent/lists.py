"""Lists: the topics people subscribe to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from outreach import lines, paging
from outreach.consent.rows import MailingList, Subscription
from outreach.contacts import Contact, display_name
from outreach.errors import N_, Conflict, Invalid, NotFound
from outreach.paging import Page

STATES = ("pending", "confirmed", "unsubscribed")


@dataclass(frozen=True)
class ListLine:
    """A list, with how many people stand where."""

    id: int
    key: str
    name: str
    description: str
    is_public: bool
    language: str
    confirmed: int
    pending: int
    unsubscribed: int
    created_at: datetime


@dataclass(frozen=True)
class Subscriber:
    """Somebody on a list."""

    contact_id: int
    name: str
    email: str | None
    state: str
    changed_at: datetime


def create(
    session: Session, *, name: str, description: str = "", is_public: bool = True, language: str = "de"
) -> MailingList:
    """A new list; raises Invalid, and Conflict when the name is taken."""
    name = _name(session, name)
    made = MailingList(
        key=_free_key(session, name),
        name=name,
        description=_description(description),
        is_public=is_public,
        language=language,
    )
    session.add(made)
    session.flush()
    return made


def update(
    session: Session,
    list_id: int,
    *,
    name: str | None = None,
    description: str | None = None,
    is_public: bool | None = None,
    language: str | None = None,
) -> MailingList:
    """Change what is given; the key stays, for links name it. Raises Invalid, Conflict, NotFound."""
    changed = get(session, list_id)
    if name is not None:
        changed.name = _name(session, name, but=list_id)
    if description is not None:
        changed.description = _description(description)
    if is_public is not None:
        changed.is_public = is_public
    if language is not None:
        changed.language = language
    session.flush()
    return changed


def delete(session: Session, list_id: int) -> None:
    """Forget a list nobody ever stood on; raises Conflict otherwise, for the proofs name it."""
    gone = get(session, list_id)
    if session.scalar(select(Subscription.contact_id).where(Subscription.list_id == list_id).limit(1)) is not None:
        raise Conflict(N_("People are or were on “%(name)s”, so it stays as part of their proof."), name=gone.name)
    session.delete(gone)
    session.flush()


def get(session: Session, list_id: int) -> MailingList:
    """The list; raises NotFound."""
    found = session.get(MailingList, list_id)
    if found is None:
        raise NotFound(N_("There is no such list, or not any more."))
    return found


def by_key(session: Session, key: str) -> MailingList:
    """The list with this key in its address; raises NotFound."""
    found = session.scalar(select(MailingList).where(MailingList.key == key))
    if found is None:
        raise NotFound(N_("There is no such list, or not any more."))
    return found


def by_name(session: Session, name: str) -> MailingList | None:
    """The list of this name, case aside, or None."""
    return session.scalar(select(MailingList).where(func.lower(MailingList.name) == name.strip().lower()))


def list_page(
    session: Session,
    *,
    search: str = "",
    sort: str = "name",
    direction: str = "asc",
    page: int = 1,
    per_page: int = paging.PER_PAGE,
    public_only: bool = False,
) -> Page[ListLine]:
    """Lists with their numbers; `sort` is name, created or confirmed."""
    counts = {state: _count(state) for state in STATES}
    by: dict[str, Any] = {
        "name": func.lower(MailingList.name),
        "created": MailingList.created_at,
        "confirmed": counts["confirmed"],
    }
    order = by.get(sort, by["name"])
    query = select(
        MailingList.id,
        MailingList.key,
        MailingList.name,
        MailingList.description,
        MailingList.is_public,
        MailingList.language,
        counts["confirmed"],
        counts["pending"],
        counts["unsubscribed"],
        MailingList.created_at,
    ).order_by(order.desc() if direction == "desc" else order.asc(), MailingList.id)
    if search.strip():
        query = query.where(func.lower(MailingList.name).like(paging.like(search.strip().lower()), escape="\\"))
    if public_only:
        query = query.where(MailingList.is_public)
    return paging.fetch(session, query, lambda row: ListLine(*row[:-1]), page=page, per_page=per_page)


def subscribers_page(
    session: Session,
    list_id: int,
    *,
    state: str = "",
    search: str = "",
    sort: str = "changed",
    direction: str = "desc",
    page: int = 1,
    per_page: int = paging.PER_PAGE,
) -> Page[Subscriber]:
    """The people on a list, perhaps only those in one state; `sort` is name, email or changed."""
    by: dict[str, Any] = {"name": Contact.last_name, "email": Contact.email_key, "changed": Subscription.changed_at}
    order = by.get(sort, by["changed"])
    query = (
        select(
            Contact.id,
            Contact.title,
            Contact.first_name,
            Contact.last_name,
            Contact.email,
            Subscription.state,
            Subscription.changed_at,
        )
        .join(Subscription, Subscription.contact_id == Contact.id)
        .where(Subscription.list_id == list_id)
        .order_by(order.desc() if direction == "desc" else order.asc(), Contact.id)
    )
    if state:
        query = query.where(Subscription.state == state)
    for word in search.lower().split()[:10]:
        pattern = paging.like(word)
        query = query.where(
            func.lower(Contact.first_name + " " + Contact.last_name + " " + func.coalesce(Contact.email_key, "")).like(
                pattern, escape="\\"
            )
        )
    return paging.fetch(session, query, _subscriber, page=page, per_page=per_page)


def _subscriber(row: Any) -> Subscriber:
    return Subscriber(row[0], display_name(row[1], row[2], row[3], row[4]), row[4], row[5], row[6])


def _count(state: str) -> Any:
    return (
        select(func.count())
        .where(Subscription.list_id == MailingList.id, Subscription.state == state)
        .correlate(MailingList)
        .scalar_subquery()
    )


def _name(session: Session, name: str, *, but: int | None = None) -> str:
    name = lines.line(name, field="name", most=200)
    if not name:
        raise Invalid(N_("A list needs a name."), field="name")
    same = by_name(session, name)
    if same is not None and same.id != but:
        raise Conflict(N_("There is already a list “%(name)s”."), field="name", name=same.name)
    return name


def _description(words: str) -> str:
    if len(words) > 2000:
        raise Invalid(
            N_("%(label)s: this is longer than %(most)s characters."),
            field="description",
            most=2000,
            label=lines.LABELS["description"],
        )
    return words.strip()


def _free_key(session: Session, name: str) -> str:
    key, number = lines.key(name, most=50).replace("_", "-"), 1
    wanted = key
    while session.scalar(select(MailingList.id).where(MailingList.key == wanted)) is not None:
        number += 1
        wanted = f"{key}-{number}"
    return wanted
