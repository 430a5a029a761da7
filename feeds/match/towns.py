"""How near the customer's town stands: beside the name, in the same sentence or somewhere in the article. Pure."""

from __future__ import annotations

import re
from functools import lru_cache

from feeds.match.context import Around, Place
from feeds.match.words import Signal

_FROM, _NEAR, _SOMEWHERE = 4, 2, 1
_STRETCH, _STEM = 200, 3
_FROM_THERE = re.compile(
    r"['’]?s?\W{0,2}(?:\s+aus\s+|\s+mit Sitz in\s+|\s+from\s+|\s*\()(?:dem\s+|der\s+)?(?:[a-zäöü]+en\s+)?"
)


def signal(place: Place, city: str) -> Signal | None:
    """The town as a signal for a name. "Durst aus Brixen" says much; "Herbst in Jena" may be the season."""
    found = near = None
    for match in _pattern(city).finditer(place.around.body):
        found = match
        distance = max(match.start() - place.end, place.start - match.end())
        if match[0].lower() == _short(city).lower() and _FROM_THERE.fullmatch(
            place.around.body, place.end, match.start()
        ):
            return Signal(f"from:{city}", _FROM)
        if distance <= _STRETCH or place.begin <= match.start() < place.stop:
            near = match
    if near:
        return Signal(f"city:{city}", _NEAR)
    if found:
        return Signal(f"city:{city}", _SOMEWHERE)
    return None


def stands(around: Around, city: str) -> bool:
    """Whether the town is named anywhere in the article."""
    return _short(city).lower()[:_STEM] in around.low and _pattern(city).search(around.body) is not None


@lru_cache(maxsize=4096)
def _short(city: str) -> str:
    """ "Mühlheim am Main" is Mühlheim in the papers, "Frankfurt (Oder)" Frankfurt."""
    return re.split(r"\s*[(,/]|\s(?:am|an|in|im|bei|ob|vor|v\.|a\.|b\.)", city.strip(), maxsplit=1)[0] or city


@lru_cache(maxsize=4096)
def _pattern(city: str) -> re.Pattern[str]:
    """The town and those from it: Ulm, Ulms, Ulmer; München, Münchner; Bremen, Bremer."""
    name = _short(city)
    stems = {name}
    ends = r"(?:s|er|ern|ers|erin)?"
    if name.endswith("en"):
        stems |= {f"{name[:-2]}n", name[:-2]}
    elif name.endswith("e"):
        stems.add(name[:-1])
    whole = "|".join(
        [f"{re.escape(name)}{ends}", *(f"{re.escape(stem)}er(?:n|s|in)?" for stem in sorted(stems - {name}))]
    )
    shouted, adjective = re.escape(name.upper()), rf"{re.escape(name.lower())}sche[rnsm]?"
    return re.compile(rf"(?<!\w)(?:{whole}|{shouted}|{adjective})(?!\w)")
