"""A newsletter compiled once is the same mail as one built by hand for each person."""

import email
import email.policy
from datetime import UTC, datetime
from email.message import EmailMessage

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaigns.personalise import Compiled, Content, Identity, Measuring, Recipient
from outreach.tokens import Sealer

NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
SEALER = Sealer("key")
IDENTITY = Identity(
    campaign_id=4,
    from_name="Büro Weiß",
    from_address="post@buero-weiss.de",
    reply_to="antwort@buero-weiss.de",
    list_key="news",
    list_name="Neues, „frisch“",
    base_url="https://news.example.de",
    mail_domain="news.example.de",
)
CONTENT = Content(
    subject="Neues für {{ contact.name }}",
    html="<p>{{ contact.name }}</p><a href=\"{{ link[0] }}\">x</a>{% if pixel_url %}<img src=\"{{ pixel_url }}\">{% endif %}",
    text="{{ contact.name }}\n.\nFrom hier\n{{ link[0] }}\n", links=((9, "https://ziel.de/?a=1&b=2"),),
)  # fmt: skip
COMPILED = Compiled(CONTENT, IDENTITY, SEALER)


def recipient(name: str = "Zoë Öztürk", measuring: Measuring = "none", address: str = "zoe@example.de") -> Recipient:
    return Recipient(
        delivery_id=70,
        contact_id=7,
        address=address,
        name=name,
        measuring=measuring,
        values={"contact": {"name": name}},
    )


def parsed(raw: bytes) -> EmailMessage:
    message = email.message_from_bytes(raw, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return message


_NAMES = (
    st.text(
        st.characters(blacklist_categories=["Cs", "Cc", "Zl", "Zp"], blacklist_characters="\x85"),
        min_size=1,
        max_size=80,
    )
    .map(lambda name: " ".join(name.split()))
    .filter(bool)
)


@settings(max_examples=150, deadline=None)
@given(_NAMES)
def test_the_compiled_mail_says_what_an_email_message_says(name: str) -> None:
    ours = parsed(COMPILED.message(recipient(name), date=NOW))
    theirs = EmailMessage()
    theirs["Subject"] = f"Neues für {name}"
    subject, html, text = COMPILED.texts(recipient(name))
    theirs.set_content(text)
    theirs.add_alternative(html, subtype="html")
    theirs = parsed(theirs.as_bytes(policy=email.policy.SMTP))
    assert str(ours["Subject"]) == str(theirs["Subject"]) == subject
    for ours_part, theirs_part in zip(ours.iter_parts(), theirs.iter_parts(), strict=True):
        assert ours_part.get_content_type() == theirs_part.get_content_type()
        assert ours_part.get_content().split() == theirs_part.get_content().split()
    assert not ours.defects


def test_the_headers_are_those_large_receivers_ask_for() -> None:
    mail = parsed(COMPILED.message(recipient(), date=NOW))
    assert str(mail["From"]) == "Büro Weiß <post@buero-weiss.de>"
    assert str(mail["To"]) == "Zoë Öztürk <zoe@example.de>"
    assert str(mail["Reply-To"]) == "antwort@buero-weiss.de"
    assert mail["Date"].datetime == NOW
    assert mail["Message-ID"] == f"<{SEALER.seal('mail', 70)}@news.example.de>"
    assert mail["List-Unsubscribe"] == f"<https://news.example.de/u/{SEALER.seal('unsubscribe', 70)}>"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert str(mail["List-Id"]).endswith("<news.news.example.de>")
    assert mail["Precedence"] is None
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]


def test_no_line_is_long_and_every_byte_is_ascii() -> None:
    raw = COMPILED.message(recipient("Ä" * 300), date=NOW)
    assert raw.isascii()
    assert max(len(line) for line in raw.split(b"\r\n")) <= 998
    assert b"\n" not in raw.replace(b"\r\n", b"")


@pytest.mark.parametrize(
    "name", ["Eve\r\nBcc: all@example.de", "Eve\nX: y", "Eve\x00", "Eve\u2028Bcc: a@b.de", "Eve\x85X: y"]
)
def test_no_name_breaks_out_of_its_header(name: str) -> None:
    mail = parsed(COMPILED.message(recipient(name), date=NOW))
    assert mail["Bcc"] is None
    assert mail["X"] is None
    assert len(mail.get_all("To", [])) == 1
    assert [str(address.addr_spec) for address in mail["To"].addresses] == ["zoe@example.de"]


def test_only_who_agreed_is_measured_in_person() -> None:
    def html(measuring: Measuring) -> str:
        return COMPILED.texts(recipient(measuring=measuring))[1]

    assert "https://ziel.de/?a=1&amp;b=2" in html("none")
    assert "<img" not in html("none")
    assert f"/c/{SEALER.seal('click', 70, 9)}" in html("person")
    assert f"/o/{SEALER.seal('open', 70)}" in html("person")
    assert f"/c/{SEALER.seal('click-anonymous', 4, 9)}" in html("anonymous")
    assert SEALER.seal("open", 70) not in html("anonymous")


def test_an_international_domain_is_written_in_ascii() -> None:
    raw = COMPILED.message(recipient(address="kontakt@müller.de"), date=NOW)
    assert b"<kontakt@xn--mller-kva.de>" in raw
