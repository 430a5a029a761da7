"""What nobody vouches for: names, figures, dates, amounts, addresses and links of a letter that stand in no source; and
which sentences a person still has to touch. Pure.

German nouns have capitals, so a name is a capitalised word in mid-sentence that the dictionary does not decline like a
noun. That may miss a name that is also a word ("Herr Koch" is found by its "Herr"), and doubts a rare word: a doubt
costs a click, so both are borne.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from outreach.drafts import mentions
from outreach.drafts.sentences import Evidence, Sentence, key, split
from outreach.names import dictionary
from outreach.names.first_names import use_of

What = Literal["name", "figure", "date", "amount", "address", "link"]


@dataclass(frozen=True)
class Doubt:
    """A word nobody vouches for, and in which sentence it stands."""

    sentence_index: int
    what: What
    word: str


@dataclass(frozen=True)
class Mark:
    """A sentence of the text as it is now: where it comes from, and whether a person has to touch it first."""

    text: str
    source: str
    needs_touch: bool
    evidence: Evidence | None = None

    @property
    def key(self) -> str:
        """What it is confirmed by."""
        return key(self.text)


_TOKEN = re.compile(r"[^\W\d_]+(?:[-'’&.][^\W\d_]+)*\.?")
_TITLES = frozenset(("herr", "herrn", "frau", "dr", "prof", "mr", "mrs", "ms", "familie"))
#: common words the dictionary does not decline
_LOOSE = frozenset("""
    i ok pdf din eu it hr usa cd euro atem zeichen website webseite internet auto komma impressum herkunft büro foto video
    team chef job mail mails mai app apps link links laptop kollegin kollegen kundin update excel word outlook pandemie
    url csv html spam online newsletter skala jury tempo publikum
""".split())  # fmt: skip  # noqa: SIM905
#: how German letters begin, in words that are nouns besides
_SMALL = frozenset("""
    in im an am auf aus bei als das der die den dem des ein eine einen es ich wir mit nach von vom vor zu zum zur wenn weil
    heute gestern für über unter durch um so wie was wer auch nun noch man mein meine meinen danke vielen herzlichen gern
""".split())  # fmt: skip  # noqa: SIM905
#: first names that are words as well
_BOTH = frozenset("ernst mark heide wolf rose viola iris linde flora gloria hero marine falk april juni august".split())  # noqa: SIM905
#: how nouns are declined; towns and countries take only -er and -s: Ulmer, Münchens
_CASES = ("e", "en", "n", "es", "se")
_ENGLISH_CAPITALS = frozenset("""
    i english german french italian swiss austrian dutch polish european british american christmas easter
""".split())  # fmt: skip  # noqa: SIM905
_UMLAUTS = str.maketrans({"a": "ä", "o": "ö", "u": "ü"})
#: of words made from adjectives and participles: "Außenstehender"
_ADJECTIVE = ("er", "e", "en", "es", "em")
_NOUN_ENDINGS = ("innen", "ungen", "ung", "heit", "keit", "schaft", "tion", "ität", "nis", "ismus", "ling", "erin")
_FUGUES = ("", "s", "n", "en", "es", "er", "e")


def doubts(text: str, sources: Sequence[str]) -> list[Doubt]:
    """Every word nobody vouches for, in the order of reading; `sources` are all texts that do, what the person wrote
    included."""
    known, german = mentions.of(sources), mentions.is_german(text)
    found = []
    for index, sentence in enumerate(split(text)):
        rest = sentence
        for what, word, place in mentions.strange(sentence, known):
            found.append(Doubt(index, what, word))
            rest = rest[: place[0]] + " " * (place[1] - place[0]) + rest[place[1] :]
        rest = mentions.blanked(rest)
        found += [Doubt(index, "name", word) for word in _names(rest, known.words, german=german)]
    return found


def marks(original: Sequence[Sentence], now_text: str, confirmed: Collection[str] = ()) -> list[Mark]:
    """The sentences of the text as it is now. One that stands as it was proposed keeps its source, and without one
    waits for the person; one that was changed, added or confirmed is the person's."""
    left: dict[str, list[Sentence]] = {}
    for sentence in original:
        left.setdefault(key(sentence.text), []).append(sentence)
    return [_mark(piece, left, confirmed) for piece in split(now_text)]


def is_small_word(word: str) -> bool:
    """Whether a German word with a capital is written small elsewhere, and is no noun."""
    low = word.lower()
    return low in _SMALL or (dictionary.is_german(low) and not (dictionary.is_german(word) and _is_declined(word)))


def _mark(piece: str, left: dict[str, list[Sentence]], confirmed: Collection[str]) -> Mark:
    wanted = key(piece)
    same = left.get(wanted)
    if not same:
        return Mark(piece, "person", needs_touch=False)
    before = same.pop(0)
    if not before.source:
        is_mine = wanted in confirmed
        return Mark(piece, "person" if is_mine else "", needs_touch=not is_mine, evidence=before.evidence)
    return Mark(piece, before.source, needs_touch=False, evidence=before.evidence)


