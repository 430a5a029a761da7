"""The pieces an uploaded file is kept in, read as one stream."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any, BinaryIO

from sqlalchemy import select
from sqlalchemy.orm import Session

from outreach.errors import N_, Conflict
from outreach.imports import files, read
from outreach.imports.read import Format
from outreach.imports.rows import Import, ImportPart

PART = 1024 * 1024


def open_file(fetch: Callable[[int], bytes | None]) -> BinaryIO:
    """The uploaded file, read piece by piece."""
    return io.BufferedReader(_Parts(fetch), PART)


class _Parts(io.RawIOBase):
    """The pieces of a file as one stream."""

    def __init__(self, fetch: Callable[[int], bytes | None]) -> None:
        self._fetch, self._number, self._rest = fetch, 0, memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if not self._rest:
            self._rest = memoryview(self._fetch(self._number) or b"")
            self._number += 1
        size = min(len(buffer), len(self._rest))
        buffer[:size] = self._rest[:size]
        self._rest = self._rest[size:]
        return size


def fetcher(session: Session, import_id: int) -> Callable[[int], bytes | None]:
    """Gives a piece of this file by its number."""

    def part(number: int) -> bytes | None:
        query = select(ImportPart.content).where(ImportPart.import_id == import_id, ImportPart.number == number)
        return session.scalar(query)

    return part


def form_of(
    kept: Import,
    fetch: Callable[[int], bytes | None],
    *,
    charset: str = "",
    delimiter: str = "",
    sheet: str = "",
    has_header: bool | None = None,
) -> Format:
    """How this file is to be read: as it was guessed at the upload, but for what is said here. Raises Invalid."""
    if kept.state not in ("uploaded", "running"):
        raise Conflict(N_("This import is finished; its file is not kept."))
    if kept.kind == "rows":
        wanted = sheet if sheet in kept.sheets else kept.sheet or next(iter(kept.sheets), "")
        return files.guess_rows(lambda: open_file(fetch), sheet=wanted, has_header=has_header)
    sample = (fetch(0) or b"")[: read.SAMPLE]
    return read.guess(
        sample,
        charset=charset or kept.charset,
        delimiter=delimiter or ("" if charset else kept.delimiter),
        has_header=has_header,
    )
