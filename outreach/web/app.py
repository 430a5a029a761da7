"""The factory: an opened installation and the blueprints of its floors become one Flask application."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, Flask, g, make_response, request
from flask.sessions import SecureCookieSessionInterface, SessionMixin
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_wtf import CSRFProtect
from jinja2 import StrictUndefined
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.middleware.proxy_fix import ProxyFix

from outreach import logs
from outreach.errors import N_
from outreach.house import House
from outreach.mailboxes import store as mailboxes
from outreach.settings import ROOT
from outreach.web import assets, errors, filters, guard, headers, language, limits, transaction
from outreach.web.form_key import form_key
from outreach.web.language import LANGUAGES
from outreach.web.week import Lines

log = logs.get(__name__)

#: the seven words of the navigation: endpoint, word, icon
NAVIGATION = (
    ("week.index", N_("Week"), "house"),
    ("occasions.index", N_("Occasions"), "sparkles"),
    ("contacts.index", N_("Contacts"), "users"),
    ("newsletters.index", N_("Newsletters"), "mail"),
    ("feeds.index", N_("Sources"), "newspaper"),
    ("reports.index", N_("Reports"), "chart-no-axes-column"),
    ("settings.index", N_("Settings"), "settings"),
)


class _Cookie(SecureCookieSessionInterface):
    """The session's cookie, prolonged by pages alone: an answer to a piece of a page may arrive after the page that
    followed, and would take its message away."""

    def should_set_cookie(self, app: Flask, session: SessionMixin) -> bool:
        """Whether this answer carries the cookie."""
        is_page = (
            "HX-Request" not in request.headers and request.headers.get("Sec-Fetch-Dest", "document") == "document"
        )
        return session.modified or (session.permanent and is_page)


class Cookie(SecureCookieSessionInterface):
    """The session cookie; `Secure` for whoever comes by https or by the public https address, proxies told of or not.

    Someone on the machine itself, at http://127.0.0.1, can sign in all the same.
    """

    def __init__(self, public_url: str) -> None:
        self._public = urlsplit(public_url)

    def get_cookie_secure(self, app: Flask) -> bool:
        """Whether browsers may send the cookie by https only."""
        return request.is_secure or (self._public.scheme == "https" and request.host == self._public.netloc)


class Outreach(Flask):
    """Flask with one transaction per request."""

    session_interface = _Cookie()

    def dispatch_request(self) -> ResponseReturnValue:
        """The view's answer; what it changed is committed before the answer leaves, unless it is an error."""
        answer = make_response(super().dispatch_request())
        if answer.status_code < 400:
            transaction.commit()
        return answer

    def log_exception(self, exc_info: Any) -> None:
        """Our mistakes, by endpoint: addresses of pages may hold sealed tokens, which are nobody's business."""
        log.error("request_failed", endpoint=request.endpoint, method=request.method, exc_info=exc_info)


def build(house: House, blueprints: Iterable[Blueprint], week_lines: Iterable[Lines] = ()) -> Flask:
    """The web application of this installation; `week_lines` is what each floor puts on the start page."""
    app = Outreach("outreach.web", template_folder=str(ROOT / "templates" / "web"))
    https = house.settings.public_url.startswith("https://")
    app.extensions["outreach"] = house
    app.extensions["outreach.week"] = tuple(week_lines)
    app.config.update(
        SECRET_KEY=house.settings.secret,
        SESSION_COOKIE_NAME="outreach",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=https,
        PERMANENT_SESSION_LIFETIME=timedelta(days=30),
        WTF_CSRF_TIME_LIMIT=None,  # as long as the session: a letter may take an hour to write
        MAX_CONTENT_LENGTH=4 * 1024 * 1024,
        MAX_FORM_MEMORY_SIZE=4 * 1024 * 1024,
    )
    app.session_interface = Cookie(house.settings.public_url)  # type: ignore[assignment]
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.add_extension("jinja2.ext.do")
    app.jinja_env.globals.update(
        form_key=form_key,
        navigation=NAVIGATION,
        product="Outreach",
        languages=LANGUAGES,
        endpoints=app.view_functions,
        get_locale=lambda: str(get_locale()),
        theme=_theme,
        sending_paused=_sending_paused,
    )
    if house.settings.trusted_proxies:
        hops = house.settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    for blueprint in blueprints:
        app.register_blueprint(blueprint)
    assets.install(app)
    filters.install(app)
    language.install(app, house)
    errors.install(app)
    guard.install(app)  # before CSRF, which reads the body: the guard says how large it may be
    _install_csrf(app)
    headers.install(app, https=https)
    limits.install(app, broker_url=house.settings.broker_url)
    app.teardown_request(lambda _error: transaction.undo())
    return app


def _theme() -> str:
    user = g.get("user")
    return user.theme if user is not None else "auto"


def _sending_paused() -> datetime | None:
    """Since when the red button holds everything, for the bar on every page behind the sign-in."""
    if g.get("user") is None:
        return None
    try:
        return mailboxes.everything_paused(transaction.session())
    except SQLAlchemyError:  # the page may be the one that says the database is away
        return None


def _install_csrf(app: Flask) -> None:
    protect = CSRFProtect(app)
    for view in app.view_functions.values():
        if getattr(view, "without_csrf", False):
            protect.exempt(view)
