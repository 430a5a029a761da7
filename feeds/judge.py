"""What to do with an article: propose a mail, note it, keep quiet, suggest a letter by hand. Pure.

    match: who is named → events: what happened to them → the gravest first → may it be a reason to write? → stories

Safety first: whatever speaks against a mail makes it a note. Bad news never becomes a draft, whoever is meant.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Protocol

from feeds import events
from feeds.events import Happening, quotes, sentences
from feeds.events.doubts import NOTHING_HAPPENED
from feeds.rules import Rules
from feeds.stories import Stories
from feeds.texts import Article, Certainty, Decision, Finding, Mention
from outreach.errors import N_
from outreach.occasions.kinds import Kind

COMPETITOR_MOVE = "competitor_move"
#: how far into an article a grave word forbids a congratulation
_GRAVE_REACH = 1500
_MENTION_SCORE = 0.1

Found = tuple[str, Decision, list[str]]


class Index(Protocol):
    """What finds the names (feeds.match.Index)."""

    def mentions(self, article: Article) -> list[Mention]: ...


def judge(
    article: Article, index: Index, rules: Rules, kinds: Mapping[str, Kind], stories: Stories, today: date
) -> list[Finding]:
    """One finding per subject the article speaks of, by its gravest event; a rival's mere mention is none."""
    mentions = index.mentions(article)
    if not mentions:
        return []
    day = article.published_at.date() if article.published_at else today
    happenings = events.happened(article, mentions, rules, day)
    grave = _Grave(article, rules)
    found = []
    for subject in dict.fromkeys(mention.subject for mention in mentions):
        own = [mention for mention in mentions if mention.subject == subject]
        its = [happening for happening in happenings if happening.mention.subject == subject]
        if finding := _finding(article, subject, own, its, grave, kinds, stories, day, today):
            found.append(finding)
    return found


def _finding(
    article: Article,
    subject: str,
    mentions: Sequence[Mention],
    happenings: Sequence[Happening],
    grave: _Grave,
    kinds: Mapping[str, Kind],
    stories: Stories,
    day: date,
    today: date,
) -> Finding | None:
    rivals = [mention for mention in mentions if mention.relation == "competitor"]
    ours = [mention for mention in mentions if mention.relation == "own"]
    theirs = [happening for happening in happenings if happening.mention.relation != "competitor"]
    certainty: Certainty = "sure" if any(mention.certainty == "sure" for mention in ours) else "unsure"
    if not ours:  # a person alone may be a namesake
        theirs = []
    chosen = _gravest(theirs, kinds)
    moved = None if chosen else next((one for one in happenings if one.mention.relation == "competitor"), None)
    if chosen is None and moved is None and not ours:
        return None
    if moved is not None:
        kind, decision, why = COMPETITOR_MOVE, "note", [f"kind:{moved.event.kind}", *_doubts(moved)]
        certainty = moved.mention.certainty
    elif chosen is not None:
        kind, decision, why = _decided(chosen, theirs, certainty, grave, kinds, today)
    else:
        kind, decision, why = "", "note", ["mention"]
    mention = _shown(moved or chosen, ours or rivals)
    event = (moved or chosen).event if (moved or chosen) else None
    told = kind or None
    on = (event.happened_on if event else None) or day
    return Finding(
        subject=subject,
        article=article.id,
        certainty=certainty,
        relation=mention.relation,
        form=mention.form,
        kind=told,
        polarity=_polarity(told, moved or chosen, kinds),
        decision=decision,
        quote=event.quote if event else _mention_quote(article, mention),
        event_on=event.happened_on if event else None,
        story=stories.place(subject, article, told, on if abs((on - day).days) <= 60 else day),
        score=_score(told, certainty, event.doubts if event else (), on, today, kinds),
        why=tuple(dict.fromkeys((*why, *mention.reasons))),
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
    chosen: Happening,
    happenings: Sequence[Happening],
    certainty: Certainty,
    grave: _Grave,
    kinds: Mapping[str, Kind],
    today: date,
) -> Found:
    event, kind = chosen.event, kinds.get(chosen.event.kind)
    why = [f"kind:{event.kind}", *event.reasons, *_doubts(chosen)]
    if kind is None:
        return event.kind, "note", [*why, "unknown_kind"]
    if NOTHING_HAPPENED & set(event.doubts):
        return "", "note", why
    decision = _by_kind(kind, event.polarity)
    if event.doubts and decision != "note":
        decision = "note"
    if certainty == "unsure" and decision in ("draft", "letter"):
        decision, why = ("note" if decision == "draft" else "silence"), [*why, "unsure"]
    if decision == "draft":
        against = _against(chosen, kind, happenings, grave, kinds, today)
        if against:
            decision, why = "note", [*why, *against]
    return event.kind, decision, why


