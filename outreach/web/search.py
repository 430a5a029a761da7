"""Search over the whole customer file: people, companies, and everything noted. Also in the dialog of Ctrl-K."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from outreach import companies, contacts
from outreach import search as notes
from outreach.web import words
from outreach.web.transaction import session

pages = Blueprint("search", __name__, url_prefix="/search")
_PEOPLE, _COMPANIES, _NOTES = 6, 4, 20
_WORDS_MOST = 200


@pages.get("")
def index() -> ResponseReturnValue:
    """What has these words: people, companies, notes."""
    wanted = request.args.get("q", "").strip()[:_WORDS_MOST]
    page = min(request.args.get("page", 1, type=int), 100)
    found = None
    if wanted:
        hits = notes.find(session(), wanted, limit=_NOTES + 1, offset=_NOTES * (max(page, 1) - 1))
        found = {
            "people": contacts.list_page(session(), search=wanted, per_page=_PEOPLE) if page <= 1 else None,
            "companies": companies.list_page(session(), search=wanted, per_page=_COMPANIES) if page <= 1 else None,
            "notes": hits[:_NOTES],
            "has_more": len(hits) > _NOTES,
        }
    return render_template("search/index.html", wanted=wanted, found=found, page=max(page, 1), words=words)
