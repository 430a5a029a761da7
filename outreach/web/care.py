"""Care: what waits for whom (complaints, thanks, gifts, offers), and the page of one contact. Its forms: care_person.py."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_timezone
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, TextAreaField
from wtforms.validators import Length

from outreach import clock, contacts
from outreach.care import complaints, gifts, programme, referrals, rules, special_offers
from outreach.surveys import answers
from outreach.web import forms, lists, people, words
from outreach.web.transaction import session

pages = Blueprint("care", __name__)
GIFTS_SHOWN = 20


class ComplaintForm(forms.Form):
    """What somebody complained about."""

    text = TextAreaField(_l("What is wrong?"), [Length(max=5000)], filters=[forms.stripped])
    on = forms.text(_l("Since when do you know?"), longest=20, render_kw={"type": "date"})


class IdeaForm(forms.Form):
    """What somebody might like."""

    what = forms.text(_l("Idea for a gift"), longest=300)


class GiftForm(forms.Form):
    """A gift that was given; above the tax line it has to be said that this is meant."""

    what = forms.text(_l("What was it?"), longest=300)
    amount = forms.text(_l("What did it cost?"), longest=30, render_kw={"inputmode": "decimal"})
    on = forms.text(_l("Given on"), longest=20, render_kw={"type": "date"})
    despite_line = BooleanField(_l("Note it all the same"))


class ReferralForm(people.PersonForm):
    """Whom somebody brought: a contact, or a name."""

    name = forms.text(_l("or a name"), longest=300)
    on = forms.text(_l("When?"), longest=20, render_kw={"type": "date"})


class RedeemForm(forms.Form):
    """An offer somebody uses."""

    offer = forms.select(_l("Special offer"))


@pages.get("/care")
def index() -> ResponseReturnValue:
    """Everything that waits for somebody to care."""
    is_closed = request.args.get("show") == "closed"
    wanted = lists.wanted(sorts=("due",), default="due", filters=("show",))
    found = complaints.list_page(
        session(), is_open=not is_closed, page=wanted.page, per_page=20, zone=str(get_timezone())
    )
    year = gifts.list_year(session(), on=today(), per_page=GIFTS_SHOWN)
    return render_template(
        "care/index.html",
        wanted=wanted,
        found=found,
        is_closed=is_closed,
        owed=referrals.owed(session()),
        gifts=year,
        line=rules.gift_line_cents(rules.business_year(today())[0]),
        offers=special_offers.list_page(session(), per_page=20),
        group=group,
        today=today(),
    )


@pages.get("/contacts/<int:contact_id>/care")
def of_contact(contact_id: int) -> ResponseReturnValue:
    """Complaints, gifts, recommendations, offers and the programme of one person."""
    person = contacts.person(session(), contact_id)
    if person.merged_into_id is not None:
        return redirect(url_for("care.of_contact", contact_id=person.merged_into_id), 303)
    contacts.get(session(), contact_id)
    return shown(contact_id)


def shown(contact_id: int, *, unlinked: int | None = None, **given: forms.Form) -> str:
    """The page of one person; `given` are forms with mistakes, by name; `unlinked` is a recommendation to be linked."""
    found = session()
    made: dict[str, Any] = {
        "complaint": ComplaintForm(formdata=None, prefix="complaint", on=forms.iso(today())),
        "idea": IdeaForm(formdata=None, prefix="idea"),
        "gift": GiftForm(formdata=None, prefix="gift", on=forms.iso(today())),
        "referral": ReferralForm(formdata=None, prefix="referral", on=forms.iso(today())),
        "redeem": RedeemForm(formdata=None, prefix="redeem"),
        "link": people.PersonForm(formdata=None, prefix="link"),
        **given,
    }
    fitting = special_offers.open_for(found, contact_id, today=today())
    made["redeem"].offer.choices = [(str(one.id), f"{one.name} ({one.code})") for one in fitting]
    return render_template(
        "care/person.html",
        person=contacts.person(found, contact_id),
        forms=made,
        complaints=complaints.of_contact(found, contact_id, zone=str(get_timezone())),
        gifts=gifts.of_contact(found, contact_id),
        ideas=gifts.ideas(found, contact_id, today=today())[:8],
        year=gifts.year_of(found, contact_id, on=today()),
        brought=referrals.brought(found, contact_id),
        brought_by=referrals.brought_by(found, contact_id),
        used=special_offers.used_by(found, contact_id),
        fitting=fitting,
        checklist=programme.of_contact(found, contact_id, today=today()),
        sheets=answers.of_contact(found, contact_id),
        today=today(),
        unlinked=unlinked if unlinked is not None else request.args.get("link", type=int),
    )


def group(for_whom: str) -> str:
    """Whom an offer is for, in words."""
    kind, _colon, value = for_whom.partition(":")
    if kind == "tag":
        return str(_("with the tag “%(tag)s”", tag=value))
    if kind == "stage":
        return str(words.STAGES.get(value, value))
    if kind == "class":
        return str(_("customers of class %(name)s", name=value))
    return str(_("everybody"))


def today() -> date:
    """The reader's day."""
    return forms.local_day(clock.now())
