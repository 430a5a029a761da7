"""Whether a name is an ordinary one: a word, a first or last name, a town. Such a name needs more than standing there."""

from __future__ import annotations

import re
from enum import IntEnum

from feeds.names.lists import words
from outreach.errors import N_
from outreach.names import dictionary
from outreach.names.first_names import use_of


class Ordinary(IntEnum):
    """What else a name may mean, in order of how little it says of a company."""

    NO = 0
    #: known to the dictionary, but as a brand or loan word: Toyota, Kolibri
    LOAN = 1
    #: one to three capitals: ZF, LG
    SHORT = 2
    #: first and last name of a person: Karl Huber
    PERSON = 3
    SURNAME = 4
    TOWN = 5
    FIRST_NAME = 6
    #: a word of the language: Durst, Ende
    WORD = 7


_SENTENCES = {
    Ordinary.LOAN: N_("“%(name)s” is in the dictionary: add a town or the trade."),
    Ordinary.SHORT: N_("“%(name)s” is very short: add a town or the trade."),
    Ordinary.PERSON: N_("“%(name)s” is a person's name: add a town or the trade."),
    Ordinary.SURNAME: N_("“%(name)s” is a common last name: add a town or the trade."),
    Ordinary.TOWN: N_("“%(name)s” is a town: add the trade or a second word."),
    Ordinary.FIRST_NAME: N_("“%(name)s” is a first name: add a town or the trade."),
    Ordinary.WORD: N_("“%(name)s” is an ordinary word: add a town or a second word."),
}


def warning(name: str) -> str | None:
    """The sentence to show when a watched name (without legal form) is ordinary, with a gap for the name; None when it
    is not. How often it stands in real articles is for whoever has them to say."""
    return _SENTENCES.get(ordinary(name))


_SHORT = 3
_CAPITAL_INSIDE = re.compile(r"[a-zäöüß][A-ZÄÖÜ]")


def ordinary(name: str) -> Ordinary:
    """What else the name, given without legal form, may mean. Several words together say enough, unless they are
    a person's name, an article with a noun ("Die Welt") or words that stand side by side anyhow ("Neue Wege")."""
    parts = name.strip("!?.,'\"„“”»« ").replace("-", " ").split()
    if not parts:
        return Ordinary.WORD
    if len(parts) == 1:
        return _one_word(parts[0])
    return _several(parts)


def _one_word(word: str) -> Ordinary:
    if not word.isalnum():
        return Ordinary.NO
    low = word.lower()
    if word.isdigit():
        return Ordinary.WORD
    if len(word) <= _SHORT:
        return Ordinary.SHORT if word.isupper() or not word.isalpha() else Ordinary.WORD
    if _CAPITAL_INSIDE.search(word):
        return Ordinary.NO
    if low in words("towns"):
        return Ordinary.TOWN
    if low in words("surnames"):
        return Ordinary.SURNAME
    if use_of(low) is not None:
        return Ordinary.FIRST_NAME
    title = low.capitalize()
    if dictionary.is_common_noun(title) or dictionary.is_declined(low) or low in words("activities"):
        return Ordinary.WORD
    if low in words("determiners") or (dictionary.is_german(low) and not dictionary.is_german(title)):
        return Ordinary.WORD  # "dieser", "natürlich": no noun, so no brand either
    if dictionary.is_german(title) or dictionary.is_english(low):
        return Ordinary.LOAN
    return Ordinary.NO


def _several(parts: list[str]) -> Ordinary:
    first, last = parts[0].lower(), parts[-1]
    if len(parts) == 3 and parts[1] in ("&", "+", "und"):
        return Ordinary.LOAN if _is_noun_not_surname(first) and _is_noun_not_surname(last) else Ordinary.NO
    if first in words("determiners"):
        return max(_one_word(last), Ordinary.LOAN) if len(parts) == 2 else Ordinary.NO
    if first.isalpha() and use_of(first) is not None and all(part[:1].isupper() for part in parts) and len(parts) <= 3:
        is_surname = last.lower() in words("surnames")
        is_trade = last.lower() in words("activities") or (dictionary.is_english(last) and not is_surname)
        return Ordinary.NO if is_trade else Ordinary.PERSON
    if first.endswith(("sche", "schen", "scher", "sches")):  # "Deutsche Bank" with its capital is no German bank
        return Ordinary.NO
    if dictionary.is_german(first) and _is_plain_noun(last):
        return Ordinary.WORD if len(parts) == 2 else Ordinary.LOAN
    return Ordinary.NO


def _is_noun_not_surname(word: str) -> bool:
    """Of "Licht & Raum" both; of "Weber & Koch" neither."""
    return dictionary.is_german(word.lower().capitalize()) and word.lower() not in words("surnames")


def _is_plain_noun(word: str) -> bool:
    return dictionary.is_common_noun(word.lower().capitalize())
