"""The pages of people who are not users: opens, clicks, sign-up, confirmation, unsubscribing, preferences.

    sign_up → take_sign_up → mail → confirm → take_confirm          open · click
    mail → unsubscribe → one_click (the button and RFC 8058)        mail → preferences → take_preferences

A GET or HEAD changes nothing but a count: mail scanners follow every link (RFC 8058 § 3.2).
"""

from __future__ import annotations

import base64

from flask import Blueprint, g, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from outreach import clock, signup, tracking
from outreach.consent import lists
from outreach.consent.rows import MailingList
from outreach.errors import N_, BadToken, NotFound, OutreachError
from outreach.web import forms, guard
from outreach.web.headers import embeddable
from outreach.web.language import sentence
from outreach.web.limits import limited
from outreach.web.transaction import house, session, undo

pages = Blueprint("public", __name__)
_GIF = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")
#: a field people do not see and robots fill in
HONEYPOT = "homepage"


class SignUpForm(forms.Form):
    """What a sign-up needs; only the address is asked for in earnest."""

    class Meta:
        # Shown in frames of other sites, where no cookie of ours comes along; nobody is signed in here, so there is
        # nothing a forged request could use. Honeypot and rate limit stand instead.
        csrf = False

    email = forms.mail(_l("Mail address"), needed=True, render_kw={"autocomplete": "email"})
    first_name = forms.text(_l("First name (if you like)"), longest=100, render_kw={"autocomplete": "given-name"})
    last_name = forms.text(_l("Last name (if you like)"), longest=100, render_kw={"autocomplete": "family-name"})


@pages.route("/o/<token>", methods=["GET", "HEAD"])
def open(token: str) -> ResponseReturnValue:
    """The pixel. A wrong token gets the picture too, and is not counted."""
    status = 200
    try:
        _counter().take(tracking.Seen("open", token, _asked(), clock.now()))
    except BadToken:
        status = 404
    answer = make_response(_GIF, status)
    answer.headers.update({"Content-Type": "image/gif", "Cache-Control": "no-store, max-age=0"})
    return answer


@pages.route("/c/<token>", methods=["GET", "HEAD"])
def click(token: str) -> ResponseReturnValue:
    """On to where a link leads: an address of the newsletter, never one from the request."""
    address = _counter().take(tracking.Seen("click", token, _asked(), clock.now()))
    answer = redirect(address, 302)
    answer.headers.update({"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"})
    return answer


@pages.get("/sign-up/<key>")
def sign_up(key: str) -> ResponseReturnValue:
    """The sign-up page of a public list."""
    return render_template("public/sign_up.html", form=SignUpForm(), topic=_public_list(key), framed=False)


@pages.get("/sign-up/<key>/embed")
def embed(key: str) -> ResponseReturnValue:
    """The same form for a frame on another site."""
    page = render_template("public/sign_up.html", form=SignUpForm(), topic=_public_list(key), framed=True)
    return embeddable(make_response(page))


@pages.post("/sign-up/<key>")
@guard.without_csrf
@limited("20 per hour")
def take_sign_up(key: str) -> ResponseReturnValue:
    """Take the sign-up; the answer is the same whether the address is known or not."""
    topic = _public_list(key)
    framed = "framed" in request.args
    form = SignUpForm()
    if request.form.get(HONEYPOT):
        return redirect(url_for("public.thanks", key=key, framed=1 if framed else None), 303)
    if form.validate_on_submit():
        with form.mending():
            signup.request(
                session(),
                house(),
                signup.SignUp(
                    list_key=key,
                    email=form.email.data,
                    first_name=form.first_name.data,
                    last_name=form.last_name.data,
                    text_shown=consent_text(topic),
                    source=(request.referrer or request.url)[:500],
                    ip=_ip(),
                    zone=house().settings.timezone,
                ),
                clock.now(),
            )
            return redirect(url_for("public.thanks", key=key, framed=1 if framed else None), 303)
    page = make_response(render_template("public/sign_up.html", form=form, topic=topic, framed=framed), 422)
    return embeddable(page) if framed else page


@pages.get("/sign-up/<key>/thanks")
def thanks(key: str) -> ResponseReturnValue:
    """After the form: look into your mailbox."""
    framed = "framed" in request.args
    page = make_response(render_template("public/thanks.html", topic=_public_list(key), framed=framed))
    return embeddable(page) if framed else page


