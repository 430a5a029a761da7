"""Reading a mailbox over a real IMAP server: nothing in it changes, nothing is read twice or forgotten."""

from __future__ import annotations

import resource
import threading
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from outreach.mail import mailbox
from outreach.mail.mailbox import BIG, PART, Fetched, Mailbox, MailboxTrouble, Position
from tests import imap
from tests.imap import ImapServer
from tests.sending import wait_until

LONG_AGO = date(2000, 1, 1)
NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
#: what a reader meets: no line ends as they should be, unknown letters, an open multipart, NUL-free rubbish
BROKEN = [
    b"",
    b"no header at all",
    b"Subject: =?utf-8?B?w4?=\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: text/pl",
    b"Content-Type: text/plain; charset=no-such\r\nContent-Transfer-Encoding: base64\r\n\r\n\xff\xfe~~~\r\n",
    b"From: \xfcml\xe4ut\r\n\t\r\nSubject:\r\n\r\n" + b"x" * 70_000,
    b"Subject: {12}\r\n\r\n* 1 EXISTS\r\n)\r\nA1 OK\r\n",
]


def a_mail(number: int = 1, *, text: str = "Guten Tag") -> bytes:
    """A mail with a Message-ID."""
    head = (
        f"From: anna@example.org\r\nSubject: Gr=?utf-8?Q?=C3=BC?=e {number}\r\nMessage-ID: <{number}@example.org>\r\n"
    )
    return f"{head}\r\n{text} {number}\r\n".encode()


def read(
    box: Mailbox, position: Position | None = None, *, folder: str = "INBOX", **more: Any
) -> tuple[list[Fetched], Any]:
    """One batch, read to its end."""
    batch = box.new_since(folder, position, **{"not_before": LONG_AGO, "most": 100, **more})
    return list(batch.mails), batch


@pytest.fixture
def box(imap_server: ImapServer) -> Iterator[Mailbox]:
    with mailbox.open(imap_server.account()) as opened:
        yield opened


def test_reading_marks_moves_and_deletes_nothing(imap_server: ImapServer) -> None:
    imap_server.create("Entwürfe & Ablage", "Projekt")
    for number, folder in enumerate(["INBOX", "INBOX", "Projekt", "Sent"]):
        imap_server.deliver(a_mail(number), folder)
    imap_server.deliver(b"Subject: " + b"x" * 100 + b"\r\n\r\n" + b"y" * 1000)
    before = imap_server.snapshot()
    with mailbox.open(imap_server.account()) as box:
        for folder in box.folders():
            mails, _ = read(box, folder=folder.name)
            assert len(mails) == len(before[folder.name]["mails"])
        box.wait(0.5)
    assert imap_server.snapshot() == before


def test_a_mailbox_is_read_on_from_where_it_was_left(imap_server: ImapServer, box: Mailbox) -> None:
    for number in range(5):
        imap_server.deliver(a_mail(number))
    first, batch = read(box, most=3)
    assert (len(first), batch.more, batch.is_fresh) == (3, True, True)
    second, batch = read(box, batch.position, most=3)
    assert (len(second), batch.more, batch.is_fresh) == (2, False, False)
    assert [mail.raw for mail in first + second] == [a_mail(number) for number in range(5)]
    nothing, batch = read(box, batch.position)
    assert nothing == []
    imap_server.deliver(a_mail(6))
    assert [mail.raw for mail in read(box, batch.position)[0]] == [a_mail(6)]


def test_the_position_covers_only_what_was_read(imap_server: ImapServer, box: Mailbox) -> None:
    for number in range(4):
        imap_server.deliver(a_mail(number))
    batch = box.new_since("INBOX", None, not_before=LONG_AGO, most=10)
    next(batch.mails)
    second = next(batch.mails)
    again, _ = read(box, batch.position)
    assert again[0].uid == second.uid, "the mail whose reading may have failed comes again"


def test_the_first_look_takes_only_the_last_days(imap_server: ImapServer, box: Mailbox) -> None:
    imap_server.deliver(a_mail(1), at=NOW - timedelta(days=40))
    imap_server.deliver(a_mail(2), at=NOW - timedelta(days=3))
    imap_server.deliver(a_mail(3), at=NOW - timedelta(days=50))
    mails, batch = read(box, not_before=(NOW - timedelta(days=30)).date())
    assert [(mail.raw, mail.internal_date) for mail in mails] == [(a_mail(2), NOW - timedelta(days=3))]
    assert read(box, batch.position)[0] == [], "what was too old at first is not new later"


