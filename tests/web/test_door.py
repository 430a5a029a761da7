"""The first visit, signing in and out."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from outreach import users
from outreach.house import House
from outreach.users import Role, User
from tests import world
from tests.web.conftest import Browser, SignIn, hidden_fields
from tests.world import World

OWNER = {"name": "Katharina Weiß", "email": "k@weiss.example", "password": "a good long password"}


def test_the_first_visit_leads_to_the_owner_and_the_next_steps(client: Browser, house: House) -> None:
    assert client.get("/").location == "/welcome"
    assert client.submit("/welcome", **OWNER).location == "/welcome/steps"
    assert "Katharina" in client.get("/welcome/steps").text
    with house.database.reading() as session:
        owner = session.scalars(select(User)).one()
        assert (owner.role, owner.email) == ("owner", "k@weiss.example")


def test_nobody_becomes_owner_of_an_installation_that_has_one(app: Flask, client: Browser, house: House) -> None:
    waiting = app.test_client()
    assert isinstance(waiting, Browser)
    late = hidden_fields(waiting.get("/welcome").text, "/welcome")
    client.submit("/welcome", **OWNER)
    answer = waiting.post("/welcome", data={**late, **OWNER, "email": "other@x.example"})
    assert answer.status_code == 409
    assert waiting.get("/welcome").location == "/sign-in"
    with house.database.reading() as session:
        assert len(session.scalars(select(User.id)).all()) == 1


@pytest.mark.parametrize(
    ("field", "value"), [("password", "short"), ("email", "nobody"), ("email", "a@b\r\nBcc: c@d"), ("name", "")]
)
def test_a_wrong_entry_is_named_beside_its_field_and_nothing_is_lost(client: Browser, field: str, value: str) -> None:
    answer = client.submit("/welcome", **{**OWNER, field: value})
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    assert f'aria-describedby="{field}' in answer.text
    if field != "name":
        assert "Katharina Weiß" in answer.text


def test_sign_in_answers_the_same_for_a_wrong_address_and_a_wrong_password(client: Browser, people: World) -> None:
    known = client.submit("/sign-in", email="katharina@weiss-beratung.example", password="wrong")
    unknown = client.submit("/sign-in", email="nobody@weiss-beratung.example", password="wrong")
    assert known.status_code == unknown.status_code == 422

    def sentence(html: str) -> str:
        return html.split('role="alert"')[1].split("</div>")[0]

    assert sentence(known.text) == sentence(unknown.text)


def test_sign_in_leads_back_to_the_page_asked_for_and_never_to_another_site(client: Browser, people: World) -> None:
    door = client.get("/settings/topics").location
    assert door == "/sign-in?next=/settings/topics"
    signed = client.submit(door, to="/sign-in", email="jonas@weiss-beratung.example", password=world.PASSWORD)
    assert signed.location == "/settings/topics"
    for evil in ("//evil.example", "https://evil.example", "/\\evil.example", "\\\\evil.example"):
        assert client.get("/sign-in", query_string={"next": evil}).location == "/"


def test_too_many_wrong_passwords_for_one_address_have_to_wait(client: Browser, people: World) -> None:
    codes = [
        client.submit("/sign-in", email="katharina@weiss-beratung.example", password=f"wrong {n}").status_code
        for n in range(12)
    ]
    assert codes[:10] == [422] * 10
    assert codes[10:] == [429] * 2
    assert client.submit("/sign-in", email="jonas@weiss-beratung.example", password="wrong").status_code == 422


def test_who_signs_out_is_out(signed_in: SignIn) -> None:
    client = signed_in(Role.READER)
    assert client.submit("/settings/profile", to="/sign-out").location == "/sign-in"
    assert client.get("/").location == "/sign-in"


def test_who_is_shut_out_is_out_at_once(signed_in: SignIn, house: House, people: World) -> None:
    client = signed_in(Role.EDITOR)
    assert client.get("/").status_code == 200
    with house.database.writing() as session:
        users.disable(session, users.get(session, people.assistant))
    assert client.get("/").location == "/sign-in"


def test_a_new_password_ends_every_other_session(signed_in: SignIn) -> None:
    here, there = signed_in(), signed_in()
    answer = here.submit("/settings/profile", to="/settings/password", old=world.PASSWORD, new="another long password")
    assert answer.status_code == 303
    assert here.get("/").status_code == 200
    assert there.get("/").location == "/sign-in"


def test_a_wrong_old_password_changes_nothing(signed_in: SignIn) -> None:
    answer = signed_in().submit("/settings/profile", to="/settings/password", old="wrong", new="another long password")
    assert answer.status_code == 422
    assert 'id="old-error"' in answer.text


@pytest.mark.parametrize(
    ("address", "secure"),
    [
        ("https://127.0.0.1:8000", True),
        ("http://news.example.de", True),  # a proxy in front speaks https; the public address says so
        ("http://127.0.0.1:8000", False),  # somebody on the machine itself; the cookie would never come back
    ],
)
def test_the_cookie_is_kept_from_scripts_and_from_other_sites(client: Browser, address: str, secure: bool) -> None:
    cookie = client.get("/welcome", base_url=address).headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert ("Secure" in cookie) is secure
