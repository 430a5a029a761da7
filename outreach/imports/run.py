"""Imports at work: blocks of rows, each one transaction that also moves the position, so a crash repeats nothing.

    start → job run_import → run: claim the lease → [read a block | take it in, count it, move on] … → done

Two workers on one import are harmless: a block only counts for the one that moves the position from where it was.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import BinaryIO, TypeVar

from sqlalchemy import delete, or_, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from outreach import duplicates, jobs, journal, logs
from outreach.clock import now
from outreach.consent import lists
from outreach.consent.rows import MailingList
from outreach.contacts import custom
from outreach.errors import N_, OutreachError
from outreach.house import House
from outreach.imports import files, products, read, store, take
from outreach.imports.order import Counts, Order
from outreach.imports.parts import form_of, open_file
from outreach.imports.preview import preview
from outreach.imports.read import Broken, Format, Row
from outreach.imports.reader import Reader
from outreach.imports.rows import Import, ImportPart
from outreach.imports.store import get, progress, skips_page
from outreach.imports.words import fold
from outreach.journal import Change, ChangeSet

__all__ = ["get", "progress", "run", "run_inline", "skips_page", "waiting"]

log = logs.get(__name__)
T = TypeVar("T")
ROWS_AT_ONCE = 1000
#: nobody else takes an import over while its worker has shown itself within this time
LEASE = timedelta(seconds=60)
#: a job works this long and then asks for another one, so that workers can be stopped and others get their turn
SECONDS_AT_ONCE = 10.0
#: a block the database refuses so often, one time after the other, is given up
TRIES_MOST = 5


@dataclass(frozen=True)
class _Work:
    """An import this worker has the lease of."""

    order: Order
    form: Format
    mapping: Mapping[str, str]
    position: int
    rows_total: int
    #: whose changes these are, in the history of the cards
    user_id: int | None


def run(house: House, import_id: int, *, seconds: float = SECONDS_AT_ONCE, rows_at_once: int = ROWS_AT_ONCE) -> None:
    """Work on a running import for a while; does nothing when another worker has it, or it is not running."""
    work = _claim(house, import_id)
    if work is None:
        return
    try:
        _work(house, work, until=time.monotonic() + seconds, rows_at_once=rows_at_once)
    except OutreachError as error:
        _fail(house, import_id, str(error))
    except DBAPIError:
        # Either the database is away: the lease runs out and the sweep asks again. Or it refuses this block, and will
        # the next time: after a few tries that is said instead of tried for ever.
        log.exception("import_block_failed", import_id=import_id)
        _count_try(house, import_id)
        raise
    except Exception:
        log.exception("import_failed", import_id=import_id)
        _fail(house, import_id, N_("The import stopped because of an error in the program; the log names it."))
        raise


def propose_duplicates(house: House, import_id: int | None) -> int:
    """Look whether those the import made (everybody, without one) are in the customer file twice: new proposals."""
    with house.database.reading() as session:
        made = None if import_id is None else _made_by(session, import_id)
        found = duplicates.look(session, made) if made is None or made else []
    with house.database.writing() as session:
        return duplicates.propose(session, found, now=now())


def _made_by(session: Session, import_id: int) -> list[int]:
    of_import = select(ChangeSet.id).where(ChangeSet.kind == "import", ChangeSet.origin_id == import_id)
    made = select(Change.contact_id).where(
        Change.set_id.in_(of_import),
        Change.table_name == "contacts",
        Change.before.is_(None),
        Change.contact_id.is_not(None),
    )
    return [one for one in session.scalars(made) if one is not None]


def _count_try(house: House, import_id: int) -> None:
    try:
        with house.database.writing() as session:
            tried = session.connection().execute(
                update(Import).where(Import.id == import_id).values(tries=Import.tries + 1).returning(Import.tries)
            )
            given_up = (tried.scalar() or 0) >= TRIES_MOST
    except DBAPIError:
        return  # away altogether
    if given_up:
        _fail(
            house,
            import_id,
            N_("The import stopped: the database refused the next rows again and again; the log names why."),
        )


def waiting(session: Session, now: datetime) -> list[int]:
    """Running imports nobody works on."""
    free = or_(Import.leased_until.is_(None), Import.leased_until < now)
    return list(session.scalars(select(Import.id).where(Import.state == "running", free).order_by(Import.id)))


def run_inline(
    house: House,
    path: Path,
    *,
    list_name: str | None = None,
    consent_proof: str = "",
    charset: str = "",
    delimiter: str = "",
    mapping: Mapping[str, str] | None = None,
    on_progress: Callable[[store.Progress], None] | None = None,
    more_lists: Sequence[str] = (),
) -> store.Progress:
    """Import a file here and now, for the command line; the list is made when there is none of that name.

    Columns are mapped as guessed, unless `mapping` says otherwise. Raises OutreachError for a file that is no table.
    """
    with house.database.writing() as session:
        with path.open("rb") as file:
            import_id = store.begin(session, filename=path.name, stream=file, user_id=None).id
        seen = preview(session, import_id, charset=charset, delimiter=delimiter)
        store.start(
            session,
            import_id,
            mapping=mapping or {column.name: column.field for column in seen.columns},
            list_id=_list_id(session, list_name),
            more_list_ids=[one for one in (_list_id(session, name) for name in more_lists) if one],
            consent_proof=consent_proof,
            charset=charset,
            delimiter=delimiter,
        )
    while True:
        run(house, import_id)
        with house.database.reading() as session:
            reached = store.progress(session, import_id)
            is_free = bool(waiting(session, now()))
        if on_progress:
            on_progress(reached)
        if reached.state != "running":
            return reached
        if not is_free:
            time.sleep(0.2)  # a worker of another process was quicker


def _claim(house: House, import_id: int) -> _Work | None:
    with house.database.writing() as session:
        free = or_(Import.leased_until.is_(None), Import.leased_until < now())
        taken = session.connection().execute(
            update(Import)
            .where(Import.id == import_id, Import.state == "running", free)
            .values(leased_until=now() + LEASE)
        )
        if taken.rowcount == 0:
            return None
        kept = store.get(session, import_id)
        form = form_of(kept, _fetch(house, import_id), has_header=kept.has_header)
        named = session.execute(select(MailingList.name, MailingList.id))
        order = Order(
            import_id=import_id,
            filename=kept.filename,
            list_ids=tuple(filter(None, (kept.list_id, *kept.more_list_ids))),
            consent_proof=kept.consent_proof,
            zone=house.settings.timezone,
            lists={fold(name): list_id for name, list_id in named},
            has_confirmations="granted_at" in kept.mapping.values(),
        )
        return _Work(order, form, kept.mapping, kept.position, kept.rows_total, kept.created_by_id)


def _work(house: House, work: _Work, *, until: float, rows_at_once: int) -> None:
    import_id, position = work.order.import_id, work.position
    if not work.rows_total:
        _count(house, work)
    rows = _rows(house, work)
    reader = _reader(house, work)
    _drop(rows, position)
    while block := list(islice(rows, rows_at_once)):
        with house.database.writing() as session:
            if not _move(session, import_id, position, position + len(block)):
                return  # another worker went on from here
            journal.author(session, work.user_id)
            counts = take.take_in(session, block, reader, work.order, now())
            _count_in(session, import_id, counts)
            position += len(block)
            if time.monotonic() > until:
                session.connection().execute(update(Import).where(Import.id == import_id).values(leased_until=None))
                jobs.ask(session, "run_import", import_id=import_id)
                return
    _finish(house, import_id, position)


def _rows(house: House, work: _Work) -> Iterator[Row | Broken]:
    return files.data_rows(_file(house, work), work.form)


def _file(house: House, work: _Work) -> BinaryIO:
    return open_file(_fetch(house, work.order.import_id))


def _fetch(house: House, import_id: int) -> Callable[[int], bytes | None]:
    def fetch(number: int) -> bytes | None:
        part = select(ImportPart.content).where(ImportPart.import_id == import_id, ImportPart.number == number)
        with house.database.reading() as session:
            return session.scalar(part)

    return fetch


def _reader(house: House, work: _Work) -> Reader:
    with house.database.reading() as session:
        known = custom.specs(session)
    first = next(row for row in files.rows(_file(house, work), work.form) if isinstance(row, Row))
    names = read.column_names(first.cells, has_header=work.form.has_header)
    return Reader([work.mapping.get(name, "") for name in names], known, products.recognise(names))


def _count(house: House, work: _Work) -> None:
    """How many rows there are; read once more, for progress that tells the truth."""
    total = sum(1 for _ in _rows(house, work))
    with house.database.writing() as session:
        session.connection().execute(
            update(Import).where(Import.id == work.order.import_id).values(rows_total=total, leased_until=now() + LEASE)
        )


def _move(session: Session, import_id: int, old: int, new: int) -> bool:
    moved = session.connection().execute(
        update(Import)
        .where(Import.id == import_id, Import.state == "running", Import.position == old)
        .values(position=new, leased_until=now() + LEASE, tries=0)
    )
    return moved.rowcount == 1


def _count_in(session: Session, import_id: int, counts: Counts) -> None:
    added = {name: getattr(Import, name) + number for name, number in asdict(counts).items() if number}
    if added:
        session.connection().execute(update(Import).where(Import.id == import_id).values(**added))


def _finish(house: House, import_id: int, position: int) -> None:
    with house.database.writing() as session:
        done = session.connection().execute(
            update(Import)
            .where(Import.id == import_id, Import.state == "running", Import.position == position)
            .values(state="done", finished_at=now(), leased_until=None, rows_total=position)
        )
        if done.rowcount:
            session.execute(delete(ImportPart).where(ImportPart.import_id == import_id))
            jobs.ask(session, "find_duplicates", import_id=import_id)
            log.info("import_done", import_id=import_id, rows=position)


def _fail(house: House, import_id: int, problem: str) -> None:
    with house.database.writing() as session:
        session.connection().execute(
            update(Import)
            .where(Import.id == import_id, Import.state == "running")
            .values(state="failed", problem=problem, finished_at=now(), leased_until=None)
        )
        session.execute(delete(ImportPart).where(ImportPart.import_id == import_id))  # full of addresses


def _list_id(session: Session, name: str | None) -> int | None:
    if not name:
        return None
    found = lists.by_name(session, name)
    return found.id if found else lists.create(session, name=name).id


def _drop(rows: Iterator[T], count: int) -> None:
    next(islice(rows, count, count), None)
