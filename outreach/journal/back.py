"""The way back: a change set undone, newest change first, column by column."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Column, Table, delete, insert, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from outreach import clock
from outreach.db import Base
from outreach.errors import N_, Conflict, NotFound
from outreach.journal.rows import Change, ChangeSet
from outreach.journal.write import Noted, Row, begin, note

CHANGED_SINCE = N_("It was changed again since, so it stayed as it is.")
GONE_SINCE = N_("It was removed since, so there was nothing to put back.")
IN_USE = N_("Something belongs to it by now, so it stayed.")
IN_THE_WAY = N_("Something else is in its place by now.")
#: what others belong to: removing one would take those along
_CARDS = frozenset({"contacts", "companies"})
#: written about a card, and nothing a person put there
_NO_MATTER = frozenset({"changes", "contact_photos", "duplicate_proposals", "import_kept"})


@dataclass(frozen=True)
class Kept:
    """Something an undo left alone, and why: a translatable sentence."""

    table: str
    key: Row
    columns: tuple[str, ...]
    sentence: str
    contact_id: int | None


@dataclass(frozen=True)
class Undone:
    """What an undo did: the number of rows put back, and what was kept."""

    set_id: int
    restored: int
    kept: Sequence[Kept]


def undo(session: Session, set_id: int, *, look: bool = True) -> Undone:
    """Take a change set back, newest change first; raises NotFound, and Conflict when it was taken back before.

    Columns that were changed again since keep their value, rows that something depends on stay; both are listed.
    Whoever has made sure that nothing belongs to the cards the set made, for all of them at once, need not `look`.
    """
    session.flush()
    taken = session.connection().execute(
        update(ChangeSet).where(ChangeSet.id == set_id, ChangeSet.undone_at.is_(None)).values(undone_at=clock.now())
    )
    if taken.rowcount == 0:
        if session.get(ChangeSet, set_id) is None:
            raise NotFound(N_("There is no such change, or not any more."))
        raise Conflict(N_("This was undone before."))
    changes = session.execute(
        select(Change.table_name, Change.key, Change.before, Change.after, Change.contact_id, Change.company_id)
        .where(Change.set_id == set_id)
        .order_by(Change.id.desc())
    ).all()
    made = begin(session, "undo", undoes_id=set_id)
    restored, kept = 0, list[Kept]()
    for name, key, before, after, contact_id, company_id in changes:
        change = Noted(name, key, before, after, contact_id, company_id)
        used = look and before is None and name in _CARDS and _is_used(session, name, key["id"])
        problem = Kept(name, key, (), IN_USE, contact_id) if used else _restore(session, change)
        if problem is None:
            restored += 1
        else:
            kept.append(problem)
    session.expire_all()
    return Undone(made, restored, kept)


def _is_used(session: Session, card: str, number: int) -> bool:
    """Whether a row belongs to this card. The database would take most of them along without a word."""
    for table in Base.metadata.sorted_tables:
        points = [] if table.name in _NO_MATTER else _pointing(table, card)
        if (
            points
            and session.connection().execute(select(1).where(or_(*(c == number for c in points))).limit(1)).first()
        ):
            return True
    return False


def _pointing(table: Table, card: str) -> list[Column[Any]]:
    return [one for one in table.columns if any(key.column.table.name == card for key in one.foreign_keys)]


def _restore(session: Session, change: Noted) -> Kept | None:
    table = Base.metadata.tables[change.table]
    is_it = [table.c[name] == value for name, value in _typed(table, change.key).items()]
    current = session.connection().execute(select(table).where(*is_it)).mappings().one_or_none()

    def kept(sentence: str, columns: Collection[str] = ()) -> Kept:
        return Kept(change.table, change.key, tuple(columns), sentence, change.contact_id)

    try:
        with session.begin_nested():
            if change.before is None:
                return _remove(session, table, is_it, current, change, kept)
            if change.after is None:
                return _put_back(session, table, current, change, kept)
            return _turn_back(session, table, is_it, current, change, kept)
    except IntegrityError:
        return kept(IN_USE if change.before is None else IN_THE_WAY)


def _remove(session: Session, table: Table, is_it: Any, current: Any, change: Noted, kept: Any) -> Kept | None:
    if current is None:
        return None
    made = _typed(table, change.after or {})
    differing = [name for name, value in made.items() if not _same(current[name], value)]
    if differing:
        return kept(CHANGED_SINCE, differing)  # type: ignore[no-any-return]
    session.connection().execute(delete(table).where(*is_it))
    contact_id = change.contact_id if table.name != "contacts" else None
    note(session, [Noted(table.name, change.key, change.after, None, contact_id, change.company_id)])
    return None


def _put_back(session: Session, table: Table, current: Any, change: Noted, kept: Any) -> Kept | None:
    if current is not None:
        return kept(IN_THE_WAY)  # type: ignore[no-any-return]
    row = _typed(table, change.before or {})
    if "updated_at" in table.c:
        row["updated_at"] = clock.now()
    session.connection().execute(insert(table).values(**row))
    note(session, [Noted(table.name, change.key, None, change.before, change.contact_id, change.company_id)])
    return None


def _turn_back(session: Session, table: Table, is_it: Any, current: Any, change: Noted, kept: Any) -> Kept | None:
    if current is None:
        return kept(GONE_SINCE)  # type: ignore[no-any-return]
    before, after = _typed(table, change.before or {}), _typed(table, change.after or {})
    free = {name: value for name, value in before.items() if _same(current[name], after[name])}
    if free:
        session.connection().execute(update(table).where(*is_it).values(**free))
        was, now = {name: after[name] for name in free}, free
        note(session, [Noted(table.name, change.key, was, now, change.contact_id, change.company_id)])
    left = [name for name in before if name not in free and not _same(current[name], before[name])]
    return kept(CHANGED_SINCE, left) if left else None


def _same(one: Any, other: Any) -> bool:
    return bool(one == other)


def _typed(table: Table, row: Row) -> dict[str, Any]:
    """Plain values as the columns of the table want them."""
    return {name: _value(table.c[name].type, value) for name, value in row.items()}


def _value(kind: Any, value: Any) -> Any:
    wanted = getattr(kind, "impl_instance", kind).python_type if not isinstance(kind, JSON) else None
    if isinstance(value, str) and wanted is bytes:
        return bytes.fromhex(value)
    if isinstance(value, str) and wanted is datetime:
        return datetime.fromisoformat(value)
    if isinstance(value, str) and wanted is date:
        return date.fromisoformat(value)
    return value
