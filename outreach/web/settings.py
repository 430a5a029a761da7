"""Settings: the person, the organisation, who mails come from, where they go out, who may sign in."""

from __future__ import annotations

from dataclasses import replace
from zoneinfo import available_timezones

import flask_babel
from flask import Blueprint, flash, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import PasswordField
from wtforms.validators import InputRequired

from outreach import users
from outreach.users import Role
from outreach.web import forms, guard
from outreach.web.language import LANGUAGES
from outreach.web.transaction import session

pages = Blueprint("settings", __name__, url_prefix="/settings")


class ProfileForm(forms.Form):
    """How pages look to one person."""

    name = forms.text(_l("Name"), needed=True, render_kw={"autocomplete": "name"})
    language = forms.Radio(_l("Language"), choices=list(LANGUAGES.items()))
    time_zone = forms.text(_l("Time zone"), needed=True, longest=64, render_kw={"list": "zones"})
    theme = forms.Radio(
        _l("Look"), choices=[("auto", _l("As on my device")), ("light", _l("Light")), ("dark", _l("Dark"))]
    )
    digest_at = forms.text(_l("Morning digest at"), longest=5, render_kw={"type": "time"})


class PasswordForm(forms.Form):
    """A new password for oneself."""

    old = PasswordField(
        _l("Current password"), [InputRequired(_l("This is needed."))], render_kw={"autocomplete": "current-password"}
    )
    new = PasswordField(
        _l("New password"), [InputRequired(_l("This is needed."))], render_kw={"autocomplete": "new-password"}
    )


@pages.get("")
def index() -> ResponseReturnValue:
    """The first page of the settings."""
    return redirect(url_for("settings.profile"), 303)


@pages.get("/profile")
def profile() -> ResponseReturnValue:
    """Name, language, zone, theme, password."""
    return _profile(ProfileForm(obj=users.get(session(), guard.user().id)), PasswordForm())


@pages.post("/profile")
@guard.needs(Role.READER)
def save_profile() -> ResponseReturnValue:
    """Keep the profile; the answer already speaks the new language."""
    form = ProfileForm()
    if form.validate_on_submit():
        with form.mending():
            users.set_profile(session(), users.get(session(), guard.user().id), **form.values)
            g.user = replace(guard.user(), **{name: one for name, one in form.values.items() if name != "digest_at"})
            flask_babel.refresh()
            flash(_("Your profile is saved."), "good")
            return redirect(url_for("settings.profile"), 303)
    return _profile(form, PasswordForm(formdata=None)), 422


@pages.post("/password")
@guard.needs(Role.READER)
def save_password() -> ResponseReturnValue:
    """A new password; this browser stays signed in, every other one does not."""
    form = PasswordForm()
    if form.validate_on_submit():
        with form.mending():
            user = users.get(session(), guard.user().id)
            users.change_password(session(), user, old=form.old.data, new=form.new.data)
            guard.let_in(user)
            flash(_("Your password is changed. Other devices have to sign in again."), "good")
            return redirect(url_for("settings.profile"), 303)
    return _profile(ProfileForm(formdata=None, obj=users.get(session(), guard.user().id)), form), 422


def _profile(form: ProfileForm, password: PasswordForm) -> str:
    return render_template("settings/profile.html", form=form, password=password, zones=sorted(available_timezones()))
