"""Referrals: who brought whom, and the thanks for it within a week."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, aliased

from outreach import clock, contacts, lines, paging, tasks, valuation
from outreach.care import rules
from outreach.care.rows import Referral
from outreach.contacts import Contact
from outreach.contacts.store import display_name
from outreach.errors import N_, Conflict, Invalid, NotFound
from outreach.history import store as history
from outreach.paging import Page

#: the task that thanks; what follows the colon is a name
THANK = N_("Thank for the recommendation")


@dataclass(frozen=True)
class ReferralLine:
    """Who brought whom; `contact_id` is empty while the person is only a name."""

    id: int
    referrer_id: int
    referrer: str
    contact_id: int | None
    name: str
    referred_on: date
    thanks_due_on: date
    thanked_at: datetime | None


def add(
    session: Session,
    referrer_id: int,
    *,
    contact_id: int | None = None,
    name: str = "",
    on: date,
    user_id: int | None = None,
) -> Referral:
    """Somebody brought a contact, or a person known by name only; a task asks for thanks within a week.

    Raises Invalid, NotFound, Conflict when this is known already.
    """
    contacts.get(session, referrer_id)
    if contact_id == referrer_id:
        raise Invalid(N_("Nobody brings themselves."), field="contact_id")
    if not 1900 <= on.year <= 2200:
        raise Invalid(N_("Please look at the year again."), field="on")
    shown = contacts.person(session, contacts.get(session, contact_id).id).name if contact_id is not None else ""
    name = "" if contact_id is not None else lines.line(name, field="name", most=300)
    if not (shown or name):
        raise Invalid(N_("Say whom they brought."), field="name")
    _refuse_known(session, referrer_id, contact_id, name)
    touchpoint = history.add(
        session, contact_id=referrer_id, user_id=user_id, kind="referral", at=on, text=shown or name
    )
    made = Referral(
        referrer_id=referrer_id, contact_id=contact_id, name=name, referred_on=on, touchpoint_id=touchpoint.id
    )
    _keep(session, made)
    tasks.add(
        session, kind="thanks", origin_id=made.id, created_by_id=user_id, contact_id=referrer_id,
        text=f"{THANK}: {(shown or name)[:300]}", due_on=rules.thanks_due_on(on),
    )  # fmt: skip
    valuation.refresh(session, [referrer_id], clock.now())
    return made


def thanked(session: Session, referral_id: int, at: datetime | None = None, *, user_id: int | None = None) -> bool:
    """The thanks were said; the task is done too. False when they were said before. Raises NotFound."""
    found = _taken(session, referral_id)
    if found.thanked_at is not None:
        return False
    found.thanked_at = at or clock.now()
    session.flush()
    for task in tasks.of_origin(session, "thanks", referral_id):
        tasks.finish(session, task.id, user_id=user_id)
    return True


def not_thanked(session: Session, referral_id: int) -> bool:
    """The thanks are still owed; the task is open again. Raises NotFound."""
    found = _taken(session, referral_id)
    if found.thanked_at is None:
        return False
    found.thanked_at = None
    session.flush()
    for task in tasks.of_origin(session, "thanks", referral_id):
        tasks.reopen(session, task.id)
    return True


def link(session: Session, referral_id: int, contact_id: int) -> Referral:
    """The name became a contact; raises NotFound, Invalid, Conflict."""
    found = _taken(session, referral_id)
    contacts.get(session, contact_id)
    if contact_id == found.referrer_id:
        raise Invalid(N_("Nobody brings themselves."), field="contact_id")
    if found.contact_id is not None:
        raise Conflict(N_("This recommendation belongs to a contact already."))
    _refuse_known(session, found.referrer_id, contact_id, "")
    found.contact_id = contact_id
    _keep(session, found)
    return found


def remove(session: Session, referral_id: int) -> None:
    """It was no recommendation; the entry on the timeline and the open task go too. The journal can bring it back."""
    found = get(session, referral_id)
    referrer_id, touchpoint_id = found.referrer_id, found.touchpoint_id
    for task in tasks.of_origin(session, "thanks", referral_id):
        if task.done_at is None:
            tasks.remove(session, task.id)
    session.delete(found)
    session.flush()
    if touchpoint_id is not None:
        history.remove(session, touchpoint_id)
    valuation.refresh(session, [referrer_id], clock.now())


def get(session: Session, referral_id: int) -> Referral:
    """The referral; raises NotFound."""
    found = session.get(Referral, referral_id)
    if found is None:
        raise NotFound(N_("There is no such recommendation, or not any more."))
    return found


def brought(session: Session, contact_id: int) -> Sequence[ReferralLine]:
    """Whom this contact brought, newest first."""
    return _lines(session, Referral.referrer_id == contact_id)


def brought_by(session: Session, contact_id: int) -> Sequence[ReferralLine]:
    """Who brought this contact."""
    return _lines(session, Referral.contact_id == contact_id)


def owed(session: Session, *, limit: int = 50) -> Sequence[ReferralLine]:
    """Recommendations nobody said thank you for, the oldest first."""
    query = _query().where(Referral.thanked_at.is_(None)).order_by(Referral.referred_on, Referral.id).limit(limit)
    return [_line(row) for row in session.execute(query)]


def list_page(session: Session, *, page: int = 1, per_page: int = paging.PER_PAGE) -> Page[ReferralLine]:
    """All recommendations, newest first."""
    query = _query().order_by(Referral.referred_on.desc(), Referral.id.desc())
    return paging.fetch(session, query, _line, page=page, per_page=per_page)


def _refuse_known(session: Session, referrer_id: int, contact_id: int | None, name: str) -> None:
    same = Referral.contact_id == contact_id if contact_id is not None else func.lower(Referral.name) == name.lower()
    query = select(Referral.id).where(Referral.referrer_id == referrer_id, same)
    if session.scalar(query.limit(1)) is not None:
        raise Conflict(N_("This recommendation is on the card already."), field="name")


def _keep(session: Session, row: Referral) -> None:
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:  # somebody entered the same a moment ago
        raise Conflict(N_("This recommendation is on the card already."), field="name") from None


def _taken(session: Session, referral_id: int) -> Referral:
    session.flush()
    held = update(Referral).where(Referral.id == referral_id).values(referred_on=Referral.referred_on)
    if session.connection().execute(held).rowcount == 0:
        raise NotFound(N_("There is no such recommendation, or not any more."))
    found = get(session, referral_id)
    session.refresh(found)
    return found


def _lines(session: Session, whose: ColumnElement[bool]) -> Sequence[ReferralLine]:
    query = _query().where(whose).order_by(Referral.referred_on.desc(), Referral.id.desc()).limit(200)
    return [_line(row) for row in session.execute(query)]


_Brought = aliased(Contact)


def _query() -> Any:
    return (
        select(
            Referral.id, Referral.referrer_id, Contact.title, Contact.first_name, Contact.last_name, Contact.email,
            Referral.contact_id, Referral.name, _Brought.title, _Brought.first_name, _Brought.last_name, _Brought.email,
            Referral.referred_on, Referral.thanked_at,
        )
        .join(Contact, Contact.id == Referral.referrer_id)
        .outerjoin(_Brought, _Brought.id == Referral.contact_id)
    )  # fmt: skip


def _line(row: Any) -> ReferralLine:
    referrer = display_name(row[2], row[3], row[4], row[5])
    name = row[7] if row[6] is None else display_name(row[8], row[9], row[10], row[11])
    return ReferralLine(row[0], row[1], referrer, row[6], name, row[12], rules.thanks_due_on(row[12]), row[13])
