"""The approve queue in words: why a letter may not go out, why it came back, what a sentence rests on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from flask_babel import format_date, format_decimal, ngettext
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup

from outreach import clock
from outreach.drafts.checks import SENTENCES, Refusal
from outreach.drafts.rows import Draft
from outreach.errors import N_
from outreach.web import occasion_words
from outreach.web.filters import when
from outreach.web.language import said as said  # templates say kept sentences with it

PURPOSES = {
    "service": _l("their order or question"),
    "relationship": _l("the relationship alone"),
    "advertising": _l("an offer, or other advertising"),
}
#: where a sentence of a letter comes from
SOURCES = {
    "greeting": _l("greeting"),
    "template": _l("from the wording of this kind"),
    "occasion": _l("from the report"),
    "fact": _l("from the card"),
    "signature": _l("closing"),
    "person": _l("by you"),
    "": _l("nobody vouches for it"),
}
#: the mandatory data of a sender, as they are called in its form
FIELDS = {
    "name": _l("name"),
    "street": _l("street"),
    "postcode": _l("postcode"),
    "city": _l("city"),
    "email": _l("mail address"),
    "representative": _l("represented by"),
    "register_court": _l("register court"),
    "register_number": _l("register number"),
}
#: refusals that the person at the letter mends by writing
MENDED_BY_WRITING = frozenset(("blocked", "empty", "unsourced"))
#: a mail is not the way; a call or a letter by post may be
OTHER_WAY = frozenset(
    ("light_red", "light_purpose", "suppressed", "address_changed", "stop_flag", "complaint", "too_late", "gone")
)
FOLLOW_UPS = (5, 10, 14)
_BACK = N_("Something changed after the approval.")


def refusal(one: Refusal) -> str:
    """Why it may not go out, with values in words."""
    return _told(one.code, one.values)


def returned(draft: Draft) -> str:
    """Why it came back to the queue; empty when it did not."""
    return _told(draft.returned, draft.returned_values) if draft.returned else ""


def blocked(kept: Mapping[str, Any]) -> str:
    """Why the letter could not be written."""
    return said(str(kept.get("sentence", "")), kept.get("values") or {})


def follow_up(days: int) -> str:
    """After so many days without an answer."""
    return str(ngettext("after %(num)s day", "after %(num)s days", days))


def day_before(happens_on: date | None, today: date) -> date | None:
    """The day before the event, when that is still to come."""
    if happens_on is None or happens_on - timedelta(days=1) <= today:
        return None
    return happens_on - timedelta(days=1)


def leaves(moment: datetime) -> Markup | str:
    """When it leaves; what is due leaves in a moment, not some time ago."""
    return when(max(moment, clock.now() + timedelta(seconds=1)))


def _told(code: str, values: Mapping[str, Any]) -> str:
    sentence = SENTENCES.get(code, _BACK)
    return said(sentence, _VALUES[code](values) if code in _VALUES else dict(values))


def _light(values: Mapping[str, Any]) -> dict[str, Any]:
    given = {name: _day(one) for name, one in dict(values.get("light") or {}).items()}
    return {"why": said(str(values.get("sentence", "")), given)}


def _flag(values: Mapping[str, Any]) -> dict[str, Any]:
    return {"since": _day(values.get("since")), "flag": occasion_words.kind(str(values.get("flag", "")))}


def _imprint(values: Mapping[str, Any]) -> dict[str, Any]:
    return {"fields": ", ".join(str(FIELDS.get(one, one)) for one in values.get("fields", ()))}


def _day(value: Any) -> Any:
    try:
        return format_date(date.fromisoformat(str(value)), "medium")
    except ValueError:
        return value


_VALUES: Mapping[str, Callable[[Mapping[str, Any]], dict[str, Any]]] = {
    "blocked": lambda values: {"why": blocked(values)},
    "light_red": _light,
    "light_purpose": _light,
    "stop_flag": _flag,
    "resting": lambda values: {"until": _day(values.get("until"))},
    "too_late": lambda values: {"day": _day(values.get("day"))},
    "imprint_missing": _imprint,
    "unsourced": lambda values: {"count": format_decimal(values.get("count", 0))},
}


def waits(count: int) -> str:
    """How many letters wait beyond today's batch."""
    return str(ngettext("There is %(num)s more.", "There are %(num)s more.", count))


def leaving(count: int) -> str:
    """How many letters are approved and have not left."""
    return str(ngettext("%(num)s letter leaves later", "%(num)s letters leave later", count))


def changed_since() -> str:
    """What a page that is not up to date says."""
    return str(_("This letter was changed in another window. Nothing was sent, and what you typed is kept below."))
