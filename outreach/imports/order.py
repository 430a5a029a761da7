"""What an import was asked for, and what it reports: values handed through its steps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from outreach.imports.record import Note, Record
from outreach.imports.rows import ImportSkip


@dataclass(frozen=True)
class Order:
    """What the person importing asked for."""

    import_id: int
    filename: str
    list_ids: tuple[int, ...]
    consent_proof: str
    zone: str
    #: lists by their folded name, for files that name them
    lists: Mapping[str, int] = field(default_factory=dict)
    #: the file says when people confirmed, so whoever has no such time did not
    has_confirmations: bool = False


@dataclass
class Counts:
    """What became of the rows of a block."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    skipped: int = 0
    noted: int = 0
    subscribed: int = 0
    kept_unsubscribed: int = 0
    without_proof: int = 0
    left_before: int = 0
    suppressed: int = 0


class Notes:
    """The report of skipped rows, gathered for one statement."""

    def __init__(self, import_id: int) -> None:
        self._import_id, self._rows = import_id, list[dict[str, Any]]()
        self.skipped = self.noted = 0

    def skip(self, line: int, note: Note, excerpt: str) -> None:
        self.skipped += 1
        self.add(line, note, excerpt, taken_in=False)

    def about(self, record: Record) -> None:
        self.noted += bool(record.notes)
        for note in record.notes:
            self.add(record.line, note, record.excerpt, taken_in=True)

    def add(self, line: int, note: Note, excerpt: str, *, taken_in: bool) -> None:
        self._rows.append(
            {
                "import_id": self._import_id,
                "line": line,
                "taken_in": taken_in,
                "sentence": note.sentence,
                "values": note.values,
                "excerpt": excerpt[:300],
            }
        )

    def store(self, session: Session) -> None:
        if self._rows:
            session.connection().execute(insert(ImportSkip), self._rows)
