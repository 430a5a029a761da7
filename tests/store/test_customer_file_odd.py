"""What somebody tried to break in the customer file: undo that takes too much or revives a consent, merges that forget
what a person said."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from campaigns.rows import Campaign
from outreach import cards, clock, companies, contacts, facts, journal, merge, signup
from outreach.care import gifts
from outreach.companies import Company
from outreach.consent import permissions, subscriptions, suppression
from outreach.consent.rows import Consent, Subscription
from outreach.contacts import Contact
from outreach.db import Database
from outreach.errors import Conflict, Invalid, NotAllowedToWrite, NotFound
from outreach.history import store as history
from outreach.history.rows import Touchpoint
from outreach.house import House
from outreach.journal import Change
from outreach.mail.rows import Delivery
from tests import world
from tests.conftest import make_house
from tests.world import AGREED, NOW, World

LATER = NOW + timedelta(days=1)


@pytest.fixture
def small(session: Session) -> World:
    return world.build(session)


@pytest.fixture
def place(database: Database, tmp_path_factory: pytest.TempPathFactory) -> House:
    return make_house(database, tmp_path_factory.mktemp("house"))


def _state(session: Session, contact_id: int, list_id: int) -> str | None:
    session.expire_all()
    return session.scalar(
        select(Subscription.state).where(Subscription.contact_id == contact_id, Subscription.list_id == list_id)
    )


def _mail(session: Session, contact_id: int) -> int:
    consent_id = session.scalar(select(Subscription.consent_id).where(Subscription.contact_id == contact_id))
    campaign = Campaign(name="n", subject="s", format="html", body="b", state="sent", audience=1)
    session.add(campaign)
    session.flush()
    made = Delivery(kind="newsletter", campaign_id=campaign.id, contact_id=contact_id, consent_id=consent_id, address="a@x.example",
                    address_hash=b"x" * 32, state="sent", sent_at=NOW)  # fmt: skip
    session.add(made)
    session.flush()
    return made.id


# ── undo takes back what was done, and nothing else ────────────────────────────


def test_undoing_a_new_contact_never_takes_what_was_written_on_the_card_since(
    session: Session, small: World, place: House
) -> None:
    session.flush()
    made = journal.begin(session, "edit")
    new = contacts.create(session, first_name="Nele", email="nele@neu.example", company="Neu GmbH", tags=["Messe"]).id
    journal.begin(session, "edit")
    facts.add(session, contact_id=new, kind="topic", text="Segelt gern", noted_on=date(2026, 5, 3))
    history.add(session, contact_id=new, kind="call", text="lange telefoniert", at=date(2026, 5, 3))
    done = cards.undo(session, place, made, now=LATER)
    assert journal.IN_USE in [one.sentence for one in done.kept]
    assert contacts.get(session, new).first_name == "Nele"
    assert [one.text for one in facts.of_contact(session, new, today=LATER.date())] == ["Segelt gern"]


def test_undoing_a_new_contact_nobody_wrote_about_takes_the_company_along(
    session: Session, small: World, place: House
) -> None:
    session.flush()
    made = journal.begin(session, "edit")
    new = contacts.create(session, first_name="Nele", email="nele@neu.example", company="Neu GmbH", tags=["Messe"])
    number, firm = new.id, new.company_id
    assert cards.undo(session, place, made, now=LATER).kept == []
    assert session.get(Contact, number) is None
    assert session.get(Company, firm) is None


def test_undoing_a_new_company_never_takes_what_was_written_on_its_card_since(
    session: Session, small: World, place: House
) -> None:
    session.flush()
    made = journal.begin(session, "edit")
    firm = companies.create(session, name="Neu GmbH").id
    journal.begin(session, "edit")
    history.add(session, company_id=firm, kind="order", text="Schulung", amount=100_00, at=date(2026, 5, 3))
    done = cards.undo(session, place, made, now=LATER)
    assert [one.sentence for one in done.kept] == [journal.IN_USE]
    assert companies.get(session, firm).name == "Neu GmbH"


# ── what a person said about mails outlives a merge and its undo ───────────────


def test_an_old_unsubscribe_link_still_works_after_the_cards_became_one(
    session: Session, small: World, place: House
) -> None:
    keep, other, news = small.people["no_name"], small.people["anna"], small.lists["news"]
    token = place.sealer.seal("unsubscribe", _mail(session, other))
    merge.contacts(session, keep, other, take=["email"], now=LATER)
    assert _state(session, keep, news) == "confirmed"
    signup.unsubscribe(session, place, token, how="one_click", ip="", zone="UTC", now=LATER)
    assert _state(session, keep, news) == "unsubscribed"
    active = session.scalars(select(Consent.id).where(Consent.contact_id == keep, Consent.withdrawn_at.is_(None))).all()
    assert active == []


def test_the_preference_page_of_an_old_mail_shows_and_ends_what_the_one_card_receives(
    session: Session, small: World, place: House
) -> None:
    keep, other, news = small.people["no_name"], small.people["anna"], small.lists["news"]
    token = place.sealer.seal("preferences", other)
    merge.contacts(session, keep, other, take=["email"], now=LATER)
    shown = signup.preferences(session, place, token)
    assert [(one.list_id, one.subscribed) for one in shown.topics] == [(news, True)]  # leaving only: nothing new
    signup.change(session, place, token, list_ids=set(), measuring=False, measuring_text="", source="page", ip="",
                  zone="UTC", now=LATER)  # fmt: skip
    assert _state(session, keep, news) == "unsubscribed"


def test_undoing_a_merge_never_revives_what_the_person_left_meanwhile(
    session: Session, small: World, place: House
) -> None:
    keep, other, news = small.people["no_name"], small.people["anna"], small.lists["news"]
    made = merge.contacts(session, keep, other, take=["email"], now=LATER)
    token = place.sealer.seal("unsubscribe", _mail(session, keep))
    signup.unsubscribe(session, place, token, how="one_click", ip="", zone="UTC", now=clock.now())
    cards.undo(session, place, made, now=clock.now())
    assert contacts.get(session, other).email == "anna@mueller.example"
    assert _state(session, other, news) == "unsubscribed"
    both = Consent.contact_id.in_([keep, other])
    assert session.scalars(select(Consent.id).where(both, Consent.withdrawn_at.is_(None))).all() == []


def test_undoing_a_merge_never_measures_who_withdrew_that_meanwhile(
    session: Session, small: World, place: House
) -> None:
    keep, other = small.people["no_name"], small.people["anna"]
    assert contacts.get(session, other).measuring_agreed
    made = merge.contacts(session, keep, other, take=["email"], now=LATER)
    subscriptions.set_measuring(
        session, contact_id=keep, agreed=False, text_shown="", source="page", ip="", now=clock.now()
    )
    cards.undo(session, place, made, now=clock.now())
    assert not contacts.get(session, other).measuring_agreed


def test_undoing_a_merge_asks_nobody_who_has_the_old_address_and_its_proof_again(
    session: Session, small: World, place: House
) -> None:
    keep, other, news = small.people["doctor"], small.people["anna"], small.lists["news"]
    made = merge.contacts(session, keep, other, take=["email"], now=LATER)
    cards.undo(session, place, made, now=clock.now())
    assert (_state(session, keep, news), _state(session, other, news)) == ("confirmed", "confirmed")
    assert session.scalars(select(Delivery)).all() == []
    active = select(Consent.contact_id).where(Consent.contact_id.in_((keep, other)), Consent.withdrawn_at.is_(None))
    assert sorted(session.scalars(active)) == sorted((keep, other))


def test_undoing_a_merge_brings_back_what_was_received_when_nobody_left(
    session: Session, small: World, place: House
) -> None:
    keep, other, news = small.people["no_name"], small.people["anna"], small.lists["news"]
    made = merge.contacts(session, keep, other, take=["email"], now=LATER)
    cards.undo(session, place, made, now=LATER + timedelta(days=2))
    assert _state(session, other, news) in ("confirmed", "pending")
    assert _state(session, keep, news) is None


@pytest.mark.parametrize("take", [(), ("email",)])
@pytest.mark.parametrize("objector", ["keep", "other"])
def test_whoever_objected_under_one_address_gets_nothing_under_the_other(
    session: Session, small: World, take: tuple[str, ...], objector: str
) -> None:
    # one of the two is on the list; the one who objected is not
    names = ("no_name", "anna") if objector == "keep" else ("anna", "no_name")
    (keep, other), news = (small.people[name] for name in names), small.lists["news"]
    who = keep if objector == "keep" else other
    permissions.record(session, who, channel="mail", what="objected", source="telephone", at=LATER)
    merge.contacts(session, keep, other, take=take, now=LATER + timedelta(hours=1))
    assert _state(session, keep, news) in (None, "unsubscribed")
    active = session.scalars(select(Consent.id).where(Consent.contact_id == keep, Consent.withdrawn_at.is_(None))).all()
    assert active == []


def test_whoever_objected_without_an_address_is_put_on_no_list_once_there_is_one(
    session: Session, small: World
) -> None:
    person, news = small.people["no_address"], small.lists["news"]
    permissions.record(session, person, channel="mail", what="objected", source="telephone", at=NOW)
    contacts.update(session, person, email="hans@ohnepost.example")
    with pytest.raises(NotAllowedToWrite):
        subscriptions.grant_by_hand(
            session, contact_id=person, list_id=news, text_shown=AGREED, source="Messe", now=LATER
        )
    assert (
        subscriptions.grant_imported(
            session, contact_ids=[person], list_id=news, proof="fair", source="f.csv", now=LATER
        ).subscribed
        == frozenset()
    )


def test_undoing_an_objection_leaves_the_address_suppressed(session: Session, small: World, place: House) -> None:
    anna, news = small.people["anna"], small.lists["news"]
    session.flush()
    made = journal.begin(session, "edit")
    permissions.record(session, anna, channel="mail", what="objected", source="telephone", at=LATER)
    cards.undo(session, place, made, now=LATER)
    assert suppression.contains(session, "anna@mueller.example")
    assert _state(session, anna, news) == "unsubscribed"


# ── two at once, and what is forgotten ─────────────────────────────────────────


def test_a_forgotten_contact_leaves_no_name_and_address_in_the_journal(session: Session, small: World) -> None:
    person = small.people["no_name"]
    contacts.update(session, person, first_name="Vergiss", last_name="Mich")
    session.flush()
    contacts.delete(session, person)
    rest = session.execute(select(Change.before, Change.after)).all()
    assert [one for one in rest if "info@laden.example" in str(tuple(one)) or "Vergiss" in str(tuple(one))] == []


def test_two_who_merge_the_same_companies_crosswise_lose_nothing(database: Database) -> None:
    with database.writing() as session:
        small = world.build(session)
        one, two = small.companies["mueller"], small.companies["nordlicht"]
        for firm in (one, two):
            history.add(session, company_id=firm, kind="order", text="Schulung", amount=100_00, at=date(2026, 5, 3))
    with database.writing() as session:
        merge.companies(session, one, two)
    with database.writing() as session, pytest.raises(NotFound):
        merge.companies(session, two, one)
    with database.reading() as session:
        assert len(session.execute(select(Change.id).where(Change.table_name == "touchpoints")).all()) >= 1
        assert companies.get(session, one).aliases == ["Nordlicht Medien AG"]


def test_a_merge_of_a_merge_is_taken_back_in_any_order_without_losing_a_card(
    session: Session, small: World, place: House
) -> None:
    one, two, three = small.people["anna"], small.people["double"], small.people["doctor"]
    first = merge.contacts(session, two, three, take=["email"], now=LATER)
    second = merge.contacts(session, one, two, now=LATER)
    cards.undo(session, place, first, now=LATER)  # the older one first
    cards.undo(session, place, second, now=LATER)
    for number in (one, two):
        assert contacts.get(session, number).last_name
    for number in (one, two, three):
        person = contacts.person(session, number)
        assert person.gone == "" or contacts.get(session, person.merged_into_id or 0)
    with pytest.raises(Conflict):
        cards.undo(session, place, first, now=LATER)


@pytest.mark.parametrize("on", [date(1, 1, 1), date(9999, 12, 31)])
def test_a_gift_of_a_day_no_calendar_reaches_is_refused(session: Session, small: World, on: date) -> None:
    with pytest.raises(Invalid):
        gifts.give(session, small.people["anna"], what="Wein", amount=30_00, on=on)


def test_two_sessions_that_merge_the_same_companies_crosswise_at_once_lose_nothing(database: Database) -> None:
    with database.writing() as session:
        small = world.build(session)
        one, two = small.companies["mueller"], small.companies["nordlicht"]
        for firm in (one, two):
            history.add(session, company_id=firm, kind="order", text="Schulung", amount=100_00, at=date(2026, 5, 3))
    start = threading.Barrier(2)

    def join(keep: int, other: int) -> str:
        start.wait()
        try:
            with database.writing() as session:
                merge.companies(session, keep, other)
        except NotFound:
            return "late"
        return "done"

    with ThreadPoolExecutor(2) as pool:
        ended = [one.result() for one in [pool.submit(join, one, two), pool.submit(join, two, one)]]
    assert sorted(ended) == ["done", "late"]
    with database.reading() as session:
        (left,) = session.scalars(select(Company.id).where(Company.id.in_((one, two))))
        orders = session.scalars(select(Touchpoint.company_id).where(Touchpoint.kind == "order")).all()
        assert list(orders) == [left, left]


def test_an_entry_written_while_its_contact_is_merged_away_is_refused_and_not_lost_on_an_empty_row(
    database: Database,
) -> None:
    with database.writing() as session:
        made = world.build(session)
    keep, other = made.people["anna"], made.people["double"]
    begun = threading.Event()

    def note() -> str:
        begun.set()
        try:
            with database.writing() as session:
                history.add(session, contact_id=other, kind="note", text="im selben Moment")
        except NotFound:
            return "refused"
        return "kept"

    with ThreadPoolExecutor(1) as pool, database.writing() as session:
        merge.contacts(session, keep, other, now=LATER)
        answer = pool.submit(note)
        begun.wait(5)
        session.commit()
    assert answer.result(30) == "refused"
    with database.reading() as session:
        assert session.scalars(select(Touchpoint.id).where(Touchpoint.contact_id == other)).all() == []
