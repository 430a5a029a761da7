"""Is the bond to a customer growing? Letters, talks, answers and orders of twelve months beside the twelve before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from outreach.history.rows import Kind, Touchpoint
from outreach.reports import statistics

YEAR = timedelta(days=365)
_KINDS: Mapping[str, tuple[Kind, ...]] = {
    "written": (Kind.MAIL_OUT, Kind.LETTER),
    "answers": (Kind.MAIL_IN,),
    "talks": (Kind.CALL, Kind.MEETING),
    "orders": (Kind.ORDER,),
}


@dataclass(frozen=True)
class Exchange:
    """What there was in twelve months; answers are all mails that came from them."""

    written: int = 0
    answers: int = 0
    talks: int = 0
    orders: int = 0

    @property
    def both_ways(self) -> int:
        """What takes two; writing alone is no bond."""
        return self.answers + self.talks + self.orders

    def __bool__(self) -> bool:
        """Whether there was anything."""
        return bool(self.written or self.both_ways)


@dataclass(frozen=True)
class Bond:
    """Twelve months and the twelve before."""

    year: Exchange
    before: Exchange

    @property
    def direction(self) -> str:
        """ "more" or "less" when chance hardly explains the difference, else empty: three mails prove nothing."""
        now, then = self.year.both_ways, self.before.both_ways
        if statistics.same_rate(now, then) >= statistics.ALPHA:
            return ""
        return "more" if now > then else "less"


def bond(session: Session, contact_id: int, *, now: datetime) -> Bond:
    """The bond to one person, from the timeline."""
    year = now - YEAR
    query = (
        select(Touchpoint.kind, func.sum(case((Touchpoint.at >= year, 1), else_=0)), func.count())
        .where(Touchpoint.contact_id == contact_id, Touchpoint.at >= year - YEAR, Touchpoint.at <= now)
        .group_by(Touchpoint.kind)
    )
    found = {kind: (int(late), int(every)) for kind, late, every in session.execute(query)}
    late = {name: sum(found.get(one, (0, 0))[0] for one in group) for name, group in _KINDS.items()}
    every = {name: sum(found.get(one, (0, 0))[1] for one in group) for name, group in _KINDS.items()}
    return Bond(Exchange(**late), Exchange(**{name: n - late[name] for name, n in every.items()}))
