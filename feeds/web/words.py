"""Feeds, watches and reports in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from feeds import decide, guard, judge, match
from outreach.web.language import said
from outreach.web.occasion_words import ICONS, kind

KINDS = {"feed": _l("Feed"), "search": _l("A search"), "calendar": _l("Calendar of fairs")}
STATES = {"active": _l("is read"), "paused": _l("paused"), "gone": _l("gone")}
RELATIONS = {
    "own": _l("its own site"),
    "search": _l("a search for it"),
    "industry": _l("its industry"),
}
WATCHES = {
    "company": _l("Name"),
    "person": _l("Person"),
    "competitor": _l("Competitor"),
    "topic": _l("Topic"),
    "wish": _l("Wish"),
    "fair": _l("Trade fair"),
}
MATCHES = {
    "own": _l("named itself"),
    "competitor": _l("a competitor"),
    "person": _l("one of its people"),
    "topic": _l("a topic of theirs"),
}
DECISIONS = {
    "draft": _l("a mail fits"),
    "note": _l("good to know"),
    "silence": _l("say nothing"),
    "letter": _l("a letter by hand"),
}
__all__ = [
    "DECISIONS",
    "ICONS",
    "KINDS",
    "MATCHES",
    "RELATIONS",
    "STATES",
    "WATCHES",
    "error",
    "kind",
    "next_check",
    "reasons",
]


def error(failure: str, values: Mapping[str, Any]) -> str:
    """Why a feed could not be read, in a sentence."""
    sentence, gaps = guard.in_words(failure, values)
    return said(sentence, gaps)


def next_check(why: str, values: Mapping[str, Any]) -> str:
    """Why a feed is looked at then."""
    sentence, gaps = decide.in_words(why, values)
    return said(sentence, gaps)


def reasons(codes: list[str]) -> list[str]:
    """Why an article was taken to be about a customer, and what came of it: sentences."""
    found = []
    for code in codes:
        judged = judge.in_words(code)
        if judged is not None:
            found.append(said(judged[0], judged[1]))
        elif sentence := match.in_words(code):
            found.append(_(sentence))
    return list(dict.fromkeys(found))
