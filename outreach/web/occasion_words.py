"""Occasions in words: why now, why at this place, why not; what a person may answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any

from babel.dates import format_timedelta
from flask_babel import format_date, get_locale, ngettext
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from outreach.occasions import kinds, ranking, silence
from outreach.occasions.pages import OccasionLine
from outreach.web.filters import near_words
from outreach.web.language import said

LISTS = {
    "open": _l("To decide"),
    "unsure": _l("Is that them?"),
    "note": _l("Good to know"),
    "held": _l("Not suggested"),
    "snoozed": _l("Later"),
    "decided": _l("Decided"),
}
ACTIONS = {
    "draft": _l("a mail fits"),
    "letter": _l("a letter by hand"),
    "task": _l("something to do"),
    "note": _l("good to know"),
    "silence": _l("say nothing"),
}
ICONS = {"draft": "mail", "letter": "pencil", "task": "list-checks", "note": "info", "silence": "ban"}
REASONS = {
    "wrong_company": _l("Wrong company"),
    "old": _l("Old news"),
    "unimportant": _l("Not important"),
    "awkward": _l("Awkward"),
    "too_often": _l("Too often"),
    "will_call": _l("I will call"),
    "other": _l("Something else"),
}
#: stop flags that no kind of news set
FLAGS = {"by_hand": _l("by hand"), "legal_threat": _l("threat of legal steps")}
DECISIONS = {
    **REASONS,
    "never": _l("Never this kind here"),
    "phone": _l("Done by phone"),
    "letter": _l("Done by letter"),
    "noted": _l("Noted on the card"),
    "mail": _l("Written"),
}
STATES = {"done": _l("Done"), "dismissed": _l("Dismissed"), "expired": _l("Its time is over")}
REACHES = {
    "marketing": _l("nothing that advertises, to anybody there"),
    "positive": _l("no good wishes and no offers"),
    "promotions": _l("no offers"),
    "person": _l("nothing to this person"),
}
#: what speaks for or against a report, as the matching names it
DOUBTS = {
    "denied": _l("the report denies it"),
    "averted": _l("it was called off or averted"),
    "considered": _l("it is only considered, planned or rumoured"),
    "condition": _l("it depends on something else"),
    "past": _l("it was long ago"),
    "question": _l("it is asked, not said"),
    "mocked": _l("it does not sound like praise"),
    "quoted": _l("the word stands in quotation marks"),
    "tags": _l("the words are only catchwords"),
    "list": _l("the sentence lists many names"),
}
SOURCES = {
    "dates": _l("Days on the card"),
    "cadence": _l("Your pace"),
    "services": _l("Your services"),
    "fairs": _l("Trade fairs"),
    "seasons": _l("Seasons"),
    "mail": _l("Your letters"),
    "care": _l("Care"),
}


def kind(key: str) -> str:
    """What a kind is called in the reader's language; a flag set by hand has none."""
    found = kinds.load().get(key)
    return found.label(str(get_locale())) if found is not None else str(FLAGS.get(key, FLAGS["by_hand"]))


def why_now(one: OccasionLine) -> str:
    """The reason in one sentence."""
    words = _WORDS.get(one.kind)
    if words is not None and (one.source in SOURCES):
        return words(one, one.details)
    label = kind(one.kind)
    if one.kind == "competitor_move" and one.details.get("rival"):
        return str(
            _("News of %(rival)s, a competitor. Good to know, never to be named in a mail.", rival=one.details["rival"])
        )
    if one.happened_on is not None:
        return f"{label} · {format_date(one.happened_on, 'medium')}"
    return label


def in_short(one: OccasionLine) -> str:
    """What it is and why now, in one line; the kind once."""
    label, why = kind(one.kind), one.quote or one.headline or why_now(one)
    return why if why.startswith(label) else f"{label}: {why}"


def place(one: OccasionLine) -> list[str]:
    """Why it stands where it stands: short reasons."""
    return [_filled(ranking.SENTENCES[code], values) for code, values in one.why if code in ranking.SENTENCES]


def held(one: OccasionLine) -> str:
    """Why it is not suggested, as the end of a sentence; empty when no rule spoke."""
    if one.held_by not in silence.SENTENCES:
        return ""
    values = dict(one.held_values)
    if "flag" in values:
        values["flag"] = kind(values["flag"])
    if one.held_by == "doubt" and (found := [str(DOUBTS[code]) for code in values.get("doubts", ()) if code in DOUBTS]):
        return "; ".join(found) + "."
    return _filled(silence.SENTENCES[one.held_by], values)


