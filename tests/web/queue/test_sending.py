"""What is approved is what leaves, when it may and when it shall."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from outreach import clock
from outreach.consent.permissions import Permission
from outreach.contacts import channels
from outreach.drafts import store
from outreach.drafts.rows import Draft
from outreach.house import House
from outreach.mail.rows import Delivery
from tests.web import lint
from tests.web.conftest import Browser
from tests.web.queue.desk import OWN, fields, form, mails, press, row


def test_what_is_sent_is_what_was_typed(editor: Browser, house: House, draft_id: int) -> None:
    given = form(editor, draft_id)
    answer = press(
        editor, draft_id, "approval", given, when="now", subject="Glückwunsch", text=f"{given['text']}\r\n{OWN}"
    )
    assert answer.status_code == 303
    assert row(house, draft_id).state == "approved"
    with house.database.reading() as session:
        raw = (session.scalars(select(Delivery.message)).one() or b"").decode()
    assert OWN in raw
    assert "=?utf-8?" in raw


def test_another_purpose_is_kept_and_seen_before_anything_leaves(editor: Browser, house: House, draft_id: int) -> None:
    assert press(editor, draft_id, "approval", when="now", purpose="service").status_code == 303
    assert (row(house, draft_id).purpose, mails(house)) == ("service", [])
    assert press(editor, draft_id, "approval", when="now").status_code == 303
    assert mails(house) == ["ready"]


def test_every_reason_why_it_may_not_go_is_shown_and_the_text_stays(
    editor: Browser, house: House, draft_id: int
) -> None:
    given = form(editor, draft_id)
    with house.database.writing() as session:
        session.execute(update(Permission).values(ended_at=clock.now()))
    answer = press(editor, draft_id, "approval", given, when="now", text=OWN)
    assert answer.status_code == 409
    assert "The light for mail is red" in answer.text
    assert "No agreement to mails is noted" in answer.text
    assert "Note a call" in answer.text
    assert f"/queue/{draft_id}/letter.pdf" not in answer.text  # there is no postal address
    assert fields(answer.text)["text"] == OWN
    assert lint.problems(answer.text) == []
    assert mails(house) == []


def test_whoever_may_not_be_mailed_can_be_sent_the_letter_by_post(editor: Browser, house: House, draft_id: int) -> None:
    with house.database.writing() as session:
        session.execute(update(Permission).values(ended_at=clock.now()))
        contact_id = store.get(session, draft_id).contact_id
        channels.set_postal(session, contact_id=contact_id, street="Weg 1", postcode="89073", city="Ulm")
    assert f"/queue/{draft_id}/letter.pdf" in editor.get(f"/queue/{draft_id}").text
    letter = editor.get(f"/queue/{draft_id}/letter.pdf")
    assert letter.mimetype == "application/pdf"
    assert letter.data.startswith(b"%PDF-")
    assert mails(house) == []


def test_a_letter_is_sent_at_the_next_good_hour_or_at_a_time_of_ones_own(
    editor: Browser, house: House, made: list[int]
) -> None:
    press(editor, made[0], "approval", when="good_hour", follow_up_days="10")
    kept = row(house, made[0])
    assert kept.follow_up_days == 10
    assert kept.send_at is not None
    assert kept.send_at > clock.now()
    wall = clock.on_wall(clock.now() + timedelta(days=2), "Europe/Berlin").replace(second=0, microsecond=0, tzinfo=None)
    press(editor, made[1], "approval", when="at", send_at=wall.isoformat(timespec="minutes"))
    assert row(house, made[1]).send_at == clock.at_wall(wall, "Europe/Berlin")


@pytest.mark.parametrize("send_at", ["", "gestern", "2020-01-01T09:00", "2099-01-01T09:00"])
def test_a_time_that_is_none_is_refused_and_the_text_stays(
    editor: Browser, house: House, draft_id: int, send_at: str
) -> None:
    answer = press(editor, draft_id, "approval", when="at", send_at=send_at, text=OWN)
    assert answer.status_code == 422
    assert fields(answer.text)["text"] == OWN
    assert mails(house) == []


def test_a_letter_for_a_day_to_come_says_that_it_waits(editor: Browser, house: House, draft_id: int) -> None:
    day = clock.now().date() + timedelta(days=9)
    with house.database.writing() as session:
        session.execute(update(Draft).where(Draft.id == draft_id).values(not_before=day))
    assert "it waits for the day" in editor.get(f"/queue/{draft_id}").text
