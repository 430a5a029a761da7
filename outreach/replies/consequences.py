"""What follows from a mail that came back. Each rule once; all of them in the transaction that keeps the mail.

any mail       of ours it names went out: what nobody could know is known
reply          the timeline, the answer waits, approved letters come back, follow-ups end, what slept until now wakes
out of office  follow-ups wait until the day after the return
left           a task: who is next?
opt-out        an objection of everybody concerned, and the suppression list at once
data request   a task with the legal day (Art. 12 (3) GDPR: one month)
legal threat   everything to that company stops, a task for today, an alert
bounce         see bounces.py
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from outreach import lines, logs, stops, tasks
from outreach.clock import on_wall
from outreach.consent import permissions, suppression
from outreach.contacts import Contact, display_name
from outreach.drafts import situation
from outreach.errors import Invalid, OutreachError
from outreach.history import store as history
from outreach.history.rows import Touchpoint
from outreach.house import House
from outreach.mail.classify import Classified, Kind
from outreach.mail.rows import Delivery
from outreach.occasions import suggest
from outreach.occasions.rows import WAYS, Occasion, State
from outreach.occasions.silence import Candidate
from outreach.occasions.suggest import LIVE
from outreach.replies import alerts, bounces, follow_ups, matching
from outreach.replies.rows import Incoming
from outreach.tasks import Task

log = logs.get(__name__)
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


def follow(session: Session, house: House, row: Incoming, what: Classified, *, now: datetime) -> None:
    """Do what follows from this mail."""
    _arrived(session, row)
    if what.kind in (Kind.BOUNCE, Kind.SPAM_REPORT):
        bounces.of_mail(session, row, what, now=now, language=house.settings.locale)
        return
    if row.contact_id is None:
        return
    contact = session.get_one(Contact, row.contact_id)
    case = _Case(session, contact, row, what, now, house, _concerned(session, row))
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
    #: who wrote, and whom we had written to when a colleague answers for them
    ids: Sequence[int]

    @property
    def zone(self) -> str:
        return self.house.settings.timezone

    @property
    def today(self) -> date:
        return on_wall(self.now, self.zone).date()

    def task(self, words: str, due_on: date | None, *, kind: str = "", **values: str) -> None:
        """Something a person has to do, in the language of the installation; once, while it is open."""
        contact, session = self.contact, self.session
        name = display_name(contact.title, contact.first_name, contact.last_name, contact.email)
        text = TASKS[words]["de" if self.house.settings.locale == "de" else "en"] % {"name": name, **values}
        text = lines.cut(text, 500)
        same = select(Task.id).where(Task.contact_id == contact.id, Task.text == text, Task.done_at.is_(None))
        if session.scalar(same.limit(1)) is None:
            tasks.add(session, kind=kind, text=text, contact_id=contact.id, due_on=due_on)


def _reply(case: _Case) -> None:
    session, contact, row = case.session, case.contact, case.row
    if row.touchpoint_id is not None and row.waits_since is not None:
        return  # understood anew: it stands on the timeline, and its answer is owed already
    touchpoint = on_timeline(session, row)
    row.waits_since = row.at
    _replied(session, row)
    follow_ups.call_off(session, case.ids, now=case.now, zone=case.zone)
    follow_ups.end(session, case.ids, why="answered", now=case.now)
    follow_ups.wake(session, case.ids, case.today)
    _owe(case, touchpoint)
    _rejudge(session, contact, case.now, case.zone)


def _owe(case: _Case, touchpoint: Touchpoint) -> None:
    """An answer is owed, with their words. A second mail before we answered the first: one answer, to the last."""
    session, row = case.session, case.row
    headline, quote = lines.cut(row.subject, 300), lines.cut(row.text, 250)
    details = {"since": touchpoint.at.date().isoformat(), "incoming_id": row.id}
    open_already = select(Occasion).where(
        Occasion.contact_id == case.contact.id, Occasion.kind == "answer_owed", Occasion.state.in_(LIVE)
    )
    found = session.scalars(open_already.order_by(Occasion.id.desc()).limit(1)).first()
    if found is None:
        owed = Candidate(
            kind="answer_owed", what=f"since:{touchpoint.at.isoformat()}", source="care", contact_id=case.contact.id,
            happened_on=touchpoint.at.date(), details=details, headline=headline,
            quote=quote,
        )  # fmt: skip
        suggest.suggest(session, [owed], now=case.now, zone=case.zone)
        return
    # They wait since the first; put off or not, the second is read today.
    found.details = {**details, "since": found.details.get("since", details["since"])}
    found.headline, found.quote = headline, quote
    found.expires_on = max(found.expires_on, case.today + timedelta(days=30))
    if found.state == State.SNOOZED:
        found.snoozed_until, found.decision = case.today, ""
    session.flush()


def _auto_reply(case: _Case) -> None:
    what = case.what
    if what.sub == "left":
        heir = " ".join(part for part in (what.successor_name, what.successor) if part)
        case.task("left_to" if heir else "left", case.today, heir=heir)
        follow_ups.end(case.session, case.ids, why="left", now=case.now)
    elif what.sub == "out_of_office":
        back = what.returns_on or case.today + timedelta(days=7)
        follow_ups.wait(case.session, case.ids, back + timedelta(days=1))


def _opt_out(case: _Case) -> None:
    session, contact, row = case.session, case.contact, case.row
    on_timeline(session, row)
    _replied(session, row)
    left = update(Delivery).where(Delivery.id == row.delivery_id, Delivery.unsubscribed_at.is_(None))
    session.connection().execute(left.values(unsubscribed_at=row.at))
    source = f"Mail, {on_wall(row.at, case.zone):%d.%m.%Y}"
    for one in case.ids:
        object_(session, one, said=row.text, source=source, at=row.at, now=case.now)
    with suppress(Invalid):  # a sender's address that is none
        suppression.add(session, row.address, "objection", source, now=case.now)
    follow_ups.call_off(session, case.ids, now=case.now, zone=case.zone)
    follow_ups.end(session, case.ids, why="objected", now=case.now)
    _rejudge(session, contact, case.now, case.zone)


def object_(session: Session, contact_id: int, *, said: str, source: str, at: datetime, now: datetime) -> None:
    """This contact wants no more mails: the light is red, and nothing goes to any of their addresses."""
    permissions.record(
        session, contact_id, channel="mail", what="objected", said=said[: permissions.SAID_MOST], source=source, at=at
    )
    for address in situation.addresses(session, session.get_one(Contact, contact_id)):
        with suppress(Invalid):  # kept on the card from a time when less was checked
            suppression.add(session, address, "objection", source, now=now)


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
    try:
        with session.begin_nested():
            alerts.legal_threat(session, case.house, name=name, text=row.text, contact_id=contact.id)
    except OutreachError as error:  # everything stops all the same; the start page says it
        log.warning("alert_not_sent", error=str(error)[:200])


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


def _arrived(session: Session, row: Incoming) -> None:
    """Whatever names a mail of ours proves that it went out."""
    if row.delivery_id is not None and row.matched_by == "message_id":
        arrived = update(Delivery).where(Delivery.id == row.delivery_id, Delivery.state == "unsure")
        session.connection().execute(arrived.values(state="sent", sent_at=row.at, reason="answered"))


def _replied(session: Session, row: Incoming) -> None:
    """The mail it answers was answered; the first answer counts."""
    if row.delivery_id is not None:
        first = update(Delivery).where(Delivery.id == row.delivery_id, Delivery.replied_at.is_(None))
        session.connection().execute(first.values(replied_at=row.at))


def _concerned(session: Session, row: Incoming) -> Sequence[int]:
    wrote_to = select(Delivery.contact_id).where(Delivery.id == row.delivery_id)
    other = matching.still(session, session.scalar(wrote_to)) if row.delivery_id is not None else None
    return list(dict.fromkeys(one for one in (row.contact_id, other) if one is not None))


def _rejudge(session: Session, contact: Contact, now: datetime, zone: str) -> None:
    follow_ups.forget(session)
    customer = ("company", contact.company_id) if contact.company_id is not None else ("contact", contact.id)
    suggest.rejudge(session, {customer}, now=now, zone=zone)