def test_an_empty_mailbox_has_a_position_too(imap_server: ImapServer, box: Mailbox) -> None:
    mails, batch = read(box, not_before=date(2100, 1, 1))
    assert mails == []
    imap_server.deliver(a_mail(1), at=NOW - timedelta(days=4000))
    assert len(read(box, batch.position)[0]) == 1, "a mail that came later counts, whatever its date"


def test_a_folder_numbered_afresh_is_read_again_from_the_last_days(imap_server: ImapServer) -> None:
    imap_server.create("Kunden")
    imap_server.deliver(a_mail(1), "Kunden")
    with mailbox.open(imap_server.account()) as box:
        _, old = read(box, folder="Kunden")
    imap_server.renew("Kunden")
    imap_server.deliver(a_mail(2), "Kunden", at=NOW)
    imap_server.deliver(a_mail(3), "Kunden", at=NOW - timedelta(days=90))
    with mailbox.open(imap_server.account()) as box:
        mails, batch = read(box, old.position, folder="Kunden", not_before=NOW.date())
    assert [mail.raw for mail in mails] == [a_mail(2)]
    assert batch.is_fresh
    assert batch.position.uidvalidity != old.position.uidvalidity


def test_a_mail_of_50_mb_is_fetched_only_at_its_beginning(imap_server: ImapServer, box: Mailbox) -> None:
    head = b"From: anna@example.org\r\nSubject: Fotos\r\nMessage-ID: <big@example.org>\r\n\r\n"
    imap_server.deliver(head + b"0123456789abcdef" * 4 * 10 + b"\r\n" + (b"x" * 998 + b"\r\n") * 52_000)
    imap_server.deliver(a_mail(2))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began = time.monotonic()
    (big, small), _ = read(box)
    assert (big.is_cut, len(big.raw), big.size > 2 * BIG) == (True, PART, False)
    assert big.size > BIG
    assert big.raw.startswith(head)
    assert (small.is_cut, small.raw) == (False, a_mail(2))
    assert time.monotonic() - began < 5
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 20_000, "kB"


@pytest.mark.parametrize("raw", BROKEN)
def test_a_broken_mail_comes_as_it_is(imap_server: ImapServer, box: Mailbox, raw: bytes) -> None:
    imap_server.deliver(raw or b"\r\n")
    imap_server.deliver(a_mail(2))
    broken, good = read(box)[0]
    assert broken.raw == (raw or b"\r\n")
    assert good.raw == a_mail(2)


def test_a_mail_somebody_deletes_meanwhile_is_left_out(imap_server: ImapServer, box: Mailbox) -> None:
    for number in range(3):
        imap_server.deliver(a_mail(number))
    batch = box.new_since("INBOX", None, not_before=LONG_AGO, most=10)
    first = next(batch.mails)
    with imap_server.client() as client:
        client.select_folder("INBOX")
        client.delete_messages([first.uid + 1])
        client.expunge()
    assert [mail.raw for mail in batch.mails] == [a_mail(2)]


def test_mails_of_a_folder_left_behind_are_not_fetched_from_another(imap_server: ImapServer, box: Mailbox) -> None:
    imap_server.deliver(a_mail(1))
    batch = box.new_since("INBOX", None, not_before=LONG_AGO, most=10)
    read(box, folder="Sent")
    with pytest.raises(RuntimeError):
        next(batch.mails)


def test_folders_are_found_whatever_letters_they_have(imap_server: ImapServer) -> None:
    names = ["Entwürfe", "Müller & Söhne", "日本", "Über/Unter", "100% sicher", 'Der "Chef"']
    for name in names:
        try:
            imap_server.create(name)
        except Exception:  # noqa: PERF203 - not every server takes every name
            names = [other for other in names if other != name]
    assert len(names) >= 4
    imap_server.deliver(a_mail(7), "Müller & Söhne")
    with mailbox.open(imap_server.account()) as box:
        found = {folder.name: folder for folder in box.folders()}
        assert set(names) <= set(found)
        assert found["INBOX"].use == "inbox"
        assert found["Entwürfe"].use == "drafts"
        assert box.sent_folder() == "Sent"
        assert [mail.raw for mail in read(box, folder="Müller & Söhne")[0]] == [a_mail(7)]
        with pytest.raises(MailboxTrouble, match="folder_unknown"):
            box.new_since("Gibt es nicht", None, not_before=LONG_AGO, most=1)


