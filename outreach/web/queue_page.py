"""The page of one letter: what it needs beside the letter itself, and what a browser sends back of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from outreach import clock
from outreach.drafts import approve, changes, queue, store
from outreach.drafts.checks import Refusal
from outreach.drafts.queue import Batch, Leaving
from outreach.drafts.rows import Draft, State
from outreach.errors import N_, Conflict, Invalid, OutreachError
from outreach.occasions import pages
from outreach.occasions.rows import REASONS
from outreach.web import guard, occasion_words, queue_words, transaction, words
from outreach.web.language import sentence
from outreach.web.transaction import house, session

#: a letter with its attachments
MEGABYTES = 20


@dataclass(frozen=True)
class Typed:
    """A letter as its page sends it back; an empty purpose, address or sender was not asked for."""

    version: int
    seen: str
    subject: str
    text: str
    to_address: str
    sender_id: int | None
    purpose: str

    def changes_more_than_words(self, draft: Draft) -> bool:
        """Whether something is changed that changes what is added or where it goes: it has to be seen first."""
        other = [self.to_address not in ("", draft.to_address), self.purpose not in ("", draft.purpose)]
        return any(other) or self.sender_id not in (None, draft.sender_id)


def typed() -> Typed | None:
    """What the form of this request holds of the letter; None for a button outside of it."""
    given = request.form
    if "text" not in given or "version" not in given:
        return None
    return Typed(
        version=given.get("version", 0, type=int),
        seen=given.get("seen", "")[:100],
        subject=given.get("subject", ""),
        text=given["text"],
        to_address=given.get("to_address", "").strip()[:320],
        sender_id=given.get("sender_id", None, type=int),
        purpose=given.get("purpose", "")[:20],
    )


def keep(draft_id: int) -> ResponseReturnValue | None:
    """Keep what was typed, whatever button was pressed; gives the answer when that is not possible."""
    given = typed()
    if given is None:
        return None
    try:
        store.save(
            session(), draft_id, version=given.version, subject=given.subject, text=given.text,
            to_address=given.to_address or None, sender_id=given.sender_id, purpose=given.purpose or None,
            user_id=guard.user().id, now=clock.now(),
        )  # fmt: skip
        _take_file(draft_id)
    except Conflict:
        transaction.undo()
        return stale(draft_id, given)
    except OutreachError as error:
        transaction.undo()
        return show(draft_id, given=given, error=error)
    return None


def brings_a_file() -> bool:
    """Whether a file was chosen."""
    chosen = request.files.get("file")
    return chosen is not None and bool(chosen.filename)


def stale(draft_id: int, given: Typed) -> ResponseReturnValue:
    """The answer to a page that is not up to date: the letter as it is now beside what was typed."""
    draft = store.get(session(), draft_id)
    if draft.state != State.PROPOSED:
        return settled_before(draft)
    if (draft.subject, draft.text) == _clean(given) and not given.changes_more_than_words(draft):
        return redirect(url_for("queue.show", draft_id=draft_id), 303)  # the same twice
    return show(draft_id, given=given, is_stale=True)


def settled_before(draft: Draft) -> ResponseReturnValue:
    """The answer to a second click, a back button, or somebody who was faster."""
    if draft.state == State.APPROVED:
        flash(_("This letter was approved already. It goes out once, not twice."), "message")
    else:
        flash(_("This letter was settled already. Nothing was changed."), "message")
    return redirect(url_for("queue.show", draft_id=draft.id), 303)


def show(
    draft_id: int,
    *,
    given: Typed | None = None,
    is_stale: bool = False,
    reasons: Sequence[Refusal] = (),
    error: OutreachError | None = None,
) -> ResponseReturnValue:
    """The page of one letter; with what was typed, when it could not be taken as it was."""
    now, zone = clock.now(), house().settings.timezone
    draft = store.get(session(), draft_id)
    view = queue.view(session(), draft, now=now, zone=zone)
    found = batch()
    ids = [one.draft_id for one in found.lines]
    at = ids.index(draft_id) if draft_id in ids else None
    today = clock.on_wall(now, zone).date()
    page = render_template(
        "queue/show.html",
        view=view,
        draft=draft,
        batch=found,
        at=at,
        ids=ids,
        onward=onward(draft_id, found),
        fresh=fresh(found, now),
        subject=given.subject if given else draft.subject,
        text=given.text if given else draft.text,
        purpose=(given.purpose if given else "") or draft.purpose,
        to_address=(given.to_address if given else "") or draft.to_address,
        sender_id=(given.sender_id if given else None) or draft.sender_id,
        given=given,
        against=changes.difference(draft.text, given.text.replace("\r\n", "\n").strip()) if given and is_stale else [],
        is_stale=is_stale,
        refusals=list(reasons) or list(view.refusals),
        is_refused=bool(reasons),
        error=sentence(error) if error else "",
        wrong=(error.field or "") if error else "",
        versions=store.versions(session(), draft_id),
        knows=pages.card_knows(session(), [draft.contact_id], today=today).get(draft.contact_id),
        is_open=draft.state == State.PROPOSED and view.occasion.state in ("open", "held", "note", "snoozed", "unsure"),
        early=draft.not_before if draft.not_before is not None and draft.not_before > today else None,
        before=queue_words.day_before(view.occasion.happened_on, today),
        may=guard.user().may("editor"),
        **_words(),
    )
    return (page, 409 if is_stale or reasons else error.status if error else 200)


def batch() -> Batch:
    """Today's few, in the zone of whoever asks."""
    return queue.batch(session(), now=clock.now(), zone=guard.user().time_zone, user_id=guard.user().id)


