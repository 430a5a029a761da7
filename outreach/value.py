"""What a customer is worth and how close the bond is: A/B/C by turnover, trend, stage, next step, cadence. Pure.

The statement that recomputes all contacts at once is tested against the functions here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from itertools import accumulate
from types import MappingProxyType
from typing import Literal

from outreach.errors import N_

ValueClass = Literal["A", "B", "C", ""]
Trend = Literal["up", "steady", "down", "new", "lost", "none"]

#: who still makes these hundredths of the turnover, largest first, is in the class
A_PERCENT = 80
B_PERCENT = 95
#: a year counts as more or less when it differs from the year before by a fifth
UP_PERCENT = 120
DOWN_PERCENT = 80
#: three invoices of one project do not make a regular: first and last order lie half a year apart …
REGULAR_ORDERS = 3
REGULAR_SPAN = timedelta(days=180)
#: … and the last one is not older than the turnover we look at (36 months)
REGULAR_MEMORY = timedelta(days=3 * 365)
FAN_REFERRALS = 3
FAN_FAITH = timedelta(days=5 * 365)
#: what counts as having heard of each other. Newsletters, own mails and bookings do not
REAL_CONTACTS = frozenset({"call", "meeting", "letter", "mail_in"})


@dataclass(frozen=True)
class Said:
    """A sentence ready to translate, with the values of its gaps.

    Values are raw; the web layer writes names ending in `_cents` as money, in `_on` as a day, in `_percent` as a number.
    """

    sentence: str
    values: Mapping[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.sentence % self.values if self.values else self.sentence


class Stage(StrEnum):
    """How far the relationship has come; the same words as in the customer file."""

    PROSPECT = "prospect"
    FIRST_BUYER = "first_buyer"
    REPEAT_BUYER = "repeat_buyer"
    REGULAR = "regular"
    ADVOCATE = "advocate"
    FAN = "fan"


# Value class


@dataclass(frozen=True)
class Ranked:
    """One customer on the curve of turnover. Without turnover: no class, no rank, nothing cumulated."""

    id: int
    cents: int
    value_class: ValueClass = ""
    rank: int | None = None
    #: this customer and all larger ones together
    cumulated_cents: int = 0
    total_cents: int = 0

    @property
    def cumulated_percent(self) -> float:
        """What this customer and all larger ones make of the whole, 0 to 100."""
        return 100 * self.cumulated_cents / self.total_cents if self.total_cents else 0.0


def ranked(turnovers: Iterable[tuple[int, int]]) -> list[Ranked]:
    """Customers by turnover, largest first, each with class and rank; then those without turnover by id.

    A: together 80 % of the turnover, the customer who crosses the line included; B: to 95 %; C: the rest.
    `turnovers` has one (id, cents) per customer. Refunds count down: whoever ends at zero or below has no class and no
    part in the whole. Equal turnover is ordered by id. Only whole numbers are compared, so that SQL agrees to the cent.
    """
    everybody = sorted(turnovers, key=lambda one: (-max(one[1], 0), one[0]))
    buyers = [one for one in everybody if one[1] > 0]
    sums = list(accumulate(cents for _, cents in buyers))
    total = sums[-1] if sums else 0
    return [
        Ranked(id, cents, value_class(before=upto - cents, total=total), rank, upto, total)
        for rank, ((id, cents), upto) in enumerate(zip(buyers, sums, strict=True), start=1)
    ] + [Ranked(id, cents, total_cents=total) for id, cents in everybody if cents <= 0]


def value_class(*, before: int, total: int) -> ValueClass:
    """The class of a customer with turnover, when larger ones made `before` cents of `total`."""
    if 100 * before < A_PERCENT * total:
        return "A"
    return "B" if 100 * before < B_PERCENT * total else "C"


def explained(one: Ranked, *, customers: int) -> Said:
    """Why a customer has this class, for the card; `customers` are those with turnover."""
    if one.rank is None:
        return Said(N_("No turnover in the last 12 months."))
    values = {
        "value_class": one.value_class,
        "turnover_cents": one.cents,
        "rank": one.rank,
        "customers": customers,
        "share_percent": round(one.cumulated_percent),
    }
    if customers == 1:
        return Said(
            N_("%(value_class)s: %(turnover_cents)s in 12 months, your only customer with turnover."),
            _only(values, "value_class", "turnover_cents"),
        )
    if one.rank == 1:
        return Said(
            N_(
                "%(value_class)s: %(turnover_cents)s in 12 months, "
                "the largest of your %(customers)s customers, %(share_percent)s %% of the turnover."
            ),
            _only(values, "value_class", "turnover_cents", "customers", "share_percent"),
        )
    return Said(
        N_(
            "%(value_class)s: %(turnover_cents)s in 12 months, "
            "%(rank)s of your %(customers)s customers make %(share_percent)s %%."
        ),
        values,
    )


def _only(values: Mapping[str, object], *names: str) -> dict[str, object]:
    return {name: values[name] for name in names}


# Trend

TREND_RULES: Mapping[Trend, str] = MappingProxyType(
    {
        "up": N_("Rising: at least a fifth more than in the 12 months before."),
        "steady": N_("Steady: less than a fifth up or down against the 12 months before."),
        "down": N_("Falling: at least a fifth less than in the 12 months before."),
        "new": N_("New: the first turnover came in the last 12 months."),
        "lost": N_("Gone quiet: turnover before, none in the last 12 months."),
        "none": N_("No turnover in the last 36 months."),
    }
)


def trend(*, last: int, before: int, earlier: int = 0) -> Trend:
    """Turnover (cents) of the last 12 months against the 12 before; `earlier` are the 12 months before those.

    TREND_RULES says each rule in words. Whoever comes back after a year without orders is rising, not new.
    """
    if last <= 0:
        return "lost" if before > 0 or earlier > 0 else "none"
    if before <= 0:
        return "up" if earlier > 0 else "new"
    if 100 * last >= UP_PERCENT * before:
        return "up"
    return "down" if 100 * last <= DOWN_PERCENT * before else "steady"


# Stage


def stage(
    *,
    orders: int,
    first_order_on: date | None,
    last_order_on: date | None,
    referrals: int,
    today: date,
    by_hand: str = "",
) -> Stage:
    """How far the relationship has come; a stage set by hand wins.

    No order: prospect. One: first buyer. More: repeat buyer. Regular: three orders or more, first and last half a year
    apart, the last within three years. A regular who brought somebody is an advocate; one who brought three, or
    brought one and has been a customer for five years, is a fan.
    """
    if by_hand:
        return Stage(by_hand)
    if orders <= 0:
        return Stage.PROSPECT
    if orders == 1:
        return Stage.FIRST_BUYER
    if not _regular(orders, first_order_on, last_order_on, today) or first_order_on is None:
        return Stage.REPEAT_BUYER
    if referrals <= 0:
        return Stage.REGULAR
    faithful = today - first_order_on >= FAN_FAITH
    return Stage.FAN if referrals >= FAN_REFERRALS or faithful else Stage.ADVOCATE


def _regular(orders: int, first_on: date | None, last_on: date | None, today: date) -> bool:
    if orders < REGULAR_ORDERS or first_on is None or last_on is None:
        return False
    return last_on - first_on >= REGULAR_SPAN and today - last_on <= REGULAR_MEMORY


@dataclass(frozen=True)
class Situation:
    """What decides the next step besides the stage."""

    deceased: bool = False
    open_complaint: bool = False
    answer_owed: bool = False
    promise_due: bool = False
    thanks_owed: bool = False
    open_wish: str = ""
    gone_quiet: bool = False
    referral_asked: bool = False


@dataclass(frozen=True)
class Step:
    """What to do next for one customer; `key` names the rule."""

    key: str
    said: Said


#: what comes before every step of the relationship, most urgent first
_FIRST: tuple[tuple[str, str], ...] = (
    ("open_complaint", N_("Put the complaint right first. Everything else waits.")),
    ("answer_owed", N_("They wrote to you: answer.")),
    ("promise_due", N_("Keep what you promised.")),
    ("thanks_owed", N_("Say thank you for the referral.")),
)
_STEPS: Mapping[Stage, str] = MappingProxyType(
    {
        Stage.PROSPECT: N_("Find out what they need, and offer something small to begin with."),
        Stage.FIRST_BUYER: N_("Ask whether everything went well, and say thank you for the first order."),
        Stage.REPEAT_BUYER: N_("Ask what comes next for them, and name one service that fits."),
        Stage.REGULAR: N_("Ask who else could use your help."),
        Stage.ADVOCATE: N_("Tell them what became of the person they sent, and do them a favour."),
        Stage.FAN: N_("Do something together: a reference, a talk, an invitation."),
    }
)


def next_best_step(stage: Stage, situation: Situation = Situation()) -> Step | None:
    """The one thing to do next: what is owed, then an open wish, then what the stage asks for. None after a death."""
    if situation.deceased:
        return None
    for key, sentence in _FIRST:
        if getattr(situation, key):
            return Step(key, Said(sentence))
    if situation.open_wish:
        return Step("open_wish", Said(N_("Offer what they wished for: %(wish)s"), {"wish": situation.open_wish}))
    if situation.gone_quiet and stage is not Stage.PROSPECT:
        return Step("gone_quiet", Said(N_("Ask how they are and what has changed. No offer yet.")))
    if stage is Stage.REGULAR and situation.referral_asked:
        return Step("treat", Said(N_("Give them a small treat, without a reason.")))
    return Step(stage.value, Said(_STEPS[stage]))


# Cadence


@dataclass(frozen=True)
class Cadence:
    """How many days after the last real contact it is a good time for the next, and how many are the most."""

    ideal_days: int
    latest_days: int

    def __post_init__(self) -> None:
        if not 0 < self.ideal_days <= self.latest_days:
            raise ValueError("a cadence needs 0 < ideal_days <= latest_days")


CADENCES: Mapping[ValueClass, Cadence] = MappingProxyType(
    {"A": Cadence(30, 60), "B": Cadence(60, 120), "C": Cadence(120, 240), "": Cadence(180, 365)}
)


def cadence(
    value_class: ValueClass,
    *,
    own: Cadence | None = None,
    per_class: Mapping[ValueClass, Cadence] = CADENCES,
) -> Cadence:
    """The contact's own cadence, else the one of the class."""
    return own or per_class.get(value_class) or CADENCES[value_class]


