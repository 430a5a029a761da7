"""Three letters that wait for a decision, and an editor's browser."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import update

from outreach.contacts import Contact
from outreach.house import House
from outreach.users import Role, User
from tests import letters
from tests.web.conftest import Browser, SignIn
from tests.world import World


@pytest.fixture
def made(house: House, people: World) -> list[int]:
    """Three letters that wait, and a mailbox that is open."""
    with house.database.writing() as session:
        session.execute(update(Contact).values(due_on=None))
        session.execute(update(User).values(language="en"))
        letters.mailbox(session, house)
        kinds = ("award", "new_site", "funding")
        found = []
        for number, kind in enumerate(kinds):
            given: dict[str, Any] = {} if not number else {"company_id": people.companies[_FIRMS[number]]}
            who = letters.person(session, f"person{number}@kunde.example", last_name=_NAMES[number], **given)
            found.append(letters.proposed(session, who, kind=kind, story=kind).id)
        return found


_FIRMS = ("", "nordlicht", "schaefer")


_NAMES = ("Köhler", "Brandt", "Lindner")


@pytest.fixture
def draft_id(made: list[int]) -> int:
    return made[0]


@pytest.fixture
def editor(signed_in: SignIn) -> Browser:
    return signed_in(Role.EDITOR)
