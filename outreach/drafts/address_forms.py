"""Whether a German text says Sie or Du. Pure.

Only what cannot be anything else counts: "sie" and "ihr" at the beginning of a sentence may be others.
"""

from __future__ import annotations

import re
from typing import Literal

_DU = re.compile(r"\b(?:du|dir|dich|dein(?:e[mnrs]?)?|euch|euer|eure[mnrs]?|habt|seid|könnt)\b", re.IGNORECASE)
_SIE = re.compile(r"\bIhnen\b|(?<=[\w,;] )(?:Sie|Ihr(?:e[mnrs]?)?)\b")
_QUOTED = re.compile(r"„[^“”\"\n]{0,300}[“”\"]|«[^»\n]{0,300}»|“[^”\n]{0,300}”|\"[^\"\n]{0,300}\"")


def spoken(text: str) -> Literal["sie", "du", "both", ""]:
    """How the reader is spoken to, outside quotations; empty when they are not."""
    plain = _QUOTED.sub(" ", text)
    is_du, is_sie = _DU.search(plain) is not None, _SIE.search(plain) is not None
    if is_du and is_sie:
        return "both"
    return "du" if is_du else "sie" if is_sie else ""
