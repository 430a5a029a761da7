"""One person greeted, or refused with the reason."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from outreach.errors import N_
from outreach.salutation import nobility, titles, wording
from outreach.salutation.titles import Title
from outreach.salutation.wording import Refused

_FAMILY = re.compile(r"(?:Familie|Fam\.) (?=\S)", re.IGNORECASE)
_INITIAL = re.compile(r"[^\W\d_]\.?(?:[ \-]?[^\W\d_]\.)*")
_EITHER = re.compile(r"(?:geehrte|liebe|werte)\s*[(/*:_·]\s*-?\s*r", re.IGNORECASE)
_BARE_END = re.compile(
    r"(?:^|\s)(?:Frau|Herrn?|Dr\.?|Prof\.?|Mrs?\.?|Ms\.?|geehrter?|Sehr|Lieber|Dear|Familie|Fam\.?)$", re.IGNORECASE
)
_GAP = re.compile(r"[{}<>|\[\]%@]|\bHerrn? Frau\b|\bFrau Herrn?\b", re.IGNORECASE)
_LABELS = {"first_name": N_("First name"), "last_name": N_("Last name")}


@dataclass(frozen=True)
class Named:
    """What a greeting needs to know of a person, or of a company or family without one.

    `salutation` is frau, herr, neutral or empty; `title` is free text ("Prof. Dr. Dr. h.c."); a family has "Familie Müller"
    as its last name. Any `language` that does not begin with "de" is greeted in English; "de-AT" says "Mag." too.
    `letter_greeting` is a greeting written by hand, which wins whole.
    """

    first_name: str = ""
    last_name: str = ""
    title: str = ""
    salutation: str = ""
    address_form: str = "sie"
    language: str = "de"
    company: str = ""
    letter_greeting: str = ""


@dataclass(frozen=True)
class Greeting:
    """A greeting without a comma: "Sehr geehrte Frau Dr. Müller"."""

    text: str

    def __str__(self) -> str:
        return self.text


def greeting(person: Named) -> Greeting | Refused:
    """How to greet this person; Refused with the reason when what is known is empty or contradicts itself."""
    if hand := wording.tidy(person.letter_greeting):
        return by_hand(hand)
    person = _tidy(person)
    if not (person.first_name or person.last_name):
        return _nameless(person)
    family = _FAMILY.match(person.last_name) if not person.first_name else None
    if family:
        return _family(person, person.last_name[family.end() :])
    return _name_trouble(person) or _contradiction(person) or _said(person)


def punctuation(language: str) -> str:
    """What follows the greeting: a comma, but nothing in Switzerland (Duden: there the text begins with a capital)."""
    return "" if language.lower().startswith("de-ch") else ","


def is_german(language: str) -> bool:
    """Whether a person with this language is greeted in German."""
    return language.lower().startswith("de")


def by_hand(text: str) -> Greeting | Refused:
    """A hand-written greeting without its comma; refused when it is half a form: "Sehr geehrte(r)", "Herr {{ name }}"."""
    text = text.strip(" ,;")
    if not any(sign.isalpha() for sign in text) or _EITHER.search(text) or _GAP.search(text) or not text.isprintable():
        return Refused(N_("The greeting written by hand has a gap or an either-or in it."), field="letter_greeting")
    if _BARE_END.search(text) and not text.endswith("gnädige Frau"):
        return Refused(N_("The greeting written by hand ends before the name."), field="letter_greeting")
    return Greeting(text)


def _tidy(person: Named) -> Named:
    names = {name: wording.tidy(getattr(person, name)) for name in ("first_name", "last_name", "title", "company")}
    if names["first_name"].casefold() in ("familie", "fam.") and names["last_name"]:
        names |= {"first_name": "", "last_name": f"Familie {names['last_name']}"}
    rank = names["title"].split(" ")[-1]
    if (
        nobility.read(f"{rank} von {names['last_name']}")
        and not nobility.read(names["last_name"])
        and names["last_name"]
    ):
        names["title"] = names["title"].removesuffix(rank).rstrip()
        names["last_name"] = f"{rank} {names['last_name']}"
    return replace(person, **names)


def _nameless(person: Named) -> Greeting | Refused:
    if person.title:
        return Refused(N_("There is a title, but no name."), field="last_name")
    if person.salutation in ("frau", "herr"):
        return Refused(N_("Frau or Herr is known, but not the name."), field="last_name")
    if not any(sign.isalpha() for sign in person.company):
        return Refused(N_("There is neither a name nor a company to greet."), field="last_name")
    if person.address_form == "du":
        return Greeting("Hallo zusammen" if is_german(person.language) else "Hello everybody")
    return Greeting("Sehr geehrte Damen und Herren" if is_german(person.language) else "Dear Sir or Madam")


def _family(person: Named, name: str) -> Greeting | Refused:
    trouble = wording.check(name, field="last_name", label=_LABELS["last_name"])
    if trouble:
        return trouble
    if not is_german(person.language):
        return Greeting(f"Dear {name} family")
    return Greeting(f"{'Liebe' if person.address_form == 'du' else 'Sehr geehrte'} Familie {name}")


def _name_trouble(person: Named) -> Refused | None:
    for field, label in _LABELS.items():
        text = getattr(person, field)
        trouble = wording.check(text, field=field, label=label) if text else None
        if trouble:
            return trouble
    return None


def _contradiction(person: Named) -> Refused | None:
    """Two fields that cannot both be right."""
    claims = titles.read(person.title).anrede
    if len(claims) > 1 or (claims and person.salutation and person.salutation not in claims):
        return Refused(N_("The title “%(title)s” contradicts the salutation."), {"title": person.title}, "title")
    noble = nobility.read(person.last_name)
    if noble and noble.anrede and person.salutation in ("frau", "herr") and person.salutation != noble.anrede:
        return Refused(N_("“%(rank)s” in the last name contradicts the salutation."), {"rank": noble.rank}, "last_name")
    return None


def _said(person: Named) -> Greeting | Refused:
    title = titles.read(person.title)
    anrede = person.salutation or next(iter(title.anrede), "")
    if person.address_form == "du":
        return _du(person)
    if not person.last_name:
        return _first_name_alone(person, title)
    if is_german(person.language):
        return _german(person, title, anrede)
    return _english(person, title, anrede)


def _du(person: Named) -> Greeting | Refused:
    if not person.first_name:
        return Refused(N_("Du needs a first name."), field="first_name")
    if _INITIAL.fullmatch(person.first_name) and person.first_name.endswith("."):
        return Refused(N_("Du needs a first name, and “%(name)s” is only its beginning."),
                       {"name": person.first_name}, "first_name")  # fmt: skip
    return Greeting(f"{'Hallo' if is_german(person.language) else 'Hello'} {person.first_name}")


def _first_name_alone(person: Named, title: Title) -> Greeting | Refused:
    """ "Frau Anna" is for the theatre: without a last name the first name is greeted, with a title nobody is."""
    if title.said:
        return Refused(N_("There is a title, but no last name."), field="last_name")
    if _INITIAL.fullmatch(person.first_name) and person.first_name.endswith("."):
        return Refused(N_("“%(name)s” alone is no name to greet."), {"name": person.first_name}, "last_name")
    return Greeting(f"{'Guten Tag' if is_german(person.language) else 'Dear'} {person.first_name}")


_ALONE = N_("Only the last name is known: without a first name, Frau or Herr there is no greeting.")


def _german(person: Named, title: Title, anrede: str) -> Greeting | Refused:
    spoken = titles.german(title, anrede, austrian=person.language.lower().startswith("de-at"))
    if anrede not in ("frau", "herr"):
        if not (spoken or person.first_name):
            return Refused(_ALONE, field="salutation")
        return Greeting(_joined("Guten Tag", spoken, person.first_name, person.last_name))
    geehrt, word = ("Sehr geehrte", "Frau") if anrede == "frau" else ("Sehr geehrter", "Herr")
    noble = nobility.read(person.last_name)
    if noble is None:
        return Greeting(_joined(geehrt, word, spoken, person.last_name))
    if noble.use == "silent":
        return Greeting(_joined(geehrt, word, spoken, noble.rest))
    return Greeting(_joined(geehrt, f"{word} {spoken}" if spoken else "", noble.rank, noble.rest))


def _english(person: Named, title: Title, anrede: str) -> Greeting | Refused:
    spoken = titles.english(title)
    noble = nobility.read(person.last_name)
    name = noble.rest if noble and noble.use == "silent" else person.last_name
    if spoken:
        return Greeting(_joined("Dear", spoken, name))
    if anrede not in ("frau", "herr"):
        if not person.first_name:
            return Refused(_ALONE, field="salutation")
        return Greeting(_joined("Dear", person.first_name, person.last_name))
    if noble and noble.english:
        return Greeting(_joined("Dear", noble.english, noble.rest))
    return Greeting(_joined("Dear", "Ms" if anrede == "frau" else "Mr", name))


def _joined(*parts: str) -> str:
    return " ".join(part for part in parts if part)
