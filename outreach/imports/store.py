"""Imports from the upload to the start, and what they report. The work itself is in `run`."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, BinaryIO

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from outreach import clock, db, jobs, lines, paging
from outreach.consent import lists
from outreach.contacts import custom
from outreach.errors import N_, Conflict, Invalid, NotFound
from outreach.imports import files, products, read
from outreach.imports import mapping as columns
from outreach.imports.files import Prepared
from outreach.imports.parts import PART, fetcher, form_of, open_file
from outreach.imports.read import Format, Row
from outreach.imports.rows import Import, ImportPart, ImportSkip, SavedMapping
from outreach.imports.words import fold
from outreach.paging import Page

BYTES_MOST = 200 * 1024 * 1024
#: how long after its end an import can be taken back
UNDO_FOR = timedelta(hours=24)
_PROOF_MOST = 5000


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
    left_before: int
    suppressed: int
    list_id: int | None
    more_list_ids: Sequence[int]
    product: str
    undo_state: str
    restored: int
    undone_at: datetime | None
    problem: str
    created_at: datetime
    finished_at: datetime | None

    @property
    def percent(self) -> int:
        """0 to 100; 100 only when everything is done."""
        if self.state == "done":
            return 100
        return min(99, 100 * self.position // self.rows_total) if self.rows_total else 0

    @property
    def undo_until(self) -> datetime:
        """Until when this import can be taken back."""
        return (self.finished_at or self.created_at) + UNDO_FOR


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


def begin(session: Session, *, filename: str, stream: BinaryIO | Prepared, user_id: int | None) -> Import:
    """Keep an uploaded file; raises Invalid when it is empty, too large, or nothing contacts can be read from.

    Whoever holds the only transaction that may write gives it `Prepared`: taking a workbook apart takes a while.
    """
    if isinstance(stream, Prepared):
        return _keep(session, filename, stream, user_id)
    with files.prepare(stream) as prepared:
        return _keep(session, filename, prepared, user_id)


def _keep(session: Session, filename: str, prepared: Prepared, user_id: int | None) -> Import:
    name = lines.shown(re.split(r"[/\\]", filename)[-1], 300).strip() or "upload.csv"
    made = Import(
        filename=name, state="uploaded", created_by_id=user_id, kind=prepared.kind, sheets=list(prepared.sheets)
    )
    session.add(made)
    session.flush()
    sample, unusual, size, number = b"", b"", 0, 0
    most = BYTES_MOST if prepared.kind == "csv" else files.PREPARED_MOST
    while content := _read(prepared.stream):
        size += len(content)
        if size > most:
            raise Invalid(N_("The file is larger than %(most)s MB."), field="file", most=BYTES_MOST // PART)
        if not content.isascii() and len(unusual) < PART:
            unusual += _around_first_unusual(content)
        sample = sample or content[: read.SAMPLE]
        session.execute(insert(ImportPart), {"import_id": made.id, "number": number, "content": content})
        number += 1
    form = _guess(sample, unusual) if prepared.kind == "csv" else _guess_rows(session, made)
    made.charset, made.delimiter, made.has_header = form.charset, form.delimiter, form.has_header
    made.sheet = form.sheet
    product = products.recognise(_names(session, made.id, form))
    made.product = product.key if product else ""
    session.flush()
    return made


def _guess_rows(session: Session, made: Import) -> Format:
    return form_of(made, fetcher(session, made.id))


def start(
    session: Session,
    import_id: int,
    *,
    mapping: Mapping[str, str],
    list_id: int | None = None,
    more_list_ids: Sequence[int] = (),
    consent_proof: str = "",
    charset: str = "",
    delimiter: str = "",
    sheet: str = "",
    has_header: bool | None = None,
) -> None:
    """Let the import run: `mapping` says for each column (by its name) the field, see `mapping.FIELDS`.

    Raises Invalid naming what cannot be, Conflict when it was started before. Without `consent_proof` nobody is put
    on the lists: the contacts come in, and the report counts them. The mapping is remembered for the next such file.
    """
    kept = get(session, import_id)
    fetch = fetcher(session, import_id)
    form = form_of(kept, fetch, charset=charset, delimiter=delimiter, sheet=sheet, has_header=has_header)
    names = _names(session, import_id, form)
    checked = columns.check({k: v for k, v in mapping.items() if v}, names, custom.specs(session))
    for one in filter(None, (list_id, *more_list_ids)):
        lists.get(session, one)
    if len(consent_proof) > _PROOF_MOST:
        raise Invalid(N_("The proof is longer than %(most)s characters."), field="consent_proof", most=_PROOF_MOST)
    product = products.recognise(names)
    moved = session.connection().execute(
        update(Import)
        .where(Import.id == import_id, Import.state == "uploaded")
        .values(
            state="running",
            mapping=_with_new_fields(session, checked),
            list_id=list_id,
            more_list_ids=[one for one in dict.fromkeys(more_list_ids) if one != list_id],
            charset=form.charset,
            consent_proof=consent_proof.strip(),
            delimiter=form.delimiter,
            sheet=form.sheet,
            product=product.key if product else "",
            has_header=form.has_header,
        )
    )
    if moved.rowcount == 0:
        raise Conflict(N_("This import was started before."))
    session.expire(kept)
    _remember(session, names, checked)
    jobs.ask(session, "run_import", import_id=import_id)


def remembered(session: Session, names: Sequence[str]) -> dict[str, str] | None:
    """What the columns of the last file with these columns became; None when there was none."""
    found = session.scalar(select(SavedMapping.mapping).where(SavedMapping.fingerprint == columns.fingerprint(names)))
    known = custom.specs(session)
    if found is None:
        return None
    folded = {fold(name): str(target) for name, target in found.items()}
    chosen = {name: folded.get(fold(name), "") for name in names}
    return {name: target if columns.is_possible(target, known) else "" for name, target in chosen.items()}


def _remember(session: Session, names: Sequence[str], checked: Mapping[str, str]) -> None:
    values = {"mapping": {name: checked.get(name, "") for name in names}, "used_at": clock.now()}
    put = db.insert(session, SavedMapping).values(fingerprint=columns.fingerprint(names), **values)
    session.connection().execute(put.on_conflict_do_update(index_elements=["fingerprint"], set_=values))


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


def _names(session: Session, import_id: int, form: Format) -> list[str]:
    found = files.rows(open_file(fetcher(session, import_id)), form)
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


def _progress_columns() -> list[Any]:
    return [getattr(Import, name) for name in Progress.__dataclass_fields__]
