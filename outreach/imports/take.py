"""One block of rows on its way into the customer file: a few statements per block, whatever its size.

    rows → records | refused → known contacts filled up, new ones made → tags → consent → notes

Existing contacts only gain: empty fields are filled, tags added, nothing is overwritten. Nobody doubles: an address
is one contact, and a row without one is the contact of the same name in the same company.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.orm import Session

from outreach import companies, db
from outreach.companies import Company, name_key
from outreach.consent import subscriptions, suppression
from outreach.consent.rows import Subscription
from outreach.contacts import Contact, ContactTag, Tag, tags
from outreach.errors import N_
from outreach.imports.mapping import Note, Reader, Record, Refused
from outreach.imports.read import Broken, Row
from outreach.imports.rows import ImportSkip

_FILLED = ("title", "first_name", "last_name", "salutation", "city", "phone")
_DEFAULTS = {"address_form": "sie", "language": "de", "stage": "prospect"}
_SUPPRESSED = N_("The address is on the suppression list; nothing of the row was taken in.")
_UNSUBSCRIBED = N_("The person has unsubscribed from the list and stays unsubscribed.")


@dataclass(frozen=True)
class Order:
    """What the person importing asked for."""

    import_id: int
    filename: str
    list_id: int | None
    consent_proof: str
    zone: str


@dataclass
class Counts:
    """What became of the rows of a block."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    skipped: int = 0
    noted: int = 0
    subscribed: int = 0
    kept_unsubscribed: int = 0
    without_proof: int = 0


@dataclass
class _Target:
    """A contact, known or about to be made."""

    id: int | None
    line: int
    values: dict[str, Any]
    custom: dict[str, Any]
    company: str
    key: str | None
    tags: dict[str, str] = field(default_factory=dict)  # to add: key → name
    carried: set[str] = field(default_factory=set)
    is_changed: bool = False
    gets_company: bool = False


def take_in(session: Session, rows: Sequence[Row | Broken], reader: Reader, order: Order, now: datetime) -> Counts:
    """Take in a block; everything it does belongs to the caller's transaction."""
    counts, notes = Counts(), _Notes(order.import_id)
    records = _allowed(session, _readable(rows, reader, notes), notes)
    targets = _known(session, records)
    met: dict[int, _Target] = {}
    for record in records:
        notes.about(record)
        target = targets.get(_match(record))
        if target is None:
            target = targets[_match(record)] = _new(record)
            counts.created += 1
        elif _fill(target, record):
            counts.updated += 1
        else:
            counts.unchanged += 1
        met[id(target)] = target
    _store(session, list(met.values()), order, now)
    _subscribe(session, [target for target in met.values() if target.key], order, counts, notes, now)
    counts.skipped, counts.noted = notes.skipped, notes.noted
    notes.store(session)
    return counts


def _readable(rows: Iterable[Row | Broken], reader: Reader, notes: _Notes) -> list[Record]:
    records = []
    for row in rows:
        if isinstance(row, Broken):
            notes.skip(row.line, Note(row.sentence, {}), row.excerpt)
            continue
        found = reader.read(row.line, row.cells)
        if isinstance(found, Refused):
            notes.skip(found.line, found.note, found.excerpt)
        else:
            records.append(found)
    return records


def _allowed(session: Session, records: Sequence[Record], notes: _Notes) -> list[Record]:
    suppressed = suppression.among(session, [record.hash for record in records if record.hash])
    allowed = []
    for record in records:
        if record.hash in suppressed:
            notes.skip(record.line, Note(_SUPPRESSED, {}), "")  # not even the excerpt: it may hold the address
        else:
            allowed.append(record)
    return allowed


