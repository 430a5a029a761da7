"""Consent on each database: how it is given, proved, withdrawn, and what cannot happen without it."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import insert, select, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from campaigns.rows import Campaign
from outreach import contacts
from outreach.consent import ask, history, lists, subscriptions, suppression
from outreach.consent.rows import Consent, ConsentEvent, Subscription
from outreach.contacts import Contact
from outreach.errors import Conflict, Invalid, NotAllowedToWrite, NotFound
from outreach.mail.rows import Delivery
from tests import world
from tests.world import AGREED, NOW, World


@pytest.fixture
def people(session: Session) -> World:
    return world.build(session)


def _state(session: Session, contact_id: int, list_id: int) -> str | None:
    return session.scalar(
        select(Subscription.state).where(Subscription.contact_id == contact_id, Subscription.list_id == list_id)
    )


def _ask(session: Session, contact_id: int, list_id: int, now: datetime = NOW) -> str:
    return subscriptions.request(
        session,
        contact_id=contact_id,
        list_id=list_id,
        text_shown=AGREED,
        source="page",
        ip="192.0.2.1",
        zone="Europe/Berlin",
        now=now,
    )


def test_double_opt_in_leaves_the_whole_proof(session: Session, people: World) -> None:
    doctor, events = people.people["doctor"], people.lists["events"]
    assert _ask(session, doctor, events) == "pending"
    later = NOW + timedelta(hours=2)
    consent = subscriptions.confirm(
        session, contact_id=doctor, list_id=events, ip="192.0.2.2", now=later, zone="Europe/Berlin"
    )
    proof = session.get_one(Consent, consent)
    assert (
        proof.text_shown,
        proof.source,
        proof.zone,
        proof.requested_at,
        proof.requested_ip,
        proof.granted_at,
        proof.confirmed_ip,
    ) == (AGREED, "page", "Europe/Berlin", NOW, "192.0.2.1", later, "192.0.2.2")
    lines = [line for line in history.proof(session, doctor) if line.list_id == events]
    assert [(line.what, line.ip, line.zone) for line in lines] == [
        ("requested", "192.0.2.1", "Europe/Berlin"),
        ("confirmed", "192.0.2.2", "Europe/Berlin"),
    ]


def test_confirming_twice_means_once(session: Session, people: World) -> None:
    zoe, news = people.people["pending"], people.lists["news"]
    once = subscriptions.confirm(session, contact_id=zoe, list_id=news, ip="", now=NOW - timedelta(days=20))
    assert subscriptions.confirm(session, contact_id=zoe, list_id=news, ip="", now=NOW) == once
    assert len(session.scalars(select(Consent.id).where(Consent.contact_id == zoe)).all()) == 1
    assert _ask(session, zoe, news) == "confirmed"


def test_an_old_confirmation_link_neither_expires_late_nor_brings_back(session: Session, people: World) -> None:
    zoe, gone, news = people.people["pending"], people.people["gone"], people.lists["news"]
    with pytest.raises(NotFound, match="expired"):
        subscriptions.confirm(session, contact_id=zoe, list_id=news, ip="", now=NOW)  # 45 days later
    with pytest.raises(Conflict, match="unsubscribed since"):
        subscriptions.confirm(session, contact_id=gone, list_id=news, ip="", now=NOW)
    with pytest.raises(NotFound):
        subscriptions.confirm(session, contact_id=zoe, list_id=people.lists["events"], ip="", now=NOW)


def test_a_pending_contact_cannot_get_a_newsletter_even_by_raw_sql(session: Session, people: World) -> None:
    """The invariant of the write path: no consent row, no newsletter delivery, whatever a filter says."""
    campaign = Campaign(name="N", subject="S", format="html", body="B")
    session.add(campaign)
    session.flush()
    foreign = session.scalar(select(Consent.id).where(Consent.contact_id == people.people["anna"]))
    values = {"campaign": campaign.id, "contact": people.people["pending"], "hash": b"h" * 32, "at": NOW.isoformat(" ")}
    for consent in (None, foreign, 999_999):
        with pytest.raises(IntegrityError), session.begin_nested():
            session.execute(
                text(
                    "INSERT INTO deliveries (kind, campaign_id, contact_id, consent_id, address, address_hash, state, "
                    "attempts, next_try_at, reason, answer, created_at) VALUES ('newsletter', :campaign, :contact, "
                    ":consent, 'zoe@celik.example', :hash, 'ready', 0, :at, '', '', :at)"
                ),
                {**values, "consent": consent},
            )
    with pytest.raises(IntegrityError), session.begin_nested():
        session.execute(
            update(Subscription).where(Subscription.contact_id == people.people["pending"]).values(state="confirmed")
        )


def test_unsubscribing_is_immediate_and_twice_means_once(session: Session, people: World) -> None:
    anna, news = people.people["anna"], people.lists["news"]
    assert ask.may_mail(session, contact_id=anna, list_id=news)
    for expected in (1, 0):
        left = subscriptions.withdraw(session, contact_id=anna, list_id=news, how="one_click", ip="192.0.2.3", now=NOW)
        assert left == expected
    assert not ask.may_mail(session, contact_id=anna, list_id=news)
    consent = session.scalars(select(Consent).where(Consent.contact_id == anna)).one()
    assert (consent.withdrawn_at, consent.withdrawn_how) == (NOW, "one_click")
    assert [line.what for line in history.proof(session, anna)].count("unsubscribed") == 1


def test_unsubscribing_from_all_leaves_every_list(session: Session, people: World) -> None:
    anna = people.people["anna"]
    _ask(session, anna, people.lists["events"])
    assert subscriptions.withdraw(session, contact_id=anna, how="page", ip="", now=NOW) == 2
    assert {line.state for line in history.standing(session, anna)} == {"unsubscribed"}


def test_only_the_person_can_come_back_after_unsubscribing(session: Session, people: World) -> None:
    gone, news = people.people["gone"], people.lists["news"]
    with pytest.raises(Conflict, match="Only they themselves"):
        subscriptions.grant_by_hand(session, contact_id=gone, list_id=news, text_shown="x", source="y", now=NOW)
    granted = subscriptions.grant_imported(
        session, contact_ids=[gone], list_id=news, proof="p", source="f.csv", now=NOW
    )
    assert granted.kept_unsubscribed == {gone}
    assert _state(session, gone, news) == "unsubscribed"
    assert _ask(session, gone, news) == "pending"
    subscriptions.confirm(session, contact_id=gone, list_id=news, ip="", now=NOW)
    assert ask.may_mail(session, contact_id=gone, list_id=news)


def test_granting_by_hand_needs_words_and_a_source(session: Session, people: World) -> None:
    args = {"contact_id": people.people["anna_two"], "list_id": people.lists["news"], "now": NOW}
    with pytest.raises(Invalid):
        subscriptions.grant_by_hand(session, text_shown="", source="telephone", **args)
    consent = subscriptions.grant_by_hand(session, text_shown="Wants it.", source="telephone 3.5.", **args)
    assert subscriptions.grant_by_hand(session, text_shown="Wants it.", source="telephone 3.5.", **args) == consent
    assert session.get_one(Consent, consent).how == "by_hand"


def test_imported_consents_carry_their_proof_and_never_double(session: Session, people: World) -> None:
    news = people.lists["news"]
    ids = [people.people[name] for name in ("anna", "anna_two", "pending", "gone", "no_name")]
    granted = subscriptions.grant_imported(
        session, contact_ids=ids, list_id=news, proof="Fair 2026", source="f.csv", now=NOW
    )
    assert granted.subscribed == {people.people[name] for name in ("anna_two", "pending", "no_name")}
    assert granted.already == {people.people["anna"]}
    again = subscriptions.grant_imported(
        session, contact_ids=ids, list_id=news, proof="Fair 2026", source="f.csv", now=NOW
    )
    assert again.subscribed == frozenset()
    proofs = session.execute(select(Consent.text_shown, Consent.source).where(Consent.how == "import")).all()
    assert [tuple(row) for row in proofs] == [("Fair 2026", "f.csv")] * 3
    assert [line.what for line in history.proof(session, people.people["no_name"])] == ["imported"]
    with pytest.raises(Invalid):
        subscriptions.grant_imported(session, contact_ids=ids, list_id=news, proof=" ", source="f.csv", now=NOW)


def test_suppression_wins_over_everything(session: Session, people: World) -> None:
    anna, news = people.people["anna"], people.lists["news"]
    assert suppression.add(session, "ANNA@mueller.example", "objection", "by letter", now=NOW)
    assert not suppression.add(session, "anna@mueller.example", "by_hand", now=NOW)
    assert suppression.contains(session, "anna@MUELLER.example")
    assert not ask.may_mail(session, contact_id=anna)
    assert _state(session, anna, news) == "unsubscribed"
    with pytest.raises(NotAllowedToWrite):
        _ask(session, anna, news)
    with pytest.raises(NotAllowedToWrite):
        subscriptions.grant_by_hand(session, contact_id=anna, list_id=news, text_shown="x", source="y", now=NOW)
    assert [line.what for line in history.proof(session, anna)][-2:] == ["unsubscribed", "suppressed"]


def test_a_suppressed_sign_up_cannot_be_confirmed(session: Session, people: World) -> None:
    suppression.add(session, "zoe@celik.example", "objection", now=NOW)
    with pytest.raises(Conflict):
        subscriptions.confirm(
            session, contact_id=people.people["pending"], list_id=people.lists["news"], ip="", now=world.SIGNED_UP
        )


def test_an_owner_can_release_an_address_but_old_consents_stay_withdrawn(session: Session, people: World) -> None:
    petra = people.people["suppressed"]
    suppression.remove(session, "petra@still.example", source="Katharina Weiß: asked us to", now=NOW)
    assert not suppression.contains(session, "petra@still.example")
    assert not ask.may_mail(session, contact_id=petra)
    assert history.proof(session, petra)[-1].what == "released"
    with pytest.raises(NotFound):
        suppression.remove(session, "petra@still.example", source="again", now=NOW)


def test_the_suppression_list_finds_an_address_it_does_not_hold(session: Session, people: World) -> None:
    suppression.add(session, "nobody@anywhere.example", "unknown_address", "550 5.1.1", now=NOW)
    page = suppression.list_page(session)
    assert page.total == 2
    assert {line.name for line in page.rows} == {"Petra Still", ""}
    assert suppression.list_page(session, search="Nobody@anywhere.example").total == 1
    assert suppression.list_page(session, search="5.1.1").total == 1
    assert suppression.list_page(session, reason="objection").total == 1
    with pytest.raises(Invalid):
        suppression.add(session, "not an address", "objection")
    with pytest.raises(Invalid):
        suppression.add(session, "a@b.example", "dislike")


def test_measuring_is_the_persons_own_decision_with_proof(session: Session, people: World) -> None:
    doctor = people.people["doctor"]
    args = {"contact_id": doctor, "text_shown": "t", "source": "s", "ip": "192.0.2.1", "now": NOW}
    assert subscriptions.set_measuring(session, agreed=True, **args)
    assert not subscriptions.set_measuring(session, agreed=True, **args)
    assert contacts.get(session, doctor).measuring_agreed
    assert subscriptions.set_measuring(session, agreed=False, **args)
    assert [line.what for line in history.proof(session, doctor)][-2:] == ["measuring_agreed", "measuring_withdrawn"]


def test_unconfirmed_sign_ups_vanish_after_28_days_with_contacts_that_were_nothing_else(
    session: Session, people: World
) -> None:
    news = people.lists["news"]
    only = contacts.create(session, email="only@sign.example", source="page").id
    tagged = contacts.create(session, email="tagged@sign.example", source="page", tags=["Messe"]).id
    fresh = contacts.create(session, email="fresh@sign.example", source="page").id
    mailed = contacts.create(session, email="mailed@sign.example", source="page").id
    for one in (only, tagged, mailed):
        _ask(session, one, news, NOW - timedelta(days=28, seconds=1))
    _ask(session, fresh, news, NOW - timedelta(days=28))
    for contact_id, kind in ((only, "confirm"), (mailed, "confirm"), (mailed, "test")):
        session.add(Delivery(kind=kind, contact_id=contact_id, address="x", address_hash=b"x" * 32))
    session.flush()
    assert subscriptions.forget_unconfirmed(session, NOW) == [only]
    assert subscriptions.forget_unconfirmed(session, NOW) == []
    left = set(session.scalars(select(Contact.id)))
    assert only not in left
    assert session.scalars(select(Delivery.kind).where(Delivery.contact_id == only)).all() == []
    assert {tagged, fresh, mailed, people.people["pending"]} <= left
    assert _state(session, fresh, news) == "pending"
    assert _state(session, tagged, news) is None
    assert _state(session, people.people["pending"], news) is None  # 45 days


def test_lists_have_names_keys_and_numbers(session: Session, people: World) -> None:
    made = lists.create(session, name="Für Gäste & Freunde")
    assert made.key == "fuer-gaeste-freunde"
    assert lists.create(session, name="Für Gäste / Freunde").key == "fuer-gaeste-freunde-2"
    with pytest.raises(Conflict):
        lists.create(session, name="neuigkeiten")
    with pytest.raises(Invalid):
        lists.create(session, name="a\r\nb")
    numbers = {row.name: (row.confirmed, row.pending, row.unsubscribed) for row in lists.list_page(session).rows}
    assert numbers["Neuigkeiten"] == (4, 1, 2)
    lists.update(session, made.id, name="Gäste", is_public=False)
    assert lists.by_key(session, "fuer-gaeste-freunde").name == "Gäste"
    assert lists.list_page(session, public_only=True).total == 3
    lists.delete(session, made.id)
    with pytest.raises(Conflict):
        lists.delete(session, people.lists["news"])


def test_the_people_on_a_list_are_a_page(session: Session, people: World) -> None:
    page = lists.subscribers_page(session, people.lists["news"], state="confirmed", sort="name", direction="asc")
    assert [row.name for row in page.rows] == [
        "Dr. Björn Größmann",
        "Anna Müller",
        "Marie-Luise Schäfer-Löwenstein",
        "Vincent van der Meer",
    ]
    assert lists.subscribers_page(session, people.lists["news"], search="zoë").rows[0].state == "pending"


def test_consent_history_cannot_lose_its_contact(session: Session, people: World) -> None:
    with pytest.raises(IntegrityError), session.begin_nested():
        session.execute(
            insert(ConsentEvent).values(
                contact_id=999_999, what="requested", text_shown="", source="", ip="", zone="UTC", at=NOW
            )
        )
