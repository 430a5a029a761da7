"""The card of a contact, and what this person agreed to: topics with their proof, measuring, never again."""

from __future__ import annotations

import json
from dataclasses import asdict

from flask import flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from outreach import cards, clock
from outreach import contacts as file
from outreach.consent import history, lists, subscriptions, suppression
from outreach.contacts import custom
from outreach.web import forms, guard, words
from outreach.web.contacts import pages
from outreach.web.form_key import once
from outreach.web.transaction import session

DECISIONS = {"yes": _l("may be measured"), "no": _l("are not measured")}


class GrantForm(forms.Form):
    """Somebody agreed to a topic otherwise than by the sign-up page."""

    list_id = forms.Select(_l("Topic"), coerce=int)
    text_shown = forms.text(_l("What the person agreed to"), longest=2000, needed=True)
    source = forms.text(_l("Where and when"), longest=500, needed=True)


class MeasureForm(forms.Form):
    """Somebody decided about being measured."""

    agreed = forms.Radio(_l("Opens and clicks of this person"), choices=list(DECISIONS.items()))
    said = forms.text(_l("Where and when the person said so"), longest=500, needed=True)


@pages.get("/<int:contact_id>")
def card(contact_id: int) -> ResponseReturnValue:
    """Everything known of one person."""
    return _card(contact_id)


@pages.post("/<int:contact_id>/subscriptions")
@once
def subscribe(contact_id: int) -> ResponseReturnValue:
    """A user states that this person agreed, and where."""
    form = _grant_form()
    if form.validate_on_submit():
        with form.mending():
            subscriptions.grant_by_hand(
                session(),
                contact_id=contact_id,
                list_id=form.list_id.data,
                now=clock.now(),
                text_shown=form.text_shown.data,
                source=_signed(form.source.data),
                zone=guard.user().time_zone,
            )
            flash(_("Noted, with your word as the proof."), "good")
            return redirect(url_for("contacts.card", contact_id=contact_id), 303)
    return _card(contact_id, grant=form), 422


@pages.post("/<int:contact_id>/subscriptions/<int:list_id>/removal")
def unsubscribe(contact_id: int, list_id: int) -> ResponseReturnValue:
    """The person said they want no more of a topic."""
    subscriptions.withdraw(
        session(),
        contact_id=contact_id,
        list_id=list_id,
        how="by_hand",
        ip="",
        now=clock.now(),
        zone=guard.user().time_zone,
        source=guard.user().email,
    )
    flash(_("Unsubscribed. Mails already waiting for this person are not sent."), "good")
    return redirect(url_for("contacts.card", contact_id=contact_id), 303)


@pages.post("/<int:contact_id>/measuring")
def measure(contact_id: int) -> ResponseReturnValue:
    """The person decided about being measured."""
    form = MeasureForm()
    if form.validate_on_submit():
        with form.mending():
            subscriptions.set_measuring(
                session(),
                contact_id=contact_id,
                agreed=form.agreed.data == "yes",
                ip="",
                text_shown=str(DECISIONS[form.agreed.data]),
                now=clock.now(),
                source=_signed(form.said.data),
                zone=guard.user().time_zone,
            )
            flash(_("Noted. It holds for mails sent from now on."), "good")
            return redirect(url_for("contacts.card", contact_id=contact_id), 303)
    return _card(contact_id, measuring=form), 422


@pages.post("/<int:contact_id>/suppression")
def suppress(contact_id: int) -> ResponseReturnValue:
    """Never write to this person again."""
    person = file.person(session(), contact_id)
    if person.email:
        suppression.add(session(), person.email, "objection", _signed(_("on the card")), now=clock.now())
    flash(_("Nothing is written to %(name)s any more.", name=person.name), "good")
    return redirect(url_for("contacts.card", contact_id=contact_id), 303)


@pages.get("/<int:contact_id>/proof.json")
def proof(contact_id: int) -> ResponseReturnValue:
    """Where this person stands and how it came to be, to hand out."""
    person = file.person(session(), contact_id)
    kept = {
        "contact": {"name": person.name, "email": person.email},
        "subscriptions": [asdict(one) for one in history.standing(session(), contact_id)],
        "history": [asdict(one) for one in history.proof(session(), contact_id)],
    }
    answer = make_response(json.dumps(kept, default=str, ensure_ascii=False, indent=2))
    answer.headers["Content-Type"] = "application/json; charset=utf-8"
    answer.headers["Content-Disposition"] = f'attachment; filename="consent-{contact_id}.json"'
    return answer


def _card(contact_id: int, *, grant: GrantForm | None = None, measuring: MeasureForm | None = None) -> str:
    found = cards.get(session(), contact_id)
    empty = MeasureForm(formdata=None, agreed="yes" if found.person.measuring_agreed else "no")
    return render_template(
        "contacts/card.html",
        card=found,
        person=found.person,
        words=words,
        specs=custom.specs(session()),
        grant=grant or _grant_form(filled=False),
        measuring=measuring or empty,
        view=request.args.get("view", ""),
    )


def _grant_form(*, filled: bool = True) -> GrantForm:
    form = GrantForm() if filled else GrantForm(formdata=None)
    form.list_id.choices = [(one.id, one.name) for one in lists.list_page(session(), per_page=500).rows]
    return form


def _signed(source: str) -> str:
    return f"{source} ({guard.user().email})"[:500]
