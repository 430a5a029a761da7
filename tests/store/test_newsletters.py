"""The states of a newsletter, who gets it, who missed it: on both databases."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from campaigns import audience, dispatch, newsletters
from campaigns.newsletters import NotReady
from campaigns.rows import Campaign, Segment
from outreach import clock, jobs, organisation
from outreach.consent.rows import Consent, Subscription, Suppression
from outreach.contacts import Contact, address_hash
from outreach.errors import Conflict, Invalid, NotFound
from outreach.house import House
from outreach.mail.rows import Delivery
from tests import sending


@pytest.fixture
def draft(session: Session) -> Campaign:
    """A newsletter ready to be sent to three people."""
    return sending.newsletter(session, *sending.prepared(session, 3))


def state(session: Session, campaign: Campaign) -> str | None:
    return session.scalar(select(Campaign.state).where(Campaign.id == campaign.id))


def asked(session: Session) -> list[str]:
    return [one.job for one in session.info.get("asked", [])]


def test_a_newsletter_is_written_sent_paused_resumed_and_stopped(session: Session, draft: Campaign) -> None:
    newsletters.update(session, draft.id, draft.version, subject="Neues im April")
    assert draft.subject == "Neues im April"
    newsletters.send_now(session, draft.id, version=draft.version)
    assert (state(session, draft), asked(session)) == ("sending", ["fan_out"])
    newsletters.pause(session, draft.id)
    assert state(session, draft) == "paused"
    newsletters.resume(session, draft.id)
    assert state(session, draft) == "sending"
    newsletters.stop(session, draft.id)
    assert state(session, draft) == "stopped"
    assert draft.finished_at is not None


ACTS: dict[str, Callable[[Session, Campaign], Any]] = {
    "update": lambda session, campaign: newsletters.update(session, campaign.id, campaign.version, name="x"),
    "schedule": lambda session, campaign: newsletters.schedule(
        session, campaign.id, wall=datetime(2031, 3, 1, 9), zone="Europe/Berlin", version=campaign.version
    ),
    "unschedule": lambda session, campaign: newsletters.unschedule(session, campaign.id),
    "send_now": lambda session, campaign: newsletters.send_now(session, campaign.id),
    "pause": lambda session, campaign: newsletters.pause(session, campaign.id),
    "resume": lambda session, campaign: newsletters.resume(session, campaign.id),
    "stop": lambda session, campaign: newsletters.stop(session, campaign.id),
}
ALLOWED = {
    "draft": {"update", "schedule", "send_now"},
    "scheduled": {"update", "schedule", "unschedule", "send_now", "stop"},
    "sending": {"pause", "stop"},
    "paused": {"resume", "stop"},
    "sent": set(),
    "stopped": set(),
}


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("start", ALLOWED)
def test_each_act_is_possible_only_in_its_states(session: Session, draft: Campaign, start: str, act: str) -> None:
    draft.state, draft.audience = start, None if start in ("draft", "scheduled") else 3
    session.flush()
    if act in ALLOWED[start]:
        ACTS[act](session, draft)
        return
    with pytest.raises(Conflict) as error:
        ACTS[act](session, draft)
    assert error.value.sentence
    assert state(session, draft) == start


def test_two_people_who_send_at_once_send_once(session: Session, draft: Campaign) -> None:
    seen = draft.version
    newsletters.send_now(session, draft.id, version=seen)
    with pytest.raises(Conflict, match="being sent already"):
        newsletters.send_now(session, draft.id, version=seen)


def test_who_sends_a_text_that_has_changed_since_is_told(session: Session, draft: Campaign) -> None:
    seen = draft.version
    newsletters.update(session, draft.id, seen, subject="Etwas anderes")
    with pytest.raises(Conflict, match="Somebody else has changed"):
        newsletters.send_now(session, draft.id, version=seen)
    with pytest.raises(Conflict, match="Somebody else has changed"):
        newsletters.update(session, draft.id, seen, subject="Noch etwas")


@pytest.mark.parametrize("field", ["name", "subject", "preheader"])
@pytest.mark.parametrize("bad", ["a\r\nBcc: x@example.org", "a\0b", "a\u2028b"])
def test_nothing_that_could_break_a_header_is_stored(session: Session, draft: Campaign, field: str, bad: str) -> None:
    with pytest.raises(Invalid) as error:
        newsletters.update(session, draft.id, draft.version, **{field: bad})
    assert error.value.field == field


def test_everything_that_is_missing_is_said_at_once(session: Session) -> None:
    campaign = newsletters.create(session, name="Leer", subject="", format="html", body=" ")
    with pytest.raises(NotReady) as error:
        newsletters.send_now(session, campaign.id)
    assert [problem.field for problem in error.value.problems] == ["sender_id", "subject", "body", "list_id", None]
    assert "street" in str(error.value.problems[-1])
    assert state(session, campaign) == "draft"


def test_a_newsletter_nobody_would_get_is_not_sent(session: Session) -> None:
    campaign = sending.newsletter(session, *sending.prepared(session, 0))
    with pytest.raises(NotReady, match="Nobody would get"):
        newsletters.send_now(session, campaign.id)


def test_an_incomplete_imprint_keeps_a_newsletter_back(session: Session, draft: Campaign) -> None:
    organisation.get(session).street = ""
    session.flush()
    with pytest.raises(NotReady, match="imprint"):
        newsletters.send_now(session, draft.id)


@pytest.mark.parametrize(
    ("wall", "moment"),
    [
        (datetime(2031, 7, 1, 9), "2031-07-01T07:00:00+00:00"),
        (datetime(2031, 3, 30, 2, 30), "2031-03-30T01:30:00+00:00"),  # does not exist: 03:30 summer time
        (datetime(2031, 10, 26, 2, 30), "2031-10-26T00:30:00+00:00"),  # twice: the first
    ],
)
def test_a_planned_time_is_wall_time_and_zone(session: Session, draft: Campaign, wall: datetime, moment: str) -> None:
    newsletters.schedule(session, draft.id, wall=wall, zone="Europe/Berlin", version=draft.version)
    assert draft.scheduled_at is not None
    assert draft.scheduled_at.isoformat() == moment
    assert (draft.scheduled_wall, draft.scheduled_zone) == (wall.isoformat(), "Europe/Berlin")


def test_a_planned_time_has_to_be_a_time_to_come(session: Session, draft: Campaign) -> None:
    with pytest.raises(Invalid, match="passed"):
        newsletters.schedule(session, draft.id, wall=datetime(2020, 1, 1), zone="Europe/Berlin", version=draft.version)
    with pytest.raises(Invalid, match="time zone"):
        newsletters.schedule(session, draft.id, wall=datetime(2031, 1, 1), zone="Berlin", version=draft.version)


def test_a_scheduled_newsletter_begins_when_it_is_due(any_house: House) -> None:
    with any_house.database.writing() as session:
        campaign = sending.newsletter(session, *sending.prepared(session, 3))
        newsletters.schedule(session, campaign.id, wall=datetime(2031, 1, 1), zone="UTC", version=campaign.version)
    dispatch.sweep(any_house)
    assert _state(any_house) == "scheduled"
    _due(any_house)
    dispatch.sweep(any_house)
    assert _state(any_house) == "sending"
    dispatch.sweep(any_house)
    dispatch.fan_out(any_house, campaign.id)
    dispatch.fan_out(any_house, campaign.id)
    assert sending.states(any_house) == {"ready": 3}


def test_a_scheduled_newsletter_that_lost_its_imprint_is_a_draft_with_a_reason(any_house: House) -> None:
    with any_house.database.writing() as session:
        campaign = sending.newsletter(session, *sending.prepared(session, 3))
        newsletters.schedule(session, campaign.id, wall=datetime(2031, 1, 1), zone="UTC", version=campaign.version)
        organisation.get(session).city = ""
    _due(any_house)
    dispatch.sweep(any_house)
    with any_house.database.reading() as session:
        row = session.execute(select(Campaign.state, Campaign.trouble)).one()
    assert row.state == "draft"
    assert "imprint" in row.trouble["sentence"]


def test_a_text_that_cannot_be_sent_becomes_a_draft_again_with_the_reason(any_house: House) -> None:
    with any_house.database.writing() as session:
        campaign_id = sending.newsletter(
            session, *sending.prepared(session, 3), body="<p>{{ contact.shoe_size }}</p>"
        ).id
        newsletters.send_now(session, campaign_id)
    dispatch.fan_out(any_house, campaign_id)
    with any_house.database.reading() as session:
        row = session.execute(select(Campaign.state, Campaign.trouble, Campaign.audience, Campaign.frozen)).one()
    assert (row.state, row.audience, row.frozen) == ("draft", None, None)
    assert "shoe_size" in row.trouble["sentence"] % row.trouble["values"]
    assert sending.states(any_house) == {}


def test_the_audience_is_segment_and_consent_without_suppression(session: Session, draft: Campaign) -> None:
    ids = list(session.scalars(select(Contact.id).order_by(Contact.id)))
    others = sending.agree(session, _other_list(session), ["other@example.org"])
    assert _audience(session, draft) == ids
    session.add(Suppression(address_hash=address_hash("person0@example.org"), reason="objection"))
    session.flush()
    assert _audience(session, draft) == ids[1:]
    session.connection().execute(update(Consent).where(Consent.contact_id == ids[1]).values(withdrawn_at=clock.now()))
    assert _audience(session, draft) == ids[2:]
    draft.list_id = None
    session.flush()
    assert _audience(session, draft) == [*ids[2:], *others]
    one = Segment(name="Nur eine", filter={"field": "email", "is": "other@example.org"})
    session.add(one)
    session.flush()
    draft.segment_id = one.id
    session.flush()
    assert _audience(session, draft) == others
    draft.segment_id = None
    session.flush()
    session.connection().execute(update(Contact).where(Contact.id == ids[2]).values(email=None))
    assert _audience(session, draft) == others


def test_somebody_with_two_consents_gets_one_newsletter(session: Session, draft: Campaign) -> None:
    first = session.scalar(select(Contact.id).order_by(Contact.id).limit(1))
    session.add(Consent(contact_id=first, list_id=draft.list_id, how="by_hand", text_shown="ja", source="", zone="UTC",
                        granted_at=clock.now()))  # fmt: skip
    session.flush()
    now = clock.now()
    assert audience.enter(session, draft, audience.people(session, draft, now), now) == 3
    assert audience.enter(session, draft, audience.people(session, draft, now), now) == 0


@pytest.mark.parametrize("consent", ["none", "somebody else's"])
def test_a_pending_contact_cannot_get_a_newsletter_even_by_a_bug_in_a_filter(
    session: Session, draft: Campaign, consent: str
) -> None:
    pending = Contact(email="pending@example.org", email_key="pending@example.org", address_hash=b"x" * 32, custom={})
    session.add(pending)
    session.flush()
    session.add(Subscription(list_id=draft.list_id, contact_id=pending.id, state="pending"))
    session.flush()
    assert pending.id not in _audience(session, draft)
    other = session.scalar(select(Consent.id).limit(1)) if consent != "none" else None
    now = clock.now()
    with pytest.raises(IntegrityError), session.begin_nested():
        session.execute(insert(Delivery).values(
            kind="newsletter", campaign_id=draft.id, contact_id=pending.id, consent_id=other, address="pending@example.org",
            address_hash=b"x" * 32, state="ready", attempts=0, next_try_at=now, reason="", answer="", created_at=now))  # fmt: skip


def test_fan_out_is_one_insert_whatever_the_number(any_house: House) -> None:
    with any_house.database.writing() as session:
        campaign_id = sending.newsletter(session, *sending.prepared(session, 200)).id
        newsletters.send_now(session, campaign_id)
    inserts: list[str] = []
    engine = any_house.database.engine

    def note(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        if statement.startswith("INSERT INTO deliveries"):
            inserts.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    dispatch.fan_out(any_house, campaign_id)
    event.remove(engine, "before_cursor_execute", note)
    assert len(inserts) == 1
    assert sending.states(any_house) == {"ready": 200}
    with any_house.database.reading() as session:
        assert session.scalar(select(Campaign.audience)) == 200


def test_a_newsletter_is_sent_when_nothing_is_left(any_house: House) -> None:
    campaign_id = sending.begun(any_house, people=3)
    assert not dispatch.finish(any_house, campaign_id)
    with any_house.database.writing() as session:
        session.connection().execute(update(Delivery).values(state="sent", sent_at=clock.now()))
    dispatch.sweep(any_house)
    assert _state(any_house) == "sent"


def test_the_sweep_asks_for_a_slice_per_connection_while_something_is_due(any_house: House) -> None:
    campaign_id = sending.begun(any_house, people=3)
    sent: list[jobs.Asked] = []
    any_house.database.after_commit = sent.extend
    dispatch.sweep(any_house)
    assert [one.job for one in sent] == ["send_slice"] * any_house.settings.smtp_connections
    assert all(one.args["campaign_id"] == campaign_id for one in sent)
    sent.clear()
    with any_house.database.writing() as session:
        session.connection().execute(update(Delivery).values(next_try_at=clock.now() + timedelta(hours=1)))
    dispatch.sweep(any_house)
    assert sent == []
    assert _state(any_house) == "sending"  # three wait for their next try


def _given(session: Session, campaign: Campaign, *states: tuple[str, str]) -> list[int]:
    """Deliveries of the first contacts in these states, with these reasons."""
    now = clock.now()
    audience.enter(session, campaign, audience.people(session, campaign, now), now)
    ids = list(session.scalars(select(Delivery.id).order_by(Delivery.id)))
    for number, (state_, reason) in zip(ids, states, strict=True):
        session.connection().execute(
            update(Delivery).where(Delivery.id == number).values(state=state_, reason=reason, sent_at=now)
        )
    session.connection().execute(
        update(Campaign).values(state="sent", audience=len(ids), fanned_out_at=now, started_at=now, finished_at=now)
    )
    session.expire_all()
    return ids


def test_who_missed_it_is_grouped_by_reason_with_the_people(session: Session) -> None:
    campaign = sending.newsletter(session, *sending.prepared(session, 6))
    _given(session, campaign, ("sent", ""), ("refused", "address_unknown"), ("refused", "mailbox_full"),
           ("refused", "mailbox_full"), ("unsure", "worker_died"), ("skipped", "unsubscribed"))  # fmt: skip
    assert campaign.list_id is not None
    sending.agree(session, campaign.list_id, ["late@example.org"])
    found = newsletters.missed(session, campaign.id)
    assert [(group.key, group.people, group.can_be_sent) for group in found.groups] == [
        ("refused:mailbox_full", 2, True), ("new", 1, True), ("refused:address_unknown", 1, False),
        ("skipped:unsubscribed", 1, False), ("unsure:worker_died", 1, True),
    ]  # fmt: skip
    assert (found.total, found.people.total) == (6, 5)
    full = newsletters.missed(session, campaign.id, group="refused:mailbox_full").people
    assert [person.address for person in full.rows] == ["person2@example.org", "person3@example.org"]
    late = newsletters.missed(session, campaign.id, group="new").people
    assert [(person.address, person.delivery_id) for person in late.rows] == [("late@example.org", None)]


def test_sending_to_those_who_missed_it_reaches_only_these(session: Session) -> None:
    campaign = sending.newsletter(session, *sending.prepared(session, 4))
    sent, full, unsure, cancelled = _given(
        session,
        campaign,
        ("sent", ""),
        ("refused", "mailbox_full"),
        ("unsure", "worker_died"),
        ("cancelled", "stopped"),
    )
    assert campaign.list_id is not None
    sending.agree(session, campaign.list_id, ["late@example.org"])
    assert newsletters.send_to_missed(session, campaign.id, ["refused:mailbox_full", "cancelled:stopped", "new"]) == 3
    states = {row.id: row.state for row in session.execute(select(Delivery.id, Delivery.state))}
    assert {states[sent], states[full], states[unsure], states[cancelled]} == {"sent", "ready", "unsure"}
    assert states[unsure] == "unsure"
    assert list(states.values()).count("ready") == 3
    assert (state(session, campaign), session.scalar(select(Campaign.audience))) == ("sending", 5)
    assert "send_slice" in asked(session)
    assert newsletters.send_to_missed(session, campaign.id, ["unsure:worker_died"]) == 1


@pytest.mark.parametrize("keys", [[], ["sent"], ["refused:address_unknown"], ["skipped:unsubscribed"], ["ready"]])
def test_nobody_gets_it_again_or_against_their_word(session: Session, keys: list[str]) -> None:
    campaign = sending.newsletter(session, *sending.prepared(session, 3))
    _given(session, campaign, ("sent", ""), ("refused", "address_unknown"), ("skipped", "unsubscribed"))
    with pytest.raises(Invalid):
        newsletters.send_to_missed(session, campaign.id, keys)


def test_a_draft_has_nobody_who_missed_it(session: Session, draft: Campaign) -> None:
    assert newsletters.missed(session, draft.id).groups == []
    with pytest.raises(Conflict):
        newsletters.send_to_missed(session, draft.id, ["new"])
    with pytest.raises(NotFound):
        newsletters.missed(session, 4711)


@pytest.mark.parametrize(("decision", "expected"), [("sent", "sent"), ("again", "ready")])
def test_a_person_settles_what_is_unsure_once(session: Session, decision: str, expected: str) -> None:
    campaign = sending.newsletter(session, *sending.prepared(session, 1))
    [number] = _given(session, campaign, ("unsure", "no_answer"))
    newsletters.settle_unsure(session, number, decision)
    assert session.scalar(select(Delivery.state).where(Delivery.id == number)) == expected
    assert state(session, campaign) == ("sending" if decision == "again" else "sent")
    with pytest.raises(Conflict):
        newsletters.settle_unsure(session, number, decision)


def test_the_list_of_newsletters_is_one_query_with_counts(session: Session) -> None:
    campaign = sending.newsletter(session, *sending.prepared(session, 3), name="Frühling 100%")
    _given(session, campaign, ("sent", ""), ("sent", ""), ("refused", "policy"))
    for number in range(5):
        newsletters.create(session, name=f"Entwurf {number}", subject="Über_uns", format="html", body="")
    statements: list[str] = []
    connection = session.connection()

    def note(*given: Any) -> None:
        statements.append(given[2])

    event.listen(connection, "before_cursor_execute", note)
    page = newsletters.list_page(session, sort="name", direction="asc", per_page=4)
    event.remove(connection, "before_cursor_execute", note)
    assert len(statements) == 1
    assert (page.total, page.pages, len(page.rows)) == (6, 2, 4)
    [line] = newsletters.list_page(session, search="frühling 100%").rows
    assert (line.name, line.sent, line.audience, line.state, line.has_trouble) == ("Frühling 100%", 2, 3, "sent", False)
    assert newsletters.list_page(session, search="über_uns", state="draft").total == 5
    assert newsletters.list_page(session, search="%").total == 1


def test_status_counts_every_state(session: Session) -> None:
    campaign = sending.newsletter(session, *sending.prepared(session, 3))
    _given(session, campaign, ("sent", ""), ("ready", ""), ("unsure", "no_answer"))
    session.connection().execute(update(Delivery).where(Delivery.state == "ready").values(attempts=2))
    found = newsletters.status(session, campaign.id)
    assert {state_: n for state_, n in found.counts.items() if n} == {"sent": 1, "ready": 1, "unsure": 1}
    assert (found.left, found.retrying, found.audience) == (1, 1, 3)


def _audience(session: Session, campaign: Campaign) -> list[int]:
    return sorted(row[0] for row in session.execute(audience.people(session, campaign, clock.now())))


def _other_list(session: Session) -> int:
    from outreach.consent.rows import MailingList

    other = MailingList(key="other", name="Anderes", description="", is_public=True, language="de")
    session.add(other)
    session.flush()
    return other.id


def _state(house: House) -> str | None:
    with house.database.reading() as session:
        return session.scalar(select(Campaign.state))


def _due(house: House) -> None:
    with house.database.writing() as session:
        session.connection().execute(update(Campaign).values(scheduled_at=clock.now() - timedelta(minutes=1)))
        assert session.scalar(select(func.count()).select_from(Campaign)) == 1
