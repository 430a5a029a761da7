"""Contacts as files, and back again."""

from __future__ import annotations

import csv
import io
import json
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from outreach import contacts
from outreach.contacts import Contact, channels, photos
from outreach.dates import SpecialDay
from outreach.errors import Invalid
from outreach.exports import csv as as_csv
from outreach.exports import store
from outreach.exports.person import Exported
from outreach.history import store as history
from outreach.house import House
from outreach.imports import run
from outreach.imports import store as imports
from outreach.imports.preview import preview
from tests import world
from tests.world import NOW, World

JPEG = b"\xff\xd8\xff\xe0 a face"


@pytest.fixture
def people(any_house: House) -> World:
    with any_house.database.writing() as session:
        made = world.build(session)
        anna = made.people["anna"]
        contacts.update(session, anna, phone="+49 221 5", role="Einkauf")
        channels.add(session, anna, kind="phone", value="0171 2", label="mobile")
        channels.add(session, anna, kind="email", value="anna@privat.example", label="home")
        channels.add(session, anna, kind="web", value="mueller.example")
        channels.set_postal(
            session, contact_id=anna, street="Am Dom 1", postcode="50667", city="Köln", country="Deutschland"
        )
        session.add_all(
            [
                SpecialDay(contact_id=anna, kind="birthday", month=5, day=3),
                SpecialDay(contact_id=anna, kind="other", label="Hochzeit", year=2010, month=6, day=12),
            ]
        )
        history.add(session, contact_id=anna, kind="note", text="=1+1 mag Tee;\nkeinen Kaffee", at=date(2026, 5, 3))
        photos.put(session, anna, JPEG)
        return made


def _file(house: House, form: str) -> str:
    return "".join(store.pieces(house, form, now=NOW))


def _cards(house: House) -> list[Exported]:
    """Everybody, without what an import cannot know: numbers, moments, where they came from."""
    found = store.everybody(house)
    same = ("id", "created_at", "updated_at", "source", "lists")
    plain = [{name: getattr(one, name) for name in Exported.__dataclass_fields__ if name not in same} for one in found]
    return [Exported(id=0, **one) for one in sorted(plain, key=lambda one: (one["email"], one["last_name"]))]


def test_csv_has_a_row_for_everybody_and_formulas_cannot_run(any_house: House, people: World) -> None:
    content = _file(any_house, "csv")
    assert content.startswith("\ufefftitle;first_name;")
    rows = list(csv.DictReader(io.StringIO(content[1:]), delimiter=";"))
    assert len(rows) == len(people.people)
    anna = next(row for row in rows if row["email"] == "anna@mueller.example")
    assert anna["phone"] == "'+49 221 5"
    assert anna["note"] == "'=1+1 mag Tee;\nkeinen Kaffee"
    assert anna["more_phones"] == "mobile: 0171 2"
    assert (anna["birthday"], anna["dates"]) == ("'--05-03", "Hochzeit: 2010-06-12")
    assert (anna["lists"], anna["Kundennummer"]) == ("Neuigkeiten", "17")
    assert not [cell for row in rows for cell in row.values() if cell[:1] in tuple("=+-@\t\r")]


@pytest.mark.parametrize("form", ["csv", "vcard", "vcard3"])
def test_what_is_exported_can_be_imported_again(any_house: House, people: World, form: str) -> None:
    content, before = _file(any_house, form), _cards(any_house)
    with any_house.database.writing() as session:
        for contact_id in people.people.values():
            contacts.delete(session, contact_id)
    with any_house.database.writing() as session:
        ending = store.FORMATS[form][0]
        import_id = imports.begin(session, filename=f"k.{ending}", stream=io.BytesIO(content.encode()), user_id=None).id
        mapping = {column.name: column.field for column in preview(session, import_id).columns}
        imports.start(session, import_id, mapping=mapping)
    run.run(any_house, import_id)
    after = _cards(any_house)
    lost = () if form == "csv" else ("stage", "address_form", "custom")  # address books know neither
    kept = [name for name in Exported.__dataclass_fields__ if name not in (*lost, "photo" if form == "csv" else "")]
    by_name = {one.email or one.name: one for one in after}
    for one in before:
        if not (one.email or one.last_name) or one.email == "petra@still.example":
            continue
        again = by_name[one.email or one.name]
        assert {name: getattr(again, name) for name in kept} == {name: getattr(one, name) for name in kept}


def test_json_holds_everything(any_house: House, people: World) -> None:
    found = json.loads(_file(any_house, "json"))
    assert (found["format"], len(found["contacts"])) == ("outreach contacts", len(people.people))
    anna = next(one for one in found["contacts"] if one["email"] == "anna@mueller.example")
    assert anna["custom"] == {"kundennummer": 17, "branche": "Industrie"}
    assert anna["photo"]


def test_a_filter_narrows_the_file(any_house: House, people: World) -> None:
    among = store.chosen(stage="regular")
    found = json.loads("".join(store.pieces(any_house, "json", now=NOW, among=among)))
    assert [one["email"] for one in found["contacts"]] == ["anna@mueller.example"]
    with any_house.database.reading() as session:
        assert store.count(session, among) == 1
        assert store.count(session, store.chosen()) == session.scalar(select(func.count()).select_from(Contact))


def test_large_files_are_read_in_blocks(any_house: House, people: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "BLOCK", 3)
    monkeypatch.setattr(store.block, "__kwdefaults__", {**(store.block.__kwdefaults__ or {}), "limit": 3})
    assert len(list(store.everybody(any_house))) == len(people.people)


def test_another_format_is_refused(any_house: House) -> None:
    with pytest.raises(Invalid):
        _file(any_house, "xml")


@given(st.text())
def test_the_guard_against_formulas_can_be_taken_back(cell: str) -> None:
    assert as_csv.unguarded(as_csv.guarded(cell)) == cell
    assert as_csv.guarded(cell)[:1] not in tuple("=+-@\t\r\n")
