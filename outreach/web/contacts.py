"""Contacts: the list and the whole form. The card is in card_pages.py, its parts beside it, consents in consents.py."""

from __future__ import annotations

from typing import Any, Unpack

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import StringField

from outreach import cards, clock, lights
from outreach import contacts as file
from outreach.contacts import ContactFields, Person, custom, tags
from outreach.users import Role
from outreach.web import forms, guard, lists, words
from outreach.web.changes import flash_undo
from outreach.web.form_key import once
from outreach.web.transaction import house, session

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
    role = forms.text(_l("Role"), longest=100)
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
    sorts = ("name", "company", "stage", "value", "due", "created")
    wanted = lists.wanted(sorts=sorts, default="name", filters=("stage", "tag", "class"))
    chosen = dict(wanted.filters)
    chosen["class"] = chosen.get("class", "").upper()[:1]
    tag_id = int(chosen["tag"]) if chosen.get("tag", "").isdecimal() else None
    found = file.list_page(
        session(), **wanted.args, stage=chosen.get("stage", ""), tag_id=tag_id, value_class=chosen["class"]
    )
    return render_template(
        "contacts/list.html",
        wanted=wanted,
        found=found,
        chosen=chosen,
        lights=lights.of(session(), [one.id for one in found.rows]),
        words=words,
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
            flash_undo(_("The contact is added."))
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
            keep(contact_id, _("The contact is saved."), **form.given)
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


def keep(contact_id: int, text: str, **given: Unpack[ContactFields]) -> None:
    """Save, and say what was done and what follows from it. Raises as `contacts.update` does."""
    saved = cards.save(session(), house(), contact_id, now=clock.now(), **given)
    flash_undo(text)
    names = ", ".join(saved.asked_again)
    if names and saved.email:
        flash(
            _(
                "%(address)s is asked to confirm: %(topics)s. Until then nothing of it is sent there.",
                address=saved.email,
                topics=names,
            ),
            "message",
        )
    elif names:
        flash(
            _("Without an address nothing is sent of: %(topics)s. A new address will be asked first.", topics=names),
            "message",
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
