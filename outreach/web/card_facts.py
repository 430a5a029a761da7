"""Facts on a card: noted with their source, closed, opened again, changed, taken off; a gentle word before sensitive ones."""

from __future__ import annotations

from collections.abc import Sequence

from flask import request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import TextAreaField

from outreach import facts
from outreach.users import Role
from outreach.web import forms, guard, words
from outreach.web.card_subject import Subject, back, both, part, today, warned
from outreach.web.changes import flash_undo
from outreach.web.form_key import once
from outreach.web.transaction import session

_BLOCK = "facts"


class FactForm(forms.Form):
    """Something known."""

    kind = forms.select(_l("Kind"), list(words.FACTS.items()))
    text = TextAreaField(_l("What do you know?"), filters=[forms.stripped])
    source = forms.text(_l("Where from?"))
    noted_on = forms.text(_l("Noted on"))
    valid_until = forms.text(_l("Holds until"))

    @property
    def given(self) -> facts.FactFields:
        """As the facts take it; raises Invalid."""
        return {
            "kind": self.kind.data,
            "text": self.text.data,
            "source": self.source.data,
            "noted_on": forms.day(self.noted_on.data, "noted_on") or today(),
            "valid_until": forms.day(self.valid_until.data, "valid_until"),
        }


@both("GET", "/facts/new")
@guard.needs(Role.EDITOR)
def fact_new(subject: Subject) -> ResponseReturnValue:
    """The form for something known."""
    kind = request.args.get("kind", "")
    values = {"kind": kind if kind in words.FACTS else "wish", "noted_on": today().isoformat()}
    return _form(subject, FactForm(formdata=None, data=values))


@both("POST", "/facts")
@once
def fact_add(subject: Subject) -> ResponseReturnValue:
    """Keep it, unless it is sensitive and nobody said that it may be kept."""
    form = FactForm()
    found = warned(form.text.data)
    if form.validate_on_submit() and not found:
        with form.mending():
            facts.add(session(), **subject.ids, user_id=guard.user().id, **form.given)
            flash_undo(_("Noted."))
            return back(subject, _BLOCK)
    return _form(subject, form, warned=found)


@both("GET", "/facts/<int:fact_id>/edit")
@guard.needs(Role.EDITOR)
def fact_edit(subject: Subject, fact_id: int) -> ResponseReturnValue:
    """The form for one of them."""
    fact = facts.get(session(), fact_id)
    subject.own(fact)
    values = {name: getattr(fact, name) for name in ("kind", "text", "source")}
    values |= {name: forms.iso(getattr(fact, name)) for name in ("noted_on", "valid_until")}
    return _form(subject, FactForm(formdata=None, data=values), fact_id=fact_id)


@both("POST", "/facts/<int:fact_id>")
def fact_save(subject: Subject, fact_id: int) -> ResponseReturnValue:
    """Change it."""
    fact = facts.get(session(), fact_id)
    subject.own(fact)
    form = FactForm()
    found = warned(form.text.data) if form.text.data != fact.text else ()
    if form.validate_on_submit() and not found:
        with form.mending():
            facts.change(session(), fact_id, **form.given)
            flash_undo(_("The note is changed."))
            return back(subject, _BLOCK)
    return _form(subject, form, fact_id=fact_id, warned=found)


@both("POST", "/facts/<int:fact_id>/closing")
def fact_close(subject: Subject, fact_id: int) -> ResponseReturnValue:
    """A wish fulfilled, a promise kept, a project over."""
    subject.own(facts.get(session(), fact_id))
    done = facts.close(session(), fact_id)
    said = {"wish": _("The wish is fulfilled."), "promise": _("The promise is kept.")}
    flash_undo(said.get(done.kind, _("The project is over.")))
    return back(subject, _BLOCK)


@both("POST", "/facts/<int:fact_id>/reopening")
def fact_reopen(subject: Subject, fact_id: int) -> ResponseReturnValue:
    """It is open after all."""
    subject.own(facts.get(session(), fact_id))
    facts.reopen(session(), fact_id)
    flash_undo(_("It is open again."))
    return back(subject, _BLOCK)


@both("POST", "/facts/<int:fact_id>/removal")
def fact_remove(subject: Subject, fact_id: int) -> ResponseReturnValue:
    """Take it off the card."""
    subject.own(facts.get(session(), fact_id))
    facts.remove(session(), fact_id)
    flash_undo(_("The note is gone."))
    return back(subject, _BLOCK)


def _form(
    subject: Subject, form: FactForm, *, fact_id: int | None = None, warned: Sequence[str] = ()
) -> ResponseReturnValue:
    return part(
        "fact",
        subject,
        id=f"fact-{fact_id or 'new'}",
        block=_BLOCK,
        form=form,
        title=_("Change the note") if fact_id else _("Note something"),
        action=subject.url("fact_save", fact_id=fact_id) if fact_id else subject.url("fact_add"),
        warned=warned,
    )
