"""What happened to whom: triggers of the rules beside the names that were found. Pure.

    article, mentions → sentences that hold a name → triggers near it, in its role → doubts, day, quote → Happening

One pass over the text asks whether any trigger can be in it at all; most articles end there.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice

from feeds import match
from feeds.events import doubts, sentences, when
from feeds.events.quotes import quote
from feeds.events.sentences import Sentence
from feeds.rules import Group, Language, Rules, Trigger
from feeds.rules.patterns import OTHER, SUBJECT
from feeds.texts import Article, Event, Mention
from outreach.names.first_names import use_of

#: in a headline every word is near
_WITHIN_TITLE = 8
_FIRMS_OF_A_LIST = 6
#: an article ends somewhere; what comes later is a whole archive
_READ_MOST = 60_000
#: a sentence with more names than this is a list
_NAMES_MOST = 60
#: and an article with more places to look at is one
_PLACES_MOST = 300
_WORD_BEFORE = re.compile(r"([^\W\d_]{3,})\s+$")
#: first names that seldom are: "per Wackerbeck", "im Mai Wackerbeck"
_NO_PERSON = frozenset({"per", "mai", "may", "april", "june", "august"})
_WORD = re.compile(r"\w+")
_TAG = re.compile(r"#\w+|https?://\S+")
_WE = re.compile(r"(?<!\w)(?:wir|uns|unser\w*|we|us|our)(?!\w)")
#: it belongs to the name, whether or not the name was found with it
_LEGAL_FORM = re.compile(
    r"\s+(?:g?gmbh(?: & co\.? kg)?|mbh|ag|se|kgaa|kg|ohg|gbr|ug|e\.\s?k\.|inc\.?|ltd\.?|plc|llc|corp\.?)(?!\w)"
)
_MORE_NAMES = re.compile(r"\w[\w.&\-]*(?:, \w[\w.&\- ]{1,25}){4,} (?:und|sowie|oder|and|or) ")


@dataclass(frozen=True, slots=True)
class Happening:
    """One event of one subject."""

    mention: Mention
    event: Event
    #: number of the sentence; 0 is the headline
    sentence: int


@dataclass(frozen=True, slots=True)
class _Place:
    """A sentence as one subject sees it: lower case, its own name covered, and other known names covered differently."""

    sentence: Sentence
    #: where `text` begins in the body
    start: int
    text: str
    mention: Mention
    #: all places of the subject in `text`
    names: tuple[tuple[int, int], ...]
    others: tuple[tuple[int, int], ...]


def happened(
    article: Article, mentions: Sequence[Mention], rules: Rules, today: date, *, persons: Collection[str] = ()
) -> list[Happening]:
    """All events of the subjects mentioned, the surest of each kind per subject; doubtful ones carry their doubts.

    `today` is the day of the article as far as it has one: "gestern" counts from it. `persons` are the subjects that
    are people themselves: what happens to people and what happens to firms can both happen to them.
    """
    mentions = [mention for mention in mentions if not match.is_source(mention)]
    if not mentions:
        return []
    body = article.body
    lowered = lower(body)[:_READ_MOST]
    best: dict[tuple[str, str, str], Happening] = {}
    parts: list[Sentence] | None = None
    languages = rules.for_text(lowered)
    for language in languages:
        hits = language.hits(lowered)
        if not hits:
            continue
        parts = parts or sentences.split(body, len(article.title))
        starts = [start for start, _ in hits]
        told = [part for part in parts if _between(starts, part.start, part.end)]
        for place in islice(_places(article, body, lowered, mentions, told), _PLACES_MOST):
            for happening in _in_place(body, place, hits, language, languages, today, persons):
                key = (happening.mention.subject, happening.mention.relation, happening.event.kind)
                if key not in best or _rank(happening) < _rank(best[key]):
                    best[key] = happening
    return sorted(best.values(), key=_rank)


def lower(body: str) -> str:
    """Lower case with every offset kept."""
    lowered = body.lower()
    return lowered if len(lowered) == len(body) else "".join(one.lower()[:1] for one in body)


def _between(starts: Sequence[int], start: int, end: int) -> bool:
    at = bisect_left(starts, start)
    return at < len(starts) and starts[at] < end


def _rank(happening: Happening) -> tuple[int, int]:
    return len(happening.event.doubts), happening.sentence


def _places(
    article: Article, body: str, lowered: str, mentions: Sequence[Mention], parts: Sequence[Sentence]
) -> Iterator[_Place]:
    ordered = sorted(mentions, key=lambda one: one.start)
    starts = [one.start for one in ordered]
    for sentence in parts:
        inside = ordered[bisect_left(starts, sentence.start) : bisect_left(starts, sentence.end)][:_NAMES_MOST]
        own = tuple(islice(_own_voice(article.own_of, body, lowered, sentence), _NAMES_MOST))
        seen: set[tuple[str, str]] = set()
        for mention in (*inside, *own):
            if (mention.subject, mention.relation) in seen:
                continue
            seen.add((mention.subject, mention.relation))
            same = [
                one for one in (*inside, *own) if (one.subject, one.relation) == (mention.subject, mention.relation)
            ]
            rest = [one for one in inside if one.subject != mention.subject or one.relation != mention.relation]
            yield _place(sentence, lowered, mention, same, rest)


def _own_voice(own_of: str, body: str, lowered: str, sentence: Sentence) -> Iterator[Mention]:
    """On the subject's own site "we" is the subject."""
    if not own_of:
        return
    for we in _WE.finditer(lowered, sentence.start, sentence.end):
        yield Mention(own_of, "own", body[we.start() : we.end()], we.start(), we.end(), "sure")


