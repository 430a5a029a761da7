"""What checks came to, written down: many in one transaction, each feed's ETag together with its entries or not at all."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, exists, select, update
from sqlalchemy.orm import Session

from feeds import decide, entries
from feeds.decide import Identified
from feeds.entries import Stored, Taken
from feeds.rows import Feed
from feeds.sources import calendars
from feeds.watch import claim, outcome
from feeds.watch.claim import Claimed
from feeds.watch.outcome import Outcome

#: what new entries mean for the customers, written in the transaction that keeps them
Judge = Callable[[Session, Claimed, Sequence[Stored], datetime], None]


@dataclass
class Tally:
    """What a number of checks came to."""

    checked: int = 0
    unchanged: int = 0
    failed: int = 0
    new: int = 0
    #: checks that came too late: somebody else had the feed by then, or it was changed or removed
    lost: int = 0

    def add(self, other: Tally) -> None:
        """Count these too."""
        self.checked += other.checked
        self.unchanged += other.unchanged
        self.failed += other.failed
        self.new += other.new
        self.lost += other.lost


def record(session: Session, outcomes: Sequence[Outcome], judge: Judge) -> Tally:
    """Write down what these checks came to. A feed somebody else has claimed meanwhile is left to them."""
    tally = Tally(checked=len(outcomes))
    rows: list[tuple[Claimed, dict[str, Any]]] = []
    changed: list[Outcome] = []
    for one in outcomes:
        if one.failure is not None:
            tally.failed += 1
            rows.append((one.feed, outcome.of_failure(one)))
            _pause(session, one)
        elif one.is_unchanged:
            tally.unchanged += 1
            rows.append((one.feed, _unless_taken(session, one.feed, outcome.of_nothing_new(one))))
        else:
            changed.append(one)
    rows += _changed(session, changed, judge, tally)
    _write_all(session, rows)
    return tally


def _changed(
    session: Session, outcomes: Sequence[Outcome], judge: Judge, tally: Tally
) -> list[tuple[Claimed, dict[str, Any]]]:
    """Keep and judge what came; gives what becomes of the feeds' rows."""
    ours = _ours(session, outcomes)
    tally.lost += len(outcomes) - len(ours)
    found = {one.feed.id: outcome.identified(one) for one in ours if one.parsed is not None}
    taken = entries.take_in(session, found, now=max(one.at for one in ours)) if found else {}
    rows: list[tuple[Claimed, dict[str, Any]]] = []
    for one in ours:
        if one.parsed is None:
            _fairs(session, one)
            values = outcome.of_entries(one, appeared=(), has_new=False, is_same_feed=True)
        else:
            values = _judged(session, one, found[one.feed.id], taken[one.feed.id], judge)
            tally.new += len(taken[one.feed.id].new)
        rows.append((one.feed, _unless_taken(session, one.feed, values)))
    return rows


def _judged(session: Session, one: Outcome, found: Sequence[Identified], taken: Taken, judge: Judge) -> dict[str, Any]:
    new = taken.new
    # A feed that is read afresh has forgotten its hash: what it still holds is judged again, once and the same.
    judged = taken.stored if one.feed.checks and not one.feed.body_hash else new
    if judged:
        judge(session, one.feed, judged, one.at)
    return outcome.of_entries(
        one,
        appeared=[item.entry.published_at for item in found if item.entry.published_at is not None],
        has_new=bool(new),
        is_same_feed=_is_same(one, len(found), len(new)),
    )


def _is_same(one: Outcome, found: int, new: int) -> bool:
    """Whether this is the feed it was: by its title or by an entry we know; the first answer decides what it is."""
    return one.feed.checks == 0 or new < found or (one.parsed is not None and one.parsed.title == one.feed.title)


def _ours(session: Session, outcomes: Sequence[Outcome]) -> list[Outcome]:
    """Those whose claim still holds at the address that was asked; their rows are locked until the transaction ends."""
    if not outcomes:
        return []
    rows = session.connection().execute(
        select(Feed.id, Feed.claimed_until, Feed.address)
        .where(Feed.id.in_([one.feed.id for one in outcomes]))
        .order_by(Feed.id)
        .with_for_update()
    )
    held = {row.id: (row.claimed_until, row.address) for row in rows}
    return [one for one in outcomes if held.get(one.feed.id) == (one.feed.claimed_until, one.feed.address)]


def _unless_taken(session: Session, feed: Claimed, values: dict[str, Any]) -> dict[str, Any]:
    """The values without a new address that is another feed's: two have become one, for a person to remove."""
    if "address" not in values:
        return values
    if not session.scalar(select(exists().where(Feed.address == values["address"], Feed.id != feed.id))):
        return values
    return {name: value for name, value in values.items() if name not in ("address", "domain", "moved_from")}


def _fairs(session: Session, one: Outcome) -> None:
    if one.events is not None:
        calendars.take_in(session, one.feed.id, one.events, now=one.at)


def _pause(session: Session, one: Outcome) -> None:
    if one.failure is None:
        return
    until = decide.domain_pause(one.failure.kind, one.failure.retry_after, one.at)
    if until is not None:
        claim.pause_domain(session, one.feed.domain, until)


def _write_all(session: Session, changes: Sequence[tuple[Claimed, dict[str, Any]]]) -> None:
    """One statement for all rows that change in the same columns."""
    alike: dict[tuple[str, ...], list[dict[str, Any]]] = defaultdict(list)
    for feed, values in changes:
        row = {f"b_{name}": value for name, value in values.items()}
        alike[tuple(sorted(values))].append(
            {**row, "b_id": feed.id, "b_claim": feed.claimed_until, "b_asked": feed.address}
        )
    for names, rows in alike.items():
        session.connection().execute(_statement(names), rows)


def _statement(names: tuple[str, ...]) -> Any:
    counted = {"read": Feed.bytes_read, "saved": Feed.bytes_saved, "was_unchanged": Feed.unchanged}
    values: dict[Any, Any] = {name: bindparam(f"b_{name}") for name in names if name not in counted}
    values |= {column.key: column + bindparam(f"b_{name}") for name, column in counted.items() if name in names}
    return (
        update(Feed)
        .where(
            Feed.id == bindparam("b_id"),
            Feed.claimed_until == bindparam("b_claim"),
            Feed.address == bindparam("b_asked"),
        )
        .values(values)
    )