@pages.get("/confirm/<token>")
def confirm(token: str) -> ResponseReturnValue:
    """The question of the confirmation mail, once more: a scanner that follows links must not answer it."""
    _contact_id, topic = signup.pending(session(), house(), token)
    g.language = topic.language
    return render_template("public/confirm.html", topic=topic, token=token)


@pages.post("/confirm/<token>")
@guard.without_csrf
def take_confirm(token: str) -> ResponseReturnValue:
    """The answer: from now on subscribed, with proof."""
    topic = signup.confirm(session(), house(), token, ip=_ip(), zone=house().settings.timezone, now=clock.now())
    g.language = topic.language
    return render_template("public/confirmed.html", topic=topic)


@pages.get("/u/<token>")
def unsubscribe(token: str) -> ResponseReturnValue:
    """Leave? One button, no reasons asked. Reading this page changes nothing."""
    leaver = signup.leaving(session(), house(), token)
    g.language = leaver.language
    return render_template(
        "public/unsubscribe.html", leaver=leaver, token=token, preferences=_preferences(leaver.contact_id)
    )


@pages.post("/u/<token>")
@guard.without_csrf
def one_click(token: str) -> ResponseReturnValue:
    """Leave at once: the button, and mail programs with any body or none (RFC 8058). No cookie, no redirect."""
    how = "page" if request.form.get("from") == "page" else "one_click"
    leaver = signup.unsubscribe(
        session(), house(), token, how=how, ip=_ip(), zone=house().settings.timezone, now=clock.now()
    )
    g.language = leaver.language
    return render_template("public/unsubscribed.html", leaver=leaver, preferences=_preferences(leaver.contact_id))


@pages.get("/p/<token>")
def preferences(token: str) -> ResponseReturnValue:
    """What this person receives, and what may be measured."""
    person = signup.preferences(session(), house(), token)
    g.language = person.language
    return render_template("public/preferences.html", person=person, token=token, saved=False, problem="")


@pages.post("/p/<token>")
@guard.without_csrf
def take_preferences(token: str) -> ResponseReturnValue:
    """Receive exactly what is ticked from now on; or nothing at all, ever."""
    person = signup.preferences(session(), house(), token)
    g.language = person.language
    if "never" in request.form:
        signup.never_again(session(), house(), token, now=clock.now())
        return render_template("public/never.html", person=person)
    try:
        person = signup.change(
            session(), house(), token, list_ids={int(value) for value in request.form.getlist("list") if value.isdecimal()},
            measuring="measuring" in request.form, measuring_text=measuring_text(), source="preference page",
            ip=_ip(), zone=house().settings.timezone, now=clock.now())  # fmt: skip
    except BadToken:
        raise
    except OutreachError as error:
        undo()
        return render_template(
            "public/preferences.html", person=person, token=token, saved=False, problem=sentence(error)
        ), 422
    return render_template("public/preferences.html", person=person, token=token, saved=True, problem="")


def consent_text(topic: MailingList) -> str:
    """The sentence beside the button, kept as proof: shown and stored in the language of the list."""
    return str(
        _("Yes, send me “%(list)s” by mail. I can unsubscribe at any time, with a link in every mail.", list=topic.name)
    )


def measuring_text() -> str:
    """The sentence beside the tick that allows measuring, kept as proof."""
    return str(
        _("You may measure in person whether I open your mails and which links I follow, to send me what interests me.")
    )


@pages.app_context_processor
def _texts() -> dict[str, object]:
    return {"consent_text": consent_text, "measuring_text": measuring_text, "honeypot": HONEYPOT}


def _public_list(key: str) -> MailingList:
    topic = lists.by_key(session(), key)
    if not topic.is_public:
        raise NotFound(N_("There is no such list."))
    g.language = topic.language
    return topic


def _preferences(contact_id: int) -> str:
    return url_for("public.preferences", token=house().sealer.seal("preferences", contact_id))


def _counter() -> tracking.Counter:
    opened = house()
    return opened.kept(tracking.Counter, lambda: tracking.Counter(opened.database, opened.sealer))


def _asked() -> tracking.Request:
    return tracking.Request(method=request.method, agent=request.user_agent.string, ip=_ip())


def _ip() -> str:
    return request.remote_addr or ""
