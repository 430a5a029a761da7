"""What to do with an article: propose a mail, note it, keep quiet, suggest a letter by hand. Pure.

    match: who is named → events: what happened to them → the gravest first → may it be a reason to write? → stories

Safety first: whatever speaks against a mail makes it a note. Bad news never becomes a draft, whoever is meant.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Protocol

from feeds import events
from feeds.events import Happening, quotes, sentences
from feeds.events.doubts import NOTHING_HAPPENED
from feeds.events.sentences import Sentence
from feeds.rules import Rules
from feeds.stories import Stories
from feeds.texts import Article, Certainty, Decision, Finding, Mention, Subject
from outreach.errors import N_
from outreach.occasions.kinds import Kind

COMPETITOR_MOVE = "competitor_move"
#: how far into an article a grave word forbids a congratulation
_GRAVE_REACH = 1500
_MENTION_SCORE = 0.1
#: a headline longer than this is none
_TITLE_MOST = 1_000
#: of a name that is also a word, these make it sure although neither town nor trade stand in the article
_PROOFS = frozenset({"legal_form", "official_name", "domain", "own_site"})
#: an event further from its article's day than this is placed by the article's day
_FAR_DAYS = 60


class Index(Protocol):
    """What finds the names (feeds.match.Index)."""

    def mentions(self, article: Article) -> list[Mention]: ...
    def subject(self, key: str) -> Subject | None: ...


@dataclass(frozen=True, slots=True)
class _Case:
    """One article as it is judged, with all that is known beside it."""

    article: Article
    kinds: Mapping[str, Kind]
    grave: _Grave
    text: _Text
    #: of the article, as far as it has one
    day: date
    today: date


@dataclass(frozen=True, slots=True)
class _Verdict:
    kind: str | None
    decision: Decision
    why: list[str]
    certainty: Certainty
    mention: Mention
    happening: Happening | None = None


def judge(
    article: Article, index: Index, rules: Rules, kinds: Mapping[str, Kind], stories: Stories, today: date
) -> list[Finding]:
    """One finding per subject the article speaks of, by its gravest event; a rival's mere mention is none."""
    mentions = index.mentions(article)
    if not mentions:
        return []
    day = article.published_at.date() if article.published_at else today
    named = {mention.subject: index.subject(mention.subject) for mention in mentions}
    persons = {key for key, subject in named.items() if subject is not None and subject.is_person}
    happenings = events.happened(article, mentions, rules, day, persons=persons)
    case = _Case(article, kinds, _Grave(article, rules), _Text(article), day, today)
    found = []
    theirs: dict[str, list[Mention]] = defaultdict(list)
    for mention in mentions:
        theirs[mention.subject].append(mention)
    happened: dict[str, list[Happening]] = defaultdict(list)
    for happening in happenings:
        happened[happening.mention.subject].append(happening)
    for subject, its in theirs.items():
        verdict = _verdict(case, its, happened[subject])
        if verdict is not None:
            found.append(_finding(case, subject, verdict, stories))
    return found


def _verdict(case: _Case, mentions: Sequence[Mention], happenings: Sequence[Happening]) -> _Verdict | None:
    ours = [mention for mention in mentions if mention.relation == "own"]
    sure = next((mention for mention in ours if _is_sure(mention)), None)
    certainty: Certainty = "sure" if sure else "unsure"
    # a person without the company beside it may be a namesake
    theirs = [one for one in happenings if one.mention.relation != "competitor"] if ours else []
    if chosen := _gravest(theirs, case.kinds):
        kind, decision, why = _decided(case, chosen, theirs, certainty)
        return _Verdict(kind, decision, why, certainty, chosen.mention, chosen)
    if moved := next((one for one in happenings if one.mention.relation == "competitor"), None):
        why = [f"kind:{moved.event.kind}", *_doubts(moved)]
        return _Verdict(COMPETITOR_MOVE, "note", why, moved.mention.certainty, moved.mention, moved)
    return _Verdict(None, "note", ["mention"], certainty, sure or ours[0]) if ours else None


def _is_sure(mention: Mention) -> bool:
    reasons = set(mention.reasons)
    return mention.certainty == "sure" and ("-elsewhere" not in reasons or bool(_PROOFS & reasons))


