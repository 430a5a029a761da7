"""Uploaded files as rows: charset and delimiter guessed, broken rows named, memory bounded. Pure; knows no contacts.

bytes → guess(sample) → Format → rows(stream, format) → Row | Broken, each with the line it begins on
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import BinaryIO

from outreach.errors import N_, Invalid

#: what people may choose from when the guess is wrong
CHARSETS = ("utf-8", "cp1252", "utf-16-le", "utf-16-be", "iso-8859-15", "mac_roman", "cp850")
DELIMITERS = (",", ";", "\t", "|")
#: a longer record is not a contact; also what one quoted field may grow to before its quote counts as unclosed
RECORD_MOST = 65_536
LINES_MOST = 200
COLUMNS_MOST = 500
#: how much of a file the guesses look at
SAMPLE = 256 * 1024

#: what bytes that are no letter become: see `errors` in _lines
_UNDECODED = re.compile("[\udc80-\udcff\ufffd]")
_NOT_TEXT = (
    (b"PK\x03\x04", N_("This is an Excel file or a ZIP archive. Save the table as CSV and upload that.")),
    (
        b"\xd0\xcf\x11\xe0",
        N_(
            "This is an old Excel file, or one with a password. Save it as .xlsx without one, or as CSV, and upload that."
        ),
    ),
    (b"%PDF", N_("This is a PDF. A CSV file is needed.")),
    (b"\x1f\x8b", N_("This file is compressed. Unpack it and upload the CSV file inside.")),
    (b"\x89PNG", N_("This is a picture. A CSV file is needed.")),
    (b"\xff\xd8\xff", N_("This is a picture. A CSV file is needed.")),
    (b"SQLite format 3", N_("This is a database. A CSV file is needed.")),
)


@dataclass(frozen=True)
class Format:
    """How a file is to be read."""

    charset: str
    delimiter: str
    has_header: bool
    #: a first line "sep=;" as spreadsheets write it, to be left out
    has_hint: bool = False
    #: "rows" when the file was taken apart at the upload (files.py), and then of which sheet
    kind: str = "csv"
    sheet: str = ""


@dataclass(frozen=True)
class Row:
    """A row that could be read. `line` counts from 1, as editors do."""

    line: int
    cells: list[str]


@dataclass(frozen=True)
class Broken:
    """A row that could not be read: a translatable sentence, and how it begins."""

    line: int
    sentence: str
    excerpt: str


def guess(sample: bytes, *, charset: str = "", delimiter: str = "", has_header: bool | None = None) -> Format:
    """How to read a file that begins like this; what the person has chosen is not guessed. Raises Invalid."""
    if not sample:
        raise Invalid(N_("The file is empty."), field="file")
    for start, sentence in _NOT_TEXT:
        if sample.startswith(start):
            raise Invalid(sentence, field="file")
    charset = _known(charset or guess_charset(sample), CHARSETS, field="charset")
    text = _decode(sample, charset)
    if not text.strip():
        raise Invalid(N_("The file is empty."), field="file")
    if _looks_binary(text):
        raise Invalid(N_("This is not a text file. A CSV file is needed."), field="file")
    hint = re.match(r"sep=(.)\r?\n", text, re.IGNORECASE)
    hinted = hint.group(1) if hint and hint.group(1) in DELIMITERS else ""
    found = Format(
        charset, delimiter or hinted or _guess_delimiter(text[hint.end() :] if hint else text), True, bool(hint)
    )
    _known(found.delimiter, DELIMITERS, field="delimiter")
    first = next((row for row in rows(io.BytesIO(sample), found) if isinstance(row, Row)), None)
    return with_header(found, first, has_header)


def with_header(form: Format, first: Row | None, has_header: bool | None) -> Format:
    """The format with its header as the person said, or as the first row looks."""
    return replace(form, has_header=_is_header(first) if has_header is None else has_header)


def guess_charset(sample: bytes) -> str:
    """UTF-8 when it is nearly all valid, UTF-16 by its mark or its NULs, else cp1252 (Excel in western Europe)."""
    if sample.startswith(codecs.BOM_UTF16_LE):
        return "utf-16-le"
    if sample.startswith(codecs.BOM_UTF16_BE):
        return "utf-16-be"
    if sample.startswith(codecs.BOM_UTF8):
        return "utf-8"
    low, high = sample[1::2].count(0), sample[::2].count(0)
    if len(sample) > 3 and max(low, high) > len(sample) // 4:
        return "utf-16-le" if low >= high else "utf-16-be"
    text = codecs.getincrementaldecoder("utf-8")("surrogateescape").decode(sample)  # a cut last character is no error
    broken = sum(1 for character in text if "\udc80" <= character <= "\udcff")
    valid = sum(1 for character in text if character > "\x7f") - broken if broken else 1
    return "utf-8" if valid > broken else "cp1252"


def rows(stream: BinaryIO, form: Format) -> Iterator[Row | Broken]:
    """Every row after the hint, the header among them; empty lines are left out, broken ones come as Broken.

    Whatever the file holds, at most one record is in memory; a quote nobody closes costs only the row it is in.
    """
    return _Records(_lines(stream, form.charset), form.delimiter, skip_first=form.has_hint).read()


def data_rows(stream: BinaryIO, form: Format) -> Iterator[Row | Broken]:
    """The same without the header, which is the first row that can be read."""
    waits_for_header = form.has_header
    for row in rows(stream, form):
        if waits_for_header and isinstance(row, Row):
            waits_for_header = False
        else:
            yield row


def column_names(first: list[str], *, has_header: bool) -> list[str]:
    """A different name for each column: the header's words, or a number."""
    names: list[str] = []
    for number, cell in enumerate(first, start=1):
        name = " ".join(cell.split())[:100] if has_header else ""
        name = "".join(character for character in name if character.isprintable()) or f"#{number}"
        names.append(name if name not in names else f"{name} ({number})")
    return names


