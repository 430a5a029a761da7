"""The draft as a letter by post: for whoever may not be written a mail, or should get something in the hand."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from outreach import organisation
from outreach.clock import on_wall
from outreach.contacts import Contact, channels
from outreach.contacts.channels import PostalLine
from outreach.drafts import paper, situation
from outreach.drafts.paper import Paper
from outreach.drafts.rows import Draft
from outreach.drafts.situation import Around
from outreach.errors import N_, Invalid, NotAllowedToWrite
from outreach.lights import of as lights_of
from outreach.mailboxes import store as mailboxes

_ANREDE = {"frau": "Frau", "herr": "Herrn"}


def pdf(session: Session, draft: Draft, *, now: datetime, zone: str) -> bytes:
    """The letter as a PDF in the form of DIN 5008.

    Raises NotAllowedToWrite when they objected to letters or died, Invalid without a postal address or a text.
    """
    found = situation.around(session, draft, now=now, zone=zone)
    letter = lights_of(session, [found.contact.id])[found.contact.id][2]
    if letter.colour == "red":
        raise NotAllowedToWrite(letter.sentence, field="letter", **letter.values)
    where = _postal(session, found.contact)
    if where is None:
        raise Invalid(N_("There is no postal address on the card or at the company."), field="postal")
    if not draft.text.strip():
        raise Invalid(N_("There is no text yet."), field="text")
    return paper.pdf(_paper(session, found, where, on_wall(now, zone)))


def _paper(session: Session, found: Around, where: PostalLine, now: datetime) -> Paper:
    house = organisation.get(session)
    data = mailboxes.imprint_data(session, found.draft.sender_id) if found.draft.sender_id is not None else house
    name = found.sender.name if found.sender is not None else house.name
    town = f"{data.postcode} {data.city}".strip()
    return Paper(
        sender=[one for one in (name, data.street, town) if one],
        recipient=[*_addressee(found), *where.lines],
        contact_lines=[
            one for one in (data.phone, found.sender.address if found.sender else data.email, data.website) if one
        ],
        place=data.city,
        on=now.date(),
        subject=found.draft.subject,
        text=found.draft.text,
        signature=name,
        imprint=organisation.imprint(data) if data.legal_form != "freelancer" else (),
        language=found.contact.language,
    )


def _addressee(found: Around) -> Sequence[str]:
    """Company, then person, as DIN 5008 has it for letters to somebody at work."""
    person = found.contact
    german = person.language.startswith("de")
    honorific = _ANREDE.get(person.salutation, "") if german else ""
    name = " ".join(one for one in (honorific, person.title, person.first_name, person.last_name) if one)
    return [one for one in (found.company, name) if one]


def _postal(session: Session, contact: Contact) -> PostalLine | None:
    """At work before at home, the person's own before the company's."""
    own = list(channels.postal(session, contact_id=contact.id))
    firm = list(channels.postal(session, company_id=contact.company_id)) if contact.company_id is not None else []
    every = [*(one for one in own if one.label == "work"), *own, *firm]
    return next(iter(every), None)