@dataclass(frozen=True)
class Due:
    """When to be in touch again. `days`: until the good day (early), since it (due), since the latest day (late)."""

    state: Literal["early", "due", "late", "quiet"]
    due_on: date
    latest_on: date
    days: int = 0


def due(
    *,
    last_contact_on: date | None,
    created_on: date,
    cadence: Cadence,
    today: date,
    muted: bool = False,
    paused_until: date | None = None,
    deceased: bool = False,
) -> Due:
    """When the next contact is due, counted from the last real one, or from the day the card was made.

    Muted, deceased and paused people are quiet; a pause ends on the day it names. Nothing falls due inside a pause, so
    nobody comes back from one already late.
    """
    due_on = (last_contact_on or created_on) + timedelta(days=cadence.ideal_days)
    if paused_until is not None:
        due_on = max(due_on, paused_until)
    latest_on = due_on + timedelta(days=cadence.latest_days - cadence.ideal_days)
    if muted or deceased or (paused_until is not None and today < paused_until):
        return Due("quiet", due_on, latest_on)
    if today < due_on:
        return Due("early", due_on, latest_on, (due_on - today).days)
    if today <= latest_on:
        return Due("due", due_on, latest_on, (today - due_on).days)
    return Due("late", due_on, latest_on, (today - latest_on).days)


def due_words(due: Due) -> Said:
    """The cadence in a calm sentence."""
    if due.state == "quiet":
        return Said(N_("No reminders for now."))
    if due.state == "early":
        return Said(N_("Next contact around %(due_on)s."), {"due_on": due.due_on})
    if due.state == "due":
        return Said(N_("A good time to be in touch, until %(latest_on)s."), {"latest_on": due.latest_on})
    return Said(N_("It has been a while. A short hello is enough."))
