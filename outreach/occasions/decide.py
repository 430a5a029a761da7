"""What a person decides about an occasion: dismiss, later, note it, done by phone or letter, never, that is them.

Each is a change of the journal, so one click takes it back, with the entry it made on the timeline.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from outreach import lines
from outreach.clock import on_wall
from outreach.errors import N_, Conflict, Invalid, NotFound
from outreach.history import store as history
from outreach.occasions import kinds, learning, suggest
from outreach.occasions.rows import REASONS, WAYS, Lesson, Occasion, State

#: states in which there is something to decide
_UNDECIDED = (State.OPEN, State.NOTE, State.UNSURE, State.HELD, State.SNOOZED)
SNOOZE_DAYS_MOST = 180
#: who waits for an answer looks again after so many days
ANSWER_DAYS = 60
_TOUCH = {"phone": "call", "letter": "letter", "noted": "note"}


@dataclass(frozen=True)
class Decided:
    """The occasion after the decision, and what was learned from it."""

    occasion: Occasion
    lesson: Lesson | None = None


def get(session: Session, occasion_id: int) -> Occasion:
    """The occasion; raises NotFound."""
    found = session.get(Occasion, occasion_id)
    if found is None:
        raise NotFound(N_("There is no such occasion, or not any more."))
    return found


def dismiss(
    session: Session, occasion_id: int, reason: str, *, remark: str = "", user_id: int | None, now: datetime
) -> Decided:
    """Not this one, because. Raises NotFound, Invalid, Conflict when somebody decided before."""
    if reason not in REASONS:
        raise Invalid(N_("Choose why."), field="reason")
    found = _taken(session, occasion_id)
    _decide(found, State.DISMISSED, reason, remark, user_id, now)
    session.flush()
    return Decided(found, learning.after_dismissal(session, found, user_id=user_id, now=now))


def snooze(session: Session, occasion_id: int, until: date | None, *, now: datetime, zone: str) -> Decided:
    """Later. Raises NotFound, Invalid for a day that is not to come, Conflict."""
    today = on_wall(now, zone).date()
    if until is None or until <= today:
        raise Invalid(N_("Choose a day to come."), field="until")
    if (until - today).days > SNOOZE_DAYS_MOST:
        raise Invalid(N_("At most %(most)s days ahead."), field="until", most=SNOOZE_DAYS_MOST)
    found = _taken(session, occasion_id)
    found.state, found.snoozed_until, found.decision = State.SNOOZED, until, ""
    found.expires_on = max(found.expires_on, until)
    session.flush()
    return Decided(found)


def snooze_until_answer(session: Session, occasion_id: int, *, now: datetime, zone: str) -> Decided:
    """Later, when a mail of theirs comes, or after ANSWER_DAYS without one. Raises NotFound, Conflict."""
    until = on_wall(now, zone).date() + timedelta(days=ANSWER_DAYS)
    found = snooze(session, occasion_id, until, now=now, zone=zone)
    found.occasion.decision = "when_answered"
    session.flush()
    return found


def done(
    session: Session, occasion_id: int, way: str, *, text: str = "", user_id: int | None, now: datetime
) -> Decided:
    """Dealt with by phone or letter, or noted on the card: an entry on the timeline says so. Raises as dismiss."""
    if way not in _TOUCH or way not in WAYS:
        raise Invalid(N_("Choose how."), field="way")
    found = _taken(session, occasion_id)
    _decide(found, State.DONE, way, "", user_id, now)
    history.add(
        session,
        contact_id=found.contact_id,
        company_id=found.company_id if found.contact_id is None else None,
        user_id=user_id,
        kind=_TOUCH[way],
        at=now,
        text=lines.cut(text, 500) or _evidence(found),
        source=found.source_name,
    )
    session.flush()
    return Decided(found)


def written(session: Session, occasion_id: int, *, user_id: int | None, now: datetime) -> Occasion:
    """A letter for it was approved; the entry on the timeline comes when it is sent. Raises NotFound, Conflict."""
    found = _taken(session, occasion_id)
    _decide(found, State.DONE, "mail", "", user_id, now)
    session.flush()
    return found


def never(session: Session, occasion_id: int, *, user_id: int | None, now: datetime) -> Decided:
    """Never this kind for this customer. Raises NotFound, Conflict."""
    found = _taken(session, occasion_id)
    lesson = learning.never(session, found, user_id=user_id, now=now)
    _decide(found, State.DISMISSED, "never", "", user_id, now)
    session.flush()
    return Decided(found, lesson)


def confirm(session: Session, occasion_id: int, *, now: datetime, zone: str) -> Decided:
    """This customer is meant: judged as certain from now on. Raises NotFound, Conflict when it is not unsure any more."""
    found = _taken(session, occasion_id)
    if found.state != State.UNSURE:
        raise Conflict(N_("This was decided already."))
    suggest.confirm(session, found, now=now, zone=zone)
    return Decided(found)


def reopen(session: Session, occasion_id: int, *, now: datetime, zone: str) -> Decided:
    """What was decided is open again, and judged anew; twice means once. Raises NotFound."""
    found = get(session, occasion_id)
    if found.state not in (State.DISMISSED, State.DONE, State.SNOOZED):
        return Decided(found)
    today = on_wall(now, zone).date()
    found.state, found.decision, found.remark = State.HELD, "", ""
    found.decided_at, found.decided_by, found.snoozed_until = None, None, None
    found.expires_on = max(found.expires_on, today)
    session.flush()
    suggest.rejudge(session, {suggest.as_candidate(found).customer}, now=now, zone=zone)
    return Decided(found)


def _taken(session: Session, occasion_id: int) -> Occasion:
    """The occasion, held for this decision alone. Raises NotFound, Conflict."""
    held = update(Occasion).where(Occasion.id == occasion_id, Occasion.state.in_(_UNDECIDED))
    if session.connection().execute(held.values(score=Occasion.score)).rowcount == 0:
        get(session, occasion_id)
        raise Conflict(N_("This was decided already."))
    found = session.scalars(select(Occasion).where(Occasion.id == occasion_id)).one()
    session.refresh(found)
    return found


def _decide(found: Occasion, state: State, decision: str, remark: str, user_id: int | None, now: datetime) -> None:
    found.state, found.decision, found.decided_at, found.decided_by = state, decision, now, user_id
    found.remark = lines.cut(remark, 300)


def _evidence(found: Occasion) -> str:
    """What the entry on the timeline says when the person said nothing."""
    label = kinds.load()[found.kind].de
    said = found.quote or found.headline
    return f"{label}: {said} {found.link}".strip() if said else label
