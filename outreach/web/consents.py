"""What a person agreed to: topics with their proof, mails, calls and letters, measuring, never again."""

from __future__ import annotations

import json
from dataclasses import asdict

from flask import flash, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from outreach import clock
from outreach import contacts as file
from outreach.consent import history, lists, permissions, subscriptions, suppression
from outreach.users import Role
from outreach.web import forms, guard, words
from outreach.web.card_subject import Subject, back, moment, part, today
from outreach.web.changes import flash_undo
from outreach.web.contacts import pages
from outreach.web.form_key import once
from outreach.web.transaction import session

DECISIONS = {"yes": _l("may be measured"), "no": _l("are not measured")}


class GrantForm(forms.Form):
    """Somebody agreed to a topic otherwise than by the sign-up page."""

    list_id = forms.Select(_l("Topic"), coerce=int)
    text_shown = forms.text(_l("What the person agreed to"), longest=2000, needed=True)
    source = forms.text(_l("Where and when"), longest=500, needed=True)


class PermissionForm(forms.Form):
    """What somebody said about being written to or called in person."""

    channel = forms.select(_l("About"), list(words.CHANNELS.items()))
    what = forms.Radio(_l("They"), choices=list(words.PERMISSIONS.items()), default="agreed")
    source = forms.text(_l("Where and when"), longest=500)
    said = forms.text(_l("In their words"), longest=2000)
    on = forms.text(_l("Day"))


class MeasureForm(forms.Form):
    """Somebody decided about being measured."""

    agreed = forms.Radio(_l("Opens and clicks of this person"), choices=list(DECISIONS.items()))
    said = forms.text(_l("Where and when the person said so"), longest=500, needed=True)


@pages.get("/<int:contact_id>/subscriptions/new")
@guard.needs(Role.EDITOR)
def grant(contact_id: int) -> ResponseReturnValue:
    """The form for a topic somebody agreed to."""
    return _grant_page(contact_id, _grant_form(filled=False))


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
    return _grant_page(contact_id, form)


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


@pages.get("/<int:contact_id>/measuring")
@guard.needs(Role.EDITOR)
def measuring(contact_id: int) -> ResponseReturnValue:
    """The form for a decision about being measured."""
    agreed = file.person(session(), contact_id).measuring_agreed
    return _measuring_page(contact_id, MeasureForm(formdata=None, agreed="yes" if agreed else "no"))


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
    return _measuring_page(contact_id, form)


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


@pages.get("/<int:contact_id>/permissions/new")
@guard.needs(Role.EDITOR)
def permit(contact_id: int) -> ResponseReturnValue:
    """The form for what somebody said about mails, calls and letters."""
    channel = request.args.get("channel", "mail")
    return _permission_page(contact_id, PermissionForm(formdata=None, channel=channel, on=today().isoformat()))


@pages.post("/<int:contact_id>/permissions")
@once
def permission_add(contact_id: int) -> ResponseReturnValue:
    """Note it; the lights follow."""
    form = PermissionForm()
    if form.validate_on_submit():
        with form.mending():
            on = forms.day(form.on.data, "on") or today()
            permissions.record(
                session(), contact_id, channel=form.channel.data, what=form.what.data, said=form.said.data,
                source=form.source.data, at=moment(on),
            )  # fmt: skip
            flash_undo(_("Noted. The lights follow it."))
            return back(Subject(contact_id), "lights")
    return _permission_page(contact_id, form)


@pages.post("/<int:contact_id>/permissions/<int:permission_id>/end")
def permission_end(contact_id: int, permission_id: int) -> ResponseReturnValue:
    """It holds no longer; it stays on record."""
    permissions.end(session(), contact_id, permission_id)
    flash_undo(_("It holds no longer, and stays on record."))
    return back(Subject(contact_id), "lights")


def _grant_page(contact_id: int, form: GrantForm) -> ResponseReturnValue:
    subject, title = Subject(contact_id), _("This person agreed to a topic")
    action = subject.url("subscribe")
    return part("grant", subject, id="grant", block="topics", form=form, title=title, action=action)


def _measuring_page(contact_id: int, form: MeasureForm) -> ResponseReturnValue:
    subject, title = Subject(contact_id), _("Measuring")
    action = subject.url("measure")
    return part("measuring", subject, id="measuring", block="topics", form=form, title=title, action=action)


def _permission_page(contact_id: int, form: PermissionForm) -> ResponseReturnValue:
    subject, title = Subject(contact_id), _("What did they say?")
    action = subject.url("permission_add")
    return part("permission", subject, id="permission", block="lights", form=form, title=title, action=action)


def _grant_form(*, filled: bool = True) -> GrantForm:
    form = GrantForm() if filled else GrantForm(formdata=None)
    form.list_id.choices = [(one.id, one.name) for one in lists.list_page(session(), per_page=500).rows]
    return form


def _signed(source: str) -> str:
    return f"{source} ({guard.user().email})"[:500]
