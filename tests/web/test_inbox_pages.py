"""The inbox: who waits, in their own words, and what a person does about it."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from outreach import senders
from outreach.care.rows import Complaint
from outreach.drafts.rows import Draft
from outreach.history.rows import Touchpoint
from outreach.house import House
from outreach.mailboxes import store as mailboxes
from outreach.replies.rows import Incoming
from outreach.users import Role
from tests import inbox
from tests.web.conftest import Browser, SignIn
from tests.world import World


@pytest.fixture
def sender_id(house: House, people: World) -> int:
    with house.database.writing() as session:
        made = senders.create(session, name="Katharina Weiß", address="katharina@weiss-beratung.example")
        mailboxes.save(session, house.vault, made.id)
        return made.id


@pytest.fixture
def editor(sender_id: int, signed_in: SignIn) -> Browser:
    return signed_in(Role.EDITOR)


def comes(house: House, sender_id: int, text: str, **heads: str) -> int:
    with house.database.writing() as session:
        return inbox.comes(session, house, sender_id, "anna@mueller.example", text, **heads)


def row(house: House, number: int) -> tuple[str, str, bool]:
    with house.database.reading() as session:
        found = session.get_one(Incoming, number)
        return found.kind, found.answered_how, found.waits_since is not None and found.answered_at is None


def test_nobody_waiting_is_a_friendly_page(editor: Browser) -> None:
    assert "Niemand wartet auf Sie" in editor.get("/inbox/").text
    assert editor.get("/inbox/all").status_code == 200


def test_a_question_is_answered_in_the_queue(editor: Browser, house: House, sender_id: int) -> None:
    number = comes(house, sender_id, "Was würde so ein Workshop denn kosten?")
    page = editor.get("/inbox/").text
    assert "Was würde so ein Workshop denn kosten?" in page
    assert "Anna Müller" in page
    answer = editor.submit("/inbox/", to=f"/inbox/{number}/answer")
    with house.database.reading() as session:
        draft_id = session.scalars(select(Draft.id)).one()
    assert answer.headers["Location"] == f"/queue/{draft_id}"
    assert editor.get(f"/queue/{draft_id}").status_code == 200
    editor.submit("/inbox/", to=f"/inbox/{number}/answer")
    with house.database.reading() as session:
        assert len(session.scalars(select(Draft.id)).all()) == 1


def test_no_answer_needed_and_back_again(editor: Browser, house: House, sender_id: int) -> None:
    number = comes(house, sender_id, "Was würde so ein Workshop denn kosten?")
    editor.submit("/inbox/", to=f"/inbox/{number}/settlement", how="none")
    assert row(house, number) == ("reply", "none", False)
    assert "Niemand wartet auf Sie" in editor.get("/inbox/").text
    editor.submit("/inbox/all", to=f"/inbox/{number}/settlement", how="again")
    assert row(house, number) == ("reply", "", True)


def test_answered_by_phone_is_noted_on_the_card(editor: Browser, house: House, sender_id: int) -> None:
    number = comes(house, sender_id, "Was würde so ein Workshop denn kosten?")
    editor.submit("/inbox/", to=f"/inbox/{number}/settlement", how="phone", note="Preis genannt")
    assert row(house, number) == ("reply", "phone", False)
    with house.database.reading() as session:
        assert "Preis genannt" in session.scalars(select(Touchpoint.text).where(Touchpoint.kind == "call")).one()


def test_a_complaint_is_opened_from_their_words(editor: Browser, house: House, sender_id: int, people: World) -> None:
    number = comes(house, sender_id, "Das war leider gar nichts. Ich bin sehr enttäuscht von der Schulung.")
    answer = editor.submit("/inbox/", to=f"/inbox/{number}/complaint")
    assert answer.headers["Location"] == f"/contacts/{people.people['anna']}/care#complaints"
    with house.database.reading() as session:
        assert session.scalars(select(Complaint.text)).one().startswith("Das war leider gar nichts")
    assert f'action="/inbox/{number}/complaint"' not in editor.get("/inbox/").text


def test_what_was_understood_wrongly_is_put_right(editor: Browser, house: House, sender_id: int) -> None:
    number = comes(house, sender_id, "Bitte lieber nicht mehr so viel davon.")
    answer = editor.submit("/inbox/all", to=f"/inbox/{number}/reading", reading="opt_out:")
    assert answer.headers["Location"] == f"/inbox/{number}"
    assert row(house, number)[0] == "opt_out"
    assert editor.submit(f"/inbox/{number}", to=f"/inbox/{number}/reading", reading="bounce:hard").status_code == 422
    absent = {"reading": "auto_reply:out_of_office", "returns_on": "keine Ahnung"}
    assert editor.submit(f"/inbox/{number}", to=f"/inbox/{number}/reading", **absent).status_code == 422


def test_links_of_a_challenge_are_words_to_read_and_nothing_to_press(
    editor: Browser, house: House, sender_id: int
) -> None:
    text = "Please confirm that you are human: https://filter.example/confirm/8f3a"
    heads = {"Auto-Submitted": "auto-replied", "X-Boxbe-Challenge": "yes"}
    number = comes(house, sender_id, text, subject="Glückwunsch (Action Required)", **heads)
    assert row(house, number)[0] == "challenge"
    page = editor.get("/inbox/").text
    assert "<code" in page
    assert 'href="https://filter.example' not in page


def test_their_words_are_text_and_never_markup(editor: Browser, house: House, sender_id: int) -> None:
    comes(house, sender_id, "Was kostet <script>alert(1)</script> denn?")
    page = editor.get("/inbox/").text
    assert "<script>alert(1)" not in page


def test_the_timeline_leads_to_the_mail(editor: Browser, house: House, sender_id: int, people: World) -> None:
    number = comes(house, sender_id, "Was würde so ein Workshop denn kosten?")
    with house.database.reading() as session:
        entry = session.scalars(select(Touchpoint.id).where(Touchpoint.kind == "mail_in")).one()
    assert f"/inbox/of-entry/{entry}" in editor.get(f"/contacts/{people.people['anna']}").text
    assert editor.get(f"/inbox/of-entry/{entry}").headers["Location"] == f"/inbox/{number}"
    assert editor.get("/inbox/of-entry/999999").status_code == 404


def test_a_reader_reads_and_decides_nothing(house: House, sender_id: int, signed_in: SignIn) -> None:
    number = comes(house, sender_id, "Was würde so ein Workshop denn kosten?")
    page = signed_in(Role.READER).get("/inbox/").text
    assert "Was würde so ein Workshop" in page
    assert f"/inbox/{number}/answer" not in page
