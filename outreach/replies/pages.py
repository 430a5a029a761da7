"""What the inbox shows: the mails of known people that wait for an answer, and everything that came. Changes nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session, aliased

from outreach import paging
from outreach.companies import Company
from outreach.contacts import Contact
from outreach.contacts.store import display_name
from outreach.drafts.rows import Draft
from outreach.errors import N_, Invalid, NotFound
from outreach.mail.rows import Delivery
from outreach.paging import Page
from outreach.replies.rows import Incoming
from outreach.senders import Sender

WAITING, EVERYTHING = "waiting", "everything"
LISTS = (WAITING, EVERYTHING)
PER_PAGE = 20
_LETTER, _ANSWER = aliased(Draft), aliased(Draft)


@dataclass(frozen=True)
class IncomingLine:
    """A mail that came, whose it is, and which mail of ours it answers."""

    id: int
    contact_id: int | None
    name: str
    company: str
    address: str
    #: the mailbox it came into
    mailbox: str
    subject: str
    text: str
    at: datetime
    kind: str
    sub: str
    details: Mapping[str, Any]
    waits: bool
    answered_at: datetime | None
    answered_how: str
    #: what it answers: a letter of ours with its draft, or a newsletter
    about: str
    about_at: datetime | None
    letter_id: int | None
    campaign_id: int | None
    #: our answer, as far as it is written: its draft and the state of that
    answer_id: int | None
    answer_state: str


def list_page(session: Session, which: str, *, page: int = 1, per_page: int = PER_PAGE) -> Page[IncomingLine]:
    """One page of mails, newest first: those that wait for an answer, or everything. Raises Invalid."""
    if which not in LISTS:
        raise Invalid(N_("There is no such list."))
    query = _query().where(*_conditions(which))
    total = select(func.count()).select_from(Incoming).where(*_conditions(which))
    return paging.fetch(
        session,
        query.order_by(Incoming.at.desc(), Incoming.id.desc()),
        _line,
        page=page,
        per_page=per_page,
        total=total,
    )


def one(session: Session, incoming_id: int) -> IncomingLine:
    """One mail with all that is known of it; raises NotFound."""
    row = session.execute(_query().where(Incoming.id == incoming_id, Incoming.direction == "in")).first()
    if row is None:
        raise NotFound(N_("There is no such mail, or not any more."))
    return _line(row)


def count_waiting(session: Session) -> int:
    """How many mails wait for an answer of ours."""
    return session.scalar(select(func.count()).select_from(Incoming).where(_waits())) or 0


def newest_waiting(session: Session, limit: int) -> Sequence[IncomingLine]:
    """The newest mails that wait."""
    rows = session.execute(_query().where(_waits()).order_by(Incoming.at.desc(), Incoming.id.desc()).limit(limit))
    return [_line(row) for row in rows]


def of_touchpoints(session: Session, touchpoint_ids: Sequence[int]) -> Mapping[int, int]:
    """The mails behind these entries of a timeline: number of the entry → number of the mail."""
    query = select(Incoming.touchpoint_id, Incoming.id).where(
        Incoming.touchpoint_id.in_(touchpoint_ids), Incoming.direction == "in"
    )
    rows: Iterable[Any] = session.execute(query) if touchpoint_ids else ()
    return {row[0]: row[1] for row in rows}


def _waits() -> ColumnElement[bool]:
    return Incoming.waits_since.is_not(None) & Incoming.answered_at.is_(None)


def _conditions(which: str) -> list[ColumnElement[bool]]:
    return [_waits()] if which == WAITING else [Incoming.direction == "in"]


def _query() -> Select[*tuple[Any, ...]]:
    """Each mail with its person, the mail of ours it answers, and our answer to it when one is being written."""
    ours = (
        select(func.max(Draft.id))
        .where(
            Draft.in_reply_to == Incoming.message_id, Draft.in_reply_to != "", Draft.contact_id == Incoming.contact_id
        )
        .correlate(Incoming)
        .scalar_subquery()
    )
    return (
        select(
            Incoming.id, Incoming.contact_id, Contact.title, Contact.first_name, Contact.last_name, Contact.email,
            Company.name, Incoming.address, Sender.address, Incoming.subject, Incoming.text, Incoming.at,
            Incoming.kind, Incoming.sub, Incoming.details, Incoming.waits_since, Incoming.answered_at,
            Incoming.answered_how, _LETTER.subject, Delivery.sent_at, _LETTER.id, Delivery.campaign_id, _ANSWER.id,
            _ANSWER.state,
        )
        .join(Sender, Sender.id == Incoming.sender_id)
        .outerjoin(Contact, Contact.id == Incoming.contact_id)
        .outerjoin(Company, Company.id == Contact.company_id)
        .outerjoin(Delivery, Delivery.id == Incoming.delivery_id)
        .outerjoin(_LETTER, _LETTER.delivery_id == Delivery.id)
        .outerjoin(_ANSWER, _ANSWER.id == ours)
    )  # fmt: skip


def _line(row: Any) -> IncomingLine:
    return IncomingLine(
        id=row[0], contact_id=row[1], name=_name(row), company=row[6] or "", address=row[7], mailbox=row[8],
        subject=row[9], text=row[10], at=row[11], kind=row[12], sub=row[13], details=row[14],
        waits=row[15] is not None and row[16] is None, answered_at=row[16], answered_how=row[17], about=row[18] or "",
        about_at=row[19], letter_id=row[20], campaign_id=row[21], answer_id=row[22], answer_state=row[23] or "",
    )  # fmt: skip


def _name(row: Any) -> str:
    if row[1] is None:
        return str(row[7])
    return display_name(row[2] or "", row[3] or "", row[4] or "", row[5])
