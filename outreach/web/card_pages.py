"""The card of a contact and of a company: the page a person likes to open. Its parts are changed in the modules beside."""

from __future__ import annotations

from typing import Any

from flask import make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from outreach import cards, clock, contacts, lines, users
from outreach.consent import lists as topics
from outreach.contacts import custom, photos
from outreach.history import timeline
from outreach.occasions import pages as pages_of_occasions
from outreach.reports import bond as bonds
from outreach.web import companies as company_pages
from outreach.web import lists, occasion_words, words
from outreach.web.card_subject import Subject, today
from outreach.web.contacts import pages
from outreach.web.transaction import session


@pages.get("/<int:contact_id>")
def card(contact_id: int) -> ResponseReturnValue:
    """Everything known of one person; of one that was merged, the card it became."""
    found = cards.get(session(), contact_id, today=today(), now=clock.now(), kinds=_kinds())
    if isinstance(found, cards.Moved):
        return redirect(url_for("contacts.card", contact_id=found.contact_id), 303)  # undoing the merge brings it back
    owner = users.get(session(), found.person.owner_id).name if found.person.owner_id is not None else ""
    return render_template(
        "contacts/card.html",
        card=found,
        person=found.person,
        subject=Subject(contact_id=contact_id),
        owner=owner,
        specs=custom.specs(session()),
        topics=topics.list_page(session(), per_page=1).total,
        labels=lines.LABELS,
        bond=bonds.bond(session(), contact_id, now=clock.now()),
        standing=pages_of_occasions.standing(
            session(), contact_id=contact_id, company_id=found.person.company_id, today=today()
        ),
        **_common(),
    )


@company_pages.pages.get("/<int:company_id>", endpoint="card")
def company_card(company_id: int) -> ResponseReturnValue:
    """One company: its people, what they and it bought, the timeline of everybody."""
    found = cards.company(session(), company_id, today=today(), now=clock.now(), kinds=_kinds())
    wanted = lists.wanted(sorts=("name", "stage", "value", "created"), default="name")
    people = contacts.list_page(session(), **wanted.args, company_id=company_id)
    return render_template(
        "companies/card.html",
        card=found,
        company=found.company,
        subject=Subject(company_id=company_id),
        wanted=wanted,
        found=people,
        standing=pages_of_occasions.standing(session(), company_id=company_id, today=today()),
        **_common(),
    )


@pages.get("/<int:contact_id>/photo")
def photo(contact_id: int) -> ResponseReturnValue:
    """The picture of a person. Its address changes with the picture, so a browser may keep it."""
    shown = photos.shown(session(), contact_id)
    answer = make_response(shown.content)
    answer.headers["Content-Type"] = shown.media_type
    answer.headers["Cache-Control"] = "private, max-age=604800"
    answer.headers["Content-Security-Policy"] = "default-src 'none'"
    return answer


def _kinds() -> list[str]:
    kind = request.args.get("kind", "")
    return [kind] if kind in timeline.KINDS else []


def _common() -> dict[str, Any]:
    return {"words": words, "occasion_words": occasion_words, "today": today(), "kind": next(iter(_kinds()), "")}
