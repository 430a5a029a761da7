"""The approve queue in a real browser: by keyboard alone, with a thumb on a phone, and without scripts."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select, update

from outreach.drafts.rows import Draft
from outreach.house import House
from outreach.mail.rows import Delivery
from outreach.occasions.rows import Occasion
from tests import letters, world
from tests.browser import site

pytestmark = pytest.mark.browser


@pytest.fixture
def made(house: House) -> list[int]:
    """Three letters that wait, in English; their numbers in the order of the queue."""
    with house.database.writing() as session:
        built = world.build(session)
        session.execute(update(world.User).values(language="en"))
        letters.mailbox(session, house, user_id=built.owner)
        firms = [None, *built.companies.values()]
        for number, kind in enumerate(("award", "new_site", "funding")):
            given = {"company_id": firms[number]} if number else {}
            last = ("Köhler", "Brandt", "Lindner")[number]
            who = letters.person(session, f"{last.lower()}@kunde.example", last_name=last, **given)
            letters.proposed(session, who, kind=kind, story=kind)
        query = (
            select(Draft.id).join(Occasion, Occasion.id == Draft.occasion_id).order_by(Occasion.score.desc(), Draft.id)
        )
        return list(session.scalars(query))


@pytest.fixture
def desk(page: Page, made: list[int]) -> Page:
    """The owner at the first letter."""
    site.sign_in(page, email="katharina@weiss-beratung.example", password=world.PASSWORD)
    page.goto("/queue/")
    expect(page).to_have_url(f"{page.url.partition('/queue')[0]}/queue/{made[0]}")
    return page


@pytest.fixture
def phone(chromium: Browser, address: str, made: list[int]) -> Iterator[Page]:
    with site.page(chromium, address, viewport={"width": 390, "height": 844}, has_touch=True) as page:
        site.sign_in(page, email="katharina@weiss-beratung.example", password=world.PASSWORD)
        page.goto("/queue/")
        yield page


def mails(house: House) -> list[str]:
    with house.database.reading() as session:
        return list(session.scalars(select(Delivery.state).where(Delivery.kind == "personal").order_by(Delivery.id)))


def decided(house: House, draft_id: int) -> tuple[str, str]:
    with house.database.reading() as session:
        query = select(Occasion.state, Occasion.decision).join(Draft, Draft.occasion_id == Occasion.id)
        row = session.execute(query.where(Draft.id == draft_id)).one()
        return row[0], row[1]


def at(page: Page, draft_id: int) -> None:
    page.wait_for_url(lambda url: url.partition("?")[0].endswith(f"/queue/{draft_id}"))


def test_the_whole_morning_by_keyboard(desk: Page, house: House, made: list[int]) -> None:
    keys = desk.keyboard
    keys.press("j")
    at(desk, made[1])
    keys.press("k")
    at(desk, made[0])
    keys.press("e")
    expect(desk.locator("#text")).to_be_focused()
    keys.press("Control+End")
    keys.type("\nEin eigener Satz. a x s j")  # letters are letters while one writes
    keys.press("Control+Enter")
    at(desk, made[1])
    expect(desk.locator(".going")).to_contain_text("seconds")
    assert mails(house) == ["ready"]
    keys.press("x")
    keys.press("3")
    at(desk, made[2])
    assert decided(house, made[1]) == ("dismissed", "unimportant")
    keys.press("s")
    keys.press("t")
    expect(desk.get_by_role("heading", name="Done for today")).to_be_visible()
    assert decided(house, made[2])[0] == "snoozed"
    with house.database.reading() as session:
        assert "Ein eigener Satz. a x s j" in session.get_one(Draft, made[0]).text


def test_u_takes_back_what_a_just_approved(desk: Page, house: House, made: list[int]) -> None:
    desk.keyboard.press("a")
    at(desk, made[1])
    assert mails(house) == ["ready"]
    desk.keyboard.press("u")
    at(desk, made[0])
    expect(desk.locator("#notices")).to_contain_text("Taken back")
    assert mails(house) == ["cancelled"]


def test_u_takes_back_a_dismissal_and_leads_back_to_the_letter(desk: Page, house: House, made: list[int]) -> None:
    desk.keyboard.press("x")
    desk.keyboard.press("1")
    at(desk, made[1])
    desk.keyboard.press("u")
    at(desk, made[0])
    assert decided(house, made[0]) == ("open", "")


def test_the_keys_are_explained_and_escape_leaves_the_letter(desk: Page, house: House) -> None:
    desk.keyboard.press("?")
    expect(desk.get_by_role("dialog", name="Keys")).to_be_visible()
    desk.keyboard.press("a")  # nothing is sent from behind the help
    desk.keyboard.press("Escape")
    expect(desk.locator("#keys")).to_be_hidden()
    desk.keyboard.press("e")
    desk.keyboard.press("Escape")
    expect(desk.locator("#text")).not_to_be_focused()
    assert mails(house) == []


def test_enter_in_the_note_of_a_call_notes_the_call(desk: Page, house: House, made: list[int]) -> None:
    desk.locator("#verbs summary").filter(has_text="More").click()
    desk.locator("#note").fill("Ruft im Mai zurück")
    desk.keyboard.press("Control+Enter")  # sends from the letter alone
    at(desk, made[1])
    assert decided(house, made[0]) == ("done", "phone")
    assert mails(house) == []


def test_what_is_typed_is_kept_when_one_goes_on(desk: Page, house: House, made: list[int]) -> None:
    desk.fill("#text", "Guten Tag,\n\nnoch nicht fertig")
    desk.locator("a[data-goes=j]").click()
    at(desk, made[1])
    with house.database.reading() as session:
        assert session.get_one(Draft, made[0]).text == "Guten Tag,\n\nnoch nicht fertig"


def test_a_sentence_without_a_source_is_marked_until_it_is_touched(desk: Page, house: House, made: list[int]) -> None:
    with house.database.writing() as session:
        draft = session.get_one(Draft, made[0])
        draft.sentences = [
            {**one, "source": "" if one["source"] in ("occasion", "template") else one["source"]}
            for one in draft.sentences
        ]
    desk.reload()
    marks = desk.locator(".mirror mark")
    expect(marks.nth(1)).to_be_attached()
    expect(desk.locator("#refusals")).to_contain_text("Sentences nobody vouches for")
    site.axe(desk)
    sentence = desk.locator("[data-doubt]").first.get_attribute("data-doubt")
    assert sentence
    many = marks.count()
    desk.fill("#text", desk.locator("#text").input_value().replace(sentence, "Das habe ich selbst gelesen."))
    expect(marks).to_have_count(many - 1)
    right = desk.get_by_role("button", name="That is right")
    for left in range(many - 2, -1, -1):
        right.first.click()
        expect(right).to_have_count(left)
    expect(desk.locator("#refusals")).to_have_count(0)
    desk.wait_for_load_state("networkidle")
    desk.keyboard.press("a")
    at(desk, made[1])
    assert mails(house) == ["ready"]


def test_the_thumb_decides_on_a_phone(phone: Page, house: House, made: list[int]) -> None:
    site.fits(phone)
    site.axe(phone)
    bar = phone.locator("#verbs")
    for button in bar.locator("> * > .button, > .button").all():
        box = button.bounding_box()
        if box is not None:
            assert box["height"] >= 44
            assert box["y"] > 844 * 0.75, "out of the thumb's reach"
    phone.get_by_role("button", name="Send now").tap()
    at(phone, made[1])
    bar.locator("summary").filter(has_text="Dismiss").tap()
    phone.get_by_role("button", name="Old news").tap()
    at(phone, made[2])
    assert decided(house, made[1]) == ("dismissed", "old")
    bar.locator("summary").filter(has_text="More").tap()
    phone.locator("#note").fill("Ruft im Mai zurück")
    phone.get_by_role("button", name="Done by phone").tap()
    expect(phone.get_by_role("heading", name="Done for today")).to_be_visible()
    site.fits(phone)
    assert mails(house) == ["ready"]
    assert decided(house, made[2]) == ("done", "phone")


def test_everything_works_without_scripts(chromium: Browser, address: str, house: House, made: list[int]) -> None:
    with site.page(chromium, address, java_script_enabled=False) as page:
        site.sign_in(page, email="katharina@weiss-beratung.example", password=world.PASSWORD)
        page.goto("/queue/")
        page.fill("#text", "Guten Tag,\n\nohne Skripte geschrieben.\n\nGruß")
        page.fill("#subject", "Ohne Skripte")
        page.press("#subject", "Enter")  # keeps, never sends
        expect(page.locator("#notices")).to_contain_text("Saved.")
        assert mails(house) == []
        page.get_by_role("button", name="Send now").click()
        at(page, made[1])
        page.get_by_role("button", name="Undo").click()
        at(page, made[0])
        expect(page.locator("#text")).to_have_value("Guten Tag,\n\nohne Skripte geschrieben.\n\nGruß")
        page.get_by_role("button", name="Send now").click()
        at(page, made[1])
        page.locator("summary").filter(has_text="Later").click()
        page.get_by_role("button", name="When they answer").click()
        at(page, made[2])
        assert decided(house, made[1]) == ("snoozed", "when_answered")
        page.locator("summary").filter(has_text="Send at another time").click()
        page.get_by_role("button", name="At the next good hour").click()
        expect(page.get_by_role("heading", name="Done for today")).to_be_visible()
        assert sorted(mails(house)) == ["cancelled", "ready", "ready"]
