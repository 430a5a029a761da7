"""Settings of what contacts carry: topics they subscribe to, own fields, and who is never written to."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, TextAreaField
from wtforms.validators import Length

from outreach.consent import lists as topic_file
from outreach.consent import suppression as suppressions
from outreach.contacts import custom
from outreach.errors import N_, NotFound
from outreach.users import Role
from outreach.web import forms, guard, lists
from outreach.web.form_key import once
from outreach.web.language import LANGUAGES
from outreach.web.settings import pages
from outreach.web.transaction import session

KINDS = [
    ("text", _l("Text")),
    ("number", _l("Number")),
    ("date", _l("Date")),
    ("yes_no", _l("Yes or no")),
    ("choice", _l("One of several")),
]
REASONS = {
    "objection": _l("objected"),
    "unknown_address": _l("address does not exist"),
    "spam_report": _l("reported as spam"),
    "by_hand": _l("entered by hand"),
    "erased": _l("erased on request"),
}


class TopicForm(forms.Form):
    """A list people subscribe to."""

    name = forms.text(_l("Name"), needed=True)
    description = TextAreaField(_l("What people get"), [Length(max=2000)], filters=[forms.stripped])
    language = forms.Radio(_l("Language of its pages and mails"), choices=list(LANGUAGES.items()), default="de")
    is_public = BooleanField(_l("Anybody may sign up"), default=True)


class FieldForm(forms.Form):
    """A field of one's own."""

    label = forms.text(_l("Name"), longest=100, needed=True)
    kind = forms.Radio(_l("Kind"), choices=KINDS, default="text")
    choices = TextAreaField(_l("Choices, one a line"), filters=[forms.stripped])


class SuppressForm(forms.Form):
    """An address never to write to."""

    address = forms.mail(_l("Mail address"), needed=True)
    detail = forms.text(_l("Why"))


@pages.get("/topics")
def topics() -> ResponseReturnValue:
    """The lists with their numbers."""
    wanted = lists.wanted(sorts=("name", "created", "confirmed"), default="name")
    return render_template("settings/topics.html", wanted=wanted, found=topic_file.list_page(session(), **wanted.args))


@pages.get("/topics/new")
def new_topic() -> ResponseReturnValue:
    """The form for another one."""
    return render_template("settings/topic.html", form=TopicForm(), topic=None)


@pages.post("/topics")
@once
def add_topic() -> ResponseReturnValue:
    """Keep another one."""
    form = TopicForm()
    if form.validate_on_submit():
        with form.mending():
            topic_file.create(session(), **form.values)
            flash(_("The topic is added."), "good")
            return redirect(url_for("settings.topics"), 303)
    return render_template("settings/topic.html", form=form, topic=None), 422


@pages.get("/topics/<int:list_id>")
def topic(list_id: int) -> ResponseReturnValue:
    """One topic: its words, its people, its sign-up page."""
    found = topic_file.get(session(), list_id)
    wanted = lists.wanted(sorts=("name", "email", "changed"), default="changed", direction="desc", filters=("state",))
    people = topic_file.subscribers_page(session(), list_id, **wanted.args, state=wanted.filter("state"))
    return render_template("settings/topic.html", form=TopicForm(obj=found), topic=found, wanted=wanted, found=people)


@pages.post("/topics/<int:list_id>")
def save_topic(list_id: int) -> ResponseReturnValue:
    """Keep the changes."""
    form = TopicForm()
    if form.validate_on_submit():
        with form.mending():
            topic_file.update(session(), list_id, **form.values)
            flash(_("The topic is saved."), "good")
            return redirect(url_for("settings.topic", list_id=list_id), 303)
    return render_template("settings/topic.html", form=form, topic=topic_file.get(session(), list_id)), 422


@pages.post("/topics/<int:list_id>/removal")
def remove_topic(list_id: int) -> ResponseReturnValue:
    """Forget a topic nobody ever stood on."""
    topic_file.delete(session(), list_id)
    flash(_("The topic is removed."), "good")
    return redirect(url_for("settings.topics"), 303)