def onward(draft_id: int, found: Batch) -> str:
    """Where it goes on after this letter: to the next one of the batch, or to its end."""
    ids = [one.draft_id for one in found.lines]
    at = ids.index(draft_id) if draft_id in ids else -1
    rest = [one for one in (*ids[at + 1 :], *ids[: max(at, 0)]) if one != draft_id]
    if rest:
        return url_for("queue.show", draft_id=rest[0], last=draft_id)
    return url_for("queue.index", last=draft_id)


def fresh(found: Batch, now: datetime) -> list[tuple[Leaving, int]]:
    """Letters approved within the last seconds, which one click takes back, and how many seconds are left."""
    left = [
        (one, round((one.approved_at + approve.UNDO - now).total_seconds()))
        for one in found.leaving
        if one.approved_at is not None and one.delivery_state == "ready"
    ]
    return [pair for pair in left if pair[1] > 0]


def ends(found: Batch) -> dict[str, object]:
    """What the end of the batch shows."""
    now = clock.now()
    return {"batch": found, "fresh": fresh(found, now), "may": guard.user().may("editor"), **_words()}


def moment(text: str, zone: str) -> datetime:
    """A day and time as a browser sends it, on the wall of whoever typed it. Raises Invalid."""
    try:
        return clock.at_wall(datetime.fromisoformat(text.strip()).replace(tzinfo=None), zone)
    except (ValueError, OverflowError):
        raise Invalid(N_("Choose day and time."), field="send_at") from None


def today_of(zone: str) -> date:
    """Today there."""
    return clock.on_wall(clock.now(), zone).date()


def _take_file(draft_id: int) -> None:
    chosen = request.files.get("file")
    if chosen is not None and chosen.filename:
        store.attach(
            session(), draft_id, filename=chosen.filename, media_type=chosen.mimetype or "", content=chosen.read()
        )


def _clean(given: Typed) -> tuple[str, str]:
    try:
        return store.clean_subject(given.subject), store.clean_text(given.text)
    except Invalid:
        return given.subject, given.text


def _words() -> dict[str, object]:
    return {
        "words": words,
        "occasion_words": occasion_words,
        "queue_words": queue_words,
        "reasons": REASONS,
        "undo_seconds": int(approve.UNDO.total_seconds()),
    }
