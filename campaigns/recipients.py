"""The people of a block of deliveries, as plain values for the gaps of a newsletter: one query a block."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from campaigns.personalise import Measuring, Recipient
from outreach import clock, organisation, salutation, stops
from outreach.companies import Company
from outreach.consent.rows import Consent, MailingList
from outreach.contacts import Contact, ContactTag, CustomField, Tag
from outreach.mail import sandbox
from outreach.mail.rows import Delivery

#: what a greeting needs to know
GREETED = (
    Contact.title, Contact.first_name, Contact.last_name, Contact.salutation, Contact.address_form, Contact.language,
    Contact.letter_greeting, Company.name.label("company"),
)  # fmt: skip
_COLUMNS = (
    *GREETED, Contact.id, Contact.email, Contact.city, Contact.phone, Contact.stage, Contact.custom, Contact.measuring_agreed,
)  # fmt: skip


def load(session: Session, delivery_ids: Sequence[int], *, with_tags: bool = True) -> list[Recipient]:
    """Who these deliveries go to, in the order of the ids."""
    rows = session.execute(
        select(
            Delivery.id.label("delivery_id"),
            Delivery.address,
            Delivery.measured,
            MailingList.name.label("list_name"),
            *_COLUMNS,
        )
        .join(Contact, Contact.id == Delivery.contact_id)
        .join(Company, Company.id == Contact.company_id, isouter=True)
        .join(Consent, Consent.id == Delivery.consent_id, isouter=True)
        .join(MailingList, MailingList.id == Consent.list_id, isouter=True)
        # Whoever died since the audience was frozen is written to no more, nor whose company went insolvent.
        .where(
            Delivery.id.in_(delivery_ids), Contact.deceased_at.is_(None), ~stops.holds_newsletters(clock.now().date())
        )
    ).all()
    common = _Common(session, [row.id for row in rows] if with_tags else [])
    made = {row.delivery_id: common.recipient(row, row.delivery_id, row.address, row.list_name or "") for row in rows}
    return [made[number] for number in delivery_ids if number in made]


def held(session: Session, delivery_ids: Sequence[int]) -> set[int]:
    """Those of these deliveries that a stop flag on the person or the company holds back."""
    query = (
        select(Delivery.id)
        .join(Contact, Contact.id == Delivery.contact_id)
        .where(Delivery.id.in_(delivery_ids), stops.holds_newsletters(clock.now().date()))
    )
    return set(session.scalars(query))


def one(session: Session, contact_id: int, *, list_name: str = "") -> Recipient | None:
    """One contact as a preview sees it: delivery 0, so links lead nowhere real and nothing is measured."""
    row = session.execute(
        select(*_COLUMNS).join(Company, Company.id == Contact.company_id, isouter=True).where(Contact.id == contact_id)
    ).first()
    if row is None:
        return None
    return _Common(session, [contact_id]).recipient(row, 0, row.email or "", list_name, preview=True)


class _Common:
    """What every recipient of a block shares."""

    def __init__(self, session: Session, contact_ids: Sequence[int]) -> None:
        own = organisation.get(session)
        self._organisation = {name: getattr(own, name) for name in (
            "name", "representative", "street", "postcode", "city", "phone", "email", "website")}  # fmt: skip
        self._anonymous = own.anonymous_measuring == "anonymous"
        self._empty = dict.fromkeys(session.scalars(select(CustomField.key)), "")
        self._tags: dict[int, list[str]] = {}
        if contact_ids:
            tagged = (
                select(ContactTag.contact_id, Tag.name)
                .join(Tag)
                .where(ContactTag.contact_id.in_(contact_ids))
                .order_by(Tag.name)
            )
            for contact_id, name in session.execute(tagged):
                self._tags.setdefault(contact_id, []).append(name)

    def recipient(
        self, row: Row[Any], delivery_id: int, address: str, list_name: str, *, preview: bool = False
    ) -> Recipient:
        name = " ".join(part for part in (row.first_name, row.last_name) if part)
        measured = row.measuring_agreed and (preview or row.measured)
        measuring: Measuring = "person" if measured else "anonymous" if self._anonymous else "none"
        return Recipient(
            delivery_id=delivery_id, contact_id=row.id, address=address, name=name,
            measuring="none" if preview else measuring,
            values={"contact": self._contact(row, name), "greeting": _greeting(row), "list": {"name": list_name},
                    "organisation": self._organisation},
        )  # fmt: skip

    def _contact(self, row: Row[Any], name: str) -> dict[str, Any]:
        return {
            "title": row.title, "first_name": row.first_name, "last_name": row.last_name, "name": name,
            "salutation": {"frau": "Frau", "herr": "Herr"}.get(row.salutation, ""), "email": row.email or "",
            "company": row.company or "", "city": row.city, "phone": row.phone, "language": row.language,
            "stage": row.stage, "tags": self._tags.get(row.id, []), "custom": {**self._empty, **(row.custom or {})},
        }  # fmt: skip


def greeting(row: Row[*tuple[Any, ...]]) -> salutation.Greeting | salutation.Refused:
    """How the contact of a row with the GREETED columns is greeted, or why not."""
    return salutation.greeting(salutation.Named(
        first_name=row.first_name, last_name=row.last_name, title=row.title, salutation=row.salutation,
        address_form=row.address_form, language=row.language, company=row.company or "",
        letter_greeting=row.letter_greeting,
    ))  # fmt: skip


def _greeting(row: Row[Any]) -> Any:
    """The text for the gap; a missing value when the engine refuses, so that only a default in the text helps."""
    found = greeting(row)
    return found.text if isinstance(found, salutation.Greeting) else sandbox.missing(str(found))
