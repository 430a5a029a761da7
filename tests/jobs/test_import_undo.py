"""Undoing an import: every touched card is as it was, what was changed since stays and is said."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from outreach import clock, companies, contacts
from outreach.consent import suppression
from outreach.db import Base
from outreach.errors import Conflict
from outreach.history import store as history
from outreach.house import House
from outreach.imports import run, store, undo
from outreach.imports.preview import preview
from tests import world
from tests.world import World

#: everything a card is made of, and what an import could spoil beside it
CARD = (
    "contacts", "companies", "contact_tags", "contact_channels", "postal_addresses", "special_days", "touchpoints",
    "consents", "subscriptions", "consent_events", "suppressions", "contact_photos",
)  # fmt: skip
FILE = """E-Mail;Vorname;Nachname;Firma;Tags;Telefon;Mobil;Straße;PLZ;Ort;Geburtstag;Notiz;Status
neu@firma.example;Nora;Ünal;Neu AG;VIP;030 1;0171 2;Weg 1;10115;Berlin;3.5.1980;Erste Notiz;subscribed
neu@firma.example;;;;Presse;;;;;;;Zweite Notiz;subscribed
anna@mueller.example;;;;Presse;0221 5;;Am Dom 1;50667;;12.7.;Über Anna;subscribed
bjoern@groessmann.example;;;;;;;;;;;;unsubscribed
weg@fort.example;;;;;;;;;;;;cleaned
;Hans;Ohnepost;;;;;;;;;;
"""


@pytest.fixture
def people(any_house: House) -> World:
    with any_house.database.writing() as session:
        return world.build(session)


def take(house: House, content: str, people: World, *, rows_at_once: int = 1000, proof: str = "They said yes") -> int:
    with house.database.writing() as session:
        stream = io.BytesIO(content.encode())
        import_id = store.begin(session, filename="k.csv", stream=stream, user_id=None).id
        mapping = {column.name: column.field for column in preview(session, import_id).columns}
        store.start(session, import_id, mapping=mapping, list_id=people.lists["news"], consent_proof=proof)
    run.run(house, import_id, rows_at_once=rows_at_once)
    with house.database.reading() as session:
        assert store.progress(session, import_id).state == "done"
    return import_id


def take_back(house: House, import_id: int) -> store.Progress:
    with house.database.writing() as session:
        undo.ask_for(session, import_id)
    undo.run(house, import_id)
    with house.database.reading() as session:
        return store.progress(session, import_id)


def cards(house: House) -> dict[str, Any]:
    """Every row of every card, without the moment it was last touched."""
    found = {}
    with house.database.reading() as session:
        for name in CARD:
            table = Base.metadata.tables[name]
            columns = [column for column in table.columns if column.name != "updated_at"]
            rows = session.execute(select(*columns).order_by(*table.primary_key)).mappings()
            found[name] = [dict(row) for row in rows]
    return found


def kept(house: House, import_id: int) -> list[undo.KeptLine]:
    with house.database.reading() as session:
        return list(undo.kept_page(session, import_id).rows)


def test_an_undone_import_leaves_every_card_as_it_was(any_house: House, people: World) -> None:
    before = cards(any_house)
    import_id = take(any_house, FILE, people)
    assert cards(any_house) != before
    done = take_back(any_house, import_id)
    assert (done.undo_state, kept(any_house, import_id)) == ("done", [])
    assert done.restored > 10
    assert cards(any_house) == before


def test_blocks_that_touch_the_same_card_are_undone_newest_first(any_house: House, people: World) -> None:
    before = cards(any_house)
    import_id = take(any_house, FILE, people, rows_at_once=1)
    assert take_back(any_house, import_id).undo_state == "done"
    assert cards(any_house) == before


def test_a_contact_with_whom_something_happened_since_stays_whole(any_house: House, people: World) -> None:
    import_id = take(any_house, FILE, people)
    with any_house.database.writing() as session:
        nora = contacts.by_address(session, "neu@firma.example")
        assert nora is not None
        history.add(session, contact_id=nora.id, kind="call", text="Rief an")
        nora_id = nora.id
    take_back(any_house, import_id)
    with any_house.database.reading() as session:
        person = contacts.person(session, nora_id)
        assert (person.phone, person.company, person.tags) == ("030 1", "Neu AG", ("Presse", "VIP"))
    found = kept(any_house, import_id)
    assert [(one.contact_id, one.table) for one in found] == [(nora_id, "contacts"), (None, "companies")]
    assert "happened" in found[0].sentence


def test_what_somebody_changed_since_stays_and_is_said(any_house: House, people: World) -> None:
    import_id = take(any_house, FILE, people)
    anna = people.people["anna"]
    with any_house.database.writing() as session:
        contacts.update(session, anna, phone="0221 999")
    take_back(any_house, import_id)
    with any_house.database.reading() as session:
        person = contacts.person(session, anna)
        assert person.phone == "0221 999"
        assert "Presse" not in person.tags
    found = kept(any_house, import_id)
    assert [(one.contact_id, one.table, list(one.columns)) for one in found] == [(anna, "contacts", ["phone"])]


def test_an_edited_new_contact_stays(any_house: House, people: World) -> None:
    import_id = take(any_house, FILE, people)
    with any_house.database.writing() as session:
        nora = contacts.by_address(session, "neu@firma.example")
        assert nora is not None
        contacts.update(session, nora.id, city="Potsdam")
    take_back(any_house, import_id)
    with any_house.database.reading() as session:
        assert contacts.by_address(session, "neu@firma.example") is not None


def test_an_undo_happens_once_and_within_a_day(any_house: House, people: World) -> None:
    import_id = take(any_house, FILE, people)
    with any_house.database.writing() as session, pytest.raises(Conflict, match="24 hours"):
        undo.ask_for(session, import_id, at=clock.now() + timedelta(hours=25))
    take_back(any_house, import_id)
    with any_house.database.writing() as session, pytest.raises(Conflict, match="undone before"):
        undo.ask_for(session, import_id)


def test_an_undo_goes_on_after_its_worker_died(
    any_house: House, people: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = cards(any_house)
    import_id = take(any_house, FILE, people, rows_at_once=1)
    with any_house.database.writing() as session:
        undo.ask_for(session, import_id)
    undo.run(any_house, import_id, seconds=-1)  # one block, then its time is over
    assert cards(any_house) != before
    with any_house.database.reading() as session:
        assert undo.waiting(session, clock.now()) == [import_id]
    undo.run(any_house, import_id)
    assert cards(any_house) == before


def test_a_suppression_of_the_file_is_lifted_and_an_older_one_stays(any_house: House, people: World) -> None:
    with any_house.database.writing() as session:
        suppression.add(session, "alt@fort.example", "objection")
    import_id = take(any_house, FILE + "alt@fort.example;;;;;;;;;;;;cleaned\n", people)
    with any_house.database.reading() as session:
        assert suppression.contains(session, "weg@fort.example")
    take_back(any_house, import_id)
    with any_house.database.reading() as session:
        assert not suppression.contains(session, "weg@fort.example")
        assert suppression.contains(session, "alt@fort.example")


def test_an_import_can_be_repeated_after_its_undo(any_house: House, people: World) -> None:
    take_back(any_house, take(any_house, FILE, people))
    again = take(any_house, FILE, people)
    with any_house.database.reading() as session:
        assert store.progress(session, again).created == 1


def test_a_company_that_existed_before_is_left_alone(any_house: House, people: World) -> None:
    with any_house.database.writing() as session:
        made = companies.create(session, name="Neu AG").id
    take_back(any_house, take(any_house, FILE, people))
    with any_house.database.reading() as session:
        assert companies.get(session, made).name == "Neu AG"


_EMAILS = st.sampled_from(
    ["neu@a.example", "zwei@b.example", "anna@mueller.example", "bjoern@groessmann.example", "", "kaputt@"]
)
_ROWS = st.lists(
    st.tuples(
        _EMAILS, st.sampled_from(["", "Anna", "Hans"]), st.sampled_from(["", "Müller", "Ohnepost"]),
        st.sampled_from(["", "Neu AG", "Nordlicht Medien AG"]), st.sampled_from(["", "VIP", "Neu; Presse"]),
        st.sampled_from(["", "030 1"]), st.sampled_from(["", "0171 2", "kein"]), st.sampled_from(["", "Weg 1"]),
        st.sampled_from(["", "10115"]), st.just(""), st.sampled_from(["", "3.5.1980", "12.7."]),
        st.sampled_from(["", "Eine Notiz"]), st.sampled_from(["", "subscribed", "unsubscribed", "bounced", "pending"]),
    ),
    min_size=1, max_size=8,
)  # fmt: skip


def _whatever(house: House, people: World, rows: list[tuple[str, ...]], at_once: int, proof: str) -> None:
    before = cards(house)
    content = FILE.splitlines()[0] + "\n" + "".join(";".join(row) + "\n" for row in rows)
    import_id = take(house, content, people, rows_at_once=at_once, proof=proof)
    take_back(house, import_id)
    assert kept(house, import_id) == []
    assert cards(house) == before


def _property(examples: int) -> Any:
    def apply(test: Any) -> Any:
        given_rows = given(rows=_ROWS, at_once=st.sampled_from([1, 3, 100]), proof=st.sampled_from(["", "They agreed"]))
        quiet = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
        return settings(max_examples=examples, deadline=None, suppress_health_check=quiet)(given_rows(test))

    return apply


@_property(40)
def test_whatever_a_file_holds_its_undo_restores_every_card(
    house: House, built: World, rows: list[tuple[str, ...]], at_once: int, proof: str
) -> None:
    _whatever(house, built, rows, at_once, proof)


@_property(10)
def test_whatever_a_file_holds_its_undo_restores_every_card_on_both_databases(
    any_house: House, people: World, rows: list[tuple[str, ...]], at_once: int, proof: str
) -> None:
    _whatever(any_house, people, rows, at_once, proof)


@pytest.fixture
def built(house: House) -> World:
    with house.database.writing() as session:
        return world.build(session)
