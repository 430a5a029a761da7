"""One way to write what the press writes in many: characters folded one by one, and the spellings of one name. Pure.

Folding keeps every character in its place ("E.ON’s" → "e on's"), so that places in the folded text are places in the
text. What cannot be folded in place (ß and ss, ä and ae) becomes several spellings of the name instead.
"""

from __future__ import annotations

import re
import unicodedata

_APOSTROPHES = "'’‘ʼ´`′‛"
_SHARED = {"&": "&", "+": "&", "＆": "&"} | dict.fromkeys(_APOSTROPHES, "'")
_KEPT = "äöüß"


class _Folding(dict[int, str]):
    """A table for `str.translate` that finds out what a character becomes when it first meets it."""

    def __missing__(self, code: int) -> str:
        found = self[code] = _folded(chr(code))
        return found


def _folded(sign: str) -> str:
    if sign in _SHARED:
        return _SHARED[sign]
    low = sign.lower()
    if low in _KEPT:
        return low
    if not sign.isalnum():
        return " "
    plain = unicodedata.normalize("NFKD", low)[0]
    return {"ø": "ö", "æ": "ä", "ł": "l", "đ": "d", "ı": "i"}.get(plain, plain)


_FOLDING = _Folding()


def folded(text: str) -> str:
    """The text in small letters without accents (umlauts and ß stay), all but letters, digits, & and ' a space.

    As many characters as before, each in its place. Give composed text (NFC).
    """
    return text.translate(_FOLDING)


def pattern(name: str) -> str:
    """A name as it is looked for: folded, single spaces, one before it, because names begin with a word."""
    return " " + " ".join(folded(unicodedata.normalize("NFC", name)).split())


_DIGRAPH = re.compile(r"(?<![aeoqäöü])(?:ae|oe|ue)(?![aeouyäöü])")
_COMPOSED = {"ae": "ä", "oe": "ö", "ue": "ü"}
_TO_TWO = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})
_TO_ONE = str.maketrans({"ä": "a", "ö": "o", "ü": "u"})
_SHORT_SIDE = 3


def spellings(name: str, *, bare_vowels: bool) -> tuple[str, ...]:
    """All patterns of a name, the plain one first: ä/ae, ß/ss, with and without apostrophe, &/und.

    With `bare_vowels` also "Muller" for "Müller": not for words that would become another word.
    """
    found = [pattern(name)]
    loose = " " + folded(unicodedata.normalize("NFC", name)).strip()
    if "  " in loose:  # "Spitze! Events": the sign inside leaves two blanks
        found.append(loose)
    for change in (_umlauts_in_two, _umlauts_composed, _sharp_s, _without_apostrophe, _and):
        found += [other for one in list(found) for other in change(one)]
    if bare_vowels and not found[0].isascii():
        found += [one.translate(_TO_ONE) for one in list(found)]
    return tuple(dict.fromkeys(one for one in found if len(one) > 2))


def _umlauts_in_two(name: str) -> list[str]:
    return [] if name.isascii() else [name.translate(_TO_TWO)]


def _umlauts_composed(name: str) -> list[str]:
    return [_DIGRAPH.sub(lambda found: _COMPOSED[found[0]], name)] if _DIGRAPH.search(name) else []


def _sharp_s(name: str) -> list[str]:
    if "ß" in name:
        return [name.replace("ß", "ss")]
    return [name.replace("ss", "ß")] if "ss" in name else []


def _without_apostrophe(name: str) -> list[str]:
    return [name.replace("'", "")] if "'" in name else []


def _and(name: str) -> list[str]:
    if " & " in name:
        first, second = name.strip().split(" & ", 1)
        tight = [f" {first}&{second}"] if max(len(first), len(second)) <= _SHORT_SIDE else []
        return [name.replace(" & ", " und "), *tight]
    if "&" in name:
        return [name.replace("&", " & "), name.replace("&", " und ")]
    return [name.replace(" und ", " & ")] if " und " in name else []
