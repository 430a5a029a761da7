"""The draft as a letter by post, as a PDF."""

from __future__ import annotations

from flask import Blueprint, make_response
from flask.typing import ResponseReturnValue

from outreach import clock
from outreach.drafts import on_paper, store
from outreach.users import Role
from outreach.web import guard
from outreach.web.transaction import house, session

bp = Blueprint("letter_pdf", __name__)


@bp.get("/queue/<int:draft_id>/letter.pdf")
@guard.needs(Role.EDITOR)
def show(draft_id: int) -> ResponseReturnValue:
    """The letter, ready to be printed."""
    draft = store.get(session(), draft_id)
    content = on_paper.pdf(session(), draft, now=clock.now(), zone=house().settings.timezone)
    answer = make_response(content)
    answer.headers["Content-Type"] = "application/pdf"
    answer.headers["Content-Disposition"] = f'inline; filename="letter-{draft_id}.pdf"'
    return answer
