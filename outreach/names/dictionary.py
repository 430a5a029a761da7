"""Whether a word is one of the language's: simplemma's German and English word forms, kept as sorted fingerprints. Pure.

The dictionaries as simplemma loads them take 120 MB; eight bytes a word are enough to ask "is it there?".
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from functools import cache

from simplemma.strategies.dictionaries.dictionary_factory import DefaultDictionaryFactory

_NOUN_ENDINGS = ("e", "en", "n", "er", "es", "se")
_SMALL_ENDINGS = ("e", "en", "t", "st", "es")


def is_german(word: str) -> bool:
    """Whether the word stands in the German dictionary just as it is written; nouns have a capital there."""
    return _has(_fingerprints("de"), word)


def is_english(word: str) -> bool:
    """Whether the word stands in the English dictionary; only small letters do."""
    return _has(_fingerprints("en"), word.lower())


def is_common_noun(word: str) -> bool:
    """Whether a German noun is declined like one. Brands and loan words take nothing but an -s."""
    return is_german(word) and any(is_german(word + ending) for ending in _NOUN_ENDINGS)


def is_declined(word: str) -> bool:
    """Whether a small word is one of a family, as verbs and adjectives are: spar, spart."""
    return is_german(word) and any(is_german(word + ending) for ending in _SMALL_ENDINGS)


def _has(prints: array[int], word: str) -> bool:
    wanted = hash(word)
    at = bisect_left(prints, wanted)
    return at < len(prints) and prints[at] == wanted


@cache
def _fingerprints(language: str) -> array[int]:
    words = DefaultDictionaryFactory(cache_max_size=0).get_dictionary(language)
    return array("q", sorted(map(hash, words)))
