"""Surveys made and changed: one to three questions. Once somebody answered, the questions stay as they were asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from outreach import clock, lines, paging
from outreach.care.rules import BAD_UP_TO
from outreach.errors import N_, Conflict, Invalid, NotFound
from outreach.history import store as history
from outreach.paging import Page
from outreach.surveys.rows import AnswerSheet, Question, Survey

KINDS = ("scale", "stars", "yes_no", "choice", "words")
QUESTIONS_MOST = 3
CHOICES_MOST = 10
LANGUAGES = ("de", "en")
#: the values of a question with a fixed answer, the lowest first
VALUES = {"scale": tuple(map(str, range(11))), "stars": tuple("12345"), "yes_no": ("yes", "no")}


@dataclass(frozen=True)
class Asked:
    """A question; answers up to `bad_up_to` open a complaint (empty: none does)."""

    kind: str
    text: str
    choices: Sequence[str] = ()
    bad_up_to: str = ""
    id: int = 0

    @property
    def values(self) -> tuple[str, ...]:
        """What can be answered; nothing for words."""
        return tuple(self.choices) if self.kind == "choice" else VALUES.get(self.kind, ())


@dataclass(frozen=True)
class Sheet:
    """A survey as it is asked."""

    id: int
    title: str
    intro: str
    thanks: str
    language: str
    closed_at: datetime | None
    created_at: datetime
    questions: Sequence[Asked]
    answered: int = 0


@dataclass(frozen=True)
class SurveyLine:
    """A survey in a list."""

    id: int
    title: str
    created_at: datetime
    closed_at: datetime | None
    answered: int
    bad: int


@dataclass(frozen=True)
class Draft:
    """What a person wrote: texts and questions."""

    title: str
    intro: str = ""
    thanks: str = ""
    language: str = "de"
    questions: Sequence[Asked] = field(default_factory=tuple)


def create(session: Session, draft: Draft) -> Survey:
    """A new survey, open at once; raises Invalid."""
    texts, questions = _texts(draft), _questions(draft.questions)
    made = Survey(**texts)
    session.add(made)
    session.flush()
    _store(session, made.id, questions)
    return made


def change(session: Session, survey_id: int, draft: Draft) -> Survey:
    """Other texts, and other questions while nobody answered. Raises Invalid, NotFound, Conflict."""
    found = get(session, survey_id)
    texts, questions = _texts(draft), _questions(draft.questions)
    before = _asked(session, survey_id)
    for name, value in texts.items():
        setattr(found, name, value)
    session.flush()
    if [_plain(one) for one in questions] != [_plain(one) for one in before]:
        if _answered(session, survey_id):
            raise Conflict(N_("Somebody has answered, so the questions stay as they are. Make a new survey instead."))
        for old in session.scalars(select(Question).where(Question.survey_id == survey_id)):
            session.delete(old)
        session.flush()
        _store(session, survey_id, questions)
    return found


def close(session: Session, survey_id: int) -> Survey:
    """No more answers; twice means once."""
    found = get(session, survey_id)
    found.closed_at = found.closed_at or clock.now()
    session.flush()
    return found


def reopen(session: Session, survey_id: int) -> Survey:
    """Answers are welcome again."""
    found = get(session, survey_id)
    found.closed_at = None
    session.flush()
    return found


def get(session: Session, survey_id: int) -> Survey:
    """The survey; raises NotFound."""
    found = session.get(Survey, survey_id)
    if found is None:
        raise NotFound(N_("There is no such survey, or not any more."))
    return found


def sheet(session: Session, survey_id: int) -> Sheet:
    """The survey with its questions; raises NotFound."""
    found = get(session, survey_id)
    return Sheet(
        found.id, found.title, found.intro, found.thanks, found.language, found.closed_at, found.created_at,
        _asked(session, survey_id), _answered(session, survey_id),
    )  # fmt: skip


def list_page(session: Session, *, page: int = 1, per_page: int = paging.PER_PAGE) -> Page[SurveyLine]:
    """All surveys, the open ones first, newest first, with how many answered and how many of these were bad."""

    def counted(*conditions: Any) -> Any:
        query = select(func.count()).where(AnswerSheet.survey_id == Survey.id, *conditions)
        return query.correlate(Survey).scalar_subquery()

    query = select(
        Survey.id, Survey.title, Survey.created_at, Survey.closed_at, counted(), counted(AnswerSheet.is_bad.is_(True))
    ).order_by(Survey.closed_at.is_not(None), Survey.id.desc())
    return paging.fetch(session, query, lambda row: SurveyLine(*row[:6]), page=page, per_page=per_page)


def _asked(session: Session, survey_id: int) -> list[Asked]:
    query = select(Question).where(Question.survey_id == survey_id).order_by(Question.position)
    return [Asked(one.kind, one.text, tuple(one.choices), one.bad_up_to, one.id) for one in session.scalars(query)]


def _answered(session: Session, survey_id: int) -> int:
    return session.scalar(select(func.count()).where(AnswerSheet.survey_id == survey_id)) or 0


def _store(session: Session, survey_id: int, questions: Sequence[Asked]) -> None:
    session.add_all(
        Question(survey_id=survey_id, position=n, kind=one.kind, text=one.text, choices=list(one.choices), bad_up_to=one.bad_up_to)
        for n, one in enumerate(questions, 1)
    )  # fmt: skip
    session.flush()


def _plain(one: Asked) -> tuple[str, str, tuple[str, ...], str]:
    return one.kind, one.text, tuple(one.choices), one.bad_up_to


def _texts(draft: Draft) -> dict[str, str]:
    title = lines.line(draft.title, field="title", most=200)
    if not title:
        raise Invalid(N_("Give the survey a title."), field="title")
    if draft.language not in LANGUAGES:
        raise Invalid(N_("Choose the language of the survey."), field="language")
    return {
        "title": title,
        "intro": history.paragraph(draft.intro, field="intro", most=2000),
        "thanks": history.paragraph(draft.thanks, field="thanks", most=2000),
        "language": draft.language,
    }


def _questions(given: Sequence[Asked]) -> list[Asked]:
    clean = [_question(n, one) for n, one in enumerate(given, 1) if one.text.strip()]
    if not 1 <= len(clean) <= QUESTIONS_MOST:
        raise Invalid(N_("A survey has one to three questions."), field="text_1")
    return clean


def _question(n: int, one: Asked) -> Asked:
    text = lines.line(one.text, field=f"text_{n}", most=500)
    if one.kind not in KINDS:
        raise Invalid(N_("Choose how the question is answered."), field=f"kind_{n}")
    choices: list[str] = []
    if one.kind == "choice":
        each = [lines.line(choice, field=f"choices_{n}", most=200) for choice in one.choices]
        choices = list(dict.fromkeys(choice for choice in each if choice))
        if not 2 <= len(choices) <= CHOICES_MOST:
            raise Invalid(N_("Give two to ten choices, one a line."), field=f"choices_{n}")
    bad = one.bad_up_to.strip()
    values = Asked(one.kind, text, choices).values
    if bad and (one.kind not in BAD_UP_TO or bad not in values):
        raise Invalid(N_("This is none of the answers."), field=f"bad_{n}")
    return Asked(one.kind, text, tuple(choices), bad)