def _known(session: Session, records: Sequence[Record]) -> dict[tuple[str, ...], _Target]:
    """The contacts these records are about, by what they are recognised by."""
    columns = [getattr(Contact, name) for name in ("id", "email_key", *_FILLED, *_DEFAULTS, "custom")]
    query = select(*columns, Company.name_key).outerjoin(Company, Company.id == Contact.company_id)
    keys = list({record.key for record in records if record.key})
    named = {record.values.get("last_name", "") for record in records if not record.key}
    found = _targets(session.execute(query.where(Contact.email_key.in_(keys))).all() if keys else [])
    targets: dict[tuple[str, ...], _Target] = {("address", target.key or ""): target for target in found}
    if named:
        same_name = query.where(Contact.last_name.in_(named)).order_by(Contact.id)
        for target in _targets(session.execute(same_name).all()):
            known = targets.get(("address", target.key or ""), target)
            targets.setdefault(("name", target.values["first_name"], target.values["last_name"], target.company), known)
    _add_tags(session, targets.values())
    return targets


def _targets(rows: Sequence[Any]) -> list[_Target]:
    own = (*_FILLED, *_DEFAULTS)
    return [
        _Target(
            id=row[0],
            line=0,
            key=row[1],
            values=dict(zip(own, row[2:-2], strict=True)),
            custom=dict(row[-2] or {}),
            company=row[-1] or "",
        )
        for row in rows
    ]


def _add_tags(session: Session, targets: Iterable[_Target]) -> None:
    by_id = {target.id: target for target in targets if target.id}
    if by_id:
        query = select(ContactTag.contact_id, Tag.key).join(Tag, Tag.id == ContactTag.tag_id)
        for contact_id, key in session.execute(query.where(ContactTag.contact_id.in_(list(by_id)))):
            by_id[contact_id].carried.add(key)


def _match(record: Record) -> tuple[str, ...]:
    if record.key:
        return ("address", record.key)
    company = name_key(record.company) if record.company else ""
    return ("name", record.values.get("first_name", ""), record.values.get("last_name", ""), company)


def _new(record: Record) -> _Target:
    values: dict[str, Any] = {**dict.fromkeys(_FILLED, ""), **_DEFAULTS, **record.values}
    values.update(email=record.email, email_key=record.key, address_hash=record.hash)
    target = _Target(
        id=None,
        line=record.line,
        values=values,
        key=record.key,
        company=record.company,
        custom={key: value for key, value in record.custom.items() if value is not None},
        gets_company=bool(record.company),
    )
    target.tags = {tags.key(name): name for name in record.tags}
    return target


def _fill(target: _Target, record: Record) -> bool:
    """Fill what is empty; whether that changed anything. An address form, language or stage is never empty."""
    gained = {name: value for name, value in record.values.items() if name in _FILLED and not target.values[name]}
    custom = {key: value for key, value in record.custom.items() if value is not None and key not in target.custom}
    new_tags = {tags.key(name): name for name in record.tags} if record.tags else {}
    new_tags = {key: name for key, name in new_tags.items() if key not in target.carried and key not in target.tags}
    company = record.company if not target.company else ""
    target.values.update(gained)
    target.custom.update(custom)
    target.tags.update(new_tags)
    if company:
        target.company, target.gets_company = company, True
    target.is_changed |= bool(gained or custom or company)
    target.line = target.line or record.line
    return bool(gained or custom or company or new_tags)


def _store(session: Session, targets: Sequence[_Target], order: Order, now: datetime) -> None:
    company_ids = companies.named(session, {target.company for target in targets if target.gets_company})
    _insert(session, [target for target in targets if target.id is None], company_ids, order, now)
    _update(session, [target for target in targets if target.id is not None and target.is_changed], company_ids, now)
    tag_ids = tags.named(session, {name for target in targets for name in target.tags.values()})
    tags.put_on(session, [(tag_ids[key], target.id) for target in targets if target.id for key in target.tags])


