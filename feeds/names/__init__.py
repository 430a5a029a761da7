"""The written forms of a name: what the press may call a company or person, and what each form demands. Pure.

Subject → name, aliases, former names, competitors, people → legal forms and tails off → Forms, each with its demands
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

from feeds.names.lists import endings, words
from feeds.names.ordinary import Ordinary, ordinary, warning
from feeds.names.spelling import folded
from feeds.texts import Relation, Subject
from outreach.names.dictionary import is_german

__all__ = ["Case", "Form", "Ordinary", "core", "forms", "ordinary", "proposals", "says_what", "warning"]

#: which letters must be capitals: none, the first, all
Case = Literal["any", "first", "all"]
_LONG_ENOUGH_FOR_SMALL_LETTERS = 6
_INITIALS = 4
_SAYABLE = 3
#: the words of company names come again and again: what one of them is, is kept for this many
_WORDS_KEPT = 20_000


@dataclass(frozen=True, slots=True)
class Form:
    """One way to write a name, and what it demands where it stands."""

    text: str
    case: Case
    ordinary: Ordinary
    relation: Relation = "own"
    #: only a part of the name: what it does was left off ("Hapero" of "Hapero Energietechnik")
    is_part: bool = False
    #: somebody wrote it down as a name of its own
    is_given: bool = False
    #: the name has an article, "Die Bahn", and is declined with it: "bei der Bahn"
    takes_article: bool = False


def forms(subject: Subject) -> tuple[Form, ...]:
    """Every form the subject may take in the press: its own names, its competitors', its people's. No form twice."""
    found: dict[tuple[str, Relation], Form] = {}
    for form in _all(subject):
        known = found.setdefault((folded(form.text), form.relation), form)
        if form.is_given and not known.is_given:
            found[folded(form.text), form.relation] = form
    return tuple(found.values())


def _all(subject: Subject) -> Iterator[Form]:
    if subject.is_person:
        yield from (_person(name, "own") for name in (subject.name, *subject.aliases, *subject.former_names) if name)
        return
    yield from _company(subject.name, "own")
    for alias in (*subject.aliases, *subject.former_names):
        yield from _company(alias, "own", is_given=True)
        if noun := _noun_after_article(alias):
            yield replace(_form(noun, "own", is_given=True), takes_article=not subject.is_medium)
    for rival in subject.competitors:
        yield from _company(rival, "competitor")
    for person in subject.people:
        yield _person(person, "person")


def _person(name: str, relation: Relation) -> Form:
    plain = " ".join(part for part in name.split() if part.strip(".").lower() not in words("titles"))
    return Form(plain, "first", Ordinary.PERSON if " " in plain else Ordinary.SURNAME, relation, is_given=True)


def _company(name: str, relation: Relation, *, is_given: bool = False) -> Iterator[Form]:
    whole, *insides = _brackets(name)
    full = core(whole)
    for text in (full, *insides):
        if not text:
            continue
        yield _form(text, relation, is_given=is_given)
        shorter = _without_tails(text)
        if shorter != text:
            yield _form(shorter, relation, is_given=False)
        yield from (_form(part, relation, is_part=True) for part in _parts(shorter))
        yield from (_form(other, relation) for other in _otherwise(shorter))


def _noun_after_article(name: str) -> str:
    """ "Die Bahn" is declined by its article: "bei der Bahn"."""
    article, _, noun = name.partition(" ")
    return noun if article.lower() in ("der", "die", "das") and noun and " " not in noun else ""


def _form(text: str, relation: Relation, *, is_part: bool = False, is_given: bool = False) -> Form:
    meant = ordinary(text)
    return Form(text, _case(text, meant), meant, relation, is_part=is_part, is_given=is_given)


def _case(text: str, meant: Ordinary) -> Case:
    if meant == Ordinary.SHORT and text.upper() == text:
        return "first" if _can_be_said(text) else "all"
    if meant == Ordinary.WORD and text.upper() == text and " " not in text:
        return "first"
    if text[:1].islower():
        return "any"
    if meant == Ordinary.NO and len(text) >= _LONG_ENOUGH_FOR_SMALL_LETTERS and not _is_all_words(text):
        return "any"
    return "first"


def _is_all_words(text: str) -> bool:
    """ "Deutsche Bank" with capitals is a name, "eine deutsche Bank" is any."""
    parts = text.split()
    return len(parts) > 1 and all(is_german(part.lower()) or is_german(part.capitalize()) for part in parts)


def _can_be_said(text: str) -> bool:
    """ "EON" is written "Eon", too; "ZF" and "RWE" are not."""
    title = text.capitalize()
    return (
        bool(re.fullmatch(r"[AEIOUÄÖÜ][^AEIOU]?[AEIOU]?[^AEIOU]|[^AEIOU][AEIOU]{2}", text))
        and len(text) == _SAYABLE
        and not is_german(title)
    )


_SIGNS = re.compile(r"[^\w]+")


@lru_cache(maxsize=_WORDS_KEPT)
def _plain(word: str) -> str:
    return _SIGNS.sub("", word.lower())


def core(name: str) -> str:
    """The name without its legal form: "Imtech Deutschland GmbH & Co. KG" → "Imtech Deutschland"."""
    parts = _whole_legal_forms(name).replace(",", " , ").split()
    while len(parts) > 1 and _is_legal(parts[-1]):
        parts.pop()
    while len(parts) > 1 and (_plain(parts[0]) == "the" or _is_legal(parts[0])) and len(_plain(parts[0])) > 2:
        parts.pop(0)
    return " ".join(parts).replace(" ,", ",").strip(' ,&-–+/"„“”»«')


_SPACED = re.compile(
    r"(?i)\b(?:e\s*\.\s*[vkg]\s*\.|s\s*\.\s*à\s*r\s*\.\s*l\s*\.|s\s*\.\s*p\s*\.\s*a\s*\.|g\s*e\s*s\s*\.?\s*m\s*\.?\s*b\s*\.?\s*h\b\.?"
    r"|gesellschaft\s+(?:mit\s+beschränkter\s+haftung|m\s*\.?\s*b\s*\.?\s*h\s*\.?)|(?:m|g)\s*\.\s*b\s*\.\s*h\s*\.)"
)  # fmt: skip


def _whole_legal_forms(name: str) -> str:
    joined = _SPACED.sub(lambda found: f" {_plain(found[0])} ", name)
    return _HUNG_ON.sub(" ", joined)


_HUNG_ON = re.compile(r"(?i)[-/](?=(?:gmbh|ag|kg|gbr|ug|ohg|se)\b)")


@lru_cache(maxsize=_WORDS_KEPT)
def _is_legal(word: str) -> bool:
    plain = _plain(word)
    return not plain or plain in words("legal_forms")


_DASH = re.compile(r"\s[-–|/]\s")
_BRACKET = re.compile(r"\(([^()]*)\)")


def _brackets(name: str) -> tuple[str, ...]:
    """The name without brackets, and what stood in them when it is a name and no place: "… (BILD)"."""
    if "(" not in name and not _DASH.search(name):
        return (name,)
    insides = [inside.strip() for inside in _BRACKET.findall(name)]
    rest = " ".join(_BRACKET.sub(" ", name).split())
    telling = [
        inside
        for inside in insides
        if len(inside) > 1 and not _is_general(inside) and inside.lower() not in words("towns")
    ]
    halves = [core(half) for half in _DASH.split(rest) if half.strip()]
    if len(halves) > 1:
        telling += [half for half in halves if half and not _is_general(half)]
    return (rest, *telling)


def _without_tails(name: str) -> str:
    parts = name.split()
    while len(parts) > 1 and (_plain(parts[-1]) in words("tails") or _is_legal(parts[-1])):
        parts.pop()
    left = " ".join(parts).strip(" ,&-–+/")
    return name if _is_general(left) else left


def _parts(name: str) -> Iterator[str]:
    """What is left when all that says what the company does is taken off the end; the town, too."""
    behind = _behind_business(name)
    if behind:
        yield behind
    left = _without_business(name)
    if left != name and left and not _is_adjective(left):
        yield left
    hyphen = _HYPHENED.fullmatch(left or name) if "-" in name else None
    if hyphen and _is_general(hyphen[2]) and not _is_general(hyphen[1]):
        yield hyphen[1]


def _behind_business(name: str) -> str:
    """ "Gasthaus Sonne" is the Sonne, "Autohaus Müller" Müller."""
    parts = name.split()
    if len(parts) != 2 or says_what(parts[1]) or parts[1].lower() in words("towns"):
        return ""
    return parts[1] if parts[0].lower() in words("company_nouns") else ""


_HYPHENED = re.compile(r"(.+)-(\w+)")


def _without_business(name: str) -> str:
    parts = name.replace(",", " , ").split()
    while len(parts) > 1 and _is_general(parts[-1], or_town=True):
        parts.pop()
    left = " ".join(parts).replace(" ,", ",").strip(" ,&-–+/")
    return "" if _is_general(left) else left


def _is_adjective(word: str) -> bool:
    """ "Deutsche", "Berliner", "Neue": alone they name nobody."""
    low = word.lower()
    return bool(_ADJECTIVE.fullmatch(low)) or (low.endswith("er") and low[:-2] in words("towns"))


def _is_general(text: str, *, or_town: bool = False) -> bool:
    """Whether it only says what or where, not who."""
    return all(says_what(part) or (or_town and part.lower() in words("towns")) for part in _BETWEEN.split(text))


_BETWEEN = re.compile(r"[\s,/-]+")
_COMPOUND = 7


@lru_cache(maxsize=_WORDS_KEPT)
def says_what(word: str) -> bool:
    """Whether a word of a company's name tells what it does or is, not who: "Logistik", "Gruppe", "GmbH"."""
    part = _plain(word)
    return (
        not part
        or any(part in words(kind) for kind in ("fillers", "activities", "tails", "legal_forms"))
        or (len(part) >= _COMPOUND and part.endswith(endings("activity_ends")))
    )


