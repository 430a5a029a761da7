"""No path sends on red: random histories of what a person said, before and after the approval, against a model of the law."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from outreach import clock, contacts
from outreach.consent import permissions, suppression
from outreach.contacts import Contact
from outreach.db import Database
from outreach.drafts import sending, store
from outreach.drafts.approve import MayNotGo
from outreach.errors import Conflict, NotAllowedToWrite
from outreach.history import store as history
from outreach.house import House
from outreach.mail.rows import Delivery
from tests import letters
from tests import sending as closing
from tests.conftest import make_house

WORDS = ("agreed", "objected", "existing_customer", "order", "suppressed", "released", "died", "ended", "moved")
HISTORIES = st.lists(st.tuples(st.sampled_from(WORDS), st.integers(0, 4)), max_size=5)
#: most begin with something that allows, else nearly every example would end at the approval
ALLOWED = st.sampled_from([[("agreed", 2)], [("existing_customer", 1)], [("order", 0)], []])


@dataclass
class Model:
    """What the law makes of the history, told anew and as simply as possible."""

    said: list[tuple[str, int]] = field(default_factory=list)
    suppressed: bool = False
    dead: bool = False
    orders: int = 0
    moved: bool = False

    def allows(self, purpose: str) -> bool:
        """Whether a mail for this purpose may go to the address of the draft."""
        agreed = max((day for word, day in self.said if word == "agreed"), default=-1)
        objected = max((day for word, day in self.said if word == "objected"), default=-1)
        customer = any(word == "existing_customer" for word, _ in self.said)
        if self.dead or self.suppressed or self.moved or (objected >= 0 and objected >= agreed):
            return False
        return agreed >= 0 or customer or (self.orders > 0 and purpose == "service")


def happen(session: Session, model: Model, contact_id: int, word: str, day: int) -> None:
    """One thing said or done, in the file and in the model. `day` counts days from ten days ago."""
    at = clock.now() - timedelta(days=10 - day)
    address = session.get_one(Contact, contact_id).email or ""
    if word in ("agreed", "objected", "existing_customer"):
        permissions.record(session, contact_id, channel="mail", what=word, source="Telefonat", at=at)
        model.said.append((word, day))
        model.suppressed = model.suppressed or word == "objected"
    elif word == "order":
        history.add(session, contact_id=contact_id, kind="order", amount=100, text="Auftrag", at=at)
        model.orders += 1
    elif word == "suppressed":
        suppression.add(session, address, "by_hand")
        model.suppressed = True
    elif word == "released" and model.suppressed and not model.moved:
        suppression.remove(session, address, source="Inhaberin")
        model.suppressed = False
    elif word == "died":
        session.get_one(Contact, contact_id).deceased_at = at
        model.dead = True
    elif word == "ended" and model.said:
        for line in permissions.of(session, contact_id):
            permissions.end(session, contact_id, line.id)
        model.said.clear()
    elif word == "moved" and not model.moved:
        contacts.update(session, contact_id, email="neu@moebel-weber.example")
        model.moved = True
    session.flush()


@contextmanager
def fresh(template: Path) -> Iterator[House]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "outreach.db"
        path.write_bytes(template.read_bytes())
        database = Database(f"sqlite:///{path}")
        house = make_house(database, Path(folder))
        try:
            yield house
        finally:
            closing.close(house)
            database.close()


@pytest.mark.slow
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    first=ALLOWED,
    before=st.one_of(st.just([]), HISTORIES),
    after=HISTORIES,
    purpose=st.sampled_from(["service", "relationship", "advertising"]),
)
def test_no_history_leads_to_a_mail_on_red(
    sqlite_template: Path,
    first: list[tuple[str, int]],
    before: list[tuple[str, int]],
    after: list[tuple[str, int]],
    purpose: str,
) -> None:
    with fresh(sqlite_template) as house:
        model = Model()
        with house.database.writing() as session:
            letters.mailbox(session, house)
            person = letters.person(session)
            draft = letters.proposed(session, person)  # made while they had agreed
            for line in permissions.of(session, person):
                permissions.end(session, person, line.id)
            draft.purpose = purpose
            draft_id = draft.id
        with house.database.writing() as session:
            for word, day in [*first, *before]:
                happen(session, model, person, word, day)
        allowed = model.allows(purpose)
        try:
            with house.database.writing() as session:
                letters.agree(session, house, store.get(session, draft_id))
        except (MayNotGo, Conflict, NotAllowedToWrite):
            assert not allowed
            return
        assert allowed
        with house.database.writing() as session:
            for word, day in after:
                happen(session, model, person, word, day)
        sending.send_letters(house)
        with house.database.reading() as session:
            state = session.scalars(select(Delivery.state).where(Delivery.draft_id == draft_id)).one()
        assert (state == "sent") == model.allows(purpose)
