"""Drafts the endpoint is asked to improve: outside of any transaction, and only while nobody changed them.

wanted ─ read ─ endpoint (network) ─ written when the draft is still at that version ─▶ done | failed, with a note
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from outreach import logs
from outreach.drafts import situation, writer
from outreach.drafts.compose import Composed
from outreach.drafts.rows import Draft, State
from outreach.drafts.texts import Form
from outreach.drafts.writer import Endpoint, Improved, NotImproved
from outreach.house import House

log = logs.get(__name__)
#: asked for at a time; the best first
_BLOCK = 10


def endpoint(house: House) -> Endpoint | None:
    """The endpoint the settings name; None: drafts stay as the letters make them."""
    given = house.settings
    if not given.writer_url:
        return None
    return Endpoint(given.writer_url, given.writer_key.get_secret_value(), given.writer_model, given.writer_timeout)


def improve_wanted(house: House) -> int:
    """Ask for every draft that waits for it; gives how many were improved."""
    where = endpoint(house)
    with house.database.reading() as session:
        waiting = _waiting(session)
    improved = 0
    for draft_id, version, composed, language, form in waiting:
        if where is None:
            answer: Improved | NotImproved = NotImproved("off", "")
        else:
            answer = writer.improve(where, composed, writer.allowed(composed, language=language, form=form))
        with house.database.writing() as session:
            improved += _write(session, draft_id, version, answer)
    return improved


def _waiting(session: Session) -> Sequence[tuple[int, int, Composed, str, Form]]:
    query = select(Draft).where(Draft.state == State.PROPOSED, Draft.improving == "wanted").order_by(Draft.id)
    return [
        (one.id, one.version, _composed(one), "de" if one.form.startswith("de") else "en", cast(Form, one.form))
        for one in session.scalars(query.limit(_BLOCK))
        if one.text
    ]


def _composed(draft: Draft) -> Composed:
    told = tuple(situation.proposed(draft))
    return Composed(draft.first_subject, draft.first_text, told, draft.purpose, draft.not_before)  # type: ignore[arg-type]


def _write(session: Session, draft_id: int, version: int, answer: Improved | NotImproved) -> bool:
    """The better words become the proposal; sentences nobody vouches for are marked by having no source."""
    mine = update(Draft).where(
        Draft.id == draft_id, Draft.version == version, Draft.state == State.PROPOSED, Draft.improving == "wanted"
    )
    if isinstance(answer, NotImproved):
        note = {"sentence": answer.sentence, "values": dict(answer.values)}
        session.connection().execute(mine.values(improving="failed", improving_note=note if answer.sentence else None))
        log.info("draft_not_improved", draft=draft_id, reason=answer.reason)
        return False
    made = answer.composed
    values = {
        "subject": made.subject, "first_subject": made.subject, "text": made.text, "first_text": made.text,
        "sentences": [situation.kept(one) for one in made.sentences], "version": version + 1, "improving": "done",
        "improving_note": None,
    }  # fmt: skip
    return session.connection().execute(mine.values(values)).rowcount == 1
