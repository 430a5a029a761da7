"""Gifts: first an idea, then given, then known to be liked or not; and what the tax line says to a year of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import and_, func, or_, select, union_all
from sqlalchemy.orm import Session

from outreach import contacts, facts, lines, paging
from outreach.care import rules
from outreach.care.rows import Gift
from outreach.contacts import Contact
from outreach.contacts.store import display_name
from outreach.errors import N_, Conflict, Invalid, NotFound
from outreach.facts import FactLine
from outreach.history import store as history
from outreach.history.rows import Touchpoint
from outreach.paging import Page

#: what a present may be made of
_INSPIRING = ("interest", "topic", "wish")


@dataclass(frozen=True)
class GiftLine:
    """A gift in a list; `amount` in cents."""

    id: int
    contact_id: int
    name: str
    what: str
    state: str
    amount: int | None
    given_on: date | None
    liked: bool | None


@dataclass(frozen=True)
class GiftYear:
    """What one person got in a business year; cents."""

    contact_id: int
    name: str
    gifts: int
    given_cents: int
    limit_cents: int

    @property
    def is_over(self) -> bool:
        """Above the tax line."""
        return self.given_cents > self.limit_cents


class GiftTooDear(Invalid):
    """The tax line would be crossed; said before anything is kept, and a person may go on all the same."""


def ideas(session: Session, contact_id: int, *, today: date) -> Sequence[FactLine]:
    """Facts a present could be made of, newest first, without those that became a gift or an idea already."""
    used = set(session.scalars(select(Gift.fact_id).where(Gift.contact_id == contact_id, Gift.fact_id.is_not(None))))
    known = facts.of_contact(session, contact_id, today=today, only_open=True, kinds=_INSPIRING)
    return [one for one in known if one.id not in used]


def add_idea(
    session: Session, contact_id: int, *, what: str, amount: int | None = None, fact_id: int | None = None
) -> Gift:
    """Note what this person might like; raises Invalid, NotFound."""
    contacts.get(session, contact_id)
    if fact_id is not None and facts.get(session, fact_id).contact_id != contact_id:
        raise NotFound(N_("There is no such note, or not any more."))
    made = Gift(contact_id=contact_id, what=_what(what), amount=_amount(amount), state="idea", fact_id=fact_id)
    session.add(made)
    session.flush()
    return made


def check(session: Session, contact_id: int, *, amount: int | None, on: date, first_month: int = 1) -> rules.GiftCheck:
    """What one more gift does to the year of this person; nothing is kept. Raises Invalid for a year nobody lives in."""
    if not 1900 <= on.year <= 2200:
        raise Invalid(N_("Please look at the year again."), field="on")
    given = _given_in_year(session, contact_id, on, first_month)
    return rules.check_gift(given_cents=given, cents=amount or 0, on=on, first_month=first_month)


def give(
    session: Session,
    contact_id: int,
    *,
    what: str,
    amount: int | None,
    on: date,
    user_id: int | None = None,
    gift_id: int | None = None,
    despite_line: bool = False,
    first_month: int = 1,
    source: str = "",
) -> Gift:
    """A present was given, an idea (`gift_id`) or a new one; it stands on the timeline.

    Raises GiftTooDear above the tax line unless `despite_line`; Invalid, NotFound, Conflict for an idea given before.
    """
    contacts.get(session, contact_id)
    what, amount = _what(what), _amount(amount)
    history.check_day(on)
    kept = _idea(session, contact_id, gift_id) if gift_id is not None else Gift(contact_id=contact_id)
    looked = check(session, contact_id, amount=amount, on=on, first_month=first_month)
    if looked.is_over and not despite_line:
        said = rules.gift_words(looked)
        raise GiftTooDear(said.sentence, field="despite_line", **said.values)
    touchpoint = history.add(
        session, contact_id=contact_id, user_id=user_id, kind="gift", at=on, text=what, amount=amount, source=source
    )
    kept.what, kept.amount, kept.given_on, kept.state, kept.touchpoint_id = what, amount, on, "given", touchpoint.id
    session.add(kept)
    session.flush()
    return kept


def liked(session: Session, gift_id: int, value: bool | None) -> Gift:  # noqa: FBT001
    """Whether it was liked; None takes that back. Raises NotFound, and Invalid for a gift not given yet."""
    found = get(session, gift_id)
    if found.state != "given":
        raise Invalid(N_("It has to be given first."))
    found.liked = value
    session.flush()
    return found


def drop(session: Session, gift_id: int) -> Gift:
    """An idea nobody follows any more; raises NotFound, Conflict for a gift that was given."""
    found = get(session, gift_id)
    if found.state == "given":
        raise Conflict(N_("This gift was given before."))
    found.state = "dropped"
    session.flush()
    return found


def get(session: Session, gift_id: int) -> Gift:
    """The gift; raises NotFound."""
    found = session.get(Gift, gift_id)
    if found is None:
        raise NotFound(N_("There is no such gift, or not any more."))
    return found


def of_contact(session: Session, contact_id: int) -> Sequence[GiftLine]:
    """Ideas first, then what was given, newest first; nothing that was dropped."""
    query = _query().where(Gift.contact_id == contact_id, Gift.state != "dropped")
    query = query.order_by(Gift.state == "given", Gift.given_on.desc(), Gift.id.desc()).limit(200)
    return [_line(row) for row in session.execute(query)]


def year_of(session: Session, contact_id: int, *, on: date, first_month: int = 1) -> GiftYear:
    """What this person got in the business year `on` lies in, beside the tax line."""
    person = contacts.person(session, contact_id)
    first, last = rules.business_year(on, first_month=first_month)
    given = _presents(first, last)
    query = select(func.count(), func.coalesce(func.sum(given.c.amount), 0)).where(given.c.contact_id == contact_id)
    count, total = session.execute(query).one()
    return GiftYear(contact_id, person.name, count, int(total), rules.gift_line_cents(first))


def list_year(
    session: Session, *, on: date, first_month: int = 1, page: int = 1, per_page: int = paging.PER_PAGE
) -> Page[GiftYear]:
    """Everybody with a gift in the business year `on` lies in, the most expensive first.

    Their sums hold gifts that only the timeline knows; people who have nothing but such gifts are not looked for.
    """
    first, last = rules.business_year(on, first_month=first_month)
    limit = rules.gift_line_cents(first)
    total = func.coalesce(func.sum(Gift.amount), 0).label("total")
    names = (Contact.title, Contact.first_name, Contact.last_name, Contact.email)
    given = (
        select(Contact.id, func.count().label("gifts"), total, *names)
        .join(Gift, Gift.contact_id == Contact.id)
        .where(Gift.state == "given", Gift.given_on.between(first, last))
        .group_by(Contact.id, *names)
        .subquery("given")
    )
    query = select(given).order_by(given.c.total.desc(), given.c.id)
    found = paging.fetch(
        session,
        query,
        lambda row: GiftYear(row[0], display_name(*row[3:7]), row[1], int(row[2]), limit),
        page=page,
        per_page=per_page,
    )
    return replace(found, rows=_completed(session, found.rows, first, last))


def _completed(session: Session, rows: Sequence[GiftYear], first: date, last: date) -> Sequence[GiftYear]:
    """The same people with the gifts that only their timeline knows."""
    given = _presents(first, last)
    query = (
        select(given.c.contact_id, func.count(), func.coalesce(func.sum(given.c.amount), 0))
        .where(given.c.contact_id.in_([one.contact_id for one in rows]))
        .group_by(given.c.contact_id)
    )
    whole = {contact_id: (count, int(cents)) for contact_id, count, cents in session.execute(query)}
    return [replace(one, gifts=whole[one.contact_id][0], given_cents=whole[one.contact_id][1]) for one in rows]


def _given_in_year(session: Session, contact_id: int, on: date, first_month: int) -> int:
    given = _presents(*rules.business_year(on, first_month=first_month))
    query = select(func.coalesce(func.sum(given.c.amount), 0)).where(given.c.contact_id == contact_id)
    return int(session.scalar(query) or 0)


def _presents(first: date, last: date) -> Any:
    """Gifts given between two days, and gifts of the timeline that are no gift here (an import, the one-line entry)."""
    own = select(Gift.contact_id, Gift.amount).where(Gift.state == "given", Gift.given_on.between(first, last))
    kept = select(Gift.id).where(Gift.touchpoint_id == Touchpoint.id, Gift.state == "given").exists()
    begin, end = (datetime.combine(day, time(), tzinfo=UTC) for day in (first, last + timedelta(days=1)))
    other = select(Touchpoint.contact_id, Touchpoint.amount).where(
        Touchpoint.kind == "gift", and_(Touchpoint.at >= begin, Touchpoint.at < end), ~kept,
        or_(Touchpoint.amount.is_not(None), Touchpoint.text != ""), Touchpoint.contact_id.is_not(None),
    )  # fmt: skip
    return union_all(own, other).subquery("presents")


def _idea(session: Session, contact_id: int, gift_id: int) -> Gift:
    found = session.scalar(select(Gift).where(Gift.id == gift_id, Gift.contact_id == contact_id).with_for_update())
    if found is None:
        raise NotFound(N_("There is no such gift, or not any more."))
    session.refresh(found)
    if found.state == "given":
        raise Conflict(N_("This gift was given before."))
    return found


def _what(what: str) -> str:
    clean = lines.line(what, field="what", most=300)
    if not clean:
        raise Invalid(N_("Say what the gift is."), field="what")
    return clean


def _amount(amount: int | None) -> int | None:
    if amount is not None and not 0 <= amount <= history.AMOUNT_MOST:
        raise Invalid(N_("This amount cannot be."), field="amount")
    return amount


def _query() -> Any:
    return select(
        Gift.id, Gift.contact_id, Contact.title, Contact.first_name, Contact.last_name, Contact.email, Gift.what, Gift.state,
        Gift.amount, Gift.given_on, Gift.liked,
    ).join(Contact, Contact.id == Gift.contact_id)  # fmt: skip


def _line(row: Any) -> GiftLine:
    return GiftLine(row[0], row[1], display_name(row[2], row[3], row[4], row[5]), *row[6:])
