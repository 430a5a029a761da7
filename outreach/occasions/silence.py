"""When not to suggest: the rules of silence in their order, each with its sentence. Pure.

    Candidate × Situation → judge: Verdict(state, action, the rule that decided, its values)

The first rule that speaks decides and is kept with the occasion, so that a person can read why something is not suggested.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from outreach.errors import N_
from outreach.occasions.kinds import Action, Kind
from outreach.occasions.rows import State

SAME_STORY_DAYS = 30
SAME_KIND_DAYS = 90
BETWEEN_SUGGESTIONS_DAYS = 14
BETWEEN_MAILS_DAYS = 28
TALKED_DAYS = 7

#: whose reason it is: ("company", 5), or ("contact", 7) for somebody without a company
Customer = tuple[str, int]


@dataclass(frozen=True)
class Candidate:
    """A reason to write, as its source brings it. `what` tells it from others of its kind: "story:17", "2026"."""

    kind: str
    what: str
    source: str
    contact_id: int | None = None
    company_id: int | None = None
    source_name: str = ""
    certainty: str = "sure"
    #: what the source would do at most; none: what its kind does
    action: Action | None = None
    headline: str = ""
    quote: str = ""
    link: str = ""
    published_at: datetime | None = None
    happened_on: date | None = None
    story: str = ""
    #: denied, called off, only considered: codes of the source, see feeds/events.py
    doubts: tuple[str, ...] = ()
    #: 0 to 1, when the source knows better than the kind
    strength: float | None = None
    details: Mapping[str, Any] = field(default_factory=dict)
    origin_id: int | None = None
    #: the last day it is a reason, when that is not the kind's window
    until: date | None = None

    @property
    def customer(self) -> Customer:
        """Whose reason it is."""
        if self.company_id is not None:
            return ("company", self.company_id)
        if self.contact_id is None:
            raise ValueError("a reason needs a company or a contact")
        return ("contact", self.contact_id)

    @property
    def key(self) -> str:
        """The same reason found twice has the same key."""
        whose = f"contact:{self.contact_id}" if self.contact_id is not None else f"company:{self.company_id}"
        return f"{self.kind}:{whose}:{self.what}"[:200]


@dataclass(frozen=True)
class Flag:
    """A stop flag that stands; `contact_id` when it is about one person."""

    reach: str
    kind: str
    since_on: date
    contact_id: int | None = None


@dataclass(frozen=True)
class Before:
    """An occasion there was before for this customer; `suggested_on`: shown as something to do."""

    id: int
    kind: str
    story: str
    state: str
    decision: str
    created_on: date
    suggested_on: date | None
    action: str
    contact_id: int | None = None


@dataclass(frozen=True)
class Recipient:
    """The person it would be written to."""

    id: int
    name: str = ""
    value_class: str = ""
    due_on: date | None = None
    latest_on: date | None = None
    muted: bool = False
    paused_until: date | None = None
    deceased: bool = False
    has_company: bool = False


@dataclass(frozen=True)
class Situation:
    """What is known of the customer on the day of judging."""

    recipient: Recipient | None = None
    flags: Sequence[Flag] = ()
    before: Sequence[Before] = ()
    #: (kind, source) → "note" or "never"; an empty source means any
    lessons: Mapping[tuple[str, str], str] = field(default_factory=dict)
    complaint_open: bool = False
    answer_owed_since: date | None = None
    #: the last call, letter or meeting; the last personal mail that went out unanswered
    talked_on: date | None = None
    mailed_on: date | None = None


@dataclass(frozen=True)
class Verdict:
    """What becomes of a reason; `rule` is empty when none spoke."""

    state: State
    action: Action
    rule: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)


#: "not suggested because …": each rule in words; %(…)s are filled on the page
SENTENCES: Mapping[str, str] = {
    "nobody": N_("there is no person on the card of this company to write to."),
    "deceased": N_("this person has died."),
    "muted": N_("you asked for no suggestions for this person."),
    "paused": N_("suggestions for this person pause until %(until)s."),
    "never": N_("you asked never to suggest this kind for this customer."),
    "stop": N_("since %(since)s a stop flag stands: %(flag)s."),
    "grave_unsure": N_("news of a grave matter waits for your word whether this customer is meant."),
    "unsure": N_("it is not certain that this customer is meant."),
    "doubt": N_("the report denies it, doubts it or tells of long ago."),
    "window": N_("its time is over: %(happened)s."),
    "early": N_("its time comes on %(from)s."),
    "story": N_("the same story was there %(ago)s."),
    "kind_again": N_("this kind was suggested %(ago)s; it waits 90 days."),
    "too_soon": N_("something else was suggested %(ago)s; there are 14 days between two."),
    "mailed_lately": N_("a mail of yours went out %(ago)s and was not answered; there are 28 days between two."),
    "complaint": N_("a complaint is open."),
    "answer_owed": N_("an answer is owed since %(since)s; that comes first."),
    "talked_lately": N_("you were in touch %(ago)s; it is kept as a note for the next time."),
    "nothing_to_say": N_("there is nothing concrete to say yet."),
    "lesson_note": N_("you dismissed this kind here before; it is only a note now."),
}  # fmt: skip


def judge(candidate: Candidate, kind: Kind, situation: Situation, today: date, *, again: int | None = None) -> Verdict:
    """What becomes of this reason today. `again`: the number of the occasion itself, when it was suggested before."""
    action: Action = candidate.action or kind.action
    if action in ("note", "silence"):
        return _note(candidate, kind, situation, today, action, again)
    for rule in _RULES:
        values = rule(_Case(candidate, kind, situation, today, action, again))
        if values is not None:
            name = rule.__name__.lstrip("_")
            if name in ("unsure", "doubt", "talked_lately", "lesson_note"):
                state = State.UNSURE if name == "unsure" else State.NOTE
                return Verdict(state, action if name == "unsure" else "note", name, values)
            return Verdict(State.HELD, action, name, values)
    return Verdict(State.OPEN, action)


def in_window(candidate: Candidate, kind: Kind, today: date) -> bool:
    """Whether this is the time for it."""
    case = _Case(candidate, kind, Situation(), today, kind.action, None)
    return _window(case) is None and _early(case) is None


def expires_on(candidate: Candidate, kind: Kind, today: date) -> date:
    """The last day it is a reason to write."""
    if candidate.until is not None:
        return candidate.until
    return (_event_day(candidate) or today) + timedelta(days=kind.after)


def stops_now(candidate: Candidate, kind: Kind, today: date) -> bool:
    """Whether this news sets a stop flag: grave enough, certain, and not denied or long over."""
    over = candidate.happened_on is not None and (today - candidate.happened_on).days > max(kind.stop_days, kind.after)
    doubted = bool(candidate.doubts) or candidate.action == "note"
    return bool(kind.stop) and candidate.certainty == "sure" and not doubted and not over


@dataclass(frozen=True)
class _Case:
    candidate: Candidate
    kind: Kind
    situation: Situation
    today: date
    action: Action
    again: int | None

    def others(self) -> list[Before]:
        return [one for one in self.situation.before if one.id != self.again]

    @property
    def is_friendly(self) -> bool:
        """A friendly word or an offer; a letter of condolence, a complaint's task or an owed answer is none."""
        return self.action == "draft" or self.kind.sells

    @property
    def person(self) -> Recipient | None:
        return self.situation.recipient


