"""Ranks of nobility inside a last name. By law they are part of the name; by usage they change the greeting. Pure.

"Graf von Hohenstein" is greeted "Graf Hohenstein", a "Freiherr von Thurn" simply "Herr von Thurn"; a prince, duke or
"Fürst" keeps his particle. A plain surname such as Graf, Ritter or Herzog is no rank.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

Use = Literal["rank", "rank_and_particle", "silent"]

#: rank → whose it is, how it is used in a greeting, in English, and whether it is one without a particle after it
_RANKS: dict[str, tuple[str, Use, str, bool]] = {
    "graf": ("herr", "rank", "Count", True),
    "gräfin": ("frau", "rank", "Countess", True),
    "baron": ("herr", "rank", "Baron", True),
    "baronin": ("frau", "rank", "Baroness", True),
    "prinz": ("herr", "rank_and_particle", "Prince", True),
    "prinzessin": ("frau", "rank_and_particle", "Princess", True),
    "fürst": ("herr", "rank_and_particle", "Prince", False),
    "fürstin": ("frau", "rank_and_particle", "Princess", False),
    "herzog": ("herr", "rank_and_particle", "Duke", False),
    "herzogin": ("frau", "rank_and_particle", "Duchess", False),
    "freiherr": ("herr", "silent", "", True),
    "freifrau": ("frau", "silent", "", True),
    "freiin": ("frau", "silent", "", True),
    "edler": ("herr", "silent", "", False),
    "edle": ("frau", "silent", "", False),
    "ritter": ("", "silent", "", False),
}
_PARTICLE = re.compile(r"(?:(?:von|vom|v\.)(?: und zu[rm]?| der| dem| den)?|zu|zur|zum)(?= )", re.IGNORECASE)


@dataclass(frozen=True)
class Noble:
    """A last name with a rank in front: the rank as written, whose it is, the name as greeted without the rank."""

    rank: str
    anrede: str
    use: Use
    english: str
    rest: str


def read(last_name: str) -> Noble | None:
    """The rank a last name begins with; None for everybody else."""
    rank, _, rest = last_name.partition(" ")
    known = _RANKS.get(rank.casefold())
    if known is None or not rest:
        return None
    anrede, use, english, alone = known
    particle = _PARTICLE.match(rest)
    if particle is None and not alone:
        return None
    if use == "rank" and particle:
        rest = rest[particle.end() :].lstrip()
    return Noble(rank, anrede, use, english, rest)
