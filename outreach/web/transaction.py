"""One transaction per request: opened when first used, committed when the view has answered, rolled back on errors.

GET and HEAD read; every other method writes. A view says otherwise with `@writes` or `@reads`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar, cast

from flask import current_app, g, request
from sqlalchemy.orm import Session

from outreach import journal
from outreach.house import House

View = TypeVar("View", bound=Callable[..., object])


def house() -> House:
    """The installation this request is answered by."""
    return cast(House, current_app.extensions["outreach"])


def session() -> Session:
    """The session of this request."""
    if "session" not in g:
        g.session = house().database.session(writing=writing())
    # Every time: who is signed in is read through this session too, and known only afterwards.
    user = g.get("user")
    journal.author(g.session, user.id if user is not None else None)
    return cast(Session, g.session)


def writes(view: View) -> View:
    """Mark a view that writes although it answers GET, for the rare page that has to."""
    view.transaction = "writes"  # type: ignore[attr-defined]
    return view


def reads(view: View) -> View:
    """Mark a view that answers POST and changes nothing in the database."""
    view.transaction = "reads"  # type: ignore[attr-defined]
    return view


def writing() -> bool:
    """Whether the view asked for may change something."""
    view = current_app.view_functions.get(request.endpoint or "")
    marked = getattr(view, "transaction", None)
    return marked == "writes" if marked else request.method not in ("GET", "HEAD", "OPTIONS")


def commit() -> None:
    """Keep what this request changed, and send the jobs it asked for."""
    if "session" in g:
        _end(g.pop("session"), keep=writing())


def undo() -> None:
    """Forget what this request changed so far; what follows begins anew. What was read stays readable."""
    if "session" in g:
        g.session.expunge_all()  # before the rollback, which would empty every object the view still wants to show
        _end(g.pop("session"), keep=False)


#: ends the transaction early, before the view talks to a server; the next use of session() opens another one
release = commit


def _end(ended: Session, *, keep: bool) -> None:
    try:
        if keep:
            ended.commit()
        else:
            ended.rollback()
    finally:
        ended.close()
