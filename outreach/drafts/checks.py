"""May this letter go out? The same questions when a person approves it and again when it is sent. Pure.

Each refusal is a code with values; SENTENCES says it in words. None of them is a matter of taste: what is only worth a
thought (nearly the same letter, a long subject) stands in `advice` of the queue and stops nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from outreach.consent.light import Light, allows
from outreach.errors import N_


@dataclass(frozen=True)
class Flag:
    """A stop flag that holds for this person today; `reach` as in stops.py."""

    reach: str
    kind: str
    since_on: date


@dataclass(frozen=True)
class Standing:
    """Everything the answer rests on, read at one moment."""

    light: Light
    purpose: str
    to_address: str
    #: addresses of the contact as they are compared (contacts.address_key)
    addresses: Collection[str]
    to_key: str
    #: the address it goes to is on the suppression list, whoever's it is
    suppressed: bool
    #: merged or erased since
    gone: bool
    #: polarity of the occasion's kind, and whether an offer is part of it
    polarity: int
    sells: bool
    #: it answers a mail of theirs, which no pause between mails and no open complaint forbids
    is_answer: bool
    flags: Sequence[Flag] = ()
    complaint_open: bool = False
    #: a friendly word or an offer; an owed answer and a letter of condolence are none
    is_friendly: bool = True
    #: nothing is suggested for this person, until that day or for good
    muted: bool = False
    paused_until: date | None = None
    #: a mail of theirs came after the letter was approved
    answered_since: bool = False
    #: the occasion is over after this day
    last_day: date | None = None
    today: date = field(default_factory=date.today)
    has_sender: bool = True
    paused: bool = False
    missing_imprint: Sequence[str] = ()
    #: sentences nobody vouches for
    unsourced: int = 0
    blocked: Mapping[str, Any] | None = None
    subject: str = ""
    text: str = ""


@dataclass(frozen=True)
class Refusal:
    """Why it does not go out."""

    code: str
    values: Mapping[str, Any] = field(default_factory=dict)


SENTENCES: Mapping[str, str] = {
    "gone": N_("This contact is not in the customer file any more."),
    "blocked": N_("The letter cannot be written yet: %(why)s"),
    "no_sender": N_("Nobody is set up yet in whose name letters are written."),
    "empty": N_("Subject and text have to be there."),
    "unsourced": N_("Sentences nobody vouches for: %(count)s. Change them, or say that they are right."),
    "address_changed": N_("%(address)s is not an address of this contact any more."),
    "suppressed": N_("%(address)s is on the list of those who want no mail."),
    "light_red": N_("The light for mail is red: %(why)s"),
    "light_purpose": N_("The light for mail is yellow: %(why)s"),
    "stop_flag": N_("A stop flag stands since %(since)s: %(flag)s."),
    "muted": N_("You asked for no suggestions for this person."),
    "resting": N_("Suggestions for this person pause until %(until)s."),
    "complaint": N_("A complaint is open; it comes first."),
    "answered": N_("A mail of theirs came in the meantime; read it first."),
    "too_late": N_("The occasion was over on %(day)s."),
    "imprint_missing": N_("Mandatory data of the sender are missing: %(fields)s."),
    "paused": N_("Sending is paused."),
    "sender_changed": N_("The sender has another mail address now; look at the letter again."),
    "refused": N_("The mail server did not take it: %(answer)s"),
    "expired": N_("It could not be delivered for two days: %(answer)s"),
    "suppressed_meanwhile": N_("The address came on the list of those who want no mail."),
    "sender_trouble": N_("The mail could not be made: %(answer)s"),
}


def refusals(standing: Standing, *, at_sending: bool) -> list[Refusal]:
    """Every reason why it may not go out, the gravest first; none: it may."""
    found = [*_person(standing), *_law(standing), *_events(standing, at_sending=at_sending)]
    if not at_sending:
        found += _text(standing)
    if standing.missing_imprint:
        found.append(Refusal("imprint_missing", {"fields": list(standing.missing_imprint)}))
    if standing.paused and at_sending:
        found.append(Refusal("paused"))
    return found


def stops(flag: Flag, *, purpose: str, polarity: int, sells: bool) -> bool:
    """Whether a flag forbids this mail: everything, what advertises, friendly words, or offers."""
    if flag.reach == "person":
        return True
    if purpose == "service":
        return False
    if flag.reach == "marketing":
        return True
    advertises = sells or purpose == "advertising"
    return advertises or polarity >= 0 if flag.reach == "positive" else advertises


def _person(standing: Standing) -> list[Refusal]:
    if standing.gone:
        return [Refusal("gone")]
    if standing.to_key not in standing.addresses:
        return [Refusal("address_changed", {"address": standing.to_address})]
    if standing.suppressed:
        return [Refusal("suppressed", {"address": standing.to_address})]
    return []


def _law(standing: Standing) -> list[Refusal]:
    light = standing.light
    if light.colour == "red":
        return [Refusal("light_red", {"sentence": light.sentence, "light": _plain(light.values)})]
    if not allows(light, standing.purpose):
        return [Refusal("light_purpose", {"sentence": light.sentence, "light": _plain(light.values)})]
    return []


def _events(standing: Standing, *, at_sending: bool) -> list[Refusal]:
    found = []
    for flag in standing.flags:
        if stops(flag, purpose=standing.purpose, polarity=standing.polarity, sells=standing.sells):
            found.append(Refusal("stop_flag", {"since": flag.since_on.isoformat(), "flag": flag.kind}))
            break
    if standing.is_friendly and standing.muted:
        found.append(Refusal("muted"))
    elif standing.is_friendly and standing.paused_until is not None and standing.today < standing.paused_until:
        found.append(Refusal("resting", {"until": standing.paused_until.isoformat()}))
    if standing.complaint_open and not standing.is_answer:
        found.append(Refusal("complaint"))
    if at_sending and standing.answered_since:
        found.append(Refusal("answered"))
    if standing.last_day is not None and standing.today > standing.last_day:
        found.append(Refusal("too_late", {"day": standing.last_day.isoformat()}))
    return found


def _text(standing: Standing) -> list[Refusal]:
    if standing.blocked:
        return [Refusal("blocked", dict(standing.blocked))]
    if not standing.has_sender:
        return [Refusal("no_sender")]
    if not standing.subject.strip() or not standing.text.strip():
        return [Refusal("empty")]
    return [Refusal("unsourced", {"count": standing.unsourced})] if standing.unsourced else []


def _plain(values: Mapping[str, object]) -> dict[str, Any]:
    return {name: one.isoformat() if isinstance(one, date) else one for name, one in values.items()}
