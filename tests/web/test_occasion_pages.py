"""The pages of occasions: what is shown with its evidence, what a person decides, and what is taken back."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from outreach import clock, stops
from outreach.contacts import tags
from outreach.history.rows import Touchpoint
from outreach.house import House
from outreach.occasions import suggest
from outreach.occasions.rows import Lesson, Occasion
from outreach.occasions.silence import Candidate
from outreach.users import Role
from tests.web.conftest import Browser, SignIn, hidden_fields
from tests.world import World

ZONE = "Europe/Berlin"


def news(people: World, kind: str = "award", **changes: Any) -> Candidate:
    return replace(
        Candidate(
            kind=kind, what=f"story:{kind}", source="feed:1", source_name="Kölner Blatt",
            company_id=people.companies["mueller"], headline="Ein Preis für <Müller>", quote="Müller & Söhne hat gewonnen.",
            link="https://blatt.example/1", published_at=clock.now() - timedelta(days=1), story=kind,
        ),
        **changes,
    )  # fmt: skip


@pytest.fixture
def award(house: House, people: World) -> int:
    with house.database.writing() as session:
        return suggest.suggest(session, [news(people)], now=clock.now(), zone=ZONE)[0].id


def _row(house: House, occasion_id: int) -> Occasion:
    with house.database.reading() as session:
        found = session.get(Occasion, occasion_id)
        assert found is not None
        session.expunge(found)
        return found


def test_an_occasion_shows_who_why_now_the_sentence_its_link_and_its_day(signed_in: SignIn, award: int) -> None:
    shown = signed_in(Role.EDITOR).get("/occasions").text
    card = re.search(rf'<article[^>]*id="occasion-{award}".*?</article>', shown, re.DOTALL)
    assert card
    assert "Anna Müller" in card[0]
    assert "Müller &amp; Söhne hat gewonnen." in card[0]
    assert 'href="https://blatt.example/1"' in card[0]
    assert "Ein Preis für &lt;Müller&gt;" in card[0]
    assert "<time" in card[0]


def test_nothing_to_do_is_a_friendly_sentence(signed_in: SignIn) -> None:
    shown = signed_in(Role.READER).get("/occasions")
    assert shown.status_code == 200
    assert 'class="empty' in shown.text


def test_a_reader_sees_and_decides_nothing(signed_in: SignIn, award: int) -> None:
    reader = signed_in(Role.READER)
    assert "/dismissal" not in reader.get("/occasions").text
    assert reader.post(f"/occasions/{award}/dismissal", data={"reason": "old"}).status_code in (400, 403)


def _decide(browser: Browser, award: int, what: str, **fields: str) -> Any:
    action = f"/occasions/{award}/{what}"
    hidden = hidden_fields(browser.get(f"/occasions/{award}").text, action)
    return browser.post(action, data={**hidden, "next": "/occasions", **fields}, follow_redirects=False)


def test_dismissing_has_a_reason_and_an_undo(signed_in: SignIn, house: House, award: int) -> None:
    editor = signed_in(Role.EDITOR)
    assert _decide(editor, award, "dismissal", reason="unimportant").status_code == 303
    assert (_row(house, award).state, _row(house, award).decision) == ("dismissed", "unimportant")
    shown = editor.get("/occasions").text
    undo = re.search(r'action="(/changes/\d+/undo)"', shown)
    assert undo
    editor.post(undo[1], data={**hidden_fields(shown, undo[1])})
    assert _row(house, award).state == "open"


def test_no_reason_is_no_dismissal(signed_in: SignIn, house: House, award: int) -> None:
    assert _decide(signed_in(Role.EDITOR), award, "dismissal", reason="because").status_code == 422
    assert _row(house, award).state == "open"


def test_done_by_phone_stands_on_the_card(signed_in: SignIn, house: House, people: World, award: int) -> None:
    editor = signed_in(Role.EDITOR)
    _decide(editor, award, "done", way="phone")
    with house.database.reading() as session:
        newest = session.scalars(select(Touchpoint).order_by(Touchpoint.id.desc())).first()
        assert newest is not None
        assert (newest.kind, newest.contact_id) == ("call", people.people["anna"])
        assert "Müller & Söhne hat gewonnen." in newest.text


@pytest.mark.parametrize("until", ["tomorrow", "monday", "week"])
def test_later_hides_it_until_then(signed_in: SignIn, house: House, award: int, until: str) -> None:
    editor = signed_in(Role.EDITOR)
    _decide(editor, award, "later", until=until)
    row = _row(house, award)
    assert row.state == "snoozed"
    assert row.snoozed_until is not None
    assert row.snoozed_until > clock.now().date()
    assert f"occasion-{award}" not in editor.get("/occasions").text
    assert f"occasion-{award}" in editor.get("/occasions/list/snoozed").text


@pytest.mark.parametrize("day", ["", "gestern", "2020-01-01", "2099-01-01"])
def test_a_day_that_is_none_is_refused_in_words(signed_in: SignIn, house: House, award: int, day: str) -> None:
    answer = _decide(signed_in(Role.EDITOR), award, "later", until="", day=day)
    assert answer.status_code == 422
    assert _row(house, award).state == "open"


def test_never_this_kind_here_is_learned_shown_and_forgotten(signed_in: SignIn, house: House, award: int) -> None:
    editor = signed_in(Role.EDITOR)
    _decide(editor, award, "dismissal", reason="never")
    shown = editor.get("/occasions/rules").text
    assert "Müller &amp; Söhne Maschinenbau GmbH" in shown
    action = re.search(r'action="(/occasions/lessons/\d+/removal)"', shown)
    assert action
    editor.post(action[1], data=hidden_fields(shown, action[1]))
    with house.database.reading() as session:
        assert session.scalars(select(Lesson.undone_at)).one() is not None


def test_two_people_deciding_at_once_decide_once(signed_in: SignIn, award: int) -> None:
    one, other = signed_in(Role.EDITOR), signed_in(Role.OWNER)
    action = f"/occasions/{award}/dismissal"
    forms = [hidden_fields(browser.get(f"/occasions/{award}").text, action) for browser in (one, other)]
    assert one.post(action, data={**forms[0], "reason": "old"}).status_code == 303
    assert other.post(action, data={**forms[1], "reason": "awkward"}).status_code == 409


def test_a_flag_stands_on_the_page_the_card_and_the_week_and_can_be_lifted(
    signed_in: SignIn, house: House, people: World
) -> None:
    with house.database.writing() as session:
        suggest.suggest(session, [news(people, "insolvency"), news(people)], now=clock.now(), zone=ZONE)
    editor, company = signed_in(Role.EDITOR), people.companies["mueller"]
    for path in ("/occasions", f"/companies/{company}", f"/contacts/{people.people['anna']}", "/", "/occasions/rules"):
        assert "Müller &amp; Söhne Maschinenbau GmbH" in editor.get(path).text, path
    held = editor.get("/occasions/list/held").text
    assert 'data-kind="award"' in held
    shown = editor.get("/occasions/rules").text
    action = re.search(r'action="(/occasions/flags/\d+/lifting)"', shown)
    assert action
    editor.post(action[1], data=hidden_fields(shown, action[1]))
    with house.database.reading() as session:
        assert stops.standing(session, today=clock.now().date()) == []
    assert 'data-kind="award"' in editor.get("/occasions").text


def test_an_unsure_report_is_asked_about(signed_in: SignIn, house: House, people: World) -> None:
    with house.database.writing() as session:
        made = suggest.suggest(session, [news(people, certainty="unsure")], now=clock.now(), zone=ZONE)[0].id
    editor = signed_in(Role.EDITOR)
    assert f"occasion-{made}" in editor.get("/occasions/list/unsure").text
    assert _decide(editor, made, "confirmation").status_code == 303
    assert _row(house, made).state == "open"


@pytest.mark.parametrize("which", ["open", "unsure", "note", "held", "snoozed", "decided"])
def test_every_list_opens_and_says_when_it_is_empty(signed_in: SignIn, which: str) -> None:
    assert signed_in(Role.READER).get(f"/occasions/list/{which}").status_code == 200


def test_a_list_that_does_not_exist_is_not_found(signed_in: SignIn) -> None:
    assert signed_in(Role.READER).get("/occasions/list/everything").status_code == 404


def test_fairs_and_seasons_are_typed_in(signed_in: SignIn, house: House, people: World) -> None:
    editor = signed_in(Role.EDITOR)
    soon = (clock.now() + timedelta(days=10)).date()
    made = editor.submit(
        "/occasions/fairs", to="/occasions/fairs", name="Orgatec", starts_on=soon.isoformat(), ends_on=""
    )
    assert made.status_code == 303
    page = made.headers["Location"]
    wrong = editor.submit(page, to=f"{page}/exhibitors", company="Nirgends GmbH")
    assert wrong.status_code == 422
    assert "Nirgends GmbH" in wrong.text
    assert editor.submit(page, to=f"{page}/exhibitors", company="Müller & Söhne Maschinenbau GmbH").status_code == 303
    assert "Müller &amp; Söhne" in editor.get(page).text
    with house.database.reading() as session:
        tag = next(one.id for one in tags.list_all(session) if one.name == "Messe")
    season = {"name": "Jahresplanung", "day": "1", "month": "10", "lead_days": "21", "tag": str(tag)}
    assert editor.submit("/occasions/seasons", to="/occasions/seasons", **season).status_code == 303
    assert "Jahresplanung" in editor.get("/occasions/seasons").text
    assert (
        editor.submit(
            "/occasions/seasons", to="/occasions/seasons", **{**season, "day": "31", "month": "2"}
        ).status_code
        == 422
    )
    assert editor.submit("/occasions/fairs", to="/occasions/fairs", name="", starts_on="").status_code == 422
