"""Segments: a filter built row by row, with a live count, the people it means, and why somebody is in or not."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from campaigns import newsletters
from campaigns.segments import builder, explain, store
from campaigns.segments.compile import contact_ids
from campaigns.web import choices
from outreach import clock, contacts
from outreach.errors import OutreachError
from outreach.exports import store as exported
from outreach.users import Role
from outreach.web import exports, forms, guard, lists
from outreach.web.form_key import once
from outreach.web.language import sentence
from outreach.web.transaction import house, session, undo

pages = Blueprint("segments", __name__, url_prefix="/segments")


@pages.app_context_processor
def _words() -> dict[str, Any]:
    return {"told": told}


def told(line: explain.Said) -> str:
    """A line about a filter in the language of the page."""
    return line.said(lambda text: str(_(text)))


@pages.get("/")
def index() -> ResponseReturnValue:
    """All segments."""
    wanted = lists.wanted(sorts=("name", "created", "updated"), default="name")
    return render_template("segments/index.html", wanted=wanted, found=store.list_page(session(), **wanted.args))


@pages.get("/new")
def new() -> ResponseReturnValue:
    """An empty filter with one condition to begin with."""
    catalogue = store.catalogue(session())
    return _page(None, "", builder.changed(builder.Group("0"), "add:0", catalogue))


@pages.post("/")
@once
def create() -> ResponseReturnValue:
    """A button of the builder, or saving it as a new segment."""
    return _take(None)


@pages.get("/<int:segment_id>")
def edit(segment_id: int) -> ResponseReturnValue:
    """The filter of a segment."""
    segment = store.get(session(), segment_id)
    return _page(segment_id, segment.name, builder.from_json(segment.filter, store.catalogue(session())))


@pages.post("/<int:segment_id>")
@once
def save(segment_id: int) -> ResponseReturnValue:
    """A button of the builder, or saving the segment."""
    return _take(segment_id)


@pages.post("/<int:segment_id>/delete")
def delete(segment_id: int) -> ResponseReturnValue:
    """Remove it; refused while a newsletter uses it."""
    try:
        store.delete(session(), segment_id)
    except OutreachError as error:
        undo()
        flash(sentence(error), "warning")
        return redirect(url_for("segments.edit", segment_id=segment_id), 303)
    flash(_("The segment is removed."), "good")
    return redirect(url_for("segments.index"), 303)


@pages.get("/<int:segment_id>/people")
def people(segment_id: int) -> ResponseReturnValue:
    """Everybody the segment means now."""
    segment = store.get(session(), segment_id)
    wanted = lists.wanted(sorts=("name", "created", "company", "stage"), default="name")
    found = store.people_page(session(), segment.filter, **wanted.args)
    return render_template("segments/people.html", segment=segment, wanted=wanted, found=found)


@pages.get("/<int:segment_id>/people/file")
@guard.needs(Role.EDITOR)
def people_file(segment_id: int) -> ResponseReturnValue:
    """The same people as a file."""
    segment = store.get(session(), segment_id)
    form, moment = request.args.get("format", "csv"), clock.now()
    among = contact_ids(session(), segment.filter, moment)
    return exports.streamed(exported.pieces(house(), form, now=moment, among=among), form)


@pages.get("/<int:segment_id>/why")
def why(segment_id: int) -> ResponseReturnValue:
    """Why is she in, or why not: line by line for one contact."""
    segment = store.get(session(), segment_id)
    searched, contact_id = request.args.get("q", "").strip()[:100], request.args.get("contact", type=int)
    answer = explain.explain(session(), segment.filter, contact_id, clock.now()) if contact_id else None
    person = contacts.person(session(), contact_id) if contact_id else None
    found = contacts.list_page(session(), search=searched, per_page=10).rows if searched else []
    return render_template(
        "segments/why.html", segment=segment, answer=answer, person=person, searched=searched, found=found
    )


def _take(segment_id: int | None) -> ResponseReturnValue:
    catalogue = store.catalogue(session())
    action = request.form.get("do", "look")  # without a button: somebody is typing, or chose another field
    name = forms.stripped(request.form.get("name"))
    tree = builder.changed(builder.from_form(request.form.to_dict(flat=False), catalogue), action, catalogue)
    if action != "save":
        return _page(segment_id, name, tree)
    try:
        if segment_id is None:
            segment_id = store.create(session(), name=name, filter=builder.to_json(tree)).id
        else:
            store.update(session(), segment_id, name=name, filter=builder.to_json(tree))
    except OutreachError as error:
        undo()
        return _page(segment_id, name, tree, refused=error), error.status
    flash(_("The segment is saved."), "good")
    return redirect(url_for("segments.edit", segment_id=segment_id), 303)


def _page(segment_id: int | None, name: str, tree: builder.Group, refused: OutreachError | None = None) -> str:
    counted = builder.finished(tree)
    given = builder.to_json(counted)
    found: dict[str, Any] = {"count": None, "people": [], "problem": "", "described": []}
    try:
        found = {"count": store.count(session(), given), "people": store.preview(session(), given), "problem": "",
                 "described": explain.describe(session(), given)}  # fmt: skip
    except OutreachError as error:
        found["problem"] = sentence(error)
    return render_template(
        "segments/build.html", segment_id=segment_id, name=name, tree=tree, given=given, waits=counted != tree, catalogue=store.catalogue(session()),
        topics=choices.lists(session())[1:], issues=[(row.id, row.name) for row in newsletters.list_page(session(), per_page=200).rows],
        name_problem=sentence(refused) if refused and refused.field == "name" else "",
        refused=sentence(refused) if refused and refused.field != "name" else "", **found,
    )  # fmt: skip