def _insert(
    session: Session, new: Sequence[_Target], company_ids: Mapping[str, int], order: Order, now: datetime
) -> None:
    def row(target: _Target) -> dict[str, Any]:
        company_id = company_ids[name_key(target.company)] if target.company else None
        return {
            **target.values,
            "custom": target.custom,
            "company_id": company_id,
            "measuring_agreed": False,
            "source": order.filename[:200],
            "created_at": now,
            "updated_at": now,
        }

    addressed, nameless = [t for t in new if t.key], [t for t in new if not t.key]
    if addressed:
        put = db.insert(session, Contact).on_conflict_do_nothing(index_elements=["email_key"])
        session.connection().execute(put, [row(target) for target in addressed])
        query = select(Contact.email_key, Contact.id).where(Contact.email_key.in_([t.key for t in addressed]))
        ids = dict(session.execute(query).all())
        for target in addressed:
            target.id = ids[target.key]
    if nameless:
        made = insert(Contact).returning(Contact.id, sort_by_parameter_order=True)
        found = session.connection().execute(made, [row(target) for target in nameless])
        for target, contact_id in zip(nameless, found.scalars(), strict=True):
            target.id = contact_id


def _update(session: Session, changed: Sequence[_Target], company_ids: Mapping[str, int], now: datetime) -> None:
    def changes(target: _Target) -> dict[str, Any]:
        return {
            "of": target.id,
            "custom": target.custom,
            "updated_at": now,
            **{name: target.values[name] for name in _FILLED},
        }

    plain, moved = [t for t in changed if not t.gets_company], [t for t in changed if t.gets_company]
    statement = update(Contact).where(Contact.id == bindparam("of"))
    if plain:
        names: tuple[str, ...] = ("custom", "updated_at", *_FILLED)
        session.connection().execute(
            statement.values({name: bindparam(name) for name in names}), [changes(target) for target in plain]
        )
    if moved:
        names = ("custom", "updated_at", *_FILLED, "company_id")
        session.connection().execute(
            statement.values({name: bindparam(name) for name in names}),
            [{**changes(target), "company_id": company_ids[name_key(target.company)]} for target in moved],
        )


def _subscribe(
    session: Session, targets: Sequence[_Target], order: Order, counts: Counts, notes: _Notes, now: datetime
) -> None:
    ids = [target.id for target in targets if target.id]
    if order.list_id is None or not ids:
        return
    if not order.consent_proof:
        confirmed = select(Subscription.contact_id).where(
            Subscription.list_id == order.list_id, Subscription.contact_id.in_(ids), Subscription.state == "confirmed"
        )
        counts.without_proof = len(ids) - len(session.scalars(confirmed).all())
        return
    granted = subscriptions.grant_imported(
        session,
        contact_ids=ids,
        list_id=order.list_id,
        proof=order.consent_proof,
        source=order.filename,
        now=now,
        zone=order.zone,
    )
    counts.subscribed, counts.kept_unsubscribed = len(granted.subscribed), len(granted.kept_unsubscribed)
    for target in targets:
        if target.id in granted.kept_unsubscribed:
            notes.add(target.line, Note(_UNSUBSCRIBED, {}), "", taken_in=True)


class _Notes:
    """The report of skipped rows, gathered for one statement."""

    def __init__(self, import_id: int) -> None:
        self._import_id, self._rows = import_id, list[dict[str, Any]]()
        self.skipped = self.noted = 0

    def skip(self, line: int, note: Note, excerpt: str) -> None:
        self.skipped += 1
        self.add(line, note, excerpt, taken_in=False)

    def about(self, record: Record) -> None:
        self.noted += bool(record.notes)
        for note in record.notes:
            self.add(record.line, note, record.excerpt, taken_in=True)

    def add(self, line: int, note: Note, excerpt: str, *, taken_in: bool) -> None:
        self._rows.append(
            {
                "import_id": self._import_id,
                "line": line,
                "taken_in": taken_in,
                "sentence": note.sentence,
                "values": note.values,
                "excerpt": excerpt[:300],
            }
        )

    def store(self, session: Session) -> None:
        if self._rows:
            session.connection().execute(insert(ImportSkip), self._rows)
