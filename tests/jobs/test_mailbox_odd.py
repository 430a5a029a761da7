"""Mailboxes that break off, lie, never stop talking, or are simply very large."""

from __future__ import annotations

import os
import resource
import time
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from outreach.mail import mailbox
from outreach.mail.mailbox import Account, Mailbox, MailboxTrouble, Position
from tests import imap
from tests.imap import ImapServer
from tests.jobs.test_mailbox import LONG_AGO, a_mail

SELECTED = b"* 3 EXISTS\r\n* OK [UIDVALIDITY 7] ok\r\n* OK [UIDNEXT 4] ok\r\nTAG OK [READ-ONLY] done\r\n"
USUAL = (
    (b"EXAMINE", SELECTED),
    (b"SEARCH", b"* SEARCH 1 2 3\r\nTAG OK done\r\n"),
    (b"RFC822.SIZE", b"* 1 FETCH (UID 1 RFC822.SIZE 5)\r\n* 2 FETCH (UID 2 RFC822.SIZE 5)\r\n* 3 FETCH (UID 3 RFC822.SIZE 5)\r\nTAG OK done\r\n"),
    (b"FETCH 1 ", b"* 1 FETCH (UID 1 BODY[] {5}\r\nhallo)\r\nTAG OK done\r\n"),
    (b"FETCH 3 ", b"* 3 FETCH (UID 3 BODY[] {5}\r\nhello)\r\nTAG OK done\r\n"),
)  # fmt: skip


def account(port: int, **more: Any) -> Account:
    """A scripted server."""
    return Account("localhost", port, "", "a", "b", **{"timeout": 1.0, **more})


def all_of(box: Mailbox, position: Position | None = None) -> Any:
    """A batch and the mails read before something went wrong."""
    batch = box.new_since("INBOX", position, not_before=LONG_AGO, most=50)
    return batch, [mail.raw for mail in batch.mails]


def test_a_connection_that_breaks_off_anywhere_loses_and_doubles_nothing(imap_server: ImapServer) -> None:
    wanted = [a_mail(number, text="x" * 300) for number in range(12)]
    for raw in wanted:
        imap_server.deliver(raw)
    position: Position | None = None
    got: list[bytes] = []
    breaks = 0
    for after in range(900, 9000, 450):
        with imap.cutting(imap_server.port, after=after) as port:
            try:
                with mailbox.open(imap_server.account(port=port, timeout=3)) as box:
                    batch = box.new_since("INBOX", position, not_before=LONG_AGO, most=4)
                    try:
                        for mail in batch.mails:
                            got.append(mail.raw)
                            position = Position(batch.position.uidvalidity, mail.uid)  # kept with the mail
                    except MailboxTrouble:
                        breaks += 1
            except MailboxTrouble:
                breaks += 1
    assert breaks >= 3
    assert got == wanted


def test_a_mail_that_ends_in_the_middle_is_none(imap_server: ImapServer) -> None:
    half = (b"FETCH 2 ", b"* 2 FETCH (UID 2 BODY[] {1000}\r\nhalf THEN HANG UP")
    with imap.scripted(half, *USUAL) as port, mailbox.open(account(port)) as box:
        batch = box.new_since("INBOX", None, not_before=LONG_AGO, most=50)
        assert next(batch.mails).raw == b"hallo"
        with pytest.raises(MailboxTrouble, match="connection_lost") as caught:
            next(batch.mails)
        assert caught.value.uid == 2, "so that a mail that always breaks the connection can be passed over"
        assert batch.position == Position(7, 1)


@pytest.mark.parametrize(
    "answer",
    [
        b"TAG NO [CORRUPTION] cannot read this mail\r\n",
        b"* 2 FETCH (UID 2 BODY[] NIL)\r\nTAG OK done\r\n",
        b"* 2 FETCH (UID 2 FLAGS ())\r\nTAG OK done\r\n",
        b"* 2 FETCH (((((\r\nTAG OK done\r\n",
        b"TAG OK done\r\n",
    ],
)
def test_a_mail_the_server_does_not_hand_out_is_skipped_and_counted(answer: bytes) -> None:
    with imap.scripted((b"FETCH 2 ", answer), *USUAL) as port, mailbox.open(account(port)) as box:
        batch, mails = all_of(box)
    assert mails == [b"hallo", b"hello"]
    assert batch.skipped == [2]
    assert batch.position == Position(7, 3)


