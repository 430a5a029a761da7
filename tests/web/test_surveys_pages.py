"""Surveys: made and read by us, answered by strangers who hold a link."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from outreach.care import complaints
from outreach.house import House
from outreach.surveys import answers, store
from outreach.surveys.rows import AnswerSheet
from outreach.surveys.store import Asked, Draft
from tests.web import lint
from tests.web.conftest import SignIn
from tests.world import World


@pytest.fixture
def survey(people: World, house: House) -> int:
    questions = (
        Asked("scale", "Empfehlen Sie uns?", bad_up_to="6"), Asked("yes_no", "War alles da?", bad_up_to="no"),
        Asked("words", "Was fehlte?"),
    )  # fmt: skip
    with house.database.writing() as session:
        return store.create(session, Draft("Wie war es?", "Kurz.", "Danke sehr!", "de", questions)).id


def _path(house: House, survey: int, contact_id: int = 0) -> str:
    return "/survey/" + answers.link(house, survey, contact_id).rpartition("/")[2]


def test_a_stranger_answers_in_the_language_of_the_survey_and_a_bad_answer_opens_a_complaint(
    client: FlaskClient, people: World, house: House, survey: int
) -> None:
    path = _path(house, survey, people.people["anna"])
    shown = client.get(path)
    assert shown.status_code == 200
    assert lint.problems(shown.text) == []
    assert 'lang="de"' in shown.text
    assert "mueller.example" not in shown.text
    sent = client.post(path, data={"q1": "3", "q2": "yes", "q3": "Pünktlichkeit"})
    assert sent.status_code == 303
    thanks = client.get(sent.location)
    assert "Danke sehr!" in thanks.text
    assert lint.problems(thanks.text) == []
    assert "checked" in client.get(path).text
    with house.database.reading() as session:
        assert complaints.blocks_sales(session, people.people["anna"])


def test_looking_at_the_page_changes_nothing_and_the_open_link_knows_nobody(
    client: FlaskClient, people: World, house: House, survey: int
) -> None:
    path = _path(house, survey)
    client.get(path)
    client.head(path)
    with house.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(AnswerSheet)) == 0
    for _ in range(2):
        form_key = {"form_key": "a" * 24}
        assert client.post(path, data={"q1": "9", **form_key}).status_code == 303
    with house.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(AnswerSheet)) == 1, "the same form sent twice"


def test_a_robot_a_slip_and_an_empty_sheet_keep_nothing(
    client: FlaskClient, people: World, house: House, survey: int
) -> None:
    path = _path(house, survey, people.people["anna"])
    assert client.post(path, data={"q1": "9", "homepage": "http://spam.example"}).status_code == 303
    for wrong in ({"q1": "11"}, {"q2": "maybe"}, {}, {"q3": "x" * 5000}):
        answer = client.post(path, data=wrong)
        assert answer.status_code == 422
        assert lint.problems(answer.text) == []
    with house.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(AnswerSheet)) == 0


def test_a_closed_survey_says_so_kindly_and_a_forged_link_leads_nowhere(
    client: FlaskClient, people: World, house: House, survey: int
) -> None:
    path = _path(house, survey, people.people["anna"])
    with house.database.writing() as session:
        store.close(session, survey)
    assert client.get(path).status_code == 200
    assert lint.problems(client.get(path).text) == []
    assert client.post(path, data={"q1": "9"}).status_code == 409
    for forged in (path[:-1], "/survey/x", "/survey/" + house.sealer.seal("preferences", survey, 1)):
        assert client.get(forged).status_code == 404
        assert client.post(forged, data={"q1": "9"}).status_code == 404


def test_a_survey_is_made_looked_at_and_sent_round(signed_in: SignIn, people: World, house: House) -> None:
    client = signed_in()
    fields = {
        "title": "Kurz gefragt", "language": "en", "text_1": "Stars?", "kind_1": "stars", "bad_stars_1": "2",
        "text_2": "Which?", "kind_2": "choice", "choices_2": "Bad\nGood", "bad_2": "Bad", "kind_3": "scale", "text_3": "",
    }  # fmt: skip
    made = client.submit("/surveys/new", to="/surveys", **fields)
    assert made.status_code == 303
    page = made.location
    assert "Stars?" in client.get(page + "/preview").text
    assert lint.problems(client.get(page + "/preview").text) == []
    shown = client.submit(page + "/links", contact_id=people.people["anna"])
    assert shown.status_code == 303
    links = client.get(shown.location)
    assert "/survey/" in links.text
    table = client.get(page + "/links.csv")
    assert table.text.count("https://news.example.de/survey/") == len(people.people)
    assert client.submit(page + "/edit", to=page, **{**fields, "title": "Neu"}).status_code == 303
    wrong = client.submit(page + "/edit", to=page, **{**fields, "choices_2": "one"})
    assert wrong.status_code == 422
    assert "choices_2-error" in wrong.text
    assert lint.problems(wrong.text) == []
    assert client.submit(page, to=page + "/closing").status_code == 303
    assert client.submit(page, to=page + "/opening").status_code == 303


def test_results_show_numbers_words_and_a_table_to_take_away(
    client: FlaskClient, signed_in: SignIn, people: World, house: House, survey: int
) -> None:
    client.post(_path(house, survey, people.people["anna"]), data={"q1": "9", "q3": "Kaffee"})
    client.post(_path(house, survey), data={"q1": "10", "q2": "yes"})
    shown = signed_in().get(f"/surveys/{survey}")
    assert lint.problems(shown.text) == []
    assert "Kaffee" in shown.text
    assert f"/contacts/{people.people['anna']}/care" in shown.text
    table = signed_in().get(f"/surveys/{survey}/questions/1.csv").text
    assert "9;1" in table
    assert "10;1" in table
    assert signed_in().get("/surveys/999").status_code == 404
