"""Mails that wait for an answer: how the waiting ends, and what a person says a mail really was.

Incoming waits ── answer ─▶ draft in the queue ─ sent ─┐
          ├── call, letter, mail by hand on the card ──┼─ settle (every few minutes) ─▶ answered
          └── no answer needed · answered by phone ────┘
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from outreach.care import complaints
from outreach.care.rows import Complaint
from outreach.clock import on_wall
from outreach.drafts import store as drafts
from outreach.drafts.store import Thread
from outreach.errors import N_, Conflict, Invalid, NotFound
from outreach.history import store as history
from outreach.history.rows import Touchpoint
from outreach.house import House
from outreach.mail.classify import Classified, Kind
from outreach.mail.rows import Delivery
from outreach.occasions import decide, suggest
from outreach.occasions.rows import Occasion, State
from outreach.occasions.silence import Candidate
from outreach.occasions.suggest import LIVE
from outreach.replies import consequences
from outreach.replies.rows import Incoming

#: what a person may say a mail was: kind and second word
READINGS = (
    ("reply", "positive"), ("reply", "negative"), ("reply", "question"), ("reply", "later"), ("reply", ""),
    ("opt_out", ""), ("data_request", "access"), ("data_request", "erasure"), ("legal_threat", ""),
    ("auto_reply", "out_of_office"), ("auto_reply", "left"), ("auto_reply", "acknowledgement"),
)  # fmt: skip
#: kinds to which an answer of ours is owed
_OWED = frozenset({"reply", "data_request", "legal_threat"})
#: what on a timeline answers a mail, and how it was answered then
_HOW = {"mail_out": "mail", "offer": "mail", "call": "phone", "meeting": "phone", "letter": "letter", "order": "none"}
_BLOCK = 500


def get(session: Session, incoming_id: int) -> Incoming:
    """A mail that came; raises NotFound."""
    found = session.get(Incoming, incoming_id)
    if found is None or found.direction != "in":
        raise NotFound(N_("There is no such mail, or not any more."))
    return found


def answer(session: Session, incoming_id: int, *, now: datetime, zone: str) -> int:
    """The draft of our answer, in the thread of their mail; twice is the same draft. Raises NotFound, Invalid, Conflict."""
    row = get(session, incoming_id)
    if row.contact_id is None:
        raise Invalid(N_("This mail comes from nobody in your customer file."))
    occasion_id = _owed(session, row, now=now, zone=zone)
    thread = Thread(
        row.message_id, tuple(row.references.split()), row.subject, on_wall(row.at, zone).date(), row.address
    )
    draft = drafts.propose(session, occasion_id, now=now, zone=zone, thread=thread)
    if draft is None:
        raise Conflict(N_("Nobody can be written to here: the contact is gone."))
    return draft.id


def needs_none(session: Session, incoming_id: int, *, user_id: int | None, now: datetime, zone: str) -> None:
    """No answer is needed; twice means once. Raises NotFound."""
    row = get(session, incoming_id)
    for occasion in _live(session, row):
        decide.dismiss(session, occasion, "other", user_id=user_id, now=now)
    _end(session, row, "none", now=now, zone=zone)


def by_phone(
    session: Session, incoming_id: int, *, note: str = "", user_id: int | None, now: datetime, zone: str
) -> None:
    """Answered by phone: a call stands on the timeline; twice means once. Raises NotFound, Conflict."""
    row = get(session, incoming_id)
    if row.contact_id is None:
        raise Invalid(N_("This mail comes from nobody in your customer file."))
    if row.answered_at is not None:
        return
    text = note.strip() or row.subject or "…"
    live = _live(session, row)
    for occasion in live[:1]:
        decide.done(session, occasion, "phone", text=text, user_id=user_id, now=now)
    if not live:
        history.add(session, contact_id=row.contact_id, user_id=user_id, kind="call", at=now, text=text[:500])
    _end(session, row, "phone", now=now, zone=zone)


def wait_again(session: Session, incoming_id: int, *, now: datetime, zone: str) -> None:
    """It was settled too fast: it waits again. What was noted on the timeline stays. Raises NotFound, Invalid."""
    row = get(session, incoming_id)
    if row.contact_id is None:
        raise Invalid(N_("This mail comes from nobody in your customer file."))
    row.waits_since, row.answered_at, row.answered_how = row.waits_since or row.at, None, ""
    session.flush()
    if row.kind in _OWED:
        _owed(session, row, now=now, zone=zone)


def complain(session: Session, incoming_id: int, *, user_id: int | None, now: datetime, zone: str) -> Complaint:
    """A complaint in their own words; the same mail opens one. Raises NotFound, Invalid."""
    row = get(session, incoming_id)
    if row.contact_id is None:
        raise Invalid(N_("This mail comes from nobody in your customer file."))
    known = row.details.get("complaint_id")
    found = session.get(Complaint, known) if isinstance(known, int) else None
    if found is not None:
        return found
    text = (row.text or row.subject)[: complaints.TEXT_MOST]
    made = complaints.open(session, row.contact_id, text, row.at, user_id, zone=zone, source=row.address[:100])
    row.details = {**row.details, "complaint_id": made.id}
    session.flush()
    return made


@dataclass(frozen=True)
class Reading:
    """What a person says a mail was; `returns_on` for somebody who is absent."""

    kind: str
    sub: str = ""
    returns_on: date | None = None


def understood_as(session: Session, house: House, incoming_id: int, said: Reading, *, now: datetime) -> Incoming:
    """The mail is what a person says it is, and what follows from that is done; twice means once.

    What followed from the first understanding stays where only a person may take it back: an objection, a stop flag,
    a task. Raises NotFound, Invalid.
    """
    row = get(session, incoming_id)
    if (said.kind, said.sub) not in READINGS:
        raise Invalid(N_("Choose what this mail is."), field="reading")
    if row.contact_id is None:
        raise Invalid(N_("This mail comes from nobody in your customer file."))
    if (row.kind, row.sub) == (said.kind, said.sub) and said.returns_on is None:
        return row
    before, row.kind, row.sub = row.kind, said.kind, said.sub
    details = {name: one for name, one in row.details.items() if name != "returns_on"}
    row.details = details | ({"returns_on": said.returns_on.isoformat()} if said.returns_on else {})
    session.flush()
    zone = house.settings.timezone
    if said.kind not in _OWED and before in _OWED:
        _not_owed(session, row, of_a_person=said.kind == "opt_out", now=now, zone=zone)
    if not (said.kind == before == "reply"):
        consequences.follow(session, house, row, _classified(row, said), now=now)
    if said.kind in _OWED and row.answered_at is None:
        _owed(session, row, now=now, zone=zone)
    return row


def settle(session: Session, *, now: datetime, zone: str) -> int:
    """What was answered elsewhere waits no more: by letter, by phone, by a mail of one's own, by a decision. How many."""
    settled = 0
    for incoming_id, contact_id, since in _waiting(session):
        answered = _answered(session, contact_id, since)
        if answered is None:
            continue
        at, how = answered
        ended = update(Incoming).where(Incoming.id == incoming_id, Incoming.answered_at.is_(None))
        if session.connection().execute(ended.values(answered_at=at, answered_how=how)).rowcount:
            consequences.wrote(session, contact_id, at=max(at, since), now=now, zone=zone, how=how)
            settled += 1
    return settled


