"""Further addresses, numbers and web pages of a contact, and where their letters go."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypedDict, Unpack

from sqlalchemy import select
from sqlalchemy.orm import Session

from outreach import lines
from outreach.contacts.addresses import clean_address
from outreach.contacts.rows import Channel, Contact, PostalAddress
from outreach.errors import N_, Conflict, Invalid, NotFound

LABELS = ("work", "home", "mobile", "fax", "other")
POSTAL_LABELS = ("work", "home", "other")
MOST_PER_CONTACT = 50
_POSTAL = {"street": 200, "extra": 200, "postcode": 20, "city": 100, "country": 100}


class PostalFields(TypedDict, total=False):
    """A postal address."""

    label: str
    street: str
    extra: str
    postcode: str
    city: str
    country: str


@dataclass(frozen=True)
class ChannelLine:
    """A way to reach somebody. `kind` is email, phone or web."""

    id: int
    kind: str
    label: str
    value: str


@dataclass(frozen=True)
class PostalLine:
    """Where letters go."""

    id: int
    label: str
    street: str
    extra: str
    postcode: str
    city: str
    country: str

    @property
    def lines(self) -> list[str]:
        """The lines on an envelope below the name (DIN 5008); the country in capitals when it is given."""
        town = " ".join(part for part in (self.postcode, self.city) if part)
        return [part for part in (self.extra, self.street, town, self.country.upper()) if part]


def add(session: Session, contact_id: int, *, kind: str, value: str, label: str = "other") -> Channel:
    """One more address, number or page; raises Invalid, and Conflict when the contact has it already."""
    if kind not in ("email", "phone", "web") or label not in LABELS:
        raise Invalid(N_("Choose what kind of address or number this is."), field="kind")
    clean, key = _clean(kind, value)
    contact = session.get(Contact, contact_id)
    if contact is None or contact.gone:
        raise NotFound(N_("There is no such contact, or not any more."))
    have = {(one.kind, one.key) for one in session.scalars(select(Channel).where(Channel.contact_id == contact_id))}
    if (kind, key) in have or key in (contact.email_key, phone_key(contact.phone)):
        raise Conflict(N_("“%(value)s” is on this card already."), field="value", value=clean)
    if len(have) >= MOST_PER_CONTACT:
        raise Invalid(N_("At most %(most)s entries fit here."), field="value", most=MOST_PER_CONTACT)
    made = Channel(contact_id=contact_id, kind=kind, label=label, value=clean, key=key)
    session.add(made)
    session.flush()
    return made


def remove(session: Session, contact_id: int, channel_id: int) -> None:
    """Take it off the card; raises NotFound."""
    found = session.get(Channel, channel_id)
    if found is None or found.contact_id != contact_id:
        raise NotFound(N_("There is nothing at this address."))
    session.delete(found)
    session.flush()


def of(session: Session, contact_id: int) -> Sequence[ChannelLine]:
    """The further addresses, numbers and pages of a contact."""
    query = select(Channel.id, Channel.kind, Channel.label, Channel.value).where(Channel.contact_id == contact_id)
    return [ChannelLine(*row) for row in session.execute(query.order_by(Channel.kind, Channel.id))]


def postal(session: Session, *, contact_id: int | None = None, company_id: int | None = None) -> Sequence[PostalLine]:
    """Where letters to a contact or a company go."""
    whose = PostalAddress.contact_id == contact_id if contact_id is not None else PostalAddress.company_id == company_id
    columns = [getattr(PostalAddress, name) for name in PostalLine.__dataclass_fields__]
    return [PostalLine(*row) for row in session.execute(select(*columns).where(whose).order_by(PostalAddress.id))]


def set_postal(
    session: Session,
    *,
    contact_id: int | None = None,
    company_id: int | None = None,
    address_id: int | None = None,
    **given: Unpack[PostalFields],
) -> PostalAddress | None:
    """A new postal address, or the one of that number changed; all empty takes it away. Raises Invalid, NotFound."""
    label = given.get("label", "work")
    if label not in POSTAL_LABELS:
        raise Invalid(N_("Choose what kind of address or number this is."), field="label")
    clean = {name: lines.line(given.get(name, ""), field=name, most=most) for name, most in _POSTAL.items()}
    kept = session.get(PostalAddress, address_id) if address_id is not None else None
    if address_id is not None and (kept is None or (kept.contact_id, kept.company_id) != (contact_id, company_id)):
        raise NotFound(N_("There is nothing at this address."))
    if not any(clean.values()):
        if kept is not None:
            session.delete(kept)
            session.flush()
        return None
    kept = kept or PostalAddress(contact_id=contact_id, company_id=company_id)
    for name, value in {"label": label, **clean}.items():
        setattr(kept, name, value)
    session.add(kept)
    session.flush()
    return kept


def phone_key(number: str) -> str:
    """What two spellings of one number have in common: its digits, +49 and 0049 as 0."""
    digits = "".join(letter for letter in number.replace("(0)", "") if letter.isdigit())
    international = number.strip().startswith("+") or digits.startswith("00")
    digits = digits.removeprefix("00") if international else digits
    return "0" + digits.removeprefix("49") if international and digits.startswith("49") else digits


def _clean(kind: str, value: str) -> tuple[str, str]:
    if kind == "email":
        clean = clean_address(value)
        return clean, clean.casefold()
    clean = lines.line(value, field="value", most=320)
    if kind == "phone":
        if sum(letter.isdigit() for letter in clean) < 3:
            raise Invalid(N_("“%(value)s” is not a phone number."), field="value", value=clean[:100])
        return clean, phone_key(clean)
    if "." not in clean or " " in clean or clean.lower().startswith(("javascript:", "data:")):
        raise Invalid(N_("“%(value)s” is not a web address."), field="value", value=clean[:100])
    shown = clean if "://" in clean else f"https://{clean}"
    if not shown.startswith(("http://", "https://")):
        raise Invalid(N_("“%(value)s” is not a web address."), field="value", value=clean[:100])
    return shown, shown.partition("://")[2].rstrip("/").casefold()
