"""Quick entry, search, names, value and merging, through the pages a person uses."""

from __future__ import annotations

import re
from datetime import date

import lxml.html
import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from outreach import contacts, facts, journal, tasks, valuation
from outreach.clock import now
from outreach.contacts import doubts
from outreach.history import store as history
from outreach.history import timeline
from outreach.house import House
from outreach.users import Role
from tests.web.conftest import Browser, SignIn, hidden_fields
from tests.world import World

LINE = "tel Müller: will Angebot Schulung, Tochter macht Abi, 3.5."


def _links(html: str) -> list[str]:
    return [link.replace("&amp;", "&") for link in re.findall(r'href="(/quick\?[^"]*(?:contact|company)=[^"]*)"', html)]


def _fields(html: str) -> dict[str, str]:
    """What the confirming form sends when nothing is touched."""
    form = next(
        one for one in lxml.html.fromstring(html).forms if one.get("action") == "/quick" and one.method == "POST"
    )
    return dict(form.form_values())


@pytest.fixture
def owner(signed_in: SignIn) -> Browser:
    return signed_in(Role.OWNER)


def test_a_line_becomes_an_entry_facts_and_can_be_taken_back(owner: Browser, house: House, people: World) -> None:
    whom = owner.get("/quick", query_string={"line": LINE, "next": "/"}).text
    assert len(_links(whom)) >= 2  # two Anna Müllers: nobody is chosen
    link = next(one for one in _links(whom) if f"contact={people.people['anna']}&" in one + "&")
    page = owner.get(link).text
    answer = owner.post("/quick", data=_fields(page))
    assert (answer.status_code, answer.location) == (303, "/")
    with house.database.reading() as session:
        (entry,) = timeline.of_contact(session, people.people["anna"], kinds=["call"]).items
        assert (entry.at.month, entry.at.day, entry.who) == (5, 3, "Katharina Weiß")
        known = {(one.kind, one.text) for one in facts.of_contact(session, people.people["anna"], today=date.today())}
        assert known == {("wish", "Angebot Schulung"), ("topic", "Tochter macht Abi")}
    after = owner.get("/").text
    undo = re.search(r'action="(/changes/\d+/undo)"', after)
    assert undo is not None
    owner.post(undo[1], data=hidden_fields(after, undo[1]))
    with house.database.reading() as session:
        assert timeline.of_contact(session, people.people["anna"], kinds=["call"]).items == []
        assert facts.of_contact(session, people.people["anna"], today=date.today()) == []


def test_what_was_unticked_is_not_stored(owner: Browser, house: House, people: World) -> None:
    page = owner.get("/quick", query_string={"line": LINE, "contact": people.people["anna"]}).text
    fields = {name: value for name, value in _fields(page).items() if name != "fact-0-keep"}
    owner.post("/quick", data=fields)
    with house.database.reading() as session:
        assert [one.kind for one in facts.of_contact(session, people.people["anna"], today=date.today())] == ["topic"]


@pytest.mark.parametrize(
    ("line", "kind", "amount"),
    [
        ("Angebot 4.200 Größmann", "offer", 420_000),
        ("Geschenk Wein Größmann 30 €", "gift", 3000),
        ("Rekl. Größmann falsche Rechnung", "complaint", None),
    ],
)
def test_the_lines_of_the_help_are_understood(
    owner: Browser, house: House, people: World, line: str, kind: str, amount: int | None
) -> None:
    whom = owner.get("/quick", query_string={"line": line}).text
    page = owner.get(_links(whom)[0]).text
    answer = owner.post("/quick", data=_fields(page))
    assert answer.status_code == 303, answer.text
    with house.database.reading() as session:
        (entry,) = timeline.of_contact(session, people.people["doctor"], kinds=[kind]).items
        assert entry.amount == amount
        assert "Größmann" not in entry.text
        due = [one.kind for one in tasks.open_of(session, contact_id=people.people["doctor"])]
        assert ("complaint" in due) == (kind == "complaint")


def test_something_sensitive_is_asked_about_once_and_nothing_is_lost(
    owner: Browser, house: House, people: World
) -> None:
    page = owner.get(
        "/quick",
        query_string={"line": "tel Größmann: ist schwanger, will Workshop", "contact": people.people["doctor"]},
    ).text
    asked = owner.post("/quick", data=_fields(page))
    assert asked.status_code == 422
    assert "schwanger" in asked.text
    assert 'name="agreed"' in asked.text
    agreed = owner.post("/quick", data={**_fields(asked.text), "agreed": "1"})
    assert agreed.status_code == 303


@pytest.mark.parametrize(
    "wrong",
    [
        {"on": "gestern"},
        {"amount": "viel", "kind": "offer"},
        {"kind": "fax"},
        {"contact_id": ""},
        {"contact_id": "99999"},
    ],
)
def test_bad_input_is_said_and_what_was_typed_stays(owner: Browser, people: World, wrong: dict[str, str]) -> None:
    page = owner.get("/quick", query_string={"line": "Angebot 4.200 Größmann", "contact": people.people["doctor"]}).text
    answer = owner.post("/quick", data={**_fields(page), "text": "meine Worte", **wrong})
    assert answer.status_code == 422
    assert "meine Worte" in answer.text
    assert 'role="alert"' in answer.text


@pytest.mark.parametrize("next_", ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)"])
def test_the_way_back_never_leads_elsewhere(owner: Browser, people: World, next_: str) -> None:
    page = owner.get(
        "/quick", query_string={"line": "Notiz Größmann: x", "contact": people.people["doctor"], "next": next_}
    ).text
    answer = owner.post("/quick", data={**_fields(page), "next": next_})
    assert answer.location == f"/contacts/{people.people['doctor']}"


