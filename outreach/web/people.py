"""Choosing a contact in a form: type a name, and choose when several people have it. Nobody is chosen silently."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from outreach import contacts
from outreach.contacts.pages import ContactLine
from outreach.errors import N_, Invalid
from outreach.web import forms
from outreach.web.transaction import session

_SHOWN = 8


class PersonForm(forms.Form):
    """A form with the name of a contact; `contact_id` is shown when the name fits several."""

    about = forms.text(_l("Contact"), longest=300, render_kw={"autocomplete": "off"})
    contact_id = forms.Radio(_l("Which one?"), choices=[], coerce=str, validate_choice=False)

    def chosen(self, *, needed: bool = False) -> int | None:
        """The contact meant; raises Invalid when nobody or several are called so, NotFound."""
        picked = self.contact_id.data or ""
        if picked.isdecimal():
            return contacts.get(session(), int(picked)).id
        text = self.about.data or ""
        if not text:
            if needed:
                raise Invalid(N_("Say whom this is about."), field="about")
            return None
        found = matching(text)
        exact = [one for one in found if one.name.casefold() == text.casefold()]
        if len(found) == 1 or len(exact) == 1:
            return (exact or found)[0].id
        if not found:
            raise Invalid(N_("Nobody in your customer file is called “%(name)s”."), field="about", name=text[:100])
        self.contact_id.choices = [(str(one.id), described(one)) for one in found]
        raise Invalid(N_("Several people fit. Choose one of them."), field="contact_id")

    def preset(self, contact_id: int) -> None:
        """Begin with this contact."""
        person = contacts.person(session(), contacts.get(session(), contact_id).id)
        self.about.data = person.name
        self.contact_id.choices = [(str(person.id), person.name + (f", {person.company}" if person.company else ""))]
        self.contact_id.data = str(person.id)


def matching(text: str) -> list[ContactLine]:
    """Contacts a typed name fits; a title in front does not count, because lists do not search it."""
    found = contacts.list_page(session(), search=text, per_page=_SHOWN).rows
    plain = " ".join(word for word in text.split() if not word.endswith("."))
    if not found and plain and plain != text:
        found = contacts.list_page(session(), search=plain, per_page=_SHOWN).rows
    return list(found)


def described(one: ContactLine) -> str:
    """A contact so that namesakes can be told apart."""
    return ", ".join(part for part in (one.name, one.company, one.city, one.email) if part)
