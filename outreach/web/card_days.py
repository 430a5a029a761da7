"""The small blocks of a card that people and companies share: days to remember, tasks, postal addresses."""

from __future__ import annotations

from typing import Any

from flask.typing import ResponseReturnValue
from flask_babel import get_timezone
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from outreach import dates, tasks, users
from outreach.care import todo
from outreach.contacts import channels
from outreach.errors import N_, Invalid, NotFound
from outreach.users import Role
from outreach.web import forms, guard, words
from outreach.web.card_subject import Subject, back, both, part, today
from outreach.web.changes import flash_undo
from outreach.web.form_key import once
from outreach.web.transaction import session

_YEARLY = {"yearly": _l("every year"), "once": _l("only once")}


class DayForm(forms.Form):
    """A day to remember; a birthday may lack its year, or have nothing else."""

    kind = forms.select(_l("What day is it?"))
    label = forms.text(_l("What you call it"))
    day = forms.text(_l("Day"), longest=2)
    month = forms.text(_l("Month"), longest=2)
    year = forms.text(_l("Year"), longest=4)
    repeats = forms.Radio(_l("It comes"), choices=list(_YEARLY.items()), default="yearly", validate_choice=False)

    @property
    def given(self) -> dict[str, Any]:
        """As the days take it; raises Invalid."""
        numbers = {name: _number(self[name].data, name) for name in ("day", "month", "year")}
        label = self.label.data if self.kind.data == "other" else ""
        return {"kind": self.kind.data, "label": label, "is_yearly": self.repeats.data != "once", **numbers}


class TaskForm(forms.Form):
    """Something to do."""

    text = forms.text(_l("What is to be done?"), longest=500)
    due_on = forms.text(_l("Until when?"))
    user_id = forms.select(_l("Who does it?"))


class AddressForm(forms.Form):
    """Where letters go; all empty takes it away."""

    label = forms.select(_l("Kind"), [(one, words.REACH_LABELS[one]) for one in channels.POSTAL_LABELS])
    extra = forms.text(_l("Department, c/o"))
    street = forms.text(_l("Street and number"))
    postcode = forms.text(_l("Postcode"), longest=20)
    city = forms.text(_l("City"), longest=100)
    country = forms.text(_l("Country"), longest=100)


# ── days ───────────────────────────────────────────────────────────────────────


@both("GET", "/days/new")
@guard.needs(Role.EDITOR)
def day_new(subject: Subject) -> ResponseReturnValue:
    """The form for a day."""
    return _day_form(subject, _with_kinds(subject, DayForm(formdata=None)))


@both("POST", "/days")
@once
def day_add(subject: Subject) -> ResponseReturnValue:
    """Remember it; a second birthday replaces the first."""
    form = _with_kinds(subject, DayForm())
    if form.validate_on_submit():
        with form.mending():
            dates.put(session(), **subject.ids, **form.given)
            flash_undo(_("The day is noted."))
            return back(subject, "days")
    return _day_form(subject, form)


@both("POST", "/days/<int:day_id>/removal")
def day_remove(subject: Subject, day_id: int) -> ResponseReturnValue:
    """Forget it."""
    if all(one.id != day_id for one in dates.of(session(), **subject.ids, today=today())):
        raise NotFound(N_("There is nothing at this address."))
    dates.remove(session(), day_id)
    flash_undo(_("The day is gone."))
    return back(subject, "days")


def _day_form(subject: Subject, form: DayForm) -> ResponseReturnValue:
    title = _("A day to remember")
    return part("day", subject, id="day-new", block="days", form=form, title=title, action=subject.url("day_add"))


def _with_kinds(subject: Subject, form: DayForm) -> DayForm:
    without = "founding" if subject.contact_id is not None else "birthday"
    form.kind.choices = [pair for pair in words.DAYS.items() if pair[0] != without]
    return form