_CAMEL = re.compile(r"(?<=[a-zäöüß])(?=[A-ZÄÖÜ])")
_ADJECTIVE = re.compile(
    r"(?:\w+(?:sche|liche)|neue|alte|große|grosse|grüne|erste|vereinigte|rote|blaue|schwarze|goldene|junge|gute)\b",
    re.I,
)


def _otherwise(name: str) -> Iterator[str]:
    """The same name declined, joined, split or turned round."""
    parts = name.split()
    if len(parts) == 1:
        yield from _one_word_otherwise(name)
        return
    if _ADJECTIVE.fullmatch(parts[0]) and len(parts) <= 3:
        yield from (" ".join([parts[0] + ending, *parts[1:]]) for ending in "nrs")
    if len(parts) == 2 and parts[1].lower() in words("towns"):
        yield f"{_of_town(parts[1])} {parts[0]}"
    if len(parts) == 2 and len(name) > 7 and all(_joins(part) for part in parts):
        yield "".join(parts)


def _one_word_otherwise(name: str) -> Iterator[str]:
    split = _CAMEL.sub(" ", name)
    if split != name and min(map(len, split.split())) > 2:
        yield split
    if re.fullmatch(r"\w+-\w+", name) and not _is_general(name.split("-")[1]):
        yield name.replace("-", "")
    if re.fullmatch(r"\w\.(?:\w+\.?)+", name):
        yield name.replace(".", "")


def _joins(part: str) -> bool:
    return part.isalnum() and len(part) > 1 and part.lower() not in words("determiners") and not _is_general(part)


def _of_town(town: str) -> str:
    stem = re.sub(r"(?<=[^aeiou])en$", "en", town)
    return f"{stem[:-1]}er" if stem.endswith("e") else f"{stem}er"


def proposals(name: str, legal_form: str = "") -> tuple[str, ...]:
    """Short names a person may agree to as aliases, the likeliest first: without legal form, tail, trade; initials."""
    own = " ".join(f"{name} {legal_form}".split())
    found = [
        form.text for form in forms(Subject(key="", name=own)) if "".join(form.text.split()) != "".join(name.split())
    ]
    telling = [part for part in core(_brackets(own)[0]).split() if _plain(part) not in words("fillers")]
    if 2 < len(telling) <= _INITIALS:
        found.append("".join(part[0].upper() for part in telling))
    return tuple(dict.fromkeys(text for text in found if folded(text) != folded(name)))
