"""What is changed on the card of a person where it stands: name and greeting, ways to reach, standing, tags, own fields,
picture."""

from __future__ import annotations

from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import BooleanField

from outreach import contacts as file
from outreach import salutation as greetings
from outreach import users
from outreach.contacts import ContactFields, Person, channels, photos
from outreach.errors import N_, Invalid
from outreach.users import Role
from outreach.web import forms, guard, words
from outreach.web.card_subject import Subject, back, part
from outreach.web.changes import flash_undo
from outreach.web.contacts import ContactForm, form_for, keep, pages
from outreach.web.form_key import once
from outreach.web.transaction import session

_NAME = (
    "salutation",
    "title",
    "first_name",
    "last_name",
    "role",
    "company",
    "address_form",
    "language",
    "letter_greeting",
)
_PACES = {"class": _l("as usual for this class of customers"), "own": _l("a pace of its own")}


class PersonForm(forms.Form):
    """Who this is, and how letters begin."""

    salutation = forms.select(_l("Salutation"), list(words.SALUTATIONS.items()))
    title = forms.text(_l("Title"), longest=100)
    first_name = forms.text(_l("First name"), longest=100)
    last_name = forms.text(_l("Last name"), longest=100)
    role = forms.text(_l("Role"), longest=100)
    company = forms.text(_l("Company"), longest=300)
    address_form = forms.select(_l("Form of address"), list(words.ADDRESS_FORMS.items()))
    language = forms.select(_l("Language"))
    letter_greeting = forms.text(_l("Greeting by hand"))


class ReachForm(forms.Form):
    """The first address and number."""

    email = forms.mail(_l("Mail address"))
    phone = forms.text(_l("Phone"), longest=50)
    city = forms.text(_l("City"), longest=100)


class ChannelForm(forms.Form):
    """A further way to reach somebody."""

    kind = forms.select(_l("What is it?"), list(words.REACH.items()))
    label = forms.select(_l("Where?"), list(words.REACH_LABELS.items()))
    value = forms.text(_l("Address or number"), longest=320)


class StandingForm(forms.Form):
    """Stage, pace, and whether this person is to be left in peace."""

    stage = forms.select(_l("Stage"))
    owner_id = forms.select(_l("Looked after by"))
    pace = forms.Radio(_l("How often to be in touch"), choices=list(_PACES.items()), default="class")
    ideal = forms.text(_l("Good pace, in days"), longest=4)
    latest = forms.text(_l("At the latest after, in days"), longest=4)
    paused_until = forms.text(_l("Paused until"))
    muted = BooleanField(_l("No reminders for this person"))
    deceased = BooleanField(_l("This person has died"))

    @property
    def given(self) -> ContactFields:
        """As `cards.save` takes it; raises Invalid."""
        stage: ContactFields = {"stage": self.stage.data} if self.stage.data else {"stage_by_hand": False}
        return {
            **stage,
            "owner_id": int(self.owner_id.data) if self.owner_id.data else None,
            "cadence": (_days(self.ideal), _days(self.latest)) if self.pace.data == "own" else None,
            "paused_until": forms.day(self.paused_until.data, "paused_until"),
            "muted": self.muted.data,
            "deceased": self.deceased.data,
        }


class TagsForm(forms.Form):
    """Tags, with commas between them."""

    tags = forms.text(_l("Tags"), longest=2000)


class PhotoForm(forms.Form):
    """A picture."""

    photo = FileField(_l("Picture"))


# ── who this is ────────────────────────────────────────────────────────────────


@pages.get("/<int:contact_id>/person")
@guard.needs(Role.EDITOR)
def person_edit(contact_id: int) -> ResponseReturnValue:
    """The form for name and greeting."""
    person = file.person(session(), contact_id)
    return _person_page(contact_id, _with_language(PersonForm(formdata=None, obj=person), person))


@pages.post("/<int:contact_id>/person")
def person_save(contact_id: int) -> ResponseReturnValue:
    """Keep it."""
    form = _with_language(PersonForm(), file.person(session(), contact_id))
    if form.validate_on_submit():
        with form.mending():
            keep(contact_id, _("Saved."), **form.values)
            return back(Subject(contact_id), "")
    return _person_page(contact_id, form)


