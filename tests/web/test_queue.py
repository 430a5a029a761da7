"""The approve queue over the web: each verb, what is shown, and that nobody ever sends an unseen text."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from sqlalchemy import select, update

import wsgi
from outreach import clock, stops
from outreach.consent.permissions import Permission
from outreach.contacts import Contact, channels
from outreach.drafts import store
from outreach.drafts.rows import Attachment, Draft
from outreach.history.rows import Touchpoint
from outreach.house import House
from outreach.mail.rows import Delivery
from outreach.occasions.rows import REASONS, Lesson, Occasion
from outreach.users import Role, User
from tests import letters, world
from tests.web import lint
from tests.web.conftest import Browser, SignIn
from tests.world import World

OWN = "Ein eigener Satz von mir."


@pytest.fixture
def made(house: House, people: World) -> list[int]:
    """Three letters that wait, and a mailbox that is open."""
    with house.database.writing() as session:
        session.execute(update(Contact).values(due_on=None))
        session.execute(update(User).values(language="en"))
        letters.mailbox(session, house)
        kinds = ("award", "new_site", "funding")
        found = []
        for number, kind in enumerate(kinds):
            given: dict[str, Any] = {} if not number else {"company_id": people.companies[_FIRMS[number]]}
            who = letters.person(session, f"person{number}@kunde.example", last_name=_NAMES[number], **given)
            found.append(letters.proposed(session, who, kind=kind, story=kind).id)
        return found


_FIRMS = ("", "nordlicht", "schaefer")
_NAMES = ("Köhler", "Brandt", "Lindner")


@pytest.fixture
def draft_id(made: list[int]) -> int:
    return made[0]


@pytest.fixture
def editor(signed_in: SignIn) -> Browser:
    return signed_in(Role.EDITOR)


def row(house: House, draft_id: int) -> Draft:
    with house.database.reading() as session:
        found = session.get_one(Draft, draft_id)
        session.expunge(found)
        return found


def occasion(house: House, draft_id: int) -> Occasion:
    with house.database.reading() as session:
        found = session.scalars(
            select(Occasion).join(Draft, Draft.occasion_id == Occasion.id).where(Draft.id == draft_id)
        ).one()
        session.expunge(found)
        return found


def mails(house: House) -> list[str]:
    with house.database.reading() as session:
        return list(session.scalars(select(Delivery.state).where(Delivery.kind == "personal")))


def form(browser: Browser, draft_id: int) -> dict[str, str]:
    """The letter as the page holds it: what a browser would send with any of its buttons."""
    return fields(browser.get(f"/queue/{draft_id}").text)


def fields(html: str) -> dict[str, str]:
    desk = re.search(r'<form class="desk".*?</form>', html, re.DOTALL)
    assert desk, "the letter cannot be edited on this page"
    given = {}
    for tag in re.findall(r"<input[^>]*>", desk[0]):
        name, value = re.search(r'name="([^"]*)"', tag), re.search(r'value="([^"]*)"', tag)
        if name and 'type="file"' not in tag:
            given[name[1]] = unescape(value[1]) if value else ""
    text = re.search(r"<textarea[^>]*>\n?(.*?)</textarea>", desk[0], re.DOTALL)
    assert text
    given["text"] = unescape(text[1])
    for select_, inside in re.findall(r'<select[^>]*name="([^"]*)"[^>]*>(.*?)</select>', desk[0], re.DOTALL):
        chosen = re.search(r'<option value="([^"]*)" selected', inside) or re.search(r'<option value="([^"]*)"', inside)
        given[select_] = unescape(chosen[1]) if chosen else ""
    return given


def press(browser: Browser, draft_id: int, what: str, given: Mapping[str, Any] | None = None, **more: Any) -> Any:
    """Press a button of the letter's page."""
    data = {**(form(browser, draft_id) if given is None else given), **more}
    return browser.post(f"/queue/{draft_id}/{what}", data=data, content_type="multipart/form-data")


def test_the_queue_leads_to_its_first_letter_and_each_decision_to_the_next(
    editor: Browser, house: House, made: list[int]
) -> None:
    first = int(editor.get("/queue/").location.rpartition("/")[2])
    assert first in made
    seen = [first]
    for _ in made[1:]:
        answer = press(editor, seen[-1], "approval", when="now")
        assert answer.status_code == 303
        seen.append(int(re.search(r"/queue/(\d+)", answer.location)[1]))  # type: ignore[index]
    assert sorted(seen) == sorted(made)
    answer = press(editor, seen[-1], "dismissal", reason="old")
    end = editor.get(answer.location).text
    assert "Done for today" in end
    assert mails(house) == ["ready", "ready"]
    assert lint.problems(end) == []


