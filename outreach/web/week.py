"""The start page: what to do this week. Each floor contributes lines; none is a friendly sentence."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flask import Blueprint, current_app, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_date, format_decimal, to_user_timezone
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from outreach import clock, contacts, organisation, senders, stops
from outreach.care import complaints
from outreach.drafts import queue
from outreach.house import House
from outreach.imports import store as imports
from outreach.replies import pages as inbox
from outreach.web.transaction import house, session

pages = Blueprint("week", __name__)


@dataclass(frozen=True)
class Line:
    """One thing on the start page. `group`: "do" waits for the person, "runs" works by itself, "comes" is ahead."""

    group: str
    symbol: str
    title: str
    text: str = ""
    href: str = ""
    #: the word on the button
    action: str = ""
    #: a share done of 0…1, for what runs
    done: float | None = None
    is_alert: bool = False
    #: an address the button posts to, instead of leading to `href`, which is then behind the title
    post: str = ""


Lines = Callable[[Session, House], list[Line]]


@pages.get("/")
def index() -> ResponseReturnValue:
    """What waits, what runs, what comes."""
    lines = [line for lines in current_app.extensions["outreach.week"] for line in lines(session(), house())]
    groups = {name: [line for line in lines if line.group == name] for name in ("do", "runs", "comes")}
    return render_template(
        "week/index.html",
        groups=groups,
        has_contacts=_has_contacts(session()),
        today=format_date(to_user_timezone(clock.now()), "full"),
        zeros=_zeros(session()),
    )


@pages.get("/welcome/steps")
def first_steps() -> ResponseReturnValue:
    """Steps two and three of the first visit; each can be left out."""
    return render_template(
        "week/first_steps.html",
        has_mail_server=bool(house().settings.smtp_url.get_secret_value()),
        has_contacts=_has_contacts(session()),
    )


def own_lines(session: Session, house: House) -> list[Line]:
    """What the ground floor has to say."""
    found = []
    if not senders.everybody(session):
        found.append(
            Line(
                "do",
                "at-sign",
                _("Say who your newsletters come from"),
                _("A name and an address people know."),
                url_for("settings.senders"),
                _("Add a sender"),
            )
        )
    if organisation.missing_in_imprint(organisation.get(session)):
        found.append(
            Line(
                "do",
                "briefcase",
                _("Complete your imprint"),
                _("The law asks for it in every newsletter; until then none is sent."),
                url_for("settings.organisation"),
                _("Complete it"),
            )
        )
    running = [one for one in imports.list_page(session, per_page=20).rows if one.state == "running"]
    return found + [_import(one) for one in running]


def _zeros(session: Session) -> list[str]:
    """What does not wait: said too, so that a quiet page is known to be quiet and not forgotten."""
    waits = {
        _("No letter waits to be read."): queue.count(session),
        _("Nobody waits for an answer."): inbox.count_waiting(session),
        _("No complaint is open."): complaints.count_open(session),
        _("No stop flag is set."): len(stops.standing(session, today=clock.now().date(), limit=1)),
    }
    return [words for words, count in waits.items() if not count]


def _import(one: imports.Progress) -> Line:
    text = _("%(n)s rows so far", n=format_decimal(one.position))
    address = url_for("imports.show", import_id=one.id)
    return Line("runs", "upload", one.filename, text, address, _("Look"), done=one.percent / 100)


def _has_contacts(session: Session) -> bool:
    return bool(contacts.list_page(session, per_page=1).rows)
