"""What a check came to, and what that means for the feed's row. Pure but for the clock it is given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from feeds import decide, links
from feeds.decide import Identified, Move, Pace, Wishes
from feeds.fetch import Fetched
from feeds.guard import FetchFailed
from feeds.ical import Events
from feeds.parse import Parsed
from feeds.watch.claim import Claimed


@dataclass(frozen=True, slots=True)
class Outcome:
    """One check: what was fetched and read, or why not. `parsed` and `events` are None when nothing changed."""

    feed: Claimed
    at: datetime
    fetched: Fetched | None = None
    parsed: Parsed | None = None
    events: Events | None = None
    failure: FetchFailed | None = None

    @property
    def is_unchanged(self) -> bool:
        """The server or the body itself says that nothing is new."""
        return self.failure is None and self.parsed is None and self.events is None


def of_nothing_new(outcome: Outcome) -> dict[str, Any]:
    """The row of a feed after an answer that brought nothing."""
    feed, fetched = outcome.feed, _fetched(outcome)
    wishes = Wishes(fresh_for=fetched.fresh_for, retry_after=fetched.retry_after)
    saved = max(0, feed.last_size - fetched.bytes_read) if fetched.status == 304 else 0
    return {
        **_answered(outcome, feed.own_minutes, quiet=feed.quiet_checks + 1, wishes=wishes, is_same_feed=True),
        "saved": saved,
        "was_unchanged": 1,
    }


def of_entries(outcome: Outcome, *, appeared: Sequence[datetime], has_new: bool, is_same_feed: bool) -> dict[str, Any]:
    """The row of a feed after an answer that was read: validators, title, pace."""
    fetched, parsed = _fetched(outcome), outcome.parsed
    quiet = 0 if has_new else outcome.feed.quiet_checks + 1
    values = {
        **_answered(
            outcome,
            decide.own_minutes(appeared, outcome.at),
            quiet=quiet,
            wishes=Wishes(
                fresh_for=fetched.fresh_for,
                retry_after=fetched.retry_after,
                ttl=parsed.ttl if parsed else None,
                update_period=parsed.update_period if parsed else None,
            ),
            is_same_feed=is_same_feed,
        ),
        "parser": decide.PARSER,
        "last_size": fetched.bytes_read,
        "skipped": parsed.empty if parsed else outcome.events.skipped if outcome.events else 0,
        "format": parsed.format if parsed else "ical",
        "saved": 0,
        "was_unchanged": 0,
    }
    if "address" not in values:  # a new address begins anew: what another one called its answer means nothing there
        values |= {
            "etag": (fetched.etag or "")[:1000],
            "last_modified": (fetched.last_modified or "")[:200],
            "body_hash": fetched.body_hash,
        }
    title = parsed.title if parsed else outcome.events.name if outcome.events else ""
    known = {"title": title[:300], "site": parsed.site[:1000] if parsed else ""}
    # What a feed says no more is kept as it said it.
    return (
        values | {name: text for name, text in known.items() if text} | ({"changed_at": outcome.at} if has_new else {})
    )


def of_failure(outcome: Outcome) -> dict[str, Any]:
    """The row of a feed that could not be read."""
    feed, failure = outcome.feed, outcome.failure
    if failure is None:
        raise ValueError("the check succeeded")
    failures = feed.failures + 1
    following = decide.after_failure(
        feed_id=feed.id,
        checks=feed.checks,
        kind=failure.kind,
        failures=failures,
        retry_after=failure.retry_after,
        now=outcome.at,
    )
    return {
        "claimed_until": None,
        "checks": feed.checks + 1,
        "checked_at": outcome.at,
        "status": failure.status or 0,
        "error_kind": failure.kind,
        "error_values": dict(failure.values),
        "failures": failures,
        "failing_since": feed.failing_since or outcome.at,
        "next_check_at": following.at,
        "next_check_why": following.why,
        "next_check_values": following.values,
        **({"state": "gone"} if failure.kind == "gone" else {}),
    }


def identified(outcome: Outcome) -> list[Identified]:
    """The entries of an answer with their identities."""
    entries = outcome.parsed.entries if outcome.parsed else ()
    return decide.identified(entries, is_search=outcome.feed.kind == "search")


def _answered(outcome: Outcome, own_minutes: int, *, quiet: int, wishes: Wishes, is_same_feed: bool) -> dict[str, Any]:
    feed, fetched = outcome.feed, _fetched(outcome)
    pace = Pace(
        feed_id=feed.id,
        checks=feed.checks,
        own_minutes=own_minutes,
        quiet_checks=quiet,
        fixed_minutes=feed.fixed_minutes,
    )
    following = decide.next_check(pace, wishes, outcome.at)
    return {
        "claimed_until": None,
        "checks": feed.checks + 1,
        "checked_at": outcome.at,
        "succeeded_at": outcome.at,
        "status": fetched.status,
        "error_kind": "",
        "error_values": {},
        "failures": 0,
        "failing_since": None,
        "own_minutes": own_minutes,
        "quiet_checks": quiet,
        "next_check_at": following.at,
        "next_check_why": following.why,
        "next_check_values": following.values,
        "read": fetched.bytes_read,
        **_moved(feed, fetched, is_same_feed=is_same_feed, now=outcome.at),
    }


def _moved(feed: Claimed, fetched: Fetched, *, is_same_feed: bool, now: datetime) -> dict[str, Any]:
    before = Move(to=feed.moved_to, seen=feed.moved_seen, since=feed.moved_since)
    move = decide.redirects(before, moved_to=fetched.moved_to, is_same_feed=is_same_feed, now=now)
    if move.is_adopted and len(move.to) <= 1000:
        nothing = {
            "moved_to": "",
            "moved_seen": 0,
            "moved_since": None,
            "etag": "",
            "last_modified": "",
            "body_hash": "",
        }
        return {"address": move.to, "domain": links.domain(move.to)[:255], "moved_from": feed.address, **nothing}
    return {"moved_to": move.to[:1000], "moved_seen": move.seen, "moved_since": move.since}


def _fetched(outcome: Outcome) -> Fetched:
    if outcome.fetched is None:
        raise ValueError("nothing was fetched")
    return outcome.fetched
