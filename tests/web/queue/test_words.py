"""Writing: sentences without a source, earlier versions, written anew, and files."""

from __future__ import annotations

import io
import re

import pytest
from sqlalchemy import select, update

from outreach.drafts import store
from outreach.drafts.rows import Attachment, Draft
from outreach.house import House
from tests.web.conftest import Browser
from tests.web.queue.desk import OWN, fields, mails, press, row


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
