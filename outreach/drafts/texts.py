"""The letters Outreach brings along, read from texts/*.toml; and the check of one somebody changed. Pure.

A file holds kinds of occasions; a kind says its purpose and has letters for three forms of address, each in several
wordings, so that two people of one company never read the same:

    [award]
    purpose = "relationship"          # service, relationship or advertising
    [[award.de_sie]]                  # de_sie, de_du, en
    subject = "…"
    body = '''…'''

The body stands between greeting and closing and begins small, as it does behind a comma. Gaps are filled in the
sandbox; a paragraph whose gaps are all empty is left out.
"""

from __future__ import annotations

import re
import tomllib
import zlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

from outreach.errors import N_, Invalid
from outreach.mail import sandbox

Form = Literal["de_sie", "de_du", "en"]
Purpose = Literal["service", "relationship", "advertising"]
FORMS: tuple[Form, ...] = ("de_sie", "de_du", "en")
PURPOSES: tuple[Purpose, ...] = ("service", "relationship", "advertising")
FOLDER = Path(__file__).with_name("texts")
#: what a personal letter holds to: words between greeting and closing, words of the subject
WORDS_LEAST, WORDS_MOST, SUBJECT_WORDS_MOST = 30, 110, 7
SUBJECT_MOST, BODY_MOST = 200, 5_000
#: a kind that is written to on a person's wish and has no letter of its own
ANY = "free"


@dataclass(frozen=True)
class LetterText:
    """One wording of a letter, with gaps."""

    kind: str
    form: Form
    variant: int
    subject: str
    body: str
    purpose: Purpose


@dataclass(frozen=True)
class Gap:
    """What a gap stands for, and an example, with which an edited letter is tried."""

    description: str
    example: str


GAPS: Mapping[str, Gap] = MappingProxyType(
    {
        "company": Gap(N_("the company they work for"), "Müller Maschinenbau"),
        "first_name": Gap(N_("their first name"), "Anna"),
        "last_name": Gap(N_("their last name"), "Weber"),
        "headline": Gap(N_("the headline of the report, in quotation marks"), "„Müller Maschinenbau wächst“"),
        "said_in": Gap(N_("where it stood, with its preposition: “in der Südwest Presse”"), "in der Südwest Presse"),
        "published": Gap(N_("the day of the report: “3. Mai”"), "3. Mai"),
        "day": Gap(N_("the day it happens or happened: “3. Mai”"), "3. Mai"),
        "is_late": Gap(N_("filled when the day is over, for a condition"), "yes"),
        "years": Gap(N_("how many years, with the word: “zehn Jahren”"), "zehn Jahren"),
        "label": Gap(N_("what the day is called on the card, in quotation marks"), "„Tag der Übergabe“"),
        "fact": Gap(N_("a sentence about something noted on the card; often empty"), "Ich denke an „Umzug der Werkstatt“."),
        "service": Gap(N_("the service that is new, in quotation marks"), "„Workshop Angebote schreiben“"),
        "wish": Gap(N_("what they wished for, in quotation marks; empty when it cannot be quoted"), "„Schulung“"),
        "noted": Gap(N_("when they said so: “im März”; may be empty"), "im März"),
        "fair": Gap(N_("the trade fair, as in “auf der Messe „IAA“”"), "Hannover Messe"),
        "fair_days": Gap(N_("the days of the fair: “vom 12. bis 15. Mai”"), "vom 12. bis 15. Mai"),
        "place": Gap(N_("where the fair is; may be empty"), "Hannover"),
        "stand": Gap(N_("their stand; may be empty"), "Halle 4, B 12"),
        "slot_1": Gap(N_("a first time for a visit at the fair; empty when the fair is over"), "Dienstag, 12. Mai, um 10.30 Uhr"),
        "slot_2": Gap(N_("a second time for a visit at the fair"), "Donnerstag, 14. Mai, um 14 Uhr"),
        "season": Gap(N_("the season, in quotation marks"), "„Jahresplanung“"),
        "season_day": Gap(N_("the day of the season: “1. Oktober”"), "1. Oktober"),
        "brought": Gap(N_("whom they recommended you to"), "Jana Peters"),
        "last": Gap(N_("when you were last in touch: “im November”; empty before the first time"), "im November"),
        "sent": Gap(N_("the day of your mail without an answer: “3. Mai”"), "3. Mai"),
        "about": Gap(N_("the subject of your mail without an answer, in quotation marks; may be empty"), "„Besuch im Mai“"),
        "received": Gap(N_("the day of their message: “3. Mai”; may be empty"), "3. Mai"),
    }
)  # fmt: skip
_NAMES = frozenset(GAPS)
_WORD = re.compile(r"\w+(?:[-'’.]\w+)*")


