"""Excel workbooks, honest and hostile."""

from __future__ import annotations

import io
import zipfile
from datetime import date, datetime
from typing import Any

import openpyxl
import pytest

from outreach.errors import Invalid
from outreach.imports import files, xlsx
from outreach.imports.read import Broken, Row


def _book(**sheets: list[list[Any]]) -> io.BytesIO:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    out.seek(0)
    return out


def _read(content: io.BytesIO, sheet: str = "") -> list[Row | Broken]:
    with files.prepare(content) as kept:
        data = kept.stream.read()
    form = files.guess_rows(lambda: io.BytesIO(data), sheet=sheet or (kept.sheets or ("",))[0], has_header=None)
    return list(files.rows(io.BytesIO(data), form))


def test_cells_become_what_a_person_would_write() -> None:
    header = ["Name", "Kunde seit", "Nummer", "Umsatz", "Aktiv", "Wann"]
    found = _read(_book(Kunden=[header, ["Müller", date(2020, 5, 3), 4711.0, 12.5, True, datetime(2020, 5, 3, 9, 30)]]))
    assert [row.cells for row in found if isinstance(row, Row)] == [
        header,
        ["Müller", "2020-05-03", "4711", "12.5", "true", "2020-05-03 09:30:00"],
    ]


def test_the_first_sheet_with_anything_on_it_is_taken_and_another_can_be_chosen() -> None:
    content = _book(Leer=[], Kunden=[["E-Mail"], ["a@b.example"]], Alt=[["E-Mail"], ["alt@b.example"]])
    with files.prepare(content) as kept:
        assert kept.sheets == ("Kunden", "Alt")
    content.seek(0)
    assert [row.cells for row in _read(content) if isinstance(row, Row)] == [["E-Mail"], ["a@b.example"]]
    content.seek(0)
    assert _read(content, "Alt")[1].cells == ["alt@b.example"]  # type: ignore[union-attr]


def test_results_of_formulas_are_read_and_their_errors_are_empty() -> None:
    book = openpyxl.Workbook()
    book.active.append(["E-Mail", "Summe", "Fehler"])  # type: ignore[union-attr]
    book.active.append(["a@b.example", "=1+1", "#N/A"])  # type: ignore[union-attr]
    out = io.BytesIO()
    book.save(out)
    # The library computes nothing, so the result is put beside the formula as a spreadsheet does.
    done = io.BytesIO()
    with zipfile.ZipFile(out) as old, zipfile.ZipFile(done, "w") as new:
        for part in old.infolist():
            new.writestr(part, old.read(part).replace(b"<f>1+1</f><v></v>", b"<f>1+1</f><v>2</v>").replace(b"<f>1+1</f><v />", b"<f>1+1</f><v>2</v>"))  # fmt: skip
    done.seek(0)
    assert _read(done)[1].cells == ["a@b.example", "2"]  # type: ignore[union-attr]


def test_lines_are_the_rows_of_the_sheet() -> None:
    found = _read(_book(A=[["E-Mail"], [], [None, ""], ["a@b.example"]]))
    assert [row.line for row in found] == [1, 4]


def test_a_row_of_a_thousand_columns_costs_itself() -> None:
    found = _read(_book(A=[["E-Mail"], ["x"] * 1000, ["a@b.example"]]))
    assert [type(row).__name__ for row in found] == ["Row", "Broken", "Row"]


def _archive(**parts: bytes) -> io.BytesIO:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name.replace("__", "/").replace("_xml", ".xml"), content)
    out.seek(0)
    return out


def test_a_zip_bomb_is_refused_before_it_is_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsx, "UNPACKED_MOST", 1_000_000)
    bomb = _archive(xl__workbook_xml=b"<x/>", xl__worksheets__sheet1_xml=b"0" * 5_000_000)
    with pytest.raises(Invalid, match="too large unpacked"), files.prepare(bomb):
        pass


def test_entities_are_refused() -> None:
    harmful = _archive(xl__workbook_xml=b'<!DOCTYPE x [<!ENTITY a "aaaa">]><x>&a;</x>')
    with pytest.raises(Invalid, match="damaged"), files.prepare(harmful):
        pass


def test_a_sheet_that_claims_to_be_endless_is_read_at_once() -> None:
    content = _book(A=[["E-Mail"], ["a@b.example"]])
    out = io.BytesIO()
    with zipfile.ZipFile(content) as old, zipfile.ZipFile(out, "w") as new:
        for part in old.infolist():
            data = old.read(part)
            new.writestr(part, data.replace(b'<dimension ref="A1:A2"', b'<dimension ref="A1:XFD1048576"'))
    out.seek(0)
    assert [len(row.cells) for row in _read(out) if isinstance(row, Row)] == [1, 1]


@pytest.mark.parametrize(
    "content",
    [
        b"PK\x03\x04 and then nothing",
        _archive(xl__workbook_xml=b"<nonsense").getvalue(),
        _archive(readme_xml=b"<x/>").getvalue(),
    ],
)
def test_what_cannot_be_read_gets_a_sentence(content: bytes) -> None:
    with pytest.raises(Invalid), files.prepare(io.BytesIO(content)):
        pass
