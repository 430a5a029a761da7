"""The queue on the screen: what a letter shows, who may decide, and letters that are not to be decided."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import update

import wsgi
from outreach import clock, stops
from outreach.contacts import Contact
from outreach.drafts.rows import Draft
from outreach.house import House
from outreach.mail.rows import Delivery
from outreach.users import Role
from tests import letters, world
from tests.web import lint
from tests.web.conftest import Browser, SignIn
from tests.web.queue.desk import OWN, draft_id_of, form, mails, occasion, press, row


def test_the_queue_leads_to_its_first_letter_and_each_decision_to_the_next(
    editor: Browser, house: House, made: list[int]
) -> None:
    first = int(editor.get("/queue/").location.rpartition("/")[2])
    assert first in made
    seen = [first]
    for _ in made[1:]:
        answer = press(editor, seen[-1], "approval", when="now")
        assert answer.status_code == 303
        seen.append(int(re.search(r"/queue/(\d+)", answer.location)[1]))  # type: ignore[index]
    assert sorted(seen) == sorted(made)
    answer = press(editor, seen[-1], "dismissal", reason="old")
    end = editor.get(answer.location).text
    assert "Done for today" in end
    assert mails(house) == ["ready", "ready"]
    assert lint.problems(end) == []


def test_the_page_shows_the_whole_mail_and_what_the_decision_rests_on(editor: Browser, draft_id: int) -> None:
    shown = editor.get(f"/queue/{draft_id}").text
    for said in ("Sehr geehrte Frau Köhler", "person0@kunde.example", "katharina@weiss-beratung.example",
                 "Möbel Weber hat den Gründerpreis gewonnen.", "Südwest Presse", "Telefonat 3.5."):  # fmt: skip
        assert said in shown, said
    assert 'href="https://news.example/1" target="_blank" rel="noopener noreferrer"' in shown
    assert re.search(r'<p class="lines-kept"[^>]*>Katharina Weiß</p>', shown)
    assert "approve all" not in shown.lower()
    assert lint.problems(shown) == []


def test_looking_changes_nothing(editor: Browser, house: House, made: list[int]) -> None:
    before = [(one.state, one.version, occasion(house, one.id).state) for one in (row(house, n) for n in made)]
    for path in ("/queue/", "/queue/all", *(f"/queue/{number}" for number in made)):
        assert editor.get(path).status_code in (200, 303)
        assert editor.head(path).status_code in (200, 303)
    for what in ("approval", "later", "dismissal", "done", "text", "return", "rewriting", "sentences", "settlement"):
        assert editor.get(f"/queue/{draft_id_of(made)}/{what}?when=now&reason=old").status_code == 405
    assert before == [(one.state, one.version, occasion(house, one.id).state) for one in (row(house, n) for n in made)]
    assert mails(house) == []


def test_a_reader_sees_the_letter_and_decides_nothing(signed_in: SignIn, house: House, draft_id: int) -> None:
    reader = signed_in(Role.READER)
    shown = reader.get(f"/queue/{draft_id}").text
    assert "Sehr geehrte Frau Köhler" in shown
    assert "/approval" not in shown
    assert "/dismissal" not in shown
    assert reader.post(f"/queue/{draft_id}/approval", data={}).status_code in (400, 403)
    assert mails(house) == []


def test_a_letter_that_came_back_says_why(editor: Browser, house: House, draft_id: int) -> None:
    with house.database.writing() as session:
        values = {"returned": "refused", "returned_values": {"answer": "550 no such user"}, "returned_at": clock.now()}
        session.execute(update(Draft).where(Draft.id == draft_id).values(**values))
    assert editor.get("/queue/").location.endswith(f"/queue/{draft_id}")
    assert "The mail server did not take it: 550 no such user" in editor.get(f"/queue/{draft_id}").text


@pytest.mark.parametrize(("answer", "state"), [("yes", "sent"), ("no", "cancelled")])
def test_what_nobody_knows_a_person_settles(
    editor: Browser, house: House, draft_id: int, answer: str, state: str
) -> None:
    press(editor, draft_id, "approval", when="now")
    with house.database.writing() as session:
        session.execute(update(Delivery).values(state="unsure", answer="connection closed"))
    shown = editor.get(f"/queue/{draft_id}").text
    assert "connection closed" in shown
    assert f'action="/queue/{draft_id}/settlement"' in editor.get("/queue/all").text
    token = re.search(r'name="csrf_token" value="([^"]*)"', shown)
    assert token
    for _ in range(2):
        given = {"csrf_token": token[1], "went_out": answer}
        assert editor.post(f"/queue/{draft_id}/settlement", data=given).status_code == 303
    assert mails(house) == [state]


def test_approved_letters_can_be_taken_back_from_the_list_until_they_leave(
    editor: Browser, house: House, draft_id: int
) -> None:
    press(editor, draft_id, "approval", when="good_hour")
    assert f'action="/queue/{draft_id}/return"' in editor.get("/queue/all").text
    with house.database.writing() as session:
        session.execute(update(Delivery).values(state="sent", sent_at=clock.now()))
    shown = editor.get("/queue/all").text
    assert f'action="/queue/{draft_id}/return"' not in shown
    token = re.search(r'name="csrf_token" value="([^"]*)"', editor.get("/settings/profile").text)
    assert token
    editor.post(f"/queue/{draft_id}/return", data={"csrf_token": token[1]})
    assert "on its way already" in editor.get(f"/queue/{draft_id}").text
    assert mails(house) == ["sent"]


def test_a_letter_that_cannot_be_written_says_what_is_missing_on_the_card(
    editor: Browser, house: House, made: list[int]
) -> None:
    with house.database.writing() as session:
        someone = letters.person(session, "x@laden.example", first_name="", last_name="", salutation="",
                                 company_id=None, letter_greeting="Sehr geehrte(r)")  # fmt: skip
        blocked = letters.proposed(session, someone, kind="award", story="blocked").id
    shown = editor.get(f"/queue/{blocked}").text
    assert "The letter cannot be written yet" in shown
    assert lint.problems(shown) == []
    assert press(editor, blocked, "approval", when="now").status_code == 409
    assert mails(house) == []


def test_under_a_stop_flag_no_mail_is_offered(editor: Browser, house: House, draft_id: int) -> None:
    given = form(editor, draft_id)
    with house.database.writing() as session:
        contact_id = session.get_one(Draft, draft_id).contact_id
        stops.put(session, contact_id=contact_id, kind="death", reach="person", on=clock.now().date(), now=clock.now())
    shown = editor.get(f"/queue/{draft_id}").text
    assert "A stop flag stands since" in shown
    assert "data-send" not in shown
    assert press(editor, draft_id, "approval", given, when="now").status_code == 409
    assert mails(house) == []


def test_a_person_who_was_merged_or_erased_gets_nothing(editor: Browser, house: House, draft_id: int) -> None:
    given = form(editor, draft_id)
    with house.database.writing() as session:
        contact_id = session.get_one(Draft, draft_id).contact_id
        session.execute(update(Contact).where(Contact.id == contact_id).values(gone="erased"))
    answer = press(editor, draft_id, "approval", given, when="now")
    assert answer.status_code == 409
    assert "not in the customer file any more" in answer.text
    assert mails(house) == []


def test_the_queue_works_the_same_on_each_database(any_house: House) -> None:
    with any_house.database.writing() as session:
        owner = world.build(session).owner
        letters.mailbox(session, any_house)
        draft_id = letters.proposed(session, letters.person(session)).id
    app = wsgi.create_app(any_house)
    app.testing, app.test_client_class = True, Browser
    client = app.test_client()
    assert isinstance(client, Browser)
    with client.session_transaction() as cookie:
        cookie["user"] = [owner, 1]
    assert client.get("/queue/").location.endswith(f"/queue/{draft_id}")
    given = form(client, draft_id)
    assert press(client, draft_id, "approval", given, when="now", text=OWN).status_code == 303
    assert press(client, draft_id, "approval", given, when="now", text=OWN).status_code == 303
    assert client.get("/queue/all").status_code == 200
    assert mails(any_house) == ["ready"]


def test_no_letter_is_a_friendly_sentence(signed_in: SignIn) -> None:
    shown = signed_in(Role.READER).get("/queue/")
    assert shown.status_code == 200
    assert 'class="empty finished"' in shown.text
    assert lint.problems(shown.text) == []


def test_a_letter_that_does_not_exist_is_not_found(editor: Browser, made: list[int]) -> None:
    assert editor.get("/queue/999").status_code == 404
    assert editor.get(f"/queue/{made[0]}/files/999").status_code == 404
    assert press(editor, made[0], "versions/99").status_code == 404
