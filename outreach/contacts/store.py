"""Contacts made, changed, found and forgotten, one at a time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Unpack

from sqlalchemy import delete as delete_rows
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from outreach import clock, companies, journal, users
from outreach.contacts import custom, fields, tags
from outreach.contacts.addresses import address_hash, clean_address
from outreach.contacts.fields import ContactFields
from outreach.contacts.rows import Contact, ContactTag, Tag
from outreach.errors import N_, Conflict, Invalid, NotFound
from outreach.journal import Change

_OWN = frozenset(fields.MOST) - {"company"} | {"salutation", "address_form", "stage", "language"}
#: what the name check looks at
_NAMED = ("title", "first_name", "last_name", "salutation", "email_key", "company_id")
_SINCE = frozenset({"muted_at", "deceased_at", "verified_at"})
_EMPTY: dict[str, Any] = {
    "title": "",
    "first_name": "",
    "last_name": "",
    "salutation": "",
    "address_form": "sie",
    "email": None,
    "email_key": None,
    "address_hash": None,
    "language": "de",
    "city": "",
    "phone": "",
    "stage": "prospect",
    "source": "",
    "role": "",
    "letter_greeting": "",
    "company_id": None,
}


@dataclass(frozen=True)
class Person:
    """One contact with everything the customer file says of them."""

    id: int
    title: str
    first_name: str
    last_name: str
    salutation: str
    address_form: str
    email: str | None
    address_hash: bytes | None
    language: str
    city: str
    phone: str
    stage: str
    source: str
    custom: Mapping[str, Any]
    measuring_agreed: bool
    role: str
    letter_greeting: str
    owner_id: int | None
    photo_id: int | None
    verified_at: datetime | None
    name_dismissed: list[str]
    stage_by_hand: bool
    muted_at: datetime | None
    paused_until: date | None
    deceased_at: datetime | None
    cadence_ideal: int | None
    cadence_latest: int | None
    gone: str
    merged_into_id: int | None
    value_class: str
    value_rank: int | None
    value_share: int | None
    turnover_12: int
    turnover_before: int
    turnover_36: int
    last_contact_at: datetime | None
    due_on: date | None
    company_id: int | None
    company: str
    company_city: str
    tags: tuple[str, ...]
    created_at: datetime
    updated_at: datetime

    @property
    def name(self) -> str:
        """Title, first and last name; the address when there is no name."""
        return display_name(self.title, self.first_name, self.last_name, self.email)


def create(session: Session, **given: Unpack[ContactFields]) -> Contact:
    """A new contact; raises Invalid for what cannot be stored and Conflict when the address belongs to somebody.

    A company and tags are found by name, or made.
    """
    values = {**_EMPTY, "custom": {}, **_clean(session, given)}
    _need_name_or_address(values)
    _refuse_taken(session, values["email_key"])
    values.setdefault("stage_by_hand", values["stage"] != "prospect")
    contact = _store(session, Contact(), values)
    if given.get("tags"):
        tags.set_for(session, contact.id, given["tags"])
    return contact


def update(session: Session, contact_id: int, **given: Unpack[ContactFields]) -> Contact:
    """Change what is given, leave the rest; custom values given as empty are taken away. Raises as `create` does."""
    contact, values = get(session, contact_id), _clean(session, given)
    if "custom" in given:
        kept = {**contact.custom, **custom.clean_values(given["custom"], custom.specs(session))}
        values["custom"] = {key: value for key, value in kept.items() if value is not None}
    if values.get("stage", contact.stage) != contact.stage:
        values["stage_by_hand"] = True
    _need_name_or_address({**{name: getattr(contact, name) for name in ("first_name", "last_name", "email")}, **values})
    if values.get("email_key") != contact.email_key:
        _refuse_taken(session, values.get("email_key"))
    _store(session, contact, values)
    if "tags" in given:
        tags.set_for(session, contact_id, given["tags"])
    return contact


def get(session: Session, contact_id: int) -> Contact:
    """The contact; raises NotFound, also for what is left of a merged or erased one."""
    found = session.get(Contact, contact_id)
    if found is None or found.gone:
        raise NotFound(N_("There is no such contact, or not any more."))
    return found


def by_address(session: Session, address: str) -> Contact | None:
    """The contact with this address, or None; raises Invalid when it is not an address."""
    return session.scalar(select(Contact).where(Contact.email_key == clean_address(address).casefold()))


def person(session: Session, contact_id: int) -> Person:
    """The contact with company and tags, as plain data; raises NotFound. One that was merged is given as it is left."""
    query = select(Contact, companies.Company.name, companies.Company.city)
    row = session.execute(
        query.outerjoin(companies.Company, companies.Company.id == Contact.company_id).where(Contact.id == contact_id)
    ).one_or_none()
    if row is None:
        raise NotFound(N_("There is no such contact, or not any more."))
    contact, company, city = row
    carried = session.scalars(
        select(Tag.name)
        .join(ContactTag, ContactTag.tag_id == Tag.id)
        .where(ContactTag.contact_id == contact_id)
        .order_by(Tag.key)
    )
    own = {name: getattr(contact, name) for name in Person.__dataclass_fields__ if hasattr(contact, name)}
    return Person(**own, company=company or "", company_city=city or "", tags=tuple(carried))


def delete(session: Session, contact_id: int) -> None:
    """Forget a contact nobody wrote to, with their tags, subscriptions and consents.

    Raises Conflict when mails were made for them: the record of what was sent, and the proof behind it, stay.
    """
    contact = get(session, contact_id)
    try:
        with session.begin_nested():
            session.delete(contact)
            session.flush()
            _forget_in_journal(session, contact_id)
    except IntegrityError:
        raise Conflict(
            N_("%(name)s has received mails, so the contact stays as their proof."),
            name=display_name(contact.title, contact.first_name, contact.last_name, contact.email),
        ) from None


def _forget_in_journal(session: Session, contact_id: int) -> None:
    """What was written down before went with the card; that it went is written down in full, and may not stay."""
    written = Change.set_id == journal.last_set(session)
    of_contact = (Change.table_name == "contacts") & (Change.key["id"].as_integer() == contact_id)
    session.connection().execute(delete_rows(Change).where(written, of_contact))


def display_name(title: str, first_name: str, last_name: str, email: str | None) -> str:
    """What a person is called in lists: the name, else the address."""
    if not first_name and not last_name:
        return email or title
    return " ".join(part for part in (title, first_name, last_name) if part)


def _clean(session: Session, given: ContactFields) -> dict[str, Any]:
    unknown = set(given) - set(ContactFields.__annotations__)
    if unknown:
        raise TypeError(f"a contact has no {', '.join(sorted(unknown))}")
    values: dict[str, Any] = {name: fields.clean(name, value) for name, value in given.items() if name in _OWN}
    if "email" in given:
        values.update(address_values(given["email"]))
    if "company_id" in given:
        company_id = given["company_id"]
        values["company_id"] = companies.get(session, company_id).id if company_id else None
    elif "company" in given:
        name = fields.clean("company", given["company"])
        values["company_id"] = next(iter(companies.named(session, [name]).values())) if name else None
    values.update(_standing(session, given))
    if given.get("custom"):
        clean = custom.clean_values(given["custom"], custom.specs(session))
        values["custom"] = {key: value for key, value in clean.items() if value is not None}
    return values


def _standing(session: Session, given: ContactFields) -> dict[str, Any]:
    """What is no word: whose contact it is, whether and how often to be in touch."""
    values: dict[str, Any] = {}
    for name, column in (("muted", "muted_at"), ("deceased", "deceased_at"), ("verified", "verified_at")):
        if name in given:
            values[column] = clock.now() if given[name] else None  # type: ignore[literal-required]
    if "owner_id" in given:
        values["owner_id"] = users.get(session, given["owner_id"]).id if given["owner_id"] else None
    if "paused_until" in given:
        values["paused_until"] = given["paused_until"]
    if "cadence" in given:
        values["cadence_ideal"], values["cadence_latest"] = fields.cadence(given["cadence"])
    if given.get("stage_by_hand") is False:
        values["stage_by_hand"] = False
    return values


def address_values(address: str | None) -> dict[str, Any]:
    """The three columns an address fills; raises Invalid."""
    if not (address or "").strip():
        return {"email": None, "email_key": None, "address_hash": None}
    clean = clean_address(address or "")
    key = clean.casefold()
    return {"email": clean, "email_key": key, "address_hash": address_hash(key)}


def _need_name_or_address(values: Mapping[str, Any]) -> None:
    if not (values["first_name"] or values["last_name"] or values["email"]):
        raise Invalid(N_("A contact needs a name or a mail address."), field="email")


def _refuse_taken(session: Session, key: str | None) -> None:
    query = select(Contact.id, Contact.title, Contact.first_name, Contact.last_name, Contact.email)
    other = session.execute(query.where(Contact.email_key == key)).one_or_none() if key else None
    if other is not None:
        raise Conflict(
            N_("The address %(address)s already belongs to %(name)s."),
            field="email",
            address=other.email,
            name=display_name(*other[1:]),
            contact_id=other.id,
        )


def _store(session: Session, contact: Contact, values: Mapping[str, Any]) -> Contact:
    try:
        with session.begin_nested():
            if any(name in values and values[name] != getattr(contact, name) for name in _NAMED):
                contact.name_doubt = None
                contact.verified_at = None
            for name, value in values.items():
                # What was muted stays muted since then.
                if not (name in _SINCE and value is not None and getattr(contact, name) is not None):
                    setattr(contact, name, value)
            session.add(contact)
    except IntegrityError:  # somebody added the same address a moment ago
        _refuse_taken(session, values.get("email_key"))
        raise
    return contact
