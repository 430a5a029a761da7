"""What may be concluded from a handful of letters, and what not. Pure.

Shares come with Wilson's interval (Wilson 1927; https://doi.org/10.1080/01621459.1927.10502953). Groups are compared with
all other letters by Fisher's exact test, and since many groups are looked at, by Holm's correction (Holm 1979): the chance
to claim anything where nothing is stays below ALPHA for the whole page. Below LEAST letters on either side nothing is
compared at all.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import exp, lgamma, log, sqrt

ALPHA = 0.05
#: letters on each side of a comparison
LEAST = 20
_Z = 1.959964


@dataclass(frozen=True)
class Share:
    """So many of so many, with the interval in which the true share lies with 95 %; shares from 0 to 1."""

    hits: int
    of: int
    low: float
    high: float

    @property
    def value(self) -> float:
        """The share as it was counted; 0 of nothing is 0."""
        return self.hits / self.of if self.of else 0.0


@dataclass(frozen=True)
class Claim:
    """A group answered more or less often than all others, by more than chance explains."""

    group: str
    own: Share
    others: Share
    p: float

    @property
    def more(self) -> bool:
        """More often than the others."""
        return self.own.value > self.others.value


@dataclass(frozen=True)
class Findings:
    """What holds; without claims, whether there was enough to look at (`compared` groups)."""

    claims: tuple[Claim, ...]
    compared: int
    letters: int


def share(hits: int, of: int) -> Share:
    """The share with Wilson's 95 % interval; of nothing, everything is possible."""
    if of <= 0:
        return Share(0, 0, 0.0, 1.0)
    rate, z2 = hits / of, _Z * _Z
    middle = (rate + z2 / (2 * of)) / (1 + z2 / of)
    reach = _Z * sqrt(rate * (1 - rate) / of + z2 / (4 * of * of)) / (1 + z2 / of)
    return Share(hits, of, max(0.0, min(rate, middle - reach)), min(1.0, max(rate, middle + reach)))


def what_worked(groups: Mapping[str, tuple[int, int]], *, least: int = LEAST, alpha: float = ALPHA) -> Findings:
    """Groups (answered, sent) that differ from all other letters, surest first."""
    answered, sent = sum(one[0] for one in groups.values()), sum(one[1] for one in groups.values())
    tested: list[Claim] = []
    for name, (hits, of) in groups.items():
        rest_hits, rest = answered - hits, sent - of
        if of >= least and rest >= least:
            p = fisher(hits, of - hits, rest_hits, rest - rest_hits)
            tested.append(Claim(name, share(hits, of), share(rest_hits, rest), p))
    tested.sort(key=lambda one: one.p)
    held: list[Claim] = []
    for at, one in enumerate(tested):  # Holm: stop at the first that does not hold
        if one.p > alpha / (len(tested) - at):
            break
        held.append(one)
    return Findings(tuple(held), len(tested), sent)


def fisher(a: int, b: int, c: int, d: int) -> float:
    """The two-sided p of Fisher's exact test of the table [[a, b], [c, d]]."""
    rows, column, total = a + b, a + c, a + b + c + d
    low, high = max(0, column - (c + d)), min(rows, column)
    seen = _probability(a, rows, column, total)
    # The slack keeps equally likely tables on the same side of rounding.
    every = (_probability(one, rows, column, total) for one in range(low, high + 1))
    return min(1.0, sum(one for one in every if one <= seen * (1 + 1e-9)))


def same_rate(now: int, before: int) -> float:
    """The two-sided p of two counts over equally long times under the same rate.

    Given their sum the count is binomial with one half (Przyborowski and Wilenski 1940, https://doi.org/10.2307/2332612).
    """
    total = now + before
    return min(1.0, 2 * sum(exp(_choose(total, k) - total * log(2)) for k in range(min(now, before) + 1)))


def _probability(a: int, rows: int, column: int, total: int) -> float:
    """Of a table with these margins, hypergeometric."""
    return exp(_choose(rows, a) + _choose(total - rows, column - a) - _choose(total, column))


def _choose(n: int, k: int) -> float:
    return lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)
