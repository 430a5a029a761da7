"""Services on their pages: who waits, with the quote of the wish."""

from __future__ import annotations

from datetime import date

from outreach import facts, services
from outreach.house import House
from tests.web import lint
from tests.web.conftest import SignIn
from tests.world import World


def test_a_new_service_shows_who_wished_for_it_with_day_and_words(
    signed_in: SignIn, people: World, house: House
) -> None:
    client, anna = signed_in(), people.people["anna"]
    with house.database.writing() as session:
        facts.add(
            session, contact_id=anna, kind="wish", text="Eine Schulung für die Meister", noted_on=date(2026, 5, 3),
            source="Telefonat",
        )  # fmt: skip
    made = client.submit("/services/new", to="/services", name="Schulung", words="", tags="")
    assert made.status_code == 303
    shown = client.get(made.location).text
    assert lint.problems(shown) == []
    assert "Eine Schulung für die Meister" in shown
    assert 'datetime="2026-05-03"' in shown
    assert f"/contacts/{anna}" in shown
    table = client.get(made.location + "/waiting.csv")
    assert table.mimetype == "text/csv"
    assert "Eine Schulung für die Meister;2026-05-03;Telefonat" in table.text


def test_a_service_is_changed_archived_and_offered_again(signed_in: SignIn, people: World, house: House) -> None:
    client = signed_in()
    with house.database.writing() as session:
        number = services.add(session, name="Beratung").id
        services.add(session, name="Schulung")
    page = f"/services/{number}"
    taken = client.submit(page + "/edit", to=page, name="schulung")
    assert taken.status_code == 422
    assert lint.problems(taken.text) == []
    assert client.submit(page + "/edit", to=page, name="Rat", words="Rat\nTat", tags="VIP, Fan", is_news="y").status_code == 303  # fmt: skip
    with house.database.reading() as session:
        found = services.get(session, number)
        assert (found.name, found.words, found.tags) == ("Rat", ["Rat", "Tat"], ["VIP", "Fan"])
    assert client.submit(page, to=page + "/archive").status_code == 303
    assert client.submit("/services", to=page + "/return").status_code == 303


def test_nothing_offered_and_nobody_waiting_are_friendly_pages(signed_in: SignIn, people: World, house: House) -> None:
    client = signed_in()
    assert lint.problems(client.get("/services").text) == []
    with house.database.writing() as session:
        number = services.add(session, name="Beratung").id
    assert lint.problems(client.get(f"/services/{number}").text) == []
    assert lint.problems(client.get(f"/services/{number}?page=99").text) == []
