"""Newsletters on their way: from a due time to the last mail.

    sweep → (scheduled, due) → begin ─ fan_out → audience frozen as deliveries ─ send_slice … → finished

Every step asks for the next, and the sweep asks again for whatever got lost; the rows say what is to be done.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, exists, select, update
from sqlalchemy.engine import Connection
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from campaigns import audience, checks, content, newsletters, recipients
from campaigns.personalise import Compiled, Recipient
from campaigns.rows import Campaign
from outreach import clock, jobs, logs
from outreach.db import is_sqlite
from outreach.errors import N_, Invalid, OutreachError
from outreach.house import House
from outreach.mail import outbox, send
from outreach.mail.answers import Whose, one_line
from outreach.mail.ledger import Gate
from outreach.mail.rows import Delivery
from outreach.mail.send import End, Parcel, Report, Spoiled, Work
from outreach.senders import Sender

log = logs.get(__name__)


def sweep(house: House) -> None:
    """Begin what is due, ask again for what waits, finish what is done. Safe to run anywhere, any number of times."""
    now = clock.now()
    for campaign_id in _due(house, now):
        _begin(house, campaign_id)
    _look_after_ended(house)
    with house.database.reading() as session:
        under_way = session.execute(
            select(Campaign.id, Campaign.fanned_out_at, _has_due(now)).where(Campaign.state == "sending")
        ).all()
    for campaign_id, fanned_out_at, has_due in under_way:
        if fanned_out_at is None:
            _ask(house, "fan_out", campaign_id)
        elif has_due:
            ask_slices(house, campaign_id)
        else:
            finish(house, campaign_id)


def ask_slices(house: House, campaign_id: int) -> None:
    """Ask for as many slices as there are connections; those that find every lane in use end at once."""
    with house.database.session(writing=True) as session:
        for lane in range(house.settings.smtp_connections):
            jobs.ask(session, "send_slice", campaign_id=campaign_id, lane=lane)
        session.commit()


def fan_out(house: House, campaign_id: int) -> None:
    """Freeze text and audience: one INSERT … SELECT of the segment ∩ live consent − suppression, counted twice."""
    try:
        with house.database.writing() as session:
            if not is_sqlite(session):  # both counts see the same moment
                session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
            _fan_out(session, house, campaign_id)
    except OperationalError as error:
        # Somebody changed the newsletter at this very moment (serialization failure); the sweep asks again.
        log.warning("fan_out_again", campaign=campaign_id, error=type(error.orig).__name__)
        return
    with house.database.reading() as session:
        begun = session.scalar(
            select(Campaign.fanned_out_at).where(Campaign.id == campaign_id, Campaign.state == "sending")
        )
    if begun is not None:
        ask_slices(house, campaign_id)


def send_slice(house: House, campaign_id: int) -> None:
    """Send for a few seconds on one connection; one-off mails first, or a large newsletter would hold them up for hours."""
    send.deliver_waiting(house)
    with house.database.reading() as session:
        found = session.execute(
            select(Campaign.sender_id, Sender.address).join(Sender, Sender.id == Campaign.sender_id)
            .where(Campaign.id == campaign_id, Campaign.state == "sending", Campaign.fanned_out_at.is_not(None))
        ).first()  # fmt: skip
    if found is None:
        return
    composer = _Composer(house, campaign_id, found.address)
    try:
        report = send.work_off(house, Work(campaign_id, found.sender_id, GATE, composer.compose, composer.goes_on))
    except NothingComposed as problem:
        with house.database.writing() as session:
            newsletters.pause_for_trouble(session, campaign_id, problem.sentence, problem.values)
        return
    _follow_up(house, campaign_id, report)


def finish(house: House, campaign_id: int) -> bool:
    """`sent`, when nothing is left to do; gives whether it is so now."""
    with house.database.writing() as session:
        # Locked first: the second statement then sees whatever was put back by whoever held the lock before.
        locked = session.scalar(
            select(Campaign.id)
            .where(Campaign.id == campaign_id, Campaign.state == "sending", Campaign.fanned_out_at.is_not(None))
            .with_for_update(skip_locked=True)
        )
        if locked is None:
            return False
        left = exists().where(Delivery.campaign_id == campaign_id, Delivery.state.in_(("ready", "claimed", "sending")))
        changed = session.connection().execute(
            update(Campaign).where(Campaign.id == campaign_id, ~left)
            .values(state="sent", finished_at=clock.now(), updated_at=clock.now())
        )  # fmt: skip
    if changed.rowcount:
        log.info("newsletter_sent", campaign=campaign_id)
    return changed.rowcount == 1


class NothingComposed(Invalid):
    """Not one mail of a block could be made: the text is broken, not the data of one person."""


def _due(house: House, now: datetime) -> Sequence[int]:
    with house.database.reading() as session:
        return session.scalars(
            select(Campaign.id).where(Campaign.state == "scheduled", Campaign.scheduled_at <= now)
        ).all()  # fmt: skip


def _begin(house: House, campaign_id: int) -> None:
    with house.database.writing() as session:
        campaign = session.scalar(
            select(Campaign)
            .where(Campaign.id == campaign_id, Campaign.state == "scheduled")
            .with_for_update(skip_locked=True)
        )
        if campaign is None:
            return  # somebody was faster
        try:
            checks.require(session, house, campaign)  # once more: it may have been changed since it was planned
        except OutreachError as problem:
            newsletters.back_to_draft(session, campaign, problem)
            log.warning("newsletter_not_ready", campaign=campaign_id)
        else:
            newsletters.begin(session, campaign_id, ("scheduled",))


def _fan_out(session: Session, house: House, campaign_id: int) -> None:
    campaign = session.scalar(
        select(Campaign)
        .where(Campaign.id == campaign_id, Campaign.state == "sending", Campaign.fanned_out_at.is_(None))
        .with_for_update(skip_locked=True)
    )
    if campaign is None:
        return  # done, called off, or another worker is at it
    now = clock.now()
    try:
        campaign.frozen = content.freeze(session, house, campaign)
    except OutreachError as problem:
        newsletters.back_to_draft(session, campaign, problem)
        log.warning("newsletter_not_frozen", campaign=campaign_id)
        return
    chosen = audience.people(session, campaign, now)
    expected = audience.count(session, chosen)
    written = audience.enter(session, campaign, chosen, now)
    if written != expected:
        raise RuntimeError(f"newsletter {campaign_id}: {expected} people, but {written} deliveries")
    if not written:
        newsletters.back_to_draft(session, campaign, Invalid(N_("Nobody would get this newsletter: no contact of the "
                                                                "segment has agreed to it.")))  # fmt: skip
        return
    campaign.audience, campaign.fanned_out_at = written, now
    session.flush()
    log.info("newsletter_fanned_out", campaign=campaign_id, audience=written)


def _follow_up(house: House, campaign_id: int, report: Report) -> None:
    if report.trouble is not None and report.trouble.whose is Whose.IDENTITY:
        # The server does not let us send at all: every further mail would only be refused as well.
        with house.database.writing() as session:
            newsletters.pause_for_trouble(session, campaign_id, report.sentence, dict(report.values))
    elif report.end is End.TIME:
        _ask(house, "send_slice", campaign_id)
    elif report.end is End.EMPTY:
        finish(house, campaign_id)


def _look_after_ended(house: House) -> None:
    """What became ready again after the end (a worker's late result, a block given back) is called off or sent."""
    waits = exists().where(outbox.IS_READY, Delivery.campaign_id == Campaign.id).correlate(Campaign)
    with house.database.reading() as session:
        ended = session.scalars(select(Campaign.id).where(Campaign.state.in_(("sent", "stopped")), waits)).all()
    for campaign_id in ended:
        with house.database.writing() as session:
            newsletters.look_after_ended(session, campaign_id)
        log.warning("mails_after_the_end", campaign=campaign_id)


def _ask(house: House, job: str, campaign_id: int) -> None:
    with house.database.session(writing=True) as session:
        jobs.ask(session, job, campaign_id=campaign_id)
        session.commit()


def _has_due(now: datetime) -> ColumnElement[bool]:
    due = exists().where(outbox.IS_READY, Delivery.campaign_id == Campaign.id, Delivery.next_try_at <= now)
    return due.correlate(Campaign)


class _Composer:
    """The mails of one newsletter, a block at a time."""

    def __init__(self, house: House, campaign_id: int, sender: str) -> None:
        self._house, self._campaign_id, self._sender = house, campaign_id, sender

    def compose(self, session: Session, ids: Sequence[int]) -> Iterator[Parcel | Spoiled]:
        """One mail each; one that cannot be made is skipped and shown, but when none can be, NothingComposed."""
        compiled = content.compiled(session, self._house, self._campaign_id)
        people = recipients.load(session, ids)
        held = recipients.held(session, ids) if len(people) < len(ids) else set()
        return self._each(compiled, ids, people, held)

    def _each(
        self, compiled: Compiled, ids: Sequence[int], people: list[Recipient], held: Collection[int]
    ) -> Iterator[Parcel | Spoiled]:
        spoiled: list[Spoiled] = []
        for person in people:
            made = self._one(compiled, person)
            if isinstance(made, Spoiled):
                spoiled.append(made)
            yield made
        if len(spoiled) == len(people) > 1:
            raise NothingComposed(N_("The text cannot be filled in for anybody: %(why)s"), why=spoiled[0].answer)
        found = {person.delivery_id for person in people}
        left = [number for number in ids if number not in found]
        yield from (Spoiled(number, "stop_flag" if number in held else "contact_gone") for number in left)

    def goes_on(self, session: Session) -> bool:
        """Whether it is still being sent."""
        state = session.scalar(select(Campaign.state).where(Campaign.id == self._campaign_id))
        return state == "sending"

    def _one(self, compiled: Compiled, person: Recipient) -> Parcel | Spoiled:
        try:
            return Parcel(person.delivery_id, self._sender, person.address, compiled.message(person, date=clock.now()))
        except Exception as error:  # noqa: BLE001 - an edge: a person's own text with another person's data
            log.warning("not_composed", delivery=person.delivery_id, error=type(error).__name__)
            return Spoiled(person.delivery_id, "not_composed", one_line(str(error) or type(error).__name__))


def _why_closed(connection: Connection, ids: Sequence[int]) -> Mapping[int, tuple[str, str]]:
    """Paused: back to where it can be claimed when it goes on. Stopped: called off."""
    rows = connection.execute(
        select(Delivery.id, Campaign.state)
        .join(Campaign, Campaign.id == Delivery.campaign_id)
        .where(Delivery.id.in_(ids))
    ).all()
    return {row.id: ("cancelled", "stopped") if row.state == "stopped" else ("ready", "") for row in rows}


GATE = Gate(exists().where(Campaign.id == Delivery.campaign_id, Campaign.state == "sending"), _why_closed)