def test_the_page_shows_the_whole_mail_and_what_the_decision_rests_on(editor: Browser, draft_id: int) -> None:
    shown = editor.get(f"/queue/{draft_id}").text
    for said in ("Sehr geehrte Frau Köhler", "person0@kunde.example", "katharina@weiss-beratung.example",
                 "Möbel Weber hat den Gründerpreis gewonnen.", "Südwest Presse", "Telefonat 3.5."):  # fmt: skip
        assert said in shown, said
    assert 'href="https://news.example/1" target="_blank" rel="noopener noreferrer"' in shown
    assert re.search(r'<p class="lines-kept"[^>]*>Katharina Weiß</p>', shown)
    assert "approve all" not in shown.lower()
    assert lint.problems(shown) == []


def test_looking_changes_nothing(editor: Browser, house: House, made: list[int]) -> None:
    before = [(one.state, one.version, occasion(house, one.id).state) for one in (row(house, n) for n in made)]
    for path in ("/queue/", "/queue/all", *(f"/queue/{number}" for number in made)):
        assert editor.get(path).status_code in (200, 303)
        assert editor.head(path).status_code in (200, 303)
    for what in ("approval", "later", "dismissal", "done", "text", "return", "rewriting", "sentences", "settlement"):
        assert editor.get(f"/queue/{draft_id_of(made)}/{what}?when=now&reason=old").status_code == 405
    assert before == [(one.state, one.version, occasion(house, one.id).state) for one in (row(house, n) for n in made)]
    assert mails(house) == []


def draft_id_of(made: list[int]) -> int:
    return made[0]


def test_a_reader_sees_the_letter_and_decides_nothing(signed_in: SignIn, house: House, draft_id: int) -> None:
    reader = signed_in(Role.READER)
    shown = reader.get(f"/queue/{draft_id}").text
    assert "Sehr geehrte Frau Köhler" in shown
    assert "/approval" not in shown
    assert "/dismissal" not in shown
    assert reader.post(f"/queue/{draft_id}/approval", data={}).status_code in (400, 403)
    assert mails(house) == []


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


def test_a_double_click_sends_one_mail_and_says_so(editor: Browser, house: House, draft_id: int) -> None:
    given = form(editor, draft_id)
    for _ in range(2):
        assert press(editor, draft_id, "approval", given, when="now").status_code == 303
    assert mails(house) == ["ready"]
    assert "approved already" in editor.get(f"/queue/{draft_id}").text


def test_undo_brings_the_letter_back_within_thirty_seconds(editor: Browser, house: House, draft_id: int) -> None:
    onward = press(editor, draft_id, "approval", when="now").location
    shown = editor.get(onward).text
    action = f"/queue/{draft_id}/return"
    assert f'action="{action}"' in shown
    token = re.search(r'name="csrf_token" value="([^"]*)"', shown)
    assert token
    answer = editor.post(action, data={"csrf_token": token[1]})
    assert answer.location.endswith(f"/queue/{draft_id}")
    assert (row(house, draft_id).state, mails(house)) == ("proposed", ["cancelled"])
    assert occasion(house, draft_id).state == "open"
    assert editor.post(action, data={"csrf_token": token[1]}).status_code == 303
    assert press(editor, draft_id, "approval", when="now").status_code == 303
    assert mails(house) == ["cancelled", "ready"]


def test_who_loaded_before_an_edit_sees_both_texts_and_nothing_is_sent(
    signed_in: SignIn, house: House, draft_id: int
) -> None:
    one, other = signed_in(Role.EDITOR), signed_in(Role.OWNER)
    given = form(one, draft_id)
    press(other, draft_id, "text", text="Guten Tag,\n\nder Text der anderen.\n\nGruß")
    answer = press(one, draft_id, "approval", given, when="now", text=given["text"] + OWN)
    assert answer.status_code == 409
    assert "der Text der anderen." in answer.text
    assert OWN in answer.text
    assert fields(answer.text)["text"].endswith(OWN)
    assert lint.problems(answer.text) == []
    assert mails(house) == []
    # Both were seen now; the same button sends what stands in the form.
    assert press(one, draft_id, "approval", fields(answer.text), when="now").status_code == 303
    assert OWN in row(house, draft_id).text


