"""Around a newsletter that is being written: beginning one, copying, testing, looking at it as somebody."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import case, func, or_, select
from sqlalchemy.orm import Session

from campaigns import audience, content, newsletters
from campaigns.rows import Campaign, Segment
from outreach import clock, contacts, paging
from outreach.consent.rows import MailingList
from outreach.contacts import Contact, display_name
from outreach.errors import N_, Conflict, Invalid
from outreach.house import House
from outreach.mail import outbox, templates
from outreach.mail.message import Mail
from outreach.senders import Sender

_READERS = 12


@dataclass(frozen=True)
class Reader:
    """A contact a newsletter can be looked at as."""

    id: int
    name: str
    address: str
    in_audience: bool


def begin(session: Session, *, name: str, template_id: int | None, user_id: int | None) -> Campaign:
    """A draft from a template (or empty); where there is only one list or sender, it is chosen."""
    lists = list(session.scalars(select(MailingList.id).order_by(MailingList.id).limit(2)))
    first_sender = session.scalar(select(Sender.id).order_by(Sender.id).limit(1))
    text: dict[str, Any] = {"subject": "", "preheader": "", "format": "markdown", "body": ""}
    if template_id is not None:
        found = templates.get(session, template_id)
        text = {"subject": found.subject, "preheader": found.preheader, "format": found.format, "body": found.body}
    return newsletters.create(session, name=name, template_id=template_id, sender_id=first_sender,
                              list_id=lists[0] if lists else None, created_by_id=user_id, **text)  # fmt: skip


def copy(session: Session, campaign: Campaign, *, name: str, user_id: int | None) -> Campaign:
    """A new draft with the text and the audience of another; `name` has a %(name)s gap."""
    return newsletters.create(
        session, name=(name % {"name": campaign.name})[:200], subject=campaign.subject, preheader=campaign.preheader,
        format=campaign.format, body=campaign.body, template_id=campaign.template_id, sender_id=campaign.sender_id,
        list_id=campaign.list_id, segment_id=campaign.segment_id, created_by_id=user_id,
    )  # fmt: skip


def discard(session: Session, campaign_id: int) -> None:
    """Delete a draft; raises Conflict for anything that was ever begun."""
    campaign = newsletters.get(session, campaign_id)
    if campaign.state != "draft":
        raise Conflict(N_("Only drafts can be deleted."))
    session.delete(campaign)
    session.flush()


def send_test(session: Session, house: House, campaign: Campaign, *, address: str, contact_id: int | None) -> int:
    """One copy to `address`, as `contact_id` would get it; raises Invalid, Broken."""
    sender = session.get(Sender, campaign.sender_id) if campaign.sender_id else None
    if sender is None:
        raise Invalid(N_("Choose who the newsletter comes from."), field="sender_id")
    shown = content.test_message(session, house, campaign, contact_id)
    return outbox.put(session, house, kind="test", sender_id=sender.id, mail=Mail(
        from_name=sender.name, from_address=sender.address, reply_to=sender.reply_to, to_name="",
        to_address=contacts.clean_address(address), subject=shown.subject, text=shown.text, html=shown.html,
    ))  # fmt: skip


def reader(session: Session, contact_id: int | None) -> Reader | None:
    """The contact a newsletter is looked at as."""
    found = session.get(Contact, contact_id) if contact_id else None
    if found is None:
        return None
    name = display_name(found.title, found.first_name, found.last_name, found.email)
    return Reader(found.id, name, found.email or "", in_audience=False)


def readers(session: Session, campaign: Campaign, words: str) -> list[Reader]:
    """Up to a dozen contacts whose name or address holds the words; people of the audience first."""
    chosen = audience.people(session, campaign, clock.now()).subquery()
    inside = Contact.id.in_(select(chosen.c.id))
    query = select(Contact.id, Contact.title, Contact.first_name, Contact.last_name, Contact.email, inside)
    if words:
        pattern = paging.like(words.lower())
        query = query.where(or_(
            func.lower(Contact.first_name + " " + Contact.last_name).like(pattern, escape="\\"),
            Contact.email_key.like(pattern, escape="\\"),
        ))  # fmt: skip
    rows = session.execute(query.order_by(case((inside, 0), else_=1), Contact.last_name, Contact.id).limit(_READERS))
    return [Reader(row[0], display_name(row[1], row[2], row[3], row[4]), row[4] or "", bool(row[5])) for row in rows]


def audience_size(session: Session, campaign: Campaign) -> int:
    """How many people would get it now."""
    if campaign.list_id is None and campaign.segment_id is None:
        return 0
    return audience.count(session, audience.people(session, campaign, clock.now()))


def sender_line(session: Session, campaign: Campaign) -> str:
    """The From line as people see it; empty without a sender."""
    found = session.get(Sender, campaign.sender_id) if campaign.sender_id else None
    return f"{found.name} <{found.address}>" if found else ""


def audience_line(session: Session, campaign: Campaign) -> tuple[str, str]:
    """The names of the list and of the segment, empty where none is chosen."""
    topic = session.get(MailingList, campaign.list_id) if campaign.list_id else None
    segment = session.get(Segment, campaign.segment_id) if campaign.segment_id else None
    return (topic.name if topic else "", segment.name if segment else "")


def no_time() -> Invalid:
    """What to say to a day or time nobody can read."""
    return Invalid(N_("Please give a day and a time."), field="wall")
