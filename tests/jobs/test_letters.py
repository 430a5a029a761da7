"""Approved letters on their way: over real SMTP, at the mailbox's pace, checked again, returned with the reason."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from outreach import clock, contacts, stops
from outreach.care import complaints
from outreach.consent import permissions
from outreach.contacts import Contact
from outreach.db import Database
from outreach.drafts import approve, sending, store
from outreach.drafts.rows import Draft
from outreach.history import store as history
from outreach.history.rows import Touchpoint
from outreach.house import House
from outreach.mail import send
from outreach.mail.rows import Delivery
from outreach.mailboxes import store as mailboxes
from outreach.mailboxes.rows import Mailbox
from outreach.occasions.rows import Occasion
from tests import letters, sink
from tests import sending as closing
from tests.conftest import make_house
from tests.sink import Rule, Sink


@pytest.fixture
def server() -> Iterator[Sink]:
    with sink.running() as running:
        yield running


@pytest.fixture
def open_house(database: Database, tmp_path: Path) -> Iterator[House]:
    house = make_house(database, tmp_path)
    yield house
    closing.close(house)


def prepare(house: House, server: Sink, **given: Any) -> tuple[int, int]:
    """A mailbox at this server and a draft for Anna; gives the ids of sender and draft."""
    with house.database.writing() as session:
        sender_id = letters.mailbox(
            session, house, smtp_host="127.0.0.1", smtp_port=server.port, smtp_security="", **given
        )
        return sender_id, letters.proposed(session, letters.person(session)).id


def agree(house: House, draft_id: int, **changes: Any) -> None:
    with house.database.writing() as session:
        letters.agree(session, house, store.get(session, draft_id), **changes)


def state(house: House, draft_id: int) -> tuple[str, str]:
    with house.database.reading() as session:
        found = store.get(session, draft_id)
        return found.state, found.returned


def test_a_letter_leaves_by_the_persons_own_mailbox_and_stands_on_the_timeline(open_house: House, server: Sink) -> None:
    _, draft_id = prepare(open_house, server)
    agree(open_house, draft_id)
    sending.send_letters(open_house)
    assert state(open_house, draft_id) == ("sent", "")
    (mail,) = server.mails
    assert (mail.sender, mail.recipient) == ("katharina@weiss-beratung.example", "anna@moebel-weber.example")
    assert mail.message["From"] == "Katharina Weiß <katharina@weiss-beratung.example>"
    assert mail.message["To"] == "Anna Köhler <anna@moebel-weber.example>"
    assert str(mail.message["Message-ID"]).endswith("@weiss-beratung.example>")
    assert set(mail.message.keys()) == {
        "From", "To", "Subject", "Date", "Message-ID", "MIME-Version", "Content-Type", "Content-Transfer-Encoding",
    }  # fmt: skip
    assert mail.message.get_content_type() == "text/plain"
    with open_house.database.reading() as session:
        touchpoint = session.scalars(select(Touchpoint).where(Touchpoint.kind == "mail_out")).one()
        assert "Gründerpreis" in touchpoint.text
    sending.send_letters(open_house)
    assert len(server.mails) == 1


def test_nothing_leaves_before_the_thirty_seconds_are_over(open_house: House, server: Sink) -> None:
    _, draft_id = prepare(open_house, server)
    agree(open_house, draft_id, ago=0)
    sending.send_letters(open_house)
    assert server.mails == []
    assert state(open_house, draft_id) == ("approved", "")


def _object(session: Any, contact_id: int) -> None:
    permissions.record(session, contact_id, channel="mail", what="objected", source="Telefonat")


def _wrote(session: Any, contact_id: int) -> None:
    history.add(session, contact_id=contact_id, kind="mail_in", text="Ich melde mich", at=clock.now())


def _stopped(session: Any, contact_id: int) -> None:
    company_id = session.get_one(Contact, contact_id).company_id
    stops.put(
        session, company_id=company_id, kind="insolvency", reach="marketing", on=clock.now().date(), now=clock.now()
    )


def _moved(session: Any, contact_id: int) -> None:
    contacts.update(session, contact_id, email="anna@anderswo.example")


def _complained(session: Any, contact_id: int) -> None:
    complaints.open(session, contact_id, "Die Lieferung war kaputt")


def _muted(session: Any, contact_id: int) -> None:
    contacts.update(session, contact_id, muted=True)


def _resting(session: Any, contact_id: int) -> None:
    contacts.update(session, contact_id, paused_until=clock.now().date() + timedelta(days=30))


def _died(session: Any, contact_id: int) -> None:
    contacts.update(session, contact_id, deceased=True)


def _paused(session: Any, contact_id: int) -> None:
    mailboxes.pause_everything(session, paused=True, now=clock.now())


@pytest.mark.parametrize(
    ("happens", "code"),
    [
        (_object, "suppressed"), (_wrote, "answered"), (_stopped, "stop_flag"), (_moved, "address_changed"),
        (_complained, "complaint"), (_paused, "paused"), (_muted, "muted"), (_resting, "resting"), (_died, "light_red"),
    ],
)  # fmt: skip
def test_what_happens_after_the_approval_stops_the_mail_and_brings_it_back_with_the_reason(
    open_house: House, server: Sink, happens: Any, code: str
) -> None:
    _, draft_id = prepare(open_house, server)
    agree(open_house, draft_id)
    with open_house.database.writing() as session:
        happens(session, store.get(session, draft_id).contact_id)
    sending.send_letters(open_house)
    sending.send_letters(open_house)
    assert server.mails == []
    assert state(open_house, draft_id) == ("proposed", code)
    with open_house.database.reading() as session:
        assert session.scalar(select(Delivery.state).where(Delivery.draft_id == draft_id)) in ("cancelled", "skipped")
        assert session.scalars(select(Touchpoint).where(Touchpoint.kind == "mail_out")).all() == []


def test_a_mailbox_writes_only_in_its_hours_and_only_so_many_a_day(open_house: House, server: Sink) -> None:
    sender_id, draft_id = prepare(open_house, server, opens_at="03:00", closes_at="04:00")
    agree(open_house, draft_id)
    sending.send_letters(open_house)
    assert server.mails == []
    assert state(open_house, draft_id) == ("approved", "")
    with open_house.database.writing() as session:
        mailboxes.save(session, open_house.vault, sender_id, opens_at="00:00", closes_at="23:59", per_day=1)
        second = letters.proposed(session, letters.person(session, "b@moebel-weber.example", company_id=None)).id
    agree(open_house, second)
    sending.send_letters(open_house)
    sending.send_letters(open_house)
    assert len(server.mails) == 1
    assert sorted([state(open_house, draft_id)[0], state(open_house, second)[0]]) == ["approved", "sent"]


def test_between_two_letters_of_a_mailbox_there_is_a_gap(open_house: House, server: Sink) -> None:
    sender_id, draft_id = prepare(open_house, server, gap_seconds=600)
    agree(open_house, draft_id)
    with open_house.database.writing() as session:
        second = letters.proposed(session, letters.person(session, "b@moebel-weber.example", company_id=None)).id
    agree(open_house, second)
    sending.send_letters(open_house)
    assert len(server.mails) == 1
    with open_house.database.writing() as session:
        box = session.get_one(Mailbox, sender_id)
        assert box.next_at is not None
        assert timedelta(seconds=290) < box.next_at - clock.now() < timedelta(seconds=901)
        box.next_at = clock.now()
    sending.send_letters(open_house)
    assert len(server.mails) == 2


def test_a_refused_recipient_comes_back_with_what_the_server_said(open_house: House, server: Sink) -> None:
    _, draft_id = prepare(open_house, server)
    server.rules.append(Rule("rcpt", "550 5.7.1 not wanted here by policy"))
    agree(open_house, draft_id)
    sending.send_letters(open_house)
    assert state(open_house, draft_id) == ("proposed", "refused")


def test_a_wrong_password_pauses_the_mailbox_and_not_the_newsletters(open_house: House, server: Sink) -> None:
    server.rules.append(Rule("mail", "535 5.7.8 authentication failed"))
    sender_id, draft_id = prepare(open_house, server)
    agree(open_house, draft_id)
    sending.send_letters(open_house)
    with open_house.database.reading() as session:
        box = session.get_one(Mailbox, sender_id)
        assert box.trouble is not None
        assert box.broken_until is not None
        from outreach.senders import Sender

        assert session.get_one(Sender, sender_id).failures == 0
    assert state(open_house, draft_id) == ("approved", "")


def test_a_mail_nobody_knows_about_waits_for_a_persons_word(open_house: House, server: Sink) -> None:
    _, draft_id = prepare(open_house, server)
    server.rules.append(Rule("dot", sink.DROP, keeps=True))
    agree(open_house, draft_id)
    sending.send_letters(open_house)
    assert state(open_house, draft_id) == ("approved", "")
    with open_house.database.reading() as session:
        assert session.scalar(select(Delivery.state)) == "unsure"
    with open_house.database.writing() as session:
        approve.settle_unsure(session, draft_id, went_out=True, now=clock.now(), zone=letters.ZONE)
    sending.send_letters(open_house)
    assert state(open_house, draft_id) == ("sent", "")
    assert len(server.mails) == 1


def test_a_follow_up_sleeps_and_then_goes_on_in_the_same_thread(open_house: House, server: Sink) -> None:
    _, draft_id = prepare(open_house, server)
    agree(open_house, draft_id, follow_up_days=5)
    sending.send_letters(open_house)
    first = server.mails[0].message
    with open_house.database.writing() as session:
        occasion = session.scalars(select(Occasion).where(Occasion.kind == "follow_up")).one()
        assert occasion.state == "snoozed"
        session.connection().execute(update(Occasion).where(Occasion.id == occasion.id).values(state="open"))
        session.expire_all()
        made = store.propose(session, occasion.id, now=clock.now(), zone=letters.ZONE)
        assert made is not None
        assert made.blocked is None
        assert made.subject == first["Subject"]
        follow_up = made.id
    agree(open_house, follow_up)
    sending.send_letters(open_house)
    second = server.mails[1].message
    assert second["In-Reply-To"] == first["Message-ID"]
    assert first["Message-ID"] in second["References"]


def test_attachments_and_umlauts_arrive_as_they_were(open_house: House, server: Sink) -> None:
    _, draft_id = prepare(open_house, server)
    with open_house.database.writing() as session:
        store.attach(
            session, draft_id, filename="Übersicht für März.pdf", media_type="application/pdf", content=b"%PDF" * 999
        )
    agree(open_house, draft_id, subject="Grüße & Glückwünsche aus Köln – ganz persönlich")
    sending.send_letters(open_house)
    message = server.mails[0].message
    assert message["Subject"] == "Grüße & Glückwünsche aus Köln – ganz persönlich"
    (file,) = message.iter_attachments()
    assert (file.get_filename(), file.get_content()) == ("Übersicht für März.pdf", b"%PDF" * 999)


def test_two_workers_send_one_letter_once(open_house: House, server: Sink) -> None:
    import threading

    _, draft_id = prepare(open_house, server)
    agree(open_house, draft_id)
    workers = [threading.Thread(target=sending.send_letters, args=(open_house,)) for _ in range(4)]
    for one in workers:
        one.start()
    for one in workers:
        one.join()
    sending.settle(open_house)
    assert len(server.mails) == 1
    assert state(open_house, draft_id) == ("sent", "")
    with open_house.database.reading() as session:
        assert len(session.scalars(select(Touchpoint).where(Touchpoint.kind == "mail_out")).all()) == 1


def test_a_copy_of_the_approval_is_no_second_delivery(open_house: House, server: Sink) -> None:
    """The database itself refuses a second live delivery of one draft."""
    from sqlalchemy.exc import IntegrityError

    _, draft_id = prepare(open_house, server)
    agree(open_house, draft_id)
    with open_house.database.writing() as session:
        found = session.scalars(select(Delivery).where(Delivery.draft_id == draft_id)).one()
        twin = {"draft_id": draft_id, "address": found.address, "address_hash": found.address_hash, "state": "ready"}
        session.add(Delivery(kind="personal", **twin))
        with pytest.raises(IntegrityError):
            session.flush()
        session.rollback()


def test_the_outbox_viewer_keeps_letters_where_there_is_no_mail_server(open_house: House) -> None:
    with open_house.database.writing() as session:
        letters.mailbox(session, open_house)
        draft_id = letters.proposed(session, letters.person(session)).id
    agree(open_house, draft_id)
    sending.send_letters(open_house)
    assert state(open_house, draft_id) == ("sent", "")
    assert send.Sending.of(open_house).lanes.server is None
    with open_house.database.reading() as session:
        assert session.get_one(Draft, draft_id).filed_at is not None
