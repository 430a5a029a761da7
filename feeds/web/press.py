"""The press review of one company: what was said of it over time, and what became of it."""

from __future__ import annotations

import csv
import io

from flask import Blueprint, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_date

from feeds import press
from feeds.web import words
from outreach import clock, companies
from outreach.exports.csv import guarded
from outreach.web import lists
from outreach.web.transaction import house, session

pages = Blueprint("press", __name__)
_CSV_MOST = 2_000


@pages.get("/companies/<int:company_id>/press")
def of_company(company_id: int) -> ResponseReturnValue:
    """What was said of a company, story by story."""
    wanted = lists.wanted(sorts=("time",), default="time", filters=("show",))
    show = wanted.filter("show")
    found = press.of_company(session(), company_id, show=show, page=wanted.page)
    months = press.months(session(), company_id, now=clock.now(), zone=house().settings.timezone)
    return render_template(
        "feeds/press.html",
        company=companies.get(session(), company_id),
        wanted=wanted,
        found=found,
        show=show,
        months=months,
        labels=[format_date(month, "MMM yyyy") for month, *_rest in months],
        words=words,
        csv=url_for("press.table", company_id=company_id),
    )


@pages.get("/companies/<int:company_id>/press.csv")
def table(company_id: int) -> ResponseReturnValue:
    """The same as a file."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";")
    writer.writerow(["published_at", "headline", "source", "link", "kind", "certainty", "quote", "about"])
    for told in press.of_company(session(), company_id, show=request.args.get("show", ""), per_page=_CSV_MOST).rows:
        for one in told.reports:
            text = [guarded(value) for value in (one.title, one.source, one.link)]
            writer.writerow(
                [one.published_at.isoformat(), *text, one.kind, one.certainty, guarded(one.quote), one.relation]
            )
    answer = make_response("\ufeff" + out.getvalue())
    answer.mimetype = "text/csv"
    answer.headers["Content-Disposition"] = "attachment; filename=press.csv"
    return answer
