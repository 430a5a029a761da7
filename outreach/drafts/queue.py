"""What the approve queue shows: today's few, and one letter with all that a decision needs. Decides nothing."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from outreach import facts, lights
from outreach.clock import on_wall
from outreach.consent.light import Light, needs_notice
from outreach.contacts import Contact
from outreach.contacts.store import display_name
from outreach.drafts import approve, changes, checks, doubts, likeness, parcel, situation
from outreach.drafts.changes import Piece
from outreach.drafts.checks import Refusal
from outreach.drafts.doubts import Mark
from outreach.drafts.rows import Attachment, Draft, DraftVersion, State
from outreach.errors import N_, NotFound
from outreach.facts import FactLine
from outreach.history import timeline
from outreach.history.timeline import Item
from outreach.mail.rows import Delivery
from outreach.mailboxes import holding, pace
from outreach.mailboxes import store as mailboxes
from outreach.mailboxes.store import From, MailboxLine
from outreach.occasions import pages, ranking
from outreach.occasions.pages import OccasionLine
from outreach.occasions.rows import Occasion
from outreach.occasions.rows import State as OccasionState

#: letters a person is shown a day; the rest waits
BATCH = 7
#: so many of the best are looked through for the batch
_LOOKED_AT = 200
#: letters of this long ago are compared
_ALIKE_DAYS = 30
_ALIKE_MOST = 500
_HISTORY = 5


@dataclass(frozen=True)
class QueueLine:
    """A letter in the queue: for whom, why, and whether it came back."""

    draft_id: int
    occasion_id: int
    contact_id: int
    name: str
    kind: str
    subject: str
    score: int
    blocked: bool
    returned: str
    expires_on: date


@dataclass(frozen=True)
class Leaving:
    """An approved letter that has not left yet, or of which nobody knows whether it did."""

    draft_id: int
    contact_id: int
    name: str
    subject: str
    delivery_state: str
    approved_at: datetime | None
    not_before: datetime
    answer: str


@dataclass(frozen=True)
class Batch:
    """Today's few, what waits behind them, what is leaving, and what nobody knows."""

    lines: Sequence[QueueLine]
    done_today: int
    more: int
    leaving: Sequence[Leaving]
    unsure: Sequence[Leaving]

    @property
    def size(self) -> int:
        """How many letters today's batch has, with those decided already."""
        return self.done_today + len(self.lines)


@dataclass(frozen=True)
class View:
    """One letter on one screen."""

    draft: Draft
    occasion: OccasionLine
    name: str
    company: str
    role: str
    sender: From | None
    #: who else it could come from, and where else it could go
    senders: Sequence[MailboxLine]
    addresses: Sequence[str]
    lights: tuple[Light, Light, Light]
    #: why it may not go out now; empty: it may
    refusals: Sequence[Refusal]
    #: worth a thought, stops nothing: translatable sentences with values
    advice: Sequence[tuple[str, Mapping[str, object]]]
    #: every sentence of the letter with its source
    marks: Sequence[Mark]
    #: against the proposal
    pieces: Sequence[Piece]
    #: what is put below the letter
    below: str
    files: Sequence[Attachment]
    #: the fact of the card that is used
    fact: FactLine | None
    history: Sequence[Item]
    #: what the approval is bound to
    seen: str
    #: when it would leave by the mailbox's pace, now and at the next good hour
    goes_at: datetime | None
    good_hour: datetime | None
    #: its delivery once it is approved
    delivery: Leaving | None


def batch(session: Session, *, now: datetime, zone: str, user_id: int | None = None, most: int = BATCH) -> Batch:
    """Today's batch: what came back first, then the best by rank, no kind filling it; the rest waits.

    What was decided today counts, so that five minutes of work come to an end.
    """
    begin = _midnight(now, zone)
    done = _done_today(session, begin)
    waiting = [_line(row) for row in session.execute(_waiting().limit(_LOOKED_AT))]
    back = [one for one in waiting if one.returned]
    rest = [one for one in waiting if not one.returned]
    room = max(0, most - done - len(back))
    chosen = [*back, *ranking.few(rest, most=room)] if room else back
    total = count(session)
    leaving = _leaving(session, ("ready", "claimed", "sending"))
    return Batch(chosen, done, max(0, total - len(chosen)), leaving, _leaving(session, ("unsure",)))


