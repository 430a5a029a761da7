"""Quick entry in the customer file: people proposed and never chosen, what was confirmed stored, one click back."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from sqlalchemy.orm import Session

from outreach import companies, contacts, dates, facts, journal, tasks
from outreach.errors import Invalid, NotFound
from outreach.history import timeline
from outreach.quick import propose, store
from outreach.quick.proposal import Birthday
from outreach.quick.store import Confirmed, KeptFact, KeptTask
from tests import world
from tests.world import World

TODAY = date(2026, 9, 15)


@pytest.fixture
def small(session: Session) -> World:
    made = world.build(session)
    companies.create(session, name="Bäckerei Sonnenschein GmbH", city="Bonn")
    return made


@pytest.mark.parametrize(
    ("line", "who"),
    [
        ("tel Müller: will Angebot Schulung", "Anna Müller"),
        ("tel Mueller: will Angebot Schulung", "Anna Müller"),
        ("tel Muller: will Angebot Schulung", "Anna Müller"),
        ("tel Mülller: will Angebot", "Anna Müller"),
        ("tel Anna Müller: will Angebot", "Anna Müller"),
        ("Angebot 4.200 Größmann", "Dr. Björn Größmann"),
        ("Geschenk Wein Groessmann 30 €", "Dr. Björn Größmann"),
        ("Rekl. Schäfer-Löwenstein falsche Rechnung", "Marie-Luise Schäfer-Löwenstein"),
        ("tel Löwenstein: ruft zurück", "Marie-Luise Schäfer-Löwenstein"),
        ("tel van der Meer: wants a workshop", "Vincent van der Meer"),
        ("tel Zoë: kommt zur Messe", "Zoë Çelik"),
        ("Notiz Sonnenschein: Umbau im Mai", "Bäckerei Sonnenschein GmbH"),
    ],
)
def test_the_likeliest_name_comes_first(session: Session, small: World, line: str, who: str) -> None:
    read = store.read(session, line, TODAY)
    assert read.suggestions[0].name == who
    assert (read.contact_id, read.company_id) == (None, None)  # proposed, never chosen


def test_namesakes_are_both_proposed_and_the_one_we_spoke_to_last_comes_first(session: Session, small: World) -> None:
    contacts.get(session, small.people["anna_two"]).last_contact_at = datetime(2026, 9, 1, tzinfo=UTC)
    session.flush()
    found = store.read(session, "tel Müller: ruft zurück", TODAY).suggestions
    assert [one.contact_id for one in found[:2]] == [small.people["anna_two"], small.people["anna"]]


@pytest.mark.parametrize("line", ["", "   ", "tel", "tel Xyzzyqua: hallo", "4.200 €", "?" * 2000, "a " * 1000])
def test_nobody_is_proposed_for_words_nobody_is_called(session: Session, small: World, line: str) -> None:
    assert [one.name for one in store.read(session, line, TODAY).suggestions] == []


def test_once_somebody_is_picked_the_name_leaves_the_text(session: Session, small: World) -> None:
    found = store.read(session, "Angebot 4.200 Größmann", TODAY).suggestions[0]
    read = store.read(session, "Angebot 4.200 Größmann", TODAY, contact_id=found.contact_id, words=found.words)
    assert (read.parsed.kind, read.parsed.amount_cents, read.name) == ("offer", 420_000, "Dr. Björn Größmann")
    assert "Größmann" not in read.parsed.text


def test_what_was_confirmed_is_stored_and_one_undo_takes_all_of_it_back(session: Session, small: World) -> None:
    anna = small.people["anna"]
    saved = store.save(
        session,
        Confirmed(
            kind="call", at=datetime(2026, 5, 3, 10, tzinfo=UTC), on=date(2026, 5, 3), text="will Angebot Schulung, Tochter macht Abi",
            contact_id=anna, facts=[KeptFact("wish", "Angebot Schulung"), KeptFact("topic", "Tochter macht Abi")],
            tasks=[KeptTask("Angebot schicken", date(2026, 5, 10))], birthday=Birthday(3, 5, 1970),
        ),
        user_id=small.owner,
    )  # fmt: skip
    assert [one.kind for one in timeline.of_contact(session, anna).items] == ["call"]
    known = facts.of_contact(session, anna, today=TODAY)
    assert {(one.kind, one.text, one.source, one.noted_on) for one in known} == {
        ("wish", "Angebot Schulung", "3.5.2026", date(2026, 5, 3)),
        ("topic", "Tochter macht Abi", "3.5.2026", date(2026, 5, 3)),
    }
    assert [one.text for one in tasks.open_of(session, contact_id=anna)] == ["Angebot schicken"]
    assert [(one.day, one.month, one.year) for one in dates.of(session, contact_id=anna, today=TODAY)] == [(3, 5, 1970)]
    assert saved.set_id is not None
    assert journal.undo(session, saved.set_id).kept == []
    assert timeline.of_contact(session, anna).items == []
    assert facts.of_contact(session, anna, today=TODAY) == []
    assert tasks.open_of(session, contact_id=anna) == []
    assert dates.of(session, contact_id=anna, today=TODAY) == []


def test_nothing_is_stored_about_nobody(session: Session, small: World) -> None:
    with pytest.raises(Invalid):
        store.save(session, Confirmed("call", datetime(2026, 5, 3, tzinfo=UTC), date(2026, 5, 3), "x"), user_id=None)
    with pytest.raises(NotFound):
        store.read(session, "tel Müller", TODAY, contact_id=4711)


def test_a_company_can_be_what_it_is_about(session: Session, small: World) -> None:
    number = small.companies["mueller"]
    store.save(
        session, Confirmed("note", datetime(2026, 5, 3, tzinfo=UTC), date(2026, 5, 3), "zieht um", company_id=number), user_id=None
    )  # fmt: skip
    assert [one.text for one in timeline.of_company(session, number).items] == ["zieht um"]


def test_company_names_need_more_than_their_legal_form(session: Session, small: World) -> None:
    assert [one for one in propose.named(session, ["GmbH"]) if one.company_id] == []