@pytest.mark.parametrize(
    ("words", "answer", "reason"),
    [
        (b"FETCH 2 ", b"TAG NO [UNAVAILABLE] try again later\r\n", "unavailable"),
        (b"FETCH 2 ", b"* 2 FETCH (UID 2 BODY[] {99999999999999}\r\n", "odd_answer"),
        (b"FETCH 2 ", b"* 2 FETCH (UID 2 BODY[] {-5}\r\n)\r\nTAG OK done\r\n", "odd_answer"),
        (b"FETCH 2 ", b"* 2 FETCH THEN DRIP", "connection_lost"),
        (b"FETCH 2 ", b"THEN FLOOD", "odd_answer connection_lost connect_failed"),
        (b"SEARCH", b"THEN FLOOD", "odd_answer connection_lost connect_failed"),
        (b"SEARCH", b"* SEARCH one two\r\nTAG OK done\r\n", "odd_answer"),
        (b"SEARCH", b"TAG BAD what?\r\n", "odd_answer"),
        (b"SEARCH", b"* BYE too many connections\r\nTHEN HANG UP", "connection_lost"),
        (b"EXAMINE", b"TAG NO [NONEXISTENT] no such folder\r\n", "folder_unknown"),
        (b"EXAMINE", b"* 3 EXISTS\r\nTAG OK done\r\n", "odd_answer"),
        (b"EXAMINE", SELECTED.replace(b"* 3 EX", b"* 4000000000 EX"), "odd_answer"),
        (b"EXAMINE", b"TAG OK done\r\n* OK THEN HANG UP", "odd_answer"),
        (b"LOGIN", b"THEN DRIP", "connection_lost"),
        (b"LOGIN", b"THEN HANG UP", "connection_lost"),
        (b"CAPABILITY", b"THEN FLOOD", "odd_answer connection_lost connect_failed"),
    ],
)  # fmt: skip
def test_whatever_a_server_answers_there_is_an_end(words: bytes, answer: bytes, reason: str) -> None:
    began = time.monotonic()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with imap.scripted((words, answer), *USUAL) as port, pytest.raises(MailboxTrouble) as caught:  # noqa: SIM117
        with mailbox.open(account(port)) as box:
            all_of(box)
    assert caught.value.reason in reason.split()
    assert time.monotonic() - began < 12
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 600_000, "kB"


@pytest.mark.parametrize(
    "greeting", [b"", b"* BYE overloaded\r\n", b"* OK THEN", b"220 smtp ready\r\n", b"\x16\x03\x01"]
)
def test_whatever_a_server_greets_with_there_is_an_end(greeting: bytes) -> None:
    with imap.scripted(greeting=greeting) as port, pytest.raises(MailboxTrouble):  # noqa: SIM117
        with mailbox.open(account(port)):
            pass


def test_odd_sizes_and_dates_do_not_matter() -> None:
    heads = b'* 1 FETCH (UID 1 RFC822.SIZE NIL INTERNALDATE "99-Foo-2020 99:99:99 +9999")\r\n* 3 FETCH (UID 3)\r\nTAG OK done\r\n'
    with imap.scripted((b"RFC822.SIZE", heads), *USUAL) as port, mailbox.open(account(port)) as box:
        batch = box.new_since("INBOX", None, not_before=LONG_AGO, most=50)
        first, second = batch.mails
    assert (first.raw, first.size, second.raw) == (b"hallo", 5, b"hello")
    assert first.internal_date.tzinfo is UTC


def test_a_server_that_hands_out_no_mail_at_all_is_trouble_not_an_empty_mailbox() -> None:
    many = b"".join(b"* %d FETCH (UID %d RFC822.SIZE 5)\r\n" % (uid, uid) for uid in range(1, 7)) + b"TAG OK done\r\n"
    said = (
        (b"EXAMINE", SELECTED.replace(b"NEXT 4", b"NEXT 7").replace(b"* 3 EX", b"* 6 EX")),
        (b"SEARCH", b"* SEARCH 1 2 3 4 5 6\r\nTAG OK done\r\n"),
        (b"RFC822.SIZE", many),
        (b"BODY.PEEK", b"TAG NO [SERVERBUG] cannot fetch\r\n"),
    )
    for answer, reason in ((said[3], "unavailable"), ((b"BODY.PEEK", b"TAG BAD unknown\r\n"), "odd_answer")):
        with imap.scripted(*said[:3], answer) as port, mailbox.open(account(port)) as box:
            batch = box.new_since("INBOX", None, not_before=LONG_AGO, most=50)
            with pytest.raises(MailboxTrouble, match=reason):
                list(batch.mails)
            assert batch.position == Position(7, 0)


def test_a_folder_restored_from_a_backup_is_looked_at_afresh() -> None:
    with imap.scripted((b"FETCH 2 ", b"TAG OK done\r\n"), *USUAL) as port, mailbox.open(account(port)) as box:
        batch, mails = all_of(box, Position(7, 900))
    assert mails == [b"hallo", b"hello"]
    assert batch.is_fresh


def test_waiting_sees_what_came_with_the_answer_that_it_may_begin() -> None:
    quick = (
        (b"IDLE", b"+ idling\r\n* 4 EXISTS\r\n"),
        (b"DONE", b""),
    )
    with imap.scripted(*quick, *USUAL) as port, mailbox.open(account(port)) as box:
        began = time.monotonic()
        with pytest.raises(MailboxTrouble):  # it never ends the IDLE properly: the wait ends all the same
            box.wait(30)
        assert time.monotonic() - began < 10


