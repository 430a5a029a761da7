"""Occasions: today's few with their evidence, the lists behind them, and what a person decides about each."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from outreach import clock, lights, stops
from outreach.drafts import queue
from outreach.errors import Invalid
from outreach.occasions import decide, learning, pages, suggest
from outreach.occasions.decide import Decided
from outreach.occasions.rows import REASONS
from outreach.users import Role
from outreach.web import forms, guard, lists, occasion_words, words
from outreach.web.changes import flash_undo
from outreach.web.form_key import once
from outreach.web.transaction import house, session

bp = Blueprint("occasions", __name__, url_prefix="/occasions")
PER_PAGE = 20


@bp.get("")
def index() -> ResponseReturnValue:
    """Today's few."""
    found = pages.today(session())
    return render_template("occasions/index.html", found=found, lines=found.few, **_around(found.few, found.counts))


@bp.get("/list/<which>")
def listed(which: str) -> ResponseReturnValue:
    """One of the lists behind the few."""
    wanted = lists.wanted(sorts=("time",), default="time")
    found = pages.list_page(session(), which, page=wanted.page, per_page=PER_PAGE)
    return render_template(
        "occasions/list.html", which=which, wanted=wanted, found=found, **_around(found.rows, pages.counts(session()))
    )


@bp.get("/<int:occasion_id>")
def show(occasion_id: int) -> ResponseReturnValue:
    """One occasion with everything that is known of it."""
    one = pages.one(session(), occasion_id)
    return render_template("occasions/show.html", one=one, **_around([one], pages.counts(session())))


@bp.post("/<int:occasion_id>/dismissal")
@once
def dismiss(occasion_id: int) -> ResponseReturnValue:
    """Not this one, because; "never" asks for none of its kind here again."""
    reason, now = request.form.get("reason", ""), clock.now()
    if reason == "never":
        done = decide.never(session(), occasion_id, user_id=guard.user().id, now=now)
    else:
        remark = request.form.get("remark", "")[:300]
        done = decide.dismiss(session(), occasion_id, reason, remark=remark, user_id=guard.user().id, now=now)
    _settled(done)
    flash_undo(_learned(done) or _("Dismissed: %(reason)s.", reason=occasion_words.DECISIONS[reason]))
    if reason == "wrong_company" and done.occasion.origin_id and "watches.teach" in current_app.view_functions:
        return redirect(url_for("watches.teach", match_id=done.occasion.origin_id), 303)
    return redirect(_back(), 303)


@bp.post("/<int:occasion_id>/later")
@once
def snooze(occasion_id: int) -> ResponseReturnValue:
    """Later: tomorrow, Monday, in a week, or on a day."""
    until = _until(request.form.get("until", ""), request.form.get("day", ""))
    decide.snooze(session(), occasion_id, until, now=clock.now(), zone=_zone())
    flash_undo(_("It comes back then."))
    return redirect(_back(), 303)


@bp.post("/<int:occasion_id>/done")
@once
def done(occasion_id: int) -> ResponseReturnValue:
    """Done by phone or letter, or noted on the card."""
    one, way = pages.one(session(), occasion_id), request.form.get("way", "")
    text = request.form.get("text", "").strip() or _evidence(one)
    decided = decide.done(session(), occasion_id, way, text=text, user_id=guard.user().id, now=clock.now())
    _settled(decided)
    flash_undo(_("%(what)s: it stands on the card.", what=occasion_words.DECISIONS[way]))
    return redirect(_back(), 303)


@bp.post("/<int:occasion_id>/confirmation")
@once
def confirm(occasion_id: int) -> ResponseReturnValue:
    """Yes, that is them."""
    decide.confirm(session(), occasion_id, now=clock.now(), zone=_zone())
    flash(_("Good: it counts as certain now."), "good")
    return redirect(_back(), 303)


@bp.post("/<int:occasion_id>/opening")
@once
def reopen(occasion_id: int) -> ResponseReturnValue:
    """Decided too fast: it is open again."""
    decide.reopen(session(), occasion_id, now=clock.now(), zone=_zone())
    flash(_("It is open again, as far as the rules allow."), "good")
    return redirect(url_for("occasions.show", occasion_id=occasion_id), 303)


