"""A mail as bytes: whatever the names and texts are, the lines are short, ASCII, and say what was meant."""

from __future__ import annotations

import email
import email.policy
from datetime import UTC, datetime
from email.header import decode_header, make_header
from email.message import EmailMessage

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from outreach.errors import Invalid
from outreach.mail import message
from outreach.mail.message import Mail
from outreach.tokens import Sealer

DATE = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
ID = "<abc@news.example.de>"
#: what a person may type into one line: no control characters, no halves of characters
LINES = st.text(st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp")), max_size=200)
#: what may be a name or subject after the trimming every form does
NAMES = LINES.map(lambda text: " ".join(text.split()))
TEXTS = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"),
                max_size=2000)  # fmt: skip


def mail(**more: object) -> Mail:
    given: dict[str, object] = {
        "from_name": "Büro Sommer", "from_address": "post@sommer.example", "reply_to": "", "to_name": "Jörg Weiß",
        "to_address": "joerg@example.org", "subject": "Grüße", "text": "Guten Tag", "html": None,
    }  # fmt: skip
    return Mail(**{**given, **more})  # type: ignore[arg-type]


def parsed(raw: bytes) -> EmailMessage:
    found = email.message_from_bytes(raw, policy=email.policy.default)
    assert isinstance(found, EmailMessage)
    return found


@settings(deadline=None)  # the machines of CI are shared
@given(from_name=NAMES, to_name=NAMES, subject=NAMES, text=TEXTS, html=TEXTS)
@example(from_name="", to_name="Dr. Müller, Anna", subject="x" * 200, text="." * 5000, html="ä" * 2000)
@example(from_name='"Anna" <x@y.example>', to_name="=?utf-8?q?no?=", subject="=?utf-8?q?no?=", text="", html="")
def test_a_mail_says_what_was_meant_in_short_ascii_lines(
    from_name: str, to_name: str, subject: str, text: str, html: str
) -> None:
    given_mail = mail(from_name=from_name, to_name=to_name, subject=subject, text=text, html=html)
    raw = message.serialise(given_mail, message_id=ID, date=DATE)
    assert raw.isascii()
    assert raw.count(b"\n") == raw.count(b"\r\n") == raw.count(b"\r")
    assert b"\0" not in raw
    assert max(len(line) for line in raw.split(b"\r\n")) <= 998
    found = parsed(raw)
    assert _unfolded(found["Subject"]) == _unfolded(subject)
    assert found["To"].addresses[0].addr_spec == "joerg@example.org"
    assert len(found["To"].addresses) == len(found["From"].addresses) == 1
    assert [part.get_content_type() for part in found.iter_parts()] == ["text/plain", "text/html"]
    plain, rich = (part.get_content() for part in found.iter_parts())
    assert _ended(plain) == _ended(text)
    assert _ended(rich) == _ended(html)


@pytest.mark.parametrize("field", ["from_name", "to_name", "subject", "from_address", "to_address", "reply_to"])
@pytest.mark.parametrize("bad", ["\n", "\r", "\r\nBcc: x@example.org", "\0", "\x1b", "\x85", "\u2028", "\ud800"])
def test_nothing_breaks_out_of_a_header(field: str, bad: str) -> None:
    with pytest.raises(Invalid) as error:
        message.serialise(mail(**{field: f"a{bad}b@example.org"}), message_id=ID, date=DATE)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("header", [("X-Good", "a\r\nBcc: x@example.org"), ("X Bad", "a"), ("", "a"), ("X:", "a")])
def test_nothing_breaks_out_of_an_extra_header(header: tuple[str, str]) -> None:
    with pytest.raises(Invalid):
        message.serialise(mail(headers=(header,)), message_id=ID, date=DATE)


@pytest.mark.parametrize(
    "address", ["", "anna", "anna@", "@example.org", "a b@example.org", "a@example.org>", "<a@b.example"]
)
def test_what_is_no_address_makes_no_mail(address: str) -> None:
    with pytest.raises(Invalid):
        message.serialise(mail(to_address=address), message_id=ID, date=DATE)


def test_an_international_domain_is_written_in_ascii_and_an_international_name_in_utf_8() -> None:
    raw = message.serialise(mail(to_address="anna@bücher.example"), message_id=ID, date=DATE)
    assert b"anna@xn--bcher-kva.example" in raw
    raw = message.serialise(mail(to_address="jörg@bücher.example"), message_id=ID, date=DATE)
    assert "jörg@xn--bcher-kva.example".encode() in raw


def test_the_message_id_is_sealed_from_the_delivery_and_opens_again() -> None:
    sealer = Sealer("a secret of the tests, long enough to be one")
    made = message.message_id(sealer, "news.example.de", 4711)
    token, _, domain = made.strip("<>").partition("@")
    assert domain == "news.example.de"
    assert sealer.open("mail", token) == (4711,)
    assert made != message.message_id(sealer, "news.example.de", 4712)


def test_sender_and_subject_are_read_back_from_the_bytes() -> None:
    raw = message.serialise(
        mail(from_name="Müller, Söhne & Co.", subject="Grüße aus Köln " * 9), message_id=ID, date=DATE
    )
    assert message.sender_of(raw) == "post@sommer.example"
    assert message.subject_of(raw).strip() == ("Grüße aus Köln " * 9).strip()


@settings(deadline=None)  # the machines of CI are shared
@given(LINES.filter(bool), st.integers(0, 30))
@example("ä" * 200, 9)
@example("👩‍🚀" * 30, 30)
def test_encoded_words_say_what_was_meant_in_lines_of_76(text: str, taken: int) -> None:
    made = message.encoded_words(text, taken=taken)
    lines = (" " * (taken - 1) + ":" + made if taken else made).split("\r\n")
    assert all(len(line) <= 76 for line in lines)
    assert made.isascii()
    assert str(make_header(decode_header(made.replace("\r\n", "\n")))) == text


def _unfolded(text: str) -> str:
    return " ".join(text.split())


def _ended(text: str) -> str:
    return text.replace("\r\n", "\n").rstrip("\r\n")
