"""Letters when something unusual happens between the approval and the sending, or twice at the same moment."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from email import policy
from email.parser import BytesParser
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from outreach import clock, contacts, senders
from outreach.contacts import Contact
from outreach.db import Database
from outreach.drafts import approve, queue, sending, situation, store
from outreach.drafts.rows import Draft
from outreach.errors import Conflict, Invalid
from outreach.history import store as history
from outreach.history.rows import Touchpoint
from outreach.house import House
from outreach.mail.rows import Delivery
from outreach.mailboxes import store as mailboxes
from outreach.mailboxes.rows import Mailbox
from outreach.occasions.rows import Occasion
from outreach.replies import answers, filing
from tests import letters
from tests import sending as closing
from tests.conftest import make_house
from tests.imap import ImapServer
from tests.replying import Desk
from tests.sink import Sink


def at_once(*acts: Any) -> list[Any]:
    """All of them at the same moment; gives what each gave, or the error it raised."""
    start = threading.Barrier(len(acts))
    found: list[Any] = [None] * len(acts)

    def run(at: int, act: Any) -> None:
        start.wait()
        try:
            found[at] = act()
        except Exception as error:  # noqa: BLE001 - whatever it is, the test looks at it
            found[at] = error

    threads = [threading.Thread(target=run, args=(at, act)) for at, act in enumerate(acts)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(timeout=60)
    return found


def test_of_two_approvals_at_the_same_moment_one_counts(open_house: House, server: Sink) -> None:
    _, draft_id = letters.prepare(open_house, server)
    found = at_once(*[lambda: letters.approved(open_house, draft_id)] * 3)
    assert sum(isinstance(one, Conflict) for one in found) == 2, found
    sending.send_letters(open_house)
    sending.send_letters(open_house)
    assert len(server.mails) == 1
    with open_house.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Delivery)) == 1


def test_an_approval_while_the_letter_is_written_anew_is_never_for_other_words(open_house: House, server: Sink) -> None:
    _, draft_id = letters.prepare(open_house, server)
    with open_house.database.reading() as session:
        draft = store.get(session, draft_id)
        seen = approve.seen(session, situation.around(session, draft, now=clock.now(), zone=letters.ZONE))
        subject, text = draft.subject, draft.text

    def anew() -> None:
        with open_house.database.writing() as session:
            contacts.update(session, store.get(session, draft_id).contact_id, last_name="Anders")
        with open_house.database.writing() as session:
            store.propose_again(session, draft_id, now=clock.now(), zone=letters.ZONE)

    def agreed() -> None:
        with open_house.database.writing() as session:
            at = clock.now() - timedelta(seconds=60)
            approve.approve(
                session, open_house, draft_id, seen_fingerprint=seen, subject=subject, text=text, user_id=None, now=at
            )

    at_once(anew, agreed)
    sending.send_letters(open_house)
    for mail in server.mails:
        assert "Anders" not in mail.message.get_content()
        assert text.strip().splitlines()[0] in mail.message.get_content()


def test_a_letter_does_not_leave_under_an_address_its_sender_gave_up(open_house: House, server: Sink) -> None:
    sender_id, draft_id = letters.prepare(open_house, server)
    letters.approved(open_house, draft_id)
    with open_house.database.writing() as session:
        senders.change(session, sender_id, name="Katharina Weiß", address="neu@weiss-beratung.example")
    sending.send_letters(open_house)
    assert server.mails == []
    assert letters.state(open_house, draft_id) == ("proposed", "sender_changed")


def test_a_mailbox_whose_password_cannot_be_read_holds_up_no_other(open_house: House, server: Sink) -> None:
    first, broken = letters.prepare(open_house, server)
    with open_house.database.writing() as session:
        other = letters.person(session, "ben@moebel-weber.example", first_name="Ben", salutation="herr")
        made = senders.create(session, name="Ben Weiß", address="ben@weiss-beratung.example")
        mailboxes.save(session, open_house.vault, made.id, smtp_host="127.0.0.1", smtp_port=server.port, smtp_security="",
                       weekdays="1234567", opens_at="00:00", closes_at="23:59", region="", gap_seconds=0,
                       zone=letters.noon_zone(clock.now()))  # fmt: skip
        draft = letters.proposed(session, other, story="2")
        draft.sender_id = made.id
        works = draft.id
    letters.approved(open_house, broken)
    letters.approved(open_house, works)
    with open_house.database.writing() as session:
        session.execute(update(Mailbox).where(Mailbox.sender_id == first).values(smtp_password="locked by another key"))
    sending.send_letters(open_house)
    assert [one.recipient for one in server.mails] == ["ben@moebel-weber.example"]
    with open_house.database.reading() as session:
        trouble = session.get_one(Mailbox, first).trouble
    assert trouble is not None


def test_a_page_of_before_another_letter_to_the_same_person_sends_no_second_one(
    open_house: House, server: Sink
) -> None:
    _, one = letters.prepare(open_house, server)
    with open_house.database.writing() as session:
        draft = letters.proposed(session, store.get(session, one).contact_id, story="2", kind="new_site")
        two, shown = (
            draft.id,
            approve.seen(session, situation.around(session, draft, now=clock.now(), zone=letters.ZONE)),
        )
    letters.approved(open_house, one)
    with pytest.raises(Conflict):
        letters.approved(open_house, two, seen_fingerprint=shown)
    letters.approved(open_house, two)  # who has seen that there is another one may still want it


def _too_late(session: Session, draft: Draft) -> None:
    session.get_one(Occasion, draft.occasion_id).expires_on = (clock.now() - timedelta(days=9)).date()


def _died(session: Session, draft: Draft) -> None:
    session.get_one(Contact, draft.contact_id).deceased_at = clock.now()


@pytest.mark.parametrize(("happens", "reason"), [(_too_late, "too_late"), (_died, "light_red")])
def test_what_came_back_stands_in_the_queue_whatever_its_occasion_became(
    open_house: House, server: Sink, happens: Callable[[Session, Draft], None], reason: str
) -> None:
    _, draft_id = letters.prepare(open_house, server)
    letters.approved(open_house, draft_id)
    with open_house.database.writing() as session:
        happens(session, store.get(session, draft_id))
    sending.send_letters(open_house)
    assert server.mails == []
    assert letters.state(open_house, draft_id) == ("proposed", reason)
    with open_house.database.reading() as session:
        assert [one.draft_id for one in queue.batch(session, now=clock.now(), zone=letters.ZONE).lines] == [draft_id]


def test_of_two_that_file_at_the_same_moment_one_copies(
    sqlite: Database, tmp_path: Path, imap_server: ImapServer, server: Sink
) -> None:
    house = make_house(sqlite, tmp_path)
    _, draft_id = letters.prepare(house, server, imap_host=imap_server.host, imap_port=imap_server.port, imap_security="",
                          imap_user=imap_server.user, imap_password=imap_server.password)  # fmt: skip
    letters.approved(house, draft_id)
    sending.send_letters(house)
    at_once(*[lambda: filing.file_sent(house)] * 4)
    closing.close(house)
    assert len(imap_server.snapshot()["Sent"]["mails"]) == 1


@pytest.mark.parametrize("references", ["<> <a@b>", " ".join(f"<{'x' * 60}{n}@mail.example>" for n in range(200))])
def test_an_answer_can_be_approved_whatever_numbers_their_mail_carries(open_house: House, references: str) -> None:
    desk = Desk(open_house)
    incoming = desk.comes("Können Sie mir ein Angebot machen?", References=references)
    assert incoming is not None
    with open_house.database.writing() as session:
        draft = store.get(session, answers.answer(session, incoming, now=clock.now(), zone=letters.ZONE))
        store.save(session, draft.id, version=draft.version, subject="Re: Ihr Brief", user_id=None, now=clock.now(),
                   text="Sehr geehrte Frau Köhler,\n\ngern.")  # fmt: skip
        letters.agree(session, open_house, draft)
        raw = session.scalar(select(Delivery.message).where(Delivery.id == draft.delivery_id))
    sent = BytesParser(policy=policy.default).parsebytes(raw or b"")
    assert str(sent["References"]).split()[-1] == desk.row(incoming).message_id


@pytest.mark.parametrize("breaks", ["around", "history"])
def test_a_letter_that_breaks_the_checks_holds_up_no_other(
    open_house: House, server: Sink, monkeypatch: pytest.MonkeyPatch, breaks: str
) -> None:
    _, broken = letters.prepare(open_house, server)
    with open_house.database.writing() as session:
        other = letters.person(session, "ben@moebel-weber.example", first_name="Ben", salutation="herr")
        works = letters.proposed(session, other, story="2").id
    letters.approved(open_house, broken)
    letters.approved(open_house, works)
    around, add = situation.around, history.add

    def odd_around(session: Session, draft: Draft, **given: Any) -> situation.Around:
        return around(session, draft, **given) if draft.id != broken else {}["a kind of before"]

    def odd_add(session: Session, **given: Any) -> Touchpoint:
        return add(session, **given) if given["contact_id"] == other else {}["an entry nobody expects"]

    if breaks == "around":
        monkeypatch.setattr(situation, "around", odd_around)
    else:
        monkeypatch.setattr(history, "add", odd_add)
    for _ in range(3):
        sending.send_letters(open_house)
    assert [one.recipient for one in server.mails].count("ben@moebel-weber.example") == 1
    assert letters.state(open_house, works) == ("sent", "")
    assert len(server.mails) == (1 if breaks == "around" else 2)


def test_a_paused_mailbox_gives_its_letters_back_behind_any_number_of_others(
    open_house: House, server: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, first = letters.prepare(open_house, server, weekdays="1", opens_at="00:00", closes_at="00:01")
    with open_house.database.writing() as session:
        other = letters.person(session, "ben@moebel-weber.example", first_name="Ben", salutation="herr")
        made = senders.create(session, name="Ben Weiß", address="ben@weiss-beratung.example")
        mailboxes.save(session, open_house.vault, made.id, signature="Ben Weiß")
        draft = letters.proposed(session, other, story="2")
        draft.sender_id, second = made.id, draft.id
        letters.agree(session, open_house, store.get(session, first))
        letters.agree(session, open_house, draft)
        mailboxes.pause(session, made.id, paused=True, now=clock.now())
    monkeypatch.setattr(sending, "_BLOCK", 1)
    sending.settle(open_house)
    assert letters.state(open_house, first) == ("approved", "")
    assert letters.state(open_house, second) == ("proposed", "paused")


def test_a_time_after_the_end_of_the_occasion_is_refused_at_once(open_house: House, server: Sink) -> None:
    _, draft_id = letters.prepare(open_house, server)
    with pytest.raises(Invalid, match="over by then"):
        letters.approved(open_house, draft_id, when=clock.now() + timedelta(days=50))
    assert letters.state(open_house, draft_id) == ("proposed", "")
