"""Whom a line may be about: people and companies of the customer file whose names are like the words, the likeliest first.

    words ──▶ names in use that are alike (rapidfuzz) ──▶ who has them ──▶ each compared with the whole phrase

Never chooses: a person does. "Muller", "Mueller" and "Müller" are alike, "Anna" finds whoever is called so.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from rapidfuzz import fuzz, process
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from outreach.companies import Company
from outreach.contacts import Contact
from outreach.contacts.store import display_name
from outreach.quick.proposal import Parsed

MOST = 6
#: likeness of 100 from which a name counts as meant; one wrong letter in "Müller" leaves 83
LIKE = 82
_NAMES_A_WORD = 6
_LOOKED_AT = 400
_WORDS = 40
_COMMON = frozenset(
    [
        "gmbh",
        "mbh",
        "ohg",
        "gbr",
        "inc",
        "ltd",
        "llc",
        "und",
        "and",
        "der",
        "die",
        "das",
        "von",
        "für",
        "kgaa",
        "verein",
        "stiftung",
        "gruppe",
        "group",
    ]
)  # noqa: SIM905
_FOLDED = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "é": "e", "è": "e", "á": "a", "à": "a", "ç": "c", "ş": "s",
                         "ğ": "g", "ı": "i", "ø": "o", "å": "a", "ñ": "n", "ł": "l", "ć": "c", "č": "c", "š": "s", "ž": "z"})  # fmt: skip


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


def suggestions(session: Session, parsed: Parsed, *, limit: int = MOST) -> Sequence[Suggestion]:
    """The likeliest people and companies; the longer the phrase that fits, and the later we spoke, the further up."""
    phrases = [parsed.who] if parsed.who else [one.text for one in parsed.candidates]
    return named(session, phrases, limit=limit)


def named(session: Session, phrases: Sequence[str], *, limit: int = MOST) -> Sequence[Suggestion]:
    """Whoever is called like one of these phrases."""
    wanted = list(dict.fromkeys(_fold(phrase) for phrase in phrases if phrase.strip()))[:_WORDS]
    words = list(dict.fromkeys(word for phrase in wanted for word in phrase.split() if len(word) > 1))[:_WORDS]
    if not words:
        return []
    by_phrase = {_fold(phrase): phrase for phrase in reversed(phrases)}
    found = [_judged(one, wanted, by_phrase) for one in (*_people(session, words), *_companies(session, words))]
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


def _people(session: Session, words: Sequence[str]) -> Iterable[_Met]:
    last = _alike(session.scalars(select(Contact.last_name).where(Contact.gone == "").distinct()), words)
    first = _alike(session.scalars(select(Contact.first_name).where(Contact.gone == "").distinct()), words)
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
        first_name, last_name = _fold(row[2]), _fold(row[3])
        halves = last_name.split() if " " in last_name else ()
        forms = tuple(
            form for form in (f"{first_name} {last_name}".strip(), last_name, first_name, *halves) if len(form) > 1
        )
        name = display_name(row[1], row[2], row[3], row[4])
        yield _Met(row[0], None, name, ", ".join(part for part in (row[5], row[6]) if part), forms, row[7])


def _companies(session: Session, words: Sequence[str]) -> Iterable[_Met]:
    by_word: dict[str, list[Any]] = {}
    for row in session.execute(select(Company.id, Company.name, Company.city)):
        for word in _distinctive(row[1]):
            by_word.setdefault(word, []).append(row)
    known, met = list(by_word), dict[int, Any]()
    for word in words:
        for part, _likeness, _key in process.extract(
            word, known, scorer=fuzz.ratio, score_cutoff=LIKE, limit=_NAMES_A_WORD
        ):
            met.update((row[0], row) for row in by_word[part][:50])
    for row in met.values():
        own = _distinctive(row[1])
        yield _Met(None, row[0], row[1], row[2], (_fold(row[1]), " ".join(own), *own))


def _distinctive(name: str) -> list[str]:
    """The words of a company's name that tell it from others."""
    return [word for word in _fold(name).replace("&", " ").split() if len(word) > 2 and word not in _COMMON]


def _alike(names: Iterable[str], words: Sequence[str]) -> list[str]:
    """Names in use that are like one of the words; double names also by either half."""
    folded: dict[str, list[str]] = {}
    for name in names:
        if name:
            whole = _fold(name)
            for part in {whole, *whole.split()}:
                folded.setdefault(part, []).append(name)
    known, found = list(folded), dict[str, None]()
    for word in words:
        for part, _likeness, _key in process.extract(
            word, known, scorer=fuzz.ratio, score_cutoff=LIKE, limit=_NAMES_A_WORD
        ):
            found.update(dict.fromkeys(folded[part]))
    return list(found)[:200]


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


def _fold(name: str) -> str:
    return " ".join(name.casefold().translate(_FOLDED).replace("-", " ").replace(".", " ").split())