def _place(
    sentence: Sentence, lowered: str, mention: Mention, same: Sequence[Mention], rest: Sequence[Mention]
) -> _Place:
    start, end = sentences.around(sentence, mention.start)
    text = list(lowered[start:end])
    names: list[tuple[int, int]] = []
    others: list[tuple[int, int]] = []
    for one, letter, spans in (*((one, OTHER, others) for one in rest), *((one, SUBJECT, names) for one in same)):
        form = _LEGAL_FORM.match(lowered, one.end, end)
        first, last = max(0, one.start - start), min(len(text), (form.end() if form else one.end) - start)
        if first < last and "own_site" not in one.reasons:  # that one is the whole headline
            text[first:last] = letter * (last - first)
            spans.append((first, last))
    return _Place(sentence, start, "".join(text), mention, tuple(names), tuple(others))


def _in_place(
    body: str,
    place: _Place,
    hits: Sequence[tuple[int, tuple[int, ...]]],
    language: Language,
    languages: Sequence[Language],
    today: date,
    persons: Collection[str],
) -> Iterator[Happening]:
    end = place.start + len(place.text)
    inside = hits[bisect_left(hits, (place.start,)) : bisect_left(hits, (end,))]
    numbers = {number for _, group in inside for number in group}
    mention = place.mention
    of = {"person"} if mention.relation == "person" else {"company"}
    if mention.relation == "own" and mention.subject in persons:
        of = {"person", "company"}
    for number in sorted(numbers):
        trigger = language.triggers[number]
        if trigger.group.of in of and (span := _fits(trigger, place, languages)):
            yield _happening(body, place, trigger, span, languages, today)


def _fits(trigger: Trigger, place: _Place, languages: Sequence[Language]) -> tuple[int, int] | None:
    """Where the trigger stands, when it speaks of this subject."""
    group, text = trigger.group, place.text
    for fit in trigger.regex.finditer(text):
        span = fit.span()
        if not trigger.anchored and not _is_near(span, group, place):
            continue
        if "shifted" not in group.whenever and _is_of_another(span, place, languages, trigger):
            continue
        if (group.needs and not group.needs.search(text)) or (group.unless and group.unless.search(text)):
            return None
        return span
    return None


