"""Contacts as CSV that our own import reads back without a question. Pure.

Semicolons and a byte order mark, as spreadsheets in German expect them. A cell that begins like a formula gets an
apostrophe (OWASP, "CSV Injection"); the import takes it away again.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from outreach.exports.person import Exported, Kind

#: named like the fields they become, so that the guess of an import is right
COLUMNS = (
    "title", "first_name", "last_name", "salutation", "address_form", "company", "role", "email", "more_emails",
    "phone", "more_phones", "street", "postcode", "city", "country", "birthday", "dates", "language", "website",
    "stage", "tags", "lists", "note",
)  # fmt: skip
_FORMULA = frozenset("=+-@\t\r\n＝＋－＠")


def write(people: Iterable[Exported], labels: Mapping[str, str]) -> Iterator[str]:
    """The file, row by row; `labels` are the labels of the custom fields by their key."""
    yield "\ufeff" + line([*COLUMNS, *labels.values()])
    for person in people:
        yield line([*(_cell(person, name) for name in COLUMNS), *(_value(person.custom.get(key)) for key in labels)])


def line(cells: Iterable[str]) -> str:
    """One row with its line end, every cell safe to open in a spreadsheet."""
    out = io.StringIO()
    csv.writer(out, delimiter=";", lineterminator="\r\n").writerow([guarded(cell) for cell in cells])
    return out.getvalue()


def guarded(cell: str) -> str:
    """The cell, with an apostrophe before what a spreadsheet would run; `unguarded` is the way back."""
    return "'" + cell if cell.lstrip("'")[:1] in _FORMULA and cell else cell


def unguarded(cell: str) -> str:
    """The cell without the apostrophe `guarded` put before it."""
    return cell[1:] if cell.startswith("'") and cell.lstrip("'")[:1] in _FORMULA and cell.lstrip("'") else cell


def _cell(person: Exported, name: str) -> str:
    value = getattr(person, name)
    if name in ("more_emails", "more_phones"):
        return "\n".join(_kind(one) for one in value)
    if name == "dates":
        return "\n".join(f"{one.label}: {one.date}" for one in value)
    if name in ("tags", "lists"):
        return "; ".join(value)
    return str(value)


def _kind(one: Kind) -> str:
    return f"{one.kind}: {one.value}" if one.kind else one.value


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)
