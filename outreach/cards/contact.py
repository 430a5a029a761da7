"""The card of one contact: everything known of a person, gathered from the floors below.

    person ─┬─ channels, addresses, subscriptions, permissions ──▶ lights
            ├─ facts, days, tasks, what is owed ──▶ next best step
            └─ timeline (its first page) and how many entries of each kind

About twenty statements by index, however long the history is.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import cast

from sqlalchemy.orm import Session

from outreach import contacts, dates, facts, salutation, tasks, valuation, value
from outreach.cards import situation
from outreach.cards.situation import Owed, Sorted
from outreach.consent import history, light, permissions, suppression
from outreach.consent.history import Happened, Standing
from outreach.consent.light import Light, Recorded
from outreach.consent.permissions import PermissionLine
from outreach.contacts import Person, channels, doubts
from outreach.contacts.channels import ChannelLine, PostalLine
from outreach.dates import DayLine
from outreach.errors import N_, NotFound
from outreach.history import timeline
from outreach.history.timeline import Timeline
from outreach.names import Proposal
from outreach.tasks import TaskLine
from outreach.value import Cadence, Due, Said, Situation, Stage, Step, Trend, ValueClass


@dataclass(frozen=True)
class Moved:
    """The contact was merged into another: its card is there."""

    contact_id: int


@dataclass(frozen=True)
class Card:
    """A contact with everything the page shows."""

    person: Person
    channels: Sequence[ChannelLine]
    postal: Sequence[PostalLine]
    #: of the company, where letters go when the person has no address
    company_postal: Sequence[PostalLine]
    greeting: salutation.Greeting | salutation.Refused
    #: what may be wrong with the name, and only a click puts right
    doubts: Sequence[Proposal]
    value: Said
    trend: Trend
    step: Step | None
    owed: Owed
    cadence: Cadence
    #: None: nobody to keep in touch with yet
    due: Due | None
    lights: tuple[Light, ...]
    permissions: Sequence[PermissionLine]
    facts: Sorted
    days: Sequence[DayLine]
    tasks: Sequence[TaskLine]
    timeline: Timeline
    counts: Mapping[str, int]
    #: why nothing is written to the address (consent.suppression.REASONS); empty: it may be
    suppressed: str
    subscriptions: Sequence[Standing]
    history: Sequence[Happened]


def get(session: Session, contact_id: int, *, today: date, now: datetime, kinds: Collection[str] = ()) -> Card | Moved:
    """The card of this contact, or where it went; raises NotFound. `today` is the reader's day."""
    person = contacts.person(session, contact_id)
    if person.merged_into_id is not None:
        return Moved(person.merged_into_id)
    if person.gone:
        raise NotFound(N_("There is no such contact, or not any more."))
    further = channels.of(session, contact_id)
    own_postal, firm_postal = _postal(session, person)
    said = permissions.of(session, contact_id)
    known = situation.by_kind(facts.of_contact(session, contact_id, today=today), today)
    to_do = tasks.open_of(session, contact_id=contact_id)
    counts = timeline.counts(session, contact_id)
    hashed = person.address_hash
    suppressed = suppression.reason_of(session, hashed) if hashed is not None else ""
    pace = _cadence(session, person)
    due = _due(person, pace, today)
    owed = situation.owed(session, contact_id)
    trend = _trend(person)
    has_letter = bool(own_postal or firm_postal)
    return Card(
        person=person,
        channels=further,
        postal=own_postal,
        company_postal=firm_postal,
        greeting=greeting(person),
        doubts=doubts.of_person(person),
        value=_value(session, person),
        trend=trend,
        step=value.next_best_step(Stage(person.stage), _situation(person, known, to_do, owed, due, trend, today)),
        owed=owed,
        cadence=pace,
        due=due,
        lights=light.lights(
            _known(person, further, said, counts, is_suppressed=bool(suppressed), has_letter=has_letter)
        ),
        permissions=said,
        facts=known,
        days=dates.of(session, contact_id=contact_id, today=today),
        tasks=to_do,
        timeline=timeline.of_contact(session, contact_id, kinds=kinds),
        counts=counts,
        suppressed=suppressed,
        subscriptions=history.standing(session, contact_id),
        history=history.proof(session, contact_id),
    )


