"""The light: may I write or call, and why."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach.consent.light import CHANNELS, Known, Recorded, light, lights

DAY = date(2026, 5, 3)


def said(channel: str, what: str, days: int = 0) -> Recorded:
    return Recorded(channel, what, DAY + timedelta(days=days), "Telefonat")


REACHED = {"has_mail": True, "has_phone": True, "has_letter": True}
CASES = [
    ("mail", {}, "red", "no mail address"),
    ("mail", {"has_mail": True}, "red", "No agreement"),
    ("mail", {"has_mail": True, "orders": 2}, "yellow", "Only about their order"),
    ("mail", {"has_mail": True, "recorded": [said("mail", "agreed")]}, "green", "agreed on"),
    ("mail", {"has_mail": True, "recorded": [said("phone", "agreed")]}, "red", "No agreement"),
    ("mail", {"has_mail": True, "orders": 1, "recorded": [said("mail", "existing_customer")]}, "green", "§ 7 (3)"),
    ("mail", {"has_mail": True, "is_suppressed": True, "recorded": [said("mail", "agreed")]}, "red", "want no mail"),
    ("mail", {"has_mail": True, "recorded": [said("mail", "agreed"), said("mail", "objected", 1)]}, "red", "objected"),
    ("mail", {"has_mail": True, "recorded": [said("mail", "agreed"), said("mail", "objected")]}, "red", "objected"),
    (
        "mail",
        {"has_mail": True, "recorded": [said("mail", "objected"), said("mail", "agreed", 1)]},
        "green",
        "agreed on",
    ),
    (
        "mail",
        {"has_mail": True, "recorded": [said("mail", "existing_customer", 9), said("mail", "objected")]},
        "red",
        "objected",
    ),
    ("phone", {}, "red", "no phone number"),
    ("phone", {"has_phone": True}, "red", "private person"),
    ("phone", {"has_phone": True, "at_work": True}, "yellow", "concrete reason"),
    ("phone", {"has_phone": True, "at_work": True, "orders": 1}, "green", "business customer"),
    ("phone", {"has_phone": True, "recorded": [said("phone", "agreed")]}, "green", "agreed on"),
    (
        "phone",
        {"has_phone": True, "at_work": True, "orders": 1, "recorded": [said("phone", "objected")]},
        "red",
        "objected",
    ),
    ("letter", {}, "red", "no postal address"),
    ("letter", {"has_letter": True}, "green", "until they object"),
    ("letter", {"has_letter": True, "recorded": [said("letter", "objected")]}, "red", "objected"),
    *(
        (channel, {**REACHED, "is_deceased": True, "recorded": [said(channel, "agreed")]}, "red", "died")
        for channel in CHANNELS
    ),
]


@pytest.mark.parametrize(("channel", "known", "colour", "words"), CASES)
def test_the_light_and_its_reason(channel: str, known: dict, colour: str, words: str) -> None:  # type: ignore[type-arg]
    found = light(channel, Known(**known))  # type: ignore[arg-type]
    assert found.colour == colour
    assert words in found.sentence


_records = st.lists(
    st.builds(
        said, st.sampled_from(CHANNELS), st.sampled_from(["agreed", "objected", "existing_customer"]), st.integers(0, 3)
    ),
    max_size=6,
)


@given(
    known=st.builds(
        Known, has_mail=st.booleans(), has_phone=st.booleans(), has_letter=st.booleans(), is_suppressed=st.booleans(),
        is_deceased=st.booleans(), at_work=st.booleans(), orders=st.integers(0, 3), recorded=_records,
    )
)  # fmt: skip
def test_an_objection_is_never_overruled_by_anything_but_a_later_word_of_the_person(known: Known) -> None:
    for one in lights(known):
        mine = [record for record in known.recorded if record.channel == one.channel]
        objections = [record.on for record in mine if record.what == "objected"]
        agreements = [record.on for record in mine if record.what == "agreed"]
        if objections and max(agreements, default=date.min) <= max(objections):
            assert one.colour == "red"
        if known.is_deceased or (one.channel == "mail" and known.is_suppressed):
            assert one.colour == "red"
