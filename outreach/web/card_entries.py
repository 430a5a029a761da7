"""The timeline on a card: looked at, filtered, more of it; entries made, changed, taken off; offers won and lost."""

from __future__ import annotations

from flask import flash, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import TextAreaField

from outreach.history import store as history
from outreach.history import timeline
from outreach.users import Role
from outreach.web import forms, guard, money, words
from outreach.web.card_subject import Subject, back, both, moment, part, today, warned
from outreach.web.changes import flash_undo
from outreach.web.form_key import once
from outreach.web.transaction import session

#: made where they belong: newsletters when they are sent, a survey by its answers, the rest on the page of care, where a
#: complaint gets its steps and a gift its tax line
_NOT_BY_HAND = frozenset({"newsletter", "survey", "referral", "complaint", "gift"})
_BLOCK = "timeline"


class EntryForm(forms.Form):
    """Something that happened."""

    kind = forms.select(_l("What was it?"))
    on = forms.text(_l("When?"))
    text = TextAreaField(_l("In a few words"), filters=[forms.stripped])
    amount = forms.text(_l("Amount in euros"), longest=50)

    @property
    def given(self) -> history.TouchpointFields:
        """As the history takes it, without the day; raises Invalid."""
        paid = self.kind.data in history.PAID
        return {
            "kind": self.kind.data,
            "text": self.text.data,
            "amount": money.typed(self.amount.data) if paid else None,
        }


@both("GET", "/timeline")
def timeline_of(subject: Subject) -> ResponseReturnValue:
    """The timeline alone, narrowed to a kind, from a place on."""
    kind, after = request.args.get("kind", ""), request.args.get("after", "")[:60]
    kinds = [kind] if kind else []
    if subject.contact_id is not None:
        counts = timeline.counts(session(), subject.contact_id)
        found = timeline.of_contact(session(), subject.contact_id, kinds=kinds, after=after)
    else:
        counts = {}
        found = timeline.of_company(session(), subject.company_id or 0, kinds=kinds, after=after)
    return render_template(
        "contacts/timeline_page.html",
        subject=subject,
        name=subject.name,
        timeline=found,
        counts=counts,
        kind=kind,
        after=after,
        words=words,
    )


@both("GET", "/entries/new")
@guard.needs(Role.EDITOR)
def entry_new(subject: Subject) -> ResponseReturnValue:
    """The form for something that happened."""
    kind = request.args.get("kind", "call")
    return _form(subject, _entry_form({"kind": kind, "on": today().isoformat()}))


@both("POST", "/entries")
@once
def entry_add(subject: Subject) -> ResponseReturnValue:
    """Put it on the timeline."""
    form = _entry_form()
    found = warned(form.text.data)
    if form.validate_on_submit() and not found:
        with form.mending():
            given = form.given
            given["at"], given["source"] = moment(forms.day(form.on.data, "on") or today()), _("by hand")
            history.add(session(), **subject.ids, user_id=guard.user().id, **given)
            flash_undo(_("Noted."))
            return back(subject, _BLOCK)
    return _form(subject, form, warned=found)


@both("GET", "/entries/<int:entry_id>/edit")
@guard.needs(Role.EDITOR)
def entry_edit(subject: Subject, entry_id: int) -> ResponseReturnValue:
    """The form for one entry."""
    entry = history.get(session(), entry_id)
    subject.own(entry)
    on = forms.local_day(entry.at)
    values = {"kind": entry.kind, "text": entry.text, "on": on.isoformat(), "amount": money.for_field(entry.amount)}
    return _form(subject, _entry_form(values, kept=entry.kind), entry_id=entry_id)


@both("POST", "/entries/<int:entry_id>")
def entry_save(subject: Subject, entry_id: int) -> ResponseReturnValue:
    """Change it; the hour stays when the day does."""
    entry = history.get(session(), entry_id)
    subject.own(entry)
    form, at = _entry_form(kept=entry.kind), entry.at
    found = warned(form.text.data) if form.text.data != entry.text else ()
    if form.validate_on_submit() and not found:
        with form.mending():
            given, on = form.given, forms.day(form.on.data, "on") or today()
            given["at"] = at if forms.local_day(at) == on else moment(on)
            history.change(session(), entry_id, **given)
            flash_undo(_("The entry is changed."))
            return back(subject, _BLOCK)
    return _form(subject, form, entry_id=entry_id, warned=found)


@both("POST", "/entries/<int:entry_id>/removal")
def entry_remove(subject: Subject, entry_id: int) -> ResponseReturnValue:
    """Take it off the timeline."""
    subject.own(history.get(session(), entry_id))
    history.remove(session(), entry_id)
    flash_undo(_("The entry is gone."))
    return back(subject, _BLOCK)


@both("POST", "/entries/<int:entry_id>/answer")
def offer_answer(subject: Subject, entry_id: int) -> ResponseReturnValue:
    """An offer was won, and becomes an order of today; or it was lost."""
    subject.own(history.get(session(), entry_id))
    won = request.form.get("answer") == "won"
    if not won and request.form.get("answer") != "lost":
        flash(_("Say whether the offer was won or lost."), "warning")
        return back(subject, _BLOCK)
    history.settle_offer(session(), entry_id, won=won, user_id=guard.user().id, on=today())
    flash_undo(_("Won! The order is on the timeline.") if won else _("Noted as lost."))
    return back(subject, _BLOCK)


def _form(
    subject: Subject, form: EntryForm, *, entry_id: int | None = None, warned: object = ()
) -> ResponseReturnValue:
    return part(
        "entry",
        subject,
        id=f"entry-{entry_id or 'new'}",
        block=_BLOCK,
        form=form,
        title=_("Change the entry") if entry_id else _("What happened?"),
        action=subject.url("entry_save", entry_id=entry_id) if entry_id else subject.url("entry_add"),
        warned=warned,
        paid="|".join(sorted(history.PAID)),
    )


def _entry_form(values: dict[str, str] | None = None, *, kept: str = "") -> EntryForm:
    """The form; `kept` is the kind of the entry that is changed, which may stay what it is."""
    form = EntryForm(formdata=None, data=values) if values is not None else EntryForm()
    form.kind.choices = [pair for pair in words.TOUCHPOINTS.items() if pair[0] not in _NOT_BY_HAND or pair[0] == kept]
    return form
