"""One door for every kind of file: CSV stays as it is, the others are taken apart into rows once, at the upload.

    upload → prepare ─┬─ CSV, as it is               → read.rows
                      ├─ XLSX, vCard, Monica, ZIP → rows, one JSON line each → rows()

Pure; knows no contacts. So preview, work and continuing after a crash are the same for every kind of file.
"""

from __future__ import annotations

import io
import json
import tempfile
import warnings
import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import BinaryIO, cast

from outreach.errors import N_, Invalid
from outreach.imports import monica, products, read, vcard, xlsx
from outreach.imports.read import Broken, Format, Row

#: what an upload may grow to when it is taken apart
PREPARED_MOST = 300 * 1024 * 1024
_IN_MEMORY = 8 * 1024 * 1024
_MEMBERS_MOST = 200
_NOTHING = N_("No file in this ZIP archive can be read. Unpack it and upload the CSV, XLSX or vCard file inside.")
_SQL = N_("This is an SQL file. In Monica, choose the export as JSON instead; other programs have one as CSV.")
_STATUSES = (
    ("unsubscribed", "unsubscribed"),
    ("nonsubscribed", "nonsubscribed"),
    ("cleaned", "cleaned"),
    ("subscribed", "subscribed"),
)


@dataclass(frozen=True)
class Prepared:
    """An upload that can be kept: CSV as it came, or rows that were taken out of something else."""

    #: "csv" or "rows"
    kind: str
    stream: BinaryIO
    #: sheets of a workbook that hold anything
    sheets: tuple[str, ...] = ()


@contextmanager
def prepare(stream: BinaryIO) -> Iterator[Prepared]:
    """Look at an upload and take it apart when it is no CSV. Raises Invalid for what cannot be read.

    Takes a while for large workbooks, so nobody should hold a transaction open meanwhile.
    """
    head = stream.read(4096)
    stream.seek(0)
    kind = _kind(head)
    if kind == "csv":
        yield Prepared("csv", stream)
        return
    with tempfile.SpooledTemporaryFile(_IN_MEMORY) as kept:
        out = cast(BinaryIO, kept)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the workbook library warns of every style it does not know
            sheets = _TAKEN_APART[kind](stream, _Writer(out))
        kept.seek(0)
        yield Prepared("rows", out, sheets)


def rows(stream: BinaryIO, form: Format) -> Iterator[Row | Broken]:
    """Every row of a kept file, the header among them."""
    return read.rows(stream, form) if form.kind == "csv" else _kept_rows(stream, form.sheet)


def data_rows(stream: BinaryIO, form: Format) -> Iterator[Row | Broken]:
    """The same without the header, which is the first row that can be read."""
    waits_for_header = form.has_header
    for row in rows(stream, form):
        if waits_for_header and isinstance(row, Row):
            waits_for_header = False
        else:
            yield row


def guess_rows(stream: Callable[[], BinaryIO], *, sheet: str, has_header: bool | None) -> Format:
    """How to read kept rows; whether the first one names the columns is guessed unless it is said."""
    form = Format("utf-8", "", True, kind="rows", sheet=sheet)
    first = next((row for row in islice(rows(stream(), form), 100) if isinstance(row, Row)), None)
    if first is None:
        raise Invalid(N_("No row of the file could be read."), field="file")
    return read.with_header(form, first, has_header)


def _kind(head: bytes) -> str:
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()[:4096]
    if head.startswith(b"PK\x03\x04"):
        return "zip"
    if start[:11].upper() == b"BEGIN:VCARD" or b"BEGIN:VCARD" in head.replace(b"\0", b"")[:200].upper():
        return "vcard"
    if start.startswith(b"{") and b'"account"' in head:
        return "monica"
    if start.startswith(b"{"):
        raise Invalid(
            N_("Of JSON files only exports of Monica can be read. Choose CSV or vCard instead."), field="file"
        )
    if start.startswith((b"-- ", b"# ***")) or b"INSERT INTO" in start.upper():
        raise Invalid(_SQL, field="file")
    return "csv"


class _Writer:
    """Rows into a file of JSON lines: [line, cells], or [line, null, sentence, excerpt], or ["sheet", name]."""

    def __init__(self, out: BinaryIO) -> None:
        self._out, self._size = out, 0

    def row(self, row: Row | Broken) -> None:
        if isinstance(row, Row):
            self._line([row.line, row.cells])
        else:
            self._line([row.line, None, row.sentence, row.excerpt])

    def rows(self, found: Iterable[Row | Broken]) -> bool:
        """Write them; whether there were any that can be read."""
        any_row = False
        for row in found:
            any_row |= isinstance(row, Row)
            self.row(row)
        return any_row

    def sheet(self, name: str) -> None:
        self._line(["sheet", name])

    def _line(self, values: list[object]) -> None:
        line = json.dumps(values, ensure_ascii=False).encode("utf-8", "replace") + b"\n"
        self._size += len(line)
        if self._size > PREPARED_MOST:
            raise Invalid(N_("The file is too large unpacked. Save the table as CSV and upload that."), field="file")
        self._out.write(line)


