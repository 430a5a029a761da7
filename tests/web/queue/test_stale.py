"""Double clicks, second windows, pages of yesterday: nobody ever sends a text that was not seen."""

from __future__ import annotations

import re

from outreach.house import House
from outreach.users import Role
from tests.web import lint
from tests.web.conftest import Browser, SignIn
from tests.web.queue.desk import OWN, fields, form, mails, occasion, press, row


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