def _note(
    candidate: Candidate, kind: Kind, situation: Situation, today: date, action: Action, again: int | None
) -> Verdict:
    """What is only good to know waits for nothing but certainty, and stays away when nobody wants it."""
    case = _Case(candidate, kind, situation, today, action, again)
    if (values := _never(case)) is not None:
        return Verdict(State.HELD, action, "never", values)
    if candidate.certainty != "sure":
        return Verdict(State.UNSURE, action, "unsure")
    if (values := _story(case)) is not None:
        return Verdict(State.HELD, action, "story", values)
    return Verdict(State.NOTE, action, "doubt" if candidate.doubts else "", {"doubts": list(candidate.doubts)})


Values = Mapping[str, Any] | None


def _nobody(case: _Case) -> Values:
    return {} if case.person is None and case.action == "draft" else None


def _deceased(case: _Case) -> Values:
    return {} if case.person is not None and case.person.deceased and case.is_friendly else None


def _muted(case: _Case) -> Values:
    return {} if case.person is not None and case.person.muted and case.is_friendly else None


def _paused(case: _Case) -> Values:
    until = case.person.paused_until if case.person is not None else None
    return {"until": until.isoformat()} if until is not None and case.today < until and case.is_friendly else None


def _never(case: _Case) -> Values:
    return {} if _lesson(case) == "never" else None


def _stop(case: _Case) -> Values:
    for flag in case.situation.flags:
        about_other = flag.contact_id is not None and (case.person is None or flag.contact_id != case.person.id)
        if not about_other and _stopped_by(flag.reach, case):
            return {"since": flag.since_on.isoformat(), "flag": flag.kind}
    return None


