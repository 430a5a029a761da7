"""The start page says what waits, what runs and what troubles."""

from __future__ import annotations

import io

import pytest
from sqlalchemy import event, select, update
from sqlalchemy.orm import Session

from campaigns import example, newsletters
from campaigns.rows import Campaign
from outreach.db import Database
from outreach.house import House
from outreach.imports import store as imports
from outreach.imports.rows import Import
from outreach.mail.rows import Delivery
from tests import snapshots
from tests.web.conftest import SignIn
from tests.web.samples import DRAFT, SENT


@pytest.fixture
def examples(house: House, people: object) -> None:
    snapshots.filled(house, example.load, on="people")


def _make_unsure(session: Session, campaign_id: int, mails: int) -> None:
    ids = session.scalars(select(Delivery.id).where(Delivery.campaign_id == campaign_id).limit(mails)).all()
    values = [{"state": "unsure", "reason": "worker_died"}, {"state": "unsure", "reason": "no_answer"}]
    for number, delivery_id in enumerate(ids):
        session.execute(update(Delivery).where(Delivery.id == delivery_id).values(**values[number % 2]))


def test_mails_nobody_can_be_sure_about_are_on_the_start_page_and_it_leads_to_them(
    examples: None, house: House, signed_in: SignIn
) -> None:
    client = signed_in()
    assert "group=unsure" not in client.get("/").text
    with house.database.writing() as session:
        _make_unsure(session, SENT, 3)
    page = client.get("/").text
    assert f"/newsletters/{SENT}/missed?group=unsure" in page
    assert "3 " in page
    missed = client.get(f"/newsletters/{SENT}/missed?group=unsure").text
    assert missed.count(f"/newsletters/{SENT}/unsure/") == 2 * 3  # whatever the reason, each with its two decisions


def test_unsure_mails_of_all_newsletters_are_one_query(examples: None, sqlite: Database) -> None:
    with sqlite.writing() as session:
        for campaign_id in (SENT, DRAFT):
            _make_unsure(session, campaign_id, 2)
    statements: list[str] = []
    with sqlite.reading() as session:
        event.listen(sqlite.engine, "after_cursor_execute", lambda *given: statements.append(given[2]))
        found = newsletters.unsure(session)
    assert [(one.campaign_id, one.mails) for one in found] == [(SENT, 2)]
    assert len([one for one in statements if one.startswith("SELECT")]) == 1


@pytest.mark.parametrize(
    ("values", "href"),
    [
        ({"state": "draft", "trouble": {"sentence": "The imprint is missing.", "values": {}}}, f"/newsletters/{DRAFT}"),
        ({"state": "draft"}, f"/newsletters/{DRAFT}"),
        ({"state": "paused", "audience": 20}, f"/newsletters/{DRAFT}"),
        ({"state": "sending", "audience": 20}, f"/newsletters/{DRAFT}"),
        ({"state": "scheduled", "scheduled_wall": "2026-12-01T07:30:00", "scheduled_zone": "Europe/Berlin"}, "2026-12-01 07:30"),
    ],
)  # fmt: skip
def test_every_newsletter_that_is_not_finished_has_its_line(
    examples: None, house: House, signed_in: SignIn, values: dict[str, object], href: str
) -> None:
    with house.database.writing() as session:
        session.execute(update(Campaign).where(Campaign.id == DRAFT).values(**values))
    page = signed_in().get("/").text
    assert href in page
    assert f'href="/newsletters/{SENT}"' not in page  # what is done is no work


def test_a_running_import_shows_how_far_it_is(people: object, house: House, signed_in: SignIn) -> None:
    with house.database.writing() as session:
        made = imports.begin(
            session, filename="Kunden 2026.csv", stream=io.BytesIO(b"E-Mail\na@b.example\n"), user_id=None
        )
        session.execute(update(Import).where(Import.id == made.id).values(state="running"))
    page = signed_in().get("/").text
    assert "Kunden 2026.csv" in page
    assert f'href="/imports/{made.id}"' in page
    assert "<progress" in page


def test_the_first_steps_promise_nothing_that_is_not_there(signed_in: SignIn) -> None:
    assert "removed again" not in signed_in().get("/welcome/steps").text
