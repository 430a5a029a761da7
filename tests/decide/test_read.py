"""Uploaded tables, whatever is in them."""

from __future__ import annotations

import csv
import io
import tracemalloc
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outreach.errors import Invalid
from outreach.imports import read
from outreach.imports.read import Broken, Format, Row

HEADER = "E-Mail;Vorname;Nachname;Ort\r\n"
BODY = 'jörg@example.de;Jörg;"Groß; Müller";Köln\r\nanna@example.de;Anna;Weiß;"Bad\r\nHomburg"\r\n'


def _all(content: bytes, form: Format | None = None) -> list[Row | Broken]:
    return list(read.rows(io.BytesIO(content), form or read.guess(content[: read.SAMPLE])))


def _cells(content: bytes, form: Format | None = None) -> list[list[str]]:
    return [row.cells for row in _all(content, form) if isinstance(row, Row)]


@pytest.mark.parametrize(
    ("codec", "charset"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8"),
        ("cp1252", "cp1252"),
        ("utf-16", "utf-16-le"),
        ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
    ],
)
def test_charset_and_delimiter_are_guessed(codec: str, charset: str) -> None:
    content = (HEADER + BODY).encode(codec)
    form = read.guess(content)
    assert form == Format(charset, ";", True)
    assert _cells(content)[1] == ["jörg@example.de", "Jörg", "Groß; Müller", "Köln"]
    assert _cells(content)[2][3] == "Bad\r\nHomburg"


@pytest.mark.parametrize("delimiter", read.DELIMITERS)
def test_every_delimiter_is_recognised(delimiter: str) -> None:
    content = "".join(delimiter.join(row) + "\n" for row in (["a b", "mail"], ["x", "y@z.de"], ["1,5", "b@c.de"][:2]))
    assert read.guess(content.replace("1,5", "1").encode()).delimiter == delimiter


def test_a_hint_of_a_spreadsheet_is_obeyed_and_left_out() -> None:
    content = b"sep=|\r\nmail|name\r\na@b.de|A;B;C\r\n"
    assert _cells(content) == [["mail", "name"], ["a@b.de", "A;B;C"]]
    assert [row.line for row in _all(content)] == [2, 3]


def test_a_list_of_bare_addresses_has_no_header() -> None:
    content = b"a@b.de\nc@d.de\n"
    form = read.guess(content)
    assert not form.has_header
    assert [row.cells for row in read.data_rows(io.BytesIO(content), form) if isinstance(row, Row)] == [
        ["a@b.de"],
        ["c@d.de"],
    ]
    assert read.column_names(["a@b.de"], has_header=False) == ["#1"]
    assert read.column_names(["A", "A", "", "B\x00"], has_header=True) == ["A", "A (2)", "#3", "B"]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf", "empty"),
        (b" \r\n\r\n", "empty"),
        (b"PK\x03\x04rest", "Excel"),
        (b"\xd0\xcf\x11\xe0\xa1", "old Excel"),
        (b"%PDF-1.7", "PDF"),
        (b"\x1f\x8b\x08", "compressed"),
        (b"\x89PNG\r\n", "picture"),
        (bytes(range(256)) * 20, "not a text file"),
    ],
)
def test_what_is_no_table_gets_a_sentence(content: bytes, sentence: str) -> None:
    with pytest.raises(Invalid, match=sentence):
        read.guess(content)


def test_a_few_broken_bytes_do_not_turn_utf8_into_nonsense() -> None:
    content = (HEADER + "ä@b.de;Ü;Ö;Ä\r\n" * 50).encode() + b"x@y.de;M\xfcller;B;C\r\n" + "z@z.de;Zoë;Ö;Ü\r\n".encode()
    found = _all(content)
    assert read.guess(content).charset == "utf-8"
    assert [(row.line, row.sentence) for row in found if isinstance(row, Broken)] == [
        (52, "The line has characters that do not fit the chosen charset.")
    ]
    assert isinstance(found[-1], Row)
    assert found[-1].cells[1] == "Zoë"