def everything(session: Session, *, limit: int = _LOOKED_AT) -> Sequence[QueueLine]:
    """What waits beyond today's batch too, the best first."""
    return [_line(row) for row in session.execute(_waiting().limit(limit))]


def count(session: Session) -> int:
    """How many letters wait for a person."""
    found: int | None = session.scalar(select(func.count()).select_from(_waiting().order_by(None).subquery()))
    return found or 0


def of_occasions(session: Session, occasion_ids: Collection[int]) -> Mapping[int, int]:
    """The letters that wait for a person, by their occasion."""
    wanted = (Draft.occasion_id.in_(list(occasion_ids)), Draft.state == State.PROPOSED)
    return {row[0]: row[1] for row in session.execute(select(Draft.occasion_id, Draft.id).where(*wanted))}


def view(session: Session, draft: Draft, *, now: datetime, zone: str) -> View:
    """One letter with all that a decision needs."""
    found = situation.around(session, draft, now=now, zone=zone)
    today = on_wall(now, zone).date()
    contact = found.contact
    sender = found.sender
    earliest = now + approve.UNDO
    return View(
        draft=draft,
        occasion=pages.one(session, draft.occasion_id),
        name=display_name(contact.title, contact.first_name, contact.last_name, contact.email),
        company=found.company,
        role=contact.role,
        sender=sender,
        senders=mailboxes.lines_of_all(session),
        addresses=sorted(situation.addresses(session, contact)),
        lights=lights.of(session, [contact.id]).get(contact.id, (found.light, found.light, found.light)),
        refusals=checks.refusals(found.standing, at_sending=False),
        advice=_advice(session, draft, now),
        marks=doubts.marks(situation.proposed(draft), draft.text, confirmed=set(draft.confirmed)),
        pieces=changes.difference(draft.first_text, draft.text),
        below=parcel.added(sender, form=draft.form or "de_sie", needs_notice=needs_notice(found.light)) if sender else "",
        files=situation.files(session, draft.id),
        fact=next((one for one in facts.of_contact(session, contact.id, today=today) if one.id == draft.fact_id), None),
        history=timeline.of_contact(session, contact.id, limit=_HISTORY).items,
        seen=approve.seen(session, found),
        goes_at=holding.ready_at(session, sender.sender_id, now=now, not_before=earliest) if sender else None,
        good_hour=pace.good_hour(sender.pace, now=now) if sender else None,
        delivery=next(iter(_leaving(session, (), draft_id=draft.id)), None),
    )  # fmt: skip


def _advice(session: Session, draft: Draft, now: datetime) -> list[tuple[str, Mapping[str, object]]]:
    found: list[tuple[str, Mapping[str, object]]] = []
    alike = nearly_same(session, draft, now=now)
    if alike is not None:
        name, share = alike
        found.append((N_("Nearly the same as the letter to %(name)s of the last 30 days (%(share)s %%)."),
                      {"name": name, "share": round(share * 100)}))  # fmt: skip
    if draft.text.count("?") > 1:
        found.append((N_("More than one question: who is asked two answers none."), {}))
    return found


