"""The response report on the screen: with letters that were sent and answered, its files, and its honest zeros."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import update

from outreach import clock
from outreach.drafts.rows import Draft
from outreach.history import store as history
from outreach.house import House
from outreach.mail.rows import Delivery
from outreach.users import Role, User
from tests import letters
from tests.web import lint
from tests.web.conftest import SignIn
from tests.world import World


@pytest.fixture
def sent(house: House, people: World) -> int:
    """Two letters that went out, one of them answered; gives the contact of the first."""
    now = clock.now()
    with house.database.writing() as session:
        session.execute(update(User).values(language="en"))
        letters.mailbox(session, house)
        first = 0
        for number, name in enumerate(("Köhler", "=Weber")):
            person = letters.person(
                session, f"p{number}@kunde.example", company_id=None, last_name=name, letter_greeting="Liebe Frau K"
            )
            first = first or person
            approved = letters.agree(session, house, letters.proposed(session, person, story=str(number)))
            replied = now - timedelta(days=2) if number == 0 else None
            session.execute(update(Delivery).where(Delivery.id == approved.delivery_id)
                            .values(state="sent", sent_at=now - timedelta(days=3), replied_at=replied))  # fmt: skip
            session.execute(update(Draft).where(Draft.id == approved.draft.id)
                            .values(state="sent", sent_at=now - timedelta(days=3)))  # fmt: skip
    return first


def test_the_report_tells_what_went_out_and_what_came_back(signed_in: SignIn, sent: int) -> None:
    page = signed_in(Role.READER).get("/reports/letters/").text
    assert lint.problems(page) == []
    assert "2 letters went out, 1 of them answered." in page
    assert f'href="/contacts/{sent}"' in page
    assert "Not enough letters yet to say what works: 2, and a comparison needs 20 of a kind" in page
    assert "24 hours" in page


@pytest.mark.parametrize("table", ["kinds", "sources", "customers", "months", "newsletters"])
def test_each_table_is_a_file(signed_in: SignIn, sent: int, table: str) -> None:
    answer = signed_in(Role.READER).get(f"/reports/letters/{table}.csv?span=30")
    assert answer.mimetype == "text/csv"
    assert answer.text.startswith("\ufeff")
    assert ";=" not in answer.text.replace("\n", ";")  # no name is run as a formula


def test_a_table_that_does_not_exist_is_not_found(signed_in: SignIn) -> None:
    assert signed_in(Role.READER).get("/reports/letters/secrets.csv").status_code == 404


def test_without_letters_the_report_says_so(signed_in: SignIn, house: House, people: World) -> None:
    with house.database.writing() as session:
        session.execute(update(User).values(language="en"))
    assert "Nothing to report yet" in signed_in(Role.OWNER).get("/reports/letters/").text


def test_a_card_says_whether_the_bond_grows(signed_in: SignIn, house: House, sent: int) -> None:
    def add(kind: str, days: range) -> None:
        with house.database.writing() as session:
            for one in days:
                history.add(session, contact_id=sent, kind=kind, text="x", at=clock.now() - timedelta(days=one))

    add("mail_out", range(400, 402))
    add("call", range(20, 23))
    card = signed_in(Role.READER).get(f"/contacts/{sent}").text
    assert "Last 12 months: 3 talks. The year before: 2 letters." in card
    assert "The bond grows" not in card
    add("mail_in", range(30, 40))
    card = signed_in(Role.READER).get(f"/contacts/{sent}").text
    assert "The bond grows" in card
    assert lint.problems(card) == []