def _waiting(session: Session) -> Iterator[tuple[int, int, datetime]]:
    """Number, contact and moment of every mail that waits."""
    query = (
        select(Incoming.id, Incoming.contact_id, Incoming.waits_since)
        .where(Incoming.waits_since.is_not(None), Incoming.answered_at.is_(None), Incoming.contact_id.is_not(None))
        .order_by(Incoming.id)
        .limit(_BLOCK)
    )
    last = 0
    while rows := session.execute(query.where(Incoming.id > last)).all():
        for last, contact_id, since in rows:
            if contact_id is not None and since is not None:  # as the query says
                yield last, contact_id, since


def _answered(session: Session, contact_id: int, since: datetime) -> tuple[datetime, str] | None:
    """When and how a mail of then was answered, by the timeline or by a decision about its occasion; None: it was not."""
    begin = datetime.combine(since.astimezone(UTC).date(), time(), UTC)
    touched = select(Touchpoint.at, Touchpoint.created_at, Touchpoint.kind).where(
        Touchpoint.contact_id == contact_id, Touchpoint.kind.in_(_HOW), Touchpoint.at >= begin
    )
    for at, noted_at, kind in session.execute(touched.order_by(Touchpoint.at)).all():
        # What is noted for a day stands at noon: it counts when it was noted after the mail came.
        if at >= since or (at.time() == time(12) and noted_at >= since):
            return max(at, since), _HOW[kind]
    decided = select(Occasion.state, Occasion.decision, Occasion.decided_at).where(
        Occasion.contact_id == contact_id, Occasion.kind == "answer_owed", Occasion.decided_at >= since,
        Occasion.state.in_((State.DONE, State.DISMISSED)),
    )  # fmt: skip
    for state, decision, decided_at in session.execute(decided.order_by(Occasion.decided_at)).all():
        if state == State.DISMISSED or decision == "noted":
            return decided_at or since, "none"
        if decision in ("phone", "letter"):
            return decided_at or since, decision
    return None  # an approved letter answers when it is sent: then it stands on the timeline


