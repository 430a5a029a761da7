"""Duplicates: pairs that may be one person, to be merged or left alone."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from outreach import duplicates, jobs
from outreach.clock import now
from outreach.web import lists
from outreach.web.form_key import once
from outreach.web.transaction import session

pages = Blueprint("duplicates", __name__, url_prefix="/duplicates")

REASONS = {
    "same_name": _l("same name"),
    "similar_name": _l("similar name"),
    "same_company": _l("same company"),
    "same_phone": _l("same phone number"),
    "similar_address": _l("nearly the same mail address"),
}


@pages.get("")
def index() -> ResponseReturnValue:
    """Open proposals, the surest first."""
    wanted = lists.wanted(sorts=("score",), default="score", direction="desc")
    found = duplicates.list_page(session(), page=wanted.page, per_page=wanted.per_page)
    return render_template("duplicates/list.html", wanted=wanted, found=found, reasons=REASONS)


@pages.post("")
@once
def look() -> ResponseReturnValue:
    """Look through the whole customer file."""
    jobs.ask(session(), "find_duplicates")
    flash(_("The customer file is being looked through. What is found will be listed here."), "good")
    return redirect(url_for("duplicates.index"), 303)


@pages.post("/<int:proposal_id>/dismissal")
@once
def dismiss(proposal_id: int) -> ResponseReturnValue:
    """They are two people."""
    duplicates.dismiss(session(), proposal_id, now=now())
    flash(_("They stay two; you are not asked again."), "good")
    return redirect(url_for("duplicates.index"), 303)
