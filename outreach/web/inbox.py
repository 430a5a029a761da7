"""The inbox: mails of known people that wait for an answer, in their own words, and what a person does about each."""

from __future__ import annotations

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from outreach import clock
from outreach.errors import N_, NotFound
from outreach.replies import answers, pages
from outreach.replies.answers import Reading
from outreach.web import forms, guard, inbox_words, lists
from outreach.web.form_key import once
from outreach.web.transaction import house, session

bp = Blueprint("inbox", __name__, url_prefix="/inbox")


@bp.get("/")
def index() -> ResponseReturnValue:
    """What waits, newest first."""
    return _list(pages.WAITING)


@bp.get("/all")
def everything() -> ResponseReturnValue:
    """Everything that came from people in the customer file, with machines' mails in words."""
    return _list(pages.EVERYTHING)


@bp.get("/<int:incoming_id>")
def show(incoming_id: int) -> ResponseReturnValue:
    """One mail with all its words."""
    return render_template("inbox/show.html", one=pages.one(session(), incoming_id), **_around())


@bp.get("/of-entry/<int:entry_id>")
def of_entry(entry_id: int) -> ResponseReturnValue:
    """From an entry of a timeline to the mail behind it."""
    found = pages.of_touchpoints(session(), [entry_id])
    if entry_id not in found:
        raise NotFound(N_("There is no such mail, or not any more."))
    return redirect(url_for("inbox.show", incoming_id=found[entry_id]), 303)


@bp.post("/<int:incoming_id>/answer")
def answer(incoming_id: int) -> ResponseReturnValue:
    """On to the draft of the answer, in the thread of their mail."""
    draft_id = answers.answer(session(), incoming_id, now=clock.now(), zone=_zone())
    if "queue.show" in current_app.view_functions:
        return redirect(url_for("queue.show", draft_id=draft_id), 303)
    return redirect(_back(), 303)


@bp.post("/<int:incoming_id>/settlement")
def settle(incoming_id: int) -> ResponseReturnValue:
    """No answer is needed, it was answered by phone, or it waits again after all."""
    how, now, zone, user_id = request.form.get("how", ""), clock.now(), _zone(), guard.user().id
    if how == "phone":
        note = request.form.get("note", "")[:500]
        answers.by_phone(session(), incoming_id, note=note, user_id=user_id, now=now, zone=zone)
        flash(_("Noted: answered by phone. It stands on the card."), "good")
    elif how == "again":
        answers.wait_again(session(), incoming_id, now=now, zone=zone)
        flash(_("It waits again."), "good")
    else:
        answers.needs_none(session(), incoming_id, user_id=user_id, now=now, zone=zone)
        flash(_("Done: no answer needed. You find it under “Everything”."), "good")
    return redirect(_back(), 303)


@bp.post("/<int:incoming_id>/complaint")
@once
def complain(incoming_id: int) -> ResponseReturnValue:
    """Open a complaint in their own words, and go there."""
    made = answers.complain(session(), incoming_id, user_id=guard.user().id, now=clock.now(), zone=_zone())
    flash(_("The complaint is open, in their own words. The first steps are tasks for today."), "good")
    return redirect(url_for("care.of_contact", contact_id=made.contact_id, _anchor="complaints"), 303)


@bp.post("/<int:incoming_id>/reading")
def correct(incoming_id: int) -> ResponseReturnValue:
    """It was understood wrongly: what it is, and what follows from that."""
    kind, _colon, sub = request.form.get("reading", "").partition(":")
    absent = (kind, sub) == ("auto_reply", "out_of_office")
    back = forms.day(request.form.get("returns_on", "").strip(), "returns_on") if absent else None
    answers.understood_as(session(), house(), incoming_id, Reading(kind, sub, back), now=clock.now())
    flash(_("Understood: %(what)s. What follows from it is done.", what=inbox_words.reading(kind, sub)), "good")
    return redirect(url_for("inbox.show", incoming_id=incoming_id), 303)


def _list(which: str) -> str:
    wanted = lists.wanted(sorts=("time",), default="time")
    found = pages.list_page(session(), which, page=wanted.page)
    return render_template("inbox/index.html", which=which, wanted=wanted, found=found, **_around())


def _around() -> dict[str, object]:
    return {"words": inbox_words, "may": guard.user().may("editor"), "waiting": pages.count_waiting(session())}


def _zone() -> str:
    return house().settings.timezone


def _back() -> str:
    asked = request.form.get("next", "")
    return guard.safe_next(asked) if asked else url_for("inbox.index")
