"""Cards out of a stream of vCards: unfolded, decoded, each with the line it begins on (RFC 6350 3, RFC 2426, vCard 2.1).

Pure. At most one card is in memory. The library for vCards reads a whole file before it says where it is broken and
knows neither truncated dates nor data addresses of version 4, so the lines are taken apart here.
"""

from __future__ import annotations

import codecs
import io
import quopri
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from outreach.errors import N_
from outreach.imports.read import Broken

#: a photo of 2 MB is 2.7 MB of base64
CARD_MOST = 6 * 1024 * 1024
_LINE_MOST = 4 * 1024 * 1024
_ENCODINGS = frozenset(["QUOTED-PRINTABLE", "BASE64", "B", "7BIT", "8BIT"])
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_NAME = re.compile(r"(?:([A-Za-z0-9-]+)\.)?([A-Za-z][A-Za-z0-9_-]*)")


@dataclass(frozen=True)
class Property:
    """One content line: EMAIL;TYPE=work:a@b.example."""

    name: str
    params: dict[str, tuple[str, ...]]
    #: decoded, escapes as they stand
    value: str
    #: item1 in item1.X-ABDATE: what belongs together
    group: str = ""

    def types(self) -> frozenset[str]:
        """TYPE values in small letters."""
        return frozenset(word.casefold() for word in self.params.get("TYPE", ()))

    def text(self) -> str:
        """The value as one text."""
        return unescaped(self.value).strip()

    def parts(self) -> list[list[str]]:
        """The value of N, ADR or ORG: components between semicolons, each a list."""
        return [[unescaped(one).strip() for one in split(part, ",")] for part in split(self.value, ";")]


@dataclass(frozen=True)
class Card:
    """Everything between BEGIN:VCARD and END:VCARD, and the line of the BEGIN."""

    line: int
    properties: tuple[Property, ...]

    def all(self, name: str) -> list[Property]:
        """Properties of this name that hold something, the preferred one first (PREF of 4.0, TYPE=pref before)."""
        found = [one for one in self.properties if one.name == name and one.value.strip()]
        return sorted(found, key=_preference)

    def first(self, name: str) -> Property | None:
        """The preferred one."""
        return next(iter(self.all(name)), None)


def cards(stream: BinaryIO) -> Iterator[Card | Broken]:
    """Every card; one that cannot be read comes as Broken and costs only itself."""
    begun, size, kept = 0, 0, list[tuple[int, bytes]]()
    stray = False
    for number, raw in _raw_lines(stream):
        word = raw.strip().upper() if len(raw) < 100 else b""
        if word == b"BEGIN:VCARD":
            if begun:
                yield Broken(begun, N_("The card has no END:VCARD."), _shown(kept))
            begun, size, kept, stray = number, 0, [], False
        elif word == b"END:VCARD" and begun:
            yield _card(begun, kept) if size <= CARD_MOST else _too_large(begun, kept)
            begun = 0
        elif begun:
            size += len(raw)
            if size <= CARD_MOST:
                kept.append((number, raw))
        elif raw.strip() and not stray:
            stray = True
            yield Broken(number, N_("This line belongs to no card."), _shown([(number, raw)]))
    if begun:
        yield Broken(begun, N_("The card has no END:VCARD."), _shown(kept))


def split(value: str, at: str) -> list[str]:
    """The value in pieces at a separator nobody escaped."""
    pieces, begin, position = [], 0, 0
    while position < len(value):
        if value[position] == "\\":
            position += 1
        elif value[position] == at:
            pieces.append(value[begin:position])
            begin = position + 1
        position += 1
    return [*pieces, value[begin:]]


def unescaped(value: str) -> str:
    r"""\n, \, \; and \\ as what they mean; other backslashes stay (Windows paths in old cards)."""
    if "\\" not in value:
        return value
    return _ESCAPED.sub(lambda m: "\n" if m[1] in "nN" else m[1] if m[1] in ",;:\\" else m[0], value)


def _raw_lines(stream: BinaryIO) -> Iterator[tuple[int, bytes]]:
    mark = stream.read(3)
    stream.seek(0)
    if mark.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        text = io.TextIOWrapper(stream, encoding="utf-16", errors="replace")
        for number, line in enumerate(iter(lambda: text.readline(_LINE_MOST), ""), start=1):
            yield number, line.encode()
        text.detach()
        return
    if mark == codecs.BOM_UTF8:
        stream.seek(3)
    number = 0
    while raw := stream.readline(_LINE_MOST):
        number += 1
        for piece in raw.split(b"\r") if b"\r" in raw.rstrip(b"\r\n") else (raw,):  # files of old Macs
            yield number, piece.rstrip(b"\r\n")


