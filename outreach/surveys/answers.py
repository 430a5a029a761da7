"""Answers: one sheet per person and survey, on the timeline of their card; a bad one opens a complaint, once.

    link(survey, contact) ──▶ reader ──▶ answer ──▶ sheet + touchpoint ──▶ complaint (bad, known) | task (bad, unknown)

Whoever answers again while the survey is open replaces their answer: people come back to mend a slip. The complaint a
bad answer opened stays, because only a person can say that it is settled. An open link (contact 0) takes answers without
a name; each is a sheet of its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from outreach import clock, db, tasks
from outreach.care import complaints, rules
from outreach.contacts import Contact
from outreach.errors import N_, BadToken, Conflict, Invalid
from outreach.history import store as history
from outreach.history.rows import Touchpoint
from outreach.house import House
from outreach.surveys import store
from outreach.surveys.rows import AnswerSheet, Survey
from outreach.surveys.store import Asked, Sheet

WORDS_MOST = 4000
#: the task about a bad answer of somebody unknown; what follows the colon is the survey
READ_IT = N_("Read a bad answer")


@dataclass(frozen=True)
class Reader:
    """Whoever holds a link: the survey, and the contact it was made for (None: the open link)."""

    sheet: Sheet
    contact_id: int | None


@dataclass(frozen=True)
class SheetLine:
    """What a contact answered, on the card."""

    id: int
    survey_id: int
    title: str
    answers: Sequence[tuple[str, str, str]]  # question, kind, answer
    is_bad: bool
    complaint_id: int | None
    at: datetime


def link(house: House, survey_id: int, contact_id: int = 0) -> str:
    """The address a contact answers at; contact 0 is the open link."""
    return house.url("/survey/" + house.sealer.seal("survey", survey_id, contact_id))


def reader(session: Session, house: House, token: str) -> Reader:
    """Who holds this link; a merged contact is the one that stayed. Raises BadToken, also for people who were erased."""
    numbers = house.sealer.open("survey", token)
    if len(numbers) != 2 or session.get(Survey, numbers[0]) is None:  # noqa: PLR2004
        raise BadToken(N_("This link is not valid any more."))
    return Reader(store.sheet(session, numbers[0]), _who(session, numbers[1]) if numbers[1] else None)


def answer(
    session: Session, who: Reader, given: Mapping[int, str], *, at: datetime | None = None, zone: str = "UTC"
) -> AnswerSheet:
    """Keep what was answered, by the number of the question. Raises Invalid, Conflict when the survey is closed."""
    if who.sheet.closed_at is not None:
        raise Conflict(N_("This survey is closed. Thank you for wanting to answer."))
    clean = {str(one.id): value for one in who.sheet.questions if (value := _clean(one, given.get(one.id, "")))}
    if not clean:
        raise Invalid(N_("Please answer at least one question."))
    moment = at or clock.now()
    kept = _sheet_of(session, who, moment)
    kept.answers, kept.at = clean, moment
    bad = [one for one in who.sheet.questions if _is_bad(one, clean.get(str(one.id), ""))]
    kept.is_bad = bool(bad)
    session.flush()
    _write_on_card(session, who, kept)
    if bad and kept.complaint_id is None:
        _follow_up(session, who, kept, zone)
    session.flush()
    return kept


def of_contact(session: Session, contact_id: int) -> Sequence[SheetLine]:
    """What a contact answered, newest first, also under a card that was merged into theirs."""
    merged = session.scalars(select(Contact.id).where(Contact.merged_into_id == contact_id)).all()
    query = (
        select(AnswerSheet, Survey.title)
        .join(Survey, Survey.id == AnswerSheet.survey_id)
        .where(AnswerSheet.contact_id.in_([contact_id, *merged]))
        .order_by(AnswerSheet.at.desc(), AnswerSheet.id.desc())
        .limit(100)
    )
    found = []
    for one, title in session.execute(query):
        asked = store.sheet(session, one.survey_id).questions
        said = [(q.text, q.kind, one.answers[str(q.id)]) for q in asked if str(q.id) in one.answers]
        found.append(SheetLine(one.id, one.survey_id, title, said, one.is_bad, one.complaint_id, one.at))
    return found


def given_before(session: Session, who: Reader) -> Mapping[int, str]:
    """What the holder of a link answered before, to be looked at and changed; nothing for the open link."""
    kept = _kept(session, who) if who.contact_id is not None else None
    return {int(number): value for number, value in kept.answers.items()} if kept is not None else {}


def text_of(sheet: Sheet, answers: Mapping[str, str]) -> str:
    """The answers as they stand on the timeline, readable without the survey; in the survey's language."""
    return "\n".join(
        [sheet.title, *(f"{one.text} – {shown(one, answers[str(one.id)], sheet.language)}" for one in sheet.questions if str(one.id) in answers)]
    )  # fmt: skip


