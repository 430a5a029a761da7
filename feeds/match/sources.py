"""A newspaper, agency or network is named in most articles as their source, and is no subject then. Pure."""

from __future__ import annotations

import re

from feeds.match.context import Place
from feeds.names.lists import words
from feeds.names.spelling import folded
from feeds.texts import Subject

_CREDIT_BEFORE = re.compile(
    r"(?i)(?:\b(?:laut|nach (?:informationen|angaben|einem bericht) (?:der|des|von)|bericht(?:et(?:e|en)?)? (?:die|der|das|dem)?|zufolge|dem|gegenüber"
    r"|sagte[n]? (?:er|sie|\w+) (?:der|dem|gegenüber)|(?:foto|bild|quelle|grafik|text|video|von|by|via|copyright|source|photo)s?\s*:?|service der|f)\W{0,4}(?:\w+zeitung |tageszeitung |zeitung |agentur |nachrichtenagentur |magazin )?|©\W*|RT @|@)$"
)  # fmt: skip
_CREDIT_AFTER = re.compile(r"(?i)^\W{0,3}(?:online|zufolge|berichtet\w*|schreibt|schrieb|meldet\w*|vorab|am (?:mon|diens|donners|frei|sonn)tag|am mittwoch|am samstag|\((?:mon|diens|donners|frei|sams|sonn)tag\))\b")


def is_source(place: Place, subject: Subject) -> bool:
    """Whether the medium is only credited here: in brackets, "laut …", "berichtet …", "RT @…", or it is the source itself."""
    named = folded(place.around.article.source).split()
    if named and folded(place.form).split() == named[: len(folded(place.form).split())]:
        return True
    in_brackets = place.left.rstrip()[-1:] in "([" and place.right.lstrip()[:1] in ")]/" and bool(place.left.rstrip())
    return in_brackets or bool(_CREDIT_BEFORE.search(place.left) or _CREDIT_AFTER.match(place.right)) or _is_dateline(place)


def _is_dateline(place: Place) -> bool:
    """ "Frankfurt (Reuters) -", "DAUN, 12.04. (dpa-AFX)" """
    return bool(re.search(r"\((?:[\w./-]+\s?[/-]\s?)?$", place.left)) and place.form.lower() not in words("company_nouns")
