"""What customers are worth: the 80/20 curve, the list behind it, and how often each class wants to hear from us."""

from __future__ import annotations

import csv
import io

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from outreach import jobs, valuation, value
from outreach.errors import N_, Invalid, OutreachError
from outreach.exports.csv import guarded
from outreach.users import Role
from outreach.web import guard, language, money, transaction, words
from outreach.web.form_key import once
from outreach.web.transaction import session

pages = Blueprint("value", __name__, url_prefix="/contacts/value")
_PER_PAGE = 50
_CSV_MOST = 100_000


@pages.get("")
def index() -> ResponseReturnValue:
    """The curve, the classes, the customers."""
    page = min(max(request.args.get("page", 1, type=int), 1), 100_000)
    return _page(page)


@pages.get("/customers.csv")
def download() -> ResponseReturnValue:
    """The list as a file."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";")
    writer.writerow(
        ["rank", "class", "name", "turnover_12_months", "turnover_12_before", "turnover_36_months", "cumulated_percent"]
    )
    for one in valuation.largest(session(), limit=_CSV_MOST):
        name = guarded(one.name)  # a spreadsheet would run it as a formula
        euros = [f"{cents / 100:.2f}" for cents in (one.turnover_12, one.turnover_before, one.turnover_36)]
        writer.writerow([one.rank, one.value_class, name, *euros, f"{one.share / 100:.2f}"])
    answer = make_response("\ufeff" + out.getvalue())
    answer.mimetype = "text/csv"
    answer.headers["Content-Disposition"] = "attachment; filename=customers.csv"
    return answer


@pages.post("/cadence")
@once
def set_cadence() -> ResponseReturnValue:
    """How often the classes want to hear from us."""
    try:
        for name in ("A", "B", "C", ""):
            valuation.set_cadence(
                session(), name, ideal_days=_days(f"ideal-{name}"), latest_days=_days(f"latest-{name}")
            )
    except OutreachError as error:
        transaction.undo()
        return _page(1, problem=language.sentence(error)), 422
    jobs.ask(session(), "recompute_values")
    flash(_("The pace is set."), "good")
    return redirect(url_for("value.index"), 303)


@pages.post("/recomputing")
@guard.needs(Role.EDITOR)
@once
def recompute() -> ResponseReturnValue:
    """Reckon again now; the timetable does it every hour."""
    jobs.ask(session(), "recompute_values")
    flash(_("The classes are being reckoned anew; look again in a moment."), "good")
    return redirect(url_for("value.index"), 303)


def _page(page: int, *, problem: str = "") -> str:
    totals = valuation.totals(session())
    points = valuation.curve(session())
    cadences = valuation.cadences(session())
    typed = request.form
    return render_template(
        "value/index.html",
        totals=totals,
        points=points,
        shares=[round(share / 100, 1) for _rank, share in points],
        classes=valuation.per_class(session()),
        customers=valuation.largest(session(), limit=_PER_PAGE, offset=_PER_PAGE * (page - 1)),
        page=page,
        has_next=totals.customers > page * _PER_PAGE,
        cadences=[
            (name, typed.get(f"ideal-{name}", one.ideal_days), typed.get(f"latest-{name}", one.latest_days))
            for name, one in cadences.items()
        ],
        problem=problem,
        words=words,
        trend_rules=value.TREND_RULES,
        money=money.shown,
    )


def _days(name: str) -> int:
    typed = request.form.get(name, "").strip()
    if not typed.isdecimal() or len(typed) > 5:
        raise Invalid(N_("“%(value)s” is not a number of days."), field=name, value=typed[:20])
    return int(typed)