def test_saving_from_a_stale_tab_keeps_both_texts_in_sight(signed_in: SignIn, house: House, draft_id: int) -> None:
    one, other = signed_in(Role.EDITOR), signed_in(Role.OWNER)
    given = form(one, draft_id)
    press(other, draft_id, "text", subject="Der Betreff der anderen")
    answer = press(one, draft_id, "text", given, text=OWN)
    assert answer.status_code == 409
    assert "Der Betreff der anderen" in answer.text
    assert fields(answer.text)["text"] == OWN
    assert row(house, draft_id).subject == "Der Betreff der anderen"


def test_the_same_text_saved_twice_is_no_conflict(editor: Browser, house: House, draft_id: int) -> None:
    given = form(editor, draft_id)
    for _ in range(2):
        assert press(editor, draft_id, "text", given, text=OWN).status_code == 303
    assert (row(house, draft_id).text, row(house, draft_id).version) == (OWN, 2)


def test_an_approval_after_a_dismissal_sends_nothing(signed_in: SignIn, house: House, draft_id: int) -> None:
    one, other = signed_in(Role.EDITOR), signed_in(Role.OWNER)
    given = form(one, draft_id)
    press(other, draft_id, "dismissal", reason="old")
    answer = press(one, draft_id, "approval", given, when="now", text=OWN)
    assert answer.status_code in (303, 409)
    assert mails(house) == []
    assert row(house, draft_id).state == "proposed"
    shown = answer.text if answer.status_code == 409 else one.get(answer.location).text
    assert "Old news" in shown


def test_editing_what_was_approved_meanwhile_changes_nothing(signed_in: SignIn, house: House, draft_id: int) -> None:
    one, other = signed_in(Role.EDITOR), signed_in(Role.OWNER)
    given = form(one, draft_id)
    press(other, draft_id, "approval", when="now")
    before = row(house, draft_id).text
    for what, more in (("text", {}), ("later", {"until": "tomorrow"}), ("dismissal", {"reason": "old"}),
                       ("done", {"way": "phone"}), ("rewriting", {}), ("files", {})):  # fmt: skip
        answer = press(one, draft_id, what, given, text=OWN, **more)
        assert answer.status_code == 303, what
    assert row(house, draft_id).text == before
    assert (row(house, draft_id).state, mails(house)) == ("approved", ["ready"])


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


def test_a_sentence_without_a_source_is_marked_and_confirmed(editor: Browser, house: House, draft_id: int) -> None:
    with house.database.writing() as session:
        draft = session.get_one(Draft, draft_id)
        draft.sentences = [
            {**one, "source": "" if one["source"] == "occasion" else one["source"]} for one in draft.sentences
        ]
    shown = editor.get(f"/queue/{draft_id}").text
    keys = re.findall(r'name="key" value="([0-9a-f]{16})"', shown)
    assert keys
    assert press(editor, draft_id, "approval", when="now").status_code == 409
    for key in keys:
        assert press(editor, draft_id, "sentences", key=key).status_code == 303
    assert "That is right" not in editor.get(f"/queue/{draft_id}").text
    assert press(editor, draft_id, "approval", when="now").status_code == 303
    assert mails(house) == ["ready"]


def test_what_was_changed_is_shown_and_an_earlier_version_comes_back(
    editor: Browser, house: House, draft_id: int
) -> None:
    before = row(house, draft_id).text
    press(editor, draft_id, "text", text=before.replace("Freundliche Grüße", "Herzliche Grüße"))
    shown = editor.get(f"/queue/{draft_id}").text
    assert re.search(r"<del>.*?Freundliche.*?</del>", shown)
    assert re.search(r"<ins>.*?Herzliche.*?</ins>", shown)
    press(editor, draft_id, "versions/1")
    assert row(house, draft_id).text == before


def test_writing_anew_keeps_what_was_typed_as_an_earlier_version(editor: Browser, house: House, draft_id: int) -> None:
    before = row(house, draft_id).text
    press(editor, draft_id, "rewriting", text=OWN)
    assert row(house, draft_id).text == before
    assert OWN in editor.get(f"/queue/{draft_id}").text