@dataclass(frozen=True)
class _Line:
    number: int
    text: str
    problem: str = ""


class _Records:
    """Joins lines into records with the csv module, one at a time, and can take lines back."""

    def __init__(self, lines: Iterator[_Line], delimiter: str, *, skip_first: bool) -> None:
        self._lines, self._delimiter = lines, delimiter
        self._back: deque[_Line] = deque()
        if skip_first:
            next(lines, None)

    def read(self) -> Iterator[Row | Broken]:
        while (line := self._next()) is not None:
            if line.problem:
                yield Broken(line.number, line.problem, _excerpt(line.text))
            elif line.text.strip("\r\n \t\ufeff"):
                found = self._record(line)
                if isinstance(found, Broken) or any(cell.strip() for cell in found.cells):
                    yield found

    def _record(self, first: _Line) -> Row | Broken:
        if '"' not in first.text:
            return self._checked(first, first.text.rstrip("\r\n").split(self._delimiter))
        taken, size = [first], len(first.text)
        while True:
            try:
                cells = next(csv.reader((line.text for line in taken), delimiter=self._delimiter, strict=True))
                return self._checked(first, cells)
            except csv.Error as error:
                if "unexpected end" not in str(error):
                    return self._loose(first) if len(taken) == 1 else self._unclosed(taken)
            following = self._next()
            if following is not None:
                taken.append(following)
                size += len(following.text)
            if following is None or following.problem or size > RECORD_MOST or len(taken) > LINES_MOST:
                return self._unclosed(taken)

    def _loose(self, line: _Line) -> Row | Broken:
        """A quote in the middle of a field: read the line as it stands."""
        return self._checked(line, next(csv.reader([line.text.rstrip("\r\n")], delimiter=self._delimiter)))

    def _unclosed(self, taken: list[_Line]) -> Broken:
        """Only the first line is lost; the others were swallowed by its quote and are read again."""
        self._back.extendleft(reversed(taken[1:]))
        return Broken(taken[0].number, N_("A quotation mark is opened and never closed."), _excerpt(taken[0].text))

    def _checked(self, first: _Line, cells: list[str]) -> Row | Broken:
        if len(cells) > COLUMNS_MOST:
            return Broken(first.number, N_("The row has more than 500 columns."), _excerpt(first.text))
        return Row(first.number, cells)

    def _next(self) -> _Line | None:
        return self._back.popleft() if self._back else next(self._lines, None)


def _lines(stream: BinaryIO, charset: str) -> Iterator[_Line]:
    codec = {"utf-8": "utf-8-sig"}.get(charset, charset)
    errors = "replace" if charset.startswith("utf-16") else "surrogateescape"
    text = io.TextIOWrapper(stream, encoding=codec, errors=errors, newline="")
    number = 0
    while line := text.readline(RECORD_MOST):
        number += 1
        line = line.removeprefix("\ufeff") if number == 1 else line
        problem = ""
        if len(line) >= RECORD_MOST and not line.endswith(("\n", "\r")):
            problem = N_("The line is longer than 65,536 characters.")
            while (rest := text.readline(RECORD_MOST)) and not rest.endswith(("\n", "\r")):
                pass  # the rest of it is read and forgotten, piece by piece
        elif "\0" in line:
            problem = N_("The line contains NUL bytes.")
        elif not line.isascii() and _UNDECODED.search(line):
            problem = N_("The line has characters that do not fit the chosen charset.")
        yield _Line(number, line, problem)
    text.detach()


def _excerpt(text: str) -> str:
    clean = text[:300].encode("utf-8", "replace").decode("utf-8")
    return "".join(character if character.isprintable() else " " for character in clean).strip()


def _decode(sample: bytes, charset: str) -> str:
    codec = {"utf-8": "utf-8-sig"}.get(charset, charset)
    return codecs.getincrementaldecoder(codec)("replace").decode(sample).removeprefix("\ufeff")


def _looks_binary(text: str) -> bool:
    head = text[:4096]
    odd = sum(1 for character in head if character < " " and character not in "\t\r\n\f\x1a")
    return odd > len(head) // 20


def _guess_delimiter(text: str) -> str:
    lines = [line for line in text[: SAMPLE // 4].splitlines()[:200] if line.strip() and len(line) < RECORD_MOST]

    def score(delimiter: str) -> tuple[float, int]:
        widths = Counter(len(cells) for cells in csv.reader(lines, delimiter=delimiter) if cells)
        width, times = max(widths.items(), key=lambda item: (item[1], item[0]), default=(1, 0))
        return (0.0 if width < 2 else times / widths.total(), width)

    try:
        best = max(DELIMITERS, key=score)
        return best if score(best)[0] > 0 else ","
    except csv.Error:
        counts = Counter(character for character in text if character in DELIMITERS)
        return counts.most_common(1)[0][0] if counts else ","


def _is_header(first: Row | None) -> bool:
    if first is None:
        return True
    return not any("@" in cell or cell.strip().isdigit() for cell in first.cells)


def _known(value: str, choices: tuple[str, ...], *, field: str) -> str:
    if value not in choices:
        raise Invalid(N_("“%(value)s” cannot be chosen here."), field=field, value=value[:30])
    return value