def _finding(case: _Case, subject: str, verdict: _Verdict, stories: Stories) -> Finding:
    event = verdict.happening.event if verdict.happening else None
    on = (event.happened_on if event else None) or case.day
    told_on = on if abs((on - case.day).days) <= _FAR_DAYS else case.day
    return Finding(
        subject=subject,
        article=case.article.id,
        certainty=verdict.certainty,
        relation=verdict.mention.relation,
        form=verdict.mention.form,
        kind=verdict.kind,
        polarity=_polarity(verdict, case.kinds),
        decision=verdict.decision,
        quote=event.quote if event else case.text.quote(verdict.mention),
        event_on=event.happened_on if event else None,
        story=stories.place(subject, case.article, verdict.kind, told_on),
        score=_score(case, verdict, on),
        why=tuple(dict.fromkeys((*verdict.why, *verdict.mention.reasons))),
    )


def _gravest(happenings: Iterable[Happening], kinds: Mapping[str, Kind]) -> Happening | None:
    """Bad news before good, certain before doubtful, what is told first before what follows."""

    def order(one: Happening) -> tuple[float, ...]:
        event, kind = one.event, kinds.get(one.event.kind)
        strength = (0.95 if kind.careful else kind.strength) if kind else 0.0
        damp = kind.damp if kind else 0.0
        return (
            bool(NOTHING_HAPPENED & set(event.doubts)),
            event.polarity if event.polarity < 0 and not event.doubts and not damp else 0,
            bool(event.doubts),
            damp,
            -strength if event.polarity >= 0 else event.polarity,
            one.sentence,
            event.start,
        )

    return min(happenings, key=order, default=None)


def _decided(
    case: _Case, chosen: Happening, happenings: Sequence[Happening], certainty: Certainty
) -> tuple[str | None, Decision, list[str]]:
    event, kind = chosen.event, case.kinds.get(chosen.event.kind)
    why = [f"kind:{event.kind}", *event.reasons, *_doubts(chosen)]
    if kind is None:
        return event.kind, "note", [*why, "unknown_kind"]
    if NOTHING_HAPPENED & set(event.doubts):
        return None, "note", why
    decision = _by_kind(kind, event.polarity)
    if event.doubts:
        return event.kind, "note", why
    if certainty == "unsure" and decision != "note":  # no condolence, either, to whom nothing happened
        return event.kind, "note" if decision == "draft" else "silence", [*why, "unsure"]
    if decision == "draft" and (against := _against(case, chosen, kind, happenings)):
        return event.kind, "note", [*why, *against]
    return event.kind, decision, why


def _by_kind(kind: Kind, polarity: int) -> Decision:
    if polarity < 0 and kind.polarity >= 0:  # somebody is dismissed where others retire
        return "silence"
    if kind.action == "draft" and (kind.careful or kind.polarity < 0):
        return "note"
    return "note" if kind.action == "task" else kind.action


def _against(case: _Case, chosen: Happening, kind: Kind, happenings: Sequence[Happening]) -> list[str]:
    """What forbids to congratulate although the event itself is plain."""
    against = []
    on = chosen.event.happened_on
    if on is not None and (on - case.today).days > kind.before:
        against.append("too_early")
    if on is not None and (case.today - on).days > kind.after:
        against.append("too_late")
    if case.grave.headline_doubts:
        against.append("headline_doubt")
    if word := case.grave.word(chosen):
        against.append(f"grave:{word}")
    for other in happenings:
        its = case.kinds.get(other.event.kind)
        if other.event.polarity < 0 or (its is not None and its.careful and not other.event.doubts):
            against.append(f"beside:{other.event.kind}")
    return against


class _Grave:
    """Words of death, ruin and shame in an article, looked for once and only when a mail would be proposed."""

    def __init__(self, article: Article, rules: Rules) -> None:
        self._article, self._rules = article, rules

    @cached_property
    def _body(self) -> str:
        return self._article.body

    @cached_property
    def _lowered(self) -> str:
        return events.lower(self._body)

    def word(self, chosen: Happening) -> str:
        """The first such word at the beginning of the article or around the event, or nothing."""
        body, lowered = self._body, self._lowered
        start, end = chosen.event.start, chosen.event.end
        parts = ((0, _GRAVE_REACH), (max(0, start - 400), end + 400))
        for language in self._rules.for_text(lowered):
            for first, last in parts:
                if match := language.lists["grave"].search(lowered, first, min(last, len(lowered))):
                    return body[match.start() : match.end()]
        return ""

    @cached_property
    def headline_doubts(self) -> bool:
        """Whether the headline denies, calls off, asks or mocks, whatever the text says."""
        title = events.lower(self._article.title[:_TITLE_MOST])
        return "?" in title or any(
            language.lists[name].search(title)
            for language in self._rules.for_text(title)
            for name in ("denied", "averted", "failed", "mocked")
        )


