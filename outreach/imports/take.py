"""One block of rows on its way into the customer file: a few statements per block, whatever its size.

    rows → records | refused → known contacts filled up, new ones made → tags, numbers, days, photos → consent → notes
      └── two snapshots of the cards around it become the journal, by which an import is undone

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

from outreach import companies, db, journal
from outreach.companies import Company, name_key
from outreach.consent import suppression
from outreach.contacts import Contact, ContactTag, Tag, tags
from outreach.contacts.rows import Channel
from outreach.errors import N_
from outreach.imports import agreed, extras
from outreach.imports.order import Counts, Notes, Order
from outreach.imports.read import Broken, Row
from outreach.imports.reader import Reader
from outreach.imports.record import Note, Record, Refused

FILLED = ("title", "first_name", "last_name", "salutation", "city", "phone", "role")
#: what a person has looked at and said to be right stays right
NAMES = frozenset(["title", "first_name", "last_name", "salutation"])
_DEFAULTS = {"address_form": "sie", "language": "de", "stage": "prospect"}
SUPPRESSED = N_("The address is on the suppression list; nothing of the row was taken in.")
#: what an import may touch, parents first; an undo goes the other way
TABLES = (
    "contacts",
    "contact_tags",
    "contact_channels",
    "postal_addresses",
    "special_days",
    "touchpoints",
    "consents",
    "subscriptions",
    "consent_events",
)


@dataclass
class Target:
    """A contact, known or about to be made."""

    id: int | None
    line: int
    values: dict[str, Any]
    custom: dict[str, Any]
    company: str
    key: str | None
    tags: dict[str, str] = field(default_factory=dict)  # to add: key → name
    carried: set[str] = field(default_factory=set)
    is_verified: bool = False
    is_changed: bool = False
    gets_company: bool = False
    #: everything the file says of this person, row by row
    records: list[Record] = field(default_factory=list)

    def takes(self, name: str) -> bool:
        """Whether what the file says of this field comes onto the card: only where it is empty."""
        return name in FILLED and not self.values[name] and not (self.is_verified and name in NAMES)


def take_in(session: Session, rows: Sequence[Row | Broken], reader: Reader, order: Order, now: datetime) -> Counts:
    """Take in a block; everything it does belongs to the caller's transaction."""
    counts, notes = Counts(), Notes(order.import_id)
    records = allowed(session, _readable(rows, reader, notes), notes)
    targets = known(session, records)
    records = agreed.keep_out(
        session, records, {match(r) for r in records if match(r) in targets}, order, counts, notes, now
    )
    journal.begin(session, "import", origin_id=order.import_id)
    before = journal.snapshot(session, {target.id for target in targets.values() if target.id}, TABLES)
    made, filled, met = set[int](), set[int](), dict[int, Target]()
    for record in records:
        notes.about(record)
        target = targets.get(match(record))
        if target is None:
            target = targets[match(record)] = _new(record)
            made.add(id(target))
            counts.created += 1
        elif _fill(target, record):
            filled.add(id(target))
            counts.updated += 1
        else:
            counts.unchanged += 1
        target.records.append(record)
        met[id(target)] = target
    _store(session, list(met.values()), order, now)
    gained = extras.store(session, {t.id: t.records for t in met.values() if t.id}, order, now)
    more = sum(1 for key, target in met.items() if target.id in gained and key not in made | filled)
    counts.updated, counts.unchanged = counts.updated + more, counts.unchanged - more
    said = {t.id: [one for one in t.records if one.key] for t in met.values() if t.id and t.key}
    # A row without an address says nothing of an address: it may be a namesake.
    agreed.settle(session, {one: rows for one, rows in said.items() if rows}, order, counts, notes, now)
    after = journal.snapshot(session, {target.id for target in targets.values() if target.id}, TABLES)
    journal.compare(session, before, after)
    counts.skipped, counts.noted = notes.skipped, notes.noted
    notes.store(session)
    return counts


def _readable(rows: Iterable[Row | Broken], reader: Reader, notes: Notes) -> list[Record]:
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


def allowed(session: Session, records: Sequence[Record], notes: Notes) -> list[Record]:
    suppressed = suppression.among(session, [record.hash for record in records if record.hash])
    allowed = []
    for record in records:
        if record.hash in suppressed:
            notes.skip(record.line, Note(SUPPRESSED, {}), "")  # not even the excerpt: it may hold the address
        else:
            allowed.append(record)
    return allowed


