"""Mails taken in: whose they are, which mail of ours they answer, and what is never kept."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from outreach import clock, erasure, merge, senders
from outreach.contacts import channels
from outreach.house import House
from outreach.mail.rows import Delivery
from outreach.mailboxes import store as mailboxes
from outreach.occasions.suggest import LIVE
from outreach.replies.rows import Incoming
from outreach.replies.take_in import take_in
from tests.replying import ANNA, US, Desk


@pytest.fixture
def desk(any_house: House) -> Desk:
    return Desk(any_house)


def test_an_answer_is_matched_by_our_number_in_the_thread(desk: Desk) -> None:
    draft_id = desk.sent()
    row = desk.row(desk.comes(answers=draft_id))
    assert (row.contact_id, row.delivery_id, row.matched_by) == (desk.anna, desk.delivery(draft_id).id, "message_id")
    assert (row.kind, row.text, row.address) == ("reply", "Gern, rufen Sie mich an!", ANNA)
    assert desk.delivery(draft_id).replied_at == row.at


def test_an_answer_further_down_the_thread_is_matched_by_the_references(desk: Desk) -> None:
    draft_id = desk.sent()
    heads = {"References": f"<a@x.example> {desk.message_id(draft_id)} <b@y.example>", "In-Reply-To": "<b@y.example>"}
    assert desk.row(desk.comes(**heads)).delivery_id == desk.delivery(draft_id).id


def test_an_answer_from_a_private_address_is_theirs(desk: Desk) -> None:
    draft_id = desk.sent()
    row = desk.row(desk.comes(answers=draft_id, From="anna.k@gmx.example"))
    assert (row.contact_id, row.matched_by, row.address) == (desk.anna, "message_id", "anna.k@gmx.example")


def test_a_colleague_who_answers_for_her_stands_on_the_colleagues_card_and_ends_her_follow_up(desk: Desk) -> None:
    colleague = desk.person("bernd@moebel-weber.example", first_name="Bernd", last_name="Voß", salutation="herr")
    draft_id = desk.sent(follow_up_days=5)
    row = desk.row(desk.comes(answers=draft_id, From="Bernd Voß <bernd@moebel-weber.example>"))
    assert row.contact_id == colleague
    assert desk.timeline(colleague) == ["mail_in"]
    assert desk.delivery(draft_id).replied_at is not None
    assert [one.state for one in desk.occasions("follow_up")] == ["expired"]


def test_a_mail_of_ones_own_accord_is_matched_by_the_address_first_or_further(desk: Desk) -> None:
    with desk.house.database.writing() as session:
        channels.add(session, desk.anna, kind="email", value="Anna.Privat@web.example", label="home")
    assert desk.row(desk.comes()).matched_by == "address"
    row = desk.row(desk.comes(From="anna.privat@WEB.example"))
    assert (row.contact_id, row.delivery_id, row.matched_by) == (desk.anna, None, "address")


def test_a_subject_matches_nothing_and_strangers_leave_no_trace(desk: Desk) -> None:
    draft_id = desk.sent()
    subject = f"Re: {desk.draft(draft_id).subject}"
    assert desk.comes(From="wer@fremd.example", Subject=subject) is None
    forged = "<AAAAAAAAAAAAAAAAAAAAAAAAAAA@weiss-beratung.example>"
    assert desk.comes(From="wer@fremd.example", **{"In-Reply-To": forged}) is None
    assert (desk.count(Incoming), desk.timeline()) == (0, ["mail_out"])


def test_the_same_mail_is_taken_in_once_also_when_it_lies_in_a_second_mailbox(desk: Desk) -> None:
    raw = desk.mail("Gern!", at=clock.now() - timedelta(hours=1))
    assert desk.comes(raw=raw) is not None
    assert desk.comes(raw=raw) is None
    with desk.house.database.writing() as session:
        other = senders.create(session, name="Büro", address="buero@weiss-beratung.example").id
        mailboxes.save(session, desk.house.vault, other, weekdays="12345")
    desk.sender_id = other
    assert desk.comes(raw=raw) is None
    assert (desk.count(Incoming), desk.timeline()) == (1, ["mail_in"])


def test_a_mail_without_a_number_is_known_by_its_beginning(desk: Desk) -> None:
    raw = desk.mail("Gern!", at=clock.now() - timedelta(hours=1)).replace(b"Message-ID", b"X-Nothing")
    assert desk.comes(raw=raw) is not None
    assert desk.comes(raw=raw) is None


def test_our_own_copy_in_the_sent_folder_is_no_second_touchpoint(desk: Desk) -> None:
    draft_id = desk.sent()
    number = desk.message_id(draft_id)
    assert desk.by_hand(**{"Message-ID": number}) is None
    assert desk.by_hand(**{"Message-ID": "<x@outlook.example>", "X-Microsoft-Original-Message-ID": number}) is None
    assert (desk.timeline(), desk.count(Incoming)) == (["mail_out"], 0)


def test_a_copy_in_the_sent_folder_settles_what_nobody_could_know(desk: Desk) -> None:
    draft_id = desk.sent(state="unsure")
    desk.by_hand(**{"Message-ID": desk.message_id(draft_id)})
    assert (desk.delivery(draft_id).state, desk.delivery(draft_id).reason) == ("sent", "in_sent_folder")


def test_an_automatic_answer_settles_it_too_and_counts_as_no_answer(desk: Desk) -> None:
    draft_id = desk.sent(state="unsure")
    text = "Ich bin bis zum 30. nicht im Büro. Ihre Mail wird nicht weitergeleitet."
    desk.comes(text, answers=draft_id, Auto_Submitted="auto-replied", Subject="Abwesend: Glückwunsch")
    assert desk.delivery(draft_id).state == "sent"
    assert desk.delivery(draft_id).replied_at is None


def test_a_mail_written_by_hand_becomes_a_touchpoint_and_answers_what_waited(desk: Desk) -> None:
    waiting = desk.comes()
    assert desk.contact().last_contact_at is not None
    row = desk.row(desk.by_hand("Sehr geehrte Frau Köhler, morgen um zehn?", Subject="Termin"))
    assert (row.direction, row.kind, row.contact_id, row.address) == ("out", "written", desk.anna, ANNA)
    assert desk.timeline() == ["mail_in", "mail_out"]
    answered = desk.row(waiting)
    assert (answered.answered_how, answered.answered_at) == ("mail", row.at)
    assert [one.state for one in desk.occasions("answer_owed") if one.state in LIVE] == []


def test_a_mail_by_hand_to_several_stands_on_each_card_and_one_to_strangers_nowhere(desk: Desk) -> None:
    bernd = desk.person("bernd@moebel-weber.example", first_name="Bernd", last_name="Voß", salutation="herr")
    row = desk.row(desk.by_hand(to=f"wer@fremd.example, {ANNA}", Cc="bernd@moebel-weber.example"))
    assert row.address == ANNA
    assert (desk.timeline(), desk.timeline(bernd)) == (["mail_out"], ["mail_out"])
    assert desk.by_hand(to="wer@fremd.example") is None
    assert desk.count(Incoming) == 1


def test_what_we_write_to_ourselves_is_not_filed(desk: Desk) -> None:
    assert desk.comes(From=US) is None


def test_mails_of_a_merged_card_lead_to_the_one_that_stayed(desk: Desk) -> None:
    other = desk.person("a.koehler@moebel-weber.example", first_name="Anna", last_name="Koehler")
    draft_id = desk.sent(other)
    with desk.house.database.writing() as session:
        merge.contacts(session, desk.anna, other, now=clock.now())
    row = desk.row(desk.comes(answers=draft_id, From="ganz@anders.example"))
    assert (row.contact_id, row.matched_by) == (desk.anna, "message_id")
    assert desk.row(desk.comes(From="a.koehler@moebel-weber.example")).contact_id == desk.anna


def test_an_answer_of_somebody_who_was_erased_is_not_kept(desk: Desk) -> None:
    draft_id = desk.sent()
    number, delivery_id = desk.message_id(draft_id), desk.delivery(draft_id).id
    with desk.house.database.writing() as session:
        erasure.erase(session, desk.anna, now=clock.now())
    assert desk.comes(**{"In-Reply-To": number}) is None
    assert desk.bounce(ANNA, about=number) is None
    assert desk.count(Incoming) == 0
    with desk.house.database.reading() as session:
        assert session.scalar(select(Delivery.address).where(Delivery.id == delivery_id)) in ("", None)


def test_a_mailing_list_is_not_filed_and_a_receipt_only_kept(desk: Desk) -> None:
    assert desk.comes("Unser Rundbrief im Mai", **{"List-Id": "<rundbrief.moebel-weber.example>", "List-Unsubscribe": "<https://x.example/u>", "Precedence": "bulk"}) is None  # fmt: skip
    raw = (
        f"From: {ANNA}\nTo: {US}\nSubject: Gelesen: Glückwunsch\nMessage-ID: <r@x.example>\nMIME-Version: 1.0\n"
        'Content-Type: multipart/report; report-type=disposition-notification; boundary="b"\n\n--b\n'
        "Content-Type: text/plain\n\nGelesen.\n\n--b\nContent-Type: message/disposition-notification\n\n"
        f"Final-Recipient: rfc822;{ANNA}\nDisposition: automatic-action/MDN-sent-automatically; displayed\n\n--b--\n"
    )
    row = desk.row(desk.comes(raw=raw.encode()))
    assert (row.kind, row.waits_since, row.touchpoint_id, desk.timeline()) == ("mdn", None, None, [])


def test_a_clock_that_runs_wrong_does_not_move_a_mail(desk: Desk) -> None:
    row = desk.row(desk.comes(Date="Mon, 01 Jan 2035 10:00:00 +0000"))
    assert abs(row.at - (clock.now() - timedelta(hours=1))) < timedelta(minutes=1)


def test_two_answers_at_once_in_two_mailboxes_make_one_owed_answer(desk: Desk) -> None:
    with desk.house.database.writing() as session:
        other = senders.create(session, name="Büro", address="buero@weiss-beratung.example").id
        mailboxes.save(session, desk.house.vault, other, weekdays="12345")
    at = clock.now() - timedelta(hours=1)
    same = desk.mail("Gern!", at=at)
    mails = [[same, desk.mail("Und noch etwas.", at=at)], [desk.mail("Wann?", at=at), same]]
    gate, errors = threading.Barrier(2), []

    def read(sender_id: int, raws: list[bytes]) -> None:
        try:
            gate.wait(10)
            with desk.house.database.writing() as session:
                for raw in raws:
                    with session.begin_nested():
                        take_in(session, desk.house, sender_id, raw, role="inbox", at=at, now=clock.now())
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=read, args=pair) for pair in zip((desk.sender_id, other), mails, strict=True)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(60)
    assert errors == []
    assert (desk.count(Incoming), len(desk.timeline())) == (3, 3)
    assert len([one for one in desk.occasions("answer_owed") if one.state in LIVE]) == 1


def test_a_sent_mail_is_never_settled_twice(desk: Desk) -> None:
    draft_id = desk.sent()
    before = desk.delivery(draft_id).sent_at
    with desk.house.database.writing() as session:
        session.execute(update(Delivery).values(reason=""))
    desk.by_hand(**{"Message-ID": desk.message_id(draft_id)})
    assert (desk.delivery(draft_id).sent_at, desk.delivery(draft_id).reason) == (before, "")


@pytest.mark.parametrize(
    "raw",
    [
        b"From: anna@moebel-weber.example\nSubject: \xff\xfe\x00 =?utf-8?q?=00=ff?=\nMessage-ID: <\xff@x>\n\nHallo\x00 \xff\xfe\n",
        b"From: anna@moebel-weber.example\nContent-Type: text/plain; charset=nothing\n\n\xed\xa0\x80 Gr\xfc\xdfe\n",
        b"From: anna@moebel-weber.example\nDate: Mon, 99 Xyz 0000\nReferences: <a\x00b@c> <\xff> <>\nIn-Reply-To: <a b@c>\n\nJa.\n",
        b"From: anna@moebel-weber.example\nContent-Type: multipart/mixed; boundary=\x00\n\n--\x00\n\nJa.\n",
        b"From: anna@moebel-weber.example\nSubject: "
        + b"x" * 5000
        + b"\nMessage-ID: <"
        + b"y" * 3000
        + b"@x>\n\n"
        + b"z " * 50_000,
        b"From: anna@moebel-weber.example\n\n",
        b"From: anna@moebel-weber.example\nAuto-Submitted: auto-replied\nSubject: Abwesend\n\nNachfolger ist \xff\x00 Bernd, bernd\xff@x.example. Ich arbeite nicht mehr im Unternehmen.\n",
    ],
)
def test_no_mail_is_too_broken_to_be_kept(desk: Desk, raw: bytes) -> None:
    row = desk.row(desk.comes(raw=raw))
    assert row.contact_id == desk.anna
    assert "\0" not in row.text + row.subject
