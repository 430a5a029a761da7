"""Excel workbooks as rows: dates in ISO form, numbers without ".0", the results of formulas. Pure; memory bounded.

A workbook is a ZIP of XML. What it unpacks to is looked at before anything is unpacked.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import IO, Any, BinaryIO
from xml.parsers import expat

from openpyxl import load_workbook
from openpyxl.worksheet._read_only import ReadOnlyWorksheet

from outreach.errors import N_, Invalid
from outreach.imports.read import COLUMNS_MOST, RECORD_MOST, Broken, Row

ROWS_MOST = 500_000
#: unpacked, all parts together; the words of a workbook are held in memory whole
UNPACKED_MOST = 500 * 1024 * 1024
WORDS_MOST = 60 * 1024 * 1024
SHEETS_MOST = 50
NAME_MOST = 100
_DAMAGED = N_("This Excel file is damaged. Open it in the spreadsheet, save it again and upload that.")


def is_workbook(archive: zipfile.ZipFile) -> bool:
    """Whether this ZIP is an .xlsx."""
    return "xl/workbook.xml" in archive.namelist()


def check(archive: zipfile.ZipFile) -> None:
    """Raise Invalid when the workbook unpacks to more than anybody's contacts, or is built to harm the reader."""
    parts = archive.infolist()
    words = sum(part.file_size for part in parts if part.filename.endswith("sharedStrings.xml"))
    if len(parts) > 5000 or sum(part.file_size for part in parts) > UNPACKED_MOST or words > WORDS_MOST:
        raise Invalid(N_("This Excel file is too large unpacked. Save the table as CSV and upload that."), field="file")
    if any(part.flag_bits & 1 for part in parts):
        raise Invalid(N_("This Excel file is protected by a password. Save it without one."), field="file")
    for part in parts:
        with archive.open(part) as opened:
            if _has_doctype(opened):
                raise Invalid(_DAMAGED, field="file")


def _has_doctype(part: IO[bytes]) -> bool:
    """Whether this XML declares entities, in whatever charset and behind however much; it can only before the root."""
    seen: list[bool] = []
    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = lambda *_: seen.append(True)
    parser.StartElementHandler = lambda *_: seen.append(False)
    try:
        while not seen and (piece := part.read(65_536)):
            parser.Parse(piece)
    except expat.ExpatError:
        pass  # no XML: the library says so when it wanted some
    return bool(seen) and seen[0]


def sheets(stream: BinaryIO) -> Iterator[tuple[str, Iterator[Row | Broken]]]:
    """Each sheet's name and its rows; a sheet's rows are read before the next sheet is asked for. Raises Invalid."""
    try:
        book = load_workbook(stream, read_only=True, data_only=True, keep_links=False)
    except Invalid:
        raise
    except Exception as error:  # noqa: BLE001 - the library raises whatever the damage leads to
        raise Invalid(_DAMAGED, field="file") from error
    try:
        for sheet in book.worksheets[:SHEETS_MOST]:
            if isinstance(sheet, ReadOnlyWorksheet):
                yield sheet.title[:NAME_MOST], _rows(sheet)
    finally:
        book.close()


def _rows(sheet: Any) -> Iterator[Row | Broken]:
    sheet.reset_dimensions()  # what the file claims about its size is not believed
    taken = 0
    try:
        for number, cells in enumerate(sheet.iter_rows(values_only=True), start=1):
            texts = [text(cell) for cell in cells]
            while texts and not texts[-1]:
                texts.pop()
            if not texts:
                continue
            taken += 1
            if taken > ROWS_MOST:
                raise Invalid(N_("The sheet has more than %(most)s rows."), field="file", most=ROWS_MOST)
            yield _checked(number, texts)
    except Invalid:
        raise
    except Exception as error:  # noqa: BLE001 - see sheets()
        raise Invalid(_DAMAGED, field="file") from error


def _checked(number: int, texts: list[str]) -> Row | Broken:
    if len(texts) > COLUMNS_MOST:
        return Broken(number, N_("The row has more than 500 columns."), " · ".join(texts[:5])[:300])
    if sum(map(len, texts)) > RECORD_MOST:
        return Broken(number, N_("The row is longer than 65,536 characters."), " · ".join(texts[:5])[:300])
    return Row(number, texts)


def text(value: object) -> str:
    """A cell as a person would write it into a CSV file: 2026-05-03, 4711, 12.5; errors of formulas are empty."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        whole_day = value.time() == time(0)
        return value.date().isoformat() if whole_day else value.replace(microsecond=0).isoformat(sep=" ")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time):
        return value.isoformat(timespec="seconds")
    if isinstance(value, timedelta):
        return str(value)
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else f"{value:.15g}"
    words = str(value).strip()
    return "" if words in _ERRORS else words.replace("_x000D_", "").replace("\0", "")


_ERRORS = frozenset(["#N/A", "#NV", "#REF!", "#VALUE!", "#WERT!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!", "#BEZUG!"])
