"""Settings: what providers tell of bounces and spam reports, and the address each of them calls."""

from __future__ import annotations

from datetime import timedelta

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from outreach import clock
from outreach.replies import hooks as hook_file
from outreach.replies.hooks import HookLine
from outreach.users import Role
from outreach.web import forms, guard
from outreach.web.language import said
from outreach.web.settings import pages
from outreach.web.transaction import house, session

_COUNTED = timedelta(days=30)
#: what is told, in words
TOLD = {
    "hard": _l("address gone"), "soft": _l("not now"), "block": _l("refused"), "spam_report": _l("spam report"),
}  # fmt: skip
#: what the key of a provider is called there, and where it is found
KEYS = {
    "ses": (_l("Number of the topic (ARN)"), _l("Only calls of this topic are believed then. It begins with arn:aws:sns.")),
    "mailgun": (_l("HTTP webhook signing key"), _l("In Mailgun under “Sending, Webhooks”.")),
    "sendgrid": (_l("Verification key"), _l("In SendGrid under “Settings, Mail Settings, Event Webhooks, Signed Event Webhook”.")),
    "brevo": (_l("Token"), _l("If you set one in Brevo for this webhook; otherwise leave it empty.")),
}  # fmt: skip
#: what to switch on there
STEPS = {
    "ses": _l("In Amazon SNS make a topic, let SES send bounces and complaints there, and subscribe this address to it by HTTPS. Then open the link to confirm that appears here."),
    "postmark": _l("In Postmark open “Webhooks” of your server, add this address, and tick bounces, spam complaints and subscription changes. The password is part of the address."),
    "mailgun": _l("In Mailgun open “Sending, Webhooks” and enter this address for permanent and temporary failures, spam complaints and unsubscribes."),
    "sendgrid": _l("In SendGrid open “Settings, Mail Settings, Event Webhooks”, enter this address, tick bounces, drops, spam reports and unsubscribes, and switch the signature on."),
    "brevo": _l("In Brevo open “Transactional, Settings, Webhook”, enter this address, and tick hard and soft bounces, blocked, complaints, invalid addresses and unsubscribed."),
}  # fmt: skip


class KeyForm(forms.Form):
    """The key by which calls of a provider are proven."""

    key = forms.text(_l("Key"), longest=hook_file.KEY_MOST, render_kw={"autocomplete": "off", "spellcheck": "false"})


@pages.get("/hooks")
def hooks() -> ResponseReturnValue:
    """Every provider with what it told lately."""
    rows = hook_file.everything(session(), house(), since=clock.now() - _COUNTED)
    return render_template("settings/hooks.html", rows=[(one, _trouble(one)) for one in rows], told_words=TOLD)


@pages.get("/hooks/<provider>")
@guard.needs(Role.OWNER)
def hook(provider: str) -> ResponseReturnValue:
    """One provider: its address and its key."""
    return _hook(_line(provider), KeyForm())


@pages.post("/hooks/<provider>")
@guard.needs(Role.OWNER)
def turn_hook_on(provider: str) -> ResponseReturnValue:
    """This provider may call."""
    hook_file.turn_on(session(), house(), provider)
    return redirect(url_for("settings.hook", provider=provider), 303)


@pages.post("/hooks/<provider>/key")
@guard.needs(Role.OWNER)
def save_hook_key(provider: str) -> ResponseReturnValue:
    """Keep the key."""
    form = KeyForm()
    if form.validate_on_submit():
        with form.mending():
            hook_file.set_key(session(), house(), provider, form.key.data or "")
            flash(_("The key is saved."), "good")
            return redirect(url_for("settings.hook", provider=provider), 303)
    return _hook(_line(provider), form), 422


@pages.post("/hooks/<provider>/address")
@guard.needs(Role.OWNER)
def renew_hook(provider: str) -> ResponseReturnValue:
    """A new address, the old one is worthless."""
    hook_file.renew(session(), house(), provider)
    flash(_("There is a new address. Enter it at your provider; the old one is worthless from now on."), "good")
    return redirect(url_for("settings.hook", provider=provider), 303)


@pages.post("/hooks/<provider>/removal")
@guard.needs(Role.OWNER)
def turn_hook_off(provider: str) -> ResponseReturnValue:
    """This provider is heard no more."""
    hook_file.turn_off(session(), provider)
    flash(_("This provider is not heard any more. What it told stays."), "good")
    return redirect(url_for("settings.hooks"), 303)


def _line(provider: str) -> HookLine:
    return hook_file.one(session(), house(), provider, since=clock.now() - _COUNTED)


def _hook(line: HookLine, form: KeyForm) -> str:
    word, where = KEYS.get(line.provider, ("", ""))
    return render_template(
        "settings/hook.html", line=line, trouble=_trouble(line), form=form, key_word=word, key_where=where,
        steps=STEPS[line.provider],
    )  # fmt: skip


def _trouble(line: HookLine) -> str:
    return said(line.trouble["sentence"], line.trouble["values"]) if line.trouble else ""
