"""Segments kept by name, counted, and shown with the people in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from campaigns.rows import Campaign, Segment
from campaigns.segments import compile, fields, filters
from campaigns.segments.compile import contact_ids
from campaigns.segments.explain import Explanation, Said, describe, explain
from campaigns.segments.fields import FieldSpec
from outreach import contacts, lines, paging
from outreach.clock import now as this_moment
from outreach.consent.rows import MailingList
from outreach.contacts import ContactLine, custom
from outreach.errors import N_, Conflict, Invalid, NotFound
from outreach.paging import Page

__all__ = [
    "Explanation", "FieldSpec", "Said", "SegmentLine", "by_name", "catalogue", "contact_ids", "count", "create", "delete",
    "describe", "explain", "get", "list_page", "people_page", "preview", "update",
]  # fmt: skip


@dataclass(frozen=True)
class SegmentLine:
    """A segment in a list."""

    id: int
    name: str
    campaigns: int
    created_at: datetime
    updated_at: datetime


def create(session: Session, *, name: str, filter: object) -> Segment:
    """A new segment; raises Invalid for a bad name or filter, Conflict when the name is taken."""
    made = Segment(name=_name(session, name), filter=checked(session, filter))
    session.add(made)
    session.flush()
    return made


def update(session: Session, segment_id: int, *, name: str | None = None, filter: object = None) -> Segment:
    """Another name, another filter; raises as `create` does, and NotFound."""
    changed = get(session, segment_id)
    if name is not None:
        changed.name = _name(session, name, but=segment_id)
    if filter is not None:
        changed.filter = checked(session, filter)
    session.flush()
    return changed


def delete(session: Session, segment_id: int) -> None:
    """Forget the segment; raises Conflict, naming it, while a newsletter uses it."""
    gone = get(session, segment_id)
    user = session.scalar(select(Campaign.name).where(Campaign.segment_id == segment_id).order_by(Campaign.id).limit(1))
    if user is not None:
        raise Conflict(N_("The newsletter “%(name)s” uses this segment."), name=user)
    session.delete(gone)
    session.flush()


def get(session: Session, segment_id: int) -> Segment:
    """The segment; raises NotFound."""
    found = session.get(Segment, segment_id)
    if found is None:
        raise NotFound(N_("There is no such segment, or not any more."))
    return found


def by_name(session: Session, name: str) -> Segment:
    """The segment of this name, case aside; raises NotFound."""
    found = session.scalar(select(Segment).where(func.lower(Segment.name) == name.strip().lower()))
    if found is None:
        raise NotFound(N_("There is no segment “%(name)s”."), name=lines.shown(name, 100))
    return found


def list_page(
    session: Session, *, search: str = "", sort: str = "name", direction: str = "asc", page: int = 1,
    per_page: int = paging.PER_PAGE,
) -> Page[SegmentLine]:  # fmt: skip
    """Segments with the number of newsletters that use them; `sort` is name, created or updated."""
    used = select(func.count()).where(Campaign.segment_id == Segment.id).scalar_subquery()
    by: dict[str, Any] = {
        "name": func.lower(Segment.name),
        "created": Segment.created_at,
        "updated": Segment.updated_at,
    }
    order = by.get(sort, by["name"])
    query = select(Segment.id, Segment.name, used, Segment.created_at, Segment.updated_at)
    query = query.order_by(order.desc() if direction == "desc" else order.asc(), Segment.id)
    if search.strip():
        query = query.where(func.lower(Segment.name).like(paging.like(search.strip().lower()), escape="\\"))
    return paging.fetch(session, query, lambda row: SegmentLine(*row[:-1]), page=page, per_page=per_page)


def count(session: Session, filter: object, now: datetime | None = None) -> int:
    """How many contacts the filter means now; raises Invalid for a bad one."""
    return session.scalar(compile.count(session, filter, now or this_moment())) or 0


def preview(session: Session, filter: object, now: datetime | None = None, *, first: int = 20) -> Sequence[ContactLine]:
    """The first people the filter means, newest first."""
    among = contact_ids(session, filter, now or this_moment())
    return contacts.list_page(session, among=among, sort="created", direction="desc", per_page=first).rows


def people_page(
    session: Session, filter: object, now: datetime | None = None, *, search: str = "", sort: str = "name",
    direction: str = "asc", page: int = 1, per_page: int = paging.PER_PAGE,
) -> Page[ContactLine]:  # fmt: skip
    """Everybody the filter means, as a list of contacts."""
    among = contact_ids(session, filter, now or this_moment())
    return contacts.list_page(session, among=among, search=search, sort=sort, direction=direction, page=page,
                              per_page=per_page)  # fmt: skip


def catalogue(session: Session) -> list[FieldSpec]:
    """Every field with its operators, for the form builder."""
    return fields.catalogue(custom.specs(session))


def checked(session: Session, filter: object) -> dict[str, Any]:
    """The filter in the form it is stored in; raises Invalid, also when it speaks of a list or newsletter that is not."""
    known = custom.specs(session)
    parsed = filters.parse(filter, known)
    for leaf in filters.leaves(parsed):
        if leaf.field == "list" and session.get(MailingList, leaf.value) is None:
            raise Invalid(N_("There is no such list, or not any more."), field="filter")
        if leaf.field == "campaign" and leaf.value != "any" and session.get(Campaign, leaf.value) is None:
            raise Invalid(N_("There is no such newsletter, or not any more."), field="filter")
    return filters.to_json(parsed)


def _name(session: Session, name: str, *, but: int | None = None) -> str:
    name = lines.line(name, field="name", most=200)
    if not name:
        raise Invalid(N_("A segment needs a name."), field="name")
    other = session.scalar(select(Segment.id).where(func.lower(Segment.name) == name.lower()))
    if other is not None and other != but:
        raise Conflict(N_("There is already a segment “%(name)s”."), field="name", name=name)
    return name
