"""The pages of this floor: newsletters, templates, segments, reports. See docs/web.md."""

from __future__ import annotations

from flask import Blueprint, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session

from campaigns import newsletters
from campaigns.web import (
    example,
    issue,
    missed,  # noqa: F401 - its views and those of `progress` join the blueprint of write.py
    progress,  # noqa: F401
    reports,
    segments,
    templates,
)
from campaigns.web.write import pages as newsletter_pages
from outreach.house import House
from outreach.web.week import Line


def blueprints() -> list[Blueprint]:
    """Every blueprint of this floor."""
    return [newsletter_pages, templates.pages, segments.pages, reports.pages, issue.pages, example.pages]


def week_lines(session: Session, house: House) -> list[Line]:
    """What this floor puts on the start page: what troubles, what runs, what comes, what waits to be written."""
    return [*_unsure(session), *(_line(one) for one in newsletters.unfinished(session))]


def _unsure(session: Session) -> list[Line]:
    return [
        Line(
            "do",
            "circle-question-mark",
            one.name,
            ngettext(
                "%(num)s mail nobody can be sure about: it may have arrived or not.",
                "%(num)s mails nobody can be sure about: they may have arrived or not.",
                one.mails,
            ),
            url_for("newsletters.missed", campaign_id=one.campaign_id, group="unsure"),
            _("Look"),
            is_alert=True,
        )
        for one in newsletters.unsure(session)
    ]


def _line(one: newsletters.Line) -> Line:
    page = url_for("newsletters.show", campaign_id=one.id)
    if one.has_trouble:
        text = _("It could not be sent; the page says why.")
        return Line("do", "triangle-alert", one.name, text, page, _("Look"), is_alert=True)
    if one.state == "sending":
        done = one.sent / one.audience if one.audience else 0.0
        return Line("runs", "send", one.name, _("is being sent"), page, _("Watch"), done=done)
    if one.state == "paused":
        return Line("do", "circle-pause", one.name, _("is paused"), page, _("Go on"))
    if one.state == "scheduled":
        text = _("goes out at %(when)s", when=(one.scheduled_wall or "").replace("T", " "))
        return Line("comes", "calendar-clock", one.name, text, page, _("Open"))
    return Line("do", "pencil", one.name, _("A newsletter you began"), page, _("Write on"))
