"""Imports: upload → what the columns are → progress → what came of it, with every skipped row and its reason."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, stream_with_context, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired

from outreach import lines
from outreach.consent import lists as topics
from outreach.contacts import custom
from outreach.errors import OutreachError
from outreach.imports import mapping, preview, read, store
from outreach.users import Role
from outreach.web import forms, guard, lists
from outreach.web.form_key import once
from outreach.web.language import said, sentence
from outreach.web.transaction import house, session, undo

pages = Blueprint("imports", __name__, url_prefix="/imports")

DELIMITERS = {";": _l("semicolon ;"), ",": _l("comma ,"), "\t": _l("tab"), "|": _l("bar |")}
STATES = {"uploaded": _l("not started"), "running": _l("under way"), "done": _l("done"), "failed": _l("stopped")}
_PER_PIECE = 500


class UploadForm(forms.Form):
    """A table."""

    file = FileField(
        _l("CSV file"), [FileRequired(_l("Choose a file first."))], render_kw={"accept": ".csv,.txt,.tsv,text/csv"}
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
            file = form.file.data
            made = store.begin(session(), filename=file.filename or "", stream=file.stream, user_id=guard.user().id)
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
    return render_template(
        "imports/show.html",
        reached=reached,
        states=STATES,
        wanted=wanted,
        found=found,
        rows=rows,
        topic=topic,
        problem=_(reached.problem) if reached.problem else "",
    )


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
    answer = Response(stream_with_context(_skipped(import_id)), mimetype="text/csv")
    answer.headers["Content-Disposition"] = f'attachment; filename="import-{import_id}-skipped.csv"'
    return answer


def _skipped(import_id: int) -> Iterator[str]:
    # Piece by piece, each in a transaction of its own: the request's is over when the answer begins to flow.
    yield "\ufeff" + _line([_("Line"), _("Taken in"), _("Reason"), _("The row begins")])
    number = 1
    while True:
        with house().database.reading() as own:
            found = store.skips_page(own, import_id, page=number, per_page=_PER_PIECE)
        for row in found.rows:
            taken = _("yes") if row.taken_in else _("no")
            yield _line([row.line, taken, said(row.sentence, row.values), row.excerpt])
        if number >= found.pages:
            return
        number += 1


def _line(cells: list[Any]) -> str:
    out = io.StringIO()
    # A cell that begins like a formula would be run by spreadsheets; an apostrophe keeps it text.
    csv.writer(out, delimiter=";").writerow(
        "'" + cell if isinstance(cell, str) and cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell for cell in cells
    )
    return out.getvalue()


def _mapping(import_id: int, *, problem: str = "", chosen: dict[str, str] | None = None) -> str:
    given = request.form if request.method == "POST" else request.args
    seen = preview.preview(session(), import_id, **_reading(given))
    known = custom.specs(session())
    targets = [(name, _(lines.LABELS.get(name, name))) for name in mapping.FIELDS]
    targets += [(f"custom.{key}", spec.label) for key, spec in known.items()]
    return render_template(
        "imports/mapping.html",
        seen=seen,
        targets=targets,
        new=mapping.NEW,
        problem=problem,
        given=given,
        chosen=chosen or {column.name: column.field for column in seen.columns},
        delimiters=DELIMITERS,
        charsets=read.CHARSETS,
        topics=topics.list_page(session(), per_page=500).rows,
    )


def _reading(given: Any) -> dict[str, Any]:
    """How the file is to be read, as chosen on the form; nothing chosen means as guessed."""
    header = {"yes": True, "no": False}.get(given.get("header", ""))
    charset, delimiter = given.get("charset", ""), given.get("delimiter", "")
    return {
        "charset": charset if charset in read.CHARSETS else "",
        "delimiter": delimiter if delimiter in DELIMITERS else "",
        "has_header": header,
    }
