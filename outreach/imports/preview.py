"""What a file would become: its columns, its first rows, and field by field what they would change. Changes nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from sqlalchemy.orm import Session

from outreach import lines
from outreach.companies import name_key
from outreach.consent import suppression
from outreach.contacts import custom, display_name, tags
from outreach.contacts.channels import phone_key
from outreach.imports import files, products, read, store, take
from outreach.imports import mapping as columns
from outreach.imports.parts import fetcher, form_of, open_file
from outreach.imports.read import Broken, Format, Row
from outreach.imports.reader import Reader
from outreach.imports.record import Record, Refused

LOOKED_AT = 10


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
    kind: str
    sheets: Sequence[str]
    sheet: str
    #: the program it was exported from, see products.BY_KEY
    product: str
    #: the columns are as the last file with the same ones had them
    is_remembered: bool
    columns: Sequence[Column]
    rows: Sequence[Sequence[str]]
    broken: Sequence[Broken]


@dataclass(frozen=True)
class Difference:
    """One field of a row against the card: `what` is new, fills, adds, same, or differs (the card keeps what it has)."""

    field: str
    what: str
    kept: str
    given: str


@dataclass(frozen=True)
class Look:
    """What would become of one row: new, known, skipped."""

    line: int
    what: str
    name: str
    contact_id: int | None
    differences: Sequence[Difference] = ()
    sentence: str = ""
    values: Mapping[str, Any] | None = None


def preview(
    session: Session,
    import_id: int,
    *,
    rows: int = 20,
    charset: str = "",
    delimiter: str = "",
    sheet: str = "",
    has_header: bool | None = None,
) -> Preview:
    """The first rows and what the columns seem to be; charset, delimiter, sheet and header as guessed or as given."""
    kept = store.get(session, import_id)
    fetch = fetcher(session, import_id)
    form = form_of(kept, fetch, charset=charset, delimiter=delimiter, sheet=sheet, has_header=has_header)
    found = list(islice(files.rows(open_file(fetch), form), rows + 1))
    cells = [row.cells for row in found if isinstance(row, Row)]
    names = read.column_names(cells[0], has_header=form.has_header) if cells else []
    shown = [[_shown(cell) for cell in row] for row in (cells[1:] if form.has_header else cells[:rows])]
    before = store.remembered(session, names)
    guessed = before or columns.guess(names, custom.specs(session))
    product = products.recognise(names)
    return Preview(
        import_id=import_id,
        filename=kept.filename,
        charset=form.charset,
        delimiter=form.delimiter,
        has_header=form.has_header,
        kind=form.kind,
        sheets=tuple(kept.sheets),
        sheet=form.sheet,
        product=product.key if product else "",
        is_remembered=before is not None,
        rows=shown,
        broken=[row for row in found if isinstance(row, Broken)],
        columns=[Column(name, guessed[name], _samples(shown, index)) for index, name in enumerate(names)],
    )


def look(
    session: Session,
    import_id: int,
    *,
    mapping: Mapping[str, str],
    rows: int = LOOKED_AT,
    charset: str = "",
    delimiter: str = "",
    sheet: str = "",
    has_header: bool | None = None,
) -> list[Look]:
    """What would become of the first rows if the columns became this. Raises Invalid for a mapping that cannot be."""
    kept = store.get(session, import_id)
    fetch = fetcher(session, import_id)
    form = form_of(kept, fetch, charset=charset, delimiter=delimiter, sheet=sheet, has_header=has_header)
    found = list(islice(files.data_rows(open_file(fetch), form), rows))
    reader = _reader(session, fetch, form, mapping)
    read_rows = [reader.read(row.line, row.cells) if isinstance(row, Row) else row for row in found]
    records = [one for one in read_rows if isinstance(one, Record)]
    suppressed = suppression.among(session, [one.hash for one in records if one.hash])
    targets = take.known(session, records)
    return [_look(one, targets, suppressed) for one in read_rows]


def _reader(session: Session, fetch: Any, form: Format, mapping: Mapping[str, str]) -> Reader:
    known = custom.specs(session)
    first = next(row for row in files.rows(open_file(fetch), form) if isinstance(row, Row))
    names = read.column_names(first.cells, has_header=form.has_header)
    checked = columns.check({name: target for name, target in mapping.items() if target}, names, known)
    targets = ["" if checked[name] == columns.NEW else checked[name] for name in names]
    return Reader(targets, known, products.recognise(names))


def _look(
    one: Record | Refused | Broken, targets: Mapping[tuple[str, ...], take.Target], suppressed: set[bytes]
) -> Look:
    if isinstance(one, Broken):
        return Look(one.line, "skipped", one.excerpt[:60], None, sentence=one.sentence, values={})
    if isinstance(one, Refused):
        return Look(one.line, "skipped", one.excerpt[:60], None, sentence=one.note.sentence, values=one.note.values)
    if one.hash in suppressed:
        return Look(one.line, "skipped", "", None, sentence=take.SUPPRESSED, values={})
    values = one.values
    name = display_name(values.get("title", ""), values.get("first_name", ""), values.get("last_name", ""), one.email)
    target = targets.get(take.match(one))
    given = {**values, **({"company": one.company} if one.company else {})}
    if target is None:
        fresh = [Difference(field, "new", "", value) for field, value in given.items()]
        return Look(one.line, "new", name, None, fresh)
    found = [_difference(target, field, value) for field, value in given.items()]
    found += [Difference("tags", "fills", "", tag) for tag in one.tags if tags.key(tag) not in target.carried]
    return Look(one.line, "known", name, target.id, found)


def _difference(target: take.Target, field: str, given: str) -> Difference:
    kept = target.company if field == "company" else str(target.values.get(field) or "")
    if field == "company" and name_key(given) == kept:
        return Difference(field, "same", given, given)
    if kept == given:
        return Difference(field, "same", kept, given)
    if field == "phone" and kept:
        return Difference(field, "same" if phone_key(kept) == phone_key(given) else "adds", kept, given)
    fills = not kept and (field not in take.FILLED or target.takes(field))
    return Difference(field, "fills" if fills else "differs", kept, given)


def _shown(cell: str) -> str:
    return "…" if cell.startswith("data:image/") else lines.shown(cell, 100)


def _samples(rows: Sequence[Sequence[str]], index: int) -> tuple[str, ...]:
    return tuple(dict.fromkeys(row[index] for row in rows if index < len(row) and row[index].strip()))[:3]
