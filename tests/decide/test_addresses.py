"""Mail addresses, against the library that knows the standards."""

from __future__ import annotations

import pytest
from email_validator import EmailNotValidError, validate_email
from hypothesis import example, given, settings
from hypothesis import strategies as st

from outreach.contacts import address_hash, address_key, clean_address
from outreach.errors import Invalid

_ASCII = "".join(map(chr, range(33, 127)))
_LOCAL = st.text(st.sampled_from("aAzZ09.-_+'!\"@<> "), max_size=70) | st.sampled_from(["INFO", "Postmaster", "a.b"])
_DOMAIN = st.text(st.sampled_from("aAzZ09.-_xn"), max_size=40) | st.sampled_from(
    ["example.com", "EXAMPLE.com", "xn--mller-kva.de", "müller.de", "a.local", "x.test", "a.b.", "1.2.3.4", "ab--c.de"]
)


def _by_library(address: str) -> str | None:
    try:
        return validate_email(
            address.strip(), check_deliverability=False, test_environment=True, strict=True
        ).normalized
    except EmailNotValidError:
        return None


@settings(max_examples=1500, deadline=None)
@given(st.builds("{}@{}".format, _LOCAL, _DOMAIN) | st.text(st.sampled_from(_ASCII), max_size=30))
@example("INFO@Example.com")
@example("a" * 64 + "@" + "b" * 63 + "." + "c" * 63 + "." + "d" * 58 + ".de")
@example("a" * 64 + "@" + "b" * 63 + "." + "c" * 63 + "." + "d" * 59 + ".de")
@example("a" * 65 + "@example.com")
@example("a@xn--mller-kva.de")
def test_the_short_way_decides_as_the_library_does(address: str) -> None:
    try:
        ours: str | None = clean_address(address)
    except Invalid:
        ours = None
    assert ours == _by_library(address)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "@",
        "a",
        "a@",
        "@b.de",
        "a b@c.de",
        "a@b",
        "a@b.de\r\nBcc: x@y.de",
        "a@b.de\n",
        "a\0@b.de",
        "a@b..de",
        ".a@b.de",
        "a@-b.de",
        "x@y>\r\nRCPT TO:<z@z.de",
        "Anna <a@b.de>",
        "a" * 300 + "@b.de",
        "a@" + "b" * 1_000_000,
    ],
)
def test_what_is_no_address_gets_a_sentence(address: str) -> None:
    if address.strip() == "a@b.de":
        assert clean_address(address) == "a@b.de"  # a line end around it is trimmed, inside it is refused
        return
    with pytest.raises(Invalid) as caught:
        clean_address(address)
    assert caught.value.field == "email"
    assert "is not a" in str(caught.value)
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 300


def test_two_spellings_of_a_mailbox_have_one_key() -> None:
    assert address_key("Anna.Müller@MÜLLER.example") == address_key("anna.müller@müller.example")
    assert address_key("a@xn--mller-kva.de") == address_key("a@müller.de")
    assert address_hash(address_key("A@b.de")) == address_hash(address_key("a@B.de"))
    assert len(address_hash("a@b.de")) == 32
