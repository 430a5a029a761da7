"""Who may see what: every page needs a signed-in user unless it stands in PUBLIC, every change needs an editor.

A view asks for another role with `@needs(Role.OWNER)`; a test goes through every route.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar, cast
from urllib.parse import urlsplit

from flask import Flask, abort, current_app, g, make_response, redirect, request, session, url_for
from flask.typing import ResponseReturnValue

from outreach import users
from outreach.errors import N_, Forbidden
from outreach.users import Role, User
from outreach.web import transaction

View = TypeVar("View", bound=Callable[..., object])

#: endpoints anybody may ask for; each entry is a decision
PUBLIC = frozenset(
    {
        "static",
        "door.welcome",
        "door.begin",
        "door.sign_in",
        "door.enter",
        "door.health",
        "public.open",
        "public.click",
        "public.sign_up",
        "public.embed",
        "public.take_sign_up",
        "public.confirm",
        "public.take_confirm",
        "public.unsubscribe",
        "public.preferences",
        "public.take_preferences",
        "public.one_click",
        "issue.view",
        "public.thanks",
        "public.survey",
        "public.take_survey",
        "public.survey_thanks",
        "calendar.feed",
        "webhooks.take",
    }
)


@dataclass(frozen=True)
class SignedIn:
    """The person at the keyboard."""

    id: int
    name: str
    email: str
    role: Role
    language: str
    time_zone: str
    theme: str

    def may(self, role: Role | str) -> bool:
        """Whether this person's role is enough where `role` is asked for."""
        return self.role.may(Role(role))

    @property
    def initials(self) -> str:
        """One or two letters for the little disc."""
        words = self.name.split()
        return "".join(word[0] for word in (words[:1] + words[-1:] if len(words) > 1 else words)).upper() or "?"


def needs(role: Role) -> Callable[[View], View]:
    """Mark a view that asks for this role, whatever its method."""

    def mark(view: View) -> View:
        view.needs = role  # type: ignore[attr-defined]
        return view

    return mark


def takes_files(*, megabytes: int) -> Callable[[View], View]:
    """Mark a view that takes uploads; every other one refuses bodies above the ordinary limit."""

    def mark(view: View) -> View:
        view.megabytes = megabytes  # type: ignore[attr-defined]
        return view

    return mark


def without_csrf(view: View) -> View:
    """Mark a public view other programs post to, such as the one-click unsubscribe of RFC 8058."""
    view.without_csrf = True  # type: ignore[attr-defined]
    return view


def user() -> SignedIn:
    """The signed-in person; only behind the guard."""
    return cast(SignedIn, g.user)


def let_in(user: User) -> None:
    """Make this the signed-in person of the browser's session."""
    session.clear()
    session.permanent = True
    session["user"] = [user.id, user.session_version]


def let_out() -> None:
    """Forget who was signed in."""
    session.clear()


def install(app: Flask) -> None:
    """Put the guard in front of every view."""
    app.before_request(_check)


def role_for(view: object, method: str) -> Role:
    """The role a view asks for."""
    marked = getattr(view, "needs", None)
    if marked is not None:
        return cast(Role, marked)
    return Role.READER if method in ("GET", "HEAD", "OPTIONS") else Role.EDITOR


def safe_next(path: str | None) -> str:
    """Where to go after signing in: a path of ours, never another site."""
    if path and path.startswith("/") and not path.startswith(("//", "/\\")):
        parts = urlsplit(path)
        if not parts.scheme and not parts.netloc and "\\" not in path:
            return path
    return url_for("week.index")


def _check() -> ResponseReturnValue | None:
    g.user = None
    if request.endpoint == "static":
        return None
    view = current_app.view_functions.get(request.endpoint or "")
    if view is not None and hasattr(view, "megabytes"):
        request.max_content_length = view.megabytes * 1024 * 1024
    g.user = _who()
    if view is None or request.endpoint in PUBLIC:
        return None  # an address that leads nowhere becomes a 404, for strangers too
    if g.user is None:
        return _to_the_door()
    if not g.user.may(role_for(view, request.method)):
        raise Forbidden(N_("Your role does not allow this. Ask an owner of this installation."))
    return None


def _who() -> SignedIn | None:
    known = session.get("user")
    if not known:
        return None
    found = users.signed_in(transaction.session(), known[0], version=known[1])
    if found is None:
        session.clear()
        return None
    return SignedIn(
        id=found.id,
        name=found.name,
        email=found.email,
        role=Role(found.role),
        language=found.language,
        time_zone=found.time_zone,
        theme=found.theme,
    )


def _to_the_door() -> ResponseReturnValue:
    if not users.anybody(transaction.session()):
        door = url_for("door.welcome")
    elif request.method == "GET" and request.path != "/" and not request.headers.get("HX-Request"):
        door = url_for("door.sign_in", next=request.full_path.rstrip("?"))
    else:
        door = url_for("door.sign_in")
    if request.headers.get("HX-Request"):
        answer = make_response("", 401)
        answer.headers["HX-Redirect"] = door
        return answer
    if request.accept_mimetypes.best == "application/json":
        abort(401)
    return redirect(door, 303)
