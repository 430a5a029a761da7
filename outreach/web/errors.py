"""Errors as calm pages: a sentence what happened, what was kept, what to do. As pieces for htmx, as JSON for scripts."""

from __future__ import annotations

from flask import Flask, Response, jsonify, make_response, render_template, request
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DataError
from werkzeug.exceptions import HTTPException

from outreach import logs
from outreach.errors import OutreachError
from outreach.web import transaction
from outreach.web.language import sentence

log = logs.get(__name__)


def install(app: Flask) -> None:
    """Answer every error in words."""
    app.register_error_handler(OverflowError, _unfit)
    app.register_error_handler(DataError, _unfit)
    app.register_error_handler(OutreachError, _ours)
    app.register_error_handler(CSRFError, _stale)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(500, _bug)


def _ours(error: OutreachError) -> Response:
    transaction.undo()
    titles = {403: _("Not allowed"), 404: _("Not found"), 409: _("That has changed meanwhile")}
    return _answer(error.status, titles.get(error.status, _("That does not work")), sentence(error))


def _stale(_error: CSRFError) -> Response:
    transaction.undo()
    return _answer(
        400,
        _("This page was open too long"),
        _(
            "For safety the form was not taken. Nothing was changed. Go back, load the page again and send it "
            "once more."
        ),
    )


def _http(error: HTTPException) -> Response:
    transaction.undo()
    if error.response is not None or error.code is None or error.code < 400:
        return make_response(error.get_response())
    title, text = _words(error.code)
    answer = _answer(error.code, title, text)
    for name, value in error.get_headers():
        if name.lower() in ("allow", "retry-after"):
            answer.headers[name] = value
    return answer


def _unfit(error: Exception) -> Response:
    """A number or a text no column can hold, made up by whoever asked; the log says where it got through."""
    log.warning("value_unfit", endpoint=request.endpoint, error=type(error).__name__)
    transaction.undo()
    return _answer(400, *_words(400))


def _bug(_error: Exception) -> Response:
    transaction.undo()
    return _answer(500, *_words(500))


def _words(code: int) -> tuple[str, str]:
    match code:
        case 401:
            return _("Please sign in"), _("This page is for people who are signed in.")
        case 404 | 410:
            return _("Not found"), _("There is nothing at this address. It may have been deleted or mistyped.")
        case 405:
            return _("Not found"), _("This address cannot be used like that. Go back and try the button again.")
        case 413:
            return _("Too large"), _("What you sent is larger than this page takes. Nothing was kept.")
        case 429:
            return _("A moment, please"), _("That was asked too often in a short time. Wait a minute and try again.")
        case 500:
            return _("Something went wrong here"), _(
                "That was our mistake, not yours. Nothing was changed; the error "
                "was written to the log. Try again in a moment."
            )
    return _("That does not work"), _("The request was not understood. Nothing was changed.")


def _answer(status: int, title: str, text: str) -> Response:
    if request.headers.get("HX-Request"):
        answer = make_response(render_template("errors/piece.html", text=text), status)
        answer.headers.update({"HX-Retarget": "#notices", "HX-Reswap": "innerHTML", "HX-Reselect": ".notice"})
        return answer
    if request.accept_mimetypes.best == "application/json":
        return make_response(jsonify(error=text), status)
    return make_response(render_template("errors/page.html", title=title, text=text, status=status), status)
