"""Contacts as vCards 4.0 (RFC 6350) or 3.0 (RFC 2426), which address books read everywhere. Pure.

Text is UTF-8, lines are folded at 75 bytes and never in the middle of a letter.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Iterator

from outreach.exports.person import Exported, Kind

VERSIONS = ("4.0", "3.0")
_TYPES = {"work": "work", "home": "home", "mobile": "cell", "fax": "fax"}
_GENDERS = {"frau": "F", "herr": "M", "neutral": "O"}
_WHOLE = re.compile(r"(\d{4})-(\d{2})-(\d{2})")


def write(people: Iterable[Exported], *, version: str = "4.0") -> Iterator[str]:
    """The file, card by card."""
    for person in people:
        yield card(person, version=version)


def card(person: Exported, *, version: str = "4.0") -> str:
    """One card with its line ends."""
    lines = ["BEGIN:VCARD", f"VERSION:{version}", "PRODID:-//Outreach//EN", *_lines(person, version), "END:VCARD"]
    return "".join(fold(line) for line in lines)


def _lines(person: Exported, version: str) -> Iterator[str]:
    yield f"UID:outreach-contact-{person.id}"
    yield f"FN:{escape(person.name or '?')}"
    yield "N:" + ";".join(escape(part) for part in (person.last_name, person.first_name, "", person.title, ""))
    if person.company:
        yield f"ORG:{escape(person.company)}"
    if person.role:
        yield f"TITLE:{escape(person.role)}"
    yield from _reach("EMAIL", person.email, person.more_emails, version)
    yield from _reach("TEL", person.phone, person.more_phones, version)
    if person.street or person.postcode or person.city or person.country:
        parts = ("", "", person.street, person.city, "", person.postcode, person.country)
        yield "ADR;TYPE=work:" + ";".join(escape(part) for part in parts)
    yield from _dates(person, version)
    yield from _rest(person, version)


def _reach(name: str, first: str, more: Iterable[Kind], version: str) -> Iterator[str]:
    if first:
        yield f"{name};{'PREF=1' if version == '4.0' else 'TYPE=pref'}:{escape(first)}"
    for one in more:
        kind = f";TYPE={_TYPES[one.kind]}" if one.kind in _TYPES else ""
        yield f"{name}{kind}:{escape(one.value)}"


def _dates(person: Exported, version: str) -> Iterator[str]:
    if person.birthday:
        yield f"BDAY:{_date(person.birthday, version)}"
    for number, one in enumerate(person.dates, start=1):  # as Apple and Google write dates with a name
        yield f"item{number}.X-ABDATE:{_date(one.date, version)}"
        yield f"item{number}.X-ABLABEL:{escape(one.label)}"


def _rest(person: Exported, version: str) -> Iterator[str]:
    is_new = version == "4.0"
    if person.salutation in _GENDERS:
        yield f"{'GENDER' if is_new else 'X-GENDER'}:{_GENDERS[person.salutation]}"
    if person.language:
        yield f"{'LANG' if is_new else 'X-LANG'}:{person.language}"
    if person.website:
        yield f"URL:{_one_line(person.website)}"
    if person.tags:
        yield "CATEGORIES:" + ",".join(escape(tag) for tag in person.tags)
    if person.note:
        yield f"NOTE:{escape(person.note)}"
    if person.photo:
        yield _photo(person.photo, version)
    if person.updated_at:
        yield f"REV:{person.updated_at:%Y%m%dT%H%M%SZ}"


def _date(date: str, version: str) -> str:
    """4.0 writes 19800503 and --0503, 3.0 1980-05-03 and --05-03."""
    if version == "4.0":
        return re.sub(r"^--(\d{2})-(\d{2})$", r"--\1\2", _WHOLE.sub(r"\1\2\3", date))
    return date


def _photo(photo: bytes, version: str) -> str:
    kind = "PNG" if photo.startswith(b"\x89PNG") else "JPEG"
    content = base64.b64encode(photo).decode("ascii")
    if version == "4.0":
        return f"PHOTO:data:image/{kind.lower()};base64,{content}"
    return f"PHOTO;ENCODING=b;TYPE={kind}:{content}"


def escape(text: str) -> str:
    """Text as a value: backslash, comma, semicolon and line breaks escaped (RFC 6350 3.4)."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text.replace("\\", "\\\\").replace(",", "\\,").replace(";", "\\;").replace("\n", "\\n")


def _one_line(text: str) -> str:
    return re.sub(r"[\x00-\x1f\x7f]", "", text)


def fold(line: str) -> str:
    """The line, folded at 75 bytes (RFC 6350 3.2), with its line end."""
    line = re.sub(r"[\x00-\x08\x0a-\x1f\x7f]", "", line)  # nothing but a tab belongs into a line
    if len(line) <= 75 and line.isascii():
        return line + "\r\n"
    pieces, begin, size = [], 0, 0
    for position, character in enumerate(line):
        width = len(character.encode("utf-8", "replace"))
        if size + width > 75:
            pieces.append(line[begin:position])
            begin, size = position, 1  # the space a continuation begins with
        size += width
    return "\r\n ".join([*pieces, line[begin:]]) + "\r\n"
