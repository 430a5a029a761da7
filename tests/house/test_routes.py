"""Every route is either public on a short list or guarded."""

from __future__ import annotations

import re

import pytest
from flask import Flask, url_for
from werkzeug.routing import Rule

import wsgi
from outreach.house import House
from outreach.settings import ROOT
from outreach.users import Role
from outreach.web import guard
from tests import world

#: what anybody may do beside reading, each a decision: the door, and the pages of recipients
PUBLIC_POSTS = {
    "door.begin",
    "door.enter",
    "public.take_sign_up",
    "public.take_confirm",
    "public.one_click",
    "public.take_preferences",
    "public.take_survey",
    "webhooks.take",
}
#: what a reader may change: what is theirs
READERS_POSTS = {"door.sign_out", "settings.save_profile", "settings.save_password", "calendar.renew"}
#: posted by other programs or from frames on other sites
WITHOUT_CSRF = {
    "public.take_sign_up",
    "public.take_confirm",
    "public.one_click",
    "public.take_preferences",
    "public.take_survey",
    "webhooks.take",
}


@pytest.fixture
def app(house: House) -> Flask:
    with house.database.writing() as session:
        world.build(session)
    return wsgi.create_app(house)


def _rules(app: Flask) -> list[Rule]:
    return [rule for rule in app.url_map.iter_rules() if rule.endpoint != "static"]


def _unsafe(rule: Rule) -> set[str]:
    return set(rule.methods or ()) - {"GET", "HEAD", "OPTIONS"}


def _address(app: Flask, rule: Rule) -> str:
    with app.test_request_context():
        return url_for(rule.endpoint, **dict.fromkeys(rule.arguments, 1))


def test_a_stranger_is_sent_to_the_door_from_every_page_that_is_not_public(app: Flask) -> None:
    app.config["WTF_CSRF_ENABLED"] = False  # so that the guard alone has to hold
    client = app.test_client()
    for rule in _rules(app):
        if rule.endpoint in guard.PUBLIC:
            continue
        for method in sorted(set(rule.methods or ()) - {"HEAD", "OPTIONS"}):
            answer = client.open(_address(app, rule), method=method)
            assert answer.status_code == 303, f"{method} {rule} answered {answer.status_code}"
            assert answer.location.startswith("/sign-in"), f"{method} {rule} led to {answer.location}"


def test_a_reader_changes_nothing_but_their_own(app: Flask) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    client = app.test_client()
    with client.session_transaction() as cookie:
        cookie["user"] = [3, 1]
    for rule in _rules(app):
        if rule.endpoint in guard.PUBLIC | READERS_POSTS:
            continue
        for method in sorted(_unsafe(rule)):
            answer = client.open(_address(app, rule), method=method)
            assert answer.status_code == 403, f"{method} {rule} let a reader in: {answer.status_code}"


def test_the_public_list_names_only_what_exists_and_its_posts_are_few(app: Flask) -> None:
    known = {rule.endpoint for rule in app.url_map.iter_rules()}
    assert known >= guard.PUBLIC, f"not there: {sorted(guard.PUBLIC - known)}"
    posts = {rule.endpoint for rule in _rules(app) if rule.endpoint in guard.PUBLIC and _unsafe(rule)}
    assert posts == PUBLIC_POSTS


def test_only_what_other_programs_post_goes_without_csrf(app: Flask) -> None:
    marked = {name for name, view in app.view_functions.items() if getattr(view, "without_csrf", False)}
    assert marked == WITHOUT_CSRF
    for rule in _rules(app):
        if rule.endpoint in marked:
            continue
        for method in _unsafe(rule):
            client = app.test_client()
            with client.session_transaction() as cookie:
                cookie["user"] = [1, 1]
            answer = client.open(_address(app, rule), method=method)
            assert answer.status_code == 400, f"{method} {rule} was taken without a token: {answer.status_code}"


def test_no_view_answers_get_and_post_at_once(app: Flask) -> None:
    # A view that does both would be one mistake away from changing something on GET.
    both = [rule.endpoint for rule in _rules(app) if "GET" in (rule.methods or ()) and _unsafe(rule)]
    assert both == []


def test_roles_are_asked_for_in_order() -> None:
    assert guard.role_for(object(), "GET") is Role.READER
    assert guard.role_for(object(), "POST") is Role.EDITOR
    assert guard.role_for(guard.needs(Role.OWNER)(lambda: ""), "GET") is Role.OWNER


def test_every_page_linked_to_exists(app: Flask) -> None:
    places = [*(ROOT / "templates" / "web").rglob("*.html"), *ROOT.glob("*/web/*.py")]
    dead = [
        f"{path.relative_to(ROOT)}: {endpoint}"
        for path in places
        for endpoint in re.findall(r'\burl_for\(\s*"([a-z_.]+)"', path.read_text())
        if endpoint not in app.view_functions
    ]
    assert not dead, "\n".join(dead)
