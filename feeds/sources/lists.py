"""Lists of feeds other readers export and import (OPML): read in the background with a report, and written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from feeds import opml
from feeds.opml import Outline
from feeds.rows import Feed, FeedSubject, SourceImport
from feeds.sources import store
from outreach import jobs, lines
from outreach.companies import Company
from outreach.errors import N_, Invalid, NotFound
from outreach.house import House

#: lines in one transaction
BLOCK = 100
_CLAIM = timedelta(minutes=2)
_MOST_EXPORTED = 20_000


@dataclass(frozen=True)
class Line:
    """What came of one line of a list: added, known or refused, with the reason."""

    address: str
    title: str
    folder: str
    outcome: str
    sentence: str
    values: Mapping[str, Any]
    feed_id: int | None


def begin(session: Session, data: bytes, *, name: str, user_id: int | None, now: datetime) -> SourceImport:
    """Take a list; it is read in the background. Raises Invalid when it is none."""
    wanted = opml.read(data)
    made = SourceImport(
        name=lines.cut(name, 200),
        wanted=[{"address": one.address, "title": one.title, "folder": one.folder} for one in wanted],
        outcomes=[],
        created_at=now,
        created_by=user_id,
    )
    session.add(made)
    session.flush()
    jobs.ask(session, "import_sources", import_id=made.id)
    return made


def get(session: Session, import_id: int) -> SourceImport:
    """The import; raises NotFound."""
    found = session.get(SourceImport, import_id)
    if found is None:
        raise NotFound(N_("There is nothing at this address."))
    return found


def recent(session: Session, *, limit: int = 5) -> Sequence[SourceImport]:
    """The imports of late."""
    return session.scalars(select(SourceImport).order_by(SourceImport.id.desc()).limit(limit)).all()


def report(found: SourceImport) -> Sequence[Line]:
    """What came of each line so far."""
    return [
        Line(
            wanted["address"], wanted.get("title", ""), wanted.get("folder", ""), outcome["outcome"],
            outcome.get("sentence", ""), outcome.get("values", {}), outcome.get("feed_id"),
        )
        for wanted, outcome in zip(found.wanted, found.outcomes, strict=False)
    ]  # fmt: skip


def waiting(session: Session, now: datetime) -> Sequence[int]:
    """Imports nobody works on: asked for and lost, or left by a process that died."""
    left = or_(SourceImport.claimed_until.is_(None), SourceImport.claimed_until < now)
    return session.scalars(
        select(SourceImport.id).where(SourceImport.state.in_(("waiting", "running")), left).limit(20)
    ).all()


def run(house: House, import_id: int, *, now: datetime) -> None:
    """Read a list in, block by block; twice at once or after a crash means once."""
    while _block(house, import_id, now=now):
        pass


def _block(house: House, import_id: int, *, now: datetime) -> bool:
    with house.database.writing() as session:
        claimed = session.connection().execute(
            update(SourceImport)
            .where(SourceImport.id == import_id, SourceImport.state.in_(("waiting", "running")))
            .values(state="running", claimed_until=now + _CLAIM)
        )
        if claimed.rowcount == 0:
            return False
        found = get(session, import_id)
        session.refresh(found, with_for_update=True)
        begun = len(found.outcomes)
        block = found.wanted[begun : begun + BLOCK]
        found.outcomes = [*found.outcomes, *_added(session, house, block, found.created_by, now)]
        is_done = len(found.outcomes) >= len(found.wanted)
        if is_done:
            found.state, found.finished_at, found.claimed_until = "done", now, None
        return not is_done


def _added(
    session: Session, house: House, block: Sequence[Mapping[str, str]], user_id: int | None, now: datetime
) -> list[dict[str, Any]]:
    """What comes of these lines, in their order. Added by address: two lists at once never wait for each other in a circle."""
    outcomes: list[dict[str, Any]] = [{} for _ in block]
    for number in sorted(range(len(block)), key=lambda number: block[number]["address"]):
        outcomes[number] = _add(session, house, block[number], user_id, now)
    return outcomes


def _add(
    session: Session, house: House, wanted: Mapping[str, str], user_id: int | None, now: datetime
) -> dict[str, Any]:
    try:
        added = store.add(
            session, wanted["address"], title=wanted.get("title", ""), user_id=user_id, now=now,
            allow_private=house.settings.allow_private_addresses,
        )  # fmt: skip
    except Invalid as error:
        return {"outcome": "refused", "sentence": error.sentence, "values": dict(error.values)}
    return {"outcome": "added" if added.is_new else "known", "feed_id": added.id}


def export(session: Session, *, title: str, now: datetime) -> bytes:
    """Every feed that is read, as OPML, in folders by the company it is read for."""
    folder = (
        select(Company.name)
        .join(FeedSubject, FeedSubject.company_id == Company.id)
        .where(FeedSubject.feed_id == Feed.id)
        .order_by(FeedSubject.id)
        .limit(1)
        .scalar_subquery()
    )
    query = (
        select(Feed.address, Feed.own_title, Feed.title, Feed.site, folder)
        .where(Feed.state != "gone", Feed.kind != "calendar")
        .order_by(Feed.id)
        .limit(_MOST_EXPORTED)
    )
    outlines = [
        Outline(address=row[0], title=row[1] or row[2] or row[0], site=row[3], folder=row[4] or "")
        for row in session.execute(query)
    ]
    return opml.write(outlines, title=title, now=now)