def _filled(sentence: str, values: Mapping[str, Any]) -> str:
    filled = {name: _value(value) for name, value in values.items()}
    if isinstance(days := filled.get("days"), int):
        filled |= {"ago": _days(-days), "ahead": _days(days)}
    return said(sentence, filled)


def _days(away: int) -> str:
    """So many days from today, or before: "in 3 days", "yesterday"."""
    words = {-1: _("yesterday"), 0: _("today"), 1: _("tomorrow")}.get(away)
    far = format_timedelta(timedelta(days=away), granularity="day", threshold=1000, add_direction=True, locale=get_locale())  # fmt: skip
    return str(words or far)


def _value(value: Any) -> Any:
    if isinstance(value, str) and (day := _day(value)) is not None:
        return format_date(day, "medium")
    return value


def _day(text: Any) -> date | None:
    try:
        return date.fromisoformat(str(text)[:10]) if text else None
    except ValueError:
        return None


def _shown(text: Any) -> str:
    day = _day(text)
    return format_date(day, "medium") if day is not None else ""


def _near(one: OccasionLine) -> str:
    return near_words(one.happened_on) if one.happened_on is not None else ""


def _birthday(one: OccasionLine, details: Mapping[str, Any]) -> str:
    sentence = _("Birthday: %(when)s", when=_near(one))
    if not details.get("years"):
        return str(sentence)
    age = _("turns %(years)s", years=details["years"])
    return f"{sentence} ({age})"


def _anniversary(one: OccasionLine, details: Mapping[str, Any]) -> str:
    years = details.get("years") or 0
    said_years = ngettext("%(num)s year since the first order", "%(num)s years since the first order", years)
    return f"{said_years}: {_near(one)}"


def _founding(one: OccasionLine, details: Mapping[str, Any]) -> str:
    years = details.get("years")
    sentence = str(_("Founding day: %(when)s", when=_near(one)))
    if not years:
        return sentence
    age = ngettext("%(num)s year", "%(num)s years", years)
    return f"{sentence} ({age})"


def _own_day(one: OccasionLine, details: Mapping[str, Any]) -> str:
    return f"{details.get('label') or kind(one.kind)}: {_near(one)}"


def _contract(one: OccasionLine, _details: Mapping[str, Any]) -> str:
    return str(_("A contract ends: %(when)s", when=_near(one)))


def _silence(one: OccasionLine, details: Mapping[str, Any]) -> str:
    if details.get("last_on"):
        return str(
            _("Last in touch on %(last)s; a good time for a word was %(due)s.", last=_shown(details["last_on"]), due=_shown(details["due_on"]))
        )  # fmt: skip
    return str(_("Not in touch yet; a good time for a word was %(due)s.", due=_shown(details["due_on"])))


def _wish(_one: OccasionLine, details: Mapping[str, Any]) -> str:
    if details.get("noted_on"):
        return str(
            _("You offer it now: %(service)s. They asked on %(on)s.", service=details["service"], on=_shown(details["noted_on"]))
        )  # fmt: skip
    return str(_("You offer it now: %(service)s.", service=details["service"]))


def _season(_one: OccasionLine, details: Mapping[str, Any]) -> str:
    return str(_("%(season)s, on %(on)s: they have the tag “%(tag)s”.", season=details["season"], on=_shown(details["on"]), tag=details["tag"]))  # fmt: skip


def _fair(_one: OccasionLine, details: Mapping[str, Any]) -> str:
    days = f"{_shown(details['starts_on'])} – {_shown(details['ends_on'])}"
    parts = [details["fair"], days, details.get("place", ""), details.get("stand", "")]
    return str(_("They exhibit: %(fair)s", fair=", ".join(part for part in parts if part)))


def _complaint(one: OccasionLine, _details: Mapping[str, Any]) -> str:
    return str(
        _("A complaint of %(on)s is open.", on=format_date(one.happened_on, "medium") if one.happened_on else "")
    )


def _answer(_one: OccasionLine, details: Mapping[str, Any]) -> str:
    return str(_("They wrote on %(on)s, and nobody answered yet.", on=_shown(details.get("since"))))


def _thanks(_one: OccasionLine, details: Mapping[str, Any]) -> str:
    return str(_("They brought %(name)s. Say thank you.", name=details.get("brought", "")))


_WORDS: Mapping[str, Callable[[OccasionLine, Mapping[str, Any]], str]] = {
    "birthday_contact": _birthday,
    "anniversary_ours": _anniversary,
    "founding_day": _founding,
    "own_day": _own_day,
    "contract_end": _contract,
    "silence": _silence,
    "wish_service": _wish,
    "season": _season,
    "trade_fair": _fair,
    "complaint_open": _complaint,
    "answer_owed": _answer,
    "referral_thanks": _thanks,
}