@pages.get("/fields")
def fields() -> ResponseReturnValue:
    """The own fields."""
    return render_template("settings/fields.html", fields=custom.specs(session()).values(), kinds=dict(KINDS))


@pages.get("/fields/new")
@guard.needs(Role.EDITOR)
def new_field() -> ResponseReturnValue:
    """The form for another one."""
    return render_template("settings/field.html", form=FieldForm(), spec=None)


@pages.post("/fields")
@once
def add_field() -> ResponseReturnValue:
    """Keep another one."""
    form = FieldForm()
    if form.validate_on_submit():
        with form.mending():
            custom.add(session(), label=form.label.data, kind=form.kind.data, choices=_lines(form.choices.data))
            flash(_("The field is added. It is on every contact now."), "good")
            return redirect(url_for("settings.fields"), 303)
    return render_template("settings/field.html", form=form, spec=None), 422


@pages.get("/fields/<int:field_id>")
@guard.needs(Role.EDITOR)
def field(field_id: int) -> ResponseReturnValue:
    """The form for one; its kind stays."""
    spec = _spec(field_id)
    form = FieldForm(label=spec.label, kind=spec.kind.value, choices="\n".join(spec.choices))
    return render_template("settings/field.html", form=form, spec=spec)


@pages.post("/fields/<int:field_id>")
def save_field(field_id: int) -> ResponseReturnValue:
    """Keep the changes."""
    form, spec = FieldForm(), _spec(field_id)
    form.kind.data = spec.kind.value
    if form.validate_on_submit():
        with form.mending():
            choices = _lines(form.choices.data) if spec.kind is custom.Kind.CHOICE else None
            custom.change(session(), field_id, label=form.label.data, choices=choices)
            flash(_("The field is saved."), "good")
            return redirect(url_for("settings.fields"), 303)
    return render_template("settings/field.html", form=form, spec=spec), 422


@pages.post("/fields/<int:field_id>/removal")
@guard.needs(Role.OWNER)
def remove_field(field_id: int) -> ResponseReturnValue:
    """Forget a field and its values: only after its key was typed."""
    spec = _spec(field_id)
    if request.form.get("word", "").strip() != spec.key:
        form = FieldForm(formdata=None, label=spec.label, kind=spec.kind.value, choices="\n".join(spec.choices))
        return render_template("settings/field.html", form=form, spec=spec, wrong=_("That was not the word.")), 422
    custom.remove(session(), field_id)
    flash(_("The field and its values are gone."), "good")
    return redirect(url_for("settings.fields"), 303)


@pages.get("/suppression")
def suppression() -> ResponseReturnValue:
    """Addresses never to write to."""
    return _suppression(SuppressForm())


@pages.post("/suppression")
@once
def suppress() -> ResponseReturnValue:
    """Enter one."""
    form = SuppressForm()
    if form.validate_on_submit():
        with form.mending():
            suppressions.add(session(), form.address.data, "by_hand", form.detail.data)
            flash(_("Nothing is written to this address any more."), "good")
            return redirect(url_for("settings.suppression"), 303)
    return _suppression(form), 422


@pages.post("/suppression/<hashed>/removal")
@guard.needs(Role.OWNER)
def release_address(hashed: str) -> ResponseReturnValue:
    """Take an address off the list, on an owner's word."""
    suppressions.remove_hash(session(), forms.octets(hashed), source=guard.user().email)
    flash(_("The address is off the list. It does not get newsletters again until the person signs up."), "good")
    return redirect(url_for("settings.suppression"), 303)


def _suppression(form: SuppressForm) -> str:
    wanted = lists.wanted(sorts=("at", "reason"), default="at", direction="desc", filters=("reason",))
    found = suppressions.list_page(session(), **wanted.args, reason=wanted.filter("reason"))
    return render_template("settings/suppression.html", form=form, wanted=wanted, found=found, reasons=REASONS)


def _spec(field_id: int) -> custom.Spec:
    for spec in custom.specs(session()).values():
        if spec.id == field_id:
            return spec
    raise NotFound(N_("There is no such field, or not any more."))


def _lines(words: str) -> list[str]:
    return [line.strip() for line in words.splitlines() if line.strip()]
