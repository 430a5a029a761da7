"""The entries of feeds as they are kept: headline, link and a few words; what they said before they were changed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, exists, func, insert, select, update
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


def take_in(session: Session, answers: Mapping[int, Sequence[Identified]], *, now: datetime) -> dict[int, Taken]:
    """Keep what is new in the answers of these feeds, and note what changed. The same answer twice means it once."""
    known = _known(session, answers)
    changes = {feed_id: decide.new_entries(known[feed_id], found) for feed_id, found in answers.items()}
    new_ids = _insert(session, changes, now)
    _rename(session, changes)
    _update(session, [pair for of_feed in changes.values() for pair in of_feed.updated], now)
    return {
        feed_id: _taken(found, known[feed_id], changes[feed_id], new_ids.get(feed_id, {}), now)
        for feed_id, found in answers.items()
    }


def _taken(
    found: Sequence[Identified], known: Sequence[Known], changes: Changes, new_ids: Mapping[str, int], now: datetime
) -> Taken:
    renamed = {one.identity: before.id for before, one in changes.renamed}
    ids = {one.identity: one.id for one in known} | renamed | dict(new_ids)
    stored = [
        Stored(
            id=ids[one.identity],
            entry=one.entry,
            published_at=one.entry.published_at or now,
            is_new=one.identity in new_ids,
        )
        for one in found
        if one.identity in ids
    ]
    return Taken(stored=stored, updated=len(changes.updated), renamed=len(changes.renamed))


def _known(session: Session, answers: Mapping[int, Sequence[Identified]]) -> dict[int, list[Known]]:
    """The last entries of each of the feeds, as far as they are compared."""
    most = max([_COMPARED, *(2 * len(found) for found in answers.values())])
    turn = func.row_number().over(
        partition_by=Entry.feed_id, order_by=(Entry.first_seen_at.desc(), Entry.id.desc())
    ).label("turn")  # fmt: skip
    columns = (
        Entry.feed_id, Entry.id, Entry.identity, Entry.link_key, Entry.title, Entry.published_at, Entry.is_dated,
        Entry.content_hash,
    )  # fmt: skip
    ranked = select(*columns, turn).where(Entry.feed_id.in_(list(answers))).subquery()
    known: dict[int, list[Known]] = {feed_id: [] for feed_id in answers}
    for row in session.connection().execute(select(ranked).where(ranked.c.turn <= most).order_by(ranked.c.turn)):
        known[row.feed_id].append(
            Known(
                id=row.id,
                identity=row.identity,
                link_key=row.link_key,
                title=row.title,
                published_at=row.published_at if row.is_dated else None,
                content_hash=row.content_hash,
            )
        )
    return known


def _insert(session: Session, changes: Mapping[int, Changes], now: datetime) -> dict[int, dict[str, int]]:
    """The rows of new entries by feed and identity; those that were there after all, too old to compare, are left out."""
    new = [_row(feed_id, one, now) for feed_id, of_feed in changes.items() for one in of_feed.new]
    ids: dict[int, dict[str, int]] = defaultdict(dict)
    if new:
        put = (
            db.insert(session, Entry)
            .on_conflict_do_nothing(index_elements=["feed_id", "identity"])
            .returning(Entry.feed_id, Entry.identity, Entry.id)
        )
        # Rows beside the statement and not in it: so it is compiled once and not for every number of entries.
        for row in session.connection().execute(put, new):
            ids[row.feed_id][row.identity] = row.id
    return ids


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


def _rename(session: Session, changes: Mapping[int, Changes]) -> None:
    """A known entry under a new identity keeps its row, unless the new identity is somebody else's already."""
    renamed = [
        {"b_feed": feed_id, "b_id": known.id, "b_identity": one.identity, "b_guid": one.entry.id[:500],
         "b_link": one.entry.link, "b_key": one.link_key}
        for feed_id, of_feed in changes.items()
        for known, one in of_feed.renamed
    ]  # fmt: skip
    if not renamed:
        return
    other = aliased(Entry)
    taken = exists().where(other.feed_id == bindparam("b_feed"), other.identity == bindparam("b_identity"))
    names = {"identity": "b_identity", "guid": "b_guid", "link": "b_link", "link_key": "b_key"}
    session.connection().execute(
        update(Entry)
        .where(Entry.id == bindparam("b_id"), ~taken)
        .values({name: bindparam(given) for name, given in names.items()}),
        renamed,
    )


def _update(session: Session, updated: Sequence[tuple[Known, Identified]], now: datetime) -> None:
    if not updated:
        return
    connection = session.connection()
    ids = [known.id for known, _one in updated]
    before = connection.execute(select(Entry.id, Entry.title, Entry.excerpt).where(Entry.id.in_(ids)))
    said = {row.id: (row.title, row.excerpt) for row in before}
    changed = [(known.id, _words(one)) for known, one in updated]
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
