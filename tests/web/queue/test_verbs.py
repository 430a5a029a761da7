"""Each other decision: later, dismissed with a reason, done another way; and what is learned from it."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

import pytest
from sqlalchemy import select, update

from outreach import clock
from outreach.history.rows import Touchpoint
from outreach.house import House
from outreach.occasions.rows import REASONS, Lesson, Occasion
from tests import letters
from tests.web.conftest import Browser
from tests.web.queue.desk import OWN, fields, mails, occasion, press, row


@pytest.mark.parametrize("until", ["tomorrow", "monday", "answer"])
def test_later_takes_the_letter_out_of_the_queue_and_undo_brings_it_back(
    editor: Browser, house: House, draft_id: int, until: str
) -> None:
    answer = press(editor, draft_id, "later", until=until, text=OWN)
    asleep = occasion(house, draft_id)
    assert asleep.state == "snoozed"
    assert asleep.decision == ("when_answered" if until == "answer" else "")
    assert row(house, draft_id).text == OWN
    shown = editor.get(answer.location).text
    undo = re.search(r'action="(/changes/\d+/undo)">.*?name="next" value="([^"]*)"', shown, re.DOTALL)
    token = re.search(r'name="csrf_token" value="([^"]*)"', shown)
    assert undo
    assert token
    answer = editor.post(undo[1], data={"csrf_token": token[1], "next": unescape(undo[2])})
    assert occasion(house, draft_id).state == "open"
    assert editor.get(answer.location).location.endswith(f"/queue/{draft_id}")  # back at the letter


def test_before_the_event_is_offered_only_while_there_is_one_to_come(
    editor: Browser, house: House, draft_id: int
) -> None:
    assert 'value="before"' not in editor.get(f"/queue/{draft_id}").text
    day = clock.on_wall(clock.now(), letters.ZONE).date() + timedelta(days=5)
    with house.database.writing() as session:
        session.execute(update(Occasion).values(happened_on=day))
    press(editor, draft_id, "later", until="before")
    assert occasion(house, draft_id).snoozed_until == day - timedelta(days=1)


@pytest.mark.parametrize("reason", REASONS)
def test_a_dismissal_has_one_of_seven_reasons(editor: Browser, house: House, draft_id: int, reason: str) -> None:
    assert press(editor, draft_id, "dismissal", reason=reason).status_code == 303
    assert (occasion(house, draft_id).state, occasion(house, draft_id).decision) == ("dismissed", reason)
    assert mails(house) == []


def test_a_wrong_company_of_the_news_can_be_taught_without_leaving_the_morning(
    editor: Browser, house: House, made: list[int]
) -> None:
    with house.database.writing() as session:
        session.execute(update(Occasion).values(origin_id=7))
    for number in made:
        answer = press(editor, number, "dismissal", reason="wrong_company")
        assert 'href="/reports/7/wrong"' in editor.get(answer.location).text


def test_never_this_kind_here_is_learned(editor: Browser, house: House, draft_id: int) -> None:
    press(editor, draft_id, "dismissal", reason="never")
    assert occasion(house, draft_id).decision == "never"
    with house.database.reading() as session:
        assert session.scalars(select(Lesson.rule)).one() == "never"


@pytest.mark.parametrize(("way", "kind"), [("phone", "call"), ("letter", "letter")])
def test_done_by_phone_or_letter_stands_on_the_card(
    editor: Browser, house: House, draft_id: int, way: str, kind: str
) -> None:
    press(editor, draft_id, "done", way=way, note="Will im Mai ein Angebot")
    with house.database.reading() as session:
        newest = session.scalars(select(Touchpoint).order_by(Touchpoint.id.desc())).first()
        assert newest is not None
        assert (newest.kind, newest.text) == (kind, "Will im Mai ein Angebot")


@pytest.mark.parametrize(
    ("what", "more"), [("dismissal", {"reason": "because"}), ("later", {"until": "someday"}), ("done", {"way": "fax"})]
)
def test_a_made_up_choice_decides_nothing(
    editor: Browser, house: House, draft_id: int, what: str, more: dict[str, str]
) -> None:
    assert press(editor, draft_id, what, **more).status_code == 422
    assert occasion(house, draft_id).state == "open"


def test_a_letter_put_off_says_until_when_and_can_be_sent_before(editor: Browser, house: House, draft_id: int) -> None:
    press(editor, draft_id, "later", until="answer")
    shown = editor.get(f"/queue/{draft_id}").text
    assert "or until they answer" in shown
    assert press(editor, draft_id, "approval", fields(shown), when="now").status_code == 303
    assert mails(house) == ["ready"]