def _owed(session: Session, row: Incoming, *, now: datetime, zone: str) -> int:
    """The occasion of this answer, made or opened again when there is none to decide about."""
    assert row.contact_id is not None
    live = _live(session, row)
    if live:
        return live[0]
    touchpoint = consequences.on_timeline(session, row)
    candidate = Candidate(
        kind="answer_owed", what=f"since:{touchpoint.at.isoformat()}", source="care", contact_id=row.contact_id,
        happened_on=touchpoint.at.date(), headline=row.subject[:300], quote=row.text[:250],
        details={"since": touchpoint.at.date().isoformat(), "incoming_id": row.id},
    )  # fmt: skip
    (outcome,) = suggest.suggest(session, [candidate], now=now, zone=zone)
    found = session.get_one(Occasion, outcome.id)
    session.refresh(found)
    if found.state not in LIVE:
        found.state, found.decision, found.decided_at, found.decided_by = State.HELD, "", None, None
        found.expires_on = max(found.expires_on, on_wall(now, zone).date())
        session.flush()
        suggest.rejudge(session, {suggest.as_candidate(found).customer}, now=now, zone=zone)
    return found.id


def _live(session: Session, row: Incoming) -> Sequence[int]:
    query = select(Occasion.id).where(
        Occasion.contact_id == row.contact_id, Occasion.kind == "answer_owed", Occasion.state.in_(LIVE)
    )
    return session.scalars(query.order_by(Occasion.id.desc())).all() if row.contact_id is not None else ()


def _end(session: Session, row: Incoming, how: str, *, now: datetime, zone: str) -> None:
    """This mail waits no more, nor do earlier ones of the same person."""
    if row.answered_at is None:
        row.answered_at, row.answered_how = now, how
    session.flush()
    if row.contact_id is not None:
        consequences.wrote(session, row.contact_id, at=now, now=now, zone=zone, how=how)


def _not_owed(session: Session, row: Incoming, *, of_a_person: bool, now: datetime, zone: str) -> None:
    """No answer is owed after all; a machine's mail is no word of a person, so it leaves the timeline too."""
    for occasion_id in _live(session, row):
        session.get_one(Occasion, occasion_id).state = State.EXPIRED
    if of_a_person:
        row.answered_at, row.answered_how = row.answered_at or now, row.answered_how or "none"
    else:
        row.waits_since = None
        _not_replied(session, row)
    session.flush()
    if row.contact_id is not None:
        consequences.wrote(session, row.contact_id, at=now, now=now, zone=zone, how="none")


def _not_replied(session: Session, row: Incoming) -> None:
    touchpoint = session.get(Touchpoint, row.touchpoint_id) if row.touchpoint_id is not None else None
    row.touchpoint_id = None
    session.flush()
    if touchpoint is not None:
        history.remove(session, touchpoint.id)
    if row.delivery_id is not None:
        undone = update(Delivery).where(Delivery.id == row.delivery_id, Delivery.replied_at == row.at)
        session.connection().execute(undone.values(replied_at=None))


def _classified(row: Incoming, said: Reading) -> Classified:
    """The kept mail as the classification would have given it."""
    return Classified(
        kind=Kind(said.kind), sub=said.sub, text=row.text, returns_on=said.returns_on,
        successor=str(row.details.get("successor", "")), successor_name=str(row.details.get("successor_name", "")),
    )  # fmt: skip
