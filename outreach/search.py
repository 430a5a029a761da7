"""Search over everything noted: facts and touchpoints, with the hits marked. FTS5 on SQLite, tsvector on PostgreSQL.

Every word must be there, and each finds what begins with it: "schul" finds "Schulung". Case and accents do not count
("muller" finds "Müller"). What was noted last comes first, among the newest few thousand hits.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import TextClause, text
from sqlalchemy.orm import Session

from outreach import db, lines
from outreach.contacts.store import display_name

WORDS_MOST = 8
#: how many newest hits of each table are looked at; a word everybody uses has more, and nobody reads them
LOOKED_AT = 2000
AROUND = 70


@dataclass(frozen=True)
class Hit:
    """Something noted that has the words. `parts` is the passage: text and whether it is a hit."""

    #: fact or touchpoint
    what: str
    id: int
    kind: str
    at: datetime | date
    parts: Sequence[tuple[str, bool]]
    contact_id: int | None
    company_id: int | None
    #: whose card it is on
    name: str


def find(session: Session, words: str, *, limit: int = 30, offset: int = 0) -> Sequence[Hit]:
    """What was noted with all these words, newest first."""
    wanted = terms(words)
    if not wanted:
        return []
    given = {"words": _match(wanted, is_sqlite=db.is_sqlite(session)), "most": min(limit + offset, LOOKED_AT)}
    rows: list[Any] = []
    for what, moment in (("fact", "noted_on"), ("touchpoint", "at")):
        if db.is_sqlite(session):
            rows += session.execute(_sqlite(what, moment), given).all()
        else:
            rows += _on_postgres(session, what, moment, given)
    rows.sort(key=lambda row: (str(row.at)[:19], row.id), reverse=True)
    return [_hit(row, wanted) for row in rows[offset : offset + limit]]


def terms(words: str) -> list[str]:
    """The words looked for, folded: no case, no accents, no signs."""
    return lines.terms(words)[:WORDS_MOST]


def marked(passage: str, wanted: Sequence[str], *, around: int = AROUND) -> Sequence[tuple[str, bool]]:
    """The passage about the first hit, in parts; True where a word that was looked for begins a word."""
    plain = (
        passage.lower().translate(lines.FOLDED)
        if len(passage.lower()) == len(passage)
        else passage.translate(lines.FOLDED)
    )
    found = list(re.finditer("|".join(rf"\b{re.escape(word)}\w*" for word in wanted), plain)) if wanted else []
    first = max(0, found[0].start() - around) if found else 0
    last = min(len(passage), (found[0].end() if found else 0) + 2 * around)
    parts, at = [("…", False)] if first else [], first
    for hit in found:
        if hit.end() <= last:
            parts += [(passage[at : hit.start()], False), (passage[hit.start() : hit.end()], True)]
            at = hit.end()
    parts += [(passage[at:last], False), ("…" if last < len(passage) else "", False)]
    return [part for part in parts if part[0]]


def _match(wanted: Sequence[str], *, is_sqlite: bool) -> str:
    if is_sqlite:
        return " ".join(f'"{word}"*' for word in wanted)
    return " & ".join(f"'{word}':*" for word in wanted)


_COLUMNS = """f.id, f.kind, f.{moment} AS at, f.text, f.contact_id, f.company_id,
    c.title, c.first_name, c.last_name, c.email, k.name AS company, '{what}' AS what"""
_JOINS = """LEFT JOIN contacts c ON c.id = f.contact_id LEFT JOIN companies k ON k.id = f.company_id"""


def _sqlite(what: str, moment: str) -> TextClause:
    # By number, newest last written: FTS5 walks its rows in that order without sorting.
    return text(
        f"""SELECT {_COLUMNS.format(moment=moment, what=what)}
        FROM (SELECT rowid FROM {what}s_search WHERE {what}s_search MATCH :words ORDER BY rowid DESC LIMIT 4000) s
        JOIN {what}s f ON f.id = s.rowid {_JOINS} ORDER BY f.{moment} DESC, f.id DESC LIMIT :most"""
    )


def _on_postgres(session: Session, what: str, moment: str, given: Mapping[str, Any]) -> Sequence[Any]:
    """A word everybody uses is soon found among the newest entries; a rare one is quick by the index alone."""
    newest = session.execute(_postgres(what, moment, _NEWEST), given).all()
    return newest if len(newest) >= given["most"] else session.execute(_postgres(what, moment, _ALL), given).all()


_NEWEST = """SELECT * FROM (SELECT * FROM {what}s ORDER BY {moment} DESC, id DESC LIMIT 10000) n
    WHERE search @@ CAST(:words AS tsquery) ORDER BY {moment} DESC, id DESC LIMIT :most"""
_ALL = """SELECT t.* FROM (WITH found AS MATERIALIZED (SELECT id, {moment} FROM {what}s WHERE search @@ CAST(:words AS tsquery))
    SELECT id FROM found ORDER BY {moment} DESC, id DESC LIMIT :most) h JOIN {what}s t ON t.id = h.id"""


def _postgres(what: str, moment: str, rows: str) -> TextClause:
    inner = rows.format(what=what, moment=moment)
    return text(
        f"SELECT {_COLUMNS.format(moment=moment, what=what)} FROM ({inner}) f {_JOINS} ORDER BY f.{moment} DESC, f.id DESC"
    )


def _hit(row: Any, wanted: Sequence[str]) -> Hit:
    name = (
        row.company or ""
        if row.contact_id is None
        else display_name(row.title, row.first_name, row.last_name, row.email)
    )
    return Hit(
        row.what, row.id, row.kind, _moment(row.at), marked(row.text, wanted), row.contact_id, row.company_id, name
    )


def _moment(value: Any) -> datetime | date:
    """SQLite gives text for what a plain statement reads."""
    if not isinstance(value, str):
        return value  # type: ignore[no-any-return]
    return date.fromisoformat(value) if len(value) == 10 else datetime.fromisoformat(value + "+00:00")
