"""Requests no page of ours makes: huge numbers, NULs, wrong words. Every answer is calm; none is an error of ours."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule

import wsgi
from campaigns import starters
from outreach.house import House
from tests import sending, world

ODD = ("99999999999999999999", "-1", "nul\0nul", "²")
QUERY = ("q", "page", "sort", "dir", "who", "part", "group", "tag", "stage", "state", "company", "template", "charset",
         "delimiter", "header", "filter", "field", "next", "list", "segment")  # fmt: skip


@pytest.fixture
def owner(any_house: House) -> FlaskClient:
    """The owner's browser, on each database."""
    with any_house.database.writing() as session:
        people = world.build(session)
        starters.ensure(session)
        sending.newsletter(session, *sending.prepared(session, 2))
    app = wsgi.create_app(any_house)
    app.config["WTF_CSRF_ENABLED"] = False  # not what is tried here
    client = app.test_client()
    with client.session_transaction() as cookie:
        cookie["user"] = [people.owner, 1]
    return client


def rules(app: Flask, method: str) -> list[Rule]:
    """What answers this method, apart from what ends the session or talks to the world."""
    left_out = ("static", "door.sign_out", "settings.test_mail")
    return [
        rule for rule in app.url_map.iter_rules() if method in (rule.methods or ()) and rule.endpoint not in left_out
    ]


def address(rule: Rule, number: str, word: str) -> str:
    filled = re.sub(r"<int:\w+>", number, rule.rule)
    return re.sub(r"<(?:\w+:)?\w+>", word, filled)


def escaped(word: str) -> str:
    return word.encode("utf-8", "surrogatepass").decode("latin-1")


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_odd_requests_are_no_error_of_ours(owner: FlaskClient, method: str) -> None:
    found = []
    for rule in rules(owner.application, method):
        names = set(QUERY)
        if method == "POST":
            names |= set(re.findall(r'name="([^"]+)"', owner.get(address(rule, "1", "odd")).text)) - {"form_key"}
        for number in ("1", "99999999999999999999") if "<int:" in rule.rule else ("1",):
            for odd in ODD if number == "1" else ODD[:1]:
                fields = dict.fromkeys(names, odd)
                where = address(rule, number, "odd")
                answer = owner.get(where, query_string=fields) if method == "GET" else owner.post(where, data=fields)
                if answer.status_code >= 500:
                    found.append((rule.endpoint, number, odd))
    assert found == []


def test_a_version_that_is_no_number_means_that_somebody_else_wrote(owner: FlaskClient) -> None:
    fields = {"name": "März", "subject": "s", "preheader": "", "body": "x", "format": "html"}
    answer = owner.post(
        "/newsletters/1", data={**fields, "list_id": "0", "segment_id": "0", "sender_id": "0", "version": "²"}
    )
    assert answer.status_code == 409 or "Somebody else" in answer.text or "Jemand" in answer.text