def _doubts(happening: Happening) -> list[str]:
    return [f"doubt:{code}" for code in happening.event.doubts]


class _Text:
    """The sentences of an article, split once and only when a mention is to be shown."""

    def __init__(self, article: Article) -> None:
        self._article = article

    @cached_property
    def _body(self) -> str:
        return self._article.body

    @cached_property
    def _sentences(self) -> list[Sentence]:
        return sentences.split(self._body, len(self._article.title))

    def quote(self, mention: Mention) -> str:
        at = bisect_right(self._sentences, mention.start, key=lambda one: one.start) - 1
        part = self._sentences[at] if at >= 0 else None
        is_inside = part is not None and mention.start < part.end
        start, end = sentences.around(part, mention.start) if part and is_inside else (mention.start, mention.end)
        return quotes.quote(self._body, start, end, mention)


def _polarity(verdict: _Verdict, kinds: Mapping[str, Kind]) -> int:
    if verdict.kind is None or verdict.happening is None:
        return 0
    if verdict.kind == COMPETITOR_MOVE:
        return kinds[COMPETITOR_MOVE].polarity if COMPETITOR_MOVE in kinds else 0
    return verdict.happening.event.polarity


def _score(case: _Case, verdict: _Verdict, on: date) -> float:
    """Strength × certainty × freshness, 0 to 1."""
    certain = 1.0 if verdict.certainty == "sure" else 0.5
    kind = case.kinds.get(verdict.kind) if verdict.kind else None
    if kind is None:
        return round(_MENTION_SCORE * certain, 3)
    strength = kind.strength or (1.0 if kind.polarity < 0 else 0.3)
    plain = 0.5 if verdict.happening and verdict.happening.event.doubts else 1.0
    fresh = max(0.2, 1.0 - 0.5 * abs((case.today - on).days) / max(kind.after, kind.before, 1))
    return round(strength * certain * plain * fresh, 3)


_WORDS = {
    "kind": N_("It speaks of: %(value)s."),
    "trigger": N_("These words say so: “%(value)s”."),
    "headline": N_("It stands in the headline."),
    "sentence": N_("It stands in one sentence with the name."),
    "mention": N_("The name is only mentioned."),
    "topic_words": N_("The words of the topic stand together in the headline or in one sentence."),
    "topic_meaning": N_("The headline means something close to the topic, in other words."),
    "unsure": N_("It is not certain that this company is meant."),
    "unknown_kind": N_("Nothing is said about what to do with events of this kind."),
    "too_early": N_("It is still too far away."),
    "too_late": N_("It is too long ago."),
    "grave": N_("The article also speaks of something grave: “%(value)s”."),
    "beside": N_("The article also tells of something else: %(value)s."),
    "headline_doubt": N_("The headline denies it, calls it off or asks whether it is so."),
    "doubt:denied": N_("It is denied."),
    "doubt:averted": N_("It was called off or averted."),
    "doubt:considered": N_("It is only considered, planned or rumoured."),
    "doubt:condition": N_("It depends on something else."),
    "doubt:past": N_("It was long ago."),
    "doubt:question": N_("It is only asked."),
    "doubt:mocked": N_("It does not sound like praise."),
    "doubt:quoted": N_("The word stands in quotation marks."),
    "doubt:tags": N_("The words are only catchwords under a message."),
    "doubt:list": N_("The sentence lists many names."),
}


def in_words(code: str) -> tuple[str, dict[str, str]] | None:
    """A code of `why` as an English sentence to be translated, and the values of its gaps; None when it is not ours.

    The codes of a mention are put into words by `match.in_words`.
    """
    if code in _WORDS:
        return _WORDS[code], {}
    key, _, value = code.partition(":")
    sentence = _WORDS.get(key)
    return (sentence, {"value": value}) if sentence is not None and value else None
