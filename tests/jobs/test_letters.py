"""Approved letters on their way: over real SMTP, at the mailbox's pace, checked again, returned with the reason."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from outreach import actors, clock, contacts, stops
from outreach.care import complaints
from outreach.consent import permissions
from outreach.contacts import Contact
from outreach.drafts import approve, sending, situation, store
from outreach.drafts.rows import Draft
from outreach.errors import Conflict
from outreach.history import store as history
from outreach.history.rows import Touchpoint
from outreach.house import House
from outreach.mail import send
from outreach.mail.rows import Delivery
from outreach.mailboxes import store as mailboxes
from outreach.mailboxes.rows import Mailbox
from outreach.occasions.rows import Occasion
from outreach.replies import answers
from tests import inbox, letters, sink
from tests.sink import Rule, Sink


def test_a_letter_leaves_by_the_persons_own_mailbox_and_stands_on_the_timeline(open_house: House, server: Sink) -> None:
    _, draft_id = letters.prepare(open_house, server)
    letters.approved(open_house, draft_id)
    sending.send_letters(open_house)
    assert letters.state(open_house, draft_id) == ("sent", "")
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
    _, draft_id = letters.prepare(open_house, server)
    letters.approved(open_house, draft_id, ago=0)
    sending.send_letters(open_house)
    assert server.mails == []
    assert letters.state(open_house, draft_id) == ("approved", "")


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
    _, draft_id = letters.prepare(open_house, server)
    letters.approved(open_house, draft_id)
    with open_house.database.writing() as session:
        happens(session, store.get(session, draft_id).contact_id)
    sending.send_letters(open_house)
    sending.send_letters(open_house)
    assert server.mails == []
    assert letters.state(open_house, draft_id) == ("proposed", code)
    with open_house.database.reading() as session:
        assert session.scalar(select(Delivery.state).where(Delivery.draft_id == draft_id)) in ("cancelled", "skipped")
        assert session.scalars(select(Touchpoint).where(Touchpoint.kind == "mail_out")).all() == []


def test_a_mailbox_writes_only_in_its_hours_and_only_so_many_a_day(open_house: House, server: Sink) -> None:
    sender_id, draft_id = letters.prepare(open_house, server, opens_at="03:00", closes_at="04:00")
    letters.approved(open_house, draft_id)
    sending.send_letters(open_house)
    assert server.mails == []
    assert letters.state(open_house, draft_id) == ("approved", "")
    with open_house.database.writing() as session:
        mailboxes.save(session, open_house.vault, sender_id, opens_at="00:00", closes_at="23:59", per_day=1)
        second = letters.proposed(session, letters.person(session, "b@moebel-weber.example", company_id=None)).id
    letters.approved(open_house, second)
    sending.send_letters(open_house)
    sending.send_letters(open_house)
    assert len(server.mails) == 1
    assert sorted([letters.state(open_house, draft_id)[0], letters.state(open_house, second)[0]]) == [
        "approved",
        "sent",
    ]


def test_between_two_letters_of_a_mailbox_there_is_a_gap(open_house: House, server: Sink) -> None:
    sender_id, draft_id = letters.prepare(open_house, server, gap_seconds=600)
    letters.approved(open_house, draft_id)
    with open_house.database.writing() as session:
        second = letters.proposed(session, letters.person(session, "b@moebel-weber.example", company_id=None)).id
    letters.approved(open_house, second)
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
    _, draft_id = letters.prepare(open_house, server)
    server.rules.append(Rule("rcpt", "550 5.7.1 not wanted here by policy"))
    letters.approved(open_house, draft_id)
    sending.send_letters(open_house)
    assert letters.state(open_house, draft_id) == ("proposed", "refused")


def test_a_wrong_password_pauses_the_mailbox_and_not_the_newsletters(open_house: House, server: Sink) -> None:
    server.rules.append(Rule("mail", "535 5.7.8 authentication failed"))
    sender_id, draft_id = letters.prepare(open_house, server)
    letters.approved(open_house, draft_id)
    sending.send_letters(open_house)
    with open_house.database.reading() as session:
        box = session.get_one(Mailbox, sender_id)
        assert box.trouble is not None
        assert box.broken_until is not None
        from outreach.senders import Sender

        assert session.get_one(Sender, sender_id).failures == 0
    assert letters.state(open_house, draft_id) == ("approved", "")


def test_a_mail_nobody_knows_about_waits_for_a_persons_word(open_house: House, server: Sink) -> None:
    _, draft_id = letters.prepare(open_house, server)
    server.rules.append(Rule("dot", sink.DROP, keeps=True))
    letters.approved(open_house, draft_id)
    sending.send_letters(open_house)
    assert letters.state(open_house, draft_id) == ("approved", "")
    with open_house.database.reading() as session:
        assert session.scalar(select(Delivery.state)) == "unsure"
    with open_house.database.writing() as session:
        approve.settle_unsure(session, draft_id, went_out=True, now=clock.now(), zone=letters.ZONE)
    sending.send_letters(open_house)
    assert letters.state(open_house, draft_id) == ("sent", "")
    assert len(server.mails) == 1


def test_a_follow_up_sleeps_and_then_goes_on_in_the_same_thread(open_house: House, server: Sink) -> None:
    _, draft_id = letters.prepare(open_house, server)
    letters.approved(open_house, draft_id, follow_up_days=5)
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
    letters.approved(open_house, follow_up)
    sending.send_letters(open_house)
    second = server.mails[1].message
    assert second["In-Reply-To"] == first["Message-ID"]
    assert first["Message-ID"] in second["References"]


def test_the_mail_a_letter_answers_waits_no_longer_once_the_letter_left(open_house: House, server: Sink) -> None:
    sender_id, _ = letters.prepare(open_house, server)
    with open_house.database.writing() as session:
        number = inbox.comes(session, open_house, sender_id, "anna@moebel-weber.example", "Was würde das denn kosten?")
        session.execute(update(Touchpoint).values(created_at=clock.now() - timedelta(hours=1)))
        draft_id = answers.answer(session, number, now=clock.now(), zone=letters.ZONE)
    letters.approved(
        open_house, draft_id, text="Guten Tag Frau Köhler,\n\ndas kostet 400 Euro.\n\nMit freundlichen Grüßen"
    )
    actors.register(open_house)
    open_house.broker.get_actor("send_letters").fn()
    assert letters.state(open_house, draft_id) == ("sent", "")
    with open_house.database.reading() as session:
        assert answers.get(session, number).answered_how == "mail"


def test_attachments_and_umlauts_arrive_as_they_were(open_house: House, server: Sink) -> None:
    _, draft_id = letters.prepare(open_house, server)
    with open_house.database.writing() as session:
        store.attach(
            session, draft_id, filename="Übersicht für März.pdf", media_type="application/pdf", content=b"%PDF" * 999
        )
    letters.approved(open_house, draft_id, subject="Grüße & Glückwünsche aus Köln – ganz persönlich")
    sending.send_letters(open_house)
    message = server.mails[0].message
    assert message["Subject"] == "Grüße & Glückwünsche aus Köln – ganz persönlich"
    (file,) = message.iter_attachments()
    assert (file.get_filename(), file.get_content()) == ("Übersicht für März.pdf", b"%PDF" * 999)


def test_a_mailbox_that_writes_html_sends_the_same_words_twice_and_nothing_else(
    open_house: House, server: Sink
) -> None:
    _, draft_id = letters.prepare(open_house, server, writes_html=True, signature="Katharina Weiß\nTel. <0221> 1")
    with open_house.database.writing() as session:
        store.attach(session, draft_id, filename="a.pdf", media_type="application/pdf", content=b"%PDF")
    text = "Guten Tag Frau Köhler,\n\nschauen Sie: https://möbel.example/preis?a=1&b=2.\nGrüße an <alle>!\n\nMit Gruß"
    letters.approved(open_house, draft_id, text=text)
    sending.send_letters(open_house)
    message = server.mails[0].message
    plain, rich = message.get_body(("plain",)), message.get_body(("html",))
    assert plain.get_content().replace("\r\n", "\n").startswith(text)
    shown = rich.get_content()
    assert "Guten Tag Frau Köhler," in shown
    assert '<a href="https://möbel.example/preis?a=1&amp;b=2">https://möbel.example/preis?a=1&amp;b=2</a>.' in shown
    assert "Grüße an &lt;alle&gt;!" in shown
    assert "Tel. &lt;0221&gt; 1" in shown
    assert '<html lang="de">' in shown
    assert "<img" not in shown
    assert [one.get_filename() for one in message.iter_attachments()] == ["a.pdf"]
    assert "outreach" not in message.as_string().lower()


def test_turning_html_on_after_the_page_was_shown_asks_for_another_look(open_house: House, server: Sink) -> None:
    sender_id, draft_id = letters.prepare(open_house, server)
    with open_house.database.writing() as session:
        draft = store.get(session, draft_id)
        seen = approve.seen(session, situation.around(session, draft, now=clock.now(), zone=letters.ZONE))
        mailboxes.save(session, open_house.vault, sender_id, writes_html=True)
    with pytest.raises(Conflict), open_house.database.writing() as session:
        letters.agree(session, open_house, store.get(session, draft_id), seen_fingerprint=seen)


def test_two_workers_send_one_letter_once(open_house: House, server: Sink) -> None:
    import threading

    _, draft_id = letters.prepare(open_house, server)
    letters.approved(open_house, draft_id)
    workers = [threading.Thread(target=sending.send_letters, args=(open_house,)) for _ in range(4)]
    for one in workers:
        one.start()
    for one in workers:
        one.join()
    sending.settle(open_house)
    assert len(server.mails) == 1
    assert letters.state(open_house, draft_id) == ("sent", "")
    with open_house.database.reading() as session:
        assert len(session.scalars(select(Touchpoint).where(Touchpoint.kind == "mail_out")).all()) == 1


def test_a_copy_of_the_approval_is_no_second_delivery(open_house: House, server: Sink) -> None:
    """The database itself refuses a second live delivery of one draft."""
    from sqlalchemy.exc import IntegrityError

    _, draft_id = letters.prepare(open_house, server)
    letters.approved(open_house, draft_id)
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
    letters.approved(open_house, draft_id)
    sending.send_letters(open_house)
    assert letters.state(open_house, draft_id) == ("sent", "")
    assert send.Sending.of(open_house).lanes.server is None
    with open_house.database.reading() as session:
        assert session.get_one(Draft, draft_id).filed_at is not None
