"""What letters and answers put on the start page: what is held, letters to read, answers that wait, what is leaving."""

from __future__ import annotations

from flask import current_app, url_for
from flask_babel import format_datetime, ngettext
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from outreach import clock, lines
from outreach.drafts import queue
from outreach.house import House
from outreach.mailboxes import store as mailboxes
from outreach.replies import pages
from outreach.web.language import said
from outreach.web.week import Line

#: names in the line of letters, and answers shown one by one
NAMES = 3
ANSWERS = 3


def of_letters(session: Session, house: House) -> list[Line]:
    """Held and broken things first, then the letters, then who waits for an answer, then what is leaving by itself."""
    batch = queue.batch(session, now=clock.now(), zone=house.settings.timezone)
    return [*_held(session), *_letters(batch), *_answers(session), *_leaving(batch)]


def _held(session: Session) -> list[Line]:
    since = mailboxes.everything_paused(session)
    found = []
    if since is not None:
        text = _(
            "Since %(when)s nothing leaves for customers, neither newsletters nor letters.",
            when=format_datetime(since, "short"),
        )
        found.append(Line("do", "circle-pause", _("Everything is paused"), text, _settings(), _("Look"), is_alert=True))
    for one in mailboxes.standing_trouble(session):
        trouble = one.trouble or one.look_trouble or {}
        text = said(trouble["sentence"], trouble.get("values", {})) if trouble else ""
        found.append(Line("do", "triangle-alert", one.address, text, _settings(), _("Look"), is_alert=True))
    return found


def _letters(batch: queue.Batch) -> list[Line]:
    found = []
    if batch.lines:
        names = ", ".join(one.name for one in batch.lines[:NAMES])
        more = len(batch.lines) - NAMES
        text = _("%(names)s and %(more)s more", names=names, more=more) if more > 0 else names
        title = ngettext("%(num)s letter to read", "%(num)s letters to read", len(batch.lines))
        found.append(Line("do", "mail", title, text, url_for("queue.index"), _("Go through the letters")))
    for one in batch.unsure:
        text = _("Nobody knows whether it went out: %(subject)s", subject=one.subject)
        address = url_for("queue.show", draft_id=one.draft_id)
        found.append(Line("do", "circle-question-mark", one.name, text, address, _("Look"), is_alert=True))
    return found


def _answers(session: Session) -> list[Line]:
    if "inbox.index" not in current_app.view_functions:
        return []
    found, total = pages.newest_waiting(session, ANSWERS), pages.count_waiting(session)
    made = [
        Line("do", "reply", one.name, lines.cut(one.text or one.subject, 120), url_for("inbox.index"), _("Answer"))
        for one in found
    ]
    if total > len(found):
        more = total - len(found)
        text = ngettext("%(num)s more answer waits", "%(num)s more answers wait", more)
        made.append(Line("do", "reply", text, "", url_for("inbox.index"), _("Look")))
    return made


def _leaving(batch: queue.Batch) -> list[Line]:
    if not batch.leaving:
        return []
    title = ngettext("%(num)s letter is leaving", "%(num)s letters are leaving", len(batch.leaving))
    return [
        Line(
            "runs",
            "send",
            title,
            ", ".join(one.name for one in batch.leaving[:NAMES]),
            url_for("queue.index"),
            _("Look"),
        )
    ]


def _settings() -> str:
    return url_for("settings.senders")
