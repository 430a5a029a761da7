"""The history of a card: who changed what and when, and the way back; and "Undo" beside the message after a change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_date, format_datetime, format_decimal, ngettext
from flask_babel import gettext as _

from outreach import cards, clock, companies, contacts, journal
from outreach.cards import Names
from outreach.contacts import custom
from outreach.journal import ChangeLine, SetLine
from outreach.web import change_words, guard, money
from outreach.web.transaction import house, session

pages = Blueprint("changes", __name__)
#: what stands in every row and tells nobody anything
DULL = frozenset({"id", "created_at", "updated_at", "email_key", "address_hash", "key", "name_key", "contact_id", "step",
                   "photo_id", "created_by_id", "touchpoint_id", "origin_id", "fact_id", "special_offer_id", "done_by_id",
                   "stage_by_hand", "decided_by", "created_by", "lifted_by"})  # fmt: skip
_LONGEST = 120


@dataclass(frozen=True)
class Differs:
    """One field of a changed row: what it was and what it became, in words; empty for nothing."""

    label: str
    before: str
    after: str


@dataclass(frozen=True)
class Changed:
    """One changed row in words."""

    #: made, changed, removed
    how: str
    what: str
    fields: Sequence[Differs]


def flash_undo(text: str) -> None:
    """Say what was done, with a button that takes it back; an ordinary message when nothing was changed."""
    set_id = journal.last_set(session())
    flash(text, f"undo:{set_id}" if set_id is not None else "good")


@pages.post("/changes/<int:set_id>/undo")
def undo(set_id: int) -> ResponseReturnValue:
    """Take a change back, and say what had to stay and why."""
    done = cards.undo(session(), house(), set_id, now=clock.now())
    if done.restored or not done.kept:
        flash(_("Taken back."), "good")
    for sentence, count in _counted(done.kept).items():
        what = ngettext("%(num)s thing stayed.", "%(num)s things stayed.", count)
        flash(f"{what} {_(sentence)}", "warning")
    return redirect(_place(*cards.subject(session(), set_id)), 303)


@pages.get("/contacts/<int:contact_id>/changes")
def of_contact(contact_id: int) -> ResponseReturnValue:
    """What was changed on the card of a person."""
    person = contacts.person(session(), contact_id)
    if person.merged_into_id is not None:
        return redirect(url_for("changes.of_contact", contact_id=person.merged_into_id), 303)
    return _page(person.name, url_for("contacts.card", contact_id=contact_id), contact_id=contact_id)


@pages.get("/companies/<int:company_id>/changes")
def of_company(company_id: int) -> ResponseReturnValue:
    """What was changed on the card of a company."""
    name = companies.get(session(), company_id).name
    return _page(name, url_for("companies.card", company_id=company_id), company_id=company_id)


def _page(name: str, card: str, **whose: int) -> ResponseReturnValue:
    page = max(1, request.args.get("page", 1, type=int))
    found = journal.history(session(), **whose, page=min(page, 100_000))
    names = cards.named(session(), found.rows)
    labels = {f"custom.{key}": spec.label for key, spec in custom.specs(session()).items()}
    return render_template(
        "changes/list.html",
        name=name,
        card=card,
        found=found,
        kinds=change_words.KINDS,
        sets=[(one, *_in_words(one, names, labels)) for one in found.rows],
        may_undo=lambda one: (
            one.undone_at is None and one.kind not in cards.NOT_FROM_HERE and guard.user().may("editor")
        ),
    )


MOST_LINES = 12


def _in_words(one: SetLine, names: Names, labels: dict[str, str]) -> tuple[list[Changed], int]:
    """The rows of a change set in words, and how many more there are."""
    return [_changed(line, names, labels) for line in one.changes[:MOST_LINES]], max(0, len(one.changes) - MOST_LINES)


def _changed(line: ChangeLine, names: Names, labels: dict[str, str]) -> Changed:
    how = "made" if line.before is None else "removed" if line.after is None else "changed"
    before, after = dict(line.before or {}), dict(line.after or {})
    for row in (before, after):
        for key, value in (row.pop("custom", None) or {}).items():
            row[f"custom.{key}"] = value
    fields = []
    for column in {**before, **after}:
        was, now = (_value(line.table, column, row.get(column), names) for row in (before, after))
        if column not in DULL and was != now:
            label = labels.get(column) or str(change_words.FIELDS.get(column, column.removeprefix("custom.")))
            fields.append(Differs(label, was, now))
    return Changed(how, str(change_words.TABLES.get(line.table, line.table)), fields)


def _value(table: str, column: str, value: Any, names: Names) -> str:
    if value is None or value == "" or value == []:
        return ""
    known = change_words.VALUES.get((table, column)) or change_words.VALUES.get(("", column))
    if known is not None and value in known:
        return str(known[value])
    if (name := names.of(column, value)) is not None:
        return name
    if isinstance(value, bool):
        return str(_("Yes") if value else _("No"))
    if column == "amount" and isinstance(value, int):
        return money.shown(value)
    if isinstance(value, int | float):
        return str(value) if column == "year" else str(format_decimal(value))
    if isinstance(value, list):
        return ", ".join(map(str, value))[:_LONGEST]
    return _dated(column, str(value))


def _dated(column: str, value: str) -> str:
    try:
        if column.endswith("_at") or column == "at":
            return str(format_datetime(datetime.fromisoformat(value), "medium"))
        if column.endswith(("_on", "_until", "_since")):
            return str(format_date(date.fromisoformat(value), "medium"))
    except ValueError:
        pass  # words that look like a day by their column only
    return value if len(value) <= _LONGEST else value[: _LONGEST - 1] + "…"


def _counted(kept: Sequence[journal.Kept]) -> dict[str, int]:
    found: dict[str, int] = {}
    for one in kept:
        found[one.sentence] = found.get(one.sentence, 0) + 1
    return found


def _place(contact_id: int | None, company_id: int | None) -> str:
    """Where the button was pressed, unless what stood there is gone by now; else the card that was changed."""
    if contact_id is None and company_id is None:
        return url_for("contacts.index")
    if request.form.get("next", "").startswith("/"):
        return guard.safe_next(request.form["next"])
    if contact_id is not None:
        return url_for("contacts.card", contact_id=contact_id)
    return url_for("companies.card", company_id=company_id)