def _is_near(span: tuple[int, int], group: Group, place: _Place) -> bool:
    most = max(group.within, _WITHIN_TITLE) if place.sentence.is_title else group.within
    distance = min((_words_between(place.text, span, name) for name in place.names), default=0)
    if distance > most or "others" in group.whenever:
        return distance <= most
    return not any(_words_between(place.text, span, other) < distance - 1 for other in place.others)


def _is_of_another(span: tuple[int, int], place: _Place, languages: Sequence[Language], trigger: Trigger) -> bool:
    """Whether the name only stands for a supplier, a daughter, a fan of the subject, or for who says so."""
    if place.mention.relation == "person":
        return False
    lists = [language.lists["shifts"] for language in languages]
    if trigger.group.polarity > 0:
        lists += [language.lists["credits"] for language in languages]
    if trigger.anchored:
        names = [name for name in place.names if span[0] <= name[0] < span[1]]
    else:
        names = sorted(place.names, key=lambda name: _words_between(place.text, span, name))[:1]
    good = trigger.group.polarity > 0
    return bool(names) and all(
        _is_shifted(place.text, name, lists) or (good and _is_a_namesake(place.text, name)) for name in names
    )


def _is_a_namesake(text: str, name: tuple[int, int]) -> bool:
    """Whether a first name stands before the name of a firm: somebody who is called so, and whose prize it is."""
    found = _WORD_BEFORE.search(text[max(0, name[0] - 40) : name[0]])
    return found is not None and found[1] not in _NO_PERSON and use_of(found[1]) is not None


def _is_shifted(text: str, name: tuple[int, int], lists: Sequence[re.Pattern[str]]) -> bool:
    window = text[max(0, name[0] - 40) : name[1] + 30]
    offset = name[0] - max(0, name[0] - 40)
    return any(shift.start() <= offset < shift.end() for shifts in lists for shift in shifts.finditer(window))


def _words_between(text: str, one: tuple[int, int], other: tuple[int, int]) -> int:
    first, second = (one, other) if one[0] <= other[0] else (other, one)
    return len(_WORD.findall(text, first[1], second[0])) if first[1] < second[0] else 0


def _happening(
    body: str, place: _Place, trigger: Trigger, span: tuple[int, int], languages: Sequence[Language], today: date
) -> Happening:
    day = when.happened_on(place.text, today, place=span[0])
    why = doubts.found(
        place.text,
        *span,
        group=trigger.group,
        languages=languages,
        today=today,
        has_day=day is not None and abs((day - today).days) <= 120,
        asks=body[place.start : place.sentence.end].rstrip(' \n"”“»«').endswith("?"),
    )
    if _is_tag(place, span):
        why = (*why, "tags")
    if len(place.others) >= _FIRMS_OF_A_LIST - 1 or _is_list(body, place):
        why = (*why, "list")
    start, end = place.start + span[0], place.start + span[1]
    event = Event(
        kind=trigger.group.kind,
        polarity=trigger.group.polarity,
        quote=quote(body, place.start, place.start + len(place.text), place.mention, (start, end)),
        start=start,
        end=end,
        doubts=why,
        happened_on=day,
        reasons=(f"trigger:{_shown(body[start:end])}", "headline" if place.sentence.is_title else "sentence"),
    )
    return Happening(place.mention, event, place.sentence.number)


def _is_tag(place: _Place, span: tuple[int, int]) -> bool:
    """Whether name and trigger are only catchwords under a message: "#strike #parcels #railway"."""
    return place.text[span[0] - 1 : span[0]] == "#" and all(
        place.text[name[0] - 1 : name[0]] == "#"
        and "#" in place.text[min(span[0], name[0]) : max(span[0], name[0])]
        and not _WORD.search(_TAG.sub("", place.text[min(span[0], name[0]) - 1 : max(span[1], name[1])]))
        for name in place.names
    )


def _is_list(body: str, place: _Place) -> bool:
    return _MORE_NAMES.search(body, place.start, place.start + len(place.text)) is not None


def _shown(trigger: str) -> str:
    words = " ".join(trigger.split())
    return words if len(words) <= 60 else words[:57].rsplit(" ", 1)[0] + " …"
