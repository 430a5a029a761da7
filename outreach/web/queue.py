"""The approve queue: one person, one decision, one screen. What is pressed here is posted; looking changes nothing.

/ ─▶ first letter of the batch ── approve · later · dismiss · done · never ─▶ the next one … ─▶ done for today
                 └── save · confirm a sentence · attach · write anew (queue_letter.py) ─▶ the same letter
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from outreach import clock
from outreach.drafts import approve as approval
from outreach.drafts import queue, store
from outreach.drafts.approve import MayNotGo
from outreach.drafts.rows import State
from outreach.errors import N_, Conflict, Invalid, OutreachError
from outreach.occasions import decide, learning, suggest
from outreach.occasions.decide import Decided
from outreach.web import guard, occasion_words, queue_page, queue_words, transaction
from outreach.web.changes import flash_undo
from outreach.web.language import sentence
from outreach.web.queue_page import MEGABYTES
from outreach.web.transaction import house, session

bp = Blueprint("queue", __name__, url_prefix="/queue")


@bp.get("/")
def index() -> ResponseReturnValue:
    """To the first letter of today's batch; when all are decided, the end of the work."""
    found = queue_page.batch()
    if found.lines:
        return redirect(url_for("queue.show", draft_id=_undone(found) or found.lines[0].draft_id), 303)
    return render_template("queue/done.html", **queue_page.ends(found))


@bp.get("/all")
def everything() -> ResponseReturnValue:
    """What waits beyond today's batch, for a day with more time; and what is leaving."""
    return render_template("queue/all.html", lines=queue.everything(session()), **queue_page.ends(queue_page.batch()))


@bp.get("/<int:draft_id>")
def show(draft_id: int) -> ResponseReturnValue:
    """One letter with all that a decision needs."""
    before = _undone(queue_page.batch()) if "last" in request.args else None
    if before is not None and before != draft_id:
        return redirect(url_for("queue.show", draft_id=before), 303)
    return queue_page.show(draft_id)


@bp.post("/<int:draft_id>/approval")
@guard.takes_files(megabytes=MEGABYTES)
def approve(draft_id: int) -> ResponseReturnValue:
    """Send exactly this text: now, at the next good hour, or at a time of one's own."""
    given, draft = queue_page.typed(), store.get(session(), draft_id)
    if given is None:
        raise Invalid(N_("The letter was not sent along. Please open it again."))
    if draft.state != State.PROPOSED:
        return queue_page.settled_before(draft)
    if given.changes_more_than_words(draft) or queue_page.brings_a_file():
        return _seen_first(draft_id)
    onward = queue_page.onward(draft_id, queue_page.batch())
    try:
        approved = approval.approve(
            session(), house(), draft_id, seen_fingerprint=given.seen, subject=given.subject, text=given.text,
            when=_when(), follow_up_days=request.form.get("follow_up_days", None, type=int),
            user_id=guard.user().id, now=clock.now(),
        )  # fmt: skip
    except MayNotGo as error:
        transaction.undo()
        return queue_page.show(draft_id, given=given, reasons=error.refusals)
    except Conflict:
        transaction.undo()
        return queue_page.stale(draft_id, given)
    except OutreachError as error:
        transaction.undo()
        return queue_page.show(draft_id, given=given, error=error)
    suggest.rejudge(session(), {_customer(approved.draft.occasion_id)}, now=clock.now(), zone=_zone())
    return redirect(onward, 303)


@bp.post("/<int:draft_id>/return")
def take_back(draft_id: int) -> ResponseReturnValue:
    """Not sent after all, while nothing has left."""
    try:
        approval.take_back(session(), draft_id, now=clock.now(), zone=_zone())
        flash(_("Taken back. The letter waits for you."), "good")
    except Conflict as error:
        transaction.undo()
        flash(sentence(error), "warning")
    return redirect(url_for("queue.show", draft_id=draft_id), 303)


@bp.post("/<int:draft_id>/settlement")
def settle(draft_id: int) -> ResponseReturnValue:
    """What nobody could know, a person looked up: it went out, or it did not and waits again."""
    answer = request.form.get("went_out", "")
    if answer not in ("yes", "no"):
        raise Invalid(N_("Choose what happened."), field="went_out")
    try:
        approval.settle_unsure(session(), draft_id, went_out=answer == "yes", now=clock.now(), zone=_zone())
        flash(_("Noted: it went out.") if answer == "yes" else _("The letter waits for you again."), "good")
    except Conflict as error:
        transaction.undo()
        flash(sentence(error), "message")
    return redirect(url_for("queue.show", draft_id=draft_id), 303)


