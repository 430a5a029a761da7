"""The page people answer a survey on: no sign-in, a sealed link, works without scripts, changes only by POST."""

from __future__ import annotations

from flask import g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from outreach import clock
from outreach.errors import Conflict, Invalid
from outreach.surveys import answers
from outreach.surveys.answers import Reader
from outreach.web import guard
from outreach.web.form_key import once
from outreach.web.language import sentence
from outreach.web.limits import limited
from outreach.web.public import HONEYPOT, pages
from outreach.web.transaction import house, session, undo


@pages.get("/survey/<token>")
def survey(token: str) -> ResponseReturnValue:
    """The questions, with what this person answered before."""
    who = _reader(token)
    if who.sheet.closed_at is not None:
        return render_template("public/survey_closed.html", sheet=who.sheet)
    return _asked(who, token, dict(answers.given_before(session(), who)))


@pages.post("/survey/<token>")
@guard.without_csrf
@limited("60 per hour")
@once
def take_survey(token: str) -> ResponseReturnValue:
    """Keep the answers; a second time replaces the first."""
    who = _reader(token)
    thanks = redirect(url_for("public.survey_thanks", token=token), 303)
    if request.form.get(HONEYPOT):
        return thanks
    given = {one.id: request.form.get(f"q{one.id}", "") for one in who.sheet.questions}
    try:
        answers.answer(session(), who, given, at=clock.now(), zone=house().settings.timezone)
    except Conflict:
        undo()
        return render_template("public/survey_closed.html", sheet=who.sheet), 409
    except Invalid as error:
        undo()
        named = {error.field: sentence(error)} if error.field else {}
        return _asked(who, token, given, problems=named, problem="" if named else sentence(error)), 422
    return thanks


@pages.get("/survey/<token>/thanks")
def survey_thanks(token: str) -> ResponseReturnValue:
    """Thank you."""
    return render_template("public/survey_thanks.html", sheet=_reader(token).sheet, token=token)


def _reader(token: str) -> Reader:
    who = answers.reader(session(), house(), token)
    g.language = who.sheet.language
    return who


def _asked(
    who: Reader, token: str, given: dict[int, str], *, problems: dict[str, str] | None = None, problem: str = ""
) -> str:
    return render_template(
        "public/survey.html", sheet=who.sheet, token=token, given=given, problems=problems or {}, problem=problem
    )
