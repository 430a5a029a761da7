"""Loading the example data from the first visit."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from campaigns import example
from outreach.users import Role
from outreach.web import guard
from outreach.web.form_key import once
from outreach.web.transaction import house, session

pages = Blueprint("example", __name__)


@pages.post("/example")
@guard.needs(Role.OWNER)
@once
def load() -> ResponseReturnValue:
    """A small world to look around in; once per installation."""
    made = example.load(session(), house())
    flash(
        _(
            "The example data is here: %(contacts)s contacts, a segment, templates and a sent newsletter with its report.",
            contacts=made["contacts"],
        ),
        "good",
    )
    return redirect(url_for("week.index"), 303)
