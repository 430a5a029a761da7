"""vCards of every version in, and out again."""

from __future__ import annotations

import base64
import io
import tracemalloc
from collections.abc import Iterator
from typing import Any

import pytest
import vobject
from hypothesis import given, settings
from hypothesis import strategies as st

from outreach.exports import vcard as out
from outreach.exports.person import Dated, Exported, Kind
from outreach.imports import vcard
from outreach.imports.pictures import from_data
from outreach.imports.read import Broken, Row

JPEG = b"\xff\xd8\xff\xe0" + bytes(range(256))
PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256))


def _all(content: bytes) -> list[Row | Broken]:
    return list(vcard.rows(io.BytesIO(content)))[1:]


def _one(body: str, version: str = "4.0", codec: str = "utf-8") -> dict[str, str]:
    content = f"BEGIN:VCARD\r\nVERSION:{version}\r\n{body.strip()}\r\nEND:VCARD\r\n".replace("\r\n", "\n")
    found = _all(content.replace("\n", "\r\n").encode(codec))
    assert len(found) == 1
    assert isinstance(found[0], Row), found
    return {name: cell for name, cell in zip(vcard.COLUMNS, found[0].cells, strict=True) if cell}


def test_a_card_of_version_4_with_everything_is_read() -> None:
    found = _one(
        "N:Müller-Lüdenscheidt;Anna;Maria;Prof. Dr.;M.A.\nFN:Prof. Dr. Anna Müller-Lüdenscheidt\nORG:Bau\\, Stein GmbH;Einkauf\n"
        "TITLE:Einkäuferin\nEMAIL;TYPE=home;PREF=2:anna@privat.example\nEMAIL;TYPE=work;PREF=1:anna@bau.example\n"
        'item1.TEL;VALUE=uri;TYPE="voice,work":tel:+49-30-123\nTEL;TYPE=cell:0171 1\nTEL;TYPE=fax,work:030 2\n'
        'ADR;TYPE=work;LABEL="Am Markt 1: hinten":;2. Stock;Am Markt 1;Berlin;;10115;Deutschland\n'
        "ADR;TYPE=home:;;Weg 2;Köln;;50667;\nBDAY:19800503\nANNIVERSARY:20100612\nLANG:de\nGENDER:F\n"
        "URL:https://bau.example\nCATEGORIES:VIP,Messe\\, Köln\nNOTE:Zeile 1\\nZeile 2\\; mit\\, Zeichen"
    )
    assert found == {
        "title": "Prof. Dr., M.A.", "first_name": "Anna Maria", "last_name": "Müller-Lüdenscheidt",
        "salutation": "frau", "company": "Bau, Stein GmbH", "role": "Einkäuferin", "email": "anna@bau.example",
        "more_emails": "home: anna@privat.example", "phone": "+49-30-123",
        "more_phones": "mobile: 0171 1\nfax: 030 2", "street": "Am Markt 1, 2. Stock", "postcode": "10115",
        "city": "Berlin", "country": "Deutschland", "more_addresses": "home: Weg 2, 50667 Köln",
        "birthday": "1980-05-03", "dates": "Anniversary: 2010-06-12", "language": "de",
        "website": "https://bau.example", "tags": "VIP; Messe, Köln", "note": "Zeile 1\nZeile 2; mit, Zeichen",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("bday", "wanted"),
    [
        ("BDAY:--0503", "--05-03"), ("BDAY:--05-03", "--05-03"), ("BDAY:1980", "1980"), ("BDAY:1980-05", "1980-05"),
        ("BDAY:19800503", "1980-05-03"), ("BDAY:1980-05-03", "1980-05-03"), ("BDAY:1980-05-03T00:00:00Z", "1980-05-03"),
        ("BDAY;VALUE=date-and-or-time:19800503T102200", "1980-05-03"), ("BDAY:--05", "--05"),
        ("BDAY;X-APPLE-OMIT-YEAR=1604:1604-05-03", "--05-03"), ("BDAY;VALUE=text:circa 1800", "circa 1800"),
        ("BDAY:03.05.1980", "1980-05-03"), ("BDAY:19801399", "19801399"),
    ],
)  # fmt: skip
def test_birthdays_in_every_form(bday: str, wanted: str) -> None:
    assert _one("N:A;B;;;\n" + bday)["birthday"] == wanted


