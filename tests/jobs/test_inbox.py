"""Mailboxes read end to end over a real IMAP server: taken in once, gone on where it stopped, nothing in them changed."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, update

from outreach import clock, doctor
from outreach.db import Database
from outreach.drafts import sending, store
from outreach.drafts.rows import Draft
from outreach.history.rows import Touchpoint
from outreach.house import House
from outreach.mail import mailbox, records
from outreach.mail.mailbox_answers import MailboxTrouble
from outreach.mailboxes import store as mailboxes
from outreach.mailboxes.rows import Mailbox, MailboxFolder
from outreach.replies import filing, inbox
from outreach.replies.listen import Listening
from outreach.replies.rows import Incoming
from outreach.tasks import Task
from tests import letters, nameserver, sink
from tests import sending as closing
from tests.conftest import make_house
from tests.imap import ImapServer

ANNA, US = "anna@moebel-weber.example", "katharina@weiss-beratung.example"


class Desk:
    """A house whose one mailbox is the server's."""

    def __init__(self, house: House, server: ImapServer, **given: Any) -> None:
        self.house, self.server = house, server
        with house.database.writing() as session:
            self.sender_id = letters.mailbox(
                session, house, imap_host=server.host, imap_port=server.port, imap_security="", imap_user=server.user,
                imap_password=server.password, **given,
            )  # fmt: skip
            self.contact_id = letters.person(session)

    def look(self) -> inbox.Look:
        """A look that is due now."""
        with self.house.database.writing() as session:
            session.execute(update(Mailbox).values(look_at=clock.now() - timedelta(seconds=1)))
        return inbox.read(self.house, self.sender_id)

    def count(self, what: Any) -> int:
        with self.house.database.reading() as session:
            return session.scalar(select(func.count()).select_from(what)) or 0

    def box(self) -> Mailbox:
        with self.house.database.reading() as session:
            found = session.get_one(Mailbox, self.sender_id)
            session.expunge(found)
            return found

    def comes(self, number: int, *, who: str = ANNA, to: str = US, folder: str = "INBOX", text: str = "Gern!") -> None:
        self.server.deliver(a_mail(number, who=who, to=to, text=text), folder)


def a_mail(number: int, *, who: str = ANNA, to: str = US, text: str = "Gern!", at: datetime | None = None) -> bytes:
    """A mail of a person."""
    at = at or clock.now() - timedelta(minutes=30 - number % 30)
    return (
        f"From: {who}\r\nTo: {to}\r\nSubject: Ihr Brief {number}\r\nMessage-ID: <{number}@{who.partition('@')[2]}>\r\n"
        f"Date: {at:%a, %d %b %Y %H:%M:%S} +0000\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n"
    ).encode()


@pytest.fixture
def desk(house: House, imap_server: ImapServer) -> Desk:
    return Desk(house, imap_server)


@pytest.fixture
def open_house(sqlite: Database, tmp_path: Path) -> Iterator[House]:
    house = make_house(sqlite, tmp_path)
    yield house
    closing.close(house)


def test_an_answer_is_taken_in_once_and_the_mailbox_stays_as_it_was(desk: Desk) -> None:
    desk.comes(1)
    before = desk.server.snapshot()
    first = desk.look()
    assert (first.read, first.taken_in, first.trouble) == (1, 1, "")
    again = desk.look()
    assert (again.read, again.taken_in) == (0, 0)
    assert (desk.count(Incoming), desk.count(Touchpoint)) == (1, 1)
    assert desk.server.snapshot() == before
    assert desk.box().looked_at is not None


def test_strangers_leave_no_row(desk: Desk) -> None:
    for number in range(3):
        desk.comes(number, who=f"fremd{number}@anderswo.example")
    assert desk.look().read == 3
    assert (desk.count(Incoming), desk.count(Touchpoint)) == (0, 0)


def test_a_mail_written_by_hand_stands_on_the_timeline_and_ends_the_waiting(desk: Desk) -> None:
    desk.server.deliver(a_mail(1, text="Was kostet das?", at=clock.now() - timedelta(hours=3)))
    desk.look()
    desk.comes(2, who=US, to=ANNA, folder="Sent", text="Das kostet nichts.")
    before = desk.server.snapshot()
    desk.look()
    with desk.house.database.reading() as session:
        kinds = session.scalars(select(Touchpoint.kind).order_by(Touchpoint.at)).all()
        waiting = session.scalars(select(Incoming.answered_how).where(Incoming.direction == "in")).all()
    assert (list(kinds), list(waiting)) == (["mail_in", "mail_out"], ["mail"])
    assert desk.server.snapshot() == before


def test_reading_goes_on_where_it_stopped(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inbox, "_MOST", 4)
    for number in range(10):
        desk.comes(number)
    looks = [desk.look() for _ in range(3)]
    assert [(one.read, one.more) for one in looks] == [(4, True), (4, True), (2, False)]
    assert desk.count(Incoming) == 10


def test_a_changed_numbering_of_the_folder_doubles_nothing(desk: Desk) -> None:
    folder = "Gesendet"
    desk.server.create(folder)
    with desk.house.database.writing() as session:
        session.execute(update(Mailbox).values(sent_folder=folder))
    mine = [a_mail(number, who=US, to=ANNA) for number in range(3)]
    for raw in mine:
        desk.server.deliver(raw, folder)
    assert desk.look().taken_in == 3
    desk.server.renew(folder)
    for raw in mine:
        desk.server.deliver(raw, folder)
    desk.comes(9, who=US, to=ANNA, folder=folder)
    again = desk.look()
    assert (again.read, again.taken_in) == (4, 1)
    assert (desk.count(Incoming), desk.count(Touchpoint)) == (4, 4)


