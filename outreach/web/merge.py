"""Two cards that are one: find the other, compare field by field, make them one, take it back."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_date
from flask_babel import gettext as _

from outreach import clock, companies, contacts, duplicates, merge, users
from outreach.contacts import custom
from outreach.users import Role
from outreach.web import change_words, guard, words
from outreach.web.changes import flash_undo
from outreach.web.form_key import once
from outreach.web.transaction import session

pages = Blueprint("merge", __name__)
_FOUND = 12


@pages.get("/contacts/<int:one>/merge")
@guard.needs(Role.EDITOR)
def find(one: int) -> ResponseReturnValue:
    """Look for the other card of this person."""
    person = contacts.person(session(), one)
    wanted = request.args.get("q", person.last_name)[:200].strip()
    found = contacts.list_page(session(), search=wanted, per_page=_FOUND).rows if wanted else []
    lines = [
        (line.id, line.name, ", ".join(x for x in (line.email, line.company, line.city) if x))
        for line in found
        if line.id != one
    ]
    return render_template("merge/find.html", kind="contact", one=one, name=person.name, wanted=wanted, found=lines)


@pages.get("/companies/<int:one>/merge")
@guard.needs(Role.EDITOR)
def find_company(one: int) -> ResponseReturnValue:
    """Look for the other card of this company."""
    company = companies.get(session(), one)
    wanted = request.args.get("q", company.name.split()[0])[:200].strip()
    found = companies.list_page(session(), search=wanted, per_page=_FOUND).rows if wanted else []
    lines = [(line.id, line.name, line.city) for line in found if line.id != one]
    return render_template("merge/find.html", kind="company", one=one, name=company.name, wanted=wanted, found=lines)


@pages.get("/contacts/<int:one>/merge/<int:other>")
@guard.needs(Role.EDITOR)
def compare(one: int, other: int) -> ResponseReturnValue:
    """The two side by side, and what would move."""
    found = merge.compare_contacts(session(), one, other)
    return _compared(found, "contact")


@pages.post("/contacts/<int:one>/merge/<int:other>")
@once
def join(one: int, other: int) -> ResponseReturnValue:
    """Make the two one."""
    merge.contacts(session(), one, other, take=_taken(), now=clock.now())
    duplicates.merged(session(), one, other, now=clock.now())
    flash_undo(_("The two cards are one now."))
    return redirect(url_for("contacts.card", contact_id=one), 303)


@pages.get("/companies/<int:one>/merge/<int:other>")
@guard.needs(Role.EDITOR)
def compare_companies(one: int, other: int) -> ResponseReturnValue:
    """The two side by side, and what would move."""
    return _compared(merge.compare_companies(session(), one, other), "company")


@pages.post("/companies/<int:one>/merge/<int:other>")
@once
def join_companies(one: int, other: int) -> ResponseReturnValue:
    """Make the two one."""
    merge.companies(session(), one, other, take=_taken())
    flash_undo(_("The two companies are one now."))
    return redirect(url_for("companies.card", company_id=one), 303)


def _taken() -> list[str]:
    return [
        name.removeprefix("field-")
        for name, side in request.form.items()
        if name.startswith("field-") and side == "other"
    ]


def _compared(found: merge.Comparison, kind: str) -> str:
    labels: dict[str, str] = {f"custom.{key}": spec.label for key, spec in custom.specs(session()).items()}
    labels |= {"birthday": _("Birthday"), "founding": _("Founding day"), "photo_id": _("Picture")}
    rows = [
        (
            one.name,
            labels.get(one.name) or change_words.FIELDS.get(one.name, one.name),
            _shown(one.name, one.keep),
            _shown(one.name, one.other),
            one.proposed,
        )
        for one in found.fields
    ]
    moves = [(change_words.TABLES.get(name, name), count) for name, count in found.moves.items()]
    return render_template("merge/compare.html", found=found, rows=rows, moves=moves, kind=kind)


def _shown(name: str, value: Any) -> str:
    if value is None or value == "":
        return ""
    if name in ("birthday", "founding"):
        year, month, day = value
        return ".".join(str(part) for part in (day, month, year) if part)
    if name == "company_id":
        return companies.get(session(), value).name
    if name == "owner_id":
        return users.get(session(), value).name
    if name == "photo_id":
        return str(_("a picture"))
    by_key: dict[str, dict[str, Any]] = {
        "stage": words.STAGES, "salutation": words.SALUTATIONS, "address_form": words.ADDRESS_FORMS, "language": words.CONTACT_LANGUAGES,
    }  # fmt: skip
    if name in by_key:
        return str(by_key[name].get(value, value))
    shown: str = format_date(value) if isinstance(value, date) else str(value)
    return shown
