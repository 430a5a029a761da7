"""The JSON of segments: what it may say, and the sentences when it may not."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaigns.segments import fields, filters
from campaigns.segments.filters import All, AnyOf, Leaf, Not
from outreach.contacts.custom import Kind, Spec
from outreach.errors import Invalid

CUSTOM = {
    "farbe": Spec(1, "farbe", "Farbe", Kind.CHOICE, ("Rot", "Blau")),
    "umsatz": Spec(2, "umsatz", "Umsatz", Kind.NUMBER),
    "termin": Spec(3, "termin", "Termin", Kind.DATE),
    "notiz": Spec(4, "notiz", "Notiz", Kind.TEXT),
    "aktiv": Spec(5, "aktiv", "Aktiv", Kind.YES_NO),
}


def test_a_filter_is_read_and_written_back() -> None:
    given = {
        "all": [
            {"field": "stage", "is": "regular"},
            {"any": [{"field": "tag", "has": "VIP"}, {"field": "campaign", "opened": 12}]},
            {"not": {"field": "created_at", "within_days": 30}},
            {"field": "custom.umsatz", "between": [1, 2.5]},
            {"field": "city", "one_of": ["Köln", "Bonn"]},
        ]
    }
    parsed = filters.parse(given, CUSTOM)
    assert isinstance(parsed, All)
    assert parsed.parts[0] == Leaf("stage", "is", "regular")
    assert parsed.parts[1] == AnyOf((Leaf("tag", "has", "VIP"), Leaf("campaign", "opened", 12)))
    assert parsed.parts[2] == Not(Leaf("created_at", "within_days", 30))
    assert filters.to_json(parsed) == given
    assert filters.parse({"all": []}) == filters.everybody()
    assert filters.to_json(filters.parse({"field": "created_at", "after": "24.12.2025"})) == {
        "field": "created_at", "after": "2025-12-24"
    }  # fmt: skip


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (None, "is an object"), ([], "is an object"), ({}, "is an object"), ("stage", "is an object"),
        ({"both": []}, "is an object"), ({"all": [], "any": []}, "is an object"), ({"all": {}}, "a list of conditions"),
        ({"any": []}, "at least one"), ({"all": [{"all": []}]}, "at least one"), ({"not": []}, "is an object"),
        ({"field": "shoe_size", "is": 3}, "no field “shoe_size”"), ({"field": 7, "is": 3}, "no field"),
        ({"field": "custom.gone", "is": "x"}, "no field"), ({"field": "stage"}, "exactly one comparison"),
        ({"field": "stage", "is": "fan", "is_not": "fan"}, "exactly one comparison"),
        ({"field": "stage", "contains": "fan"}, "“Stage” cannot be compared with “contains”"),
        ({"field": "stage", "is": "king"}, "“king” does not fit “Stage”"), ({"field": "stage", "is": ""}, "needs a value"),
        ({"field": "city", "is": None}, "needs a value"), ({"field": "city", "is": "  "}, "needs a value"),
        ({"field": "city", "one_of": []}, "needs a value"), ({"field": "city", "one_of": "Köln"}, "does not fit"),
        ({"field": "city", "one_of": [1]}, "does not fit"), ({"field": "city", "is": {"a": 1}}, "does not fit"),
        ({"field": "city", "is": "a\x00b"}, "control character"), ({"field": "city", "is": "x" * 301}, "longer than"),
        ({"field": "city", "is_empty": "yes"}, "does not fit"), ({"field": "list", "confirmed": "news"}, "does not fit"),
        ({"field": "list", "confirmed": 2**31}, "does not fit"), ({"field": "list", "confirmed": True}, "does not fit"),
        ({"field": "created_at", "before": "yesterday"}, "does not fit"), ({"field": "created_at", "before": "9999-12-31"}, "fit"),
        ({"field": "created_at", "between": ["2026-01-01"]}, "two values"),
        ({"field": "created_at", "within_days": 0}, "does not fit"), ({"field": "created_at", "within_days": 1.5}, "fit"),
        ({"field": "opened", "within_days": 10**9}, "does not fit"), ({"field": "campaign", "opened": "last"}, "does not fit"),
        ({"field": "custom.umsatz", "more": "viel"}, "does not fit"), ({"field": "custom.umsatz", "more": float("nan")}, "fit"),
        ({"field": "custom.umsatz", "more": 1e300}, "does not fit"), ({"field": "custom.farbe", "is": "Grün"}, "does not fit"),
        ({"field": "custom.aktiv", "is": "ja"}, "does not fit"),
        ({"all": [{"field": "city", "is": "x"}] * 101}, "100 conditions"),
        ({"all": [{"any": [{"field": "city", "is": "x"}] * 51}] * 2}, "100 conditions"),
    ],
)  # fmt: skip
def test_a_bad_filter_gets_a_sentence(given: object, words: str) -> None:
    with pytest.raises(Invalid) as caught:
        filters.parse(given, CUSTOM)
    assert words in str(caught.value)
    assert caught.value.field == "filter"


def test_nesting_without_end_is_refused() -> None:
    deep: Any = {"field": "city", "is": "Köln"}
    for _ in range(9):
        deep = {"not": deep}
    assert filters.parse(deep)
    for _ in range(5000):
        deep = {"not": deep}
    with pytest.raises(Invalid, match="more than 10 deep"):
        filters.parse(deep)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)
    | st.sampled_from(["stage", "city", "is", "fan", "custom.umsatz"]),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.sampled_from(["all", "any", "not", "field", "is", "one_of", "between", "x"]), inner, max_size=3),
    max_leaves=12,
)  # fmt: skip


@settings(max_examples=500, deadline=None)
@given(_JSON)
def test_no_json_whatever_crashes_the_parser(given: object) -> None:
    try:
        parsed = filters.parse(given, CUSTOM)
    except Invalid:
        return
    assert filters.parse(filters.to_json(parsed), CUSTOM) == parsed


def test_the_catalogue_names_every_field_once_with_its_operators() -> None:
    catalogue = fields.catalogue(CUSTOM)
    keys = [spec.key for spec in catalogue]
    assert len(keys) == len(set(keys))
    assert {"stage", "tag", "list", "campaign", "created_at", "custom.umsatz"} <= set(keys)
    assert all(spec.operators and spec.label for spec in catalogue)
    assert next(spec for spec in catalogue if spec.key == "custom.farbe").choices == (("Rot", "Rot"), ("Blau", "Blau"))
