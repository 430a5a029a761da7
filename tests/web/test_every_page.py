"""Every page of every floor, opened and linted."""

from __future__ import annotations

import io

import pytest
from flask import Flask, url_for

from campaigns import example
from outreach import senders
from outreach.house import House
from outreach.imports import store as imports
from outreach.mail.rows import KeptMail
from outreach.users import Role
from tests.web import lint, samples
from tests.web.conftest import Browser, SignIn
from tests.world import World

RAW = b"""From: K <k@weiss.example>\r\nTo: a@b.example\r\nSubject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\nMIME-Version: 1.0\r
Content-Type: multipart/alternative; boundary=x\r\n\r\n--x\r\nContent-Type: text/plain\r\n\r\nHallo\r
--x\r\nContent-Type: text/html\r\n\r\n<html><head><title>a</title></head><body><p style="color:red">Hallo</p></body></html>\r
--x--\r\n"""


@pytest.fixture
def lived_in(house: House, people: World) -> World:
    """The small world, with one of everything that has a page of its own."""
    with house.database.writing() as session:
        senders.create(session, name="Katharina Weiß", address="katharina@weiss-beratung.example", per_hour=500)
        imports.begin(
            session, filename="Kunden.csv", stream=io.BytesIO(b"Name;E-Mail\nAnna;a@b.example\n"), user_id=None
        )
        example.load(session, house)
        session.add(KeptMail(recipient="a@b.example", subject="Grüße", raw=RAW))
    return people


def _pages(app: Flask, house: House, people: World) -> dict[str, str]:
    """The address of each page, by endpoint; empty where nobody gave arguments for its gaps."""
    found = {}
    with app.test_request_context():
        for rule in app.url_map.iter_rules():
            if "GET" not in (rule.methods or ()) or rule.endpoint in samples.NO_PAGE:
                continue
            if rule.arguments and rule.endpoint not in samples.SAMPLES:
                found.setdefault(rule.endpoint, "")
            elif rule.arguments:
                found[rule.endpoint] = url_for(rule.endpoint, **samples.SAMPLES[rule.endpoint](house, people))
            else:
                found[rule.endpoint] = url_for(rule.endpoint)
    return found


@pytest.mark.parametrize("role", [Role.OWNER, Role.READER])
def test_every_page_is_valid_labelled_and_has_nothing_inline(
    app: Flask, house: House, lived_in: World, signed_in: SignIn, role: Role
) -> None:
    client, faults = signed_in(role), []
    for endpoint, address in _pages(app, house, lived_in).items():
        if not address:
            faults.append(f"{endpoint}: give tests/web/samples.py arguments for it")
            continue
        answer = client.get(address, follow_redirects=True)
        if answer.status_code == 403 and role is Role.READER:
            continue
        if answer.status_code != 200:
            faults.append(f"{endpoint}: {address} answered {answer.status_code}")
        elif answer.mimetype == "text/html":
            faults += [f"{endpoint}: {problem}" for problem in lint.problems(answer.text)]
    assert not faults, "\n".join(faults)


def test_the_doors_pages_are_valid_for_strangers(client: Browser) -> None:
    assert lint.problems(client.get("/welcome").text) == []


@pytest.mark.parametrize("path", ["/nowhere", "/settings/topics/999"])
def test_an_error_page_is_a_page(signed_in: SignIn, path: str) -> None:
    answer = signed_in().get(path)
    assert answer.status_code == 404
    assert lint.problems(answer.text) == []


def test_the_lint_sees_what_is_wrong() -> None:
    page = (
        '<!doctype html><html lang="de"><head><title>A – Outreach</title></head><body><main><h1>B</h1>'
        '<p style="color:red">x</p><form method="post"><input name="a"></form><a href="/"></a></main></body></html>'
    )
    assert len(lint.problems(page)) == 5
    assert lint.problems("<p>no doctype")[0].startswith("not valid HTML")


def test_a_mail_in_the_outbox_is_shown_in_a_sandbox(lived_in: World, signed_in: SignIn) -> None:
    framed = signed_in().get("/outbox/1/html/frame")
    assert framed.headers["Content-Security-Policy"].startswith("sandbox ")
    assert "script-src" not in framed.headers["Content-Security-Policy"]
    assert '<base target="_blank">' in framed.text
    assert "Grüße" in signed_in().get("/outbox/1/raw").text or "=?utf-8?q?" in signed_in().get("/outbox/1/raw").text


def test_mails_are_previewed_in_a_sandbox_everywhere(lived_in: World, signed_in: SignIn) -> None:
    client = signed_in()
    for place in ("/newsletters/1/preview", "/newsletters/2/preview", "/templates/1/preview", "/outbox/1/html/frame"):
        answer = client.get(place)
        assert answer.status_code == 200, place
        assert answer.headers["Content-Security-Policy"].startswith("sandbox "), place
