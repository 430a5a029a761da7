"""Contacts as JSON: one object with a list, a contact a line. Pure."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from datetime import datetime
from typing import Any

from outreach.exports.person import Exported

#: raised when a name in the file changes its meaning
VERSION = 1


def write(people: Iterable[Exported], *, now: datetime) -> Iterator[str]:
    """The file, piece by piece."""
    yield f'{{"format": "outreach contacts", "version": {VERSION}, "exported_at": {dumps(now)}, "contacts": ['
    between = "\n"
    for person in people:
        yield between + dumps({**asdict(person), "photo": None, "name": person.name} | _photo(person))
        between = ",\n"
    yield "\n]}\n"


def dumps(value: Any, *, indent: int | None = None) -> str:
    """JSON with letters as they are; moments in ISO form, bytes as base64."""
    return json.dumps(value, ensure_ascii=False, default=_plain, indent=indent)


def _photo(person: Exported) -> dict[str, str]:
    return {"photo": base64.b64encode(person.photo).decode("ascii")} if person.photo else {}


def _plain(value: object) -> str:
    if isinstance(value, bytes):
        return base64.b64encode(value).decode("ascii")
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
