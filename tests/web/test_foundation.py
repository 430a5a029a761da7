"""What every page stands on: transactions, guard, headers, forms posted twice, errors, languages."""

from __future__ import annotations

import threading

import pytest
from flask import Blueprint, redirect, request
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from outreach import jobs
from outreach.contacts import Tag, tags
from outreach.errors import Conflict
from outreach.house import House
from outreach.users import Role
from outreach.web import app as factory
from outreach.web import blueprints, form_key, transaction
from tests import world
from tests.web.conftest import Browser, SignIn
from tests.world import World


def _trial_pages() -> Blueprint:
    pages = Blueprint("trial", __name__, url_prefix="/trial")

    @pages.post("/good")
    def good() -> ResponseReturnValue:
        tags.named(transaction.session(), ["kept"])
        jobs.ask(transaction.session(), "some_job")
        return redirect("/", 303)

    @pages.post("/refused")
    def refused() -> ResponseReturnValue:
        tags.named(transaction.session(), ["refused"])
        raise Conflict("Somebody was faster with “%(name)s”.", name="<b>")

    @pages.post("/broken")
    def broken() -> ResponseReturnValue:
        tags.named(transaction.session(), ["broken"])
        raise ZeroDivisionError

    @pages.post("/errors")
    def errors() -> ResponseReturnValue:
        tags.named(transaction.session(), ["errors"])
        return "look at the marked fields", 422

    @pages.get("/reading")
    def reading() -> ResponseReturnValue:
        tags.named(transaction.session(), ["reading"])
        return "read"

    @pages.get("/counting")
    @transaction.writes
    def counting() -> ResponseReturnValue:
        tags.named(transaction.session(), ["counting"])
        return "counted"

    @pages.post("/once")
    @form_key.once
    def once() -> ResponseReturnValue:
        tags.named(transaction.session(), [request.form["name"]])
        return redirect(f"/made/{request.form['name']}", 303)

    return pages


@pytest.fixture
def trial(house: House, people: World) -> Browser:
    app = factory.build(house, [*blueprints(), _trial_pages()])
    app.config["WTF_CSRF_ENABLED"] = False
    app.test_client_class = Browser
    client = app.test_client()
    with client.session_transaction() as cookie:
        cookie["user"] = [people.owner, 1]
    return client


def _tags(house: House) -> set[str]:
    with house.database.reading() as session:
        return set(session.scalars(select(Tag.name))) - {"VIP", "Messe"}


@pytest.mark.parametrize(
    ("path", "status", "kept"),
    [
        ("/trial/good", 303, {"kept"}),
        ("/trial/refused", 409, set()),
        ("/trial/broken", 500, set()),
        ("/trial/errors", 422, set()),
    ],
)
def test_a_request_is_one_transaction_kept_only_when_it_succeeded(
    trial: Browser, house: House, path: str, status: int, kept: set[str]
) -> None:
    assert trial.post(path).status_code == status
    assert _tags(house) == kept


def test_a_get_changes_nothing_unless_it_is_marked(trial: Browser, house: House) -> None:
    trial.get("/trial/reading")
    assert _tags(house) == set()
    trial.get("/trial/counting")
    assert _tags(house) == {"counting"}


def test_jobs_are_asked_for_after_the_commit(trial: Browser, house: House) -> None:
    trial.post("/trial/good")
    assert house.broker.queues["default"].qsize() == 1  # type: ignore[attr-defined]


def test_the_same_form_posted_twice_is_answered_once(trial: Browser, house: House) -> None:
    first = trial.post("/trial/once", data={"form_key": "k" * 24, "name": "first"})
    again = trial.post("/trial/once", data={"form_key": "k" * 24, "name": "again"})
    assert first.location == again.location == "/made/first"
    assert _tags(house) == {"first"}
    trial.post("/trial/once", data={"form_key": "l" * 24, "name": "second"})
    assert _tags(house) == {"first", "second"}


