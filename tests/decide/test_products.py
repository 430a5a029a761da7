"""Exports of other programs, with the headers those programs write."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from outreach.errors import Invalid
from outreach.imports import files, mapping, partial, products, read
from outreach.imports.read import Row
from outreach.imports.reader import Reader
from outreach.imports.record import Record, Refused

SAMPLES = Path(__file__).parent.parent / "samples"


def records(content: bytes, product: str) -> dict[str, Record]:
    """What comes of a file, read as an import reads it."""
    with files.prepare(io.BytesIO(content)) as kept:
        data = kept.stream.read()
        form = (
            files.guess_rows(lambda: io.BytesIO(data), sheet="", has_header=None)
            if kept.kind == "rows"
            else read.guess(data)
        )
    rows = [row for row in files.rows(io.BytesIO(data), form) if isinstance(row, Row)]
    names = read.column_names(rows[0].cells, has_header=True)
    found = products.recognise(names)
    assert (found.key if found else "") == product
    targets = mapping.check(mapping.guess(names), names, {})
    reader = Reader([targets[name] for name in names], {}, found)
    made = [reader.read(row.line, row.cells) for row in rows[1:]]
    assert not [one for one in made if isinstance(one, Refused)]
    return {one.key or "": one for one in made if isinstance(one, Record)}


def _sample(name: str) -> bytes:
    return (SAMPLES / name).read_bytes()


def test_listmonk() -> None:
    found = records(_sample("listmonk-subscribers.csv"), "listmonk")
    jana = found["jana@linden.example"]
    assert jana.values == {"first_name": "Jana", "last_name": "Linden", "city": "Ulm"}
    assert jana.said.requested_at == datetime(2023, 2, 1, 10, 15, 0, 123456, tzinfo=UTC)
    assert [note.values["name"] for note in jana.notes] == ["type", "good"]
    assert {key: one.said.state for key, one in found.items()} == {
        "jana@linden.example": "subscribed",
        "paul@gesperrt.example": "blocked",
        "ruth@pause.example": "unsubscribed",
    }


MAILCHIMP = ("subscribed", "unsubscribed", "cleaned")


def _mailchimp() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("__MACOSX/._subscribed_members_export_1a2b3c4d5e.csv", b"x")
        for name in MAILCHIMP:
            path = f"{name}_members_export_1a2b3c4d5e.csv"
            archive.writestr(path, _sample(path))
    return out.getvalue()


def test_mailchimp_gives_a_zip_of_three_files_and_each_says_what_its_people_are() -> None:
    found = records(_mailchimp(), "mailchimp")
    jana = found["jana@linden.example"]
    assert (jana.values["phone"], jana.company, jana.tags, jana.note) == ("0731 1", "Linden GmbH", ["VIP", "Kunde"], "Messe 2021")  # fmt: skip
    assert (jana.postal[0].street, jana.postal[0].postcode, jana.values["city"]) == ("Am Ring 4", "89073", "Ulm")
    assert str(jana.days[0].date) == "--05-03"
    said = jana.said
    assert (said.state, said.requested_ip, said.confirmed_ip) == ("subscribed", "203.0.113.7", "203.0.113.8")
    assert said.granted_at == datetime(2021, 3, 16, 14, 42, 10, tzinfo=UTC)
    assert found["ruth@pause.example"].said.state == "unsubscribed"
    assert found["ruth@pause.example"].said.left_at == datetime(2022, 5, 6, 7, 8, 9, tzinfo=UTC)
    assert found["paul@weg.example"].said.state == "bounced"


@pytest.mark.parametrize(
    ("name", "state"), [("subscribed", "subscribed"), ("unsubscribed", "unsubscribed"), ("cleaned", "bounced")]
)
def test_each_file_of_mailchimp_alone_says_the_same(name: str, state: str) -> None:
    found = records(_sample(f"{name}_members_export_1a2b3c4d5e.csv"), "mailchimp")
    assert [one.said.state for one in found.values()] == [state]


def test_brevo() -> None:
    found = records(_sample("brevo-contacts.csv"), "brevo")
    assert {key.split("@")[0]: one.said.state for key, one in found.items()} == {
        "jana": "subscribed",
        "ruth": "unsubscribed",
        "otto": "pending",
    }
    assert found["jana@linden.example"].said.requested_at == datetime(2022, 4, 12, 9, 30, tzinfo=UTC)
    assert found["jana@linden.example"].values["phone"] == "4973112345"


def test_cleverreach() -> None:
    found = records(_sample("cleverreach-gruppe.csv"), "cleverreach")
    jana = found["jana@linden.example"]
    assert jana.said.granted_at == datetime(2013, 5, 3, 8, 5, tzinfo=UTC)  # written in Berlin, in summer
    assert jana.said.source == "Formular Webseite"
    assert {key.split("@")[0]: one.said.state for key, one in found.items()} == {
        "jana": "subscribed",
        "ruth": "unsubscribed",
        "otto": "",
        "paul": "bounced",
    }


def test_monica() -> None:
    jana = records(_sample("monica-account.json"), "vcard")["jana@linden.example"]
    assert jana.values == {"first_name": "Jana Maria", "last_name": "Linden", "salutation": "frau", "phone": "0731 1", "city": "Ulm", "role": "Einkauf"}  # fmt: skip
    assert (jana.company, jana.tags, jana.note) == ("Linden GmbH", ["VIP"], "Von der Messe\n\nMag Tee")
    assert (str(jana.days[0].date), jana.postal[0].street) == ("--05-03", "Am Ring 4")
    assert jana.photo is not None
    assert jana.photo.startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b'{"account": [1, 2]}', "not an export of Monica"),
        (b'{"account": ' + b"[" * 100_000, "not an export of Monica"),
        (b'{"format": "outreach contacts", "contacts": []}', "only exports of Monica"),
        (b"# ************\n-- Monica SQL dump\nINSERT INTO `contacts`", "as JSON"),
    ],
)
def test_what_is_no_export_of_monica_gets_a_sentence(content: bytes, words: str) -> None:
    with pytest.raises(Invalid, match=words), files.prepare(io.BytesIO(content)):
        pass


def test_a_zip_of_cards_is_read_as_one_address_book() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in ("anna", "bert"):
            card = f"BEGIN:VCARD\nVERSION:4.0\nN:{name};X\\nY\nEMAIL:{name}@x.example\nEND:VCARD\n"
            archive.writestr(f"{name}.vcf", card)
    found = records(out.getvalue(), "vcard")
    assert set(found) == {"anna@x.example", "bert@x.example"}
    assert found["anna@x.example"].values["first_name"] == "X Y"


def test_a_plain_table_is_of_no_program() -> None:
    assert products.recognise(["E-Mail", "Vorname", "Nachname", "Status"]) is None
    assert products.recognise(["email", "name", "active", "source"]) is None


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("2026-05-03", "2026-05-03"), ("20260503", "2026-05-03"), ("3.5.1980", "1980-05-03"), ("03.05.", "--05-03"),
        ("3.5", "--05-03"), ("3. Mai 1980", "1980-05-03"), ("3. Mai", "--05-03"), ("May 3, 1980", "1980-05-03"),
        ("1980", "1980"), ("1980-05", "1980-05"), ("--0503", "--05-03"), ("31/12/1980", "1980-12-31"),
        ("12/31/1980", "1980-12-31"), ("03/05/1980", None), ("05/05/1980", "1980-05-05"), ("31.2.1980", None),
        ("2026-05-03 00:00:00", "2026-05-03"), ("29.2.", "--02-29"), ("Mai", None), ("morgen", None), ("", None),
        ("0", None), ("1.13.1980", None), ("99999999", None), ("3.5.80", "1980-05-03"), ("3.5.12", "2012-05-03"),
    ],
)  # fmt: skip
def test_dates_in_part_and_whole(words: str, wanted: str | None) -> None:
    found = partial.parse(words)
    assert (str(found) if found else None) == wanted


@pytest.mark.parametrize(
    ("words", "zone", "wanted"),
    [
        ("2021-03-16 14:40:47", "UTC", "2021-03-16T14:40:47+00:00"),
        ("2021-03-16T14:40:47+02:00", "UTC", "2021-03-16T12:40:47+00:00"),
        ("2021-03-16 14:40:47 UTC", "Europe/Berlin", "2021-03-16T14:40:47+00:00"),
        ("03.07.2021 14:40", "Europe/Berlin", "2021-07-03T12:40:00+00:00"),
        ("03.07.2021", "UTC", "2021-07-03T00:00:00+00:00"), ("1367575200", "UTC", "2013-05-03T10:00:00+00:00"),
        ("0", "UTC", None), ("gestern", "UTC", None), ("03.07.", "UTC", None), ("12-04-2022 09:30", "UTC", "2022-04-12T09:30:00+00:00"),
        ("0001-01-01T00:00:00Z", "UTC", None), ("99999999999", "UTC", "5138-11-16T09:46:39+00:00"),
    ],
)  # fmt: skip
def test_moments(words: str, zone: str, wanted: str | None) -> None:
    found = partial.moment(words, zone)
    assert (found.isoformat() if found else None) == wanted


def test_a_mapping_is_recognised_whatever_the_order_of_the_columns() -> None:
    assert mapping.fingerprint(["E-Mail", "Ort"]) == mapping.fingerprint(["ort", "e mail"])
    assert mapping.fingerprint(["E-Mail"]) != mapping.fingerprint(["E-Mail", "Ort"])
