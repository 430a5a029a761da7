"""The door: the first visit, signing in and out. The only pages of the admin a stranger may see."""

from __future__ import annotations

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, PasswordField
from wtforms.validators import InputRequired

from outreach import users
from outreach.errors import N_, Conflict
from outreach.users import Role
from outreach.web import forms, guard
from outreach.web.form_key import once
from outreach.web.limits import limited
from outreach.web.transaction import house, reads, release, session

pages = Blueprint("door", __name__)


class OwnerForm(forms.Form):
    """The first user."""

    name = forms.text(_l("Your name"), needed=True, render_kw={"autocomplete": "name"})
    email = forms.mail(_l("Your mail address"), needed=True, render_kw={"autocomplete": "username"})
    password = PasswordField(
        _l("Password"), [InputRequired(_l("This is needed."))], render_kw={"autocomplete": "new-password"}
    )


class SignInForm(forms.Form):
    """Name and password."""

    email = forms.mail(_l("Mail address"), needed=True, render_kw={"autocomplete": "username"})
    password = PasswordField(
        _l("Password"), [InputRequired(_l("This is needed."))], render_kw={"autocomplete": "current-password"}
    )
    next = HiddenField()


@pages.get("/welcome")
def welcome() -> ResponseReturnValue:
    """The first visit: three steps on one page."""
    if g.user is not None:
        return redirect(url_for("week.first_steps"), 303)
    if users.anybody(session()):
        return redirect(url_for("door.sign_in"), 303)
    return render_template("door/welcome.html", form=OwnerForm())


@pages.post("/welcome")
@limited("30 per minute")
@once
def begin() -> ResponseReturnValue:
    """Create the owner, only while there is nobody."""
    if users.anybody(session()):
        raise Conflict(N_("This installation has an owner already. Please sign in."))
    form = OwnerForm()
    if form.validate_on_submit():
        with form.mending():
            owner = users.add(
                session(),
                name=form.name.data,
                email=form.email.data,
                password=form.password.data,
                role=Role.OWNER,
                language=str(get_locale()),
                time_zone=house().settings.timezone,
            )
            guard.let_in(owner)
            return redirect(url_for("week.first_steps"), 303)
    return render_template("door/welcome.html", form=form), 422


@pages.get("/sign-in")
def sign_in() -> ResponseReturnValue:
    """The form, or straight on for who is signed in."""
    if g.user is not None:
        return redirect(guard.safe_next(request.args.get("next")), 303)
    if not users.anybody(session()):
        return redirect(url_for("door.welcome"), 303)
    return render_template("door/sign_in.html", form=SignInForm(next=request.args.get("next", "")))


def _address() -> str:
    return "sign-in " + request.form.get("email", "").strip().lower()[:320]


@pages.post("/sign-in")
@reads
@limited("20 per minute")
@limited("10 per 15 minutes", by=_address)
def enter() -> ResponseReturnValue:
    """Sign in; the answer does not tell whether the address or the password was wrong."""
    form = SignInForm()
    if form.validate_on_submit():
        user = users.sign_in(session(), email=form.email.data, password=form.password.data)
        if user is not None:
            guard.let_in(user)
            return redirect(guard.safe_next(form.next.data), 303)
        form.form_errors.append(_("Address and password do not fit together. Please check both and try again."))
    return render_template("door/sign_in.html", form=form), 422


@pages.post("/sign-out")
@reads
@guard.needs(Role.READER)
def sign_out() -> ResponseReturnValue:
    """End this browser's session."""
    guard.let_out()
    flash(_("You are signed out."), "good")
    return redirect(url_for("door.sign_in"), 303)


@pages.get("/health")
def health() -> ResponseReturnValue:
    """For load balancers: 200 when the database answers."""
    users.anybody(session())
    release()
    return {"status": "ok"}
