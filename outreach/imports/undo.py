"""The way back of an import: for 24 hours, block by block, newest first, every touched card as it was before.

    ask_for → job undo_import → run: claim | hold back what was used since | journal.undo of one block | … → done

What somebody changed since stays and is listed with a sentence. A contact the import made is removed unless something
happened with them since: then they stay whole. Suppressions that the file brought are lifted.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, or_, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from outreach import jobs, journal, logs, paging
from outreach.clock import now
from outreach.consent.rows import Suppression
from outreach.contacts import Contact, display_name
from outreach.db import Base
from outreach.errors import N_, Conflict
from outreach.house import House
from outreach.imports import agreed, store
from outreach.imports.rows import Import, ImportKept
from outreach.imports.run import LEASE, SECONDS_AT_ONCE, TRIES_MOST
from outreach.journal import Change, ChangeSet, Noted
from outreach.paging import Page

log = logs.get(__name__)
Held = tuple[int | None, str, list[str], str]
#: a table and the primary key of one of its rows
Place = tuple[str, tuple[Any, ...]]
_TOO_LATE = N_("The 24 hours are over; this import cannot be undone any more.")
_USED_SINCE = N_("Something happened with this contact since, so the contact stays as it is.")
_COMPANY_USED = N_("Somebody belongs to this company by now, so it stays.")
#: what may hang on a contact without anything having happened with them
_NO_MATTER = frozenset(["changes", "contact_photos", "duplicate_proposals", "import_kept"])


@dataclass(frozen=True)
class KeptLine:
    """Something the undo left as it is. `sentence` is translatable."""

    contact_id: int | None
    name: str
    table: str
    columns: Sequence[str]
    sentence: str


def ask_for(session: Session, import_id: int, *, at: datetime | None = None) -> None:
    """Let a finished import be taken back; raises Conflict when it is running, was undone, or too long ago."""
    kept = store.progress(session, import_id)
    if kept.state not in ("done", "failed"):
        raise Conflict(N_("Only a finished import can be undone."))
    if kept.undo_until < (at or now()):
        raise Conflict(_TOO_LATE)
    taken = session.connection().execute(
        update(Import).where(Import.id == import_id, Import.undo_state == "").values(undo_state="running", tries=0)
    )
    if taken.rowcount == 0:
        raise Conflict(N_("This import was undone before."))
    session.expire_all()
    jobs.ask(session, "undo_import", import_id=import_id)


def run(house: House, import_id: int, *, seconds: float = SECONDS_AT_ONCE) -> None:
    """Take blocks back for a while; does nothing when another worker is at it."""
    if not _claim(house, import_id):
        return
    until = time.monotonic() + seconds
    try:
        while _take_back_one(house, import_id):
            if time.monotonic() > until:
                with house.database.writing() as session:
                    _set(session, import_id, leased_until=None)
                    jobs.ask(session, "undo_import", import_id=import_id)
                return
        _finish(house, import_id)
    except DBAPIError:
        _count_try(house, import_id)
        raise


def waiting(session: Session, at: datetime) -> list[int]:
    """Imports whose undo nobody works on."""
    free = or_(Import.leased_until.is_(None), Import.leased_until < at)
    return list(session.scalars(select(Import.id).where(Import.undo_state == "running", free).order_by(Import.id)))


def kept_page(session: Session, import_id: int, *, page: int = 1, per_page: int = paging.PER_PAGE) -> Page[KeptLine]:
    """What stayed, and why."""
    query = (
        select(
            ImportKept.contact_id,
            Contact.title,
            Contact.first_name,
            Contact.last_name,
            Contact.email,
            ImportKept.table_name,
            ImportKept.columns,
            ImportKept.sentence,
        )
        .outerjoin(Contact, Contact.id == ImportKept.contact_id)
        .where(ImportKept.import_id == import_id)
        .order_by(ImportKept.id)
    )

    def line(row: Any) -> KeptLine:
        contact_id, title, first, last, email, table, columns, sentence, *_ = row
        name = display_name(title, first, last, email) if contact_id else ""
        return KeptLine(contact_id, name, table, columns, sentence)

    return paging.fetch(session, query, line, page=page, per_page=per_page)


def _claim(house: House, import_id: int) -> bool:
    free = or_(Import.leased_until.is_(None), Import.leased_until < now())
    with house.database.writing() as session:
        taken = session.connection().execute(
            update(Import)
            .where(Import.id == import_id, Import.undo_state == "running", free)
            .values(leased_until=now() + LEASE)
        )
        return taken.rowcount == 1


def _take_back_one(house: House, import_id: int) -> bool:
    """One block of the import, the newest first; whether there was one."""
    with house.database.writing() as session:
        sets = journal.sets_of(session, "import", import_id)
        if not sets:
            return False
        companies = _made(session, sets[0], "companies")
        held = _hold_back(session, sets[0], import_id)
        done = journal.undo(session, sets[0], look=False)
        kept = [(one.contact_id, one.table, list(one.columns), one.sentence) for one in done.kept]
        _note_kept(session, import_id, [*held, *kept, *_forget_companies(session, companies)])
        _set(session, import_id, restored=Import.restored + done.restored, leased_until=now() + LEASE, tries=0)
        return True


def _hold_back(session: Session, set_id: int, import_id: int) -> list[Held]:
    """Move what must stay out of this block: contacts it made with whom something happened since, and companies."""
    made = _made(session, set_id, "contacts")
    used = _referred(session, "contacts", made, besides=_own_keys(session, set_id)) | _altered(
        session, set_id, set(made)
    )
    stays = or_(Change.contact_id.in_(list(used)), Change.table_name == "companies")
    kept_set = journal.begin(session, "import_kept", origin_id=import_id)
    session.connection().execute(update(Change).where(Change.set_id == set_id, stays).values(set_id=kept_set))
    return [(one, "contacts", [], _USED_SINCE) for one in sorted(used)]


def _forget_companies(session: Session, made: Sequence[int]) -> list[Held]:
    """Remove companies the block made, unless somebody belongs to them by now."""
    used = _referred(session, "companies", made, besides=set())
    free = [one for one in made if one not in used]
    table = Base.metadata.tables["companies"]
    rows = session.connection().execute(select(table).where(table.c.id.in_(free))).mappings().all()
    session.connection().execute(delete(table).where(table.c.id.in_(free)))
    journal.note(
        session, [Noted("companies", {"id": row["id"]}, dict(row), None, company_id=row["id"]) for row in rows]
    )
    return [(None, "companies", [], _COMPANY_USED) for _ in used]


def _made(session: Session, set_id: int, table: str) -> list[int]:
    found = select(Change.key, Change.before).where(Change.set_id == set_id, Change.table_name == table)
    return [key["id"] for key, before in session.execute(found) if before is None]


def _referred(session: Session, table: str, ids: Collection[int], *, besides: set[Place]) -> set[int]:
    """Those of these rows that others point to, besides rows the same block made."""
    found: set[int] = set()
    for other in Base.metadata.sorted_tables if ids else ():
        if other.name in _NO_MATTER:
            continue
        for column in (c for c in other.columns if any(k.column.table.name == table for k in c.foreign_keys)):
            rows = session.connection().execute(select(column, *other.primary_key).where(column.in_(list(ids))))
            found |= {target for target, *key in rows if (other.name, tuple(key)) not in besides}
    return found


def _own_keys(session: Session, set_id: int) -> set[tuple[str, tuple[Any, ...]]]:
    rows = session.execute(
        select(Change.table_name, Change.key).where(Change.set_id == set_id, Change.before.is_(None))
    )
    tables = Base.metadata.tables
    return {(name, tuple(key[column.name] for column in tables[name].primary_key)) for name, key in rows}


def _altered(session: Session, set_id: int, made: set[int]) -> set[int]:
    """Contacts this block made of which some row is not as it made it."""
    query = select(Change.table_name, Change.key, Change.after, Change.contact_id).where(
        Change.set_id == set_id, Change.contact_id.in_(list(made))
    )
    wanted: dict[str, dict[tuple[Any, ...], tuple[Mapping[str, Any], int]]] = {}
    tables = Base.metadata.tables
    for name, key, after, contact_id in session.execute(query):
        place = tuple(key[column.name] for column in tables[name].primary_key)
        wanted.setdefault(name, {})[place] = (after, contact_id)
    now_there = journal.snapshot(session, made, list(wanted))
    there = {(name, tuple(value for _, value in key)): row for (name, key), row in now_there.items()}
    return {
        contact_id
        for name, rows in wanted.items()
        for place, (after, contact_id) in rows.items()
        if not _is_as(there.get((name, place)), after)
    }


def _is_as(row: Mapping[str, Any] | None, after: Mapping[str, Any]) -> bool:
    return row is not None and all(_plain(row.get(name)) == value for name, value in after.items())


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return value.hex()
    return value.isoformat() if hasattr(value, "isoformat") else value


def _note_kept(session: Session, import_id: int, kept: Sequence[Held]) -> None:
    alive = set(session.scalars(select(Contact.id).where(Contact.id.in_([one[0] for one in kept if one[0]]))))
    rows = [
        {"import_id": import_id, "contact_id": contact_id if contact_id in alive else None, "table_name": table,
         "columns": columns, "sentence": sentence}
        for contact_id, table, columns, sentence in kept
    ]  # fmt: skip
    if rows:
        session.connection().execute(insert(ImportKept), rows)


def _finish(house: House, import_id: int) -> None:
    with house.database.writing() as session:
        mine = Suppression.detail.like(agreed.mark(import_id) + " %")
        session.connection().execute(delete(Suppression).where(mine))
        _forget_removed(session, import_id)
        _set(session, import_id, undo_state="done", undone_at=now(), leased_until=None)
        log.info("import_undone", import_id=import_id)


def _forget_removed(session: Session, import_id: int) -> None:
    """The journal keeps removed contacts, so that removing can be undone; here nobody wants these people back."""
    of_import = select(ChangeSet.id).where(ChangeSet.kind == "import", ChangeSet.origin_id == import_id)
    undone = select(ChangeSet.id).where(ChangeSet.undoes_id.in_(of_import))
    gone = (Change.set_id.in_(undone), Change.contact_id.is_(None), Change.table_name != "companies")
    session.connection().execute(delete(Change).where(*gone))


def _count_try(house: House, import_id: int) -> None:
    try:
        with house.database.writing() as session:
            tries = session.scalar(select(Import.tries).where(Import.id == import_id)) or 0
            problem = N_("The undo stopped: the database refused it again and again; the log names why.")
            given_up = {"undo_state": "done", "problem": problem, "undone_at": now()} if tries + 1 >= TRIES_MOST else {}
            _set(session, import_id, tries=tries + 1, **given_up)
    except DBAPIError:
        return  # away altogether


def _set(session: Session, import_id: int, **values: Any) -> None:
    session.connection().execute(update(Import).where(Import.id == import_id).values(**values))
