"""The rules of care: when a step of a complaint is due, what a gift may cost, when thanks are due. Pure.

A complaint:  heard (at once) → apology (the same day) → solved (3 workdays) → a small surprise by post (7 days after
that) → asked again (14 days after it was solved). Until asked again, nobody offers this customer anything.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType

from outreach.errors import N_
from outreach.value import Said

SOLVE_WORKDAYS = 3
SURPRISE_DAYS = 7
ASK_AGAIN_DAYS = 14
THANKS_DAYS = 7

#: § 4 Abs. 5 Satz 1 Nr. 1 EStG: what gifts to one business partner may cost in a business year. 50 € for business years
#: that begin after 31 December 2023 (Wachstumschancengesetz, BGBl. 2024 I Nr. 108), 35 € before
GIFT_LINE_CENTS = 50_00
OLD_GIFT_LINE_CENTS = 35_00
GIFT_LINE_CHANGED_ON = date(2024, 1, 1)


# Complaints


@dataclass(frozen=True)
class Complaint:
    """On which days what was done about a complaint."""

    reported_on: date
    heard_on: date | None = None
    apology_on: date | None = None
    solved_on: date | None = None
    surprise_on: date | None = None
    asked_on: date | None = None


@dataclass(frozen=True)
class ComplaintStep:
    """One step: its label, what to do, the day it is due (None: not known before it is solved) and was done."""

    key: str
    label: str
    advice: str
    due_on: date | None
    done_on: date | None

    def late(self, today: date) -> int:
        """Days past the due day; 0 when done or in time."""
        if self.done_on is not None or self.due_on is None:
            return 0
        return max((today - self.due_on).days, 0)


_COMPLAINT_STEPS: tuple[tuple[str, str, str], ...] = (
    ("heard", N_("Heard"), N_("Listen, say back what you understood, and name the day they will hear from you.")),
    ("apology", N_("Apology"), N_("Apologise today, in person, without an excuse.")),
    ("solved", N_("Solved"), N_("Put it right, and say what you did.")),
    ("surprise", N_("Surprise"), N_("Send something small by post, without an offer.")),
    ("asked", N_("Asked again"), N_("Ask whether all is well now.")),
)


def complaint_steps(complaint: Complaint, *, holidays: Collection[date] = ()) -> list[ComplaintStep]:
    """The five steps in their order, with due and done days."""
    solved = complaint.solved_on
    due: Mapping[str, date | None] = {
        "heard": complaint.reported_on,
        "apology": complaint.reported_on,
        "solved": workdays_after(complaint.reported_on, SOLVE_WORKDAYS, holidays=holidays),
        "surprise": solved + timedelta(days=SURPRISE_DAYS) if solved else None,
        "asked": solved + timedelta(days=ASK_AGAIN_DAYS) if solved else None,
    }
    return [
        ComplaintStep(key, label, advice, due[key], getattr(complaint, f"{key}_on"))
        for key, label, advice in _COMPLAINT_STEPS
    ]


def next_complaint_step(complaint: Complaint, *, holidays: Collection[date] = ()) -> ComplaintStep | None:
    """The first step not done; None when the complaint is over. A surprise left out does not hold up the end."""
    if is_over(complaint):
        return None
    return next(step for step in complaint_steps(complaint, holidays=holidays) if step.done_on is None)


def is_over(complaint: Complaint) -> bool:
    """Solved and asked again: only then may occasions to sell come up again."""
    return complaint.solved_on is not None and complaint.asked_on is not None


def workdays_after(day: date, count: int, *, holidays: Collection[date] = ()) -> date:
    """The workday `count` workdays after `day`; Saturdays, Sundays and `holidays` do not count."""
    while count > 0:
        day += timedelta(days=1)
        count -= day.weekday() < 5 and day not in holidays
    return day


# Gifts


@dataclass(frozen=True)
class GiftCheck:
    """What one more gift does to the year of one recipient; cents, net or gross as `gift_line` says."""

    limit_cents: int
    given_cents: int
    #: what may still be given after this one; below zero when the line is crossed
    left_cents: int

    @property
    def is_over(self) -> bool:
        """Above the line, and then all gifts of the year count, not only what is above."""
        return self.left_cents < 0


def gift_line_cents(year_begins_on: date) -> int:
    """The tax line of the business year that begins on this day.

    Whoever deducts input tax compares net prices, everybody else (small businesses under § 19 UStG) what was paid
    (R 4.10 Abs. 3, R 9b EStR). Gifts to own employees, and what can only be used in the recipient's business, have no
    such line. A business year that began in 2023 keeps the old one to its end.
    """
    return GIFT_LINE_CENTS if year_begins_on >= GIFT_LINE_CHANGED_ON else OLD_GIFT_LINE_CENTS


def business_year(day: date, *, first_month: int = 1) -> tuple[date, date]:
    """First and last day of the business year `day` lies in."""
    begins = date(day.year if day.month >= first_month else day.year - 1, first_month, 1)
    return begins, date(begins.year + 1, first_month, 1) - timedelta(days=1)


def check_gift(*, given_cents: int, cents: int, on: date, first_month: int = 1) -> GiftCheck:
    """One more gift of `cents` to somebody who got `given_cents` in the same business year. Exactly the line is fine."""
    limit = gift_line_cents(business_year(on, first_month=first_month)[0])
    return GiftCheck(limit, given_cents + cents, limit - given_cents - cents)


def gift_words(check: GiftCheck) -> Said:
    """The warning, or what is left."""
    if check.is_over:
        return Said(
            N_(
                "With this, gifts to this person reach %(given_cents)s this year, above %(limit_cents)s: "
                "none of them would be deductible (§ 4 (5) no. 1 EStG). Ask your tax adviser when unsure."
            ),
            {"given_cents": check.given_cents, "limit_cents": check.limit_cents},
        )
    return Said(
        N_("%(given_cents)s of %(limit_cents)s given this year."),
        {"given_cents": check.given_cents, "limit_cents": check.limit_cents},
    )


# Referrals


def thanks_due_on(referred_on: date) -> date:
    """The day by which whoever brought somebody has been thanked."""
    return referred_on + timedelta(days=THANKS_DAYS)


# The seven-step programme


@dataclass(frozen=True)
class Known:
    """What the customer file knows, as far as it hints at a step of the programme."""

    has_mail_or_phone: bool = False
    greeting_is_sure: bool = False
    complaints_open: bool = False
    promises_overdue: bool = False
    real_contacts: int = 0
    personal_facts: int = 0
    wishes_fulfilled: int = 0
    orders: int = 0
    gifts_liked: int = 0
    praised: bool = False
    referrals: int = 0


@dataclass(frozen=True)
class ProgrammeStep:
    """One of the seven steps: what it means, and what in the file hints that it is done."""

    key: str
    label: str
    meaning: str
    hint: str


PROGRAMME: tuple[ProgrammeStep, ...] = (
    ProgrammeStep(
        "reachable",
        N_("Reachable"),
        N_("They can reach you easily, and you them: right address, quick answer."),
        N_("There is a mail address or a phone number."),
    ),
    ProgrammeStep(
        "friendly",
        N_("Friendly"),
        N_("Name and greeting are right, and every contact is a pleasant one."),
        N_("The greeting is sure, and you have spoken or written at least once."),
    ),
    ProgrammeStep(
        "responsible",
        N_("Responsible"),
        N_("You keep what you promise, and answer for what goes wrong."),
        N_("There was an order, no complaint is open and no promise is overdue."),
    ),
    ProgrammeStep(
        "eye_level",
        N_("At eye level"),
        N_("You know what moves them, and talk as partners."),
        N_("You know at least two things about them, and have been in touch three times."),
    ),
    ProgrammeStep(
        "fitting",
        N_("Fitting solution"),
        N_("They get what helps them, not what happens to be on offer."),
        N_("A wish was fulfilled, or they ordered again."),
    ),
    ProgrammeStep(
        "delight",
        N_("Delight"),
        N_("Now and then they get more than they expected."),
        N_("A gift was liked, or they praised you."),
    ),
    ProgrammeStep(
        "activate",
        N_("Activate"),
        N_("They speak of you to others, because they like to."),
        N_("They brought somebody."),
    ),
)


def hinted(known: Known) -> frozenset[str]:
    """The steps the file suggests are done. Only a person ticks them."""
    hints: Mapping[str, bool] = {
        "reachable": known.has_mail_or_phone,
        "friendly": known.greeting_is_sure and known.real_contacts >= 1,
        "responsible": known.orders >= 1 and not known.complaints_open and not known.promises_overdue,
        "eye_level": known.personal_facts >= 2 and known.real_contacts >= 3,
        "fitting": known.wishes_fulfilled >= 1 or known.orders >= 2,
        "delight": known.gifts_liked >= 1 or known.praised,
        "activate": known.referrals >= 1,
    }
    return frozenset(key for key, there in hints.items() if there)


@dataclass(frozen=True)
class NextProgrammeStep:
    """The first step not ticked, and whether it looks done already."""

    step: ProgrammeStep
    looks_done: bool


def next_programme_step(done: Collection[str], hints: Collection[str] = ()) -> NextProgrammeStep | None:
    """The first of the seven steps not done, or None when all are."""
    for step in PROGRAMME:
        if step.key not in done:
            return NextProgrammeStep(step, step.key in hints)
    return None


# Surveys

#: what opens a complaint unless the question says otherwise: detractors of the 0 to 10 scale, two stars, a no
BAD_UP_TO: Mapping[str, str] = MappingProxyType({"scale": "6", "stars": "2", "yes_no": "no", "choice": "", "words": ""})


def is_bad(kind: str, value: object, threshold: str, *, choices: Sequence[str] = ()) -> bool:
    """Whether an answer is bad: up to the threshold on a scale (0 to 10) or of stars, "no", or among the first choices.

    An empty threshold and an empty answer are never bad; neither are words, which a person has to read. Raises
    ValueError for an answer or threshold that does not fit the kind.
    """
    if kind not in BAD_UP_TO:
        raise ValueError(f"no kind of question: {kind}")
    said, line = _plain(value), threshold.strip()
    if not said or not line or kind == "words":
        return False
    if kind == "yes_no":
        if said not in ("yes", "no"):
            raise ValueError(f"neither yes nor no: {said}")
        return said == line
    if kind == "choice":
        return choices.index(said) <= choices.index(line)
    return int(said) <= int(line)


def _plain(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value).strip()