def test_version_2_1_with_quoted_printable_and_bare_types_is_read() -> None:
    found = _one(
        "N;CHARSET=ISO-8859-1;ENCODING=QUOTED-PRINTABLE:M=FCller;J=F6rg\nTEL;CELL;PREF:0171 1\nTEL;WORK;VOICE:030 2\n"
        "NOTE;ENCODING=QUOTED-PRINTABLE;CHARSET=UTF-8:Erste Zeile=0D=0AZweite =\nZeile mit =C3=BC\n"
        "ADR;HOME;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:;;Stra=C3=9Fe 1;K=C3=B6ln;;50667;",
        version="2.1",
    )
    assert (found["first_name"], found["last_name"]) == ("Jörg", "Müller")
    assert (found["phone"], found["more_phones"]) == ("0171 1", "work: 030 2")
    assert found["note"] == "Erste Zeile\nZweite Zeile mit ü"
    assert (found["street"], found["city"]) == ("Straße 1", "Köln")


def test_letters_of_western_windows_without_a_charset_are_read() -> None:
    assert _one("N:Müller;Jörg;;;", version="3.0", codec="cp1252")["last_name"] == "Müller"
    assert _one("N:Müller;Jörg;;;", version="3.0", codec="utf-8-sig")["last_name"] == "Müller"
    assert _one("N:Müller;Jörg;;;", version="3.0", codec="utf-16")["last_name"] == "Müller"


def test_a_fold_in_the_middle_of_a_letter_is_joined() -> None:
    raw = "NOTE:Grüße".encode()
    at = raw.index("ü".encode()) + 1
    content = b"BEGIN:VCARD\r\nN:A;B\r\n" + raw[:at] + b"\r\n " + raw[at:] + b"\r\nEND:VCARD\r\n"
    found = _all(content)[0]
    assert isinstance(found, Row)
    assert found.cells[vcard.COLUMNS.index("note")] == "Grüße"


@pytest.mark.parametrize(
    "photo",
    [
        "PHOTO:data:image/jpeg;base64," + base64.b64encode(JPEG).decode(),
        "PHOTO;ENCODING=b;TYPE=JPEG:" + base64.b64encode(JPEG).decode(),
        "PHOTO;JPEG;ENCODING=BASE64:\n " + "\n ".join(base64.b64encode(JPEG).decode()[i : i + 70] for i in range(0, 400, 70)),
        "PHOTO;ENCODING=BASE64;JPEG:\n" + "\n".join(base64.b64encode(JPEG).decode()[i : i + 70] for i in range(0, 400, 70)) + "\n",
    ],
)  # fmt: skip
def test_photos_in_the_card_are_kept(photo: str) -> None:
    assert from_data(_one("N:A;B\n" + photo + "\nNOTE:danach")["photo"]) == JPEG


@pytest.mark.parametrize(
    "photo",
    [
        "PHOTO;VALUE=uri:https://tracker.example/anna.jpg",
        "PHOTO:data:image/svg+xml;base64," + base64.b64encode(b"<svg onload='x'/>").decode(),
        "PHOTO;ENCODING=b;TYPE=JPEG:" + base64.b64encode(b"<script>").decode(),
        "PHOTO;ENCODING=b:!!!!",
        "PHOTO;ENCODING=b;TYPE=JPEG:" + base64.b64encode(JPEG + b"x" * 2_200_000).decode(),
    ],
)
def test_photos_that_are_addresses_or_no_pictures_or_too_large_are_left_out(photo: str) -> None:
    assert "photo" not in _one("N:A;B\n" + photo)


def test_broken_cards_are_named_with_their_line_and_cost_only_themselves() -> None:
    content = (
        "BEGIN:VCARD\nN:Eins;A\nEND:VCARD\n"
        "BEGIN:VCARD\nN:Zwei;B\nthis is nothing\nEND:VCARD\n"
        "BEGIN:VCARD\nFN:Offen\n"
        "BEGIN:VCARD\nN:Drei;C\nEND:VCARD\nMüll\nMüll\n"
        "BEGIN:VCARD\nKIND:group\nFN:Team\nEND:VCARD\nBEGIN:VCARD\nN:Vier;D\n"
    )
    found = _all(content.encode())
    assert [(row.line, "row" if isinstance(row, Row) else row.sentence) for row in found] == [
        (1, "row"),
        (6, "The line is no property of a card."),
        (8, "The card has no END:VCARD."),
        (10, "row"),
        (13, "This line belongs to no card."),
        (15, "The card is a group or a thing, not a person."),
        (19, "The card has no END:VCARD."),
    ]


