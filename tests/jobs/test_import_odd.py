"""Imports of odd and hostile files, and undoing an import when much has happened since."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import timedelta

import pytest
from openpyxl import Workbook
from sqlalchemy import select

from outreach import clock, contacts, erasure, merge
from outreach.consent import suppression
from outreach.consent.rows import Consent, ConsentEvent, Subscription
from outreach.contacts import Contact
from outreach.dates import SpecialDay
from outreach.errors import Conflict, Invalid
from outreach.history.rows import Touchpoint
from outreach.house import House
from outreach.imports import run, store, undo
from outreach.imports.preview import preview
from tests import world
from tests.world import World


@pytest.fixture
def people(any_house: House) -> World:
    with any_house.database.writing() as session:
        return world.build(session)


def _upload(house: House, content: bytes | str, filename: str = "k.csv") -> int:
    raw = content.encode() if isinstance(content, str) else content
    with house.database.writing() as session:
        return store.begin(session, filename=filename, stream=io.BytesIO(raw), user_id=None).id


def take(house: House, content: bytes | str, people: World, *, filename: str = "k.csv") -> store.Progress:
    import_id = _upload(house, content, filename)
    with house.database.writing() as session:
        mapping = {column.name: column.field for column in preview(session, import_id).columns}
        store.start(session, import_id, mapping=mapping, list_id=people.lists["news"], consent_proof="They said yes")
    run.run(house, import_id)
    with house.database.reading() as session:
        done = store.progress(session, import_id)
    assert done.state == "done", done.problem
    return done


def take_back(house: House, import_id: int) -> None:
    with house.database.writing() as session:
        undo.ask_for(session, import_id)
    undo.run(house, import_id)


# ── consent ────────────────────────────────────────────────────────────────────


def test_a_confirmation_of_tomorrow_outlives_no_farewell(any_house: House, people: World) -> None:
    take(any_house, "E-Mail;Status;Confirm time\nneu@firma.example;subscribed;2199-01-01 10:00:00\n", people)
    with any_house.database.reading() as session:
        now = clock.now()
        assert all(at <= now for at in session.scalars(select(Consent.granted_at)))
        assert all(at <= now for at in session.scalars(select(ConsentEvent.at)))
    farewell = f"{clock.now() + timedelta(hours=1):%Y-%m-%d %H:%M:%S}"
    take(any_house, f"E-Mail;Status;Unsub time\nneu@firma.example;unsubscribed;{farewell}\n", people)
    with any_house.database.reading() as session:
        whose = select(Contact.id).where(Contact.email_key == "neu@firma.example").scalar_subquery()
        assert session.scalars(select(Subscription.state).where(Subscription.contact_id == whose)).all() == [
            "unsubscribed"
        ]
        assert all(at <= clock.now() for at in session.scalars(select(ConsentEvent.at)))


def test_a_row_without_an_address_agrees_to_nothing(any_house: House, people: World) -> None:
    with any_house.database.writing() as session:
        petra = contacts.create(session, first_name="Nora", last_name="Niemand", email="n@niemand.example").id
    done = take(any_house, "Vorname;Nachname;Telefon\nNora;Niemand;0221 12345\n", people)
    assert done.subscribed == 0
    with any_house.database.reading() as session:
        assert session.scalar(select(Subscription.state).where(Subscription.contact_id == petra)) is None


def test_a_verified_name_is_not_filled_up(any_house: House, people: World) -> None:
    with any_house.database.writing() as session:
        made = contacts.create(session, last_name="Cher", email="cher@cher.example").id
        contacts.update(session, made, verified=True)
    take(any_house, "E-Mail;Titel;Vorname;Anrede;Ort\ncher@cher.example;Dr.;Cherilyn;Herr;Köln\n", people)
    with any_house.database.reading() as session:
        kept = session.get_one(Contact, made)
        assert (kept.title, kept.first_name, kept.last_name, kept.salutation) == ("", "", "Cher", "")
        assert kept.city == "Köln"
        assert kept.verified_at is not None


# ── undo ───────────────────────────────────────────────────────────────────────


def test_an_undo_lifts_nobody_who_asked_for_more_since(any_house: House, people: World) -> None:
    done = take(
        any_house, "E-Mail;Status\nweg@fort.example;cleaned\nspam@fort.example;cleaned\nanna@mueller.example;cleaned\n",
        people,
    )  # fmt: skip
    with any_house.database.writing() as session:
        suppression.add(session, "spam@fort.example", "spam_report")
        erasure.erase(session, people.people["anna"], now=clock.now())
    take_back(any_house, done.id)
    with any_house.database.reading() as session:
        assert not suppression.contains(session, "weg@fort.example")
        assert suppression.contains(session, "spam@fort.example")
        assert suppression.contains(session, "anna@mueller.example")


def test_an_import_is_undone_once_and_not_while_it_runs(any_house: House, people: World) -> None:
    import_id = _upload(any_house, "E-Mail;Vorname\nneu@firma.example;Nora\n")
    with any_house.database.writing() as session:
        store.start(session, import_id, mapping={"E-Mail": "email", "Vorname": "first_name"})
    with pytest.raises(Conflict), any_house.database.writing() as session:
        undo.ask_for(session, import_id)
    run.run(any_house, import_id)
    take_back(any_house, import_id)
    with pytest.raises(Conflict), any_house.database.writing() as session:
        undo.ask_for(session, import_id)


@pytest.mark.parametrize("what", ["merged away", "merged into", "erased"])
def test_an_undo_after_a_merge_or_an_erasure_ends_and_keeps_what_was_used(
    any_house: House, people: World, what: str
) -> None:
    anna = people.people["anna"]
    done = take(any_house, "E-Mail;Vorname;Nachname;Telefon\nneu@firma.example;Nora;Neu;030 1234\nanna@mueller.example;;;0221 555\n", people)  # fmt: skip
    with any_house.database.writing() as session:
        nora = session.scalar(select(Contact.id).where(Contact.email_key == "neu@firma.example")) or 0
        if what == "merged away":
            merge.contacts(session, anna, nora, now=clock.now())
        elif what == "merged into":
            merge.contacts(session, nora, anna, now=clock.now())
        else:
            erasure.erase(session, nora, now=clock.now())
    take_back(any_house, done.id)
    with any_house.database.reading() as session:
        assert store.progress(session, done.id).undo_state == "done"
        found = session.get(Contact, nora)
        assert (found is None) is (what == "erased")
        assert session.get_one(Contact, anna).gone == ("merged" if what == "merged into" else "")


# ── hostile files ──────────────────────────────────────────────────────────────


def test_months_without_a_day_and_halves_of_letters_stop_no_import(any_house: House, people: World) -> None:
    account = {
        "account": {
            "data": [
                {
                    "type": "contact",
                    "values": [
                        {
                            "uuid": "1",
                            "properties": {"first_name": "Moni", "last_name": "Ca", "description": "halb \ud800 und \u0000 null", "tags": ["a\ud800b"]},
                            "data": [],
                        }
                    ],
                }
            ],
            "instance": {"contact_field_types": []},
        }
    }  # fmt: skip
    take(any_house, json.dumps(account), people, filename="monica.json")
    card = "BEGIN:VCARD\r\nVERSION:4.0\r\nFN:Vera Karte\r\nN:Karte;Vera;;;\r\nBDAY:--05\r\nNOTE:a\x00b \\n c\r\nEND:VCARD\r\n"
    take(any_house, card, people, filename="k.vcf")
    take(any_house, "E-Mail;Geburtstag;Weitere Daten\nneu@firma.example;--05;Tag: 2010-05\n", people)
    with any_house.database.reading() as session:
        assert session.scalar(select(Contact.id).where(Contact.last_name == "Karte"))
        assert session.scalar(select(Contact.id).where(Contact.last_name == "Ca"))
        assert not session.scalars(select(SpecialDay.id).where(SpecialDay.month.is_(None), SpecialDay.year.is_(None))).all()  # fmt: skip
        assert any("null" in text for text in session.scalars(select(Touchpoint.text)))


def _workbook(title: str = "Kontakte") -> bytes:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = title
    sheet.append(["E-Mail", "Vorname"])
    sheet.append(["neu@firma.example", "Nora"])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _with_part(raw: bytes, name: str, change: object) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for one in old.namelist():
            content = old.read(one)
            new.writestr(one, change(content) if one == name else content)  # type: ignore[operator]
    return out.getvalue()


@pytest.mark.parametrize("charset", ["utf-8", "utf-16"])
def test_entities_hidden_behind_a_long_comment_are_found(any_house: House, people: World, charset: str) -> None:
    def bomb(content: bytes) -> bytes:
        body = content.decode().partition("?>")[2] or content.decode()
        head = f'<?xml version="1.0" encoding="{charset.upper()}"?><!-- {"x" * 9000} -->'
        return (head + '<!DOCTYPE a [<!ENTITY b "cccccccc">]>' + body).encode(charset)

    raw = _with_part(_workbook(), "xl/worksheets/sheet1.xml", bomb)
    with pytest.raises(Invalid):
        _upload(any_house, raw, "k.xlsx")


def test_a_sheet_with_an_endless_name_is_read(any_house: House, people: World) -> None:
    long = "K" * 400
    raw = _with_part(_workbook(), "xl/workbook.xml", lambda content: content.replace(b'"Kontakte"', f'"{long}"'.encode()))  # fmt: skip
    assert take(any_house, raw, people, filename="k.xlsx").created == 1


def test_an_archive_of_tables_has_no_more_columns_than_a_table(any_house: House, people: World) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for number in range(4):
            made.writestr(
                f"{number}.csv", ";".join(f"c{number}x{one}" for one in range(300)) + "\n" + ";".join(["a"] * 300)
            )
    with pytest.raises(Invalid):
        _upload(any_house, out.getvalue(), "k.zip")


def test_a_photo_of_ten_megabytes_and_an_endless_line_cost_only_their_cards(any_house: House, people: World) -> None:
    photo = "PHOTO;ENCODING=b;TYPE=JPEG:" + "\r\n ".join(["A" * 74] * 140_000)
    cards = [
        f"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Groß Bild\r\nN:Bild;Groß;;;\r\n{photo}\r\nEND:VCARD\r\n",
        "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Lang Zeile\r\nN:Zeile;Lang;;;\r\nNOTE:"
        + "y" * 9_000_000
        + "\r\nEND:VCARD\r\n",
        "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Gut Karte\r\nN:Karte;Gut;;;\r\nEND:VCARD\r\n",
    ]
    done = take(any_house, "".join(cards), people, filename="k.vcf")
    with any_house.database.reading() as session:
        assert session.scalar(select(Contact.id).where(Contact.last_name == "Karte"))
    assert done.created + done.skipped == 3


def test_odd_cells_stop_no_import(any_house: House, people: World) -> None:
    content = (
        "E-Mail;Vorname;Nachname;Telefon;Straße;PLZ;Notiz;Geburtstag;Weitere Daten;Homepage;Confirm time\n"
        f"a@b.example;{'x' * 5000};Lang;;;;;;;;\n"
        f"b@b.example;B;{'ü' * 101};;;;;;;;\n"
        f"c@b.example;C;Ok;{'1' * 60};{'s' * 300};{'9' * 40};{'n' * 60000};;{'d' * 300}: 2010-01-01;http://{'w' * 900};99999999999\n"
        "d@b.example;D\u2028;Ok;\u0661\u0662\u0663\u0664;;;;\u0661.\u0662.\u0661\u0669\u0668\u0660;;;\u0661\u0662\u0663\u0664\u0665\u0666\u0667\u0668\u0669\n"
        "e@b.example;E;Ok;;;;;29.2.1900;Tag: 0000-00-00;;0001-01-01T00:00:00+14:00\n"
        "f@b.example;F;Ok;;;;;29.2.;;;\n"
    )  # fmt: skip
    done = take(any_house, content, people)
    assert done.created + done.skipped == 6
    with any_house.database.reading() as session:
        assert session.scalar(select(Contact.id).where(Contact.email_key == "f@b.example"))
