"""Quick entry, search and merging with the keyboard and a real browser."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from outreach.contacts import get
from outreach.history import timeline
from outreach.house import House
from tests.browser import site
from tests.world import World

pytestmark = pytest.mark.browser


def test_a_call_is_noted_without_leaving_the_page_or_the_keyboard(
    owner_page: Page, house: House, people: World
) -> None:
    page = owner_page
    page.goto("/newsletters/")
    page.keyboard.press("n")
    box = page.get_by_role("dialog")
    line = box.locator("#quick-line")
    expect(line).to_be_focused()
    line.fill("tel Größmann: will Angebot Schulung, Tochter macht Abi, 3.5.")
    page.keyboard.press("Enter")
    first = box.locator("ol.choose a").first
    expect(first).to_contain_text("Björn Größmann")
    expect(first).to_be_focused()  # offered, and not taken
    page.keyboard.press("Enter")
    save = box.get_by_role("button", name=re.compile("Save|Speichern"))
    expect(save).to_be_focused()
    expect(box.locator("input[name='fact-0-text']")).to_have_value("Angebot Schulung")
    site.axe(page)
    page.keyboard.press("Enter")
    expect(page.locator("#notices")).to_contain_text("Björn Größmann")
    expect(page).to_have_url(re.compile("/newsletters/$"))
    with house.database.reading() as session:
        assert [item.kind for item in timeline.of_contact(session, people.people["doctor"], kinds=["call"]).items] == [
            "call"
        ]
    page.locator("#notices form button").click()
    expect(page.locator("#notices")).not_to_contain_text("Björn Größmann")
    with house.database.reading() as session:
        assert timeline.of_contact(session, people.people["doctor"], kinds=["call"]).items == []


def test_n_in_a_field_is_a_letter(owner_page: Page) -> None:
    owner_page.goto("/contacts")
    owner_page.locator("#q").press("n")
    expect(owner_page.get_by_role("dialog")).to_have_count(0)
    expect(owner_page.locator("#q")).to_have_value("n")


def test_the_search_opens_anywhere_and_finds_while_one_types(owner_page: Page) -> None:
    page = owner_page
    page.goto("/settings/profile")
    page.keyboard.press("Control+k")
    box = page.get_by_role("dialog")
    box.locator("#search-words").press_sequentially("größm")
    box.get_by_role("link", name="Dr. Björn Größmann").click()
    expect(page.locator("h1")).to_contain_text("Björn Größmann")


def test_quick_entry_works_without_scripts(owner_page: Page, house: House, people: World) -> None:
    context = owner_page.context.browser.new_context(
        java_script_enabled=False, base_url=owner_page.url.split("/", 3)[0] + "//" + owner_page.url.split("/", 3)[2]
    )  # type: ignore[union-attr]
    context.add_cookies(owner_page.context.cookies())  # type: ignore[arg-type]
    page = context.new_page()
    page.goto("/")
    page.locator("[data-box-open='#quick-box']").click()
    page.locator("#quick-line").fill("Angebot 4.200 Größmann")
    page.keyboard.press("Enter")
    page.locator("ol.choose a").first.click()
    page.locator("[data-quick-save]").click()
    context.close()
    with house.database.reading() as session:
        (item,) = timeline.of_contact(session, people.people["doctor"], kinds=["offer"]).items
        assert item.amount == 420_000


def test_two_cards_are_made_one_and_taken_apart_again(owner_page: Page, house: House, people: World) -> None:
    page, keep, other = owner_page, people.people["anna"], people.people["double"]
    page.goto(f"/contacts/{keep}/merge?q=Marie")
    page.locator(f"a[href='/contacts/{keep}/merge/{other}']").click()
    site.axe(page)
    page.locator("input[name='field-first_name'][value='other']").check()
    page.locator("main form button.primary").click()
    expect(page.locator("h1")).to_contain_text("Marie-Luise Müller")
    page.locator("#notices form button").click()
    expect(page.locator("h1")).to_contain_text("Anna Müller")
    with house.database.reading() as session:
        assert get(session, other).first_name == "Marie-Luise"
