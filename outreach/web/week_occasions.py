"""What occasions put on the start page: flags first, then today's few, then reports that may be about a customer."""

from __future__ import annotations

from flask import url_for
from flask_babel import format_date, ngettext
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from outreach import clock, stops
from outreach.house import House
from outreach.occasions import pages
from outreach.web import occasion_words
from outreach.web.week import Line

FLAG_DAYS = 14


def lines(session: Session, house: House) -> list[Line]:
    """Flags set lately, whom to write to, whose identity is open."""
    found = pages.today(session)
    made = [*_flags(session, house)]
    # Tasks, complaints and thanks stand on this page by themselves.
    # Mails to write come with their text, see week_letters.
    letters = [one for one in found.few if one.action == "letter"]
    made += [
        Line(
            "do",
            occasion_words.ICONS[one.action],
            one.name,
            occasion_words.in_short(one),
            url_for("occasions.index", _anchor=f"occasion-{one.id}"),
            _("Look"),
        )
        for one in letters[:3]
    ]
    if found.counts["unsure"]:
        text = ngettext(
            "%(num)s report may be about a customer", "%(num)s reports may be about customers", found.counts["unsure"]
        )
        made.append(
            Line(
                "do", "circle-question-mark", text, "", url_for("occasions.listed", which="unsure"), _("Is that them?")
            )
        )
    return made


def _flags(session: Session, house: House) -> list[Line]:
    now = clock.now()
    today = clock.on_wall(now, house.settings.timezone).date()
    return [
        Line(
            "do",
            "flag",
            f"{one.name}: {occasion_words.kind(one.kind)}",
            _(
                "Since %(on)s: %(reach)s.",
                on=format_date(one.since_on, "medium"),
                reach=occasion_words.REACHES[one.reach],
            ),
            url_for("occasions.rules"),
            _("Look"),
            is_alert=True,
        )
        for one in stops.standing(session, today=today, limit=10)
        if (now - one.created_at).days < FLAG_DAYS
    ]
