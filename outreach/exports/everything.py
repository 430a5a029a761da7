"""Everything known of one person (Art. 15 and 20 GDPR), out of every table that points to them: data, readable, files.

    gather → Everything → data.json | readable.html | photos and mails as files → one ZIP

Tables are found by their foreign keys, so that a new one is not forgotten.
"""

from __future__ import annotations

import html
import io
import zipfile
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, ColumnElement, Table, func, or_, select
from sqlalchemy.orm import Session

from outreach import contacts
from outreach.contacts import Contact
from outreach.contacts.rows import Channel
from outreach.db import Base
from outreach.errors import N_
from outreach.exports import json

#: what the tables are called; one that is not here is shown by its own name
LABELS = {
    "contacts": N_("Contact"),
    "contact_channels": N_("Further addresses and numbers"),
    "postal_addresses": N_("Postal addresses"),
    "contact_tags": N_("Tags"),
    "special_days": N_("Dates to remember"),
    "permissions": N_("What was said about writing and calling"),
    "consents": N_("Consents"),
    "subscriptions": N_("Topics"),
    "consent_events": N_("History of consent"),
    "touchpoints": N_("History"),
    "facts": N_("Facts"),
    "tasks": N_("Tasks"),
    "deliveries": N_("Mails sent"),
    "drafts": N_("Letters"),
    "incoming_mails": N_("Mails received"),
    "bounces": N_("Mails that could not be delivered"),
    "occasions": N_("Reasons to write"),
    "stops": N_("Stop flags"),
    "complaints": N_("Complaints"),
    "gifts": N_("Gifts"),
    "referrals": N_("Recommendations"),
    "redemptions": N_("Offers used"),
    "programme_steps": N_("Steps of the programme"),
    "survey_answers": N_("Answers to surveys"),
    "changes": N_("Changes of the card"),
}
#: proposals about two people, of whom one is somebody else
_LEFT_OUT = frozenset(["duplicate_proposals", "import_kept"])
#: for comparing only, and numbers of rows here that mean nothing elsewhere
_HIDDEN = frozenset(
    [
        "email_key",
        "address_hash",
        "owner_id",
        "photo_id",
        "set_id",
        "key",
        "message",
        "content",
        "fingerprint",
        "sha256",
    ]
)
_NAMED = {"tag_id": ("tags", "name"), "list_id": ("lists", "name"), "company_id": ("companies", "name"),
          "survey_id": ("surveys", "title"), "special_offer_id": ("special_offers", "code"),
          "campaign_id": ("campaigns", "subject")}  # fmt: skip


@dataclass(frozen=True)
class Everything:
    """All there is of one person: rows by table, and files by name."""

    name: str
    tables: Mapping[str, Sequence[Mapping[str, Any]]]
    files: Mapping[str, bytes]


def gather(session: Session, contact_id: int) -> Everything:
    """Everything of this person, also what was merged into them; raises NotFound."""
    person = contacts.person(session, contact_id)
    ids = numbers(session, contact_id)
    found: dict[str, Sequence[Mapping[str, Any]]] = {}
    for table, columns in pointing(Base.metadata.tables["contacts"]):
        rows = _rows(session, table, or_(*(column.in_(ids) for column in columns)))
        if rows:
            found[table.name] = rows
    ordered = {name: found[name] for name in (*LABELS, *sorted(found)) if name in found}
    own = _rows(session, Base.metadata.tables["contacts"], Contact.__table__.c.id.in_(ids))
    return Everything(person.name, {"contacts": own, **ordered}, _files(session, ids))


def numbers(session: Session, contact_id: int) -> list[int]:
    """The contact's number and those of the cards that were merged into it, however often."""
    found, new = [contact_id], [contact_id]
    while new:
        merged = select(Contact.id).where(Contact.merged_into_id.in_(new), Contact.id.not_in(found))
        new = list(session.scalars(merged))
        found += new
    return found


def addresses(session: Session, ids: Collection[int]) -> set[str]:
    """Every mail address of these contacts, case folded, and those their mails went to."""
    deliveries = Base.metadata.tables["deliveries"].c
    own = session.scalars(select(Contact.email_key).where(Contact.id.in_(ids), Contact.email_key.is_not(None)))
    further = session.scalars(select(Channel.key).where(Channel.contact_id.in_(ids), Channel.kind == "email"))
    sent = session.scalars(select(deliveries.address).where(deliveries.contact_id.in_(ids)).distinct())
    return {address.casefold() for address in (*own, *further, *sent) if address}


