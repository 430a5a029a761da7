"""The bytes of a feed become text. Declarations of encodings are often wrong; valid UTF-8 never is by accident."""

from __future__ import annotations

import codecs
import re

_BOMS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
#: "<?" or "<x" without a byte order mark
_SHAPES = (
    (b"<\x00\x00\x00", "utf-32-le"),
    (b"\x00\x00\x00<", "utf-32-be"),
    (b"<\x00", "utf-16-le"),
    (b"\x00<", "utf-16-be"),
)
_DECLARED = re.compile(rb"""^\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._:-]{1,40})["']""")
_IN_HTML = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?([A-Za-z0-9._:-]{1,40})""", re.IGNORECASE)
_CHARSET = re.compile(r"""charset\s*=\s*["']?([A-Za-z0-9._:-]{1,40})""", re.IGNORECASE)
#: what says Latin-1 means windows-1252, as every browser reads it
_ALIASES = {"iso8859-1": "cp1252", "latin-1": "cp1252", "ascii": "cp1252", "gb2312": "gb18030", "iso8859-9": "cp1254"}
#: codecs that are no encodings of documents, or dangerous ones
_NEVER = frozenset(("utf-7", "idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined", "mbcs", "oem"))
#: characters XML cannot hold; NULs and their like get into feeds from databases
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_REFERENCE = re.compile(r"&#(x[0-9a-fA-F]{1,12}|[0-9]{1,12})(?![0-9a-fA-F]);?")
_DECLARATION = re.compile(r"^\s*<\?xml[^>]{0,300}\?>")


def decoded(body: bytes, content_type: str) -> str:
    """The text of a document, without a byte order mark, an XML declaration and characters XML cannot hold.

    In this order: byte order mark, UTF-8 when it is valid, the charset of the answer, the declaration in the document;
    what none of them can read is UTF-8 with single bytes of windows-1252 in it.
    """
    text = _NOT_XML.sub("", _text(body, content_type))
    if "&#" in text:
        text = _REFERENCE.sub(_allowed, text)
    return _DECLARATION.sub("", text.lstrip("\ufeff"), count=1).lstrip()


def _allowed(reference: re.Match[str]) -> str:
    """A numeric reference, unless XML has no such character (and feedparser does not survive it)."""
    digits = reference[1].lower()
    number = int(digits[1:], 16) if digits.startswith("x") else int(digits)
    is_allowed = (
        number in (9, 10, 13) or 32 <= number < 0xD800 or 0xE000 <= number < 0xFFFE or 0x10000 <= number < 0x110000
    )
    return reference[0] if is_allowed else ""


def _text(body: bytes, content_type: str) -> str:
    for mark, name in _BOMS:
        if body.startswith(mark):
            return body[len(mark) :].decode(name, errors="replace")
    for shape, name in _SHAPES:
        if body.startswith(shape):
            return body.decode(name, errors="replace")
    named = _named(body, content_type)
    if not _may_be_stateful(named):
        try:
            return body.decode("utf-8")
        except UnicodeDecodeError:
            pass
    for name in named:
        try:
            return body.decode(name)
        except (UnicodeError, ValueError):
            continue
    return body.decode("utf-8", errors="outreach-mixed")


def _may_be_stateful(named: list[str]) -> bool:
    """Encodings whose bytes are all ASCII and so valid UTF-8 by accident (ISO-2022-JP, HZ)."""
    return any(name.startswith(("iso2022", "hz")) for name in named)


def _named(body: bytes, content_type: str) -> list[str]:
    head = body[:2048]
    in_header, in_document = _CHARSET.search(content_type), _DECLARED.search(head) or _IN_HTML.search(head)
    given = [in_header[1] if in_header else "", in_document[1].decode("ascii") if in_document else ""]
    return [name for name in map(_codec, given) if name]


def _codec(name: str) -> str:
    """Python's name of an encoding for documents, UTF-8 left out because it has been tried; empty when it is none."""
    try:
        found = codecs.lookup(name)
    except (LookupError, ValueError):
        return ""
    if not found._is_text_encoding or found.name in _NEVER or found.name.startswith(("utf-", "cp65001")):
        return ""
    return _ALIASES.get(found.name, found.name)


def _mixed(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    wrong = error.object[error.start : error.end]
    return "".join(bytes((byte,)).decode("cp1252", errors="replace") for byte in wrong), error.end


codecs.register_error("outreach-mixed", _mixed)
