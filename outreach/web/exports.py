"""Contacts as files, everything of one person in an archive, and erasure."""

from __future__ import annotations

from collections.abc import Iterable

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from outreach import contacts, erasure
from outreach.clock import now
from outreach.contacts import tags
from outreach.exports import everything, store
from outreach.lines import key
from outreach.users import Role
from outreach.web import guard, words
from outreach.web.form_key import once
from outreach.web.transaction import house, session

pages = Blueprint("exports", __name__)

FORMATS = {
    "csv": (_l("Table (CSV)"), _l("For spreadsheets and other programs; this one reads it back without a question.")),
    "vcard": (_l("Address book (vCard 4.0)"), _l("With photos, several numbers and birthdays.")),
    "vcard3": (_l("Address book (vCard 3.0)"), _l("For phones and older programs.")),
    "json": (_l("JSON"), _l("For programmers, with everything a card holds.")),
}


@pages.get("/exports")
@guard.needs(Role.EDITOR)
def index() -> ResponseReturnValue:
    """Choose whom and what."""
    stage, tag_id = _filters()
    return render_template(
        "exports/index.html",
        formats=FORMATS,
        stages=words.STAGES,
        tags=tags.list_all(session()),
        stage=stage,
        tag_id=tag_id,
        total=store.count(session(), store.chosen(stage=stage, tag_id=tag_id)),
    )


@pages.get("/exports/contacts")
@guard.needs(Role.EDITOR)
def download() -> ResponseReturnValue:
    """The file, as it is read."""
    stage, tag_id = _filters()
    form = request.args.get("format", "csv")
    pieces = store.pieces(house(), form, now=now(), among=store.chosen(stage=stage, tag_id=tag_id))
    return streamed(pieces, form)


@pages.get("/contacts/<int:contact_id>/export")
@guard.needs(Role.EDITOR)
def person(contact_id: int) -> ResponseReturnValue:
    """Everything known of one person (Art. 15 and 20 GDPR)."""
    known = everything.gather(session(), contact_id)
    answer = Response(everything.archive(known, now=now(), say=_), mimetype="application/zip")
    answer.headers["Content-Disposition"] = f'attachment; filename="{key(known.name)}.zip"'
    return answer


@pages.get("/contacts/<int:contact_id>/erasure", endpoint="erasure")
@guard.needs(Role.EDITOR)
def erase(contact_id: int) -> ResponseReturnValue:
    """What erasure means, and the word to type."""
    return _erasure_page(contact_id)


@pages.post("/contacts/<int:contact_id>/erasure")
@once
def take_erasure(contact_id: int) -> ResponseReturnValue:
    """Erase the person (Art. 17 GDPR)."""
    if request.form.get("word", "").strip() != _("erase"):
        return _erasure_page(contact_id, wrong=_("Type the word as it stands there.")), 422
    erasure.erase(session(), contact_id, now=now())
    flash(_("The person is erased. Nobody can write to their addresses any more."), "good")
    return redirect(url_for("contacts.index"), 303)


def streamed(pieces: Iterable[str], form: str) -> Response:
    """A file of contacts as an answer that flows; for other floors as well."""
    ending, kind = store.FORMATS[form]
    # Without the request: a reader who goes away before the end leaves the pieces to be closed long after it.
    answer = Response(iter(pieces), mimetype=kind)
    answer.headers["Content-Disposition"] = f'attachment; filename="contacts-{now():%Y-%m-%d}.{ending}"'
    return answer


def _erasure_page(contact_id: int, *, wrong: str = "") -> str:
    contacts.get(session(), contact_id)
    return render_template(
        "exports/erasure.html", person=contacts.person(session(), contact_id), word=_("erase"), wrong=wrong
    )


def _filters() -> tuple[str, int | None]:
    stage = request.args.get("stage", "")
    return stage if stage in words.STAGES else "", request.args.get("tag", type=int)
