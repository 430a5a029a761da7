"""The secret address of one's calendar: shown and renewed in the settings, read by calendar programs without signing in."""

from __future__ import annotations

from flask import Blueprint, flash, g, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from outreach import calendar, clock, users
from outreach.users import Role
from outreach.web import guard
from outreach.web.language import said
from outreach.web.limits import limited
from outreach.web.transaction import house, session

pages = Blueprint("calendar", __name__)


@pages.get("/settings/calendar")
def settings() -> ResponseReturnValue:
    """The address, and how to put it into a calendar."""
    user = users.get(session(), guard.user().id)
    return render_template(
        "calendar/settings.html",
        everybody=calendar.url(house(), user),
        mine=calendar.url(house(), user, mine=True),
    )


@pages.post("/settings/calendar/address")
@guard.needs(Role.READER)
def renew() -> ResponseReturnValue:
    """A new address; the old one leads nowhere."""
    calendar.renew(session(), users.get(session(), guard.user().id))
    flash(_("There is a new address. Put it into your calendars; the old one shows nothing any more."), "good")
    return redirect(url_for("calendar.settings"), 303)


@pages.get("/calendar/<token>.ics")
@limited("240 per hour")
def feed(token: str) -> ResponseReturnValue:
    """The calendar itself, in the language of the person whose it is."""
    who = calendar.holder(session(), house(), token)
    g.language = who.user.language
    today = clock.on_wall(clock.now(), who.user.time_zone).date()
    content = calendar.feed(session(), house(), who, today=today, say=said)
    answer = make_response(content)
    answer.headers["Content-Type"] = "text/calendar; charset=utf-8"
    answer.headers["Content-Disposition"] = 'inline; filename="outreach.ics"'
    answer.headers["Cache-Control"] = "private, max-age=900"
    answer.headers["X-Robots-Tag"] = "noindex"
    answer.set_etag(calendar.etag(content))
    return answer.make_conditional(request)
