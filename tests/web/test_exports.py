"""Exports, duplicates and erasure, through the pages."""

from __future__ import annotations

import io
import json
import re
import zipfile

from sqlalchemy import select

from outreach import contacts, duplicates
from outreach.consent import suppression
from outreach.contacts import Contact
from outreach.house import House
from outreach.imports import run
from outreach.users import Role
from tests.web.conftest import SignIn, hidden_fields
from tests.web.lint import problems
from tests.world import NOW, World


def test_contacts_are_downloaded_in_every_format(signed_in: SignIn, people: World) -> None:
    client = signed_in(Role.EDITOR)
    page = client.get("/exports")
    assert problems(page.text) == []
    for form, words in (("csv", "anna@mueller.example"), ("vcard", "BEGIN:VCARD"), ("vcard3", "VERSION:3.0")):
        answer = client.get(f"/exports/contacts?format={form}")
        assert answer.headers["Content-Disposition"].startswith("attachment")
        assert words in answer.text
    assert len(json.loads(client.get("/exports/contacts?format=json").text)["contacts"]) == len(people.people)
    assert client.get("/exports/contacts?format=xml").status_code == 422


def test_a_stage_or_a_tag_narrows_the_download(signed_in: SignIn, people: World) -> None:
    client = signed_in()
    found = client.get("/exports/contacts?format=csv&stage=regular").text
    assert "anna@mueller.example" in found
    assert "vincent" not in found
    assert client.get("/exports/contacts?format=csv&tag=99999").text.count("\r\n") == 1
    assert problems(client.get("/exports?stage=regular&tag=1").text) == []


def test_a_reader_downloads_nothing(signed_in: SignIn, people: World) -> None:
    client = signed_in(Role.READER)
    anna = people.people["anna"]
    for place in ("/exports", "/exports/contacts", f"/contacts/{anna}/export", f"/contacts/{anna}/erasure"):
        assert client.get(place).status_code == 403
    assert "/exports" not in client.get("/contacts").text


def test_everything_of_a_person_is_downloaded(signed_in: SignIn, people: World) -> None:
    answer = signed_in().get(f"/contacts/{people.people['anna']}/export")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="anna_mueller.zip"'
    with zipfile.ZipFile(io.BytesIO(answer.data)) as found:
        assert "anna@mueller.example" in found.read("data.json").decode()


def test_a_person_is_erased_only_with_the_word(house: House, signed_in: SignIn, people: World) -> None:
    client = signed_in()
    place = f"/contacts/{people.people['anna']}/erasure"
    page = client.get(place)
    assert problems(page.text) == []
    refused = client.submit(place, word="Erase it")
    assert refused.status_code == 422
    assert problems(refused.text) == []
    word = re.search(r'data-confirm-word="([^"]+)"', page.text)
    assert word is not None
    assert client.submit(place, word=word[1]).status_code == 303
    with house.database.reading() as session:
        assert session.scalar(select(Contact.id).where(Contact.email_key == "anna@mueller.example")) is None
        assert suppression.contains(session, "anna@mueller.example")
    assert client.get(place).status_code == 404


def test_a_pair_is_found_listed_and_left_alone(house: House, signed_in: SignIn, people: World) -> None:
    with house.database.writing() as session:
        contacts.create(session, first_name="Bjoern", last_name="Groessmann", title="Dr.", email="b@anders.example")
    client = signed_in()
    empty = client.get("/duplicates")
    assert problems(empty.text) == []
    assert client.submit("/duplicates").status_code == 303
    assert run.propose_duplicates(house, None) == 1
    listed = client.get("/duplicates")
    assert problems(listed.text) == []
    assert "b@anders.example" in listed.text
    with house.database.reading() as session:
        proposal = duplicates.list_page(session).rows[0].id
    fields = hidden_fields(listed.text, f"/duplicates/{proposal}/dismissal")
    assert client.post(f"/duplicates/{proposal}/dismissal", data=fields).status_code == 303
    with house.database.writing() as session:
        assert duplicates.count(session) == 0
        assert duplicates.propose(session, duplicates.look(session), now=NOW) == 0
