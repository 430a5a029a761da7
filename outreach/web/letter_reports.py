"""The response report: what became of suggested letters, what came back, and what may be concluded from it."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import date

from flask import Blueprint, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_date, ngettext
from flask_babel import gettext as _

from outreach import clock
from outreach.errors import N_, NotFound
from outreach.exports.csv import guarded
from outreach.reports import responses
from outreach.reports.responses import Report, Row
from outreach.reports.statistics import LEAST, Claim
from outreach.web import occasion_words
from outreach.web.transaction import session

bp = Blueprint("letter_reports", __name__, url_prefix="/reports/letters")
#: kinds with at least so many letters are drawn
_DRAWN_LEAST = 1
WAYS = {"phone": N_("called instead"), "letter": N_("written by post"), "noted": N_("only noted")}
ANSWERS = {
    "positive": N_("positive"), "question": N_("a question"), "later": N_("later"), "negative": N_("negative"),
    "": N_("neither"),
}  # fmt: skip
_HOURS_OF_DAY = 24


@bp.get("/")
def index() -> ResponseReturnValue:
    """The report of the chosen span."""
    span, found = _report()
    drawn = [one for one in found.kinds if one.sent >= _DRAWN_LEAST]
    return render_template(
        "letter_reports/index.html",
        found=found,
        span=span,
        spans=[(url_for("letter_reports.index", span=one), _span_words(one), one == span) for one in responses.SPANS],
        headline=headline(found),
        worked=what_worked(found),
        kind=occasion_words.kind,
        month=month_words,
        source=lambda key: str(occasion_words.SOURCES.get(key, key)),
        hours=hours_words,
        reasons=[(str(occasion_words.DECISIONS.get(code, code)), n) for code, n in _most(found.totals.dismissed)],
        ways=[(_(WAYS[code]), n) for code, n in _most(found.totals.otherwise) if code in WAYS],
        answers=[(_(ANSWERS[code]), n) for code, n in _most(found.totals.answers)],
        drawn=drawn,
        kind_labels=[occasion_words.kind(one.key) for one in drawn],
        month_labels=[month_words(one.key) for one in found.months],
        least=LEAST,
    )


@bp.get("/<table>.csv")
def download(table: str) -> ResponseReturnValue:
    """One table as a file."""
    if table not in responses.TABLES:
        raise NotFound(N_("There is nothing at this address."))
    _span, found = _report()
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";")
    writer.writerows(_newsletter_lines(found) if table == "newsletters" else _lines(found, table))
    answer = make_response("\ufeff" + out.getvalue())
    answer.mimetype = "text/csv"
    answer.headers["Content-Disposition"] = f"attachment; filename=letters-{table}.csv"
    return answer


def headline(found: Report) -> str:
    """The report in a sentence."""
    now, before = found.totals, found.before
    if not now.sent:
        return str(_("No letter went out in this time."))
    said = ngettext(
        "%(num)s letter went out, %(answered)s of them answered", "%(num)s letters went out, %(answered)s of them answered",
        now.sent, answered=now.answered.hits,
    )  # fmt: skip
    if not before.sent:
        return f"{said}."
    was = ngettext("%(num)s letter", "%(num)s letters", before.sent)
    usual = _("in the time before %(letters)s, %(answered)s answered", letters=was, answered=before.answered.hits)
    return f"{said}; {usual}."


def what_worked(found: Report) -> list[str]:
    """Sentences that hold, or the one that says why there is none."""
    if found.findings.claims:
        return [_claim(one) for one in found.findings.claims]
    if not found.findings.compared:
        sent = found.findings.letters
        return [
            str(_(
                "Not enough letters yet to say what works: %(sent)s, and a comparison needs %(least)s of a kind and as many others.",
                sent=sent, least=LEAST,
            ))
        ]  # fmt: skip
    return [str(_("No kind of letter is answered more or less often than the others by more than chance explains."))]


def month_words(key: str) -> str:
    """ "2026-05" as a month."""
    return str(format_date(date.fromisoformat(f"{key}-01"), "MMM y"))


def hours_words(hours: float | None) -> str:
    """How long an answer took: hours within two days, then days."""
    if hours is None:
        return "–"
    if hours < 2 * _HOURS_OF_DAY:
        return str(ngettext("%(num)s hour", "%(num)s hours", max(1, round(hours))))
    return str(ngettext("%(num)s day", "%(num)s days", round(hours / _HOURS_OF_DAY)))


def _claim(one: Claim) -> str:
    values = {
        "kind": occasion_words.kind(one.group), "hits": one.own.hits, "of": one.own.of, "other_hits": one.others.hits,
        "others": one.others.of,
    }  # fmt: skip
    if one.more:
        return str(_("Letters about “%(kind)s” were answered more often (%(hits)s of %(of)s) than the others (%(other_hits)s of %(others)s).", **values))  # fmt: skip
    return str(_("Letters about “%(kind)s” were answered less often (%(hits)s of %(of)s) than the others (%(other_hits)s of %(others)s).", **values))  # fmt: skip


def _report() -> tuple[str, Report]:
    span = request.args.get("span", "90")
    span = span if span in responses.SPANS else "90"
    return span, responses.report(session(), days=responses.SPANS[span], now=clock.now())


def _span_words(span: str) -> str:
    days = responses.SPANS[span]
    return str(_("Everything") if days is None else ngettext("%(num)s day", "%(num)s days", days))


def _most(counted: Mapping[str, int]) -> list[tuple[str, int]]:
    return sorted(counted.items(), key=lambda one: (-one[1], one[0]))


def _lines(found: Report, table: str) -> Sequence[Sequence[object]]:
    rows: dict[str, Sequence[Row]] = {
        "kinds": found.kinds, "sources": found.sources, "customers": found.customers, "months": found.months,
    }  # fmt: skip
    head = ["what", "suggested", "dismissed", "sent", "answered", "answered_low", "answered_high", "bounced",
            "own_words_percent", "orders_after", "amount_after"]  # fmt: skip
    return [
        head,
        *(
            [guarded(one.label if table == "customers" else one.key), one.suggested, one.dismissed, one.sent,
             one.answered.hits, f"{one.answered.low:.3f}", f"{one.answered.high:.3f}", one.bounced,
             "" if one.own_share is None else round(one.own_share), one.orders, f"{one.amount / 100:.2f}"]
            for one in rows[table]
        ),
    ]  # fmt: skip


def _newsletter_lines(found: Report) -> Sequence[Sequence[object]]:
    head = ["month", "sent", "measurable", "opened", "clicked", "answered", "unsubscribed", "bounced"]
    rows = [
        [
            f"{one.month:%Y-%m}",
            one.sent,
            one.measurable,
            one.opened,
            one.clicked,
            one.answered,
            one.unsubscribed,
            one.bounced,
        ]
        for one in found.newsletters
    ]
    return [head, *rows]
