"""The bytes of a mail made into headers and parts, within bounds. Never raises: broken mail is what arrives. Pure.

Parsed with the compat32 policy: over a large collection of hard mails it raised nothing, the newer policies did.
"""

from __future__ import annotations

import email
import email.policy
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message

from outreach.mail.classify import decoding

#: what is looked at; reports and texts stand at the beginning, attachments behind them
READ_MOST = 4 * 1024 * 1024
PARTS_MOST = 200
DEPTH_MOST = 10
TEXT_MOST = 200_000
_HEADERS_MOST = 500


@dataclass(frozen=True, slots=True)
class Part:
    """A leaf of the mail, or a mail inside it."""

    kind: str
    message: Message
    #: inside a mail that was sent back or forwarded
    inner: bool

    @property
    def is_attachment(self) -> bool:
        return "attachment" in str(self.message.get("Content-Disposition", "")).lower()[:40]

    def parameter(self, name: str) -> str:
        """A parameter of Content-Type, in lower case."""
        try:
            value = self.message.get_param(name, "")
        except (ValueError, LookupError, TypeError, AttributeError, IndexError):
            return ""
        return str(value[2] if isinstance(value, tuple) else value).strip().lower()

    def text(self) -> str:
        """The text of this part, decoded as well as can be."""
        return decoding.payload_text(self.message, self.parameter("charset"), TEXT_MOST)


class Mail:
    """A mail that was read: headers by name, and its parts in order."""

    def __init__(self, raw: bytes) -> None:
        self.message = _parsed(raw)
        self._headers = decoding.headers(self.message, _HEADERS_MOST)
        self.parts = tuple(_leaves(self.message))
        self.kind = _kind(self.message)
        self.has_headers = bool(self._headers)

    def header(self, name: str) -> str:
        """The first header of this name, decoded; "" when there is none."""
        return next(iter(self._headers.get(name.lower(), ())), "")

    def all_of(self, name: str) -> tuple[str, ...]:
        """All headers of this name."""
        return tuple(self._headers.get(name.lower(), ()))

    def has(self, *names: str) -> bool:
        """Whether one of these headers is there."""
        return any(name.lower() in self._headers for name in names)

    def own(self, *kinds: str) -> Iterator[Part]:
        """The parts of these kinds that belong to the mail itself and are no attachments."""
        return (part for part in self.parts if part.kind in kinds and not part.inner and not part.is_attachment)

    def anywhere(self, *kinds: str) -> Iterator[Part]:
        """The parts of these kinds, however deep."""
        return (part for part in self.parts if part.kind in kinds)

    def is_encrypted(self) -> bool:
        """Whether its words are sealed for somebody's key (RFC 3156, RFC 8551)."""
        return self.kind == "multipart/encrypted" or any(
            part.kind in ("application/pkcs7-mime", "application/x-pkcs7-mime")
            and part.parameter("smime-type") not in ("signed-data", "certs-only", "compressed-data")
            for part in self.parts
            if not part.inner
        )

    def inside(self) -> Iterator[Message]:
        """The mails, or headers of mails, that were sent back inside this one."""
        for part in self.parts:
            if part.kind in _MAILS:
                payload = part.message.get_payload()
                if isinstance(payload, list) and payload and isinstance(payload[0], Message):
                    yield payload[0]
                elif isinstance(payload, str):
                    yield _parsed(payload.encode("utf-8", "surrogateescape"))
            elif part.kind in ("text/rfc822-headers", "message/rfc822-headers", "message/global-headers"):
                yield _parsed(part.text().encode())


def _parsed(raw: bytes) -> Message:
    # An mbox line or empty lines before the headers would make everything a body.
    tamed = _tamed(raw).lstrip(b"\r\n \t").replace(b"\x00", b"")
    if tamed.startswith(b"\xef\xbb\xbf"):
        tamed = tamed[3:]
    try:
        return email.message_from_bytes(tamed, policy=email.policy.compat32)
    except (RecursionError, ValueError, LookupError, TypeError, AttributeError, AssertionError):
        plain = Message()
        plain.set_payload(tamed.partition(b"\n\n")[2][:TEXT_MOST].decode("utf-8", "replace"))
        return plain


_MULTIPART = re.compile(rb"boundary\s{0,9}=|message/rfc822", re.IGNORECASE)


def _tamed(raw: bytes) -> bytes:
    """As much as is looked at. The parser's time grows with lines times depth, so what nests on and on is cut."""
    raw = raw[:READ_MOST]
    for number, found in enumerate(_MULTIPART.finditer(raw)):
        if number == PARTS_MOST:
            return raw[: found.start()]
    return raw


def _leaves(message: Message) -> Iterator[Part]:
    waiting: list[tuple[Message, int, bool]] = [(message, 0, False)]
    given = 0
    while waiting and given < PARTS_MOST:
        one, depth, inner = waiting.pop()
        kind = _kind(one)
        payload = one.get_payload() if one.is_multipart() else None
        is_report = kind.startswith("message/") and kind not in _MAILS  # fields, which the parser takes for a mail
        if kind in _MAILS or is_report or not isinstance(payload, list):
            given += 1
            yield Part(kind, one, inner)
        if isinstance(payload, list) and depth < DEPTH_MOST and not is_report:
            deeper = inner or kind in _MAILS
            waiting.extend(
                (sub, depth + 1, deeper) for sub in reversed(payload[:PARTS_MOST]) if isinstance(sub, Message)
            )


_MAILS = ("message/rfc822", "message/global")


def _kind(message: Message) -> str:
    try:
        return message.get_content_type()
    except (ValueError, LookupError, TypeError, AttributeError):
        return "text/plain"
