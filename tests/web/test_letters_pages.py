"""The wordings of letters in the settings: changed, tried with examples, refused in words, and back to the shipped text."""

from __future__ import annotations

import re
from html import unescape

import pytest
from sqlalchemy import update

from outreach.drafts import letters, texts
from outreach.house import House
from outreach.users import Role, User
from tests.web import lint
from tests.web.conftest import Browser, SignIn
from tests.world import World

PAGE = "/settings/letters/award/de_sie/0"
BODY = "Glückwunsch an {{ company }}! Das freut mich sehr.\n\n{{ fact }}"


@pytest.fixture
def editor(signed_in: SignIn, house: House, people: World) -> Browser:
    with house.database.writing() as session:
        session.execute(update(User).values(language="en"))
    return signed_in(Role.EDITOR)


def used(house: House) -> texts.LetterText:
    with house.database.reading() as session:
        return letters.get(session, "award", "de_sie", 0).text


def test_every_kind_and_wording_is_listed_and_opens(editor: Browser) -> None:
    shown = editor.get("/settings/letters").text
    pages = re.findall(r'href="(/settings/letters/[^"]+)"', shown)
    assert len(pages) == sum(len(forms[form]) for forms in texts.load().values() for form in texts.FORMS)
    for page in pages[::7]:
        assert lint.problems(editor.get(page).text) == [], page


def test_a_changed_wording_is_used_shown_with_examples_and_kept_in_versions(editor: Browser, house: House) -> None:
    before = used(house)
    assert editor.submit(PAGE, subject="Zum Preis", body=BODY).status_code == 303
    assert (used(house).subject, used(house).body) == ("Zum Preis", BODY)
    shown = unescape(editor.get(PAGE).text)
    assert "Glückwunsch an Müller Maschinenbau!" in shown
    assert "An exclamation mark sounds like advertising." in shown
    editor.submit(PAGE, subject="Noch einmal", body=BODY)
    editor.submit(PAGE, to=f"{PAGE}/versions/1")
    assert used(house).subject == "Zum Preis"
    editor.submit(PAGE, to=f"{PAGE}/shipped")
    assert used(house) == before


@pytest.mark.parametrize(
    ("subject", "body", "says"),
    [
        ("Zum Preis", "Guten Tag {{ surname }}.", "surname"),
        ("Zum Preis", "Guten Tag {{ company }.", ""),
        ("Zum Preis", "Wie geht es? Und Ihnen?", "One question at most"),
        ("", "Guten Tag.", "There is nothing written here."),
    ],
)
def test_a_wording_that_cannot_be_sent_is_refused_and_what_was_typed_stays(
    editor: Browser, house: House, subject: str, body: str, says: str
) -> None:
    before = used(house)
    answer = editor.submit(PAGE, subject=subject, body=body)
    assert answer.status_code == 422
    assert body in unescape(answer.text)
    assert says in unescape(answer.text)
    assert lint.problems(answer.text) == []
    assert used(house) == before


def test_a_reader_reads(signed_in: SignIn, people: World) -> None:
    shown = signed_in(Role.READER).get(PAGE).text
    assert "<textarea" not in shown
    assert lint.problems(shown) == []


@pytest.mark.parametrize("page", ["/settings/letters/x/de_sie/0", "/settings/letters/award/fr/0", f"{PAGE[:-1]}99"])
def test_a_letter_there_is_not_is_not_found(editor: Browser, page: str) -> None:
    assert editor.get(page).status_code == 404