def _names(sentence: str, known: Collection[str], *, german: bool) -> Iterator[str]:
    """Capitalised words that are nobody's common words, as they stand."""
    before = ""
    is_first = True
    for found in _TOKEN.finditer(sentence):
        word = found.group().rstrip(".")
        after_title = before.rstrip(".").casefold() in _TITLES
        after_first_name = before[:1].isupper() and use_of(before) is not None
        starts = is_first or sentence[: found.start()].rstrip(" „“\"'(‚«").endswith((":", "–", "?", "!", "."))
        if word[0].isupper() and not mentions.vouched(word, known):
            suspicious = after_title or after_first_name or _is_name(word, starts=starts, german=german)
            if suspicious and word.casefold() not in _TITLES:
                yield word
        before, is_first = found.group(), False


def _is_name(word: str, *, starts: bool, german: bool) -> bool:
    if {word.casefold(), word.casefold().removesuffix("s")} & _LOOSE or word.casefold() in mentions.CALENDAR:
        return False
    if use_of(word) is not None and word.casefold() not in _BOTH and not (starts and _is_small(word, german=german)):
        return True
    if "-" in word:
        return any(
            part[:1].isupper() and _is_name(part, starts=False, german=german) for part in word.split("-") if part
        )
    return not (_is_common(word, german=german) or (starts and _is_small(word, german=german)))


@lru_cache(maxsize=4096)
def _is_small(word: str, *, german: bool) -> bool:
    """Whether the word is written small elsewhere, as at the beginning of a sentence."""
    low = word.lower()
    return dictionary.is_german(low) if german else dictionary.is_english(low)


@lru_cache(maxsize=4096)
def _is_common(word: str, *, german: bool) -> bool:
    """Whether the word is a common noun, or one made of such, or a polite pronoun."""
    if not german:
        return word.casefold() in _ENGLISH_CAPITALS
    if word in ("Sie", "Ihnen", "Ihr", "Ihre", "Ihren", "Ihrem", "Ihrer", "Ihres") or dictionary.is_german(
        word.lower()
    ):
        return True
    if dictionary.is_german(word) and (word.endswith(_NOUN_ENDINGS) or _is_declined(word)):
        return True
    if _bends_inside(word) or any(
        dictionary.is_german(word.lower()[: -len(one)]) and word.endswith(one) for one in _ADJECTIVE
    ):
        return True
    if any(_stem_is_common(word, ending) for ending in ("s", "es", "n", "en", "e", "ern", "se", "sen")):
        return True
    return len(word) > 7 and _is_compound(word)  # noqa: PLR2004


def _bends_inside(word: str) -> bool:
    """Firma, Firmen; Datum, Daten; Rhythmus, Rhythmen; Hand, Hände: a plural no brand has."""
    stems = [word[: -len(end)] for end in ("a", "um", "us", "as") if word.endswith(end) and len(word) > 4]  # noqa: PLR2004
    if word.endswith("en") and dictionary.is_german(word[:-2] + "a"):
        return dictionary.is_german(word)
    if dictionary.is_german(word) and any(dictionary.is_german(stem + "en") for stem in stems):
        return True
    changed = word[0] + word[1:].translate(_UMLAUTS)
    return changed != word and any(dictionary.is_german(changed + end) for end in ("e", "er", ""))


def _is_declined(noun: str) -> bool:
    return any(dictionary.is_german(noun + ending) for ending in _CASES)


def _stem_is_common(word: str, ending: str) -> bool:
    stem = word[: -len(ending)]
    return word.endswith(ending) and len(stem) > 2 and _is_declined(stem) and dictionary.is_german(stem)  # noqa: PLR2004


def _is_compound(word: str, depth: int = 0) -> bool:
    """Whether a long noun is made of two or three known ones: Firmen|jubiläum, Messe|vor|bereitung."""
    for at in range(3, len(word) - 2):
        end = word[at:].capitalize()
        if not (
            (dictionary.is_german(end) and _is_declined(end))
            or any(_stem_is_common(end, one) for one in ("n", "en", "s", "e", "es"))
        ):
            continue
        begin = word[:at]
        if any(begin.endswith(one) and _is_part(begin[: len(begin) - len(one)]) for one in _FUGUES):
            return True
        if (
            depth == 0
            and len(begin) > 5
            and any(  # noqa: PLR2004
                begin.endswith(one) and _is_compound(begin[: len(begin) - len(one)], 1) for one in ("", "s", "n", "en")
            )
        ):
            return True
    return False


def _is_part(word: str) -> bool:
    return len(word) > 2 and (_is_declined(word) or dictionary.is_german(word.lower()))  # noqa: PLR2004