def _stopped_by(reach: str, case: _Case) -> bool:
    if reach == "promotions":
        return case.kind.sells
    if reach == "positive":
        return (case.action == "draft" and case.kind.polarity >= 0) or case.kind.sells
    return case.is_friendly


def _grave_unsure(case: _Case) -> Values:
    waits = any(one.state == State.UNSURE and one.action in ("silence", "letter") for one in case.others())
    return {} if waits and case.is_friendly else None


def _unsure(case: _Case) -> Values:
    return {} if case.candidate.certainty != "sure" and not case.kind.sure else None


def _doubt(case: _Case) -> Values:
    return {"doubts": list(case.candidate.doubts)} if case.candidate.doubts else None


def _window(case: _Case) -> Values:
    last = expires_on(case.candidate, case.kind, case.today)
    return {"happened": (_event_day(case.candidate) or last).isoformat()} if case.today > last else None


def _early(case: _Case) -> Values:
    day = case.candidate.happened_on
    if day is None or (day - case.today).days <= case.kind.before:
        return None
    return {"from": (day - timedelta(days=case.kind.before)).isoformat()}


def _story(case: _Case) -> Values:
    if not case.candidate.story:
        return None
    same = [one for one in case.others() if one.story == case.candidate.story]
    if case.kind.stop:  # a story that turns out to be grave is told, whatever was read into it before
        same = [one for one in same if one.kind == case.kind.key]
    return _within(case.today, (one.created_on for one in same), SAME_STORY_DAYS)


def _kind_again(case: _Case) -> Values:
    """A wish, a thank-you or a task is about its own matter, not about its kind."""
    if case.action != "draft" or case.kind.continues or case.kind.key in ("wish_service", "referral_thanks", "season"):
        return None
    same = [one for one in case.others() if one.kind == case.kind.key and _counts(one, case)]
    return _within(case.today, (one.suggested_on for one in same), SAME_KIND_DAYS)


def _too_soon(case: _Case) -> Values:
    if case.action != "draft" or case.kind.continues:
        return None
    drafts = [one for one in case.others() if one.action == "draft" and _counts(one, case)]
    return _within(case.today, (one.suggested_on for one in drafts), BETWEEN_SUGGESTIONS_DAYS)


def _mailed_lately(case: _Case) -> Values:
    if case.action != "draft" or case.kind.continues:
        return None
    return _within(case.today, [case.situation.mailed_on], BETWEEN_MAILS_DAYS)


def _complaint(case: _Case) -> Values:
    return {} if case.situation.complaint_open and case.is_friendly else None


def _answer_owed(case: _Case) -> Values:
    since = case.situation.answer_owed_since
    return {"since": since.isoformat()} if since is not None and case.is_friendly else None


def _talked_lately(case: _Case) -> Values:
    """Days that cannot wait (a birthday) are kept as a note too: the word was said a few days ago."""
    return _within(case.today, [case.situation.talked_on], TALKED_DAYS) if case.action == "draft" else None


def _nothing_to_say(case: _Case) -> Values:
    said = case.candidate.quote or case.candidate.headline or case.candidate.details
    return {} if case.action == "draft" and not said else None


def _lesson_note(case: _Case) -> Values:
    return {} if _lesson(case) == "note" else None


#: in the order of PRODUCT's promises: who, stop, identity, truth, time, fatigue, what comes first
_RULES: tuple[Callable[[_Case], Values], ...] = (
    _nobody, _deceased, _muted, _paused, _never, _stop, _grave_unsure, _unsure, _doubt, _window, _early, _lesson_note,
    _story, _kind_again, _too_soon, _mailed_lately, _complaint, _answer_owed, _talked_lately, _nothing_to_say,
)  # fmt: skip


def _lesson(case: _Case) -> str:
    lessons = case.situation.lessons
    found = {lessons.get((case.kind.key, ""), ""), lessons.get((case.kind.key, case.candidate.source), "")}
    return "never" if "never" in found else "note" if "note" in found else ""


def _counts(one: Before, case: _Case) -> bool:
    """Whether an earlier suggestion counts: not one that was about somebody else."""
    return one.suggested_on is not None and one.decision != "wrong_company"


def _event_day(candidate: Candidate) -> date | None:
    if candidate.happened_on is not None:
        return candidate.happened_on
    return candidate.published_at.date() if candidate.published_at is not None else None


def _within(today: date, days: Any, most: int) -> Values:
    newest = max((day for day in days if day is not None and day <= today), default=None)
    if newest is None or (today - newest).days >= most:
        return None
    return {"days": (today - newest).days}
