"""Who is there instead of somebody who left: a mail address, and a name where the note gives one. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection

from outreach.mail.classify import decoding

_POINTS = re.compile(
    r"nachfolge|übernimmt|übernommen|uebern|wenden sie sich|wende dich|richten sie|kontaktieren|ansprechpartner|zuständig|zukünftig|künftig|ab sofort|neue (?:e-?mail|mail|adresse)|schreiben sie|an (?:meine|meinen|die|den) (?:kolleg|nachfolg)|erreichen sie|steht ihnen|hilft ihnen|betreut|senden sie|bitte an"
    r"|successor|replace|taken over|takes over|contact|reach|get in touch|write to|email (?:us|my|me|him|her)|direct|forward|send (?:all|your|any|future)|speak to|assist|instead|in charge|new (?:address|email)|please (?:use|email)|colleague|at:",
    re.IGNORECASE,
)
_NAME = r"(?:(?:Dr\.|Prof\.|Dipl\.-Ing\.)\s){0,3}(?:[A-ZÄÖÜ][\wäöüßéè.-]{0,30}\s(?:(?:von|van|de|der|zu|den)\s){0,2}){0,2}[A-ZÄÖÜ][\wäöüßéè-]{1,30}"
_NAMED = re.compile(
    rf"\b(?i:kolleg(?:e|en|in)|nachfolger(?:in)?(?: ist)?|frau|herrn?|an|mr\.?|mrs\.?|ms\.?|colleague|successor(?: is)?|replacement(?: is)?|contact|to|by|durch|von|ist|is)[,:]?\s(?:(?:Frau|Herrn?|Mr\.?|Mrs\.?|Ms\.?|meine[nr]?|my|Kolleg(?:e|en|in)|colleague)\s){{0,2}}(?P<name>{_NAME})"
)
_NAME_BEFORE = re.compile(
    rf"(?P<name>{_NAME})(?=[,\s]{{0,2}}(?:\(|<|:|,|unter|at|via|per|erreichbar|E-?Mail|mailto|-|–|\n|\s){{0,8}}$)"
)
_FALSE_NAME = re.compile(
    r"^(?:Sie|Ihr\w*|Bitte|Please|E-?Mail\w*|Mail|The|This|Die|Der|Das|Unser\w*|Fragen|Nachricht\w*|Frau|Herrn?|Mein\w*|Kolleg\w*|Ansprechpartner\w*|Nachfolg\w*|I|My|You|For|Tel\w*|Zukunft|Ab|An|Contact|Or|Our|Team)$"
)
_MORE_SPACE = re.compile(r"\s+")


def found_in(text: str, absent: Collection[str]) -> tuple[str, str]:
    """(address, name); either may be "". Addresses of whoever left (`absent`) are none."""
    text = text[:8_000]
    offered = [
        (found.start(), found.end(), decoding.clean(found[0])) for found in decoding.ADDRESS.finditer(text)
        if decoding.clean(found[0]) not in absent
    ]  # fmt: skip
    if offered:
        start, _end, address = next(
            (one for one in offered if _POINTS.search(text[max(one[0] - 240, 0) : one[0]])), offered[0]
        )
        return address, _name_near(text[max(start - 160, 0) : start], address)
    for found in _NAMED.finditer(text):
        name = _tidy(found["name"])
        if name and _POINTS.search(text[max(found.start() - 120, 0) : found.end()]):
            return "", name
    return "", ""


def _name_near(before: str, address: str) -> str:
    """The name in the words before an address; one that fits the address is surer than the nearest."""
    names = [_tidy(found["name"]) for found in _NAMED.finditer(before)]
    if closing := _NAME_BEFORE.search(before.rstrip(" \t(<:")):
        names.append(_tidy(closing["name"]))
    names = [name for name in names if name]
    local = address.partition("@")[0]
    fitting = [name for name in names if name.split()[-1].lower()[:5] in local]
    return next(iter(fitting or reversed(names)), "")


def _tidy(name: str) -> str:
    words = _MORE_SPACE.sub(" ", name).strip(" .,-").split(" ")
    while words and _FALSE_NAME.match(words[0]):
        words.pop(0)
    while words and _FALSE_NAME.match(words[-1]):
        words.pop()
    return " ".join(words)
