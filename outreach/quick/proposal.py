"""What one typed line proposes, before a person has confirmed it: values only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from outreach.value import Said


@dataclass(frozen=True)
class Span:
    """Which letters of the line became what.

    Roles: kind, who, date, due, amount, birthday; the kind of a fact; task; unread (not understood); text (the rest).
    """

    start: int
    end: int
    role: str


@dataclass(frozen=True)
class Candidate:
    """Words that may name the person or the company."""

    start: int
    end: int
    text: str


@dataclass(frozen=True)
class ProposedFact:
    """A fact to keep: topic, project, interest, wish, promise or taboo."""

    kind: str
    text: str
    valid_until: date | None = None


@dataclass(frozen=True)
class ProposedTask:
    """Something to do, and until when."""

    text: str
    due_on: date | None = None


@dataclass(frozen=True)
class Birthday:
    """A birthday, with its year when it was said."""

    day: int
    month: int
    year: int | None = None


@dataclass(frozen=True)
class Parsed:
    """What a line says. `text` is what goes into the history; `leftovers` are its parts that became nothing else."""

    line: str
    today: date
    #: call, letter, meeting, mail_in, mail_out, offer, order, gift, complaint, feedback, note; or task
    kind: str
    #: the words before the colon, or the settled name; "" while only candidates are known
    who: str
    #: the likeliest first
    candidates: tuple[Candidate, ...]
    on: date
    #: whether the day was written, or is only today's
    on_given: bool
    text: str
    amount_cents: int | None = None
    facts: tuple[ProposedFact, ...] = ()
    tasks: tuple[ProposedTask, ...] = ()
    birthday: Birthday | None = None
    leftovers: tuple[str, ...] = ()
    #: in order, never overlapping
    spans: tuple[Span, ...] = ()
    #: what was not understood, for the person to see
    remarks: tuple[Said, ...] = ()

    @property
    def follow_up(self) -> ProposedTask | None:
        """The first thing to do, if any."""
        return self.tasks[0] if self.tasks else None

    @property
    def is_planned(self) -> bool:
        """Whether it lies ahead: an appointment rather than something that happened."""
        return self.on > self.today