def _value(session: Session, person: Person) -> Said:
    """The class with its reason; classes are computed for everybody at once, so a new one has to wait for that."""
    explained = valuation.explained(person, valuation.totals(session))
    if person.value_rank is None and person.turnover_12 > 0:
        waits = N_("%(turnover_cents)s in 12 months. The class follows with the next computation.")
        return Said(waits, {"turnover_cents": person.turnover_12})
    return explained


def greeting(person: Person) -> salutation.Greeting | salutation.Refused:
    """The greeting line as it will be written, or why there is none."""
    names = salutation.Named.__dataclass_fields__
    return salutation.greeting(salutation.Named(**{name: getattr(person, name) for name in names}))


def _postal(session: Session, person: Person) -> tuple[Sequence[PostalLine], Sequence[PostalLine]]:
    own = channels.postal(session, contact_id=person.id)
    return own, channels.postal(session, company_id=person.company_id) if person.company_id is not None else ()


def _known(
    person: Person,
    further: Sequence[ChannelLine],
    said: Sequence[PermissionLine],
    counts: Mapping[str, int],
    *,
    is_suppressed: bool,
    has_letter: bool,
) -> light.Known:
    return light.Known(
        has_mail=bool(person.email),
        has_phone=bool(person.phone) or any(one.kind == "phone" and one.label != "fax" for one in further),
        has_letter=has_letter,
        is_suppressed=is_suppressed,
        is_deceased=person.deceased_at is not None,
        at_work=person.company_id is not None,
        orders=counts.get("order", 0),
        recorded=[Recorded(one.channel, one.what, one.at.date(), one.source) for one in said if one.ended_at is None],
    )


def _cadence(session: Session, person: Person) -> Cadence:
    own = None
    if person.cadence_ideal is not None and person.cadence_latest is not None:
        own = Cadence(person.cadence_ideal, person.cadence_latest)
    return value.cadence(cast(ValueClass, person.value_class), own=own, per_class=valuation.cadences(session))


def _due(person: Person, pace: Cadence, today: date) -> Due | None:
    """As in valuation: whoever only reads the newsletter is nobody to be called every half year."""
    quiet = person.muted_at is not None or person.deceased_at is not None
    known = person.last_contact_at is not None or person.turnover_36 > 0 or person.cadence_ideal is not None
    if not known and not quiet and person.paused_until is None:
        return None
    return value.due(
        last_contact_on=person.last_contact_at.date() if person.last_contact_at is not None else None,
        created_on=person.created_at.date(),
        cadence=pace,
        today=today,
        muted=person.muted_at is not None,
        paused_until=person.paused_until,
        deceased=person.deceased_at is not None,
    )


def _trend(person: Person) -> Trend:
    earlier = person.turnover_36 - person.turnover_12 - person.turnover_before
    return value.trend(last=person.turnover_12, before=person.turnover_before, earlier=earlier)


def _situation(
    person: Person,
    known: Sorted,
    to_do: Sequence[TaskLine],
    owed: Owed,
    due: Due | None,
    trend: Trend,
    today: date,
) -> Situation:
    wish = known.first("wish")
    return Situation(
        deceased=person.deceased_at is not None,
        open_complaint=owed.complaint_id is not None,
        promise_due=situation.promise_is_due(known, to_do, today),
        thanks_owed=owed.thanks > 0,
        open_wish=wish.text if wish is not None else "",
        gone_quiet=due is not None and (due.state == "late" or (trend == "lost" and due.state != "quiet")),
        referral_asked=owed.referral_asked,
    )
