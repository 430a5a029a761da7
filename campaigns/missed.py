"""Who did not get a newsletter, why, and sending it to these. Who has got it never gets it again.

Deliveries that are unsure are sent again only when a person names them: a second mail is worse than a missing one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, false, func, literal, or_, select, update
from sqlalchemy.orm import Session

from campaigns import audience
from campaigns.rows import Campaign
from outreach import clock, jobs, paging
from outreach.contacts import Contact, display_name
from outreach.errors import N_, Conflict, Invalid, NotFound
from outreach.mail.rows import Delivery
from outreach.paging import Page

#: the group of people who are in the audience now and have no delivery
NEW = "new"
#: still on their way
_OPEN = ("ready", "claimed", "sending")
#: their own word or a dead address; sending again would only be held back again
_FINAL_REASONS = ("unsubscribed", "suppressed", "address_unknown", "contact_gone", "merged")


@dataclass(frozen=True)
class Group:
    """People who did not get it for one reason. `key` is what send_to_missed() takes."""

    key: str
    state: str
    reason: str
    people: int
    can_be_sent: bool


@dataclass(frozen=True)
class Person:
    """One of them."""

    delivery_id: int | None
    contact_id: int
    name: str
    address: str
    state: str
    reason: str
    answer: str
    attempts: int


@dataclass(frozen=True)
class Missed:
    """Who did not get it: the groups, and one page of the people of one group or of all."""

    groups: list[Group]
    people: Page[Person]

    @property
    def total(self) -> int:
        """How many people there are in all groups."""
        return sum(group.people for group in self.groups)


def missed(
    session: Session, campaign_id: int, *, group: str = "", page: int = 1, per_page: int = paging.PER_PAGE
) -> Missed:
    """The groups and the people of one (`group` is its key); raises NotFound."""
    campaign = _campaign(session, campaign_id)
    now = clock.now()
    rows = session.execute(
        select(Delivery.state, Delivery.reason, func.count())
        .where(Delivery.campaign_id == campaign_id, Delivery.state.not_in(("sent", *_OPEN)))
        .group_by(Delivery.state, Delivery.reason)
    )
    groups = [
        Group(_key(state, reason), state, reason, people, reason not in _FINAL_REASONS)
        for state, reason, people in rows
    ]
    new = audience.count(session, audience.without_delivery(session, campaign, now)) if campaign.fanned_out_at else 0
    if new:
        groups.append(Group(NEW, NEW, "", new, True))
    groups.sort(key=lambda one: (-one.people, one.key))
    if group == NEW:
        people = _new_people(session, campaign, now, page=page, per_page=per_page)
    else:
        people = _people(session, campaign_id, group, page=page, per_page=per_page)
    return Missed(groups, people)


@dataclass(frozen=True)
class Unsure:
    """A newsletter with mails nobody can be sure about, and how many."""

    campaign_id: int
    name: str
    mails: int


def unsure(session: Session) -> list[Unsure]:
    """Every newsletter with unsure mails, the newest first; one query, an index lookup for each newsletter."""
    of_it = select(func.count()).where(Delivery.campaign_id == Campaign.id, Delivery.state == "unsure")
    mails = of_it.correlate(Campaign).scalar_subquery()
    rows = session.execute(select(Campaign.id, Campaign.name, mails).where(mails > 0).order_by(Campaign.id.desc()))
    return [Unsure(*row) for row in rows]


def send_to_missed(session: Session, campaign_id: int, reasons: Iterable[str]) -> int:
    """Send it to the groups named by their keys; gives to how many. People who got it are never among them.

    Raises Conflict when the newsletter was never begun, Invalid for a key that cannot be sent to.
    """
    keys = list(dict.fromkeys(reasons))
    campaign = _campaign(session, campaign_id, lock=True)
    if campaign.fanned_out_at is None:
        raise Conflict(N_("This newsletter has not been sent to anybody yet."))
    bad = [key for key in keys if key != NEW and not _can_be_sent(key)]
    if bad or not keys:
        raise Invalid(N_("Choose whom to send it to."), field="reasons")
    now = clock.now()
    again = _again(session, or_(false(), *(_is_group(key) for key in keys if key != NEW)), campaign_id, now)
    new = (
        audience.enter(session, campaign, audience.without_delivery(session, campaign, now), now) if NEW in keys else 0
    )
    if again + new:
        _wake(session, campaign_id, new, now)
    return again + new


def settle_unsure(session: Session, delivery_id: int, decision: str) -> None:
    """A person decides about an unsure delivery: `sent` (it arrived) or `again` (it did not).

    Raises Conflict when it is not unsure any more, Invalid for another word.
    """
    if decision not in ("sent", "again"):
        raise Invalid(N_("Say whether the mail has arrived or shall be sent again."), field="decision")
    now = clock.now()
    found = session.execute(select(Delivery.campaign_id, Delivery.state).where(Delivery.id == delivery_id)).first()
    if found is None:
        raise NotFound(N_("There is no such mail."))
    if decision == "again":
        if found.campaign_id is not None:
            _campaign(session, found.campaign_id, lock=True)
        changed = _again(session, Delivery.id == delivery_id, found.campaign_id, now, states=("unsure",))
    else:
        changed = session.connection().execute(
            update(Delivery).where(Delivery.id == delivery_id, Delivery.state == "unsure")
            .values(state="sent", reason="settled", sent_at=func.coalesce(Delivery.sent_at, now))
        ).rowcount  # fmt: skip
    if changed != 1:
        raise Conflict(N_("This mail is not unsure any more."))
    if decision == "again":
        if found.campaign_id is None:
            jobs.ask(session, "deliver_waiting")
        else:
            _wake(session, found.campaign_id, 0, now)


def _campaign(session: Session, campaign_id: int, *, lock: bool = False) -> Campaign:
    query = select(Campaign).where(Campaign.id == campaign_id)
    # Locked before its deliveries change, so that nobody finds it finished in between.
    campaign = session.scalar(query.with_for_update() if lock else query)
    if campaign is None:
        raise NotFound(N_("There is no such newsletter."))
    return campaign


def _again(
    session: Session, which: ColumnElement[bool], campaign_id: int | None, now: datetime,
    *, states: tuple[str, ...] = ("refused", "expired", "cancelled", "skipped", "unsure"),
) -> int:  # fmt: skip
    of_it = Delivery.campaign_id.is_(None) if campaign_id is None else Delivery.campaign_id == campaign_id
    return session.connection().execute(
        update(Delivery).where(of_it, which, Delivery.state.in_(states))
        .values(state="ready", attempts=0, next_try_at=now, reason="", answer="")
    ).rowcount  # fmt: skip


def _wake(session: Session, campaign_id: int, new: int, now: datetime) -> None:
    """Back to sending, when it had ended; a paused one stays paused until somebody resumes it."""
    session.connection().execute(
        update(Campaign).where(Campaign.id == campaign_id)
        .values(audience=func.coalesce(Campaign.audience, 0) + new, updated_at=now)
    )  # fmt: skip
    session.connection().execute(
        update(Campaign).where(Campaign.id == campaign_id, Campaign.state.in_(("sent", "stopped")))
        .values(state="sending", finished_at=None)
    )  # fmt: skip
    session.expire_all()
    jobs.ask(session, "send_slice", campaign_id=campaign_id)


def _key(state: str, reason: str) -> str:
    return f"{state}:{reason}" if reason else state


def _can_be_sent(key: str) -> bool:
    state, _, reason = key.partition(":")
    return state in ("refused", "expired", "cancelled", "skipped", "unsure") and reason not in _FINAL_REASONS


def _is_group(key: str) -> ColumnElement[bool]:
    state, _, reason = key.partition(":")
    return and_(Delivery.state == state, Delivery.reason == reason)


_COLUMNS = (Contact.id, Contact.title, Contact.first_name, Contact.last_name, Contact.email)


def _people(session: Session, campaign_id: int, group: str, *, page: int, per_page: int) -> Page[Person]:
    query = (
        select(
            Delivery.id,
            Delivery.address,
            Delivery.state,
            Delivery.reason,
            Delivery.answer,
            Delivery.attempts,
            *_COLUMNS,
        )
        .join(Contact, Contact.id == Delivery.contact_id)
        .where(Delivery.campaign_id == campaign_id, Delivery.state.not_in(("sent", *_OPEN)))
        .order_by(Delivery.id)
    )
    if group:  # a state alone means whatever the reason
        query = query.where(_is_group(group) if ":" in group else Delivery.state == group)
    return paging.fetch(session, query, lambda row: _person(row[:6], row[6:11]), page=page, per_page=per_page)


def _new_people(session: Session, campaign: Campaign, now: datetime, *, page: int, per_page: int) -> Page[Person]:
    chosen = audience.without_delivery(session, campaign, now).subquery()
    query = select(literal(None), Contact.email, literal(NEW), literal(""), literal(""), literal(0), *_COLUMNS)
    query = query.join(chosen, chosen.c.id == Contact.id).order_by(Contact.id)
    return paging.fetch(session, query, lambda row: _person(row[:6], row[6:11]), page=page, per_page=per_page)


def _person(delivery: Any, contact: Any) -> Person:
    number, address, state, reason, answer, attempts = delivery
    name = display_name(contact[1], contact[2], contact[3], contact[4])
    return Person(number, contact[0], name, address, state, reason, answer, attempts)
