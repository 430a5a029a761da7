"""Words, numbers and dates as people write them."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach import lines
from outreach.contacts import custom, fields
from outreach.contacts.custom import Kind, Spec
from outreach.errors import Invalid


@pytest.mark.parametrize("bad", ["\r\nBcc: a@b.de", "x\ny", "x\0y", "x\x7fy", "x\x85y", "x\u2028y", "x\ud800y", "a\tb"])
def test_no_field_takes_what_would_end_a_header_line(bad: str) -> None:
    for field in fields.MOST:
        with pytest.raises(Invalid) as caught:
            fields.clean(field, "A" + bad)
        assert caught.value.field == field


def test_text_is_trimmed_composed_and_bounded() -> None:
    assert lines.line("  Mu\u0308ller   GmbH ", field="company", most=100) == "Müller GmbH"
    with pytest.raises(Invalid, match="longer than 100"):
        fields.clean("first_name", "a" * 101)


@given(st.text(max_size=60))
def test_a_line_never_contains_a_control_character(text: str) -> None:
    try:
        clean = lines.line(text, field="city", most=100)
    except Invalid:
        return
    assert not any(ord(c) < 32 or c in "\x7f\x85\u2028\u2029" for c in clean)
    assert lines.line(clean, field="city", most=100) == clean


@pytest.mark.parametrize(
    ("words", "key"),
    [
        ("Größe in cm", "groesse_in_cm"),
        ("2. Vorname", "x_2_vorname"),
        ("!!", "x"),
        ("Straße", "strasse"),
        ("é à", "e_a"),
    ],
)
def test_a_key_is_made_of_the_label(words: str, key: str) -> None:
    assert lines.key(words) == key


@pytest.mark.parametrize(
    ("words", "number"),
    [
        ("17", 17),
        ("1.234,5", 1234.5),
        ("1,234.5", 1234.5),
        ("3,5", 3.5),
        ("3.5", 3.5),
        ("-7", -7),
        ("1.234.567", 1234567),
        ("12 €", 12),
        ("", None),
        ("abc", None),
        ("1e5", None),
        ("nan", None),
        ("1,2,3", None),
        ("٣", None),
    ],
)
def test_numbers_are_understood_in_german_and_english(words: str, number: float | None) -> None:
    assert custom.parse_number(words) == number


@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("2026-12-24", date(2026, 12, 24)),
        ("24.12.2026", date(2026, 12, 24)),
        ("1.2.26", date(2026, 2, 1)),
        ("3.4.71", date(1971, 4, 3)),
        ("2026-12-24 10:00:00", date(2026, 12, 24)),
        ("30.2.2026", None),
        ("12/24/2026", None),
    ],
)
def test_dates_are_understood_in_german_and_iso(words: str, day: date | None) -> None:
    assert custom.parse_date(words) == day


@pytest.mark.parametrize(
    ("kind", "value", "stored"),
    [
        (Kind.TEXT, " a ", "a"),
        (Kind.NUMBER, "1,5", 1.5),
        (Kind.NUMBER, 3, 3),
        (Kind.DATE, date(2026, 1, 2), "2026-01-02"),
        (Kind.YES_NO, "Ja", True),
        (Kind.YES_NO, False, False),
        (Kind.CHOICE, "rot", "Rot"),
        (Kind.TEXT, "  ", None),
    ],
)
def test_custom_values_are_stored_in_one_form(kind: Kind, value: object, stored: object) -> None:
    assert custom.clean_value(value, Spec(1, "x", "X", kind, ("Rot", "Blau"))) == stored


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (Kind.TEXT, "a\nb"),
        (Kind.NUMBER, "viel"),
        (Kind.NUMBER, float("inf")),
        (Kind.DATE, "morgen"),
        (Kind.YES_NO, "vielleicht"),
        (Kind.CHOICE, "Grün"),
    ],
)
def test_a_custom_value_of_the_wrong_kind_gets_a_sentence_with_its_label(kind: Kind, value: object) -> None:
    with pytest.raises(Invalid) as caught:
        custom.clean_value(value, Spec(1, "x", "Farbe", kind, ("Rot",)))
    assert "Farbe" in str(caught.value)
    assert caught.value.field == "custom.x"
