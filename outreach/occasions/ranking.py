"""Which reason first: value × cadence × strength × freshness − fatigue, with the reason in words. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol, TypeVar

from outreach.errors import N_
from outreach.occasions.kinds import Kind
from outreach.occasions.silence import Candidate, Situation, expires_on

#: how much a customer's share of the turnover lifts a reason
VALUE: Mapping[str, float] = {"A": 1.0, "B": 0.85, "C": 0.7, "": 0.6}
#: a reason this strong lifts a small customer up to a B
STRONG = 0.85
#: each suggestion of the last 90 days costs this share, up to half
FATIGUE = 0.1
#: of the few on top, so many may be of one kind
SAME_KIND_MOST = 2
FEW = 5
MOST = 1000

Why = list[list[Any]]

SENTENCES: Mapping[str, str] = {
    "value_A": N_("one of your largest customers (A)"),
    "value_B": N_("a good customer (B)"),
    "value_C": N_("a smaller customer (C)"),
    "late": N_("it has been a while since you were in touch"),
    "due": N_("it is a good time to be in touch"),
    "strong": N_("a strong reason"),
    "duty": N_("this is owed"),
    "fresh": N_("fresh: %(ago)s"),
    "today": N_("it is today"),
    "soon": N_("it comes %(ahead)s"),
    "ends": N_("the time for it ends %(ahead)s"),
    "fatigue": N_("suggested %(times)s times in 90 days, so further down"),
    "damped": N_("this kind comes often, so further down"),
}


@dataclass(frozen=True)
class Ranked:
    """A place in the order, 0 to 1,000, and why."""

    score: int
    why: Why


def rank(candidate: Candidate, kind: Kind, situation: Situation, today: date) -> Ranked:
    """How much this reason deserves to be seen today."""
    why: Why = []
    strength = kind.strength if candidate.strength is None else (kind.strength + candidate.strength) / 2
    value = _value(situation, strength, why)
    cadence = _cadence(situation, today, why)
    if kind.action == "task" or kind.key == "referral_thanks":
        why.append(["duty", {}])
    elif strength >= STRONG:
        why.append(["strong", {}])
    fresh = _freshness(candidate, kind, today, why)
    score = strength * value * cadence * fresh * _fatigue(situation, why) * _damping(kind, why)
    return Ranked(round(MOST * min(1.0, score)), why)


def _value(situation: Situation, strength: float, why: Why) -> float:
    value_class = situation.recipient.value_class if situation.recipient is not None else ""
    if value_class:
        why.append([f"value_{value_class}", {}])
    value = VALUE.get(value_class, VALUE[""])
    return max(value, VALUE["B"]) if strength >= STRONG else value


def _cadence(situation: Situation, today: date, why: Why) -> float:
    person = situation.recipient
    if person is None or person.due_on is None or person.due_on > today:
        return 0.9
    if person.latest_on is not None and today > person.latest_on:
        why.append(["late", {}])
        return 1.1
    why.append(["due", {}])
    return 1.0


def _freshness(candidate: Candidate, kind: Kind, today: date, why: Why) -> float:
    day = candidate.happened_on or (candidate.published_at.date() if candidate.published_at else None)
    if day is None:
        return 0.9
    ahead, left = (day - today).days, (expires_on(candidate, kind, today) - today).days
    if ahead == 0 and kind.sure:
        why.append(["today", {}])
    elif ahead > 0:
        why.append(["soon", {"days": ahead}])
    elif 0 <= left <= 3:
        why.append(["ends", {"days": left}])
    elif not kind.sure:
        why.append(["fresh", {"days": -ahead}])
    if ahead >= 0:
        return 1.0 if ahead <= 7 else 0.8
    return max(0.4, 1.0 + 0.6 * ahead / max(kind.after, 1))


def _fatigue(situation: Situation, why: Why) -> float:
    times = sum(one.suggested_on is not None for one in situation.before)
    if times >= 2:
        why.append(["fatigue", {"times": times}])
    return max(0.5, 1.0 - FATIGUE * times)


def _damping(kind: Kind, why: Why) -> float:
    if kind.damp >= 0.3:
        why.append(["damped", {}])
    return 1.0 - kind.damp


class HasKind(Protocol):
    """Anything that is of a kind."""

    @property
    def kind(self) -> str: ...


T = TypeVar("T", bound=HasKind)


def few(ranked: Sequence[T], *, most: int = FEW, same_kind: int = SAME_KIND_MOST) -> list[T]:
    """The first few of an order, no kind more than `same_kind` times; when nothing else is left, the rest fills up."""
    chosen: list[T] = []
    for one in ranked:
        if len(chosen) < most and sum(other.kind == one.kind for other in chosen) < same_kind:
            chosen.append(one)
    for one in ranked:
        if (
            len(chosen) < min(most, len(ranked))
            and not any(one is other for other in chosen)
            and _alone(ranked, chosen)
        ):
            chosen.append(one)
    return chosen


def _alone(ranked: Iterable[HasKind], chosen: Sequence[HasKind]) -> bool:
    """Nothing of another kind is left to show."""
    kinds = {one.kind for one in chosen}
    return {one.kind for one in ranked} <= kinds
