"""What care puts on the start page: tasks due with their tick, complaints, thanks owed, days that come."""

from __future__ import annotations

from datetime import date

from flask import url_for
from flask_babel import format_date, get_timezone, ngettext
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from outreach import clock, dates, tasks
from outreach.care import complaints, referrals
from outreach.dates import DayLine
from outreach.house import House
from outreach.web import forms, guard
from outreach.web.tasks import task_words
from outreach.web.week import Line

SHOWN = 5
AHEAD_DAYS = 7


def lines(session: Session, _house: House) -> list[Line]:
    """What waits today, and the days of the next week."""
    return [*to_do(session), *coming(session)]


def to_do(session: Session) -> list[Line]:
    """What waits today: complaints first, then tasks and thanks."""
    today = forms.local_day(clock.now())
    return [*_complaints(session, today), *_tasks(session, today), *_thanks(session, today)]


def coming(session: Session) -> list[Line]:
    """Birthdays and other days of the next week."""
    today = forms.local_day(clock.now())
    found = dates.coming(session, today=today, days=AHEAD_DAYS, limit=SHOWN)
    return [
        Line("comes", "calendar", _day(one), _near(one.next_on, today), _card(one), _("Open the card")) for one in found
    ]


def _complaints(session: Session, today: date) -> list[Line]:
    found = complaints.due_soon(session, today=today, limit=SHOWN, zone=str(get_timezone()))
    return [
        Line(
            "do",
            "message-square",
            _("Complaint of %(name)s", name=one.name),
            _("Next: %(step)s", step=_(one.next.label)) + " · " + _near(one.next.due_on, today),
            url_for("care.of_contact", contact_id=one.contact_id, _anchor="complaints"),
            _("Look"),
            is_alert=one.next.late(today) > 0,
        )
        for one in found
        if one.next is not None
    ]


def _tasks(session: Session, today: date) -> list[Line]:
    due = tasks.due(session, today=today, user_id=guard.user().id, limit=50)
    own = [one for one in due if one.kind not in ("complaint", "thanks")]
    lines = [
        Line(
            "do",
            "list-checks",
            task_words(one),
            " · ".join(part for part in (_near(one.due_on, today), one.about) if part),
            url_for("contacts.card", contact_id=one.contact_id) if one.contact_id else url_for("tasks.index"),
            _("Done"),
            is_alert=one.due_on is not None and one.due_on < today,
            post=url_for("tasks.finish", task_id=one.id) if guard.user().may("editor") else "",
        )
        for one in own[:SHOWN]
    ]
    if len(own) > SHOWN:
        more = ngettext("%(num)s more task is due", "%(num)s more tasks are due", len(own) - SHOWN)
        lines.append(Line("do", "list-checks", more, "", url_for("tasks.index"), _("Look")))
    return lines


def _thanks(session: Session, today: date) -> list[Line]:
    return [
        Line(
            "do",
            "heart-handshake",
            _("Thank %(name)s", name=one.referrer),
            _("brought %(name)s", name=one.name) + " · " + _near(one.thanks_due_on, today),
            url_for("care.of_contact", contact_id=one.referrer_id, _anchor="referrals"),
            _("Thanked"),
            is_alert=one.thanks_due_on < today,
            post=url_for("care.thank", referral_id=one.id) if guard.user().may("editor") else "",
        )
        for one in referrals.owed(session, limit=3)
    ]


def _day(one: DayLine) -> str:
    said = {
        "birthday": _("Birthday of %(name)s", name=one.name),
        "founding": _("Founding day of %(name)s", name=one.name),
        "first_order": _("First order of %(name)s", name=one.name),
        "contract_end": _("A contract of %(name)s ends", name=one.name),
    }.get(one.kind, f"{one.label}: {one.name}")
    years = ngettext("%(num)s year", "%(num)s years", one.years) if one.years else ""
    return f"{said} ({years})" if years and one.is_yearly else said


def _card(one: DayLine) -> str:
    if one.contact_id is not None:
        return url_for("contacts.card", contact_id=one.contact_id)
    return url_for("companies.card", company_id=one.company_id)


def _near(on: date | None, today: date) -> str:
    if on is None:
        return ""
    words = {-1: _("yesterday"), 0: _("today"), 1: _("tomorrow")}
    return str(words.get((on - today).days) or format_date(on, "EEEE, d. MMMM"))
