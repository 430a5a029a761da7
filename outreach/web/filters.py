"""How templates write dates, numbers and shares: in the reader's language and zone."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any, Protocol

from babel.dates import format_timedelta
from flask import Flask
from flask_babel import (
    format_date,
    format_datetime,
    format_decimal,
    format_percent,
    get_locale,
    to_user_timezone,
)
from flask_babel import gettext as _
from markupsafe import Markup

from outreach import clock, value
from outreach.web import money
from outreach.web.language import said

_TAG = Markup('<time datetime="{}" title="{}">{}</time>')


def install(app: Flask) -> None:
    """Give templates the filters of this module."""
    app.jinja_env.filters.update(
        when=when,
        exactly=exactly,
        day=day,
        number=number,
        share=share,
        size=size,
        money=money.shown,
        told=told,
        near=near_day,
        due=due,
        breakable=breakable,
    )


def when(moment: datetime | None) -> Markup | str:
    """Relative near by ("5 minutes ago", "tomorrow, 09:00"), absolute far off; the full date on hover."""
    if moment is None:
        return ""
    return _TAG.format(moment.isoformat(), format_datetime(moment, "full"), _near(moment, clock.now()))


def exactly(moment: datetime | None) -> Markup | str:
    """Day and time."""
    if moment is None:
        return ""
    return _TAG.format(moment.isoformat(), format_datetime(moment, "full"), format_datetime(moment, "medium"))


def day(on: date | datetime | None) -> Markup | str:
    """The day alone."""
    if on is None:
        return ""
    return _TAG.format(on.isoformat(), format_date(on, "full"), format_date(on, "medium"))


def number(value: float | None) -> str:
    """1234567 becomes 1.234.567 or 1,234,567."""
    return "" if value is None else str(format_decimal(value))


class Told(Protocol):
    """A sentence with raw values: value.Said, consent.light.Light, salutation.Refused."""

    @property
    def sentence(self) -> str:
        """The sentence with its gaps."""

    @property
    def values(self) -> Mapping[str, Any]:
        """What fills them."""


def told(one: Told) -> str:
    """Such a sentence in the reader's language: `…_cents` as money, days as days, numbers as numbers."""
    return said(one.sentence, {name: _raw(name, kept) for name, kept in one.values.items()})


def due(one: value.Due) -> str:
    """The cadence in a calm sentence."""
    return told(value.due_words(one))


def near_day(on: date | None) -> Markup | str:
    """A day as one says it: today, tomorrow, in 5 days; far off the date. The full date on hover."""
    return "" if on is None else _TAG.format(on.isoformat(), format_date(on, "full"), near_words(on))


def near_words(on: date) -> str:
    """The same as plain words."""
    gap = (on - to_user_timezone(clock.now()).date()).days
    words = {-1: _("yesterday"), 0: _("today"), 1: _("tomorrow")}.get(gap)
    if words is None and 1 < gap <= 14:
        words = format_timedelta(
            timedelta(days=gap), granularity="day", threshold=14, add_direction=True, locale=get_locale()
        )
    return str(words or format_date(on, "medium"))


def _raw(name: str, kept: Any) -> Any:
    if name.endswith("_cents") and isinstance(kept, int):
        return money.shown(kept)
    if isinstance(kept, date):
        return format_date(kept, "medium")
    if isinstance(kept, int) and not isinstance(kept, bool):
        return format_decimal(kept)
    return kept


def share(part: float, whole: float | None = None) -> str:
    """A share in percent, one digit; of nothing there is none: –."""
    if whole is not None:
        if not whole:
            return "–"
        part = part / whole
    return str(format_percent(part, "#,##0.#\u202f%" if get_locale().language == "de" else "#,##0.#%"))


def size(octets: int) -> str:
    """A file size in kB or MB."""
    if octets < 1_000_000:
        return str(_("%(n)s kB", n=format_decimal(max(1, round(octets / 1000)))))
    return str(_("%(n)s MB", n=format_decimal(round(octets / 1_000_000, 1))))


#: where long words of the navigation may break on the phone: seven words share its width
_BREAKS = ("Auswer|tungen", "Einstel|lungen", "Neuig|keiten")


def breakable(word: str) -> str:
    """The word with soft hyphens where it may break."""
    for one in _BREAKS:
        if word == one.replace("|", ""):
            return one.replace("|", "\u00ad")
    return word


def _near(moment: datetime, now: datetime) -> str:
    gap = moment - now
    if abs(gap) < timedelta(seconds=45):
        return str(_("just now") if gap <= timedelta(0) else _("in a moment"))
    if abs(gap) < timedelta(hours=6):
        return str(format_timedelta(gap, add_direction=True, locale=get_locale()))
    local, today = to_user_timezone(moment), to_user_timezone(now).date()
    time = format_datetime(moment, "HH:mm" if get_locale().language == "de" else "h:mm a")
    match (local.date() - today).days:
        case 0:
            return str(_("today, %(time)s", time=time))
        case -1:
            return str(_("yesterday, %(time)s", time=time))
        case 1:
            return str(_("tomorrow, %(time)s", time=time))
    return str(
        format_date(
            moment,
            "d MMM"
            if local.year == today.year and get_locale().language != "de"
            else "d. MMM"
            if local.year == today.year
            else "medium",
        )
    )
