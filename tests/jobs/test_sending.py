"""One-off mails and newsletters on their way through the engine, over real SMTP, on both databases."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, text, update

from campaigns import dispatch, newsletters
from campaigns.rows import Campaign
from outreach import clock, senders
from outreach.consent.rows import Consent, Suppression
from outreach.contacts import Contact
from outreach.db import Database
from outreach.errors import NotAllowedToWrite
from outreach.house import House
from outreach.mail import outbox, send
from outreach.mail.rows import Delivery, KeptMail, Owner
from outreach.mail.send import End, Sending
from outreach.senders import Sender
from tests import sending
from tests.conftest import make_house
from tests.sink import DROP, Rule, Sink


@pytest.fixture
def open_house(database: Database, tmp_path: Path, server: Sink) -> Iterator[House]:
    """An installation that sends to the server, on each database."""
    house = make_house(database, tmp_path, smtp_url=server.url)
    yield house
    sending.close(house)


@pytest.fixture
def viewing_house(database: Database, tmp_path: Path) -> Iterator[House]:
    """An installation without a mail server."""
    house = make_house(database, tmp_path)
    yield house
    sending.close(house)


def put(house: House, to: str = "anna@example.org", kind: str = "system", **more: object) -> int:
    with house.database.writing() as session:
        return outbox.put(session, house, kind=kind, mail=sending.mail(to), **more)  # type: ignore[arg-type]


def due_again(house: House) -> None:
    """Time passes: everything that waits is due."""
    with house.database.writing() as session:
        session.connection().execute(update(Delivery).values(next_try_at=clock.now()))
        session.connection().execute(update(Sender).values(broken_until=clock.now()))


def recovered(house: House) -> tuple[int, int]:
    """What recover() takes back, once the database has noticed that the owner is gone."""
    found = [(0, 0)]

    def some() -> bool:
        found[0] = outbox.recover(house)
        return found[0] != (0, 0)

    sending.wait_until(some)
    return found[0]


def test_a_mail_put_into_the_outbox_goes_out_once(open_house: House, server: Sink) -> None:
    number = put(open_house)
    for _ in range(3):
        send.deliver_waiting(open_house)
    sent = sending.delivery(open_house, number)
    assert (sent.state, sent.attempts, sent.answer, sent.owner_id) == ("sent", 1, "250 2.0.0 taken", None)
    assert sent.sent_at is not None
    [mail] = server.mails
    assert (mail.sender, mail.recipient) == ("post@sommer.example", "anna@example.org")
    assert mail.message["Subject"] == "Grüße"
    token = mail.message_id.strip("<>").split("@")[0]
    assert open_house.sealer.open("mail", token) == (number,)


def test_without_a_server_a_mail_is_kept_for_the_viewer(viewing_house: House) -> None:
    number = put(viewing_house)
    send.deliver_waiting(viewing_house)
    assert sending.delivery(viewing_house, number).state == "sent"
    with viewing_house.database.reading() as session:
        [kept] = session.scalars(select(KeptMail)).all()
        assert (kept.delivery_id, kept.recipient, kept.subject) == (number, "anna@example.org", "Grüße")
        assert b"Message-ID: <" in kept.raw


def test_nobody_writes_to_a_suppressed_address(open_house: House, server: Sink) -> None:
    waiting = put(open_house, kind="confirm")
    system = put(open_house, kind="system")
    with open_house.database.writing() as session:
        hashed = session.scalar(select(Delivery.address_hash).where(Delivery.id == waiting))
        session.add(Suppression(address_hash=hashed, reason="objection"))
    with pytest.raises(NotAllowedToWrite):
        put(open_house, kind="confirm")
    send.deliver_waiting(open_house)
    held_back = sending.delivery(open_house, waiting)
    assert (held_back.state, held_back.reason) == ("skipped", "suppressed")
    assert sending.delivery(open_house, system).state == "sent"
    assert len(server.mails) == 1


def test_an_address_that_does_not_exist_is_never_written_to_again(open_house: House, server: Sink) -> None:
    server.rules.append(Rule("rcpt", "550 5.1.1 <anna@example.org>: user unknown"))
    number = put(open_house, kind="confirm")
    send.deliver_waiting(open_house)
    refused = sending.delivery(open_house, number)
    assert (refused.state, refused.reason) == ("refused", "address_unknown")
    with open_house.database.reading() as session:
        [entry] = session.scalars(select(Suppression)).all()
        assert (entry.address_hash, entry.reason) == (refused.address_hash, "unknown_address")
        assert entry.detail == "550 5.1.1"
    with pytest.raises(NotAllowedToWrite):
        put(open_house, kind="confirm")


def test_spam_full_and_policy_refusals_suppress_nobody(open_house: House, server: Sink) -> None:
    answers = ["550 5.7.1 blocked as spam", "552 5.2.2 mailbox full", "550 5.7.1 policy"]
    for answer in answers:
        server.rules.append(Rule("rcpt", answer, times=1))
        put(open_house)
    server.rules.append(Rule("dot", "550 5.1.1 no such user", times=1))
    put(open_house)
    send.deliver_waiting(open_house)
    assert sending.states(open_house) == {"refused": 4}
    with open_house.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Suppression)) == 0


def test_a_deferred_mail_is_tried_again_and_expires_after_a_day(open_house: House, server: Sink) -> None:
    server.rules.append(Rule("rcpt", "450 4.2.0 greylisted, try again"))
    number = put(open_house)
    pauses = []
    for attempt in range(1, 11):
        send.deliver_waiting(open_house)
        waiting = sending.delivery(open_house, number)
        assert waiting.attempts == attempt
        pauses.append((waiting.next_try_at - clock.now()).total_seconds() / 60)
        due_again(open_house)
    assert sending.delivery(open_house, number).state == "expired"
    for pause, planned in zip(pauses[:9], (1, 5, 15, 30, 60, 120, 240, 360, 360), strict=True):
        assert 0.78 * planned < pause < 1.22 * planned
    assert not server.mails


def test_an_answer_that_never_came_is_unsure_and_never_sent_again_by_itself(open_house: House, server: Sink) -> None:
    server.rules.append(Rule("dot", DROP, keeps=True, times=1))
    number = put(open_house)
    for _ in range(3):
        send.deliver_waiting(open_house)
        due_again(open_house)
    assert (sending.delivery(open_house, number).state, len(server.mails)) == ("unsure", 1)
    with open_house.database.writing() as session:
        newsletters.settle_unsure(session, number, "again")
    send.deliver_waiting(open_house)
    assert (sending.delivery(open_house, number).state, len(server.mails)) == ("sent", 2)


def test_a_server_that_is_away_costs_the_mail_no_attempt(open_house: House, server: Sink) -> None:
    server.rules.append(Rule("greeting", "421 4.3.2 down for maintenance", times=1))
    number = put(open_house)
    send.deliver_waiting(open_house)
    waiting = sending.delivery(open_house, number)
    assert (waiting.state, waiting.attempts) == ("ready", 1)  # 421: perhaps it was this mail
    due_again(open_house)
    send.deliver_waiting(open_house)
    assert sending.delivery(open_house, number).state == "sent"


def test_a_newsletter_reaches_everybody_once(open_house: House, server: Sink) -> None:
    campaign_id = sending.begun(open_house, people=120)
    lanes = [threading.Thread(target=dispatch.send_slice, args=(open_house, campaign_id)) for _ in range(6)]
    for lane in lanes:
        lane.start()
    for lane in lanes:
        lane.join()
    dispatch.sweep(open_house)
    assert sending.states(open_house) == {"sent": 120}
    assert sorted(server.recipients) == sorted(f"person{number}@example.org" for number in range(120))
    assert 1 < server.most_open <= 4
    with open_house.database.reading() as session:
        found = newsletters.status(session, campaign_id)
    assert (found.state, found.audience, found.counts["sent"], found.left) == ("sent", 120, 120, 0)
    assert found.finished_at is not None
    assert found.per_minute > 0


def test_who_unsubscribed_or_objected_since_is_skipped(open_house: House, server: Sink) -> None:
    campaign_id = sending.begun(open_house, people=5)
    with open_house.database.writing() as session:
        rows = session.execute(select(Delivery.contact_id, Delivery.address_hash).order_by(Delivery.id)).all()
        session.connection().execute(
            update(Consent).where(Consent.contact_id == rows[0].contact_id).values(withdrawn_at=clock.now())
        )
        session.add(Suppression(address_hash=rows[1].address_hash, reason="objection"))
    dispatch.send_slice(open_house, campaign_id)
    with open_house.database.reading() as session:
        reasons = session.execute(select(Delivery.state, Delivery.reason).order_by(Delivery.id).limit(2)).all()
    assert [tuple(one) for one in reasons] == [("skipped", "unsubscribed"), ("skipped", "suppressed")]
    assert len(server.mails) == 3


@pytest.mark.parametrize(("act", "left"), [("pause", "ready"), ("stop", "cancelled")])
def test_pausing_and_stopping_hold_at_most_the_mail_in_hand(
    open_house: House, server: Sink, act: str, left: str
) -> None:
    campaign_id = sending.begun(open_house, people=40)
    server.rules.append(Rule("rcpt", seconds=0.05))
    lane = threading.Thread(target=dispatch.send_slice, args=(open_house, campaign_id))
    lane.start()
    sending.wait_until(lambda: len(server.mails) >= 3)
    with open_house.database.writing() as session:
        getattr(newsletters, act)(session, campaign_id)
    so_far = len(server.mails)
    lane.join()
    assert len(server.mails) <= so_far + 2
    assert sending.states(open_house) == {"sent": len(server.mails), left: 40 - len(server.mails)}
    server.rules.clear()
    if act == "pause":
        with open_house.database.writing() as session:
            newsletters.resume(session, campaign_id)
        dispatch.send_slice(open_house, campaign_id)
        assert sending.states(open_house) == {"sent": 40}


def test_a_sender_the_server_refuses_pauses_the_newsletter_and_blames_no_address(
    open_house: House, server: Sink
) -> None:
    campaign_id = sending.begun(open_house, people=30)
    server.rules.append(Rule("mail", "550 5.7.1 sender not allowed"))
    dispatch.send_slice(open_house, campaign_id)
    assert sending.states(open_house) == {"ready": 30}
    with open_house.database.reading() as session:
        found = newsletters.status(session, campaign_id)
        assert session.scalar(select(func.max(Delivery.attempts))) == 0
    assert found.state == "paused"
    assert found.trouble is not None
    assert "sender not allowed" in found.trouble["sentence"] % found.trouble["values"]
    server.rules.clear()
    with open_house.database.writing() as session:
        newsletters.resume(session, campaign_id)
    dispatch.send_slice(open_house, campaign_id)
    assert sending.states(open_house) == {"sent": 30}


def test_a_server_that_is_down_opens_the_breaker_and_one_mail_tries_again(open_house: House, server: Sink) -> None:
    campaign_id = sending.begun(open_house, people=30)
    server.rules.append(Rule("greeting", "554 5.3.2 not now"))
    dispatch.send_slice(open_house, campaign_id)
    dispatch.send_slice(open_house, campaign_id)
    assert server.connections == 1  # the breaker is open: nobody even asks
    with open_house.database.reading() as session:
        found = newsletters.status(session, campaign_id)
        assert (found.state, session.scalar(select(Sender.failures))) == ("sending", 1)
        assert found.trouble is not None
    due_again(open_house)
    dispatch.send_slice(open_house, campaign_id)
    with open_house.database.reading() as session:
        sender = session.scalars(select(Sender)).one()
        assert sender.failures == 2
        assert sender.broken_until is not None
        assert sender.broken_until - clock.now() > timedelta(seconds=20)
    server.rules.clear()
    due_again(open_house)
    dispatch.send_slice(open_house, campaign_id)
    assert sending.states(open_house) == {"sent": 30}
    with open_house.database.reading() as session:
        assert session.execute(select(Sender.failures, Sender.broken_until, Sender.trouble)).one() == (0, None, None)


def test_a_throttled_sender_keeps_its_pace(open_house: House, server: Sink) -> None:
    campaign_id = sending.begun(open_house, people=20, per_hour=600)  # one in six seconds
    for _ in range(3):
        dispatch.send_slice(open_house, campaign_id)
    assert len(server.mails) == 1
    with open_house.database.writing() as session:
        session.connection().execute(update(Sender).values(per_hour=36_000, paced_until=None))  # ten a second
    began = clock.now()
    dispatch.send_slice(open_house, campaign_id)
    assert sending.states(open_house) == {"sent": 20}
    assert clock.now() - began > timedelta(seconds=(19 - 20) / 10)


def test_one_person_whose_mail_cannot_be_made_is_skipped_and_shown(
    open_house: House, server: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    campaign_id = sending.begun(open_house, people=3)
    from campaigns.personalise import Compiled

    whole = Compiled.message

    def partly(self: Compiled, recipient: object, **more: object) -> bytes:
        if recipient.address == "person1@example.org":  # type: ignore[attr-defined]
            raise ValueError("no such value")
        return whole(self, recipient, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(Compiled, "message", partly)
    dispatch.send_slice(open_house, campaign_id)
    assert sending.states(open_house) == {"sent": 2, "skipped": 1}
    with open_house.database.reading() as session:
        [person] = newsletters.missed(session, campaign_id).people.rows
        assert (person.reason, person.answer) == ("not_composed", "no such value")


def test_who_cannot_be_greeted_gets_no_mail_and_the_reason_is_kept(open_house: House, server: Sink) -> None:
    with open_house.database.writing() as session:
        sender, topic = sending.prepared(session, 0)
        known, nameless = sending.agree(session, topic, ["anna@example.org", "laden@example.org"])
        session.execute(update(Contact).where(Contact.id == known).values(last_name="Köhler", salutation="frau"))
        session.execute(update(Contact).where(Contact.id == nameless).values(first_name="", last_name=""))
        number = sending.newsletter(session, sender, topic, body="<p>{{ greeting }},</p>").id
        helped = sending.newsletter(session, sender, topic, body="<p>{{ greeting | default('Guten Tag') }},</p>").id
        for campaign_id in (number, helped):
            newsletters.send_now(session, campaign_id)
    for campaign_id in (number, helped):
        dispatch.fan_out(open_house, campaign_id)
        dispatch.send_slice(open_house, campaign_id)
    assert sending.states(open_house, number) == {"sent": 1, "skipped": 1}
    assert sending.states(open_house, helped) == {"sent": 2}
    with open_house.database.reading() as session:
        [person] = newsletters.missed(session, number).people.rows
        assert "neither a name nor a company to greet" in person.answer


def test_a_text_that_fits_nobody_pauses_the_newsletter(open_house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    campaign_id = sending.begun(open_house, people=3)
    from campaigns.personalise import Compiled

    monkeypatch.setattr(Compiled, "message", lambda *_, **__: 1 / 0)
    dispatch.send_slice(open_house, campaign_id)
    assert sending.states(open_house) == {"ready": 3}
    with open_house.database.reading() as session:
        assert session.scalar(select(Campaign.state)) == "paused"


def test_a_process_told_to_stop_gives_back_what_it_claimed(open_house: House, server: Sink) -> None:
    campaign_id = sending.begun(open_house, people=50)
    server.rules.append(Rule("dot", seconds=0.05))
    lanes = [threading.Thread(target=dispatch.send_slice, args=(open_house, campaign_id)) for _ in range(4)]
    for lane in lanes:
        lane.start()
    sending.wait_until(lambda: len(server.mails) >= 4)
    send.stop(open_house)
    for lane in lanes:
        lane.join(timeout=5)
    assert set(sending.states(open_house)) == {"sent", "ready"}
    assert sending.states(open_house)["sent"] == len(server.mails) < 50
    send.start(open_house)
    server.rules.clear()
    dispatch.send_slice(open_house, campaign_id)
    assert sending.states(open_house) == {"sent": 50}


def test_what_a_dead_owner_had_in_hand_is_ready_again_or_unsure(open_house: House) -> None:
    campaign_id = sending.begun(open_house, people=6)
    dead = Sending(open_house)
    owner_id = dead.ownership.id()
    with open_house.database.writing() as session:
        ids = outbox.claim(
            session, campaign_id=campaign_id, sender_id=None, owner_id=owner_id, limit=4, now=clock.now()
        )
    assert dead.ledger.begin(ids[0], owner_id=owner_id, gate=dispatch.GATE) == 1
    assert outbox.recover(open_house) == (0, 0)  # it lives: a slow worker is never robbed
    assert sending.states(open_house) == {"ready": 2, "claimed": 3, "sending": 1}
    dead.close()
    assert recovered(open_house) == (3, 1)
    assert outbox.recover(open_house) == (0, 0)
    assert sending.states(open_house) == {"ready": 5, "unsure": 1}
    lost = sending.delivery(open_house, ids[0])
    assert (lost.reason, lost.owner_id) == ("worker_died", None)
    with open_house.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Owner)) == 0


def test_after_another_start_of_the_database_nothing_in_hand_is_known(open_house: House) -> None:
    campaign_id = sending.begun(open_house, people=3)
    dead = Sending(open_house)
    owner_id = dead.ownership.id()
    with open_house.database.writing() as session:
        outbox.claim(session, campaign_id=campaign_id, sender_id=None, owner_id=owner_id, limit=2, now=clock.now())
        session.connection().execute(update(Owner).values(epoch="an earlier start"))
    dead.close()
    assert recovered(open_house) == (0, 2)
    assert sending.states(open_house) == {"ready": 1, "unsure": 2}


def test_a_result_that_comes_after_the_recovery_is_still_the_truth(open_house: House) -> None:
    from outreach.mail.answers import Settled
    from outreach.mail.ledger import Result

    number = put(open_house)
    lost = Sending(open_house)
    owner_id = lost.ownership.id()
    with open_house.database.writing() as session:
        outbox.claim(session, campaign_id=None, sender_id=None, owner_id=owner_id, limit=1, now=clock.now())
    assert lost.ledger.begin(number, owner_id=owner_id, gate=send._ALWAYS) == 1
    lost.ownership.close()  # the connection that proved it alive broke; the mail is still under way
    assert recovered(open_house) == (0, 1)
    assert sending.delivery(open_house, number).state == "unsure"
    lost.ledger.record([Result(number, owner_id, Settled("sent", answer="250 OK"), clock.now())])
    assert sending.delivery(open_house, number).state == "sent"
    assert lost.ledger.begin(number, owner_id=owner_id, gate=send._ALWAYS) is None
    lost.close()


def test_when_the_database_cannot_commit_nothing_is_offered_and_no_result_is_lost(
    open_house: House, server: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sqlalchemy.exc import OperationalError

    from outreach.mail.ledger import Ledger

    campaign_id = sending.begun(open_house, people=10)
    whole, calls = Ledger._commit, iter(range(1000))

    def failing(self: Ledger, *given: object) -> None:
        if 3 <= next(calls) < 5:
            raise OperationalError("COMMIT", {}, Exception("the disk is gone"))
        whole(self, *given)  # type: ignore[arg-type]

    monkeypatch.setattr(Ledger, "_commit", failing)
    work = dispatch.GATE
    assert work is not None
    dispatch.send_slice(open_house, campaign_id)
    assert len(server.mails) == 3
    sending.wait_until(lambda: sending.states(open_house) == {"sent": 3, "ready": 7})
    dispatch.send_slice(open_house, campaign_id)
    assert sending.states(open_house) == {"sent": 10}
    assert len(set(server.recipients)) == len(server.mails) == 10


def test_a_slice_ends_when_every_lane_is_in_use(open_house: House) -> None:
    campaign_id = sending.begun(open_house, people=3)
    lanes = Sending.of(open_house).lanes
    with lanes.open(), lanes.open(), lanes.open(), lanes.open():
        work = send.Work(campaign_id, None, dispatch.GATE, lambda session, ids: iter(()))
        assert send.work_off(open_house, work).end is End.BUSY
    assert sending.states(open_house) == {"ready": 3}


def test_the_breaker_counts_lanes_that_fail_together_once(open_house: House) -> None:
    with open_house.database.writing() as session:
        sender_id, _ = sending.prepared(session, 0)
        trouble = {"sentence": "no", "values": {}}
        assert senders.trip(session, sender_id, seen=0, trouble=trouble, now=clock.now())
        assert not senders.trip(session, sender_id, seen=0, trouble=trouble, now=clock.now())
        assert senders.allow(session, sender_id, wanted=5, now=clock.now()).mails == 0


@pytest.mark.parametrize("database", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True)
def test_who_lost_the_proof_of_life_is_another_owner_and_begins_nothing_of_the_old_one(
    open_house: House, server: Sink
) -> None:
    campaign_id = sending.begun(open_house, people=4)
    ours = Sending.of(open_house)
    before = ours.ownership.id()
    with open_house.database.writing() as session:
        ids = outbox.claim(session, campaign_id=campaign_id, sender_id=None, owner_id=before, limit=2, now=clock.now())
        session.execute(text("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'"))
    assert recovered(open_house) == (2, 0)
    assert ours.ledger.begin(ids[0], owner_id=before, gate=dispatch.GATE) is None
    after = ours.ownership.id()
    assert after != before
    assert outbox.recover(open_house) == (0, 0)
    dispatch.send_slice(open_house, campaign_id)
    assert sending.states(open_house) == {"sent": 4}
