"""The one timeline of a card: touchpoints, and newsletters with what was opened and clicked; newest first, page by page.

Each source gives its newest few behind the cursor by an index, so the ten thousandth entry costs what the first did.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, literal, or_, select
from sqlalchemy.orm import Session

from outreach.contacts import Contact
from outreach.contacts.store import display_name
from outreach.errors import N_, Invalid
from outreach.history.rows import Kind, Touchpoint
from outreach.mail.rows import Delivery
from outreach.users import User

#: what the timeline can be narrowed to, beside the kinds of touchpoints
NEWSLETTER = "newsletter"
KINDS = (*(kind.value for kind in Kind), NEWSLETTER)
PER_PAGE = 30
#: of a company, whose entries its timeline shows; numbers in the query are quick where a subquery is not
PEOPLE_MOST = 2000


@dataclass(frozen=True)
class Item:
    """One entry of the timeline. `id` is the touchpoint's, or the delivery's of a newsletter."""

    kind: str
    id: int
    at: datetime
    text: str = ""
    #: cents of a euro
    amount: int | None = None
    #: of an offer: open, won, lost; of a newsletter: the state of its delivery
    state: str = ""
    source: str = ""
    who: str = ""
    contact_id: int | None = None
    #: on a company's timeline, whom it is about
    contact: str = ""
    campaign_id: int | None = None
    opened_at: datetime | None = None
    clicked_at: datetime | None = None
    bounced_at: datetime | None = None


@dataclass(frozen=True)
class Timeline:
    """Some entries, and where to go on; `after` is empty at the end."""

    items: Sequence[Item]
    after: str


def of_contact(
    session: Session, contact_id: int, *, kinds: Collection[str] = (), after: str = "", limit: int = PER_PAGE
) -> Timeline:
    """The timeline of a contact; `after` is what the page before gave. Raises Invalid for a cursor that is none."""
    # Mails to people merged into this one stay under their old number.
    merged = session.scalars(select(Contact.id).where(Contact.merged_into_id == contact_id)).all()
    whose = Delivery.contact_id.in_([contact_id, *merged]) if merged else Delivery.contact_id == contact_id
    return _timeline(session, Touchpoint.contact_id == contact_id, whose, kinds, after, limit)


def of_company(
    session: Session, company_id: int, *, kinds: Collection[str] = (), after: str = "", limit: int = PER_PAGE
) -> Timeline:
    """The timeline of a company: its own entries and those of everybody who works there."""
    people = session.scalars(select(Contact.id).where(Contact.company_id == company_id).limit(PEOPLE_MOST)).all()
    own = or_(Touchpoint.company_id == company_id, Touchpoint.contact_id.in_(people))
    return _timeline(session, own, None, [kind for kind in kinds if kind != NEWSLETTER], after, limit)


def counts(session: Session, contact_id: int) -> dict[str, int]:
    """How many entries of each kind a contact has."""
    query = select(Touchpoint.kind, func.count()).where(Touchpoint.contact_id == contact_id).group_by(Touchpoint.kind)
    found = dict(session.execute(query).all())
    mails = select(func.count()).where(Delivery.contact_id == contact_id, Delivery.kind == "newsletter")
    newsletters = session.scalar(mails) or 0
    return found | ({NEWSLETTER: newsletters} if newsletters else {})


def _timeline(
    session: Session,
    own: ColumnElement[bool],
    mails: ColumnElement[bool] | None,
    kinds: Collection[str],
    after: str,
    limit: int,
) -> Timeline:
    unknown = set(kinds) - set(KINDS)
    if unknown:
        raise Invalid(N_("There is nothing of that kind on a timeline."), field="kind")
    cursor = _opened(after)
    items: list[Item] = []
    wanted = [kind for kind in kinds if kind != NEWSLETTER]
    if wanted or not kinds:
        items += _touchpoints(session, own, wanted, cursor, limit)
    if mails is not None and (NEWSLETTER in kinds or not kinds):
        items += _newsletters(session, mails, cursor, limit)
    items.sort(key=_place, reverse=True)
    shown = items[:limit]
    return Timeline(shown, _sealed(shown[-1]) if len(items) > limit else "")


def _touchpoints(
    session: Session,
    own: ColumnElement[bool],
    kinds: Collection[str],
    cursor: tuple[datetime, str, int] | None,
    limit: int,
) -> list[Item]:
    query = (
        select(
            Touchpoint.kind, Touchpoint.id, Touchpoint.at, Touchpoint.text, Touchpoint.amount, Touchpoint.state, Touchpoint.source,
            User.name, Touchpoint.contact_id, Contact.title, Contact.first_name, Contact.last_name, Contact.email,
        )
        .outerjoin(User, User.id == Touchpoint.created_by_id)
        .outerjoin(Contact, Contact.id == Touchpoint.contact_id)
        .where(own)
    )  # fmt: skip
    if kinds:
        query = query.where(Touchpoint.kind.in_(kinds))
    query = _behind(query, Touchpoint.at, Touchpoint.id, cursor, "t")
    rows: Sequence[Any] = session.execute(
        query.order_by(Touchpoint.at.desc(), Touchpoint.id.desc()).limit(limit + 1)
    ).all()
    return [
        Item(
            kind=row[0], id=row[1], at=row[2], text=row[3], amount=row[4], state=row[5], source=row[6], who=row[7] or "",
            contact_id=row[8], contact=display_name(row[9] or "", row[10] or "", row[11] or "", row[12]),
        )
        for row in rows
    ]  # fmt: skip


def _newsletters(
    session: Session, mails: ColumnElement[bool], cursor: tuple[datetime, str, int] | None, limit: int
) -> list[Item]:
    query = select(
        literal(NEWSLETTER), Delivery.id, Delivery.created_at, Delivery.state, Delivery.campaign_id, Delivery.opened_at,
        Delivery.clicked_at, Delivery.bounced_at,
    ).where(mails, Delivery.kind == "newsletter")  # fmt: skip
    query = _behind(query, Delivery.created_at, Delivery.id, cursor, "d")
    rows = session.execute(query.order_by(Delivery.created_at.desc(), Delivery.id.desc()).limit(limit + 1))
    return [
        Item(
            kind,
            number,
            at,
            state=state,
            campaign_id=campaign,
            opened_at=opened,
            clicked_at=clicked,
            bounced_at=bounced,
        )
        for kind, number, at, state, campaign, opened, clicked, bounced in rows
    ]


def _behind(
    query: Select[*tuple[Any, ...]], at: Any, number: Any, cursor: tuple[datetime, str, int] | None, letter: str
) -> Select[*tuple[Any, ...]]:
    """What stands behind the cursor. At the same moment, touchpoints stand before newsletters."""
    if cursor is None:
        return query
    moment, source, last = cursor
    if letter == source:
        return query.where(or_(at < moment, and_(at == moment, number < last)))
    return query.where(at <= moment if letter < source else at < moment)


def _place(item: Item) -> tuple[datetime, str, int]:
    return item.at, "d" if item.kind == NEWSLETTER else "t", item.id


def _sealed(item: Item) -> str:
    moment, letter, number = _place(item)
    return f"{int(moment.timestamp() * 1_000_000)}{letter}{number}"


def _opened(after: str) -> tuple[datetime, str, int] | None:
    if not after:
        return None
    moment, letter, number = after.partition("t" if "t" in after else "d")
    if not (moment.isascii() and moment.lstrip("-").isdecimal() and number.isdecimal() and len(after) < 40):
        raise Invalid(N_("This part of the timeline cannot be found."), field="after")
    seconds, micros = divmod(int(moment), 1_000_000)
    try:
        at = datetime.fromtimestamp(seconds, UTC).replace(microsecond=micros)
    except (OverflowError, ValueError, OSError):
        raise Invalid(N_("This part of the timeline cannot be found."), field="after") from None
    return at, letter, int(number)