def test_improved_words_are_said_to_be_so_until_the_letter_is_written_anew(
    editor: Browser, house: House, draft_id: int
) -> None:
    with house.database.writing() as session:
        session.execute(update(Draft).where(Draft.id == draft_id).values(improving="done"))
    assert "improved by the language model" in editor.get(f"/queue/{draft_id}").text
    press(editor, draft_id, "rewriting")
    assert "improved by the language model" not in editor.get(f"/queue/{draft_id}").text
    note = {"sentence": "The endpoint answers with error %(status)s.", "values": {"status": 500}}
    with house.database.writing() as session:
        values = {"improving": "failed", "improving_note": note}
        session.execute(update(Draft).where(Draft.id == draft_id).values(values))
    assert "The endpoint answers with error 500." in editor.get(f"/queue/{draft_id}").text


def test_a_letter_for_a_day_to_come_says_that_it_waits(editor: Browser, house: House, draft_id: int) -> None:
    day = clock.now().date() + timedelta(days=9)
    with house.database.writing() as session:
        session.execute(update(Draft).where(Draft.id == draft_id).values(not_before=day))
    assert "it waits for the day" in editor.get(f"/queue/{draft_id}").text


def test_a_file_is_attached_seen_and_taken_away_and_never_slips_into_a_mail(
    editor: Browser, house: House, draft_id: int
) -> None:
    file = (io.BytesIO(b"%PDF-1.7"), "Angebot März.pdf", "application/pdf")
    answer = press(editor, draft_id, "approval", when="now", text=OWN, file=file)
    assert answer.status_code == 303
    assert (row(house, draft_id).text, mails(house)) == (OWN, [])  # kept, and to be seen first
    shown = editor.get(f"/queue/{draft_id}").text
    assert "Angebot März.pdf" in shown
    with house.database.reading() as session:
        file_id = session.scalars(select(Attachment.id)).one()
    got = editor.get(f"/queue/{draft_id}/files/{file_id}")
    assert (got.data, got.headers["Content-Disposition"].startswith("attachment")) == (b"%PDF-1.7", True)
    assert press(editor, draft_id, f"files/{file_id}/removal").status_code == 303
    with house.database.reading() as session:
        assert session.scalars(select(Attachment.id)).all() == []


def test_a_file_that_is_too_large_is_refused_in_words_and_the_text_stays(
    editor: Browser, draft_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "FILES_BYTES_MOST", 100_000)
    file = (io.BytesIO(b"x" * 100_001), "Film.mp4", "video/mp4")
    answer = press(editor, draft_id, "files", text=OWN, file=file)
    assert answer.status_code == 422
    assert fields(answer.text)["text"] == OWN


def test_a_letter_that_came_back_says_why(editor: Browser, house: House, draft_id: int) -> None:
    with house.database.writing() as session:
        values = {"returned": "refused", "returned_values": {"answer": "550 no such user"}, "returned_at": clock.now()}
        session.execute(update(Draft).where(Draft.id == draft_id).values(**values))
    assert editor.get("/queue/").location.endswith(f"/queue/{draft_id}")
    assert "The mail server did not take it: 550 no such user" in editor.get(f"/queue/{draft_id}").text


@pytest.mark.parametrize(("answer", "state"), [("yes", "sent"), ("no", "cancelled")])
def test_what_nobody_knows_a_person_settles(
    editor: Browser, house: House, draft_id: int, answer: str, state: str
) -> None:
    press(editor, draft_id, "approval", when="now")
    with house.database.writing() as session:
        session.execute(update(Delivery).values(state="unsure", answer="connection closed"))
    shown = editor.get(f"/queue/{draft_id}").text
    assert "connection closed" in shown
    assert f'action="/queue/{draft_id}/settlement"' in editor.get("/queue/all").text
    token = re.search(r'name="csrf_token" value="([^"]*)"', shown)
    assert token
    for _ in range(2):
        given = {"csrf_token": token[1], "went_out": answer}
        assert editor.post(f"/queue/{draft_id}/settlement", data=given).status_code == 303
    assert mails(house) == [state]


