"""Names to look at: each with what is proposed, taken or turned down by a click."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from outreach import journal, lines
from outreach.contacts import doubts
from outreach.web import language, words
from outreach.web.changes import flash_undo
from outreach.web.form_key import once
from outreach.web.transaction import session

pages = Blueprint("names", __name__, url_prefix="/contacts/names")


@pages.get("")
def index() -> ResponseReturnValue:
    """Names with a proposal, the surest first."""
    page = min(max(request.args.get("page", 1, type=int), 1), 100_000)
    found = doubts.to_look_at(session(), page=page)
    return render_template("names/index.html", found=found, said=language.said, labels=lines.LABELS, words=words)


@pages.post("/<int:contact_id>/taken/<kind>")
@once
def take(contact_id: int, kind: str) -> ResponseReturnValue:
    """Take a proposal."""
    journal.begin(session(), "names")
    doubts.accept(session(), contact_id, kind)
    doubts.check_some(session())
    flash_undo(_("The name is changed."))
    return _back(contact_id)


@pages.post("/<int:contact_id>/dismissed/<kind>")
@once
def leave(contact_id: int, kind: str) -> ResponseReturnValue:
    """The name is right in this."""
    journal.begin(session(), "names")
    doubts.dismiss(session(), contact_id, kind)
    doubts.check_some(session())
    flash_undo(_("That stays as it is."))
    return _back(contact_id)


@pages.post("/<int:contact_id>/verification")
@once
def verify(contact_id: int) -> ResponseReturnValue:
    """A person looked, and the name is right."""
    journal.begin(session(), "names")
    doubts.verify(session(), contact_id)
    flash_undo(_("Marked as right."))
    return _back(contact_id)


def _back(contact_id: int) -> ResponseReturnValue:
    if request.form.get("from") == "card":
        return redirect(url_for("contacts.card", contact_id=contact_id), 303)
    return redirect(url_for("names.index", page=request.form.get("page", None, type=int)), 303)
