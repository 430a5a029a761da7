"""How a name is written: CAPITALS, all small, letters broken by a wrong encoding. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from outreach.errors import N_
from outreach.names.first_names import use_of
from outreach.names.proposals import NameSeen, Proposal

_SMALL = frozenset(("von", "van", "vom", "zu", "zur", "zum", "und", "der", "den", "dem", "des", "de", "del", "la", "las", "los",
                    "da", "das", "do", "dos", "di", "du", "e", "y", "ten", "ter", "te", "af", "av", "bin", "ibn", "v.", "’t", "'t"))  # fmt: skip
#: Mack, Machado and Maciejewski show why not every "Mac" has a capital after it
_MACS = (
    "donald",
    "gregor",
    "kenzie",
    "arthur",
    "intyre",
    "millan",
    "leod",
    "lean",
    "pherson",
    "farlane",
    "kinnon",
    "dougall",
    "allister",
)
_TURKISH = re.compile("[ŞĞİşğı]")
_PART = re.compile(r"([ \-‐‑–])")
_VOWEL = re.compile("[aeiouyäöüáéíóúàèìòùâêîôûåøæıãõ]", re.IGNORECASE)


def misspelt(name: NameSeen) -> Iterator[Proposal]:
    """Proposals for the letters of the two name fields."""
    yield from _broken(name)
    changes = {}
    loud = [field for field in ("first_name", "last_name") if _long_and_loud(getattr(name, field))]
    for field in ("first_name", "last_name"):
        text = getattr(name, field)
        if _wrongly_cased(text, field, beside_loud=any(other != field for other in loud)):
            written = cased(text, last=field == "last_name")
            if written != text:
                changes[field] = written
    if changes:
        was = " ".join(getattr(name, field) for field in changes)
        yield Proposal(
            "capitals", changes, N_("“%(was)s” is written in capitals or small letters only."), 80, {"was": was}
        )


def cased(text: str, *, last: bool) -> str:
    """A name as it is usually written: "VAN DER MEER" → "van der Meer", "MCDONALD-O'NEIL" → "McDonald-O'Neil"."""
    lowered = _lower(text)
    parts = _PART.split(lowered)
    made = []
    for number, part in enumerate(parts):
        final = number == len(parts) - 1
        made.append(part if last and part in _SMALL and not final else _word(part))
    return "".join(made)


def _broken(name: NameSeen) -> Iterator[Proposal]:
    changes = {}
    for field in ("first_name", "last_name"):
        text = getattr(name, field)
        mended = _decoded(text)
        if mended != text:
            changes[field] = mended
    if changes:
        yield Proposal("encoding", changes, N_("A file was read in the wrong encoding: “%(was)s”."), 95,
                       {"was": " ".join(getattr(name, field) for field in changes)})  # fmt: skip


def _decoded(text: str) -> str:
    """UTF-8 that was read as Windows-1252: "MÃ¼ller" → "Müller"."""
    for encoding in ("cp1252", "latin-1"):
        try:
            found = text.encode(encoding).decode("utf-8")
        except UnicodeError:
            continue
        return found if found.isprintable() else text
    return text


def _long_and_loud(text: str) -> bool:
    return text.isupper() and sum(sign.isalpha() for sign in text) > 3


def _wrongly_cased(text: str, field: str, *, beside_loud: bool) -> bool:
    letters = [sign for sign in text if sign.isalpha()]
    if len(letters) < 2:
        return False
    if text.islower():
        # "de" or "von" alone says nothing; a name may begin with a particle, but not be one
        return True
    if not text.isupper() or "." in text:
        return False
    if len(letters) > 3:
        return True
    # JP, KC, LI: initials or a short name; capitals are wrong only where the other name shouts too or it is a known one
    return bool(_VOWEL.search(text)) and (
        beside_loud or (field == "first_name" and len(letters) == 3 and use_of(text) is not None)
    )


def _lower(text: str) -> str:
    if _TURKISH.search(text) and text.isupper():
        return text.replace("I", "ı").replace("İ", "i").lower()
    return text.replace("İ", "i").lower()


def _word(word: str) -> str:
    head, mark, tail = _apostrophe(word)
    if mark:
        return f"{head if len(head) == 0 else _capital(head)}{mark}{_capital(tail)}"
    if word.startswith("mc") and len(word) > 3:
        return "Mc" + _capital(word[2:])
    if word.startswith("mac") and word[3:] in _MACS:
        return "Mac" + _capital(word[3:])
    return _capital(word)


def _apostrophe(word: str) -> tuple[str, str, str]:
    for mark in ("'", "’"):
        head, found, tail = word.partition(mark)
        if found and len(head) <= 2 and len(tail) > 1:
            return head, mark, tail
    return word, "", ""


def _capital(word: str) -> str:
    return "İ" + word[1:] if word[:1] == "i" and _TURKISH.search(word) else word[:1].upper() + word[1:]
