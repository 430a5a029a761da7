"""The rows of surveys: questions, and one answer sheet per person."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from outreach import clock
from outreach.db import Base, Moment
from outreach.journal import Tracked


class Survey(Tracked, Base):
    """One to three questions."""

    __tablename__ = "surveys"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(200))
    intro: Mapped[str] = mapped_column(Text, default="", server_default="")
    thanks: Mapped[str] = mapped_column(Text, default="", server_default="")
    language: Mapped[str] = mapped_column(String(5), default="de", server_default="de")
    #: open for answers until somebody closes it
    closed_at: Mapped[datetime | None] = mapped_column(Moment)
    created_at: Mapped[datetime] = mapped_column(Moment, default=clock.now)


class Question(Tracked, Base):
    """One question: a scale of 0 to 10, stars from 1 to 5, yes or no, a choice, or words."""

    __tablename__ = "survey_questions"
    __table_args__ = (
        CheckConstraint("kind IN ('scale', 'stars', 'yes_no', 'choice', 'words')", name="kind"),
        UniqueConstraint("survey_id", "position"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    survey_id: Mapped[int] = mapped_column(ForeignKey("surveys.id", ondelete="CASCADE"))
    position: Mapped[int]
    kind: Mapped[str] = mapped_column(String(6))
    choices: Mapped[list[str]] = mapped_column(JSON, default=list, server_default=text("'[]'"))
    #: answers up to this one are bad and open a complaint: 6 of 10, 2 of 5, "no"; a number, or one of the choices
    bad_up_to: Mapped[str] = mapped_column(String(200), default="", server_default="")
    text: Mapped[str] = mapped_column(String(500))


class AnswerSheet(Base):
    """What one person answered, or somebody unknown."""

    __tablename__ = "survey_answers"
    __table_args__ = (
        UniqueConstraint("survey_id", "contact_id"),
        Index("ix_survey_answers_contact_id", "contact_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    survey_id: Mapped[int] = mapped_column(ForeignKey("surveys.id", ondelete="CASCADE"))
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contacts.id", ondelete="SET NULL"))
    #: by the number of the question
    answers: Mapped[dict[str, Any]] = mapped_column(JSON)
    is_bad: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    complaint_id: Mapped[int | None] = mapped_column(ForeignKey("complaints.id", ondelete="SET NULL"))
    touchpoint_id: Mapped[int | None] = mapped_column(ForeignKey("touchpoints.id", ondelete="SET NULL"))
    at: Mapped[datetime] = mapped_column(Moment, default=clock.now)
