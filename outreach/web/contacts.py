"""Contacts: the list and the form. The card, and what a contact agreed to, are in consents.py."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import StringField

from outreach import contacts as file
from outreach import salutation
from outreach.contacts import Person, custom, tags
from outreach.users import Role
from outreach.web import forms, guard, lists, words
from outreach.web.form_key import once
from outreach.web.language import said
from outreach.web.transaction import session

pages = Blueprint("contacts", __name__, url_prefix="/contacts")
_CUSTOM = "custom_"


class ContactForm(forms.Form):
    """A person; fields of one's own are added by form_for()."""

    salutation = forms.select(_l("Salutation"), list(words.SALUTATIONS.items()))
    title = forms.text(_l("Title"), longest=100)
    first_name = forms.text(_l("First name"), longest=100)
    last_name = forms.text(_l("Last name"), longest=100)
    email = forms.mail(_l("Mail address"))
    phone = forms.text(_l("Phone"), longest=50)
    company = forms.text(_l("Company"), longest=300)
    city = forms.text(_l("City"), longest=100)
    address_form = forms.select(_l("Form of address"), list(words.ADDRESS_FORMS.items()))
    language = forms.select(_l("Language"))
    stage = forms.select(_l("Stage"), list(words.STAGES.items()))
    tags = forms.text(_l("Tags"), longest=2000)
    source = forms.text(_l("Where you know each other from"))

    @property
    def given(self) -> dict[str, Any]:
        """What was entered, as `contacts.create` and `contacts.update` take it."""
        own = {name: value for name, value in self.values.items() if not name.startswith(_CUSTOM)}
        own["tags"] = [one.strip() for one in own["tags"].split(",") if one.strip()]
        own["custom"] = {
            name.removeprefix(_CUSTOM): value for name, value in self.values.items() if name.startswith(_CUSTOM)
        }
        return own

    @property
    def own_fields(self) -> list[Any]:
        """The fields this installation added."""
        return [field for field in self if field.name.startswith(_CUSTOM)]


@pages.get("")
def index() -> ResponseReturnValue:
    """Everybody, searched, filtered, sorted."""
    wanted = lists.wanted(sorts=("name", "company", "stage", "created"), default="name", filters=("stage", "tag"))
    chosen = dict(wanted.filters)
    tag_id = int(chosen["tag"]) if chosen.get("tag", "").isdecimal() else None
    found = file.list_page(session(), **wanted.args, stage=chosen.get("stage", ""), tag_id=tag_id)
    return render_template(
        "contacts/list.html",
        wanted=wanted,
        found=found,
        chosen=chosen,
        stages=words.STAGES,
        tags=tags.list_all(session()),
    )


@pages.get("/new")
@guard.needs(Role.EDITOR)
def new() -> ResponseReturnValue:
    """The form for somebody new; a company may be given in the address."""
    form = form_for(None)
    form.company.data = request.args.get("company", "")[:300]
    return render_template("contacts/form.html", form=form, person=None)


@pages.post("")
@once
def add() -> ResponseReturnValue:
    """Keep somebody new."""
    form = form_for(None)
    if form.validate_on_submit():
        with form.mending():
            made = file.create(session(), **form.given)
            flash(_("The contact is added."), "good")
            return redirect(url_for("contacts.card", contact_id=made.id), 303)
    return render_template("contacts/form.html", form=form, person=None), 422


@pages.get("/<int:contact_id>/edit")
@guard.needs(Role.EDITOR)
def edit(contact_id: int) -> ResponseReturnValue:
    """The form for one person."""
    person = file.person(session(), contact_id)
    return render_template("contacts/form.html", form=form_for(person), person=person)


@pages.post("/<int:contact_id>")
def save(contact_id: int) -> ResponseReturnValue:
    """Keep the changes."""
    person = file.person(session(), contact_id)
    form = form_for(person)
    if form.validate_on_submit():
        with form.mending():
            file.update(session(), contact_id, **form.given)
            flash(_("The contact is saved."), "good")
            return redirect(url_for("contacts.card", contact_id=contact_id), 303)
    return render_template("contacts/form.html", form=form, person=person), 422


@pages.post("/<int:contact_id>/removal")
def remove(contact_id: int) -> ResponseReturnValue:
    """Forget somebody nobody wrote to; only after the word was typed."""
    person = file.person(session(), contact_id)
    if request.form.get("word", "").strip() != forget_word():
        form = form_for(person, filled=False)
        return render_template("contacts/form.html", form=form, person=person, wrong=_("That was not the word.")), 422
    file.delete(session(), contact_id)
    flash(_("%(name)s is no longer in your customer file.", name=person.name), "good")
    return redirect(url_for("contacts.index"), 303)


def form_for(person: Person | None, *, filled: bool = True) -> ContactForm:
    """The form with the fields this installation added; `filled` with what was posted, if anything was."""
    specs = custom.specs(session())
    made = type("OwnContactForm", (ContactForm,), {_CUSTOM + key: _field(spec) for key, spec in specs.items()})
    values: dict[str, Any] = {"address_form": "sie", "language": "de", "stage": "prospect"}
    if person is not None:
        values = {name: getattr(person, name) for name in ContactForm.__dict__ if hasattr(person, name)}
        values["tags"] = ", ".join(person.tags)
        values |= {_CUSTOM + key: _shown(person.custom.get(key)) for key in specs}
    form: ContactForm = made(data=values) if filled else made(formdata=None, data=values)
    known = dict(words.CONTACT_LANGUAGES)
    form.language.choices = list(({values["language"]: values["language"]} | known).items())
    return form


@pages.app_template_global()
def forget_word() -> str:
    """The word that confirms what cannot be undone."""
    return str(_("DELETE"))


@pages.app_template_global()
def greeting_of(person: Person) -> str:
    """The greeting line as it will be written, or in brackets why there is none."""
    found = salutation.greeting(
        salutation.Named(
            first_name=person.first_name,
            last_name=person.last_name,
            title=person.title,
            salutation=person.salutation,
            address_form=person.address_form,
            language=person.language,
            company=person.company,
        )
    )
    return (
        found.text if isinstance(found, salutation.Greeting) else f"({said(found.sentence, found.values).rstrip('.')})"
    )


def _field(spec: custom.Spec) -> Any:
    match spec.kind:
        case custom.Kind.YES_NO:
            return forms.Select(spec.label, choices=[("", "–"), ("yes", _l("Yes")), ("no", _l("No"))])
        case custom.Kind.CHOICE:
            return forms.Select(spec.label, choices=["", *spec.choices], validate_choice=False)
        case custom.Kind.DATE:
            return StringField(spec.label, filters=[forms.stripped], render_kw={"type": "date"})
        case custom.Kind.NUMBER:
            return StringField(spec.label, filters=[forms.stripped], render_kw={"inputmode": "decimal"})
    return StringField(spec.label, filters=[forms.stripped])


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)
