"""Photos in files: JPEG and PNG that stand in the file itself, up to 2 MB. Pure; nothing is fetched."""

from __future__ import annotations

import base64
import binascii
import re

BYTES_MOST = 2 * 1024 * 1024
_STARTS = ((b"\xff\xd8\xff", "image/jpeg"), (b"\x89PNG\r\n\x1a\n", "image/png"))
_DATA = re.compile(r"data:[^,;]*(?:;[^,;]*)*;base64,(.*)", re.DOTALL | re.IGNORECASE)


def media_type(content: bytes) -> str:
    """image/jpeg or image/png by its first bytes; empty for everything else."""
    return next((kind for start, kind in _STARTS if content.startswith(start)), "")


def as_data(content: bytes) -> str:
    """The picture as a data address, as it stands in a cell."""
    return f"data:{media_type(content)};base64,{base64.b64encode(content).decode('ascii')}"


def from_data(value: str) -> bytes | None:
    """The picture of a data address; None when it is none, or too large."""
    found = _DATA.fullmatch(value.strip())
    return _decoded(found.group(1)) if found else None


def from_card(value: str, encoding: str) -> bytes | None:
    """The picture of a PHOTO property: a data address, or base64 as versions 2.1 and 3.0 write it."""
    if value[:5].casefold() == "data:":
        return from_data(value.replace("\\,", ",").replace("\\;", ";"))
    return _decoded(value) if encoding.upper() in ("B", "BASE64") else None


def _decoded(text: str) -> bytes | None:
    if len(text) > BYTES_MOST * 3 // 2:
        return None
    try:
        content = base64.b64decode(re.sub(r"\s+", "", text), validate=True)
    except (binascii.Error, ValueError):
        return None
    return content if media_type(content) and len(content) <= BYTES_MOST else None
