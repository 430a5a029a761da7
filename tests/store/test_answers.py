"""Mails that wait for an answer: how the waiting ends, and what follows when a person says what a mail really was."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from outreach import clock
from outreach.care.rows import Complaint
from outreach.consent.rows import Suppression
from outreach.contacts import Contact
from outreach.drafts import store as drafts
from outreach.errors import Invalid, NotFound
from outreach.history import store as history
from outreach.history.rows import Touchpoint
from outreach.house import House
from outreach.occasions import decide, found
from outreach.occasions.rows import Occasion
from outreach.occasions.suggest import LIVE
from outreach.replies import answers, pages
from outreach.replies.answers import Reading
from outreach.replies.rows import Incoming
from outreach.replies.take_in import take_in
from outreach.stops import Stop
from outreach.tasks import Task
from tests import letters

ADDRESS = "anna@moebel-weber.example"


@dataclass
class Desk:
    """A house with one mailbox and one person who writes."""

    session: Session
    house: House
    sender_id: int
    contact_id: int

    def comes(self, text: str, *, ago: timedelta = timedelta(hours=2), **heads: str) -> int:
        """A mail of this person is taken in; gives its number."""
        at = clock.now() - ago
        lines = {"From": f"Anna Köhler <{ADDRESS}>", "To": "katharina@weiss-beratung.example", "Subject": "Ihr Brief",
                 "Message-ID": f"<{at.timestamp()}@moebel-weber.example>", "Date": f"{at:%a, %d %b %Y %H:%M:%S} +0000",
                 "Content-Type": "text/plain; charset=utf-8", **heads}  # fmt: skip
        raw = "".join(f"{name}: {value}\n" for name, value in lines.items()) + f"\n{text}\n"
        row = take_in(
            self.session,
            self.house,
            self.sender_id,
            raw.encode(),
            role=heads.get("role", "inbox"),
            at=at,
            now=clock.now(),
        )
        assert row is not None
        return row.id

    def waiting(self) -> list[int]:
        return [one.id for one in pages.newest_waiting(self.session, 50)]

    def how(self, incoming_id: int) -> str:
        return self.session.scalars(select(Incoming.answered_how).where(Incoming.id == incoming_id)).one()

    def owed(self) -> list[str]:
        query = select(Occasion.state).where(Occasion.kind == "answer_owed").order_by(Occasion.id)
        return [str(one) for one in self.session.scalars(query)]

    def settle(self) -> int:
        return answers.settle(self.session, now=clock.now(), zone=letters.ZONE)

    def kinds(self) -> list[str]:
        return list(self.session.scalars(select(Touchpoint.kind).order_by(Touchpoint.id)))


@pytest.fixture
def desk(any_house: House) -> Iterator[Desk]:
    with any_house.database.session(writing=True) as session:
        yield Desk(session, any_house, letters.mailbox(session, any_house), letters.person(session))
        session.rollback()


def test_a_question_waits_until_the_answer_in_its_thread_has_left(desk: Desk) -> None:
    number = desk.comes("Was würde so ein Workshop denn kosten?")
    assert desk.waiting() == [number]
    draft_id = answers.answer(desk.session, number, now=clock.now(), zone=letters.ZONE)
    assert answers.answer(desk.session, number, now=clock.now(), zone=letters.ZONE) == draft_id
    draft = drafts.get(desk.session, draft_id)
    row = answers.get(desk.session, number)
    assert (draft.subject, draft.in_reply_to, draft.to_address) == ("Re: Ihr Brief", row.message_id, ADDRESS)
    assert pages.one(desk.session, number).answer_id == draft_id
    letters.agree(desk.session, desk.house, draft)
    assert desk.settle() == 0, "approved is not sent"
    history.add(desk.session, contact_id=desk.contact_id, kind="mail_out", text="Re: Ihr Brief", at=clock.now())
    assert desk.settle() == 1
    assert (desk.waiting(), desk.how(number)) == ([], "mail")
    assert desk.settle() == 0


@pytest.mark.parametrize(
    ("kind", "how"),
    [("call", "phone"), ("meeting", "phone"), ("letter", "letter"), ("mail_out", "mail"), ("offer", "mail")],
)
def test_what_is_noted_on_the_card_ends_the_waiting_and_the_occasion(desk: Desk, kind: str, how: str) -> None:
    number = desk.comes("Was würde so ein Workshop denn kosten?")
    history.add(desk.session, contact_id=desk.contact_id, kind=kind, text="erledigt", at=clock.now())
    assert desk.settle() == 1
    assert (desk.waiting(), desk.how(number)) == ([], how)
    assert [one for one in desk.owed() if one in LIVE] == []


def test_a_call_noted_for_the_day_counts_when_it_was_noted_after_the_mail(desk: Desk) -> None:
    number = desk.comes("Was würde so ein Workshop denn kosten?", ago=timedelta(minutes=1))
    row = answers.get(desk.session, number)
    evening = datetime.combine(row.at.date(), datetime.min.time(), UTC) + timedelta(hours=23)
    row.at = row.waits_since = evening
    call = history.add(desk.session, contact_id=desk.contact_id, kind="call", text="angerufen", at=evening.date())
    call.created_at = evening + timedelta(minutes=5)
    desk.session.flush()
    assert desk.settle() == 1
    assert desk.how(number) == "phone"


def test_the_newest_of_many_that_wait_is_settled_too(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answers, "_BLOCK", 1)
    older = desk.comes("Was kostet das?", ago=timedelta(days=3))
    newer = desk.comes("Und was kostet der Workshop?", ago=timedelta(hours=1))
    other = letters.person(desk.session, "bernd@moebel-weber.example")
    desk.session.execute(update(Incoming).where(Incoming.id == older).values(contact_id=other))
    history.add(desk.session, contact_id=desk.contact_id, kind="call", text="besprochen", at=clock.now())
    assert desk.settle() == 1
    assert (desk.how(older), desk.how(newer)) == ("", "phone")


def test_a_note_or_an_older_call_answers_nothing(desk: Desk) -> None:
    history.add(
        desk.session, contact_id=desk.contact_id, kind="call", text="vorher", at=clock.now() - timedelta(days=2)
    )
    number = desk.comes("Was würde so ein Workshop denn kosten?")
    history.add(desk.session, contact_id=desk.contact_id, kind="note", text="nachdenken", at=clock.now())
    assert desk.settle() == 0
    assert desk.waiting() == [number]


def test_an_older_mail_by_hand_does_not_answer_a_newer_one(desk: Desk) -> None:
    number = desk.comes("Was würde so ein Workshop denn kosten?")
    at = clock.now() - timedelta(days=3)
    raw = (
        f"From: katharina@weiss-beratung.example\nTo: {ADDRESS}\nSubject: Hallo\nMessage-ID: <old@weiss.example>\n"
        f"Date: {at:%a, %d %b %Y %H:%M:%S} +0000\n\nGuten Tag\n"
    )
    take_in(desk.session, desk.house, desk.sender_id, raw.encode(), role="sent", at=at, now=clock.now())
    assert desk.waiting() == [number]
    assert [one in LIVE for one in desk.owed()] == [True]


def test_what_is_decided_about_the_occasion_holds_for_the_mail(desk: Desk) -> None:
    number = desk.comes("Was würde so ein Workshop denn kosten?")
    occasion = desk.session.scalars(select(Occasion.id).where(Occasion.kind == "answer_owed")).one()
    decide.dismiss(desk.session, occasion, "other", user_id=None, now=clock.now())
    assert desk.settle() == 1
    assert (desk.waiting(), desk.how(number)) == ([], "none")


def test_no_answer_needed_and_it_waits_again(desk: Desk) -> None:
    number = desk.comes("Was würde so ein Workshop denn kosten?")
    for _ in range(2):
        answers.needs_none(desk.session, number, user_id=None, now=clock.now(), zone=letters.ZONE)
    assert (desk.waiting(), desk.how(number), desk.owed()) == ([], "none", ["dismissed"])
    found.find(desk.session, now=clock.now(), zone=letters.ZONE)
    assert desk.owed() == ["dismissed"]
    answers.wait_again(desk.session, number, now=clock.now(), zone=letters.ZONE)
    assert desk.waiting() == [number]
    assert [one in LIVE for one in desk.owed()] == [True]
    assert desk.settle() == 0


def test_answered_by_phone_stands_on_the_card_once(desk: Desk) -> None:
    number = desk.comes("Was würde so ein Workshop denn kosten?")
    for _ in range(2):
        answers.by_phone(desk.session, number, note="Preis genannt", user_id=None, now=clock.now(), zone=letters.ZONE)
    assert (desk.waiting(), desk.how(number)) == ([], "phone")
    assert desk.kinds() == ["mail_in", "call"]


def test_one_mail_opens_one_complaint_in_their_words(desk: Desk) -> None:
    number = desk.comes("Das war leider gar nichts, ich bin sehr enttäuscht von der Schulung.")
    made = answers.complain(desk.session, number, user_id=None, now=clock.now(), zone=letters.ZONE)
    assert answers.complain(desk.session, number, user_id=None, now=clock.now(), zone=letters.ZONE).id == made.id
    assert desk.session.scalars(select(Complaint.text)).one().startswith("Das war leider gar nichts")
    assert desk.waiting() == [number], "an apology is owed all the same"


def test_an_opt_out_nobody_saw_is_one_when_a_person_says_so(desk: Desk) -> None:
    number = desk.comes("Ach nein, bitte lieber nicht mehr so viel davon.")
    answers.understood_as(desk.session, desk.house, number, Reading("opt_out"), now=clock.now())
    contact = desk.session.get_one(Contact, desk.contact_id)
    assert contact.address_hash in desk.session.scalars(select(Suppression.address_hash)).all()
    assert (desk.waiting(), desk.how(number)) == ([], "none")
    assert desk.kinds() == ["mail_in"], "it stands on the timeline once"


def test_a_machine_taken_for_a_person_leaves_the_timeline_and_owes_nothing(desk: Desk) -> None:
    number = desk.comes("Ich bin dann mal weg und melde mich am Montag.")
    absent = Reading("auto_reply", "out_of_office", (clock.now() + timedelta(days=5)).date())
    answers.understood_as(desk.session, desk.house, number, absent, now=clock.now())
    assert (desk.waiting(), desk.kinds()) == ([], [])
    assert [one for one in desk.owed() if one in LIVE] == []
    answers.understood_as(desk.session, desk.house, number, Reading("reply", "later"), now=clock.now())
    assert (desk.waiting(), desk.kinds()) == ([number], ["mail_in"])
    assert [one in LIVE for one in desk.owed()] == [True]


def test_a_data_request_makes_its_task_once_and_still_waits(desk: Desk) -> None:
    number = desk.comes("Was würde so ein Workshop denn kosten?")
    for _ in range(2):
        answers.understood_as(desk.session, desk.house, number, Reading("data_request", "access"), now=clock.now())
    assert desk.session.scalars(select(Task.kind)).all() == ["request"]
    assert desk.waiting() == [number]
    assert [one in LIVE for one in desk.owed()] == [True]


def test_a_threat_nobody_saw_stops_everything_to_the_company(desk: Desk) -> None:
    number = desk.comes("Was würde so ein Workshop denn kosten?")
    answers.understood_as(desk.session, desk.house, number, Reading("legal_threat"), now=clock.now())
    assert desk.session.scalars(select(Stop.kind)).all() == ["legal_threat"]


def test_only_what_is_on_the_list_can_be_said_of_a_mail(desk: Desk) -> None:
    number = desk.comes("Was würde so ein Workshop denn kosten?")
    with pytest.raises(Invalid):
        answers.understood_as(desk.session, desk.house, number, Reading("bounce", "hard"), now=clock.now())
    with pytest.raises(NotFound):
        answers.get(desk.session, number + 1)


def test_two_mails_of_one_person_are_answered_by_one_letter(desk: Desk) -> None:
    first = desk.comes("Was würde so ein Workshop denn kosten?", ago=timedelta(hours=5))
    second = desk.comes("Und wann ginge es?", ago=timedelta(hours=3))
    assert desk.waiting() == [second, first]
    history.add(desk.session, contact_id=desk.contact_id, kind="mail_out", text="Re", at=clock.now())
    assert desk.settle() >= 1
    assert desk.waiting() == []


def test_everything_is_listed_with_what_it_answers(desk: Desk) -> None:
    desk.comes("Was würde so ein Workshop denn kosten?")
    page = pages.list_page(desk.session, "everything")
    assert [(one.name, one.company, one.kind, one.mailbox) for one in page.rows] == [
        ("Anna Köhler", "Möbel Weber GmbH", "reply", "katharina@weiss-beratung.example")
    ]
    with pytest.raises(Invalid):
        pages.list_page(desk.session, "nothing")
