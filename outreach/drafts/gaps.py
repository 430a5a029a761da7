"""What fills the gaps of a letter: the reason, the person and one fact of the card, in the words of the language. Pure.

Each value remembers what it is taken from: printed, it stands between two signs nobody writes, which `compose` takes out
again when it says where each sentence comes from.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from outreach.drafts import card_fact, wording
from outreach.drafts.card_fact import Known
from outreach.drafts.sentences import Evidence
from outreach.drafts.texts import GAPS, Form
from outreach.mail import sandbox

#: what printed values stand between; wording.plain takes these signs out of everything from outside
OPEN = {"occasion": "\ue001", "fact": "\ue002", "card": "\ue003"}
CLOSE = "\ue000"


@dataclass(frozen=True)
class Reason:
    """Why to write: the occasion as its source brought it. `details` as in occasions/found.py; for a `follow_up` they hold
    sent_on and subject of the mail nobody answered, for an `answer` received_on."""

    kind: str
    headline: str = ""
    quote: str = ""
    link: str = ""
    source_name: str = ""
    published_on: date | None = None
    happened_on: date | None = None
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Given:
    """All that goes into a letter.

    `greeting` comes from outreach.salutation, with or without its comma; `language` decides Swiss ss and Austrian months.
    `closing` None takes the usual one of the form; `signature` may be empty when it is added later.
    """

    greeting: str
    language: str
    today: date
    first_name: str = ""
    last_name: str = ""
    company: str = ""
    reason: Reason | None = None
    fact: Known | None = None
    closing: str | None = None
    signature: str = ""


class Marked(str):
    """Text that is compared as it stands, and printed between its signs."""

    __slots__ = ("source",)
    source: str

    def __str__(self) -> str:
        return f"{OPEN[self.source]}{str.__str__(self)}{CLOSE}"


def values(given: Given, form: Form) -> dict[str, object]:
    """A value for each gap; what is not known is empty in a condition and an error where it is printed."""
    found: dict[str, str] = {
        "company": wording.plain(given.company, most=100),
        "first_name": wording.plain(given.first_name, most=60),
        "last_name": wording.plain(given.last_name, most=60),
    }
    filled: dict[str, object] = {name: _marked(text, "card") for name, text in found.items() if text}
    if given.reason is not None:
        from_reason = {**_of_news(given.reason, given), **_of_details(given.reason, given)}
        filled |= {name: _marked(text, "occasion") for name, text in from_reason.items() if text}
    fact = card_fact.sentence(given.fact, form, given.language) if given.fact is not None else ""
    return {name: sandbox.missing(name) for name in GAPS} | filled | {"fact": _marked(fact, "fact") if fact else ""}


def evidence(given: Given) -> Mapping[str, Evidence]:
    """What sentences with something of the occasion or of the card rest on."""
    found = {}
    if (reason := given.reason) is not None:
        said = wording.plain(reason.quote or reason.headline, most=300)
        on = reason.published_on or reason.happened_on
        found["occasion"] = Evidence(said, wording.plain(reason.source_name, most=200), reason.link, on)
    if (fact := given.fact) is not None:
        found["fact"] = Evidence(
            wording.plain(fact.text, most=300), wording.plain(fact.source, most=200), on=fact.noted_on
        )
    return found


def _marked(text: str, source: str) -> Marked:
    made = Marked(text)
    made.source = source
    return made


def _of_news(reason: Reason, given: Given) -> dict[str, str]:
    language, today = given.language, given.today
    line = wording.headline(reason.headline or reason.quote, reason.source_name)
    happened = reason.happened_on
    return {
        "headline": wording.quoted(line, language) if line else "",
        "said_in": wording.said_in(reason.source_name, reason.link, language),
        "published": wording.day(reason.published_on, language, today) if reason.published_on else "",
        "day": wording.day(happened, language, today) if happened else "",
        "is_late": "yes" if happened and happened < today else "",
    }


def _of_details(reason: Reason, given: Given) -> dict[str, str]:
    details, language, today = reason.details, given.language, given.today

    def text(name: str) -> str:
        return wording.plain(str(details.get(name) or ""), most=100)

    def quoted(name: str) -> str:
        return wording.quoted(text(name), language) if text(name) else ""

    def day(*names: str) -> str:
        found = next((on for name in names if (on := _date(details.get(name)))), None)
        return wording.day(found, language, today) if found else ""

    noted, last = _date(details.get("noted_on")), _date(details.get("last_on"))
    is_wish = details.get("why") == "wish" and card_fact.is_sayable(reason.quote)
    return {
        "years": wording.years(int(details.get("years") or 0), language),
        "label": quoted("label"),
        "service": quoted("service"),
        "wish": wording.quoted(wording.plain(reason.quote, most=60), language) if is_wish else "",
        "noted": wording.month(noted, language, today) if noted and details.get("why") == "wish" else "",
        "season": quoted("season"),
        "season_day": day("on"),
        "brought": text("brought"),
        "last": wording.month(last, language, today) if last else "",
        "sent": day("sent_on"),
        "about": quoted("subject"),
        "received": day("received_on", "since"),
        **_of_fair(details, given),
    }


def _of_fair(details: Mapping[str, Any], given: Given) -> dict[str, str]:
    name = wording.plain(str(details.get("fair") or ""), most=80)
    first = _date(details.get("starts_on"))
    last = _date(details.get("ends_on")) or first
    said = wording.fair(name, given.language) if name else ""
    if not name or first is None or last is None or last < first:
        return {"fair": said}
    place = wording.plain(str(details.get("place") or ""), most=60)
    times = wording.slots(first, last, given.language, given.today)
    return {
        "fair": said,
        "place": "" if place.casefold() in name.casefold() else place,
        "stand": wording.plain(str(details.get("stand") or ""), most=40),
        "fair_days": wording.days(first, last, given.language),
        "slot_1": times[0] if times else "",
        "slot_2": times[1] if times else "",
    }


def _date(value: Any) -> date | None:
    try:
        return date.fromisoformat(str(value)[:10]) if value else None
    except ValueError:
        return None
