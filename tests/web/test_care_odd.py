"""Odd visits to the pages of care and to the public page of a survey."""

from __future__ import annotations

import re

import pytest

from outreach import contacts, erasure
from outreach.care import special_offers
from outreach.clock import now
from outreach.house import House
from outreach.surveys import answers, store
from outreach.surveys.store import Asked, Draft
from outreach.users import Role
from tests.web.conftest import Browser, SignIn
from tests.world import World

EVIL = '"><script>alert(1)</script>'


@pytest.fixture
def survey(house: House, people: World) -> int:
    with house.database.writing() as session:
        asked = (Asked("scale", "Note?", bad_up_to="6"), Asked("words", "Warum?"))
        return store.create(session, Draft(title=f"Umfrage {EVIL}", intro=EVIL, thanks=EVIL, questions=asked)).id


def _path(house: House, survey: int, contact_id: int = 0) -> str:
    return "/survey/" + answers.link(house, survey, contact_id).rpartition("/")[2]


def _given(house: House, survey: int, *values: str) -> dict[str, str]:
    with house.database.reading() as session:
        return {f"q{one.id}": v for one, v in zip(store.sheet(session, survey).questions, values, strict=True)}


def test_what_people_answer_is_never_markup(client: Browser, signed_in: SignIn, people: World, house: House, survey: int) -> None:  # fmt: skip
    anna = people.people["anna"]
    path = _path(house, survey, anna)
    assert client.submit(path, **_given(house, survey, "1", EVIL)).status_code == 303
    staff = signed_in()
    shown = [client.get(path), client.get(path + "/thanks")]
    shown += [staff.get(one) for one in (f"/surveys/{survey}", f"/surveys/{survey}/links?contact={anna}", f"/contacts/{anna}", f"/contacts/{anna}/care", "/", "/tasks", "/care")]  # fmt: skip
    for page in shown:
        assert page.status_code == 200, page.request.path
        assert "<script>alert" not in page.text, page.request.path


def test_a_link_of_somebody_erased_leads_nowhere(client: Browser, people: World, house: House, survey: int) -> None:
    anna = people.people["anna"]
    path = _path(house, survey, anna)
    assert client.submit(path, **_given(house, survey, "9", "")).status_code == 303
    with house.database.writing() as session:
        erasure.erase(session, anna, now=now())
    assert client.get(path).status_code in (400, 404, 410)
    assert client.post(path, data=_given(house, survey, "9", "")).status_code in (400, 404, 410)
    for guess in (path[:-2] + "aa", "/survey/" + "A" * 30, "/survey/1.1"):
        assert client.get(guess).status_code in (400, 404, 410)


def test_odd_numbers_are_no_error_of_the_program(signed_in: SignIn, people: World, house: House) -> None:
    anna, client = people.people["anna"], signed_in()
    with house.database.writing() as session:
        special_offers.create(session, name="Herbst")
    page, huge = f"/contacts/{anna}/care", "9" * 30
    for to, fields in (
        ("redemptions", {"redeem-offer": huge}),
        ("redemptions", {"redeem-offer": "²"}),
        ("gifts/ideas", {"idea-what": "Buch", "fact": huge}),
        ("gifts", {"gift-what": "Wein", "gift-amount": huge, "gift-on": ""}),
        ("gifts", {"gift-what": "Wein", "gift-amount": "1", "gift-on": "0001-01-01", "gift": huge}),
        ("gifts", {"gift-what": "Wein", "gift-amount": "1", "gift-on": "9999-12-31"}),
        ("complaints", {"complaint-text": "x", "complaint-on": "0001-01-01"}),
        ("complaints", {"complaint-text": "x", "complaint-on": "9999-12-31"}),
        ("referrals", {"referral-name": "Bernd", "referral-on": "9999-12-31"}),
        ("referrals", {"referral-name": "Bernd", "referral-on": "0001-01-01"}),
    ):
        hidden = client.get(page).text
        sent = client.post(f"/contacts/{anna}/{to}", data={**_token(hidden), **fields})
        assert sent.status_code < 500, (to, fields)
        assert client.get(page).status_code == 200, (to, fields)
        assert client.get("/care").status_code == 200, (to, fields)
    client.submit("/care/offers/new", to="/care/offers", name="Viel", limit_count=huge)
    client.submit("/care/offers/new", to="/care/offers", name="Viel", limit_count="²", ends_on="9999-12-31")
    assert client.get("/care").status_code == 200
    assert client.get("/").status_code == 200


def _token(html: str) -> dict[str, str]:
    found = re.search(r'<input[^>]*name="csrf_token"[^>]*value="([^"]*)"', html)
    return {"csrf_token": found[1]} if found else {}


def test_readers_look_and_change_nothing(signed_in: SignIn, people: World, house: House, survey: int) -> None:
    anna, client = people.people["anna"], signed_in(Role.READER)
    for path in ("/exports", "/exports/contacts?format=csv", f"/contacts/{anna}/export", f"/contacts/{anna}/erasure", f"/surveys/{survey}/links", f"/surveys/{survey}/links.csv", "/imports/new"):  # fmt: skip
        assert client.get(path).status_code in (403, 404), path
    with house.database.reading() as session:
        assert contacts.get(session, anna).gone == ""


def test_names_that_are_formulas_stay_words_in_every_table(signed_in: SignIn, people: World, house: House, survey: int) -> None:  # fmt: skip
    with house.database.writing() as session:
        contacts.create(session, last_name="=cmd|' /C calc'!A0", email="f@formel.example")
        contacts.create(session, last_name="＝1+1", email="g@formel.example")
    client = signed_in()
    for path in ("/exports/contacts?format=csv", f"/surveys/{survey}/links.csv"):
        lines = client.get(path).text.splitlines()
        cells = [cell.strip('"') for line in lines for cell in line.split(";")]
        assert any("cmd|" in cell for cell in cells), path
        assert not [cell for cell in cells if cell[:1] in "=+@＝" and cell], path
