"""Two cards that are one: everything moves along, nobody is written to against their will, and it can be undone."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from campaigns import audience
from campaigns.rows import Campaign
from outreach import companies, contacts, dates, facts, journal, merge, tasks
from outreach.care.rows import ProgrammeStep, Referral
from outreach.consent import subscriptions
from outreach.consent.rows import Consent, Subscription
from outreach.contacts import channels
from outreach.db import Base
from outreach.errors import Conflict, Invalid, NotFound
from outreach.history import store as history
from outreach.history import timeline
from outreach.mail.rows import Delivery
from tests import world
from tests.world import NOW, World

LATER = NOW + timedelta(days=1)
CARD = tuple(
    sorted(
        name
        for name, table in Base.metadata.tables.items()
        if ("contact_id" in table.c or name == "contacts")
        and name not in ("changes", "deliveries", "contact_photos", "survey_answers")
        and not name.startswith(("import_", "duplicate"))
    )
)


@pytest.fixture
def small(session: Session) -> World:
    return world.build(session)


def _cards(session: Session, *ids: int) -> dict[Any, Any]:
    session.flush()
    return journal.snapshot(session, ids, CARD)


def _fill(session: Session, contact_id: int) -> None:
    history.add(session, contact_id=contact_id, kind="call", text="wegen der Schulung", at=date(2026, 5, 3))
    history.add(session, contact_id=contact_id, kind="order", text="Schulung", amount=100_00, at=date(2026, 6, 3))
    facts.add(session, contact_id=contact_id, kind="wish", text="Schulung", noted_on=date(2026, 5, 3))
    tasks.add(session, text="Anrufen", contact_id=contact_id)
    dates.put(session, contact_id=contact_id, kind="birthday", month=5, day=3)
    channels.add(session, contact_id, kind="phone", value="+49 221 4711", label="mobile")
    channels.set_postal(session, contact_id=contact_id, street="Am Markt 1", city="Köln")
    session.add(ProgrammeStep(contact_id=contact_id, step="reachable"))
    session.flush()


def test_everything_moves_along_and_the_undo_restores_both_cards_exactly(session: Session, small: World) -> None:
    keep, other = small.people["anna"], small.people["double"]
    for one in (keep, other):
        _fill(session, one)
    session.add(Referral(referrer_id=other, contact_id=small.people["doctor"], referred_on=date(2026, 5, 1)))
    session.add(Referral(referrer_id=other, contact_id=keep, referred_on=date(2026, 5, 1)))
    before = _cards(session, keep, other)
    made = merge.contacts(session, keep, other, take=["first_name", "email", "birthday", "custom.branche"], now=LATER)
    person = contacts.person(session, keep)
    assert (person.first_name, person.last_name, person.email) == (
        "Marie-Luise",
        "Müller",
        "Marie.Luise@schaeferei.example",
    )
    assert "anna@mueller.example" in [one.value for one in channels.of(session, keep)]
    assert timeline.counts(session, keep) == {"call": 2, "order": 2}
    assert len(facts.of_contact(session, keep, today=LATER.date())) == 2
    assert len(tasks.open_of(session, contact_id=keep)) == 2
    assert len(dates.of(session, contact_id=keep, today=LATER.date())) == 1
    assert len(channels.postal(session, contact_id=keep)) == 1  # the same address once
    assert set(person.tags) == {"VIP", "Messe"}
    brought = session.scalars(select(Referral.contact_id).where(Referral.referrer_id == keep)).all()
    assert brought == [small.people["doctor"]]  # nobody brings oneself
    with pytest.raises(NotFound):
        contacts.get(session, other)
    assert journal.undo(session, made).kept == []
    after = _cards(session, keep, other)
    assert after == before


def test_a_merged_contact_is_in_no_list_and_no_audience(session: Session, small: World) -> None:
    keep, other = small.people["doctor"], small.people["anna"]
    merge.contacts(session, keep, other, now=LATER)
    assert other not in [line.id for line in contacts.list_page(session, per_page=500).rows]
    campaign = Campaign(name="n", subject="s", format="html", body="b", list_id=small.lists["news"])
    session.add(campaign)
    session.flush()
    people = session.execute(audience.people(session, campaign, LATER)).all()
    assert other not in [row[0] for row in people]
    assert "anna@mueller.example" not in [row[2] for row in people]


def test_a_person_who_left_under_one_address_has_left(session: Session, small: World) -> None:
    keep, gone = small.people["anna"], small.people["gone"]
    merge.contacts(session, keep, gone, now=LATER)
    state = session.scalar(select(Subscription.state).where(Subscription.contact_id == keep))
    assert state == "unsubscribed"


def test_a_consent_proven_by_mail_stays_with_its_address(session: Session, small: World) -> None:
    keep, other = small.people["no_name"], small.people["anna"]
    made = merge.contacts(session, keep, other, now=LATER)
    assert session.scalars(select(Subscription).where(Subscription.contact_id == keep)).all() == []
    journal.undo(session, made)
    merge.contacts(session, keep, other, take=["email"], now=LATER)
    (sub,) = session.scalars(select(Subscription).where(Subscription.contact_id == keep)).all()
    assert sub.state == "confirmed"


def test_a_consent_the_person_gave_in_words_goes_with_the_person(session: Session, small: World) -> None:
    keep, other = small.people["no_name"], small.people["no_address"]
    subscriptions.grant_by_hand(
        session, contact_id=other, list_id=small.lists["events"], text_shown="Ja, gern.", source="Messe", now=NOW
    )
    merge.contacts(session, keep, other, now=LATER)
    (sub,) = session.scalars(select(Subscription).where(Subscription.contact_id == keep)).all()
    assert (sub.list_id, sub.state) == (small.lists["events"], "confirmed")


def _sent(session: Session, campaign: Campaign, contact_id: int, state: str) -> Delivery:
    consent_id = session.scalar(select(Subscription.consent_id).where(Subscription.contact_id == contact_id))
    made = Delivery(kind="newsletter", campaign_id=campaign.id, contact_id=contact_id, consent_id=consent_id, address="a@x.example",
                    address_hash=b"x" * 32, state=state, sent_at=NOW if state == "sent" else None)  # fmt: skip
    session.add(made)
    session.flush()
    return made


def test_mails_to_both_are_on_the_card_and_a_newsletter_under_way_goes_once(session: Session, small: World) -> None:
    keep, other = small.people["anna"], small.people["double"]
    old, new = (
        Campaign(name=n, subject="s", format="html", body="b", state="sending", audience=2) for n in ("old", "new")
    )
    session.add_all([old, new])
    session.flush()
    for one in (keep, other):
        _sent(session, old, one, "sent")
    doubled = [_sent(session, new, one, "ready") for one in (keep, other)]
    merge.contacts(session, keep, other, now=LATER)
    session.expire_all()
    assert [one.state for one in doubled] == ["ready", "cancelled"]
    assert timeline.counts(session, keep).get("newsletter", 0) >= 2
    assert len(timeline.of_contact(session, keep, kinds=["newsletter"]).items) == 4


def test_with_the_address_goes_its_proof(session: Session, small: World) -> None:
    keep, other = small.people["doctor"], small.people["anna"]
    theirs = session.scalar(select(Subscription.consent_id).where(Subscription.contact_id == other))
    merge.contacts(session, keep, other, take=["email"], now=LATER)
    assert session.scalars(select(Subscription).where(Subscription.contact_id == other)).all() == []
    (sub,) = session.scalars(select(Subscription).where(Subscription.contact_id == keep)).all()
    proofs = session.scalars(select(Consent).where(Consent.contact_id == keep).order_by(Consent.id)).all()
    assert [(one.withdrawn_how, one.id == sub.consent_id) for one in proofs] == [("address_changed", False), ("", True)]
    original = session.get_one(Consent, theirs)
    assert (proofs[1].granted_at, proofs[1].text_shown) == (original.granted_at, original.text_shown)


def test_what_was_written_on_the_card_since_survives_the_undo(session: Session, small: World) -> None:
    keep, other = small.people["anna"], small.people["double"]
    made = merge.contacts(session, keep, other, take=["city"], now=LATER)
    session.flush()
    journal.begin(session, "edit")
    contacts.update(session, keep, city="Bonn")
    note = facts.add(session, contact_id=keep, kind="topic", text="Segelt", noted_on=LATER.date()).id
    kept = journal.undo(session, made).kept
    assert [(one.table, one.columns) for one in kept] == [("contacts", ("city",))]
    assert contacts.get(session, keep).city == "Bonn"
    assert facts.get(session, note).contact_id == keep
    assert contacts.get(session, other).email == "Marie.Luise@schaeferei.example"


def test_nobody_merges_with_oneself_or_twice(session: Session, small: World) -> None:
    anna, other = small.people["anna"], small.people["double"]
    with pytest.raises(Invalid):
        merge.contacts(session, anna, anna, now=LATER)
    with pytest.raises(Invalid):
        merge.contacts(session, anna, other, take=["id"], now=LATER)
    merge.contacts(session, anna, other, now=LATER)
    with pytest.raises((NotFound, Conflict)):
        merge.contacts(session, anna, other, now=LATER)


def test_the_comparison_shows_what_differs_and_proposes_what_is_filled(session: Session, small: World) -> None:
    keep, other = small.people["no_name"], small.people["anna"]
    found = merge.compare_contacts(session, keep, other)
    fields = {one.name: one for one in found.fields}
    assert fields["last_name"].proposed == "other"
    assert fields["email"].proposed == "keep"
    assert fields["stage"].proposed == "other"
    assert "language" not in fields
    assert found.moves["contact_tags"] == 2


def test_two_companies_become_one_with_their_people_and_names(session: Session, small: World) -> None:
    keep, other = small.companies["mueller"], small.companies["nordlicht"]
    companies.update(session, other, industry="Medien", aliases=["Nordlicht"], customer_since=date(2020, 1, 1))
    facts.add(session, company_id=other, kind="topic", text="zieht um", noted_on=LATER.date())
    dates.put(session, company_id=keep, kind="founding", year=1950)
    dates.put(session, company_id=other, kind="founding", year=1990)
    companies_before = {one: dict(_company(session, one)) for one in (keep, other)}
    assert {one.name for one in merge.compare_companies(session, keep, other).fields} >= {
        "name",
        "industry",
        "founding",
    }
    made = merge.companies(session, keep, other, take=["industry", "founding"])
    company = companies.get(session, keep)
    assert (company.industry, company.aliases) == ("Medien", ["Nordlicht", "Nordlicht Medien AG"])
    assert [day.year for day in dates.of(session, company_id=keep, today=LATER.date())] == [1990]
    assert contacts.get(session, small.people["anna_two"]).company_id == keep
    with pytest.raises(NotFound):
        companies.get(session, other)
    assert journal.undo(session, made).kept == []
    assert {one: dict(_company(session, one)) for one in (keep, other)} == companies_before
    assert contacts.get(session, small.people["anna_two"]).company_id == other
    assert [day.year for day in dates.of(session, company_id=other, today=LATER.date())] == [1990]
    assert len(facts.of_company(session, other, today=LATER.date())) == 1


def _company(session: Session, company_id: int) -> dict[str, Any]:
    session.flush()
    table = Base.metadata.tables["companies"]
    row = session.connection().execute(select(table).where(table.c.id == company_id)).mappings().one()
    return {name: value for name, value in row.items() if name != "updated_at"}


def test_a_chain_of_merges_ends_at_the_card_that_stayed(session: Session, small: World) -> None:
    first, second, third = small.people["anna"], small.people["double"], small.people["doctor"]
    merge.contacts(session, second, first, now=LATER)
    merge.contacts(session, third, second, now=LATER)
    assert contacts.person(session, first).merged_into_id == third


def test_two_companies_made_one_keep_their_flags_occasions_and_news(session: Session, small: World) -> None:
    from feeds.rows import Entry, Feed, FeedSubject, Match
    from outreach import fairs, stops
    from outreach.occasions import pages, suggest
    from outreach.occasions.silence import Candidate

    keep, other = small.companies["mueller"], small.companies["nordlicht"]
    news = Candidate(
        kind="insolvency",
        what="story:1",
        source="feed:1",
        company_id=other,
        headline="Insolvent",
        published_at=NOW,
        story="1",
    )
    suggest.suggest(session, [news], now=NOW, zone="UTC")
    fair = fairs.add(session, name="Orgatec", starts_on=NOW.date())
    feed = Feed(address="https://a.example/rss", domain="a.example")
    session.add(feed)
    session.flush()
    entry = Entry(feed_id=feed.id, identity="1" * 64, published_at=NOW)
    session.add(entry)
    session.flush()
    session.add(
        Match(
            entry_id=entry.id,
            subject=f"company:{other}",
            company_id=other,
            relation="own",
            form="N",
            certainty="sure",
            decision="silence",
            published_at=NOW,
        )
    )
    for company_id in (keep, other):
        fairs.exhibits(session, fair.id, company_id)
        session.add(FeedSubject(feed_id=feed.id, company_id=company_id, relation="industry"))
    session.flush()
    merge.companies(session, keep, other)
    assert [one.company_id for one in stops.standing(session, today=NOW.date())] == [keep]
    assert [one.company_id for one in pages.list_page(session, "note").rows] == [keep]
    assert [one.company_id for one in fairs.exhibitors(session, fair_id=fair.id)] == [keep]
    assert session.scalars(select(Match.company_id)).all() == [keep]
    assert session.scalars(select(FeedSubject.company_id)).all() == [keep]
