"""The finished mail of a draft, as it goes out, and the fingerprint an approval is bound to. Pure.

text of the draft · signature · notice of § 7 (3) UWG where it is needed · imprint where the legal form asks for it
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from jinja2.utils import urlize

from outreach.mail.message import Attached, Mail, is_id
from outreach.mailboxes.store import From

#: § 7 (3) no. 4 UWG: clearly and unmistakably, each time the address is used
NOTICE: Mapping[str, str] = {
    "de_sie": "Sie bekommen diese Nachricht, weil Sie bei mir gekauft haben. Sie können der Verwendung Ihrer Adresse dafür "
    "jederzeit widersprechen; eine kurze Antwort genügt und kostet nichts als die Übermittlung nach den Basistarifen.",
    "de_du": "Du bekommst diese Nachricht, weil du bei mir gekauft hast. Du kannst der Verwendung deiner Adresse dafür "
    "jederzeit widersprechen; eine kurze Antwort genügt und kostet nichts als die Übermittlung nach den Basistarifen.",
    "en": "You receive this message because you bought from me. You can object to this use of your address at any time; "
    "a short reply is enough and costs nothing beyond the basic rates of transmission.",
}


#: the typeface people write in; size and colours are left to the reader
_FACE = "font-family: Calibri, 'Segoe UI', 'Helvetica Neue', Arial, sans-serif"


@dataclass(frozen=True)
class File:
    """An attachment by its name and its content's SHA-256."""

    filename: str
    media_type: str
    size: int
    sha256: bytes


@dataclass(frozen=True)
class Parcel:
    """Everything that leaves the house with one letter, but the content of its files."""

    sender_id: int
    from_name: str
    from_address: str
    reply_to: str
    to_name: str
    to_address: str
    subject: str
    #: as the person reads it: the letter and all that is added
    body: str
    purpose: str
    #: the language of the letter when the body goes out as HTML too; empty: plain text alone
    html: str = ""
    files: tuple[File, ...] = ()
    in_reply_to: str = ""
    references: tuple[str, ...] = ()


def added(sender: From, *, form: str, needs_notice: bool) -> str:
    """What is put below the letter: signature, notice, imprint; empty when there is nothing."""
    # A letter without a name below it is none; an address is no name.
    parts = [sender.signature.strip() or ("" if "@" in sender.name else sender.name)]
    if needs_notice:
        parts.append(NOTICE[form])
    if sender.imprint:
        parts.append("\n".join(("-- ", *sender.imprint)))
    return "\n\n".join(part for part in parts if part.strip())


def body(text: str, below: str) -> str:
    """The whole text: what is added follows the closing without a gap when it begins with the signature."""
    letter = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    return f"{letter}\n{below}\n" if below and not below.startswith("-- ") else f"{letter}\n\n{below}".rstrip() + "\n"


def pack(
    sender: From,
    *,
    to_name: str,
    to_address: str,
    subject: str,
    text: str,
    form: str,
    needs_notice: bool,
    purpose: str,
    files: Sequence[File] = (),
    in_reply_to: str = "",
    references: Sequence[str] = (),
) -> Parcel:
    """The mail of this letter, not yet bytes."""
    return Parcel(
        sender_id=sender.sender_id,
        from_name=sender.name,
        from_address=sender.address,
        reply_to=sender.reply_to,
        to_name=to_name,
        to_address=to_address,
        subject=" ".join(subject.split()),
        body=body(text, added(sender, form=form, needs_notice=needs_notice)),
        purpose=purpose,
        html=form[:2] if sender.writes_html else "",
        files=tuple(files),
        # Others' numbers, perhaps cut short in a long conversation: what is none would keep the letter from ever going.
        in_reply_to=in_reply_to if is_id(in_reply_to) else "",
        references=tuple(one for one in references if is_id(one)),
    )


def fingerprint(parcel: Parcel, *, send_at: datetime | None) -> str:
    """What one approval is for: another sender, recipient, word, file or time gives another one."""
    told = [
        parcel.sender_id, parcel.from_name, parcel.from_address, parcel.reply_to, parcel.to_name, parcel.to_address,
        parcel.subject, parcel.body, parcel.purpose, parcel.in_reply_to, list(parcel.references),
        [(one.filename, one.media_type, one.sha256.hex()) for one in parcel.files],
        send_at.isoformat() if send_at is not None else "", parcel.html,
    ]  # fmt: skip
    return hashlib.sha256(json.dumps(told, ensure_ascii=False).encode()).hexdigest()


def simple_html(body: str, language: str) -> str:
    """The same words as a mail program sends them: paragraphs and lines; an address becomes a link to just itself."""
    paragraphs = ("<br>\n".join(map(urlize, one.splitlines())) for one in re.split(r"\n{2,}", body.strip("\n")))
    inside = "".join(f"<p>{one}</p>\n" for one in paragraphs)
    return (
        f'<!DOCTYPE html>\n<html lang="{language}"><head><meta charset="utf-8"></head>\n'
        f'<body style="{_FACE}">\n{inside}</body></html>\n'
    )


def as_mail(parcel: Parcel, files: Sequence[Attached]) -> Mail:
    """The mail as a value: plain text, perhaps as HTML too, and nothing a bulk mailer would add."""
    return Mail(
        from_name=parcel.from_name,
        from_address=parcel.from_address,
        reply_to=parcel.reply_to,
        to_name=parcel.to_name,
        to_address=parcel.to_address,
        subject=parcel.subject,
        text=parcel.body,
        html=simple_html(parcel.body, parcel.html) if parcel.html else None,
        in_reply_to=parcel.in_reply_to,
        references=parcel.references,
        attachments=tuple(files),
    )
