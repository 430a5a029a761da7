"""What follows from a mail that came back. Each rule once; all of them in the transaction that keeps the mail.

reply          the timeline, the answer waits, follow-ups end, whatever slept until an answer wakes
out of office  follow-ups wait until the day after the return
left           a task: who is next?
opt-out        an objection, and the suppression list at once
data request   a task with the legal day (Art. 12 (3) GDPR: one month)
legal threat   everything to that company stops, a task for today, an alert
bounce         see bounces.py
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from outreach import lines, stops, tasks
from outreach.clock import on_wall
from outreach.consent import permissions, suppression
from outreach.contacts import Contact, display_name
from outreach.errors import Invalid
from outreach.history import store as history
from outreach.history.rows import Touchpoint
from outreach.house import House
from outreach.mail.classify import Classified, Kind
from outreach.mail.rows import Delivery
from outreach.occasions import suggest
from outreach.occasions.rows import WAYS, Occasion, State
from outreach.occasions.silence import Candidate
from outreach.occasions.suggest import LIVE
from outreach.replies import alerts, bounces
from outreach.replies.rows import Incoming

#: one month, Art. 12 (3) GDPR; the task is due a few days before
REQUEST_DAYS = 25
LEGAL_THREAT = "legal_threat"
#: what a person has to do then; kept as it is written, so in the language of the installation
TASKS: Mapping[str, Mapping[str, str]] = {
    "left": {"de": "%(name)s ist nicht mehr dort. Wer ist jetzt zuständig?",
             "en": "%(name)s has left. Who is in charge now?"},
    "left_to": {"de": "%(name)s ist nicht mehr dort. Nachfolge: %(heir)s", "en": "%(name)s has left. Successor: %(heir)s"},
    "access": {"de": "%(name)s verlangt Auskunft (Art. 15 DSGVO)", "en": "%(name)s asks for their data (Art. 15 GDPR)"},
    "erasure": {"de": "%(name)s verlangt die Löschung (Art. 17 DSGVO)", "en": "%(name)s asks for erasure (Art. 17 GDPR)"},
    "threat": {"de": "%(name)s droht mit rechtlichen Schritten: lesen und entscheiden",
               "en": "%(name)s threatens with legal steps: read and decide"},
}  # fmt: skip
#: an occasion snoozed until they answer
WHEN_ANSWERED = "when_answered"


def follow(session: Session, house: House, row: Incoming, what: Classified, *, now: datetime) -> None:
    """Do what follows from this mail."""
    if what.kind in (Kind.BOUNCE, Kind.SPAM_REPORT):
        bounces.of_mail(session, row, what, now=now, language=house.settings.locale)
        return
    if row.contact_id is None:
        _replied(session, row)
        return
    contact = session.get_one(Contact, row.contact_id)
    case = _Case(session, contact, row, what, now, house)
    _RULES.get(what.kind, _nothing)(case)


def wrote(session: Session, contact_id: int, *, at: datetime, now: datetime, zone: str, how: str = "mail") -> None:
    """We wrote, called or settled it at that moment: nobody waits for an answer of ours to what came before it."""
    waiting = (Incoming.contact_id == contact_id, Incoming.waits_since.is_not(None), Incoming.answered_at.is_(None))
    ended = update(Incoming).where(*waiting, Incoming.waits_since <= at)
    session.connection().execute(ended.values(answered_at=at, answered_how=how))
    if session.scalar(select(Incoming.id).where(*waiting).limit(1)) is None:
        owed = update(Occasion).where(
            Occasion.contact_id == contact_id, Occasion.kind == "answer_owed", Occasion.state.in_(LIVE),
            or_(Occasion.happened_on.is_(None), Occasion.happened_on <= on_wall(at, zone).date()),
        )  # fmt: skip
        way = how if how in WAYS else "noted"
        session.connection().execute(owed.values(state=State.DONE, decision=way, decided_at=now))
    _rejudge(session, session.get_one(Contact, contact_id), now, zone)


@dataclass(frozen=True)
class _Case:
    """One mail of one contact, and when it is looked at."""

    session: Session
    contact: Contact
    row: Incoming
    what: Classified
    now: datetime
    house: House

    @property
    def zone(self) -> str:
        return self.house.settings.timezone

    @property
    def today(self) -> date:
        return on_wall(self.now, self.zone).date()

    def task(self, words: str, due_on: date | None, *, kind: str = "", **values: str) -> None:
        """Something a person has to do, in the language of the installation."""
        contact = self.contact
        name = display_name(contact.title, contact.first_name, contact.last_name, contact.email)
        text = TASKS[words]["de" if self.house.settings.locale == "de" else "en"] % {"name": name, **values}
        tasks.add(self.session, kind=kind, text=lines.cut(text, 500), contact_id=contact.id, due_on=due_on)


def _reply(case: _Case) -> None:
    session, contact, row = case.session, case.contact, case.row
    if row.touchpoint_id is not None and row.waits_since is not None:
        return  # understood anew: it stands on the timeline, and its answer is owed already
    touchpoint = on_timeline(session, row)
    row.waits_since = row.at
    _replied(session, row)
    _end_follow_ups(session, contact, case.now)
    _wake(session, contact, case.today)
    owed = Candidate(
        kind="answer_owed", what=f"since:{touchpoint.at.isoformat()}", source="care", contact_id=contact.id,
        happened_on=touchpoint.at.date(), headline=lines.cut(row.subject, 300), quote=lines.cut(row.text, 250),
        details={"since": touchpoint.at.date().isoformat(), "incoming_id": row.id},
    )  # fmt: skip
    _close_owed_before(session, contact, case.now)
    suggest.suggest(session, [owed], now=case.now, zone=case.zone)
    _rejudge(session, contact, case.now, case.zone)


def _auto_reply(case: _Case) -> None:
    what = case.what
    if what.sub == "left":
        heir = " ".join(part for part in (what.successor_name, what.successor) if part)
        case.task("left_to" if heir else "left", case.today, heir=heir)
        _end_follow_ups(case.session, case.contact, case.now)
    elif what.sub == "out_of_office":
        back = what.returns_on or case.today + timedelta(days=7)
        _wait(case.session, case.contact, back + timedelta(days=1), case.today)


def _opt_out(case: _Case) -> None:
    session, contact, row = case.session, case.contact, case.row
    on_timeline(session, row)
    _replied(session, row)
    source = f"Mail, {on_wall(row.at, case.zone):%d.%m.%Y}"
    permissions.record(
        session, contact.id, channel="mail", what="objected", said=row.text[:500], source=source, at=row.at
    )
    with suppress(Invalid):  # a sender's address that is none; the contact's own is suppressed by the record above
        suppression.add(session, row.address, "objection", source, now=case.now)
    _end_follow_ups(session, contact, case.now)


def _data_request(case: _Case) -> None:
    _reply(case)
    due = on_wall(case.row.at, case.zone).date() + timedelta(days=REQUEST_DAYS)
    case.task("erasure" if case.what.sub == "erasure" else "access", due, kind="request")


def _legal_threat(case: _Case) -> None:
    _reply(case)
    session, contact, row = case.session, case.contact, case.row
    stops.put(
        session, company_id=contact.company_id, contact_id=contact.id if contact.company_id is None else None,
        kind=LEGAL_THREAT, reach="person", on=case.today, headline=lines.cut(row.subject, 300),
        quote=lines.cut(row.text, 250), now=case.now,
    )  # fmt: skip
    case.task("threat", case.today)
    _rejudge(session, contact, case.now, case.zone)
    name = display_name(contact.title, contact.first_name, contact.last_name, contact.email)
    alerts.legal_threat(session, case.house, name=name, text=row.text, contact_id=contact.id)


def _waits(case: _Case) -> None:
    """A person has to look: a challenge to click, a mail nobody understands."""
    case.row.waits_since = case.row.at


def _nothing(case: _Case) -> None:
    """It is kept, and nothing follows: a receipt, an acknowledgement."""


_RULES: dict[Kind, Callable[[_Case], None]] = {
    Kind.REPLY: _reply,
    Kind.AUTO_REPLY: _auto_reply,
    Kind.OPT_OUT: _opt_out,
    Kind.DATA_REQUEST: _data_request,
    Kind.LEGAL_THREAT: _legal_threat,
    Kind.CHALLENGE: _waits,
    Kind.UNKNOWN: _waits,
}


def on_timeline(session: Session, row: Incoming) -> Touchpoint:
    """The entry of this mail on the timeline, made when there is none."""
    found = session.get(Touchpoint, row.touchpoint_id) if row.touchpoint_id is not None else None
    if found is not None:
        return found
    touchpoint = history.add(
        session, contact_id=row.contact_id, kind="mail_in", at=row.at, source=row.address[:100],
        text=lines.paragraphs(row.text or row.subject or "…", history.TEXT_MOST),
    )  # fmt: skip
    row.touchpoint_id = touchpoint.id
    session.flush()
    return touchpoint


def _replied(session: Session, row: Incoming) -> None:
    """The mail it answers was answered; the first answer counts."""
    if row.delivery_id is not None:
        first = update(Delivery).where(Delivery.id == row.delivery_id, Delivery.replied_at.is_(None))
        session.connection().execute(first.values(replied_at=row.at))
        arrived = update(Delivery).where(Delivery.id == row.delivery_id, Delivery.state == "unsure")
        session.connection().execute(arrived.values(state="sent", sent_at=row.at, reason="answered"))


def _end_follow_ups(session: Session, contact: Contact, now: datetime) -> None:
    over = update(Occasion).where(
        Occasion.contact_id == contact.id, Occasion.kind == "follow_up", Occasion.state.in_(LIVE)
    )
    session.connection().execute(over.values(state=State.EXPIRED, decision="answered", decided_at=now))


def _wake(session: Session, contact: Contact, today: date) -> None:
    """What was put off until they answer is looked at again."""
    asleep = update(Occasion).where(
        Occasion.contact_id == contact.id, Occasion.state == State.SNOOZED, Occasion.decision == WHEN_ANSWERED
    )
    session.connection().execute(asleep.values(snoozed_until=today, decision=""))


def _wait(session: Session, contact: Contact, until: date, today: date) -> None:
    """Follow-ups sleep until they are back."""
    query = select(Occasion).where(
        Occasion.contact_id == contact.id, Occasion.kind == "follow_up", Occasion.state.in_(LIVE)
    )
    for one in session.scalars(query).all():
        one.state = State.SNOOZED
        one.snoozed_until = max(until, one.snoozed_until or today)
        one.happened_on = one.snoozed_until
        one.expires_on = max(one.expires_on, one.snoozed_until + timedelta(days=14))
    session.flush()


def _close_owed_before(session: Session, contact: Contact, now: datetime) -> None:
    """A second mail before we answered the first: one answer is owed, to the last."""
    earlier = update(Occasion).where(
        Occasion.contact_id == contact.id, Occasion.kind == "answer_owed", Occasion.state.in_(LIVE)
    )
    session.connection().execute(earlier.values(state=State.EXPIRED, decided_at=now))


def _rejudge(session: Session, contact: Contact, now: datetime, zone: str) -> None:
    customer = ("company", contact.company_id) if contact.company_id is not None else ("contact", contact.id)
    suggest.rejudge(session, {customer}, now=now, zone=zone)