def test_approved_letters_can_be_taken_back_from_the_list_until_they_leave(
    editor: Browser, house: House, draft_id: int
) -> None:
    press(editor, draft_id, "approval", when="good_hour")
    assert f'action="/queue/{draft_id}/return"' in editor.get("/queue/all").text
    with house.database.writing() as session:
        session.execute(update(Delivery).values(state="sent", sent_at=clock.now()))
    shown = editor.get("/queue/all").text
    assert f'action="/queue/{draft_id}/return"' not in shown
    token = re.search(r'name="csrf_token" value="([^"]*)"', editor.get("/settings/profile").text)
    assert token
    editor.post(f"/queue/{draft_id}/return", data={"csrf_token": token[1]})
    assert "on its way already" in editor.get(f"/queue/{draft_id}").text
    assert mails(house) == ["sent"]


def test_a_letter_that_cannot_be_written_says_what_is_missing_on_the_card(
    editor: Browser, house: House, made: list[int]
) -> None:
    with house.database.writing() as session:
        someone = letters.person(session, "x@laden.example", first_name="", last_name="", salutation="",
                                 company_id=None, letter_greeting="Sehr geehrte(r)")  # fmt: skip
        blocked = letters.proposed(session, someone, kind="award", story="blocked").id
    shown = editor.get(f"/queue/{blocked}").text
    assert "The letter cannot be written yet" in shown
    assert lint.problems(shown) == []
    assert press(editor, blocked, "approval", when="now").status_code == 409
    assert mails(house) == []


def test_a_letter_put_off_says_until_when_and_can_be_sent_before(editor: Browser, house: House, draft_id: int) -> None:
    press(editor, draft_id, "later", until="answer")
    shown = editor.get(f"/queue/{draft_id}").text
    assert "or until they answer" in shown
    assert press(editor, draft_id, "approval", fields(shown), when="now").status_code == 303
    assert mails(house) == ["ready"]


def test_under_a_stop_flag_no_mail_is_offered(editor: Browser, house: House, draft_id: int) -> None:
    given = form(editor, draft_id)
    with house.database.writing() as session:
        contact_id = session.get_one(Draft, draft_id).contact_id
        stops.put(session, contact_id=contact_id, kind="death", reach="person", on=clock.now().date(), now=clock.now())
    shown = editor.get(f"/queue/{draft_id}").text
    assert "A stop flag stands since" in shown
    assert "data-send" not in shown
    assert press(editor, draft_id, "approval", given, when="now").status_code == 409
    assert mails(house) == []


def test_a_person_who_was_merged_or_erased_gets_nothing(editor: Browser, house: House, draft_id: int) -> None:
    given = form(editor, draft_id)
    with house.database.writing() as session:
        contact_id = session.get_one(Draft, draft_id).contact_id
        session.execute(update(Contact).where(Contact.id == contact_id).values(gone="erased"))
    answer = press(editor, draft_id, "approval", given, when="now")
    assert answer.status_code == 409
    assert "not in the customer file any more" in answer.text
    assert mails(house) == []


def test_the_queue_works_the_same_on_each_database(any_house: House) -> None:
    with any_house.database.writing() as session:
        owner = world.build(session).owner
        letters.mailbox(session, any_house)
        draft_id = letters.proposed(session, letters.person(session)).id
    app = wsgi.create_app(any_house)
    app.testing, app.test_client_class = True, Browser
    client = app.test_client()
    assert isinstance(client, Browser)
    with client.session_transaction() as cookie:
        cookie["user"] = [owner, 1]
    assert client.get("/queue/").location.endswith(f"/queue/{draft_id}")
    given = form(client, draft_id)
    assert press(client, draft_id, "approval", given, when="now", text=OWN).status_code == 303
    assert press(client, draft_id, "approval", given, when="now", text=OWN).status_code == 303
    assert client.get("/queue/all").status_code == 200
    assert mails(any_house) == ["ready"]


def test_no_letter_is_a_friendly_sentence(signed_in: SignIn) -> None:
    shown = signed_in(Role.READER).get("/queue/")
    assert shown.status_code == 200
    assert 'class="empty finished"' in shown.text
    assert lint.problems(shown.text) == []


def test_a_letter_that_does_not_exist_is_not_found(editor: Browser, made: list[int]) -> None:
    assert editor.get("/queue/999").status_code == 404
    assert editor.get(f"/queue/{made[0]}/files/999").status_code == 404
    assert press(editor, made[0], "versions/99").status_code == 404