@pages.get("/<int:contact_id>/greeting")
def greeting(contact_id: int) -> ResponseReturnValue:
    """How a letter would begin with what is in the form now; a piece of the page, asked for while typing."""
    given = {name: request.args.get(name, "")[:300] for name in _NAME if name != "role"}
    found = greetings.greeting(greetings.Named(**{**given, "language": given["language"] or "de"}))
    return render_template("contacts/greeting.html", greeting=found)


def _person_page(contact_id: int, form: PersonForm) -> ResponseReturnValue:
    values = {name: form[name].data or "" for name in _NAME if name != "role"}
    return part(
        "person",
        Subject(contact_id),
        id="about",
        block="about",
        form=form,
        title=_("Name and greeting"),
        action=Subject(contact_id).url("person_save"),
        greeting=greetings.greeting(greetings.Named(**values)),
        whole_page=True,  # the name is the heading of the page
    )


def _with_language(form: PersonForm, person: Person) -> PersonForm:
    known = dict(words.CONTACT_LANGUAGES)
    form.language.choices = list(({person.language: person.language} | known).items())
    return form


# ── ways to reach ──────────────────────────────────────────────────────────────


@pages.get("/<int:contact_id>/reach")
@guard.needs(Role.EDITOR)
def reach_edit(contact_id: int) -> ResponseReturnValue:
    """The form for the first address and number."""
    return _reach_page(contact_id, ReachForm(formdata=None, obj=file.person(session(), contact_id)))


@pages.post("/<int:contact_id>/reach")
def reach_save(contact_id: int) -> ResponseReturnValue:
    """Keep it; another mail address is asked to confirm."""
    form = ReachForm()
    if form.validate_on_submit():
        with form.mending():
            keep(contact_id, _("Saved."), **form.values)
            return back(Subject(contact_id), "reach")
    return _reach_page(contact_id, form)


def _reach_page(contact_id: int, form: ReachForm) -> ResponseReturnValue:
    subject = Subject(contact_id)
    title, action = _("Address and number"), subject.url("reach_save")
    return part("reach", subject, id="reach-first", block="reach", form=form, title=title, action=action)


@pages.get("/<int:contact_id>/channels/new")
@guard.needs(Role.EDITOR)
def channel_new(contact_id: int) -> ResponseReturnValue:
    """The form for a further way."""
    return _channel_page(contact_id, ChannelForm(formdata=None))


@pages.post("/<int:contact_id>/channels")
@once
def channel_add(contact_id: int) -> ResponseReturnValue:
    """Keep a further address, number or page."""
    form = ChannelForm()
    if form.validate_on_submit():
        with form.mending():
            try:
                channels.add(session(), contact_id, **form.values)
            except Invalid as error:
                error.field = "value" if error.field == "email" else error.field
                raise
            flash_undo(_("Saved."))
            return back(Subject(contact_id), "reach")
    return _channel_page(contact_id, form)


@pages.post("/<int:contact_id>/channels/<int:channel_id>/removal")
def channel_remove(contact_id: int, channel_id: int) -> ResponseReturnValue:
    """Take one off the card."""
    channels.remove(session(), contact_id, channel_id)
    flash_undo(_("It is off the card."))
    return back(Subject(contact_id), "reach")


def _channel_page(contact_id: int, form: ChannelForm) -> ResponseReturnValue:
    subject = Subject(contact_id)
    title, action = _("A further way to reach them"), subject.url("channel_add")
    return part("channel", subject, id="channel-new", block="reach", form=form, title=title, action=action)


# ── standing ───────────────────────────────────────────────────────────────────


@pages.get("/<int:contact_id>/standing")
@guard.needs(Role.EDITOR)
def standing_edit(contact_id: int) -> ResponseReturnValue:
    """The form for stage, pace and peace."""
    person = file.person(session(), contact_id)
    values = {
        "stage": person.stage if person.stage_by_hand else "",
        "owner_id": str(person.owner_id or ""),
        "pace": "own" if person.cadence_ideal else "class",
        "ideal": str(person.cadence_ideal or ""),
        "latest": str(person.cadence_latest or ""),
        "paused_until": forms.iso(person.paused_until),
        "muted": person.muted_at is not None,
        "deceased": person.deceased_at is not None,
    }
    return _standing_page(contact_id, _with_choices(StandingForm(formdata=None, data=values)))


@pages.post("/<int:contact_id>/standing")
def standing_save(contact_id: int) -> ResponseReturnValue:
    """Keep it; the next contact follows."""
    form = _with_choices(StandingForm())
    if form.validate_on_submit():
        with form.mending():
            keep(contact_id, _("Saved."), **form.given)
            return back(Subject(contact_id), "standing")
    return _standing_page(contact_id, form)