def _kept_rows(stream: BinaryIO, sheet: str) -> Iterator[Row | Broken]:
    current = ""
    for line in stream:
        if line.startswith(b'["sheet"'):
            current = json.loads(line)[1]
        elif current == sheet or not sheet:
            number, cells, *broken = json.loads(line)
            yield Row(number, cells) if cells is not None else Broken(number, *broken)


def _from_cards(stream: BinaryIO, out: _Writer) -> tuple[str, ...]:
    found = vcard.rows(stream)
    out.row(next(found))
    if not out.rows(found):
        raise Invalid(N_("No card in the file could be read."), field="file")
    return ()


def _from_monica(stream: BinaryIO, out: _Writer) -> tuple[str, ...]:
    out.rows(monica.rows(stream))
    return ()


def _from_zip(stream: BinaryIO, out: _Writer) -> tuple[str, ...]:
    try:
        with zipfile.ZipFile(stream) as archive:
            if xlsx.is_workbook(archive):
                xlsx.check(archive)
                return _from_workbook(stream, out)
            return _from_archive(archive, out)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError):
        raise Invalid(N_("This ZIP archive or Excel file is damaged or protected."), field="file") from None


def _from_workbook(stream: BinaryIO, out: _Writer) -> tuple[str, ...]:
    names = []
    for name, found in xlsx.sheets(stream):
        first = next(found, None)
        if first is None:
            continue
        names.append(name)
        out.sheet(name)
        out.row(first)
        out.rows(found)
    if not names:
        raise Invalid(N_("The file is empty."), field="file")
    return tuple(names)


def _from_archive(archive: zipfile.ZipFile, out: _Writer) -> tuple[str, ...]:
    """A ZIP of CSV files, as Mailchimp gives one: the columns of all of them, and which file a row is from."""
    members = [one for one in archive.infolist() if _is_table(one)][:_MEMBERS_MOST]
    if sum(one.file_size for one in members) > PREPARED_MOST:
        raise Invalid(N_("The file is too large unpacked. Save the table as CSV and upload that."), field="file")
    cards = [one for one in members if one.filename.lower().endswith(".vcf")]
    if cards:
        return _from_card_files(archive, cards, out)
    tables = [(_status(one.filename), *_table(archive, one)) for one in members]
    tables = [(status, names, form, one) for status, names, form, one in tables if names]
    if not tables:
        raise Invalid(_NOTHING, field="file")
    every = list(dict.fromkeys(name for _, names, _, _ in tables for name in names))
    if len(every) > read.COLUMNS_MOST:
        raise Invalid(N_("The row has more than 500 columns."), field="file")
    out.row(Row(0, [*every, products.FILE_STATUS]))
    for status, names, form, one in tables:
        places = [every.index(name) for name in names]
        with archive.open(one) as opened:
            out.rows(_spread(row, places, len(every), status) for row in read.data_rows(cast(BinaryIO, opened), form))
    return ()


def _from_card_files(archive: zipfile.ZipFile, members: list[zipfile.ZipInfo], out: _Writer) -> tuple[str, ...]:
    out.row(Row(0, list(vcard.COLUMNS)))
    for one in members:
        with archive.open(one) as opened:
            found = vcard.rows(cast(BinaryIO, opened))
            next(found)
            out.rows(found)
    return ()


def _is_table(one: zipfile.ZipInfo) -> bool:
    name = one.filename.lower()
    return name.endswith((".csv", ".txt", ".tsv", ".vcf")) and not name.startswith("__macosx/") and not one.is_dir()


def _table(archive: zipfile.ZipFile, one: zipfile.ZipInfo) -> tuple[list[str], Format, zipfile.ZipInfo]:
    with archive.open(one) as opened:
        sample = opened.read(read.SAMPLE)
    try:
        form = read.guess(sample)
    except Invalid:
        return [], Format("utf-8", ",", True), one
    first = next((row for row in read.rows(io.BytesIO(sample), form) if isinstance(row, Row)), None)
    names = read.column_names(first.cells, has_header=True) if first and form.has_header else []
    return names, form, one


def _status(path: str) -> str:
    name = path.rsplit("/", 1)[-1].lower()
    return next((status for start, status in _STATUSES if name.startswith(start)), "")


def _spread(row: Row | Broken, places: list[int], width: int, status: str) -> Row | Broken:
    if isinstance(row, Broken):
        return row
    cells = [""] * width
    for place, cell in zip(places, row.cells, strict=False):
        cells[place] = cell
    return Row(row.line, [*cells, status])


_TAKEN_APART: dict[str, Callable[[BinaryIO, _Writer], tuple[str, ...]]] = {
    "zip": _from_zip,
    "vcard": _from_cards,
    "monica": _from_monica,
}
