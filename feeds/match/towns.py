"""How near the customer's town stands: beside the name, in the same sentence or somewhere in the article. Pure."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice

from feeds.match.context import Around, Place
from feeds.match.words import Signal

_FROM, _NEAR, _SOMEWHERE = 4, 2, 1
_STRETCH = 200
#: a town named more often than this is near everything
_PLACES_MOST = 1_000
_FROM_THERE = re.compile(
    r"['’]?s?\W{0,2}(?:\s+aus\s+|\s+mit Sitz in\s+|\s+from\s+|\s*\()(?:dem\s+|der\s+)?(?:[a-zäöü]+en\s+)?"
)


def signal(place: Place, city: str) -> Signal | None:
    """The town as a signal for a name. "Durst aus Brixen" says much; "Herbst in Jena" may be the season."""
    spans = places(place.around, city)
    if not spans:
        return None
    at = bisect_left(spans, (place.end, 0))
    if at < len(spans) and _is_from_there(place, spans[at], city):
        return Signal(f"from:{city}", _FROM)
    is_near = any(_is_near(place, span) for span in spans[max(0, at - 1) : at + 1])
    return Signal(f"city:{city}", _NEAR) if is_near else Signal(f"city:{city}", _SOMEWHERE)


def _is_from_there(place: Place, span: tuple[int, int], city: str) -> bool:
    body, (start, end) = place.around.body, span
    return body[start:end].lower() == _short(city).lower() and _FROM_THERE.fullmatch(body, place.end, start) is not None


def _is_near(place: Place, span: tuple[int, int]) -> bool:
    distance = max(span[0] - place.end, place.start - span[1])
    return distance <= _STRETCH or place.begin <= span[0] < place.stop


def stands(around: Around, city: str) -> bool:
    """Whether the town is named anywhere in the article."""
    return bool(places(around, city))


def places(around: Around, city: str) -> list[tuple[int, int]]:
    """Where the town is named, in order; looked for once in an article."""
    found = around.towns.get(city)
    if found is None:
        found = around.towns[city] = list(islice(_found(around, city), _PLACES_MOST))
    return found


def _found(around: Around, city: str) -> Iterator[tuple[int, int]]:
    """Looking for the stem first is ten times as quick as the expression alone."""
    stem, pattern, at = _stem(city), _pattern(city), -1
    while (at := around.low.find(stem, at + 1)) >= 0:
        if match := pattern.match(around.body, at):
            yield match.span()


@lru_cache(maxsize=4096)
def _short(city: str) -> str:
    """ "Mühlheim am Main" is Mühlheim in the papers, "Frankfurt (Oder)" Frankfurt."""
    return re.split(r"\s*[(,/]|\s(?:am|an|in|im|bei|ob|vor|v\.|a\.|b\.)", city.strip(), maxsplit=1)[0] or city


@lru_cache(maxsize=4096)
def _stem(city: str) -> str:
    """What all forms of the town begin with, in small letters ("MÜNCHEN", "Münchner", "Giessen")."""
    low = _short(city).lower()
    stem = low[:-2] if low.endswith("en") else low.removesuffix("e")
    return stem.split("ß")[0] or low


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
