"""Tasks: what is overdue, due today, later, some day; added, changed, ticked off."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_timezone, gettext
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from outreach import clock, tasks, users
from outreach.care import todo
from outreach.tasks import TaskLine
from outreach.users import Role
from outreach.web import forms, guard, lists, people
from outreach.web.changes import flash_undo
from outreach.web.form_key import once
from outreach.web.transaction import session

pages = Blueprint("tasks", __name__, url_prefix="/tasks")
_GROUPS = {"overdue": _l("Overdue"), "today": _l("Today"), "later": _l("Later"), "some_day": _l("Some day")}


class TaskForm(people.PersonForm):
    """Something to do, perhaps about a contact."""

    text = forms.text(_l("What is to be done?"), longest=500, needed=True)
    due_on = forms.text(_l("Until when?"), longest=20, render_kw={"type": "date"})
    user_id = forms.select(_l("Who does it?"))

    def offer_users(self) -> None:
        """The people who may do it."""
        everybody = [one for one in users.everybody(session()) if one.disabled_at is None]
        self.user_id.choices = [("", _("Everybody")), *((str(one.id), one.name) for one in everybody)]


@pages.get("")
def index() -> ResponseReturnValue:
    """What is to be done, or what was done."""
    wanted = lists.wanted(sorts=("due",), default="due", filters=("show", "whose"))
    is_done = wanted.filter("show") == "done"
    mine = guard.user().id if wanted.filter("whose") == "mine" else None
    found = tasks.list_page(session(), **wanted.args, done=is_done, user_id=mine)
    return render_template(
        "tasks/index.html", wanted=wanted, found=found, groups=_grouped(found.rows), is_done=is_done, today=_today()
    )


@pages.get("/new")
@guard.needs(Role.EDITOR)
def new() -> ResponseReturnValue:
    """The form for another one; a contact may be given in the address."""
    form = _form()
    if (contact_id := request.args.get("contact", type=int)) is not None:
        form.preset(contact_id)
    return render_template("tasks/form.html", form=form, task=None)


@pages.post("")
@once
def add() -> ResponseReturnValue:
    """Keep another one."""
    form = _form()
    if form.validate_on_submit():
        with form.mending():
            tasks.add(
                session(), text=form.text.data, contact_id=form.chosen(), due_on=forms.day(form.due_on.data, "due_on"),
                user_id=int(form.user_id.data) if form.user_id.data else None, created_by_id=guard.user().id,
            )  # fmt: skip
            flash_undo(_("The task is noted."))
            return redirect(_back(), 303)
    return render_template("tasks/form.html", form=form, task=None), 422


@pages.get("/<int:task_id>/edit")
@guard.needs(Role.EDITOR)
def edit(task_id: int) -> ResponseReturnValue:
    """The form for one task."""
    found = tasks.get(session(), task_id)
    form = _form()
    form.text.data, form.due_on.data = found.text, forms.iso(found.due_on)
    form.user_id.data = str(found.user_id or "")
    if found.contact_id is not None:
        form.preset(found.contact_id)
    return render_template("tasks/form.html", form=form, task=found)


@pages.post("/<int:task_id>")
def save(task_id: int) -> ResponseReturnValue:
    """Keep the changes."""
    found, form = tasks.get(session(), task_id), _form()
    if form.validate_on_submit():
        with form.mending():
            given = {} if found.kind or found.company_id else {"contact_id": form.chosen()}
            tasks.change(
                session(), task_id, text=form.text.data, due_on=forms.day(form.due_on.data, "due_on"),
                user_id=int(form.user_id.data) if form.user_id.data else None, **given,
            )  # fmt: skip
            flash_undo(_("The task is saved."))
            return redirect(_back(), 303)
    return render_template("tasks/form.html", form=form, task=found), 422


@pages.post("/<int:task_id>/done")
def finish(task_id: int) -> ResponseReturnValue:
    """Tick it off, and what it belongs to."""
    todo.finish(session(), task_id, user_id=guard.user().id, zone=str(get_timezone()))
    flash_undo(_("Done: %(task)s", task=task_words(tasks.get(session(), task_id))))
    return redirect(_back(), 303)


@pages.post("/<int:task_id>/open")
def reopen(task_id: int) -> ResponseReturnValue:
    """It is not done after all."""
    todo.reopen(session(), task_id)
    flash_undo(_("The task is open again."))
    return redirect(_back(), 303)


@pages.post("/<int:task_id>/removal")
def remove(task_id: int) -> ResponseReturnValue:
    """Forget it."""
    tasks.remove(session(), task_id)
    flash_undo(_("The task is gone."))
    return redirect(_back(), 303)


@pages.get("/people")
def suggested() -> ResponseReturnValue:
    """Names that fit what was typed, for the list below the field."""
    typed = next((value for name, value in request.args.items() if name.endswith("about")), "")  # forms have prefixes
    text = typed.strip()[:100].replace("\0", "")
    found = people.matching(text) if len(text) > 1 else []
    return render_template("tasks/_people.html", found=found, described=people.described)


@pages.app_template_filter("task_words")
def task_words(task: TaskLine | tasks.Task) -> str:
    """A task in the reader's language: what the program wrote before the colon is translated."""
    before, colon, rest = task.text.partition(": ")
    return f"{gettext(before)}{colon}{rest}" if task.kind and before else task.text


def _form() -> TaskForm:
    form = TaskForm()
    form.offer_users()
    return form


def _today() -> date:
    return forms.local_day(clock.now())


def _back() -> str:
    asked = request.form.get("next", "")
    return guard.safe_next(asked) if asked else url_for("tasks.index")


def _grouped(rows: object) -> list[tuple[str, str, list[TaskLine]]]:
    found: dict[str, list[TaskLine]] = {key: [] for key in _GROUPS}
    today = _today()
    for one in rows:  # type: ignore[attr-defined]
        if one.due_on is None:
            found["some_day"].append(one)
        elif one.due_on < today:
            found["overdue"].append(one)
        else:
            found["today" if one.due_on == today else "later"].append(one)
    return [(key, str(word), found[key]) for key, word in _GROUPS.items() if found[key]]