def _by_kind(kind: Kind, polarity: int) -> Decision:
    if polarity < 0 and kind.polarity >= 0:  # somebody is dismissed where others retire
        return "silence"
    if kind.action == "draft" and (kind.careful or kind.polarity < 0):
        return "note"
    return "note" if kind.action == "task" else kind.action


def _against(
    chosen: Happening,
    kind: Kind,
    happenings: Sequence[Happening],
    grave: _Grave,
    kinds: Mapping[str, Kind],
    today: date,
) -> list[str]:
    """What forbids to congratulate although the event itself is plain."""
    against = []
    on = chosen.event.happened_on
    if on is not None and (on - today).days > kind.before:
        against.append("too_early")
    if on is not None and (today - on).days > kind.after:
        against.append("too_late")
    if grave.headline_doubts():
        against.append("headline_doubt")
    if word := grave.word(chosen):
        against.append(f"grave:{word}")
    for other in happenings:
        its = kinds.get(other.event.kind)
        if other.event.polarity < 0 or (its is not None and its.careful and not other.event.doubts):
            against.append(f"beside:{other.event.kind}")
    return against


class _Grave:
    """Words of death, ruin and shame in an article, looked for once and only when a mail would be proposed."""

    def __init__(self, article: Article, rules: Rules) -> None:
        self._article, self._rules = article, rules

    def word(self, chosen: Happening) -> str:
        """The first such word at the beginning of the article or around the event, or nothing."""
        body = self._article.body
        lowered = events.lower(body)
        start, end = chosen.event.start, chosen.event.end
        parts = ((0, _GRAVE_REACH), (max(0, start - 400), end + 400))
        for language in self._rules.for_text(lowered):
            for first, last in parts:
                if match := language.lists["grave"].search(lowered, first, min(last, len(lowered))):
                    return body[match.start() : match.end()]
        return ""

    def headline_doubts(self) -> bool:
        """Whether the headline denies, calls off, asks or mocks, whatever the text says."""
        title = events.lower(self._article.title)
        return title.rstrip().endswith("?") or any(
            language.lists[name].search(title)
            for language in self._rules.for_text(title)
            for name in ("denied", "averted", "mocked")
        )


def _doubts(happening: Happening) -> list[str]:
    return [f"doubt:{code}" for code in happening.event.doubts]


def _shown(happening: Happening | None, mentions: Sequence[Mention]) -> Mention:
    if happening is not None:
        return happening.mention
    return next((mention for mention in mentions if mention.certainty == "sure"), mentions[0])


def _mention_quote(article: Article, mention: Mention) -> str:
    parts = sentences.split(article.body, len(article.title))
    part = next((one for one in parts if one.start <= mention.start < one.end), None)
    start, end = (part.start, part.end) if part else (mention.start, mention.end)
    return quotes.quote(article.body, start, end, mention)


def _polarity(told: str | None, happening: Happening | None, kinds: Mapping[str, Kind]) -> int:
    if told is None or happening is None:
        return 0
    return kinds[told].polarity if told == COMPETITOR_MOVE and told in kinds else happening.event.polarity


def _score(
    told: str | None, certainty: Certainty, doubts: Sequence[str], on: date, today: date, kinds: Mapping[str, Kind]
) -> float:
    """Strength × certainty × freshness, 0 to 1."""
    kind = kinds.get(told) if told else None
    if kind is None:
        return round(_MENTION_SCORE * (1.0 if certainty == "sure" else 0.5), 3)
    strength = kind.strength or (1.0 if kind.polarity < 0 else 0.3)
    age = abs((today - on).days) / max(kind.after, kind.before, 1)
    fresh = max(0.2, 1.0 - 0.5 * age)
    return round(strength * (1.0 if certainty == "sure" else 0.5) * (0.5 if doubts else 1.0) * fresh, 3)


_WORDS = {
    "kind": N_("It speaks of: %(value)s."),
    "trigger": N_("These words say so: “%(value)s”."),
    "headline": N_("It stands in the headline."),
    "sentence": N_("It stands in one sentence with the name."),
    "mention": N_("The name is only mentioned."),
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
