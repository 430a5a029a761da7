"""What can stand in a name field and be said aloud: letters, and nothing that says "not known", "Herr" or "GmbH". Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from outreach.errors import N_

#: what may stand in a name beside letters and their marks: hyphens, apostrophes, the dot of "St." and "Gal·la"
_SIGNS = frozenset(" -‐‑–'’ʼ`´.·")
#: letters by Unicode's book, but nobody sees them (Hangul fillers)
_INVISIBLE = frozenset("\u115f\u1160\u3164\uffa0")
#: they join letters of Persian and Indian names
_JOINERS = frozenset("\u200c\u200d")

HONORIFICS = {
    **dict.fromkeys(("frau", "fr.", "fräulein", "ms", "ms.", "mrs", "mrs.", "miss", "madam", "madame"), "frau"),
    **dict.fromkeys(("herr", "herrn", "hr.", "mr", "mr.", "sir", "monsieur"), "herr"),
    **dict.fromkeys(("mx", "mx.", "familie", "fam.", "eheleute", "ehepaar", "geehrte", "geehrter",
                     "geehrtes"), ""),
}  # fmt: skip
_TITLES = frozenset(("dr", "dr.", "dr.in", "prof", "prof.", "prof.in", "professor", "professorin", "mag.", "mag.a", "ing.",
                     "dipl.", "ddr.", "mmag.", "h.c.", "mba", "phd", "ph.d.", "m.sc.", "msc", "b.sc.", "bsc", "m.a.", "b.a.",
                     "ll.m.", "dipl"))  # fmt: skip
#: written exactly like this, for "Ag", "Kg" and "Se" are somebody's names
_FORMS = frozenset(
    ("AG", "KG", "SE", "UG", "OHG", "GbR", "KGaA", "eG", "eK", "e.K.", "e.V.", "eV", "PartG", "SA", "BV")
)
_FORMS_ANYHOW = frozenset(
    ("gmbh", "mbh", "ggmbh", "ltd", "ltd.", "inc", "inc.", "llc", "e.k.", "e.v.", "ohg", "gbr", "kgaa")
)
_UNKNOWN = frozenset((
    "unbekannt", "unknown", "n.a.", "n. a.", "k.a.", "k. a.", "keine angabe", "none", "undefined", "n.n.", "n. n.", "nn",
    "name", "vorname", "nachname", "familienname", "first name", "firstname", "last name", "lastname", "surname", "full name",
    "anonym", "anonymous", "empty", "kein name", "ohne namen", "noname", "no name", "test", "testuser",
    "kunde", "kundin", "customer", "newsletter", "info", "kontakt", "contact", "office", "admin", "webmaster", "team",
    "sekretariat", "buchhaltung", "empfang", "verwaltung", "zentrale", "support", "service", "vertrieb", "user", "abonnent",
    "subscriber", "x", "xx", "xxx", "xxxx", "asdf", "tba", "tbd", "dummy", "nicht bekannt", "ansprechpartner",
    "vorname nachname", "firma", "privat",
))  # fmt: skip
#: as machines write it; "Null", "Nan" and "Na" are names
_UNKNOWN_EXACTLY = frozenset(("null", "NULL", "nan", "NaN", "NA"))


@dataclass(frozen=True)
class Refused:
    """No greeting, and why: an English sentence to translate, its gaps, and the field to look at."""

    sentence: str
    values: dict[str, str] = field(default_factory=dict)
    field: str | None = None

    def __str__(self) -> str:
        return self.sentence % self.values if self.values else self.sentence


def tidy(text: str) -> str:
    """Composed letters, single spaces, none around."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def check(text: str, *, field: str, label: str) -> Refused | None:
    """Why a tidy, filled name field cannot be said in a greeting; None when it can."""
    found = _trouble(text)
    if found is None:
        return None
    sentence, what = found
    return Refused(sentence, {"label": label, "what": what}, field)


@lru_cache(maxsize=4096)
def _trouble(text: str) -> tuple[str, str] | None:
    shown = text if len(text) <= 40 else text[:39] + "…"
    for sign in text:
        kind = unicodedata.category(sign)
        if sign in _INVISIBLE or (kind[0] == "C" and sign not in _JOINERS):
            return N_("%(label)s: a character nobody can see stands in it."), f"U+{ord(sign):04X}"
    for sign in text:
        if unicodedata.category(sign)[0] not in "LM" and sign not in _SIGNS and sign not in _JOINERS:
            return _about_sign(sign, shown)
    if not any(unicodedata.category(sign)[0] == "L" for sign in text):
        return N_("%(label)s: “%(what)s” is no name."), shown
    if text.casefold() in _UNKNOWN or text in _UNKNOWN_EXACTLY:
        return N_("%(label)s: “%(what)s” says that nobody knows the name."), shown
    return _about_words(text, shown)


def _about_sign(sign: str, shown: str) -> tuple[str, str]:
    if sign == "@":
        return N_("%(label)s: “%(what)s” is a mail address and no name."), shown
    if sign.isdigit():
        return N_("%(label)s: there is a digit in “%(what)s”."), shown
    if sign in "&+/":
        return N_("%(label)s: “%(what)s” looks like two people or a company."), shown
    return N_("%(label)s: “%(what)s” belongs to no name."), sign


def _about_words(text: str, shown: str) -> tuple[str, str] | None:
    several = " " in text  # "AG" alone may be somebody's initials
    for word in words(text):
        plain = word.casefold()
        if plain in HONORIFICS or plain.rstrip(".") in HONORIFICS:
            return N_("%(label)s: “%(what)s” is a salutation and no part of a name."), word
        if plain in _TITLES:
            return N_("%(label)s: “%(what)s” is a title and has a field of its own."), word
        if (several and word in _FORMS) or plain in _FORMS_ANYHOW:
            return N_("%(label)s: “%(what)s” looks like a company."), shown
    return None


def words(text: str) -> Iterator[str]:
    """The words of a name, double names taken apart: "Meyer-Frau" has the word "Frau"."""
    return (word for word in re.split(r"[ \-‐‑–]", text) if word)


def looks_like_company(text: str) -> bool:
    """Whether a legal form stands in it: "Müller GmbH", "Huber & Co. KG"."""
    return any(word in _FORMS or word.casefold() in _FORMS_ANYHOW for word in text.replace(",", " ").split())
