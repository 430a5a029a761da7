"""The card in a real browser: opened, changed where it stands, added to, undone; with the keyboard, without scripts."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Page, expect

from outreach import clock, dates, facts, tasks
from outreach.contacts import channels
from outreach.history import store as history
from outreach.history.rows import Touchpoint
from outreach.house import House
from tests import world
from tests.browser import site
from tests.world import World

pytestmark = pytest.mark.browser


@pytest.fixture
def anna(house: House, people: World) -> str:
    """A full card, in English; gives its address."""
    number = people.people["anna"]
    now = clock.now()
    with house.database.writing() as session:
        session.execute(world.User.__table__.update().values(language="en"))  # type: ignore[attr-defined]
        history.add(
            session, contact_id=number, kind="order", amount=680_000, text="Workshop", at=now - timedelta(days=40)
        )
        history.add(
            session, contact_id=number, kind="offer", amount=420_000, text="Schulung", at=now - timedelta(days=2)
        )
        session.add_all(
            Touchpoint(contact_id=number, kind="note", at=now - timedelta(days=100 + n), text=f"Notiz {n}")
            for n in range(45)
        )
        facts.add(session, contact_id=number, kind="wish", text="Schulung für das ganze Team", source="Telefonat 3.5.")
        facts.add(session, contact_id=number, kind="taboo", text="Nicht auf den früheren Partner ansprechen")
        tasks.add(session, contact_id=number, text="Angebot nachfassen", due_on=now.date())
        dates.put(session, contact_id=number, kind="birthday", month=5, day=3)
        channels.set_postal(session, contact_id=number, street="Deichstraße 3", postcode="50667", city="Köln")
    return f"/contacts/{number}"


@pytest.fixture
def card(owner_page: Page, anna: str) -> Page:
    owner_page.goto(anna)
    return owner_page


def test_a_wish_is_fulfilled_and_taken_back_without_leaving_the_page(card: Page) -> None:
    card.evaluate("window.stayed = true")
    card.get_by_role("button", name="Fulfilled: Schulung für das ganze Team").click()
    expect(card.locator("#notices")).to_contain_text("The wish is fulfilled.")
    expect(card.locator("#facts > .facts-list")).not_to_contain_text("Schulung für das ganze Team")
    expect(card.locator("#next")).not_to_contain_text("Schulung")
    assert card.evaluate("window.stayed")
    card.locator("#notices").get_by_role("button", name="Undo").click()
    expect(card.locator("#notices")).to_contain_text("Taken back.")
    expect(card.locator("#next")).to_contain_text("Schulung für das ganze Team")
    expect(card.locator("#facts > .facts-list")).to_contain_text("Schulung für das ganze Team")


def test_an_entry_is_added_in_place_with_the_keyboard(card: Page) -> None:
    card.evaluate("window.stayed = true")
    card.get_by_role("link", name="Note what happened").focus()
    card.keyboard.press("Enter")
    expect(card.locator("#entry-new select[name=kind]")).to_be_focused()
    expect(card.locator("#entry-new #amount")).to_be_hidden()
    card.locator("#entry-new select[name=kind]").select_option("order")
    expect(card.locator("#entry-new #amount")).to_be_visible()
    card.locator("#entry-new textarea").fill("Zweiter Workshop")
    card.locator("#entry-new #amount").fill("viel")
    card.locator("#entry-new").get_by_role("button", name="Save").click()
    expect(card.locator("#amount-error")).to_be_visible()
    expect(card.locator("#amount")).to_be_focused()
    expect(card.locator("#entry-new textarea")).to_have_value("Zweiter Workshop")
    expect(card.locator(".entry").first).to_contain_text("Schulung")  # the timeline stood still meanwhile
    card.locator("#entry-new #amount").fill("1.250")
    card.keyboard.press("Enter")
    expect(card.locator(".entry").first).to_contain_text("Zweiter Workshop")
    expect(card.locator(".entry").first).to_contain_text("€1,250")
    expect(card.locator("#standing-now")).to_contain_text("€8,050")  # and what follows from it did not
    expect(card.locator("#notices")).to_contain_text("Noted.")
    assert card.evaluate("window.stayed")
    site.axe(card)


def test_a_sensitive_note_asks_first_and_loses_nothing(card: Page) -> None:
    card.locator("#facts").get_by_role("link", name=re.compile("^Add")).click()
    card.locator("#fact-new textarea").fill("Hatte einen Herzinfarkt, bitte schonen")
    card.locator("#fact-new #source").fill("Telefonat")
    card.locator("#fact-new").get_by_role("button", name="Save").click()
    box = card.locator("#fact-new input[name=anyway]")
    expect(box).to_be_focused()
    expect(card.locator("#fact-new")).to_contain_text("Herzinfarkt")
    expect(card.locator("#fact-new #source")).to_have_value("Telefonat")
    site.axe(card)
    box.check()
    card.locator("#fact-new").get_by_role("button", name="Save").click()
    expect(card.locator("#facts .facts-list").first).to_contain_text("Herzinfarkt")


def test_a_note_is_changed_where_it_stands_and_cancelling_changes_nothing(card: Page) -> None:
    line = card.locator(".fact.taboo")
    for finish in ("Cancel", "Save"):
        line.locator("summary").click()
        line.get_by_role("link", name="Change").click()
        card.locator("#facts .editing textarea").fill("Nicht auf Politik ansprechen")
        card.locator("#facts .editing").get_by_text(finish, exact=True).click()
        expect(card.locator("#facts .editing")).to_have_count(0)
        expected = "früheren Partner" if finish == "Cancel" else "Politik"
        expect(line).to_contain_text(expected)


def test_the_timeline_is_narrowed_and_goes_on(card: Page) -> None:
    expect(card.locator(".entry")).to_have_count(30)
    card.get_by_role("link", name="Show more").click()
    expect(card.locator(".entry")).to_have_count(48 if card.locator(".sign.newsletter").count() else 47)
    expect(card.get_by_role("link", name="Show more")).to_have_count(0)
    card.locator(".chips").get_by_role("link", name=re.compile("^Order")).click()
    expect(card.locator(".entry")).to_have_count(1)
    expect(card.locator(".chips [aria-current]")).to_contain_text("Order")


def test_an_offer_is_won_on_the_card(card: Page) -> None:
    card.get_by_role("button", name="Won: Schulung").click()
    expect(card.locator("#notices")).to_contain_text("Won!")
    expect(card.locator(".entry .sign.order")).to_have_count(2)


def test_tasks_days_and_standing_are_changed_in_place(card: Page) -> None:
    card.get_by_role("button", name=re.compile("^Done")).click()
    expect(card.locator("#tasks")).to_contain_text("Nothing open.")
    card.locator("#days").get_by_role("link", name=re.compile("^Add")).click()
    card.locator("#day-new select").select_option("other")
    card.locator("#day-new #label").fill("Jubiläum")
    card.locator("#day-new #day").fill("1")
    card.locator("#day-new #month").fill("10")
    card.locator("#day-new").get_by_role("button", name="Save").click()
    expect(card.locator("#days")).to_contain_text("Jubiläum")
    card.locator("#standing").get_by_role("link", name=re.compile("^Change")).click()
    card.locator("#standing select#stage").select_option("fan")
    card.locator("#standing").get_by_role("button", name="Save").click()
    expect(card.locator("#standing-now")).to_contain_text("Fan")


def test_the_greeting_follows_the_name_while_it_is_typed(card: Page) -> None:
    card.locator("#about").get_by_role("link", name=re.compile("^Change")).click()
    expect(card.locator("#greeting-now")).to_have_text("Sehr geehrte Frau Müller,")
    card.locator("#last_name").fill("Möller")
    expect(card.locator("#greeting-now")).to_have_text("Sehr geehrte Frau Möller,")
    card.locator("#about").get_by_role("button", name="Save").click()
    expect(card.locator("h1")).to_have_text("Anna Möller")


@pytest.mark.parametrize("width", [390, 1280])
def test_the_full_card_fits_and_axe_finds_nothing(card: Page, anna: str, width: int) -> None:
    card.set_viewport_size({"width": width, "height": 844})
    for address in (anna, f"{anna}/changes", f"{anna}/facts/new", f"{anna}/standing", "/companies/1", "/contacts/10"):
        card.goto(address)
        site.fits(card)
        site.axe(card)
    card.goto(anna)
    for link in ("entry_new", "fact_new", "day_new", "task_new", "permit"):
        target = {"entry_new": "entries/new", "fact_new": "facts/new", "day_new": "days/new", "task_new": "tasks/new",
                  "permit": "permissions/new"}[link]  # fmt: skip
        card.locator(f"a[href$='{target}']").last.click()
    expect(card.locator("form[data-part-form]")).to_have_count(5)
    site.fits(card)


def test_everything_works_without_scripts(chromium: Browser, address: str, anna: str) -> None:
    with site.page(chromium, address, java_script_enabled=False) as page:
        site.sign_in(page, email="katharina@weiss-beratung.example", password=world.PASSWORD)
        page.goto(anna)
        page.get_by_role("button", name="Fulfilled: Schulung für das ganze Team").click()
        expect(page.locator("#notices")).to_contain_text("The wish is fulfilled.")
        page.locator("#notices").get_by_role("button", name="Undo").click()
        expect(page.locator("#facts > .facts-list")).to_contain_text("Schulung für das ganze Team")
        page.locator("#facts").get_by_role("link", name=re.compile("^Add")).click()
        page.locator("textarea").fill("Segelt gern")
        page.get_by_role("button", name="Save").click()
        expect(page.locator("#facts")).to_contain_text("Segelt gern")
        page.get_by_role("link", name="Show more").click()
        expect(page.locator(".entry").first).to_be_visible()
        expect(page.locator("h1")).to_contain_text("Anna Müller")
