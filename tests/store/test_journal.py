"""The journal: every change of a card with who and when, and the way back."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from outreach import companies, contacts, dates, facts, journal, tasks
from outreach.contacts import channels, tags
from outreach.db import Base, Database
from outreach.errors import Conflict, NotFound
from outreach.history import store as history
from tests import world
from tests.world import World

CARD = (
    "contacts", "contact_tags", "contact_channels", "postal_addresses", "facts", "special_days", "tasks", "touchpoints",
)  # fmt: skip


@pytest.fixture
def small(session: Session) -> World:
    made = world.build(session)
    session.info.pop("change_set", None)
    return made


def _card(session: Session, contact_id: int) -> dict[Any, Any]:
    session.flush()
    return journal.snapshot(session, [contact_id], CARD)


def _begin(session: Session) -> int:
    session.flush()
    return journal.begin(session, "edit")


def test_a_change_is_written_down_with_who_and_when(session: Session, small: World) -> None:
    journal.author(session, small.owner)
    _begin(session)
    contacts.update(session, small.people["anna"], first_name="Anne", city="Bonn")
    (line, *_) = journal.history(session, contact_id=small.people["anna"]).rows
    assert line.who == "Katharina Weiß"
    (change,) = line.changes
    assert (change.before, change.after) == (
        {"first_name": "Anna", "city": "Köln"},
        {"first_name": "Anne", "city": "Bonn"},
    )


def test_nothing_is_written_down_when_nothing_changed(session: Session, small: World) -> None:
    set_id = _begin(session)
    contacts.update(session, small.people["anna"], first_name="Anna", tags=["Messe", "VIP"])
    assert set_id not in [line.id for line in journal.history(session, contact_id=small.people["anna"]).rows]


def test_an_edit_can_be_undone_and_the_undoing_too(session: Session, small: World) -> None:
    anna = small.people["anna"]
    before = _card(session, anna)
    made = _begin(session)
    contacts.update(
        session, anna, first_name="Anne", email="anne@mueller.example", tags=["Neu"], custom={"kundennummer": 18}
    )
    channels.add(session, anna, kind="phone", value="0221 4711", label="mobile")
    channels.set_postal(session, contact_id=anna, street="Am Markt 1", city="Köln")
    dates.put(session, contact_id=anna, kind="birthday", month=5, day=3)
    facts.add(session, contact_id=anna, kind="wish", text="Schulung", noted_on=date(2026, 5, 3))
    tasks.add(session, text="Anrufen", contact_id=anna)
    after = _card(session, anna)
    assert before != after
    undone = journal.undo(session, made)
    assert (undone.kept, _card(session, anna)) == ([], before)
    assert journal.undo(session, undone.set_id).kept == []
    assert _card(session, anna) == after


def test_what_somebody_changed_since_stays_and_is_said(session: Session, small: World) -> None:
    anna = small.people["anna"]
    first = _begin(session)
    contacts.update(session, anna, first_name="Anne", city="Bonn")
    _begin(session)
    contacts.update(session, anna, city="Aachen")
    undone = journal.undo(session, first)
    person = contacts.get(session, anna)
    assert (person.first_name, person.city) == ("Anna", "Aachen")
    (kept,) = undone.kept
    assert (kept.table, kept.columns, kept.sentence) == ("contacts", ("city",), journal.CHANGED_SINCE)


def test_a_contact_made_by_mistake_goes_and_one_somebody_wrote_about_stays(session: Session, small: World) -> None:
    made = _begin(session)
    new = contacts.create(session, first_name="Nele", email="nele@neu.example", tags=["Messe"]).id
    _begin(session)
    facts.add(session, contact_id=new, kind="topic", text="Segelt gern", noted_on=date(2026, 5, 3))
    assert [one.sentence for one in journal.undo(session, made).kept] == [journal.IN_USE]
    assert contacts.get(session, new).first_name == "Nele"

    made = _begin(session)
    new = contacts.create(session, first_name="Nina", email="nina@neu.example", tags=["Messe"]).id
    assert journal.undo(session, made).kept == []
    with pytest.raises(NotFound):
        contacts.get(session, new)

    made = _begin(session)
    other = contacts.create(session, first_name="Nils", email="nils@neu.example")
    _begin(session)
    contacts.update(session, other.id, phone="040 4711")
    kept = journal.undo(session, made).kept
    assert [one.sentence for one in kept] == [journal.CHANGED_SINCE]
    assert contacts.get(session, other.id).phone == "040 4711"


def test_a_removed_entry_comes_back_with_its_number(session: Session, small: World) -> None:
    anna = small.people["anna"]
    entry = history.add(session, contact_id=anna, kind="call", text="Angebot besprochen", at=date(2026, 5, 3))
    before = _card(session, anna)
    made = _begin(session)
    history.remove(session, entry.id)
    assert before != _card(session, anna)
    journal.undo(session, made)
    assert _card(session, anna) == before


def test_undoing_twice_is_refused_and_changes_nothing(session: Session, small: World) -> None:
    made = _begin(session)
    contacts.update(session, small.people["anna"], city="Bonn")
    journal.undo(session, made)
    with pytest.raises(Conflict):
        journal.undo(session, made)
    with pytest.raises(NotFound):
        journal.undo(session, 4_711_000)


def test_a_deleted_company_comes_back_under_its_number(session: Session, small: World) -> None:
    number = small.companies["nordlicht"]
    companies.update(session, number, aliases=["Nordlicht"], domains=["https://www.Nordlicht.example/x"])
    made = _begin(session)
    companies.delete(session, number)
    session.expire_all()
    with pytest.raises(NotFound):
        companies.get(session, number)
    journal.undo(session, made)
    company = companies.get(session, number)
    assert (company.name, company.aliases, company.domains) == (
        "Nordlicht Medien AG",
        ["Nordlicht"],
        ["nordlicht.example"],
    )


def test_a_savepoint_rolled_back_leaves_no_trace_in_the_journal(session: Session, small: World) -> None:
    session.info.pop("change_set", None)
    with pytest.raises(Conflict):
        contacts.update(session, small.people["anna"], email="bjoern@groessmann.example")
    session.expire_all()
    contacts.update(session, small.people["anna"], city="Bonn")
    rows = journal.history(session, contact_id=small.people["anna"]).rows
    assert rows[0].changes[0].after == {"city": "Bonn"}


def test_each_transaction_is_a_change_of_its_own(database: Database) -> None:
    with database.writing() as session:
        anna = contacts.create(session, first_name="Anna", email="anna@x.example").id
    for city in ("Bonn", "Köln"):
        with database.writing() as session:
            contacts.update(session, anna, city=city)
    with database.reading() as session:
        assert journal.history(session, contact_id=anna).total == 3
        rows = session.scalars(select(journal.ChangeSet.user_id)).all()
    assert rows == [None, None, None]


_edits = st.lists(
    st.one_of(
        st.tuples(st.just("name"), st.sampled_from(["Anna", "Anne", "Ännchen"])),
        st.tuples(st.just("tags"), st.lists(st.sampled_from(["VIP", "Messe", "Neu"]), max_size=3)),
        st.tuples(st.just("fact"), st.sampled_from(["Schulung", "Segeln"])),
        st.tuples(st.just("day"), st.integers(1, 28)),
        st.tuples(st.just("phone"), st.integers(1000, 1005)),
        st.tuples(st.just("forget"), st.just(0)),
    ),
    max_size=8,
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(edits=_edits)
def test_undoing_everything_newest_first_gives_back_exactly_the_card(
    sqlite: Database, edits: list[tuple[str, Any]]
) -> None:
    with sqlite.session(writing=True) as session, session.begin() as transaction:
        anna = contacts.create(session, first_name="Anna", email="anna@x.example", tags=["VIP"]).id
        before = _card(session, anna)
        sets = []
        for what, value in edits:
            sets.append(_begin(session))
            _edit(session, anna, what, value)
        for set_id in reversed(sets):
            assert journal.undo(session, set_id).kept == []
        assert _card(session, anna) == before
        transaction.rollback()


def _edit(session: Session, contact_id: int, what: str, value: Any) -> None:
    if what == "name":
        contacts.update(session, contact_id, first_name=value)
    elif what == "tags":
        tags.set_for(session, contact_id, value)
    elif what == "fact":
        facts.add(session, contact_id=contact_id, kind="wish", text=value, noted_on=date(2026, 5, 3))
    elif what == "day":
        dates.put(session, contact_id=contact_id, kind="birthday", month=5, day=value)
    elif what == "phone":
        have = {one.value for one in channels.of(session, contact_id)}
        if str(value) not in have:
            channels.add(session, contact_id, kind="phone", value=str(value))
    else:
        for fact in facts.of_contact(session, contact_id, today=date(2026, 5, 3)):
            facts.remove(session, fact.id)


def test_every_row_of_a_card_is_tracked() -> None:
    free = {"contact_photos", "subscriptions", "consents", "consent_events", "deliveries", "changes", "survey_answers"}
    tracked = {
        mapper.local_table.name for mapper in Base.registry.mappers if issubclass(mapper.class_, journal.Tracked)
    }  # type: ignore[attr-defined]
    owned = {name for name, table in Base.metadata.tables.items() if "contact_id" in table.c}
    free |= {"watches", "matches", "feed_subjects", "watch_marks"}  # the floor of the news derives them anew
    # Letters and mails: a draft keeps its versions and its approval, what came back is a record of its own.
    free |= {"drafts", "incoming_mails", "bounces"}
    imports = {name for name in owned if name.startswith(("import_", "duplicate"))}
    assert owned - free - imports <= tracked
