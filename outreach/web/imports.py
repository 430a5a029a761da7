"""Imports: upload → what the columns are → progress → what came of it, with every skipped row and its reason."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired

from outreach import lines
from outreach.clock import now
from outreach.consent import lists as topics
from outreach.contacts import custom
from outreach.errors import OutreachError
from outreach.exports import csv as safe
from outreach.house import House
from outreach.imports import files, mapping, preview, products, read, store
from outreach.imports import undo as way_back
from outreach.users import Role
from outreach.web import forms, guard, lists
from outreach.web.form_key import once
from outreach.web.language import catalogue, said, sentence
from outreach.web.transaction import house, release, session, undo

pages = Blueprint("imports", __name__, url_prefix="/imports")

DELIMITERS = {";": _l("semicolon ;"), ",": _l("comma ,"), "\t": _l("tab"), "|": _l("bar |")}
STATES = {"uploaded": _l("not started"), "running": _l("under way"), "done": _l("done"), "failed": _l("stopped")}
_PER_PIECE = 500


#: what fields are gathered under in the list of what a column becomes
GROUPS = (
    (_l("Person"), ("title", "first_name", "last_name", "full_name", "salutation", "address_form", "company", "role",
                    "birthday", "dates", "language", "stage", "tags", "note", "photo")),
    (_l("How to reach them"), ("email", "more_emails", "phone", "mobile", "fax", "more_phones", "website", "street",
                               "postcode", "city", "country", "address", "more_addresses")),
    (_l("Consent"), ("lists", "status", "requested_at", "requested_ip", "granted_at", "confirmed_ip", "unsubscribed_at",
                     "unsubscribed", "bounced_at", "bounced", "consent_source", "is_active", "double_opt_in")),
)  # fmt: skip
#: names of tables in the list of what an undo left
KEPT = {
    "contacts": _l("Contact"), "companies": _l("Company"), "contact_channels": _l("Addresses and numbers"),
    "postal_addresses": _l("Postal address"), "contact_tags": _l("Tags"), "special_days": _l("Dates"),
    "touchpoints": _l("History"), "subscriptions": _l("Topics"), "consents": _l("Consent"),
    "consent_events": _l("Consent"),
}  # fmt: skip


class UploadForm(forms.Form):
    """A table, an address book or an export."""

    file = FileField(
        _l("File"),
        [FileRequired(_l("Choose a file first."))],
        render_kw={"accept": ".csv,.txt,.tsv,.xlsx,.vcf,.json,.zip,text/csv,text/vcard"},
    )


@pages.get("")
def index() -> ResponseReturnValue:
    """Imports so far."""
    wanted = lists.wanted(sorts=("created",), default="created", direction="desc")
    found = store.list_page(session(), page=wanted.page, per_page=wanted.per_page)
    return render_template("imports/list.html", wanted=wanted, found=found, states=STATES)


@pages.get("/new")
@guard.needs(Role.EDITOR)
def new() -> ResponseReturnValue:
    """Choose a file."""
    return render_template("imports/new.html", form=UploadForm())


@pages.post("")
@guard.takes_files(megabytes=store.BYTES_MOST // 1024 // 1024 + 1)
@once
def upload() -> ResponseReturnValue:
    """Keep the file; nothing is taken in yet."""
    form = UploadForm()
    if form.validate_on_submit():
        with form.mending():
            file, user_id = form.file.data, guard.user().id
            release()  # taking a workbook apart takes a while, and others want to write meanwhile
            with files.prepare(file.stream) as prepared:
                made = store.begin(session(), filename=file.filename or "", stream=prepared, user_id=user_id)
            return redirect(url_for("imports.show", import_id=made.id), 303)
    return render_template("imports/new.html", form=form), 422


@pages.get("/<int:import_id>")
def show(import_id: int) -> ResponseReturnValue:
    """Where this import stands: columns to be named, under way, or done."""
    reached = store.progress(session(), import_id)
    if reached.state == "uploaded":
        return _mapping(import_id)
    wanted = lists.wanted(sorts=("line",), default="line")
    found = store.skips_page(session(), import_id, page=wanted.page, per_page=wanted.per_page)
    topic = topics.get(session(), reached.list_id) if reached.list_id else None
    rows = [(row, said(row.sentence, row.values)) for row in found.rows]
    left = way_back.kept_page(session(), import_id, per_page=200) if reached.undo_state else None
    return render_template(
        "imports/show.html",
        reached=reached,
        states=STATES,
        wanted=wanted,
        found=found,
        rows=rows,
        topic=topic,
        problem=_(reached.problem) if reached.problem else "",
        program=products.BY_KEY.get(reached.product),
        can_undo=reached.state in ("done", "failed") and not reached.undo_state and reached.undo_until > now(),
        left=[(one, _(one.sentence)) for one in left.rows] if left else [],
        left_total=left.total if left else 0,
        tables=KEPT,
    )


@pages.post("/<int:import_id>/undo")
@once
def take_back(import_id: int) -> ResponseReturnValue:
    """Take everything back that this import did."""
    way_back.ask_for(session(), import_id)
    flash(_("The import is being undone."), "good")
    return redirect(url_for("imports.show", import_id=import_id), 303)


@pages.post("/<int:import_id>")
@once
def begin(import_id: int) -> ResponseReturnValue:
    """Let it run, with the columns as named on the form."""
    seen = preview.preview(session(), import_id, **_reading(request.form))
    chosen = {column.name: request.form.get(f"column-{number}", "") for number, column in enumerate(seen.columns)}
    list_id = request.form.get("list_id", type=int)
    try:
        store.start(
            session(),
            import_id,
            mapping=chosen,
            list_id=list_id,
            more_list_ids=request.form.getlist("more_list_ids", type=int) if list_id else (),
            **_reading(request.form),
            consent_proof=request.form.get("consent_proof", ""),
        )
    except OutreachError as error:
        undo()
        return _mapping(import_id, problem=sentence(error), chosen=chosen), error.status
    return redirect(url_for("imports.show", import_id=import_id), 303)


@pages.post("/<int:import_id>/removal")
def forget(import_id: int) -> ResponseReturnValue:
    """Drop an upload that was not started."""
    store.forget(session(), import_id)
    flash(_("The uploaded file is gone; nothing was taken in."), "good")
    return redirect(url_for("imports.index"), 303)


@pages.get("/<int:import_id>/skipped.csv")
def skipped(import_id: int) -> ResponseReturnValue:
    """Every row that was not taken in or lost something, with the reason."""
    store.progress(session(), import_id)
    answer = Response(_skipped(house(), import_id, catalogue(str(get_locale().language)).gettext), mimetype="text/csv")
    answer.headers["Content-Disposition"] = f'attachment; filename="import-{import_id}-skipped.csv"'
    return answer


def _skipped(house: House, import_id: int, _: Callable[[str], str]) -> Iterator[str]:
    # Piece by piece, each in a transaction of its own: the request is over when the answer begins to flow.
    yield "\ufeff" + safe.line([_("Line"), _("Taken in"), _("Reason"), _("The row begins")])
    number = 1
    while True:
        with house.database.reading() as own:
            found = store.skips_page(own, import_id, page=number, per_page=_PER_PIECE)
        for row in found.rows:
            taken = _("yes") if row.taken_in else _("no")
            yield safe.line([str(row.line), taken, said(row.sentence, row.values, _), row.excerpt])
        if number >= found.pages:
            return
        number += 1


def _mapping(import_id: int, *, problem: str = "", chosen: dict[str, str] | None = None) -> str:
    given = request.form if request.method == "POST" else request.args
    reading = _reading(given)
    seen = preview.preview(session(), import_id, **reading)
    asked = {column.name: given.get(f"column-{number}") for number, column in enumerate(seen.columns)}
    if chosen is None:
        chosen = {column.name: asked[column.name] or "" for column in seen.columns} if any(v is not None for v in asked.values()) else {column.name: column.field for column in seen.columns}  # fmt: skip
    looks, doubt = [], ""
    if not problem:
        try:
            looks = preview.look(session(), import_id, mapping=chosen, **reading)
        except OutreachError as error:
            doubt = sentence(error)
    return render_template(
        "imports/mapping.html",
        seen=seen,
        groups=_groups(),
        new=mapping.NEW,
        problem=problem,
        doubt=doubt,
        given=given,
        chosen=chosen,
        looks=[(one, said(one.sentence, one.values or {}) if one.sentence else "") for one in looks],
        word=_field_word,
        program=products.BY_KEY.get(seen.product),
        delimiters=DELIMITERS,
        charsets=read.CHARSETS,
        topics=topics.list_page(session(), per_page=500).rows,
    )


def _groups() -> list[tuple[str, list[tuple[str, str]]]]:
    """What a column may become, in groups."""
    found = [(str(group), [(name, _field_word(name)) for name in names]) for group, names in GROUPS]
    own = [(f"custom.{key}", spec.label) for key, spec in custom.specs(session()).items()]
    found.append((_("More"), [*own, ("attributes", _field_word("attributes"))]))
    return found


def _field_word(name: str) -> str:
    return str(_(lines.LABELS.get(name) or mapping.LABELS.get(name) or name))


def _reading(given: Any) -> dict[str, Any]:
    """How the file is to be read, as chosen on the form; nothing chosen means as guessed."""
    header = {"yes": True, "no": False}.get(given.get("header", ""))
    charset, delimiter = given.get("charset", ""), given.get("delimiter", "")
    return {
        "charset": charset if charset in read.CHARSETS else "",
        "delimiter": delimiter if delimiter in DELIMITERS else "",
        "sheet": given.get("sheet", "")[:100],
        "has_header": header,
    }
