"""The finished message: from a plain value to the bytes that go out. Knows no templates and no server.

The bytes have CRLF lines of at most 998, text before HTML, and nothing outside ASCII, except where an address itself
needs UTF-8 (RFC 6531), which the transport checks against what the server can do.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from email import policy
from email.headerregistry import Address
from email.message import EmailMessage
from email.parser import BytesHeaderParser
from email.utils import format_datetime
from functools import lru_cache

from outreach.errors import N_, Invalid
from outreach.tokens import Sealer

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_SURROGATE = re.compile(r"[\ud800-\udfff]")


@dataclass(frozen=True)
class Mail:
    """One mail to one person, before it becomes bytes."""

    from_name: str
    from_address: str
    reply_to: str
    to_name: str
    to_address: str
    subject: str
    text: str
    html: str | None
    headers: tuple[tuple[str, str], ...] = ()


def serialise(mail: Mail, *, message_id: str, date: datetime) -> bytes:
    """The bytes of the mail; raises Invalid when anything that goes into a header could break out of it."""
    message = EmailMessage(policy=_policy(mail))
    message["From"] = _mailbox(mail.from_name, mail.from_address, field="from")
    message["To"] = _mailbox(mail.to_name, mail.to_address, field="to")
    if mail.reply_to:
        message["Reply-To"] = _mailbox("", mail.reply_to, field="reply_to")
    message["Subject"] = checked(mail.subject, field="subject")
    message["Date"] = format_datetime(date)
    message["Message-ID"] = checked(message_id, field="message_id")
    for name, value in mail.headers:
        if not re.fullmatch(r"[!-9;-~]+", name):
            raise Invalid(N_("“%(name)s” cannot be the name of a header."), field="headers", name=name[:100])
        message[name] = checked(value, field="headers")
    message.set_content(_clean(mail.text), cte="quoted-printable")
    if mail.html is not None:
        message.add_alternative(_clean(mail.html), subtype="html", cte="quoted-printable")
    return message.as_bytes()


def checked(value: str, *, field: str) -> str:
    """The value, fit to stand in a header; raises Invalid for line breaks, NUL and other control characters."""
    if _CONTROL.search(value) or _SURROGATE.search(value):
        raise Invalid(
            N_("“%(value)s” contains a line break or another control character."),
            field=field,
            value=_CONTROL.sub("␤", _SURROGATE.sub("�", value))[:100],
        )
    return value


def message_id(sealer: Sealer, domain: str, delivery_id: int) -> str:
    """The Message-ID of a delivery: sealed from its number, so it is known before sending and nobody guesses another."""
    return f"<{sealer.seal('mail', delivery_id)}@{domain}>"


def return_path(mail: Mail) -> str:
    """Where servers send what they could not deliver: the sender's own address."""
    return mail.from_address


def sender_of(raw: bytes) -> str:
    """The address in the From header of a message we serialised."""
    header = BytesHeaderParser(policy=policy.SMTPUTF8).parsebytes(raw)["From"]
    return str(header.addresses[0].addr_spec)


def subject_of(raw: bytes) -> str:
    """The decoded subject of a message we serialised."""
    return str(BytesHeaderParser(policy=policy.default).parsebytes(raw)["Subject"] or "")


def encoded_words(text: str, *, taken: int) -> str:
    """The text as encoded words of RFC 2047, folded so that no line is longer than 76 characters.

    `taken` is what stands before it on its first line. Twenty times as fast as email.header, which counts every letter
    of what it has for every letter it adds.
    """
    words, room = [""], 76 - taken - _AROUND
    word: list[str] = []
    for char in text:
        piece = _q(char)
        if len(piece) > room:
            words.append("".join(word))
            word, room = [], 75 - _AROUND
        word.append(piece)
        room -= len(piece)
    words.append("".join(word))
    return "\r\n ".join(f"=?utf-8?q?{one}?=" for one in words[1:])


_AROUND = len("=?utf-8?q??=")


@lru_cache(maxsize=4096)
def _q(char: str) -> str:
    """One character in the Q encoding, by the strictest of its rules (RFC 2047 5 (3)), so that it may stand anywhere."""
    if char == " ":
        return "_"
    if char.isascii() and (char.isalnum() or char in "!*+-/"):
        return char
    return "".join(f"={byte:02X}" for byte in char.encode())


def _policy(mail: Mail) -> policy.EmailPolicy[EmailMessage]:
    utf8 = not all(a.rpartition("@")[0].isascii() for a in (mail.from_address, mail.to_address, mail.reply_to))
    # 78 is what RFC 5322 asks for; the library folds what it can and encodes the rest.
    return policy.EmailPolicy(linesep="\r\n", max_line_length=78, utf8=utf8, cte_type="7bit", raise_on_defect=False)


def _mailbox(name: str, address: str, *, field: str) -> Address:
    local, at, domain = checked(address, field=field).rpartition("@")
    if not at or not local or not domain or re.search(r"[\s<>]", address):
        raise Invalid(N_("“%(address)s” is not a mail address."), field=field, address=address[:100])
    return Address(display_name=checked(name, field=field), username=local, domain=ascii_domain(domain))


def ascii_domain(domain: str) -> str:
    """The domain as it goes over the wire (RFC 5891): bücher.example becomes xn--bcher-kva.example."""
    if domain.isascii():
        return domain
    import idna  # only here: its tables are large

    try:
        return idna.encode(domain, uts46=True).decode()
    except idna.IDNAError:
        raise Invalid(N_("“%(domain)s” is not a domain name."), field="to", domain=domain[:100]) from None


def _clean(text: str) -> str:
    """Text without what no mail may carry: NUL, and halves of characters that cannot be encoded."""
    return _SURROGATE.sub("�", text.replace("\0", ""))
