"""Lists of feeds in and out (OPML). Further pages of `feeds`."""

from __future__ import annotations

from flask import flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from feeds.sources import lists as opml_lists
from feeds.web import words
from feeds.web.sources import pages
from outreach import clock, organisation
from outreach.errors import OutreachError
from outreach.users import Role
from outreach.web import guard, language
from outreach.web.form_key import once
from outreach.web.transaction import session


@pages.get("/lists")
def opml() -> ResponseReturnValue:
    """Bring a list, or take one."""
    return render_template("feeds/opml.html", recent=opml_lists.recent(session()), error="")


@pages.post("/lists")
@guard.takes_files(megabytes=6)
@once
def take_list() -> ResponseReturnValue:
    """Read a list in, in the background."""
    file = request.files.get("file")
    try:
        made = opml_lists.begin(
            session(), file.stream.read() if file is not None else b"", name=(file.filename or "") if file else "",
            user_id=guard.user().id, now=clock.now(),
        )  # fmt: skip
    except OutreachError as error:
        return render_template(
            "feeds/opml.html", recent=opml_lists.recent(session()), error=language.said(error.sentence, error.values)
        ), error.status
    flash(_("The list is being read."), "good")
    return redirect(url_for("feeds.list_report", import_id=made.id), 303)


@pages.get("/lists/<int:import_id>")
def list_report(import_id: int) -> ResponseReturnValue:
    """How far it is, and what came of each line."""
    found = opml_lists.get(session(), import_id)
    return render_template(
        "feeds/opml_report.html", found=found, lines=opml_lists.report(found), words=words, said=language.said
    )


@pages.get("/sources.opml")
@guard.needs(Role.EDITOR)
def export() -> ResponseReturnValue:
    """All sources as a list other readers understand."""
    own = organisation.get(session())
    answer = make_response(opml_lists.export(session(), title=own.name or "Outreach", now=clock.now()))
    answer.mimetype = "text/x-opml"
    answer.headers["Content-Disposition"] = "attachment; filename=sources.opml"
    return answer
