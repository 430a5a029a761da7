"""What a survey says: counts, averages, the net promoter score, words; always "n of m"."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from outreach import contacts
from outreach.contacts import Contact, tags
from outreach.contacts.rows import ContactTag, Tag
from outreach.contacts.store import display_name
from outreach.surveys import store
from outreach.surveys.rows import AnswerSheet
from outreach.surveys.store import Asked, Sheet

#: who is a promoter and who a detractor on the scale of 0 to 10 (Reichheld, "The One Number You Need to Grow", 2003)
PROMOTER, DETRACTOR = 9, 6
WORDS_SHOWN = 200
LINKS_MOST = 200_000


@dataclass(frozen=True)
class Words:
    """A free answer, and whose it is (empty: nobody knows)."""

    text: str
    contact_id: int | None
    name: str
    at: datetime
    is_bad: bool


@dataclass(frozen=True)
class QuestionResult:
    """The answers to one question: `answered` of all `sheets`."""

    question: Asked
    answered: int
    sheets: int
    counts: Sequence[tuple[str, int]]
    average: float | None
    #: promoters minus detractors in percent, −100 to 100; only for the scale
    score: int | None
    words: Sequence[Words]


@dataclass(frozen=True)
class Results:
    """A survey and what was answered."""

    sheet: Sheet
    sheets: int
    bad: int
    questions: Sequence[QuestionResult]


def results(session: Session, survey_id: int) -> Results:
    """Everything answered so far; raises NotFound."""
    asked = store.sheet(session, survey_id)
    answered = aliased(Contact)  # perhaps merged since: then the answer is that of the card that stayed
    query = (
        select(
            AnswerSheet.answers, AnswerSheet.is_bad, Contact.id, AnswerSheet.at, Contact.title, Contact.first_name,
            Contact.last_name, Contact.email,
        )
        .outerjoin(answered, answered.id == AnswerSheet.contact_id)
        .outerjoin(Contact, Contact.id == func.coalesce(answered.merged_into_id, answered.id))
    )  # fmt: skip
    query = query.where(AnswerSheet.survey_id == survey_id).order_by(AnswerSheet.at.desc(), AnswerSheet.id.desc())
    counts: dict[int, Counter[str]] = {one.id: Counter() for one in asked.questions}
    words: dict[int, list[Words]] = {one.id: [] for one in asked.questions}
    sheets = bad = 0
    for answers, is_bad, contact_id, at, *name in session.execute(query).yield_per(1000):
        sheets, bad = sheets + 1, bad + is_bad
        for one in asked.questions:
            value = answers.get(str(one.id))
            if value is None:
                continue
            counts[one.id]["" if one.kind == "words" else value] += 1
            if one.kind == "words" and len(words[one.id]) < WORDS_SHOWN:
                whose = display_name(name[0] or "", name[1] or "", name[2] or "", name[3])
                words[one.id].append(Words(value, contact_id, whose, at, is_bad))
    each = [_result(one, counts[one.id], words[one.id], sheets) for one in asked.questions]
    return Results(asked, sheets, bad, each)


def _result(one: Asked, counted: Counter[str], words: Sequence[Words], sheets: int) -> QuestionResult:
    answered = counted.total()
    pairs = [(value, counted[value]) for value in one.values]
    return QuestionResult(one, answered, sheets, pairs, average(one.kind, pairs), score(one.kind, pairs), words)


def average(kind: str, pairs: Sequence[tuple[str, int]]) -> float | None:
    """The mean of a scale or of stars; None for other kinds and without answers."""
    answered = sum(count for _, count in pairs)
    if kind not in ("scale", "stars") or not answered:
        return None
    return sum(int(value) * count for value, count in pairs) / answered


def score(kind: str, pairs: Sequence[tuple[str, int]]) -> int | None:
    """The net promoter score of a 0 to 10 scale; None for other kinds and without answers."""
    answered = sum(count for _, count in pairs)
    if kind != "scale" or not answered:
        return None
    promoters = sum(count for value, count in pairs if int(value) >= PROMOTER)
    detractors = sum(count for value, count in pairs if int(value) <= DETRACTOR)
    return round(100 * (promoters - detractors) / answered)


def people(session: Session, *, tag: str = "") -> Iterator[tuple[int, str, str]]:
    """Everybody a personal link can be made for, or everybody with a tag: number, name, mail address."""
    query = select(Contact.id, Contact.title, Contact.first_name, Contact.last_name, Contact.email)
    query = query.where(Contact.gone == "", Contact.deceased_at.is_(None))
    if tag:
        carries = select(ContactTag.contact_id).join(Tag, Tag.id == ContactTag.tag_id).where(Tag.key == tags.key(tag))
        query = query.where(Contact.id.in_(carries))
    rows = session.execute(query.order_by(Contact.last_name, Contact.first_name, Contact.id).limit(LINKS_MOST)).all()
    return ((row[0], display_name(row[1], row[2], row[3], row[4]), row[4] or "") for row in rows)


def somebody(session: Session, contact_id: int) -> str:
    """The name of a contact a link is made for; raises NotFound."""
    return contacts.person(session, contacts.get(session, contact_id).id).name