def _number(text: str, field: str) -> int | None:
    if not text:
        return None
    if not text.isdecimal():
        raise Invalid(N_("“%(value)s” is not a number."), field=field, value=text)
    return int(text)


# ── tasks ──────────────────────────────────────────────────────────────────────


@both("GET", "/tasks/new")
@guard.needs(Role.EDITOR)
def task_new(subject: Subject) -> ResponseReturnValue:
    """The form for something to do."""
    return _task_page(subject, _with_people(TaskForm(formdata=None, data={"user_id": str(guard.user().id)})))


@both("POST", "/tasks")
@once
def task_add(subject: Subject) -> ResponseReturnValue:
    """Keep it."""
    form = _with_people(TaskForm())
    if form.validate_on_submit():
        with form.mending():
            whose = int(form.user_id.data) if form.user_id.data else None
            due = forms.day(form.due_on.data, "due_on")
            me = guard.user().id
            tasks.add(session(), created_by_id=me, text=form.text.data, due_on=due, user_id=whose, **subject.ids)
            flash_undo(_("On your list."))
            return back(subject, "tasks")
    return _task_page(subject, form)


@both("POST", "/tasks/<int:task_id>/done")
def task_done(subject: Subject, task_id: int) -> ResponseReturnValue:
    """Ticked off, and with it what it belongs to: the step of a complaint, thanks for a referral."""
    subject.own(tasks.get(session(), task_id))
    todo.finish(session(), task_id, user_id=guard.user().id, zone=str(get_timezone()))
    flash_undo(_("Done."))
    return back(subject, "tasks")


def _task_page(subject: Subject, form: TaskForm) -> ResponseReturnValue:
    title = _("Something to do")
    return part("task", subject, id="task-new", block="tasks", form=form, title=title, action=subject.url("task_add"))


def _with_people(form: TaskForm) -> TaskForm:
    people = [(str(one.id), one.name) for one in users.everybody(session())]
    form.user_id.choices = [("", _("whoever has time")), *people]
    return form


# ── postal addresses ───────────────────────────────────────────────────────────


@both("GET", "/addresses/new")
@guard.needs(Role.EDITOR)
def address_new(subject: Subject) -> ResponseReturnValue:
    """The form for where letters go."""
    return _address_page(subject, AddressForm(formdata=None))


@both("GET", "/addresses/<int:address_id>/edit")
@guard.needs(Role.EDITOR)
def address_edit(subject: Subject, address_id: int) -> ResponseReturnValue:
    """The form for one address."""
    found = next((one for one in channels.postal(session(), **subject.ids) if one.id == address_id), None)
    if found is None:
        raise NotFound(N_("There is nothing at this address."))
    return _address_page(subject, AddressForm(formdata=None, obj=found), address_id)


@both("POST", "/addresses")
@once
def address_add(subject: Subject) -> ResponseReturnValue:
    """Keep another one."""
    return _keep_address(subject, None)


@both("POST", "/addresses/<int:address_id>")
def address_save(subject: Subject, address_id: int) -> ResponseReturnValue:
    """Change one, or take it away by emptying it."""
    return _keep_address(subject, address_id)


def _keep_address(subject: Subject, address_id: int | None) -> ResponseReturnValue:
    form = AddressForm()
    if form.validate_on_submit():
        with form.mending():
            subject.name  # noqa: B018 - a card that is gone gets no address
            kept = channels.set_postal(session(), **subject.ids, address_id=address_id, **form.values)
            flash_undo(_("The address is saved.") if kept is not None else _("The address is gone."))
            return back(subject, "reach")
    return _address_page(subject, form, address_id)


def _address_page(subject: Subject, form: AddressForm, address_id: int | None = None) -> ResponseReturnValue:
    return part(
        "address",
        subject,
        id=f"address-{address_id or 'new'}",
        block="reach",
        form=form,
        title=_("Where letters go"),
        action=subject.url("address_save", address_id=address_id) if address_id else subject.url("address_add"),
        is_new=address_id is None,
    )
