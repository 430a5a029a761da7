"""Reports: the one sentence first, then pictures, then tables; every figure leads to the people behind it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, make_response, render_template
from flask.typing import ResponseReturnValue
from flask_babel import format_date, format_datetime, to_user_timezone
from flask_babel import gettext as _

from campaigns import newsletters, reports
from outreach.web import lists
from outreach.web.transaction import session

pages = Blueprint("reports", __name__, url_prefix="/reports")
_HOURS_SHOWN = 48


@pages.get("/")
def index() -> ResponseReturnValue:
    """Every newsletter that went out, with its main figures."""
    wanted = lists.wanted(sorts=("name", "started", "sent"), default="started", direction="desc")
    return render_template("reports/index.html", wanted=wanted, found=reports.list_page(session(), **wanted.args))


@pages.get("/<int:campaign_id>")
def show(campaign_id: int) -> ResponseReturnValue:
    """The report of one newsletter."""
    found = reports.report(session(), campaign_id)
    return render_template("reports/show.html", report=found, headline=headline(found), timeline=timeline(found.hours))


@pages.get("/<int:campaign_id>/people/<figure>")
def people(campaign_id: int, figure: str) -> ResponseReturnValue:
    """The people behind a figure."""
    wanted = lists.wanted(sorts=("name", "address", "sent", "opened", "state"), default="name")
    campaign = newsletters.get(session(), campaign_id)
    found = reports.people(session(), campaign_id, figure, **wanted.args)
    words = _("Followed a link") if figure.startswith("link-") else _(reports.FIGURES[figure])
    return render_template("reports/people.html", campaign=campaign, wanted=wanted, found=found, words=words)


@pages.get("/<int:campaign_id>/<table>.csv")
def table(campaign_id: int, table: str) -> ResponseReturnValue:
    """The numbers behind a picture."""
    answer = make_response(reports.as_csv(reports.report(session(), campaign_id), table=table))
    answer.headers["Content-Type"] = "text/csv; charset=utf-8"
    answer.headers["Content-Disposition"] = f'attachment; filename="newsletter-{campaign_id}-{table}.csv"'
    return answer


@dataclass(frozen=True)
class Span:
    """One bar of the picture: an hour, or a day when there are many hours."""

    label: str
    opens: int
    machine_opens: int
    clicks: int


def timeline(hours: Sequence[reports.Hour]) -> list[Span]:
    """The hours as bars in the reader's zone; after two days, days."""
    by_day = len(hours) > _HOURS_SHOWN
    spans: dict[str, list[reports.Hour]] = {}
    for hour in hours:
        local = to_user_timezone(hour.at)
        spans.setdefault(
            format_date(local, "EEE d. MMM") if by_day else format_datetime(hour.at, "EEE HH:mm"), []
        ).append(hour)
    return [
        Span(
            label,
            sum(one.opens for one in some),
            sum(one.machine_opens for one in some),
            sum(one.clicks for one in some),
        )
        for label, some in spans.items()
    ]


def headline(found: reports.Report) -> str:
    """The report in a sentence."""
    if not found.counts["sent"]:
        return str(_("Nothing has gone out yet."))
    rate = found.open_rate
    if rate is None:
        return str(
            _(
                "It went to %(sent)s people. None of them agreed to being measured, so nobody can say who read it.",
                sent=found.counts["sent"],
            )
        )
    share, usual = round(100 * rate), found.usual_open_rate
    if usual is None:
        return str(
            _(
                "%(opened)s of the %(measurable)s people who can be measured opened it (%(share)s %%).",
                opened=found.opens["person"],
                measurable=found.counts["measurable"],
                share=share,
            )
        )
    if abs(rate - usual) < 0.03:
        return str(
            _("It was opened about as often as usual: by %(share)s %% of those who can be measured.", share=share)
        )
    if rate > usual:
        return str(
            _(
                "It was opened more often than usual: by %(share)s %% of those who can be measured, usually %(usual)s %%.",
                share=share,
                usual=round(100 * usual),
            )
        )
    return str(
        _(
            "It was opened less often than usual: by %(share)s %% of those who can be measured, usually %(usual)s %%.",
            share=share,
            usual=round(100 * usual),
        )
    )
