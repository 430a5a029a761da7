"""What a note is about: the words of it that an article has to carry, and whether an article carries them. Pure.

    "Will Angebot Schulung für Meister" → Schulung + Meister      "Tochter macht Abi" → nothing: that is private

Endings are cut off roughly, by rule and without a dictionary, which would cost a process 120 MB.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from outreach import sensitive

_FILE = Path(__file__).parent.parent / "rules" / "topics.toml"
_CLAUSE = re.compile(r"[,;.:!?()\n/]|\s[–—-]\s|\s(?:sowie|außerdem)\s")
_WORD = re.compile(r"\w+")
_ENDINGS = ("innen", "ern", "en", "er", "em", "es", "e", "n", "s")
_FOLD = str.maketrans({"ä": "a", "ö": "o", "ü": "u", "ß": "ss", "é": "e", "è": "e"})
_ADJECTIVE = re.compile(r"(?:ig|lich|isch|bar|iv|al|är|ell|sam)(?:e[mnrs]?)?$")
#: a note of so few words is a topic and not a sentence: each of its words counts
_SHORT = 3
#: a single word of a longer note says enough from this length on
_ALONE = 8
#: from these lengths on a word is found as the first or last part of a compound: Meister|schulung, Förder|schulung
_AS_FIRST, _AS_LAST = 6, 6


@dataclass(frozen=True, slots=True)
class Word:
    """One word that has to be there. `plain` is folded, `stem` without its ending."""

    plain: str
    stem: str
    #: all capitals (KI, ERP): to be found so and not otherwise
    exact: str = ""
    #: a noun of the note is looked for among the nouns: "Meister" is not "meist"
    has_capital: bool = False

    @property
    def core(self) -> str:
        """What stands in every text that carries the word, when that text is folded."""
        return self.exact.lower() if self.exact else self.stem


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words that have to stand together in one headline or sentence."""

    words: tuple[Word, ...]

    @property
    def anchor(self) -> str:
        """The part of it that is rarest, by its length."""
        return max((word.core for word in self.words), key=len)

    def may_stand_in(self, folded: str) -> bool:
        """A quick look before the careful one: whether a folded text has the letters of all words."""
        return all(word.core in folded for word in self.words)


def of_note(note: str, *, is_chosen: bool = False) -> tuple[Phrase, ...]:
    """What a note is about, one phrase a clause; nothing when it is private, sensitive, or has no telling noun.

    `is_chosen`: a person asked for exactly this, so nothing is private about it.
    """
    if not is_chosen and sensitive.find(note):
        return ()
    clauses = [clause for clause in _CLAUSE.split(note) if clause.strip()]
    known = _lists()
    if not is_chosen and any(stem(token) in known["personal"] for token in _WORD.findall(note)):
        return ()
    several = len(clauses) > 1
    found = [phrase for clause in clauses if (phrase := _phrase(clause, several=several)) is not None]
    return tuple(dict.fromkeys(found))


def stem(word: str) -> str:
    """A word folded and without its ending, roughly; at least four letters stay."""
    plain = fold(word)
    for ending in _ENDINGS:
        if plain.endswith(ending) and len(plain) - len(ending) >= 4:
            return plain[: -len(ending)]
    return plain


def fold(text: str) -> str:
    """Small letters, umlauts as their vowels: plurals often differ in nothing else."""
    return text.lower().translate(_FOLD)


@dataclass(frozen=True, slots=True)
class Sentence:
    """The words of a headline or sentence, as they are compared."""

    #: each as it is written, and folded
    tokens: tuple[tuple[str, str], ...]
    folded: str

    @classmethod
    def of(cls, text: str) -> Sentence:
        return cls(tuple((token, fold(token)) for token in _WORD.findall(text)), fold(text))

    def carries(self, phrase: Phrase) -> bool:
        """Whether all words of the phrase stand here."""
        return phrase.may_stand_in(self.folded) and all(
            any(_is(token, plain, word) for token, plain in self.tokens) for word in phrase.words
        )


def _is(token: str, plain: str, word: Word) -> bool:
    if word.exact:
        return token == word.exact
    if word.stem not in plain or (word.has_capital and not token[0].isupper() and len(word.stem) < 7):
        return False
    its = stem(token)
    if its == word.stem:
        return True
    extra = len(plain) - len(word.plain)
    if extra < 3:
        return False
    starts = len(word.plain) >= _AS_FIRST and plain.startswith(word.plain[: max(_AS_FIRST, len(word.stem))])
    return starts or (len(word.stem) >= _AS_LAST and its.endswith(word.stem))


def _phrase(clause: str, *, several: bool) -> Phrase | None:
    tokens = [token for token in _joined(clause) if not _is_filler(token)]
    is_short = len(tokens) <= _SHORT and not several
    is_small = not any(token[0].isupper() for token in tokens)
    words = [_word(token) for token in tokens if _tells(token, is_short=is_short, is_small=is_small)]
    if not any(word.exact or word.has_capital or is_small for word in words):
        return None
    if (
        len(words) == 1
        and not words[0].exact
        and len(words[0].plain) < (4 if is_short and len(tokens) == 1 else _ALONE)
    ):
        return None
    return Phrase(tuple(dict.fromkeys(words)))


def _joined(clause: str) -> Iterator[str]:
    """The words; what a digit begins belongs to the next one only by its hyphen, so "3D-Druck" is 3D and Druck."""
    for token in _WORD.findall(clause):
        if not token.isdigit():
            yield token


def _tells(token: str, *, is_short: bool, is_small: bool) -> bool:
    if _is_abbreviation(token):
        return True
    if len(token) < 4:
        return False
    return is_short or is_small or token[0].isupper() or _ADJECTIVE.search(token) is not None


def _is_filler(token: str) -> bool:
    if _is_abbreviation(token):
        return False
    known = _lists()
    return token.lower() in known["filler"] or stem(token) in known["generic"]


def _is_abbreviation(token: str) -> bool:
    return 2 <= len(token) <= 6 and token.isupper() and any(letter.isalpha() for letter in token)


def _word(token: str) -> Word:
    if _is_abbreviation(token):
        return Word(fold(token), fold(token), exact=token)
    return Word(fold(token), stem(token), has_capital=token[0].isupper())


@cache
def _lists() -> Mapping[str, frozenset[str]]:
    """Fillers as they are written; the nouns without their endings."""
    given = tomllib.loads(_FILE.read_text("utf-8"))
    words: Mapping[str, Sequence[str]] = {name: text.split() for name, text in given.items()}
    return {
        name: frozenset(listed if name == "filler" else (stem(word) for word in listed))
        for name, listed in words.items()
    }
