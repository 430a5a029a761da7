"""The journal of the customer file: every change of a card, with who and when, and the way back.

    a tracked row is flushed ──▶ Change(before, after) in the ChangeSet of this transaction
    note() for statements that pass the session by, compare(snapshot()) for whole blocks
    undo(set) ──▶ newest change first, column by column; what somebody changed since stays and is said

A change set is what one click or one block of an import did. Undoing one is a change set as well, so it can be undone.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Table, delete, event, insert, inspect, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Mapper, Session, UOWTransaction, mapped_column

from outreach import clock, paging
from outreach.db import Base, Moment
from outreach.errors import N_, Conflict, NotFound
from outreach.paging import Page
from outreach.users import User

Row = Mapping[str, Any]
Key = tuple[str, tuple[tuple[str, Any], ...]]


class ChangeSet(Base):
    """What one click, one command or one block of an import changed."""

    __tablename__ = "change_sets"
    __table_args__ = (Index("ix_change_sets_kind_origin_id", "kind", "origin_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    #: edit, import, merge, quick_entry, names, survey, undo …
    kind: Mapped[str] = mapped_column(String(20))
    #: what it belongs to: the import of an import's blocks
    origin_id: Mapped[int | None]
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    at: Mapped[datetime] = mapped_column(Moment, default=clock.now)
    undone_at: Mapped[datetime | None] = mapped_column(Moment)
    #: the change set this one took back
    undoes_id: Mapped[int | None] = mapped_column(ForeignKey("change_sets.id", ondelete="SET NULL"))


class Change(Base):
    """One row made (no before), changed (the columns that differ) or removed (no after). Goes with its contact."""

    __tablename__ = "changes"
    __table_args__ = (
        Index("ix_changes_set_id", "set_id", "id"),
        Index("ix_changes_contact_id", "contact_id", "id"),
        Index("ix_changes_company_id", "company_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    set_id: Mapped[int] = mapped_column(ForeignKey("change_sets.id", ondelete="CASCADE"))
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contacts.id", ondelete="CASCADE"))
    company_id: Mapped[int | None]  # without a key: the way back must outlive the company
    table_name: Mapped[str] = mapped_column(String(40))
    key: Mapped[dict[str, Any]] = mapped_column(JSON)
    before: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    after: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))


class Tracked:
    """Rows of these classes leave a Change when they are flushed, except for the columns named here."""

    UNTRACKED: frozenset[str] = frozenset({"updated_at"})

    def subject(self) -> tuple[int | None, int | None]:
        """The contact and the company on whose card the change is shown."""
        return getattr(self, "contact_id", None), getattr(self, "company_id", None)


@dataclass(frozen=True)
class Noted:
    """A change made by a statement, to be written into the journal. Values as the database gives them."""

    table: str
    key: Row
    before: Row | None
    after: Row | None
    contact_id: int | None = None
    company_id: int | None = None


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


@dataclass(frozen=True)
class ChangeLine:
    """One changed row in the history of a card."""

    table: str
    key: Row
    before: Row | None
    after: Row | None


@dataclass(frozen=True)
class SetLine:
    """A change set in the history of a card."""

    id: int
    kind: str
    origin_id: int | None
    who: str
    at: datetime
    undone_at: datetime | None
    undoes_id: int | None
    changes: Sequence[ChangeLine]


CHANGED_SINCE = N_("It was changed again since, so it stayed as it is.")
GONE_SINCE = N_("It was removed since, so there was nothing to put back.")
IN_USE = N_("Something belongs to it by now, so it stayed.")
IN_THE_WAY = N_("Something else is in its place by now.")


# ── writing ────────────────────────────────────────────────────────────────────


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


# ── reading ────────────────────────────────────────────────────────────────────


def history(
    session: Session, *, contact_id: int | None = None, company_id: int | None = None, page: int = 1, per_page: int = 20
) -> Page[SetLine]:
    """What was changed on this card, newest first."""
    mine = Change.contact_id == contact_id if contact_id is not None else Change.company_id == company_id
    touched = select(Change.set_id).where(mine).distinct()
    query = (
        select(
            ChangeSet.id,
            ChangeSet.kind,
            ChangeSet.origin_id,
            User.name,
            ChangeSet.at,
            ChangeSet.undone_at,
            ChangeSet.undoes_id,
        )
        .outerjoin(User, User.id == ChangeSet.user_id)
        .where(ChangeSet.id.in_(touched))
        .order_by(ChangeSet.id.desc())
    )
    found = paging.fetch(session, query, lambda row: row, page=page, per_page=per_page)
    lines: dict[int, list[ChangeLine]] = {row[0]: [] for row in found.rows}
    wanted = select(Change.set_id, Change.table_name, Change.key, Change.before, Change.after)
    for set_id, *line in session.execute(wanted.where(Change.set_id.in_(list(lines)), mine).order_by(Change.id)):
        lines[set_id].append(ChangeLine(*line))
    sets = [SetLine(row[0], row[1], row[2], row[3] or "", row[4], row[5], row[6], lines[row[0]]) for row in found.rows]
    return Page(sets, found.page, found.per_page, found.total, found.capped)


# ── the way back ───────────────────────────────────────────────────────────────


def undo(session: Session, set_id: int) -> Undone:
    """Take a change set back, newest change first; raises NotFound, and Conflict when it was taken back before.

    Columns that were changed again since keep their value, rows that something depends on stay; both are listed.
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
        problem = _restore(session, Noted(name, key, before, after, contact_id, company_id))
        if problem is None:
            restored += 1
        else:
            kept.append(problem)
    session.expire_all()
    return Undone(made, restored, kept)


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
