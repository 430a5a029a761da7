"""What providers call: bounces, spam reports, unsubscribing. Proven by signature, password or a secret address.

The answers are for machines: 200 taken (also what was told before), 400 junk, 401 and 403 not proven, 404 no such address,
413 too large, 503 could not be checked now.
"""

from __future__ import annotations

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from outreach import clock
from outreach.errors import Conflict, Invalid
from outreach.mail import hooks as calls
from outreach.mail.hooks import Call, Certificates, Junk, Unproven
from outreach.replies import hooks
from outreach.web import guard
from outreach.web.limits import limited
from outreach.web.transaction import commit, house, release, session, undo

bp = Blueprint("webhooks", __name__)


@bp.post("/hooks/<provider>/<token>")
@guard.without_csrf
@guard.takes_files(megabytes=2)
@limited("600 per minute")
def take(provider: str, token: str) -> ResponseReturnValue:
    """A call of a provider; taken twice it changes nothing."""
    call = Call(request.get_data(), {name.lower(): value for name, value in request.headers.items()})
    try:
        key = hooks.opened(session(), house(), provider, token)
        release()
        heard = calls.heard(provider, call, key, now=clock.now(), certificates=_certificates())
        hooks.take(session(), house(), provider, heard, now=clock.now())
        commit()
    except Junk:
        return _plain("not understood", 400)
    except Unproven as refused:
        return _refused(provider, refused.sentence, refused.status)
    except Invalid as error:  # a key that was locked with another key of the installation
        return _refused(provider, error.sentence, 403)
    except Conflict:  # taken before
        undo()
    return _plain("taken", 200)


def _refused(provider: str, sentence: str, status: int) -> ResponseReturnValue:
    undo()
    hooks.refuse(session(), provider, sentence)
    commit()
    return _plain("not proven", status)


def _plain(words: str, status: int) -> ResponseReturnValue:
    headers = {"Content-Type": "text/plain; charset=utf-8", "Cache-Control": "no-store"}
    if status == 401:
        headers["WWW-Authenticate"] = 'Basic realm="Outreach"'
    return words, status, headers


def _certificates() -> Certificates:
    return house().kept(Certificates, Certificates)