def nearly_same(session: Session, draft: Draft, *, now: datetime) -> tuple[str, float] | None:
    """Somebody else's letter of the last 30 days that is nearly the same, and how much of it is equal."""
    query = (
        select(Draft.id, Draft.text, Contact.title, Contact.first_name, Contact.last_name, Contact.email)
        .join(Contact, Contact.id == Draft.contact_id)
        .where(
            Draft.id != draft.id,
            Draft.contact_id != draft.contact_id,
            or_(Draft.state == State.APPROVED, Draft.sent_at > now - timedelta(days=_ALIKE_DAYS)),
        )
        .order_by(Draft.id.desc())
        .limit(_ALIKE_MOST)
    )
    rows = {row[0]: row for row in session.execute(query)}
    found = likeness.nearly_same(draft.text, [(row[0], row[1]) for row in rows.values()])
    if found is None:
        return None
    row = rows[found.id]
    return display_name(row[2], row[3], row[4], row[5]), found.share


def file(session: Session, draft_id: int, attachment_id: int) -> Attachment:
    """One attachment of this letter; raises NotFound."""
    found = session.get(Attachment, attachment_id)
    if found is None or found.draft_id != draft_id:
        raise NotFound(N_("There is nothing at this address."))
    return found


def version(session: Session, draft_id: int, number: int) -> DraftVersion:
    """One earlier state of this letter; raises NotFound."""
    query = select(DraftVersion).where(DraftVersion.draft_id == draft_id, DraftVersion.number == number)
    found = session.scalars(query).one_or_none()
    if found is None:
        raise NotFound(N_("There is nothing at this address."))
    return found


def _waiting() -> Any:
    """Proposed letters whose occasion is open, and those that came back."""
    return (
        select(Draft.id, Draft.occasion_id, Draft.contact_id, Contact.title, Contact.first_name, Contact.last_name,
               Contact.email, Occasion.kind, Draft.subject, Occasion.score, Draft.blocked, Draft.returned,
               Occasion.expires_on)
        .join(Occasion, Occasion.id == Draft.occasion_id)
        .join(Contact, Contact.id == Draft.contact_id)
        .where(
            Draft.state == State.PROPOSED,
            Contact.gone == "",
            or_(Occasion.state == OccasionState.OPEN,
                (Draft.returned != "") & Occasion.state.in_((OccasionState.HELD, OccasionState.NOTE))),
        )
        .order_by((Draft.returned != "").desc(), Occasion.score.desc(), Draft.id)
    )  # fmt: skip


def _line(row: Any) -> QueueLine:
    return QueueLine(
        row[0], row[1], row[2], display_name(row[3], row[4], row[5], row[6]), row[7], row[8], row[9],
        row[10] is not None, row[11], row[12],
    )  # fmt: skip


def _leaving(session: Session, states: Sequence[str], *, draft_id: int | None = None) -> list[Leaving]:
    query = (
        select(Draft.id, Draft.contact_id, Contact.title, Contact.first_name, Contact.last_name, Contact.email,
               Draft.subject, Delivery.state, Draft.approved_at, Delivery.next_try_at, Delivery.answer)
        .join(Delivery, Delivery.id == Draft.delivery_id)
        .join(Contact, Contact.id == Draft.contact_id)
        .order_by(Delivery.next_try_at, Draft.id)
        .limit(50)
    )  # fmt: skip
    if draft_id is not None:
        query = query.where(Draft.id == draft_id)
    else:
        query = query.where(Draft.state == State.APPROVED, Delivery.state.in_(states))
    return [
        Leaving(row[0], row[1], display_name(row[2], row[3], row[4], row[5]), row[6], row[7], row[8], row[9], row[10])
        for row in session.execute(query)
    ]


def _done_today(session: Session, begin: datetime) -> int:
    """Letters decided since midnight: approved, dismissed, done otherwise."""
    query = (
        select(func.count())
        .select_from(Draft)
        .join(Occasion, Occasion.id == Draft.occasion_id)
        .where(Occasion.decided_at >= begin, Occasion.state.in_((OccasionState.DONE, OccasionState.DISMISSED)))
    )
    return session.scalar(query) or 0


def _midnight(now: datetime, zone: str) -> datetime:
    return datetime.combine(on_wall(now, zone).date(), time(), ZoneInfo(zone))