def test_the_search_finds_people_companies_and_notes_with_the_hit_marked(
    owner: Browser, house: House, people: World
) -> None:
    with house.database.writing() as session:
        history.add(
            session,
            contact_id=people.people["anna"],
            kind="call",
            text="Sie <b>braucht</b> neue Lichtkuppeln in der Halle",
        )
        facts.add(
            session,
            contact_id=people.people["doctor"],
            kind="wish",
            text="Lichtkuppel fürs Atelier",
            noted_on=date(2026, 5, 3),
        )
    page = owner.get("/search?q=lichtkup").text
    assert "<mark>Lichtkuppeln</mark>" in page
    assert "<mark>Lichtkuppel</mark>" in page
    assert "<b>braucht" not in page
    assert "Anna Müller" in owner.get("/search?q=muller").text
    assert owner.get("/search", query_string={"q": "' OR \"*"}).status_code == 200


def test_a_name_is_corrected_by_a_click(owner: Browser, house: House, people: World) -> None:
    with house.database.writing() as session:
        made = contacts.create(session, first_name="PETRA", last_name="SCHMITZ", salutation="frau").id
        while doubts.check_some(session):
            pass
    page = owner.get("/contacts/names").text
    assert "PETRA SCHMITZ" in page
    action = f"/contacts/names/{made}/taken/capitals"
    assert owner.post(action, data=hidden_fields(page, action)).status_code == 303
    with house.database.reading() as session:
        assert contacts.get(session, made).last_name == "Schmitz"
    assert "SCHMITZ" not in owner.get("/contacts/names").text.replace("PETRA SCHMITZ", "")


def test_a_doubtful_name_is_asked_about_on_its_card_until_somebody_says_it_is_right(
    owner: Browser, house: House, people: World
) -> None:
    with house.database.writing() as session:
        made = contacts.create(session, first_name="PETRA", last_name="SCHMITZ", salutation="frau").id
    card = owner.get(f"/contacts/{made}").text
    action = f"/contacts/names/{made}/taken/capitals"
    answer = owner.post(action, data={**hidden_fields(card, action), "from": "card"})
    assert (answer.status_code, answer.location) == (303, f"/contacts/{made}")
    card = owner.get(f"/contacts/{made}").text
    assert "Petra Schmitz" in card
    assert "/taken/" not in card
    action = f"/contacts/names/{made}/verification"
    owner.post(action, data=hidden_fields(card, action))
    assert "Name geprüft" in owner.get(f"/contacts/{made}").text


def test_the_value_page_shows_the_curve_and_its_csv(owner: Browser, house: House, people: World) -> None:
    assert owner.get("/contacts/value").status_code == 200  # nobody bought yet
    with house.database.writing() as session:
        for name, cents in (("anna", 900_000), ("doctor", 100_000)):
            history.add(session, contact_id=people.people[name], kind="order", amount=cents, text="Auftrag")
        valuation.recompute(session, now())
    page = owner.get("/contacts/value").text
    assert "9.000\xa0€" in page
    table = owner.get("/contacts/value/customers.csv").text
    assert "1;A;Anna Müller;9000.00" in table
    answer = owner.submit("/contacts/value", to="/contacts/value/cadence", **_pace(ideal_A="x"))
    assert answer.status_code == 422
    assert owner.submit("/contacts/value", to="/contacts/value/cadence", **_pace(ideal_A="10")).status_code == 303
    with house.database.reading() as session:
        assert valuation.cadences(session)["A"].ideal_days == 10


def _pace(**changed: str) -> dict[str, str]:
    given = {
        f"{what}-{name}": days for name in ("A", "B", "C", "") for what, days in (("ideal", "30"), ("latest", "90"))
    }
    return given | {name.replace("_", "-"): value for name, value in changed.items()}


def test_two_cards_become_one_and_two_again(owner: Browser, house: House, people: World) -> None:
    keep, other = people.people["anna"], people.people["double"]
    assert "Marie-Luise" in owner.get(f"/contacts/{keep}/merge?q=marie").text
    path = f"/contacts/{keep}/merge/{other}"
    page = owner.get(path)
    assert page.status_code == 200
    answer = owner.post(
        path, data={**hidden_fields(page.text, path), "field-first_name": "other", "field-email": "keep"}
    )
    assert answer.status_code == 303
    with house.database.reading() as session:
        assert contacts.get(session, keep).first_name == "Marie-Luise"
        undo = _last_merge(session)
    card = owner.get(f"/contacts/{keep}").text
    action = f"/changes/{undo}/undo"
    assert owner.post(action, data=hidden_fields(card, action)).status_code == 303
    with house.database.reading() as session:
        assert contacts.get(session, keep).first_name == "Anna"
        assert contacts.get(session, other).email == "Marie.Luise@schaeferei.example"


def _last_merge(session: Session) -> int:
    return int(session.scalar(select(func.max(journal.ChangeSet.id)).where(journal.ChangeSet.kind == "merge")) or 0)


def test_readers_look_and_change_nothing(signed_in: SignIn, people: World) -> None:
    reader = signed_in(Role.READER)
    assert reader.get("/search?q=anna").status_code == 200
    assert reader.get("/contacts/names").status_code == 200
    assert reader.get("/quick").status_code == 403
    assert reader.get(f"/contacts/{people.people['anna']}/merge").status_code == 403
