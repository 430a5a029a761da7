"""Whom a line may be about: people and companies of the customer file whose names are like the words, the likeliest first.

    words ──▶ names in use that are alike (rapidfuzz) ──▶ who has them ──▶ each compared with the whole phrase

Never chooses: a person does. "Muller", "Mueller" and "Müller" are alike, "Anna" finds whoever is called so.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from rapidfuzz import fuzz, process
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from outreach.companies import Company
from outreach.contacts import Contact
from outreach.contacts.store import display_name
from outreach.quick.known import Index, Names, distinctive, fold
from outreach.quick.proposal import Parsed

T = TypeVar("T")
MOST = 6
#: likeness of 100 from which a name counts as meant; one wrong letter in "Müller" leaves 83
LIKE = 82
_NAMES_A_WORD = 6
_LOOKED_AT = 400
_WORDS = 40


@dataclass(frozen=True)
class Suggestion:
    """Somebody the line may be about. `words` are the letters of the line that name them."""

    contact_id: int | None
    company_id: int | None
    name: str
    about: str
    words: str
    likeness: float
    last_contact_at: datetime | None = None


def suggestions(
    session: Session, parsed: Parsed, *, names: Names | None = None, limit: int = MOST
) -> Sequence[Suggestion]:
    """The likeliest people and companies; the longer the phrase that fits, and the later we spoke, the further up."""
    phrases = [parsed.who] if parsed.who else [one.text for one in parsed.candidates]
    return named(session, phrases, names=names, limit=limit)


def named(
    session: Session, phrases: Sequence[str], *, names: Names | None = None, limit: int = MOST
) -> Sequence[Suggestion]:
    """Whoever is called like one of these phrases."""
    wanted = list(dict.fromkeys(fold(phrase) for phrase in phrases if phrase.strip()))[:_WORDS]
    words = list(dict.fromkeys(word for phrase in wanted for word in phrase.split() if len(word) > 1))[:_WORDS]
    if not words:
        return []
    known = (names or Names()).of(session)
    by_phrase = {fold(phrase): phrase for phrase in reversed(phrases)}
    found = [
        _judged(one, wanted, by_phrase) for one in (*_people(session, words, known), *_companies(session, words, known))
    ]
    likely = [one for one in found if one is not None]
    likely.sort(
        key=lambda one: (
            -round(one.likeness),
            -(one.last_contact_at.timestamp() if one.last_contact_at else 0),
            one.name,
        )
    )
    return likely[:limit]


@dataclass(frozen=True)
class _Met:
    contact_id: int | None
    company_id: int | None
    name: str
    about: str
    forms: tuple[str, ...]
    last_contact_at: datetime | None = None


def _people(session: Session, words: Sequence[str], known: Index) -> Iterable[_Met]:
    last, first = list(_alike(known.last, words))[:200], list(_alike(known.first, words))[:200]
    query = (
        select(
            Contact.id, Contact.title, Contact.first_name, Contact.last_name, Contact.email, Company.name, Contact.city,
            Contact.last_contact_at,
        )
        .outerjoin(Company, Company.id == Contact.company_id)
        .where(Contact.gone == "", or_(Contact.last_name.in_(last), Contact.first_name.in_(first)))
        # whoever has both names comes first, then whoever we spoke to last
        .order_by(
            (Contact.last_name.in_(last) & Contact.first_name.in_(first)).desc(), Contact.last_name.in_(last).desc(),
            Contact.last_contact_at.desc().nulls_last(), Contact.id,
        )
        .limit(_LOOKED_AT)
    )  # fmt: skip
    for row in session.execute(query):
        first_name, last_name = fold(row[2]), fold(row[3])
        halves = last_name.split() if " " in last_name else ()
        forms = tuple(
            form for form in (f"{first_name} {last_name}".strip(), last_name, first_name, *halves) if len(form) > 1
        )
        name = display_name(row[1], row[2], row[3], row[4])
        yield _Met(row[0], None, name, ", ".join(part for part in (row[5], row[6]) if part), forms, row[7])


def _companies(session: Session, words: Sequence[str], known: Index) -> Iterable[_Met]:
    numbers = list(_alike(known.firms, words))[:200]
    for row in session.execute(select(Company.id, Company.name, Company.city).where(Company.id.in_(numbers))):
        own = distinctive(row[1])
        yield _Met(None, row[0], row[1], row[2], (fold(row[1]), " ".join(own), *own))


def _alike(known: Mapping[str, set[T]], words: Sequence[str]) -> dict[T, None]:
    """What belongs to a folded word that is like one of these, the likest first."""
    found = dict[T, None]()
    for word in words:
        for part, _likeness, _key in process.extract(
            word, known.keys(), scorer=fuzz.ratio, score_cutoff=LIKE, limit=_NAMES_A_WORD
        ):
            found.update(dict.fromkeys(known[part]))
    return found


def _judged(met: _Met, phrases: Sequence[str], by_phrase: dict[str, str]) -> Suggestion | None:
    best, words = 0.0, ""
    for phrase in phrases:
        for number, form in enumerate(met.forms):
            # A phrase that names all of the person is surer than one that names a half.
            likeness = fuzz.token_sort_ratio(phrase, form) - 3 * min(number, 3)
            if likeness > best:
                best, words = likeness, phrase
    if best < LIKE - 8:
        return None
    return Suggestion(
        met.contact_id, met.company_id, met.name, met.about, by_phrase.get(words, words), best, met.last_contact_at
    )
