"""What is known of the person a draft is for, at this moment: for the words of the letter and for the checks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from outreach import lights, salutation
from outreach.care import complaints
from outreach.clock import on_wall
from outreach.companies import Company
from outreach.consent.light import Known, Light, light
from outreach.consent.suppression import contains_hash
from outreach.contacts import Contact, address_hash, address_key, display_name
from outreach.contacts.rows import Channel
from outreach.drafts import doubts
from outreach.drafts.checks import Flag, Standing
from outreach.drafts.rows import Attachment, Draft, State
from outreach.drafts.sentences import Evidence, Sentence
from outreach.errors import Invalid
from outreach.history.rows import Touchpoint
from outreach.mailboxes import store as mailboxes
from outreach.mailboxes.store import From
from outreach.occasions import kinds
from outreach.occasions.kinds import Kind
from outreach.occasions.rows import Occasion
from outreach.stops import Stop, holds

#: what answers a mail of theirs
ANSWERS = ("answer_owed",)
#: what was approved in time may go out on the next workday
GRACE = timedelta(days=3)


@dataclass(frozen=True)
class Around:
    """A draft and everything it stands in."""

    draft: Draft
    occasion: Occasion
    contact: Contact
    company: str
    kind: Kind
    sender: From | None
    light: Light
    standing: Standing


def around(session: Session, draft: Draft, *, now: datetime, zone: str) -> Around:
    """The draft with its surroundings, as they are now."""
    occasion = session.get_one(Occasion, draft.occasion_id)
    contact = session.get_one(Contact, draft.contact_id)
    kind = kinds.load()[occasion.kind]
    sender = mailboxes.from_line(session, draft.sender_id) if draft.sender_id is not None else None
    known = lights.known(session, [contact.id]).get(contact.id, Known())
    mail = light("mail", known)
    return Around(
        draft=draft,
        occasion=occasion,
        contact=contact,
        company=company_name(session, contact),
        kind=kind,
        sender=sender,
        light=mail,
        standing=_standing(session, draft, occasion, contact, kind, sender, mail, now=now, zone=zone),
    )


def company_name(session: Session, contact: Contact) -> str:
    """Where the person works; empty when nobody noted it."""
    if contact.company_id is None:
        return ""
    return session.scalar(select(Company.name).where(Company.id == contact.company_id)) or ""


def named(contact: Contact, company: str) -> salutation.Named:
    """What the greeting needs to know."""
    names = [name for name in salutation.Named.__dataclass_fields__ if name != "company"]
    return salutation.Named(**{name: getattr(contact, name) for name in names}, company=company)


def to_name(contact: Contact) -> str:
    """The name beside the address."""
    found = display_name(contact.title, contact.first_name, contact.last_name, None)
    return found if found and found != contact.title else ""


def flags(session: Session, contact: Contact, today: date) -> Sequence[Flag]:
    """The stop flags that hold for this person: their own and those of the company."""
    whose = Stop.contact_id == contact.id
    if contact.company_id is not None:
        whose = or_(whose, and_(Stop.contact_id.is_(None), Stop.company_id == contact.company_id))
    rows = session.execute(select(Stop.reach, Stop.kind, Stop.since_on).where(whose, holds(today)))
    return [Flag(*row) for row in rows]


def addresses(session: Session, contact: Contact) -> set[str]:
    """Every mail address of this contact, as it is compared."""
    further = select(Channel.key).where(Channel.contact_id == contact.id, Channel.kind == "email")
    return {one for one in (contact.email_key, *session.scalars(further)) if one}


def files(session: Session, draft_id: int) -> Sequence[Attachment]:
    """What goes with the letter, in the order it was added; the contents are read when they are asked for."""
    query = select(Attachment).where(Attachment.draft_id == draft_id).order_by(Attachment.id)
    return session.scalars(query).all()


def unsourced(draft: Draft, text: str) -> int:
    """How many sentences of the proposal nobody vouches for still stand as they were."""
    return sum(one.needs_touch for one in doubts.marks(proposed(draft), text, confirmed=set(draft.confirmed)))


def proposed(draft: Draft) -> list[Sentence]:
    """The sentences of the proposal with their sources."""
    return [sentence_of(one) for one in draft.sentences]


def kept(sentence: Sentence) -> dict[str, Any]:
    """A sentence as it is kept with the draft."""
    found: dict[str, Any] = {"text": sentence.text, "source": sentence.source}
    if (rests := sentence.evidence) is not None:
        on = rests.on.isoformat() if rests.on is not None else ""
        found["evidence"] = {"quote": rests.quote, "source": rests.source, "link": rests.link, "on": on}
    return found


def sentence_of(found: dict[str, Any]) -> Sentence:
    """The sentence again."""
    rests = found.get("evidence")
    evidence = None
    if rests is not None:
        on = date.fromisoformat(rests["on"]) if rests["on"] else None
        evidence = Evidence(rests["quote"], rests["source"], rests["link"], on)
    return Sentence(str(found["text"]), str(found["source"]), evidence)


def _standing(
    session: Session, draft: Draft, occasion: Occasion, contact: Contact, kind: Kind, sender: From | None, mail: Light,
    *, now: datetime, zone: str,
) -> Standing:  # fmt: skip
    today = on_wall(now, zone).date()
    to_key = _key(draft.to_address)
    return Standing(
        light=mail,
        purpose=draft.purpose,
        to_address=draft.to_address,
        addresses=addresses(session, contact),
        to_key=to_key,
        suppressed=bool(to_key) and contains_hash(session, address_hash(to_key)),
        gone=bool(contact.gone),
        polarity=kind.polarity,
        sells=kind.sells,
        is_answer=occasion.kind in ANSWERS,
        flags=flags(session, contact, today),
        is_friendly=occasion.kind not in ANSWERS and (occasion.action == "draft" or kind.sells),
        muted=contact.muted_at is not None,
        paused_until=contact.paused_until,
        complaint_open=complaints.blocks_sales(session, contact.id),
        answered_since=_answered_since(session, draft),
        last_day=occasion.expires_on + GRACE if draft.state == State.APPROVED else occasion.expires_on,
        today=today,
        has_sender=sender is not None,
        paused=sender.paused if sender is not None else False,
        missing_imprint=sender.missing if sender is not None else (),
        unsourced=unsourced(draft, draft.text),
        blocked=draft.blocked,
        subject=draft.subject,
        text=draft.text,
    )


def _answered_since(session: Session, draft: Draft) -> bool:
    """Whether a mail of theirs was filed after the approval."""
    if draft.approved_at is None or draft.state != State.APPROVED:
        return False
    query = select(func.count()).where(
        Touchpoint.contact_id == draft.contact_id,
        Touchpoint.kind == "mail_in",
        Touchpoint.created_at > draft.approved_at,
    )
    return bool(session.scalar(query))


def _key(address: str) -> str:
    try:
        return address_key(address) if address else ""
    except Invalid:
        return ""