class _Endless(io.RawIOBase):
    """Many cards, and one of 50 MB, made while they are read."""

    def __init__(self) -> None:
        self._pieces = self._make()
        self._rest = b""

    def _make(self) -> Iterator[bytes]:
        yield b"BEGIN:VCARD\nN:Gross;A\n"
        for _ in range(50):
            yield b"NOTE:" + b"x" * 1_000_000 + b"\n"
        yield b"END:VCARD\n"
        for number in range(5000):
            yield b"BEGIN:VCARD\nN:N%d;A\nEND:VCARD\n" % number

    def seek(self, offset: int, whence: int = 0) -> int:
        self.__init__()  # type: ignore[misc]
        return 0

    def read(self, size: int = -1) -> bytes:
        return b"BEG"

    def readline(self, size: int | None = -1) -> bytes:
        while b"\n" not in self._rest:
            piece = next(self._pieces, b"")
            if not piece:
                break
            self._rest += piece
        line, newline, self._rest = self._rest.partition(b"\n")
        return line + newline


def test_a_card_of_fifty_megabytes_costs_itself_and_little_memory() -> None:
    stream: Any = _Endless()
    stream.seek(0)
    tracemalloc.start()
    kinds = [type(row).__name__ for row in vcard.rows(stream)]
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert kinds.count("Broken") == 1
    assert kinds.count("Row") == 5001
    assert peak < 30_000_000


@settings(deadline=None)
@given(st.binary(max_size=400))
def test_no_bytes_crash_the_reader(content: bytes) -> None:
    _all(b"BEGIN:VCARD\n" + content + b"\nEND:VCARD\n")
    _all(content)


_TEXT = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), max_size=120).map(
    lambda text: " ".join(text.split())
)
_REACH = st.lists(st.builds(Kind, st.sampled_from(["", "work", "home", "mobile"]), _TEXT.filter(bool)), max_size=3)
_DATES = st.sampled_from(["", "1980-05-03", "--05-03", "1980", "1980-05", "--12-24", "2000-02-29"])
_PEOPLE = st.builds(
    Exported,
    id=st.integers(1, 10**9),
    title=_TEXT, first_name=_TEXT, last_name=_TEXT.filter(bool), salutation=st.sampled_from(["", "frau", "herr"]),
    company=_TEXT, role=_TEXT, email=st.just("a@b.example"), more_emails=_REACH.map(tuple), phone=st.just("030 1"),
    more_phones=_REACH.map(tuple), street=_TEXT, postcode=_TEXT, city=_TEXT, country=_TEXT, birthday=_DATES,
    dates=st.lists(st.builds(Dated, _TEXT.filter(lambda t: t and "_$!<" not in t), _DATES.filter(bool)), max_size=2).map(tuple),
    note=st.lists(_TEXT.filter(bool), max_size=3).map("\n".join), photo=st.sampled_from([None, JPEG, PNG]),
    tags=st.lists(_TEXT.filter(bool), max_size=3, unique=True).map(tuple),
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.lists(_PEOPLE, min_size=1, max_size=3), st.sampled_from(out.VERSIONS))
def test_what_is_written_is_read_back(people: list[Exported], version: str) -> None:
    content = "".join(out.write(people, version=version)).encode()
    assert all(len(line) <= 75 for line in content.split(b"\r\n"))
    found = _all(content)
    assert len(found) == len(people)
    for row, person in zip(found, people, strict=True):
        assert isinstance(row, Row), row
        cells = dict(zip(vcard.COLUMNS, row.cells, strict=True))
        for name in ("title", "first_name", "last_name", "salutation", "company", "role", "email", "phone"):
            assert cells[name] == getattr(person, name), name
        for name in ("street", "postcode", "city", "country", "birthday", "note"):
            assert cells[name] == getattr(person, name), name
        assert cells["more_phones"] == vcard.listed([(one.kind, one.value) for one in person.more_phones])
        assert cells["more_emails"] == vcard.listed([(one.kind, one.value) for one in person.more_emails])
        assert cells["dates"] == "\n".join(f"{one.label}: {one.date}" for one in person.dates)
        assert cells["tags"] == "; ".join(person.tags)
        assert from_data(cells["photo"]) == person.photo


@pytest.mark.parametrize("version", out.VERSIONS)
def test_another_reader_understands_what_is_written(version: str) -> None:
    person = Exported(
        id=7, first_name="Jörg", last_name="Müller; Söhne", company="A, B", email="j@b.example", note="x\ny" * 40
    )
    card = vobject.readOne(out.card(person, version=version))
    assert card.n.value.family == "Müller; Söhne"
    assert card.email.value == "j@b.example"
    assert card.note.value == "x\ny" * 40
    assert card.version.value == version
