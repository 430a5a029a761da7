"""Columns and cells of other programs, in the words of the customer file."""

from __future__ import annotations

import pytest

from outreach.contacts.custom import Kind, Spec
from outreach.errors import Invalid
from outreach.imports import mapping
from outreach.imports.reader import Reader, understood
from outreach.imports.record import Record, Refused

KNOWN = {"groesse": Spec(1, "groesse", "Größe", Kind.NUMBER), "farbe": Spec(2, "farbe", "Farbe", Kind.TEXT)}


@pytest.mark.parametrize(
    ("names", "fields"),
    [
        (["E-Mail", "Anrede", "Titel", "Vorname", "Nachname", "Firma", "Ort", "Telefon"],
         ["email", "salutation", "title", "first_name", "last_name", "company", "city", "phone"]),
        (["Email Address", "First Name", "Last Name", "TAGS", "LEID"], ["email", "first_name", "last_name", "tags", ""]),
        (["EMAIL", "FIRSTNAME", "LASTNAME", "SMS"], ["email", "first_name", "last_name", "phone"]),
        (["email", "name", "attributes"], ["email", "full_name", ""]),
        (["Name", "Vorname", "E-Mail-Adresse"], ["last_name", "first_name", "email"]),
        (["E-mail 1 - Value", "Given Name", "Family Name", "Organization Name", "Labels"],
         ["email", "first_name", "last_name", "company", "tags"]),
        (["E-Mail-Adresse", "E-Mail 2", "Größe", "FARBE", "Sprache", "Kundenstufe", "Du/Sie"],
         ["email", "", "custom.groesse", "custom.farbe", "language", "stage", "address_form"]),
        (["mail", "email"], ["email", ""]),
        (["Unbekannt"], [""]),
    ],
)  # fmt: skip
def test_columns_are_guessed_from_german_and_english_headers(names: list[str], fields: list[str]) -> None:
    assert list(mapping.guess(names, KNOWN).values()) == fields


def test_a_mapping_that_cannot_be_is_refused_with_a_sentence() -> None:
    names = ["a", "b", "c"]
    assert mapping.check({"a": "email", "b": "new"}, names, KNOWN) == {"a": "email", "b": "new", "c": ""}
    for wrong, words in (
        ({"x": "email"}, "no column"), ({"a": "shoe"}, "no field"), ({"a": "email", "b": "email"}, "Two columns"),
        ({"a": "city"}, "mail address or the name"), ({"a": "email", "b": "custom.gone"}, "no field"),
    ):  # fmt: skip
        with pytest.raises(Invalid, match=words):
            mapping.check(wrong, names, KNOWN)


@pytest.mark.parametrize(
    ("target", "word", "value"),
    [
        ("salutation", "Frau", "frau"), ("salutation", "Hr.", "herr"), ("salutation", "Mrs.", "frau"),
        ("salutation", "m", "herr"), ("salutation", "w", "frau"), ("salutation", "divers", "neutral"),
        ("salutation", "Herrn Dr.", "herr"), ("salutation", "Sehr geehrte Frau", "frau"), ("salutation", "Quark", None),
        ("address_form", "Du", "du"), ("address_form", "per Sie", "sie"), ("address_form", "na", None),
        ("stage", "Stammkunde", "regular"), ("stage", "Wiederkäuferin", "repeat_buyer"), ("stage", "first_buyer", "first_buyer"),
        ("stage", "Fan", "fan"), ("stage", "König", None),
        ("language", "Deutsch", "de"), ("language", "EN-us", "en"), ("language", "Klingonisch", None),
    ],
)  # fmt: skip
def test_words_of_other_programs_are_understood(target: str, word: str, value: str | None) -> None:
    assert understood(target, word) == value


def _read(targets: list[str], *cells: str) -> Record | Refused:
    return Reader(targets, KNOWN).read(2, list(cells))


def test_a_row_becomes_a_clean_record() -> None:
    found = _read(["email", "first_name", "salutation", "tags", "custom.groesse", ""],
                  " Anna@Müller.DE ", " Anna  Maria ", "Frau", "VIP; Messe,VIP", "1,75", "left out")  # fmt: skip
    assert isinstance(found, Record)
    assert (found.email, found.key) == ("Anna@müller.de", "anna@müller.de")
    assert found.values == {"first_name": "Anna Maria", "salutation": "frau"}
    assert found.tags == ["VIP", "Messe"]
    assert found.custom == {"groesse": 1.75}
    assert found.notes == []


@pytest.mark.parametrize(
    ("targets", "cells", "words"),
    [
        (["email"], ["not an address"], "not a"), (["email", "city"], ["", "Köln"], "neither a mail address nor a name"),
        (["email", "first_name"], ["a@b.de", "A\nBcc: x@y.de"], "line break"), (["last_name"], ["x" * 101], "longer"),
        (["email", "custom.farbe"], ["a@b.de", "rot\x00"], "line break"), (["email"], [], "neither"),
        (["email", "tags"], ["a@b.de", "t" * 101], "longer"),
    ],
)  # fmt: skip
def test_a_row_that_cannot_become_a_contact_says_why(targets: list[str], cells: list[str], words: str) -> None:
    found = _read(targets, *cells)
    assert isinstance(found, Refused)
    assert words in found.note.sentence % found.note.values
    assert found.excerpt.isprintable()


def test_a_word_nobody_understands_is_left_out_and_noted() -> None:
    found = _read(["email", "salutation", "stage", "custom.groesse"], "a@b.de", "Quark", "König", "riesig")
    assert isinstance(found, Record)
    assert found.values == {}
    assert [note.values["label"] for note in found.notes] == ["Salutation", "Stage", "Größe"]


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("Anna Müller", {"first_name": "Anna", "last_name": "Müller"}),
        ("Müller, Anna", {"first_name": "Anna", "last_name": "Müller"}),
        ("Dr. Björn Größmann", {"title": "Dr.", "first_name": "Björn", "last_name": "Größmann"}),
        ("Prof. Dr. Eva Maria Ohm", {"title": "Prof. Dr.", "first_name": "Eva Maria", "last_name": "Ohm"}),
        ("Vincent van der Meer", {"first_name": "Vincent", "last_name": "van der Meer"}),
        ("Cher", {"last_name": "Cher"}), ("Müller,", {"last_name": "Müller"}),
        ("Drago Petrov", {"first_name": "Drago", "last_name": "Petrov"}),
    ],
)  # fmt: skip
def test_a_whole_name_is_split(name: str, parts: dict[str, str]) -> None:
    found = _read(["full_name", "email"], name, "a@b.de")
    assert isinstance(found, Record)
    assert found.values == parts
