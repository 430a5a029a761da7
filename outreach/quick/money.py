"""Amounts as people write them: "4.200", "4.200,50 €", "EUR 1500", "1,5k", "30,-". Pure.

The last of two different separators is the decimal one; a single separator followed by three figures groups thousands.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

#: more than this is a telephone number, not a price
MOST_CENTS = 10**11


@dataclass(frozen=True)
class FoundAmount:
    """An amount in a line. `currency` is "" when none is written; only euros are understood, see `is_euro`."""

    start: int
    end: int
    cents: int
    currency: str
    #: whether it is written as money is: with thousands, decimals or a k
    looks_like_money: bool

    @property
    def is_euro(self) -> bool:
        """Whether it may be taken as euros."""
        return self.currency in ("", "EUR")


_EURO = r"€|euros?|eur"
_FOREIGN = r"chf|sfr\.?|usd|us\$|\$|gbp|£|dollar|pfund|franken|pln|czk|sek|dkk|nok|jpy|¥"
_CURRENCY = rf"(?:{_EURO}|{_FOREIGN})"
_NUMBER = r"[0-9]{1,3}(?:[.,'’\u202f\xa0][0-9]{3}){1,3}(?:[.,][0-9]{1,2})?|[0-9]{1,9}(?:[.,][0-9]{1,2})?"
_UNITS = (
    r"%|prozent|percent|x|std|stunden?|h|tagen?|tage|tg|wochen?|monate?|jahren?|jahre|uhr|stück|stk|personen|teilnehmer|leute"
    r"|plätze|mal|km|m|m²|qm|kg|g|l|liter|flaschen?|minuten|min|hours?|days?|weeks?|months?|years?|people|pcs|pieces|times"
    r"|bottles?|seats?|lizenzen|licenses|workshops?|schulungen|seiten|pages|kartons?"
)
_AMOUNT = re.compile(
    rf"(?<![\w.,:/-])(?:(?P<before>{_CURRENCY}) ?)?(?P<minus>[-−]?)(?P<number>{_NUMBER})(?![0-9])"
    rf"(?P<dash>[.,](?:--?|–))?(?:[ \xa0]?(?P<thousand>k|tsd\.?|tausend|thousand)(?!\w))?"
    rf"(?:[ \xa0]?(?P<after>{_CURRENCY})(?!\w))?(?![\w/:]|[.,][0-9]|\.-)",
    re.IGNORECASE,
)
_UNIT_FOLLOWS = re.compile(rf"[ \xa0]?(?:{_UNITS})(?!\w)", re.IGNORECASE)
_IS_EURO = re.compile(_EURO, re.IGNORECASE)


def find(line: str) -> list[FoundAmount]:
    """All amounts in a line, in order. Counted things ("3 Stunden", "20 %") are none."""
    found = []
    for match in _AMOUNT.finditer(line):
        written = match["before"] or match["after"] or ""
        bare = not written and not match["dash"] and not match["thousand"]
        if bare and _UNIT_FOLLOWS.match(line, match.end()):
            continue
        cents = _cents(match["number"]) * (1000 if match["thousand"] else 1)
        if cents > MOST_CENTS or (bare and re.match(r"0[0-9]", match["number"])):
            continue
        currency = "" if not written else "EUR" if _IS_EURO.fullmatch(written) else written.upper().rstrip(".")
        looks = bool(match["dash"] or match["thousand"] or not match["number"].isdecimal())
        found.append(FoundAmount(match.start(), match.end(), -cents if match["minus"] else cents, currency, looks))
    return found


def best(amounts: list[FoundAmount], *, years: range) -> FoundAmount | None:
    """The one that is the price: with a currency, else written as money, else the largest that is no year."""
    marked = [one for one in amounts if one.currency]
    if marked:
        return next((one for one in marked if one.is_euro), marked[0])
    looking = [one for one in amounts if one.looks_like_money]
    if looking:
        return looking[0]
    plain = [one for one in amounts if one.cents // 100 not in years and one.cents >= 100]
    return max(plain, key=lambda one: (one.cents, -one.start), default=None)


def _cents(number: str) -> int:
    head, decimals = re.fullmatch(r"(.*?)(?:[.,]([0-9]{1,2}))?", number, re.DOTALL).groups()  # type: ignore[union-attr]
    whole = re.sub(r"[^0-9]", "", head)
    return int(Decimal(f"{whole}.{decimals or 0}") * 100)