def _standing_page(contact_id: int, form: StandingForm) -> ResponseReturnValue:
    subject = Subject(contact_id)
    action = subject.url("standing_save")
    return part("standing", subject, id="standing", block="standing", form=form, title=_("Standing"), action=action)


def _with_choices(form: StandingForm) -> StandingForm:
    form.stage.choices = [("", _("computed from orders and referrals")), *words.STAGES.items()]
    form.owner_id.choices = [
        ("", _("nobody in particular")),
        *((str(one.id), one.name) for one in users.everybody(session())),
    ]
    return form


def _days(field: Any) -> int:
    if not field.data.isdecimal():
        raise Invalid(N_("“%(value)s” is not a number of days."), field=field.name, value=field.data[:20])
    return int(field.data)


# ── tags, own fields, picture ──────────────────────────────────────────────────


@pages.get("/<int:contact_id>/tags")
@guard.needs(Role.EDITOR)
def tags_edit(contact_id: int) -> ResponseReturnValue:
    """The form for tags."""
    carried = ", ".join(file.person(session(), contact_id).tags)
    return _tags_page(contact_id, TagsForm(formdata=None, data={"tags": carried}))


@pages.post("/<int:contact_id>/tags")
def tags_save(contact_id: int) -> ResponseReturnValue:
    """Exactly these."""
    form = TagsForm()
    if form.validate_on_submit():
        with form.mending():
            given = [one.strip() for one in form.tags.data.split(",") if one.strip()]
            keep(contact_id, _("Saved."), tags=given)
            return back(Subject(contact_id), "about")
    return _tags_page(contact_id, form)


def _tags_page(contact_id: int, form: TagsForm) -> ResponseReturnValue:
    subject = Subject(contact_id)
    return part(
        "tags", subject, id="tags-edit", block="about", form=form, title=_("Tags"), action=subject.url("tags_save")
    )


@pages.get("/<int:contact_id>/fields")
@guard.needs(Role.EDITOR)
def own_edit(contact_id: int) -> ResponseReturnValue:
    """The form for the fields this installation added."""
    return _own_page(contact_id, form_for(file.person(session(), contact_id), filled=False))


@pages.post("/<int:contact_id>/fields")
def own_save(contact_id: int) -> ResponseReturnValue:
    """Keep them; everything else of the contact stays."""
    form = form_for(file.person(session(), contact_id))
    with form.mending():
        keep(contact_id, _("Saved."), source=form.source.data, custom=form.given["custom"])
        return back(Subject(contact_id), "about")
    return _own_page(contact_id, form)


def _own_page(contact_id: int, form: ContactForm) -> ResponseReturnValue:
    subject = Subject(contact_id)
    action = subject.url("own_save")
    return part("own", subject, id="own", block="about", form=form, title=_("Further details"), action=action)


@pages.get("/<int:contact_id>/photo/edit")
@guard.needs(Role.EDITOR)
def photo_edit(contact_id: int) -> ResponseReturnValue:
    """The form for a picture."""
    return _photo_page(contact_id, PhotoForm(formdata=None))


@pages.post("/<int:contact_id>/photo")
def photo_save(contact_id: int) -> ResponseReturnValue:
    """Show this picture."""
    form = PhotoForm()
    with form.mending():
        sent = request.files.get("photo")
        content = sent.read(photos.BYTES_MOST + 1) if sent is not None else b""
        if not content:
            raise Invalid(N_("Choose a picture first."), field="photo")
        photos.put(session(), contact_id, content)
        flash_undo(_("The picture is on the card."))
        return back(Subject(contact_id), "")
    return _photo_page(contact_id, form)


@pages.post("/<int:contact_id>/photo/removal")
def photo_remove(contact_id: int) -> ResponseReturnValue:
    """Show none."""
    photos.take_away(session(), contact_id)
    flash_undo(_("The picture is gone."))
    return back(Subject(contact_id), "")


def _photo_page(contact_id: int, form: PhotoForm) -> ResponseReturnValue:
    subject = Subject(contact_id)
    return part(
        "photo",
        subject,
        id="photo-edit",
        block="photo",
        form=form,
        title=_("Picture"),
        action=subject.url("photo_save"),
        person=file.person(session(), contact_id),
        whole_page=True,
    )