def test_waiting_ends_when_a_mail_comes(imap_server: ImapServer, box: Mailbox) -> None:
    _, batch = read(box)
    assert box.offers_idle
    timer = threading.Timer(0.5, imap_server.deliver, [a_mail(1)])
    timer.start()
    began = time.monotonic()
    assert box.wait(20)
    assert time.monotonic() - began < 10
    timer.join()
    assert [mail.raw for mail in read(box, batch.position)[0]] == [a_mail(1)]
    assert box.wait(0.3) is False, "nothing new since"


def test_a_mail_that_came_just_before_the_wait_ends_it_at_once(imap_server: ImapServer, box: Mailbox) -> None:
    read(box)
    imap_server.deliver(a_mail(1))
    assert box.wait(20)


def test_waiting_can_be_repeated_many_times(imap_server: ImapServer, box: Mailbox) -> None:
    _, batch = read(box)
    for number in range(5):
        timer = threading.Timer(0.05 * number, imap_server.deliver, [a_mail(number)])
        timer.start()
        assert box.wait(20)
        timer.join()
        mails, batch = read(box, batch.position)
        assert [mail.raw for mail in mails] == [a_mail(number)]


def test_a_sent_mail_is_filed_once(imap_server: ImapServer) -> None:
    assert mailbox.append_sent(imap_server.account(), "Sent", a_mail(1), NOW) is True
    assert mailbox.append_sent(imap_server.account(), "Sent", a_mail(1), NOW) is False
    assert mailbox.append_sent(imap_server.account(), "Sent", a_mail(2), NOW) is True
    with imap_server.client() as client:
        client.select_folder("Sent", readonly=True)
        filed = client.fetch(client.search("ALL"), ["FLAGS", "INTERNALDATE", "BODY.PEEK[]"])
    assert [mail[b"BODY[]"] for mail in filed.values()] == [a_mail(1), a_mail(2)]
    assert all(rb"\Seen" in mail[b"FLAGS"] for mail in filed.values())


def test_a_sent_mail_with_bare_line_ends_is_filed_with_proper_ones(imap_server: ImapServer) -> None:
    mailbox.append_sent(imap_server.account(), "Sent", a_mail(1).replace(b"\r\n", b"\n"), NOW)
    with mailbox.open(imap_server.account()) as box:
        assert [mail.raw for mail in read(box, folder="Sent")[0]] == [a_mail(1)]


def test_a_sent_mail_is_not_filed_into_a_folder_that_is_not_there(imap_server: ImapServer) -> None:
    with pytest.raises(MailboxTrouble, match="folder_unknown"):
        mailbox.append_sent(imap_server.account(), "Nirgends", a_mail(1), NOW)
    with pytest.raises(ValueError, match="Message-ID"):
        mailbox.append_sent(imap_server.account(), "Sent", b"Subject: x\r\n\r\n", NOW)


def test_two_mailboxes_are_read_at_once(imap_server: ImapServer) -> None:
    with imap.dovecot(user="otto", password="geheim") as other:
        imap_server.deliver(a_mail(1))
        other.deliver(a_mail(2))
        found: dict[str, list[bytes]] = {}

        def look(server: ImapServer) -> None:
            with mailbox.open(server.account("tls" if server.tls_port else "")) as box:
                found[server.user] = [mail.raw for mail in read(box)[0]]

        threads = [threading.Thread(target=look, args=[server]) for server in (imap_server, other)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert found == {imap_server.user: [a_mail(1)], "otto": [a_mail(2)]}


def test_waiting_notices_that_the_server_went(imap_server: ImapServer) -> None:
    with imap.dovecot(user="otto", password="geheim") as other, mailbox.open(other.account()) as box:
        read(box)
        caught: list[MailboxTrouble] = []

        def wait() -> None:
            try:
                box.wait(30)
            except MailboxTrouble as trouble:
                caught.append(trouble)

        thread = threading.Thread(target=wait)
        thread.start()
        time.sleep(0.5)
        other.stop()
        wait_until(lambda: not thread.is_alive())
    assert [trouble.reason for trouble in caught] == ["connection_lost"]
    assert caught[0].is_passing
