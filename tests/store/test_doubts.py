"""Names to look at: proposed, never changed by itself, taken or turned down by a click."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from outreach import contacts, journal
from outreach.contacts import doubts
from outreach.errors import Conflict
from tests import world
from tests.world import World


@pytest.fixture
def small(session: Session) -> World:
    return world.build(session)


def _listed(session: Session) -> dict[int, list[str]]:
    while doubts.check_some(session, limit=3):
        pass
    session.expire_all()
    return {one.id: [p.kind for p in one.proposals] for one in doubts.to_look_at(session).rows}


def test_a_name_in_capitals_is_proposed_and_left_alone_until_the_click(session: Session, small: World) -> None:
    made = contacts.create(
        session, first_name="PETRA", last_name="SCHMITZ", salutation="frau", email="petra.schmitz@x.example"
    ).id
    assert _listed(session)[made] == ["capitals"]
    assert contacts.get(session, made).last_name == "SCHMITZ"
    doubts.accept(session, made, "capitals")
    assert (contacts.get(session, made).first_name, contacts.get(session, made).last_name) == ("Petra", "Schmitz")
    assert made not in _listed(session)


def test_taking_a_proposal_can_be_undone(session: Session, small: World) -> None:
    made = contacts.create(session, first_name="PETRA", last_name="SCHMITZ", salutation="frau").id
    session.flush()
    taken = journal.begin(session, "names")
    doubts.accept(session, made, "capitals")
    journal.undo(session, taken)
    assert contacts.get(session, made).last_name == "SCHMITZ"


def test_what_was_turned_down_is_not_proposed_again(session: Session, small: World) -> None:
    made = contacts.create(session, first_name="Anna", last_name="Schmitz", salutation="herr").id
    assert "salutation" in _listed(session)[made]
    doubts.dismiss(session, made, "salutation")
    assert made not in _listed(session)
    with pytest.raises(Conflict):
        doubts.accept(session, made, "salutation")


def test_a_verified_name_is_left_in_peace_until_it_changes(session: Session, small: World) -> None:
    made = contacts.create(session, first_name="PETRA", last_name="SCHMITZ", salutation="frau").id
    doubts.verify(session, made)
    assert made not in _listed(session)
    assert contacts.get(session, made).verified_at is not None
    contacts.update(session, made, phone="0221 4711")
    assert contacts.get(session, made).verified_at is not None
    contacts.update(session, made, first_name="HEIDI")
    assert contacts.get(session, made).verified_at is None
    assert made in _listed(session)


def test_every_name_is_checked_once_until_it_changes(session: Session, small: World) -> None:
    _listed(session)
    assert doubts.check_some(session) == 0
    contacts.update(session, small.people["anna"], last_name="Mueller")
    assert doubts.check_some(session) == 1