def known(session: Session, records: Sequence[Record]) -> dict[tuple[str, ...], Target]:
    """The contacts these records are about, by what they are recognised by."""
    columns = [getattr(Contact, name) for name in ("id", "email_key", *FILLED, *_DEFAULTS, "verified_at", "custom")]
    query = select(*columns, Company.name_key).outerjoin(Company, Company.id == Contact.company_id)
    query = query.where(Contact.gone == "")
    keys = list({record.key for record in records if record.key})
    named = {record.values.get("last_name", "") for record in records if not record.key}
    found = _targets(session.execute(query.where(Contact.email_key.in_(keys))).all() if keys else [])
    targets: dict[tuple[str, ...], Target] = {("address", target.key or ""): target for target in found}
    _add_by_further_address(session, query, [key for key in keys if ("address", key) not in targets], targets)
    if named:
        same_name = query.where(Contact.last_name.in_(named)).order_by(Contact.id)
        for target in _targets(session.execute(same_name).all()):
            known = targets.get(("address", target.key or ""), target)
            targets.setdefault(("name", target.values["first_name"], target.values["last_name"], target.company), known)
    _add_tags(session, targets.values())
    return targets


def _add_by_further_address(
    session: Session, query: Any, keys: Sequence[str], targets: dict[tuple[str, ...], Target]
) -> None:
    """Somebody's second address is theirs as well."""
    if not keys:
        return
    further = select(Channel.key, Channel.contact_id).where(Channel.kind == "email", Channel.key.in_(keys))
    owners = dict(session.execute(further.order_by(Channel.id.desc())).all())
    missing = query.where(Contact.id.in_(set(owners.values())))
    by_id = {target.id: target for target in targets.values()}
    by_id |= {t.id: t for t in _targets(session.execute(missing).all()) if t.id not in by_id} if owners else {}
    targets |= {("address", key): by_id[owner] for key, owner in owners.items() if owner in by_id}


def _targets(rows: Sequence[Any]) -> list[Target]:
    own = (*FILLED, *_DEFAULTS)
    return [
        Target(
            id=row[0],
            line=0,
            key=row[1],
            values=dict(zip(own, row[2:-3], strict=True)),
            is_verified=row[-3] is not None,
            custom=dict(row[-2] or {}),
            company=row[-1] or "",
        )
        for row in rows
    ]


def _add_tags(session: Session, targets: Iterable[Target]) -> None:
    by_id = {target.id: target for target in targets if target.id}
    if by_id:
        query = select(ContactTag.contact_id, Tag.key).join(Tag, Tag.id == ContactTag.tag_id)
        for contact_id, key in session.execute(query.where(ContactTag.contact_id.in_(list(by_id)))):
            by_id[contact_id].carried.add(key)


def match(record: Record) -> tuple[str, ...]:
    if record.key:
        return ("address", record.key)
    company = name_key(record.company) if record.company else ""
    return ("name", record.values.get("first_name", ""), record.values.get("last_name", ""), company)


def _new(record: Record) -> Target:
    values: dict[str, Any] = {**dict.fromkeys(FILLED, ""), **_DEFAULTS, **record.values}
    values.update(email=record.email, email_key=record.key, address_hash=record.hash)
    target = Target(
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


def _fill(target: Target, record: Record) -> bool:
    """Fill what is empty; whether that changed anything. An address form, language or stage is never empty."""
    gained = {name: value for name, value in record.values.items() if target.takes(name)}
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


def _store(session: Session, targets: Sequence[Target], order: Order, now: datetime) -> None:
    company_ids = companies.named(session, {target.company for target in targets if target.gets_company})
    _insert(session, [target for target in targets if target.id is None], company_ids, order, now)
    _update(session, [target for target in targets if target.id is not None and target.is_changed], company_ids, now)
    tag_ids = tags.named(session, {name for target in targets for name in target.tags.values()})
    tags.put_on(session, [(tag_ids[key], target.id) for target in targets if target.id for key in target.tags])


def _insert(
    session: Session, new: Sequence[Target], company_ids: Mapping[str, int], order: Order, now: datetime
) -> None:
    def row(target: Target) -> dict[str, Any]:
        company_id = company_ids[name_key(target.company)] if target.company else None
        return {
            **target.values,
            "custom": target.custom,
            "company_id": company_id,
            "measuring_agreed": False,
            "source": order.filename[:200],
            "stage_by_hand": target.values["stage"] != "prospect",
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


def _update(session: Session, changed: Sequence[Target], company_ids: Mapping[str, int], now: datetime) -> None:
    def changes(target: Target) -> dict[str, Any]:
        return {
            "of": target.id,
            "name_doubt": None,  # the name check looks again
            "custom": target.custom,
            "updated_at": now,
            **{name: target.values[name] for name in FILLED},
        }

    plain, moved = [t for t in changed if not t.gets_company], [t for t in changed if t.gets_company]
    statement = update(Contact).where(Contact.id == bindparam("of"))
    if plain:
        names: tuple[str, ...] = ("custom", "updated_at", "name_doubt", *FILLED)
        session.connection().execute(
            statement.values({name: bindparam(name) for name in names}), [changes(target) for target in plain]
        )
    if moved:
        names = ("custom", "updated_at", "name_doubt", *FILLED, "company_id")
        session.connection().execute(
            statement.values({name: bindparam(name) for name in names}),
            [{**changes(target), "company_id": company_ids[name_key(target.company)]} for target in moved],
        )
