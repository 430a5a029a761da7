"""Contacts on their way into a file: everything a card says, a few statements per block, whatever the number."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from outreach.companies import Company
from outreach.consent.rows import MailingList, Subscription
from outreach.contacts import Contact, ContactTag, Tag, custom
from outreach.contacts.rows import Channel, Photo, PostalAddress
from outreach.dates import SpecialDay
from outreach.errors import N_, Invalid
from outreach.exports import csv, json, vcard
from outreach.exports.person import Dated, Exported, Kind
from outreach.history.rows import Touchpoint
from outreach.house import House

#: what a file can be: its ending and its media type
FORMATS = {
    "csv": ("csv", "text/csv"),
    "vcard": ("vcf", "text/vcard"),
    "vcard3": ("vcf", "text/vcard"),
    "json": ("json", "application/json"),
}
BLOCK = 500
_OWN = (
    "id", "title", "first_name", "last_name", "salutation", "address_form", "role", "phone", "city", "language",
    "stage", "custom", "source", "created_at", "updated_at",
)  # fmt: skip
_NOTE_MOST = 20_000


def pieces(house: House, form: str, *, now: datetime, among: Select[int] | None = None) -> Iterator[str]:
    """The file, piece by piece, each block read in a transaction of its own. Raises Invalid for another format."""
    if form not in FORMATS:
        raise Invalid(N_("“%(value)s” cannot be chosen here."), field="format", value=form[:30])
    with house.database.reading() as session:
        labels = {key: spec.label for key, spec in custom.specs(session).items()}
    people = everybody(house, among=among, with_photos=form != "csv")
    if form == "csv":
        return csv.write(people, labels)
    if form == "json":
        return json.write(people, now=now)
    return vcard.write(people, version="4.0" if form == "vcard" else "3.0")


def everybody(house: House, *, among: Select[int] | None = None, with_photos: bool = True) -> Iterator[Exported]:
    """Every contact (or those `among` names), by number."""
    after = 0
    while True:
        with house.database.reading() as session:
            found = block(session, after=after, among=among, with_photos=with_photos)
        yield from found
        if len(found) < BLOCK:
            return
        after = found[-1].id


def chosen(*, stage: str = "", tag_id: int | None = None, company_id: int | None = None) -> Select[int]:
    """The contacts that fit all of what is given."""
    query = select(Contact.id).where(Contact.gone == "")
    if stage:
        query = query.where(Contact.stage == stage)
    if company_id is not None:
        query = query.where(Contact.company_id == company_id)
    if tag_id is not None:
        query = query.where(Contact.id.in_(select(ContactTag.contact_id).where(ContactTag.tag_id == tag_id)))
    return query


def count(session: Session, among: Select[int]) -> int:
    """How many contacts that is."""
    return session.scalar(select(func.count()).select_from(among.subquery())) or 0


def block(
    session: Session, *, after: int = 0, among: Select[int] | None = None, limit: int = BLOCK, with_photos: bool = True
) -> list[Exported]:
    """The next contacts after this number."""
    columns = [getattr(Contact, name) for name in _OWN]
    query = select(*columns, Contact.email, Contact.photo_id, Company.name).outerjoin(
        Company, Company.id == Contact.company_id
    )
    query = query.where(Contact.gone == "", Contact.id > after).order_by(Contact.id).limit(limit)
    rows = session.execute(query if among is None else query.where(Contact.id.in_(among))).all()
    ids = [row[0] for row in rows]
    if not ids:
        return []
    hung = _Hung(session, ids)
    photos = _photos(session, [row[-2] for row in rows if row[-2]]) if with_photos else {}
    return [
        Exported(
            **dict(zip(_OWN, row[: len(_OWN)], strict=True)) | hung.of(row[0], city=row[_OWN.index("city")]),
            email=row[-3] or "",
            company=row[-1] or "",
            photo=photos.get(row[-2]),
        )
        for row in rows
    ]


class _Hung:
    """What hangs on the cards of a block, read table by table."""

    def __init__(self, session: Session, ids: Sequence[int]) -> None:
        self._channels = _by_contact(session, ids, Channel, "kind", "label", "value")
        self._postal = _by_contact(session, ids, PostalAddress, "street", "postcode", "city", "country")
        self._days = _by_contact(session, ids, SpecialDay, "kind", "label", "year", "month", "day")
        self._notes = _by_contact(session, ids, Touchpoint, "text", where=Touchpoint.kind == "note")
        carried = select(ContactTag.contact_id, Tag.name).join(Tag, Tag.id == ContactTag.tag_id).order_by(Tag.key)
        self._tags = _grouped(session.execute(carried.where(ContactTag.contact_id.in_(ids))))
        subscribed = select(Subscription.contact_id, MailingList.name).join(MailingList).order_by(MailingList.name)
        confirmed = (Subscription.contact_id.in_(ids), Subscription.state == "confirmed")
        self._lists = _grouped(session.execute(subscribed.where(*confirmed)))

    def of(self, contact_id: int, *, city: str) -> dict[str, Any]:
        """The fields of one contact."""
        channels, days = self._channels[contact_id], self._days[contact_id]
        street, postcode, town, country = next(iter(self._postal[contact_id]), ("", "", "", ""))
        return {
            "more_emails": tuple(Kind(_kind(label), value) for kind, label, value in channels if kind == "email"),
            "more_phones": tuple(Kind(_kind(label), value) for kind, label, value in channels if kind == "phone"),
            "website": next((value for kind, _, value in channels if kind == "web"), ""),
            "street": street,
            "postcode": postcode,
            "city": city or town,
            "country": country,
            "birthday": next((_date(*date) for kind, _, *date in days if kind == "birthday"), ""),
            "dates": tuple(Dated(label or kind, _date(*date)) for kind, label, *date in days if kind != "birthday"),
            "note": "\n\n".join(text for (text,) in self._notes[contact_id])[:_NOTE_MOST],
            "tags": tuple(name for (name,) in self._tags[contact_id]),
            "lists": tuple(name for (name,) in self._lists[contact_id]),
        }


def _by_contact(session: Session, ids: Sequence[int], row: Any, *names: str, where: Any = None) -> dict[int, list[Any]]:
    query = select(row.contact_id, *(getattr(row, name) for name in names)).where(row.contact_id.in_(ids))
    return _grouped(session.execute((query if where is None else query.where(where)).order_by(row.id)))


def _grouped(rows: Any) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    for contact_id, *rest in rows:
        found[contact_id].append(rest)
    return found


def _photos(session: Session, ids: Sequence[int]) -> dict[int, bytes]:
    return dict(session.execute(select(Photo.id, Photo.content).where(Photo.id.in_(ids))).all()) if ids else {}


def _kind(label: str) -> str:
    return "" if label == "other" else label


def _date(year: int | None, month: int | None, day: int | None) -> str:
    if month is None or day is None:
        return f"{year:04}" if year else ""
    return f"{year:04}-{month:02}-{day:02}" if year else f"--{month:02}-{day:02}"
