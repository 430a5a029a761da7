"""The same form posted twice means it once: the first answer to a form is kept and given again."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import String, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from outreach import clock, db
from outreach.db import Base, Moment

KEPT = timedelta(days=2)


class FormPost(Base):
    """One posted form: the key its page carried, and where the answer led."""

    __tablename__ = "form_posts"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    location: Mapped[str]
    at: Mapped[datetime] = mapped_column(Moment, index=True)


def answer(session: Session, key: str) -> str | None:
    """Where the form with this key led before, or None when it is new."""
    return session.scalar(select(FormPost.location).where(FormPost.key == key))


def remember(session: Session, key: str, location: str) -> None:
    """Keep where this form led; a second one at the same moment breaks the primary key and rolls back."""
    session.add(FormPost(key=key, location=location, at=clock.now()))
    session.flush()


def first(session: Session, key: str, now: datetime) -> bool:
    """Whether this key comes for the first time; of two at the same moment one is the first."""
    put = db.insert(session, FormPost).values(key=key, location="", at=now).on_conflict_do_nothing()
    return session.scalar(put.returning(FormPost.key)) is not None


def mine(session: Session, key: str, now: datetime, *, lasts: timedelta) -> bool:
    """Whether this piece of work is ours alone for a while; of two that ask at the same moment one gets it."""
    put = db.insert(session, FormPost).values(key=key, location="", at=now)
    taken = put.on_conflict_do_update(
        index_elements=[FormPost.key], set_={"at": now}, where=FormPost.at < now - lasts
    ).returning(FormPost.key)
    return session.scalar(taken) is not None


def give_back(session: Session, key: str) -> None:
    """The work is out of our hands: anybody may take it again."""
    session.execute(delete(FormPost).where(FormPost.key == key))


def forget_old(session: Session) -> None:
    """Drop keys nobody will post again."""
    session.execute(delete(FormPost).where(FormPost.at < clock.now() - KEPT))