@bp.get("/rules")
def rules() -> ResponseReturnValue:
    """What holds: stop flags, and what was learned; each can be taken back."""
    return render_template(
        "occasions/rules.html",
        flags=stops.standing(session(), today=_today()),
        lessons=learning.learned(session()),
        told=lesson_words,
        words=occasion_words,
    )


@bp.post("/flags/<int:stop_id>/lifting")
def lift(stop_id: int) -> ResponseReturnValue:
    """The flag holds no more; what it held is looked at again."""
    found = stops.lift(session(), stop_id, user_id=guard.user().id, now=clock.now())
    _look_again(found.company_id, found.contact_id)
    flash_undo(_("The flag is lifted. The same news does not set it again."))
    return redirect(_back(url_for("occasions.rules")), 303)


@bp.post("/flags/<int:stop_id>/newsletters")
def newsletters(stop_id: int) -> ResponseReturnValue:
    """Whether newsletters wait too."""
    held = request.form.get("held") == "yes"
    stops.hold_newsletters(session(), stop_id, held=held)
    flash_undo(_("Newsletters wait too.") if held else _("Newsletters go on."))
    return redirect(_back(url_for("occasions.rules")), 303)


@bp.post("/lessons/<int:lesson_id>/removal")
def unlearn(lesson_id: int) -> ResponseReturnValue:
    """What was learned holds no more."""
    found = learning.undo(session(), lesson_id, now=clock.now())
    _look_again(found.company_id, found.contact_id)
    flash_undo(_("Forgotten. It is suggested again from now on."))
    return redirect(_back(url_for("occasions.rules")), 303)


@bp.post("/search")
@guard.needs(Role.EDITOR)
def look() -> ResponseReturnValue:
    """Look through the customer file now, instead of in a few minutes."""
    suggest.ask_to_find(session())
    flash(_("Looking through the customer file. New occasions stand here in a moment."), "good")
    return redirect(url_for("occasions.index"), 303)


def lesson_words(one: learning.LessonLine) -> str:
    """What was learned, in a sentence."""
    return str(
        _(one.sentence, kind=occasion_words.kind(one.kind), name=one.name, source=one.source_name)
    )  # the sentences stand in learning.SENTENCES


def _around(rows: Any, counts: Any) -> dict[str, Any]:
    """What every page of occasions needs beside its own lines."""
    ids = [one.contact_id for one in rows if one.contact_id is not None]
    now = clock.now()
    return {
        "counts": counts,
        "words": occasion_words,
        "card_words": words,
        "lights": lights.of(session(), ids),
        "known": pages.card_knows(session(), ids, today=_today()),
        "flags": stops.standing(session(), today=_today(), limit=20),
        "today": _today(),
        "reasons": REASONS,
        "may": guard.user().may("editor"),
        "drafts": queue.of_occasions(session(), [one.id for one in rows]),
        "now": now,
    }


def _settled(decided: Decided) -> None:
    """What waited for this decision may come now."""
    _look_again(decided.occasion.company_id, decided.occasion.contact_id)


def _look_again(company_id: int | None, contact_id: int | None) -> None:
    customer = ("company", company_id) if company_id is not None else ("contact", contact_id or 0)
    suggest.rejudge(session(), {customer}, now=clock.now(), zone=_zone())


def _learned(decided: Decided) -> str:
    if decided.lesson is None:
        return ""
    return lesson_words(learning.line_of(session(), decided.lesson.id))


def _evidence(one: pages.OccasionLine) -> str:
    said = one.quote or one.headline
    return " ".join(part for part in (occasion_words.why_now(one), f"„{said}“" if said else "", one.link) if part)[:500]


def _until(choice: str, day: str) -> date:
    today = _today()
    if choice == "tomorrow":
        return today + timedelta(days=1)
    if choice == "monday":
        return today + timedelta(days=7 - today.weekday())
    if choice == "week":
        return today + timedelta(days=7)
    found = forms.day(day, "until")
    if found is None:
        raise Invalid("Choose a day to come.", field="until")
    return found


def _today() -> date:
    return clock.on_wall(clock.now(), _zone()).date()


def _zone() -> str:
    return house().settings.timezone


def _back(otherwise: str = "") -> str:
    asked = request.form.get("next", "")
    return guard.safe_next(asked) if asked else otherwise or url_for("occasions.index")
