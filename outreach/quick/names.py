"""Which words of a line may be a name. Grammar alone cannot tell: these are guesses in order, for comparing with the file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from outreach.quick import words
from outreach.quick.proposal import Candidate

MOST = 40
MOST_WORDS = 14
LONGEST = 4

WORD = re.compile(r"[^\s,;:()!?\"“”„]+")
_LINKS = frozenset({"von", "van", "vom", "de", "der", "den", "zu", "zur", "und", "the", "&", "+"})

Place = tuple[int, int]


def whole(line: str, name: Place) -> list[Candidate]:
    """The words before the colon, and the shorter runs inside them."""
    scores = dict(_runs(line, name))
    scores[name] = 100.0
    return _best(line, scores)


def among(line: str, stretches: Iterable[Place]) -> list[Candidate]:
    """Runs of up to four words from the free stretches of a line."""
    return _best(line, {run: score for stretch in stretches for run, score in _runs(line, stretch)})


def without_fillers(line: str, stretch: Place) -> Place | None:
    """Without "mit", "an" and the like around; "von der Heide" keeps its "von", as it holds two more words."""
    found = list(WORD.finditer(line, *stretch))
    while found and found[-1].group().casefold() in words.FILLERS:
        found.pop()
    while found and found[0].group().casefold() in words.FILLERS and not _is_particle(found):
        found.pop(0)
    return (found[0].start(), found[-1].end()) if found else None


def _is_particle(found: list[re.Match[str]]) -> bool:
    """ "von der Heide" and "von dem Bussche", but "von Frau Müller"."""
    return len(found) > 2 and found[0].group() == "von" and found[1].group() in ("der", "dem", "den")


def _runs(line: str, stretch: Place) -> Iterator[tuple[Place, float]]:
    found = list(WORD.finditer(line, *stretch))[:MOST_WORDS]
    plain = [match.group().casefold() for match in found]
    for first in range(len(found)):
        for last in range(first, min(first + LONGEST, len(found))):
            score = _likeliness([match.group() for match in found[first : last + 1]])
            if score is None:
                continue
            score += (first == 0) + (last == len(found) - 1)
            if last + 1 < len(found) and plain[last + 1] in words.NO_NAME:
                score += 1.5  # "Müller will …"
            if first and plain[first - 1] in words.FILLERS - {"für", "fuer", "for", "am"}:
                score += 2  # "Lob von Schmidt"
            if not words.NO_NAME.isdisjoint(plain[:first]):
                score -= 2  # what comes after "will" is what is wanted
            yield (found[first].start(), found[last].end()), score


def _likeliness(run: list[str]) -> float | None:
    """How much a run of words looks like a name; None when it cannot be one."""
    plain = [word.casefold() for word in run]
    if not words.NO_NAME.isdisjoint(plain) or not all(
        any(map(str.isalpha, word)) or word in ("&", "+") for word in run
    ):
        return None
    if not (run[0][0].isalpha() and run[-1][-1:].strip("&+")):
        return None
    if plain[0] in words.NO_NAME_EDGE - {"von"} or not (words.NO_NAME_EDGE - _LINKS).isdisjoint(plain):
        return None
    if (
        plain[-1] in words.NO_NAME_EDGE
        or plain[-1] in words.HONORIFICS
        or plain in ([form] for form in words.LEGAL_FORMS)
    ):
        return None
    score = 2.0 if all(word[0].isupper() or word.casefold() in _LINKS for word in run) else 0.0
    score += 3.0 if plain[0] in words.HONORIFICS else 0.0
    score += 3.0 if plain[-1] in words.LEGAL_FORMS else 0.0
    score -= 1.0 if plain[0] == "von" else 0.0
    return score + (0.5 if len(run) == 2 else 0.0)


def _best(line: str, scores: dict[Place, float]) -> list[Candidate]:
    order = sorted(scores, key=lambda run: (-scores[run], run))[:MOST]
    return [Candidate(*run, line[run[0] : run[1]]) for run in order]
