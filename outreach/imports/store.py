"""Imports from the upload to the start, and what they report. The work itself is in `run`."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, BinaryIO

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from outreach import jobs, lines, paging
from outreach.consent import lists
from outreach.contacts import custom
from outreach.errors import N_, Conflict, Invalid, NotFound
from outreach.imports import mapping as columns
from outreach.imports import read
from outreach.imports.read import Broken, Format, Row
from outreach.imports.rows import Import, ImportPart, ImportSkip
from outreach.paging import Page

BYTES_MOST = 200 * 1024 * 1024
PART = 1024 * 1024
_PROOF_MOST = 5000


@dataclass(frozen=True)
class Column:
    """A column of the file: what it is called, what it probably is ("" = leave out), what is in it."""

    name: str
    field: str
    samples: tuple[str, ...]


@dataclass(frozen=True)
class Preview:
    """The beginning of a file as it would be read."""

    import_id: int
    filename: str
    charset: str
    delimiter: str
    has_header: bool
    columns: Sequence[Column]
    rows: Sequence[Sequence[str]]
    broken: Sequence[Broken]


@dataclass(frozen=True)
class Progress:
    """How far an import is, and what became of the rows."""

    id: int
    filename: str
    state: str
    rows_total: int
    position: int
    created: int
    updated: int
    unchanged: int
    skipped: int
    noted: int
    subscribed: int
    kept_unsubscribed: int
    without_proof: int
    list_id: int | None
    problem: str
    created_at: datetime
    finished_at: datetime | None

    @property
    def percent(self) -> int:
        """0 to 100; 100 only when everything is done."""
        if self.state == "done":
            return 100
        return min(99, 100 * self.position // self.rows_total) if self.rows_total else 0


@dataclass(frozen=True)
class SkipLine:
    """A row that was not taken in, or (`taken_in`) of which something was left out. `sentence` is translatable."""

    line: int
    taken_in: bool
    sentence: str
    values: Mapping[str, Any]
    excerpt: str

    @property
    def reason(self) -> str:
        """The sentence in English with its values."""
        return self.sentence % self.values if self.values else self.sentence


def begin(session: Session, *, filename: str, stream: BinaryIO, user_id: int | None) -> Import:
    """Keep an uploaded file; raises Invalid when it is empty, too large, or clearly not a table of text."""
    name = lines.shown(re.split(r"[/\\]", filename)[-1], 300).strip() or "upload.csv"
    made = Import(filename=name, state="uploaded", created_by_id=user_id)
    session.add(made)
    session.flush()
    sample, unusual, size, number = b"", b"", 0, 0
    while content := _read(stream):
        size += len(content)
        if size > BYTES_MOST:
            raise Invalid(N_("The file is larger than %(most)s MB."), field="file", most=BYTES_MOST // PART)
        if not content.isascii() and len(unusual) < PART:
            unusual += _around_first_unusual(content)
        sample = sample or content[: read.SAMPLE]
        session.execute(insert(ImportPart), {"import_id": made.id, "number": number, "content": content})
        number += 1
    form = _guess(sample, unusual)
    made.charset, made.delimiter, made.has_header = form.charset, form.delimiter, form.has_header
    session.flush()
    return made


def preview(
    session: Session,
    import_id: int,
    *,
    rows: int = 20,
    charset: str = "",
    delimiter: str = "",
    has_header: bool | None = None,
) -> Preview:
    """The first rows and what the columns seem to be; charset, delimiter and header as guessed or as given."""
    kept = get(session, import_id)
    form = _format(session, kept, charset=charset, delimiter=delimiter, has_header=has_header)
    found = list(islice(read.rows(open_file(_fetch(session, import_id)), form), rows + 1))
    cells = [row.cells for row in found if isinstance(row, Row)]
    names = read.column_names(cells[0], has_header=form.has_header) if cells else []
    shown = [[lines.shown(cell, 100) for cell in row] for row in (cells[1:] if form.has_header else cells[:rows])]
    guessed = columns.guess(names, custom.specs(session))
    return Preview(
        import_id=import_id,
        filename=kept.filename,
        charset=form.charset,
        delimiter=form.delimiter,
        has_header=form.has_header,
        rows=shown,
        broken=[row for row in found if isinstance(row, Broken)],
        columns=[Column(name, guessed[name], _samples(shown, index)) for index, name in enumerate(names)],
    )


def start(
    session: Session,
    import_id: int,
    *,
    mapping: Mapping[str, str],
    list_id: int | None = None,
    consent_proof: str = "",
    charset: str = "",
    delimiter: str = "",
    has_header: bool | None = None,
) -> None:
    """Let the import run: `mapping` says for each column (by its name) the field, see `mapping.FIELDS`.

    Raises Invalid naming what cannot be, Conflict when it was started before. Without `consent_proof` nobody is put
    on the list: the contacts come in, and the report counts them.
    """
    kept = get(session, import_id)
    form = _format(session, kept, charset=charset, delimiter=delimiter, has_header=has_header)
    names = _names(session, import_id, form)
    checked = columns.check({k: v for k, v in mapping.items() if v}, names, custom.specs(session))
    if list_id is not None:
        lists.get(session, list_id)
    if len(consent_proof) > _PROOF_MOST:
        raise Invalid(N_("The proof is longer than %(most)s characters."), field="consent_proof", most=_PROOF_MOST)
    moved = session.connection().execute(
        update(Import)
        .where(Import.id == import_id, Import.state == "uploaded")
        .values(
            state="running",
            mapping=_with_new_fields(session, checked),
            list_id=list_id,
            charset=form.charset,
            consent_proof=consent_proof.strip(),
            delimiter=form.delimiter,
            has_header=form.has_header,
        )
    )
    if moved.rowcount == 0:
        raise Conflict(N_("This import was started before."))
    session.expire(kept)
    jobs.ask(session, "run_import", import_id=import_id)


def get(session: Session, import_id: int) -> Import:
    """The import; raises NotFound."""
    found = session.get(Import, import_id)
    if found is None:
        raise NotFound(N_("There is no such import, or not any more."))
    return found


def progress(session: Session, import_id: int) -> Progress:
    """How far it is; raises NotFound."""
    found = session.execute(select(*_progress_columns()).where(Import.id == import_id)).one_or_none()
    if found is None:
        raise NotFound(N_("There is no such import, or not any more."))
    return Progress(*found)


def list_page(session: Session, *, page: int = 1, per_page: int = paging.PER_PAGE) -> Page[Progress]:
    """Imports, newest first."""
    query = select(*_progress_columns()).order_by(Import.id.desc())
    return paging.fetch(session, query, lambda row: Progress(*row[:-1]), page=page, per_page=per_page)


def skips_page(
    session: Session, import_id: int, *, page: int = 1, per_page: int = paging.PER_PAGE, taken_in: bool | None = None
) -> Page[SkipLine]:
    """Rows that were not taken in (`taken_in` False), or taken in with something left out (True), or both, by line."""
    query = select(
        ImportSkip.line, ImportSkip.taken_in, ImportSkip.sentence, ImportSkip.values, ImportSkip.excerpt
    ).where(ImportSkip.import_id == import_id)
    if taken_in is not None:
        query = query.where(ImportSkip.taken_in.is_(taken_in))
    query = query.order_by(ImportSkip.line, ImportSkip.id)
    return paging.fetch(session, query, lambda row: SkipLine(*row[:-1]), page=page, per_page=per_page)


def forget(session: Session, import_id: int) -> None:
    """Drop an upload that was not started; raises Conflict otherwise."""
    kept = get(session, import_id)
    if kept.state != "uploaded":
        raise Conflict(N_("This import was started before."))
    session.delete(kept)
    session.flush()


def forget_abandoned(session: Session, now: datetime) -> int:
    """Drop uploads nobody started within two days, for they are full of addresses: how many."""
    old = select(Import.id).where(Import.state == "uploaded", Import.created_at < now - timedelta(days=2))
    session.execute(delete(ImportPart).where(ImportPart.import_id.in_(old)))
    return len(session.scalars(delete(Import).where(Import.id.in_(old)).returning(Import.id)).all())


def open_file(fetch: Callable[[int], bytes | None]) -> BinaryIO:
    """The uploaded file, read piece by piece."""
    return io.BufferedReader(_Parts(fetch), PART)


class _Parts(io.RawIOBase):
    """The pieces of a file as one stream."""

    def __init__(self, fetch: Callable[[int], bytes | None]) -> None:
        self._fetch, self._number, self._rest = fetch, 0, memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if not self._rest:
            self._rest = memoryview(self._fetch(self._number) or b"")
            self._number += 1
        size = min(len(buffer), len(self._rest))
        buffer[:size] = self._rest[:size]
        self._rest = self._rest[size:]
        return size


def _fetch(session: Session, import_id: int) -> Callable[[int], bytes | None]:
    def part(number: int) -> bytes | None:
        query = select(ImportPart.content).where(ImportPart.import_id == import_id, ImportPart.number == number)
        return session.scalar(query)

    return part


def _read(stream: BinaryIO) -> bytes:
    """A whole piece; streams may give less than asked for."""
    content = bytearray()
    while len(content) < PART and (more := stream.read(PART - len(content))):
        content += more
    return bytes(content)


def _around_first_unusual(content: bytes) -> bytes:
    found = re.search(rb"[\x80-\xff]", content)
    return content[found.start() : found.start() + 4096] if found else b""


def _guess(sample: bytes, unusual: bytes, **chosen: Any) -> Format:
    """Letters beyond ASCII may come late in a file; they decide the charset all the same."""
    if not chosen.get("charset") and sample.isascii() and unusual:
        chosen["charset"] = read.guess_charset(unusual)
    return read.guess(sample, **chosen)


def _format(session: Session, kept: Import, *, charset: str, delimiter: str, has_header: bool | None) -> Format:
    if kept.state not in ("uploaded", "running"):
        raise Conflict(N_("This import is finished; its file is not kept."))
    sample = (_fetch(session, kept.id)(0) or b"")[: read.SAMPLE]
    return read.guess(
        sample,
        charset=charset or kept.charset,
        delimiter=delimiter or ("" if charset else kept.delimiter),
        has_header=has_header,
    )


def _names(session: Session, import_id: int, form: Format) -> list[str]:
    found = read.rows(open_file(_fetch(session, import_id)), form)
    first = next((row for row in found if isinstance(row, Row)), None)
    if first is None:
        raise Invalid(N_("No row of the file could be read."), field="file")
    return read.column_names(first.cells, has_header=form.has_header)


def _with_new_fields(session: Session, checked: Mapping[str, str]) -> dict[str, str]:
    """The mapping with a custom field in place of each `new`; one of that label is used again."""
    made = {}
    for name, target in checked.items():
        if target == columns.NEW:
            known = {spec.label.casefold(): spec for spec in custom.specs(session).values()}
            spec = known.get(name.casefold()) or custom.add(session, label=name, kind="text")
            target = f"custom.{spec.key}"
        made[name] = target
    return made


def _samples(rows: Sequence[Sequence[str]], index: int) -> tuple[str, ...]:
    return tuple(dict.fromkeys(row[index] for row in rows if index < len(row) and row[index].strip()))[:3]


def _progress_columns() -> list[Any]:
    return [getattr(Import, name) for name in Progress.__dataclass_fields__]
