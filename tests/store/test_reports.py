"""The response report on the databases: what was suggested, sent, answered, and what came after."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from outreach import clock
from outreach.drafts.rows import Draft
from outreach.history import store as history
from outreach.house import House
from outreach.mail.rows import Delivery
from outreach.occasions import decide
from outreach.reports import bond, responses
from tests import letters


@pytest.fixture
def house(any_house: House) -> House:
    return any_house


def sent(
    session: Session, house: House, number: int, *, days_ago: int = 5, hours: float | None = None, **changes: Any
) -> Draft:
    """A letter to somebody new, sent so many days ago and answered after so many hours."""
    person = letters.person(
        session, f"p{number}@kunde{number}.example", company_id=None, last_name="Köhler" + "abcdefghij"[number]
    )
    draft = letters.proposed(session, person, story=str(number), **changes)
    approved = letters.agree(session, house, draft)
    at = clock.now() - timedelta(days=days_ago)
    replied = at + timedelta(hours=hours) if hours is not None else None
    session.execute(update(Delivery).where(Delivery.id == approved.delivery_id)
                    .values(state="sent", sent_at=at, replied_at=replied))  # fmt: skip
    session.execute(update(Draft).where(Draft.id == draft.id).values(state="sent", sent_at=at))
    session.expire_all()
    return draft


def test_the_way_from_suggestion_to_answer_is_counted(session: Session, house: House) -> None:
    letters.mailbox(session, house)
    sent(session, house, 1, hours=4)
    sent(session, house, 2, hours=10)
    sent(session, house, 3)
    sent(session, house, 4, days_ago=45, hours=1)
    person = letters.person(session, "p9@kunde9.example", company_id=None)
    dismissed = letters.proposed(session, person, story="9")
    decide.dismiss(session, dismissed.occasion_id, "awkward", user_id=None, now=clock.now())
    found = responses.report(session, days=30, now=clock.now())
    assert (found.totals.sent, found.totals.answered.hits, found.totals.hours) == (3, 2, 7.0)
    assert dict(found.totals.dismissed) == {"awkward": 1}
    assert found.totals.suggested == 5
    assert found.before.sent == 1
    (kind,) = found.kinds
    assert (kind.key, kind.sent, kind.answered.hits, kind.dismissed) == ("award", 3, 2, 1)
    assert found.sources[0].key == "Südwest Presse"
    assert {row.label for row in found.customers} == {"Anna Köhlerb", "Anna Köhlerc", "Anna Köhlerd"}
    assert sum(row.sent for row in found.months) == 3


def test_an_order_belongs_to_the_last_letter_before_it_and_not_to_one_after_sixty_days(
    session: Session, house: House
) -> None:
    letters.mailbox(session, house)
    first = sent(session, house, 1, days_ago=80)
    second = sent(session, house, 2, days_ago=20)
    for draft, days, cents in ((first, 5, 99_900), (second, 10, 120_000), (second, 30, 1)):
        history.add(session, contact_id=draft.contact_id, kind="order", amount=cents, text="Auftrag",
                    at=clock.now() - timedelta(days=days))  # fmt: skip
    found = responses.report(session, days=365, now=clock.now())
    assert (found.totals.orders, found.totals.amount) == (1, 120_000)


def test_an_answer_by_a_slow_clock_did_not_come_before_its_letter(session: Session, house: House) -> None:
    letters.mailbox(session, house)
    sent(session, house, 1, hours=-1)
    found = responses.report(session, days=30, now=clock.now())
    assert (found.totals.answered.hits, found.totals.hours) == (1, 0.0)


def test_a_report_of_nothing_is_a_report_of_zeros(session: Session, house: House) -> None:
    found = responses.report(session, days=None, now=clock.now())
    assert (found.totals.sent, found.totals.answered.of, found.kinds, found.findings.letters) == (0, 0, [], 0)


def test_what_is_ones_own_is_told_as_a_share_of_the_text(session: Session, house: House) -> None:
    letters.mailbox(session, house)
    draft = sent(session, house, 1)
    sent(session, house, 2)
    session.execute(update(Draft).where(Draft.id == draft.id).values(own_share=40))
    found = responses.report(session, days=30, now=clock.now())
    assert (found.totals.changed.hits, found.totals.changed.of, found.totals.own_share) == (1, 2, 20)


def test_the_bond_compares_this_year_with_the_one_before(session: Session, house: House) -> None:
    person = letters.person(session)
    for days, kind in ((10, "mail_out"), (20, "mail_in"), (400, "mail_out"), (410, "order"), (900, "order")):
        history.add(session, contact_id=person, kind=kind, text="x", at=clock.now() - timedelta(days=days))
    found = bond.bond(session, person, now=clock.now())
    assert found == bond.Bond(bond.Exchange(written=1, answers=1), bond.Exchange(written=1, orders=1))
    assert found.direction == ""


def test_a_bond_grows_only_when_chance_hardly_explains_it(session: Session, house: House) -> None:
    person = letters.person(session)
    for days in range(10, 16):
        assert bond.bond(session, person, now=clock.now()).direction == ""
        history.add(session, contact_id=person, kind="call", text="x", at=clock.now() - timedelta(days=days))
    assert bond.bond(session, person, now=clock.now()).direction == "more"
    assert bond.bond(session, person, now=clock.now() + bond.YEAR).direction == "less"