def test_waiting_with_a_server_that_ends_it_at_once_is_no_endless_loop() -> None:
    with imap.scripted((b"IDLE", b"+ idling\r\nTAG OK done\r\n"), (b"DONE", b""), *USUAL) as port:  # noqa: SIM117
        with mailbox.open(account(port)) as box:
            began = time.monotonic()
            with pytest.raises(MailboxTrouble):
                box.wait(30)
            assert time.monotonic() - began < 10


def test_without_idle_there_is_no_waiting() -> None:
    plain = (b"CAPABILITY", b"* CAPABILITY IMAP4rev1\r\nTAG OK done\r\n")
    with imap.scripted(plain, *USUAL) as port, mailbox.open(account(port)) as box:
        assert not box.offers_idle
        assert box.wait(30) is False


def test_a_password_goes_over_an_open_line_only_inside_the_own_network(monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[bytes] = []
    monkeypatch.setattr("socket.socket.getpeername", lambda self: ("93.184.216.34", 143))
    with imap.scripted((b"LOGIN", b"TAG OK done\r\n")) as port, pytest.raises(MailboxTrouble, match="not_encrypted"):  # noqa: SIM117
        with mailbox.open(account(port)):
            heard.append(b"logged in")
    assert heard == []


def test_a_server_without_starttls_gets_no_password() -> None:
    with imap.scripted() as port, pytest.raises(MailboxTrouble, match="no_starttls"):  # noqa: SIM117
        with mailbox.open(Account("localhost", port, "starttls", "a", "b", timeout=1)):
            pass


def test_a_user_name_and_a_password_cannot_bring_commands_of_their_own() -> None:
    for user, password in (("a\r\nA1 DELETE INBOX", "b"), ("a", "b\r\nA1 DELETE INBOX")):
        with imap.scripted() as port, pytest.raises(MailboxTrouble, match="login_refused"):  # noqa: SIM117
            with mailbox.open(Account("localhost", port, "", user, password, timeout=1)):
                pass


def test_another_kind_of_server_is_read_the_same_way() -> None:
    with imap.pymap() as server:
        server.create("Entwürfe")
        server.deliver(a_mail(1))
        server.deliver(a_mail(2))
        before = server.snapshot()
        with mailbox.open(server.account()) as box:
            assert box.sent_folder() == "Sent"
            batch, mails = all_of(box)
            assert mails == [a_mail(1), a_mail(2)]
            assert all_of(box, batch.position)[1] == []
            assert box.wait(0.2) is False
        assert server.snapshot() == before
        assert mailbox.append_sent(server.account(), "Sent", a_mail(3), datetime.now(UTC))
        assert not mailbox.append_sent(server.account(), "Sent", a_mail(3), datetime.now(UTC))


@pytest.mark.slow
def test_the_first_look_at_100_000_old_mails_is_quick_and_small() -> None:
    with imap.dovecot(user="otto", password="geheim") as server:
        assert server.folder is not None
        _fill(server, 100_000)
        for number in range(5):
            server.deliver(a_mail(number))
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        with mailbox.open(server.account(timeout=60)) as box:
            box.new_since("INBOX", None, not_before=date(2100, 1, 1), most=1)  # the server numbers them once
            began = time.monotonic()
            batch = box.new_since("INBOX", None, not_before=(datetime.now(UTC) - timedelta(days=30)).date(), most=100)
            mails = [mail.raw for mail in batch.mails]
            took = time.monotonic() - began
            assert mails == [a_mail(number) for number in range(5)]
            began = time.monotonic()
            everything = box.new_since("INBOX", None, not_before=LONG_AGO, most=300)
            assert len(list(everything.mails)) == 300
            assert everything.more
            assert time.monotonic() - began < 20
        assert took < 5
        assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 60_000, "kB"


def _fill(server: ImapServer, count: int) -> None:
    """So many mails of years ago, as files of the Maildir: links to a few, which is quick."""
    assert server.folder is not None
    long_ago = datetime(2015, 1, 1, tzinfo=UTC).timestamp()
    inbox = server.folder / "cur"
    raw = a_mail(0, text="alt")
    with server.client() as client:
        client.select_folder("INBOX")  # so that the folders are there
    for start in range(0, count, 5_000):
        first = inbox / f"{int(long_ago) + start}.M0P0.alt,S={len(raw)}:2,S"
        first.write_bytes(raw)
        os.utime(first, (long_ago + start, long_ago + start))
        first.chmod(0o666)
        for number in range(1, min(5_000, count - start)):
            os.link(first, inbox / f"{int(long_ago) + start}.M{number}P0.alt,S={len(raw)}:2,S")
