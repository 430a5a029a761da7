"""Seasons: the times of a year at which an offer fits, and to whom: "Jahresplanung", from 1 October, who has the tag."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, SmallInteger, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from outreach import clock, lines
from outreach.contacts.rows import Tag
from outreach.db import Base, Moment
from outreach.errors import N_, Invalid, NotFound


class Season(Base):
    """One time of the year; comes back every year."""

    __tablename__ = "seasons"
    __table_args__ = (
        CheckConstraint("month BETWEEN 1 AND 12", name="month"),
        CheckConstraint("day BETWEEN 1 AND 31", name="day"),
        CheckConstraint("lead_days BETWEEN 0 AND 90", name="lead_days"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    #: the day it is about, and how many days before it is time to write
    month: Mapped[int] = mapped_column(SmallInteger)
    day: Mapped[int] = mapped_column(SmallInteger)
    lead_days: Mapped[int] = mapped_column(SmallInteger, default=21)
    #: who has this tag
    tag_id: Mapped[int] = mapped_column(ForeignKey("tags.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime] = mapped_column(Moment, default=clock.now)


@dataclass(frozen=True)
class SeasonLine:
    """A season with its tag and its next day."""

    id: int
    name: str
    month: int
    day: int
    lead_days: int
    tag_id: int
    tag: str
    next_on: date


def add(session: Session, *, name: str, month: int, day: int, tag_id: int, lead_days: int = 21) -> Season:
    """A season for the people of a tag. Raises Invalid."""
    name = lines.line(name, field="name", most=200)
    if not name:
        raise Invalid(N_("A season needs a name."), field="name")
    try:
        date(2001, month, day)
    except ValueError:
        raise Invalid(N_("There is no such day."), field="day") from None
    if not 0 <= lead_days <= 90:
        raise Invalid(N_("Choose between 0 and 90 days before."), field="lead_days")
    if session.get(Tag, tag_id) is None:
        raise Invalid(N_("Choose whom the season is for."), field="tag_id")
    made = Season(name=name, month=month, day=day, tag_id=tag_id, lead_days=lead_days)
    session.add(made)
    session.flush()
    return made


def remove(session: Session, season_id: int) -> None:
    """Forget a season. Raises NotFound."""
    found = session.get(Season, season_id)
    if found is None:
        raise NotFound(N_("There is nothing at this address."))
    session.delete(found)
    session.flush()


def list_all(session: Session, *, today: date) -> Sequence[SeasonLine]:
    """Every season, the next to come first."""
    rows = session.execute(select(Season, Tag.name).join(Tag, Tag.id == Season.tag_id).limit(500))
    return sorted((_line(row, today) for row in rows), key=lambda one: (one.next_on, one.id))


def _line(row: Any, today: date) -> SeasonLine:
    season: Season = row[0]
    this_year = date(today.year, season.month, season.day)
    next_on = this_year if this_year >= today else date(today.year + 1, season.month, season.day)
    return SeasonLine(
        season.id, season.name, season.month, season.day, season.lead_days, season.tag_id, row[1], next_on
    )