def test_the_wrong_charset_names_each_row_that_does_not_fit() -> None:
    content = (HEADER + BODY).encode("cp1252")
    found = _all(content, Format("utf-8", ";", True))
    assert [type(row).__name__ for row in found] == ["Row", "Broken", "Broken", "Row"]


def test_a_line_of_ten_megabytes_costs_itself_and_no_memory() -> None:
    def pieces() -> Iterator[bytes]:
        yield b"mail,name\na@b.de,A\n"
        for _ in range(10):
            yield b"x" * 1_000_000
        yield b"\nc@d.de,C\n"

    content = b"".join(pieces())
    stream = io.BytesIO(content)
    tracemalloc.start()
    found = list(read.rows(stream, Format("utf-8", ",", True)))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert [type(row).__name__ for row in found] == ["Row", "Row", "Broken", "Row"]
    assert found[2].line == 3
    assert isinstance(found[2], Broken)
    assert len(found[2].excerpt) <= 300
    assert peak < 2_000_000


def test_a_quote_nobody_closes_costs_one_row() -> None:
    content = b'mail,name\na@b.de,"Anna\nb@c.de,B\nc@d.de,C\n'
    found = _all(content)
    assert [row.line for row in found if isinstance(row, Broken)] == [2]
    assert _cells(content) == [["mail", "name"], ["b@c.de", "B"], ["c@d.de", "C"]]


def test_thousands_of_rows_after_an_open_quote_are_all_read() -> None:
    content = b'mail,name\na@b.de,"Anna\n' + b"".join(b"n%d@c.de,B\n" % n for n in range(20_000))
    assert len(_cells(content)) == 20_001


def test_quotes_inside_a_field_are_read_as_they_stand() -> None:
    assert _cells(b'mail,pipe\na@b.de,5" Rohr\n') == [["mail", "pipe"], ["a@b.de", '5" Rohr']]
    assert _cells(b'mail,name\na@b.de,"Anna" Maria\n')[1][0] == "a@b.de"


def test_nul_bytes_cost_their_line() -> None:
    found = _all(b"mail,name\na@b.de,A\0B\nc@d.de,C\n")
    assert [type(row).__name__ for row in found] == ["Row", "Broken", "Row"]


def test_ragged_and_empty_rows_are_read() -> None:
    assert _cells(b"mail,name\na@b.de\n\n,,\nc@d.de,C,extra,\n") == [
        ["mail", "name"],
        ["a@b.de"],
        ["c@d.de", "C", "extra", ""],
    ]


def test_a_row_of_a_thousand_columns_is_refused() -> None:
    assert isinstance(_all(b"a,b\n" + b"x," * 1000 + b"\n")[1], Broken)


_CELL = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs"), exclude_characters="\ufeff\ufffd\u2028\u2029"),
    max_size=12,
)


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.lists(_CELL | st.sampled_from(['"', "a\nb", ",", ";"]), min_size=2, max_size=5), min_size=1, max_size=8
    ),
    st.sampled_from(read.DELIMITERS),
)
def test_what_a_csv_writer_wrote_is_read_back(rows: list[list[str]], delimiter: str) -> None:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter).writerows(rows)
    expected = [row for row in rows if any(cell.strip() for cell in row)]
    assert _cells(text.getvalue().encode(), Format("utf-8", delimiter, False)) == expected


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=400) | st.text(st.sampled_from('a@.;,"\n\r\t|\0ä'), max_size=200).map(str.encode))
def test_no_bytes_whatever_crash_the_reader(content: bytes) -> None:
    try:
        form = read.guess(content)
    except Invalid:
        return
    for row in read.rows(io.BytesIO(content), form):
        assert row.line >= 1
    for charset in read.CHARSETS:
        list(read.rows(io.BytesIO(content), Format(charset, ";", True)))