@bp.post("/<int:draft_id>/later")
@guard.takes_files(megabytes=MEGABYTES)
def later(draft_id: int) -> ResponseReturnValue:
    """Later: tomorrow, Monday, the day before the event, or when they answer."""
    choice = request.form.get("until", "")

    def put_off(occasion_id: int, now: datetime) -> str:
        if choice == "answer":
            decide.snooze_until_answer(session(), occasion_id, now=now, zone=_zone())
            return str(_("It comes back when they answer."))
        decide.snooze(session(), occasion_id, _until(choice, occasion_id), now=now, zone=_zone())
        return str(_("It comes back then."))

    return _decided(draft_id, put_off)


@bp.post("/<int:draft_id>/dismissal")
@guard.takes_files(megabytes=MEGABYTES)
def dismiss(draft_id: int) -> ResponseReturnValue:
    """Not this one, because; "never" asks for none of its kind here again."""
    reason = request.form.get("reason", "")

    def turn_down(occasion_id: int, now: datetime) -> str:
        user_id = guard.user().id
        if reason == "never":
            done = decide.never(session(), occasion_id, user_id=user_id, now=now)
        else:
            done = decide.dismiss(session(), occasion_id, reason, user_id=user_id, now=now)
        suggest.rejudge(session(), {suggest.as_candidate(done.occasion).customer}, now=now, zone=_zone())
        return _learned(done) or str(_("Dismissed: %(reason)s.", reason=occasion_words.DECISIONS[reason]))

    return _decided(draft_id, turn_down, teaches=reason == "wrong_company")


@bp.post("/<int:draft_id>/done")
@guard.takes_files(megabytes=MEGABYTES)
def done(draft_id: int) -> ResponseReturnValue:
    """Done by phone or by a letter: an entry on the card says so."""
    way, note = request.form.get("way", ""), request.form.get("note", "").strip()

    def note_down(occasion_id: int, now: datetime) -> str:
        made = decide.done(session(), occasion_id, way, text=note, user_id=guard.user().id, now=now)
        suggest.rejudge(session(), {suggest.as_candidate(made.occasion).customer}, now=now, zone=_zone())
        return str(_("%(what)s: it stands on the card.", what=occasion_words.DECISIONS[way]))

    return _decided(draft_id, note_down)


def _decided(draft_id: int, act: Callable[[int, datetime], str], *, teaches: bool = False) -> ResponseReturnValue:
    """Decide about the occasion of a letter and go on to the next one; what was decided before stays as it is."""
    draft = store.get(session(), draft_id)
    if draft.state != State.PROPOSED:
        return queue_page.settled_before(draft)
    onward = queue_page.onward(draft_id, queue_page.batch())
    if (answer := queue_page.keep(draft_id)) is not None:
        return answer
    try:
        text = act(draft.occasion_id, clock.now())
    except Conflict as error:
        transaction.undo()
        flash(sentence(error), "message")
        return redirect(url_for("queue.show", draft_id=draft_id), 303)
    flash_undo(text)
    origin_id = decide.get(session(), draft.occasion_id).origin_id
    if teaches and origin_id and "watches.teach" in current_app.view_functions:
        return redirect(f"{onward}&teach={origin_id}", 303)
    return redirect(onward, 303)


def _seen_first(draft_id: int) -> ResponseReturnValue:
    """Keep another address, sender, purpose or file, and show the letter with it before anything leaves."""
    if (answer := queue_page.keep(draft_id)) is not None:
        return answer
    flash(_("Saved, not sent yet: what goes out looks different now. Please look once more, then send."), "message")
    return redirect(url_for("queue.show", draft_id=draft_id), 303)


def _undone(found: queue.Batch) -> int | None:
    """The letter decided last, when it waits again: its decision was taken back."""
    last = request.args.get("last", None, type=int)
    return last if last in [one.draft_id for one in found.lines] else None


def _when() -> datetime | str:
    when = request.form.get("when", "now")
    if when == "at":
        return queue_page.moment(request.form.get("send_at", ""), guard.user().time_zone)
    return when


def _until(choice: str, occasion_id: int) -> date | None:
    today = queue_page.today_of(_zone())
    if choice == "tomorrow":
        return today + timedelta(days=1)
    if choice == "monday":
        return today + timedelta(days=7 - today.weekday())
    if choice == "before":
        return queue_words.day_before(decide.get(session(), occasion_id).happened_on, today)
    return None


def _customer(occasion_id: int) -> tuple[str, int]:
    return suggest.as_candidate(decide.get(session(), occasion_id)).customer


def _learned(done: Decided) -> str:
    if done.lesson is None:
        return ""
    one = learning.line_of(session(), done.lesson.id)
    return str(_(one.sentence, kind=occasion_words.kind(one.kind), name=one.name, source=one.source_name))


def _zone() -> str:
    return house().settings.timezone