class BadTexts(ValueError):
    """The files of letters cannot be used; the sentence says where."""


def load(folder: Path = FOLDER) -> Mapping[str, Mapping[Form, Sequence[LetterText]]]:
    """All shipped letters by kind and form; raises BadTexts."""
    return _load(folder)


def shipped(kind: str, form: Form) -> Sequence[LetterText]:
    """The wordings for this kind; one with just a greeting for a kind that has none."""
    known = load()
    return known.get(kind, known[ANY])[form]


def form_of(language: str, address_form: str) -> Form:
    """Which letters fit a person with this language ("de-CH") and form of address (sie, du)."""
    if not language.lower().startswith("de"):
        return "en"
    return "de_du" if address_form == "du" else "de_sie"


def choose(
    wordings: Sequence[LetterText], *, contact_id: int, occasion_id: int, taken: Collection[int] = ()
) -> LetterText:
    """One of these wordings, always the same one for a person and an occasion; none that a colleague got, while there
    is another."""
    free = [one for one in wordings if one.variant not in taken] or list(wordings)
    return free[zlib.crc32(f"{contact_id}:{occasion_id}".encode()) % len(free)]


def check(subject: str, body: str) -> tuple[str, ...]:
    """What an edited letter might do better, as sentences; empty when all is well.

    Raises sandbox.Broken or Invalid, with the field, for what cannot be sent: unknown gaps, nothing written, two
    questions at once.
    """
    for field, text, most in (("subject", subject, SUBJECT_MOST), ("body", body, BODY_MOST)):
        if len(text) > most:
            raise Invalid(N_("This is longer than %(most)s characters."), field=field, most=most)
        if not text.strip():
            raise Invalid(N_("There is nothing written here."), field=field)
    if "\n" in subject.strip():
        raise Invalid(N_("The subject is one line."), field="subject")
    filled_subject, filled = _tried(subject, "subject"), _tried(body, "body")
    if filled.count("?") > 1:
        raise Invalid(N_("One question at most: who is asked two answers none."), field="body")
    return _advice(filled_subject, filled)


def word_count(text: str) -> int:
    """How many words; "z. B." counts as two, "20-jähriges" as one."""
    return len(_WORD.findall(text))


def _tried(text: str, field: str) -> str:
    """The text with the examples filled in."""
    try:
        return sandbox.compile(text, html=False, names=_NAMES).render({name: gap.example for name, gap in GAPS.items()})
    except sandbox.Broken as error:
        values = {name: value for name, value in error.values.items() if name != "line"}
        raise sandbox.Broken(error.sentence, line=error.line, field=field, **values) from None


def _advice(subject: str, body: str) -> tuple[str, ...]:
    found = []
    if word_count(subject) > SUBJECT_WORDS_MOST:
        found.append(N_("The subject is long: seven words are read, more are cut off."))
    if word_count(body) > WORDS_MOST:
        found.append(N_("The letter is long: most answer to about a hundred words or fewer."))
    if "!" in subject + body:
        found.append(N_("An exclamation mark sounds like advertising."))
    return tuple(found)


@cache
def _load(folder: Path) -> Mapping[str, Mapping[Form, Sequence[LetterText]]]:
    found: dict[str, Mapping[Form, Sequence[LetterText]]] = {}
    for file in sorted(folder.glob("*.toml")):
        for kind, table in tomllib.loads(file.read_text("utf-8")).items():
            if kind in found:
                raise BadTexts(f"{file.name}: {kind} stands in two files.")
            found[kind] = _kind(kind, table)
    if ANY not in found:
        raise BadTexts(f"{folder.name}: there is no letter “{ANY}”.")
    return found


def _kind(kind: str, table: dict[str, Any]) -> Mapping[Form, Sequence[LetterText]]:
    purpose = table.get("purpose")
    if purpose not in PURPOSES or set(table) != {"purpose", *FORMS}:
        raise BadTexts(f"Letters for {kind}: a purpose and the forms {', '.join(FORMS)} are needed, and nothing else.")
    return {
        form: tuple(
            LetterText(kind, form, number, one["subject"].strip(), one["body"].strip(), purpose)
            for number, one in enumerate(table[form])
        )
        for form in FORMS
    }
