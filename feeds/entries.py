"""The entries of feeds as they are kept: headline, link and a few words; what they said before they were changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, exists, insert, select, update
from sqlalchemy.orm import Session, aliased

from feeds import decide
from feeds.decide import Changes, Identified, Known
from feeds.parse import ParsedEntry
from feeds.rows import Entry, EntryVersion
from outreach import db, lines

EXCERPT_MOST = 200
#: how many of a feed's last entries an answer is compared with; older ones are recognised by their identity alone
_COMPARED = 300


@dataclass(frozen=True, slots=True)
class Stored:
    """An entry of an answer and its row. The text is only here: it is not kept."""

    id: int
    entry: ParsedEntry
    published_at: datetime
    is_new: bool


@dataclass(frozen=True, slots=True)
class Taken:
    """What an answer brought: its entries with their rows, newest as the feed has them first."""

    stored: Sequence[Stored]
    updated: int
    renamed: int

    @property
    def new(self) -> list[Stored]:
        """The entries nobody has seen before."""
        return [one for one in self.stored if one.is_new]


def take_in(session: Session, feed_id: int, found: Sequence[Identified], *, now: datetime) -> Taken:
    """Keep what is new in an answer, and note what changed. The same answer twice means it once."""
    known = _known(session, feed_id, most=max(_COMPARED, 2 * len(found)))
    changes = decide.new_entries(known, found)
    new_ids = _insert(session, feed_id, changes.new, now)
    _rename(session, feed_id, changes)
    _update(session, changes, now)
    ids = (
        {one.identity: one.id for one in known} | {one.identity: before.id for before, one in changes.renamed} | new_ids
    )
    stored = [
        Stored(id=ids[one.identity], entry=one.entry, published_at=one.entry.published_at or now, is_new=one.identity in new_ids)
        for one in found
        if one.identity in ids
    ]  # fmt: skip
    return Taken(stored=stored, updated=len(changes.updated), renamed=len(changes.renamed))


def _known(session: Session, feed_id: int, *, most: int) -> list[Known]:
    rows = session.connection().execute(
        select(
            Entry.id, Entry.identity, Entry.link_key, Entry.title, Entry.published_at, Entry.is_dated, Entry.content_hash
        )
        .where(Entry.feed_id == feed_id)
        .order_by(Entry.first_seen_at.desc(), Entry.id.desc())
        .limit(most)
    )  # fmt: skip
    return [
        Known(
            id=row.id,
            identity=row.identity,
            link_key=row.link_key,
            title=row.title,
            published_at=row.published_at if row.is_dated else None,
            content_hash=row.content_hash,
        )
        for row in rows
    ]


def _insert(session: Session, feed_id: int, new: Sequence[Identified], now: datetime) -> dict[str, int]:
    """The rows of new entries by identity; those that were there after all, too old to be compared, are left out."""
    if not new:
        return {}
    put = (
        db.insert(session, Entry)
        .values([_row(feed_id, one, now) for one in new])
        .on_conflict_do_nothing(index_elements=["feed_id", "identity"])
        .returning(Entry.identity, Entry.id)
    )
    return {row.identity: row.id for row in session.connection().execute(put)}


def _row(feed_id: int, one: Identified, now: datetime) -> dict[str, Any]:
    entry = one.entry
    return {
        "feed_id": feed_id, "identity": one.identity, "first_seen_at": now, "is_dated": entry.published_at is not None,
        "published_at": entry.published_at or now, "updated_at": None, "full_text": "", **_words(one),
    }  # fmt: skip


def _words(one: Identified) -> dict[str, Any]:
    entry = one.entry
    return {
        "guid": entry.id[:500], "link": entry.link, "link_key": one.link_key, "title": lines.cut(entry.title, 500),
        "excerpt": lines.cut(" ".join(entry.text[: 4 * EXCERPT_MOST].split()), EXCERPT_MOST),
        "content_hash": one.content_hash, "source": lines.cut(entry.source, 200),
    }  # fmt: skip


def _rename(session: Session, feed_id: int, changes: Changes) -> None:
    """A known entry under a new identity keeps its row, unless the new identity is somebody else's already."""
    if not changes.renamed:
        return
    other = aliased(Entry)
    taken = exists().where(other.feed_id == feed_id, other.identity == bindparam("b_identity"))
    session.connection().execute(
        update(Entry)
        .where(Entry.id == bindparam("b_id"), ~taken)
        .values(identity=bindparam("b_identity"), guid=bindparam("b_guid"), link=bindparam("b_link"), link_key=bindparam("b_key")),
        [
            {"b_id": known.id, "b_identity": one.identity, "b_guid": one.entry.id[:500], "b_link": one.entry.link, "b_key": one.link_key}
            for known, one in changes.renamed
        ],
    )  # fmt: skip


def _update(session: Session, changes: Changes, now: datetime) -> None:
    if not changes.updated:
        return
    connection = session.connection()
    ids = [known.id for known, _one in changes.updated]
    before = connection.execute(select(Entry.id, Entry.title, Entry.excerpt).where(Entry.id.in_(ids)))
    said = {row.id: (row.title, row.excerpt) for row in before}
    changed = [(known.id, _words(one)) for known, one in changes.updated]
    versions = [
        {"entry_id": entry_id, "title": said[entry_id][0], "excerpt": said[entry_id][1], "seen_at": now}
        for entry_id, words in changed
        # What is kept looks the same when only the end of a long text was changed; there is no other version to show.
        if entry_id in said and said[entry_id] != (words["title"], words["excerpt"])
    ]
    if versions:
        connection.execute(insert(EntryVersion), versions)
    names = ("title", "excerpt", "content_hash", "link", "link_key", "source")
    connection.execute(
        update(Entry).where(Entry.id == bindparam("b_id")).values({name: bindparam(f"b_{name}") for name in names} | {"updated_at": now}),
        [{"b_id": entry_id} | {f"b_{name}": words[name] for name in names} for entry_id, words in changed],
    )  # fmt: skip
