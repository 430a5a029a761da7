"""A newsletter in the browser, for readers whose mail program shows it badly. Measures nothing."""

from __future__ import annotations

from flask import Blueprint, make_response
from flask.typing import ResponseReturnValue

from campaigns import content
from outreach.web.headers import sandboxed
from outreach.web.transaction import house, session

pages = Blueprint("issue", __name__)


@pages.get("/v/<token>")
def view(token: str) -> ResponseReturnValue:
    """The mail this link came in, as its reader got it, with plain links and without a pixel."""
    return sandboxed(make_response(content.web_view(session(), house(), token)))