def _breaking(monkeypatch: pytest.MonkeyPatch, *uids: int) -> None:
    real = mailbox.Mailbox._mail

    def broken(self: mailbox.Mailbox, uid: int, head: Any) -> Any:
        if uid in uids:
            raise MailboxTrouble("connection_lost", "reset by peer", uid=uid)
        return real(self, uid, head)

    monkeypatch.setattr(mailbox.Mailbox, "_mail", broken)


def test_a_mail_that_breaks_the_connection_twice_is_left_out_and_said(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(1, 6):
        desk.comes(number)
    uids = sorted(desk.server.snapshot()["INBOX"]["mails"])
    _breaking(monkeypatch, uids[2])
    assert desk.look().trouble == "connection_lost"
    assert desk.count(Incoming) == 2, "what came before it is taken in at once"
    assert desk.box().look_trouble is not None
    assert desk.look().trouble == "left_out"
    assert desk.look().taken_in == 2
    assert (desk.count(Incoming), desk.box().look_trouble) == (4, None)
    with desk.house.database.reading() as session:
        (said,) = session.scalars(select(Task.text)).all()
    assert "reset by peer" in said
    assert US in said


def test_a_mail_that_broke_the_connection_only_once_is_not_lost(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(1, 4):
        desk.comes(number)
    with monkeypatch.context() as patched:
        _breaking(patched, sorted(desk.server.snapshot()["INBOX"]["mails"])[1])
        assert desk.look().trouble == "connection_lost"
    assert desk.look().taken_in == 2
    assert (desk.count(Incoming), desk.count(Task)) == (3, 0)


def test_a_wrong_password_is_said_and_mended_by_saving(house: House, imap_server: ImapServer) -> None:
    desk = Desk(house, imap_server)
    with house.database.writing() as session:
        mailboxes.save(session, house.vault, desk.sender_id, imap_password="wrong")
    assert desk.look().trouble == "login_refused"
    assert (desk.box().look_failures, desk.count(MailboxFolder)) == (1, 0)
    with house.database.writing() as session:
        mailboxes.save(session, house.vault, desk.sender_id, imap_password=imap_server.password)
    assert desk.look().trouble == ""
    assert desk.box().look_trouble is None


def test_a_copy_of_a_sent_letter_is_filed_once(open_house: House, imap_server: ImapServer) -> None:
    with sink.running() as server:
        desk = Desk(open_house, imap_server, smtp_host="127.0.0.1", smtp_port=server.port, smtp_security="")
        with open_house.database.writing() as session:
            draft_id = letters.proposed(session, desk.contact_id).id
            letters.agree(session, open_house, store.get(session, draft_id))
        sending.send_letters(open_house)
        (mail,) = server.mails
    assert filing.file_sent(open_house) == 1
    assert filing.file_sent(open_house) == 0
    with open_house.database.writing() as session:  # as after a crash between the copy and the note of it
        session.execute(update(Draft).values(filed_at=None))
    filing.file_sent(open_house)
    sent = imap_server.snapshot()["Sent"]["mails"]
    assert [flags for flags, _ in sent.values()] == [[rb"\Seen"]]
    desk.look()
    with open_house.database.reading() as session:
        kinds = session.scalars(select(Touchpoint.kind)).all()
    assert list(kinds) == ["mail_out"], "our own copy is no second letter"
    assert mail.recipient == ANNA


def test_news_wakes_the_reader_within_seconds(desk: Desk) -> None:
    desk.look()
    listening = Listening(desk.house)
    listening.start()
    try:
        closing.wait_until(lambda: desk.box().listened_by != "")
        waiting = threading.Event()
        waiting.wait(1.0)  # until the connection stands in IDLE; what comes before is found by the first look of it
        desk.comes(1)
        closing.wait_until(lambda: (desk.box().look_at or clock.now()) <= clock.now(), seconds=8)
    finally:
        listening.stop()
        desk.comes(2)  # wakes the listener, so that it sees that it may go
        for thread in listening._threads.values():
            thread.join(timeout=10)
    assert inbox.read(desk.house, desk.sender_id).taken_in == 2


def test_the_doctor_tries_every_mailbox(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    with nameserver.running({}) as resolver:
        monkeypatch.setattr(records, "Resolver", lambda: resolver)
        before = desk.server.snapshot()
        said = [one for one in doctor.examine(desk.house) if one.what == "mailbox"]
        assert [one.sentence for one in said if one.level == "ok"] == [f"{US}: reading works."]
        assert {one.level for one in said} == {"ok", "warning"}, "no SPF and no DMARC are hints"
        assert desk.server.snapshot() == before
        with desk.house.database.writing() as session:
            mailboxes.save(session, desk.house.vault, desk.sender_id, imap_password="wrong")
            mailboxes.pause_everything(session, paused=True, now=clock.now())
        said = [one for one in doctor.examine(desk.house) if one.what == "mailbox"]
    assert [
        one.sentence.startswith(f"{US}: {desk.server.host} does not accept") for one in said if one.level == "wrong"
    ] == [True]
    assert any("Everything is paused" in one.sentence for one in said)
