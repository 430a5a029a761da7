"""Words out of bytes: headers (RFC 2047, and raw eight-bit ones), bodies in any charset, addresses. Never raises. Pure."""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from email.utils import parsedate_to_datetime

#: longer values are no headers anybody wrote
_VALUE_MOST = 8_000
ADDRESS = re.compile(r"[^\s<>()\[\]\"',;:@\\=|]{1,64}@[^\s<>()\[\]\"',;:@\\=|*]{1,250}")
MESSAGE_ID = re.compile(r"<([^\s<>]{1,400})>")
_ENCODED = re.compile(r"=\?")
_SPACE = re.compile(r"\s+")


def headers(message: Message, most: int) -> Mapping[str, tuple[str, ...]]:
    """All headers, decoded, by lower-case name."""
    found: dict[str, list[str]] = {}
    for name, value in list(message.raw_items())[:most]:
        found.setdefault(name.lower(), []).append(words(str(value)))
    return {name: tuple(values) for name, values in found.items()}


def words(value: str) -> str:
    """A header's value as a person reads it, on one line."""
    value = _unescaped(value[:_VALUE_MOST])
    if _ENCODED.search(value):
        # Only one blank may stand between two encoded words, or they do not join (RFC 2047 6.2).
        with suppress(HeaderParseError, ValueError, binascii.Error):
            value = "".join(_charset(text, charset) for text, charset in decode_header(_SPACE.sub(" ", value)))
    return _whole(_SPACE.sub(" ", value)).strip()


def payload_text(message: Message, charset: str, most: int) -> str:
    """The decoded text of a part, at most so many characters."""
    try:
        payload = message.get_payload(decode=True)
    except (ValueError, LookupError, TypeError, AttributeError, binascii.Error, AssertionError):
        payload = None
    if not isinstance(payload, bytes):
        inner = message.get_payload()
        if isinstance(inner, list):  # message/delivery-status is read into groups of headers
            return "\n\n".join(_shown(one) for one in inner[:500] if isinstance(one, Message))[:most]
        payload = str(inner or "").encode("utf-8", "surrogateescape")
    return _whole(_charset(payload[: most * 4], charset))[:most]


def addresses(values: Iterable[str]) -> tuple[str, ...]:
    """The mail addresses in these headers, in lower case, each once."""
    return tuple(dict.fromkeys(clean(one) for value in values for one in ADDRESS.findall(value)))


def clean(address: str) -> str:
    """An address as it is compared."""
    return address.strip(" .'\"<>`´").lower()


def name_and_address(value: str) -> tuple[str, str]:
    """("Anna Berg", "anna@example.de") out of a From header."""
    angled = re.search(r"<\s{0,9}([^<>\s]{1,300}@[^<>\s]{1,250})\s{0,9}>", value)
    if angled:
        return value[: angled.start()].strip(" \"'"), clean(angled[1])
    found = ADDRESS.search(value)
    if found is None:
        return value.strip(" \"'<>"), ""
    comment = re.search(r"\(([^()]{1,200})\)", value)
    return (comment[1] if comment else ""), clean(found[0])


def message_ids(value: str) -> tuple[str, ...]:
    """The Message-IDs in a header, without the angle brackets."""
    found = MESSAGE_ID.findall(value)
    if not found and "@" in value:
        found = [one for one in value.split() if "@" in one][:50]
    return tuple(dict.fromkeys(found))


def moment(value: str) -> datetime | None:
    """The moment of a Date header; None when it cannot be one."""
    try:
        found = parsedate_to_datetime(value[:200])
        found = found if found.tzinfo else found.replace(tzinfo=UTC)
        # Far years cannot be turned into another zone.
        return found if 1980 <= found.year <= 2200 else None
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _shown(group: Message) -> str:
    fields = "\n".join(f"{name}: {value}" for name, value in list(group.raw_items())[:100])
    rest = group.get_payload()
    return f"{fields}\n\n{rest}" if isinstance(rest, str) and rest.strip() else fields


def _unescaped(value: str) -> str:
    # The parser keeps raw eight-bit bytes as lone surrogates.
    raw = value.encode("utf-8", "surrogateescape") if value.isprintable() is False else None
    return value if raw is None else _charset(raw, "utf-8")


def _whole(text: str) -> str:
    # UTF-7 and its like may leave half letters, which nobody can store or print.
    return text.replace("\x00", "").encode("utf-8", "replace").decode()


def _charset(text: bytes | str, charset: str | None) -> str:
    if isinstance(text, str):
        return text
    named = (charset or "utf-8").lower()
    for one in (_ALIASES.get(named, named), "utf-8", "cp1252"):
        if one in _SLOW:
            continue
        try:
            return text.decode(one)
        except UnicodeDecodeError as error:
            if one == "utf-8" and error.start > len(text) - 4:  # cut in the middle of a letter
                return text[: error.start].decode("utf-8")
        except (LookupError, ValueError):
            continue
    return text.decode("latin-1")


#: names mail programs invent; iso-8859-1 is in truth always the Windows table that contains it
_ALIASES = {
    "iso-8859-1": "cp1252", "latin1": "cp1252", "us-ascii": "utf-8", "ascii": "utf-8", "unicode-1-1-utf-7": "utf-7",
    "x-unknown": "utf-8", "unknown-8bit": "utf-8", "utf8mb4": "utf-8", "utf-8;": "utf-8", "ansi": "cp1252",
}  # fmt: skip
#: codecs no mail is written in, whose time grows with the square of the text
_SLOW = ("punycode", "idna")
