"""The letter in the queue as it is changed: words, sentences that are right, files, earlier versions, written anew.

Every button sends the whole letter along, so that nothing typed is lost; each leads back to the same letter.
"""

from __future__ import annotations

from flask import flash, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from outreach import clock
from outreach.drafts import queue as letters
from outreach.drafts import store
from outreach.errors import Conflict
from outreach.web import guard, queue_page, transaction
from outreach.web.queue import bp
from outreach.web.queue_page import MEGABYTES
from outreach.web.transaction import house, session


@bp.post("/<int:draft_id>/text")
@guard.takes_files(megabytes=MEGABYTES)
def save(draft_id: int) -> ResponseReturnValue:
    """Keep what was typed."""
    if (answer := queue_page.keep(draft_id)) is not None:
        return answer
    if request.headers.get("HX-Request"):
        return "", 204
    flash(_("Saved."), "good")
    return _back(draft_id)


@bp.post("/<int:draft_id>/sentences")
@guard.takes_files(megabytes=MEGABYTES)
def confirm_sentence(draft_id: int) -> ResponseReturnValue:
    """That is right: a sentence without a source may stay as it is."""
    if (answer := queue_page.keep(draft_id)) is not None:
        return answer
    store.confirm_sentence(session(), draft_id, request.form.get("key", ""))
    return _back(draft_id, "letter")


@bp.post("/<int:draft_id>/rewriting")
@guard.takes_files(megabytes=MEGABYTES)
def write_anew(draft_id: int) -> ResponseReturnValue:
    """From the card as it is now; what stood there is an earlier version."""
    if (answer := queue_page.keep(draft_id)) is not None:
        return answer
    try:
        store.propose_again(session(), draft_id, now=clock.now(), zone=house().settings.timezone)
    except Conflict:
        transaction.undo()
        return queue_page.settled_before(store.get(session(), draft_id))
    flash(_("Written anew. What stood here is kept under earlier versions."), "good")
    return _back(draft_id)


@bp.post("/<int:draft_id>/versions/<int:number>")
@guard.takes_files(megabytes=MEGABYTES)
def restore(draft_id: int, number: int) -> ResponseReturnValue:
    """An earlier version again, as the newest one."""
    if (answer := queue_page.keep(draft_id)) is not None:
        return answer
    before, draft = letters.version(session(), draft_id, number), store.get(session(), draft_id)
    store.save(
        session(), draft_id, version=draft.version, subject=before.subject, text=before.text,
        user_id=guard.user().id, now=clock.now(),
    )  # fmt: skip
    flash(_("The earlier version stands here again."), "good")
    return _back(draft_id)


@bp.post("/<int:draft_id>/files")
@guard.takes_files(megabytes=MEGABYTES)
def attach(draft_id: int) -> ResponseReturnValue:
    """One more file with the letter."""
    has_file = queue_page.brings_a_file()
    if (answer := queue_page.keep(draft_id)) is not None:
        return answer
    if not has_file:
        flash(_("Choose a file first."), "warning")
    return _back(draft_id, "files")


@bp.get("/<int:draft_id>/files/<int:file_id>")
def file(draft_id: int, file_id: int) -> ResponseReturnValue:
    """An attachment as it goes out, to be saved and looked at."""
    found = letters.file(session(), draft_id, file_id)
    answer = make_response(found.content)
    answer.headers["Content-Type"] = "application/octet-stream"
    answer.headers.set("Content-Disposition", "attachment", filename=found.filename)
    return answer


@bp.post("/<int:draft_id>/files/<int:file_id>/removal")
@guard.takes_files(megabytes=MEGABYTES)
def detach(draft_id: int, file_id: int) -> ResponseReturnValue:
    """Without this file."""
    if (answer := queue_page.keep(draft_id)) is not None:
        return answer
    store.detach(session(), draft_id, file_id)
    return _back(draft_id, "files")


def _back(draft_id: int, anchor: str | None = None) -> ResponseReturnValue:
    return redirect(url_for("queue.show", draft_id=draft_id, _anchor=anchor), 303)
