"""The built-in outbox: every mail as it would have arrived, while no mail server is set up."""

from __future__ import annotations

from flask import Blueprint, abort, make_response, render_template
from flask.typing import ResponseReturnValue

from outreach.mail import kept
from outreach.web import headers, lists
from outreach.web.transaction import house, session

pages = Blueprint("outbox", __name__, url_prefix="/outbox")
VIEWS = ("html", "text", "raw")


@pages.get("")
def index() -> ResponseReturnValue:
    """The kept mails, newest first."""
    wanted = lists.wanted(sorts=("at", "recipient", "subject"), default="at", direction="desc")
    found = kept.list_page(session(), **wanted.args)
    return render_template(
        "outbox/list.html", wanted=wanted, found=found, has_server=bool(house().settings.smtp_url.get_secret_value())
    )


@pages.get("/<int:mail_id>", defaults={"view": ""})
@pages.get("/<int:mail_id>/<view>")
def mail(mail_id: int, view: str) -> ResponseReturnValue:
    """One mail: as it looks, as text, or as it goes over the wire."""
    found = kept.get(session(), mail_id)
    if view and view not in VIEWS:
        abort(404)
    return render_template("outbox/mail.html", mail=found, view=view or ("html" if found.html else "text"))


@pages.get("/<int:mail_id>/html/frame")
def frame(mail_id: int) -> ResponseReturnValue:
    """The HTML part alone, for the frame; somebody else's words, so in a sandbox."""
    return headers.sandboxed(make_response(kept.framed(kept.get(session(), mail_id).html)))
