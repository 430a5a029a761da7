"""What follows from a mail that came back: each rule of consequences.py and bounces.py."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from outreach import clock, stops, users
from outreach.consent import lists, subscriptions, suppression
from outreach.consent.light import light
from outreach.consent.rows import Subscription
from outreach.contacts import Contact, channels
from outreach.drafts import queue, sending
from outreach.drafts.rows import Draft
from outreach.house import House
from outreach.lights import known
from outreach.mail import message
from outreach.mail.rows import Delivery
from outreach.occasions import decide, found
from outreach.occasions.rows import Occasion
from outreach.occasions.suggest import LIVE
from outreach.replies import bounces
from outreach.replies.rows import Bounce, Incoming
from outreach.stops import Stop
from tests import letters, sink
from tests import sending as closing
from tests.replying import ANNA, Desk

OPT_OUT = "Bitte schreiben Sie mir nicht mehr, ich möchte keine Mails von Ihnen."
THREAT = "Wir haben unseren Anwalt eingeschaltet und werden Sie abmahnen, wenn Sie uns noch einmal schreiben."
AWAY = "Vielen Dank für Ihre Nachricht. Ich bin bis einschließlich {day:%d.%m.%Y} im Urlaub und lese meine Mails nicht."
LEFT = "Frau Köhler arbeitet nicht mehr in unserem Unternehmen. Bitte wenden Sie sich an Bernd Voß, bernd.voss@moebel-weber.example."
AUTO = {"Auto-Submitted": "auto-replied", "Subject": "Automatische Antwort: Glückwunsch"}


@pytest.fixture
def desk(any_house: House) -> Desk:
    return Desk(any_house)


def suppressed(desk: Desk, address: str) -> bool:
    with desk.house.database.reading() as session:
        return suppression.contains(session, address)


def colour(desk: Desk, contact_id: int) -> str:
    with desk.house.database.reading() as session:
        return light("mail", known(session, [contact_id])[contact_id]).colour


def in_queue(desk: Desk) -> list[int]:
    with desk.house.database.reading() as session:
        batch = queue.batch(session, now=clock.now(), zone=letters.ZONE)
        return [one.draft_id for one in batch.lines]


# ---- answers


def test_an_answer_stands_on_the_timeline_and_is_owed_an_answer_in_their_words(desk: Desk) -> None:
    draft_id = desk.sent()
    row = desk.row(desk.comes("Sehr gern, wann passt es Ihnen?", answers=draft_id))
    assert desk.timeline() == ["mail_out", "mail_in"]
    assert row.waits_since == row.at
    (owed,) = desk.occasions("answer_owed")
    assert (owed.state, owed.contact_id, owed.quote) == ("open", desk.anna, "Sehr gern, wann passt es Ihnen?")
    assert owed.details["incoming_id"] == row.id
    with desk.house.database.writing() as session:
        found.find(session, now=clock.now(), zone=letters.ZONE)
    assert len(desk.occasions("answer_owed")) == 1


def test_a_second_mail_updates_the_owed_answer_and_wakes_it(desk: Desk) -> None:
    desk.comes("Erste Frage?", ago=timedelta(hours=3))
    (owed,) = desk.occasions("answer_owed")
    with desk.house.database.writing() as session:
        decide.snooze(session, owed.id, desk.today + timedelta(days=3), now=clock.now(), zone=letters.ZONE)
    second = desk.comes("Zweite Frage?", ago=timedelta(hours=1))
    (again,) = desk.occasions("answer_owed")
    assert (again.id, again.state, again.quote) == (owed.id, "open", "Zweite Frage?")
    assert (again.details["incoming_id"], again.details["since"]) == (second, owed.details["since"])


def test_the_other_letters_to_the_customer_leave_the_queue_and_come_back_after_our_answer(desk: Desk) -> None:
    colleague = desk.person("bernd@moebel-weber.example", first_name="Bernd", last_name="Voß", salutation="herr")
    draft_id = desk.proposed(colleague)
    assert in_queue(desk) == [draft_id]
    desk.comes()
    assert desk.occasion(draft_id).held_by == "answer_owed"
    assert in_queue(desk) == []
    desk.by_hand()
    assert desk.occasion(draft_id).held_by != "answer_owed"


def test_an_approved_letter_that_has_not_left_comes_back_and_is_not_sent(desk: Desk) -> None:
    draft_id = desk.approved()
    desk.comes()
    draft = desk.draft(draft_id)
    assert (draft.state, draft.returned, draft.delivery_id) == ("proposed", "answered", None)
    assert desk.delivery(draft_id).state == "cancelled"
    with sink.running() as server:
        sending.send_letters(desk.house)
        assert server.mails == []


def test_what_was_asked_once_again_ends_and_what_waited_for_their_answer_wakes(desk: Desk) -> None:
    sent = desk.sent(follow_up_days=5)
    other = desk.proposed(kind="certification", headline="Möbel Weber ist jetzt zertifiziert")
    with desk.house.database.writing() as session:
        session.execute(update(Occasion).where(Occasion.id == desk.occasion(other).id).values(state="open"))
        decide.snooze_until_answer(session, desk.occasion(other).id, now=clock.now(), zone=letters.ZONE)
    assert [one.state for one in desk.occasions("follow_up")] == ["snoozed"]
    desk.comes(answers=sent)
    assert [one.state for one in desk.occasions("follow_up")] == ["expired"]
    woken = desk.occasion(other)
    assert woken.state != "snoozed"
    assert woken.decision == ""


def test_an_answer_resets_the_cadence(desk: Desk) -> None:
    before = desk.contact().last_contact_at
    row = desk.row(desk.comes())
    assert desk.contact().last_contact_at == row.at != before


def test_the_first_answer_counts_at_the_letter(desk: Desk) -> None:
    draft_id = desk.sent()
    first = desk.row(desk.comes(answers=draft_id, ago=timedelta(hours=5)))
    desk.comes("Noch etwas.", answers=draft_id)
    assert desk.delivery(draft_id).replied_at == first.at


# ---- machines


def test_somebody_away_is_asked_again_the_day_after_and_has_not_answered(desk: Desk) -> None:
    draft_id = desk.sent(follow_up_days=5)
    back = desk.today + timedelta(days=12)
    row = desk.row(desk.comes(AWAY.format(day=back - timedelta(days=1)), answers=draft_id, **AUTO))
    assert (row.kind, row.sub, row.details.get("returns_on")) == ("auto_reply", "out_of_office", back.isoformat())
    (follow_up,) = desk.occasions("follow_up")
    assert (follow_up.state, follow_up.snoozed_until) == ("snoozed", back + timedelta(days=1))
    assert follow_up.expires_on > follow_up.snoozed_until
    assert (desk.timeline(), desk.occasions("answer_owed"), row.waits_since) == (["mail_out"], [], None)
    assert desk.delivery(draft_id).replied_at is None


def test_somebody_who_left_gives_one_task_with_the_successor(desk: Desk) -> None:
    draft_id = desk.sent(follow_up_days=5)
    desk.comes(LEFT, answers=draft_id, **AUTO)
    desk.comes(LEFT, **AUTO)
    (task,) = desk.tasks()
    assert "bernd.voss@moebel-weber.example" in task.text
    assert (task.contact_id, task.due_on) == (desk.anna, desk.today)
    assert [one.state for one in desk.occasions("follow_up")] == ["expired"]


def test_an_acknowledgement_is_only_kept(desk: Desk) -> None:
    text = "Ihre Nachricht ist bei uns eingegangen. Ihre Ticketnummer lautet 4711. Wir melden uns."
    row = desk.row(desk.comes(text, **{**AUTO, "Subject": "Eingangsbestätigung [Ticket 4711]"}))
    assert (row.kind, row.sub, row.waits_since) == ("auto_reply", "acknowledgement", None)
    assert (desk.timeline(), desk.tasks(), desk.occasions("answer_owed")) == ([], [], [])


# ---- what must never be missed


def test_whoever_wants_no_mails_gets_none_from_this_moment(desk: Desk) -> None:
    draft_id = desk.sent()
    waiting = desk.approved(
        draft_id=desk.proposed(kind="certification"),
        subject="Zertifiziert",
        text="Sehr geehrte Frau Köhler,\n\nGlückwunsch.",
    )
    row = desk.row(desk.comes(OPT_OUT, answers=draft_id))
    assert row.kind == "opt_out"
    assert suppressed(desk, ANNA)
    assert colour(desk, desk.anna) == "red"
    assert desk.draft(waiting).state == "proposed"
    assert desk.timeline() == ["mail_out", "mail_in"]
    assert desk.occasions("answer_owed") == []


def test_an_objection_from_a_further_address_holds_for_every_address_and_newsletter(desk: Desk) -> None:
    with desk.house.database.writing() as session:
        channels.add(session, desk.anna, kind="email", value="anna.privat@web.example", label="home")
        list_id = lists.create(session, name="Neuigkeiten").id
        subscriptions.grant_by_hand(
            session, contact_id=desk.anna, list_id=list_id, text_shown="Telefonat", source="Telefonat", now=clock.now()
        )
    desk.comes(OPT_OUT, From="anna.privat@web.example")
    assert suppressed(desk, ANNA)
    assert suppressed(desk, "anna.privat@web.example")
    assert colour(desk, desk.anna) == "red"
    with desk.house.database.reading() as session:
        assert session.scalars(select(Subscription.state)).all() == ["unsubscribed"]


def test_a_stranger_who_answers_for_her_and_objects_is_heard_for_both(desk: Desk) -> None:
    draft_id = desk.sent()
    desk.comes(OPT_OUT, answers=draft_id, From="zentrale@moebel-weber.example")
    assert suppressed(desk, ANNA)
    assert suppressed(desk, "zentrale@moebel-weber.example")


@pytest.mark.parametrize(
    ("text", "sub", "word"),
    [
        ("Bitte erteilen Sie mir Auskunft nach Art. 15 DSGVO über alle gespeicherten Daten.", "access", "15"),
        ("Löschen Sie bitte alle meine personenbezogenen Daten gemäß Art. 17 DSGVO.", "erasure", "17"),
    ],
)
def test_a_data_request_becomes_a_task_within_the_legal_month(desk: Desk, text: str, sub: str, word: str) -> None:
    row = desk.row(desk.comes(text))
    assert (row.kind, row.sub) == ("data_request", sub)
    (task,) = desk.tasks()
    assert (task.kind, task.contact_id, task.due_on) == ("request", desk.anna, desk.today + timedelta(days=25))
    assert word in task.text
    assert row.waits_since is not None
    assert len(desk.occasions("answer_owed")) == 1


def test_a_legal_threat_stops_everything_to_the_company_and_alerts_the_owners(desk: Desk) -> None:
    colleague = desk.person("bernd@moebel-weber.example", first_name="Bernd", last_name="Voß", salutation="herr")
    with desk.house.database.writing() as session:
        users.add(session, name="Katharina Weiß", email="chefin@weiss-beratung.example", password="a good long one",
                     role=users.Role.OWNER)  # fmt: skip
    waiting = desk.approved(colleague)
    row = desk.row(desk.comes(THREAT))
    assert row.kind == "legal_threat"
    with desk.house.database.reading() as session:
        (flag,) = session.scalars(select(Stop)).all()
        assert (flag.kind, flag.reach, flag.newsletters, flag.contact_id) == ("legal_threat", "person", True, None)
        alert = session.scalars(select(Delivery).where(Delivery.kind == "system")).one()
        assert alert.address == "chefin@weiss-beratung.example"
    assert [one.due_on for one in desk.tasks()] == [desk.today]
    with sink.running() as server:
        with desk.house.database.writing() as session:
            session.execute(update(Draft).values(returned=""))
        sending.send_letters(desk.house)
        assert server.mails == []
    assert (desk.draft(waiting).state, desk.draft(waiting).returned) == ("proposed", "stop_flag")
    assert desk.occasion(waiting).held_by == "stop"


def test_a_threat_after_the_flag_was_lifted_stops_again(desk: Desk) -> None:
    desk.comes(THREAT)
    with desk.house.database.writing() as session:
        stops.lift(session, session.scalars(select(Stop.id)).one(), user_id=None, now=clock.now())
    desk.comes(THREAT, ago=timedelta(minutes=2))
    with desk.house.database.reading() as session:
        assert len(stops.standing(session, today=desk.today)) == 1


def test_a_threat_is_heard_also_when_the_alert_cannot_be_made(desk: Desk) -> None:
    with desk.house.database.writing() as session:
        owner = users.add(session, name="Katharina Weiß", email="chefin@weiss-beratung.example",
                             password="a good long one", role=users.Role.OWNER)  # fmt: skip
        owner.email = "kein Postfach"
    assert desk.row(desk.comes(THREAT)).kind == "legal_threat"
    assert desk.count(Stop) == 1


# ---- mails that came back


def test_a_hard_bounce_makes_the_address_dead_with_one_task_and_ends_the_follow_up(desk: Desk) -> None:
    draft_id = desk.sent(follow_up_days=5)
    row = desk.row(desk.bounce(ANNA, about=desk.message_id(draft_id)))
    assert (row.kind, row.sub, row.matched_by) == ("bounce", "hard", "message_id")
    assert suppressed(desk, ANNA)
    assert desk.delivery(draft_id).bounced_at == row.at
    assert desk.delivery(draft_id).replied_at is None
    desk.bounce(ANNA, about=desk.message_id(draft_id))
    (task,) = desk.tasks()
    assert ANNA in task.text
    assert [one.state for one in desk.occasions("follow_up")] == ["expired"]
    assert desk.timeline() == ["mail_out"]


def test_a_report_without_our_number_is_believed_for_an_address_we_wrote_to_lately(desk: Desk) -> None:
    draft_id = desk.sent()
    row = desk.row(desk.bounce(ANNA))
    assert (row.delivery_id, row.matched_by) == (desk.delivery(draft_id).id, "original")


def test_a_bounce_of_a_mail_we_never_sent_is_ignored(desk: Desk) -> None:
    assert desk.bounce(ANNA) is None
    assert desk.bounce("wer@fremd.example") is None
    assert (desk.count(Incoming), desk.count(Bounce), suppressed(desk, ANNA)) == (0, 0, False)


def test_a_dead_address_behind_a_forward_is_not_ours(desk: Desk) -> None:
    draft_id = desk.sent()
    desk.bounce("urlaub@vertretung.example", about=desk.message_id(draft_id))
    assert not suppressed(desk, ANNA)
    with desk.house.database.reading() as session:
        assert session.scalars(select(Bounce.kind)).all() == ["soft"]


def test_five_soft_bounces_a_week_apart_make_an_address_dead_and_four_do_not(desk: Desk) -> None:
    draft_id = desk.sent()
    for days in (20, 15, 11, 11, 9):
        desk.bounce(ANNA, status="4.2.2", said="452 4.2.2 Mailbox full", about=desk.message_id(draft_id), ago=timedelta(days=days))  # fmt: skip
    assert (desk.count(Bounce), suppressed(desk, ANNA)) == (5, False), "two of one day count as one"
    desk.bounce(ANNA, status="4.2.2", said="452 4.2.2 Mailbox full", about=desk.message_id(draft_id))
    assert suppressed(desk, ANNA)
    assert len(desk.tasks()) == 1


def test_five_soft_bounces_within_a_week_are_a_server_that_is_away(desk: Desk) -> None:
    draft_id = desk.sent()
    for days in (1, 2, 3, 4, 5, 6):
        desk.bounce(ANNA, status="4.2.2", said="452 4.2.2 Mailbox full", about=desk.message_id(draft_id), ago=timedelta(days=days))  # fmt: skip
    assert not suppressed(desk, ANNA)


def test_a_mail_that_takes_longer_has_not_come_back(desk: Desk) -> None:
    draft_id = desk.sent()
    row = desk.row(desk.bounce(ANNA, status="4.4.1", said="421 connection timed out", about=desk.message_id(draft_id), action="delayed"))  # fmt: skip
    assert (row.kind, row.details.get("delayed")) == ("bounce", True)
    assert (desk.delivery(draft_id).bounced_at, desk.count(Bounce)) == (None, 0)


def test_a_block_is_never_the_fault_of_the_address(desk: Desk) -> None:
    draft_id = desk.sent()
    for days in range(1, 20, 2):
        desk.bounce(ANNA, status="5.7.1", said="550 5.7.1 Blocked: listed at spamhaus", about=desk.message_id(draft_id), ago=timedelta(days=days))  # fmt: skip
    with desk.house.database.reading() as session:
        assert set(session.scalars(select(Bounce.kind))) == {"block"}
    assert not suppressed(desk, ANNA)
    assert desk.tasks() == []


def test_a_spam_report_suppresses_at_once(desk: Desk) -> None:
    draft_id = desk.sent()
    raw = (
        "From: staff@hotmail.example\nTo: katharina@weiss-beratung.example\nSubject: complaint about message\n"
        "Message-ID: <arf@x.example>\nMIME-Version: 1.0\n"
        'Content-Type: multipart/report; report-type=feedback-report; boundary="b"\n\n--b\n'
        "Content-Type: text/plain\n\nThis is an abuse report.\n\n--b\nContent-Type: message/feedback-report\n\n"
        "Feedback-Type: abuse\nUser-Agent: X/1\nVersion: 1\n\n--b\nContent-Type: message/rfc822\n\n"
        f"Message-ID: {desk.message_id(draft_id)}\nFrom: katharina@weiss-beratung.example\nSubject: x\n\nHallo\n\n--b--\n"
    )
    assert desk.row(desk.comes(raw=raw.encode())).kind == "spam_report"
    assert suppressed(desk, ANNA)
    assert desk.delivery(draft_id).bounced_at is None
    with desk.house.database.reading() as session:
        (line,) = suppression.list_page(session).rows
        assert line.reason == "spam_report"


def test_the_same_report_told_twice_is_one(desk: Desk) -> None:
    draft_id = desk.sent()
    given = {
        "kind": "soft", "address": ANNA, "source": "brevo", "told": b"event 1", "at": clock.now(), "now": clock.now(),
        "delivery_id": desk.delivery(draft_id).id, "language": "de",
    }  # fmt: skip
    with desk.house.database.writing() as session:
        assert bounces.note(session, **given)
        assert not bounces.note(session, **given)
    assert desk.count(Bounce) == 1


# ---- for a person to look at


def test_a_challenge_waits_for_a_person_and_is_no_answer(desk: Desk) -> None:
    text = "Um Spam zu vermeiden, bestätigen Sie bitte einmalig Ihre Absenderadresse, indem Sie auf den folgenden Link klicken: https://x.example/confirm"
    row = desk.row(
        desk.comes(text, **{"Subject": "Bitte bestätigen Sie Ihre E-Mail", "Auto-Submitted": "auto-replied"})
    )
    assert (row.kind, row.waits_since) == ("challenge", row.at)
    assert (desk.timeline(), desk.occasions("answer_owed")) == ([], [])
    assert [one for one in desk.occasions("award") if one.state in LIVE] == []


def test_a_mail_nobody_understands_waits_for_a_person(desk: Desk) -> None:
    row = desk.row(desk.comes("."))
    assert row.kind in ("unknown", "reply")
    assert row.waits_since == row.at


# ---- newsletters


def newsletter_delivery(desk: Desk) -> tuple[int, int, str]:
    """A newsletter that went to one reader: the delivery, the reader, and its Message-ID."""
    campaign_id = closing.begun(desk.house, 1)
    with desk.house.database.writing() as session:
        of_campaign = Delivery.campaign_id == campaign_id
        session.execute(update(Delivery).where(of_campaign).values(state="sent", sent_at=clock.now()))
        number, reader = session.execute(select(Delivery.id, Delivery.contact_id).where(of_campaign)).one()
    return number, reader, message.message_id(desk.house.sealer, "news.example.de", number)


def test_an_answer_to_a_newsletter_counts_at_its_delivery_and_is_owed_an_answer(desk: Desk) -> None:
    number, reader, named = newsletter_delivery(desk)
    row = desk.row(desk.comes("Das klingt gut, was kostet das?", From="person0@example.org", **{"In-Reply-To": named}))
    assert (row.delivery_id, row.contact_id, row.matched_by) == (number, reader, "message_id")
    with desk.house.database.reading() as session:
        assert session.get_one(Delivery, number).replied_at == row.at
    assert [one.contact_id for one in desk.occasions("answer_owed")] == [reader]


def test_a_bounce_and_an_objection_to_a_newsletter_count_at_its_delivery(desk: Desk) -> None:
    number, reader, named = newsletter_delivery(desk)
    row = desk.row(desk.bounce("person0@example.org", about=named))
    desk.comes("Bitte abmelden.", From="person0@example.org", **{"In-Reply-To": named})
    with desk.house.database.reading() as session:
        delivery = session.get_one(Delivery, number)
        assert delivery.bounced_at == row.at
        assert delivery.unsubscribed_at is not None
        states = select(Subscription.state).where(Subscription.contact_id == reader)
        assert session.scalars(states).all() == ["unsubscribed"]
    assert suppressed(desk, "person0@example.org")


def test_no_newsletter_goes_to_the_company_of_a_threat(desk: Desk) -> None:
    campaign_id = closing.begun(desk.house, 1)
    with desk.house.database.writing() as session:
        reader = session.scalars(select(Delivery.contact_id).where(Delivery.campaign_id == campaign_id)).one()
        company = select(Contact.company_id).where(Contact.id == desk.anna).scalar_subquery()
        session.execute(update(Contact).where(Contact.id == reader).values(company_id=company))
    desk.comes(THREAT)
    with desk.house.database.reading() as session:
        assert session.scalar(select(stops.holds_newsletters(desk.today)).where(Contact.id == reader))
