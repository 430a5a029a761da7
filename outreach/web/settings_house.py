"""Settings of the house: the organisation and its imprint, senders, the mail server."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import IntegerField
from wtforms.validators import Optional

from outreach import organisation as organisations
from outreach import senders as sender_file
from outreach.mail import transport
from outreach.mail.server import Server
from outreach.mailboxes import store as mailboxes
from outreach.users import Role
from outreach.web import forms, guard
from outreach.web.form_key import once
from outreach.web.language import said
from outreach.web.settings import pages
from outreach.web.transaction import house, reads, release, session

FORMS = [
    ("freelancer", _l("Freelancer, sole trader")),
    ("ek", _l("Registered merchant (e.K.)")),
    ("gmbh", _l("GmbH or UG")),
    ("ohg", _l("OHG or KG")),
]
MEASURING = [("none", _l("Count nothing")), ("anonymous", _l("Count without the person"))]


class OrganisationForm(forms.Form):
    """Who we are; the imprint is made of it."""

    legal_form = forms.Radio(_l("Legal form"), choices=FORMS)
    name = forms.text(_l("Name as it stands in the imprint"), render_kw={"autocomplete": "organization"})
    representative = forms.text(_l("Represented by"))
    street = forms.text(_l("Street and number"), render_kw={"autocomplete": "street-address"})
    postcode = forms.text(_l("Postcode"), longest=20, render_kw={"autocomplete": "postal-code"})
    city = forms.text(_l("City"), longest=100)
    country = forms.text(_l("Country"), longest=100)
    phone = forms.text(_l("Phone"), longest=50)
    email = forms.mail(_l("Mail address"))
    website = forms.text(_l("Website"), longest=290)
    vat_id = forms.text(_l("VAT number"), longest=50)
    register_court = forms.text(_l("Register court"), longest=100)
    register_number = forms.text(_l("Register number"), longest=50)


class MeasuringForm(forms.Form):
    """What is counted for people who did not agree to being measured."""

    anonymous_measuring = forms.Radio(_l("Opens and clicks of people who did not agree"), choices=MEASURING)


class SenderForm(forms.Form):
    """A From line and its pace."""

    name = forms.text(_l("Name people see"), needed=True)
    address = forms.mail(_l("Mail address"), needed=True)
    reply_to = forms.mail(_l("Answers go to"))
    per_hour = IntegerField(_l("Mails an hour at most"), [Optional()], render_kw={"min": 1, "inputmode": "numeric"})


@pages.get("/organisation")
def organisation() -> ResponseReturnValue:
    """The organisation, its imprint as it will stand in mails, and the measuring choice."""
    found = organisations.get(session())
    return _organisation(OrganisationForm(obj=found), MeasuringForm(obj=found))


@pages.post("/organisation")
@guard.needs(Role.OWNER)
def save_organisation() -> ResponseReturnValue:
    """Keep the organisation."""
    form = OrganisationForm()
    if form.validate_on_submit():
        with form.mending():
            organisations.change(session(), **form.values)
            flash(_("The organisation is saved."), "good")
            return redirect(url_for("settings.organisation"), 303)
    return _organisation(form, MeasuringForm(formdata=None, obj=organisations.get(session()))), 422


@pages.post("/measuring")
@guard.needs(Role.OWNER)
def save_measuring() -> ResponseReturnValue:
    """Keep the choice."""
    form = MeasuringForm()
    if form.validate_on_submit():
        with form.mending():
            organisations.change(session(), **form.values)
            flash(_("Your choice is saved. It holds for mails sent from now on."), "good")
            return redirect(url_for("settings.organisation"), 303)
    return _organisation(OrganisationForm(formdata=None, obj=organisations.get(session())), form), 422


def _organisation(form: OrganisationForm, measuring: MeasuringForm) -> str:
    found = organisations.get(session())
    labels = {name: form[name].label.text for name in organisations.missing_in_imprint(found)}
    return render_template(
        "settings/organisation.html",
        form=form,
        measuring=measuring,
        imprint=organisations.imprint(found),
        missing=list(labels.values()),
    )


@pages.get("/senders")
def senders() -> ResponseReturnValue:
    """Who mails come from, each with the state of its mailbox; and the red button."""
    boxes = {one.sender_id: one for one in mailboxes.lines_of_all(session())}
    rows = [(row, _told(row.trouble), boxes[row.id]) for row in sender_file.everybody(session())]
    return render_template("settings/senders.html", rows=rows, told=_told)


def _told(trouble: Mapping[str, Any] | None) -> str:
    """What keeps mails from going out or in, in words."""
    return said(trouble["sentence"], trouble["values"]) if trouble else ""


@pages.get("/senders/new")
@guard.needs(Role.OWNER)
def new_sender() -> ResponseReturnValue:
    """The form for another one."""
    return render_template("settings/sender.html", form=SenderForm(), sender=None)


@pages.post("/senders")
@guard.needs(Role.OWNER)
@once
def add_sender() -> ResponseReturnValue:
    """Keep another one."""
    form = SenderForm()
    if form.validate_on_submit():
        with form.mending():
            sender_file.create(session(), **form.values)
            flash(_("The sender is added."), "good")
            return redirect(url_for("settings.senders"), 303)
    return render_template("settings/sender.html", form=form, sender=None), 422


@pages.get("/senders/<int:sender_id>")
@guard.needs(Role.OWNER)
def sender(sender_id: int) -> ResponseReturnValue:
    """The form for one."""
    found = sender_file.get(session(), sender_id)
    return render_template("settings/sender.html", form=SenderForm(obj=found), sender=found)


@pages.post("/senders/<int:sender_id>")
@guard.needs(Role.OWNER)
def save_sender(sender_id: int) -> ResponseReturnValue:
    """Keep the changes."""
    form = SenderForm()
    if form.validate_on_submit():
        with form.mending():
            sender_file.change(session(), sender_id, **form.values)
            flash(_("The sender is saved."), "good")
            return redirect(url_for("settings.senders"), 303)
    return render_template("settings/sender.html", form=form, sender=sender_file.get(session(), sender_id)), 422


@pages.post("/senders/<int:sender_id>/trouble")
@guard.needs(Role.OWNER)
def mend_sender(sender_id: int) -> ResponseReturnValue:
    """The person says what troubled this sender is mended: try again at once."""
    sender_file.mend(session(), sender_id)
    flash(_("The next mail of this sender is tried at once."), "good")
    return redirect(url_for("settings.senders"), 303)


@pages.get("/mail-server")
def mail() -> ResponseReturnValue:
    """Where mails go out, without the password."""
    return _mail([])


@pages.post("/mail-server")
@reads
@guard.needs(Role.OWNER)
def test_mail() -> ResponseReturnValue:
    """Try the mail server step by step; nothing is sent."""
    release()
    steps = [(step.ok, said(step.sentence, step.values)) for step in transport.check(house().settings)]
    return _mail(steps)


def _mail(steps: list[tuple[bool, str]]) -> str:
    return render_template("settings/mail.html", server=Server.of(house().settings), steps=steps)