def pointing(target: Table) -> list[tuple[Table, list[Column[Any]]]]:
    """Every table with foreign keys to this one, and their columns; not the table itself."""
    found = []
    for table in Base.metadata.sorted_tables:
        columns = [c for c in table.columns if any(key.column.table is target for key in c.foreign_keys)]
        if columns and table is not target and table.name not in _LEFT_OUT:
            found.append((table, columns))
    return found


def archive(known: Everything, *, now: datetime, say: Callable[[str], str] = str) -> bytes:
    """A ZIP with the data for programs, a page for people, and the files."""
    out = io.BytesIO()
    data = {"format": "outreach person", "version": 1, "exported_at": now, "name": known.name, **known.tables}
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("data.json", json.dumps(data, indent=1))
        made.writestr("readable.html", readable(known, now=now, say=say))
        for name, content in known.files.items():
            made.writestr(name, content)
    return out.getvalue()


def readable(known: Everything, *, now: datetime, say: Callable[[str], str] = str) -> str:
    """The same as a page that needs nothing but a browser."""
    parts = [f"<h1>{html.escape(known.name)}</h1><p>{now:%Y-%m-%d %H:%M} UTC</p>"]
    for name, rows in known.tables.items():
        parts.append(f"<h2>{html.escape(say(LABELS[name]) if name in LABELS else name)}</h2>")
        parts += [f"<dl>{''.join(_pairs(row))}</dl>" for row in rows]
    if known.files:
        links = "".join(f'<li><a href="{html.escape(name)}">{html.escape(name)}</a></li>' for name in known.files)
        parts.append(f"<h2>{html.escape(say(N_('Files')))}</h2><ul>{links}</ul>")
    style = "body{font:16px/1.5 sans-serif;max-width:50rem;margin:2rem auto;padding:0 1rem}dl{display:grid;grid-template-columns:12rem 1fr;gap:.2rem 1rem;border-top:1px solid #ccc;padding-top:.6rem}dt{color:#555}dd{margin:0;white-space:pre-wrap;overflow-wrap:anywhere}"  # fmt: skip
    head = f'<!doctype html><meta charset="utf-8"><title>{html.escape(known.name)}</title><style>{style}</style>'
    return head + "\n".join(parts)


def _pairs(row: Mapping[str, Any]) -> list[str]:
    return [
        f"<dt>{html.escape(name.replace('_', ' '))}</dt><dd>{html.escape(_words(value))}</dd>"
        for name, value in row.items()
        if value not in (None, "", [], {}, False) and name not in ("id", "contact_id")
    ]


def _words(value: Any) -> str:
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M} UTC"
    return value if isinstance(value, str) else json.dumps(value) if isinstance(value, dict | list) else str(value)


def _rows(session: Session, table: Table, where: ColumnElement[bool]) -> list[dict[str, Any]]:
    """Rows without what is for comparing, and names in place of numbers where something is pointed to."""
    shown = [column for column in table.columns if column.name not in _HIDDEN]
    columns: list[Any] = list(shown)
    query = select(*columns).where(where).order_by(*table.primary_key)
    for column in shown:
        other, name = _NAMED.get(column.name, ("", ""))
        target = Base.metadata.tables.get(other)
        if target is not None and name in target.c and target is not table:
            label = select(target.c[name]).where(target.c.id == column).scalar_subquery()
            query = query.add_columns(label.label(column.name.removesuffix("_id")))
    return [dict(row) for row in session.execute(query).mappings()]


def _files(session: Session, ids: Collection[int]) -> dict[str, bytes]:
    tables = Base.metadata.tables
    photos, kept, deliveries = tables["contact_photos"].c, tables["kept_mails"].c, tables["deliveries"].c
    found: dict[str, bytes] = {}
    pictures = select(photos.id, photos.media_type, photos.content).where(photos.contact_id.in_(ids))
    for number, kind, content in session.execute(pictures):
        found[f"photos/{number}.{'png' if kind == 'image/png' else 'jpg'}"] = content
    mine = select(deliveries.id).where(deliveries.contact_id.in_(ids))
    is_mine = or_(kept.delivery_id.in_(mine), func.lower(kept.recipient).in_(addresses(session, ids)))
    for number, raw in session.execute(select(kept.id, kept.raw).where(is_mine)):
        found[f"mails/{number}.eml"] = raw
    written = select(deliveries.id, deliveries.message).where(deliveries.id.in_(mine), deliveries.message.is_not(None))
    for number, raw in session.execute(written):
        found[f"mails/delivery-{number}.eml"] = raw
    drafts, files = tables["drafts"].c, tables["draft_attachments"].c
    enclosed = select(files.id, files.filename, files.content).join(tables["drafts"], drafts.id == files.draft_id)
    for number, filename, content in session.execute(enclosed.where(drafts.contact_id.in_(ids))):
        found[f"attachments/{number}-{filename}"] = content
    return found
