"""What hangs on a card beside its own fields: further addresses and numbers, letters, days, notes, photos.

A few statements per block. What is there already is left alone; what is missing is added.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.orm import Session

from outreach.contacts import Contact
from outreach.contacts.channels import MOST_PER_CONTACT, phone_key
from outreach.contacts.rows import Channel, Photo, PostalAddress
from outreach.dates import SpecialDay
from outreach.history.rows import Touchpoint
from outreach.imports.order import Order
from outreach.imports.pictures import media_type
from outreach.imports.record import Day, Reach, Record

Whose = Mapping[int, Sequence[Record]]


def store(session: Session, whose: Whose, order: Order, now: datetime) -> set[int]:
    """Add what these records say and the cards do not; the contacts that gained something."""
    gained = _reaches(session, whose) | _postal(session, whose) | _days(session, whose)
    return gained | _notes(session, whose, order, now) | _photos(session, whose, now)


def _with(whose: Whose, says: str) -> dict[int, Sequence[Record]]:
    return {one: records for one, records in whose.items() if any(getattr(record, says) for record in records)}


def _reaches(session: Session, whose: Whose) -> set[int]:
    """Further addresses and numbers; a phone number other than the one on the card is one of them."""
    found = {one: records for one, records in whose.items() if any(_all_reaches(record) for record in records)}
    if not found:
        return set()
    own = select(Contact.id, Contact.email_key, Contact.phone).where(Contact.id.in_(list(found)))
    have = {contact_id: {key or "", phone_key(phone)} for contact_id, key, phone in session.execute(own)}
    known = select(Channel.contact_id, Channel.key).where(Channel.contact_id.in_(list(found)))
    for contact_id, key in session.execute(known):
        have[contact_id].add(key)
    rows = []
    for contact_id, records in found.items():
        for one in (reach for record in records for reach in _all_reaches(record)):
            if one.key not in have[contact_id] and len(have[contact_id]) < MOST_PER_CONTACT:
                have[contact_id].add(one.key)
                rows.append({"contact_id": contact_id, "kind": one.kind, "label": one.label, "value": one.value, "key": one.key})  # fmt: skip
    return _put(session, Channel, rows)


def _all_reaches(record: Record) -> list[Reach]:
    phone = record.values.get("phone", "")
    key = phone_key(phone)
    return [*record.reaches, Reach("phone", "other", phone, key)] if len(key) > 2 else record.reaches


def _postal(session: Session, whose: Whose) -> set[int]:
    found = _with(whose, "postal")
    have = _having(session, PostalAddress.contact_id, found)
    rows = [
        {"contact_id": contact_id, "label": one.label, "street": one.street, "extra": "", "postcode": one.postcode,
         "city": one.city, "country": one.country}
        for contact_id, records in found.items()
        if contact_id not in have
        for one in dict.fromkeys(postal for record in records for postal in record.postal)
    ]  # fmt: skip
    return _put(session, PostalAddress, rows)


def _days(session: Session, whose: Whose) -> set[int]:
    found = _with(whose, "days")
    if not found:
        return set()
    columns = (
        SpecialDay.contact_id,
        SpecialDay.kind,
        SpecialDay.label,
        SpecialDay.year,
        SpecialDay.month,
        SpecialDay.day,
    )
    have: dict[int, set[tuple[Any, ...]]] = {contact_id: set() for contact_id in found}
    for contact_id, kind, *rest in session.execute(select(*columns).where(SpecialDay.contact_id.in_(list(found)))):
        have[contact_id or 0].add(_day_key(kind, *rest))
    rows = []
    for contact_id, records in found.items():
        for one in (day for record in records for day in record.days):
            year, month, day = _stored(one)
            key = _day_key(one.kind, one.label, year, month, day)
            if key not in have[contact_id]:
                have[contact_id].add(key)
                rows.append({"contact_id": contact_id, "company_id": None, "kind": one.kind, "label": one.label,
                             "year": year, "month": month, "day": day, "is_yearly": True})  # fmt: skip
    return _put(session, SpecialDay, [row for row in rows if row["year"] or row["month"]])


def _stored(one: Day) -> tuple[int | None, int | None, int | None]:
    """A month without its day says no more than the year."""
    date = one.date
    return (date.year, date.month, date.day) if date.day else (date.year, None, None)


def _day_key(kind: str, *rest: Any) -> tuple[Any, ...]:
    return ("birthday",) if kind == "birthday" else (kind, *rest)  # one birthday per person


def _notes(session: Session, whose: Whose, order: Order, now: datetime) -> set[int]:
    found = _with(whose, "note")
    if not found:
        return set()
    written = select(Touchpoint.contact_id, Touchpoint.text).where(
        Touchpoint.contact_id.in_(list(found)), Touchpoint.kind == "note"
    )
    have = {(contact_id, text) for contact_id, text in session.execute(written)}
    new = dict.fromkeys((contact_id, record.note) for contact_id, records in found.items() for record in records)
    rows = [
        {"contact_id": contact_id, "kind": "note", "at": now, "text": text, "amount": None, "state": "",
         "source": order.filename[:100], "created_at": now}
        for contact_id, text in new
        if text and (contact_id, text) not in have
    ]  # fmt: skip
    return _put(session, Touchpoint, rows)


def _photos(session: Session, whose: Whose, now: datetime) -> set[int]:
    found = {contact_id: next(record.photo for record in records if record.photo) for contact_id, records in _with(whose, "photo").items()}  # fmt: skip
    have = set(session.scalars(select(Contact.id).where(Contact.id.in_(list(found)), Contact.photo_id.is_not(None)))) if found else set()  # fmt: skip
    gained = set()
    for contact_id, photo in found.items():
        if photo and contact_id not in have:
            made = insert(Photo).values(
                contact_id=contact_id, media_type=media_type(photo), content=photo, created_at=now
            )
            photo_id = session.connection().execute(made.returning(Photo.id)).scalar_one()
            session.connection().execute(
                update(Contact).where(Contact.id == bindparam("of")).values(photo_id=photo_id, updated_at=now),
                {"of": contact_id},
            )
            gained.add(contact_id)
    return gained


def _having(session: Session, column: Any, found: Iterable[int]) -> set[int]:
    wanted = list(found)
    return set(session.scalars(select(column).where(column.in_(wanted)))) if wanted else set()


def _put(session: Session, table: Any, rows: list[dict[str, Any]]) -> set[int]:
    if rows:
        session.connection().execute(insert(table), rows)
    return {row["contact_id"] for row in rows}
