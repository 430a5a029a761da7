"""A newspaper, agency or network is named in most articles as their source, and is no subject then. Pure."""

from __future__ import annotations

import re
from typing import Literal

from feeds.match.context import Place
from feeds.names.spelling import folded

#: what a medium does where it is named
Role = Literal["subject", "source", "boilerplate"]

_CREDIT_BEFORE = re.compile(
    r"(?i)(?:\b(?:laut|nach (?:informationen|angaben|einem bericht) (?:der|des|von)|bericht(?:et(?:e|en)?)? (?:die|der|das|dem)?|gegenüber"
    r"|sagte[n]? (?:er|sie|\w+) (?:der|dem|gegenüber)|(?:foto|bild|quelle|grafik|text|video|by|via|per|copyright|source|photo)s?\s*:?|service der|f)\W{0,4}(?:\w+zeitung |tageszeitung |zeitung |agentur |nachrichtenagentur |magazin )?|©\W*|RT @|@)$"
)  # fmt: skip
_PICTURE = re.compile(r"(?i)\b(?:foto|bild|photo|grafik|image)(?:s|er)?\s*[:/©][^.\n]{0,40}$")
_CREDIT_AFTER = re.compile(
    r"(?i)^\W{0,3}(?:online|zufolge|berichtet\w*|schreibt|schrieb|meldet\w*|vorab|am (?:mon|diens|donners|frei|sonn)tag|am mittwoch|am samstag|\((?:mon|diens|donners|frei|sams|sonn)tag\))\b"
)


def role(place: Place) -> Role:
    """What a medium does at a place. A dateline is boilerplate, no mention at all; "laut …", "berichtet …", "RT @…",
    "Foto: …" name it as the source; everything else may be about it."""
    if _is_boilerplate(place):
        return "boilerplate"
    return "source" if _is_source(place) else "subject"


def _is_source(place: Place) -> bool:
    named = folded(place.around.article.source).split()
    if named and folded(place.form).split() == named[: len(folded(place.form).split())]:
        return True
    if _PICTURE.search(place.left):
        return True
    in_brackets = place.left.rstrip()[-1:] in "([" and place.right.lstrip()[:1] in ")]/" and bool(place.left.rstrip())
    return in_brackets or bool(_CREDIT_BEFORE.search(place.left) or _CREDIT_AFTER.match(place.right))


def _is_boilerplate(place: Place) -> bool:
    """ "Frankfurt (Reuters) -", and "(BILD: dpa)", where the word means the picture; "«Bild am Sonntag»" is another paper."""
    is_dateline = place.left.endswith("(") and re.match(r"\)\s*[-–—]", place.right)
    is_label = (
        place.form.lower() in ("bild", "foto", "video")
        and re.match(r"\s?[:/]\s?\S", place.right)
        and place.left[-1:] not in "@#"
    )
    is_other = place.left[-1:] in '„“"»«' and re.match(r"\s+am\s+(?:Sonntag|Abend|Mittag)\b", place.right)
    return bool(is_dateline or is_label or (place.left and is_other))
