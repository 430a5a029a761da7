"""The web application over a real database, with clients that are signed in."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

import wsgi
from outreach.house import House
from outreach.users import Role
from tests import snapshots, world

SignIn = Callable[..., "Browser"]


class Browser(FlaskClient):
    """A client that fills in forms as a browser does: it loads the page first and sends its hidden fields along."""

    def submit(self, page: str, *, to: str | None = None, **fields: object) -> TestResponse:
        """Load `page`, then post the form on it whose action is `to` (the page itself when not given)."""
        shown = self.get(page)
        assert shown.status_code == 200, f"{page} answered {shown.status_code}"
        hidden = hidden_fields(shown.text, to or page)
        return self.post(to or page, data={**hidden, **fields})


def hidden_fields(html: str, action: str) -> dict[str, str]:
    """The hidden fields of the form that posts to `action`."""
    for form in re.findall(r"<form\b.*?</form>", html, re.DOTALL):
        tag = form[: form.index(">")]
        if 'method="post"' in tag and (f'action="{action}"' in tag or "action=" not in tag):
            inputs = re.findall(r'<input[^>]*type="hidden"[^>]*>', form)
            pairs = [(re.search(r'name="([^"]*)"', one), re.search(r'value="([^"]*)"', one)) for one in inputs]
            return {name[1]: value[1] for name, value in pairs if name and value}
    raise AssertionError(f"no form on the page posts to {action}")


@pytest.fixture
def app(house: House) -> Flask:
    """The application of an empty installation. Built once and led to another house each time: 400 routes take a while."""
    if not _BUILT:
        app = wsgi.create_app(house)
        app.testing = True
        app.test_client_class = Browser
        _BUILT.append((app, dict(app.config)))
    app, config = _BUILT[0]
    app.config.clear()
    app.config.update(config)
    app.extensions["outreach"] = house
    for limiter in app.extensions["limiter"]:
        limiter.reset()
    return app


#: the application of this process and what its configuration was at first
_BUILT: list[tuple[Flask, dict[str, Any]]] = []


@pytest.fixture
def client(app: Flask) -> Browser:
    """A stranger's browser."""
    client = app.test_client()
    assert isinstance(client, Browser)
    return client


@pytest.fixture
def people(house: House) -> world.World:
    """The small world of tests/world.py, in the installation's database."""
    return snapshots.filled(house, small_world)


def small_world(session: Session, house: House) -> world.World:
    """What `people` puts into an empty installation."""
    return world.build(session)


@pytest.fixture
def signed_in(app: Flask, people: world.World) -> SignIn:
    """`signed_in(Role.EDITOR)` gives the browser of a user with that role, in the small world."""

    def enter(role: Role = Role.OWNER) -> Browser:
        user_id = {Role.OWNER: people.owner, Role.EDITOR: people.assistant, Role.READER: people.reader}[role]
        client = app.test_client()
        assert isinstance(client, Browser)
        with client.session_transaction() as cookie:
            cookie["user"] = [user_id, 1]
        return client

    return enter
