"""What the parts of a card share: whose card it is, one set of routes for contacts and companies, forms that open in place.

card ── link "Edit" ──▶ the part's page, a form ── POST ──▶ 303 back to the card
with htmx the form stands where the part stood, and after saving only that block and the head are exchanged
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask import Response, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_timezone
from flask_babel import gettext as _

from outreach import clock, companies, contacts, sensitive
from outreach.errors import N_, NotFound
from outreach.history import store as history
from outreach.web import companies as company_pages
from outreach.web import contacts as contact_pages
from outreach.web import forms
from outreach.web.transaction import session

View = Callable[..., ResponseReturnValue]


@dataclass(frozen=True)
class Subject:
    """Whose card it is: a contact's or a company's."""

    contact_id: int | None = None
    company_id: int | None = None

    @property
    def ids(self) -> dict[str, Any]:
        """As functions of the floors below take it."""
        return {"contact_id": self.contact_id} if self.contact_id is not None else {"company_id": self.company_id}

    @property
    def name(self) -> str:
        """What the person or the company is called; raises NotFound."""
        if self.contact_id is None:
            return companies.get(session(), self.company_id or 0).name
        one = contacts.get(session(), self.contact_id)
        return contacts.display_name(one.title, one.first_name, one.last_name, one.email)

    def url(self, view: str, **more: Any) -> str:
        """The address of a view of this card."""
        return url_for(f"{'contacts' if self.contact_id is not None else 'companies'}.{view}", **self.ids, **more)

    def card(self, block: str = "") -> str:
        """The address of the card, at one of its blocks."""
        return self.url("card", **({"_anchor": block} if block else {}))

    def own(self, row: Any) -> None:
        """Refuse a row of another card; raises NotFound."""
        mine = row.contact_id == self.contact_id if self.contact_id is not None else row.company_id == self.company_id
        if not mine:
            raise NotFound(N_("There is nothing at this address."))


def both(method: str, rule: str) -> Callable[[View], View]:
    """Give cards of contacts and of companies this view; it gets a Subject first."""

    def mark(view: View) -> View:
        @functools.wraps(view)
        def of_contact(contact_id: int, **more: Any) -> ResponseReturnValue:
            return view(Subject(contact_id=contact_id), **more)

        @functools.wraps(view)
        def of_company(company_id: int, **more: Any) -> ResponseReturnValue:
            return view(Subject(company_id=company_id), **more)

        for pages, path, made in (
            (contact_pages.pages, "/<int:contact_id>", of_contact),
            (company_pages.pages, "/<int:company_id>", of_company),
        ):
            pages.add_url_rule(path + rule, view.__name__, made, methods=[method])
        return view

    return mark


def part(template: str, subject: Subject, *, id: str, block: str, form: Any = None, **more: Any) -> Response:
    """A part of a card as a form: a page of its own, or the piece `id` that htmx puts in its place.

    `block` is what is exchanged once it is saved. A form with mistakes answers 422 and stays where it stands.
    """
    is_wrong = request.method == "POST"
    shown = render_template(
        "contacts/part.html",
        part=template,
        subject=subject,
        id=id,
        block=block,
        form=form,
        in_place="HX-Request" in request.headers,
        **more,
    )
    answer = make_response(shown, 422 if is_wrong else 200)
    if is_wrong:
        answer.headers.update({"HX-Retarget": f"#{id}", "HX-Reselect": f"#{id}"})
    return answer


def back(subject: Subject, block: str) -> ResponseReturnValue:
    """To the card, where the block stands."""
    return redirect(subject.card(block), 303)


def today() -> date:
    """The reader's day."""
    return forms.local_day(clock.now())


def moment(on: date) -> datetime:
    """The moment that stands for a day: now for today, else noon where the reader is."""
    return clock.now() if on == today() else history.noon(on, str(get_timezone()))


def warned(text: str) -> Sequence[str]:
    """What is sensitive in a note and was not agreed to, in words: shown once before it is stored."""
    if request.form.get("anyway"):
        return ()
    return [_("%(kind)s (“%(words)s”)", kind=_(one.label), words=", ".join(one.words)) for one in sensitive.find(text)]
