"""Who may sign in, and what each may do."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import PasswordField
from wtforms.validators import InputRequired

from outreach import users
from outreach.users import Role
from outreach.web import forms, guard
from outreach.web.form_key import once
from outreach.web.settings import pages
from outreach.web.transaction import house, session

ROLES = {"owner": _l("Owner"), "editor": _l("Editor"), "reader": _l("Reader")}


class RoleForm(forms.Form):
    """What somebody may do."""

    role = forms.Radio(_l("Role"), choices=list(ROLES.items()), default="editor")


class UserForm(RoleForm):
    """Somebody else who may sign in."""

    name = forms.text(_l("Name"), needed=True)
    email = forms.mail(_l("Mail address"), needed=True)
    password = PasswordField(
        _l("First password"), [InputRequired(_l("This is needed."))], render_kw={"autocomplete": "new-password"}
    )


@pages.get("/users")
@guard.needs(Role.OWNER)
def people() -> ResponseReturnValue:
    """Everybody with their role."""
    return render_template("settings/users.html", rows=users.everybody(session()), roles=ROLES)


@pages.get("/users/new")
@guard.needs(Role.OWNER)
def new_user() -> ResponseReturnValue:
    """The form for another one."""
    return render_template("settings/user_new.html", form=UserForm())


@pages.post("/users")
@guard.needs(Role.OWNER)
@once
def add_user() -> ResponseReturnValue:
    """Let somebody else in."""
    form = UserForm()
    if form.validate_on_submit():
        with form.mending():
            users.add(
                session(),
                name=form.name.data,
                email=form.email.data,
                password=form.password.data,
                role=Role(form.role.data),
                language=guard.user().language,
                time_zone=house().settings.timezone,
            )
            flash(_("%(name)s may sign in now.", name=form.name.data), "good")
            return redirect(url_for("settings.people"), 303)
    return render_template("settings/user_new.html", form=form), 422


@pages.get("/users/<int:user_id>")
@guard.needs(Role.OWNER)
def person(user_id: int) -> ResponseReturnValue:
    """One user: role, and whether they may sign in."""
    found = users.get(session(), user_id)
    return render_template("settings/user.html", form=RoleForm(obj=found), person=found, roles=ROLES)


@pages.post("/users/<int:user_id>")
@guard.needs(Role.OWNER)
def save_role(user_id: int) -> ResponseReturnValue:
    """Another role."""
    form, found = RoleForm(), users.get(session(), user_id)
    if form.validate_on_submit():
        with form.mending():
            users.set_role(session(), found, Role(form.role.data))
            flash(_("The role is saved."), "good")
            return redirect(url_for("settings.people"), 303)
    return render_template("settings/user.html", form=form, person=users.get(session(), user_id), roles=ROLES), 422


@pages.post("/users/<int:user_id>/access")
@guard.needs(Role.OWNER)
def toggle_access(user_id: int) -> ResponseReturnValue:
    """Shut somebody out at once everywhere, or let them in again."""
    found = users.get(session(), user_id)
    if found.disabled_at is None:
        users.disable(session(), found)
        flash(_("%(name)s cannot sign in any more.", name=found.name), "good")
    else:
        users.enable(session(), found)
        flash(_("%(name)s may sign in again.", name=found.name), "good")
    return redirect(url_for("settings.people"), 303)
