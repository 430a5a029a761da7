"""The pages of this floor: newsletters, templates, segments, reports. See docs/web.md."""

from __future__ import annotations

from flask import Blueprint, url_for
from flask_babel import gettext as _
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
    found = []
    for one in newsletters.list_page(session, sort="created", direction="desc", per_page=20).rows:
        page = url_for("newsletters.show", campaign_id=one.id)
        if one.has_trouble:
            found.append(
                Line(
                    "do",
                    "triangle-alert",
                    one.name,
                    _("It could not be sent; the page says why."),
                    page,
                    _("Look"),
                    is_alert=True,
                )
            )
        elif one.state == "sending":
            done = one.sent / one.audience if one.audience else 0.0
            found.append(Line("runs", "send", one.name, _("is being sent"), page, _("Watch"), done=done))
        elif one.state == "paused":
            found.append(Line("do", "circle-pause", one.name, _("is paused"), page, _("Go on")))
        elif one.state == "scheduled":
            found.append(
                Line(
                    "comes",
                    "calendar-clock",
                    one.name,
                    _("goes out at %(when)s", when=(one.scheduled_wall or "").replace("T", " ")),
                    page,
                    _("Open"),
                )
            )
        elif one.state == "draft":
            found.append(Line("do", "pencil", one.name, _("A newsletter you began"), page, _("Write on")))
    return found
