"""Sealed numbers: what was sealed opens, anything else does not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach.errors import BadToken
from outreach.tokens import Sealer

sealer = Sealer("key")


@given(st.lists(st.integers(0, 2**63), max_size=4))
def test_what_was_sealed_opens_again(numbers: list[int]) -> None:
    assert sealer.open("open", sealer.seal("open", *numbers)) == tuple(numbers)


@given(st.text(max_size=60))
def test_a_made_up_token_never_opens(token: str) -> None:
    with pytest.raises(BadToken):
        sealer.open("open", token)


def test_a_token_of_one_kind_or_key_does_not_open_as_another() -> None:
    token = sealer.seal("open", 7)
    for other, kind in ((sealer, "unsubscribe"), (Sealer("another key"), "open")):
        with pytest.raises(BadToken):
            other.open(kind, token)


def test_every_single_changed_letter_breaks_the_seal() -> None:
    token = sealer.seal("click", 12345, 3)
    for place in range(len(token)):
        changed = token[:place] + ("A" if token[place] != "A" else "B") + token[place + 1 :]
        with pytest.raises(BadToken):
            sealer.open("click", changed)