def _card(begun: int, kept: list[tuple[int, bytes]]) -> Card | Broken:
    properties = []
    for number, logical in _logical(kept):
        found = _property(logical)
        if found is None:
            return Broken(number, N_("The line is no property of a card."), _shown([(number, logical)]))
        properties.append(found)
    return Card(begun, tuple(properties))


def _logical(kept: list[tuple[int, bytes]]) -> Iterator[tuple[int, bytes]]:
    """Lines put together again before they are decoded: a fold may stand in the middle of a letter."""
    number, pieces = 0, list[bytes]()
    joins = is_base64 = False
    for at, raw in kept:
        if joins:  # a soft line break of quoted-printable
            pieces[-1] = pieces[-1][:-1]
            pieces.append(raw.lstrip(b" \t") if raw[:1] in b" \t" else raw)
        elif raw[:1] in (b" ", b"\t"):
            pieces.append(raw[1:] if not is_base64 else raw.strip())
        elif pieces and is_base64 and raw and b":" not in raw:
            pieces.append(raw.strip())
        elif raw.strip():
            if pieces:
                yield number, b"".join(pieces)
            number, pieces = at, [raw]
            head = raw[:200].upper()
            is_base64 = b"BASE64" in head or b"ENCODING=B" in head
        joins = bool(pieces) and raw.endswith(b"=") and b"QUOTED-PRINTABLE" in pieces[0][:200].upper()
    if pieces:
        yield number, b"".join(pieces)


def _property(logical: bytes) -> Property | None:
    text = logical.decode("utf-8", "surrogateescape")
    head, colon, value = _cut(text)
    if not colon:
        return None
    words = _quoted_split(head, ";")
    name = _NAME.fullmatch(words[0].strip())
    if not name:
        return None
    params = _params(words[1:])
    group, own = name.groups()
    return Property(own.upper().replace("_", "-"), params, _decoded(value, params), (group or "").casefold())


def _cut(text: str) -> tuple[str, str, str]:
    quoted = False
    for position, character in enumerate(text[:10_000]):
        if character == '"':
            quoted = not quoted
        elif character == ":" and not quoted:
            return text[:position], ":", text[position + 1 :]
    return text.partition(":")


def _params(words: list[str]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for word in words:
        name, equals, value = word.partition("=")
        name = name.strip().upper()
        if not equals:  # version 2.1: TEL;WORK;VOICE
            name, value = ("ENCODING" if name in _ENCODINGS else "TYPE"), word.strip()
        values = [_plain(one) for one in _quoted_split(value, ",")]
        # Version 4 writes TYPE="voice,home".
        values = [part for one in values for part in one.split(",")] if name == "TYPE" else values
        found[name] = (*found.get(name, ()), *(one.strip() for one in values if one.strip()))
    return found


def _plain(value: str) -> str:
    value = value.strip().removeprefix('"').removesuffix('"')
    return value.replace("^n", "\n").replace("^'", '"').replace("^^", "^") if "^" in value else value  # RFC 6868


def _quoted_split(text: str, at: str) -> list[str]:
    if '"' not in text:
        return text.split(at)
    pieces, current, quoted = [], list[str](), False
    for character in text:
        if character == at and not quoted:
            pieces.append("".join(current))
            current = []
            continue
        quoted ^= character == '"'
        current.append(character)
    return [*pieces, "".join(current)]


def _decoded(value: str, params: dict[str, tuple[str, ...]]) -> str:
    encoding = {word.upper() for word in params.get("ENCODING", ())}
    charset = next(iter(params.get("CHARSET", ())), "")
    if "QUOTED-PRINTABLE" not in encoding and not charset and not _SURROGATE.search(value):
        return value
    raw = value.encode("utf-8", "surrogateescape")
    if "QUOTED-PRINTABLE" in encoding:
        raw = quopri.decodestring(raw).replace(b"\r\n", b"\n")
    for codec in (charset or "utf-8", "utf-8", "cp1252"):
        try:
            return raw.decode(codec)
        except (LookupError, UnicodeDecodeError):
            continue
    return raw.decode("latin-1")


_SURROGATE = re.compile("[\udc80-\udcff]")


def _preference(one: Property) -> int:
    pref = next(iter(one.params.get("PREF", ())), "")
    return int(pref) if pref.isdecimal() and len(pref) < 4 else 1 if "pref" in one.types() else 1000


def _too_large(begun: int, kept: list[tuple[int, bytes]]) -> Broken:
    return Broken(begun, N_("The card is larger than 6 MB."), _shown(kept))


def _shown(kept: list[tuple[int, bytes]]) -> str:
    named = [raw for _, raw in kept[:20] if raw[:3].upper() in (b"FN:", b"FN;")] or [raw for _, raw in kept[:1]]
    text = b"".join(named)[:300].decode("utf-8", "replace")
    return "".join(character if character.isprintable() else " " for character in text).strip()