def test_two_posts_of_one_form_at_the_same_moment_do_it_once(any_house: House) -> None:
    with any_house.database.writing() as session:
        people = world.build(session)
    app = factory.build(any_house, [*blueprints(), _trial_pages()])
    app.config["WTF_CSRF_ENABLED"] = False
    places: list[str | None] = []
    ready = threading.Barrier(4)

    def post(name: str) -> None:
        client = app.test_client()
        with client.session_transaction() as cookie:
            cookie["user"] = [people.owner, 1]
        ready.wait()
        places.append(client.post("/trial/once", data={"form_key": "m" * 24, "name": name}).location)

    threads = [threading.Thread(target=post, args=(f"tag {n}",)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(places)) == 1
    assert len(_tags(any_house)) == 1


def test_an_error_is_a_page_a_piece_or_json_as_asked(trial: Browser) -> None:
    page = trial.post("/trial/refused")
    assert "<h1>" in page.text
    assert "Somebody was faster with “&lt;b&gt;”." in page.text
    piece = trial.post("/trial/refused", headers={"HX-Request": "true"})
    assert piece.status_code == 409
    assert "<h1>" not in piece.text
    assert piece.headers["HX-Retarget"] == "#notices"
    assert trial.post("/trial/refused", headers={"Accept": "application/json"}).json == {
        "error": "Somebody was faster with “<b>”."
    }


def test_a_program_error_shows_no_details(trial: Browser) -> None:
    answer = trial.post("/trial/broken")
    assert "ZeroDivision" not in answer.text
    assert "Traceback" not in answer.text


def test_htmx_is_sent_to_the_door_when_the_session_is_over(client: Browser, people: World) -> None:
    answer = client.get("/contacts", headers={"HX-Request": "true"})
    assert answer.status_code == 401
    assert answer.headers["HX-Redirect"] == "/sign-in"


def test_every_answer_carries_the_security_headers(client: Browser, signed_in: SignIn) -> None:
    for answer in (client.get("/sign-in"), signed_in().get("/"), signed_in().get("/nowhere")):
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'self'" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Strict-Transport-Security"]
    assert signed_in().get("/").headers["Cache-Control"] == "no-store"


def test_built_files_are_kept_by_the_browser_for_long(client: Browser) -> None:
    page = client.get("/sign-in", follow_redirects=True).text
    sheet = page.split('rel="stylesheet" href="')[1].split('"')[0]
    answer = client.get(sheet)
    assert "max-age=31536000" in answer.headers["Cache-Control"]
    answer.close()


def test_a_stale_form_is_refused_in_words(signed_in: SignIn) -> None:
    answer = signed_in().post("/settings/profile", data={"csrf_token": "old", "name": "x"})
    assert answer.status_code == 400
    assert "<h1>" in answer.text


def test_a_page_speaks_the_users_language_and_a_strangers(client: Browser, signed_in: SignIn) -> None:
    owner = signed_in()
    assert owner.get("/").headers["Content-Language"] == "de"
    saved = owner.submit("/settings/profile", name="K", language="en", time_zone="Europe/Berlin", theme="dark")
    assert saved.status_code == 303
    page = owner.get("/")
    assert page.headers["Content-Language"] == "en"
    assert '<html lang="en" data-theme="dark">' in page.text
    assert client.get("/sign-in", headers={"Accept-Language": "en-GB"}).headers["Content-Language"] == "en"
    assert client.get("/sign-in", headers={"Accept-Language": "fr"}).headers["Content-Language"] == "de"


def test_the_last_owner_stays(signed_in: SignIn, people: World) -> None:
    client = signed_in()
    place = f"/settings/users/{people.owner}"
    assert client.submit(place, role="reader").status_code == 422
    assert client.submit(place, to=f"{place}/access").status_code == 409
    other = f"/settings/users/{people.assistant}"
    assert client.submit(other, role="owner").status_code == 303
    assert client.submit(place, role="reader").status_code == 303
    assert client.get("/settings/users").status_code == 403


def test_every_role_sees_only_what_it_may_change(signed_in: SignIn) -> None:
    assert "/contacts/new" in signed_in(Role.EDITOR).get("/contacts").text
    assert "/contacts/new" not in signed_in(Role.READER).get("/contacts").text