def shown(one: Asked, value: str, language: str) -> str:
    """One answer in words: "7/10", "4/5 ★", "ja"."""
    if one.kind == "scale":
        return f"{value}/10"
    if one.kind == "stars":
        return f"{value}/5 ★"
    if one.kind == "yes_no":
        return {"de": {"yes": "ja", "no": "nein"}}.get(language, {}).get(value, value)
    return value


def _who(session: Session, contact_id: int) -> int:
    row = session.execute(select(Contact.gone, Contact.merged_into_id).where(Contact.id == contact_id)).one_or_none()
    for _hop in range(20):
        if row is None or row[0] == "erased":
            break
        if row[0] == "":
            return contact_id
        contact_id = row[1] or 0
        row = session.execute(
            select(Contact.gone, Contact.merged_into_id).where(Contact.id == contact_id)
        ).one_or_none()
    raise BadToken(N_("This link is not valid any more."))


def _clean(one: Asked, value: str) -> str:
    if one.kind == "words":
        return history.paragraph(value, field=f"q{one.id}", most=WORDS_MOST)
    value = value.strip()
    if value and value not in one.values:
        raise Invalid(N_("Please choose one of the answers."), field=f"q{one.id}")
    return value


def _is_bad(one: Asked, value: str) -> bool:
    return bool(value) and rules.is_bad(one.kind, value, one.bad_up_to, choices=one.choices)


def _kept(session: Session, who: Reader) -> AnswerSheet | None:
    merged = session.scalars(select(Contact.id).where(Contact.merged_into_id == who.contact_id)).all()
    query = select(AnswerSheet).where(
        AnswerSheet.survey_id == who.sheet.id, AnswerSheet.contact_id.in_([who.contact_id, *merged])
    )
    return session.scalars(query.order_by(AnswerSheet.at.desc(), AnswerSheet.id.desc()).limit(1)).one_or_none()


def _sheet_of(session: Session, who: Reader, at: datetime) -> AnswerSheet:
    values: dict[str, Any] = {
        "survey_id": who.sheet.id, "contact_id": who.contact_id, "answers": {}, "is_bad": False, "at": at,
        "complaint_id": None, "touchpoint_id": None,
    }  # fmt: skip
    if who.contact_id is None:
        made = AnswerSheet(**values)
        session.add(made)
        session.flush()
        return made
    if _kept(session, who) is None:  # two posts at once make one sheet
        session.connection().execute(db.insert(session, AnswerSheet).values(**values).on_conflict_do_nothing())
    kept = _kept(session, who)
    assert kept is not None
    session.refresh(kept, with_for_update=True)
    return kept


def _write_on_card(session: Session, who: Reader, kept: AnswerSheet) -> None:
    if who.contact_id is None:
        return
    text = text_of(who.sheet, kept.answers)
    known = session.get(Touchpoint, kept.touchpoint_id) if kept.touchpoint_id is not None else None
    if known is not None:
        history.change(session, known.id, text=text, at=kept.at)
    else:
        made = history.add(session, contact_id=who.contact_id, kind="survey", at=kept.at, text=text)
        kept.touchpoint_id = made.id


def _follow_up(session: Session, who: Reader, kept: AnswerSheet, zone: str) -> None:
    if who.contact_id is not None:
        said = text_of(who.sheet, kept.answers)
        if len(said) > complaints.TEXT_MOST:  # the whole of it stands on the timeline
            said = said[: complaints.TEXT_MOST - 1] + "…"
        opened = complaints.open(session, who.contact_id, said, kept.at, zone=zone)
        kept.complaint_id = opened.id
    else:
        today = clock.on_wall(kept.at, zone).date()
        tasks.add(session, kind="survey", origin_id=who.sheet.id, text=f"{READ_IT}: {who.sheet.title}", due_on=today)
