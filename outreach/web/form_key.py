"""The same form posted twice is answered once: `@once` on the view, `{{ form_key() }}` in the form."""

from __future__ import annotations

import functools
import re
import secrets
from collections.abc import Callable
from typing import Any

from flask import make_response, redirect, request
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from sqlalchemy.exc import IntegrityError

from outreach import once as kept
from outreach.web import transaction

FIELD = "form_key"
_KEY = re.compile(r"[A-Za-z0-9_-]{20,60}")


def form_key() -> Markup:
    """The hidden field that tells one filled-in form from another."""
    return Markup('<input type="hidden" name="{}" value="{}">').format(FIELD, secrets.token_urlsafe(18))


def once(view: Callable[..., ResponseReturnValue]) -> Callable[..., ResponseReturnValue]:
    """Give a second post of the same form the answer of the first. An answer that shows errors is not kept."""

    @functools.wraps(view)
    def wrapped(*args: Any, **kwargs: Any) -> ResponseReturnValue:
        key = request.form.get(FIELD, "")
        if not _KEY.fullmatch(key):
            return view(*args, **kwargs)
        key = f"{key}:{request.endpoint}"[:64]
        before = kept.answer(transaction.session(), key)
        if before is not None:
            return redirect(before, 303)
        answer = make_response(view(*args, **kwargs))
        if answer.status_code in (302, 303):
            try:
                kept.remember(transaction.session(), key, answer.location)
            except IntegrityError:  # the other post was a moment faster; its transaction is committed by now
                transaction.undo()
                return redirect(kept.answer(transaction.session(), key) or answer.location, 303)
        return answer

    return wrapped
