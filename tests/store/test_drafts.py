"""Drafts on the databases: proposed with their sources, approved for exactly one text, taken back, and no unseen word."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from outreach import facts, organisation, senders, stops
from outreach.consent import permissions, suppression
from outreach.contacts import Contact
from outreach.drafts import approve, queue, situation, store
from outreach.drafts.approve import MayNotGo
from outreach.drafts.rows import Draft
from outreach.errors import Conflict, Invalid
from outreach.house import House
from outreach.mail.rows import Delivery
from outreach.mailboxes import store as mailboxes
from outreach.occasions import suggest
from outreach.occasions.rows import Occasion
from tests import world
from tests.store.test_occasions import news
from tests.world import World

NOW = world.NOW
ZONE = "Europe/Berlin"


@pytest.fixture
def small(session: Session) -> World:
    made = world.build(session)
    session.execute(update(Contact).values(due_on=None))
    return made


@pytest.fixture
def sender(session: Session, any_house: House) -> int:
    made = senders.create(session, name="Katharina Weiß", address="katharina@weiss-beratung.example")
    mailboxes.save(session, any_house.vault, made.id, signature="Katharina Weiß\nWerkstattberatung", imap_host="")
    return made.id


@pytest.fixture
def draft(session: Session, small: World, sender: int) -> Draft:
    return proposed(session, small)


def proposed(session: Session, small: World, person: str = "anna", **changes: Any) -> Draft:
    """A draft for somebody who agreed to mails, because their company won a prize."""
    permissions.record(session, small.people[person], channel="mail", what="agreed", source="Telefonat 3.5.",
                       at=NOW - timedelta(days=90))  # fmt: skip
    company_id = session.scalar(select(Contact.company_id).where(Contact.id == small.people[person]))
    assert company_id is not None
    (outcome,) = suggest.suggest(session, [news(company_id, **changes)], now=NOW, zone=ZONE)
    made = store.propose(session, outcome.id, now=NOW, zone=ZONE)
    assert made is not None
    return made


def seen(session: Session, draft: Draft) -> str:
    return approve.seen(session, situation.around(session, draft, now=NOW, zone=ZONE))


def agree(session: Session, house: House, draft: Draft, **changes: Any) -> approve.Approved:
    given: dict[str, Any] = {"seen_fingerprint": seen(session, draft), "subject": draft.subject, "text": draft.text}
    return approve.approve(session, house, draft.id, **{**given, **changes}, user_id=None, now=NOW)


def test_a_draft_greets_by_name_and_every_sentence_has_a_source(session: Session, draft: Draft) -> None:
    assert draft.text.startswith("Sehr geehrte Frau")
    assert draft.blocked is None
    assert {one["source"] for one in draft.sentences} >= {"greeting", "occasion", "template"}
    assert "".join(one["text"] for one in draft.sentences) == draft.text
    assert draft.purpose == "relationship"


def test_the_same_occasion_has_one_draft(session: Session, draft: Draft) -> None:
    again = store.propose(session, draft.occasion_id, now=NOW, zone=ZONE)
    assert again is not None
    assert again.id == draft.id


def test_a_person_who_cannot_be_greeted_blocks_the_draft_with_the_reason(
    session: Session, small: World, sender: int
) -> None:
    session.execute(
        update(Contact)
        .where(Contact.id == small.people["anna"])
        .values(salutation="", letter_greeting="Sehr geehrte(r)")
    )
    made = proposed(session, small)
    assert made.blocked is not None
    assert made.blocked["field"] == "letter_greeting"
    assert made.text == ""
    session.execute(update(Contact).values(letter_greeting="Liebe Anna", salutation="frau"))
    session.expire_all()
    assert store.refresh_blocked(session, made, now=NOW, zone=ZONE).text.startswith("Liebe Anna,")


def test_an_approval_makes_exactly_one_delivery_of_exactly_that_text(
    session: Session, any_house: House, draft: Draft
) -> None:
    typed = draft.text.replace("\n\n", "\n\nEin eigener Satz von mir.\n\n", 1)
    approved = agree(session, any_house, draft, text=typed)
    delivery = session.get_one(Delivery, approved.delivery_id)
    raw = (delivery.message or b"").decode()
    assert (delivery.kind, delivery.state, delivery.draft_id) == ("personal", "ready", draft.id)
    assert "\r\n\r\nEin eigener Satz von mir.\r\n\r\n" in raw
    assert "Werkstattberatung" in raw
    for bulk in ("List-", "Precedence", "Feedback-ID", "Auto-Submitted", "<img", "http"):
        assert bulk not in raw.partition("\r\n\r\n")[0]
    assert draft.own_share is not None
    assert 0 < draft.own_share < 50
    assert session.get_one(Occasion, draft.occasion_id).decision == "mail"
    with pytest.raises(Conflict):
        agree(session, any_house, draft)
    assert session.scalars(select(Delivery.id).where(Delivery.kind == "personal")).all() == [approved.delivery_id]


def test_nothing_leaves_within_the_thirty_seconds_of_undo(session: Session, any_house: House, draft: Draft) -> None:
    approved = agree(session, any_house, draft)
    delivery = session.get_one(Delivery, approved.delivery_id)
    assert delivery.next_try_at == NOW + timedelta(seconds=30)
    approve.take_back(session, draft.id, now=NOW, zone=ZONE)
    session.expire_all()
    assert session.get_one(Delivery, delivery.id).state == "cancelled"
    assert session.get_one(Draft, draft.id).state == "proposed"
    assert session.get_one(Occasion, draft.occasion_id).state == "open"
    assert agree(session, any_house, draft).delivery_id != delivery.id


@pytest.mark.parametrize("what", ["text", "signature", "address", "purpose", "file"])
def test_what_the_page_did_not_show_is_never_approved(
    session: Session, any_house: House, small: World, sender: int, draft: Draft, what: str
) -> None:
    shown = seen(session, draft)
    subject, text = draft.subject, draft.text
    if what == "text":
        store.save(
            session, draft.id, version=draft.version, subject=subject, text=text + "\nP. S.", user_id=None, now=NOW
        )
    elif what == "signature":
        mailboxes.save(session, any_house.vault, sender, signature="Jemand anders")
    elif what == "address":
        session.execute(update(Draft).values(to_address="anna.neu@example.org"))
    elif what == "purpose":
        session.execute(update(Draft).values(purpose="service"))
    else:
        store.attach(session, draft.id, filename="Angebot.pdf", media_type="application/pdf", content=b"%PDF-1.7")
    session.expire_all()
    with pytest.raises(Conflict):
        approve.approve(session, any_house, draft.id, seen_fingerprint=shown, subject=subject, text=text, user_id=None,
                        now=NOW)  # fmt: skip
    assert session.scalars(select(Delivery.id).where(Delivery.kind == "personal")).all() == []


def test_a_change_from_an_older_page_is_refused(session: Session, draft: Draft) -> None:
    version = draft.version
    store.save(session, draft.id, version=version, subject="Neu", text=draft.text, user_id=None, now=NOW)
    with pytest.raises(Conflict):
        store.save(session, draft.id, version=version, subject="Alt", text=draft.text, user_id=None, now=NOW)


def test_red_and_yellow_light_refuse_the_approval(session: Session, any_house: House, draft: Draft) -> None:
    session.connection().execute(update(permissions.Permission).values(ended_at=NOW))
    session.expire_all()
    with pytest.raises(MayNotGo) as refused:
        agree(session, any_house, draft)
    assert refused.value.refusals[0].code == "light_red"


def test_an_objection_a_suppression_and_a_stop_flag_refuse_the_approval(
    session: Session, any_house: House, small: World, draft: Draft
) -> None:
    company_id = session.get_one(Occasion, draft.occasion_id).company_id
    stops.put(session, company_id=company_id, kind="insolvency", reach="marketing", on=NOW.date(), now=NOW)
    suppression.add(session, draft.to_address, "objection")
    with pytest.raises(MayNotGo) as refused:
        agree(session, any_house, draft)
    assert [one.code for one in refused.value.refusals] == ["suppressed", "light_red", "stop_flag"]


def test_a_company_whose_imprint_is_incomplete_sends_nothing(session: Session, any_house: House, draft: Draft) -> None:
    organisation.change(session, name="Weiß GmbH", legal_form="gmbh", street="Weg 1", postcode="70173", city="Stuttgart",
                        email="info@weiss.example")  # fmt: skip
    with pytest.raises(MayNotGo) as refused:
        agree(session, any_house, draft)
    assert refused.value.refusals[0].values["fields"] == ["representative", "register_court", "register_number"]


def test_a_customer_of_section_7_3_reads_that_they_can_object(
    session: Session, any_house: House, small: World, sender: int
) -> None:
    made = proposed(session, small)
    session.connection().execute(update(permissions.Permission).values(what="existing_customer"))
    session.expire_all()
    approved = agree(session, any_house, made)
    raw = session.get_one(Delivery, approved.delivery_id).message or b""
    from email import message_from_bytes, policy

    text = message_from_bytes(raw, policy=policy.default).get_content()
    assert "jederzeit widersprechen" in text


def test_the_greeting_of_a_birthday_waits_for_the_day(
    session: Session, any_house: House, small: World, sender: int
) -> None:
    from outreach.occasions.silence import Candidate

    permissions.record(session, small.people["anna"], channel="mail", what="agreed", source="x", at=NOW)
    day = (NOW + timedelta(days=3)).date()
    (outcome,) = suggest.suggest(
        session,
        [Candidate(kind="birthday_contact", what="2026", source="dates", contact_id=small.people["anna"], happened_on=day,
                   details={"day": day.isoformat()})],
        now=NOW, zone=ZONE,
    )  # fmt: skip
    made = store.propose(session, outcome.id, now=NOW, zone=ZONE)
    assert made is not None
    approved = agree(session, any_house, made)
    assert approved.goes_at.date() == day


def test_the_queue_shows_a_small_batch_and_ends(session: Session, any_house: House, small: World, draft: Draft) -> None:
    batch = queue.batch(session, now=NOW, zone=ZONE)
    assert [one.draft_id for one in batch.lines] == [draft.id]
    assert (batch.done_today, batch.size, batch.more) == (0, 1, 0)
    agree(session, any_house, draft)
    batch = queue.batch(session, now=NOW, zone=ZONE)
    assert (list(batch.lines), batch.done_today, len(batch.leaving)) == ([], 1, 1)


def test_one_screen_knows_everything_a_decision_needs(session: Session, small: World, draft: Draft) -> None:
    facts.add(session, contact_id=small.people["anna"], kind="project", text="Umbau der Werkstatt", noted_on=NOW.date(),
              source="Telefonat")  # fmt: skip
    store.propose_again(session, draft.id, now=NOW, zone=ZONE)
    view = queue.view(session, draft, now=NOW, zone=ZONE)
    assert view.occasion.quote
    assert view.lights[0].colour == "green"
    assert view.fact is not None
    assert "Umbau der Werkstatt" in draft.text
    assert view.refusals == []
    assert view.seen == seen(session, draft)
    assert "Werkstattberatung" in view.below


def test_only_addresses_of_the_card_can_be_written_to(session: Session, draft: Draft) -> None:
    with pytest.raises(Invalid):
        store.save(session, draft.id, version=draft.version, subject="x", text="y", to_address="fremd@example.org",
                   user_id=None, now=NOW)  # fmt: skip


def test_a_letter_without_a_signature_ends_with_the_name_of_its_sender(
    session: Session, any_house: House, small: World, sender: int, draft: Draft
) -> None:
    mailboxes.save(session, any_house.vault, sender, signature="")
    session.expire_all()
    assert queue.view(session, draft, now=NOW, zone=ZONE).below == "Katharina Weiß"
