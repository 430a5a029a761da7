"""Changes written down: by themselves when a tracked row is flushed, by hand for statements and whole blocks."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import event, insert, inspect, select
from sqlalchemy.orm import Mapper, Session, UOWTransaction

from outreach import clock
from outreach.db import Base
from outreach.journal.rows import Change, ChangeSet, Tracked

Row = Mapping[str, Any]
Key = tuple[str, tuple[tuple[str, Any], ...]]


@dataclass(frozen=True)
class Noted:
    """A change made by a statement, to be written into the journal. Values as the database gives them."""

    table: str
    key: Row
    before: Row | None
    after: Row | None
    contact_id: int | None = None
    company_id: int | None = None


def author(session: Session, user_id: int | None) -> None:
    """Say who is behind the changes of this session; nobody for commands and jobs."""
    session.info["author_id"] = user_id


def begin(session: Session, kind: str, *, origin_id: int | None = None, undoes_id: int | None = None) -> int:
    """A change set of its own for what follows in this transaction; gives its id."""
    made = session.connection().execute(
        insert(ChangeSet)
        .values(
            kind=kind, origin_id=origin_id, user_id=session.info.get("author_id"), at=clock.now(), undoes_id=undoes_id
        )
        .returning(ChangeSet.id)
    )
    set_id = made.scalar_one()
    session.info["change_set"] = set_id
    return set_id


def note(session: Session, noted: Iterable[Noted]) -> None:
    """Write down changes that statements made; part of the change set of this transaction."""
    rows = [
        {
            "contact_id": one.contact_id,
            "company_id": one.company_id,
            "table_name": one.table,
            "key": _plain(one.key),
            "before": None if one.before is None else _plain(one.before),
            "after": None if one.after is None else _plain(one.after),
        }
        for one in noted
    ]
    if rows:
        set_id = session.info.get("change_set") or begin(session, "edit")
        session.connection().execute(insert(Change), [{"set_id": set_id, **row} for row in rows])


def snapshot(session: Session, contact_ids: Collection[int], tables: Iterable[str]) -> dict[Key, Row]:
    """Every row of these tables that belongs to the contacts, by table and key; for `compare`."""
    found: dict[Key, Row] = {}
    for name in tables:
        table = Base.metadata.tables[name]
        owner = table.c.id if name == "contacts" else table.c.contact_id
        hidden = _untracked(name)
        names = [column.name for column in table.columns if column.name not in hidden]
        query = select(*(table.c[column] for column in names)).where(owner.in_(list(contact_ids)))
        for values in session.connection().execute(query):
            row = dict(zip(names, values, strict=True))
            found[name, tuple((column.name, row[column.name]) for column in table.primary_key)] = row
    return found


def compare(session: Session, before: Mapping[Key, Row], after: Mapping[Key, Row]) -> None:
    """Write down what became of a block between two snapshots."""
    note(session, _differences(before, after))


def _differences(before: Mapping[Key, Row], after: Mapping[Key, Row]) -> Iterable[Noted]:
    for (name, key), row in after.items():
        was = before.get((name, key))
        if was is None:
            yield _noted(name, key, None, row)
        elif was != row:
            changed = [column for column in row if row[column] != was[column]]
            yield _noted(name, key, {c: was[c] for c in changed}, {c: row[c] for c in changed}, whose=row)
    for (name, key), row in before.items():
        if (name, key) not in after:
            yield _noted(name, key, row, None)


def _noted(
    name: str, key: tuple[tuple[str, Any], ...], before: Row | None, after: Row | None, *, whose: Row | None = None
) -> Noted:
    owner = whose or after or before or {}
    contact_id = owner.get("id") if name == "contacts" else owner.get("contact_id")
    return Noted(name, dict(key), before, after, contact_id=contact_id)


@event.listens_for(Session, "after_flush")
def _write_down(session: Session, _context: UOWTransaction) -> None:
    noted = [_of(one, "new") for one in session.new if isinstance(one, Tracked)]
    noted += [_of(one, "dirty") for one in session.dirty if isinstance(one, Tracked)]
    noted += [_of(one, "deleted") for one in session.deleted if isinstance(one, Tracked)]
    note(session, [one for one in noted if one is not None])


@event.listens_for(Session, "after_commit")
@event.listens_for(Session, "after_rollback")
def _end(session: Session) -> None:
    if not session.in_nested_transaction():  # both are called for savepoints as well
        session.info.pop("change_set", None)


@event.listens_for(Session, "after_soft_rollback")
def _end_nested(session: Session, _previous: object) -> None:
    session.info.pop("change_set", None)  # it may have been begun inside the savepoint


def _of(one: Any, how: str) -> Noted | None:
    state = inspect(one)
    mapper: Mapper[Any] = state.mapper
    columns = {
        attribute.key: mapper.columns[attribute.key].name
        for attribute in mapper.column_attrs
        if attribute.key not in one.UNTRACKED
    }
    table = mapper.local_table.name  # type: ignore[attr-defined]
    key = {
        column.name: value
        for column, value in zip(mapper.primary_key, mapper.primary_key_from_instance(one), strict=True)
    }
    contact_id, company_id = one.subject()
    if how == "new":
        return Noted(
            table, key, None, {name: getattr(one, attr) for attr, name in columns.items()}, contact_id, company_id
        )
    if how == "deleted":
        gone = contact_id if table != "contacts" else None  # its journal goes with it
        return Noted(table, key, {n: state.dict.get(a) for a, n in columns.items()}, None, gone, company_id)
    before, after = {}, {}
    for attribute, name in columns.items():
        history = state.attrs[attribute].history
        if history.has_changes() and (old := history.deleted[0] if history.deleted else None) != history.added[0]:
            before[name], after[name] = old, history.added[0]
    return Noted(table, key, before, after, contact_id, company_id) if after else None


def last_set(session: Session) -> int | None:
    """The change set of this transaction, when something was changed: what "undo" beside a message takes back."""
    session.flush()
    found: int | None = session.info.get("change_set")
    return found


def sets_of(session: Session, kind: str, origin_id: int) -> Sequence[int]:
    """The change sets of one import, newest first."""
    query = select(ChangeSet.id).where(
        ChangeSet.kind == kind, ChangeSet.origin_id == origin_id, ChangeSet.undone_at.is_(None)
    )
    return session.scalars(query.order_by(ChangeSet.id.desc())).all()


def _untracked(table: str) -> frozenset[str]:
    for mapper in Base.registry.mappers:
        if mapper.local_table.name == table:  # type: ignore[attr-defined]
            return getattr(mapper.class_, "UNTRACKED", frozenset({"updated_at"}))
    raise KeyError(table)


def _plain(row: Row) -> dict[str, Any]:
    return {name: _json(value) for name, value in row.items()}


def _json(value: Any) -> Any:
    if isinstance(value, bytes):
        return value.hex()
    return value.isoformat() if isinstance(value, date) else value  # a datetime is a date
