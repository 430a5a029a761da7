"""Contacts that may be one person: proposed with reasons, decided once."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from outreach import contacts, duplicates
from outreach.contacts import Contact
from outreach.duplicates import Seen, compare
from outreach.errors import NotFound
from tests.world import NOW


def seen(name: str = "", email: str = "", phone: str = "", company: int | None = None, number: int = 1) -> Seen:
    first, _, last = name.partition(" ")
    return Seen(number, first, last, email, phone, company)


@pytest.mark.parametrize(
    ("one", "other", "reasons"),
    [
        (seen("Jörg Müller", company=1), seen("Joerg Mueller", company=1), {"same_name", "same_company"}),
        (seen("Jörg Müller"), seen("Müller Jörg"), {"same_name"}),
        (seen("Jörg Müller", company=1), seen("Jörg Müller"), {"same_name"}),
        (seen("Jörg Müller", phone="+49 30 123"), seen("Jörg Müller", phone="030/123", company=2), {"same_name", "same_phone"}),
        (seen("Jörg Müler", company=1), seen("Jörg Müller", company=1), {"similar_name", "same_company"}),
        (seen("", "j.mueller@x.example"), seen("", "jmueller@x.example"), {"similar_address"}),
        (seen("A B", "jörg@x.example"), seen("C D", "joerg@x.example"), {"similar_address"}),
        (seen("A B", "anna+news@x.example"), seen("A B", "anna@x.example"), {"same_name", "similar_address"}),
        (seen("", phone="030 1234", email="info@x.example"), seen("Jörg Müller", phone="030 1234", email="info@x.example"), {"same_phone", "similar_address"}),
    ],
)  # fmt: skip
def test_what_speaks_for_one_person_is_said(one: Seen, other: Seen, reasons: set[str]) -> None:
    score, found = compare(one, other)
    assert set(found) == reasons
    assert score >= duplicates.WORTH_A_LOOK


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (seen("Anna Müller", company=1), seen("Anna Müller", company=2)),  # namesakes
        (seen("Anna Müller", phone="030 1"), seen("Bernd Schulz", phone="030 1")),  # a switchboard
        (seen("Anna Müller", company=1), seen("Bernd Schulz", company=1)),
        (seen("", "a@x.example"), seen("", "b@x.example")),
        (seen("Anna Müller"), seen("Anna Möller")),
        (seen(), seen()),
    ],
)
def test_namesakes_and_colleagues_are_left_alone(one: Seen, other: Seen) -> None:
    assert compare(one, other)[0] < duplicates.WORTH_A_LOOK


@pytest.fixture
def pair(session: Session) -> tuple[int, int]:
    one = contacts.create(session, first_name="Jörg", last_name="Müller", email="j.mueller@x.example", company="X GmbH")
    other = contacts.create(
        session, first_name="Joerg", last_name="Mueller", email="jmueller@x.example", company="X GmbH"
    )
    contacts.create(session, first_name="Ganz", last_name="Anders", email="g@y.example")
    return one.id, other.id


def test_a_pair_is_proposed_once_and_found_from_either_side(session: Session, pair: tuple[int, int]) -> None:
    for wanted in (None, [pair[0]], [pair[1]]):
        found = duplicates.look(session, wanted)
        assert [(one.one_id, one.other_id) for one in found] == [pair]
    assert duplicates.propose(session, found, now=NOW) == 1
    assert duplicates.propose(session, found, now=NOW) == 0
    line = duplicates.list_page(session).rows[0]
    assert (line.one.name, line.other.name, line.one.company) == ("Jörg Müller", "Joerg Mueller", "X GmbH")
    assert line.score == 100
    assert duplicates.look(session, [10**6]) == []


def test_who_was_found_to_be_two_is_not_asked_again(session: Session, pair: tuple[int, int]) -> None:
    duplicates.propose(session, duplicates.look(session), now=NOW)
    duplicates.dismiss(session, duplicates.list_page(session).rows[0].id, now=NOW)
    duplicates.propose(session, duplicates.look(session), now=NOW)
    assert duplicates.list_page(session).rows == []
    with pytest.raises(NotFound):
        duplicates.dismiss(session, 1, now=NOW)


def test_merged_pairs_are_settled_and_gone_contacts_not_shown(session: Session, pair: tuple[int, int]) -> None:
    duplicates.propose(session, duplicates.look(session), now=NOW)
    duplicates.merged(session, pair[1], pair[0], now=NOW)
    assert duplicates.count(session) == 0
    duplicates.merged(session, pair[1], 10**6, now=NOW)


def test_a_contact_that_is_gone_is_in_no_list(session: Session, pair: tuple[int, int]) -> None:
    duplicates.propose(session, duplicates.look(session), now=NOW)
    found = session.get(Contact, pair[1])
    assert found is not None
    found.gone = "merged"
    session.flush()
    assert duplicates.list_page(session).rows == []
    assert duplicates.look(session) == []


def test_a_name_half_a_village_has_makes_no_thousand_pairs(session: Session) -> None:
    for number in range(60):
        contacts.create(session, first_name="Anna", last_name="Müller", email=f"a{number}@x{number}.example")
    assert duplicates.look(session) == []
