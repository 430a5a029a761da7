"""The customer file, on each database."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from outreach import cards, companies, contacts
from outreach.contacts import Contact, custom, tags
from outreach.db import Database
from outreach.errors import Conflict, Invalid, NotFound
from outreach.mail.rows import Delivery
from tests import world
from tests.world import World


@pytest.fixture
def people(session: Session) -> World:
    return world.build(session)


@pytest.fixture
def count_queries(session: Session) -> Iterator[list[str]]:
    """Every statement that reaches the database."""
    seen: list[str] = []

    def keep(connection: object, cursor: object, statement: str, *rest: object) -> None:
        seen.append(statement)

    event.listen(session.get_bind(), "before_cursor_execute", keep)
    yield seen
    event.remove(session.get_bind(), "before_cursor_execute", keep)


def test_a_contact_is_stored_clean(session: Session) -> None:
    made = contacts.create(
        session,
        first_name="  Anna ",
        last_name="Mu\u0308ller",
        email=" Anna@MÜLLER.example ",
        company="Müller  GmbH",
        tags=["VIP", "vip", "Messe"],
    )
    person = contacts.person(session, made.id)
    assert (person.first_name, person.last_name, person.email) == ("Anna", "Müller", "Anna@müller.example")
    assert person.company == "Müller GmbH"
    assert person.tags == ("Messe", "vip")
    assert made.email_key == "anna@müller.example"
    assert made.address_hash == contacts.address_hash("anna@müller.example")


def test_an_address_belongs_to_one_contact(session: Session, people: World) -> None:
    with pytest.raises(Conflict, match=r"already belongs to Anna Müller") as caught:
        contacts.create(session, email="ANNA@Mueller.example")
    assert caught.value.values["contact_id"] == people.people["anna"]
    with pytest.raises(Conflict):
        contacts.update(session, people.people["doctor"], email="anna@mueller.example")
    contacts.update(session, people.people["anna"], email="Anna@mueller.example")


def test_two_people_adding_the_same_address_at_once_make_one_contact(database: Database) -> None:
    with database.session(writing=True) as session:
        contacts.create(session, email="a@b.example")
        session.commit()
        with pytest.raises(Conflict):
            contacts.create(session, email="a@b.example")
        assert contacts.by_address(session, "A@B.example") is not None  # the transaction goes on
        session.rollback()


def test_a_contact_needs_a_name_or_an_address(session: Session, people: World) -> None:
    with pytest.raises(Invalid, match="needs a name or a mail address"):
        contacts.create(session, city="Köln")
    with pytest.raises(Invalid):
        contacts.update(session, people.people["no_name"], email="")


@pytest.mark.parametrize("bad", ["a\r\nBcc: x@y.example", "a\0b", "a\x1bb"])
def test_header_injection_is_refused_in_every_field(session: Session, people: World, bad: str) -> None:
    for field in (
        "title",
        "first_name",
        "last_name",
        "email",
        "city",
        "phone",
        "source",
        "company",
        "language",
        "stage",
    ):
        with pytest.raises(Invalid):
            contacts.create(session, **{"last_name": "X", field: bad})  # type: ignore[arg-type]
    with pytest.raises(Invalid):
        contacts.create(session, last_name="X", tags=[bad])
    with pytest.raises(Invalid):
        companies.create(session, name=bad)
    custom.add(session, label="Farbe", kind="text")
    with pytest.raises(Invalid):
        contacts.create(session, last_name="X", custom={"farbe": bad})


def test_custom_values_are_checked_kept_and_taken_away(session: Session, people: World) -> None:
    anna = people.people["anna"]
    contacts.update(session, anna, custom={"letzter_termin": "1.2.2026", "kundennummer": ""})
    assert contacts.person(session, anna).custom == {"letzter_termin": "2026-02-01", "branche": "Industrie"}
    with pytest.raises(Invalid, match="Kundennummer"):
        contacts.update(session, anna, custom={"kundennummer": "viele"})
    with pytest.raises(Invalid, match="no field"):
        contacts.update(session, anna, custom={"gibt_es_nicht": 1})


def test_a_removed_field_takes_its_values_along(session: Session, people: World) -> None:
    spec = custom.specs(session)["branche"]
    custom.remove(session, spec.id)
    assert contacts.person(session, people.people["anna"]).custom == {"kundennummer": 17}
    assert contacts.person(session, people.people["gone"]).custom == {}


def test_keys_of_fields_are_unique_and_labels_too(session: Session) -> None:
    assert custom.add(session, label="Größe", kind="text").key == "groesse"
    assert custom.add(session, label="Groesse", kind="text").key == "groesse_2"
    with pytest.raises(Conflict):
        custom.add(session, label="größe", kind="number")
    with pytest.raises(Invalid):
        custom.add(session, label="Farbe", kind="choice")
    with pytest.raises(Invalid):
        custom.add(session, label="Farbe", kind="colour")


def test_tags_are_listed_renamed_and_merged(session: Session, people: World) -> None:
    ids = {tag.name: tag.id for tag in tags.list_all(session)}
    assert {tag.name: tag.contacts for tag in tags.list_all(session)} == {"VIP": 1, "Messe": 2}
    with pytest.raises(Conflict, match="merge"):
        tags.rename(session, ids["VIP"], "messe")
    tags.rename(session, ids["VIP"], "Sehr wichtig")
    tags.merge(session, ids["VIP"], into=ids["Messe"])
    assert {tag.name: tag.contacts for tag in tags.list_all(session)} == {"Messe": 2}
    with pytest.raises(NotFound):
        tags.remove(session, 999_999)


def test_a_page_is_one_query_with_the_total(session: Session, people: World, count_queries: list[str]) -> None:
    count_queries.clear()
    page = contacts.list_page(session, sort="name", page=2, per_page=4)
    assert len(count_queries) == 1
    assert (page.total, page.pages, page.first, page.last, len(page.rows)) == (10, 3, 5, 8, 4)
    assert not page.capped
    assert contacts.list_page(session, page=99, per_page=4).page == 3
    assert contacts.list_page(session, search="gibt es nicht").total == 0


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("müller", {"anna", "anna_two"}),
        ("MÜLLER köln", {"anna"}),
        ("nordlicht", {"anna_two"}),
        ("van der", {"particle"}),
        ("%", set()),
        ("_", set()),
        ("schaeferei.example", {"double"}),
        ("anna müller kiel", {"anna_two"}),
    ],
)
def test_contacts_are_found_by_every_word(session: Session, people: World, search: str, found: set[str]) -> None:
    ids = {row.id for row in contacts.list_page(session, search=search).rows}
    assert ids == {people.people[name] for name in found}


@pytest.mark.parametrize("sort", ["name", "created", "company", "stage", "email", "city", "updated", "nonsense"])
@pytest.mark.parametrize("direction", ["asc", "desc"])
def test_every_sort_shows_everybody_once(session: Session, people: World, sort: str, direction: str) -> None:
    seen = [
        row.id
        for page in (1, 2, 3, 4)
        for row in contacts.list_page(session, sort=sort, direction=direction, page=page, per_page=3).rows
    ]
    assert sorted(seen) == sorted(people.people.values())


def test_filters_narrow_the_list(session: Session, people: World) -> None:
    messe = next(tag.id for tag in tags.list_all(session) if tag.name == "Messe")
    assert {row.name for row in contacts.list_page(session, tag_id=messe).rows} == {"Anna Müller", "Dr. Björn Größmann"}
    assert contacts.list_page(session, stage="fan").total == 1
    assert contacts.list_page(session, language="en").total == 1
    of_company = contacts.list_page(session, company_id=people.companies["mueller"])
    assert [row.tags for row in of_company.rows] == [("Messe", "VIP")]
    among = select(Contact.id).where(Contact.first_name == "Anna")
    assert contacts.list_page(session, among=among).total == 2


def test_companies_are_found_again_by_name(session: Session, people: World) -> None:
    known = companies.named(session, ["müller & söhne  maschinenbau gmbh", "Neu AG"])
    assert people.companies["mueller"] in known.values()
    assert companies.list_page(session, search="neu").total == 1
    assert {row.name: row.contacts for row in companies.list_page(session, sort="contacts", direction="desc").rows}[
        "Nordlicht Medien AG"
    ] == 1
    with pytest.raises(Conflict):
        companies.create(session, name="NORDLICHT Medien AG", city="Kiel")
    companies.update(session, people.companies["nordlicht"], city="Hamburg")
    assert companies.get(session, people.companies["nordlicht"]).city == "Hamburg"


def test_the_card_shows_where_a_contact_stands(session: Session, people: World) -> None:
    day = {"today": world.NOW.date(), "now": world.NOW}
    card = cards.get(session, people.people["anna"], **day)  # type: ignore[arg-type]
    assert isinstance(card, cards.Card)
    assert [(s.list_name, s.state, s.how, s.text_shown) for s in card.subscriptions] == [
        ("Neuigkeiten", "confirmed", "double_opt_in", world.AGREED)
    ]
    assert [event.what for event in card.history] == ["requested", "confirmed", "measuring_agreed"]
    assert not card.suppressed
    other = cards.get(session, people.people["suppressed"], **day)  # type: ignore[arg-type]
    assert isinstance(other, cards.Card)
    assert other.suppressed
    with pytest.raises(NotFound):
        cards.get(session, 999_999, **day)  # type: ignore[arg-type]


def test_a_contact_nobody_wrote_to_can_be_deleted(session: Session, people: World) -> None:
    contacts.delete(session, people.people["doctor"])  # confirmed: the consent goes too
    contacts.delete(session, people.people["pending"])
    with pytest.raises(NotFound):
        contacts.get(session, people.people["doctor"])


def test_a_contact_with_mails_stays(session: Session, people: World) -> None:
    anna = contacts.get(session, people.people["anna"])
    session.add(Delivery(kind="test", contact_id=anna.id, address="x@y.example", address_hash=b"x" * 32, state="sent"))
    session.flush()
    with pytest.raises(Conflict, match="has received mails"):
        contacts.delete(session, anna.id)
    assert contacts.person(session, anna.id).tags == ("Messe", "VIP")


@pytest.mark.parametrize(
    "words", ["muller", "MÜLL", "anna mull", "anna@muel", "mueller.exam", "söhne anna", "köln müll", "ülle"]
)
def test_a_name_is_found_however_it_is_typed(session: Session, people: World, words: str) -> None:
    found = [line.id for line in contacts.list_page(session, search=words).rows]
    assert people.people["anna"] in found


@pytest.mark.parametrize("words", ["'", "\\", "a:b|!&", "(((", "%", "*:*", "''; DROP TABLE contacts", "\x00" * 3])
def test_signs_are_looked_for_and_never_understood(session: Session, people: World, words: str) -> None:
    found = contacts.list_page(session, search=words.replace("\x00", ""))
    assert found.total <= len(people.people)
